// What advice has to know of the machines that pulled: their runtime, platform and disks.
#include "judge/tell/advice_node.h"

static const char *of_version(struct pm_str runtime,
                              struct pm_str kubelet) { // "containerd://1.7.27", "cri-o://1.29.1"
    if (pm_str_has(kubelet, PM_STR("+k3s")) || pm_str_has(kubelet, PM_STR("+rke2")) ||
        pm_str_has(runtime, PM_STR("-k3s")))
        return "k3s";
    if (pm_str_starts(runtime, PM_STR("docker://"))) return "docker";
    if (pm_str_starts(runtime, PM_STR("cri-o://"))) return "crio";
    if (pm_str_starts(runtime, PM_STR("containerd://1."))) return "containerd1";
    if (pm_str_starts(runtime, PM_STR("containerd://2."))) return "containerd2";
    return pm_str_starts(runtime, PM_STR("containerd://")) ? "containerd" : NULL;
}

static const char *of_config(const struct pm_scene *scene, uint32_t node) {
    const char *found = NULL;
    for (size_t i = 0; i < scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &scene->ev->facts.configs.items[i];
        struct pm_str source = pm_name(scene->env, c->source);
        if (c->node && node && pm_facts_node(scene->env, scene->ev, c->node) != node) continue;
        if (pm_str_eqc(source, "k3s.registries")) return "k3s";
        if (pm_str_eqc(source, "crio.conf")) found = "crio";
        if (!pm_str_eqc(source, "containerd.config")) continue;
        json_t *version = json_object_get(json_object_get(c->detail, "settings"), "version");
        if (json_integer_value(version) == 3) found = "containerd2"; // the first to read it
    }
    return found;
}

// By the node's object, by its configuration, by whose log its pulls were counted in, in
// this order.
const char *pm_advice_runtime_of(const struct pm_scene *scene, const struct pm_hit *h) {
    uint32_t node = h->nodes.n ? h->nodes.items[0] : 0;
    Word_t at = pm_map_get(scene->ev->facts.node_by_name, node);
    const struct pm_node_fact *fact = at ? &PM_REF(scene->ev->facts.nodes, at) : NULL;
    const char *found =
        fact ? of_version(pm_name(scene->env, fact->runtime), pm_name(scene->env, fact->kubelet))
             : NULL;
    if (!found) found = of_config(scene, node);
    for (size_t i = 0; i < h->pulls.n && !found; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        if (p->node == node && p->origin == PM_ORIGIN_DOCKERD) found = "docker";
    }
    for (size_t i = 0; i < scene->ev->facts.files.n && !found && node; i++) {
        const struct pm_file_fact *f = &scene->ev->facts.files.items[i];
        if (f->node != node) continue;
        if (pm_str_eqc(f->row.component, "containerd")) found = "containerd";
        if (pm_str_eqc(f->row.component, "crio")) found = "crio";
    }
    if (found) return found;
    return pm_map_get(scene->ev->facts.cover[PM_ORIGIN_DOCKERD], node) ? "docker" : NULL;
}

struct pm_str pm_advice_arch_of(const struct pm_scene *scene, const struct pm_hit *h) {
    for (size_t i = 0; i < h->nodes.n; i++) {
        Word_t at = pm_map_get(scene->ev->facts.node_by_name, h->nodes.items[i]);
        if (at && PM_REF(scene->ev->facts.nodes, at).arch)
            return pm_name(scene->env, PM_REF(scene->ev->facts.nodes, at).arch);
    }
    return PM_NONE;
}

// Whose tool it was, where no node pulled: a person's or a job's own docker or podman.
const char *pm_advice_client_of(const struct pm_scene *scene, const struct pm_hit *h) {
    const char *found = NULL;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        if (p->origin != PM_ORIGIN_CLIENT) return NULL;
        for (size_t k = 0; k < p->traces.n; k++) {
            uint32_t file = scene->ev->traces.items[pm_few_at(&p->traces, k)].file;
            struct pm_str format = file < scene->ev->facts.files.n
                                       ? scene->ev->facts.files.items[file].row.format
                                       : PM_NONE;
            if (pm_str_eqc(format, "podman")) found = "podman";
            else if (!found && (pm_str_eqc(format, "docker-cli") ||
                                pm_str_eqc(format, "ci-runner") || pm_str_eqc(format, "buildkit")))
                found = "docker";
        }
    }
    return found;
}

// "inodes of /var/lib/containerd: 100 % used", of the node's own df.
struct pm_str pm_advice_sizes_of(const struct pm_scene *scene, const struct pm_hit *h) {
    struct pm_buf b = {0};
    for (size_t i = 0; i < scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &scene->ev->facts.configs.items[i];
        const json_t *mount = json_object_get(c->detail, "mount"),
                     *inodes = json_object_get(c->detail, "inodes_ratio"),
                     *used = json_object_get(c->detail, "used_ratio");
        const json_t *ratio = inodes ? inodes : used;
        if (!json_is_string(mount) || !json_is_number(ratio) || json_number_value(ratio) < 0.9)
            continue;
        if (c->node && h->nodes.n &&
            !pm_ids_has(&h->nodes, pm_facts_node(scene->env, scene->ev, c->node)))
            continue;
        pm_buf_fmt(&b, "%s%.0f %% of the %s of %s are used", b.n ? ", " : "",
                   json_number_value(ratio) * 100, inodes ? "inodes" : "bytes",
                   json_string_value(mount));
    }
    struct pm_str out = pm_arena_dup(scene->env->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}
