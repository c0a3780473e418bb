// The attempts of one image on one node, in order of time, and which of them a trace
// speaks of: the nearest in time that fits. What fits is asked of the source that looks
// (fold_runtime.c, fold_kubelet.c, fold_client.c, fold_events.c), as each knows something
// else of the attempt; what several of them ask stands here.
#include "base/sort.h"
#include "judge/attempts/bucket.h"
#include <stdlib.h>

// Of the unsorted so many at most are looked at.
#define TAIL_MAX 256
// And of those that are near in time: no node makes as many attempts of one image in some
// seconds. Those without a time are all of one moment, and as many as a log may have.
#define NEAR_MAX 512
#define UNDATED_MAX 4096
// So many attempts are put in order one by one before the whole list is sorted.
#define PUT_MAX 8

uint32_t pm_bucket_add(struct pm_fold *f, struct pm_fold_bucket *b, const struct pm_trace *t,
                       enum pm_outcome outcome) {
    uint32_t index = pm_fold_new(f->pulls, t, outcome);
    pm_ids_add(&b->attempts, index);
    return index;
}

uint32_t pm_bucket_add_ended(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace,
                             enum pm_outcome outcome, int64_t at) {
    const struct pm_trace *t = &f->ev->traces.items[trace];
    uint32_t index = pm_bucket_add(f, b, t, outcome);
    struct pm_attempt *p = pm_fold_pull(f, index);
    p->ended = at;
    if (pm_trace_duration(t) && at != PM_NO_TIME) p->started = pm_since(at, pm_trace_duration(t));
    pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    return index;
}

// An attempt and when it was: of one moment they stay in the order that they had.
struct dated {
    int64_t at;
    size_t place;
    uint32_t index;
};

static int by_dated(const void *a, const void *b, void *none) {
    const struct dated *x = a, *y = b;
    (void)none;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static void sort_whole(struct pm_fold *f, struct pm_ids *attempts) {
    struct dated *all = pm_xmalloc(attempts->n * sizeof *all);
    for (size_t i = 0; i < attempts->n; i++)
        all[i] = (struct dated){pm_at(pm_fold_pull(f, attempts->items[i])), i, attempts->items[i]};
    pm_sort(all, attempts->n, sizeof *all, by_dated, NULL);
    for (size_t i = 0; i < attempts->n; i++) attempts->items[i] = all[i].index;
    free(all);
}

// The list is nearly sorted always, and mostly it is asked for after one attempt more: a
// few are put where they belong, one by one. Where many are out of order (events of one pod
// that are counted over years), that would grow with their square.
void pm_bucket_sort(struct pm_fold *f, struct pm_fold_bucket *b) {
    uint32_t *v = b->attempts.items;
    size_t put = 0, i = b->sorted ? b->sorted : 1;
    for (; i < b->attempts.n && put < PUT_MAX; i++) {
        size_t k = i;
        int64_t at = pm_at(pm_fold_pull(f, v[i]));
        while (k > 0 && at < pm_at(pm_fold_pull(f, v[k - 1]))) k--;
        if (k == i) continue;
        uint32_t index = v[i];
        memmove(v + k + 1, v + k, (i - k) * sizeof *v);
        v[k] = index;
        put++;
    }
    if (i < b->attempts.n) sort_whole(f, &b->attempts);
    b->sorted = b->attempts.n;
}

size_t pm_bucket_first(struct pm_fold *f, const struct pm_fold_bucket *b, int64_t t) {
    size_t lo = 0, hi = b->sorted;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (pm_at(pm_fold_pull(f, b->attempts.items[mid])) < t) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

// The place of an attempt among the sorted ones, SIZE_MAX where it is not among them.
static size_t place_of(struct pm_fold *f, const struct pm_fold_bucket *b, uint32_t index) {
    int64_t at = pm_at(pm_fold_pull(f, index));
    for (size_t i = pm_bucket_first(f, b, at); i < b->sorted; i++) {
        if (b->attempts.items[i] == index) return i;
        if (pm_at(pm_fold_pull(f, b->attempts.items[i])) != at) break;
    }
    return SIZE_MAX;
}

// The list stays in order: whoever looks for the nearest attempt at each line would else
// have to sort it at each.
void pm_bucket_end(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t index, int64_t at) {
    size_t place = place_of(f, b, index), to = place;
    pm_fold_pull(f, index)->ended = at;
    if (place == SIZE_MAX) return;
    uint32_t *v = b->attempts.items;
    if (place > 0 && pm_at(pm_fold_pull(f, v[place - 1])) > at) { // it ends before it was seen
        b->sorted = 0;
        return;
    }
    while (to + 1 < b->sorted && pm_at(pm_fold_pull(f, v[to + 1])) < at) to++;
    memmove(v + place, v + place + 1, (to - place) * sizeof *v);
    v[to] = index;
}

void pm_bucket_close(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t index, uint32_t trace,
                     enum pm_outcome outcome) {
    struct pm_attempt *p = pm_fold_pull(f, index);
    p->outcome = (uint8_t)outcome;
    pm_bucket_end(f, b, index, f->ev->traces.items[trace].ts);
    pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    if (!p->duration_ns && p->started != PM_NO_TIME && p->ended != PM_NO_TIME)
        p->duration_ns = p->ended - p->started;
}

// The attempt nearest in time that fits, within `near`; UINT32_MAX where there is none.
// The unsorted tail is short or of the same pass: its last few are asked too.
uint32_t pm_bucket_nearest(struct pm_fold *f, const struct pm_fold_bucket *b,
                           const struct pm_trace *t, int64_t at, int64_t near, pm_fits *fit) {
    uint32_t best = UINT32_MAX;
    int64_t best_gap = near;
    size_t looks = at == PM_NO_TIME ? UNDATED_MAX : NEAR_MAX;
    size_t tail = b->attempts.n > b->sorted + 8 ? b->attempts.n - 8 : b->sorted,
           last = b->attempts.n > TAIL_MAX ? b->attempts.n - TAIL_MAX : 0;
    for (size_t i = pm_bucket_first(f, b, pm_time_add(at, -near)); i < b->attempts.n; i++) {
        // Of thousands the latest, which are nearest in time.
        if (i >= b->sorted && i < last) i = last;
        const struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (best != UINT32_MAX && best_gap == 0) break;
        if (i < b->sorted && (looks-- == 0 || pm_at(p) > pm_time_add(at, near))) {
            looks = b->attempts.n;
            i = tail - 1;
            if (tail >= b->attempts.n) break;
            continue;
        }
        int64_t gap = pm_time_apart(pm_at(p), at);
        if (gap > near || (best != UINT32_MAX && gap >= best_gap) || !fit(f, p, t)) continue;
        best = b->attempts.items[i];
        best_gap = gap;
    }
    return best;
}

bool pm_fits_failed_unseen(struct pm_fold *f, const struct pm_attempt *p,
                           const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_FAILED && !(p->sources & pm_fold_source(t->said->origin));
}

bool pm_fits_ok_unseen(struct pm_fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_OK && !(p->sources & pm_fold_source(t->said->origin));
}

bool pm_fits_failed(struct pm_fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    (void)f;
    (void)t;
    return p->outcome == PM_OUTCOME_FAILED;
}

bool pm_fits_ok(struct pm_fold *f, const struct pm_attempt *p, const struct pm_trace *t) {
    (void)f;
    (void)t;
    return p->outcome == PM_OUTCOME_OK;
}
