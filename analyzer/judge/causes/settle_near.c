// Who else failed near a pull, and which lines stand beside it.
#include "judge/causes/settle.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

// The group of lines that registries and proxies wrote, which are on no node.
#define REGISTRY_SIDE UINT32_MAX

// A registry's own log that does not name it is one registry's all the same.
uint32_t settle_group(const struct pm_attempt *p, enum settle_share share) {
    if (share == SHARE_NODE) return p->node;
    if (share == SHARE_REPOSITORY) return p->names->repository;
    return p->names->registry ? p->names->registry : p->names->log;
}

static struct pm_attempt *settle_near_at(const struct settling *v, const struct pm_order_key *k) {
    return &v->pulls->items[k->index];
}

static bool sure(const struct pm_verdict *verdict) {
    return verdict->cause >= 0 && verdict->candidate_count <= 1;
}

static void sides_prepare(struct settling *v) {
    for (size_t i = 0; i < v->ev->traces.n; i++) {
        const struct pm_trace *t = &v->ev->traces.items[i];
        if (t->ts != PM_NO_TIME &&
            (t->said->role == PM_ROLE_SIDE ||
             (sure(t->said->verdict) && settle_kin_has(&v->beside_pulls, t->said->verdict->cause))))
            pm_order_add(&v->sides, t->said->origin == PM_ORIGIN_REGISTRY ? REGISTRY_SIDE : t->node,
                         t->ts, (uint32_t)i);
    }
    pm_order_sort(&v->sides);
}

void settle_near_prepare(struct settling *v) {
    for (size_t i = 0; i < v->pulls->n; i++) {
        const struct pm_attempt *p = &v->pulls->items[i];
        for (int k = 0; k < SHARE_COUNT; k++)
            pm_order_add(&v->all[k], settle_group(p, (enum settle_share)k), pm_at(p), (uint32_t)i);
        if (p->outcome == PM_OUTCOME_OK)
            *pm_map_slot(&v->good_repository, p->names->repository) = 1;
    }
    for (int k = 0; k < SHARE_COUNT; k++) pm_order_sort(&v->all[k]);
    sides_prepare(v);
}

// Whose cause speaks for others. Nobody's words are no voice: what a challenge without an
// answer looks like in a registry's log.
static bool is_heard(const struct pm_attempt *p, bool settled_too) {
    if (p->outcome != PM_OUTCOME_FAILED || p->names->verdict->cause < 0 || settle_is_open(p) ||
        pm_at(p) == PM_NO_TIME)
        return false;
    if (p->origin == PM_ORIGIN_REGISTRY && !p->names->verdict->rule) return false;
    return !p->settled_by_neighbour ||
           (settled_too && p->names->verdict->confidence >= PM_CONFIDENCE_MEDIUM);
}

void settle_near_hear(struct settling *v, bool settled_too) {
    for (int k = 0; k < SHARE_COUNT; k++) v->sure[k].n = 0;
    for (size_t i = 0; i < v->pulls->n; i++) {
        const struct pm_attempt *p = &v->pulls->items[i];
        for (int k = 0; is_heard(p, settled_too) && k < SHARE_COUNT; k++)
            pm_order_add(&v->sure[k], settle_group(p, (enum settle_share)k), pm_at(p), (uint32_t)i);
    }
    for (int k = 0; k < SHARE_COUNT; k++) pm_order_sort(&v->sure[k]);
}

void settle_near_free(struct settling *v) {
    Word_t freed;
    for (int k = 0; k < SHARE_COUNT; k++) {
        free(v->all[k].items);
        free(v->sure[k].items);
    }
    free(v->sides.items);
    JLFA(freed, v->good_repository);
    (void)freed;
}

// Another tag may well be there.
static bool another_image(const struct pm_attempt *p, const struct pm_attempt *other) {
    return pm_cause_has(other->names->verdict->cause, PM_TRAIT_OF_IMAGE) &&
           other->names->image != p->names->image;
}

static bool speaks_for(const struct pm_attempt *p, const struct pm_attempt *other,
                       const struct settle_kin *of) {
    return other != p && settle_kin_has(of, other->names->verdict->cause) &&
           !another_image(p, other) &&
           (settle_may_be(p, other->names->verdict->cause) ||
            pm_cause_has(p->names->verdict->cause, PM_TRAIT_STOPPED));
}

// Outwards from the pull: the first that fits is the nearest.
static const struct pm_attempt *search(const struct settling *v, const struct pm_order *o,
                                       uint32_t group, const struct pm_attempt *p,
                                       const struct settle_kin *of) {
    int64_t end = pm_at(p);
    if (!group || end == PM_NO_TIME) return NULL;
    size_t from = pm_order_first(o, group, end), left = from, right = from;
    for (;;) {
        bool l = left > 0 && o->items[left - 1].group == group &&
                 pm_time_between(o->items[left - 1].at, end) <= v->episode_ns;
        bool r = right < o->n && o->items[right].group == group &&
                 pm_time_between(end, o->items[right].at) <= v->episode_ns;
        if (!l && !r) return NULL;
        bool go_left = l && (!r || pm_time_apart(end, o->items[left - 1].at) <
                                       pm_time_apart(o->items[right].at, end));
        const struct pm_attempt *other = settle_near_at(v, &o->items[go_left ? --left : right++]);
        if (speaks_for(p, other, of)) return other;
    }
}

static const struct pm_attempt *searched(struct settling *v, struct settle_question *q,
                                         enum settle_share share, const struct settle_kin *of) {
    for (size_t i = 0; i < q->kept_n; i++)
        if (q->kept[i].share == share && q->kept[i].causes == of->causes) return q->kept[i].found;
    const struct pm_attempt *found =
        search(v, &v->sure[share], settle_group(q->p, share), q->p, of);
    if (q->kept_n < SETTLE_KEPT_MAX)
        q->kept[q->kept_n++] = (struct settle_kept){share, of->causes, found};
    return found;
}

static const struct pm_attempt *first_of(struct settling *v, struct settle_question *q,
                                         const struct settle_near *n, const struct settle_kin *of) {
    const struct pm_attempt *found = NULL;
    for (size_t i = 0; i < n->shares_n && !found; i++) found = searched(v, q, n->shares[i], of);
    return found;
}

// The families of the pull's own readings, each in its turn.
static const struct pm_attempt *of_own(struct settling *v, struct settle_question *q,
                                       const struct settle_near *n) {
    const struct pm_attempt *found = NULL;
    for (int i = 0; i < q->p->names->verdict->candidate_count && !found; i++) {
        struct settle_kin family = settle_kin_family(v, q->p->names->verdict->candidates[i]);
        found = first_of(v, q, n, &family);
    }
    return found;
}

const struct pm_attempt *settle_nearest(struct settling *v, struct settle_question *q,
                                        const struct settle_near *n) {
    const struct pm_attempt *found = n->own ? of_own(v, q, n) : first_of(v, q, n, &n->cause);
    if (!found) return NULL;
    if (n->only.causes && !settle_kin_has(&n->only, found->names->verdict->cause)) return NULL;
    if (n->other_than.causes && settle_kin_has(&n->other_than, found->names->verdict->cause))
        return NULL;
    return found;
}

// One of these causes, for sure: whichever of its readings it is. Where the pull itself may be
// that, a line that cannot choose is no help to choose.
static bool reads_as(const struct pm_attempt *p, const struct pm_verdict *verdict,
                     const struct settle_kin *causes) {
    if (verdict->cause < 0 || !settle_kin_has(causes, verdict->cause)) return false;
    for (int i = 0; i < verdict->candidate_count && !sure(verdict); i++)
        if (!settle_kin_has(causes, verdict->candidates[i]) ||
            settle_may_be(p, verdict->candidates[i]))
            return false;
    return true;
}

static bool is_wanted(const struct settling *v, const struct pm_attempt *p,
                      const struct pm_trace *t, const struct settle_beside *b) {
    if (t->said->role != PM_ROLE_SIDE && !b->any_line) return false;
    if (b->same_repository && t->said->repository && p->names->repository &&
        !pm_str_ends(pm_name(v->env, p->names->repository), pm_name(v->env, t->said->repository)))
        return false;
    if (b->fits && !settle_may_be(p, t->said->verdict->cause)) return false;
    return (b->kinds >> t->said->kind & 1) || reads_as(p, t->said->verdict, &b->cause);
}

const struct pm_trace *settle_line_beside(const struct settling *v, const struct pm_attempt *p,
                                          const struct settle_beside *b) {
    int64_t end = pm_at(p);
    uint32_t group = b->by_registry ? REGISTRY_SIDE : p->node;
    if (end == PM_NO_TIME) return NULL;
    for (size_t i = pm_order_first(&v->sides, group, pm_since(end, b->before_ns)); i < v->sides.n;
         i++) {
        const struct pm_order_key *k = &v->sides.items[i];
        if (k->group != group || k->at > pm_time_add(end, b->after_ns)) return NULL;
        const struct pm_trace *t = &v->ev->traces.items[k->index];
        if (is_wanted(v, p, t, b)) return t;
    }
    return NULL;
}

bool settle_amid_others(const struct settling *v, const struct pm_attempt *p,
                        const struct settle_amid *amid) {
    const struct pm_order *o = &v->all[amid->share];
    uint32_t group = settle_group(p, amid->share);
    if (pm_at(p) == PM_NO_TIME) return false; // those without a time are not near each other
    for (size_t i = pm_order_first(o, group, pm_since(pm_at(p), amid->within_ns));
         i < o->n && o->items[i].group == group &&
         o->items[i].at <= pm_time_add(pm_at(p), amid->within_ns);
         i++) {
        const struct pm_attempt *other = settle_near_at(v, &o->items[i]);
        if (other != p && other->outcome == PM_OUTCOME_FAILED &&
            settle_kin_has(&amid->cause, other->names->verdict->cause))
            return true;
    }
    return false;
}

// The nearest failed pull of one repository or node with a cause, at the same registry.
static const struct pm_attempt *alike_by(const struct settling *v, const struct pm_attempt *p,
                                         enum settle_share share) {
    const struct pm_order *o = &v->all[share];
    const struct pm_attempt *best = NULL;
    uint32_t group = settle_group(p, share);
    int64_t gap = v->episode_ns;
    if (!group || pm_at(p) == PM_NO_TIME) return NULL;
    size_t i = pm_order_first(o, group, pm_since(pm_at(p), gap)),
           here = pm_order_first(o, group, pm_at(p));
    if (here > i + SETTLE_LOOKED_MAX) i = here - SETTLE_LOOKED_MAX;
    for (size_t end = here + SETTLE_LOOKED_MAX;
         i < end && i < o->n && o->items[i].group == group &&
         o->items[i].at <= pm_time_add(pm_at(p), v->episode_ns);
         i++) {
        const struct pm_attempt *other = settle_near_at(v, &o->items[i]);
        int64_t d = pm_time_apart(o->items[i].at, pm_at(p));
        if (other->outcome != PM_OUTCOME_FAILED || other->names->verdict->cause < 0 ||
            other->names->registry != p->names->registry || d >= gap || another_image(p, other))
            continue;
        best = other;
        gap = d;
    }
    return best;
}

const struct pm_attempt *settle_alike(const struct settling *v, const struct pm_attempt *p) {
    const struct pm_attempt *best = alike_by(v, p, SHARE_REPOSITORY);
    return best ? best : alike_by(v, p, SHARE_NODE);
}
