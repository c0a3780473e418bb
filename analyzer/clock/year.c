// The year of a member whose stamps leave it out. What is asked, in this order:
//
// stamps with a year on the same lines · the file's own absolute stamps · its header
// ("Log file created at") · a date in its own name that it ends on · a modification time
// that is far older than other members' · other members of the node, or events, that it
// lies beside · the nearest of the node's members · any date in its names · the bundle's
// objects and events · its modification time · this machine's clock.
#include "clock/resolve.h"
#include <stdlib.h>

#define BESIDE_NS (2 * DAY_NS) // logs of one day, whatever their zones
// A file that was left alone so long is of another time than its neighbours.
#define OTHER_NS (90 * DAY_NS)

// The year for turn 0 that brings a member's stamps nearest to something dated; 0: none.
struct fit {
    int year;
    int64_t apart;
};

// Nearest to [min, max]; the later of two equals. No stamp may be later than `end_ns`.
static struct fit nearest_year(const struct pm_clock_evidence *c, struct pm_clock_range r,
                               int64_t end_ns) {
    struct fit best = {0, INT64_MAX};
    if (clock_is_empty(r) || !clock_is_credible(r.min) || !clock_is_credible(r.max)) return best;
    for (int y = clock_year_of(r.min) - (c->feb29 ? 8 : 1), end = clock_year_of(r.max) + 1;
         y <= end; y++) {
        int64_t from, to;
        if (c->feb29 && !pm_year_leap(y + c->feb29_turn)) continue;
        clock_in_turn(c->no_year.min, y, &from);
        clock_in_turn(c->no_year.max, y, &to);
        if (to > end_ns) continue;
        int64_t apart;
        if (from > r.max) apart = from - r.max;
        else if (r.min > to) apart = r.min - to;
        else apart = 0;
        if (apart > best.apart || (apart == best.apart && from > r.max + 2 * DAY_NS)) continue;
        best = (struct fit){y, apart};
    }
    return best;
}

// Nearest to any of them. A log of another year among them must not fill the time
// between.
static struct fit nearest_of(const struct pm_clock_evidence *c, const struct pm_clock_range *r,
                             size_t n) {
    struct fit best = {0, INT64_MAX};
    for (size_t i = 0; i < n; i++) {
        struct fit f = nearest_year(c, r[i], INT64_MAX);
        if (f.year && (f.apart < best.apart || (f.apart == best.apart && f.year > best.year)))
            best = f;
    }
    return best;
}

static void year_is(struct pm_clock_member *m, int year, const char *from,
                    enum pm_quality quality) {
    if (m->clock.has_year || year == 0) return;
    m->clock.has_year = true;
    m->clock.year = year;
    m->clock.year_from = from;
    if (m->clock.quality < quality) m->clock.quality = quality;
}

static void year_until(struct pm_clock_member *m, struct pm_clock_range r, int64_t end_ns,
                       const char *from, enum pm_quality quality) {
    year_is(m, nearest_year(m->evidence, r, end_ns).year, from, quality);
}

static void year_from(struct pm_clock_member *m, struct pm_clock_range r, const char *from,
                      enum pm_quality quality) {
    year_until(m, r, INT64_MAX, from, quality);
}

// What a file holds was written before it was last changed; two days are for zones and
// clocks that are off.
static void year_before(struct pm_clock_member *m, int64_t ns, const char *from,
                        enum pm_quality quality) {
    if (ns != PM_NO_TIME)
        year_until(m, (struct pm_clock_range){ns, ns}, ns + 2 * DAY_NS, from, quality);
}

static void year_from_point(struct pm_clock_member *m, int64_t ns, const char *from,
                            enum pm_quality quality) {
    if (ns != PM_NO_TIME) year_from(m, (struct pm_clock_range){ns, ns}, from, quality);
}

static void year_from_pairs(struct pm_clock_member *m) {
    const struct pm_clock_evidence *c = m->evidence;
    size_t best = 0;
    for (size_t i = 1; i < PM_LEN(c->years); i++)
        if (c->years[i].n > c->years[best].n) best = i;
    if (!c->years[best].n) return;
    m->clock.has_year = true;
    m->clock.year = c->years[best].base;
    m->clock.year_from = "inner-stamp";
    m->clock.quality = PM_QUALITY_INFERRED;
}

// `messages-20250319` holds the days before that one, whatever else its node keeps.
static void year_from_own_name(struct pm_clock_member *m) {
    int64_t ns = pm_clock_name_date(pm_str_from(m->path, (size_t)(pm_str_rchr(m->path, '/') + 1)));
    if (ns == PM_NO_TIME) return;
    struct fit f = nearest_year(m->evidence, (struct pm_clock_range){ns, ns}, INT64_MAX);
    if (f.apart <= BESIDE_NS) year_is(m, f.year, "file-name", PM_QUALITY_INFERRED);
}

// A header's date is when the file begins, a collector's name date when it ends; either
// way the member is near it. Name of the file first, then of its folders, then of the
// archive it came in.
int64_t clock_name_date(const struct pm_clock_member *m) {
    for (struct pm_str rest = m->path; rest.n;) {
        ptrdiff_t slash = pm_str_rchr(rest, '/');
        int64_t ns = pm_clock_name_date(pm_str_from(rest, (size_t)(slash + 1)));
        if (ns != PM_NO_TIME) return ns;
        rest = pm_str_sub(rest, 0, slash < 0 ? 0 : (size_t)slash);
    }
    return pm_clock_name_date(m->input);
}

// A node's dated log may be one of another year that was never cleared away. What lies
// beside the log in time is better than what is of its node and lies months off; where
// both lie beside it, each a year apart, the present is meant.
static void year_from_beside(struct resolve *r, struct pm_clock_member *m) {
    const struct node *node = clock_node_of(r, m);
    struct fit own = nearest_of(m->evidence, node->utc.items, node->utc.n),
               events = nearest_of(m->evidence, r->events.items, r->events.n);
    bool ours = own.year && own.apart <= BESIDE_NS,
         theirs = events.year && events.apart <= BESIDE_NS;
    if (theirs && (!ours || events.year > own.year))
        year_is(m, events.year, "objects", PM_QUALITY_INFERRED);
    year_is(m, own.year, m->node.n ? "node" : "folder", PM_QUALITY_INFERRED);
}

void clock_year_resolve(struct resolve *r, struct pm_clock_member *m, int year, int64_t now_ns) {
    struct pm_clock_evidence *c = m->evidence;
    if (clock_is_empty(c->no_year)) return;
    if (year) {
        m->clock.has_year =
            true; // the user's year is the year of the last stamp: what one remembers of an outage
        m->clock.year = year - (int)clock_floor_div(c->no_year.max, PM_CLOCK_LEAP_NS);
        m->clock.year_from = "option";
        m->clock.no_such_day = c->feb29 && !pm_year_leap(m->clock.year + c->feb29_turn);
        m->clock.quality = PM_QUALITY_INFERRED;
        return;
    }
    year_from_pairs(m);
    year_from(m, c->utc, "neighbour", PM_QUALITY_INFERRED);
    year_from(m, c->local, "neighbour", PM_QUALITY_INFERRED);
    year_from(m, c->anchors, "header", PM_QUALITY_INFERRED);
    if (m->clock.has_year) return;
    year_from_own_name(m);
    if (m->mtime_ns != PM_NO_TIME && m->mtime_ns < r->mtime_ns - OTHER_NS &&
        clock_is_credible(m->mtime_ns))
        year_before(m, m->mtime_ns, "mtime", PM_QUALITY_INFERRED);
    year_from_beside(r, m);
    year_from_point(m, clock_name_date(m), "file-name", PM_QUALITY_INFERRED);
    year_from(m, r->bundle, "objects", PM_QUALITY_INFERRED);
    year_before(m, m->mtime_ns, "mtime", PM_QUALITY_ASSUMED);
    year_before(m, now_ns, "assumed", PM_QUALITY_ASSUMED);
}
