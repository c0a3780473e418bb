// Pull secrets as their objects say what they are for.
#include "judge/evidence/evidence.h"

// "https://index.docker.io/v1/" and "harbor.test" as docker's configuration writes
// registries.
static bool is_for(struct pm_str entry, struct pm_str registry) {
    if (pm_str_starts(entry, PM_STR("https://"))) entry = pm_str_from(entry, 8);
    if (pm_str_starts(entry, PM_STR("http://"))) entry = pm_str_from(entry, 7);
    ptrdiff_t slash = pm_str_chr(entry, '/', 0);
    if (slash > 0) entry = pm_str_sub(entry, 0, (size_t)slash);
    bool hub = pm_str_eqc(entry, "index.docker.io") || pm_str_eqc(entry, "registry-1.docker.io") ||
               pm_str_eqc(entry, "docker.io");
    return pm_str_eq(entry, registry) || (hub && pm_str_eqc(registry, "docker.io"));
}

const struct pm_config_fact *pm_secret_object(const struct pm_env *env,
                                              const struct pm_evidence *ev, uint32_t k8s_namespace,
                                              struct pm_str name) {
    for (size_t i = 0; i < ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &ev->facts.configs.items[i];
        struct pm_str source = pm_name(env, c->source);
        if (c->k8s_namespace == k8s_namespace && pm_str_starts(source, PM_STR("Secret/")) &&
            pm_str_eq(pm_str_from(source, 7), name))
            return c;
    }
    return NULL;
}

size_t pm_secret_registries(const struct pm_env *env, const struct pm_evidence *ev,
                            uint32_t k8s_namespace, struct pm_str name, struct pm_str registry) {
    const struct pm_config_fact *c = pm_secret_object(env, ev, k8s_namespace, name);
    const json_t *all = json_object_get(c ? c->detail : NULL, "registries");
    size_t i;
    json_t *v;
    json_array_foreach(all, i,
                       v) if (json_is_string(v) && is_for(pm_str_c(json_string_value(v)),
                                                          registry)) return json_array_size(all);
    return 0;
}
