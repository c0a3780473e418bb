// Stored stamps into UTC, by what was found for their member.
#include "clock/resolve.h"
#include <stdlib.h>

bool clock_in_turn(int64_t walked, int base, int64_t *ns) {
    int64_t turn = clock_floor_div(walked, PM_CLOCK_LEAP_NS),
            leap_ns = walked - turn * PM_CLOCK_LEAP_NS;
    int year = base + (int)turn;
    if (pm_when_in_year(leap_ns, year, ns)) return true;
    if (!pm_when_in_year(leap_ns - DAY_NS, year, ns))
        return false; // Feb 29 of a year that has none: the day after Feb 28
    *ns += DAY_NS;
    return false;
}

// An hour that was written twice: file order tells which it is, as with a zone that is
// known (zone.c).
static int64_t through_change(const struct pm_clock *c, int64_t local_ns) {
    int64_t early = local_ns - c->before_s * PM_NS_PER_S,
            late = local_ns - c->offset_s * PM_NS_PER_S;
    if (early >= c->change_ns) return late;
    if (late < c->change_ns) return early;
    return c->last_ns != PM_NO_TIME && early < c->last_ns - 60 * PM_NS_PER_S ? late : early;
}

static int64_t to_utc(struct pm_clock *c, int64_t local_ns) {
    if (!clock_is_credible(local_ns)) return local_ns;
    if (c->changes) return c->last_ns = through_change(c, local_ns);
    if (!c->zone) return local_ns - c->offset_s * PM_NS_PER_S;
    return c->last_ns =
               pm_zone_utc(c->zone, local_ns,
                           c->last_ns == PM_NO_TIME ? PM_NO_TIME : c->last_ns - 60 * PM_NS_PER_S);
}

int64_t pm_clock_fix_stamp(void *ctx, enum pm_when_kind kind, int64_t ns,
                           enum pm_quality *quality) {
    struct pm_clock *c = ctx;
    switch (kind) {
    case PM_WHEN_UTC: return ns;
    case PM_WHEN_LOCAL: *quality = c->quality; return to_utc(c, ns);
    case PM_WHEN_NO_YEAR: {
        int64_t at;
        if (!c->has_year) break;
        *quality = clock_in_turn(ns, c->year, &at) ? c->quality : PM_QUALITY_ASSUMED;
        return to_utc(c, at);
    }
    case PM_WHEN_AGE:
        *quality = PM_QUALITY_RELATIVE;
        return c->capture_ns == PM_NO_TIME || ns < 0 ? PM_NO_TIME : c->capture_ns - ns;
    case PM_WHEN_NONE: // only state at capture is dated by it, and that is stored as an age of nothing
    case PM_WHEN_MONO: break;
    }
    *quality = PM_QUALITY_RELATIVE;
    return PM_NO_TIME;
}

bool pm_clock_span(struct pm_clock_member *m, int64_t *from_ns, int64_t *to_ns) {
    struct pm_clock_range span = m->evidence->utc;
    struct pm_clock clock = m->clock; // looking must not move the walk through a repeated hour
    enum pm_quality q = PM_QUALITY_EXACT;
    clock.last_ns = PM_NO_TIME;
    if (!clock_is_empty(m->evidence->local)) {
        clock_widen(&span, pm_clock_fix_stamp(&clock, PM_WHEN_LOCAL, m->evidence->local.min, &q));
        clock_widen(&span, pm_clock_fix_stamp(&clock, PM_WHEN_LOCAL, m->evidence->local.max, &q));
    }
    if (!clock_is_empty(m->evidence->no_year) && m->clock.has_year) {
        clock_widen(&span,
                    pm_clock_fix_stamp(&clock, PM_WHEN_NO_YEAR, m->evidence->no_year.min, &q));
        clock_widen(&span,
                    pm_clock_fix_stamp(&clock, PM_WHEN_NO_YEAR, m->evidence->no_year.max, &q));
    }
    if (!clock_is_empty(m->evidence->age) && clock.capture_ns != PM_NO_TIME) {
        clock_widen(&span, clock.capture_ns - m->evidence->age.max);
        clock_widen(&span, clock.capture_ns - m->evidence->age.min);
    }
    *from_ns = clock_is_empty(span) ? PM_NO_TIME : span.min;
    *to_ns = clock_is_empty(span) ? PM_NO_TIME : span.max;
    return !clock_is_empty(span);
}
