// Who was served before, between and after refusals of one family of causes.
#include "judge/causes/settle.h"
#include <stdlib.h>

static const struct pm_attempt *at(const struct settling *v, const struct pm_order_key *k) {
    return &v->pulls->items[k->index];
}
static bool is_refused(const struct pm_attempt *p, const char *family) {
    return p->outcome == PM_OUTCOME_FAILED && settle_may_be_in(p, family);
}
// A number for a family: its first cause.
static uint32_t family_number(const char *family) {
    uint32_t i = 0;
    while (pm_causes[i].name && strcmp(pm_causes[i].family, family) != 0) i++;
    return i;
}

// Two users that a registry's log names are two credentials: what one was served says
// nothing of how long the other's lasts.
static bool other_user(const struct pm_attempt *q, uint32_t user) {
    return user && q->names->user && q->names->user != user;
}

// Twelve hours after the last login every pull with that credential fails at once: success
// before, none after, whatever the image.
static struct settle_edge edge_of(const struct settling *v, uint32_t registry, uint32_t user,
                                  const char *family) {
    int64_t apart = pm_weight_ns(v->env->rules, PM_WEIGHT_CLOCKS_APART_S);
    struct settle_edge e = {PM_NO_TIME, PM_NO_TIME, PM_NO_TIME, false};
    const struct pm_order *o = &v->all[SHARE_REGISTRY];
    for (size_t i = pm_order_first(o, registry, INT64_MIN);
         i < o->n && o->items[i].group == registry; i++) {
        const struct pm_attempt *q = at(v, &o->items[i]);
        int64_t t = o->items[i].at;
        if (t == PM_NO_TIME || other_user(q, user)) continue;
        bool refused = is_refused(q, family);
        if (refused) e.first_refused = pm_min_time(e.first_refused, t);
        if (refused && e.ok_after != PM_NO_TIME && t - e.ok_after > apart &&
            t - e.ok_after <= v->episode_ns)
            e.mixed = true;
        if (q->outcome != PM_OUTCOME_OK) continue;
        e.first_ok = pm_min_time(e.first_ok, t);
        if (e.first_refused != PM_NO_TIME) e.ok_after = pm_min_time(e.ok_after, t);
    }
    return e;
}

static const struct settle_edge *edge_at(struct settling *v, uint32_t registry, uint32_t user,
                                         const char *family) {
    Word_t *by_family = pm_map_slot(&v->edge_at, family_number(family) + 1);
    Pvoid_t edges = (Pvoid_t)*by_family;
    Word_t *slot = pm_map_slot(&edges, PM_PAIR(registry, user));
    *by_family = (Word_t)edges;
    if (!*slot) {
        *PM_PUSH(v->edges.items, v->edges.n, v->edges.cap) = edge_of(v, registry, user, family);
        *slot = v->edges.n;
    }
    return &PM_REF(v->edges, *slot);
}

bool settle_none_since(struct settling *v, const struct pm_attempt *p, const char *family) {
    uint32_t registry = settle_group(p, SHARE_REGISTRY);
    if (!registry) return false;
    const struct settle_edge *e = edge_at(v, registry, p->names->user, family);
    bool before = e->first_ok != PM_NO_TIME && e->first_refused != PM_NO_TIME &&
                  e->first_ok < e->first_refused;
    return before && !e->mixed && (e->ok_after == PM_NO_TIME || e->ok_after > pm_at(p));
}

bool settle_same_image_before(struct settling *v, const struct pm_attempt *p, const char *family) {
    const struct settle_edge *e =
        edge_at(v, settle_group(p, SHARE_REGISTRY), p->names->user, family);
    const struct pm_order *o = &v->all[SHARE_REPOSITORY];
    for (size_t i = pm_order_first(o, p->names->repository, INT64_MIN);
         i < o->n && o->items[i].group == p->names->repository && o->items[i].at < e->first_refused;
         i++) {
        const struct pm_attempt *q = at(v, &o->items[i]);
        if (q->outcome == PM_OUTCOME_OK && q->names->image == p->names->image) return true;
    }
    return false;
}

// A success between two refusals of the same node, of what has the same credential,
// denies that it ran out: its way is open, one repository's is not. The first moments of
// a renewed credential are not meant: what was under way still fails. What counts is how
// long refusals go on after it, not the pause to the next of them: a pod that backs off
// tries again at any moment.
struct turn { // of one node and episode: the last refusal, the first success since the first
    int64_t refused, served;
};
struct turns {
    Pvoid_t at_node; // node + 1 → index + 1
    PM_LIST(struct turn) list;
};

static bool same_credential(const struct pm_attempt *p, const struct pm_attempt *q) {
    if (p->names->user && q->names->user) return p->names->user == q->names->user;
    return !p->names->k8s_namespace || !q->names->k8s_namespace ||
           p->names->k8s_namespace == q->names->k8s_namespace;
}

static struct turn *turn_of(struct turns *turns, uint32_t node) {
    Word_t *slot = pm_map_slot(&turns->at_node, (Word_t)node + 1);
    if (!*slot) {
        *PM_PUSH(turns->list.items, turns->list.n, turns->list.cap) =
            (struct turn){PM_NO_TIME, PM_NO_TIME};
        *slot = turns->list.n;
    }
    return &PM_REF(turns->list, *slot);
}

// Is this a refusal that came some time after a success, which came after a refusal?
static bool turn_refused_again(const struct settling *v, struct turn *turn, int64_t t,
                               bool refused) {
    if (turn->refused != PM_NO_TIME && t - turn->refused > v->episode_ns)
        *turn = (struct turn){PM_NO_TIME, PM_NO_TIME};
    if (!refused) {
        if (turn->refused != PM_NO_TIME && turn->served == PM_NO_TIME) turn->served = t;
        return false;
    }
    turn->refused = t;
    return turn->served != PM_NO_TIME &&
           t - turn->served > pm_weight_ns(v->env->rules, PM_WEIGHT_UNDER_WAY_S);
}

static bool serves_between(const struct settling *v, const struct pm_attempt *p,
                           const char *family) {
    struct turns turns = {0};
    const struct pm_order *o = &v->all[SHARE_REGISTRY];
    uint32_t registry = settle_group(p, SHARE_REGISTRY);
    bool found = false;
    Word_t freed;
    for (size_t i = pm_order_first(o, registry, INT64_MIN);
         i < o->n && o->items[i].group == registry && !found; i++) {
        const struct pm_attempt *q = at(v, &o->items[i]);
        bool refused = is_refused(q, family), served = q->outcome == PM_OUTCOME_OK;
        if (o->items[i].at == PM_NO_TIME || !same_credential(p, q) || (!refused && !served))
            continue;
        found = turn_refused_again(v, turn_of(&turns, q->node), o->items[i].at, refused);
    }
    JLFA(freed, turns.at_node);
    (void)freed;
    free(turns.list.items);
    return found;
}

// Asked for each refused pull: remembered for each registry and credential.
bool settle_served_between(struct settling *v, const struct pm_attempt *p, const char *family) {
    uint32_t registry = settle_group(p, SHARE_REGISTRY);
    if (!registry) return false;
    Word_t *by_family = pm_map_slot(&v->served_at, family_number(family) + 1);
    Pvoid_t answers = (Pvoid_t)*by_family;
    Word_t *slot = pm_map_slot(
        &answers, PM_PAIR(registry, p->names->user ? p->names->user : p->names->k8s_namespace));
    *by_family = (Word_t)answers;
    if (!*slot) *slot = serves_between(v, p, family) ? 2 : 1;
    return *slot == 2;
}

bool settle_all_refused(const struct settling *v, const struct pm_attempt *p, const char *family) {
    const struct pm_order *o = &v->all[SHARE_REGISTRY];
    uint32_t registry = settle_group(p, SHARE_REGISTRY);
    bool others = false;
    size_t looked = 0;
    if (pm_at(p) == PM_NO_TIME) return false;
    for (size_t i = pm_order_first(o, registry, pm_since(pm_at(p), v->episode_ns));
         i < o->n && o->items[i].group == registry &&
         o->items[i].at <= pm_time_add(pm_at(p), v->episode_ns) && looked++ < SETTLE_LOOKED_MAX;
         i++) {
        const struct pm_attempt *q = at(v, &o->items[i]);
        if (q->outcome == PM_OUTCOME_OK && o->items[i].at < pm_at(p)) return false;
        others = others || (is_refused(q, family) && q->names->repository != p->names->repository);
    }
    return others;
}

// A map of maps, by family.
static void by_family_free(Pvoid_t *map) {
    Word_t freed, key = 0, *answers;
    JLF(answers, *map, key);
    while (answers) {
        Pvoid_t of_family = (Pvoid_t)*answers;
        JLFA(freed, of_family);
        JLN(answers, *map, key);
    }
    JLFA(freed, *map);
    (void)freed;
}

void settle_turns_free(struct settling *v) {
    by_family_free(&v->served_at);
    by_family_free(&v->edge_at);
    free(v->edges.items);
}
