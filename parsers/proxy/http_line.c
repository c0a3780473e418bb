// The last resort for access logs that nobody knows: any line that holds a registry
// request and its status.
//
//   2023-03-25T08:34:22.186Z INFO  registry > 10.1.2.3:57539 "HEAD /v2/library/fedora/manifests/latest HTTP/1.1" 404 "-" "docker/20.10.13" 1.711879ms
//   2024/01/02 03:04:05 web/routing/logger.go:102:func1() [I] router: completed GET /v2/shop/cart/manifests/1.4 for 10.1.2.3:51000, 404 Not Found in 12.3ms @ container.go:600
//   [GIN] 2024/01/02 - 03:04:05 | 404 |    1.234ms |        10.1.2.3 | GET      "/v2/shop/cart/manifests/1.4"
//   2024/01/02 03:04:05 GET /v2/shop/cart/manifests/1.4 404 MANIFEST_UNKNOWN Unknown manifest
//   [2024-01-02 03:04:05.150624] [router:host-http] [origin:r.acme.test] [client: 10.1.2.3] [useragent: containerd/1.7.11] GET /v2/shop/cart/manifests/1.4 404
//
// Source: written by us to the habit of access logs since NCSA httpd,
// go-gitea/gitea:modules/web/routing/logger.go, gin-gonic/gin:logger.go,
// google/go-containerregistry:pkg/registry/registry.go,
// tobychui/zoraxy:src/mod/dynamicproxy/dpcore (request log). Only origin-form paths count
// outside quotes: clients print absolute URLs in their errors.
#include "parsers/proxy/http_request.h"

struct line {
    struct pm_str before, after, method, url;
    bool quoted;
};

// "METHOD URL HTTP/1.1" in quotes.
static bool read_quoted(struct pm_str text, struct line *l) {
    ptrdiff_t proto = pm_str_find(text, PM_STR(" HTTP/"), 0);
    if (proto < 8) return false;
    ptrdiff_t open = pm_str_rchr(pm_str_sub(text, 0, (size_t)proto), '"'),
              close = pm_str_chr(text, '"', (size_t)proto);
    if (open < 0 || close < 0) return false;
    l->quoted = true;
    l->before = pm_str_sub(text, 0, (size_t)open);
    l->after = pm_str_from(text, (size_t)close + 1);
    return pm_http_request_line(pm_str_sub(text, (size_t)open + 1, (size_t)(close - open) - 1),
                                &l->method, &l->url);
}

// METHOD and then a path, bare or in quotes.
static bool read_bare(struct pm_str text, struct line *l) {
    ptrdiff_t path = pm_str_find(text, PM_STR("/v2/"), 0);
    if (path < 4) return false;
    size_t end = (size_t)path;
    while (end < text.n && !strchr(" \",;", text.p[end])) end++;
    l->url = pm_str_sub(text, (size_t)path, end - (size_t)path);
    size_t at = (size_t)path;
    if (text.p[at - 1] == '"') at--;
    struct pm_str head = pm_str_trim(pm_str_sub(text, 0, at));
    size_t from = (size_t)(pm_str_rchr(head, ' ') + 1);
    if (head.n == at || !pm_http_method(pm_str_from(head, from)))
        return false; // a blank must part them
    l->method = pm_str_from(head, from);
    l->before = pm_str_sub(head, 0, from);
    l->after = pm_str_from(text, end);
    return true;
}

static bool read_line(struct pm_str text, struct line *l) {
    *l = (struct line){.quoted = false};
    if (!read_quoted(text, l)) {
        *l = (struct line){.quoted = false};
        if (!read_bare(text, l)) return false;
    }
    return pm_http_registry_url(l->url);
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct line l;
    return read_line(r->text, &l) ? 10 : 0;
}

static struct pm_str bare(struct pm_str w) {
    while (w.n && strchr(",|\"()", w.p[0])) w = pm_str_from(w, 1);
    while (w.n && strchr(",|\"()", w.p[w.n - 1])) w = pm_str_sub(w, 0, w.n - 1);
    if (w.n && w.p[w.n - 1] == ']' && pm_str_chr(w, '[', 0) < 0)
        w = pm_str_sub(w, 0, w.n - 1); // of a group that began before
    return w;
}

// "[client: 10.1.2.3] [useragent: containerd/1.7.11] [origin:r.acme.test]": what a group
// is called says what it holds.
static void read_groups(struct pm_str before, struct pm_http_request *q) {
    const struct {
        const char *name;
        struct pm_str *out;
    } names[] = {{"[client:", &q->client},
                 {"[useragent:", &q->user_agent},
                 {"[origin:", &q->host},
                 {"[host:", &q->host}};
    for (size_t i = 0; i < PM_LEN(names); i++) {
        ptrdiff_t at = pm_str_ifind(before, pm_str_c(names[i].name), 0);
        if (at < 0) continue;
        struct pm_str rest = pm_str_from(before, (size_t)at + strlen(names[i].name));
        ptrdiff_t close = pm_str_find(rest, PM_STR("] ["), 0);
        if (close < 0) close = pm_str_rchr(rest, ']');
        if (close > 0) *names[i].out = pm_str_trim(pm_str_sub(rest, 0, (size_t)close));
    }
}

static struct pm_when time_of(struct pm_str before) {
    struct pm_when when = {0};
    struct pm_str s = before.n && before.p[0] == '[' ? pm_str_from(before, 1) : before;
    if (pm_when_rfc3339(s, &when) || pm_when_slash(s, &when)) return when;
    for (ptrdiff_t at = pm_str_chr(before, '[', 0); at >= 0;
         at = pm_str_chr(before, '[', (size_t)at + 1))
        if (pm_when_clf(pm_str_from(before, (size_t)at + 1), &when)) return when;
    return (struct pm_when){0};
}

static bool is_address(struct pm_str w) {
    size_t dots = 0, digits = 0;
    if (pm_str_starts(w, PM_STR("::ffff:"))) w = pm_str_from(w, strlen("::ffff:"));
    for (size_t n = 0; n < w.n; n++) {
        if (!strchr("0123456789.:[]", w.p[n])) return false;
        dots += w.p[n] == '.';
        digits += w.p[n] >= '0' && w.p[n] <= '9';
    }
    return dots == 3 && digits >= 4;
}

// Address, status and duration among the words of one side.
static void read_words(struct pm_str side, int max, struct pm_http_request *q) {
    struct pm_scan c = pm_scan_of(side);
    struct pm_str w;
    int status;
    for (int i = 0; i < max; i++) {
        pm_scan_blanks(&c);
        if (!pm_scan_word(&c, &w)) return;
        w = bare(w);
        if (is_address(w)) q->client = w;
        else if (!q->status && w.n == 3 && pm_http_status(w, &status) && status < 600)
            q->status = status;
        else if (!q->duration_ns && !pm_duration(w, &q->duration_ns)) q->duration_ns = 0;
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct line l;
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (!read_line(r->text, &l)) return PM_PARSE_NO;
    read_words(l.after, l.quoted ? 1 : 8, &q);
    if (!q.status && !l.quoted) read_words(l.before, 16, &q);
    if (!q.status) return PM_PARSE_NO;
    int status = q.status;
    read_words(l.before, 16, &q);
    if (l.quoted) read_words(pm_str_from(l.after, (size_t)(pm_str_rchr(l.after, ' ') + 1)), 1, &q);
    q.status = status;
    q.when = time_of(l.before);
    read_groups(l.before, &q);
    q.method = l.method;
    q.url = l.url;
    ptrdiff_t end = l.quoted ? pm_str_rchr(l.after, '"') : -1,
              start = end > 0 ? pm_str_rchr(pm_str_sub(l.after, 0, (size_t)end), '"') : -1;
    if (start >= 0 && !q.user_agent.n)
        q.user_agent = pm_str_sub(l.after, (size_t)start + 1, (size_t)(end - start) - 1);
    return pm_http_request_emit_any(ctx, r, PM_COMP_REGISTRY, &q);
}

const struct pm_parser pm_parser_http_line = {
    .name = "http-line",
    .title = "A registry request and its status, in a log of unknown make (Gitea, gin, others)",
    .example =
        "2023-03-25T08:34:22.186Z INFO  registry > 10.1.2.3:57539 \"HEAD /v2/library/fedora/manifests/latest HTTP/1.1\" 404 \"-\" \"docker/20.10.13\" "
        "1.711879ms",
    .source = "written by us to the habit of access logs",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_FALLBACK,
    .bid = bid,
    .parse = parse,
};
