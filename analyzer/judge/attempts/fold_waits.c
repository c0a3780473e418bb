// Pods that wait for an image, of which no pull is made: a table says ErrImagePull, and
// neither image nor reason.
#include "judge/attempts/fold.h"

// Namespace and pod → the newest trace of a pull of theirs that went well.
static Pvoid_t good_by_pod(const struct pm_evidence *ev) {
    Pvoid_t good = NULL;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (!t->pod || (t->said->kind != PM_KIND_PULL_OK && t->said->kind != PM_KIND_PULL_CACHED))
            continue;
        Word_t *slot = pm_map_slot(&good, PM_PAIR(t->said->k8s_namespace, t->pod));
        if (!*slot || pm_trace_last(&PM_REF(ev->traces, *slot)) < pm_trace_last(t))
            *slot = pm_ref_of(i);
    }
    return good;
}

static bool pulled_since(const struct pm_evidence *ev, Pvoid_t good, const struct pm_trace *wait) {
    Word_t newest = pm_map_get(good, PM_PAIR(wait->said->k8s_namespace, wait->pod));
    return newest && pm_trace_last(&PM_REF(ev->traces, newest)) >= pm_trace_last(wait);
}

static bool only_waits(const struct pm_env *env, const struct pm_evidence *ev, Pvoid_t good,
                       const struct pm_trace *t) {
    bool event = t->said->origin == PM_ORIGIN_EVENTS &&
                 !t->said->image; // "Error: ImagePullBackOff" alone: its other events have expired
    if (t->pull || !t->pod ||
        (t->said->kind != PM_KIND_PULL_FAIL && t->said->kind != PM_KIND_PULL_BACKOFF) ||
        (t->said->origin != PM_ORIGIN_POD && !event))
        return false;
    const struct pm_pod_fact *pod =
        pm_facts_pod(ev, pm_id_join(env, t->said->k8s_namespace, '/', t->pod));
    return (!pod || !pod->running) && !(event && pulled_since(ev, good, t));
}

// The one image that its workload asks for, as a table of workloads told; a pod of
// several containers waits for one of them, nobody says which.
static void image_of_workload(const struct pm_env *env, struct pm_evidence *ev,
                              struct pm_trace *t) {
    const struct pm_pod_fact *pod =
        t->said->image ? NULL
                       : pm_facts_pod(ev, pm_id_join(env, t->said->k8s_namespace, '/', t->pod));
    const struct pm_workload_fact *w =
        pod && pod->workload_name
            ? pm_facts_workload(env, ev, pod->k8s_namespace, pm_cstr(env, pod->workload_kind),
                                pod->workload_name)
            : NULL;
    if (!w || w->images.n != 1) return;
    pm_arena_reset(env->scratch);
    const struct pm_text_image image = pm_image_read(env, pm_name(env, w->images.items[0]));
    struct pm_saying said = *t->said;
    pm_saying_of_image(&said, &image);
    if (image.known) pm_trace_say(ev, t, &said);
}

void pm_fold_waits(const struct pm_env *env, struct pm_evidence *ev, const struct pm_pulls *pulls) {
    struct pm_ids told = {0};
    Pvoid_t good = good_by_pod(ev);
    Word_t freed;
    pm_pods_of_failed(pulls, &told);
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        t->waits = only_waits(env, ev, good, t);
        if (t->waits && !pm_ids_has(&told, pm_id_join(env, t->said->k8s_namespace, '/', t->pod)))
            image_of_workload(env, ev, t);
    }
    JLFA(freed, good);
    (void)freed;
    pm_ids_free(&told);
}
