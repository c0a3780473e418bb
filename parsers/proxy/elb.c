// AWS Classic Load Balancer access log.
//
//   2024-01-02T03:04:05.678901Z reg-lb 10.1.2.3:41022 10.2.0.5:5000 0.000073 0.001048 0.000057 200 200 0 2904 "GET https://r.acme.test:443/v2/ HTTP/1.1" "docker/24.0.7" - -
//   2024-01-02T03:04:06.000001Z reg-lb 10.1.2.3:41030 - -1 -1 -1 503 0 0 0 "GET https://r.acme.test:443/v2/shop/cart/manifests/1.4 HTTP/1.1" "containerd/1.7.11" - -
//
// Source: AWS documentation, "Access logs for your Classic Load Balancer". TCP listeners
// write "- - - " for the request and leave no event.
#include "parsers/proxy/aws_balancer.h"

enum {
    TIME,
    ELB,
    CLIENT,
    BACKEND,
    REQUEST_S,
    BACKEND_S,
    RESPONSE_S,
    STATUS,
    BACKEND_STATUS,
    RECEIVED,
    SENT,
    REQUEST,
    AGENT,
    CIPHER,
    TLS,
    COLUMNS
};

static bool elb_read_line(struct pm_str text, struct pm_str *f, int *n, bool *cut,
                          struct pm_when *when) {
    if (text.n < 60 || text.p[0] != '2' || text.p[10] != 'T') return false;
    *n = pm_aws_fields(text, f, COLUMNS, cut);
    double seconds;
    return *n > STATUS && pm_when_rfc3339(f[TIME], when) == f[TIME].n &&
           pm_str_chr(f[CLIENT], ':', 0) > 0 && pm_str_double(f[REQUEST_S], &seconds) &&
           pm_str_double(f[RESPONSE_S], &seconds);
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_str f[COLUMNS] = {{0}};
    struct pm_when when;
    int n;
    bool cut = false;
    return elb_read_line(r->text, f, &n, &cut, &when) ? 92 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str f[COLUMNS] = {{0}};
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    int n;
    bool cut = false;
    if (!elb_read_line(r->text, f, &n, &cut, &q.when) || !pm_http_status(f[STATUS], &q.status))
        return PM_PARSE_NO;
    cut |= n <= AGENT;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "access log line has %d of its fields", n);
    pm_http_request_line(f[REQUEST], &q.method, &q.url);
    q.client = f[CLIENT];
    q.user_agent = f[AGENT];
    pm_http_i64(f[SENT], &q.bytes);
    q.duration_ns = pm_aws_duration_ns(f + REQUEST_S);
    if (q.status >= 500 && pm_str_eqc(f[BACKEND], "-"))
        q.message = PM_STR("no instance took the request");
    q.flags = cut ? PM_EV_CUT : 0;
    pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_elb = {
    .name = "elb",
    .title = "AWS Classic Load Balancer access log",
    .example =
        "2024-01-02T03:04:06.000001Z reg-lb 10.1.2.3:41030 - -1 -1 -1 503 0 0 0 \"GET https://r.acme.test:443/v2/shop/cart/manifests/1.4 HTTP/1.1\" "
        "\"containerd/1.7.11\" - -",
    .source = "AWS documentation: Access logs for your Classic Load Balancer",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
