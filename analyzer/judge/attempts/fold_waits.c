// Pods that wait for an image, of which no pull is made: a table says ErrImagePull, and
// neither image nor reason.
#include "judge/attempts/fold.h"

void pm_pods_of_failed(const struct pm_state *s, struct pm_ids *pods) {
    for (size_t i = 0; i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        for (size_t k = 0; p->outcome == PM_OUTCOME_FAILED && k < p->pods.n; k++)
            pm_ids_add_new(pods, p->pods.items[k]);
    }
}

static bool pulled_since(const struct pm_state *s, const struct pm_trace *wait) {
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        bool good = t->kind == PM_KIND_PULL_OK || t->kind == PM_KIND_PULL_CACHED;
        if (good && t->pod == wait->pod && t->namespace == wait->namespace && t->last >= wait->last)
            return true;
    }
    return false;
}

static bool only_waits(struct pm_state *s, const struct pm_trace *t) {
    bool event = t->origin == PM_ORIGIN_EVENTS &&
                 !t->image; // "Error: ImagePullBackOff" alone: its other events have expired
    if (t->pull || !t->pod || (t->kind != PM_KIND_PULL_FAIL && t->kind != PM_KIND_PULL_BACKOFF) ||
        (t->origin != PM_ORIGIN_POD && !event))
        return false;
    const struct pm_pod_fact *pod = pm_facts_pod(s, pm_id_join(s, t->namespace, '/', t->pod));
    return (!pod || !pod->running) && !(event && pulled_since(s, t));
}

// The one image that its workload asks for, as a table of workloads told; a pod of
// several containers waits for one of them, nobody says which.
static void image_of_workload(struct pm_state *s, struct pm_trace *t) {
    const struct pm_pod_fact *pod =
        t->image ? NULL : pm_facts_pod(s, pm_id_join(s, t->namespace, '/', t->pod));
    const struct pm_workload_fact *w =
        pod && pod->workload_name
            ? pm_facts_workload(s, pod->namespace, pm_cstr(s, pod->workload_kind),
                                pod->workload_name)
            : NULL;
    struct pm_image image;
    pm_arena_reset(s->scratch);
    if (!w || w->images.n != 1 ||
        !pm_image_parse(s->scratch, pm_name(s, w->images.items[0]), &image))
        return;
    t->image = w->images.items[0];
    t->registry = pm_id(s, image.registry);
    t->repository = pm_id(s, image.repository);
    t->tag = pm_id(s, image.tag);
}

void pm_fold_waits(struct pm_state *s) {
    struct pm_ids told = {0};
    pm_pods_of_failed(s, &told);
    for (size_t i = 0; i < s->traces.n; i++) {
        struct pm_trace *t = &s->traces.items[i];
        t->waits = only_waits(s, t);
        if (t->waits && !pm_ids_has(&told, pm_id_join(s, t->namespace, '/', t->pod)))
            image_of_workload(s, t);
    }
    pm_ids_free(&told);
}
