// The text of one data file as a tree whose keys are checked. Below the taxonomy and the
// tables alike, which both read their files by it: the causes that a file may name are
// handed in, for the file that says which causes there are is read so, too.
#include "rules/table_files.h"
#include "base/embed.h"

json_t *pm_table_of_text(enum pm_table table, struct pm_str text, const char *path,
                         const char *const *without, const struct pm_cause *causes,
                         struct pm_diags *diags) {
    json_t *root = pm_yaml_load_without(text, path, without, diags);
    if (!root || schema_check(&pm_table_files[table], root, path, causes, diags)) return root;
    json_decref(root);
    return NULL;
}

json_t *pm_table_of_build(enum pm_table table, const char *path, const char *const *without,
                          struct pm_diags *diags) {
    json_t *root = pm_yaml_load_without(pm_embedded_find(path), path, without, diags);
    if (root) schema_mark(&pm_table_files[table], root, path);
    return root;
}
