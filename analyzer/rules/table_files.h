// The files of tables.h: their keys, one of them read, two of them merged. Internal to the
// rules; the outside sees tables.h.
#pragma once
#include "rules/schema.h"
#include "rules/tables.h"

extern const struct schema_file pm_table_files[PM_TABLE_COUNT];
// The alerts of a group in alerts.yaml, which are merged one by one.
extern const struct schema_list pm_table_alert_rows;

// The text of a table's file as its keys want it. Without the keys of `without` (NULL: with
// all). `causes` are those that it may name. NULL where it is broken: told in diags.
json_t *pm_table_of_text(enum pm_table table, struct pm_str text, const char *path,
                         const char *const *without, const struct pm_cause *causes,
                         struct pm_diags *diags);
// The built-in file of this path, which the program's tests have held against its keys.
json_t *pm_table_of_build(enum pm_table table, const char *path, const char *const *without,
                          struct pm_diags *diags);
// The built-in file with that of --rules in it; takes both. NULL `own`: nothing is changed.
json_t *pm_table_merge(enum pm_table table, json_t *base, json_t *own);
// Do the keys of a row of settle.yaml mean something together? Told where they do not.
bool pm_table_stanza_agrees(const json_t *row, struct pm_diags *diags);
