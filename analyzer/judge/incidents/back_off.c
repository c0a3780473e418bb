// Where an incident began: a back-off that counts says since when, though the failures before
// it have expired.
#include "judge/incidents/hits.h"
#include <stdlib.h>

// The pulls of an image on a node, of those that a back-off asks for, in order of time.
struct places {
    Pvoid_t of; // node and image → group
    struct pm_order pulls;
};

static pm_ref incident_of(const struct pm_scene *scene, const struct pm_hits *hits,
                          const struct pm_trace *t) {
    if (!t->pull || t->said->origin == PM_ORIGIN_POD || pm_trace_count(t) < 2 ||
        pm_trace_first(t) == PM_NO_TIME ||
        (t->said->kind != PM_KIND_PULL_BACKOFF && t->said->kind != PM_KIND_PULL_FAIL))
        return 0;
    return pm_hit_of(scene->pulls, hits, &PM_REF(*scene->pulls, t->pull));
}

static void asked_places(const struct pm_scene *scene, const struct pm_hits *hits,
                         struct places *x) {
    uint32_t groups = 0;
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (!incident_of(scene, hits, t)) continue;
        Word_t *group = pm_map_slot(&x->of, PM_PAIR(t->node, t->said->image));
        if (!*group) *group = ++groups;
    }
    for (size_t i = 0; i < scene->pulls->n && groups; i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        Word_t group = pm_map_get(x->of, PM_PAIR(p->node, p->names->image));
        if (group) pm_order_add(&x->pulls, (uint32_t)group, pm_at(p), (uint32_t)i);
    }
    pm_order_sort(&x->pulls);
}
static void asked_places_free(struct places *x) {
    Word_t freed;
    free(x->pulls.items);
    JLFA(freed, x->of);
    (void)freed;
}

// Did this image on its node pull well since, or fail of something else? Then the
// back-off began with another trouble.
static bool another_since(const struct pm_scene *scene, const struct pm_hits *hits,
                          const struct places *x, const struct pm_trace *t,
                          const struct pm_hit *h) {
    const uint32_t group = (uint32_t)pm_map_get(x->of, PM_PAIR(t->node, t->said->image));
    const struct pm_order *o = &x->pulls;
    for (size_t k = pm_order_first(o, group, pm_since(pm_trace_first(t), PM_S(60)));
         k < o->n && o->items[k].group == group && o->items[k].at < h->from; k++) {
        const struct pm_attempt *p = &scene->pulls->items[o->items[k].index];
        pm_ref of = pm_hit_of(scene->pulls, hits, p);
        if (p->outcome == PM_OUTCOME_OK ? pm_at(p) >= pm_trace_first(t)
                                        : of && &PM_REF(*hits, of) != h)
            return true;
    }
    return false;
}

void pm_back_off_begin(const struct pm_scene *scene, struct pm_hits *hits) {
    struct places places = {0};
    asked_places(scene, hits, &places);
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        pm_ref incident = incident_of(scene, hits, t);
        struct pm_hit *h = incident ? &PM_REF(*hits, incident) : NULL;
        if (h && !another_since(scene, hits, &places, t, h))
            h->from = pm_min_time(h->from, pm_trace_first(t));
    }
    asked_places_free(&places);
}
