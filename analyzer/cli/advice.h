// Advice by cause, out of rules/advice.yaml, for `explain`.
#pragma once
#include "pm/arena.h"
#include "pm/diag.h"
#include "pm/event.h"
#include "pm/rule.h"

#define PM_ADVICE_MAX 32
struct pm_advice_item {
    struct pm_str phase;         // "mitigate", "fix", "prevent"
    struct pm_str text, command; // command may be empty
    struct pm_str within;        // "0-10m" to "1-7d"
};
// The advice for a cause with the event's names in it, in the file's order. Slices live
// in `a`.
size_t pm_advices_for(const struct pm_ruleset *rules, const struct pm_verdict *v,
                      const struct pm_event *e, struct pm_arena *a, struct pm_advice_item *items,
                      size_t max);
// For `rules check`: how many causes want advice for a phase or a time, told in diags.
size_t pm_advices_check(const struct pm_ruleset *rules, struct pm_diags *diags);
