// Harbor's proxy: nginx with log_format timed_combined. It writes no date; the time is
// the envelope's (rsyslog of harbor-log, or the CRI log).
//
//   10.1.2.3 - "GET /v2/shop/cart/manifests/1.4 HTTP/1.1" 401 180 "-" "containerd/1.7.11" 0.004 0.004 .
//   10.1.2.3 - "GET /service/token?scope=repository%3Ashop%2Fcart%3Apull&service=harbor-registry HTTP/1.1" 200 1204 "-" "containerd/1.7.11" 0.031 0.030 p
//   [02/Jan/2024:03:04:05 +0000]:10.1.2.3 - "PUT /v2/shop/cart/manifests/1.4 HTTP/1.1" 201 0 "-" "docker/24.0.7" 3.043 3.044 .
//
// Source: goharbor/harbor:make/photon/prepare/templates/nginx/nginx.https.conf.jinja. The
// dated third form is how external proxies before Harbor are often configured. Upstream
// times are not read: the request time holds them.
#include "parsers/proxy/clf.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_clf_bid(r->text, PM_CLF_HARBOR, 90);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_clf_parse(ctx, r, r->text, PM_CLF_HARBOR, PM_COMP_PROXY);
}

const struct pm_parser pm_parser_harbor_proxy = {
    .name = "harbor-proxy",
    .title = "Harbor proxy (nginx timed_combined, no date of its own)",
    .example =
        "10.1.2.3 - \"GET /v2/shop/cart/manifests/1.4 HTTP/1.1\" 401 180 \"-\" \"containerd/1.7.11\" 0.004 0.004 .",
    .source = "goharbor/harbor:make/photon/prepare/templates/nginx/nginx.https.conf.jinja",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
