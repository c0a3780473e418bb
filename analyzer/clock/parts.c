// A log that was cut at a line into several shards is one log again once they are merged:
// members of one path, of which each goes on where the one before it ends. Alone a part may
// be too short to tell its year or zone, so they are resolved as one, and then each takes
// what was found. A log and a later copy of it, which begin together, are two.
#include "clock/parts.h"
#include "clock/resolve.h"
#include <stdlib.h>

#define PAUSE_NS                                                                                   \
    (60 * PM_NS_PER_S) // a cut falls into no longer pause, or into one of the log's own
#define PAUSE_PART 16  // of what both cover
#define DISORDER_NS (2 * PM_NS_PER_S) // lines of threads and of whole seconds

// What a member has of stamps of one kind: all of them, and those at its ends.
struct said {
    struct pm_clock_range all;
    struct pm_clock_ends ends;
};

static bool is_short(int64_t pause_ns, int64_t both_ns) {
    int64_t most = both_ns / PAUSE_PART;
    return pause_ns <= (most > PAUSE_NS ? most : PAUSE_NS);
}
enum goes_on {
    GOES_BACK, // b is no continuation
    UNTOLD,    // one of them has no such stamps, or b has them later on
    GOES_ON,
};
// It is where it has later times, and in a log whose times go back, where its first line comes
// behind the last of a.
static enum goes_on said_goes_on(struct said a, struct said b) {
    if (clock_is_empty(a.all) || clock_is_empty(b.all)) return UNTOLD;
    const int64_t last = a.all.max > b.all.max ? a.all.max : b.all.max, both = last - a.all.min,
                  pause = b.all.min - a.all.max, between = b.ends.first - a.ends.last;
    const bool later = a.all.min <= b.all.min && a.all.max <= b.all.max && pause >= -DISORDER_NS,
               behind = a.ends.first <= b.ends.first && between >= -DISORDER_NS;
    if ((later && is_short(pause, both)) || (behind && is_short(between, both))) return GOES_ON;
    return later || behind ? UNTOLD : GOES_BACK;
}

static struct said said_no_year(const struct pm_clock_evidence *c) {
    return (struct said){c->no_year, c->no_year_ends};
}
static struct said said_local(const struct pm_clock_evidence *c) {
    return (struct said){c->local, c->local_ends};
}
static struct said said_utc(const struct pm_clock_evidence *c) {
    return (struct said){c->utc, c->utc_ends};
}

// One kind of stamps is enough: what only some lines have, within their text, may be missing
// around a cut for long.
bool pm_clock_goes_on(const struct pm_clock_evidence *a, const struct pm_clock_evidence *b) {
    const enum goes_on said[] = {said_goes_on(said_no_year(a), said_no_year(b)),
                                 said_goes_on(said_local(a), said_local(b)),
                                 said_goes_on(said_utc(a), said_utc(b))};
    bool any = false;
    for (size_t i = 0; i < PM_LEN(said); i++) {
        if (said[i] == GOES_BACK) return false;
        any |= said[i] == GOES_ON;
    }
    return any;
}

static struct said stamps_of(const struct pm_clock_evidence *c) {
    if (!clock_is_empty(c->no_year)) return said_no_year(c);
    return clock_is_empty(c->local) ? said_utc(c) : said_local(c);
}
int pm_clock_order(const struct pm_clock_evidence *a, const struct pm_clock_evidence *b) {
    struct said x = stamps_of(a), y = stamps_of(b);
    if (x.ends.first != y.ends.first) return x.ends.first < y.ends.first ? -1 : 1;
    // One line of a second comes before the rest of it.
    return (x.all.max > y.all.max) - (x.all.max < y.all.max);
}

// ---- resolved as one

static void widen_by(struct pm_clock_range *into, struct pm_clock_range r) {
    if (clock_is_empty(r)) return;
    clock_widen(into, r.min);
    clock_widen(into, r.max);
}

static void votes_add(struct pm_clock_evidence *into, const struct pm_clock_votes *v) {
    if (!v) return;
    struct pm_clock_votes *own = clock_votes_of(into);
    for (size_t i = 0; i < PM_LEN(v->beside); i++) {
        own->written[i] += v->written[i];
        if (!v->beside[i]) continue;
        if (!own->beside[i]) own->beside_at[i] = clock_range_none;
        widen_by(&own->beside_at[i], v->beside_at[i]);
        own->beside[i] += v->beside[i];
    }
}

static void years_add(struct pm_clock_evidence *into, const struct pm_clock_evidence *c) {
    for (size_t k = 0; k < PM_LEN(c->years); k++) {
        size_t i = 0;
        if (!c->years[k].n) continue;
        while (i < PM_LEN(into->years) && into->years[i].n &&
               into->years[i].base != c->years[k].base)
            i++;
        if (i == PM_LEN(into->years)) continue;
        into->years[i].base = c->years[k].base;
        into->years[i].n += c->years[k].n;
    }
}

// As if the second had been read behind the first.
static void evidence_add(struct pm_clock_evidence *into, const struct pm_clock_evidence *c) {
    widen_by(&into->no_year, c->no_year);
    widen_by(&into->local, c->local);
    widen_by(&into->utc, c->utc);
    widen_by(&into->age, c->age);
    widen_by(&into->anchors, c->anchors);
    votes_add(into, c->votes);
    years_add(into, c);
    if (c->feb29) {
        into->feb29 = true;
        into->feb29_turn = c->feb29_turn;
    }
    if (c->capture_ns != PM_NO_TIME) into->capture_ns = c->capture_ns;
    if (c->aged_ns > into->aged_ns) into->aged_ns = c->aged_ns; // PM_NO_TIME is the least
    for (size_t i = 0; i < c->marks_n; i++)
        pm_clock_mark(into, c->marks[i].key, (enum pm_when_kind)c->marks[i].kind, c->marks[i].ns);
}

static bool are_of_one(const struct pm_clock_member *a, const struct pm_clock_member *b) {
    bool one_node = clock_same_node(pm_clock_node_hash(a->node), pm_clock_node_hash(b->node));
    return a->component == b->component && one_node && a->year == b->year && a->zone == b->zone;
}

static int part_order(const void *a, const void *b) {
    const struct clock_part *x = a, *y = b;
    int c = pm_clock_order(x->own, y->own);
    return c ? c : (x->member > y->member) - (x->member < y->member);
}

// Members of one path, in the order of their stamps: the first of a log stands for all.
static void run_join(struct clock_parts *p, struct pm_clock_member *m, size_t from, size_t to) {
    size_t first = p->n;
    for (size_t i = from; i < to; i++)
        *PM_PUSH(p->items, p->n, p->cap) = (struct clock_part){i, i, m[i].evidence, NULL};
    qsort(p->items + first, p->n - first, sizeof *p->items, part_order);
    for (size_t i = first + 1, head = first; i < p->n; i++) {
        struct clock_part *h = &p->items[head], *x = &p->items[i];
        if (!are_of_one(&m[h->member], &m[x->member]) ||
            !pm_clock_goes_on(p->items[i - 1].own, x->own)) {
            head = i;
            continue;
        }
        if (!h->joint) {
            h->joint = pm_xmalloc(sizeof *h->joint);
            pm_clock_init(h->joint);
            evidence_add(h->joint, h->own);
            m[h->member].evidence = h->joint;
        }
        evidence_add(h->joint, x->own);
        x->head = h->member;
        if (!m[h->member].node.n) m[h->member].node = m[x->member].node;
        m[x->member].evidence = &p->nothing;
    }
}

void clock_parts_join(struct clock_parts *p, struct pm_clock_member *m, size_t n) {
    *p = (struct clock_parts){0};
    pm_clock_init(&p->nothing);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && pm_str_eq(m[to].path, m[from].path); to++) {}
        if (to > from + 1 && m[from].path.n) run_join(p, m, from, to);
    }
}

void clock_parts_share(struct clock_parts *p, struct pm_clock_member *m) {
    for (size_t i = 0; i < p->n; i++) {
        struct clock_part *x = &p->items[i];
        m[x->member].evidence = x->own;
        if (x->head == x->member) continue;
        m[x->member].clock = m[x->head].clock;
        if (!m[x->member].node.n) m[x->member].node = m[x->head].node;
    }
    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i].joint) pm_clock_free(p->items[i].joint);
        free(p->items[i].joint);
    }
    free(p->items);
}
