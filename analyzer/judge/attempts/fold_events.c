// Event objects, once the logs are folded: each counts attempts between a first and a last
// time, and names the pod that the logs leave out.
//
// Where a log covers that time on that node and saw such attempts, the event adds the pod
// and no attempt; else it makes as many as it counts, spread by the back-off model.
// "Pulling" without an end from anybody is an attempt that is still open.
#include "judge/attempts/bucket.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

// As long to the hundredth part: the kubelet's event repeats what the runtime measured,
// and may be stamped with another clock.
static bool fits_ok_as_long(struct pm_fold *f, const struct pm_attempt *p,
                            const struct pm_trace *t) {
    int64_t gap = llabs(p->duration_ns - pm_trace_duration(t));
    return pm_fits_ok_unseen(f, p, t) && p->duration_ns > 0 && pm_trace_duration(t) > 0 &&
           gap <= PM_S(1) / 200 + pm_trace_duration(t) / 100;
}

static int64_t slack_of(const struct pm_trace *t) {
    return t->said->quality == PM_QUALITY_RELATIVE ? PM_LOOSE_NS : PM_NEAR_NS;
}

static bool log_covers(const struct pm_fold *f, const struct pm_trace *t, int64_t at) {
    int64_t slack = slack_of(t);
    if (pm_facts_covers(f->ev, PM_ORIGIN_KUBELET, t->node, at, slack) &&
        (t->said->kind == PM_KIND_PULL_FAIL))
        return true;
    return !pm_cause_has(t->said->verdict->cause, PM_TRAIT_NODE) &&
           pm_facts_covers(f->ev, PM_ORIGIN_RUNTIME, t->node, at, slack);
}

// Did this attempt end while the event was counted? Where nobody told its end, any time
// between its start and the next is as good.
static bool ended_in(const struct pm_attempt *p, const struct pm_trace *t) {
    int64_t from = pm_time_add(pm_trace_first(t), -slack_of(t)),
            to = pm_time_add(pm_trace_last(t), slack_of(t));
    return p->unended ? p->started <= to && p->ended >= from : pm_time_in(pm_at(p), from, to);
}

#define BEYOND_MAX 16 // attempts whose end nobody told may lie a little out of order

// How many such attempts the logs show while the event was counted; no more than `enough`
// are counted.
static size_t logs_saw(struct pm_fold *f, const struct pm_fold_bucket *b, const struct pm_trace *t,
                       enum pm_outcome outcome, uint64_t enough) {
    int64_t to = pm_time_add(pm_trace_last(t), slack_of(t));
    size_t n = 0, beyond = 0;
    for (size_t i = pm_bucket_first(f, b, pm_time_add(pm_trace_first(t), -slack_of(t)));
         i < b->sorted && n < enough; i++) { // behind those are the events' own
        const struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (to != PM_NO_TIME && pm_at(p) > to && ++beyond > BEYOND_MAX) break;
        n += p->outcome == outcome && p->sources & (PM_SRC_RUNTIME | PM_SRC_KUBELET) &&
             ended_in(p, t);
    }
    return n;
}

// Lines that somebody picked to go with an event are of what it counts, and mostly of the
// end of it.
static uint64_t counted_besides(const struct pm_fold *f, const struct pm_trace *t, uint64_t n,
                                size_t seen) {
    bool excerpt = t->file < f->ev->facts.files.n && f->ev->facts.files.items[t->file].excerpt;
    if (!excerpt) return n;
    return seen < n ? n - seen : 0;
}

// An event's first and last time are ends of attempts.
static void learn_end(struct pm_attempt *p, const struct pm_trace *t) {
    int64_t end =
        pm_time_in(pm_trace_last(t), p->started, p->ended) ? pm_trace_last(t) : pm_trace_first(t);
    if (!p->unended || t->said->quality == PM_QUALITY_RELATIVE ||
        !pm_time_in(end, p->started, p->ended))
        return;
    p->ended = end;
    p->unended = false;
}

static void pod_to_attempt(struct pm_fold *f, struct pm_attempt *p, const struct pm_trace *t) {
    if (p->outcome != PM_OUTCOME_FAILED || p->exact_pod || !ended_in(p, t)) return;
    learn_end(p, t);
    p->sources |= PM_SRC_EVENTS;
    pm_fold_add_pod(f->env, f->pulls, p, t);
    if (!p->quiet || p->names->verdict->cause >= 0) return; // nobody else knows why
    pm_fold_take_verdict(f->pulls, p, t->said->verdict);
    if (!p->names->error) PM_PULL_SET(f->pulls, p, error, t->said->error);
}

static void pods_to_span(struct pm_fold *f, struct pm_fold_bucket *b, const struct pm_trace *t) {
    int64_t to = pm_time_add(pm_trace_last(t), slack_of(t));
    for (size_t i = pm_bucket_first(f, b, pm_time_add(pm_trace_first(t), -slack_of(t)));
         i < b->sorted; i++) {
        struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (pm_at(p) > to && !p->unended) break;
        pod_to_attempt(f, p, t);
    }
    for (size_t i = 0; i < b->loose.n; i++)
        pod_to_attempt(f, pm_fold_pull(f, b->loose.items[i]), t);
}

// "Pulling" of the same pod tells when its last attempt began: how long one lasted tells
// a stall from a refusal.
static int64_t began_before(struct pm_fold *f, const struct pm_fold_bucket *b,
                            const struct pm_trace *t) {
    for (size_t i = 0; i < b->pulling.n; i++) {
        const struct pm_trace *o = &f->ev->traces.items[b->pulling.items[i]];
        if (o->pod == t->pod && o->said->k8s_namespace == t->said->k8s_namespace &&
            pm_trace_last(o) != PM_NO_TIME && pm_trace_last(o) <= pm_trace_last(t) &&
            pm_time_between(pm_trace_last(o), pm_trace_last(t)) < PM_S(3600))
            return pm_trace_last(o);
    }
    return PM_NO_TIME;
}

// The back-off model says where between first and last an attempt lay; it may be as far
// off as its neighbours are away.
static int64_t may_be_off(const struct pm_trace *t, uint64_t n, uint64_t i) {
    int64_t off = t->said->quality == PM_QUALITY_RELATIVE ? PM_LOOSE_NS : 0;
    if (i == 0 || i + 1 >= n) return off;
    int64_t at = pm_backoff_at(pm_trace_first(t), pm_trace_last(t), n, i),
            before = pm_backoff_at(pm_trace_first(t), pm_trace_last(t), n, i - 1),
            after = pm_backoff_at(pm_trace_first(t), pm_trace_last(t), n, i + 1);
    return off + (at - before > after - at ? at - before : after - at);
}

// Between the attempts that an event counts.
static int64_t mean_gap(const struct pm_trace *t, uint64_t n) {
    int64_t first = pm_trace_first(t), last = pm_trace_last(t);
    return n > 1 && first != PM_NO_TIME && last != PM_NO_TIME ? (last - first) / (int64_t)(n - 1)
                                                              : 0;
}

static void off_by(struct pm_fold *f, struct pm_attempt *p, int64_t off_ns, int64_t lead_ns) {
    if (!off_ns && !lead_ns) return;
    struct pm_particulars *more = pm_particulars_edit(f->pulls, p);
    more->off_ns = off_ns;
    more->lead_ns = lead_ns;
}

static void event_failed(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace) {
    struct pm_trace *t = &f->ev->traces.items[trace];
    uint64_t n = pm_fold_times(f->ev, t);
    size_t seen = logs_saw(f, b, t, PM_OUTCOME_FAILED, n);
    uint64_t besides = counted_besides(f, t, n, seen);
    pods_to_span(f, b, t);
    for (uint64_t i = 0; i < n; i++) {
        int64_t at = pm_backoff_at(pm_trace_first(t), pm_trace_last(t), n, i);
        if (i >= besides || (seen && log_covers(f, t, at))) continue;
        uint32_t index = pm_bucket_add(f, b, t, PM_OUTCOME_FAILED);
        struct pm_attempt *p = pm_fold_pull(f, index);
        p->ended = at;
        p->reconstructed = i > 0 && i + 1 < n;
        off_by(f, p, may_be_off(t, n, i), mean_gap(t, n));
        if (i + 1 == n && t->said->quality != PM_QUALITY_RELATIVE)
            p->started = began_before(f, b, t);
        p->exact_pod = t->pod != 0;
        if (!p->exact_pod) pm_ids_add(&b->loose, index);
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        if (i) pm_fold_pull(f, index)->lines = 0;
    }
    uint32_t near =
        t->pull ? UINT32_MAX
                : pm_bucket_nearest(f, b, t, pm_trace_first(t), slack_of(t), pm_fits_failed);
    if (near != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, near, trace);
}

static void event_ok(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t index = pm_bucket_nearest(f, b, t, pm_trace_last(t), slack_of(t), pm_fits_ok_unseen);
    if (index == UINT32_MAX &&
        (pm_trace_duration(t) == 0 || t->said->quality == PM_QUALITY_RELATIVE))
        index = pm_bucket_nearest(f, b, t, pm_trace_last(t), slack_of(t), pm_fits_ok);
    if (index == UINT32_MAX)
        index = pm_bucket_nearest(f, b, t, pm_trace_last(t), PM_S(30), fits_ok_as_long);
    if (index != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        return;
    }
    if (log_covers(f, t, pm_trace_last(t)) && logs_saw(f, b, t, PM_OUTCOME_OK, 1)) return;
    index = pm_bucket_add_ended(f, b, trace, PM_OUTCOME_OK, pm_trace_last(t));
    off_by(f, pm_fold_pull(f, index), may_be_off(t, 1, 0), 0);
}

// "Error syncing pod, skipping: failed to "StartContainer" …" (kubelets up to 1.10): the
// worker's event about an attempt that its image manager's Failed event counts, where
// that was kept.
static bool resync_of(const struct pm_fold *f, const struct pm_trace *t) {
    if (!pm_str_eqc(pm_name(f->env, t->said->reason), "FailedSync")) return false;
    const struct pm_order *failed = &f->failed_events; // it names a container, not the image
    for (size_t i = pm_order_first(failed, t->pod, 0);
         i < failed->n && failed->items[i].group == t->pod; i++) {
        const struct pm_trace *o = &f->ev->traces.items[failed->items[i].index];
        if (o->node == t->node && (o->said->k8s_namespace == t->said->k8s_namespace ||
                                   !o->said->k8s_namespace || !t->said->k8s_namespace))
            return true;
    }
    return false;
}

void pm_fold_events(struct pm_fold *f, struct pm_fold_bucket *b) {
    for (size_t i = 0; i < b->traces.n; i++) {
        uint32_t trace = b->traces.items[i];
        const struct pm_trace *t = &f->ev->traces.items[trace];
        if (t->said->origin != PM_ORIGIN_EVENTS || t->said->role != PM_ROLE_END) continue;
        if (t->said->kind == PM_KIND_PULL_OK) event_ok(f, b, trace);
        else if (resync_of(f, t)) pods_to_span(f, b, t);
        else if (t->said->error && t->said->verdict->cause >= 0) event_failed(f, b, trace);
        else if (t->said->error &&
                 !pm_str_starts(pm_name(f->env, t->said->error), PM_STR("ErrImage")))
            event_failed(f, b, trace);
    }
    b->sorted = 0;
    pm_bucket_sort(f, b);
    // "Pulling" and no end from anybody: still open.
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->said->origin != PM_ORIGIN_EVENTS || t->said->role != PM_ROLE_START || b->attempts.n)
            continue;
        uint32_t index = pm_bucket_add(f, b, t, PM_OUTCOME_OPEN);
        pm_fold_pull(f, index)->started = pm_trace_last(t);
        pm_fold_absorb(f->env, f->ev, f->pulls, index, b->traces.items[i]);
    }
}
