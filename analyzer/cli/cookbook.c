// Named queries: analyzer/share/queries.sql cut at its lines "-- @name  what it answers".
#include "cli/cookbook.h"
#include "base/embed.h"

bool pm_recipe_next(struct pm_str *rest, struct pm_recipe *out) {
    const struct pm_str mark = PM_STR("\n-- @");
    if (!rest->p) *rest = pm_embedded_find("analyzer/share/queries.sql");
    ptrdiff_t at = pm_str_find(*rest, mark, 0);
    if (at < 0) return false;
    struct pm_str body = pm_str_from(*rest, (size_t)at + mark.n);
    ptrdiff_t next = pm_str_find(body, mark, 0), line = pm_str_chr(body, '\n', 0);
    *rest = next < 0 ? pm_str_from(body, body.n) : pm_str_from(body, (size_t)next);
    struct pm_str head = pm_str_sub(body, 0, line < 0 ? body.n : (size_t)line),
                  sql =
                      pm_str_sub(body, head.n, next < 0 ? body.n - head.n : (size_t)next - head.n);
    ptrdiff_t blank = pm_str_chr(head, ' ', 0);
    *out = (struct pm_recipe){pm_str_sub(head, 0, blank < 0 ? head.n : (size_t)blank),
                              blank < 0 ? PM_NONE : pm_str_trim(pm_str_from(head, (size_t)blank)),
                              pm_str_trim(sql)};
    return true;
}
bool pm_recipe_find(struct pm_str name, struct pm_recipe *out) {
    for (struct pm_str rest = PM_NONE; pm_recipe_next(&rest, out);)
        if (pm_str_eq(out->name, name)) return true;
    return false;
}
