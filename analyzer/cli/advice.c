// rules/advice.yaml for a single record.
#include "cli/advice.h"
#include "judge/tell/advice.h"
#include "rules/tables.h"

static const char *runtime_of(enum pm_component component) {
    if (component == PM_COMP_DOCKERD) return "docker";
    if (component == PM_COMP_CRIO) return "crio";
    return component == PM_COMP_CONTAINERD ? "containerd" : NULL;
}
size_t pm_advices_for(const struct pm_ruleset *rules, const struct pm_verdict *v,
                      const struct pm_event *e, struct pm_arena *a, struct pm_advice_item *items,
                      size_t max) {
    if (v->cause < 0) return 0;
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
                                .runtime = runtime_of(e->component)};
    for (size_t i = 0; i < PM_LEN(FIELDS); i++) n.value[FIELDS[i].key] = e->field[FIELDS[i].field];
    pm_advice_derive(a, &n);
    size_t found = pm_advice_pick(a, pm_ruleset_table(rules, PM_TABLE_ADVICE), v->cause, &n, rows,
                                  max < PM_LEN(rows) ? max : PM_LEN(rows));
    for (size_t i = 0; i < found; i++)
        items[i] =
            (struct pm_advice_item){rows[i].phase, rows[i].text, rows[i].command, rows[i].within};
    return found;
}

size_t pm_advices_check(const struct pm_ruleset *rules, struct pm_diags *diags) {
    return pm_advice_check(pm_ruleset_table(rules, PM_TABLE_ADVICE), "advice.yaml", diags);
}
