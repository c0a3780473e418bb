// ingress-nginx access log, log-format-upstream.
//
//   10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/ HTTP/2.0" 200 2 "-" "docker/24.0.7" 88 0.004 [registry-5000] [] 10.2.0.5:5000 2 0.004 200 0a1b2c3d
//   10.1.2.3 - [10.9.8.7] - - [02/Jan/2018:03:04:05 +0000] "GET /v2/ HTTP/1.1" 401 36 "-" "docker/1.13.5" 262 0.006 [stage-harbor-80] 10.2.0.5:80 87 0.006 401
//
// Source: kubernetes/ingress-nginx:docs/user-guide/nginx-configuration/log-format.md
// (new), nginx-0.9 (old, the real address in brackets). The status is what the client
// got; where it is an error, the upstream part (which servers were tried, with what
// result) is kept as the message.
#include "parsers/proxy/clf.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_clf_bid(r->text, PM_CLF_INGRESS, 95);
}

static bool sure_line(struct pm_str line, const struct pm_alike **alike) {
    return pm_clf_sure(line, PM_CLF_INGRESS, alike);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_clf_parse(ctx, r, r->text, PM_CLF_INGRESS, PM_COMP_PROXY);
}

const struct pm_parser pm_parser_ingress_nginx = {
    .name = "ingress-nginx",
    .title = "ingress-nginx access log (upstreaminfo), old and new",
    .example =
        "10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] \"HEAD /v2/shop/cart/manifests/1.4 HTTP/1.1\" 503 0 \"-\" \"containerd/1.7.11\" 512 0.001 "
        "[registry-docker-registry-5000] [] - - - - 5f0c2b1e",
    .source = "kubernetes/ingress-nginx:docs/user-guide/nginx-configuration/log-format.md",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .sure_line = sure_line,
    .bid = bid,
    .parse = parse,
};
