// Nginx Proxy Manager's access logs.
//
//   [02/Jan/2024:03:04:05 +0000] MISS 200 200 - GET https r.acme.test "/v2/shop/cart/manifests/1.4" [Client 10.1.2.3] [Length 1573] [Gzip -] [Sent-to 10.2.0.5] "containerd/1.7.11" "-"
//   [02/Jan/2024:03:04:05 +0000] 404 - GET https r.acme.test "/v2/shop/cart/manifests/1.4" [Client 10.1.2.3] [Length 157] [Gzip -] "containerd/1.7.11" "-"
//
// Source: NginxProxyManager/nginx-proxy-manager:docker/rootfs/etc/nginx (log formats
// "proxy" and "standard"). Before the dash stand the cache's word, the upstream's status
// and the client's, or the client's alone.
#include "parsers/proxy/http_request.h"

struct line {
    struct pm_http_request q;
    bool cut;
};

static struct pm_str group(struct pm_str text, struct pm_str name) {
    return pm_str_between(text, name, PM_STR("]"));
}

// What stands before the dash.
static bool read_answer(struct pm_scan *c, struct pm_http_request *q) {
    struct pm_str w, last = PM_NONE;
    for (int i = 0; i < 4; i++) {
        pm_scan_blanks(c);
        if (!pm_scan_word(c, &w)) return false;
        if (i && w.n == 1 && w.p[0] == '-' && last.n == 3 && pm_http_status(last, &q->status))
            return true;
        q->flags |= i == 0 ? pm_http_cache(w) : 0u;
        last = w;
    }
    return false;
}

static bool manager_read_line(struct pm_str text, struct line *l) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str scheme;
    l->q = PM_HTTP_REQUEST_NONE;
    if (!pm_scan_char(&c, '[')) return false;
    size_t used = pm_when_clf(pm_scan_rest(&c), &l->q.when);
    if (!used) return false;
    c.at += used;
    if (!pm_scan_lit(&c, "] ") || !read_answer(&c, &l->q)) return false;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &l->q.method) || !pm_http_method(l->q.method)) return false;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &scheme) || !pm_str_starts(scheme, PM_STR("http"))) return false;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &l->q.host) || !pm_scan_lit(&c, " \"") ||
        !pm_scan_until(&c, '"', &l->q.url))
        return false;
    struct pm_str rest = pm_scan_rest(&c);
    l->q.client = group(rest, PM_STR("[Client "));
    pm_http_i64(group(rest, PM_STR("[Length ")), &l->q.bytes);
    l->q.user_agent = pm_str_between(rest, PM_STR("] \""), PM_STR("\""));
    l->cut = !l->q.user_agent.n;
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l;
    return r->text.n > 40 && r->text.p[0] == '[' && manager_read_line(r->text, &l) ? 96 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l;
    if (!manager_read_line(r->text, &l)) return PM_PARSE_NO;
    if (l.cut) {
        pm_emit_bad(ctx, r, "line-cut", "access log line ends before the user agent");
        l.q.flags |= PM_EV_CUT;
    }
    pm_http_request_emit(ctx, r, PM_COMP_PROXY, &l.q);
    return l.cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_nginx_proxy_manager = {
    .name = "nginx-proxy-manager",
    .title = "Nginx Proxy Manager access log",
    .example =
        "[02/Jan/2024:03:04:05 +0000] MISS 200 200 - GET https r.acme.test \"/v2/shop/cart/manifests/1.4\" [Client 10.1.2.3] [Length 1573] [Gzip -] "
        "[Sent-to 10.2.0.5] \"containerd/1.7.11\" \"-\"",
    .source = "NginxProxyManager/nginx-proxy-manager:docker/rootfs/etc/nginx",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
