// The end of what the bundle says.
#include "judge/evidence/evidence.h"
#include <stdlib.h>

void pm_evidence_free(struct pm_evidence *ev) {
    Word_t freed;
    pm_facts_free(ev);
    free(ev->traces.items);
    pm_sayings_free(ev);
    free(ev->reasoned.items);
    free(ev->sides.items);
    free(ev->present.items);
    free(ev->rumours.items);
    free(ev->hearsay.items);
    free(ev->groups.items);
    free(ev->statuses.items);
    free(ev->meters.items);
    free(ev->checkups.items);
    free(ev->pushes.items);
    pm_charges_free(ev);
    free(ev->readings.items);
    free(ev->stretches.items);
    free(ev->far.items);
    JLFA(freed, ev->first_of_image);
    JLFA(freed, ev->push_last);
    JLFA(freed, ev->request_skew);
    JLFA(freed, ev->skew);
    (void)freed;
}

void pm_charges_free(struct pm_evidence *ev) {
    free(ev->charges.items);
    free(ev->metered.items);
    ev->charges.items = NULL;
    ev->metered.items = NULL;
    ev->charges.n = ev->charges.cap = ev->metered.n = ev->metered.cap = 0;
}

static bool is_side(const struct pm_trace *t) {
    return t->said->role == PM_ROLE_SIDE || t->said->kind == PM_KIND_GC_OK ||
           t->said->kind == PM_KIND_GC_START || t->said->kind == PM_KIND_RUNTIME_STOP ||
           t->said->kind == PM_KIND_RUNTIME_START;
}

// With its sign turned a time is a number that is never 0, and 0 is PM_NO_TIME.
#define SIGN ((Word_t)1 << 63)
int64_t pm_evidence_first_told(const struct pm_evidence *ev, uint32_t image) {
    return (int64_t)(pm_map_get(ev->first_of_image, image) ^ SIGN);
}
void pm_evidence_first(struct pm_evidence *ev, const struct pm_trace *t) {
    const int64_t at = pm_trace_first(t);
    if (!t->said->image || at == PM_NO_TIME) return;
    Word_t *first = pm_map_slot(&ev->first_of_image, t->said->image);
    if (!*first || at < (int64_t)(*first ^ SIGN)) *first = (Word_t)at ^ SIGN;
}

// Every incident looks for what stood around it: among some thousand traces, not among the
// million that are pulls.
void pm_evidence_sort_out(struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        uint32_t index = (uint32_t)i;
        if (t->said->reason) *PM_PUSH(ev->reasoned.items, ev->reasoned.n, ev->reasoned.cap) = index;
        if (is_side(t)) *PM_PUSH(ev->sides.items, ev->sides.n, ev->sides.cap) = index;
        if (t->said->role == PM_ROLE_CACHED && t->node && t->said->image)
            pm_order_add(&ev->present, t->said->image, pm_trace_last(t), index);
        pm_evidence_first(ev, t);
    }
    pm_order_sort(&ev->present);
}
