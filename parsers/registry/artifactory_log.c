// Artifactory's service and access logs: what the remote repositories met upstream, and
// who was refused.
//
//   2022-06-09 14:12:02,454 [http-nio-8081-exec-40] [ERROR] (o.a.a.d.r.v.DockerV2RemoteRepoHandler:482) - Unable to create manifest markers for '…':
//     'Error fetching https://registry-1.docker.io/v2/library/ghost/manifests/5 (remote response: 429: Too Many Requests)'
//   2024-01-02T03:04:05.678Z [jfrt ] [WARN ] [40ea218a769325db] [.DockerV2RemoteRepoHandler:482] [http-nio-8081-exec-3] - Error fetching …
//   2024-01-02T03:04:05.678Z [40ea218a769325db] [DENIED DOWNLOAD] docker-local:shop/cart/1.4/manifest.json for client : ci / 10.1.2.3 [token]
//
// Source: JFrog platform administration, "Log files"; the service line from public issue
// reports of 6 and 7. Only warnings and errors that speak of images and refusals leave an
// event; ACCEPTED lines are in the request log already.
#include "parsers/proxy/http_request.h"

// The date and the bracketed words after it. Returns how many brackets, `rest` is what
// follows them.
static int brackets(struct pm_str text, struct pm_when *when, struct pm_str *out, int max,
                    struct pm_str *rest) {
    size_t used = pm_when_rfc3339(text, when);
    if (!used) return 0;
    struct pm_scan c = pm_scan_of(pm_str_from(text, used));
    int n = 0;
    pm_scan_blanks(&c);
    while (n < max && pm_scan_char(&c, '[') && pm_scan_until(&c, ']', &out[n])) {
        out[n] = pm_str_trim(out[n]);
        n++;
        pm_scan_blanks(&c);
    }
    *rest = pm_scan_rest(&c);
    return n;
}

static bool is_level(struct pm_str s) {
    static const char *const levels[] = {"ERROR", "WARN", "INFO", "DEBUG", "TRACE"};
    for (size_t i = 0; i < PM_LEN(levels); i++)
        if (pm_str_eqc(s, levels[i])) return true;
    return false;
}

static bool is_action(struct pm_str s) {
    return pm_str_starts(s, PM_STR("ACCEPTED ")) || pm_str_starts(s, PM_STR("DENIED "));
}

// Service lines have a Java class in brackets or parentheses and " - " before the
// message.
static bool is_artifactory(struct pm_str text) {
    return pm_str_has(text, PM_STR("(o.a.")) || pm_str_has(text, PM_STR("(o.j.")) ||
           pm_str_has(text, PM_STR(" [jfrt ]")) || pm_str_has(text, PM_STR(" [jfrt]"));
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_when when;
    struct pm_str b[6] = {0}, rest;
    if (r->text.n < 24 || r->text.p[0] < '1' || r->text.p[0] > '2') return 0;
    int n = brackets(r->text, &when, b, 6, &rest);
    for (int i = 0; i < n && i < 2; i++)
        if (is_action(b[i])) return 90;
    if (n < 2 || !is_artifactory(pm_str_sub(r->text, 0, 200))) return 0;
    return is_level(b[0]) || is_level(b[1]) || is_level(b[2]) ? 85 : 0;
}

// "docker-local:shop/cart/1.4/manifest.json for client : ci / 10.1.2.3 [token]." and
// older "for ci/10.1.2.3."
static enum pm_parse refusal(struct pm_parse_ctx *ctx, const struct pm_record *r,
                             struct pm_when when, struct pm_str action, struct pm_str rest) {
    if (!pm_str_starts(action, PM_STR("DENIED "))) return PM_PARSE_OK;
    struct pm_http_app_line l = {.when = when, .reason = action};
    ptrdiff_t at = pm_str_find(rest, PM_STR("for "), 0);
    struct pm_str who = at < 0 ? PM_NONE : pm_str_from(rest, (size_t)at + 4);
    if (pm_str_starts(who, PM_STR("client : "))) who = pm_str_from(who, 9);
    ptrdiff_t slash = pm_str_chr(who, '/', 0);
    if (slash > 0) {
        l.user = pm_str_trim(pm_str_sub(who, 0, (size_t)slash));
        struct pm_scan c = pm_scan_of(pm_str_trim(pm_str_from(who, (size_t)slash + 1)));
        pm_scan_word(&c, &l.client);
        while (l.client.n && l.client.p[l.client.n - 1] == '.') l.client.n--;
    }
    l.error = pm_arena_fmt(ctx->a, "%.*s: %.*s", PM_FMT(action), PM_FMT(rest));
    return pm_http_app_emit(ctx, r, PM_COMP_REGISTRY, &l);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str b[6] = {{0}}, rest;
    struct pm_http_app_line l = {0};
    int n = brackets(r->text, &l.when, b, 6, &rest);
    if (!n) return PM_PARSE_NO;
    for (int i = 0; i < n && i < 2; i++)
        if (is_action(b[i])) return refusal(ctx, r, l.when, b[i], rest);
    bool trouble = false, level = false;
    for (int i = 0; i < n && i < 3; i++) {
        level |= is_level(b[i]);
        trouble |= pm_str_eqc(b[i], "ERROR") || pm_str_eqc(b[i], "WARN");
    }
    if (!level) return PM_PARSE_NO;
    ptrdiff_t dash = pm_str_find(rest, PM_STR("- "), 0);
    l.error = dash < 0 ? rest : pm_str_from(rest, (size_t)dash + 2);
    bool token =
        pm_str_has(l.error, PM_STR("fetch token for repo: ")); // of a remote repository's upstream
    if (!trouble || (!token && !pm_http_app_about_images(l.error))) return PM_PARSE_OK;
    if (pm_str_has(l.error, PM_STR("://"))) l.flags |= PM_EV_MIRROR;
    return pm_http_app_emit(ctx, r, PM_COMP_REGISTRY, &l);
}

const struct pm_parser pm_parser_artifactory_log = {
    .name = "artifactory-log",
    .title = "Artifactory service and access logs",
    .example =
        "2022-06-09 14:12:02,454 [http-nio-8081-exec-40] [ERROR] (o.a.a.d.r.v.DockerV2RemoteRepoHandler:482) - Error fetching "
        "https://registry-1.docker.io/v2/library/ghost/manifests/5 (remote response: 429: Too Many Requests)",
    .source =
        "JFrog platform administration, Log files; written by us to the shape of public issue reports",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
