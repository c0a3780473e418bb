// How far a node's clock is off the clock of a registry's log, learnt from the pulls that
// both tell.
//
// Each pair of an attempt and a group of requests for the same image and with the same
// outcome proposes an offset. Chance proposes all kinds, the clocks the same one again
// and again: the offset that explains most attempts of the node wins, if no smaller one
// does as well. Repeated attempts lie 10, 20, 40 … s apart, so that a wrong offset may
// explain some of them, but never all. A log whose zone is wrong is off by whole quarters
// of an hour, which comes out the same way. The measure is for matching; stored stamps
// stay as they were written.
#include "base/sort.h"
#include "judge/attempts/request.h"
#include <stdlib.h>

#define SAME_NS PM_S(2)         // two stamps of one pull by clocks that agree
#define DRIFT_NS PM_SKEW_MAX_NS // clocks that drifted
#define ZONE_NS PM_S(50400)     // a zone that is only assumed: 14 hours
#define NEARBY_NS PM_S(300)
#define FEW 3
#define OFFERS_MAX 4000     // of a log and a node; more tell nothing new
#define OFFERS_EACH_MAX 128 // of one attempt

struct offer {
    int64_t ns;
    uint32_t pull;
};
struct offers {
    PM_LIST(struct offer) list;
};
struct told { // attempts that log and node may both tell of
    size_t attempts, images;
};

static int by_offset(const void *a, const void *b) {
    const struct offer *x = a, *y = b;
    if (x->ns != y->ns) return x->ns < y->ns ? -1 : 1;
    return x->pull < y->pull ? -1 : x->pull > y->pull;
}

static size_t distinct(uint32_t *pulls, size_t n) {
    size_t out = 0;
    qsort(pulls, n, sizeof *pulls, pm_by_uint32);
    for (size_t i = 0; i < n; i++) out += i == 0 || pulls[i] != pulls[i - 1];
    return out;
}

// Attempts that an offset within [from, from + 2 s] explains.
static size_t explained(const struct offers *o, int64_t from, uint32_t *room) {
    size_t n = 0, low = 0, high = o->list.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (o->list.items[middle].ns < from) low = middle + 1;
        else high = middle;
    }
    for (size_t i = low; i < o->list.n && o->list.items[i].ns <= from + SAME_NS; i++)
        room[n++] = o->list.items[i].pull;
    return distinct(room, n);
}

// The middle of the two seconds that explain most; 0 where that is not worth more than to
// believe that the clocks agree.
static bool best_of(struct offers *o, const struct told *t, int64_t *ns) {
    uint32_t *room = pm_xmalloc((o->list.n + 1) * sizeof *room);
    size_t best = 0;
    qsort(o->list.items, o->list.n, sizeof *o->list.items, by_offset);
    size_t agreeing = explained(o, -SAME_NS / 2, room);
    for (size_t i = 0; i < o->list.n; i++) {
        int64_t from = o->list.items[i].ns;
        if (i && from == o->list.items[i - 1].ns) continue;
        size_t n = explained(o, from, room);
        if (n < best || (n == best && llabs(from + SAME_NS / 2) >= llabs(*ns))) continue;
        best = n;
        size_t k = i, last = i;
        for (; k < o->list.n && o->list.items[k].ns <= from + SAME_NS; k++) last = k;
        *ns = (from + o->list.items[last].ns) / 2;
    }
    free(room);
    if (best <= agreeing + agreeing / 4) {
        best = agreeing;
        *ns = 0;
    }
    bool two = t->images > 1 && best >= 2 && best == t->attempts &&
               llabs(*ns) <= NEARBY_NS; // of different images: no back-off of one
    return two || (best >= FEW && best * 2 > t->attempts);
}

struct logs { // what is compared
    struct pm_order groups;
    struct pm_ids files, nodes; // file: number + 1
    Pvoid_t node_in_log;        // log and node → 1 where the log shows the node's own address
    struct pm_ids agreeing;     // nodes whose clock is a log's
};

static bool may_be_same(const struct logs *l, const struct pm_attempt *p,
                        const struct pm_request_group *g) {
    if (g->probe || g->redundant || !pm_agent_may_be_node(g->agent_kind)) return false;
    if (g->node ? g->node != p->node : pm_map_get(l->node_in_log, PM_PAIR(g->file, p->node)) != 0)
        return false;
    if (g->reference && p->names->tag && g->reference != p->names->tag) return false;
    return p->outcome == PM_OUTCOME_OPEN || (p->outcome == PM_OUTCOME_FAILED) == (g->worst != 0);
}

// How far a log may be off: an assumed zone may be any.
static int64_t reach(const struct pm_evidence *ev, uint32_t file) {
    bool sure =
        file < ev->facts.files.n && ev->facts.files.items[file].row.quality == PM_QUALITY_EXACT;
    return sure ? DRIFT_NS : ZONE_NS;
}

// One attempt's offers; false where it has none.
static bool offer(const struct pm_evidence *ev, const struct pm_pulls *pulls, const struct logs *l,
                  uint32_t file, uint32_t pull, struct offers *o) {
    const struct pm_attempt *p = &pulls->items[pull];
    int64_t far = reach(ev, file);
    size_t before = o->list.n;
    for (size_t k = pm_order_first(&l->groups, p->names->repository, pm_began(p) - far);
         k < l->groups.n && l->groups.items[k].group == p->names->repository; k++) {
        const struct pm_request_group *g = &ev->groups.items[l->groups.items[k].index];
        if (l->groups.items[k].at > pm_time_add(pm_at(p), far) ||
            o->list.n - before >= OFFERS_EACH_MAX)
            break;
        if (g->file != file || !may_be_same(l, p, g)) continue;
        int64_t ns =
            g->worst || p->started == PM_NO_TIME ? pm_at(p) - g->last : p->started - g->first;
        *PM_PUSH(o->list.items, o->list.n, o->list.cap) = (struct offer){ns, pull};
    }
    return o->list.n > before;
}

static void offer_all(const struct pm_evidence *ev, const struct pm_pulls *pulls,
                      const struct logs *l, uint32_t file, uint32_t node, struct offers *o,
                      struct told *t) {
    uint32_t image = 0;
    for (size_t i = 0; i < pulls->n && o->list.n < OFFERS_MAX; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        bool own = p->origin == PM_ORIGIN_RUNTIME || p->origin == PM_ORIGIN_DOCKERD ||
                   p->origin == PM_ORIGIN_KUBELET;
        if (p->node != node || !own || p->reconstructed || pm_began(p) == PM_NO_TIME ||
            !offer(ev, pulls, l, file, (uint32_t)i, o))
            continue;
        t->attempts++;
        t->images += !image || p->names->image != image; // one or several is all that is asked
        image = p->names->image;
    }
}

static void learn(struct pm_evidence *ev, const struct pm_pulls *pulls, struct logs *l,
                  uint32_t file, uint32_t node) {
    struct offers o = {0};
    struct told told = {0};
    int64_t ns = 0;
    offer_all(ev, pulls, l, file, node, &o, &told);
    if (told.attempts > 1 && best_of(&o, &told, &ns)) {
        if (llabs(ns) > SAME_NS) *pm_map_slot(&ev->request_skew, PM_PAIR(file, node)) = (Word_t)ns;
        else pm_ids_add_new(&l->agreeing, node);
        if (llabs(ns) > ev->request_skew_most) ev->request_skew_most = llabs(ns);
    }
    free(o.list.items);
}

// A node that is off a log that others agree with has a clock of its own: that is worth
// telling, and counts wherever clocks are compared.
static void tell_skew(const struct pm_env *env, struct pm_evidence *ev, const struct logs *l) {
    for (size_t n = 0; n < l->nodes.n && l->agreeing.n; n++) {
        uint32_t node = l->nodes.items[n];
        int64_t ns = 0;
        for (size_t f = 0; f < l->files.n && !ns; f++)
            ns = (int64_t)pm_map_get(ev->request_skew, PM_PAIR(l->files.items[f] - 1, node));
        if (!ns || llabs(ns) >= PM_SKEW_MAX_NS || pm_skew_of(ev, node) ||
            pm_ids_has(&l->agreeing, node))
            continue;
        *pm_map_slot(&ev->skew, node) = (Word_t)ns;
        for (size_t i = 0; i < ev->facts.files.n; i++) {
            struct pm_file_fact *f = &ev->facts.files.items[i];
            if (f->node && pm_facts_node(env, ev, f->node) == node && !f->row.skew_ms)
                f->row.skew_ms = ns / 1000000;
        }
    }
}

void pm_request_clock_learn(const struct pm_env *env, struct pm_evidence *ev,
                            const struct pm_pulls *pulls, Pvoid_t node_in_log) {
    struct logs l = {.node_in_log = node_in_log};
    for (size_t i = 0; i < ev->groups.n; i++) {
        const struct pm_request_group *g = &ev->groups.items[i];
        if (g->redundant || g->probe) continue;
        pm_order_add(&l.groups, g->repository, g->first, (uint32_t)i);
        pm_ids_add_new(&l.files, g->file + 1);
    }
    for (size_t i = 0; i < pulls->n && l.groups.n; i++)
        if (pulls->items[i].node) pm_ids_add_new(&l.nodes, pulls->items[i].node);
    pm_order_sort(&l.groups);
    for (size_t f = 0; f < l.files.n; f++)
        for (size_t n = 0; n < l.nodes.n; n++)
            learn(ev, pulls, &l, l.files.items[f] - 1, l.nodes.items[n]);
    tell_skew(env, ev, &l);
    pm_ids_free(&l.files);
    pm_ids_free(&l.nodes);
    pm_ids_free(&l.agreeing);
    free(l.groups.items);
}

int64_t pm_request_skew(const struct pm_evidence *ev, uint32_t file, const struct pm_attempt *p) {
    int64_t learnt = p->node ? (int64_t)pm_map_get(ev->request_skew, PM_PAIR(file, p->node)) : 0;
    if (learnt) return learnt;
    return p->node ? pm_skew_of(ev, p->node)
                   : 0; // else the log's clock is taken to be the cluster's
}
