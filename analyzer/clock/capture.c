// When a member was made, by which ages in it ("3m ago") are dated. What is asked, in
// this order:
//
// the member's own capture time · a dated text in a row that gives its age · one in its
// folder · the latest stamp of JSON beside it · one further up · a date in its names ·
// its own last dated line, where the modification time is not of that day · its
// modification time.
#include "clock/resolve.h"
#include <limits.h>
#include <stdlib.h>

static struct place *place_of(struct resolve *r, struct pm_str folder) {
    uint32_t id = pm_intern_id(r->folders, folder);
    while (r->places_n <= id)
        *PM_PUSH(r->places, r->places_n, r->places_cap) = (struct place){PM_NO_TIME, PM_NO_TIME};
    return &r->places[id];
}

void clock_capture_learn(struct resolve *r, const struct pm_clock_member *m) {
    bool cluster = clock_is_of_cluster(m->component) && !clock_is_empty(m->evidence->utc);
    if (m->evidence->capture_ns == PM_NO_TIME && !cluster) return;
    for (struct pm_str folder = pm_clock_folder_of(m->path);; folder = pm_clock_folder_of(folder)) {
        struct place *p = place_of(r, folder);
        if (m->evidence->capture_ns > p->told) p->told = m->evidence->capture_ns;
        if (cluster && m->evidence->utc.max > p->latest) p->latest = m->evidence->utc.max;
        if (folder.n == 0) break;
    }
}

// The last dated line of the member itself: who pasted a table beside log lines took both
// at about that time.
static int64_t own_end(struct pm_clock_member *m) {
    int64_t from, to;
    const struct pm_clock_evidence *c = m->evidence;
    if (clock_is_empty(c->age) ||
        (clock_is_empty(c->no_year) && clock_is_empty(c->local) && clock_is_empty(c->utc)))
        return PM_NO_TIME;
    m->clock.capture_ns = PM_NO_TIME; // the span without the ages
    return pm_clock_span(m, &from, &to) ? to : PM_NO_TIME;
}

// Nearest folder first; in one, a capture time that was told, then the latest stamp of
// objects and events. *steps: how far up it was found.
static int64_t capture_of(struct resolve *r, struct pm_clock_member *m, unsigned *steps) {
    *steps = 0;
    if (m->evidence->capture_ns != PM_NO_TIME) return m->evidence->capture_ns;
    if (m->evidence->aged_ns != PM_NO_TIME) return m->evidence->aged_ns;
    for (struct pm_str folder = pm_clock_folder_of(m->path);; folder = pm_clock_folder_of(folder)) {
        uint32_t id = pm_intern_find(r->folders, folder);
        const struct place *p = id < r->places_n ? &r->places[id] : NULL;
        ++*steps;
        if (p && p->told != PM_NO_TIME) return p->told;
        if (p && p->latest != PM_NO_TIME) return p->latest;
        if (folder.n == 0) break;
    }
    *steps = UINT_MAX;
    int64_t named = clock_name_date(m), own = own_end(m);
    if (named != PM_NO_TIME) return named;
    if (own != PM_NO_TIME &&
        (m->mtime_ns == PM_NO_TIME || m->mtime_ns < own || m->mtime_ns > own + DAY_NS))
        return own;
    bool credible =
        clock_is_empty(r->bundle) || (m->mtime_ns > r->bundle.max - 3600 * PM_NS_PER_S &&
                                      m->mtime_ns < r->bundle.max + 7 * DAY_NS);
    if (m->mtime_ns != PM_NO_TIME && credible) return m->mtime_ns;
    return clock_is_empty(r->bundle) ? PM_NO_TIME : r->bundle.max;
}

// A copy was captured when its original was. Which of them still lies beside what tells
// the time is not known before: the nearer one.
void clock_capture_resolve(struct resolve *r, struct pm_clock_member *m, size_t n) {
    unsigned *steps = pm_xmalloc((n + 1) * sizeof *steps);
    for (size_t i = 0; i < n; i++) m[i].clock.capture_ns = capture_of(r, &m[i], &steps[i]);
    for (size_t i = 0; i < n; i++) {
        size_t first = m[i].copy_of - 1;
        if (!m[i].copy_of || first >= n || steps[i] >= steps[first]) continue;
        m[first].clock.capture_ns = m[i].clock.capture_ns;
        steps[first] = steps[i];
    }
    free(steps);
}
