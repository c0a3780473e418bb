// Credentials that were written before the first refusal: a pull secret rotated, made
// anew, or taken off its service account.
//
// That it came before proves nothing alone. It has to be a secret that the refused pulls
// go by (their pods name it, or it is for that registry in their namespace), and nothing
// that goes by it may have been pulled in between: then it still worked.
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"

#define DAY_NS PM_S(86400) // a written secret bites at the next pull, which may be long after

static bool of_pods(const struct pm_scene *scene, const struct pm_hit *h,
                    const struct pm_secret_fact *f) {
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[i]);
        if (!pod || pod->k8s_namespace != f->k8s_namespace) continue;
        uint32_t account = pod->account ? pod->account : pm_id(scene->env, PM_STR("default"));
        if (f->account ? account == f->name : pm_ids_has(&pod->secrets, f->name)) return true;
    }
    return false;
}

// Nobody's pods say what they go by: a secret for that registry in a namespace that was
// hit.
static bool of_registry(const struct pm_scene *scene, const struct pm_hit *h,
                        const struct pm_secret_fact *f) {
    if (f->account || !f->k8s_namespace || !pm_ids_has(&h->namespaces, f->k8s_namespace))
        return false;
    for (size_t i = 0; i < h->registries.n; i++)
        if (pm_secret_registries(scene->env, scene->ev, f->k8s_namespace,
                                 pm_name(scene->env, f->name),
                                 pm_name(scene->env, h->registries.items[i])))
            return true;
    return false;
}

static bool of_namespace(const struct pm_evidence *ev, const struct pm_attempt *p,
                         uint32_t k8s_namespace) {
    for (size_t i = 0; i < p->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(ev, p->pods.items[i]);
        if (pod && pod->k8s_namespace == k8s_namespace) return true;
    }
    return false;
}

static bool worked_since(const struct pm_scene *scene, const struct pm_hit *h,
                         const struct pm_secret_fact *f, int64_t at) {
    for (size_t i = pm_pull_first(scene->pulls, at);
         i < scene->pulls->n && pm_at(&scene->pulls->items[i]) < h->from; i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || pm_began(p) < at ||
            !pm_ids_has(&h->registries, p->names->registry))
            continue;
        if (of_namespace(scene->ev, p, f->k8s_namespace) ||
            (!p->pods.n && pm_ids_has(&h->images, p->names->image)))
            return true;
    }
    return false;
}

static struct pm_str trigger_secret_told(const struct pm_env *env, const struct pm_secret_fact *f,
                                         bool made) {
    struct pm_str k8s_namespace = pm_name(env, f->k8s_namespace), name = pm_name(env, f->name),
                  by = made ? PM_NONE : pm_name(env, f->by);
    const char *did = made ? "was made" : "was written",
               *what = f->account ? "the list of pull secrets of service account" : "pull secret";
    return pm_arena_fmt(env->a, "%s %.*s/%.*s %s%s%.*s", what, PM_FMT(k8s_namespace), PM_FMT(name),
                        did, by.n ? " by " : "", PM_FMT(by));
}

bool pm_trigger_secret(const struct pm_scene *scene, const struct pm_hit *h, int64_t late,
                       int64_t *at, struct pm_str *detail) {
    *at = PM_NO_TIME;
    if (!pm_cause_has(h->cause, PM_TRAIT_REFUSED) || pm_cause_has(h->cause, PM_TRAIT_HELPER))
        return false;
    for (size_t i = 0; i < scene->ev->facts.secrets.n; i++) {
        const struct pm_secret_fact *f = &scene->ev->facts.secrets.items[i];
        bool made = f->changed == PM_NO_TIME;
        int64_t when = made ? f->created : f->changed;
        if (!pm_time_in(when, pm_since(h->from, DAY_NS), pm_time_add(h->from, late)) ||
            (*at != PM_NO_TIME && when <= *at))
            continue;
        if ((!of_pods(scene, h, f) && !of_registry(scene, h, f)) || worked_since(scene, h, f, when))
            continue;
        *at = when;
        *detail = trigger_secret_told(scene->env, f, made);
    }
    return *at != PM_NO_TIME;
}
