// Facts that several members tell: the same image, pulled or failed, at some moment.
#include "clock/resolve.h"
#include <stdlib.h>

static int marks_by_key_then_time(const void *a, const void *b) {
    const struct pm_clock_mark *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->ns < y->ns ? -1 : x->ns > y->ns;
}

void clock_marks_sort(struct resolve *r) {
    if (r->marks_n > 1) qsort(r->marks, r->marks_n, sizeof *r->marks, marks_by_key_then_time);
}

void clock_marks_gather(struct resolve *r) {
    for (size_t i = 0; i < r->n; i++) {
        struct pm_clock_evidence *c = r->m[i].evidence;
        for (size_t k = 0; k < c->marks_n; k++) {
            if (c->marks[k].kind != PM_WHEN_UTC) continue;
            struct pm_clock_mark *into = PM_PUSH(r->marks, r->marks_n, r->marks_cap);
            *into = c->marks[k];
            into->node = pm_clock_node_hash(r->m[i].node);
        }
    }
    clock_marks_sort(r);
}

size_t clock_marks_from(const struct resolve *r, uint64_t key, int64_t ns) {
    size_t lo = 0, hi = r->marks_n;
    struct pm_clock_mark want = {key, ns, 0, 0};
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (marks_by_key_then_time(&r->marks[mid], &want) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}
