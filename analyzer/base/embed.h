// Files compiled into the binary by tests/tools/embed.sh. Level 1.
#pragma once
#include "pm/str.h"

struct pm_embedded {
    const char *path;  // as in the source tree: "rules/causes/network.yaml"
    const char *bytes; // NUL-terminated
    size_t n;
};
extern const struct pm_embedded pm_embedded[];    // ends with a NULL path
struct pm_str pm_embedded_find(const char *path); // PM_NONE where it is not there
// Of YAML files: what reading them gives (rules/yaml_events.h).
extern const struct pm_embedded pm_embedded_events[];
// Of a text that is an embedded file's own, not a copy of it; PM_NONE for any other.
struct pm_str pm_embedded_events_of(struct pm_str text);
