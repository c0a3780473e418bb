// JSON access logs that no program fixes: nginx with a JSON log_format, Envoy and Istio
// in JSON, Caddy, Kong, Elastic Common Schema, Fastly and other CDNs, Cloud Load
// Balancing's httpRequest, docker-registry-proxy's debug format, Envoy Gateway and
// Pomerium, Cloudflare's Logpush, Azure's Front Door and Application Gateway, Akamai's
// DataStream, Linkerd, Spegel.
//
//   {"time":"2024-01-02T03:04:05+00:00","remote_addr":"10.1.2.3","request":"GET /v2/shop/cart/manifests/1.4 HTTP/1.1","status":502,"body_bytes_sent":157,"http_user_agent":"containerd/1.7.11","request_time":0.004}
//   {"start_time":"2024-01-02T03:04:05.678Z","method":"GET","path":"/v2/","protocol":"HTTP/1.1","response_code":503,"response_flags":"UF","downstream_remote_address":"10.1.2.3:41022","authority":"r.acme.test"}
//   {"timestamp":"2024-01-02T03:04:05Z","client_ip":"10.1.2.3","host":"r.acme.test","url":"/v2/shop/cart/blobs/sha256:6f1e","request_method":"GET","response_status":200,"fastly_is_edge":true}
//   {":authority":"r.acme.test","x-envoy-origin-path":"/v2/shop/cart/manifests/1.4","method":"GET","response_code":200,"start_time":"2024-01-02T03:04:05.678Z","downstream_remote_address":"10.1.2.3:41022","user-agent":"containerd/1.7.11"}
//   {"timestamp":"2024-01-02T03:04:05Z","httpRequest":{"requestMethod":"GET","requestUrl":"https://r.acme.test/v2/","status":401,"remoteIp":"10.1.2.3","latency":"0.004s"}}
//
// Source: written by us to the names in the documentation of nginx (variables), Envoy
// (JSON dictionary), Caddy (logging), Fastly (log formats), Google Cloud
// (LogEntry.httpRequest), Cloudflare (http_requests), Azure (FrontDoorAccessLog,
// ApplicationGatewayAccessLog); envoyproxy/gateway:internal/xds/translator/accesslog.go,
// pomerium (access log fields), linkerd2-proxy (access log), spegel-org/spegel:pkg/httpx.
// The bid is modest: a URL, a status and no better owner.
#include "parsers/proxy/http_json.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct pm_http_json_keys keys = {
    .time = KEYS("time", "timestamp", "@timestamp", "start_time", "time_iso8601", "time_local",
                 "ts", "access_time", "date", "datetime", "msec", "StartTime", "started_at",
                 "EdgeStartTimestamp", "reqTimeSec", "timeStamp"),
    .client =
        KEYS("x_forwarded_for", "http_x_forwarded_for", "client_ip", "clientip", "remote_ip",
             "remoteIp", "remote_addr", "remoteAddr", "client", "source_ip", "src_ip", "ip",
             "downstream_remote_address", "downstream_direct_remote_address", "client_addr",
             "request/client_ip", "request/remote_ip", "httpRequest/remoteIp", "ClientIP",
             "clientIp", "x_forward_for", "source/ip", "source/address", "client/ip", "remote",
             "http/request/remoteaddr", "nginx/remote_addr", "x-forwarded-for", "forwarded-for",
             "client.addr", "properties/clientIp", "properties/clientIP", "cliIP"),
    .user = KEYS("remote_user", "user", "username", "auth_user", "user_id", "ClientUsername"),
    .method = KEYS("method", "request_method", "requestMethod", "http_method", "verb", "httpMethod",
                   "request/method", "httpRequest/requestMethod", "http.request.method",
                   "http/request/method", "http/method", "nginx/method", "ClientRequestMethod",
                   "properties/httpMethod", "reqMethod", ":method"),
    .url = KEYS("request_uri", "uri", "url", "path", "requestUrl", "request_path", "request_url",
                "x_envoy_original_path", "http_path", "requestURI", "request/uri",
                "httpRequest/requestUrl", "http.request.uri", "url/original", "url/path",
                "http/url", "nginx/url", "x-envoy-origin-path", "x-envoy-original-path", ":path",
                "ClientRequestURI", "properties/requestUri", "reqPath"),
    .query = KEYS("query_string", "args", "query", "qs"),
    .request = KEYS("request", "request_line", "http_request"),
    .host = KEYS("host", "http_host", "authority", "vhost", "server_name", "request/host",
                 "request/headers/host", "url/domain", "hostname", "domain", "Host", ":authority",
                 "ClientRequestHost", "properties/host", "properties/hostName", "reqHost"),
    .agent = KEYS("http_user_agent", "user_agent", "userAgent", "useragent", "agent",
                  "request/headers/User-Agent", "httpRequest/userAgent", "user_agent/original",
                  "request/headers/user-agent", "request_user_agent", "http.request.useragent",
                  "user-agent", "ClientRequestUserAgent", "properties/userAgent", "UA"),
    .status =
        KEYS("status", "response_code", "status_code", "statusCode", "http_status", "code",
             "response_status", "response/status", "httpRequest/status", "http.response.status",
             "responseCode", "http/response/status_code", "nginx/status", "response-code",
             "EdgeResponseStatus", "properties/httpStatusCode", "properties/httpStatus"),
    .bytes =
        KEYS("body_bytes_sent", "bytes_sent", "bytes", "response_bytes", "response_size", "size",
             "resp_body_size", "response_body_size", "bodySize", "httpRequest/responseSize",
             "response_length", "http/response/body/bytes", "response/size", "EdgeResponseBytes",
             "properties/sentBytes", "properties/responseBytes"),
    .error = KEYS("upstream_transport_failure_reason", "err", "error", "error_message"),
    .reason = KEYS("response_flags", "upstream_cache_status", "fastly_info_state", "cache_status",
                   "x_cache"),
    .join = KEYS("request_id", "req_id", "requestId", "x_request_id", "http_x_request_id",
                 "trace_id", "x-request-id", "request-id"),
    .limit =
        KEYS("ratelimit_limit", "ratelimit-limit", "sent_http_ratelimit_limit",
             "upstream_http_ratelimit_limit", "RateLimit-Limit", "response_headers/ratelimit-limit",
             "resp_headers/Ratelimit-Limit", "headers/ratelimit-limit"),
    .remaining = KEYS("ratelimit_remaining", "ratelimit-remaining", "sent_http_ratelimit_remaining",
                      "upstream_http_ratelimit_remaining", "RateLimit-Remaining",
                      "response_headers/ratelimit-remaining", "resp_headers/Ratelimit-Remaining",
                      "headers/ratelimit-remaining"),
    .cache = KEYS("upstream_cache_status", "cache_status", "fastly_info_state", "x_cache",
                  "httpRequest/cacheHit", "CacheCacheStatus", "cacheStatus",
                  "properties/cacheStatus", "cache", "hitmiss"),
    .duration = (const struct pm_http_json_unit[]){{"request_time", 1000000000},
                                                   {"duration_ms", 1000000},
                                                   {"elapsed_ms", 1000000},
                                                   {"latency_ms", 1000000},
                                                   {"time_elapsed", 1000},
                                                   {"durationMs", 1000000},
                                                   {"duration", PM_HTTP_JSON_GUESS},
                                                   {"latency", PM_HTTP_JSON_GUESS},
                                                   {"httpRequest/latency", 0},
                                                   {"response_time", 0},
                                                   {"elapsed", 0},
                                                   {"upstream_response_time", 1000000000},
                                                   {NULL, 0}},
};

static bool has(const struct pm_record *r, const char *path) {
    const json_t *object = r->json;
    const char *slash = strchr(path, '/');
    if (!pm_record_may_have(r, path, slash ? (size_t)(slash - path) : strlen(path))) return false;
    for (; object && (slash = strchr(path, '/')); path = slash + 1) {
        char name[32];
        size_t n = (size_t)(slash - path);
        if (n >= sizeof name) return false;
        memcpy(name, path, n);
        name[n] = 0;
        object = json_object_get(object, name);
    }
    return json_object_get(object, path) != NULL;
}

static bool has_any(const struct pm_record *r, const char *const *names) {
    for (; *names; names++)
        if (has(r, *names)) return true;
    return false;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    const json_t *http = pm_record_member(r, "httpRequest");
    if (json_is_object(http) && json_object_get(http, "requestUrl")) return 60;
    if (!has_any(r, keys.status)) return 0;
    const json_t *request = pm_record_member(r, "request");
    if (json_is_object(request) && json_object_get(request, "uri")) return 55; // Caddy, Kong
    bool asked = has_any(r, keys.url) || json_is_string(request) || has_any(r, keys.request);
    if (!asked) return 0;
    if (has_any(r, keys.method) || json_is_string(request)) return 50;
    return has_any(r, keys.client) ? 30 : 0;
}

// ---- the same without a tree: records of nothing but what nginx's variables and Envoy's
// dictionary are called. None of these names is anybody else's to bid for, and none holds
// a line that a collector wrapped.
#define WANT(name) PM_JSON_WANT(name, PM_JSON_TOP)
enum { REQUEST };
static const struct pm_json_want wants[] = {
    [REQUEST] = WANT("request"),
    WANT("time"),
    WANT("timestamp"),
    WANT("time_iso8601"),
    WANT("time_local"),
    WANT("msec"),
    WANT("remote_addr"),
    WANT("remote_user"),
    WANT("remote_port"),
    WANT("request_method"),
    WANT("request_uri"),
    WANT("request_length"),
    WANT("request_time"),
    WANT("request_id"),
    WANT("uri"),
    WANT("args"),
    WANT("query_string"),
    WANT("status"),
    WANT("body_bytes_sent"),
    WANT("bytes_sent"),
    WANT("http_host"),
    WANT("http_referer"),
    WANT("http_referrer"),
    WANT("http_user_agent"),
    WANT("http_x_forwarded_for"),
    WANT("http_x_request_id"),
    WANT("host"),
    WANT("server_name"),
    WANT("server_port"),
    WANT("server_protocol"),
    WANT("scheme"),
    WANT("ssl_protocol"),
    WANT("ssl_cipher"),
    WANT("upstream_addr"),
    WANT("upstream_status"),
    WANT("upstream_cache_status"),
    WANT("upstream_response_time"),
    WANT("upstream_connect_time"),
    WANT("upstream_header_time"),
    WANT("authority"),
    WANT("bytes_received"),
    WANT("connection_termination_details"),
    WANT("downstream_direct_remote_address"),
    WANT("downstream_local_address"),
    WANT("downstream_remote_address"),
    WANT("duration"),
    WANT("method"),
    WANT("path"),
    WANT("protocol"),
    WANT("requested_server_name"),
    WANT("response_code"),
    WANT("response_code_details"),
    WANT("response_flags"),
    WANT("route_name"),
    WANT("start_time"),
    WANT("upstream_cluster"),
    WANT("upstream_host"),
    WANT("upstream_local_address"),
    WANT("upstream_service_time"),
    WANT("upstream_transport_failure_reason"),
    WANT("user_agent"),
    WANT("x_forwarded_for"),
};
static bool access_sure(const struct pm_json_field *f);
static const struct pm_json_fields fields = {wants, PM_LEN(wants), access_sure};
static struct pm_http_json_log log_of_access = {.keys = &keys, .fields = &fields};

// As `bid` says it of a tree, and never refused by `parse`.
static bool access_sure(const struct pm_json_field *f) {
    return pm_http_json_listed(&log_of_access, f, PM_HTTP_JSON_ROLE(status)) &&
           pm_http_json_listed_asks(&log_of_access, f) &&
           (f[REQUEST].type == PM_JSON_STRING ||
            pm_http_json_listed(&log_of_access, f, PM_HTTP_JSON_ROLE(method)) ||
            pm_http_json_listed(&log_of_access, f, PM_HTTP_JSON_ROLE(client)));
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    bool mine = r->fields || bid(r, NULL);
    if (!pm_http_json_log_request(ctx->a, r, &log_of_access, mine, &q)) return PM_PARSE_NO;
    if (pm_str_eqc(q.reason, "HIT") || pm_str_eqc(q.reason, "MISS")) q.flags |= PM_EV_MIRROR;
    if (pm_http_json_is(r->json, "handler", "mirror")) {
        q.reason = PM_STR("mirror"); // Spegel: where it has nothing, upstream is asked
        q.flags |= PM_EV_MIRROR;
    }
    return pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
}

const struct pm_parser pm_parser_json_access = {
    .name = "json-access",
    .title = "JSON access log of nginx, Envoy, Caddy, Fastly, Cloud Load Balancing",
    .example =
        "{\"time\":\"2024-01-02T03:04:05+00:00\",\"remote_addr\":\"10.1.2.3\",\"request\":\"GET /v2/shop/cart/manifests/1.4 "
        "HTTP/1.1\",\"status\":502,\"body_bytes_sent\":157,"
        "\"http_user_agent\":\"containerd/1.7.11\",\"request_time\":0.004}",
    .source =
        "written by us to the variable names of nginx, Envoy, Caddy, Fastly and Google Cloud LogEntry.httpRequest",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_JSON,
    .fields = &fields,
    .bid = bid,
    .parse = parse,
};
