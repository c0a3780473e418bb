// zot registry log: one JSON object a line (zerolog).
//
//   {"level":"info","module":"http","component":"session","clientIP":"10.1.2.3:59147","method":"HEAD","path":"/v2/shop/cart/manifests/1.4","statusCode":404,"latency":"0s","bodySize":225,
//    "headers":{"User-Agent":["containerd/1.7.11"]},"goroutine":261,"caller":"zotregistry.dev/zot/pkg/api/session.go:412","time":"2024-01-02T03:04:05.503572101Z","message":"HTTP API"}
//   {"level":"error","error":"…","component":"sync","image":"shop/cart:1.4","goroutine":88,"caller":"zotregistry.dev/zot/pkg/extensions/sync/service.go:301","time":"…","message":"failed to sync image"}
//
// Source: project-zot/zot:pkg/api/session.go, pkg/log/log.go. Errors of on-demand sync
// (zot's pull-through cache) are kind other with the error text.
#include "parsers/proxy/http_json.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct pm_http_json_keys keys = {
    .time = KEYS("time"),
    .client = KEYS("clientIP"),
    .user = KEYS("username"),
    .method = KEYS("method"),
    .url = KEYS("path"),
    .query = KEYS("raw_query"),
    .agent = KEYS("headers/User-Agent"),
    .status = KEYS("statusCode"),
    .bytes = KEYS("bodySize"),
    .duration = (const struct pm_http_json_unit[]){{"latency", 0}, {NULL, 0}},
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    const char *caller = json_string_value(pm_record_member(r, "caller"));
    if (caller && strstr(caller, "zot")) return 97;
    return pm_record_member(r, "statusCode") && pm_record_member(r, "clientIP") &&
                   pm_record_member(r, "goroutine")
               ? 95
               : 0;
}

static enum pm_parse sync_error(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    if (!pm_http_json_is(r->json, "level", "error") && !pm_http_json_is(r->json, "level", "fatal"))
        return PM_PARSE_OK;
    struct pm_http_app_line l = {.when = pm_http_json_when(pm_http_json(ctx->a, r->json, "time"))};
    struct pm_str message = pm_http_json(ctx->a, r->json, "message"),
                  error = pm_http_json(ctx->a, r->json, "error");
    l.error =
        error.n ? pm_arena_fmt(ctx->a, "%.*s: %.*s", PM_FMT(message), PM_FMT(error)) : message;
    l.repository = pm_http_json_any(ctx->a, r->json, KEYS("repository", "repo", "image"));
    ptrdiff_t colon = pm_str_rchr(l.repository, ':');
    if (colon > 0 && pm_str_chr(l.repository, '/', (size_t)colon) < 0) {
        l.tag = pm_str_from(l.repository, (size_t)colon + 1);
        l.repository = pm_str_sub(l.repository, 0, (size_t)colon);
    } else l.tag = pm_http_json_any(ctx->a, r->json, KEYS("reference", "tag"));
    if (pm_http_json_is(r->json, "component", "sync")) l.flags |= PM_EV_MIRROR;
    return pm_http_app_emit(ctx, r, PM_COMP_REGISTRY, &l);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (!bid(r, NULL)) return PM_PARSE_NO;
    if (!pm_record_member(r, "statusCode") || !pm_http_json_request(ctx->a, r->json, &keys, &q))
        return sync_error(ctx, r);
    return pm_http_request_emit(ctx, r, PM_COMP_REGISTRY, &q);
}

const struct pm_parser pm_parser_zot = {
    .name = "zot",
    .title = "zot registry log (JSON)",
    .example =
        "{\"level\":\"info\",\"module\":\"http\",\"clientIP\":\"10.1.2.3:59147\",\"method\":\"HEAD\",\"path\":\"/v2/shop/cart/manifests/"
        "1.4\",\"statusCode\":404,\"latency\":\"0s\",\"bodySize\":225,"
        "\"headers\":{\"User-Agent\":[\"containerd/1.7.11\"]},\"goroutine\":261,\"caller\":\"zotregistry.dev/zot/pkg/api/"
        "session.go:412\",\"time\":\"2024-01-02T03:04:05.5Z\",\"message\":\"HTTP API\"}",
    .source = "project-zot/zot:pkg/api/session.go",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
