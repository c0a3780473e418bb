// Squid's native access log.
//
//   1704164645.678    143 10.1.2.3 TCP_TUNNEL/200 6120 CONNECT registry-1.docker.io:443 - HIER_DIRECT/203.0.113.7 -
//   1704164646.001      0 10.1.2.3 TCP_DENIED/407 3912 CONNECT auth.docker.io:443 - HIER_NONE/- text/html
//
// Source: squid-cache.org logformat "squid"; squid:src/log/FormatSquidNative.cc. Of HTTPS
// only CONNECT host:port is seen: such a line is a request to that host, kept where the
// host's name says that it serves images. The result code is the reason. The stamp is the
// end of the request.
#include "parsers/proxy/http_request.h"

struct line {
    struct pm_when when;
    struct pm_str elapsed, client, result, bytes, method, url, user, peer;
    int words;
};

static bool squid_read_line(struct pm_str text, struct line *l) {
    struct pm_scan c = pm_scan_of(pm_str_trim(text));
    size_t used = pm_when_epoch(pm_scan_rest(&c), &l->when);
    if (used != 14) return false; // ten digits, dot, three
    c.at += used;
    struct pm_str *const words[] = {&l->elapsed, &l->client, &l->result, &l->bytes,
                                    &l->method,  &l->url,    &l->user,   &l->peer};
    for (; l->words < (int)PM_LEN(words); l->words++) {
        pm_scan_blanks(&c);
        if (!pm_scan_word(&c, words[l->words])) break;
    }
    return l->words >= 3 && pm_str_chr(l->result, '/', 0) > 0 && l->result.p[0] >= 'A' &&
           l->result.p[0] <= 'Z';
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l = {0};
    return r->text.n > 30 && squid_read_line(r->text, &l) ? 95 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {0};
    int64_t ms;
    if (!squid_read_line(r->text, &l)) return PM_PARSE_NO;
    bool cut = l.words < 8;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "access log line has %d of its fields", l.words + 1);
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    struct pm_str code = pm_str_from(l.result, (size_t)pm_str_chr(l.result, '/', 0) + 1);
    pm_http_status(code, &q.status);
    q.when = l.when;
    q.client = l.client;
    q.user = l.user;
    q.method = l.method;
    q.url = l.url;
    q.reason = pm_str_sub(l.result, 0, l.result.n - code.n - 1);
    if (pm_http_i64(l.elapsed, &ms) && ms > 0 && ms < 100000000) q.duration_ns = ms * 1000000;
    pm_http_i64(l.bytes, &q.bytes);
    q.flags = pm_http_cache(q.reason) | (cut ? PM_EV_CUT : 0);
    if (l.words < 7) return PM_PARSE_BAD; // the URL may be half of one
    if (q.status >= 400) q.message = l.peer;
    if (pm_str_eqc(l.method, "CONNECT")) {
        q.host = l.url;
        q.url = PM_NONE;
        if (pm_http_registry_host(pm_http_host(l.url)))
            pm_http_request_emit_any(ctx, r, PM_COMP_PROXY, &q);
        else pm_http_request_other(ctx, r, PM_COMP_PROXY, &q);
    } else pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_squid = {
    .name = "squid",
    .title = "Squid native access log",
    .example =
        "1704164646.001      0 10.1.2.3 TCP_DENIED/407 3912 CONNECT auth.docker.io:443 - HIER_NONE/- text/html",
    .source = "squid-cache/squid:src/log/FormatSquidNative.cc",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
