// What others repeat of a failed pull may name the pod that its witness does not know.
#include "judge/attempts/fold.h"

#define RUMOUR_NS PM_S(10)

static const struct pm_rumour *
nearest_rumour(const struct pm_env *env, const struct pm_evidence *ev, const struct pm_attempt *p) {
    const struct pm_rumour *best = NULL;
    for (size_t i = 0; i < ev->rumours.n; i++) {
        const struct pm_rumour *r = &ev->rumours.items[i];
        if (r->image != p->names->image ||
            (r->node && p->node && pm_facts_node(env, ev, r->node) != p->node) ||
            pm_time_apart(r->ts, p->ended) > RUMOUR_NS)
            continue;
        if (!best || pm_time_apart(r->ts, p->ended) < pm_time_apart(best->ts, p->ended)) best = r;
    }
    return best;
}

// A witness of a node's runtime knows no pod. What an exporter or a bot repeats of the
// same image, node and moment may say which one it was, and nothing else: a client's own
// pull has none, and a pull whose pod is known keeps it.
void pm_hearsay_pods(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    for (size_t i = 0; i < pulls->n && ev->rumours.n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        if (p->outcome != PM_OUTCOME_FAILED || pm_particulars_of(p)->merged || p->pods.n ||
            !p->node || !p->names->image || p->ended == PM_NO_TIME || p->origin > PM_ORIGIN_KUBELET)
            continue;
        const struct pm_rumour *r = nearest_rumour(env, ev, p);
        if (!r) continue;
        struct pm_pod_fact *pod = pm_facts_pod_made(env, ev, r->k8s_namespace, r->pod);
        if (!pod->node) pod->node = p->node;
        if (pod->node == p->node) pm_ids_add_new(&p->pods, pod->key);
    }
}
