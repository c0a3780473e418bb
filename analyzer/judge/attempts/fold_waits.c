// Pods that wait for an image, of which no pull is made: a table says ErrImagePull, and
// neither image nor reason.
#include "judge/attempts/fold.h"

static bool pulled_since(const struct pm_evidence *ev, const struct pm_trace *wait) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        bool good = t->kind == PM_KIND_PULL_OK || t->kind == PM_KIND_PULL_CACHED;
        if (good && t->pod == wait->pod && t->k8s_namespace == wait->k8s_namespace &&
            t->last >= wait->last)
            return true;
    }
    return false;
}

static bool only_waits(const struct pm_env *env, const struct pm_evidence *ev,
                       const struct pm_trace *t) {
    bool event = t->origin == PM_ORIGIN_EVENTS &&
                 !t->image; // "Error: ImagePullBackOff" alone: its other events have expired
    if (t->pull || !t->pod || (t->kind != PM_KIND_PULL_FAIL && t->kind != PM_KIND_PULL_BACKOFF) ||
        (t->origin != PM_ORIGIN_POD && !event))
        return false;
    const struct pm_pod_fact *pod =
        pm_facts_pod(ev, pm_id_join(env, t->k8s_namespace, '/', t->pod));
    return (!pod || !pod->running) && !(event && pulled_since(ev, t));
}

// The one image that its workload asks for, as a table of workloads told; a pod of
// several containers waits for one of them, nobody says which.
static void image_of_workload(const struct pm_env *env, const struct pm_evidence *ev,
                              struct pm_trace *t) {
    const struct pm_pod_fact *pod =
        t->image ? NULL : pm_facts_pod(ev, pm_id_join(env, t->k8s_namespace, '/', t->pod));
    const struct pm_workload_fact *w =
        pod && pod->workload_name
            ? pm_facts_workload(env, ev, pod->k8s_namespace, pm_cstr(env, pod->workload_kind),
                                pod->workload_name)
            : NULL;
    struct pm_image image;
    pm_arena_reset(env->scratch);
    if (!w || w->images.n != 1 ||
        !pm_image_parse(env->scratch, pm_name(env, w->images.items[0]), &image))
        return;
    t->image = w->images.items[0];
    t->registry = pm_id(env, image.registry);
    t->repository = pm_id(env, image.repository);
    t->tag = pm_id(env, image.tag);
}

void pm_fold_waits(const struct pm_env *env, struct pm_evidence *ev, const struct pm_pulls *pulls) {
    struct pm_ids told = {0};
    pm_pods_of_failed(pulls, &told);
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        t->waits = only_waits(env, ev, t);
        if (t->waits && !pm_ids_has(&told, pm_id_join(env, t->k8s_namespace, '/', t->pod)))
            image_of_workload(env, ev, t);
    }
    pm_ids_free(&told);
}
