// How far a node's clock is off the API server's. Their shared facts: a pod is created by the API server, and its node's kubelet begins with it within seconds.
//
// The kubelet stamps its log lines and its events by its own clock, so these agree with one another whatever the hour; only the object's creationTimestamp is
// somebody else's. A kubelet that begins before the pod was made is behind for certain; one that begins with every pod many seconds late is ahead.
// The measure is for matching and for the report; stored stamps stay as they were written.
#include "judge/state.h"
#include <stdlib.h>

#define TOLD_NS PM_S(2)
#define LATE_NS PM_S(6)  // a kubelet begins within this
#define SLOW_NS PM_S(20) // not even a volume that has to be attached takes two pods as long as this
#define USUAL_NS PM_S(1) // and usually so
#define FAR_NS PM_SKEW_MAX_NS

struct lag {
    uint32_t node;
    int64_t ns;
};

static int by_node_then_lag(const void *a, const void *b) {
    const struct lag *x = a, *y = b;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    return x->ns < y->ns ? -1 : x->ns > y->ns;
}

// The first that a node's own programs say of each pod: "Pulling" or what failed.
static Pvoid_t first_signs(struct pm_state *s) {
    Pvoid_t first = NULL; // pod index → time, as an offset from the pod's creation + FAR, so that 0 is none
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (!t->pod || t->first == PM_NO_TIME || t->quality == PM_QUALITY_RELATIVE || (t->origin != PM_ORIGIN_KUBELET && t->origin != PM_ORIGIN_EVENTS))
            continue;
        if (t->kind != PM_KIND_PULL_START && t->kind != PM_KIND_PULL_FAIL && t->kind != PM_KIND_PULL_OK) continue;
        Word_t at = pm_map_get(s->facts.pod_by_key, pm_id_join(s, t->namespace, '/', t->pod));
        if (!at || s->facts.pods.items[at - 1].created == PM_NO_TIME) continue;
        int64_t began = t->kind == PM_KIND_PULL_START ? t->first : t->first - t->duration_ns - t->waiting_ns;
        int64_t lag = began - s->facts.pods.items[at - 1].created;
        if (llabs(lag) >= FAR_NS) continue;
        Word_t *slot = pm_map_slot(&first, at), word = (Word_t)(lag + FAR_NS);
        if (!*slot || word < *slot) *slot = word;
    }
    return first;
}

static int64_t skew_of(const struct lag *lags, size_t n) {
    int64_t low = lags[n / 10].ns; // a tenth may be wrong
    if (low < -TOLD_NS) return low - USUAL_NS;
    return (n >= 4 && low > LATE_NS) || (n >= 2 && low > SLOW_NS) ? low - USUAL_NS : 0;
}

int64_t pm_skew_of(const struct pm_state *s, uint32_t node) { return (int64_t)pm_map_get(s->skew, node); }

int64_t pm_at_cluster(const struct pm_state *s, const struct pm_attempt *p) { return pm_at(p) == PM_NO_TIME ? PM_NO_TIME : pm_at(p) - pm_skew_of(s, p->node); }

void pm_skew_measure(struct pm_state *s) {
    PM_LIST(struct lag) lags = {0};
    Pvoid_t first = first_signs(s);
    Word_t at = 0, freed;
    PWord_t word;
    JLF(word, first, at);
    while (word) {
        const struct pm_pod_fact *pod = &s->facts.pods.items[at - 1];
        if (pod->node) *PM_PUSH(lags.items, lags.n, lags.cap) = (struct lag){pod->node, (int64_t)*word - FAR_NS};
        JLN(word, first, at);
    }
    if (lags.n > 1) qsort(lags.items, lags.n, sizeof *lags.items, by_node_then_lag);
    for (size_t i = 0, n; i < lags.n; i += n) {
        for (n = 1; i + n < lags.n && lags.items[i + n].node == lags.items[i].node;) n++;
        int64_t skew = skew_of(&lags.items[i], n);
        if (skew) *pm_map_slot(&s->skew, lags.items[i].node) = (Word_t)skew;
    }
    for (size_t i = 0; i < s->facts.files.n; i++) {
        struct pm_file_fact *f = &s->facts.files.items[i];
        int64_t skew = f->node ? pm_skew_of(s, pm_facts_node(s, f->node)) : 0;
        if (skew && !f->row.skew_ms) f->row.skew_ms = skew / 1000000;
    }
    JLFA(freed, first);
    (void)freed;
    free(lags.items);
}
