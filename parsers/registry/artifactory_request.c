// Artifactory request logs: artifactory-request.log and artifactory-request-out.log of
// version 7, request.log of 5 and 6.
//
//   2024-01-02T03:04:05.678Z|40ea218a769325db|10.1.2.3|anonymous|GET|/api/docker/docker-remote/v2/library/redis/manifests/7|404|-1|152|38|containerd/1.7.11
//   2024-01-02T03:04:05.702Z|40ea218a769325db|docker-remote|anonymous|HEAD|https://registry-1.docker.io/v2/library/redis/manifests/7|429|0|0|102
//   20240102030405|93|REQUEST|10.1.2.3|ci|HEAD|/api/docker/dh/v2/shop/cart/manifests/1.4|HTTP/1.1|200|0
//
// Source: JFrog platform administration, "Log files" (7) and the layout of release 5 and
// 6. 7 is in UTC, 6 in the server's zone. -1 is unknown. An outbound line is
// Artifactory's own request to the upstream registry: no puller's address, flagged as
// going through a mirror.
#include "parsers/proxy/http_request.h"

enum { COLUMNS_MAX = 12 };

static int columns(struct pm_str text, struct pm_str *out) {
    int n = 0;
    while (n < COLUMNS_MAX) {
        ptrdiff_t bar = pm_str_chr(text, '|', 0);
        out[n++] = bar < 0 ? text : pm_str_sub(text, 0, (size_t)bar);
        if (bar < 0) break;
        text = pm_str_from(text, (size_t)bar + 1);
    }
    return n;
}

static bool is_seven(struct pm_str s) {
    return s.n > 24 && s.p[4] == '-' && s.p[10] == 'T' &&
           pm_str_chr(pm_str_sub(s, 0, 40), '|', 0) > 19;
}
static bool is_six(struct pm_str s) {
    return s.n > 20 && s.p[14] == '|' && pm_str_has(pm_str_sub(s, 14, 24), PM_STR("|REQUEST|"));
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (is_six(r->text)) return 95;
    struct pm_str c[COLUMNS_MAX];
    return is_seven(r->text) && columns(r->text, c) >= 6 &&
                   (pm_http_method(c[4]) || pm_str_eqc(c[4], "-"))
               ? 92
               : 0;
}

static void read_seven(const struct pm_str *c, int n, struct pm_http_request *q) {
    int64_t ms;
    pm_when_rfc3339(c[0], &q->when);
    q->join = c[1];
    q->user = c[3];
    q->method = c[4];
    q->url = c[5];
    if (q->url.n && q->url.p[0] == 'h') q->flags |= PM_EV_MIRROR;
    else q->client = c[2];
    if (n > 6) pm_http_status(c[6], &q->status);
    if (n > 8) pm_http_i64(c[8], &q->bytes);
    if (n > 9 && pm_http_i64(c[9], &ms) && ms > 0 && ms < 100000000) q->duration_ns = ms * 1000000;
    if (n > 10) q->user_agent = c[10];
}

static void read_six(const struct pm_str *c, int n, struct pm_http_request *q) {
    int64_t ms;
    pm_when_compact(c[0], &q->when);
    if (pm_http_i64(c[1], &ms) && ms > 0 && ms < 100000000) q->duration_ns = ms * 1000000;
    q->client = c[3];
    q->user = c[4];
    q->method = c[5];
    q->url = c[6];
    if (n > 8) pm_http_status(c[8], &q->status);
    if (n > 9) pm_http_i64(c[9], &q->bytes);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str c[COLUMNS_MAX] = {{0}};
    bool six = is_six(r->text);
    if (!six && !is_seven(r->text)) return PM_PARSE_NO;
    int n = columns(r->text, c), wanted = six ? 9 : 10;
    if (n < 6) return PM_PARSE_NO;
    bool cut = n < wanted;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "request log line has %d of %d columns", n, wanted);
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    if (six) read_six(c, n, &q);
    else read_seven(c, n, &q);
    if (cut) q.flags |= PM_EV_CUT;
    if (!cut || q.status) pm_http_request_emit(ctx, r, PM_COMP_REGISTRY, &q);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_artifactory_request = {
    .name = "artifactory-request",
    .title = "Artifactory request logs, in and out, versions 5 to 7",
    .example =
        "2024-01-02T03:04:05.678Z|40ea218a769325db|10.1.2.3|anonymous|GET|/api/docker/docker-remote/v2/library/redis/manifests/"
        "7|404|-1|152|38|containerd/1.7.11",
    .source = "JFrog platform administration, Log files",
    .component = PM_COMP_REGISTRY,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
