// The end of what the bundle says.
#include "judge/evidence/evidence.h"
#include <stdlib.h>

void pm_evidence_free(struct pm_evidence *ev) {
    Word_t freed;
    pm_facts_free(ev);
    free(ev->traces.items);
    free(ev->rumours.items);
    free(ev->hearsay.items);
    free(ev->groups.items);
    free(ev->meters.items);
    free(ev->checkups.items);
    free(ev->pushes.items);
    free(ev->charges.items);
    free(ev->readings.items);
    free(ev->stretches.items);
    free(ev->far.items);
    JLFA(freed, ev->push_last);
    JLFA(freed, ev->request_skew);
    JLFA(freed, ev->skew);
    (void)freed;
}
