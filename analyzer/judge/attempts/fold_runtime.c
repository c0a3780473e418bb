// The runtime's own log makes attempts, before anybody else is asked: a start and an end
// are one, paired by their id, by how long the pull took, or first in, first out.
//
// An end that no start waits for is a second line about the end just seen where starts are
// logged, and an attempt of its own where they are not. What has no end is told by what
// followed: no pull lives through a start of its runtime, and a runtime that logs no
// failures (CRI-O) has failed where the image's next start overtakes the last.
#include "judge/attempts/bucket.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define REPEAT_NS PM_S(2) // a runtime's second line about the same end

// Sandboxes pull their image without a start line, each for itself; the runtime downloads
// once.
static bool fits_same_download(struct pm_fold *f, const struct pm_attempt *p,
                               const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_OK && !p->requested && p->started != PM_NO_TIME &&
           pm_trace_duration(t) > 0 && pm_since(t->ts, pm_trace_duration(t)) <= p->ended;
}

static bool fits_ok_other_form(struct pm_fold *f, const struct pm_attempt *p,
                               const struct pm_trace *t) {
    (void)f;
    return p->outcome == PM_OUTCOME_OK && !(p->forms & t->said->form) && pm_at(p) <= t->ts;
}

struct pairing {
    struct pm_ids open;
    size_t next;
    size_t restart; // of the runtime, in time order: those before it have closed what was open
    bool starts;
};

static uint32_t oldest_open(struct pm_fold *f, struct pairing *open, const struct pm_trace *t) {
    size_t best = SIZE_MAX;
    for (size_t i = open->open.n;
         i-- > open->next && t->said->component == PM_COMP_CRIO &&
         best == SIZE_MAX;) { // its own start, else the newest: older ones may have failed
        uint32_t join = open->open.items[i] == UINT32_MAX
                            ? 0
                            : pm_particulars_of(pm_fold_pull(f, open->open.items[i]))->join;
        if (open->open.items[i] != UINT32_MAX &&
            (join == pm_trace_join(t) || !join || !pm_trace_join(t)))
            best = i;
    }
    int64_t want = pm_trace_duration(t) ? pm_since(t->ts, pm_trace_duration(t)) : PM_NO_TIME,
            best_gap = INT64_MAX;
    for (size_t i = open->next; i < open->open.n && t->said->component != PM_COMP_CRIO; i++) {
        if (open->open.items[i] == UINT32_MAX) continue;
        int64_t started = pm_fold_pull(f, open->open.items[i])->started;
        int64_t gap = (int64_t)i; // in their order, where no time tells which
        if (want != PM_NO_TIME && started != PM_NO_TIME)
            gap = started > want ? started - want : want - started;
        if (gap >= best_gap) continue;
        best = i;
        best_gap = gap;
        if (want == PM_NO_TIME) break;
    }
    if (best == SIZE_MAX) return UINT32_MAX;
    uint32_t index = open->open.items[best];
    open->open.items[best] = UINT32_MAX;
    while (open->next < open->open.n && open->open.items[open->next] == UINT32_MAX) open->next++;
    return index;
}

static void cut(const struct pm_fold *f, struct pm_attempt *p, int64_t at) {
    p->outcome = PM_OUTCOME_FAILED;
    p->ended = at;
    p->verdict = pm_verdict_of(f->env, pm_cause_shown(PM_SHOWN_RESTART), PM_CONFIDENCE_MEDIUM);
    p->settled_by_neighbour = true;
    pm_particulars_edit(f->pulls, p)->why =
        PM_STR("the pull has no end and the runtime was restarted after it began");
}

// No pull lives through a start of its runtime: what was open is over, the lines that
// follow are not about it.
static void close_at_restart(struct pm_fold *f, struct pm_fold_bucket *b, struct pairing *open,
                             const struct pm_trace *t) {
    for (; open->restart < f->restarts.n; open->restart++) {
        const struct pm_trace *start = &f->ev->traces.items[f->restarts.items[open->restart]];
        if (start->ts > t->ts) break;
        if (start->node != t->node || start->said->origin != PM_ORIGIN_RUNTIME ||
            start->said->kind != PM_KIND_RUNTIME_START)
            continue;
        for (size_t k = open->next; k < open->open.n; k++) {
            struct pm_attempt *p =
                open->open.items[k] == UINT32_MAX ? NULL : pm_fold_pull(f, open->open.items[k]);
            if (!p || p->started == PM_NO_TIME || p->started >= start->ts) continue;
            pm_bucket_end(f, b, open->open.items[k], start->ts);
            cut(f, p, start->ts);
            open->open.items[k] = UINT32_MAX;
        }
    }
    while (open->next < open->open.n && open->open.items[open->next] == UINT32_MAX) open->next++;
}

static void runtime_line(struct pm_fold *f, struct pm_fold_bucket *b, struct pairing *open,
                         uint32_t trace) {
    struct pm_trace *t = &f->ev->traces.items[trace];
    close_at_restart(f, b, open, t);
    if (t->said->role == PM_ROLE_START) {
        uint32_t index = pm_bucket_add(f, b, t, PM_OUTCOME_OPEN);
        pm_fold_pull(f, index)->started = t->ts;
        pm_fold_pull(f, index)->requested = true;
        if (pm_trace_join(t))
            pm_particulars_edit(f->pulls, pm_fold_pull(f, index))->join = pm_trace_join(t);
        pm_fold_pull(f, index)->quiet = t->said->component == PM_COMP_CRIO;
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        pm_ids_add(&open->open, index);
        open->starts = true;
        return;
    }
    bool ok = t->said->kind == PM_KIND_PULL_OK;
    pm_bucket_sort(f, b);
    uint32_t index =
        ok ? pm_bucket_nearest(f, b, t, t->ts, PM_NEAR_NS, fits_ok_other_form) : UINT32_MAX;
    if (index != UINT32_MAX) {
        pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
    } else if ((index = oldest_open(f, open, t)) != UINT32_MAX) {
        pm_bucket_close(f, b, index, trace, ok ? PM_OUTCOME_OK : PM_OUTCOME_FAILED);
    } else {
        // With starts logged, an end that no start waits for is a second line about the
        // end just seen.
        if (open->starts)
            index = pm_bucket_nearest(f, b, t, t->ts, REPEAT_NS, ok ? pm_fits_ok : pm_fits_failed);
        else if (ok) index = pm_bucket_nearest(f, b, t, t->ts, PM_S(60), fits_same_download);
        if (index != UINT32_MAX) pm_fold_absorb(f->env, f->ev, f->pulls, index, trace);
        else
            index = pm_bucket_add_ended(f, b, trace, ok ? PM_OUTCOME_OK : PM_OUTCOME_FAILED, t->ts);
    }
    pm_fold_pull(f, index)->forms |= t->said->form;
}

void pm_fold_runtime(struct pm_fold *f, struct pm_fold_bucket *b) {
    struct pairing open = {0};
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->said->origin == PM_ORIGIN_RUNTIME &&
            (t->said->role == PM_ROLE_START || t->said->role == PM_ROLE_END))
            runtime_line(f, b, &open, b->traces.items[i]);
    }
    pm_ids_free(&open.open);
}

static int by_ns(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// The first start after `at`; PM_NO_TIME where there is none.
static int64_t start_after(const int64_t *starts, size_t n, int64_t at) {
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (starts[mid] <= at) lo = mid + 1;
        else hi = mid;
    }
    return lo < n ? starts[lo] : PM_NO_TIME;
}

// CRI-O logs failures at debug level only: a start that the image's next start overtakes
// has failed, why is not told.
void pm_fold_overtaken(struct pm_fold *f, const struct pm_fold_bucket *b) {
    int64_t *starts = pm_xmalloc((b->attempts.n + 1) * sizeof *starts);
    size_t n = 0;
    for (size_t i = 0; i < b->attempts.n; i++) {
        const struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        if (p->quiet && p->started != PM_NO_TIME) starts[n++] = p->started;
    }
    if (n > 1) qsort(starts, n, sizeof *starts, by_ns);
    for (size_t i = 0; i < b->attempts.n; i++) {
        struct pm_attempt *p = pm_fold_pull(f, b->attempts.items[i]);
        int64_t over = p->quiet && p->outcome == PM_OUTCOME_OPEN && p->started != PM_NO_TIME
                           ? start_after(starts, n, p->started)
                           : PM_NO_TIME;
        if (over == PM_NO_TIME) continue;
        p->outcome = PM_OUTCOME_FAILED;
        p->ended = over;
        p->unended = true;
        pm_particulars_edit(f->pulls, p)->why =
            PM_STR("the pull has no end and the next one of its image began");
    }
    free(starts);
}

static bool restart_ends(const struct pm_trace *t, const struct pm_attempt *p) {
    return t->ts != PM_NO_TIME && p->started != PM_NO_TIME && t->ts >= p->started &&
           (t->said->kind == PM_KIND_RUNTIME_START || t->said->kind == PM_KIND_RUNTIME_STOP);
}

void pm_fold_cut_by_restart(struct pm_fold *f, struct pm_attempt *p) {
    for (size_t i = 0; i < f->restarts.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[f->restarts.items[i]];
        if (t->node != p->node || t->said->origin != PM_ORIGIN_RUNTIME || !restart_ends(t, p))
            continue;
        cut(f, p, t->ts);
        return;
    }
}
