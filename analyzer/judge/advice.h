// Advice texts with the incident's (or the record's) own names in them. Used by the judge and by `explain`.
#pragma once
#include "pm/arena.h"

struct pm_advice_value {
    const char *key;
    struct pm_str value;
};
// {key} → value, or KEY in capitals where the value is empty; braces that name none of the keys (JSON, shell) stay as they are.
struct pm_str pm_advice_endpoint(struct pm_str registry);                    // the host that answers for it: registry-1.docker.io for docker.io
struct pm_str pm_advice_address(struct pm_arena *a, struct pm_str registry); // that host with its port
struct pm_str pm_advice_text(struct pm_arena *a, struct pm_str text, const struct pm_advice_value *values, size_t n);
