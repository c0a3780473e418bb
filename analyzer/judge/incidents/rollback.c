// What was taken back while it could not pull: told by controllers' events, else by the
// revisions of sets that are still there.
//
//     Scaled down replica set web-7c9 from 1 to 0                          Deployment; see scale.c for the older wordings
//     Rolled back deployment "web" to revision 3                           Deployment, reason DeploymentRollback, before 1.16
//     Rollout aborted update to revision 6: ReplicaSet "web-7c9" …         Argo Rollouts, reason RolloutAborted
//     Rolling back web.shop failed checks threshold reached 5              Flagger
//     Helm rollback to previous release shop/web.v3 with chart web@1.2.0 succeeded      Flux' helm-controller
// `kubectl rollout undo` makes no event for a StatefulSet or a DaemonSet, and events live
// an hour. But who goes back to an old revision gives it a new number: a set (or
// ControllerRevision) that was made before the failing one and counts higher was returned
// to. Source: kubernetes pkg/controller/deployment/util/deployment_util.go,
// pkg/controller/history/controller_history.go @v1.31; argo-rollouts utils/conditions;
// flagger pkg/controller/scheduler.go; fluxcd helm-controller
// internal/reconcile/rollback_remediation.go.
#include "judge/incidents/hits.h"
#include "judge/evidence/scale.h"

struct undone {
    const struct pm_scene *scene;
    const struct pm_hits *hits;
    struct pm_hit *h;
};

static const struct pm_pod_fact *rollback_fact_of(const struct undone *u,
                                                  const struct pm_hit_pod *p) {
    return pm_facts_pod(u->scene->ev, pm_id_fmt(u->scene->env, "%.*s/%.*s",
                                                PM_FMT(p->k8s_namespace), PM_FMT(p->name)));
}

static bool rollback_workload_hit(const struct pm_incident *inc, struct pm_str k8s_namespace,
                                  struct pm_str kind, struct pm_str name) {
    for (size_t i = 0; i < inc->blast.workloads_n; i++) {
        const struct pm_hit_workload *w = &inc->blast.workloads[i];
        if (pm_str_eq(w->name, name) &&
            (!k8s_namespace.n || pm_str_eq(w->k8s_namespace, k8s_namespace)) &&
            (!kind.n || pm_str_eq(w->kind, kind)))
            return true;
    }
    return false;
}

static void rollback_add(struct undone *u, struct pm_str kind, struct pm_str k8s_namespace,
                         struct pm_str name, struct pm_str why, int64_t at) {
    struct pm_incident *inc = u->h->incident;
    for (size_t i = 0; i < inc->blast.rollbacks_n; i++)
        if (pm_str_eq(inc->blast.rollbacks[i].name, name) &&
            pm_str_eq(inc->blast.rollbacks[i].k8s_namespace, k8s_namespace))
            return;
    *PM_PUSH(inc->blast.rollbacks, inc->blast.rollbacks_n, inc->blast.rollbacks_cap) =
        (struct pm_rollout){kind, k8s_namespace, name, why, -1, -1, at};
}

// ── by events ──
// The pod, of all that were hit and did not recover, that a controller's set made; NULL:
// none.
static const struct pm_pod_fact *failed_of(const struct undone *u, const struct pm_trace *t,
                                           struct pm_str set) {
    const struct pm_incident *inc = u->h->incident;
    for (size_t k = 0; k < inc->blast.pods_n; k++) {
        const struct pm_pod_fact *fact =
            inc->blast.pods[k].recovered ? NULL : rollback_fact_of(u, &inc->blast.pods[k]);
        if (!fact || (t->said->k8s_namespace && t->said->k8s_namespace != fact->k8s_namespace))
            continue;
        if (pm_scale_of_pod(set, pm_name(u->scene->env, fact->name)) ||
            (fact->owner_name && pm_str_eq(set, pm_name(u->scene->env, fact->owner_name))))
            return fact;
    }
    return NULL;
}

// Another set of the same workload, new since, took over: a fix forward. What is taken
// back goes to a set that was there before.
static bool went_forward(const struct undone *u, const struct pm_trace *down, struct pm_str set) {
    struct pm_scale v;
    bool known_before = false;
    for (size_t i = 0; i < u->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &u->scene->ev->traces.items[i];
        if (t->said->object != down->said->object ||
            t->said->k8s_namespace != down->said->k8s_namespace ||
            !pm_scale_read(u->scene->env, t, &v) || !v.set.n || pm_str_eq(v.set, set))
            continue;
        if (t->ts < u->h->from) known_before = true;
        else if (t->ts <= down->ts &&
                 !pm_str_starts(pm_name(u->scene->env, t->said->message), PM_STR("Scaled down")) &&
                 (v.from == 0 || (v.from < 0 && !known_before)))
            return true;
    }
    return false;
}

static void scaled_to_nothing(struct undone *u, const struct pm_trace *t, struct pm_str kind,
                              struct pm_str name) {
    struct pm_scale v;
    if (!pm_str_starts(pm_name(u->scene->env, t->said->message), PM_STR("Scaled down")) ||
        !pm_scale_read(u->scene->env, t, &v) || v.to != 0)
        return;
    const struct pm_pod_fact *fact = failed_of(u, t, v.set);
    if (!fact || went_forward(u, t, v.set)) return;
    rollback_add(u, kind, pm_name(u->scene->env, fact->k8s_namespace),
                 name.n ? name : pm_name(u->scene->env, fact->workload_name),
                 pm_name(u->scene->env, t->said->message), t->ts);
}

static bool says_so(struct pm_str reason, struct pm_str message) {
    static const struct {
        const char *reason, *begins, *has;
    } words[] = {
        {"DeploymentRollback", "", ""},
        {"RolloutAborted", "Rollout aborted update", ""},
        {"Synced", "Rolling back ", "failed checks threshold"},
        {"", "Helm rollback to previous release ", " succeeded"},
    };
    for (size_t i = 0; i < PM_LEN(words); i++)
        if ((!*words[i].reason || pm_str_eqc(reason, words[i].reason)) &&
            pm_str_starts(message, pm_str_c(words[i].begins)) &&
            (!*words[i].has || pm_str_has(message, pm_str_c(words[i].has))))
            return true;
    return false;
}

// A release or a canary bears the name of what it manages; its kind is its own.
static void by_event(struct undone *u, const struct pm_trace *t) {
    struct pm_str object = pm_name(u->scene->env, t->said->object),
                  message = pm_name(u->scene->env, t->said->message),
                  k8s_namespace = pm_name(u->scene->env, t->said->k8s_namespace);
    ptrdiff_t slash = pm_str_chr(object, '/', 0);
    struct pm_str kind = slash > 0 ? pm_str_sub(object, 0, (size_t)slash) : PM_STR("Deployment"),
                  name = pm_str_from(object, (size_t)(slash + 1));
    bool manager = pm_str_eqc(kind, "HelmRelease") || pm_str_eqc(kind, "Canary") ||
                   pm_str_eqc(kind, "Rollout");
    scaled_to_nothing(u, t, kind, name);
    if (says_so(pm_name(u->scene->env, t->said->reason), message) &&
        rollback_workload_hit(u->h->incident, k8s_namespace, manager ? PM_NONE : kind, name))
        rollback_add(u, kind, k8s_namespace, name, message, t->ts);
}

// ── by revisions ──
static uint64_t number_of(const struct pm_env *env, uint32_t revision) {
    uint64_t n = 0;
    return pm_str_u64(pm_name(env, revision), &n) ? n : 0;
}

// "StatefulSet db at revision db-6f9c": its pods bear the name, a DaemonSet's only the
// hash.
static bool made_by(const struct pm_env *env, const struct pm_pod_fact *pod,
                    const struct pm_workload_fact *w) {
    struct pm_str kind = pm_name(env, w->kind), name = pm_name(env, w->name),
                  label = PM_STR("controller-revision-hash=");
    if (pod->k8s_namespace != w->k8s_namespace) return false;
    if (pm_str_eqc(kind, "ReplicaSet") || pm_str_eqc(kind, "ReplicationController"))
        return pod->owner_name == w->name || pm_scale_of_pod(name, pm_name(env, pod->name));
    for (size_t i = 0; pm_str_eqc(kind, "ControllerRevision") && i < pod->labels.n; i++) {
        struct pm_str l = pm_name(env, pod->labels.items[i]);
        if (pm_str_starts(l, label) && l.n > label.n && pm_str_ends(name, pm_str_from(l, label.n)))
            return true;
    }
    return false;
}

static bool brothers(const struct pm_workload_fact *a, const struct pm_workload_fact *b) {
    return a != b && a->k8s_namespace == b->k8s_namespace && a->kind == b->kind && a->owner_name &&
           a->owner_name == b->owner_name && a->owner_kind == b->owner_kind;
}

// The first thing that was done for it and bears a stamp: a pod of the old set made after
// the failing one was, the old revision written anew, the failing set made empty. A set
// that is still scaled is written for other reasons, too.
static int64_t returned_at(const struct pm_scene *scene, const struct pm_workload_fact *to,
                           const struct pm_workload_fact *failing) {
    bool revision = pm_str_eqc(pm_name(scene->env, to->kind), "ControllerRevision");
    int64_t at = PM_NO_TIME,
            stamps[] = {revision ? to->changed : PM_NO_TIME,
                        !revision && failing->desired == 0 ? failing->changed : PM_NO_TIME};
    for (size_t i = 0; i < PM_LEN(stamps); i++)
        if (stamps[i] != PM_NO_TIME && stamps[i] > failing->created)
            at = pm_min_time(at, stamps[i]);
    for (size_t i = 0; i < scene->ev->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &scene->ev->facts.pods.items[i];
        if (pod->created != PM_NO_TIME && pod->created > failing->created &&
            made_by(scene->env, pod, to))
            at = pm_min_time(at, pod->created);
    }
    return at;
}

static void returned_to(struct undone *u, const struct pm_workload_fact *failing) {
    for (size_t i = 0; i < u->scene->ev->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &u->scene->ev->facts.workloads.items[i];
        bool older = w->created != PM_NO_TIME && failing->created != PM_NO_TIME &&
                     w->created < failing->created;
        if (!brothers(w, failing) || !older ||
            number_of(u->scene->env, w->revision) <= number_of(u->scene->env, failing->revision) ||
            !number_of(u->scene->env, failing->revision))
            continue;
        rollback_add(
            u, pm_name(u->scene->env, failing->owner_kind),
            pm_name(u->scene->env, failing->k8s_namespace),
            pm_name(u->scene->env, failing->owner_name),
            pm_arena_fmt(u->scene->env->a,
                         "%.*s was there before %.*s and is the newer revision, %.*s after %.*s",
                         PM_FMT(pm_name(u->scene->env, w->name)),
                         PM_FMT(pm_name(u->scene->env, failing->name)),
                         PM_FMT(pm_name(u->scene->env, w->revision)),
                         PM_FMT(pm_name(u->scene->env, failing->revision))),
            returned_at(u->scene, w, failing));
        return;
    }
}

static void by_revision(struct undone *u) {
    const struct pm_incident *inc = u->h->incident;
    for (size_t k = 0; k < inc->blast.pods_n; k++) {
        const struct pm_pod_fact *pod =
            inc->blast.pods[k].recovered ? NULL : rollback_fact_of(u, &inc->blast.pods[k]);
        const struct pm_order *sets = &u->hits->sets;
        for (size_t i = pod ? pm_order_first(sets, pod->k8s_namespace, 0) : sets->n;
             i < sets->n && sets->items[i].group == pod->k8s_namespace; i++) {
            const struct pm_workload_fact *w =
                &u->scene->ev->facts.workloads.items[sets->items[i].index];
            if (made_by(u->scene->env, pod, w)) returned_to(u, w);
        }
    }
}

// Each incident looks through these, and not through all that a controller tells.
void pm_rollbacks_prepare(const struct pm_scene *scene, struct pm_hits *hits) {
    static const char *const kinds[] = {"ReplicaSet", "ReplicationController",
                                        "ControllerRevision"};
    const struct pm_env *env = scene->env;
    for (size_t i = 0; i < scene->ev->reasoned.n; i++) {
        const uint32_t index = scene->ev->reasoned.items[i];
        const struct pm_trace *t = &scene->ev->traces.items[index];
        struct pm_str message = pm_name(env, t->said->message);
        if (t->ts != PM_NO_TIME && (pm_str_starts(message, PM_STR("Scaled down")) ||
                                    says_so(pm_name(env, t->said->reason), message)))
            pm_ids_add(&hits->undoing, index);
    }
    for (size_t i = 0; i < scene->ev->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &scene->ev->facts.workloads.items[i];
        for (size_t k = 0; k < PM_LEN(kinds); k++)
            if (pm_str_eqc(pm_name(env, w->kind), kinds[k]))
                pm_order_add(&hits->sets, w->k8s_namespace, (int64_t)i, (uint32_t)i);
    }
    pm_order_sort(&hits->sets);
}

void pm_rollbacks_find(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h) {
    struct undone u = {.scene = scene, .hits = hits, .h = h};
    for (size_t i = 0; i < hits->undoing.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[hits->undoing.items[i]];
        if (t->ts >= h->from) by_event(&u, t);
    }
    by_revision(&u);
}
