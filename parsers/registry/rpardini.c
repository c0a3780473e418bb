// rpardini/docker-registry-proxy: nginx before several registries, with its own log
// format.
//
//   HIT [03/Dec/2020:10:11:12 +0000] "/v2/library/redis/blobs/sha256:6f1e" 200 4102 "HOST:registry-1.docker.io" "PROXY-HOST:registry-1.docker.io" "UPSTREAM:-"
//   - [05/Jun/2022:07:08:09 +0000] "/v2/" 401 53 "HOST:registry-1.docker.io" "PROXY-HOST:registry-1.docker.io" "UPSTREAM:203.0.113.90:443"
//
// Source: rpardini/docker-registry-proxy:nginx.conf (log_format tweaked). It names
// neither client nor method. The cache's answer (HIT, MISS, EXPIRED, REVALIDATED …) is
// the reason: with "UPSTREAM:-" nothing was asked of the registry. Its JSON debug format
// is read by json_access.c.
#include "parsers/proxy/http_request.h"

static bool rpardini_read_line(struct pm_str text, struct pm_http_request *q,
                               struct pm_str *upstream) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str word, rest;
    if (!pm_scan_lit(&c, "[") &&
        (!pm_scan_word(&c, &q->reason) || q->reason.n > 12 || !pm_scan_lit(&c, " [")))
        return false; // a pasted "- " reads like a bullet
    size_t used = pm_when_clf(pm_scan_rest(&c), &q->when);
    if (!used) return false;
    c.at += used;
    if (!pm_scan_lit(&c, "] \"") || !pm_scan_until(&c, '"', &q->url) || !pm_scan_blanks(&c))
        return false;
    ptrdiff_t blank = pm_str_chr(q->url, ' ', 0);
    if (blank > 0) {
        struct pm_str line = q->url;
        pm_http_request_line(line, &q->method, &q->url);
    }
    if (!pm_scan_word(&c, &word) || !pm_http_status(word, &q->status)) return false;
    pm_scan_blanks(&c);
    if (pm_scan_word(&c, &word)) pm_http_i64(word, &q->bytes);
    rest = pm_scan_rest(&c);
    q->host = pm_str_between(rest, PM_STR("\"HOST:"), PM_STR("\""));
    if (q->reason.n == 1) q->reason = PM_NONE; // "-": the cache was not asked
    *upstream = pm_str_between(rest, PM_STR("\"UPSTREAM:"), PM_STR("\""));
    return pm_str_has(rest, PM_STR("\"HOST:"));
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    struct pm_str upstream;
    if (!pm_str_has(r->text, PM_STR(" \"HOST:"))) return 0;
    return rpardini_read_line(r->text, &q, &upstream) ? 97 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    struct pm_str upstream = PM_NONE;
    if (!rpardini_read_line(r->text, &q, &upstream)) return PM_PARSE_NO;
    bool cut = !upstream.n;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "no upstream at the end");
    q.flags = PM_EV_MIRROR | pm_http_cache(q.reason) | (cut ? PM_EV_CUT : 0);
    if (pm_str_eqc(upstream, "-")) q.message = PM_STR("served from the cache, upstream not asked");
    pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_rpardini = {
    .name = "docker-registry-proxy",
    .title = "rpardini/docker-registry-proxy access log",
    .example =
        "HIT [03/Dec/2020:10:11:12 +0000] \"/v2/library/redis/blobs/sha256:6f1e\" 200 4102 \"HOST:registry-1.docker.io\" "
        "\"PROXY-HOST:registry-1.docker.io\" \"UPSTREAM:-\"",
    .source = "rpardini/docker-registry-proxy:nginx.conf",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
