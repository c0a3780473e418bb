// Envoy access log, its default text format, and Istio's.
//
//   [2024-01-02T03:04:05.678Z] "GET /v2/shop/cart/manifests/1.4 HTTP/1.1" 503 UF 0 91 30 - "-" "containerd/1.7.11" "9f1c" "r.acme.test" "10.2.0.5:5000"
//   [2024-01-02T03:04:05.678Z] "GET /v2/ HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "delayed connect error: 111" 0 152 0 - "-"
//     "containerd/1.7.11" "9f1c" "r.acme.test" "10.2.0.5:5000" outbound|5000||reg.shop.svc.cluster.local - 10.9.0.1:5000 10.2.0.9:35500 - default
//
// Source: envoyproxy/envoy docs, access log default format; istio/istio:pilot/pkg/model
// (its TEXT format). Response flags are the reason, the transport failure is the error.
// The client is the first of X-Forwarded-For, or Istio's downstream address; the default
// format names none otherwise.
#include "parsers/proxy/http_request.h"

#define EMISSARY "ACCESS " // Emissary and Ambassador put it before the default format

struct line {
    struct pm_str request, status, flags, details, failure, quoted[5], tail;
    struct pm_when when;
    int64_t sent, duration_ms;
    int quotes;
};

static bool word_or_quoted(struct pm_scan *c, struct pm_arena *a, struct pm_str *out,
                           bool *was_quoted, bool *cut) {
    pm_scan_blanks(c);
    *was_quoted = c->at < c->end && *c->at == '"';
    return *was_quoted ? pm_scan_quoted(c, a, out, cut) : pm_scan_word(c, out);
}

// What stands between the flags and the four numbers differs by release: details, a
// quoted failure, both or none.
static bool envoy_read_line(struct pm_arena *a, struct pm_str text, struct line *l, bool *cut) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str w;
    bool was_quoted;
    pm_scan_lit(&c, EMISSARY);
    if (!pm_scan_char(&c, '[')) return false;
    size_t used = pm_when_rfc3339(pm_scan_rest(&c), &l->when);
    if (!used) return false;
    c.at += used;
    if (!pm_scan_lit(&c, "] \"")) return false;
    c.at--;
    if (!pm_scan_quoted(&c, a, &l->request, cut)) return false;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &l->status)) return *cut;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &l->flags)) return *cut = true;
    for (int i = 0; i < 4; i++) {
        if (!word_or_quoted(&c, a, &w, &was_quoted, cut)) return *cut = true;
        if (!was_quoted && pm_str_is_digits(w)) break; // RX
        if (was_quoted) l->failure = w;
        else if (!l->details.n) l->details = w;
    }
    for (int i = 0; i < 3; i++) { // TX DURATION UPSTREAM
        if (!word_or_quoted(&c, a, &w, &was_quoted, cut)) return *cut = true;
        if (i == 0 && !pm_http_i64(w, &l->sent)) l->sent = -1;
        if (i == 1 && !pm_http_i64(w, &l->duration_ms)) l->duration_ms = 0;
    }
    while (l->quotes < 5) {
        pm_scan_blanks(&c);
        if (!pm_scan_quoted(&c, a, &l->quoted[l->quotes], cut)) break;
        l->quotes++;
    }
    if (l->quotes < 5) *cut = true;
    l->tail = pm_str_trim(pm_scan_rest(&c));
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_when when;
    struct pm_str text =
        pm_str_starts(r->text, PM_STR(EMISSARY)) ? pm_str_from(r->text, strlen(EMISSARY)) : r->text;
    if (text.n < 30 || text.p[0] != '[' || text.p[5] != '-') return 0;
    size_t used = pm_when_rfc3339(pm_str_from(text, 1), &when);
    return used && pm_str_starts(pm_str_from(text, used + 1), PM_STR("] \"")) ? 95 : 0;
}

// cluster upstream-local downstream-local downstream-remote sni route
static struct pm_str downstream_of(struct pm_str tail) {
    struct pm_scan c = pm_scan_of(tail);
    struct pm_str w = PM_NONE;
    for (int i = 0; i < 4; i++) {
        pm_scan_blanks(&c);
        if (!pm_scan_word(&c, &w)) return PM_NONE;
    }
    return w;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {.sent = -1};
    bool cut = false;
    if (!envoy_read_line(ctx->a, r->text, &l, &cut)) return PM_PARSE_NO;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "access log line ends before its last field");
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    pm_http_request_line(l.request, &q.method, &q.url);
    if (!pm_http_status(l.status, &q.status) && !cut) return PM_PARSE_NO;
    q.when = l.when;
    q.bytes = l.sent;
    q.duration_ns = l.duration_ms > 0 && l.duration_ms < 100000000 ? l.duration_ms * 1000000 : 0;
    q.reason = pm_http_absent(l.flags);
    q.error = pm_http_absent(l.failure);
    q.message = pm_http_absent(l.details);
    if (pm_str_eqc(q.message, "via_upstream")) q.message = PM_NONE;
    q.client = pm_http_absent(l.quoted[0]);
    if (!q.client.n) q.client = downstream_of(l.tail);
    q.user_agent = l.quoted[1];
    q.join = l.quoted[2];
    q.host = l.quoted[3];
    q.flags = cut ? PM_EV_CUT : 0;
    pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_envoy = {
    .name = "envoy",
    .title = "Envoy and Istio access log, text",
    .example =
        "[2024-01-02T03:04:05.678Z] \"GET /v2/shop/cart/manifests/1.4 HTTP/1.1\" 503 UF 0 91 30 - \"-\" \"containerd/1.7.11\" \"9f1c\" \"r.acme.test\" "
        "\"10.2.0.5:5000\"",
    .source = "envoyproxy/envoy:docs, access log default format",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
