// Bridged: few pulls meet a runtime that falls over every minute, and what it does between
// them is the same trouble.
//
// A node may have thousands of such incidents, and its runtime as many restarts. Neither is
// looked through for each pair: an incident meets only those of its own nodes, a walk over
// what their runtimes told begins where the incident ends, and who begins behind what it
// could reach at most is passed over.
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

// What a runtime told, in order of node and time.
struct spell {
    const struct pm_trace *trace;
    int64_t last; // the latest end of this and of those before it, of its node
};
struct lane { // those of a node that are still to come
    const struct spell *next, *end;
};
struct bridging {
    const struct pm_scene *scene;
    struct pm_hits *hits;
    struct pm_order by_node; // incidents that may be bridged, by their place
    size_t ordered;          // so many incidents begin one after the other
    struct pm_order order;   // of the spells
    struct spell *spells;
    PM_LIST(struct lane) lanes; // of the walk that is under way
};

static bool of_runtime(const struct pm_trace *t) {
    return t->said->kind == PM_KIND_RUNTIME_DOWN || t->said->kind == PM_KIND_RUNTIME_STOP ||
           t->said->kind == PM_KIND_RUNTIME_START;
}

static void spells_find(struct bridging *b) {
    const struct pm_evidence *ev = b->scene->ev;
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (of_runtime(t) && t->ts != PM_NO_TIME)
            pm_order_add(&b->order, t->node, (int64_t)i, (uint32_t)i);
    }
    pm_order_sort(&b->order);
    size_t n = b->order.n;
    b->spells = pm_xmalloc((n + 1) * sizeof *b->spells);
    for (size_t i = 0; i < n; i++) {
        const struct pm_trace *t = &ev->traces.items[b->order.items[i].index];
        b->spells[i] = (struct spell){t, pm_trace_last(t)};
        if (i && b->spells[i - 1].trace->node == t->node)
            b->spells[i].last = pm_max_time(b->spells[i - 1].last, b->spells[i].last);
    }
}

// ---- a walk over what the runtimes of some nodes told behind some time

static void lane_open(struct bridging *b, uint32_t node, int64_t at) {
    size_t lo = pm_order_first(&b->order, node, 0),
           end = pm_order_first(&b->order, node, INT64_MAX), hi = end;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (b->spells[mid].last <= at) lo = mid + 1;
        else hi = mid;
    }
    if (lo < end)
        *PM_PUSH(b->lanes.items, b->lanes.n, b->lanes.cap) =
            (struct lane){b->spells + lo, b->spells + end};
}
// of: of these, where they are the other's, too; NULL: of all.
static void lanes_open(struct bridging *b, const struct pm_hit *h, const struct pm_hit *of) {
    b->lanes.n = 0;
    for (size_t i = 0; i < h->nodes.n; i++)
        if (!of || pm_ids_has(&of->nodes, h->nodes.items[i]))
            lane_open(b, h->nodes.items[i], h->to);
}
// The next of all lanes in order of time; NULL: there is none. first: when the next of any
// lane began at the earliest.
static const struct spell *spell_next(struct bridging *b, int64_t *first) {
    struct lane *of = NULL;
    *first = PM_NO_TIME;
    for (size_t i = 0; i < b->lanes.n; i++) {
        struct lane *l = &b->lanes.items[i];
        if (l->next == l->end) continue;
        *first = pm_min_time(*first, pm_trace_first(l->next->trace));
        if (!of || l->next->trace < of->next->trace) of = l;
    }
    return of ? of->next++ : NULL;
}

// Does trouble of the runtimes of both fill the time between them, with no gap that would
// end an episode?
static bool filled(struct bridging *b, const struct pm_hit *from, const struct pm_hit *to,
                   int64_t gap) {
    int64_t at = from->to, first;
    const struct spell *s;
    lanes_open(b, from, to);
    while (at < pm_since(to->from, gap) && (s = spell_next(b, &first))) {
        if (pm_trace_last(s->trace) <= at) continue;
        if (pm_time_between(at, pm_trace_first(s->trace)) > gap) return false;
        at = pm_trace_last(s->trace);
    }
    return at >= pm_since(to->from, gap);
}

// How far trouble of its nodes' runtimes goes on behind it at most, whoever shares them: no
// lane is filled past a gap, whatever comes behind that.
static int64_t reach_of(struct bridging *b, const struct pm_hit *h, int64_t gap) {
    int64_t at = h->to, first;
    const struct spell *s;
    lanes_open(b, h, NULL);
    while ((s = spell_next(b, &first)) && pm_time_between(at, first) <= gap)
        at = pm_max_time(at, pm_trace_last(s->trace));
    return at;
}

// ---- the incidents

static bool may_bridge(const struct pm_hit *h) {
    return pm_cause_has(h->cause, PM_TRAIT_RESTART) && !h->dropped;
}
static void hits_find(struct bridging *b) {
    const struct pm_hits *hits = b->hits;
    for (size_t i = 0; i < hits->n; i++)
        for (size_t k = 0; k < hits->items[i].nodes.n && may_bridge(&hits->items[i]); k++)
            pm_order_add(&b->by_node, hits->items[i].nodes.items[k], (int64_t)i, (uint32_t)i);
    pm_order_sort(&b->by_node);
    b->ordered = hits->n > 0;
    while (b->ordered < hits->n && hits->items[b->ordered - 1].from <= hits->items[b->ordered].from)
        b->ordered++;
}
// The first behind a place that shares a node with it; SIZE_MAX: none.
static size_t next_of_nodes(const struct bridging *b, const struct pm_hit *h, size_t place) {
    size_t next = SIZE_MAX;
    for (size_t i = 0; i < h->nodes.n; i++) {
        size_t at = pm_order_first(&b->by_node, h->nodes.items[i], (int64_t)place + 1);
        if (at < b->by_node.n && b->by_node.items[at].group == h->nodes.items[i] &&
            b->by_node.items[at].index < next)
            next = b->by_node.items[at].index;
    }
    return next;
}

static void bridge_from(struct bridging *b, size_t place) {
    struct pm_hit *h = &b->hits->items[place];
    const int64_t gap = pm_family_of(b->scene->env, h->cause)->gap_ns;
    int64_t reach = reach_of(b, h, gap);
    for (size_t k = place; (k = next_of_nodes(b, h, k)) != SIZE_MAX;) {
        struct pm_hit *other = &b->hits->items[k];
        if (pm_since(other->from, gap) > reach) { // and so are those that begin later
            if (k < b->ordered) k = b->ordered - 1;
            continue;
        }
        if (h->cause != other->cause || h->client != other->client || other->dropped ||
            h->from > other->from || !filled(b, h, other, gap))
            continue;
        size_t nodes = h->nodes.n;
        pm_hit_take_over(b->scene->pulls, h, other);
        if (h->nodes.n > nodes || h->to > reach) reach = reach_of(b, h, gap);
    }
}

void pm_bridge(const struct pm_scene *scene, struct pm_hits *hits) {
    struct bridging b = {.scene = scene, .hits = hits};
    hits_find(&b);
    if (b.by_node.n) spells_find(&b);
    for (size_t i = 0; i < hits->n && b.by_node.n; i++)
        if (may_bridge(&hits->items[i])) bridge_from(&b, i);
    free(b.by_node.items);
    free(b.order.items);
    free(b.spells);
    free(b.lanes.items);
}
