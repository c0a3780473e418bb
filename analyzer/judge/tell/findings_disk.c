// Checks over a node's disk: the thresholds of the kubelet's image collection against each
// other, against its eviction, and against how full the disk is.
#include "judge/tell/findings.h"

// The newest reading of a node's image file system.
static const struct pm_reading *disk_of(const struct pm_scene *scene, uint32_t node) {
    static const char *const MOUNTS[] = {"",
                                         "/",
                                         "/var",
                                         "/var/lib",
                                         "/var/lib/containerd",
                                         "/var/lib/docker",
                                         "/var/lib/containers",
                                         "/var/lib/kubelet"};
    const struct pm_reading *found = NULL;
    for (size_t i = 0; i < scene->ev->readings.n; i++) {
        const struct pm_reading *r = &scene->ev->readings.items[i];
        if (r->what != PM_READING_DISK || pm_facts_node(scene->env, scene->ev, r->who) != node)
            continue;
        for (size_t k = 0; k < PM_LEN(MOUNTS); k++)
            if (pm_str_eqc(pm_name(scene->env, r->where), MOUNTS[k]) &&
                (!found || r->at >= found->at))
                found = r;
    }
    return found;
}
void pm_find_gc_near(struct findings *f, const json_t *rule) {
    for (size_t i = 0; i < f->scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &f->scene->ev->facts.configs.items[i];
        double high;
        if (!pm_str_eqc(pm_name(f->scene->env, c->source), "kubelet.config")) continue;
        if (!pm_setting_number(json_object_get(json_object_get(c->detail, "settings"),
                                               "imageGCHighThresholdPercent"),
                               &high))
            continue;
        const struct pm_reading *disk =
            c->node ? disk_of(f->scene, pm_facts_node(f->scene->env, f->scene->ev, c->node)) : NULL;
        if (!disk || disk->value * 100 < high - 5) continue;
        pm_finding_put(
            f, rule, pm_name(f->scene->env, c->path),
            pm_setting_line(c, "imageGCHighThresholdPercent"), PM_NONE,
            pm_arena_fmt(f->scene->env->a,
                         "the disk of %.*s is %.0f %% full and image GC starts at %.0f %%",
                         PM_FMT(pm_name(f->scene->env, c->node)), disk->value * 100, high),
            false);
    }
}

void pm_find_gc_thresholds(struct findings *f,
                           const json_t *rule) { // two settings of one file against each other
    bool eviction = strcmp(pm_finding_word(rule, "check"), "gc-after-eviction") == 0;
    static const char *const SIGNALS[] = {"evictionHard.imagefs.available",
                                          "evictionHard.nodefs.available"};
    for (size_t i = 0; i < f->scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &f->scene->ev->facts.configs.items[i];
        const json_t *all = json_object_get(c->detail, "settings");
        double high, low, free_at;
        if (!pm_str_eqc(pm_name(f->scene->env, c->source), "kubelet.config") ||
            !pm_setting_number(json_object_get(all, "imageGCHighThresholdPercent"), &high))
            continue;
        uint64_t line = pm_setting_line(c, "imageGCHighThresholdPercent");
        if (!eviction &&
            pm_setting_number(json_object_get(all, "imageGCLowThresholdPercent"), &low) &&
            high - low < 5)
            pm_finding_put(f, rule, pm_name(f->scene->env, c->path), line, PM_NONE,
                           pm_arena_fmt(f->scene->env->a,
                                        "image GC starts at %.0f %% and stops at %.0f %%", high,
                                        low),
                           true);
        for (size_t k = 0; eviction && k < PM_LEN(SIGNALS); k++) {
            const json_t *v = json_object_get(all, SIGNALS[k]);
            if (!json_is_string(v) || !strchr(json_string_value(v), '%') ||
                !pm_setting_number(v, &free_at) || 100 - free_at > high)
                continue;
            pm_finding_put(
                f, rule, pm_name(f->scene->env, c->path), line, PM_NONE,
                pm_arena_fmt(
                    f->scene->env->a,
                    "pods are evicted when the disk is %.0f %% full (%s), image GC starts at %.0f %%",
                    100 - free_at, SIGNALS[k], high),
                true);
            break;
        }
    }
}
