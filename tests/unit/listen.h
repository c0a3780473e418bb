// For tests that read free text: parsers ask the built-in rules what a line speaks of, as
// the command line has them do.
#pragma once
#include "pm/rule.h"

static inline int listen_setup(void **state) {
    struct pm_diags *diags = pm_diags_new();
    *state = pm_ruleset_load(NULL, diags);
    if (*state) pm_ruleset_listen(*state);
    pm_diags_free(diags);
    return *state ? 0 : -1;
}
static inline int listen_teardown(void **state) {
    pm_ruleset_free(*state);
    return 0;
}
