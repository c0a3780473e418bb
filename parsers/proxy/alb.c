// AWS Application Load Balancer access log.
//
//   h2 2024-01-02T03:04:05.678901Z app/reg/50dc 10.1.2.3:41022 10.2.0.5:5000 0.000 0.004 0.000 502 - 312 610 "GET https://r.acme.test:443/v2/shop/cart/manifests/1.4 HTTP/2.0"
//     "containerd/1.7.11" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:… "Root=1-6593" "r.acme.test" "session-reused" 0 2024-… "forward" "-" "-" "10.2.0.5:5000" "502" "-" "-"
//
// Source: AWS documentation, "Access logs for your Application Load Balancer". The status
// is the balancer's; where no target answered, the message says so. The error reason
// ("LambdaTimeout" and the like) is the reason. Newer rows append fields, which are not
// read.
#include "parsers/proxy/aws_balancer.h"

enum {
    TYPE,
    TIME,
    ELB,
    CLIENT,
    TARGET,
    REQUEST_S,
    TARGET_S,
    RESPONSE_S,
    STATUS,
    TARGET_STATUS,
    RECEIVED,
    SENT,
    REQUEST,
    AGENT,
    CIPHER,
    TLS,
    GROUP,
    TRACE,
    DOMAIN,
    CERT,
    PRIORITY,
    CREATED,
    ACTIONS,
    REDIRECT,
    ERROR_REASON,
    COLUMNS
};

static bool is_type(struct pm_str text) {
    static const char *const types[] = {"http ", "https ", "h2 ", "grpcs ", "ws ", "wss "};
    for (size_t i = 0; i < PM_LEN(types); i++)
        if (pm_str_starts(text, pm_str_c(types[i])))
            return text.n > 40 && text.p[strlen(types[i])] == '2';
    return false;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return is_type(r->text) ? 95 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str f[COLUMNS] = {{0}};
    bool cut = false;
    if (!is_type(r->text)) return PM_PARSE_NO;
    int n = pm_aws_fields(r->text, f, COLUMNS, &cut);
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (!pm_when_rfc3339(f[TIME], &q.when) || (n > STATUS && !pm_http_status(f[STATUS], &q.status)))
        return PM_PARSE_NO;
    cut |= n <= AGENT;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "access log line has %d of its fields", n);
    pm_http_request_line(f[REQUEST], &q.method, &q.url);
    q.client = f[CLIENT];
    q.host = pm_http_absent(f[DOMAIN]);
    q.user_agent = f[AGENT];
    q.join = f[TRACE];
    q.reason = pm_http_absent(f[ERROR_REASON]);
    pm_http_i64(f[SENT], &q.bytes);
    q.duration_ns = pm_aws_duration_ns(f + REQUEST_S);
    if (q.status >= 500 && pm_str_eqc(f[TARGET_STATUS], "-"))
        q.message = pm_str_eqc(f[TARGET], "-") ? PM_STR("no target took the request")
                                               : PM_STR("the target gave no answer");
    q.flags = cut ? PM_EV_CUT : 0;
    pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_alb = {
    .name = "alb",
    .title = "AWS Application Load Balancer access log",
    .example =
        "https 2024-01-02T03:04:06.000001Z app/reg/50dc 10.1.2.3:41030 - -1 -1 -1 503 - 90 337 \"HEAD https://r.acme.test:443/v2/ HTTP/1.1\" "
        "\"docker/24.0.7\" - - - "
        "\"Root=1-6594\" \"-\" \"-\" 0 2024-01-02T03:04:05.999000Z \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\"",
    .source = "AWS documentation: Access logs for your Application Load Balancer",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
