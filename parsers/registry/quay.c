// Quay: gunicorn workers, their nginx, and the docker-registry 0.x of old, which log the
// same way.
//
//   gunicorn-registry stdout | 2025-03-04 05:06:07,118 [84] [INFO] [gunicorn.access] 10.1.2.3 - - [04/Mar/2025:05:06:07 +0000] "GET /v2/shop/cart/manifests/1.4 HTTP/1.1" 429 88 "-" "cri-o/1.29.11"
//   nginx stdout | 10.1.2.3 (-) - - [04/Mar/2025:05:06:07 +0000] "GET /v2/ HTTP/1.1" 401 4 "-" "cri-o/1.29.11" (0.010 1234 0.010)
//   gunicorn-registry stdout | 2025-03-04 05:06:08,118 [84] [ERROR] [endpoints.v2.manifest] …
//   2017-05-06 07:08:09,204 INFO: 10.1.2.3 - - [06/May/2017:07:08:09] "GET /v2/shop/cart/tags/list HTTP/1.1" 404 301 "-" "Faraday v0.9.2"
//
// Source: quay/quay:conf/supervisord.conf.jnj, conf/logging.conf,
// conf/nginx/http-base.conf.jnj; docker/docker-registry 0.9. The access part is combined
// log format; python's own stamp before it has no zone and gives way. Other lines at
// ERROR that speak of images are kind other.
#include "parsers/proxy/clf.h"

static bool passed_level(struct pm_scan *c, struct pm_str *level) {
    struct pm_str pid, rest = pm_scan_rest(c);
    static const char *const plain[] = {"INFO: ", "WARNING: ", "ERROR: ", "DEBUG: "};
    for (size_t i = 0; i < PM_LEN(plain); i++)
        if (pm_scan_lit(c, plain[i])) {
            *level = pm_str_sub(rest, 0, strlen(plain[i]) - 2);
            return true;
        }
    if (!pm_scan_char(c, '[') || !pm_scan_until(c, ']', &pid) || !pm_scan_lit(c, " [") ||
        !pm_scan_until(c, ']', level))
        return false;
    return pm_scan_blanks(c) > 0;
}

struct line {
    struct pm_when when;
    struct pm_str process, level, logger, rest;
};

// "PROCESS stdout | ", python's stamp, level and logger: all optional, but one must be
// there.
static bool read_head(struct pm_str text, struct line *l) {
    struct pm_scan c = pm_scan_of(text);
    ptrdiff_t pipe = pm_str_find(pm_str_sub(text, 0, 64), PM_STR(" | "), 0);
    if (pipe > 0 && (pm_str_ends(pm_str_sub(text, 0, (size_t)pipe), PM_STR(" stdout")) ||
                     pm_str_ends(pm_str_sub(text, 0, (size_t)pipe), PM_STR(" stderr")))) {
        l->process = pm_str_sub(text, 0, (size_t)pipe);
        c.at += pipe + 3;
    }
    struct pm_str s = pm_scan_rest(&c), pid;
    struct pm_scan unstamped =
        c; // kubectl logs --timestamps and the like take python's stamp for theirs
    if (pm_scan_char(&unstamped, '[') && pm_scan_until(&unstamped, ']', &pid) && pid.n &&
        pid.p[0] <= '9' && pm_scan_lit(&unstamped, " [")) {
        if (!passed_level(&c, &l->level)) return false;
    } else if (pm_str_starts(s, PM_STR("INFO: "))) passed_level(&c, &l->level);
    if (l->level.n && pm_scan_char(&c, '[')) {
        if (!pm_scan_until(&c, ']', &l->logger)) return false;
        pm_scan_blanks(&c);
    }
    if (!l->level.n && s.n > 24 && s.p[4] == '-' && s.p[10] == ' ') {
        size_t used = pm_when_rfc3339(s, &l->when);
        c.at += used;
        if (!used || !pm_scan_blanks(&c) || !passed_level(&c, &l->level)) return false;
        if (pm_scan_char(&c, '[')) {
            if (!pm_scan_until(&c, ']', &l->logger)) return false;
            pm_scan_blanks(&c);
        }
    }
    l->rest = pm_scan_rest(&c);
    return l->process.n || l->level.n;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l = {0};
    if (!read_head(r->text, &l)) return 0;
    if (pm_clf_bid(l.rest, PM_CLF_COMBINED | PM_CLF_COMMON, 1) > 0 ||
        pm_str_eqc(l.logger, "gunicorn.access"))
        return 93;
    return pm_str_starts(l.process, PM_STR("gunicorn-")) ||
                   pm_str_starts(l.process, PM_STR("nginx "))
               ? 85
               : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {0};
    if (!read_head(r->text, &l)) return PM_PARSE_NO;
    enum pm_parse done = pm_clf_parse(
        ctx, r, l.rest, PM_CLF_COMBINED | PM_CLF_COMMON | PM_CLF_DISTRIBUTION, PM_COMP_REGISTRY);
    if (done != PM_PARSE_NO) return done;
    if (!l.process.n && !l.logger.n) return PM_PARSE_NO;
    if (!pm_str_eqc(l.level, "ERROR") || !pm_http_app_about_images(l.rest)) return PM_PARSE_OK;
    struct pm_http_app_line e = {.when = l.when, .error = l.rest, .reason = l.logger};
    return pm_http_app_emit(ctx, r, PM_COMP_REGISTRY, &e);
}

const struct pm_parser pm_parser_quay = {
    .name = "quay",
    .title = "Quay: gunicorn and nginx access lines, application log",
    .example =
        "gunicorn-registry stdout | 2025-03-04 05:06:07,118 [84] [INFO] [gunicorn.access] 10.1.2.3 - - [04/Mar/2025:05:06:07 +0000] "
        "\"GET /v2/shop/cart/manifests/1.4 HTTP/1.1\" 429 88 \"-\" \"cri-o/1.29.11\"",
    .source = "quay/quay:conf/logging.conf, conf/nginx/http-base.conf.jnj",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
