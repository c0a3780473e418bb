// Rows of --rules put into the built-in ones: a row takes the place of those of its name, a
// new one goes before what it is said to go beside. Which values name a row is the list's.
#include "rules/schema.h"

#include <stdlib.h>
#include <string.h>

char *schema_row_name(const char *const *keys, const json_t *row) {
    json_t *list = json_array();
    for (size_t i = 0; i < SCHEMA_ID_KEYS && keys[i]; i++) {
        json_t *v = json_object_get(row, keys[i]);
        json_array_append_new(list, v ? pm_yaml_plain(v) : json_null());
    }
    char *s = json_dumps(list, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(list);
    if (!s) pm_die_oom();
    return s;
}

// name → list of rows, in their order.
static json_t *schema_by_name(const struct schema_list *l, const json_t *rows) {
    json_t *map = json_object(), *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        char *name = schema_row_name(l->id, row);
        if (!json_object_get(map, name)) json_object_set_new(map, name, json_array());
        json_array_append(json_object_get(map, name), row);
        free(name);
    }
    return map;
}
// What takes the place of those of its name; a second time: nothing, they stand there
// already.
static bool replace(const struct schema_list *l, json_t *own, const json_t *row, json_t *out) {
    char *name = schema_row_name(l->id, row);
    json_t *with = json_object_get(own, name);
    bool found = with != NULL;
    if (with) {
        json_array_extend(out, with);
        json_array_clear(with);
    }
    free(name);
    return found;
}
static void put_new(const struct schema_list *l, json_t *out, json_t *row) {
    size_t at = 0;
    char *wanted = schema_row_name(l->beside, row);
    for (size_t i = 0; l->beside[0] && !at && i < json_array_size(out); i++) {
        char *name = schema_row_name(l->beside, json_array_get(out, i));
        if (strcmp(name, wanted) == 0) at = i;
        free(name);
    }
    json_array_insert(out, at, row);
    free(wanted);
}
json_t *schema_merge(const struct schema_list *l, const json_t *base, const json_t *own) {
    json_t *out = json_array(), *known = schema_by_name(l, base), *mine = schema_by_name(l, own),
           *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)base, i, row) if (!replace(l, mine, row, out))
        json_array_append(out, row);
    for (i = json_array_size(own);
         i-- > 0;) { // the last first: each goes before those that stand there
        char *name = schema_row_name(l->id, json_array_get(own, i));
        if (!json_object_get(known, name)) put_new(l, out, json_array_get(own, i));
        free(name);
    }
    json_decref(known);
    json_decref(mine);
    return out;
}
