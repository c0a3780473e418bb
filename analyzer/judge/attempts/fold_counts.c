// Counts in events are evidence, not loops: how many attempts one stands for, and when
// they were.
//
// A count is a number that somebody wrote, and it need not be true. What the kubelet can
// have done bounds it: one image of one pod is not tried more often than the pod is
// synced, which is once a second at most. What is left is shared out where all events
// together would be more attempts than are worth keeping one by one: each keeps its part,
// so that no event's place in the file decides, and none keeps less than one.
#include "judge/attempts/fold.h"

#define EVENT_MAX 5000    // attempts taken from one event's count
#define EVENTS_MAX 50000  // from all of them together
#define SYNC_NS PM_S(1.0) // between two tries of one pod

static uint64_t possible(const struct pm_trace *t) {
    uint64_t n = pm_trace_count(t) < EVENT_MAX ? pm_trace_count(t) : EVENT_MAX;
    if (pm_trace_first(t) == PM_NO_TIME || pm_trace_last(t) == PM_NO_TIME ||
        pm_trace_last(t) <= pm_trace_first(t))
        return n; // ages in tables are rounded: nothing is known of the span
    uint64_t in_span = (uint64_t)((pm_trace_last(t) - pm_trace_first(t)) / SYNC_NS) + 1;
    return n < in_span ? n : in_span;
}
static bool counted(const struct pm_trace *t) {
    return t->said->origin == PM_ORIGIN_EVENTS && t->said->role == PM_ROLE_END &&
           t->said->kind == PM_KIND_PULL_FAIL;
}

void pm_fold_counts_add_up(const struct pm_env *env, struct pm_evidence *ev) {
    ev->event_attempts = 0;
    for (size_t i = 0; i < ev->traces.n; i++)
        if (counted(&ev->traces.items[i])) ev->event_attempts += possible(&ev->traces.items[i]);
    if (ev->event_attempts > EVENTS_MAX)
        pm_diags_add(
            env->diags, PM_NONE, 0, "limit-count",
            "events count more than %d attempts: of each only its part of so many is shown",
            EVENTS_MAX);
}

uint64_t pm_fold_times(const struct pm_evidence *ev, const struct pm_trace *t) {
    uint64_t n = possible(t);
    if (ev->event_attempts > EVENTS_MAX) n = n * EVENTS_MAX / ev->event_attempts;
    return n ? n : 1;
}

// 10, 20, 40, 80, 160, 300, 300 … s between attempts of one pod and image.
static double backoff_sum_s(uint64_t steps) {
    return steps <= 5 ? (double)(10 * ((UINT64_C(1) << steps) - 1))
                      : 310 + 300.0 * (double)(steps - 5);
}

// Stretched to end where the event says it ended.
int64_t pm_backoff_at(int64_t first, int64_t last, uint64_t n, uint64_t i) {
    if (n < 2 || i == 0 || first == PM_NO_TIME || last == PM_NO_TIME || last <= first) return first;
    return first + (int64_t)((double)(last - first) * (backoff_sum_s(i) / backoff_sum_s(n - 1)));
}
