// How far a node's clock is off the API server's. Their shared facts: a pod is created by
// the API server, and its node's kubelet begins with it within seconds.
//
// The kubelet stamps its log lines and its events by its own clock, so these agree with
// one another whatever the hour; only the object's creationTimestamp is somebody else's.
// A kubelet that begins before the pod was made is behind for certain; one that begins
// with every pod many seconds late is ahead. The measure is for matching and for the
// report; stored stamps stay as they were written. A clock that is off by more than drift
// makes (a node whose time was never set) is another matter: what such a node tells is
// moved to the cluster's time before it is folded, or it would stand hours beside its own
// pods. There the facts must be certain: only names that are drawn anew for each pod, as
// another web-0 of yesterday would put any clock back, and nodes whose pods all say the
// same.
#include "base/sort.h"
#include "judge/evidence/evidence.h"
#include <stdlib.h>

#define TOLD_NS PM_S(2)
#define LATE_NS PM_S(6)  // a kubelet begins within this
#define SLOW_NS PM_S(20) // not even a volume that has to be attached takes two pods as long as this
#define USUAL_NS PM_S(1) // and usually so
#define FAR_NS PM_SKEW_MAX_NS
#define DAYS_NS                                                                                    \
    PM_S(3 * 86400) // farther than this it is no clock that was set by hand or in another zone
#define QUARTER_NS PM_S(900)
#define ALIKE_NS PM_S(60)
#define DAY_NS PM_S(86400)
#define ENDS_NS PM_S(300) // logs that were collected together end together

struct lag {
    uint32_t node;
    int64_t ns;
};

static int by_node_then_lag(const void *a, const void *b) {
    const struct lag *x = a, *y = b;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    return x->ns < y->ns ? -1 : x->ns > y->ns;
}

// A pod whose name is never used again: not a StatefulSet's, a node's own, nor one that
// somebody named.
static bool named_anew(const struct pm_env *env, const struct pm_pod_fact *pod) {
    static const char *const kinds[] = {"ReplicaSet", "DaemonSet", "Job", "ReplicationController"};
    for (size_t i = 0; i < PM_LEN(kinds) && pod->listed; i++)
        if (pm_str_eqc(pm_name(env, pod->owner_kind), kinds[i])) return true;
    return false;
}

// The first that a node's own programs say of each pod: "Pulling" or what failed.
static Pvoid_t first_signs(const struct pm_env *env, const struct pm_evidence *ev) {
    Pvoid_t first =
        NULL; // pod index → time, as an offset from the pod's creation + DAYS, so that 0 is none
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (!t->pod || pm_trace_first(t) == PM_NO_TIME || t->said->quality == PM_QUALITY_RELATIVE ||
            (t->said->origin != PM_ORIGIN_KUBELET && t->said->origin != PM_ORIGIN_EVENTS))
            continue;
        if (t->said->kind != PM_KIND_PULL_START && t->said->kind != PM_KIND_PULL_FAIL &&
            t->said->kind != PM_KIND_PULL_OK)
            continue;
        Word_t at =
            pm_map_get(ev->facts.pod_by_key, pm_id_join(env, t->said->k8s_namespace, '/', t->pod));
        if (!at || PM_REF(ev->facts.pods, at).created == PM_NO_TIME) continue;
        int64_t began =
            t->said->kind == PM_KIND_PULL_START
                ? pm_trace_first(t)
                : pm_since(pm_trace_first(t), pm_sum(pm_trace_duration(t), pm_trace_waiting(t)));
        int64_t lag = began - PM_REF(ev->facts.pods, at).created;
        if (llabs(lag) >= (named_anew(env, &PM_REF(ev->facts.pods, at)) ? DAYS_NS : FAR_NS))
            continue;
        Word_t *slot = pm_map_slot(&first, at), word = (Word_t)(lag + DAYS_NS);
        if (!*slot || word < *slot) *slot = word;
    }
    return first;
}

// Hours behind, and all of its pods agree. (Ahead, it cannot be told from a log that
// begins hours after the pods.)
static int64_t far_skew(const struct lag *lags, size_t n) {
    size_t far = 0;
    while (far < n && lags[far].ns <= -FAR_NS) far++;
    if (far != n || lags[n - 1].ns - lags[0].ns > ALIKE_NS) return 0;
    int64_t skew = lags[0].ns - USUAL_NS,
            quarter = (skew - QUARTER_NS / 2) / QUARTER_NS *
                      QUARTER_NS; // set in another zone: whole quarters of an hour
    return llabs(skew - quarter) <= PM_S(5) ? quarter : skew;
}

static int64_t skew_of(const struct lag *lags, size_t n) {
    if (lags[0].ns <= -FAR_NS) return far_skew(lags, n);
    int64_t low = lags[n / 10].ns; // a tenth may be wrong
    if (low < -TOLD_NS) return low - USUAL_NS;
    return (n >= 4 && low > LATE_NS) || (n >= 2 && low > SLOW_NS) ? low - USUAL_NS : 0;
}

// Written by the node's own clock: its programs' lines, and the kubelet's events of
// pulls.
static bool by_nodes_clock(const struct pm_trace *t) {
    if (t->said->origin == PM_ORIGIN_RUNTIME || t->said->origin == PM_ORIGIN_DOCKERD ||
        t->said->origin == PM_ORIGIN_KUBELET)
        return true;
    return t->said->origin == PM_ORIGIN_EVENTS && t->said->kind >= PM_KIND_PULL_START &&
           t->said->kind <= PM_KIND_PULL_BACKOFF && t->said->quality != PM_QUALITY_RELATIVE;
}

static int by_time(const void *a, const void *b, void *none) {
    const struct pm_trace *x = a, *y = b;
    (void)none;
    return (x->ts > y->ts) - (x->ts < y->ts);
}

// ---- clocks that certificates speak of
// "current time T is before E" of a certificate that others use, or "after E" of one that
// by everybody else's clock is good: T is a clock that is off. How far is known where
// pods or their events say it; else all logs of a bundle are taken to end together, as
// they were collected together. A clock that was set while the log was written has right
// stamps on one side.

struct cluster_end { // where the logs of those end whose certificates are good
    const struct pm_evidence *ev;
    Pvoid_t wrong; // nodes that tell of clock errors → index + 1 of their first
    int64_t to;
    size_t others; // writers that say so
};

static bool errs(const struct cluster_end *c, uint32_t node) {
    return node && pm_map_get(c->wrong, node) != 0;
}

static struct cluster_end cluster_end(const struct pm_env *env, const struct pm_evidence *ev) {
    struct cluster_end c = {.ev = ev, .to = PM_NO_TIME};
    struct pm_clock_error e;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (!t->node || t->said->kind != PM_KIND_PULL_FAIL || !by_nodes_clock(t) ||
            !pm_clock_error_read(pm_name(env, t->said->error), &e))
            continue;
        Word_t *slot = pm_map_slot(&c.wrong, t->node);
        if (!*slot) *slot = pm_ref_of(i);
    }
    for (size_t i = 0; c.wrong && i < ev->facts.files.n; i++) {
        const struct pm_file_fact *f = &ev->facts.files.items[i];
        int64_t from, to;
        int component = 0;
        while (component < PM_COMP_COUNT &&
               !pm_str_eqc(f->row.component, pm_component_names[component]))
            component++;
        bool writes = component >= PM_COMP_KUBELET && component <= PM_COMP_CLOUD && f->row.events;
        if (!writes || errs(&c, f->node) || !pm_file_span(ev, f, &from, &to) ||
            (ev->stray.from != PM_NO_TIME && to >= ev->stray.from && from <= ev->stray.to))
            continue;
        c.to = pm_max_time(c.to, to);
        c.others++;
    }
    return c;
}

static int64_t node_end(const struct pm_evidence *ev, uint32_t node, bool ahead) {
    int64_t end = PM_NO_TIME;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        bool stray =
            ev->stray.from != PM_NO_TIME && pm_time_in(t->ts, ev->stray.from, ev->stray.to);
        if (t->node == node && by_nodes_clock(t) &&
            (ev->stray.from == PM_NO_TIME || stray || ahead))
            end = pm_max_time(end, pm_trace_last(t));
    }
    return end;
}

// Somebody else uses a certificate of that registry.
static bool good_elsewhere(const struct cluster_end *c, const struct pm_trace *wrong) {
    for (size_t i = 0; i < c->ev->traces.n; i++) {
        const struct pm_trace *t = &c->ev->traces.items[i];
        if (t->said->kind == PM_KIND_PULL_OK && t->said->registry == wrong->said->registry &&
            t->node && !errs(c, t->node))
            return true;
    }
    return false;
}

static int64_t rounded(int64_t skew) { // set in another zone, or by whole hours or days
    int64_t quarter = (skew + (skew < 0 ? -QUARTER_NS : QUARTER_NS) / 2) / QUARTER_NS * QUARTER_NS;
    return llabs(skew - quarter) <= ENDS_NS ? quarter : skew;
}

static void far_by_certificate(const struct pm_env *env, struct pm_evidence *ev,
                               const struct cluster_end *c, const struct pm_trace *t) {
    struct pm_clock_error e;
    if (pm_far_clock_of(ev, t->node) || !pm_clock_error_read(pm_name(env, t->said->error), &e))
        return;
    bool good = e.after ? e.date > c->to : e.date <= c->to;
    int64_t end = node_end(ev, t->node, e.after);
    if (!good || end == PM_NO_TIME || !good_elsewhere(c, t)) return;
    int64_t skew = rounded(end - c->to), least = e.after ? DAY_NS : FAR_NS;
    if ((skew > 0) != e.after || llabs(skew) < least) return;
    int64_t edge = llabs(skew) >= DAY_NS ? end - skew / 2 : PM_NO_TIME;
    *PM_PUSH(ev->far.items, ev->far.n, ev->far.cap) = (struct pm_far_clock){t->node, skew, edge};
}

static void far_by_certificates(const struct pm_env *env, struct pm_evidence *ev) {
    struct cluster_end c = cluster_end(env, ev);
    Word_t node = 0, freed;
    PWord_t first;
    JLF(first, c.wrong, node);
    while (first && c.others) {
        far_by_certificate(env, ev, &c, &PM_REF(ev->traces, *first));
        JLN(first, c.wrong, node);
    }
    JLFA(freed, c.wrong);
    (void)freed;
}

// What pods say is exact, and taken out of the small skews.
static void far_by_pods(struct pm_evidence *ev) {
    Word_t node = 0;
    PWord_t word;
    JLF(word, ev->skew, node);
    while (word) {
        if (llabs((int64_t)*word) >= FAR_NS) {
            *PM_PUSH(ev->far.items, ev->far.n, ev->far.cap) =
                (struct pm_far_clock){(uint32_t)node, (int64_t)*word, PM_NO_TIME};
            *word = 0;
        }
        JLN(word, ev->skew, node);
    }
}

// From here on the node is right: nothing is left to be matched.
static void to_cluster_time(struct pm_evidence *ev) {
    if (!ev->far.n) return;
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (!by_nodes_clock(t)) continue;
        int64_t first = pm_far_back(ev, t->node, pm_trace_first(t)),
                last = pm_far_back(ev, t->node, pm_trace_last(t));
        t->ts = pm_far_back(ev, t->node, t->ts);
        pm_trace_span(ev, t, first, last);
    }
    for (int origin = PM_ORIGIN_RUNTIME; origin <= PM_ORIGIN_KUBELET;
         origin++) // and the time that its logs cover
        for (size_t i = 0; i < ev->far.n; i++) {
            Word_t cover = pm_map_get(ev->facts.cover[origin], ev->far.items[i].node);
            struct pm_cover *c = cover ? &PM_REF(ev->facts.covers, cover) : NULL;
            if (c) {
                c->from = pm_far_back(ev, ev->far.items[i].node, c->from);
                c->to = pm_far_back(ev, ev->far.items[i].node, c->to);
            }
        }
    pm_sort(ev->traces.items, ev->traces.n, sizeof *ev->traces.items, by_time, NULL);
}

void pm_skew_measure(const struct pm_env *env, struct pm_evidence *ev) {
    PM_LIST(struct lag) lags = {0};
    Pvoid_t first = first_signs(env, ev);
    Word_t at = 0, freed;
    PWord_t word;
    JLF(word, first, at);
    while (word) {
        const struct pm_pod_fact *pod = &PM_REF(ev->facts.pods, at);
        if (pod->node)
            *PM_PUSH(lags.items, lags.n, lags.cap) =
                (struct lag){pod->node, (int64_t)*word - DAYS_NS};
        JLN(word, first, at);
    }
    if (lags.n > 1) qsort(lags.items, lags.n, sizeof *lags.items, by_node_then_lag);
    for (size_t i = 0, n; i < lags.n; i += n) {
        for (n = 1; i + n < lags.n && lags.items[i + n].node == lags.items[i].node;) n++;
        int64_t skew = skew_of(&lags.items[i], n);
        if (skew) *pm_map_slot(&ev->skew, lags.items[i].node) = (Word_t)skew;
    }
    far_by_pods(ev);
    far_by_certificates(env, ev);
    for (size_t i = 0; i < ev->facts.files.n; i++) {
        struct pm_file_fact *f = &ev->facts.files.items[i];
        const struct pm_far_clock *far = pm_far_clock_of(ev, f->node);
        int64_t skew = 0;
        if (far) skew = far->skew;
        else if (f->node) skew = pm_skew_of(ev, pm_facts_node(env, ev, f->node));
        if (skew && !f->row.skew_ms) f->row.skew_ms = skew / 1000000;
    }
    to_cluster_time(ev);
    JLFA(freed, first);
    (void)freed;
    free(lags.items);
}
