// Traefik access log in JSON.
//
//   {"ClientAddr":"10.1.2.3:41022","ClientHost":"10.1.2.3","ClientUsername":"-","DownstreamContentSize":11,"DownstreamStatus":502,"Duration":3123456,"OriginStatus":502,
//    "RequestHost":"r.acme.test","RequestMethod":"GET","RequestPath":"/v2/shop/cart/manifests/1.4","RouterName":"reg@kubernetes","ServiceURL":"http://10.2.0.5:5000","StartUTC":"2024-01-02T03:04:05.678Z",
//    "request_User-Agent":"containerd/1.7.11","level":"info","msg":"","time":"2024-01-02T03:04:05Z"}
//
// Source: traefik/traefik:pkg/middlewares/accesslog/logdata.go. Duration is in
// nanoseconds. The status is the one the client got.
#include "parsers/proxy/http_json.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct pm_http_json_keys keys = {
    .time = KEYS("StartUTC", "StartLocal", "time"),
    .client = KEYS("request_X-Forwarded-For", "ClientHost", "ClientAddr"),
    .user = KEYS("ClientUsername"),
    .method = KEYS("RequestMethod"),
    .url = KEYS("RequestPath"),
    .host = KEYS("RequestHost", "RequestAddr"),
    .agent = KEYS("request_User-Agent"),
    .status = KEYS("DownstreamStatus", "OriginStatus"),
    .bytes = KEYS("DownstreamContentSize", "OriginContentSize"),
    .limit = KEYS("downstream_Ratelimit-Limit", "origin_Ratelimit-Limit",
                  "downstream_RateLimit-Limit", "origin_RateLimit-Limit"),
    .remaining = KEYS("downstream_Ratelimit-Remaining", "origin_Ratelimit-Remaining",
                      "downstream_RateLimit-Remaining", "origin_RateLimit-Remaining"),
    .duration = (const struct pm_http_json_unit[]){{"Duration", 1}, {NULL, 0}},
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_record_member(r, "RequestPath") &&
                   (pm_record_member(r, "DownstreamStatus") || pm_record_member(r, "OriginStatus"))
               ? 97
               : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (!bid(r, NULL) || !pm_http_json_request(ctx->a, r->json, &keys, &q)) return PM_PARSE_NO;
    q.client =
        pm_http_client_last(q.client); // ClientHost is X-Forwarded-For as it came, if one came
    return pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
}

const struct pm_parser pm_parser_traefik_json = {
    .name = "traefik-json",
    .title = "Traefik access log, JSON",
    .example =
        "{\"ClientHost\":\"10.1.2.3\",\"ClientUsername\":\"-\",\"DownstreamContentSize\":11,\"DownstreamStatus\":502,\"Duration\":3123456,"
        "\"OriginStatus\":502,\"RequestHost\":\"r.acme.test\","
        "\"RequestMethod\":\"GET\",\"RequestPath\":\"/v2/shop/cart/manifests/"
        "1.4\",\"StartUTC\":\"2024-01-02T03:04:05.678Z\",\"request_User-Agent\":\"containerd/1.7.11\"}",
    .source = "traefik/traefik:pkg/middlewares/accesslog/logdata.go",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
