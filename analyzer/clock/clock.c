// All members' years, zones, capture times and skews: the passes in order. See clock.h
// for how it is used; each file says what it asks of whom, and in which order.
//
// Not done: leap seconds, clocks that are stepped within a file.
#include "clock/parts.h"
#include "clock/resolve.h"
#include <stdlib.h>

static void gather_bundle_range(struct resolve *r) {
    struct pm_clock_range any = clock_range_none;
    for (size_t i = 0; i < r->n; i++) {
        const struct pm_clock_member *m = &r->m[i];
        if (m->mtime_ns > r->mtime_ns) r->mtime_ns = m->mtime_ns;
        if (clock_is_empty(m->evidence->utc)) continue;
        if (m->component == PM_COMP_EVENTS)
            *PM_PUSH(r->events.items, r->events.n, r->events.cap) = m->evidence->utc;
        struct pm_clock_range *into = clock_is_of_cluster(m->component) ? &r->bundle : &any;
        clock_widen(into, m->evidence->utc.min);
        clock_widen(into, m->evidence->utc.max);
    }
    if (clock_is_empty(r->bundle)) r->bundle = any;
}

void pm_clock_resolve(struct pm_clock_member *m, size_t n, int year, const struct pm_zone *zone,
                      int64_t now_ns) {
    struct resolve r = {.m = m,
                        .n = n,
                        .bundle = clock_range_none,
                        .mtime_ns = PM_NO_TIME,
                        .folders = pm_intern_new(),
                        .labels = pm_intern_new(),
                        .log_names = pm_intern_new()};
    for (size_t i = 0; i < n; i++)
        m[i].clock = (struct pm_clock){.capture_ns = PM_NO_TIME, .last_ns = PM_NO_TIME};
    struct clock_parts parts;
    clock_parts_join(&parts, m, n);
    gather_bundle_range(&r);
    clock_marks_gather(&r);
    for (size_t i = 0; i < n; i++) {
        clock_offset_learn(&r, &m[i]);
        clock_capture_learn(&r, &m[i]);
    }
    for (size_t i = 0; i < n; i++)
        clock_year_resolve(&r, &m[i], m[i].year ? m[i].year : year, now_ns);
    for (size_t i = 0; i < n; i++) clock_offset_vote(&r, &m[i]);
    for (size_t i = 0; i < n; i++) clock_offset_resolve(&r, &m[i], m[i].zone ? m[i].zone : zone);
    clock_alike_resolve(&r);
    clock_capture_resolve(&r, m, n);
    clock_skew_prepare(&r);
    for (size_t i = 0; i < n; i++) clock_skew_resolve(&r, &m[i]);
    clock_parts_share(&parts, m);
    free(r.marks);
    free(r.places);
    for (size_t i = 0; i < r.nodes_n; i++) free(r.nodes[i].utc.items);
    free(r.events.items);
    free(r.nodes);
    free(r.logs);
    pm_intern_free(r.log_names);
    pm_intern_free(r.folders);
    pm_intern_free(r.labels);
}
