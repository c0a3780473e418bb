// Advice by cause, out of rules/advice.yaml, for `explain`.
#pragma once
#include "pm/arena.h"

#define PM_ADVICE_MAX 12
struct pm_advice_item {
    struct pm_str phase, text, command; // "mitigate", "fix", "prevent"; command may be empty
};
struct pm_advice;
const struct pm_advice *pm_advice_load(const char *rules_dir, struct pm_arena *a); // NULL where there is none
size_t pm_advice_for(const struct pm_advice *d, int cause, struct pm_advice_item *items, size_t max);
