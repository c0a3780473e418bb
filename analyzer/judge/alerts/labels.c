// Labels of a series: in which order they stand, and what one says.
#include "pm/series.h"

int pm_labels_cmp(const struct pm_labels *a, const struct pm_labels *b) {
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        if (a->items[i].name.p == b->items[i].name.p && a->items[i].value.p == b->items[i].value.p)
            continue; // the very same
        int c = pm_str_cmp(a->items[i].name, b->items[i].name);
        if (!c) c = pm_str_cmp(a->items[i].value, b->items[i].value);
        if (c) return c;
    }
    return (a->n > b->n) - (a->n < b->n);
}
struct pm_str pm_labels_get(const struct pm_labels *l, struct pm_str name) {
    for (size_t i = 0; i < l->n; i++)
        if (pm_str_eq(l->items[i].name, name)) return l->items[i].value;
    return PM_NONE;
}
