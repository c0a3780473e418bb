// Tables of pods: `kubectl get pods` with -A and -o wide, the pods of `kubectl get all`,
// and single rows.
//
//   NAMESPACE   NAME     READY   STATUS             RESTARTS      AGE     IP           NODE     NOMINATED NODE   READINESS GATES
//   shop        cart-0   0/1     ImagePullBackOff   3 (5m ago)    7m43s   10.42.1.19   node-7   <none>           <none>
// Source: k8s:pkg/printers/internalversion/printers.go (printPod); captured: kubectl
// 1.32.3. The status column shows one container's reason and no message: a pull's failure
// is told as a bare reason, of which no cause is known.
#include "parsers/lift/detail.h"
#include "parsers/lift/lift.h"
#include "parsers/objects/k8s_happening.h"
#include "parsers/objects/kubectl_table.h"
#include "pm/scan.h"

struct pods_state {
    struct pm_table table;
};
struct pod_row {
    struct pm_str k8s_namespace, name, ready, status, age, ip, node;
};

static bool is_header(struct pm_str text) {
    return pm_str_has(text, PM_STR("READY")) && pm_str_has(text, PM_STR("STATUS")) &&
           pm_str_has(text, PM_STR("RESTARTS")) && pm_table_header(NULL, text, NULL);
}

static bool is_ratio(struct pm_str s, uint64_t *have, uint64_t *want) {
    struct pm_scan c = pm_scan_of(s);
    return pm_scan_uint(&c, 6, have) && pm_scan_char(&c, '/') && pm_scan_uint(&c, 6, want) &&
           pm_scan_end(&c);
}

static const char *const STATUSES[] = {
    "Running",
    "Pending",
    "Completed",
    "Succeeded",
    "Failed",
    "Unknown",
    "Error",
    "Evicted",
    "Terminating",
    "ContainerCreating",
    "PodInitializing",
    "CrashLoopBackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "OOMKilled",
    "NotReady",
    "ContainerStatusUnknown",
    "NodeLost",
    "Terminated",
    "Waiting",
    "DeadlineExceeded",
};

// A row without its header: [NAMESPACE] NAME n/m STATUS RESTARTS … AGE [IP NODE …], by
// blanks.
static bool read_loose(struct pm_str text, struct pod_row *row) {
    struct pm_str cells[PM_TABLE_COLUMNS];
    struct pm_scan c = pm_scan_of(pm_str_trim(text));
    int n = 0, at = 0;
    uint64_t have, want;
    if (text.n > 600 || pm_str_chr(text, '/', 0) < 0) return false;
    for (; n < PM_TABLE_COLUMNS && pm_scan_word(&c, &cells[n]); n++) pm_scan_blanks(&c);
    while (at < n && !is_ratio(cells[at], &have, &want)) at++;
    if (at < 1 || at > 2 || at + 3 >= n) return false;
    *row = (struct pod_row){at == 2 ? cells[0] : PM_NONE,
                            cells[at - 1],
                            cells[at],
                            cells[at + 1],
                            PM_NONE,
                            PM_NONE,
                            PM_NONE};
    uint64_t restarts;
    if (!pm_str_u64(cells[at + 2], &restarts)) return false;
    int age = at + 3;
    if (age + 1 < n && cells[age].p[0] == '(') age += 2; // "(5m ago)"
    struct pm_when last, first;
    uint32_t count;
    if (age >= n || !pm_table_age(cells[age], &last, &first, &count)) return false;
    row->age = cells[age];
    if (age + 2 < n) {
        row->ip = cells[age + 1];
        row->node = cells[age + 2];
    }
    if (pm_str_starts(row->status, PM_STR("Init:"))) return true;
    for (size_t i = 0; i < PM_LEN(STATUSES); i++)
        if (pm_str_eqc(row->status, STATUSES[i])) return true;
    return false;
}

static bool read_row(const struct pm_table *t, struct pm_str text, struct pod_row *row) {
    struct pm_str cells[PM_TABLE_COLUMNS];
    uint64_t have, want;
    if (!t->n || !pm_table_row(t, text, cells)) return false;
    *row = (struct pod_row){pm_table_cell(t, cells, "NAMESPACE"), pm_table_cell(t, cells, "NAME"),
                            pm_table_cell(t, cells, "READY"),     pm_table_cell(t, cells, "STATUS"),
                            pm_table_cell(t, cells, "AGE"),       pm_table_cell(t, cells, "IP"),
                            pm_table_cell(t, cells, "NODE")};
    return row->name.n && row->status.n && is_ratio(row->ready, &have, &want);
}

static int bid(const struct pm_record *r, const void *state) {
    const struct pods_state *s = state;
    struct pod_row row;
    if (is_header(r->text)) return 95;
    if (s && s->table.n && read_row(&s->table, r->text, &row)) return 75;
    return read_loose(r->text, &row) ? 60 : 0;
}

static struct pm_event row_event_of(const struct pm_record *r, enum pm_kind kind,
                                    const struct pod_row *row) {
    struct pm_event e = pm_event_of(r, PM_COMP_OBJECTS, kind);
    struct pm_str object_kind = PM_NONE;
    e.flags |= PM_EV_SNAPSHOT;
    e.when = pm_when_age_zero();
    pm_kubectl_object(row->name, &object_kind, &e.field[PM_F_POD]);
    if (row->k8s_namespace.n) e.field[PM_F_NAMESPACE] = row->k8s_namespace;
    if (row->node.n && !pm_str_starts(row->node, PM_STR("<"))) e.field[PM_F_NODE] = row->node;
    return e;
}

static void emit_row(struct pm_parse_ctx *ctx, const struct pm_record *r,
                     const struct pod_row *row) {
    static const char *const PHASES[] = {"Running", "Pending", "Succeeded", "Failed", "Unknown"};
    bool init = pm_str_starts(row->status, PM_STR("Init:"));
    struct pm_str status = init ? pm_str_from(row->status, 5) : row->status, phase = PM_NONE;
    bool vague = false, fails = pm_pull_reason(status, &vague);
    uint64_t have = 0, want = 0;
    is_ratio(row->ready, &have, &want);
    for (size_t i = 0; i < PM_LEN(PHASES); i++)
        if (pm_str_eqc(status, PHASES[i])) phase = status;
    if (fails || pm_str_eqc(status, "ContainerCreating") || pm_str_eqc(status, "PodInitializing"))
        phase = PM_STR("Pending");

    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, "phase", phase);
    if (!phase.n || fails) pm_detail_str(&d, "reason", status);
    pm_detail_list(&d, "waiting");
    if (fails) {
        pm_detail_obj(&d, NULL);
        pm_detail_str(&d, "reason", status);
        pm_detail_bool(&d, "init", init);
        pm_detail_end(&d, '}');
    }
    pm_detail_end(&d, ']');
    pm_table_detail_age(&d, row->age);
    pm_detail_bool(&d, "ready", want > 0 && have == want);
    pm_detail_bool(&d, "evicted", pm_str_eqc(status, "Evicted"));
    struct pm_event e = row_event_of(r, PM_KIND_POD_STATE, row);
    e.field[PM_F_REASON] = row->status;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
    if (!fails) return;
    e = row_event_of(r, pm_pull_reason_fails(status) ? PM_KIND_PULL_FAIL : PM_KIND_PULL_BACKOFF,
                     row);
    e.flags |= PM_EV_ECHO;
    e.field[PM_F_REASON] = status;
    e.field[PM_F_MESSAGE] = PM_STR(PM_MESSAGE_REASON_ONLY);
    if (!vague) e.field[PM_F_ERROR] = status;
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pods_state *s = ctx->state;
    struct pod_row row;
    if (is_header(r->text))
        return pm_table_header(ctx->member, r->text, &s->table) ? PM_PARSE_OK : PM_PARSE_NO;
    if (pm_table_header(NULL, r->text, NULL)) {
        s->table.n = 0;
        return PM_PARSE_NO;
    }
    if (!read_row(&s->table, r->text, &row) && !read_loose(r->text, &row)) return PM_PARSE_NO;
    emit_row(ctx, r, &row);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_kubectl_pods = {
    .name = "kubectl-pods",
    .title = "Tables of kubectl get pods",
    .example =
        "shop        cart-0   0/1     ImagePullBackOff   3 (5m ago)    7m43s   10.42.1.19   node-7   <none>           <none>",
    .source = "k8s:pkg/printers/internalversion/printers.go@v1.32; captured: kubectl 1.32.3",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct pods_state),
    .bid = bid,
    .parse = parse,
};
