// YAML data files as JSON trees. Internal to the judge.
//
// One reader for rules/*.yaml and for rule files: mappings become objects, sequences arrays, plain scalars numbers, booleans or null where YAML says so,
// everything else strings. Each mapping remembers where it stands: pm_yaml_line tells the line of its first key.
#pragma once
#include "pm/diag.h"
#include <jansson.h>

// NULL where the text is no YAML: told in diags with file and line. The caller frees with json_decref.
json_t *pm_yaml_load(struct pm_str text, const char *name, struct pm_diags *diags);
int pm_yaml_line(const json_t *mapping); // 0 unknown
