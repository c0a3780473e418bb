// Year, zone, capture time and skew. See clock.h for how it is used; design: formats.md
// §0.3 in short:
//
// year   stamps with a year on the same lines > the file's own absolute stamps > its header ("Log file created at") > a date in its own name that it
//        ends on > a modification time that is far older than other members' > other members of the node, or events, that it lies beside > the nearest
//        of the node's members > any date in its names > the bundle's objects and events > modification time > this machine's clock
// zone   --tz > stamps with a zone on the same lines > the same pulls told elsewhere with a zone, at an offset of whole quarters of an hour >
//        what the node's runtime writes behind its own stamps > UTC on trust
// ages   the member's own capture time > a dated text in a row that gives its age > one in its folder > the latest stamp of JSON beside it > one further up > a date in its names >
//        its own last dated line, where the modification time is not of that day > modification time
//
// Not done: abbreviations of zones (CST is three of them), leap seconds, clocks that are
// stepped within a file.
#include "clock/clock.h"
#include "clock/node.h"
#include "pm/intern.h"
#include <limits.h>
#include <stdlib.h>

#define QUARTER_NS (900 * PM_NS_PER_S)
#define DAY_NS (86400 * PM_NS_PER_S)
#define TURNS_MAX 20   // New Years within one file; more is noise
#define MARKS_MAX 2048 // a member's: more facts than that agree or never will
#define SAME_FACT_NS (2 * PM_NS_PER_S)
#define SKEW_FACT_NS (60 * PM_NS_PER_S)
#define SKEW_TOLD_MS 2000
#define BESIDE_NS (2 * DAY_NS) // logs of one day, whatever their zones
#define OTHER_NS                                                                                   \
    (90 * DAY_NS) // a file that was left alone so long is of another time than its neighbours

static const struct pm_clock_range nothing = {INT64_MAX, INT64_MIN};

static void widen(struct pm_clock_range *r, int64_t ns) {
    if (ns < r->min) r->min = ns;
    if (ns > r->max) r->max = ns;
}
static bool is_empty(struct pm_clock_range r) { return r.min > r.max; }

// 2000 to 2100. Stamps outside are somebody's mistake or malice: kept as they are, but
// they prove nothing, and sums with them could overflow.
static bool is_credible(int64_t ns) {
    return ns >= INT64_C(946684800) * PM_NS_PER_S && ns <= INT64_C(4102444800) * PM_NS_PER_S;
}
static void widen_credible(struct pm_clock_range *r, int64_t ns) {
    if (is_credible(ns)) widen(r, ns);
}

static int64_t floor_div(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

static int year_of(int64_t ns) {
    int y, mo, d, h, mi, s, ms;
    pm_civil_of(ns, &y, &mo, &d, &h, &mi, &s, &ms);
    return y;
}

void pm_clock_init(struct pm_clock_evidence *c) {
    memset(c, 0, sizeof *c);
    c->no_year = c->local = c->utc = c->age = c->anchors = nothing;
    c->capture_ns = c->aged_ns = PM_NO_TIME;
}

void pm_clock_free(struct pm_clock_evidence *c) {
    free(c->marks);
    free(c->votes);
    c->marks = NULL;
    c->votes = NULL;
}

static struct pm_clock_votes *votes_of(struct pm_clock_evidence *c) {
    if (!c->votes) {
        c->votes = pm_xmalloc(sizeof *c->votes);
        memset(c->votes, 0, sizeof *c->votes);
    }
    return c->votes;
}

// ---- while a member is read

// The turn of the year nearest to the stamp before: more than half a year backwards is
// New Year, forwards is a file joined in the wrong order.
static int64_t walk(struct pm_clock_evidence *c, int64_t leap_ns) {
    int64_t at = leap_ns;
    if (c->walking) {
        at += floor_div(c->walk, PM_CLOCK_LEAP_NS) * PM_CLOCK_LEAP_NS;
        if (at - c->walk > PM_CLOCK_LEAP_NS / 2 && c->walk > -TURNS_MAX * PM_CLOCK_LEAP_NS)
            at -= PM_CLOCK_LEAP_NS;
        else if (c->walk - at > PM_CLOCK_LEAP_NS / 2 && c->walk < TURNS_MAX * PM_CLOCK_LEAP_NS)
            at += PM_CLOCK_LEAP_NS;
    }
    c->walking = true;
    c->walk = at;
    if (leap_ns / DAY_NS == 59) {
        c->feb29 = true;
        c->feb29_turn = (int)floor_div(at, PM_CLOCK_LEAP_NS);
    }
    widen(&c->no_year, at);
    return at;
}

int64_t pm_clock_see(struct pm_clock_evidence *c, const struct pm_when *w) {
    switch (w->kind) {
    case PM_WHEN_NO_YEAR: return walk(c, w->ns);
    case PM_WHEN_LOCAL: widen_credible(&c->local, w->ns); return w->ns;
    case PM_WHEN_UTC: widen_credible(&c->utc, w->ns); return w->ns;
    case PM_WHEN_AGE:
        if (w->ns >= 0 && w->ns < 100 * 365 * DAY_NS) widen(&c->age, w->ns);
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
    for (int y = year_of(utc_ns) - 1, end = y + 2; y <= end; y++) {
        int64_t at;
        if (!pm_when_in_year(w->ns, y, &at) || llabs(at - utc_ns) >= llabs(best)) continue;
        best = at - utc_ns;
        *year = y;
    }
    *ahead_ns = best;
    return best != INT64_MAX;
}

static int64_t quarters(int64_t ns) { return floor_div(ns + QUARTER_NS / 2, QUARTER_NS); }

void pm_clock_pair(struct pm_clock_evidence *c, const struct pm_when *envelope,
                   const struct pm_when *payload) {
    const struct pm_when *utc = envelope->kind == PM_WHEN_UTC ? envelope : payload,
                         *open = utc == envelope ? payload : envelope;
    if (utc->kind != PM_WHEN_UTC || !is_credible(utc->ns) ||
        (open->kind == PM_WHEN_LOCAL && !is_credible(open->ns)) ||
        (open->kind != PM_WHEN_NO_YEAR && open->kind != PM_WHEN_LOCAL))
        return;
    int64_t ahead;
    int year;
    if (!ahead_of(open, utc->ns, &ahead, &year)) return;
    int64_t q = quarters(ahead);
    if (q < -PM_CLOCK_STEPS || q > PM_CLOCK_STEPS) return;
    struct pm_clock_votes *votes = votes_of(c);
    if (!votes->beside[q + PM_CLOCK_STEPS]++) votes->beside_at[q + PM_CLOCK_STEPS] = nothing;
    widen(&votes->beside_at[q + PM_CLOCK_STEPS], utc->ns);
    if (open->kind != PM_WHEN_NO_YEAR) return;
    int base = year - (int)floor_div(c->walking ? c->walk : 0, PM_CLOCK_LEAP_NS);
    size_t i = 0;
    while (i < PM_LEN(c->years) && c->years[i].n && c->years[i].base != base) i++;
    if (i == PM_LEN(c->years)) return;
    c->years[i].base = base;
    c->years[i].n++;
}

void pm_clock_written(struct pm_clock_evidence *c, const struct pm_when *w) {
    int32_t q = w->offset_s / 900;
    if (w->kind == PM_WHEN_UTC && w->offset_s % 900 == 0 && abs(q) <= PM_CLOCK_STEPS)
        votes_of(c)->written[q + PM_CLOCK_STEPS]++;
}

void pm_clock_capture(struct pm_clock_evidence *c, const struct pm_when *w) {
    if ((w->kind == PM_WHEN_UTC || w->kind == PM_WHEN_LOCAL) && is_credible(w->ns))
        c->capture_ns = w->ns;
}

// Ages are cut off to whole units: the row whose sum is the latest has lost the least.
void pm_clock_aged(struct pm_clock_evidence *c, const struct pm_when *then,
                   const struct pm_when *age) {
    if (then->kind != PM_WHEN_UTC || !is_credible(then->ns) || age->ns < 0 ||
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
    if (kind != PM_WHEN_NO_YEAR && !is_credible(stored_ns)) return;
    *PM_PUSH(c->marks, c->marks_n, c->marks_cap) =
        (struct pm_clock_mark){key, stored_ns, 0, (uint8_t)kind};
}

uint32_t pm_clock_node_hash(struct pm_str node) {
    if (!node.n) return 0;
    bool address = true;
    for (size_t i = 0; i < node.n; i++)
        address &= (node.p[i] >= '0' && node.p[i] <= '9') || node.p[i] == '.' || node.p[i] == ':';
    ptrdiff_t dot = address ? -1 : pm_str_chr(node, '.', 0);
    uint32_t h = (uint32_t)pm_str_hash(pm_str_sub(node, 0, dot < 0 ? node.n : (size_t)dot), 1);
    return h ? h : 1;
}

// ---- dates in names

static bool digits_at(struct pm_str s, size_t at, int n, int *out) {
    *out = 0;
    if (at + (size_t)n > s.n) return false;
    for (int i = 0; i < n; i++) {
        if (s.p[at + (size_t)i] < '0' || s.p[at + (size_t)i] > '9') return false;
        *out = *out * 10 + s.p[at + (size_t)i] - '0';
    }
    return true;
}
static bool digit_at(struct pm_str s, size_t at) {
    return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

// Hour and minute behind a date, however they are joined to it: _0304, -030405,
// T03-04-05, _03_04_05.
static int64_t time_behind(struct pm_str s, size_t at) {
    int h, m;
    size_t run = 0;
    while (digit_at(s, at + 1 + run)) run++;
    if (run > 6) return 12 * 60; // an epoch: noon will do
    if (at >= s.n || !memchr("_-T", s.p[at], 3) || !digits_at(s, at + 1, 2, &h) || h > 23)
        return 12 * 60;
    size_t minute = at + 3 + (at + 3 < s.n && memchr("_-:", s.p[at + 3], 3) != NULL);
    return digits_at(s, minute, 2, &m) && m < 60 ? h * 60 + m : 12 * 60;
}

int64_t pm_clock_name_date(struct pm_str name) {
    int64_t found = PM_NO_TIME;
    for (size_t i = 0; i + 8 <= name.n; i++) {
        int y, m, d;
        if ((i > 0 && digit_at(name, i - 1)) || !digits_at(name, i, 4, &y) || y < 2013 || y > 2099)
            continue;
        bool split = name.p[i + 4] == '-' || name.p[i + 4] == '_';
        size_t at = i + 4 + split;
        if (!digits_at(name, at, 2, &m) || m < 1 || m > 12) continue;
        at += 2;
        if (split && !(at < name.n && name.p[at] == name.p[i + 4])) continue;
        at += split;
        if (!digits_at(name, at, 2, &d) || d < 1 || d > 31 || digit_at(name, at + 2)) continue;
        found = pm_civil_ns(y, m, d, 0, 0, 0, 0) + time_behind(name, at + 2) * 60 * PM_NS_PER_S;
    }
    return found;
}

// ---- once all are read

static bool in_turn(int64_t walked, int base, int64_t *ns) {
    int64_t turn = floor_div(walked, PM_CLOCK_LEAP_NS), leap_ns = walked - turn * PM_CLOCK_LEAP_NS;
    int year = base + (int)turn;
    if (pm_when_in_year(leap_ns, year, ns)) return true;
    if (!pm_when_in_year(leap_ns - DAY_NS, year, ns))
        return false; // Feb 29 of a year that has none: the day after Feb 28
    *ns += DAY_NS;
    return false;
}

struct
    fit { // the year for turn 0 that brings a member's stamps nearest to something dated; 0: none
    int year;
    int64_t apart;
};

// Nearest to [min, max]; the later of two equals. No stamp may be later than `end_ns`.
static struct fit nearest_year(const struct pm_clock_evidence *c, struct pm_clock_range r,
                               int64_t end_ns) {
    struct fit best = {0, INT64_MAX};
    if (is_empty(r) || !is_credible(r.min) || !is_credible(r.max)) return best;
    for (int y = year_of(r.min) - (c->feb29 ? 8 : 1), end = year_of(r.max) + 1; y <= end; y++) {
        int64_t from, to;
        if (c->feb29 && !pm_year_leap(y + c->feb29_turn)) continue;
        in_turn(c->no_year.min, y, &from);
        in_turn(c->no_year.max, y, &to);
        if (to > end_ns) continue;
        int64_t apart = from > r.max ? from - r.max : r.min > to ? r.min - to : 0;
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

struct place {            // what is known under one folder, subfolders included
    int64_t told, latest; // capture times told; stamps of objects and events
};
struct ranges { // of members, each its own
    struct pm_clock_range *items;
    size_t n, cap;
};
struct node {
    struct ranges utc;
    uint32_t votes[2 * PM_CLOCK_STEPS + 1]; // for the zone of its processes
};
struct log { // a log with its rotated parts
    uint32_t votes[2 * PM_CLOCK_STEPS + 1];
};
struct resolve {
    struct pm_clock_member *m;
    size_t n;
    struct pm_intern *folders, *labels, *log_names;
    struct log *logs;
    size_t logs_n, logs_cap; // by name id
    struct place *places;
    size_t places_n, places_cap; // by folder id
    struct node *nodes;
    size_t nodes_n, nodes_cap;    // by label id; 0 is nobody
    struct pm_clock_range bundle; // absolute stamps of objects and events, else of anything
    struct ranges events; // of events alone: they live for an hour, objects as long as the cluster
    int64_t mtime_ns;     // the latest of all members
    struct pm_clock_mark *marks; // with a zone, by key then time
    size_t marks_n, marks_cap;
};

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

// A header's date is when the file begins, a collector's name date when it ends; either
// way the member is near it. Name of the file first, then of its folders, then of the
// archive it came in.
static int64_t name_date(const struct pm_clock_member *m) {
    for (struct pm_str rest = m->path; rest.n;) {
        ptrdiff_t slash = pm_str_rchr(rest, '/');
        int64_t ns = pm_clock_name_date(pm_str_from(rest, (size_t)(slash + 1)));
        if (ns != PM_NO_TIME) return ns;
        rest = pm_str_sub(rest, 0, slash < 0 ? 0 : (size_t)slash);
    }
    return pm_clock_name_date(m->input);
}

// `messages-20250319` holds the days before that one, whatever else its node keeps.
static void year_from_own_name(struct pm_clock_member *m) {
    int64_t ns = pm_clock_name_date(pm_str_from(m->path, (size_t)(pm_str_rchr(m->path, '/') + 1)));
    if (ns == PM_NO_TIME) return;
    struct fit f = nearest_year(m->evidence, (struct pm_clock_range){ns, ns}, INT64_MAX);
    if (f.apart <= BESIDE_NS) year_is(m, f.year, "file-name", PM_QUALITY_INFERRED);
}

static bool is_of_cluster(enum pm_component c) {
    return c == PM_COMP_EVENTS || c == PM_COMP_OBJECTS;
}
static bool is_node_side(enum pm_component c) { return c >= PM_COMP_KUBELET && c <= PM_COMP_CRIO; }

static struct pm_str folder_of(struct pm_str path) {
    ptrdiff_t slash = pm_str_rchr(path, '/');
    return pm_str_sub(path, 0, slash < 0 ? 0 : (size_t)slash);
}

// The record of its node, by first label; what has none shares its folder's: a server's
// error log beside its access log, a flat grab of one host.
static struct node *node_of(struct resolve *r, const struct pm_clock_member *m) {
    uint64_t key = m->node.n ? pm_clock_node_hash(m->node)
                             : pm_str_hash(folder_of(m->path), 2) | UINT64_C(1) << 40;
    uint32_t id = pm_intern_id(r->labels, (struct pm_str){(const char *)&key, sizeof key});
    while (r->nodes_n <= id) *PM_PUSH(r->nodes, r->nodes_n, r->nodes_cap) = (struct node){{0}, {0}};
    return &r->nodes[id];
}

// A node's dated log may be one of another year that was never cleared away. What lies
// beside the log in time is better than what is of its node and lies months off; where
// both lie beside it, each a year apart, the present is meant.
static void year_from_beside(struct resolve *r, struct pm_clock_member *m) {
    const struct node *node = node_of(r, m);
    struct fit own = nearest_of(m->evidence, node->utc.items, node->utc.n),
               events = nearest_of(m->evidence, r->events.items, r->events.n);
    bool ours = own.year && own.apart <= BESIDE_NS,
         theirs = events.year && events.apart <= BESIDE_NS;
    if (theirs && (!ours || events.year > own.year))
        year_is(m, events.year, "objects", PM_QUALITY_INFERRED);
    year_is(m, own.year, m->node.n ? "node" : "folder", PM_QUALITY_INFERRED);
}

static void resolve_year(struct resolve *r, struct pm_clock_member *m, int year, int64_t now_ns) {
    struct pm_clock_evidence *c = m->evidence;
    if (is_empty(c->no_year)) return;
    if (year) {
        m->clock.has_year =
            true; // the user's year is the year of the last stamp: what one remembers of an outage
        m->clock.year = year - (int)floor_div(c->no_year.max, PM_CLOCK_LEAP_NS);
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
        is_credible(m->mtime_ns))
        year_before(m, m->mtime_ns, "mtime", PM_QUALITY_INFERRED);
    year_from_beside(r, m);
    year_from_point(m, name_date(m), "file-name", PM_QUALITY_INFERRED);
    year_from(m, r->bundle, "objects", PM_QUALITY_INFERRED);
    year_before(m, m->mtime_ns, "mtime", PM_QUALITY_ASSUMED);
    year_before(m, now_ns, "assumed", PM_QUALITY_ASSUMED);
}

// ---- zones

static bool has_open_zone(const struct pm_clock_evidence *c) {
    return !is_empty(c->no_year) || !is_empty(c->local);
}

static void set_offset(struct pm_clock_member *m, int64_t q, const char *from,
                       enum pm_quality quality) {
    m->clock.has_offset = true;
    m->clock.offset_s = (int32_t)(q * 900);
    m->clock.offset_from = from;
    if (m->clock.quality < quality) m->clock.quality = quality;
}

// The most voted of the offsets, where it has three fifths of the votes.
static bool most_voted(const uint32_t votes[2 * PM_CLOCK_STEPS + 1], int64_t *q) {
    uint64_t all = 0;
    int best = 0;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++) {
        all += votes[i];
        if (votes[i] > votes[best]) best = i;
    }
    *q = best - PM_CLOCK_STEPS;
    return all > 0 && votes[best] * UINT64_C(5) >= all * 3;
}

// Summer time began or ended within the member: two offsets an hour apart (half an hour
// on Lord Howe), one after the other. Clocks are put forward and back at a whole hour of
// UTC; where none lies between the two (zones at odd quarters), at the first stamp that
// shows it.
static bool changed(const struct pm_clock_votes *v, struct pm_clock *clock) {
    static const int apart[] = {4, 2};
    uint64_t all = 0;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++) all += v->beside[i];
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++) {
        for (size_t k = 0; k < PM_LEN(apart); k++) {
            int j = i + apart[k];
            if (j > 2 * PM_CLOCK_STEPS || v->beside[i] < 2 || v->beside[j] < 2 ||
                (v->beside[i] + v->beside[j]) * UINT64_C(5) < all * 4)
                continue;
            bool back = v->beside_at[j].max < v->beside_at[i].min,
                 forward = v->beside_at[i].max < v->beside_at[j].min;
            int from = back ? j : i, to = back ? i : j;
            if (!back && !forward) continue;
            int64_t hour = 3600 * PM_NS_PER_S,
                    at = (floor_div(v->beside_at[from].max, hour) + 1) * hour;
            clock->changes = true;
            clock->before_s = (from - PM_CLOCK_STEPS) * 900;
            clock->offset_s = (to - PM_CLOCK_STEPS) * 900;
            clock->change_ns = at <= v->beside_at[to].min ? at : v->beside_at[to].min;
            return true;
        }
    }
    return false;
}

static int by_key_then_time(const void *a, const void *b) {
    const struct pm_clock_mark *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->ns < y->ns ? -1 : x->ns > y->ns;
}

static void gather_marks(struct resolve *r) {
    for (size_t i = 0; i < r->n; i++) {
        struct pm_clock_evidence *c = r->m[i].evidence;
        for (size_t k = 0; k < c->marks_n; k++) {
            if (c->marks[k].kind != PM_WHEN_UTC) continue;
            struct pm_clock_mark *into = PM_PUSH(r->marks, r->marks_n, r->marks_cap);
            *into = c->marks[k];
            into->node = pm_clock_node_hash(r->m[i].node);
        }
    }
    if (r->marks_n > 1) qsort(r->marks, r->marks_n, sizeof *r->marks, by_key_then_time);
}

// First of the marks with this key at or after ns.
static size_t marks_from(const struct resolve *r, uint64_t key, int64_t ns) {
    size_t lo = 0, hi = r->marks_n;
    struct pm_clock_mark want = {key, ns, 0, 0};
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by_key_then_time(&r->marks[mid], &want) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static bool same_node(uint32_t a, uint32_t b) { return !a || !b || a == b; }

// One fact of the member against all tellings of it with a zone: each offset that would
// make two of them one gets a vote, once.
static void vote(const struct resolve *r, const struct pm_clock_mark *mark, uint32_t node,
                 int64_t local_ns, uint32_t votes[2 * PM_CLOCK_STEPS + 1]) {
    bool voted[2 * PM_CLOCK_STEPS + 1] = {false};
    const int64_t reach = PM_CLOCK_STEPS * QUARTER_NS + SAME_FACT_NS;
    size_t i = marks_from(r, mark->key, local_ns - reach), looked = 0;
    for (; i < r->marks_n && r->marks[i].key == mark->key && r->marks[i].ns <= local_ns + reach &&
           looked < 1024;
         i++, looked++) {
        int64_t ahead = local_ns - r->marks[i].ns, q = quarters(ahead);
        if (q < -PM_CLOCK_STEPS || q > PM_CLOCK_STEPS ||
            llabs(ahead - q * QUARTER_NS) > SAME_FACT_NS || !same_node(node, r->marks[i].node))
            continue;
        if (!voted[q + PM_CLOCK_STEPS]) votes[q + PM_CLOCK_STEPS]++;
        voted[q + PM_CLOCK_STEPS] = true;
    }
}

// The parts of a rotated log are written in one zone: they vote together, a part alone
// may be too short to tell.
static struct log *log_of(struct resolve *r, const struct pm_clock_member *m) {
    uint64_t key[] = {pm_str_hash(pm_node_unrotated(m->path), 3), pm_str_hash(m->input, 4),
                      pm_clock_node_hash(m->node)};
    uint32_t id = pm_intern_id(r->log_names, (struct pm_str){(const char *)key, sizeof key});
    while (r->logs_n <= id) *PM_PUSH(r->logs, r->logs_n, r->logs_cap) = (struct log){{0}};
    return &r->logs[id];
}

static void vote_all(struct resolve *r, const struct pm_clock_member *m) {
    if (!has_open_zone(m->evidence) || !m->evidence->marks_n) return;
    bool server =
        m->component == PM_COMP_REGISTRY ||
        m->component == PM_COMP_PROXY; // whoever asked it, it was not the machine that it runs on
    uint32_t *votes = log_of(r, m)->votes, node = server ? 0 : pm_clock_node_hash(m->node);
    for (size_t i = 0; i < m->evidence->marks_n; i++) {
        const struct pm_clock_mark *mark = &m->evidence->marks[i];
        int64_t local_ns = mark->ns;
        if (mark->kind == PM_WHEN_UTC ||
            (mark->kind == PM_WHEN_NO_YEAR &&
             (!m->clock.has_year || !in_turn(mark->ns, m->clock.year, &local_ns))))
            continue;
        vote(r, mark, node, local_ns, votes);
    }
}

// Back-off settles at five minutes, so a long outage repeats at every quarter of an hour:
// the winner must beat the second clearly. Where the node's other members are at an
// offset that coincides about as often, it is that: several nodes in one file coincide
// with one another by chance.
static bool coincidence(struct resolve *r, const struct pm_clock_member *m, const int64_t *others_q,
                        int64_t *q) {
    const uint32_t *votes = log_of(r, m)->votes;
    int best = PM_CLOCK_STEPS; // UTC wins a tie
    uint32_t second = 0;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++)
        if (votes[i] > votes[best]) best = i;
    for (int i = 0; i <= 2 * PM_CLOCK_STEPS; i++)
        if (i != best && votes[i] > second) second = votes[i];
    if (others_q && votes[*others_q + PM_CLOCK_STEPS] >= 2 &&
        votes[*others_q + PM_CLOCK_STEPS] * 3 >= votes[best]) {
        *q = *others_q;
        return true;
    }
    *q = best - PM_CLOCK_STEPS;
    return votes[best] >= 2 && votes[best] * 2 >= second * 3;
}

// What the runtime of a node writes, and what its members were found to run at.
static void node_learns(struct resolve *r, const struct pm_clock_member *m) {
    if (!m->node.n && (is_of_cluster(m->component) || m->component == PM_COMP_CLOUD)) return;
    struct node *node = node_of(r, m);
    int64_t q;
    if (!is_empty(m->evidence->utc))
        *PM_PUSH(node->utc.items, node->utc.n, node->utc.cap) = m->evidence->utc;
    if (!m->evidence->votes) return;
    if (most_voted(m->evidence->votes->beside, &q)) node->votes[q + PM_CLOCK_STEPS] += 2;
    if (most_voted(m->evidence->votes->written, &q)) node->votes[q + PM_CLOCK_STEPS]++;
}

static void resolve_offset(struct resolve *r, struct pm_clock_member *m,
                           const struct pm_zone *zone) {
    int64_t q, others;
    const struct node *node = node_of(r, m);
    bool told = most_voted(node->votes, &others);
    if (!has_open_zone(m->evidence)) return;
    if (zone) {
        m->clock.zone = zone;
        set_offset(m, 0, "option", PM_QUALITY_INFERRED);
        int64_t at = 0;
        if (!is_empty(m->evidence->local)) at = m->evidence->local.max;
        else if (m->clock.has_year) in_turn(m->evidence->no_year.max, m->clock.year, &at);
        m->clock.offset_s = pm_zone_offset(zone, pm_zone_utc(zone, at, PM_NO_TIME));
    } else if (m->evidence->votes && changed(m->evidence->votes, &m->clock))
        set_offset(m, m->clock.offset_s / 900, "inner-stamp", PM_QUALITY_INFERRED);
    else if (m->evidence->votes && most_voted(m->evidence->votes->beside, &q))
        set_offset(m, q, "inner-stamp", PM_QUALITY_INFERRED);
    else if (coincidence(r, m, told ? &others : NULL, &q))
        set_offset(m, q, "coincidence", PM_QUALITY_INFERRED);
    else if (told) set_offset(m, others, m->node.n ? "node" : "folder", PM_QUALITY_INFERRED);
    else {
        set_offset(m, 0, "assumed", PM_QUALITY_ASSUMED);
        m->clock.has_offset = false;
    }
}

// ---- capture time

static struct place *place_of(struct resolve *r, struct pm_str folder) {
    uint32_t id = pm_intern_id(r->folders, folder);
    while (r->places_n <= id)
        *PM_PUSH(r->places, r->places_n, r->places_cap) = (struct place){PM_NO_TIME, PM_NO_TIME};
    return &r->places[id];
}

static void folders_learn(struct resolve *r, const struct pm_clock_member *m) {
    bool cluster = is_of_cluster(m->component) && !is_empty(m->evidence->utc);
    if (m->evidence->capture_ns == PM_NO_TIME && !cluster) return;
    for (struct pm_str folder = folder_of(m->path);; folder = folder_of(folder)) {
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
    if (is_empty(c->age) || (is_empty(c->no_year) && is_empty(c->local) && is_empty(c->utc)))
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
    for (struct pm_str folder = folder_of(m->path);; folder = folder_of(folder)) {
        uint32_t id = pm_intern_find(r->folders, folder);
        const struct place *p = id < r->places_n ? &r->places[id] : NULL;
        ++*steps;
        if (p && p->told != PM_NO_TIME) return p->told;
        if (p && p->latest != PM_NO_TIME) return p->latest;
        if (folder.n == 0) break;
    }
    *steps = UINT_MAX;
    int64_t named = name_date(m), own = own_end(m);
    if (named != PM_NO_TIME) return named;
    if (own != PM_NO_TIME &&
        (m->mtime_ns == PM_NO_TIME || m->mtime_ns < own || m->mtime_ns > own + DAY_NS))
        return own;
    bool credible = is_empty(r->bundle) || (m->mtime_ns > r->bundle.max - 3600 * PM_NS_PER_S &&
                                            m->mtime_ns < r->bundle.max + 7 * DAY_NS);
    return m->mtime_ns != PM_NO_TIME && credible ? m->mtime_ns
           : is_empty(r->bundle)                 ? PM_NO_TIME
                                                 : r->bundle.max;
}

// A copy was captured when its original was. Which of them still lies beside what tells
// the time is not known before: the nearer one.
static void captures(struct resolve *r, struct pm_clock_member *m, size_t n) {
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

// ---- skew

static int by_number(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// The nearest telling of the same fact by the cluster's events, at most a minute away.
static bool nearest_mark(const struct resolve *r, const struct pm_clock_mark *mark, uint32_t node,
                         int64_t utc_ns, int64_t *apart) {
    bool found = false;
    *apart = SKEW_FACT_NS;
    for (size_t i = marks_from(r, mark->key, utc_ns - SKEW_FACT_NS);
         i < r->marks_n && r->marks[i].key == mark->key && r->marks[i].ns <= utc_ns + SKEW_FACT_NS;
         i++) {
        if (!same_node(node, r->marks[i].node) || r->marks[i].kind != PM_COMP_EVENTS ||
            llabs(utc_ns - r->marks[i].ns) > llabs(*apart))
            continue;
        *apart = utc_ns - r->marks[i].ns;
        found = true;
    }
    return found;
}

static void resolve_skew(const struct resolve *r, struct pm_clock_member *m) {
    if (!is_node_side(m->component) || m->evidence->marks_n < 3) return;
    int64_t *apart = pm_xmalloc(m->evidence->marks_n * sizeof *apart);
    size_t n = 0;
    uint32_t node = pm_clock_node_hash(m->node);
    for (size_t i = 0; i < m->evidence->marks_n; i++) {
        const struct pm_clock_mark *mark = &m->evidence->marks[i];
        enum pm_quality q = PM_QUALITY_EXACT;
        int64_t utc_ns = pm_clock_fix_stamp(&m->clock, (enum pm_when_kind)mark->kind, mark->ns, &q);
        if (utc_ns != PM_NO_TIME && nearest_mark(r, mark, node, utc_ns, &apart[n])) n++;
    }
    m->clock.last_ns = PM_NO_TIME;
    if (n >= 3) {
        qsort(apart, n, sizeof *apart, by_number);
        int64_t ms = apart[n / 2] / 1000000,
                spread_ms = (apart[n - 1 - n / 8] - apart[n / 8]) / 1000000;
        if (llabs(ms) > SKEW_TOLD_MS && spread_ms < llabs(ms)) m->clock.skew_ms = ms;
    }
    free(apart);
}

// The skew is told against events only; `kind` of gathered marks is free by then and
// takes the teller's component.
static void mark_tellers(struct resolve *r) {
    r->marks_n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct pm_clock_evidence *c = r->m[i].evidence;
        for (size_t k = 0; r->m[i].component == PM_COMP_EVENTS && k < c->marks_n; k++) {
            if (c->marks[k].kind != PM_WHEN_UTC) continue;
            struct pm_clock_mark *into = PM_PUSH(r->marks, r->marks_n, r->marks_cap);
            *into = (struct pm_clock_mark){c->marks[k].key, c->marks[k].ns, 0, PM_COMP_EVENTS};
        }
    }
    if (r->marks_n > 1) qsort(r->marks, r->marks_n, sizeof *r->marks, by_key_then_time);
}

static void gather_bundle_range(struct resolve *r) {
    struct pm_clock_range any = nothing;
    for (size_t i = 0; i < r->n; i++) {
        const struct pm_clock_member *m = &r->m[i];
        if (m->mtime_ns > r->mtime_ns) r->mtime_ns = m->mtime_ns;
        if (is_empty(m->evidence->utc)) continue;
        if (m->component == PM_COMP_EVENTS)
            *PM_PUSH(r->events.items, r->events.n, r->events.cap) = m->evidence->utc;
        struct pm_clock_range *into = is_of_cluster(m->component) ? &r->bundle : &any;
        widen(into, m->evidence->utc.min);
        widen(into, m->evidence->utc.max);
    }
    if (is_empty(r->bundle)) r->bundle = any;
}

void pm_clock_resolve(struct pm_clock_member *m, size_t n, int year, const struct pm_zone *zone,
                      int64_t now_ns) {
    struct resolve r = {.m = m,
                        .n = n,
                        .bundle = nothing,
                        .mtime_ns = PM_NO_TIME,
                        .folders = pm_intern_new(),
                        .labels = pm_intern_new(),
                        .log_names = pm_intern_new()};
    for (size_t i = 0; i < n; i++)
        m[i].clock = (struct pm_clock){.capture_ns = PM_NO_TIME, .last_ns = PM_NO_TIME};
    gather_bundle_range(&r);
    gather_marks(&r);
    for (size_t i = 0; i < n; i++) node_learns(&r, &m[i]), folders_learn(&r, &m[i]);
    for (size_t i = 0; i < n; i++) resolve_year(&r, &m[i], year, now_ns);
    for (size_t i = 0; i < n; i++) vote_all(&r, &m[i]);
    for (size_t i = 0; i < n; i++) resolve_offset(&r, &m[i], zone);
    captures(&r, m, n);
    mark_tellers(&r);
    for (size_t i = 0; i < n; i++) resolve_skew(&r, &m[i]);
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

// ---- fixing

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
    if (!is_credible(local_ns)) return local_ns;
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
        *quality = in_turn(ns, c->year, &at) ? c->quality : PM_QUALITY_ASSUMED;
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
    if (!is_empty(m->evidence->local)) {
        widen(&span, pm_clock_fix_stamp(&clock, PM_WHEN_LOCAL, m->evidence->local.min, &q));
        widen(&span, pm_clock_fix_stamp(&clock, PM_WHEN_LOCAL, m->evidence->local.max, &q));
    }
    if (!is_empty(m->evidence->no_year) && m->clock.has_year) {
        widen(&span, pm_clock_fix_stamp(&clock, PM_WHEN_NO_YEAR, m->evidence->no_year.min, &q));
        widen(&span, pm_clock_fix_stamp(&clock, PM_WHEN_NO_YEAR, m->evidence->no_year.max, &q));
    }
    if (!is_empty(m->evidence->age) && clock.capture_ns != PM_NO_TIME) {
        widen(&span, clock.capture_ns - m->evidence->age.max);
        widen(&span, clock.capture_ns - m->evidence->age.min);
    }
    *from_ns = is_empty(span) ? PM_NO_TIME : span.min;
    *to_ns = is_empty(span) ? PM_NO_TIME : span.max;
    return !is_empty(span);
}
