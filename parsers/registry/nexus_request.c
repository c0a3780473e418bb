// Nexus Repository request.log (logback-access): status, content length of the request,
// bytes sent, milliseconds, agent, thread.
//
//   10.1.2.3 - ci [02/Jan/2024:03:04:06 +0000] "HEAD /v2/shop/cart/manifests/1.3 HTTP/1.1" 200 - 0 14 "docker/24.0.7" [qtp1054-232]
//   10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] "GET /repository/docker-all/v2/shop/cart/manifests/1.4 HTTP/1.1" 404 163 9 "containerd/1.7.11"
//
// Source: Sonatype Nexus Repository 3, etc/logback/logback-access.xml; the second shape
// is before 3.17, without length and thread. No referer: that tells it.
#include "parsers/proxy/clf.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_clf_bid(r->text, PM_CLF_NEXUS, 95);
}

static bool sure_line(struct pm_str line, const struct pm_alike **alike) {
    return pm_clf_sure(line, PM_CLF_NEXUS, alike);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_clf_parse(ctx, r, r->text, PM_CLF_NEXUS, PM_COMP_REGISTRY);
}

const struct pm_parser pm_parser_nexus_request = {
    .name = "nexus-request",
    .title = "Nexus Repository request.log",
    .example =
        "10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] \"GET /repository/docker-all/v2/shop/cart/manifests/1.4 HTTP/1.1\" 404 - 163 9 \"containerd/1.7.11\" "
        "[qtp1054-231]",
    .source = "Sonatype Nexus Repository 3: etc/logback/logback-access.xml",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .sure_line = sure_line,
    .bid = bid,
    .parse = parse,
};
