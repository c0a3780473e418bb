// The kubelet's lines, once the runtime's are folded: the line of its image service counts
// an attempt that the runtime did not tell, and ends one that it left open; the pod
// workers' echoes add the pod to one that is there.
//
// The Docker daemon's lines about good pulls are folded beside them: with dockershim both
// watch the same pull.
#include "judge/attempts/bucket.h"
#include "rules/taxonomy.h"

#define LATE_NS PM_S(600) // an echo at the end of a long sync

static bool fits_failed_of_pod(struct pm_fold *f, const struct pm_attempt *p,
                               const struct pm_trace *t) {
    return p->outcome == PM_OUTCOME_FAILED && t->pod &&
           pm_ids_has(&p->pods, pm_id_join(f->env, t->said->k8s_namespace, '/', t->pod));
}

static bool fits_failed_podless(struct pm_fold *f, const struct pm_attempt *p,
                                const struct pm_trace *t) {
    (void)f;
    (void)t;
    return p->outcome == PM_OUTCOME_FAILED && !p->exact_pod;
}

static uint32_t open_before(struct pm_fold *f, const struct pm_fold_bucket *b,
                            int64_t at) { // the newest: older ones may have failed unseen
    for (size_t i = b->attempts.n; i-- > 0;) {
        const struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (p->outcome == PM_OUTCOME_OPEN && p->started != PM_NO_TIME && p->started <= at &&
            pm_time_between(p->started, at) < PM_S(7200))
            return b->attempts.items[i];
    }
    return UINT32_MAX;
}

// A pull that the runtime's restart cut: the kubelet knew when the connection broke, the
// runtime's log only when it was back.
static uint32_t cut_under_way(struct pm_fold *f, const struct pm_fold_bucket *b,
                              const struct pm_trace *t) {
    for (size_t i = 0; i < b->attempts.n; i++) {
        const struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (p->outcome == PM_OUTCOME_FAILED && p->settled_by_neighbour &&
            !(p->sources & PM_SRC_KUBELET) && p->started != PM_NO_TIME && p->started <= t->ts &&
            t->ts <= p->ended)
            return b->attempts.items[i];
    }
    return UINT32_MAX;
}

// With dockershim the kubelet watches the pull itself, and dockerd with its containerd
// store logs a good one: each tells of it where nobody else did.
static void told_ok(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    pm_bucket_sort(f, b);
    uint32_t index = pm_bucket_nearest(f, b, t, t->ts, PM_NEAR_NS, pm_fits_ok_unseen);
    if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    else pm_bucket_add_ended(f, b, trace, PM_OUTCOME_OK, t->ts);
}

static void kubelet_end(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t index = pm_bucket_nearest(f, b, t, t->ts, PM_NEAR_NS, pm_fits_failed_unseen);
    if (index == UINT32_MAX && (index = cut_under_way(f, b, t)) != UINT32_MAX)
        pm_bucket_end(f, b, index, t->ts);
    if (index != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        return;
    }
    index = open_before(f, b, t->ts);
    if (index != UINT32_MAX) pm_bucket_close(f, b, index, trace, PM_OUTCOME_FAILED);
    else pm_bucket_add_ended(f, b, trace, PM_OUTCOME_FAILED, t->ts);
}

// Where the lines that count are kept, an echo adds and never makes: a pod worker tells
// the error at the end of its sync, which other containers' pulls can make long. (What
// never reaches the image service has no such line.)
static uint32_t echoed_late(struct pm_fold *f, const struct pm_fold_bucket *b,
                            const struct pm_trace *t) {
    if (pm_cause_has(t->said->verdict->cause, PM_TRAIT_BEFORE_RUNTIME) || t->ts == PM_NO_TIME)
        return UINT32_MAX;
    if (!pm_map_get(f->image_service, t->node) &&
        !pm_facts_covers(f->ev, PM_ORIGIN_RUNTIME, t->node, t->ts, PM_NEAR_NS))
        return UINT32_MAX;
    for (size_t i = b->attempts.n; i-- > 0;) {
        const struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (p->outcome != PM_OUTCOME_FAILED || pm_at(p) == PM_NO_TIME || pm_at(p) > t->ts ||
            !(p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET)))
            continue;
        return pm_time_between(pm_at(p), t->ts) <= LATE_NS ? b->attempts.items[i] : UINT32_MAX;
    }
    return UINT32_MAX;
}

// Where the image service's lines were not kept, the echo is what tells the end of a pull
// that the runtime's log only shows to begin (CRI-O).
static uint32_t begun_and_echoed(struct pm_fold *f, const struct pm_fold_bucket *b,
                                 const struct pm_trace *t) {
    if (t->ts == PM_NO_TIME || pm_map_get(f->image_service, t->node)) return UINT32_MAX;
    uint32_t index = open_before(f, b, t->ts);
    return index != UINT32_MAX && pm_fold_pull(f, index)->quiet ? index : UINT32_MAX;
}

static void kubelet_echo(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t begun = begun_and_echoed(f, b, t);
    if (begun != UINT32_MAX) {
        pm_bucket_close(f, b, begun, trace, PM_OUTCOME_FAILED);
        pm_bucket_sort(f, b);
        if (t->pod) pm_fold_pull(f, begun)->exact_pod = true;
        return;
    }
    uint32_t index = pm_bucket_nearest(f, b, t, t->ts, PM_NEAR_NS, fits_failed_of_pod);
    if (index == UINT32_MAX)
        index = pm_bucket_nearest(f, b, t, t->ts, PM_NEAR_NS,
                                  t->pod ? fits_failed_podless : pm_fits_failed);
    if (index == UINT32_MAX && (index = echoed_late(f, b, t)) != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        return;
    }
    if (index == UINT32_MAX) index = pm_bucket_add_ended(f, b, trace, PM_OUTCOME_FAILED, t->ts);
    else pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    if (t->pod) pm_fold_pull(f, index)->exact_pod = true;
}

void pm_fold_kubelet(struct pm_fold *f, struct pm_fold_bucket *b) {
    pm_bucket_sort(f, b);
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->said->role != PM_ROLE_END ||
            (t->said->origin != PM_ORIGIN_KUBELET && t->said->origin != PM_ORIGIN_DOCKERD))
            continue;
        if (t->said->kind == PM_KIND_PULL_OK) told_ok(f, b, b->traces.items[i]);
        else if (t->said->kind == PM_KIND_PULL_FAIL && t->said->origin == PM_ORIGIN_KUBELET)
            kubelet_end(f, b, b->traces.items[i]);
    }
    b->sorted = 0;
    pm_bucket_sort(f, b);
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->said->origin == PM_ORIGIN_KUBELET && t->said->role == PM_ROLE_ECHO &&
            t->said->kind == PM_KIND_PULL_FAIL)
            kubelet_echo(f, b, b->traces.items[i]);
    }
    b->sorted = 0;
    pm_bucket_sort(f, b);
}
