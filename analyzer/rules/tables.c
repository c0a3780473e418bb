// All data files of rules/ beside causes/ loaded: each is read, merged with that of --rules,
// and held against the others where it refers to them (a cause, a list, a command). What may
// stand in each is table_keys.c, reading one table_read.c, merging two table_merge.c.
#include "rules/tables.h"
#include "rules/commands.h"
#include "rules/rule_file.h"
#include "rules/table_files.h"
#include "rules/taxonomy.h"
#include "base/embed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

json_t *pm_table_read(enum pm_table table, struct pm_str text, const char *path,
                      struct pm_diags *diags) {
    pm_causes_read();
    return pm_table_of_text(table, text, path, NULL, pm_causes, diags);
}
json_t *pm_table_built_in(enum pm_table table, struct pm_diags *diags) {
    struct pm_arena *a = pm_arena_new();
    const char *path = pm_arena_cstr(a, pm_arena_fmt(a, "rules/%s", pm_table_files[table].name));
    json_t *root = pm_table_read(table, pm_embedded_find(path), path, diags);
    pm_arena_free(a);
    return root;
}
static bool load_whole(struct pm_tables *t, const char *dir, size_t *count, struct pm_diags *diags);

static bool built_in_agree(struct pm_diags *diags) {
    struct pm_tables t = {.late = NULL};
    size_t none = 0;
    bool good = load_whole(&t, NULL, &none, diags);
    pm_tables_free(&t);
    return good;
}
// The taxonomy first: whoever asks for a cause reads it, and takes it to be good. Then each
// table alone, then all of them together.
bool pm_rules_built_in_check(struct pm_diags *diags) {
    static const char taxonomy[] = "rules/taxonomy.yaml";
    static const struct pm_cause none[] = {{.name = NULL}};
    json_t *root = pm_table_of_text(PM_TABLE_TAXONOMY, pm_embedded_find(taxonomy), taxonomy, NULL,
                                    none, diags);
    bool good = root != NULL;
    json_decref(root);
    for (int i = 0; i < PM_TABLE_COUNT && root; i++) {
        json_t *table = pm_table_built_in((enum pm_table)i, diags);
        good &= table != NULL;
        json_decref(table);
    }
    return good && built_in_agree(diags);
}
// Rows of a file that has no keys in the table here were not marked by its reader.
static void mark_alerts(json_t *root, const char *path) {
    size_t i, k;
    json_t *g, *r;
    json_array_foreach(json_object_get(root, "groups"), i, g) {
        if (json_is_object(g)) pm_yaml_file_set(g, path);
        json_array_foreach(json_object_get(g, "rules"), k, r) if (json_is_object(r))
            pm_yaml_file_set(r, path);
    }
}

static bool load_one(struct pm_tables *t, enum pm_table table, const char *dir, size_t *count,
                     struct pm_diags *diags) {
    struct pm_arena *a = pm_arena_new();
    const char *name = pm_table_files[table].name,
               *path = dir ? pm_arena_cstr(a, pm_arena_fmt(a, "%s/%s", dir, name)) : NULL;
    const char *inner = pm_arena_cstr(a, pm_arena_fmt(a, "rules/%s", name));
    struct pm_str text;
    json_t *base = pm_table_of_build(table, inner, pm_table_files[table].samples, diags),
           *own = NULL;
    bool good = base != NULL;
    if (dir && access(path, F_OK) == 0) {
        if (rule_file_read(a, path, &text)) own = pm_table_read(table, text, path, diags);
        else
            pm_diags_add(diags, pm_str_c(path), 0, "rules",
                         "cannot be read, or is larger than %d MiB", RULE_FILE_MAX >> 20);
        good = good && own;
        *count += 1;
    }
    if (table == PM_TABLE_ALERTS) {
        mark_alerts(base, inner);
        mark_alerts(own, path);
    }
    if (good) t->tree[table] = pm_table_merge(table, base, own);
    else {
        json_decref(base);
        json_decref(own);
    }
    pm_arena_free(a);
    return good;
}
// Before the next file is read: it may name causes of this one.
static bool taxonomy_put(struct pm_tables *t, struct pm_diags *diags) {
    t->taxonomy = pm_taxonomy_make(t->tree[PM_TABLE_TAXONOMY], diags);
    if (t->taxonomy) pm_taxonomy_use(t->taxonomy);
    return t->taxonomy != NULL;
}
const json_t *pm_table_list(const json_t *root, const char *name) {
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(root, "lists"), i,
                       o) if (strcmp(json_string_value(json_object_get(o, "list")), name) ==
                              0) return o;
    return NULL;
}
static const char **list_names(struct pm_arena *a, const json_t *root) {
    const json_t *rows = json_object_get(root, "lists");
    size_t n = json_array_size(rows);
    const char **names = PM_NEWN(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        names[i] = json_string_value(json_object_get(json_array_get(rows, i), "list"));
    return names;
}
// A stanza refers to lists that may be of another file: seen once both are read.
static bool list_is_known(const struct pm_tables *t, const json_t *row, const char *key,
                          struct pm_diags *diags) {
    const char *name = json_string_value(json_object_get(row, key));
    const json_t *lists = t->tree[PM_TABLE_LISTS];
    if (!name || pm_table_list(lists, name)) return true;
    struct pm_arena *a = pm_arena_new();
    pm_diags_add(diags, pm_str_c(pm_yaml_file(row, "settle.yaml")),
                 (uint64_t)pm_yaml_key_line(row, key), "rules", "no list \"%s\" in lists.yaml%.*s",
                 name, PM_FMT(schema_hint(a, pm_str_c(name), list_names(a, lists))));
    pm_arena_free(a);
    return false;
}
// What code asks for by its name, and `only: true` put aside.
static void needed_tell(const json_t *root, const char *what, const char *name,
                        struct pm_diags *diags) {
    pm_diags_add(diags, pm_str_c(pm_yaml_file(root, "")), (uint64_t)pm_yaml_key_line(root, "only"),
                 "rules", "the %s \"%s\" has to be there", what, name);
}
// A score is told as a share.
static bool weight_good(const json_t *row, const char *name, double value, struct pm_diags *diags) {
    if (!pm_str_starts(pm_str_c(name), PM_STR("confidence-")) || value <= 1) return true;
    pm_diags_add(diags, pm_str_c(pm_yaml_file(row, "")), (uint64_t)pm_yaml_key_line(row, "value"),
                 "rules", "the weight \"%s\" has to be a share from 0 to 1", name);
    return false;
}
bool pm_table_weights(const json_t *root, double *values, struct pm_diags *diags) {
    const json_t *rows = json_object_get(root, "weights");
    bool good = true;
    for (int w = 0; w < PM_WEIGHT_COUNT; w++) values[w] = -1;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        int w = 0;
        while (strcmp(pm_words_weight[w], json_string_value(json_object_get(row, "weight"))) != 0)
            w++;
        values[w] = json_number_value(json_object_get(row, "value"));
        good &= weight_good(row, pm_words_weight[w], values[w], diags);
    }
    for (int w = 0; w < PM_WEIGHT_COUNT; w++) {
        if (values[w] >= 0) continue;
        needed_tell(root, "weight", pm_words_weight[w], diags);
        good = false;
    }
    return good;
}
static bool lists_and_stanzas_good(const struct pm_tables *t, struct pm_diags *diags) {
    const json_t *rows = json_object_get(t->tree[PM_TABLE_SETTLE], "settle");
    bool good = true;
    for (size_t i = 0; pm_words_listed[i]; i++) {
        if (pm_table_list(t->tree[PM_TABLE_LISTS], pm_words_listed[i])) continue;
        needed_tell(t->tree[PM_TABLE_LISTS], "list", pm_words_listed[i], diags);
        good = false;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        good &= list_is_known(t, json_array_get(rows, i), "says", diags);
        good &= list_is_known(t, json_array_get(rows, i), "says_not", diags);
        good &= pm_table_stanza_agrees(json_array_get(rows, i), diags);
    }
    return good;
}
static bool load_whole(struct pm_tables *t, const char *dir, size_t *count,
                       struct pm_diags *diags) {
    bool good = true;
    pm_causes_read();
    for (int i = 0; i < PM_TABLE_COUNT; i++) {
        good &= load_one(t, (enum pm_table)i, dir, count, diags);
        if (i == PM_TABLE_TAXONOMY && good) good &= taxonomy_put(t, diags);
    }
    good = good && lists_and_stanzas_good(t, diags);
    good = good && pm_table_weights(t->tree[PM_TABLE_WEIGHTS], t->weights, diags);
    return good && pm_commands_put(t->tree[PM_TABLE_ADVICE], dir ? "rules/advice.yaml" : "", diags);
}
// A built-in table that nothing is put into. Its mistakes are `rules check`'s to tell.
static json_t *built_in_read(enum pm_table table, struct pm_diags *diags) {
    struct pm_arena *a = pm_arena_new();
    const char *path = pm_arena_cstr(a, pm_arena_fmt(a, "rules/%s", pm_table_files[table].name));
    json_t *root = pm_table_of_build(table, path, pm_table_files[table].samples, diags);
    if (table == PM_TABLE_ALERTS) mark_alerts(root, path);
    if (table == PM_TABLE_ADVICE) pm_commands_put(root, "", diags);
    pm_arena_free(a);
    return root;
}
// Two that every command asks for, and the taxonomy, which is there already. One line
// explained needs half of the others, and a log without a pull none.
static bool load_built_in(struct pm_tables *t, struct pm_diags *diags) {
    t->late = calloc(PM_TABLE_COUNT, sizeof *t->late);
    if (!t->late) pm_die_oom();
    t->tree[PM_TABLE_TAXONOMY] = json_incref((json_t *)(uintptr_t)pm_taxonomy_use_built_in());
    t->tree[PM_TABLE_LISTS] = built_in_read(PM_TABLE_LISTS, diags);
    t->tree[PM_TABLE_WEIGHTS] = built_in_read(PM_TABLE_WEIGHTS, diags);
    return t->tree[PM_TABLE_TAXONOMY] && t->tree[PM_TABLE_LISTS] &&
           pm_table_weights(t->tree[PM_TABLE_WEIGHTS], t->weights, diags);
}
bool pm_tables_load(struct pm_tables *t, const char *dir, size_t *count, struct pm_diags *diags) {
    return dir ? load_whole(t, dir, count, diags) : load_built_in(t, diags);
}
const json_t *pm_tables_tree(const struct pm_tables *t, enum pm_table table) {
    static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;
    if (t->tree[table] || !t->late) return t->tree[table];
    pthread_mutex_lock(&reading);
    if (!t->late[table]) {
        struct pm_diags *diags = pm_diags_new();
        t->late[table] = built_in_read(table, diags);
        pm_diags_free(diags);
    }
    json_t *tree = t->late[table];
    pthread_mutex_unlock(&reading);
    return tree;
}
void pm_tables_free(struct pm_tables *t) {
    pm_taxonomy_free(t->taxonomy);
    for (int i = 0; i < PM_TABLE_COUNT; i++) {
        json_decref(t->tree[i]);
        if (t->late) json_decref(t->late[i]);
    }
    free(t->late);
}

static int by_key(const void *x, const void *y) {
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}
static bool is_among(const char *const *words, const char *word) {
    for (; words && *words; words++)
        if (strcmp(*words, word) == 0) return true;
    return false;
}
static uint64_t tree_hash(const json_t *tree, const char *const *without, uint64_t seed);
// By its keys in order, without the reader's own and without those left out.
static uint64_t map_hash(const json_t *map, const char *const *without, uint64_t seed) {
    const char *key, **keys = pm_xmalloc((json_object_size(map) + 1) * sizeof *keys);
    json_t *v;
    size_t n = 0;
    json_object_foreach((json_t *)(uintptr_t)map, key,
                        v) if (!pm_yaml_hidden(key) && !is_among(without, key)) keys[n++] = key;
    if (n) qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++)
        seed = tree_hash(json_object_get(map, keys[i]), NULL, pm_str_hash(pm_str_c(keys[i]), seed));
    free(keys);
    return seed;
}
static uint64_t tree_hash(const json_t *tree, const char *const *without, uint64_t seed) {
    char number[32] = "";
    size_t i;
    json_t *v;
    seed = pm_str_hash(PM_STR("tree"), seed + (uint64_t)json_typeof(tree));
    if (json_is_string(tree))
        return pm_str_hash((struct pm_str){json_string_value(tree), json_string_length(tree)},
                           seed);
    if (json_is_object(tree)) return map_hash(tree, without, seed);
    if (json_is_number(tree)) snprintf(number, sizeof number, "%.17g", json_number_value(tree));
    json_array_foreach((json_t *)(uintptr_t)tree, i, v) seed = tree_hash(v, without, seed);
    return pm_str_hash(pm_str_c(number), seed);
}
uint64_t pm_tables_hash(const struct pm_tables *t, uint64_t seed) {
    for (int i = 0; i < PM_TABLE_COUNT; i++)
        for (size_t k = 0; k < PM_LEN(pm_table_files[i].lists) && pm_table_files[i].lists[k].name;
             k++) {
            const json_t *rows = json_object_get(pm_tables_tree(t, (enum pm_table)i),
                                                 pm_table_files[i].lists[k].name);
            if (!json_array_size(rows)) continue; // not there, or empty: nothing in force
            seed =
                tree_hash(rows, pm_table_files[i].samples, seed); // what is in force has no samples
        }
    return seed;
}

const json_t *pm_table_home(const json_t *root, struct pm_str image) {
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(root, "homes"), i, o) {
        struct pm_str old = pm_str_c(json_string_value(json_object_get(o, "old")));
        if (old.n && pm_str_starts(image, old)) return o;
    }
    return NULL;
}
