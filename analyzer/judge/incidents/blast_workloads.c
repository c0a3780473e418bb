// Blast radius: rollouts that were stuck, autoscalers that were blocked and services that
// missed pods, of the workloads that were hit.
#include "judge/incidents/blast.h"

static bool workload_hit(const struct blast *b, uint32_t k8s_namespace, uint32_t kind,
                         uint32_t name) {
    const struct pm_incident *inc = b->h->incident;
    for (size_t i = 0; i < inc->blast.workloads_n; i++) {
        const struct pm_hit_workload *w = &inc->blast.workloads[i];
        if (pm_str_eq(w->k8s_namespace, pm_name(b->scene->env, k8s_namespace)) &&
            pm_str_eq(w->name, pm_name(b->scene->env, name)) &&
            pm_str_eq(w->kind, pm_name(b->scene->env, kind)))
            return true;
    }
    return false;
}

// The snapshot taken during the trouble that shows the workload most behind; -1: none
// does.
static int behind_during(const struct blast *b, const struct pm_workload_fact *w) {
    int worst = -1;
    int64_t until = pm_max_time(b->h->to, b->h->recovered);
    for (int i = 0; i < w->behind_n; i++) {
        if (!pm_time_in(w->behind[i].seen, pm_since(b->h->from, PM_S(60)),
                        pm_time_add(until, PM_S(600))))
            continue;
        bool condition = worst >= 0 && (w->behind[worst].why != 0) != (w->behind[i].why != 0);
        if (worst < 0 ||
            (condition ? w->behind[i].why != 0 : w->behind[i].ready < w->behind[worst].ready))
            worst = i;
    }
    return worst;
}

static bool behind_now(const struct pm_workload_fact *w) {
    return w->stuck || (w->desired >= 0 && w->ready >= 0 && w->ready < w->desired) ||
           w->unavailable > 0;
}

void pm_blast_rollouts(struct blast *b) {
    struct pm_incident *inc = b->h->incident;
    for (size_t i = 0; i < b->scene->ev->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &b->scene->ev->facts.workloads.items[i];
        struct pm_str kind = pm_name(b->scene->env, w->kind);
        bool rolls = pm_str_eqc(kind, "Deployment") || pm_str_eqc(kind, "StatefulSet") ||
                     pm_str_eqc(kind, "DaemonSet");
        if (!rolls || !workload_hit(b, w->k8s_namespace, w->kind, w->name)) continue;
        int then = behind_now(w) ? -1 : behind_during(b, w);
        if (!behind_now(w) && then < 0) continue;
        struct pm_rollout r = {kind, pm_name(b->scene->env, w->k8s_namespace),
                               pm_name(b->scene->env, w->name),
                               .at_ns = w->stuck_at != PM_NO_TIME ? w->stuck_at : w->seen};
        r.why = pm_name(b->scene->env, then < 0 ? w->why : w->behind[then].why);
        r.desired = then < 0 ? w->desired : w->behind[then].desired;
        r.ready = then < 0 ? w->ready : w->behind[then].ready;
        if (then >= 0)
            r.at_ns = w->behind[then].at != PM_NO_TIME ? w->behind[then].at : w->behind[then].seen;
        if (!r.why.n)
            r.why = pm_arena_fmt(b->scene->env->a, "%lld of %lld ready",
                                 (long long)(r.ready < 0 ? 0 : r.ready), (long long)r.desired);
        *PM_PUSH(inc->blast.stuck_rollouts, inc->blast.stuck_rollouts_n,
                 inc->blast.stuck_rollouts_cap) = r;
    }
}

void pm_blast_autoscalers(struct blast *b) {
    struct pm_incident *inc = b->h->incident;
    for (size_t i = 0; i < b->scene->ev->facts.hpas.n; i++) {
        const struct pm_hpa_fact *h = &b->scene->ev->facts.hpas.items[i];
        if (!workload_hit(b, h->k8s_namespace, h->target_kind, h->target_name) || h->desired <= 0)
            continue;
        const struct pm_workload_fact *w =
            pm_facts_workload(b->scene->env, b->scene->ev, h->k8s_namespace,
                              pm_cstr(b->scene->env, h->target_kind), h->target_name);
        int64_t ready = w && w->ready >= 0 ? w->ready : h->current;
        int then = w ? behind_during(b, w) : -1;
        if (then >= 0 && w->behind[then].ready >= 0 && w->behind[then].ready < ready)
            ready = w->behind[then].ready;
        if (ready >= h->desired) continue;
        struct pm_autoscaler *a =
            PM_PUSH(inc->blast.blocked_autoscalers, inc->blast.blocked_autoscalers_n,
                    inc->blast.blocked_autoscalers_cap);
        *a = (struct pm_autoscaler){pm_name(b->scene->env, h->k8s_namespace),
                                    pm_name(b->scene->env, h->name),
                                    pm_arena_fmt(b->scene->env->a, "%.*s/%.*s",
                                                 PM_FMT(pm_name(b->scene->env, h->target_kind)),
                                                 PM_FMT(pm_name(b->scene->env, h->target_name))),
                                    ready,
                                    h->desired,
                                    h->max};
    }
}

void pm_blast_services(struct blast *b) {
    struct pm_strs out = {0};
    for (size_t i = 0; i < b->scene->ev->facts.services.n; i++) {
        const struct pm_service_fact *v = &b->scene->ev->facts.services.items[i];
        bool hit = false;
        for (size_t k = 0; k < b->n && !hit; k++) {
            const struct pm_pod_fact *fact = pm_facts_pod(b->scene->ev, b->pods[k].key);
            hit =
                fact && fact->k8s_namespace == v->k8s_namespace &&
                (pm_selector_fits(&v->selector, &fact->labels) || pm_ids_has(&v->pods, fact->name));
        }
        if (hit)
            pm_strs_add(&out, pm_arena_fmt(b->scene->env->a, "%.*s/%.*s",
                                           PM_FMT(pm_name(b->scene->env, v->k8s_namespace)),
                                           PM_FMT(pm_name(b->scene->env, v->name))));
    }
    pm_strs_seal(b->scene->env->a, &out, PM_SEAL_SORTED);
    b->h->incident->blast.services = out;
}
