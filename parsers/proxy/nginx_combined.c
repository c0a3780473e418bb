// nginx and Apache access logs: common, combined, nginx packages' "main" (combined and a
// quoted X-Forwarded-For), vhost_combined.
//
//   10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/shop/cart/manifests/1.4 HTTP/1.1" 502 157 "-" "containerd/1.7.11"
//   10.1.2.3 - ci [02/Jan/2024:03:04:05 +0000] "GET /v2/ HTTP/2.0" 200 2 "-" "docker/24.0.7" "10.9.8.7"
//   r.acme.test:443 10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/ HTTP/1.1" 401 87 "-" "docker/24.0.7"
//
// Source: nginx ngx_http_log_module.c, Apache mod_log_config; captured: nginx 1.22.1.
// nginx stamps the end of a request, Apache its start. Most of such files is no registry
// traffic: those lines are understood and leave no event. What administrators append
// after the agent is read only where it is an address (X-Forwarded-For) or a request
// time.
#include "parsers/proxy/clf.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_clf_bid(r->text, PM_CLF_COMBINED | PM_CLF_COMMON, 80);
}

static bool sure_line(struct pm_str line, const struct pm_alike **alike) {
    return pm_clf_sure(line, PM_CLF_COMBINED | PM_CLF_COMMON, alike);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_clf_parse(ctx, r, r->text, PM_CLF_COMBINED | PM_CLF_COMMON, PM_COMP_PROXY);
}

const struct pm_parser pm_parser_nginx_combined = {
    .name = "nginx-combined",
    .title = "nginx and Apache access log, common and combined",
    .example =
        "10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] \"GET /v2/shop/cart/manifests/1.4 HTTP/1.1\" 502 157 \"-\" \"containerd/1.7.11\"",
    .source = "nginx ngx_http_log_module, Apache mod_log_config; captured: nginx 1.22.1",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .sure_line = sure_line,
    .bid = bid,
    .parse = parse,
};
