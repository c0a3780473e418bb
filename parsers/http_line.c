// The last resort for access logs that nobody knows: any line that quotes a registry request with its protocol, followed by a status.
//
//   2023-03-25T08:34:22.186Z INFO  registry > 10.1.2.3:57539 "HEAD /v2/library/fedora/manifests/latest HTTP/1.1" 404 "-" "docker/20.10.13" 1.711879ms
//
// Source: written by us to the habit of access logs since NCSA httpd: address before, status after, agent in the last quotes.
#include "http_request.h"

struct line {
    struct pm_str before, request, after, method, url;
};

static bool read_line(struct pm_str text, struct line *l) {
    ptrdiff_t proto = pm_str_find(text, PM_STR(" HTTP/"), 0);
    if (proto < 8) return false;
    ptrdiff_t open = pm_str_rchr(pm_str_sub(text, 0, (size_t)proto), '"'), close = pm_str_chr(text, '"', (size_t)proto);
    if (open < 0 || close < 0) return false;
    l->before = pm_str_sub(text, 0, (size_t)open);
    l->request = pm_str_sub(text, (size_t)open + 1, (size_t)(close - open) - 1);
    l->after = pm_str_from(text, (size_t)close + 1);
    return pm_http_request_line(l->request, &l->method, &l->url) && pm_http_registry_url(l->url);
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l;
    return read_line(r->text, &l) ? 10 : 0;
}

// The last word before the request that looks like an address.
static struct pm_str address_in(struct pm_str before) {
    struct pm_scan c = pm_scan_of(before);
    struct pm_str w, found = PM_NONE;
    while (pm_scan_blanks(&c), pm_scan_word(&c, &w)) {
        size_t dots = 0, digits = 0, n = 0;
        for (; n < w.n && (strchr("0123456789.:,[]", w.p[n])); n++) dots += w.p[n] == '.', digits += w.p[n] >= '0' && w.p[n] <= '9';
        if (n == w.n && dots == 3 && digits >= 4) found = w;
    }
    return found;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (!read_line(r->text, &l)) return PM_PARSE_NO;
    struct pm_scan c = pm_scan_of(l.after);
    struct pm_str word;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &word) || !pm_http_status(word, &q.status) || !q.status) return PM_PARSE_NO;
    if (!pm_when_rfc3339(l.before, &q.when)) q.when = (struct pm_when){0};
    q.client = address_in(l.before);
    q.method = l.method, q.url = l.url;
    ptrdiff_t end = pm_str_rchr(l.after, '"'), start = end > 0 ? pm_str_rchr(pm_str_sub(l.after, 0, (size_t)end), '"') : -1;
    if (start >= 0) q.user_agent = pm_str_sub(l.after, (size_t)start + 1, (size_t)(end - start) - 1);
    struct pm_str last = pm_str_from(l.after, (size_t)(pm_str_rchr(l.after, ' ') + 1));
    if (!pm_duration(last, &q.duration_ns)) q.duration_ns = 0;
    return pm_http_request_emit_any(ctx, r, PM_COMP_REGISTRY, &q);
}

const struct pm_parser pm_parser_http_line = {
    .name = "http-line",
    .title = "A registry request in quotes with a status, in a log of unknown make",
    .example = "2023-03-25T08:34:22.186Z INFO  registry > 10.1.2.3:57539 \"HEAD /v2/library/fedora/manifests/latest HTTP/1.1\" 404 \"-\" \"docker/20.10.13\" 1.711879ms",
    .source = "written by us to the habit of access logs",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_FALLBACK,
    .bid = bid,
    .parse = parse,
};
