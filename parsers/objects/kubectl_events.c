// Tables of events: `kubectl get events` of all releases, with -A and -o wide, `kubectl
// events`, and single rows that were pasted without their header.
//
//   LAST SEEN   TYPE      REASON    OBJECT        MESSAGE
//   5m12s       Warning   Failed    pod/cart-0    Failed to pull image "shop/cart:1.4": rpc error: code = NotFound desc = …
//   NAMESPACE   LAST SEEN   TYPE   REASON   OBJECT   SUBOBJECT   SOURCE   MESSAGE   FIRST SEEN   COUNT   NAME          (-A -o wide)
//   LAST SEEN   FIRST SEEN   COUNT   NAME   KIND   SUBOBJECT   TYPE   REASON   SOURCE   MESSAGE                        (up to 1.11)
// Source: k8s:pkg/printers/internalversion/printers.go,
// kubectl/pkg/cmd/events/event_printer.go; captured: kubectl 1.32.3. Ages are kept as
// ages: the capture's time is found elsewhere. Custom columns are understood where they
// are named as kubectl names them.
#include "parsers/objects/kubectl_row.h"

struct events_state {
    struct pm_table table;
};

static bool events_is_header(struct pm_str text) {
    return pm_str_has(text, PM_STR("REASON")) && pm_str_has(text, PM_STR("MESSAGE")) &&
           pm_table_header(NULL, text, NULL);
}

static bool headless(struct pm_str text) {
    struct pm_happening h = {0};
    enum pm_row row = pm_kubectl_event_row(text, &h);
    return row == PM_ROW_TABLE || row == PM_ROW_OLD_TABLE;
}

static int bid(const struct pm_record *r, const void *state) {
    const struct events_state *s = state;
    if (events_is_header(r->text)) return 95;
    if (!pm_str_has(r->text, PM_STR("Normal")) && !pm_str_has(r->text, PM_STR("Warning"))) return 0;
    if (s && s->table.n) return 75;
    return headless(r->text) ? 70 : 0;
}

static struct pm_str column(const struct pm_table *t, const struct pm_str *cells,
                            const char *const *names) {
    struct pm_str s = PM_NONE;
    for (; *names && !s.n; names++) s = pm_table_cell(t, cells, *names);
    return s;
}
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void events_read_times(const struct pm_table *t, const struct pm_str *cells,
                              struct pm_happening *h) {
    struct pm_when first, none;
    uint32_t one;
    uint64_t n;
    struct pm_str seen = pm_table_cell(t, cells, "FIRST SEEN");
    if (seen.n && pm_table_age(seen, &first, &none, &one)) h->first = first;
    if (pm_str_u64(pm_table_cell(t, cells, "COUNT"), &n) && n > 0 && n <= UINT32_MAX)
        h->count = (uint32_t)n;
}

static bool events_read_row(const struct pm_table *t, struct pm_str text, struct pm_happening *h) {
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (!pm_table_row(t, text, cells)) return false;
    struct pm_str age = column(t, cells, NAMES("LAST SEEN", "LASTSEEN", "LAST", "AGE", "TIME"));
    h->count = 1;
    if (age.n && !pm_table_age(age, &h->last, &h->first, &h->count)) return false;
    h->type = pm_table_cell(t, cells, "TYPE");
    h->reason = pm_table_cell(t, cells, "REASON");
    if (pm_table_has(t, "TYPE") && !pm_str_eqc(h->type, "Normal") &&
        !pm_str_eqc(h->type, "Warning"))
        return false;
    if (!h->reason.n || pm_str_chr(h->reason, ' ', 0) >= 0) return false;
    h->k8s_namespace = pm_table_cell(t, cells, "NAMESPACE");
    h->object_kind = pm_table_cell(t, cells, "KIND");
    if (pm_table_has(t, "OBJECT"))
        pm_kubectl_object(pm_table_cell(t, cells, "OBJECT"), &h->object_kind, &h->name);
    else pm_kubectl_old_name(pm_table_cell(t, cells, "NAME"), h);
    h->field_path = pm_table_cell(t, cells, "SUBOBJECT");
    pm_happening_set_source(h, column(t, cells, NAMES("SOURCE", "FROM")));
    pm_happening_set_message(h, pm_table_cell(t, cells, "MESSAGE"));
    if (pm_table_has(t, "OBJECT") && pm_table_has(t, "NAME"))
        h->uid = pm_table_cell(t, cells, "NAME");
    events_read_times(t, cells, h);
    return true;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct events_state *s = ctx->state;
    struct pm_happening h = {0};
    if (events_is_header(r->text))
        return pm_table_header(ctx->member, r->text, &s->table) ? PM_PARSE_OK : PM_PARSE_NO;
    if (pm_table_header(NULL, r->text, NULL)) { // another table begins
        s->table.n = 0;
        return PM_PARSE_NO;
    }
    if (s->table.n && events_read_row(&s->table, r->text, &h)) return pm_happening_emit(ctx, r, &h);
    h = (struct pm_happening){0};
    enum pm_row row = pm_kubectl_event_row(r->text, &h);
    return row == PM_ROW_TABLE || row == PM_ROW_OLD_TABLE ? pm_happening_emit(ctx, r, &h)
                                                          : PM_PARSE_NO;
}

const struct pm_parser pm_parser_kubectl_events = {
    .name = "kubectl-events",
    .title = "Tables of kubectl get events",
    .example =
        "5m12s       Warning   Failed    pod/cart-0    Failed to pull image \"shop/cart:1.4\": pull QPS exceeded",
    .source = "k8s:pkg/printers/internalversion/printers.go@v1.11, v1.32; captured: kubectl 1.32.3",
    .component = PM_COMP_EVENTS,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct events_state),
    .bid = bid,
    .parse = parse,
};
