// rules/advice.yaml for a single record. A broken file is no reason not to explain: `analyze` tells of it.
#include "cli/advice.h"
#include "judge/advice.h"
#include "judge/yaml.h"
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

static struct pm_str field(const json_t *o, const char *key) { return pm_str_c(json_string_value(json_object_get(o, key))); }

size_t pm_advices_for(const struct pm_advices *d, int cause, const struct pm_event *e, struct pm_arena *a, struct pm_advice_item *items, size_t max) {
    if (!d || cause < 0) return 0;
    const struct pm_str *f = e->field;
    const struct pm_advice_value values[] = {
        {"endpoint", pm_advice_endpoint(f[PM_F_REGISTRY])},
        {"address", pm_advice_address(a, f[PM_F_REGISTRY])},
        {"registry", f[PM_F_REGISTRY]},
        {"repository", f[PM_F_REPOSITORY]},
        {"image", f[PM_F_IMAGE]},
        {"node", f[PM_F_NODE]},
        {"namespace", f[PM_F_NAMESPACE]},
        {"pod", f[PM_F_POD]},
        {"workload", PM_NONE},
        {"workload_kind", PM_NONE},
        {"secret", f[PM_F_SECRET]},
        {"user", f[PM_F_USER]},
        {"client", f[PM_F_CLIENT]},
        {"host", f[PM_F_HOST].n ? f[PM_F_HOST] : f[PM_F_REGISTRY]},
    };
    size_t n = 0, i;
    json_t *o;
    json_array_foreach(json_object_get(d->root, "advice"), i, o) {
        if (n == max || !pm_str_eqc(field(o, "cause"), pm_causes[cause].name)) continue;
        items[n].phase = pm_arena_dup(a, field(o, "phase"));
        items[n].text = pm_advice_text(a, field(o, "text"), values, PM_LEN(values));
        items[n].command = pm_advice_text(a, field(o, "command"), values, PM_LEN(values));
        n++;
    }
    return n;
}
