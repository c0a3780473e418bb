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
    struct pm_ids open;     // attempts; UINT32_MAX: it is closed
    PM_LIST(int64_t) began; // when each of these did
    bool unordered;         // one has no time, or an earlier one than that before it
    Pvoid_t of_join;        // what ties a start to its end → place + 1 of the newest
    bool nameless;          // some have nothing that ties them
    size_t next;            // all before it are closed
    size_t restart; // of the runtime, in time order: those before it have closed what was open
    bool starts;
};

static bool is_closed(const struct pairing *o, size_t place) {
    return o->open.items[place] == UINT32_MAX;
}

static void join_place(const struct pm_fold *f, struct pairing *o, size_t place) {
    uint32_t join = pm_particulars_of(&f->pulls->items[o->open.items[place]])->join;
    if (join) *pm_map_slot(&o->of_join, join) = place + 1;
    else o->nameless = true;
}

// Closed ones are taken out before they are more than the open.
static void closed_leave(const struct pm_fold *f, struct pairing *o) {
    Word_t freed;
    size_t kept = 0, open = 0;
    for (size_t i = o->next; i < o->open.n; i++) open += !is_closed(o, i);
    if (o->unordered || open * 2 > o->open.n) return;
    for (size_t i = o->next; i < o->open.n; i++) {
        if (is_closed(o, i)) continue;
        o->open.items[kept] = o->open.items[i];
        o->began.items[kept++] = o->began.items[i];
    }
    o->open.n = (uint32_t)kept;
    o->began.n = kept;
    o->next = 0;
    o->nameless = false;
    JLFA(freed, o->of_join);
    (void)freed;
    for (size_t i = 0; i < kept; i++) join_place(f, o, i);
}

static void pairing_add(const struct pm_fold *f, struct pairing *o, uint32_t index, int64_t began) {
    if (o->open.n == o->open.cap) closed_leave(f, o);
    o->unordered = o->unordered || began == PM_NO_TIME ||
                   (o->began.n && began < o->began.items[o->began.n - 1]);
    pm_ids_add(&o->open, index);
    *PM_PUSH(o->began.items, o->began.n, o->began.cap) = began;
    join_place(f, o, o->open.n - 1);
}

static size_t nearest_of_all(const struct pairing *o, int64_t want) {
    size_t best = SIZE_MAX;
    int64_t best_gap = INT64_MAX;
    for (size_t i = o->next; i < o->open.n; i++) {
        int64_t began = o->began.items[i], gap = (int64_t)i; // in their order, where no time tells
        if (is_closed(o, i)) continue;
        if (began != PM_NO_TIME) gap = began > want ? began - want : want - began;
        if (gap >= best_gap) continue;
        best = i;
        best_gap = gap;
    }
    return best;
}

// The one that began nearest to that moment, of two the earlier.
static size_t nearest_open(const struct pairing *o, int64_t want) {
    if (o->unordered) return nearest_of_all(o, want);
    size_t lo = o->next, hi = o->open.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (o->began.items[mid] < want) lo = mid + 1;
        else hi = mid;
    }
    size_t best = lo;
    while (best < o->open.n && is_closed(o, best)) best++;
    int64_t gap = best < o->open.n ? o->began.items[best] - want : INT64_MAX;
    for (size_t i = lo; i-- > o->next && want - o->began.items[i] <= gap;) {
        if (is_closed(o, i)) continue;
        best = i;
        gap = want - o->began.items[i];
    }
    return best < o->open.n ? best : SIZE_MAX;
}

// CRI-O: its own start, else the newest, as older ones may have failed.
static size_t newest_open(struct pm_fold *f, const struct pairing *o, uint32_t join) {
    const Word_t own_place = join && !o->nameless ? pm_map_get(o->of_join, join) : 0;
    if (join && !o->nameless && !own_place) return SIZE_MAX;
    if (own_place && !is_closed(o, own_place - 1)) return own_place - 1;
    for (size_t i = o->open.n; i-- > o->next;) {
        if (is_closed(o, i)) continue;
        uint32_t own = pm_particulars_of(pm_fold_pull(f, o->open.items[i]))->join;
        if (own == join || !own || !join) return i;
    }
    return SIZE_MAX;
}

static uint32_t oldest_open(struct pm_fold *f, struct pairing *open, const struct pm_trace *t) {
    size_t best;
    if (t->said->component == PM_COMP_CRIO) best = newest_open(f, open, pm_trace_join(t));
    else if (pm_trace_duration(t)) best = nearest_open(open, pm_since(t->ts, pm_trace_duration(t)));
    else best = open->next < open->open.n ? open->next : SIZE_MAX;
    if (best == SIZE_MAX) return UINT32_MAX;
    uint32_t index = open->open.items[best];
    open->open.items[best] = UINT32_MAX;
    while (open->next < open->open.n && is_closed(open, open->next)) open->next++;
    return index;
}

static void cut(const struct pm_fold *f, struct pm_attempt *p, int64_t at) {
    p->outcome = PM_OUTCOME_FAILED;
    p->ended = at;
    pm_pull_judge(f->pulls, p,
                  pm_verdict_of(f->env, pm_cause_shown(PM_SHOWN_RESTART), PM_CONFIDENCE_MEDIUM));
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
        pairing_add(f, open, index, t->ts);
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
    Word_t freed;
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[b->traces.items[i]];
        if (t->said->origin == PM_ORIGIN_RUNTIME &&
            (t->said->role == PM_ROLE_START || t->said->role == PM_ROLE_END))
            runtime_line(f, b, &open, b->traces.items[i]);
    }
    pm_ids_free(&open.open);
    free(open.began.items);
    JLFA(freed, open.of_join);
    (void)freed;
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
