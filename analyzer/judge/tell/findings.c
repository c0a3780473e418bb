// rules/findings.yaml over the bundle's configuration, objects and pulls. What is not in
// the bundle is no finding: a check asks only about what it can see. Each kind of row, and
// each kind of check, is a file of its own.
#include "judge/tell/findings.h"
#include "judge/tell/advice.h"
#include "judge/tell/tell.h"
#include <stdlib.h>

static const struct {
    const char *check;
    void (*find)(struct findings *f, const json_t *rule);
} CHECKS[] = {
    {"hub-anonymous", pm_find_hub_anonymous_pods},
    {"latest-always", pm_find_latest_always_pods},
    {"frozen-registry", pm_find_frozen_pods},
    {"secret-missing", pm_find_secrets_missing},
    {"mirror-passed-over", pm_find_mirrors_passed},
    {"no-mirror", pm_find_no_mirror},
    {"single-mirror", pm_find_single_mirror},
    {"mirror-only-way", pm_find_single_mirror},
    {"mirror-after-registry", pm_find_idle_mirror},
    {"mirror-never-pulls", pm_find_idle_mirror},
    {"mirror-unread", pm_find_idle_mirror},
    {"mirror-plain-http", pm_find_plain_http},
    {"slow-pulls", pm_find_slow_pulls},
    {"serial-pulls-waited", pm_find_serial_waits},
    {"huge-images", pm_find_huge_images},
    {"one-registry", pm_find_one_registry},
    {"gc-near-use", pm_find_gc_near},
    {"gc-after-eviction", pm_find_gc_thresholds},
    {"gc-narrow", pm_find_gc_thresholds},
};

bool pm_finding_known(const char *check) {
    for (size_t i = 0; i < PM_LEN(CHECKS); i++)
        if (strcmp(CHECKS[i].check, check) == 0) return true;
    return false;
}

void pm_findings_fill(const struct pm_scene *scene, struct pm_report *report) {
    struct findings f = {.scene = scene, .report = report};
    size_t i;
    json_t *rule;
    json_array_foreach(json_object_get(scene->env->findings, "settings"), i,
                       rule) for (size_t k = 0; k < scene->ev->facts.configs.n; k++)
        pm_findings_over_settings(&f, rule, &scene->ev->facts.configs.items[k]);
    json_array_foreach(json_object_get(scene->env->findings, "checks"), i, rule) {
        const char *check = pm_finding_word(rule, "check");
        for (size_t k = 0; check && k < PM_LEN(CHECKS); k++)
            if (strcmp(CHECKS[k].check, check) == 0) CHECKS[k].find(&f, rule);
    }
    json_array_foreach(json_object_get(scene->env->findings, "pulls"), i, rule)
        pm_findings_over_pulls(&f, rule);
    pm_findings_told(&f);
    free(f.items);
}
