// Named queries (analyzer/share/queries.sql), compiled in. Level 6.
#pragma once
#include "pm/arena.h"

struct pm_recipe {
    struct pm_str name, about, sql;
};
bool pm_recipe_next(struct pm_str *rest, struct pm_recipe *out); // *rest: PM_NONE at first
bool pm_recipe_find(struct pm_str name, struct pm_recipe *out);
