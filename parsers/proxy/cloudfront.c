// CloudFront standard access log: tab-separated, columns named by its own header.
//
//   #Version: 1.0
//   #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) …
//   2024-01-02	03:04:05	FRA56-P1	512	10.1.2.3	GET	d1.cloudfront.net	/v2/shop/cart/blobs/sha256:6f1e	503	-	containerd/1.7.11	…
//
// Source: AWS documentation, "Configure and use standard logs". The positions come from
// #Fields; a piece without header is read in the documented order. W3C extended logs of
// other servers (IIS) have the same header and are read too where their columns have
// these names. The time is UTC.
#include "parsers/proxy/http_request.h"

enum column {
    DATE,
    TIME,
    BYTES,
    CLIENT,
    METHOD,
    HOST,
    STEM,
    QUERY,
    STATUS,
    AGENT,
    RESULT,
    DETAIL,
    TAKEN,
    ALIAS,
    REQUEST_ID,
    COLUMN_COUNT
};
static const char *const names[COLUMN_COUNT][2] = {{"date"},
                                                   {"time"},
                                                   {"sc-bytes"},
                                                   {"c-ip"},
                                                   {"cs-method"},
                                                   {"cs(Host)", "cs-host"},
                                                   {"cs-uri-stem"},
                                                   {"cs-uri-query"},
                                                   {"sc-status"},
                                                   {"cs(User-Agent)"},
                                                   {"x-edge-result-type"},
                                                   {"x-edge-detailed-result-type"},
                                                   {"time-taken"},
                                                   {"x-host-header"},
                                                   {"x-edge-request-id"}};
static const char documented[] =
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type "
    "x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version "
    "fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type";
struct state {
    unsigned char at[COLUMN_COUNT]; // position + 1 of each column, 0 where the header lacks it
    unsigned char width;            // columns up to the agent: fewer is a cut line
    bool known;
};
enum { FIELDS_MAX = 64 };

static void learn(struct state *s, struct pm_str header) {
    struct pm_scan c = pm_scan_of(header);
    struct pm_str word;
    *s = (struct state){.known = true};
    for (int i = 0; i < FIELDS_MAX && pm_scan_next_word(&c, &word); i++)
        for (int k = 0; k < COLUMN_COUNT; k++)
            for (int alias = 0; alias < 2; alias++)
                if (names[k][alias] && !s->at[k] && pm_str_eqc(word, names[k][alias]))
                    s->at[k] = (unsigned char)(i + 1);
    for (int k = DATE; k <= AGENT; k++)
        if (s->at[k] > s->width) s->width = s->at[k];
}

static bool is_row(struct pm_str t) {
    return t.n > 24 && t.p[4] == '-' && t.p[7] == '-' && (t.p[10] == '\t' || t.p[10] == ' ') &&
           t.p[13] == ':' && (t.p[19] == '\t' || t.p[19] == ' ');
}

static int bid(const struct pm_record *r, const void *state) {
    const struct state *s = state;
    if (pm_str_starts(r->text, PM_STR("#Fields: ")) ||
        pm_str_starts(r->text, PM_STR("#Version: 1.0")))
        return 95;
    if (!is_row(r->text)) return 0;
    if (s && s->known) return 95;
    return r->text.p[10] == '\t' && r->text.p[19] == '\t' ? 90 : 0;
}

static int fields_of(struct pm_str text, struct pm_str *out) {
    char stop = text.p[10];
    int n = 0;
    while (n < FIELDS_MAX) {
        ptrdiff_t at = pm_str_chr(text, stop, 0);
        out[n++] = pm_str_trim(at < 0 ? text : pm_str_sub(text, 0, (size_t)at));
        if (at < 0) break;
        text = pm_str_from(text, (size_t)at + 1);
    }
    return n;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct state *s = ctx->state;
    if (pm_str_starts(r->text, PM_STR("#Fields: "))) {
        learn(s, pm_str_from(r->text, 9));
        return PM_PARSE_OK;
    }
    if (r->text.n && r->text.p[0] == '#') return PM_PARSE_OK;
    if (!is_row(r->text)) return PM_PARSE_NO;
    if (!s->known) learn(s, pm_str_c(documented));
    struct pm_str f[FIELDS_MAX], v[COLUMN_COUNT] = {{0}};
    int n = fields_of(r->text, f);
    for (int k = 0; k < COLUMN_COUNT; k++)
        if (s->at[k] && s->at[k] <= n) v[k] = pm_http_absent(f[s->at[k] - 1]);
    struct pm_http_request q = PM_HTTP_REQUEST_NONE;
    bool cut = n < s->width;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "row has %d of at least %d columns", n, (int)s->width);
    q.url = pm_percent_decode(ctx->a, v[STEM]);
    if (v[QUERY].n) q.url = pm_arena_fmt(ctx->a, "%.*s?%.*s", PM_FMT(q.url), PM_FMT(v[QUERY]));
    if (!pm_http_registry_url(q.url)) return cut ? PM_PARSE_BAD : PM_PARSE_OK;
    if (pm_when_rfc3339(pm_arena_fmt(ctx->a, "%.*sT%.*sZ", PM_FMT(v[DATE]), PM_FMT(v[TIME])),
                        &q.when) == 0)
        q.when = (struct pm_when){0};
    q.client = v[CLIENT];
    q.method = v[METHOD];
    q.host = v[ALIAS].n ? v[ALIAS] : v[HOST];
    q.user_agent = pm_percent_decode(ctx->a, pm_percent_decode(ctx->a, v[AGENT])); // written %2520
    q.join = v[REQUEST_ID];
    pm_http_status(v[STATUS], &q.status);
    pm_http_i64(v[BYTES], &q.bytes);
    pm_http_seconds(v[TAKEN], &q.duration_ns);
    if (q.status >= 400 || pm_str_eqc(v[RESULT], "Error"))
        q.reason = v[DETAIL].n ? v[DETAIL] : v[RESULT];
    q.flags = pm_http_cache(v[RESULT]) | (cut ? PM_EV_CUT : 0);
    pm_http_request_emit(ctx, r, PM_COMP_PROXY, &q);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_cloudfront = {
    .name = "cloudfront",
    .title = "CloudFront standard access log (W3C, #Fields)",
    .example =
        "2024-01-02\t03:04:05\tFRA56-P1\t512\t10.1.2.3\tGET\td1.cloudfront.net\t/v2/shop/cart/blobs/sha256:6f1e\t503\t-\tcontainerd/"
        "1.7.11\t-\t-\tError\taBc\tr.acme.test\thttps\t210\t0.002",
    .source = "AWS documentation: Configure and use standard logs (access logs)",
    .component = PM_COMP_PROXY,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct state),
    .bid = bid,
    .parse = parse,
};
