// Nexus Repository nexus.log (logback).
//
//   2024-01-02 03:04:05,678+0000 WARN  [qtp1054-231] ci org.sonatype.nexus.repository.docker.internal.V2Handlers - Error: GET /v2/shop/cart/manifests/1.4: 404 - …
//   2024-01-02 03:04:05,678+0000 WARN  [qtp1054-232] *UNKNOWN org.sonatype.nexus.repository.httpclient.internal.HttpClientFacetImpl - Repository status for docker-hub changed …
//
// Source: Sonatype Nexus Repository 3, etc/logback/logback.xml: date, level, thread,
// user, logger, message. Only warnings and errors that speak of images leave an event. A
// remote repository that Nexus blocks itself ("auto-blocked") is such a line.
#include "parsers/proxy/http_request.h"

struct line {
    struct pm_when when;
    struct pm_str level, thread, user, logger, message;
};

static bool nexus_log_read_line(struct pm_str text, struct line *l) {
    size_t used = pm_when_rfc3339(text, &l->when);
    struct pm_scan c = pm_scan_of(pm_str_from(text, used));
    if (!used || !pm_scan_blanks(&c) || !pm_scan_word(&c, &l->level)) return false;
    pm_scan_blanks(&c);
    if (!pm_scan_char(&c, '[') || !pm_scan_until(&c, ']', &l->thread)) return false;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &l->user)) return false;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &l->logger) || !pm_scan_lit(&c, " - ")) return false;
    l->message = pm_scan_rest(&c);
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l = {0};
    if (r->text.n < 40 || r->text.p[0] != '2' || r->text.p[10] != ' ' ||
        !nexus_log_read_line(r->text, &l))
        return 0;
    return pm_str_has(l.logger, PM_STR("sonatype")) ? 92 : 40;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {0};
    if (!nexus_log_read_line(r->text, &l)) return PM_PARSE_NO;
    bool trouble = pm_str_eqc(l.level, "ERROR") || pm_str_eqc(l.level, "WARN");
    bool images = pm_str_has(l.logger, PM_STR(".docker.")) || pm_http_app_about_images(l.message);
    ptrdiff_t blocked = pm_str_find(l.message, PM_STR("_BLOCKED"), 0),
              reason = pm_str_find(l.message, PM_STR(" - reason "), 0);
    bool auto_blocked = blocked > 0 && reason > blocked &&
                        pm_str_starts(l.message, PM_STR("Repository status for ")); // told at INFO
    if (!auto_blocked && (!trouble || !images)) return PM_PARSE_OK;
    struct pm_http_app_line e = {.when = l.when, .error = l.message};
    if (auto_blocked) {
        e.error = pm_str_from(l.message, (size_t)reason + 10);
        e.message = l.message;
    }
    if (!pm_str_starts(l.user, PM_STR("*"))) e.user = l.user;
    if (pm_str_has(l.message, PM_STR("://"))) e.flags |= PM_EV_MIRROR;
    if (pm_str_starts(l.message, PM_STR("Manifest refers to missing layer")))
        e.flags |= PM_EV_PUSH; // V2ManifestUtilImpl checks a manifest that is being put
    ptrdiff_t at = pm_str_find(l.message, PM_STR(" for: "), 0);
    if (at > 0) {
        struct pm_scan c = pm_scan_of(pm_str_from(l.message, (size_t)at + 6));
        pm_scan_word(&c, &e.repository);
    }
    return pm_http_app_emit(ctx, r, PM_COMP_REGISTRY, &e);
}

const struct pm_parser pm_parser_nexus_log = {
    .name = "nexus-log",
    .title = "Nexus Repository nexus.log",
    .example =
        "2024-01-02 03:04:05,678+0000 WARN  [qtp1054-231] ci org.sonatype.nexus.repository.docker.internal.V2Handlers - Error: GET "
        "/v2/shop/cart/manifests/1.4: 404",
    .source = "Sonatype Nexus Repository 3: etc/logback/logback.xml",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
