// Argo's three printed views of pods: `argocd app get`, `kubectl argo rollouts get rollout`,
// `argo get`. Each has a row a pod, with the kubelet's reason or message in it.
//
//   GROUP  KIND  NAMESPACE  NAME    STATUS  HEALTH    HOOK  MESSAGE
//          Pod   shop       cart-0  Synced  Degraded        Back-off pulling image "r.acme.test/shop/cart:1.4"
//   │     └──□ cart-789746c88d-lb5kb  Pod  ⚠ ImagePullBackOff  40s  ready:0/1
//    └─✖ compile  compile  build-x7k2p-101  4m  ImagePullBackOff: Back-off pulling image "r.acme.test/ci/gcc:13"
//
// Source: argoproj/argo-cd:cmd/argocd/commands/app.go (printResources),
// argoproj/argo-rollouts:pkg/kubectl-argo-rollouts/cmd/get/get_rollout.go,
// argoproj/argo-workflows:cmd/argo/commands/common/get.go. Such a row is the pod's state at
// the time it was printed: a state and no attempt, as in kubectl's table of pods.
#include "parsers/lift/detail.h"
#include "parsers/lift/lift.h"
#include "parsers/objects/k8s_happening.h"
#include "parsers/objects/kubectl_table.h"

struct argo_row {
    struct pm_str k8s_namespace, pod, reason, message, age;
    bool cut;
};

// "ImagePullBackOff: Back-off …" and the kubelet's own sentence → reason and message.
static bool says_why(struct pm_str text, struct argo_row *row) {
    static const struct {
        const char *begins, *reason;
    } sentences[] = {{"Back-off pulling image \"", "ImagePullBackOff"},
                     {"Failed to pull image \"", "ErrImagePull"},
                     {"failed to pull and unpack image \"", "ErrImagePull"},
                     {"rpc error: code = ", "ErrImagePull"}};
    ptrdiff_t colon = pm_str_chr(text, ':', 0);
    struct pm_str word = colon < 0 ? text : pm_str_sub(text, 0, (size_t)colon);
    if (pm_pull_reason(word, NULL)) {
        row->reason = word;
        row->message = colon < 0 ? PM_NONE : pm_str_trim(pm_str_from(text, (size_t)colon + 1));
        return true;
    }
    for (size_t i = 0; i < PM_LEN(sentences); i++) {
        if (!pm_str_starts(text, pm_str_c(sentences[i].begins)) ||
            (i > 1 && !pm_lift_talks_of_pull(text)))
            continue;
        row->reason = pm_str_c(sentences[i].reason);
        row->message = text;
        return true;
    }
    return false;
}

static bool is_object_name(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!pm_object_char(s.p[i])) return false;
    return s.n > 0;
}

// Pod  NAMESPACE  NAME  [STATUS]  HEALTH  [HOOK]  MESSAGE: a pod's group is the empty one.
static bool app_row(struct pm_str text, struct argo_row *row) {
    struct pm_str cells[8];
    int n = pm_table_split(pm_str_trim(text), cells, (int)PM_LEN(cells));
    if (n < 5 || !pm_str_eqc(cells[0], "Pod") || !is_object_name(cells[1]) ||
        !is_object_name(cells[2]))
        return false;
    row->k8s_namespace = cells[1];
    row->pod = cells[2];
    for (int i = 4; i < n; i++)
        if (says_why(cells[i], row)) return true;
    return false;
}

// A line of a tree, without its branches and marks; PM_NONE where it is none.
static struct pm_str leaf(struct pm_str text) {
    bool branch = pm_str_has(text, PM_STR("\xe2\x94\x94")) || // └
                  pm_str_has(text, PM_STR("\xe2\x94\x9c"));   // ├
    size_t i = 0;
    if (!branch || text.n > 4000) return PM_NONE;
    while (i < text.n && (text.p[i] == ' ' || (unsigned char)text.p[i] >= 0x80)) i++;
    return pm_str_from(text, i);
}

static bool is_age(struct pm_str cell) {
    struct pm_when last, first;
    uint32_t count;
    return pm_table_age(cell, &last, &first, &count);
}

// The capture ended inside of a reason.
static bool half_reason(struct pm_str word) {
    static const char *const whole[] = {"ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull"};
    for (size_t i = 0; i < PM_LEN(whole); i++)
        if (word.n >= 4 && word.n < strlen(whole[i]) && pm_str_starts(pm_str_c(whole[i]), word))
            return true;
    return false;
}

// NAME  Pod  ⚠ REASON  AGE  …
static bool rollout_row(struct pm_str *cells, int n, struct argo_row *row) {
    if (n < 3 || !pm_str_eqc(cells[1], "Pod") || !is_object_name(cells[0])) return false;
    ptrdiff_t blank = pm_str_rchr(cells[2], ' ');
    struct pm_str word = blank < 0 ? cells[2] : pm_str_from(cells[2], (size_t)blank + 1);
    row->pod = cells[0];
    row->cut = n == 3 && half_reason(word);
    if (n > 3) row->age = cells[3];
    return row->cut || (n > 3 && says_why(word, row));
}

// STEP  TEMPLATE  PODNAME  AGE  MESSAGE
static bool workflow_row(struct pm_str *cells, int n, struct argo_row *row) {
    for (int i = 2; i + 1 < n; i++) {
        if (!is_age(cells[i]) || !is_object_name(cells[i - 1]) || !says_why(cells[i + 1], row))
            continue;
        row->pod = cells[i - 1];
        row->age = cells[i];
        return true;
    }
    return false;
}

static bool tree_row(struct pm_str text, struct argo_row *row) {
    struct pm_str cells[6], s = leaf(text);
    int n = s.n ? pm_table_split(s, cells, (int)PM_LEN(cells)) : 0;
    return rollout_row(cells, n, row) || workflow_row(cells, n, row);
}

static int bid(const struct pm_record *r, const void *state) {
    struct argo_row row;
    (void)state;
    return app_row(r->text, &row) || tree_row(r->text, &row) ? 90 : 0;
}

static struct pm_event row_event(const struct pm_record *r, enum pm_kind kind,
                                 const struct argo_row *row) {
    struct pm_event e = pm_event_of(r, PM_COMP_OBJECTS, kind);
    e.flags |= PM_EV_SNAPSHOT;
    e.when = pm_when_age_zero();
    e.field[PM_F_POD] = row->pod;
    if (row->k8s_namespace.n) e.field[PM_F_NAMESPACE] = row->k8s_namespace;
    return e;
}

static void emit_state(struct pm_parse_ctx *ctx, const struct pm_record *r,
                       const struct argo_row *row) {
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, "phase", PM_STR("Pending"));
    pm_detail_str(&d, "reason", row->reason);
    pm_detail_list(&d, "waiting");
    pm_detail_obj(&d, NULL);
    pm_detail_str(&d, "reason", row->reason);
    pm_detail_str(&d, "message", row->message);
    pm_detail_end(&d, '}');
    pm_detail_end(&d, ']');
    if (row->age.n) pm_table_detail_age(&d, row->age);
    pm_detail_bool(&d, "ready", false);
    struct pm_event e = row_event(r, PM_KIND_POD_STATE, row);
    e.field[PM_F_REASON] = row->reason;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static void emit_pull(struct pm_parse_ctx *ctx, const struct pm_record *r,
                      const struct argo_row *row) {
    bool vague = false;
    enum pm_kind kind =
        pm_str_eqc(row->reason, "ImagePullBackOff") ? PM_KIND_PULL_BACKOFF : PM_KIND_PULL_FAIL;
    pm_pull_reason(row->reason, &vague);
    struct pm_event e = row_event(r, kind, row);
    if (row->message.n && !pm_lift_event_message(ctx->a, row->reason, row->message, &e))
        pm_lift_into(ctx->a, &e, row->message);
    e.kind = kind;
    e.field[PM_F_REASON] = row->reason;
    if (!e.field[PM_F_ERROR].n) {
        e.field[PM_F_ERROR] = vague ? PM_NONE : row->reason;
        e.field[PM_F_MESSAGE] = PM_STR(PM_MESSAGE_REASON_ONLY);
        e.flags |= PM_EV_ECHO;
    }
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct argo_row row = {0};
    if (!app_row(r->text, &row) && !tree_row(r->text, &row)) return PM_PARSE_NO;
    if (row.cut) {
        pm_emit_bad(ctx, r, "line-cut", "a pod's row ends inside of its reason");
        return PM_PARSE_BAD;
    }
    emit_state(ctx, r, &row);
    emit_pull(ctx, r, &row);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_argo_rows = {
    .name = "argo-rows",
    .title = "Pods as Argo CD, Argo Rollouts and Argo Workflows print them",
    .example =
        "   \xe2\x94\x94\xe2\x94\x80\xe2\x94\x80\xe2\x96\xa1 cart-789746c88d-lb5kb  Pod  \xe2\x9a\xa0 ImagePullBackOff  40s  ready:0/1",
    .source =
        "argoproj/argo-cd:cmd/argocd/commands/app.go, argoproj/argo-rollouts:pkg/kubectl-argo-rollouts/cmd/get, argoproj/argo-workflows:cmd/argo/commands/common/get.go",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
