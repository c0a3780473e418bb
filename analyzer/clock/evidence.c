// What a member's own stamps tell of its clock, gathered while it is read.
#include "clock/range.h"
#include <stdlib.h>

#define TURNS_MAX 20   // New Years within one file; more is noise
#define MARKS_MAX 2048 // a member's: more facts than that agree or never will

static void widen_credible(struct pm_clock_range *r, int64_t ns) {
    if (clock_is_credible(ns)) clock_widen(r, ns);
}

static void move_on(struct pm_clock_range *r, struct pm_clock_ends *e, int64_t ns) {
    if (clock_is_empty(*r)) e->first = ns;
    e->last = ns;
    clock_widen(r, ns);
}

void pm_clock_init(struct pm_clock_evidence *c) {
    memset(c, 0, sizeof *c);
    c->no_year = c->local = c->utc = c->age = c->anchors = clock_range_none;
    c->no_year_ends = c->local_ends = c->utc_ends = clock_ends_none;
    c->capture_ns = c->aged_ns = PM_NO_TIME;
}

void pm_clock_free(struct pm_clock_evidence *c) {
    free(c->marks);
    free(c->votes);
    c->marks = NULL;
    c->votes = NULL;
}

struct pm_clock_votes *clock_votes_of(struct pm_clock_evidence *c) {
    if (!c->votes) {
        c->votes = pm_xmalloc(sizeof *c->votes);
        memset(c->votes, 0, sizeof *c->votes);
    }
    return c->votes;
}

// The turn of the year nearest to the stamp before: more than half a year backwards is
// New Year, forwards is a file joined in the wrong order.
static int64_t walk(struct pm_clock_evidence *c, int64_t leap_ns) {
    int64_t at = leap_ns;
    if (c->walking) {
        at += clock_floor_div(c->walk, PM_CLOCK_LEAP_NS) * PM_CLOCK_LEAP_NS;
        if (at - c->walk > PM_CLOCK_LEAP_NS / 2 && c->walk > -TURNS_MAX * PM_CLOCK_LEAP_NS)
            at -= PM_CLOCK_LEAP_NS;
        else if (c->walk - at > PM_CLOCK_LEAP_NS / 2 && c->walk < TURNS_MAX * PM_CLOCK_LEAP_NS)
            at += PM_CLOCK_LEAP_NS;
    }
    c->walking = true;
    c->walk = at;
    if (leap_ns / DAY_NS == 59) {
        c->feb29 = true;
        c->feb29_turn = (int)clock_floor_div(at, PM_CLOCK_LEAP_NS);
    }
    move_on(&c->no_year, &c->no_year_ends, at);
    return at;
}

int64_t pm_clock_see(struct pm_clock_evidence *c, const struct pm_when *w) {
    switch (w->kind) {
    case PM_WHEN_NO_YEAR: return walk(c, w->ns);
    case PM_WHEN_LOCAL:
        if (clock_is_credible(w->ns)) move_on(&c->local, &c->local_ends, w->ns);
        return w->ns;
    case PM_WHEN_UTC:
        if (clock_is_credible(w->ns)) move_on(&c->utc, &c->utc_ends, w->ns);
        return w->ns;
    case PM_WHEN_AGE:
        if (w->ns >= 0 && w->ns < 100 * 365 * DAY_NS) clock_widen(&c->age, w->ns);
        return w->ns;
    case PM_WHEN_MONO: return w->ns;
    case PM_WHEN_NONE: break;
    }
    return PM_NO_TIME;
}

// How far the wall clock `w` is ahead of `utc_ns`, in the year that brings them nearest.
static bool ahead_of(const struct pm_when *w, int64_t utc_ns, int64_t *ahead_ns, int *year) {
    if (w->kind == PM_WHEN_LOCAL) {
        *ahead_ns = w->ns - utc_ns;
        *year = 0;
        return true;
    }
    int64_t best = INT64_MAX;
    for (int y = clock_year_of(utc_ns) - 1, end = y + 2; y <= end; y++) {
        int64_t at;
        if (!pm_when_in_year(w->ns, y, &at) || llabs(at - utc_ns) >= llabs(best)) continue;
        best = at - utc_ns;
        *year = y;
    }
    *ahead_ns = best;
    return best != INT64_MAX;
}

void pm_clock_pair(struct pm_clock_evidence *c, const struct pm_when *envelope,
                   const struct pm_when *payload) {
    const struct pm_when *utc = envelope->kind == PM_WHEN_UTC ? envelope : payload,
                         *open = utc == envelope ? payload : envelope;
    if (utc->kind != PM_WHEN_UTC || !clock_is_credible(utc->ns) ||
        (open->kind == PM_WHEN_LOCAL && !clock_is_credible(open->ns)) ||
        (open->kind != PM_WHEN_NO_YEAR && open->kind != PM_WHEN_LOCAL))
        return;
    int64_t ahead;
    int year;
    if (!ahead_of(open, utc->ns, &ahead, &year)) return;
    int64_t q = clock_quarters(ahead);
    if (q < -PM_CLOCK_STEPS || q > PM_CLOCK_STEPS) return;
    struct pm_clock_votes *votes = clock_votes_of(c);
    if (!votes->beside[q + PM_CLOCK_STEPS]++)
        votes->beside_at[q + PM_CLOCK_STEPS] = clock_range_none;
    clock_widen(&votes->beside_at[q + PM_CLOCK_STEPS], utc->ns);
    if (open->kind != PM_WHEN_NO_YEAR) return;
    int base = year - (int)clock_floor_div(c->walking ? c->walk : 0, PM_CLOCK_LEAP_NS);
    size_t i = 0;
    while (i < PM_LEN(c->years) && c->years[i].n && c->years[i].base != base) i++;
    if (i == PM_LEN(c->years)) return;
    c->years[i].base = base;
    c->years[i].n++;
}

void pm_clock_written(struct pm_clock_evidence *c, const struct pm_when *w) {
    int32_t q = w->offset_s / 900;
    if (w->kind == PM_WHEN_UTC && w->offset_s % 900 == 0 && abs(q) <= PM_CLOCK_STEPS)
        clock_votes_of(c)->written[q + PM_CLOCK_STEPS]++;
}

void pm_clock_capture(struct pm_clock_evidence *c, const struct pm_when *w) {
    if ((w->kind == PM_WHEN_UTC || w->kind == PM_WHEN_LOCAL) && clock_is_credible(w->ns))
        c->capture_ns = w->ns;
}

// Ages are cut off to whole units: the row whose sum is the latest has lost the least.
void pm_clock_aged(struct pm_clock_evidence *c, const struct pm_when *then,
                   const struct pm_when *age) {
    if (then->kind != PM_WHEN_UTC || !clock_is_credible(then->ns) || age->ns < 0 ||
        age->ns > 3650 * DAY_NS)
        return;
    if (c->aged_ns == PM_NO_TIME || then->ns + age->ns > c->aged_ns)
        c->aged_ns = then->ns + age->ns;
}

void pm_clock_forget(struct pm_clock_evidence *c) {
    c->marks_n = 0;
    c->capture_ns = c->aged_ns = PM_NO_TIME;
    c->anchors = (struct pm_clock_range){INT64_MAX, INT64_MIN};
}
void pm_clock_anchor(struct pm_clock_evidence *c, const struct pm_when *w) {
    if (w->kind == PM_WHEN_UTC || w->kind == PM_WHEN_LOCAL) widen_credible(&c->anchors, w->ns);
}

void pm_clock_mark(struct pm_clock_evidence *c, uint64_t key, enum pm_when_kind kind,
                   int64_t stored_ns) {
    if (c->marks_n == MARKS_MAX || stored_ns == PM_NO_TIME ||
        (kind != PM_WHEN_UTC && kind != PM_WHEN_LOCAL && kind != PM_WHEN_NO_YEAR))
        return;
    if (kind != PM_WHEN_NO_YEAR && !clock_is_credible(stored_ns)) return;
    *PM_PUSH(c->marks, c->marks_n, c->marks_cap) =
        (struct pm_clock_mark){key, stored_ns, 0, (uint8_t)kind};
}
