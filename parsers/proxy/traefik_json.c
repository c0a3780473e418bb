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

// ---- the same without a tree: records of nothing but Traefik's own members and the headers
// that are read.
#define WANT(name) PM_JSON_WANT(name, PM_JSON_TOP)
enum { PATH, STATUS, ORIGIN_STATUS, MSG };
static const struct pm_json_want wants[] = {
    [PATH] = WANT("RequestPath"),
    [STATUS] = WANT("DownstreamStatus"),
    [ORIGIN_STATUS] = WANT("OriginStatus"),
    [MSG] = WANT("msg"),
    WANT("ClientAddr"),
    WANT("ClientHost"),
    WANT("ClientPort"),
    WANT("ClientUsername"),
    WANT("DownstreamContentSize"),
    WANT("DownstreamStatusLine"),
    WANT("Duration"),
    WANT("GzipRatio"),
    WANT("OriginContentSize"),
    WANT("OriginDuration"),
    WANT("OriginStatusLine"),
    WANT("Overhead"),
    WANT("RequestAddr"),
    WANT("RequestContentSize"),
    WANT("RequestCount"),
    WANT("RequestHost"),
    WANT("RequestMethod"),
    WANT("RequestPort"),
    WANT("RequestProtocol"),
    WANT("RequestScheme"),
    WANT("RetryAttempts"),
    WANT("RouterName"),
    WANT("ServiceAddr"),
    WANT("ServiceName"),
    WANT("ServiceURL"),
    WANT("SpanId"),
    WANT("StartLocal"),
    WANT("StartUTC"),
    WANT("TLSCipher"),
    WANT("TLSClientSubject"),
    WANT("TLSVersion"),
    WANT("TraceId"),
    WANT("downstream_Content-Length"),
    WANT("downstream_Content-Type"),
    WANT("downstream_Docker-Content-Digest"),
    WANT("downstream_Docker-Distribution-Api-Version"),
    WANT("downstream_RateLimit-Limit"),
    WANT("downstream_RateLimit-Remaining"),
    WANT("downstream_Ratelimit-Limit"),
    WANT("downstream_Ratelimit-Remaining"),
    WANT("entryPointName"),
    WANT("level"),
    WANT("origin_Content-Length"),
    WANT("origin_Content-Type"),
    WANT("origin_Docker-Content-Digest"),
    WANT("origin_Docker-Distribution-Api-Version"),
    WANT("origin_RateLimit-Limit"),
    WANT("origin_RateLimit-Remaining"),
    WANT("origin_Ratelimit-Limit"),
    WANT("origin_Ratelimit-Remaining"),
    WANT("request_Accept-Encoding"),
    WANT("request_Authorization"),
    WANT("request_User-Agent"),
    WANT("request_X-Forwarded-For"),
    WANT("time"),
};
static bool traefik_sure(const struct pm_json_field *f);
static const struct pm_json_fields fields = {wants, PM_LEN(wants), traefik_sure};
static struct pm_http_json_log log_of_traefik = {.keys = &keys, .fields = &fields};

// The message of a request is empty: one with words is a log line of somebody's.
static bool traefik_sure(const struct pm_json_field *f) {
    return f[PATH].text.n && (f[STATUS].type || f[ORIGIN_STATUS].type) && !f[MSG].text.n &&
           pm_http_json_listed_asks(&log_of_traefik, f);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    bool mine = r->fields || bid(r, NULL);
    if (!pm_http_json_log_request(ctx->a, r, &log_of_traefik, mine, &q)) return PM_PARSE_NO;
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
    .fields = &fields,
    .bid = bid,
    .parse = parse,
};
