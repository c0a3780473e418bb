// nginx error log.
//
//   2024/01/02 03:04:05 [error] 31#31: *7 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.1.2.3, server: r.acme.test,
//     request: "GET /v2/shop/cart/manifests/1.4 HTTP/1.1", upstream: "http://10.2.0.5:5000/v2/shop/cart/manifests/1.4", host: "r.acme.test"
//   2024/01/02 03:04:06 [error] 31#31: *9 limiting requests, excess: 20.660 by zone "registry", client: 10.1.2.3, server: r.acme.test, request: "GET /v2/ HTTP/1.1", host: "r.acme.test"
//
// Source: nginx src/core/ngx_log.c, src/http/ngx_http_request.c (log handler); captured:
// nginx 1.22.1. The time is local. Such a line explains a request that the access log
// holds with its status, so it is kind other and not one more request; where no access
// log was kept, the judge takes it for one. Lines of other sites and of nginx itself leave
// no event.
#include "parsers/proxy/http_request.h"
#include "pm/image.h"

static bool read_head(struct pm_str text, struct pm_when *when, struct pm_str *level,
                      struct pm_str *rest) {
    if (text.n < 30 || text.p[4] != '/' || text.p[19] != ' ' || text.p[20] != '[') return false;
    size_t used = pm_when_slash(text, when);
    struct pm_scan c = pm_scan_of(pm_str_from(text, used));
    struct pm_str pid;
    if (!used || !pm_scan_lit(&c, " [") || !pm_scan_until(&c, ']', level) ||
        !pm_scan_lit(&c, " ") || !pm_scan_until_lit(&c, ": ", &pid))
        return false;
    *rest = pm_scan_rest(&c);
    return pm_str_chr(pid, '#', 0) > 0;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_when when;
    struct pm_str level, rest;
    return read_head(r->text, &when, &level, &rest) ? 92 : 0;
}

// ", KEY: VALUE" as the log handler appends it; quoted values without their quotes.
static struct pm_str part(struct pm_str rest, const char *key) {
    ptrdiff_t at = pm_str_rfind(rest, pm_str_c(key));
    if (at < 0) return PM_NONE;
    struct pm_str v = pm_str_from(rest, (size_t)at + strlen(key));
    if (v.n && v.p[0] == '"') {
        ptrdiff_t end = pm_str_chr(v, '"', 1);
        return pm_str_sub(v, 1, end < 0 ? v.n : (size_t)end - 1);
    }
    ptrdiff_t end = pm_str_chr(v, ',', 0);
    return pm_str_sub(v, 0, end < 0 ? v.n : (size_t)end);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_when when;
    struct pm_str level, rest;
    if (!read_head(r->text, &when, &level, &rest)) return PM_PARSE_NO;
    struct pm_str method = PM_NONE, url = PM_NONE;
    if (!pm_http_request_line(part(rest, ", request: "), &method, &url) ||
        !pm_http_registry_url(url))
        return PM_PARSE_OK;
    struct pm_registry_url u = {0};
    pm_registry_url_parse(ctx->a, url, &u);
    struct pm_event e = pm_event_of(r, PM_COMP_PROXY, PM_KIND_OTHER);
    ptrdiff_t client = pm_str_find(rest, PM_STR(", client: "), 0);
    struct pm_str said = client < 0 ? rest : pm_str_sub(rest, 0, (size_t)client);
    if (said.n && said.p[0] == '*')
        said = pm_str_from(said, (size_t)(pm_str_chr(said, ' ', 0) + 1));
    e.when = when;
    bool trouble = pm_str_eqc(level, "error") || pm_str_eqc(level, "crit") ||
                   pm_str_eqc(level, "alert") || pm_str_eqc(level, "emerg");
    e.field[trouble ? PM_F_ERROR : PM_F_MESSAGE] = said;
    e.field[PM_F_CLIENT] = pm_http_client(part(rest, ", client: "));
    e.field[PM_F_METHOD] = method;
    e.field[PM_F_URL] = url;
    e.field[PM_F_HOST] = pm_http_host(part(rest, ", host: "));
    if (u.push || pm_str_eqc(method, "PUT") || pm_str_eqc(method, "PATCH") ||
        pm_str_eqc(method, "POST"))
        e.flags |= PM_EV_PUSH;
    bool cut = said.n == rest.n || pm_str_chr(rest, '"', 0) < 0 || rest.p[rest.n - 1] != '"';
    if (cut) e.flags |= PM_EV_CUT;
    if (cut)
        pm_emit_bad(ctx, r, "line-cut",
                    "error log line ends inside its list of client, request and host");
    pm_emit(ctx, r, &e);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_nginx_error = {
    .name = "nginx-error",
    .title = "nginx error log",
    .example =
        "2024/01/02 03:04:05 [error] 31#31: *7 connect() failed (111: Connection refused) while connecting to upstream, client: 10.1.2.3, server: r.acme.test, "
        "request: \"GET /v2/shop/cart/manifests/1.4 HTTP/1.1\", upstream: \"http://10.2.0.5:5000/v2/shop/cart/manifests/1.4\", host: \"r.acme.test\"",
    .source = "nginx:src/core/ngx_log.c, src/http/ngx_http_request.c; captured: nginx 1.22.1",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
