// Who spent a budget: pulls that counted. The refused are not consumers, they are the
// hit. See quota.h.
#include "judge/quota/quota.h"
#include "base/sort.h"
#include <stdlib.h>

#define CONSUMERS_MAX 8

struct tally {
    uint32_t name;
    uint64_t n;
};
static int by_most(const void *a, const void *b, void *names) {
    const struct tally *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return pm_str_cmp(pm_intern_str(names, x->name), pm_intern_str(names, y->name));
}

static void consumers_of(const struct pm_env *env, struct pm_quota *q, const char *kind,
                         Pvoid_t counts) {
    PM_LIST(struct tally) list = {0};
    Word_t key = 0;
    PWord_t n;
    JLF(n, counts, key);
    while (n) {
        *PM_PUSH(list.items, list.n, list.cap) = (struct tally){(uint32_t)key, *n};
        JLN(n, counts, key);
    }
    pm_sort(list.items, list.n, sizeof *list.items, by_most, env->names);
    for (size_t i = 0; i < list.n && i < CONSUMERS_MAX; i++)
        q->consumers[q->consumers_n++] =
            (struct pm_consumer){pm_str_c(kind), pm_name(env, list.items[i].name), list.items[i].n};
    free(list.items);
}

static void count(Pvoid_t *counts, uint32_t name) {
    if (name) ++*pm_map_slot(counts, name);
}

static uint32_t workload_of(const struct pm_scene *scene, uint32_t pod) {
    Word_t at = pm_map_get(scene->ev->facts.pod_by_key, pod);
    if (!at) return 0;
    const struct pm_pod_fact *f = &PM_REF(scene->ev->facts.pods, at);
    if (!f->workload_name) return 0;
    return pm_id_fmt(scene->env, "%.*s %.*s/%.*s", PM_FMT(pm_name(scene->env, f->workload_kind)),
                     PM_FMT(pm_name(scene->env, f->k8s_namespace)),
                     PM_FMT(pm_name(scene->env, f->workload_name)));
}

static uint32_t namespace_of(const struct pm_evidence *ev, uint32_t pod) {
    Word_t at = pm_map_get(ev->facts.pod_by_key, pod);
    return at ? PM_REF(ev->facts.pods, at).k8s_namespace : 0;
}

// Who spent it: pulls that counted. The refused are not consumers, they are the hit.
void pm_quota_consumers(const struct pm_scene *scene, struct pm_quota *q,
                        const struct pm_spend *spends, size_t n) {
    static const char *const kinds[] = {"node", "client", "workload", "image", "namespace"};
    Pvoid_t counts[PM_LEN(kinds)] = {0};
    for (size_t i = 0; i < n; i++) {
        if (spends[i].refused || !spends[i].pull) continue;
        const struct pm_attempt *p = &PM_REF(*scene->pulls, spends[i].pull);
        uint32_t pod = p->pods.n ? p->pods.items[0] : 0,
                 names[] = {p->node, p->client, pod ? workload_of(scene, pod) : 0, p->names->image,
                            pod ? namespace_of(scene->ev, pod) : p->names->k8s_namespace};
        for (size_t k = 0; k < PM_LEN(kinds); k++) count(&counts[k], names[k]);
    }
    q->consumers = PM_NEWN(scene->env->a, struct pm_consumer, PM_LEN(kinds) * CONSUMERS_MAX);
    q->consumers_cap = PM_LEN(kinds) * CONSUMERS_MAX;
    for (size_t k = 0; k < PM_LEN(kinds); k++) {
        Word_t freed;
        consumers_of(scene->env, q, kinds[k], counts[k]);
        JLFA(freed, counts[k]);
        (void)freed;
    }
}

int64_t pm_quota_images(const struct pm_pulls *pulls, const struct pm_spend *spends,
                        size_t n) { // what a pull-through cache would have fetched
    Pvoid_t seen = NULL;
    Word_t many, freed;
    for (size_t i = 0; i < n; i++)
        if (spends[i].pull) ++*pm_map_slot(&seen, PM_REF(*pulls, spends[i].pull).names->image);
    JLC(many, seen, 0, -1);
    JLFA(freed, seen);
    (void)freed;
    return (int64_t)many;
}

// A refusal that only the registry's side saw does not say its image: each is one more.
uint64_t pm_quota_refused_images(const struct pm_pulls *pulls, const struct pm_spend *spends,
                                 size_t n) {
    PM_LIST(int64_t) pairs = {0};
    uint64_t unnamed = 0, different = 0;
    for (size_t i = 0; i < n; i++) {
        if (!spends[i].refused) continue;
        if (!spends[i].pull) unnamed++;
        else {
            const struct pm_attempt *p = &PM_REF(*pulls, spends[i].pull);
            uint64_t who = p->node ? p->node : spends[i].client;
            *PM_PUSH(pairs.items, pairs.n, pairs.cap) = (int64_t)(who << 32 | p->names->image);
        }
    }
    if (pairs.n) qsort(pairs.items, pairs.n, sizeof *pairs.items, pm_by_int64);
    for (size_t i = 0; i < pairs.n; i++) different += !i || pairs.items[i] != pairs.items[i - 1];
    free(pairs.items);
    return unnamed + different;
}
