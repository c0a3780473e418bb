// The pull secrets of a pull's pods: none, one for some registry, one for this very
// registry, one that does not exist.
#include "judge/causes/settle.h"

// A secret whose object is there says which registries it is for; of another nobody can
// tell.
static enum settle_secrets for_registry(const struct pm_env *env, const struct pm_evidence *ev,
                                        uint32_t k8s_namespace, uint32_t secret,
                                        uint32_t registry) {
    for (size_t i = 0; i < ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &ev->facts.configs.items[i];
        struct pm_str object = pm_name(env, c->source);
        json_t *list = json_object_get(c->detail, "registries"), *v;
        size_t k;
        if (!json_is_array(list) || c->k8s_namespace != k8s_namespace ||
            !pm_str_starts(object, PM_STR("Secret/")) ||
            !pm_str_eq(pm_str_from(object, strlen("Secret/")), pm_name(env, secret)))
            continue;
        json_array_foreach(list, k, v) {
            struct pm_str host = pm_str_c(json_string_value(v));
            ptrdiff_t scheme = pm_str_find(host, PM_STR("://"), 0);
            if (scheme >= 0) host = pm_str_from(host, (size_t)scheme + 3);
            ptrdiff_t slash = pm_str_chr(host, '/', 0);
            if (pm_str_eq(
                    pm_registry_of_host(slash < 0 ? host : pm_str_sub(host, 0, (size_t)slash)),
                    pm_name(env, registry)))
                return SECRETS_OWN;
        }
        return SECRETS_NONE;
    }
    return SECRETS_SOME;
}

static enum settle_secrets best_for(const struct pm_env *env, const struct pm_evidence *ev,
                                    const struct pm_pod_fact *pod, uint32_t registry) {
    enum settle_secrets best = SECRETS_NONE;
    for (size_t i = 0; i < pod->secrets.n; i++) {
        enum settle_secrets one =
            for_registry(env, ev, pod->k8s_namespace, pod->secrets.items[i], registry);
        if (one > best) best = one;
    }
    return best;
}

static enum settle_secrets of_pods(const struct pm_env *env, const struct pm_evidence *ev,
                                   const struct pm_attempt *p) {
    bool known = false;
    for (size_t i = 0; i < p->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(ev, p->pods.items[i]);
        if (!pod || !pod->listed) continue;
        known = true;
        enum settle_secrets own = best_for(env, ev, pod, p->names->registry);
        if (own != SECRETS_NONE) return own;
        if (pm_map_get(ev->facts.account_secrets,
                       pm_id_join(env, pod->k8s_namespace, '/',
                                  pod->account ? pod->account : pm_id(env, PM_STR("default")))))
            return SECRETS_SOME;
    }
    return known ? SECRETS_NONE : SECRETS_UNKNOWN;
}

bool settle_secret_missing(const struct pm_evidence *ev, const struct pm_attempt *p) {
    for (size_t i = 0; i < p->pods.n; i++)
        if (pm_map_get(ev->facts.secret_missing, p->pods.items[i])) return true;
    return false;
}

enum settle_secrets settle_secrets_of(struct settling *v, struct settle_question *q) {
    if (q->secrets == SECRETS_UNASKED) q->secrets = of_pods(v->env, v->ev, q->p);
    return q->secrets;
}
