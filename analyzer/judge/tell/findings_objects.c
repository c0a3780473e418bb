// Checks over objects and single lines: pods that pull without credentials, or an image that
// nobody renews; secrets that are missing; mirrors that were passed over.
#include "judge/tell/findings.h"
#include "rules/tables.h"

// Credentials that the nodes themselves hold for a registry.
static bool node_credentials(const struct pm_evidence *ev, const char *registry) {
    const char *key;
    json_t *v;
    for (size_t i = 0; i < ev->facts.configs.n; i++)
        json_object_foreach(json_object_get(ev->facts.configs.items[i].detail, "settings"), key,
                            v) {
            struct pm_str k = pm_str_c(key);
            if (pm_str_ends(k, PM_STR(".auth")) && pm_str_has(k, pm_str_c(registry)) &&
                !pm_setting_empty(v))
                return true;
            if (strcmp(key, "global_auth_file") == 0 && !pm_setting_empty(v))
                return true; // what is in it is not known
        }
    return false;
}

typedef bool image_test(const struct pm_scene *scene, const struct pm_pod_fact *pod,
                        uint32_t image);
static bool hub_anonymous(const struct pm_scene *scene, const struct pm_pod_fact *pod,
                          uint32_t image) {
    if (!pm_str_starts(pm_name(scene->env, image), PM_STR("docker.io/")) || pod->secrets.n ||
        !pod->secrets_known)
        return false;
    return !pm_map_get(
        scene->ev->facts.account_secrets,
        pm_id_join(scene->env, pod->k8s_namespace, '/',
                   pod->account ? pod->account : pm_id(scene->env, PM_STR("default"))));
}
static bool latest_always(const struct pm_scene *scene, const struct pm_pod_fact *pod,
                          uint32_t image) {
    return pm_ids_has(&pod->always, image) &&
           pm_str_ends(pm_name(scene->env, image), PM_STR(":latest"));
}
static bool frozen(const struct pm_scene *scene, const struct pm_pod_fact *pod, uint32_t image) {
    (void)pod;
    const json_t *home = pm_table_home(scene->env->homes, pm_name(scene->env, image));
    const char *state = json_string_value(json_object_get(home, "state"));
    return state && strcmp(state, "frozen") == 0;
}

static void over_pods(struct findings *f, const json_t *rule, image_test *test) {
    struct pm_strs names = {0};
    struct pm_str path = PM_NONE;
    for (size_t i = 0; i < f->scene->ev->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &f->scene->ev->facts.pods.items[i];
        bool found = false;
        for (size_t k = 0; k < pod->images.n && pod->listed && !found; k++)
            found = test(f->scene, pod, pod->images.items[k]);
        if (!found) continue;
        uint32_t name = pod->workload_name ? pod->workload_name : pod->name;
        struct pm_str at = pm_name(f->scene->env, pod->path);
        if (at.n && (!path.n || pm_path_order(at, path) < 0)) path = at;
        pm_strs_add(&names, pm_arena_fmt(f->scene->env->a, "%.*s/%.*s",
                                         PM_FMT(pm_name(f->scene->env, pod->k8s_namespace)),
                                         PM_FMT(pm_name(f->scene->env, name))));
    }
    pm_strs_seal(f->scene->env->a, &names, PM_SEAL_SORTED);
    if (names.n)
        pm_finding_put(f, rule, path, 0, PM_NONE,
                       pm_findings_many(f->scene->env, &names, "workloads"), false);
}

void pm_find_hub_anonymous_pods(struct findings *f, const json_t *rule) {
    if (!pm_findings_mirrored(f->scene->ev, PM_STR("docker.io")) &&
        !node_credentials(f->scene->ev, "docker.io"))
        over_pods(f, rule, hub_anonymous);
}
void pm_find_latest_always_pods(struct findings *f, const json_t *rule) {
    over_pods(f, rule, latest_always);
}
void pm_find_frozen_pods(struct findings *f, const json_t *rule) { over_pods(f, rule, frozen); }

static bool tells(const struct pm_env *env, const struct pm_trace *t, enum pm_kind kind) {
    if (t->said->kind != kind) return false;
    if (kind == PM_KIND_SECRET_MISSING) return t->said->secret != 0;
    return t->said->host && t->said->status != 404 &&
           !pm_str_eq(pm_registry_of_host(pm_name(env, t->said->host)),
                      pm_name(env, t->said->registry));
}

static void over_traces(struct findings *f, const json_t *rule, enum pm_kind kind) {
    struct pm_strs names = {0};
    const struct pm_trace *first = NULL;
    for (size_t i = 0; i < f->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &f->scene->ev->traces.items[i];
        if (!tells(f->scene->env, t, kind)) continue;
        if (!first) first = t;
        struct pm_str what = pm_name(f->scene->env, kind == PM_KIND_SECRET_MISSING ? t->said->secret
                                                                                   : t->said->host);
        pm_strs_add(&names,
                    kind == PM_KIND_SECRET_MISSING && t->said->k8s_namespace
                        ? pm_arena_fmt(f->scene->env->a, "%.*s/%.*s",
                                       PM_FMT(pm_name(f->scene->env, t->said->k8s_namespace)),
                                       PM_FMT(what))
                        : what);
    }
    pm_strs_seal(f->scene->env->a, &names, PM_SEAL_SORTED);
    if (names.n)
        pm_finding_put(f, rule,
                       first->file < f->scene->ev->facts.files.n
                           ? f->scene->ev->facts.files.items[first->file].row.path
                           : PM_NONE,
                       0, PM_NONE, pm_findings_many(f->scene->env, &names, "of them"), false);
}
void pm_find_secrets_missing(struct findings *f, const json_t *rule) {
    over_traces(f, rule, PM_KIND_SECRET_MISSING);
}
void pm_find_mirrors_passed(struct findings *f, const json_t *rule) {
    over_traces(f, rule, PM_KIND_MIRROR_TRY);
}
