// HAProxy HTTP log (option httplog). The syslog header and "haproxy[PID]: " are an
// envelope's; a bare "haproxy[PID]: " is passed here.
//
//   10.1.2.3:41022 [02/Jan/2024:03:04:02.671] reg_https~ reg/r1 0/0/1/-1/3002 504 198 - - sH-- 12/6/3/1/0 0/0 {r.acme.test} "GET /v2/shop/cart/blobs/sha256:6f1e HTTP/1.1"
//   10.1.2.3:41030 [02/Jan/2024:03:04:06.001] reg_https~ reg/<NOSRV> 0/-1/-1/-1/0 503 216 - - SC-- 11/5/2/0/0 0/0 "HEAD /v2/shop/cart/manifests/1.4 HTTP/1.1"
//
// Source: HAProxy configuration manual, "HTTP log format" and "Session state at
// disconnection". The accept date has no zone. The termination state is the reason, its
// meaning the message. TCP logs (option tcplog) name no request and are understood
// without an event. HAProxy cuts requests at 1024 bytes.
#include "parsers/proxy/http_request.h"

struct line {
    struct pm_str client, frontend, backend, timers, status, bytes, state, request;
    struct pm_when when;
    bool cut;
};

// First two characters of the termination state that tell a failed request, from the
// manual.
static const struct {
    const char *state, *meaning;
} states[] = {
    {"SC", "the server refused the connection"},
    {"SH", "the server aborted before its response headers were complete"},
    {"SD", "the connection to the server died during the transfer"},
    {"sC", "timeout while connecting to the server"},
    {"sQ", "timeout in the queue, no server free"},
    {"sH", "server timeout before the response headers"},
    {"sD", "server timeout during the transfer"},
    {"CC", "the client aborted before a server was reached"},
    {"CH", "the client aborted while waiting for the server"},
    {"CD", "the client aborted during the transfer"},
    {"cD", "client timeout during the transfer"},
    {"cR", "client timeout before the whole request"},
    {"PR", "the proxy blocked or denied the request"},
    {"PC", "the proxy could not connect: limits reached"},
    {"PH", "the proxy blocked the server's response"},
    {"LR", "the proxy answered by itself"},
    {"RC", "a proxy resource ran out"},
};

static bool haproxy_read_line(struct pm_str text, struct line *l) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str s;
    if (pm_str_starts(text, PM_STR("haproxy"))) {
        if (!pm_scan_until_lit(&c, ": ", &s)) return false;
    }
    if (!pm_scan_word(&c, &l->client) || pm_str_chr(l->client, ':', 0) < 0 ||
        !pm_scan_lit(&c, " ["))
        return false;
    size_t used = pm_when_clf(pm_scan_rest(&c), &l->when);
    if (!used) return false;
    c.at += used;
    struct pm_str *const words[] = {&l->frontend, &l->backend, &l->timers, &l->status, &l->bytes};
    if (!pm_scan_lit(&c, "] ")) return false;
    for (size_t i = 0; i < PM_LEN(words); i++) {
        pm_scan_blanks(&c);
        if (!pm_scan_word(&c, words[i])) return i >= 3 && (l->cut = true);
    }
    struct pm_str rest = pm_scan_rest(&c);
    ptrdiff_t quote = pm_str_chr(rest, '"', 0);
    struct pm_str before = quote < 0 ? rest : pm_str_sub(rest, 0, (size_t)quote);
    struct pm_scan b = pm_scan_of(before);
    while (pm_scan_next_word(&b, &s))
        if (s.n == 4 && pm_str_chr(s, '/', 0) < 0 && s.p[0] != '{') {
            l->state = s;
            break;
        }
    if (quote < 0) return l->cut = true;
    l->request = pm_str_from(rest, (size_t)quote + 1);
    ptrdiff_t close = pm_str_rchr(l->request, '"');
    if (close < 0) l->cut = true;
    else l->request = pm_str_sub(l->request, 0, (size_t)close);
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l = {0};
    ptrdiff_t bracket = pm_str_chr(pm_str_sub(r->text, 0, 96), '[', 0);
    if (bracket < 8 || !haproxy_read_line(r->text, &l)) return 0;
    return pm_str_chr(l.backend, '/', 0) > 0 && pm_str_chr(l.timers, '/', 0) > 0 ? 95 : 0;
}

static bool is_tcp(const struct line *l) { // Tw/Tc/Tt BYTES STATE: three timers, no status
    int slashes = 0;
    for (size_t i = 0; i < l->timers.n; i++) slashes += l->timers.p[i] == '/';
    return slashes == 2;
}

static int64_t last_timer_ns(struct pm_str timers) {
    struct pm_str t = pm_str_from(timers, (size_t)(pm_str_rchr(timers, '/') + 1));
    int64_t ms;
    if (t.n && t.p[0] == '+') t = pm_str_from(t, 1);
    return pm_http_i64(t, &ms) && ms > 0 && ms < 100000000 ? ms * 1000000 : 0;
}

static struct pm_str meaning_of(struct pm_str state) {
    for (size_t i = 0; i < PM_LEN(states); i++)
        if (pm_str_starts(state, pm_str_c(states[i].state))) return pm_str_c(states[i].meaning);
    return PM_NONE;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {0};
    if (!haproxy_read_line(r->text, &l)) return PM_PARSE_NO;
    if (is_tcp(&l)) return PM_PARSE_OK;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (!pm_http_status(l.status, &q.status)) return PM_PARSE_NO;
    if (l.cut) pm_emit_bad(ctx, r, "line-cut", "request has no closing quote");
    pm_http_request_line(l.request, &q.method, &q.url);
    q.when = l.when;
    q.client = l.client;
    pm_http_i64(l.bytes, &q.bytes);
    q.duration_ns = last_timer_ns(l.timers);
    q.flags = l.cut ? PM_EV_CUT : 0;
    struct pm_str meaning = meaning_of(l.state);
    if (meaning.n) {
        q.reason = l.state;
        q.message = pm_arena_fmt(ctx->a, "%.*s via %.*s", PM_FMT(meaning), PM_FMT(l.backend));
    }
    pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    return l.cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_haproxy = {
    .name = "haproxy",
    .title = "HAProxy HTTP log",
    .example =
        "10.1.2.3:41030 [02/Jan/2024:03:04:06.001] reg_https~ reg/<NOSRV> 0/-1/-1/-1/0 503 216 - - SC-- 11/5/2/0/0 0/0 \"HEAD "
        "/v2/shop/cart/manifests/1.4 HTTP/1.1\"",
    .source = "HAProxy configuration manual 8.2.3",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
