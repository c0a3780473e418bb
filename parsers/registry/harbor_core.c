// Harbor core, jobservice and registryctl: Harbor's own text formatter, and its JSON
// variant.
//
//   2024-01-02T03:04:05Z [ERROR] [/server/middleware/repoproxy/proxy.go:318]: failed to proxy manifest, fallback to local, request uri: /v2/hub/library/redis/manifests/7, error: …
//   2024-01-02T03:04:05Z [ERROR] [/lib/http/error.go:56]: {"errors":[{"code":"UNAUTHORIZED","message":"unauthorized to access repository: shop/cart, action: pull"}]}
//   2024-01-02T03:04:05Z [WARNING] [/server/middleware/repoproxy/proxy.go:233]: Artifact: hub/library/redis:7, digest: is not found in proxy cache, fetch it from remote repo
//   2024-01-02T03:04:05Z [ERROR] [/server/middleware/log/log.go:31][requestID="9f1c"]: …
//   {"level":"ERROR","time":"2024-01-02T03:04:05Z","file":"/lib/http/error.go:56","message":"…"}
//
// Source: goharbor/harbor:src/lib/log/{textformatter,jsonformatter}.go,
// src/lib/http/error.go, src/server/middleware/repoproxy/proxy.go. A miss of the proxy
// cache is no failure: it is told as message, with the artifact it was for. Errors of the
// API (`{"errors":[…]}`) are lifted as "CODE: message".
#include "parsers/proxy/http_json.h"
#include "parsers/proxy/http_request.h"

struct line {
    struct pm_when when;
    struct pm_str level, file, message;
};

static const char *const levels[] = {"DEBUG", "INFO", "WARNING", "ERROR", "FATAL"};

static bool read_text(struct pm_str text, struct line *l) {
    size_t used = pm_when_rfc3339(text, &l->when);
    struct pm_scan c = pm_scan_of(pm_str_from(text, used));
    if (!used || !pm_scan_lit(&c, " [") || !pm_scan_until(&c, ']', &l->level)) return false;
    bool known = false;
    for (size_t i = 0; i < PM_LEN(levels); i++) known |= pm_str_eqc(l->level, levels[i]);
    if (!known) return false;
    pm_scan_blanks(&c);
    if (pm_scan_char(&c, '[') && !pm_scan_until(&c, ']', &l->file)) return false;
    struct pm_str fields;
    if (pm_scan_char(&c, '[') && !pm_scan_until(&c, ']', &fields)) return false;
    if (!pm_scan_lit(&c, ":")) return false;
    l->message = pm_str_trim(pm_scan_rest(&c));
    return true;
}

static bool read_json(struct pm_arena *a, const json_t *object, struct line *l) {
    l->level = pm_http_json(a, object, "level");
    l->when = pm_http_json_when(pm_http_json(a, object, "time"));
    l->file = pm_http_json(a, object, "file");
    if (!l->file.n) l->file = pm_http_json(a, object, "line");
    l->message = pm_http_json(a, object, "message");
    return l->message.n && pm_str_has(l->file, PM_STR(".go:"));
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l = {0};
    if (r->shape == PM_SHAPE_JSON) {
        const char *file = json_string_value(pm_record_member(r, "file"));
        return file && strstr(file, ".go:") && pm_record_member(r, "level") &&
                       pm_record_member(r, "message")
                   ? 60
                   : 0;
    }
    if (r->text.n < 24 || r->text.p[0] != '2' || !read_text(r->text, &l)) return 0;
    return pm_str_has(l.file, PM_STR(".go:")) ? 90 : 70;
}

// {"errors":[{"code":"NOT_FOUND","message":"project shop not found"}]} → NOT_FOUND:
// project shop not found
static struct pm_str api_error(struct pm_arena *a, struct pm_str message) {
    ptrdiff_t at = pm_str_find(message, PM_STR("{\"errors\":["), 0);
    if (at < 0) return PM_NONE;
    struct pm_scan c = pm_scan_of(pm_str_from(message, (size_t)at));
    struct pm_str skipped, code, text = PM_NONE;
    if (!pm_scan_until_lit(&c, "\"code\":", &skipped) || !pm_scan_quoted(&c, a, &code, NULL))
        return PM_NONE;
    if (pm_scan_until_lit(&c, "\"message\":", &skipped)) pm_scan_quoted(&c, a, &text, NULL);
    return text.n ? pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(code), PM_FMT(text)) : code;
}

// "unauthorized to access repository: shop/cart, action: pull", "repository shop/cart not
// found"
static struct pm_str repository_in(struct pm_str text) {
    static const char *const before[] = {"repository: ", "repository "};
    for (size_t i = 0; i < PM_LEN(before); i++) {
        ptrdiff_t at = pm_str_find(text, pm_str_c(before[i]), 0);
        if (at < 0) continue;
        struct pm_str s = pm_str_from(text, (size_t)at + strlen(before[i]));
        size_t n = 0;
        while (n < s.n && !strchr(" ,:@\"", s.p[n])) n++;
        if (n && memchr(s.p, '/', n)) return pm_str_sub(s, 0, n);
    }
    return PM_NONE;
}

// "Artifact: hub/library/redis:7, digest: is not found in proxy cache"
static bool proxy_miss(struct pm_str message, struct pm_http_app_line *l) {
    if (!pm_str_has(message, PM_STR("not found in proxy cache"))) return false;
    struct pm_str artifact = pm_str_trim(pm_str_between(message, PM_STR("rtifact: "), PM_STR(",")));
    ptrdiff_t at = pm_str_chr(artifact, '@', 0), colon = pm_str_rchr(artifact, ':');
    if (at > 0) {
        l->digest = pm_str_from(artifact, (size_t)at + 1);
        l->repository = pm_str_sub(artifact, 0, (size_t)at);
    } else if (colon > 0) {
        l->tag = pm_str_from(artifact, (size_t)colon + 1);
        l->repository = pm_str_sub(artifact, 0, (size_t)colon);
    } else l->repository = artifact;
    l->message = message;
    l->flags |= PM_EV_MIRROR;
    return true;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l = {0};
    if (!(r->shape == PM_SHAPE_JSON ? read_json(ctx->a, r->json, &l) : read_text(r->text, &l)))
        return PM_PARSE_NO;
    struct pm_http_app_line e = {.when = l.when};
    if (proxy_miss(l.message, &e)) return pm_http_app_emit(ctx, r, PM_COMP_REGISTRY, &e);
    bool error = pm_str_eqc(l.level, "ERROR") || pm_str_eqc(l.level, "FATAL");
    bool warning = pm_str_eqc(l.level, "WARNING");
    bool proxy =
        pm_str_has(l.file, PM_STR("proxy")) || pm_str_ifind(l.message, PM_STR("upstream"), 0) >= 0;
    if (!error && !(warning && (proxy || pm_http_app_about_images(l.message)))) return PM_PARSE_OK;
    if (proxy) e.flags |= PM_EV_MIRROR;
    e.error = api_error(ctx->a, l.message);
    if (!e.error.n) {
        ptrdiff_t at = pm_str_find(l.message, PM_STR("error: "), 0);
        e.error = at > 0 ? pm_str_from(l.message, (size_t)at + 7) : l.message;
    }
    if (e.error.p != l.message.p && l.message.p[0] != '{') e.message = l.message;
    e.repository = repository_in(e.error);
    return pm_http_app_emit(ctx, r, PM_COMP_REGISTRY, &e);
}

const struct pm_parser pm_parser_harbor_core = {
    .name = "harbor-core",
    .title = "Harbor core, jobservice and registryctl logs",
    .example =
        "2024-01-02T03:04:05Z [ERROR] [/lib/http/error.go:56]: {\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"unauthorized to access repository: "
        "shop/cart, action: pull\"}]}",
    .source =
        "goharbor/harbor:src/lib/log/textformatter.go, src/lib/http/error.go, src/server/middleware/repoproxy/proxy.go",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
