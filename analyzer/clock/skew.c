// How far the clock of a node's member is off from the cluster's: by facts that both
// tell.
#include "base/sort.h"
#include "clock/resolve.h"
#include <stdlib.h>

#define SKEW_FACT_NS (60 * PM_NS_PER_S)
#define SKEW_TOLD_MS 2000

static bool is_node_side(enum pm_component c) { return c >= PM_COMP_KUBELET && c <= PM_COMP_CRIO; }

// The nearest telling of the same fact by the cluster's events, at most a minute away.
static bool nearest_mark(const struct resolve *r, const struct pm_clock_mark *mark, uint32_t node,
                         int64_t utc_ns, int64_t *apart) {
    bool found = false;
    *apart = SKEW_FACT_NS;
    for (size_t i = clock_marks_from(r, mark->key, utc_ns - SKEW_FACT_NS);
         i < r->marks_n && r->marks[i].key == mark->key && r->marks[i].ns <= utc_ns + SKEW_FACT_NS;
         i++) {
        if (!clock_same_node(node, r->marks[i].node) || r->marks[i].kind != PM_COMP_EVENTS ||
            llabs(utc_ns - r->marks[i].ns) > llabs(*apart))
            continue;
        *apart = utc_ns - r->marks[i].ns;
        found = true;
    }
    return found;
}

void clock_skew_resolve(const struct resolve *r, struct pm_clock_member *m) {
    if (!is_node_side(m->component) || m->evidence->marks_n < 3) return;
    int64_t *apart = pm_xmalloc(m->evidence->marks_n * sizeof *apart);
    size_t n = 0;
    uint32_t node = pm_clock_node_hash(m->node);
    for (size_t i = 0; i < m->evidence->marks_n; i++) {
        const struct pm_clock_mark *mark = &m->evidence->marks[i];
        enum pm_quality q = PM_QUALITY_EXACT;
        int64_t utc_ns = pm_clock_fix_stamp(&m->clock, (enum pm_when_kind)mark->kind, mark->ns, &q);
        if (utc_ns != PM_NO_TIME && nearest_mark(r, mark, node, utc_ns, &apart[n])) n++;
    }
    m->clock.last_ns = PM_NO_TIME;
    if (n >= 3) {
        qsort(apart, n, sizeof *apart, pm_by_int64);
        int64_t ms = apart[n / 2] / 1000000,
                spread_ms = (apart[n - 1 - n / 8] - apart[n / 8]) / 1000000;
        if (llabs(ms) > SKEW_TOLD_MS && spread_ms < llabs(ms)) m->clock.skew_ms = ms;
    }
    free(apart);
}

// The skew is told against events only; `kind` of gathered marks is free by then and
// takes the teller's component.
void clock_skew_prepare(struct resolve *r) {
    r->marks_n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct pm_clock_evidence *c = r->m[i].evidence;
        for (size_t k = 0; r->m[i].component == PM_COMP_EVENTS && k < c->marks_n; k++) {
            if (c->marks[k].kind != PM_WHEN_UTC) continue;
            struct pm_clock_mark *into = PM_PUSH(r->marks, r->marks_n, r->marks_cap);
            *into = (struct pm_clock_mark){c->marks[k].key, c->marks[k].ns, 0, PM_COMP_EVENTS};
        }
    }
    clock_marks_sort(r);
}
