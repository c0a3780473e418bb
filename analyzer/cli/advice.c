// rules/advice.yaml for a single record. A broken file is no reason not to explain: `analyze` tells of it.
#include "cli/advice.h"
#include "judge/advice.h"
#include "judge/rules/yaml.h"
#include "pm/rule.h"

#include <stdlib.h>

struct pm_advices {
    json_t *root;
};

struct pm_advices *pm_advices_load(const char *rules_dir) {
    struct pm_arena *a = pm_arena_new();
    struct pm_diags *ignored = pm_diags_new();
    struct pm_str text;
    json_t *root = pm_rules_data(rules_dir, "advice.yaml", &text, a) ? pm_yaml_load(text, "advice.yaml", ignored) : NULL;
    pm_diags_free(ignored);
    pm_arena_free(a);
    if (!root) return NULL;
    struct pm_advices *d = pm_xmalloc(sizeof *d);
    d->root = root;
    return d;
}
void pm_advices_free(struct pm_advices *d) {
    if (d) json_decref(d->root);
    free(d);
}

size_t pm_advices_for(const struct pm_advices *d, const struct pm_verdict *v, const struct pm_event *e, struct pm_arena *a, struct pm_advice_item *items,
                      size_t max) {
    if (!d || v->cause < 0) return 0;
    static const struct {
        enum pm_advice_key key;
        enum pm_field field;
    } FIELDS[] = {
        {PM_ADV_REGISTRY, PM_F_REGISTRY},   {PM_ADV_REPOSITORY, PM_F_REPOSITORY},
        {PM_ADV_IMAGE, PM_F_IMAGE},         {PM_ADV_NODE, PM_F_NODE},
        {PM_ADV_NAMESPACE, PM_F_NAMESPACE}, {PM_ADV_POD, PM_F_POD},
        {PM_ADV_SECRET, PM_F_SECRET},       {PM_ADV_USER, PM_F_USER},
        {PM_ADV_CLIENT, PM_F_CLIENT},       {PM_ADV_HOST, PM_F_HOST},
    };
    struct pm_advice rows[PM_ADVICE_ROWS];
    struct pm_advice_names n = {.variant = pm_str_c(v->variant),
                                .runtime = e->component == PM_COMP_DOCKERD      ? "docker"
                                           : e->component == PM_COMP_CRIO       ? "crio"
                                           : e->component == PM_COMP_CONTAINERD ? "containerd"
                                                                                : NULL};
    for (size_t i = 0; i < PM_LEN(FIELDS); i++) n.value[FIELDS[i].key] = e->field[FIELDS[i].field];
    pm_advice_derive(a, &n);
    size_t found = pm_advice_pick(a, d->root, v->cause, &n, rows, max < PM_LEN(rows) ? max : PM_LEN(rows));
    for (size_t i = 0; i < found; i++) items[i] = (struct pm_advice_item){rows[i].phase, rows[i].text, rows[i].command, rows[i].within};
    return found;
}

size_t pm_advices_check(const char *rules_dir, struct pm_diags *diags) {
    struct pm_arena *a = pm_arena_new();
    struct pm_str text;
    json_t *root = pm_rules_data(rules_dir, "advice.yaml", &text, a) ? pm_yaml_load(text, "advice.yaml", diags) : NULL;
    size_t faults = root ? pm_advice_check(root, "advice.yaml", diags) : 1;
    json_decref(root);
    pm_arena_free(a);
    return faults;
}
