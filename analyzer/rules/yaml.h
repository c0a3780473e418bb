// YAML data files as JSON trees. Internal to the judge.
//
// One reader for rules/*.yaml and for rule files: mappings become objects, sequences
// arrays, plain scalars numbers, booleans or null where YAML says so, everything else
// strings. Each mapping remembers where it stands: pm_yaml_line tells the line of its
// first key.
#pragma once
#include "pm/diag.h"
#include <jansson.h>

// NULL where the text is no YAML: told in diags with file and line. The caller frees with
// json_decref.
json_t *pm_yaml_load(struct pm_str text, const char *name, struct pm_diags *diags);
// The same without these keys and what stands under them; `keys` ends with NULL.
json_t *pm_yaml_load_without(struct pm_str text, const char *name, const char *const *keys,
                             struct pm_diags *diags);
// Are more brackets open somewhere than anybody writes? libyaml looks at each of them at
// each word, so that a file of nothing else takes minutes. Quotes are not looked at: a
// pattern may leave one open, not hundreds.
bool pm_yaml_is_deep(struct pm_str text);
int pm_yaml_line(const json_t *mapping); // 0 unknown
int pm_yaml_key_line(
    const json_t *mapping,
    const char *key); // where the key stands; where the mapping does, if that is not known
// Keys that are the reader's own, not the file's.
bool pm_yaml_hidden(const char *key);
json_t *pm_yaml_plain(const json_t *tree); // a copy without them
// The file that a mapping came from, for trees of several files.
void pm_yaml_file_set(json_t *mapping, const char *file);
void pm_yaml_file_share(json_t *mapping, json_t *file); // the same, of many mappings
const char *pm_yaml_file(const json_t *mapping, const char *otherwise);
