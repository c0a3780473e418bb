// Squid's cache.log: refusals and failures that name a registry.
//
//   2018/08/15 12:35:13.424| 85,2| client_side_request.cc(696) clientAccessCheckDone: The request GET https://r.acme.test:5000/v2/ is DENIED; last ACL checked: site
//   2024/01/02 03:04:05 kid1| WARNING: …
//
// Source: squid-cache/squid:src/client_side_request.cc, src/debug. Only "The request … is
// DENIED" is a request; ALLOWED lines and the rest are understood without an event. The
// time is local.
#include "parsers/proxy/http_request.h"

static bool squid_cache_read_head(struct pm_str text, struct pm_when *when, struct pm_str *rest) {
    if (text.n < 21 || text.p[4] != '/' || text.p[7] != '/') return false;
    size_t used = pm_when_slash(text, when);
    if (!used) return false;
    struct pm_str s = pm_str_from(text, used);
    if (s.n && s.p[0] == '.') { // milliseconds
        size_t n = 1;
        while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9') n++;
        s = pm_str_from(s, n);
    }
    if (pm_str_starts(s, PM_STR(" kid")))
        s = pm_str_from(s, (size_t)(pm_str_chr(s, '|', 0) < 0 ? 0 : pm_str_chr(s, '|', 0)));
    if (!s.n || s.p[0] != '|') return false;
    *rest = pm_str_trim(pm_str_from(s, 1));
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_when when;
    struct pm_str rest;
    return squid_cache_read_head(r->text, &when, &rest) ? 88 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    struct pm_str rest;
    if (!squid_cache_read_head(r->text, &q.when, &rest)) return PM_PARSE_NO;
    ptrdiff_t at = pm_str_find(rest, PM_STR("The request "), 0),
              denied = pm_str_find(rest, PM_STR(" is DENIED"), 0);
    if (at < 0 || denied < at) return PM_PARSE_OK;
    struct pm_str said = pm_str_from(rest, (size_t)at), url;
    struct pm_scan c = pm_scan_of(pm_str_sub(said, 12, (size_t)(denied - at) - 12));
    if (!pm_scan_word(&c, &q.method) || !pm_scan_blanks(&c) || !pm_scan_word(&c, &url))
        return PM_PARSE_OK;
    q.reason = PM_STR("TCP_DENIED");
    q.error = said;
    q.url = url;
    if (!pm_str_eqc(q.method, "CONNECT")) return pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    q.host = url;
    q.url = PM_NONE;
    return pm_http_registry_host(pm_http_host(url))
               ? pm_http_request_emit_any(ctx, r, PM_COMP_PROXY, &q)
               : PM_PARSE_OK;
}

const struct pm_parser pm_parser_squid_cache = {
    .name = "squid-cache",
    .title = "Squid cache.log",
    .example =
        "2018/08/15 12:35:13.424| 85,2| client_side_request.cc(696) clientAccessCheckDone: The request GET https://r.acme.test:5000/v2/ is DENIED; last "
        "ACL checked: site",
    .source = "squid-cache/squid:src/client_side_request.cc",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
