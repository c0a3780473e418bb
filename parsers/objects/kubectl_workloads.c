// Tables of Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs,
// ReplicationControllers and autoscalers, with -A and -o wide, and of `kubectl get all`.
//
//   NAMESPACE   NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES          SELECTOR            Deployment
//   shop        cart   2/4     2            2           42d   web          shop/cart:1.4   app=cart
//   NAME   DESIRED   CURRENT   UP-TO-DATE   AVAILABLE   AGE                                                    Deployment up to 1.11
//   NAME   DESIRED   CURRENT   READY   AGE                                                                     ReplicaSet
//   NAME   READY   AGE                                                                                         StatefulSet
//   NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE                            DaemonSet
//   NAME   STATUS   COMPLETIONS   DURATION   AGE                                                               Job
//   NAME   SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE                                       CronJob
//   NAME   REFERENCE        TARGETS   MINPODS   MAXPODS   REPLICAS   AGE                                       HorizontalPodAutoscaler
// Source: k8s:pkg/printers/internalversion/printers.go; captured: kubectl 1.32.3.
#include "parsers/lift/detail.h"
#include "parsers/objects/kubectl_table.h"
#include "pm/scan.h"

struct workloads_state {
    struct pm_table table;
    const char *kind;
};

static const struct {
    const char *kind, *columns[4], *without;
} TABLES[] = {
    // the first whose columns are all there
    {"HorizontalPodAutoscaler", {"REFERENCE", "MINPODS", "MAXPODS", NULL}, NULL},
    {"DaemonSet", {"DESIRED", "READY", "AVAILABLE", "NODE SELECTOR"}, NULL},
    {"Job", {"COMPLETIONS", "AGE", NULL, NULL}, NULL},
    {"CronJob", {"SCHEDULE", "SUSPEND", NULL, NULL}, NULL},
    {"Service", {"TYPE", "CLUSTER-IP", NULL, NULL}, NULL},
    {"Deployment", {"UP-TO-DATE", "AVAILABLE", NULL, NULL}, NULL},
    {"ReplicaSet", {"DESIRED", "CURRENT", "READY", NULL}, NULL},
    {"StatefulSet", {"DESIRED", "CURRENT", "AGE", NULL}, NULL},
    {"StatefulSet", {"NAME", "READY", "AGE", NULL}, "STATUS"},
};

static const char *workloads_kind_of(const struct pm_table *t) {
    for (size_t i = 0; i < PM_LEN(TABLES); i++) {
        bool all = !TABLES[i].without || !pm_table_has(t, TABLES[i].without);
        for (size_t k = 0; k < PM_LEN(TABLES[i].columns) && TABLES[i].columns[k]; k++)
            all = all && pm_table_has(t, TABLES[i].columns[k]);
        if (all && pm_table_has(t, "NAME")) return TABLES[i].kind;
    }
    return NULL;
}

// Without an arena a header can be told, but its columns not kept: look for the words.
static bool workloads_is_header(struct pm_str text) {
    static const char *const WORDS[] = {"REFERENCE", "DESIRED",  "COMPLETIONS", "UP-TO-DATE",
                                        "READY",     "SCHEDULE", "CLUSTER-IP"};
    if (!pm_str_has(text, PM_STR("AGE")) || !pm_str_has(text, PM_STR("NAME")) ||
        pm_str_has(text, PM_STR("RESTARTS")) || pm_str_has(text, PM_STR("ROLES")))
        return false;
    for (size_t i = 0; i < PM_LEN(WORDS); i++)
        if (pm_str_has(text, pm_str_c(WORDS[i]))) return pm_table_header(NULL, text, NULL);
    return false;
}

static bool workloads_read_row(const struct pm_table *t, struct pm_str text, struct pm_str *cells) {
    struct pm_when last, first;
    uint32_t count;
    return t->n && pm_table_row(t, text, cells) && pm_table_cell(t, cells, "NAME").n &&
           pm_str_chr(pm_table_cell(t, cells, "NAME"), ' ', 0) < 0 &&
           pm_table_age(pm_table_cell(t, cells, "AGE"), &last, &first, &count);
}

static int bid(const struct pm_record *r, const void *state) {
    const struct workloads_state *s = state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (workloads_is_header(r->text)) return 90;
    return s && s->kind && workloads_read_row(&s->table, r->text, cells) ? 70 : 0;
}

static void detail_number(struct pm_detail *d, const char *key, struct pm_str cell) {
    uint64_t n;
    if (pm_str_u64(cell, &n) && n <= INT64_MAX) pm_detail_int(d, key, (int64_t)n);
}

static void detail_ratio(struct pm_detail *d, const char *have, const char *want,
                         struct pm_str cell) { // "2/4"
    ptrdiff_t slash = pm_str_chr(cell, '/', 0);
    if (slash < 0) {
        detail_number(d, have, cell);
        return;
    }
    detail_number(d, have, pm_str_sub(cell, 0, (size_t)slash));
    detail_number(d, want, pm_str_from(cell, (size_t)slash + 1));
}

static void workloads_detail_images(struct pm_detail *d, struct pm_str cell) { // "a:1,b:2"
    struct pm_scan c = pm_scan_of(cell);
    struct pm_str image;
    pm_detail_list(d, "images");
    while (pm_scan_until(&c, ',', &image)) pm_detail_str(d, "", image);
    pm_detail_str(d, "", pm_scan_rest(&c));
    pm_detail_end(d, ']');
}

static struct pm_event workloads_event_of(const struct pm_record *r, enum pm_kind kind,
                                          const struct pm_table *t, const struct pm_str *cells) {
    struct pm_event e = pm_event_of(r, PM_COMP_OBJECTS, kind);
    struct pm_str k8s_namespace = pm_table_cell(t, cells, "NAMESPACE");
    if (k8s_namespace.n) e.field[PM_F_NAMESPACE] = k8s_namespace;
    e.flags |= PM_EV_SNAPSHOT;
    e.when = pm_when_age_zero();
    return e;
}

static void emit_hpa(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct pm_table *t,
                     const struct pm_str *cells, struct pm_str name) {
    struct pm_str target = pm_table_cell(t, cells, "REFERENCE"), kind = PM_NONE, target_name;
    pm_kubectl_object(target, &kind, &target_name);
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_obj(&d, "target");
    pm_detail_str(&d, "kind", kind);
    pm_detail_str(&d, "name", target_name);
    pm_detail_end(&d, '}');
    detail_number(&d, "current", pm_table_cell(t, cells, "REPLICAS"));
    detail_number(&d, "min", pm_table_cell(t, cells, "MINPODS"));
    detail_number(&d, "max", pm_table_cell(t, cells, "MAXPODS"));
    struct pm_event e = workloads_event_of(r, PM_KIND_HPA_STATE, t, cells);
    e.field[PM_F_OBJECT] = pm_arena_fmt(ctx->a, "HorizontalPodAutoscaler/%.*s", PM_FMT(name));
    e.field[PM_F_WORKLOAD] = target;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static void workloads_emit_row(struct pm_parse_ctx *ctx, const struct pm_record *r,
                               const struct workloads_state *s, const struct pm_str *cells) {
    const struct pm_table *t = &s->table;
    struct pm_str kind = pm_str_c(s->kind), name;
    pm_kubectl_object(pm_table_cell(t, cells, "NAME"), &kind, &name);
    if (pm_str_eqc(kind, "Service")) return; // without its selector or endpoints it tells nothing
    if (pm_str_eqc(kind, "HorizontalPodAutoscaler")) {
        emit_hpa(ctx, r, t, cells, name);
        return;
    }
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, "kind", kind);
    detail_number(&d, "desired", pm_table_cell(t, cells, "DESIRED"));
    detail_ratio(&d, "ready", "desired", pm_table_cell(t, cells, "READY"));
    detail_ratio(&d, "available", "desired", pm_table_cell(t, cells, "COMPLETIONS"));
    detail_number(&d, "updated", pm_table_cell(t, cells, "UP-TO-DATE"));
    detail_number(&d, "available", pm_table_cell(t, cells, "AVAILABLE"));
    pm_table_detail_age(&d, pm_table_cell(t, cells, "AGE"));
    if (pm_table_has(t, "IMAGES")) workloads_detail_images(&d, pm_table_cell(t, cells, "IMAGES"));
    struct pm_event e = workloads_event_of(r, PM_KIND_WORKLOAD_STATE, t, cells);
    e.field[PM_F_OBJECT] = e.field[PM_F_WORKLOAD] =
        pm_arena_fmt(ctx->a, "%.*s/%.*s", PM_FMT(kind), PM_FMT(name));
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct workloads_state *s = ctx->state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (pm_table_header(NULL, r->text, NULL)) {
        s->table.n = 0;
        s->kind = NULL;
        if (!workloads_is_header(r->text) || !pm_table_header(ctx->member, r->text, &s->table))
            return PM_PARSE_NO;
        s->kind = workloads_kind_of(&s->table);
        return s->kind ? PM_PARSE_OK : PM_PARSE_NO;
    }
    if (!s->kind || !workloads_read_row(&s->table, r->text, cells)) return PM_PARSE_NO;
    workloads_emit_row(ctx, r, s, cells);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_kubectl_workloads = {
    .name = "kubectl-workloads",
    .title = "Tables of kubectl get deployments, replicasets, statefulsets, daemonsets, jobs, hpa",
    .example = "NAMESPACE   NAME   READY   UP-TO-DATE   AVAILABLE   AGE",
    .source = "k8s:pkg/printers/internalversion/printers.go@v1.11, v1.32; captured: kubectl 1.32.3",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct workloads_state),
    .bid = bid,
    .parse = parse,
};
