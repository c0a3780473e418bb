// Pods that admission refused for their images: an observation of its own.
//
// A policy engine (Kyverno, Gatekeeper, a signature checker, the API server's own
// policies) refuses the pod before there is one: no node was asked to pull, and none
// failed. The controllers' FailedCreate events tell of it, again and again with the same
// words, so neither their number nor their time makes it graver: at most a warning, of
// the namespaces whose pods were refused, over once the same workload could make a pod.
#include "judge/incidents/hits.h"
#include <stdlib.h>

static bool is_refusal(const struct pm_trace *t) {
    return t->said->kind == PM_KIND_OTHER && t->said->object && t->said->verdict->variant &&
           strcmp(t->said->verdict->variant, "admission") == 0;
}

static void split(struct pm_str object, struct pm_str *kind, struct pm_str *name) {
    ptrdiff_t slash = pm_str_chr(object, '/', 0);
    *kind = pm_str_sub(object, 0, slash < 0 ? 0 : (size_t)slash);
    *name = pm_str_from(object, (size_t)(slash + 1));
}

static const struct pm_workload_fact *fact_of(const struct pm_scene *scene,
                                              const struct pm_trace *t) {
    struct pm_str kind, name;
    split(pm_name(scene->env, t->said->object), &kind, &name);
    return pm_facts_workload(scene->env, scene->ev, t->said->k8s_namespace,
                             pm_arena_cstr(scene->env->a, kind), pm_id(scene->env, name));
}

static void add_image(const struct pm_env *env, struct pm_hit *h, uint32_t written) {
    struct pm_image image;
    pm_arena_reset(env->scratch);
    if (!written || !pm_image_parse(env->scratch, pm_name(env, written), &image)) return;
    pm_ids_add_new(&h->images, pm_id(env, image.norm));
    pm_ids_add_new(&h->registries, pm_id(env, image.registry));
}

static void admission_add(const struct pm_scene *scene, struct pm_hit *h, uint32_t index) {
    const struct pm_trace *t = &scene->ev->traces.items[index];
    const struct pm_workload_fact *w = t->said->image ? NULL : fact_of(scene, t);
    pm_ids_add(&h->traces, index);
    h->lines += pm_trace_count(t);
    h->from = pm_min_time(h->from, pm_trace_first(t));
    h->to = pm_max_time(h->to, pm_trace_last(t));
    pm_ids_add_new(&h->namespaces, t->said->k8s_namespace);
    add_image(scene->env, h, t->said->image);
    for (size_t i = 0; w && i < w->images.n; i++)
        add_image(
            scene->env, h,
            w->images.items[i]); // the policy names no image: those that the workload asks for
}

void pm_admission_group(const struct pm_scene *scene, struct pm_hits *hits) {
    size_t home = 0; // index + 1
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (!is_refusal(t)) continue;
        if (!home) {
            struct pm_hit *h = PM_PUSH(hits->items, hits->n, hits->cap);
            h->cause = t->said->verdict->cause;
            h->from = h->to = h->recovered = PM_NO_TIME;
            h->side = h->refused = true;
            home = hits->n;
        }
        admission_add(scene, &PM_REF(*hits, home), (uint32_t)i);
    }
}

// Events of workloads that could make a pod, by object, in the order of the traces.
static struct pm_order pods_made(const struct pm_scene *scene) {
    struct pm_order made = {0};
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (t->said->object && pm_str_eqc(pm_name(scene->env, t->said->reason), "SuccessfulCreate"))
            pm_order_add(&made, t->said->object, 0, (uint32_t)i);
    }
    pm_order_sort(&made);
    return made;
}

static int64_t made_after(const struct pm_scene *scene, const struct pm_order *made,
                          const struct pm_trace *refused) {
    for (size_t i = pm_order_first(made, refused->said->object, 0);
         i < made->n && made->items[i].group == refused->said->object; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[made->items[i].index];
        if (t->said->k8s_namespace == refused->said->k8s_namespace &&
            pm_trace_last(t) > pm_trace_last(refused))
            return pm_trace_last(t);
    }
    return PM_NO_TIME;
}

// Over when each of the workloads could make a pod since.
int64_t pm_admission_recovered(const struct pm_scene *scene, const struct pm_hit *h) {
    struct pm_order made = pods_made(scene);
    int64_t last = PM_NO_TIME;
    for (size_t i = 0; i < h->traces.n; i++) {
        int64_t at = made_after(scene, &made, &scene->ev->traces.items[h->traces.items[i]]);
        last = at == PM_NO_TIME ? at : pm_max_time(last, at);
        if (at == PM_NO_TIME) break;
    }
    free(made.items);
    return last;
}

// True the first time that it is asked of a workload.
static bool is_new(const struct pm_env *env, Pvoid_t *told, const struct pm_hit_workload *w) {
    Word_t *slot =
        pm_map_slot(told, pm_id_fmt(env, "workload/%.*s/%.*s/%.*s", PM_FMT(w->k8s_namespace),
                                    PM_FMT(w->kind), PM_FMT(w->name)));
    return ++*slot == 1;
}

// The workloads that could not make a pod: those that own them, where that is known.
void pm_admission_workloads(const struct pm_scene *scene, struct pm_hit *h) {
    struct pm_incident *inc = h->incident;
    Pvoid_t told = NULL;
    Word_t freed;
    for (size_t i = 0; i < inc->blast.workloads_n; i++)
        is_new(scene->env, &told, &inc->blast.workloads[i]);
    for (size_t i = 0; i < h->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[h->traces.items[i]];
        const struct pm_workload_fact *w = fact_of(scene, t);
        struct pm_hit_workload out = {.k8s_namespace = pm_name(scene->env, t->said->k8s_namespace)};
        split(pm_name(scene->env, t->said->object), &out.kind, &out.name);
        if (w && w->owner_name) {
            out.kind = pm_name(scene->env, w->owner_kind);
            out.name = pm_name(scene->env, w->owner_name);
        }
        if (is_new(scene->env, &told, &out))
            *PM_PUSH(inc->blast.workloads, inc->blast.workloads_n, inc->blast.workloads_cap) = out;
    }
    JLFA(freed, told);
    (void)freed;
}
