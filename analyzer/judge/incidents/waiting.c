// Pods that wait for an image, and no failed pull tells of them. That somebody waits is
// no health: an incident `unknown`, of low confidence.
//
//   a table says ErrImagePull, and neither image nor reason      nothing says why; no pull is made of it
//   "Pulling", and no end while the pod's status still waits     the pull began, and nobody tells what became of it
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"

#define LONG_NS                                                                                    \
    PM_S(                                                                                          \
        300) // a pull takes minutes; one that was given up for lack of progress would have said so by then

static struct pm_hit *home_of(struct pm_hits *hits, size_t *home) {
    if (!*home) {
        struct pm_hit *h = PM_PUSH(hits->items, hits->n, hits->cap);
        h->cause = pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS);
        h->from = h->to = h->recovered = PM_NO_TIME;
        h->side = h->waits = true;
        *home = hits->n;
    }
    return &PM_REF(*hits, *home);
}

static void waiting_add(struct pm_hit *h, const struct pm_trace *t, uint32_t index) {
    h->lines += pm_trace_count(t);
    h->from = pm_min_time(h->from, pm_trace_first(t));
    h->to = pm_max_time(h->to, pm_trace_last(t));
    pm_ids_add(&h->traces, index);
    pm_ids_add(&h->said, index);
    if (t->node) pm_ids_add_new(&h->nodes, t->node);
    if (t->said->image) pm_ids_add_new(&h->images, t->said->image);
    if (t->said->registry) pm_ids_add_new(&h->registries, t->said->registry);
    if (t->said->k8s_namespace) pm_ids_add_new(&h->namespaces, t->said->k8s_namespace);
}

// A status that is minutes younger than the start, and shows the pod not running yet.
static bool waits_since(const struct pm_pod_fact *pod, int64_t began) {
    return pod && pod->listed && !pod->running && !pod->evicted && pod->gone == PM_NO_TIME &&
           pod->seen != PM_NO_TIME && began != PM_NO_TIME && pod->seen - began >= LONG_NS;
}

static bool ended_since(const struct pm_pulls *pulls, const struct pm_attempt *p) {
    for (size_t i = pm_pull_first(pulls, pm_began(p)); i < pulls->n; i++) {
        const struct pm_attempt *q = &pulls->items[i];
        if (q->outcome != PM_OUTCOME_OPEN && q->names->image == p->names->image &&
            q->node == p->node)
            return true;
    }
    return false;
}

static bool never_ended(const struct pm_scene *scene, const struct pm_trace *t) {
    if (!t->pull || !t->pod || t->said->kind != PM_KIND_PULL_START ||
        t->said->origin != PM_ORIGIN_EVENTS)
        return false;
    const struct pm_attempt *p = &PM_REF(*scene->pulls, t->pull);
    return p->outcome == PM_OUTCOME_OPEN &&
           waits_since(
               pm_facts_pod(scene->ev, pm_id_join(scene->env, t->said->k8s_namespace, '/', t->pod)),
               pm_began(p)) &&
           !ended_since(scene->pulls, p);
}

void pm_waiting_group(const struct pm_scene *scene, struct pm_hits *hits) {
    struct pm_ids told = {0};
    size_t waiting = 0, pulling = 0; // index + 1
    pm_pods_of_failed(scene->pulls, &told);
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        bool open = !t->waits && never_ended(scene, t);
        if ((!t->waits && !open) ||
            pm_ids_has(&told, pm_id_join(scene->env, t->said->k8s_namespace, '/', t->pod)))
            continue;
        waiting_add(home_of(hits, t->waits ? &waiting : &pulling), t, (uint32_t)i);
    }
    if (pulling) PM_REF(*hits, pulling).pulling = true;
    pm_ids_free(&told);
}
