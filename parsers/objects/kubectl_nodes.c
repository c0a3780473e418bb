// Tables of nodes: `kubectl get nodes [-o wide]`.
//
//   NAME     STATUS                     ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE                         KERNEL-VERSION CONTAINER-RUNTIME
//   node-7   Ready,SchedulingDisabled   <none>   41d   v1.31.2   10.0.0.7      <none>        Debian GNU/Linux 12 (bookworm)   6.1.0-28-amd64
//   containerd://1.7.24
// Source: k8s:pkg/printers/internalversion/printers.go (printNode); captured: kubectl
// 1.32.3.
#include "parsers/lift/detail.h"
#include "parsers/objects/kubectl_table.h"

struct nodes_state {
    struct pm_table table;
};

static bool nodes_is_header(struct pm_str text) {
    return pm_str_has(text, PM_STR("ROLES")) && pm_str_has(text, PM_STR("VERSION")) &&
           pm_str_has(text, PM_STR("STATUS")) && pm_table_header(NULL, text, NULL);
}

static bool nodes_read_row(const struct pm_table *t, struct pm_str text, struct pm_str *cells) {
    struct pm_when last, first;
    uint32_t count;
    return t->n && pm_table_row(t, text, cells) &&
           (pm_str_starts(pm_table_cell(t, cells, "STATUS"), PM_STR("Ready")) ||
            pm_str_starts(pm_table_cell(t, cells, "STATUS"), PM_STR("NotReady"))) &&
           pm_table_age(pm_table_cell(t, cells, "AGE"), &last, &first, &count);
}

static int bid(const struct pm_record *r, const void *state) {
    const struct nodes_state *s = state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (nodes_is_header(r->text)) return 95;
    return s && nodes_read_row(&s->table, r->text, cells) ? 80 : 0;
}

static void nodes_emit_row(struct pm_parse_ctx *ctx, const struct pm_record *r,
                           const struct pm_table *t, const struct pm_str *cells) {
    struct pm_str kind = PM_STR("Node"), name, status = pm_table_cell(t, cells, "STATUS");
    pm_kubectl_object(pm_table_cell(t, cells, "NAME"), &kind, &name);
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_list(&d, "addresses");
    pm_detail_str(&d, "", pm_table_cell(t, cells, "INTERNAL-IP"));
    pm_detail_str(&d, "", pm_table_cell(t, cells, "EXTERNAL-IP"));
    pm_detail_end(&d, ']');
    pm_detail_str(&d, "kubelet", pm_table_cell(t, cells, "VERSION"));
    pm_detail_str(&d, "runtime", pm_table_cell(t, cells, "CONTAINER-RUNTIME"));
    pm_detail_list(&d, "conditions");
    pm_detail_obj(&d, NULL);
    pm_detail_str(&d, "type", PM_STR("Ready"));
    pm_detail_str(&d, "status",
                  pm_str_starts(status, PM_STR("Ready")) ? PM_STR("True") : PM_STR("False"));
    pm_detail_end(&d, '}');
    pm_detail_end(&d, ']');
    pm_table_detail_age(&d, pm_table_cell(t, cells, "AGE"));
    pm_detail_bool(&d, "unschedulable", pm_str_has(status, PM_STR("SchedulingDisabled")));

    struct pm_event e = pm_event_of(r, PM_COMP_OBJECTS, PM_KIND_NODE_STATE);
    e.flags |= PM_EV_SNAPSHOT;
    e.when = pm_when_age_zero();
    e.field[PM_F_NODE] = name;
    e.field[PM_F_OBJECT] = pm_arena_fmt(ctx->a, "Node/%.*s", PM_FMT(name));
    e.field[PM_F_REASON] = status;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct nodes_state *s = ctx->state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (nodes_is_header(r->text))
        return pm_table_header(ctx->member, r->text, &s->table) ? PM_PARSE_OK : PM_PARSE_NO;
    if (!nodes_read_row(&s->table, r->text, cells)) {
        s->table.n = 0;
        return PM_PARSE_NO;
    }
    nodes_emit_row(ctx, r, &s->table, cells);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_kubectl_nodes = {
    .name = "kubectl-nodes",
    .title = "Tables of kubectl get nodes",
    .example =
        "NAME     STATUS   ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE   KERNEL-VERSION   CONTAINER-RUNTIME",
    .source = "k8s:pkg/printers/internalversion/printers.go@v1.32",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct nodes_state),
    .bid = bid,
    .parse = parse,
};
