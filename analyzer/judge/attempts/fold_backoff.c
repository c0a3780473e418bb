// Back-off lines are no attempts: they add their pod and their words to the last that
// failed. But an image that waits did fail, so that where nobody kept the failure itself,
// the first of them stands for it.
#include "judge/attempts/bucket.h"

static bool any_failed(struct pm_fold *f, const struct pm_fold_bucket *b) {
    for (size_t i = 0; i < b->attempts.n; i++)
        if (pm_fold_pull(f, b->attempts.items[i])->outcome == PM_OUTCOME_FAILED) return true;
    return false;
}

static void backoff_to_last(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    for (size_t i = b->attempts.n; i-- > 0;) {
        struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (p->outcome != PM_OUTCOME_FAILED ||
            (pm_at(p) > pm_time_add(pm_trace_last(t), PM_NEAR_NS) && i > 0))
            continue;
        if (!p->exact_pod) pm_fold_add_pod(f->env, f->pulls, p, t);
        p->lines = pm_sum_u32(p->lines, pm_trace_count(t));
        pm_fold_take_verdict(f->pulls, p, t->said->verdict);
        f->ev->traces.items[trace].pull = pm_ref_of(b->attempts.items[i]);
        return;
    }
}

void pm_fold_backoff(struct pm_fold *f, struct pm_fold_bucket *b) {
    for (size_t i = 0; i < b->traces.n; i++) {
        uint32_t trace = b->traces.items[i];
        const struct pm_trace *t = &f->ev->traces.items[trace];
        if (t->said->role != PM_ROLE_BACKOFF || !b->image) continue;
        if (any_failed(f, b)) {
            backoff_to_last(f, b, trace);
            continue;
        }
        uint32_t index = pm_bucket_add_ended(f, b, trace, PM_OUTCOME_FAILED, pm_trace_first(t));
        pm_fold_pull(f, index)->reconstructed = true;
    }
}
