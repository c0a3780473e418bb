// Deployment, ReplicaSet, StatefulSet, DaemonSet, ControllerRevision, Job, CronJob,
// ReplicationController objects → workload.state.
//
//   {"kind":"Deployment","metadata":{"name":"cart","namespace":"shop","generation":4},"spec":{"replicas":3,…},"status":{"replicas":4,"updatedReplicas":1,…}}
// Source: k8s:staging/src/k8s.io/api/{apps,batch,core}/v1/types.go. OpenShift
// DeploymentConfig has the same members.
#include "parsers/lift/lift.h"
#include "parsers/objects/k8s_object.h"
#include <inttypes.h>

// Where each kind keeps its numbers; NULL: it has none.
struct counts {
    const char *kind, *desired, *ready, *updated, *available, *unavailable, *tmpl;
};
static const struct counts KINDS[] = {
    {"Deployment", "spec.replicas", "status.readyReplicas", "status.updatedReplicas",
     "status.availableReplicas", "status.unavailableReplicas", "spec.template.spec"},
    {"DeploymentConfig", "spec.replicas", "status.readyReplicas", "status.updatedReplicas",
     "status.availableReplicas", "status.unavailableReplicas", "spec.template.spec"},
    {"ReplicaSet", "spec.replicas", "status.readyReplicas", NULL, "status.availableReplicas", NULL,
     "spec.template.spec"},
    {"ReplicationController", "spec.replicas", "status.readyReplicas", NULL,
     "status.availableReplicas", NULL, "spec.template.spec"},
    {"StatefulSet", "spec.replicas", "status.readyReplicas", "status.updatedReplicas",
     "status.availableReplicas", NULL, "spec.template.spec"},
    {"DaemonSet", "status.desiredNumberScheduled", "status.numberReady",
     "status.updatedNumberScheduled", "status.numberAvailable", "status.numberUnavailable",
     "spec.template.spec"},
    {"Job", "spec.completions", "status.ready", NULL, "status.succeeded", NULL,
     "spec.template.spec"},
    {"CronJob", NULL, NULL, NULL, NULL, NULL, "spec.jobTemplate.spec.template.spec"},
    {"ControllerRevision", NULL, NULL, NULL, NULL, NULL, "data.spec.template.spec"},
};

static const struct counts *counts_of(const struct pm_record *r) {
    struct pm_str kind = pm_k8s_kind(r);
    for (size_t i = 0; kind.n && i < PM_LEN(KINDS); i++)
        if (pm_str_eqc(kind, KINDS[i].kind)) return &KINDS[i];
    return NULL;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return counts_of(r) && json_is_object(json_object_get(r->json, "metadata")) ? 95 : 0;
}

static void detail_images(struct pm_detail *d, const json_t *tmpl) {
    static const char *const GROUPS[] = {"initContainers", "containers"};
    pm_detail_list(d, "images");
    for (size_t g = 0; g < PM_LEN(GROUPS); g++) {
        const json_t *containers = json_object_get(tmpl, GROUPS[g]);
        for (size_t i = 0; i < json_array_size(containers); i++)
            pm_detail_str(d, "", pm_k8s_str(json_array_get(containers, i), "image"));
    }
    pm_detail_end(d, ']');
}

static void detail_count(struct pm_detail *d, const char *key, const json_t *o, const char *path,
                         const char *desired) {
    if (!path) return;
    int64_t n = pm_k8s_int(o, path, -1);
    if (n < 0 && desired && pm_k8s_int(o, desired, -1) >= 0) n = 0; // the API leaves zeros out
    pm_detail_size(d, key, n);
}

static struct pm_str annotation(const json_t *o, const char *name) {
    const json_t *v = json_object_get(pm_k8s_get(o, "metadata.annotations"), name);
    return json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)}
                             : PM_NONE;
}

// A Deployment and its sets bear a number, a ControllerRevision has one; a StatefulSet
// names the one that it goes to.
static void detail_revision(struct pm_detail *d, const json_t *o) {
    struct pm_str revision = annotation(o, "deployment.kubernetes.io/revision");
    int64_t number = pm_k8s_int(o, "revision", -1);
    if (!revision.n && number >= 0) revision = pm_arena_fmt(d->a, "%" PRId64, number);
    pm_detail_str(d, "revision", revision.n ? revision : pm_k8s_str(o, "status.updateRevision"));
}

// When anything but its status was last written, where the dump kept managedFields: of a
// set, that it got a number or another size.
static void detail_changed(struct pm_detail *d, const json_t *o) {
    const json_t *entries = pm_k8s_get(o, "metadata.managedFields");
    struct pm_when last = {0};
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        struct pm_when w = pm_k8s_when(entry, "time");
        if (w.kind == PM_WHEN_NONE || pm_str_eqc(pm_k8s_str(entry, "subresource"), "status"))
            continue;
        if (last.kind == PM_WHEN_NONE || w.ns > last.ns) last = w;
    }
    pm_k8s_detail_when(d, "changed", last);
}

static struct pm_str detail_of(struct pm_arena *a, const json_t *o, const struct counts *k) {
    struct pm_detail d = pm_detail_new(a);
    pm_detail_str(&d, "kind", pm_str_c(k->kind));
    detail_count(&d, "desired", o, k->desired, NULL);
    detail_count(&d, "ready", o, k->ready, k->desired);
    detail_count(&d, "updated", o, k->updated, k->desired);
    detail_count(&d, "available", o, k->available, k->desired);
    detail_count(&d, "unavailable", o, k->unavailable, k->desired);
    pm_k8s_detail_int(&d, "generation", o, "metadata.generation");
    pm_k8s_detail_int(&d, "observed", o, "status.observedGeneration");
    pm_k8s_detail_conditions(&d, pm_k8s_get(o, "status.conditions"));
    pm_k8s_detail_owner(&d, o);
    detail_images(&d, pm_k8s_get(o, k->tmpl));
    const json_t *selector = pm_k8s_get(o, "spec.selector.matchLabels");
    pm_k8s_detail_strings(&d, "selector", selector ? selector : pm_k8s_get(o, "spec.selector"));
    detail_revision(&d, o);
    pm_detail_bool(&d, "paused", pm_k8s_true(o, "spec.paused") || pm_k8s_true(o, "spec.suspend"));
    pm_k8s_detail_when(&d, "created", pm_k8s_when(o, "metadata.creationTimestamp"));
    detail_changed(&d, o);
    return pm_detail_done(&d);
}

// Events of a refusal are gone after an hour; the condition that the controller set by
// them stays as long as no pod can be made.
static void emit_refusal(struct pm_parse_ctx *ctx, const struct pm_record *r,
                         const struct pm_event *state) {
    const json_t *conditions = pm_k8s_get(r->json, "status.conditions");
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *c = json_array_get(conditions, i);
        struct pm_str message = pm_k8s_str(c, "message");
        if (!pm_str_eqc(pm_k8s_str(c, "type"), "ReplicaFailure") ||
            !pm_str_eqc(pm_k8s_str(c, "status"), "True") ||
            !pm_lift_refused_by_admission(message) || !state->field[PM_F_NAMESPACE].n)
            continue;
        struct pm_event e = *state;
        e.kind = PM_KIND_OTHER;
        e.field[PM_F_DETAIL] = PM_NONE;
        e.field[PM_F_REASON] = pm_k8s_str(c, "reason");
        e.field[PM_F_ERROR] = message;
        struct pm_when since = pm_k8s_when(c, "lastTransitionTime");
        if (since.kind != PM_WHEN_NONE) e.when = since;
        pm_emit(ctx, r, &e);
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const struct counts *k = counts_of(r);
    struct pm_str name = pm_k8s_str(r->json, "metadata.name");
    if (!name.n) {
        pm_emit_bad(ctx, r, "workload-no-name", "a %s without metadata.name", k->kind);
        return PM_PARSE_BAD;
    }
    struct pm_event e = pm_k8s_event(r, PM_KIND_WORKLOAD_STATE, r->json);
    e.field[PM_F_OBJECT] = e.field[PM_F_WORKLOAD] = pm_k8s_named(ctx->a, pm_str_c(k->kind), name);
    e.field[PM_F_DETAIL] = detail_of(ctx->a, r->json, k);
    pm_emit(ctx, r, &e);
    emit_refusal(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_k8s_workload = {
    .name = "k8s-workload",
    .title =
        "Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs, ReplicationControllers, JSON or YAML",
    .example =
        "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/"
        "v1\",\"metadata\":{\"name\":\"cart\",\"namespace\":\"shop\"},\"spec\":{\"replicas\":3},\"status\":{\"readyReplicas\":2}}",
    .source = "k8s:staging/src/k8s.io/api/apps/v1/types.go; captured: API server 1.34.9 and 1.20.2",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
