// What a check leaves in a tree, without the check: rows that know their file, and keys
// without a value gone. The program's own files are checked by `rules check` and by its
// tests, not at each start, of which that was a fifth.
#include "rules/schema.h"

static void mark_row(json_t *file, const struct schema_list *l, json_t *row);

static void mark_rows(json_t *file, const struct schema_list *l, const json_t *rows) {
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) mark_row(file, l, row);
}

// Mappings and lists of them that are values of these keys.
static void mark_values(json_t *file, const struct schema_key *keys, const json_t *map) {
    for (const struct schema_key *k = keys; k && k->name; k++) {
        json_t *inner = k->rows ? json_object_get(map, k->name) : NULL;
        if (inner && k->type == SCHEMA_ROWS) mark_rows(file, k->rows, inner);
        if (inner && k->type == SCHEMA_ONE) mark_row(file, k->rows, inner);
    }
}

static void mark_row(json_t *file, const struct schema_list *l, json_t *row) {
    const char *name;
    void *next;
    json_t *v;
    json_object_foreach_safe(row, next, name, v) {
        const struct schema_key *k = l->keys;
        if (!json_is_null(v)) continue;
        while (k->name && strcmp(k->name, name) != 0) k++;
        if (!k->required) json_object_del(row, name);
    }
    mark_values(file, l->keys, row);
    pm_yaml_file_share(row, file);
}

void schema_mark(const struct schema_file *f, json_t *root, const char *path) {
    json_t *file = json_string(path);
    pm_yaml_file_share(root, file);
    mark_values(file, f->top, root);
    for (size_t i = 0; i < PM_LEN(f->lists); i++)
        if (f->lists[i].name && f->lists[i].keys)
            mark_rows(file, &f->lists[i], json_object_get(root, f->lists[i].name));
    json_decref(file);
}
