// How names get into the texts and commands of rules/advice.yaml. Internal to the advice.
#pragma once
#include "judge/tell/advice.h"

// "{key}" or "{key:is|are}" at byte i; -1 where there is none. len is all of it.
int pm_advice_key_at(struct pm_str text, size_t i, size_t *len);
bool pm_advice_key_is_host(int key); // its values are parts of URLs and of paths
struct pm_str pm_advice_text(struct pm_arena *a, struct pm_str text,
                             const struct pm_advice_names *n);
// PM_NONE where a name is missing, or may not go where the template wants it.
struct pm_str pm_advice_command(struct pm_arena *a, struct pm_str text,
                                const struct pm_advice_names *n);
// Must it be run on a node?
bool pm_advice_for_a_node(struct pm_str command);
