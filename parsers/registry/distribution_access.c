// Distribution (docker-registry) access log: gorilla/handlers CombinedLoggingHandler.
//
//   10.42.0.1 - - [02/Jan/2024:03:04:05 +0000] "HEAD /v2/shop/cart/manifests/1.4 HTTP/1.1" 404 96 "" "containerd/1.7.11"
//
// Source: distribution/distribution:vendor/github.com/gorilla/handlers/logging.go,
// registry/registry.go; captured: docker-registry 2.8.2. The empty referer "" tells it
// from nginx and Apache. The time is the start of the request. A request with a referer
// looks like nginx combined and is read by that parser; nothing is lost by it. HTTP/2
// CONNECT prefaces and TLS hellos are understood and left alone.
#include "parsers/proxy/clf.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_clf_bid(r->text, PM_CLF_DISTRIBUTION, 92);
}

static bool sure_line(struct pm_str line, const struct pm_alike **alike) {
    return pm_clf_sure(line, PM_CLF_DISTRIBUTION, alike);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_clf_parse(ctx, r, r->text, PM_CLF_DISTRIBUTION, PM_COMP_REGISTRY);
}

const struct pm_parser pm_parser_distribution_access = {
    .name = "distribution-access",
    .title = "Distribution (docker-registry) access log",
    .example =
        "10.42.0.1 - - [02/Jan/2024:03:04:05 +0000] \"HEAD /v2/shop/cart/manifests/1.4 HTTP/1.1\" 404 96 \"\" \"containerd/1.7.11\"",
    .source =
        "distribution/distribution:vendor/github.com/gorilla/handlers/logging.go; captured: docker-registry 2.8.2",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .sure_line = sure_line,
    .bid = bid,
    .parse = parse,
};
