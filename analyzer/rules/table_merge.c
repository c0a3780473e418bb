// A data file of --rules put into the built-in one of its name: which row of one's own takes
// which row's place.
//
// Rows go by the ids of table_keys.c, but for alerts: those are lists in lists (groups, and
// alerts in them), and an alert keeps its name in whatever group it stands.
#include "rules/table_files.h"

#include <string.h>

// An alert of a new group is still the one of its name in another.
static void alerts_drop(json_t *groups_, const json_t *own) {
    size_t i, k;
    json_t *g, *r;
    json_array_foreach(groups_, i, g) {
        json_t *rows = json_object_get(g, "rules"), *left = json_array();
        json_array_foreach(rows, k, r) {
            const char *name = json_string_value(json_object_get(r, "alert"));
            if (!name || !json_object_get(own, name)) json_array_append(left, r);
        }
        json_object_set_new(g, "rules", left);
    }
}
static void alert_names(json_t *names, const json_t *rows) {
    size_t i;
    json_t *r;
    json_array_foreach((json_t *)(uintptr_t)rows, i, r) {
        const char *name = json_string_value(json_object_get(r, "alert"));
        if (name) json_object_set_new(names, name, json_true());
    }
}
static json_t *group_named(const json_t *groups_, const json_t *like) {
    const char *name = json_string_value(json_object_get(like, "name")), *other;
    size_t i;
    json_t *g;
    json_array_foreach((json_t *)(uintptr_t)groups_, i,
                       g) if (name && (other = json_string_value(json_object_get(g, "name"))) &&
                              strcmp(name, other) == 0) return g;
    return NULL;
}
// Groups of one name become one, in which alerts of one name do; an alert of a group of
// one's own goes before.
static json_t *alerts_merge(json_t *base, const json_t *own) {
    json_t *out = json_array(), *new_names = json_object(), *g;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)own, i, g) {
        json_t *known = group_named(base, g);
        if (known) {
            json_t *rows = schema_merge(&pm_table_alert_rows, json_object_get(known, "rules"),
                                        json_object_get(g, "rules"));
            json_object_update(known, g);
            json_object_set_new(known, "rules", rows);
        } else {
            json_array_append(out, g);
            alert_names(new_names, json_object_get(g, "rules"));
        }
    }
    alerts_drop(base, new_names);
    json_array_extend(out, base);
    json_decref(new_names);
    return out;
}
json_t *pm_table_merge(enum pm_table table, json_t *base, json_t *own) {
    if (!own || json_is_true(json_object_get(own, "only"))) {
        json_decref(own ? base : NULL);
        return own ? own : base;
    }
    for (size_t i = 0;
         i < PM_LEN(pm_table_files[table].lists) && pm_table_files[table].lists[i].name; i++) {
        const struct schema_list *l = &pm_table_files[table].lists[i];
        json_t *was = json_object_get(base, l->name), *with = json_object_get(own, l->name);
        if (!was && !with) continue; // a list that nobody writes stays away, from the hash, too
        json_object_set_new(base, l->name,
                            table == PM_TABLE_ALERTS ? alerts_merge(was, with)
                                                     : schema_merge(l, was, with));
    }
    json_decref(own);
    return base;
}
