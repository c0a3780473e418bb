// Tinyproxy's log.
//
//   NOTICE    Jun 18 10:20:55 [4127]: Proxying refused on filtered domain "registry-1.docker.io"
//   NOTICE    Jun 18 10:20:55.123 [4127]: Proxying refused on filtered url "https://r.acme.test/v2/"
//   ERROR     Jun 18 10:20:58 [4127]: opensock: Could not retrieve address info for registry-1.docker.io:443
//   CONNECT   Jun 18 10:21:02 [4127]: Request (file descriptor 7): CONNECT registry-1.docker.io:443 HTTP/1.1
//
// Source: tinyproxy/tinyproxy:src/{log,filter,reqs,sock}.c. The stamp has no year and no
// zone. A refusal or failure that names a registry is a request with the proxy's own
// words as error; a CONNECT line alone says nothing of the outcome and leaves no event.
#include "parsers/proxy/http_request.h"

struct line {
    struct pm_when when;
    struct pm_str level, message;
};

static bool tinyproxy_read_line(struct pm_str text, struct line *l) {
    static const char *const levels[] = {"CONNECT", "NOTICE",   "ERROR", "WARNING",
                                         "INFO",    "CRITICAL", "DEBUG"};
    struct pm_scan c = pm_scan_of(text);
    struct pm_str pid;
    bool known = false;
    if (!pm_scan_word(&c, &l->level)) return false;
    for (size_t i = 0; i < PM_LEN(levels); i++) known |= pm_str_eqc(l->level, levels[i]);
    if (!known || pm_scan_blanks(&c) < 2) return false;
    size_t used = pm_when_syslog(pm_scan_rest(&c), &l->when);
    if (!used) return false;
    c.at += used;
    if (!pm_scan_lit(&c, " [") || !pm_scan_until(&c, ']', &pid) || !pm_scan_lit(&c, ": "))
        return false;
    l->message = pm_scan_rest(&c);
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l = {0};
    return r->text.n > 30 && r->text.p[0] >= 'C' && r->text.p[0] <= 'W' &&
                   tinyproxy_read_line(r->text, &l)
               ? 92
               : 0;
}

// The host or URL that a refusal names, in quotes or as the last word.
static struct pm_str target_of(struct pm_str m) {
    static const char *const before[] = {"Could not retrieve address info for ",
                                         "Could not establish a connection to ",
                                         "Could not connect to "};
    struct pm_str quoted = pm_str_between(m, PM_STR("\""), PM_STR("\""));
    if (quoted.n) return quoted;
    for (size_t i = 0; i < PM_LEN(before); i++) {
        ptrdiff_t at = pm_str_ifind(m, pm_str_c(before[i]), 0);
        struct pm_scan c =
            pm_scan_of(at < 0 ? PM_NONE : pm_str_from(m, (size_t)at + strlen(before[i])));
        struct pm_str w;
        if (pm_scan_word(&c, &w)) return w;
    }
    return PM_NONE;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {0};
    if (!tinyproxy_read_line(r->text, &l)) return PM_PARSE_NO;
    if (pm_str_eqc(l.level, "CONNECT") || pm_str_eqc(l.level, "INFO") ||
        pm_str_eqc(l.level, "DEBUG"))
        return PM_PARSE_OK;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    struct pm_str target = target_of(l.message);
    q.when = l.when;
    q.error = l.message;
    if (pm_http_registry_url(target)) q.url = target;
    else if (pm_http_registry_host(pm_http_host(target))) q.host = target;
    else return PM_PARSE_OK;
    return pm_http_request_emit_any(ctx, r, PM_COMP_PROXY, &q);
}

const struct pm_parser pm_parser_tinyproxy = {
    .name = "tinyproxy",
    .title = "Tinyproxy log",
    .example =
        "NOTICE    Jun 18 10:20:55 [4127]: Proxying refused on filtered domain \"registry-1.docker.io\"",
    .source = "tinyproxy/tinyproxy:src/log.c, src/filter.c",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
