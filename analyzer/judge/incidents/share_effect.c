// What is kept of the effect whose causes are asked for. See chain.h.
#include "judge/incidents/chain.h"
#include <stdlib.h>

struct pm_effect *pm_effect_new(void) {
    struct pm_effect *e = pm_xmalloc(sizeof *e);
    *e = (struct pm_effect){0};
    return e;
}
static void effect_forget(struct pm_effect *e) {
    Word_t freed;
    JLFA(freed, e->failed);
    (void)freed;
    free(e->spent.items);
    free(e->mirrored.items);
    *e = (struct pm_effect){0};
}
void pm_effect_free(struct pm_effect *e) {
    effect_forget(e);
    free(e);
}

// Nodes that were never refused and pulled well meanwhile have a budget of their own:
// they spent nothing of this one.
static bool own_budget(const struct pm_hit *to, uint32_t node, Pvoid_t meanwhile) {
    return node && !pm_ids_has(&to->nodes, node) && pm_map_get(meanwhile, node);
}
static bool tried_mirror(const struct pm_chain *c, const struct pm_attempt *p) {
    if (pm_mirror_cause(p)) return true;
    for (size_t i = 0; i < p->traces.n; i++)
        if (c->scene->ev->traces.items[pm_few_at(&p->traces, i)].said->kind == PM_KIND_MIRROR_TRY)
            return true;
    return false;
}
static void spent_find(const struct pm_chain *c, const struct pm_hit *to, struct pm_effect *e) {
    const struct pm_pulls *pulls = c->scene->pulls;
    Pvoid_t meanwhile = NULL;
    Word_t freed;
    for (size_t i = pm_pull_first(pulls, to->from);
         i < pulls->n && pm_at(&pulls->items[i]) <= to->to; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (p->outcome == PM_OUTCOME_OK && pm_ids_has(&to->registries, p->names->registry))
            *pm_map_slot(&meanwhile, p->node) = 1;
    }
    int64_t last = INT64_MIN;
    for (size_t i = pm_pull_first(pulls, pm_since(to->from, PM_QUOTA_WINDOW_NS));
         i < pulls->n && pm_at(&pulls->items[i]) <= to->from; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || !pm_ids_has(&to->registries, p->names->registry) ||
            own_budget(to, p->node, meanwhile))
            continue;
        e->in_order = e->in_order && last <= pm_at(p);
        last = pm_at(p);
        *PM_PUSH(e->spent.items, e->spent.n, e->spent.cap) = (uint32_t)i;
        if (tried_mirror(c, p))
            *PM_PUSH(e->mirrored.items, e->mirrored.n, e->mirrored.cap) = (uint32_t)i;
    }
    JLFA(freed, meanwhile);
    (void)freed;
}
static void storm_find(const struct pm_chain *c, const struct pm_hit *to, struct pm_effect *e) {
    const struct pm_pulls *pulls = c->scene->pulls;
    for (size_t i = pm_pull_first(pulls, pm_since(to->from, PM_HOUR_NS));
         i < pulls->n && pm_at(&pulls->items[i]) <= to->from; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        uint32_t hit = pm_hit_of(pulls, c->hits, p);
        if (p->outcome == PM_OUTCOME_CACHED || !pm_ids_has(&to->registries, p->names->registry) ||
            (hit && &PM_REF(*c->hits, hit) == to))
            continue;
        e->asked++;
        if (hit) ++*pm_map_slot(&e->failed, hit);
    }
}
const struct pm_effect *pm_effect_of(const struct pm_chain *c, const struct pm_hit *to) {
    struct pm_effect *e = c->effect;
    if (e->of == to) return e;
    effect_forget(e);
    e->of = to;
    e->in_order = true;
    spent_find(c, to, e);
    storm_find(c, to, e);
    return e;
}
