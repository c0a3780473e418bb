// How far a node's clock is off the API server's. Their shared facts: a pod is created by the API server, and its node's kubelet begins with it within seconds.
//
// The kubelet stamps its log lines and its events by its own clock, so these agree with one another whatever the hour; only the object's creationTimestamp is
// somebody else's. A kubelet that begins before the pod was made is behind for certain; one that begins with every pod many seconds late is ahead.
// The measure is for matching and for the report; stored stamps stay as they were written. A clock that is off by more than drift makes (a node whose time
// was never set) is another matter: what such a node tells is moved to the cluster's time before it is folded, or it would stand hours beside its own pods.
// There the facts must be certain: only names that are drawn anew for each pod, as another web-0 of yesterday would put any clock back, and nodes whose pods
// all say the same.
#include "judge/state.h"
#include <stdlib.h>

#define TOLD_NS PM_S(2)
#define LATE_NS PM_S(6)  // a kubelet begins within this
#define SLOW_NS PM_S(20) // not even a volume that has to be attached takes two pods as long as this
#define USUAL_NS PM_S(1) // and usually so
#define FAR_NS PM_SKEW_MAX_NS
#define DAYS_NS PM_S(3 * 86400) // farther than this it is no clock that was set by hand or in another zone
#define QUARTER_NS PM_S(900)
#define ALIKE_NS PM_S(60)

struct lag {
    uint32_t node;
    int64_t ns;
};

static int by_node_then_lag(const void *a, const void *b) {
    const struct lag *x = a, *y = b;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    return x->ns < y->ns ? -1 : x->ns > y->ns;
}

// A pod whose name is never used again: not a StatefulSet's, a node's own, nor one that somebody named.
static bool named_anew(const struct pm_state *s, const struct pm_pod_fact *pod) {
    static const char *const kinds[] = {"ReplicaSet", "DaemonSet", "Job", "ReplicationController"};
    for (size_t i = 0; i < PM_LEN(kinds) && pod->listed; i++)
        if (pm_str_eqc(pm_name(s, pod->owner_kind), kinds[i])) return true;
    return false;
}

// The first that a node's own programs say of each pod: "Pulling" or what failed.
static Pvoid_t first_signs(struct pm_state *s) {
    Pvoid_t first = NULL; // pod index → time, as an offset from the pod's creation + DAYS, so that 0 is none
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (!t->pod || t->first == PM_NO_TIME || t->quality == PM_QUALITY_RELATIVE || (t->origin != PM_ORIGIN_KUBELET && t->origin != PM_ORIGIN_EVENTS))
            continue;
        if (t->kind != PM_KIND_PULL_START && t->kind != PM_KIND_PULL_FAIL && t->kind != PM_KIND_PULL_OK) continue;
        Word_t at = pm_map_get(s->facts.pod_by_key, pm_id_join(s, t->namespace, '/', t->pod));
        if (!at || s->facts.pods.items[at - 1].created == PM_NO_TIME) continue;
        int64_t began = t->kind == PM_KIND_PULL_START ? t->first : t->first - t->duration_ns - t->waiting_ns;
        int64_t lag = began - s->facts.pods.items[at - 1].created;
        if (llabs(lag) >= (named_anew(s, &s->facts.pods.items[at - 1]) ? DAYS_NS : FAR_NS)) continue;
        Word_t *slot = pm_map_slot(&first, at), word = (Word_t)(lag + DAYS_NS);
        if (!*slot || word < *slot) *slot = word;
    }
    return first;
}

// Hours behind, and all of its pods agree. (Ahead, it cannot be told from a log that begins hours after the pods.)
static int64_t far_skew(const struct lag *lags, size_t n) {
    size_t far = 0;
    while (far < n && lags[far].ns <= -FAR_NS) far++;
    if (far != n || lags[n - 1].ns - lags[0].ns > ALIKE_NS) return 0;
    int64_t skew = lags[0].ns - USUAL_NS, quarter = (skew - QUARTER_NS / 2) / QUARTER_NS * QUARTER_NS; // set in another zone: whole quarters of an hour
    return llabs(skew - quarter) <= PM_S(5) ? quarter : skew;
}

static int64_t skew_of(const struct lag *lags, size_t n) {
    if (lags[0].ns <= -FAR_NS) return far_skew(lags, n);
    int64_t low = lags[n / 10].ns; // a tenth may be wrong
    if (low < -TOLD_NS) return low - USUAL_NS;
    return (n >= 4 && low > LATE_NS) || (n >= 2 && low > SLOW_NS) ? low - USUAL_NS : 0;
}

// Written by the node's own clock: its programs' lines, and the kubelet's events of pulls.
static bool by_nodes_clock(const struct pm_trace *t) {
    if (t->origin == PM_ORIGIN_RUNTIME || t->origin == PM_ORIGIN_DOCKERD || t->origin == PM_ORIGIN_KUBELET) return true;
    return t->origin == PM_ORIGIN_EVENTS && t->kind >= PM_KIND_PULL_START && t->kind <= PM_KIND_PULL_BACKOFF && t->quality != PM_QUALITY_RELATIVE;
}

static void move(int64_t *at, int64_t by) {
    if (*at != PM_NO_TIME) *at += by;
}

static int by_time_then_id(const void *a, const void *b) {
    const struct pm_trace *x = a, *y = b;
    if (x->ts != y->ts) return x->ts < y->ts ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

// From here on the node is right: nothing is left to be matched.
static void to_cluster_time(struct pm_state *s) {
    bool moved = false;
    for (size_t i = 0; i < s->traces.n; i++) {
        struct pm_trace *t = &s->traces.items[i];
        int64_t skew = pm_skew_of(s, t->node);
        if (llabs(skew) < FAR_NS || !by_nodes_clock(t)) continue;
        move(&t->ts, -skew), move(&t->first, -skew), move(&t->last, -skew);
        moved = true;
    }
    if (!moved) return;
    for (int origin = PM_ORIGIN_RUNTIME; origin <= PM_ORIGIN_KUBELET; origin++) { // and the time that its logs cover
        Word_t node = 0;
        PWord_t cover;
        JLF(cover, s->facts.cover[origin], node);
        while (cover) {
            int64_t skew = pm_skew_of(s, (uint32_t)node);
            struct pm_cover *c = &s->facts.covers.items[*cover - 1];
            if (llabs(skew) >= FAR_NS) move(&c->from, -skew), move(&c->to, -skew);
            JLN(cover, s->facts.cover[origin], node);
        }
    }
    qsort(s->traces.items, s->traces.n, sizeof *s->traces.items, by_time_then_id);
    Word_t node = 0;
    PWord_t word;
    JLF(word, s->skew, node);
    while (word) {
        if (llabs((int64_t)*word) >= FAR_NS) *word = 0;
        JLN(word, s->skew, node);
    }
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
        if (pod->node) *PM_PUSH(lags.items, lags.n, lags.cap) = (struct lag){pod->node, (int64_t)*word - DAYS_NS};
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
    to_cluster_time(s);
    JLFA(freed, first);
    (void)freed;
    free(lags.items);
}
