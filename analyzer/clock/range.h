// Ranges of stamps, and sums with times that are sure not to overflow. Internal to
// analyzer/clock/.
#pragma once
#include "clock/clock.h"

#define DAY_NS (86400 * PM_NS_PER_S)
#define QUARTER_NS (900 * PM_NS_PER_S)

static const struct pm_clock_range clock_range_none = {INT64_MAX, INT64_MIN};
static const struct pm_clock_ends clock_ends_none = {PM_NO_TIME, PM_NO_TIME};

static inline void clock_widen(struct pm_clock_range *r, int64_t ns) {
    if (ns < r->min) r->min = ns;
    if (ns > r->max) r->max = ns;
}
static inline bool clock_is_empty(struct pm_clock_range r) { return r.min > r.max; }

// 2000 to 2100. Stamps outside are somebody's mistake or malice: kept as they are, but
// they prove nothing, and sums with them could overflow.
static inline bool clock_is_credible(int64_t ns) {
    return ns >= INT64_C(946684800) * PM_NS_PER_S && ns <= INT64_C(4102444800) * PM_NS_PER_S;
}

// Made where there are none. evidence.c
struct pm_clock_votes *clock_votes_of(struct pm_clock_evidence *c);

static inline int64_t clock_floor_div(int64_t a, int64_t b) {
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}
static inline int64_t clock_quarters(int64_t ns) {
    return clock_floor_div(ns + QUARTER_NS / 2, QUARTER_NS);
}
static inline int clock_year_of(int64_t ns) {
    int y, mo, d, h, mi, s, ms;
    pm_civil_of(ns, &y, &mo, &d, &h, &mi, &s, &ms);
    return y;
}
