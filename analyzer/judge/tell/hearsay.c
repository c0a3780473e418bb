// What speaks of pulls and was not counted: listed in the order of files and writers.
#include "judge/tell/tell.h"
#include <stdlib.h>

static int by_writer(const void *a, const void *b) {
    const struct pm_hearsay *x = a, *y = b;
    int c = pm_path_order(x->file, y->file);
    return c ? c : pm_str_cmp(x->pod, y->pod);
}

void pm_hearsay_fill(const struct pm_evidence *ev, struct pm_report *report) {
    struct pm_report *r = report;
    for (size_t i = 0; i < ev->hearsay.n; i++)
        *PM_PUSH(r->hearsay, r->hearsay_n, r->hearsay_cap) = ev->hearsay.items[i];
    if (r->hearsay_n > 1) qsort(r->hearsay, r->hearsay_n, sizeof *r->hearsay, by_writer);
}
