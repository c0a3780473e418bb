// Checks over mirrors: none where one would help, one alone, one that is never asked or that
// speaks plain HTTP.
#include "judge/tell/findings.h"
#include "judge/incidents/bypass.h"

bool pm_findings_mirrored(const struct pm_evidence *ev, struct pm_str registry) {
    for (size_t i = 0; i < ev->mirrors_n; i++)
        if (pm_mirror_serves(&ev->mirrors[i], registry)) return true;
    return false;
}

static bool pulls_from(const struct pm_scene *scene, struct pm_str registry, uint32_t node) {
    for (size_t i = 0; i < scene->pulls->n; i++)
        if ((!node || scene->pulls->items[i].node == node) &&
            pm_str_eq(pm_name(scene->env, scene->pulls->items[i].names->registry), registry))
            return true;
    return false;
}

// Where a runtime's whole mirror configuration is in the bundle and has none. A
// config_path points to files that may not have been collected: not known.
static bool could_say(const struct pm_env *env, const struct pm_config_fact *c) {
    struct pm_str source = pm_name(env, c->source);
    const json_t *path =
        json_object_get(json_object_get(c->detail, "settings"), "registry.config_path");
    if (pm_str_eqc(source, "containerd.config"))
        return pm_setting_empty(path) &&
               json_object_get(json_object_get(c->detail, "settings"), "version");
    return pm_str_eqc(source, "docker.daemon") || pm_str_eqc(source, "registries.conf") ||
           pm_str_eqc(source, "k3s.registries");
}
void pm_find_no_mirror(struct findings *f, const json_t *rule) {
    if (pm_findings_mirrored(f->scene->ev, PM_STR("docker.io")) ||
        !pulls_from(f->scene, PM_STR("docker.io"), 0))
        return;
    for (size_t i = 0; i < f->scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &f->scene->ev->facts.configs.items[i];
        if (could_say(f->scene->env, c))
            pm_finding_put(f, rule, pm_name(f->scene->env, c->path), c->line, PM_NONE,
                           PM_STR("docker.io"), true);
    }
}

static size_t
hosts_for(const struct pm_evidence *ev,
          const struct pm_mirror *m) { // different mirrors of the same registry in the same file
    size_t n = 0;
    for (size_t i = 0; i < ev->mirrors_n; i++)
        n += ev->mirrors[i].config == m->config &&
             pm_str_eq(ev->mirrors[i].registry, m->registry) && !ev->mirrors[i].never_pulls;
    return n;
}
static struct pm_str served_by(const struct pm_mirror *m) {
    return pm_str_eqc(m->registry, "*") ? PM_STR("every registry") : m->registry;
}
void pm_find_single_mirror(struct findings *f, const json_t *rule) {
    bool closed = json_is_true(json_object_get(rule, "only_way"));
    for (size_t i = 0; i < f->scene->ev->mirrors_n; i++) {
        const struct pm_mirror *m = &f->scene->ev->mirrors[i];
        if (hosts_for(f->scene->ev, m) != 1 || m->only_way != closed || m->after_registry ||
            m->never_pulls || pm_findings_loopback(m->host))
            continue;
        pm_finding_put(f, rule, m->path, m->line, served_by(m), m->host, true);
    }
}
void pm_find_idle_mirror(struct findings *f, const json_t *rule) {
    const char *check = pm_finding_word(rule, "check");
    for (size_t i = 0; i < f->scene->ev->mirrors_n; i++) {
        const struct pm_mirror *m = &f->scene->ev->mirrors[i];
        bool found;
        if (strcmp(check, "mirror-never-pulls") == 0) found = m->never_pulls;
        else if (strcmp(check, "mirror-unread") == 0) found = pm_mirror_unread(f->scene, m);
        else found = m->after_registry;
        if (found) pm_finding_put(f, rule, m->path, m->line, served_by(m), m->host, true);
    }
}
void pm_find_plain_http(struct findings *f, const json_t *rule) {
    for (size_t i = 0; i < f->scene->ev->mirrors_n; i++) {
        const struct pm_mirror *m = &f->scene->ev->mirrors[i];
        if (pm_str_starts(m->url, PM_STR("http://")) && !pm_findings_loopback(m->host))
            pm_finding_put(f, rule, m->path, m->line, m->registry, m->host, true);
    }
}
