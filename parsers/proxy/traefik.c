// Traefik access log in its common format: combined, then request count, router, service
// and duration.
//
//   10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/shop/cart/manifests/1.4 HTTP/1.1" 502 11 "-" "containerd/1.7.11" 184 "reg@kubernetes" "http://10.2.0.5:5000" 3ms
//
// Source: traefik/traefik:pkg/middlewares/accesslog/logger_formatters.go. The status is
// the origin's; "-" or 0 where it was not reached. The JSON format is traefik_json.c.
#include "parsers/proxy/clf.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_clf_bid(r->text, PM_CLF_TRAEFIK, 95);
}

static bool sure_line(struct pm_str line, const struct pm_alike **alike) {
    return pm_clf_sure(line, PM_CLF_TRAEFIK, alike);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_clf_parse(ctx, r, r->text, PM_CLF_TRAEFIK, PM_COMP_PROXY);
}

const struct pm_parser pm_parser_traefik = {
    .name = "traefik-access",
    .title = "Traefik access log, common format",
    .example =
        "10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] \"GET /v2/shop/cart/manifests/1.4 HTTP/1.1\" 502 11 \"-\" \"containerd/1.7.11\" 184 "
        "\"reg@kubernetes\" \"http://10.2.0.5:5000\" 3ms",
    .source = "traefik/traefik:pkg/middlewares/accesslog/logger_formatters.go",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .sure_line = sure_line,
    .bid = bid,
    .parse = parse,
};
