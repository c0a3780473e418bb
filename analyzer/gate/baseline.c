// Known incidents: fingerprints that an earlier run wrote. A fingerprint is cause and scope, without times and hosts, so it survives another collection.
#include "pm/gate.h"
#include <jansson.h>

bool pm_baseline_load(struct pm_baseline *b, const char *path, struct pm_arena *a, struct pm_diags *diags) {
    json_error_t e;
    json_t *root = json_load_file(path, 0, &e), *o;
    const json_t *list = json_object_get(root, "incidents");
    const char *schema = json_string_value(json_object_get(root, "schema"));
    size_t i;
    if (!root) pm_diags_add(diags, pm_str_c(path), e.line > 0 ? (uint64_t)e.line : 0, "baseline", "%s", e.text);
    else if (!schema || strcmp(schema, "pullmortem.baseline/1") != 0 || !json_is_array(list))
        pm_diags_add(diags, pm_str_c(path), 1, "baseline", "is no baseline: write one with gate --write-baseline FILE");
    bool good = json_is_array(list) && schema && strcmp(schema, "pullmortem.baseline/1") == 0;
    if (good) json_array_foreach(list, i, o) {
            const char *f = json_string_value(json_object_get(o, "fingerprint"));
            if (f) *PM_PUSH(b->known.items, b->known.n, b->known.cap) = pm_arena_dup(a, pm_str_c(f));
        }
    json_decref(root);
    return good;
}
