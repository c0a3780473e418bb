// Azure Container Registry events exported as CSV from Log Analytics.
//
//   "TimeGenerated [UTC]",OperationName,Repository,Tag,Digest,ResultType,ResultDescription,CallerIpAddress,Identity,UserAgent,LoginServer
//   "1/2/2024, 3:04:05.678 AM",Pull,shop/cart,1.4,,403,Forbidden,10.1.2.3,ci-token,containerd/1.7.11,acme.azurecr.io
//
// Source: Azure Monitor reference (columns); written by us to RFC 4180. The header names
// the positions; a piece without one is read in the order above, where its second column
// is an operation.
#include "parsers/registry/acr.h"

enum { FIELDS_MAX = 48 };
struct state {
    unsigned char column[FIELDS_MAX]; // enum pm_acr_column + 1, 0 where the column is none of ours
    unsigned char width;
    bool known;
};

// Quotes inside a quoted field are doubled; none of our columns needs them undone.
static int fields_of(struct pm_str text, struct pm_str *out, bool *cut) {
    int n = 0;
    struct pm_scan c = pm_scan_of(text);
    while (n < FIELDS_MAX) {
        if (pm_scan_char(&c, '"')) {
            if (!pm_scan_until(&c, '"', &out[n])) {
                *cut = true;
                out[n] = pm_scan_rest(&c);
                c.at = c.end;
            }
            struct pm_str skipped;
            if (!pm_scan_until(&c, ',', &skipped)) return n + 1;
        } else if (!pm_scan_until(&c, ',', &out[n])) {
            out[n] = pm_str_trim(pm_scan_rest(&c));
            return n + 1;
        }
        n++;
    }
    return n;
}

static bool is_header(struct pm_str t) {
    t = pm_str_sub(t, 0, 400);
    return pm_str_has(t, PM_STR("TimeGenerated")) &&
           (pm_str_has(t, PM_STR("LoginServer")) || pm_str_has(t, PM_STR("CallerIpAddress")) ||
            pm_str_has(t, PM_STR("Repository")));
}

static bool looks_like_row(struct pm_str t) {
    return t.n > 20 &&
           (t.p[0] == '"' ? t.p[1] >= '1' && t.p[1] <= '9' : t.p[0] >= '1' && t.p[0] <= '2') &&
           pm_str_chr(t, ',', 0) > 0;
}

// A row has a whole stamp where the header put the time, and an operation where it put
// that.
static bool is_row(const struct state *s, struct pm_str text, struct pm_str *f, int *n, bool *cut) {
    struct pm_when when;
    int time = 0, operation = 1;
    if (!looks_like_row(text)) return false;
    *n = fields_of(text, f, cut);
    for (int i = 0; s && s->known && i < FIELDS_MAX; i++) {
        if (s->column[i] == PM_ACR_TIME + 1) time = i;
        if (s->column[i] == PM_ACR_OPERATION + 1) operation = i;
    }
    return *n > 5 && f[time].n && pm_acr_when(f[time], &when) == f[time].n &&
           pm_acr_operation(f[operation]);
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str f[FIELDS_MAX] = {{0}};
    int n;
    bool cut = false;
    if (is_header(r->text)) return 92;
    return is_row(state, r->text, f, &n, &cut) ? 90 : 0;
}

static void learn(struct state *s, const struct pm_str *names, int n) {
    *s = (struct state){.known = true, .width = (unsigned char)n};
    for (int i = 0; i < n; i++) {
        enum pm_acr_column c = pm_acr_column_of(names[i]);
        if (c != PM_ACR_COLUMNS) s->column[i] = (unsigned char)(c + 1);
    }
}

static void learn_default(struct state *s) {
    for (int i = 0; i <= PM_ACR_SERVER; i++) s->column[i] = (unsigned char)(i + 1);
    s->known = true;
    s->width = PM_ACR_SERVER + 1;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct state *s = ctx->state;
    struct pm_str f[FIELDS_MAX] = {{0}}, row[PM_ACR_COLUMNS] = {{0}};
    bool cut = false;
    int n;
    if (is_header(r->text)) {
        n = fields_of(r->text, f, &cut);
        learn(s, f, n);
        return PM_PARSE_OK;
    }
    if (!is_row(s, r->text, f, &n, &cut)) return PM_PARSE_NO;
    if (!s->known) learn_default(s);
    for (int i = 0; i < n; i++)
        if (s->column[i]) row[s->column[i] - 1] = f[i];
    cut |= n < s->width;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "row has %d of %d columns", n, (int)s->width);
    pm_acr_emit(ctx, r, row, cut ? PM_EV_CUT : 0);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_acr_csv = {
    .name = "acr-csv",
    .title = "Azure Container Registry events, CSV export",
    .example =
        "\"1/2/2024, 3:04:05.678 AM\",Pull,shop/cart,1.4,,403,Forbidden,10.1.2.3,ci-token,containerd/1.7.11,acme.azurecr.io",
    .source =
        "Azure Monitor reference: ContainerRegistryRepositoryEvents, ContainerRegistryLoginEvents",
    .component = PM_COMP_CLOUD,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct state),
    .bid = bid,
    .parse = parse,
};
