// Credentials that were written before the first refusal: a pull secret rotated, made
// anew, or taken off its service account.
//
// That it came before proves nothing alone. It has to be a secret that the refused pulls
// go by (their pods name it, or it is for that registry in their namespace), and nothing
// that goes by it may have been pulled in between: then it still worked.
#include "judge/state.h"

#define DAY_NS PM_S(86400) // a written secret bites at the next pull, which may be long after

static bool of_pods(struct pm_state *s, const struct pm_hit *h, const struct pm_secret_fact *f) {
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(s, h->pods.items[i]);
        if (!pod || pod->namespace != f->namespace) continue;
        uint32_t account = pod->account ? pod->account : pm_id(s, PM_STR("default"));
        if (f->account ? account == f->name : pm_ids_has(&pod->secrets, f->name)) return true;
    }
    return false;
}

// Nobody's pods say what they go by: a secret for that registry in a namespace that was
// hit.
static bool of_registry(struct pm_state *s, const struct pm_hit *h,
                        const struct pm_secret_fact *f) {
    if (f->account || !f->namespace || !pm_ids_has(&h->namespaces, f->namespace)) return false;
    for (size_t i = 0; i < h->registries.n; i++)
        if (pm_secret_registries(s, f->namespace, pm_name(s, f->name),
                                 pm_name(s, h->registries.items[i])))
            return true;
    return false;
}

static bool of_namespace(struct pm_state *s, const struct pm_attempt *p, uint32_t namespace) {
    for (size_t i = 0; i < p->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(s, p->pods.items[i]);
        if (pod && pod->namespace == namespace) return true;
    }
    return false;
}

static bool worked_since(struct pm_state *s, const struct pm_hit *h, const struct pm_secret_fact *f,
                         int64_t at) {
    for (size_t i = pm_pull_first(s, at); i < s->pulls.n && pm_at(&s->pulls.items[i]) < h->from;
         i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        if (p->outcome != PM_OUTCOME_OK || pm_began(p) < at ||
            !pm_ids_has(&h->registries, p->registry))
            continue;
        if (of_namespace(s, p, f->namespace) || (!p->pods.n && pm_ids_has(&h->images, p->image)))
            return true;
    }
    return false;
}

static struct pm_str told(struct pm_state *s, const struct pm_secret_fact *f, bool made) {
    struct pm_str namespace = pm_name(s, f->namespace), name = pm_name(s, f->name),
                  by = made ? PM_NONE : pm_name(s, f->by);
    const char *did = made ? "was made" : "was written",
               *what = f->account ? "the list of pull secrets of service account" : "pull secret";
    return pm_arena_fmt(s->a, "%s %.*s/%.*s %s%s%.*s", what, PM_FMT(namespace), PM_FMT(name), did,
                        by.n ? " by " : "", PM_FMT(by));
}

bool pm_trigger_secret(struct pm_state *s, const struct pm_hit *h, int64_t late, int64_t *at,
                       struct pm_str *detail) {
    *at = PM_NO_TIME;
    if (!pm_cause_in(h->cause, "auth") || pm_cause_is(h->cause, "auth.credential-provider"))
        return false;
    for (size_t i = 0; i < s->facts.secrets.n; i++) {
        const struct pm_secret_fact *f = &s->facts.secrets.items[i];
        bool made = f->changed == PM_NO_TIME;
        int64_t when = made ? f->created : f->changed;
        if (!pm_time_in(when, pm_since(h->from, DAY_NS), pm_time_add(h->from, late)) ||
            (*at != PM_NO_TIME && when <= *at))
            continue;
        if ((!of_pods(s, h, f) && !of_registry(s, h, f)) || worked_since(s, h, f, when)) continue;
        *at = when;
        *detail = told(s, f, made);
    }
    return *at != PM_NO_TIME;
}
