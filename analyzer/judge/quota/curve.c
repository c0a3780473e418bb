// One budget in time. See quota.h.
//
// What the logs show is a lower bound: others behind the same address are not seen. The
// registry's own headers show them, so that a reading moves the curve, until a window
// later nothing of what it saw can still count.
#include "judge/quota/quota.h"

#define CLOCKS_NS PM_S(5) // how far a log's stamps and the meter's clock may lie apart

static bool same_window(const struct pm_curve *c, int64_t a, int64_t b) { // a ≤ b
    int64_t w = c->policy ? c->policy->window_ns : 0;
    if (w <= 0) return true;
    return c->policy->fixed ? a / w == b / w : a > pm_since(b, w);
}

static void forget_first(struct pm_curve *c) {
    c->low -= c->spends[c->head].low;
    c->high -= c->spends[c->head].high;
    c->head++;
}

static uint64_t raised(uint64_t seen, int64_t more) {
    return more < 0 && (uint64_t)-more > seen ? 0 : seen + (uint64_t)more;
}
uint64_t pm_curve_low(const struct pm_curve *c) { return raised(c->low, c->more_low); }
uint64_t pm_curve_high(const struct pm_curve *c) { return raised(c->high, c->more_high); }

static void read_header(struct pm_curve *c, const struct pm_spend *x) {
    int64_t limit = x->limit >= 0 ? x->limit : c->limit;
    if (x->left < 0 || limit < 0 || x->left > limit) return;
    c->more_low = limit - x->left - (int64_t)c->low;
    c->more_high = limit - x->left - (int64_t)c->high;
    c->more_at = x->at;
}

// Must the i-th have been refused, as far as is known?
static bool is_shut(const struct pm_curve *c, size_t i) {
    const struct pm_spend *x = &c->spends[i];
    if (!c->refused || c->limit <= 0 || !c->policy || c->policy->window_ns <= 0 || c->policy->fixed)
        return false;
    uint64_t low = pm_curve_low(c);
    for (size_t k = c->head;
         k < i && !same_window(c, c->spends[k].at, pm_time_add(x->at, CLOCKS_NS)); k++)
        low -= c->spends[k].low < low ? c->spends[k].low : low;
    return low >= (uint64_t)c->limit;
}

void pm_curve_step(struct pm_curve *c, size_t i) {
    struct pm_spend *x = &c->spends[i];
    while (c->head < i && !same_window(c, c->spends[c->head].at, x->at)) forget_first(c);
    if (c->more_at != PM_NO_TIME && !same_window(c, c->more_at, x->at)) {
        c->more_low = c->more_high = 0;
        c->more_at = PM_NO_TIME;
    }
    // A registry that has shown that it refuses let this one through: what is about to
    // leave the window has left it.
    bool shut = x->low && x->left < 0 && is_shut(c, i);
    while (c->refused && x->low && !shut && c->limit > 0 && pm_curve_low(c) >= (uint64_t)c->limit &&
           c->head < i)
        forget_first(c);
    if (shut) { // it went well all the same: not this budget's, and counted on none
        c->beyond++;
        if (c->beyond_from == PM_NO_TIME) c->beyond_from = x->at;
        x->low = x->high = 0;
    }
    c->low += x->low;
    c->high += x->high;
    c->at = i;
    c->refused |= x->refused;
    read_header(c, x);
}

int64_t pm_curve_frees(const struct pm_curve *c) {
    int64_t w = c->policy ? c->policy->window_ns : 0, at = c->spends[c->at].at;
    uint64_t left = pm_curve_low(c);
    if (w <= 0) return PM_NO_TIME;
    if (c->policy->fixed) return (at / w + 1) * w;
    for (size_t k = c->head; k <= c->at; k++) {
        if (!c->spends[k].low) continue;
        left -= c->spends[k].low < left ? c->spends[k].low : left;
        if (c->limit < 0 || left < (uint64_t)c->limit) return pm_time_add(c->spends[k].at, w);
    }
    return PM_NO_TIME;
}
