// GitLab container registry, access log (LabKit): one JSON object a line. Its application
// log is Distribution's (distribution_log.c).
//
//   {"content_type":"application/json","correlation_id":"01HK","duration_ms":12,"host":"reg.acme.test","level":"info","method":"GET","msg":"access","proto":"HTTP/1.1","remote_addr":"10.1.2.3:51514",
//    "remote_ip":"10.1.2.3","status":401,"system":"http","time":"2024-01-02T03:04:05.123Z","ttfb_ms":12,"uri":"/v2/shop/cart/manifests/1.4","user_agent":"containerd/1.7.11","written_bytes":160}
//
// Source: gitlab-org/labkit:log/access_logger.go. Workhorse and other LabKit programs
// write the same shape: their lines are understood without an event.
#include "parsers/proxy/http_json.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct pm_http_json_keys keys = {
    .time = KEYS("time"),
    .client = KEYS("remote_ip", "remote_addr"),
    .method = KEYS("method"),
    .url = KEYS("uri"),
    .host = KEYS("host"),
    .agent = KEYS("user_agent"),
    .status = KEYS("status"),
    .bytes = KEYS("written_bytes"),
    .join = KEYS("correlation_id"),
    .duration = (const struct pm_http_json_unit[]){{"duration_ms", 1000000}, {NULL, 0}},
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_http_json_is(r->json, "msg", "access") && pm_http_json_is(r->json, "system", "http")
               ? 97
               : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (!bid(r, NULL) || !pm_http_json_request(ctx->a, r->json, &keys, &q)) return PM_PARSE_NO;
    return pm_http_request_emit(ctx, r, PM_COMP_REGISTRY, &q);
}

const struct pm_parser pm_parser_gitlab_registry = {
    .name = "gitlab-registry",
    .title = "GitLab container registry access log (JSON)",
    .example =
        "{\"correlation_id\":\"01HK\",\"duration_ms\":12,\"host\":\"reg.acme.test\",\"level\":\"info\",\"method\":\"GET\",\"msg\":\"access\",\"remote_"
        "ip\":\"10.1.2.3\",\"status\":401,"
        "\"system\":\"http\",\"time\":\"2024-01-02T03:04:05.123Z\",\"uri\":\"/v2/shop/cart/manifests/1.4\",\"user_agent\":\"containerd/"
        "1.7.11\",\"written_bytes\":160}",
    .source = "gitlab-org/labkit:log/access_logger.go",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
