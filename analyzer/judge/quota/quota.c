// Quotas over time: who spent a registry's pull budget, when it was gone, when it frees.
//
// Evidence, best first: RateLimit headers that a log kept; the registry side's manifest GETs; the nodes' own pulls. Where only pulls are known usage is a
// range: a pull costs one GET, or two where the image is an index. Only refusals that name a quota count (rate-limit.anonymous and .authenticated): throttling,
// a proxy's words and the kubelet's own limiter are no quota, and are never mixed in.
//
// Who shares a budget is seen, not assumed: an address is its own client, unless it was refused with a budget of its own hardly touched while all together
// had used it up. Then they leave through one address, and are counted as one.
#include "judge/quota/quota.h"
#include "judge/state.h"
#include <stdlib.h>

#define POINTS_MAX 240
#define CONSUMERS_MAX 8

struct spend { // one pull, as the registry's meter sees it
    int64_t at;
    uint32_t client, pull; // pull: index + 1, 0 where only the registry side saw it
    uint16_t low, high;    // manifest GETs it cost, at least and at most; 0 where it was refused
    bool refused;
};
struct budget { // one registry, identity and user
    uint32_t registry, user;
    bool anonymous;
    PM_LIST(struct spend) spends;
};
struct budgets {
    PM_LIST(struct budget) list;
};

static struct budget *budget_of(struct budgets *all, uint32_t registry, bool anonymous, uint32_t user) {
    for (size_t i = 0; i < all->list.n; i++) {
        struct budget *b = &all->list.items[i];
        if (b->registry == registry && b->anonymous == anonymous && b->user == user) return b;
    }
    struct budget *b = PM_PUSH(all->list.items, all->list.n, all->list.cap);
    *b = (struct budget){.registry = registry, .anonymous = anonymous, .user = user};
    return b;
}

// Did this pull present credentials? Its own lines, then the pull secrets of its pods; -1 where nothing says.
static int pull_credentials(const struct pm_state *s, const struct pm_attempt *p) {
    if (p->outcome == PM_OUTCOME_FAILED && pm_cause_is(p->verdict.cause, "rate-limit.anonymous")) return 0;
    if (p->outcome == PM_OUTCOME_FAILED && pm_cause_is(p->verdict.cause, "rate-limit.authenticated")) return 1;
    if (p->user || (p->flags & PM_EV_CREDENTIALS)) return 1;
    if (p->flags & PM_EV_ANONYMOUS) return 0;
    int known = -1;
    for (size_t i = 0; i < p->pods.n; i++) {
        Word_t at = pm_map_get(s->facts.pod_by_key, p->pods.items[i]);
        if (!at) continue;
        const struct pm_pod_fact *f = &s->facts.pods.items[at - 1];
        if (!f->listed) continue;
        if (f->secrets.n) return 1;
        known = 0;
    }
    return known;
}

// A pull that got its manifest has spent, whatever happened to its layers.
static bool got_manifest(const struct pm_attempt *p) {
    if (p->outcome == PM_OUTCOME_OK) return true;
    if (p->outcome != PM_OUTCOME_FAILED || p->status >= 400) return false;
    return p->stage == PM_STAGE_UNPACK || pm_cause_in(p->verdict.cause, "storage") || pm_cause_is(p->verdict.cause, "network.stalled") ||
           pm_cause_is(p->verdict.cause, "runtime.unpack") || pm_cause_is(p->verdict.cause, "image.platform-mismatch");
}

static bool is_refusal(const struct pm_attempt *p) {
    return p->outcome == PM_OUTCOME_FAILED &&
           (pm_cause_is(p->verdict.cause, "rate-limit.anonymous") || pm_cause_is(p->verdict.cause, "rate-limit.authenticated"));
}

// The address that the registry saw a node under, so that pulls that only the node logged stand beside those that the registry logged too.
static uint32_t *node_clients(const struct pm_state *s) {
    uint32_t names = pm_intern_count(s->names), *of = pm_xmalloc((names + 1) * sizeof *of);
    memset(of, 0, (names + 1) * sizeof *of);
    for (size_t i = 0; i < s->groups.n; i++) {
        const struct pm_request_group *g = &s->groups.items[i];
        if (g->pull && !g->redundant && g->client && s->pulls.items[g->pull - 1].node && !of[s->pulls.items[g->pull - 1].node])
            of[s->pulls.items[g->pull - 1].node] = g->client;
    }
    return of;
}

// An access log seldom says whose registry it fronts: the pull that a group belongs to does, or the repository where only one registry has it.
static uint32_t group_registry(const struct pm_state *s, const struct pm_request_group *g) {
    if (g->registry) return g->registry;
    if (g->pull) return s->pulls.items[g->pull - 1].registry;
    Word_t only = pm_map_get(s->facts.registry_of_repository, g->repository);
    return only == UINT32_MAX ? 0 : (uint32_t)only;
}

// What the whole bundle says of one registry, worked out once.
struct account {
    int64_t from, to;     // its own log is the better meter, for as long as it was kept
    bool anonymous, user; // whom its refusals name
    bool nodes_tell;      // refused pulls are counted where the nodes tell of them; a burst of retries can look like two groups to the registry's side
};
struct accounts {
    Pvoid_t at; // registry → index + 1
    PM_LIST(struct account) list;
};

static struct account *account_of(struct accounts *all, uint32_t registry) {
    Word_t *slot = pm_map_slot(&all->at, registry);
    if (!*slot) {
        *PM_PUSH(all->list.items, all->list.n, all->list.cap) = (struct account){.from = PM_NO_TIME, .to = PM_NO_TIME};
        *slot = all->list.n;
    }
    return &all->list.items[*slot - 1];
}

static void accounts_fill(const struct pm_state *s, struct accounts *all) {
    for (size_t i = 0; i < s->groups.n; i++) {
        const struct pm_request_group *g = &s->groups.items[i];
        if (g->redundant || g->mirror) continue;
        struct account *a = account_of(all, group_registry(s, g));
        a->from = pm_min_time(a->from, g->first);
        a->to = pm_max_time(a->to, g->last);
    }
    for (size_t i = 0; i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        if (!is_refusal(p)) continue;
        struct account *a = account_of(all, p->registry);
        a->anonymous |= pm_cause_is(p->verdict.cause, "rate-limit.anonymous");
        a->user |= pm_cause_is(p->verdict.cause, "rate-limit.authenticated");
        a->nodes_tell |= (p->sources & ~(unsigned)PM_SRC_REGISTRY) != 0;
    }
}

// What a registry's refusals say of the rest: all anonymous (0), all of users (1), or mixed (-1).
static int registry_identity(const struct account *a) { return a->anonymous == a->user ? -1 : a->user; }

static bool has_long_budget(const struct pm_policies *policies, struct pm_str registry, bool anonymous,
                            int64_t at) { // budgets of a second are no story of a day
    const struct pm_policy *p = pm_policy_find(policies, registry, anonymous, at);
    return p && p->limit >= 0 && p->window_ns >= PM_S(3600);
}

static void spend(struct budgets *all, uint32_t registry, int with, uint32_t user, struct spend x) {
    struct budget *b = budget_of(all, registry, with != 1, with == 1 ? user : 0);
    *PM_PUSH(b->spends.items, b->spends.n, b->spends.cap) = x;
}

static void collect_groups(struct pm_state *s, const struct pm_policies *policies, struct accounts *accounts, struct budgets *all) {
    for (size_t i = 0; i < s->groups.n; i++) {
        const struct pm_request_group *g = &s->groups.items[i];
        const struct pm_attempt *p = g->pull ? &s->pulls.items[g->pull - 1] : NULL;
        uint32_t registry = group_registry(s, g);
        if (g->redundant || g->mirror || !registry) continue;
        bool refused = g->worst == 429 && (p ? is_refusal(p) : g->verdict.cause >= 0 && pm_cause_in(g->verdict.cause, "rate-limit"));
        if (refused && (p ? p->sources & ~(unsigned)PM_SRC_REGISTRY : account_of(accounts, registry)->nodes_tell)) refused = false; // collect_pulls has it
        if (!refused && !g->manifest_gets) continue;
        int with = p ? pull_credentials(s, p) : g->user || g->credentials ? 1 : g->anonymous ? 0 : -1;
        if (with < 0) with = registry_identity(account_of(accounts, registry));
        if (!has_long_budget(policies, pm_name(s, registry), with != 1, g->first)) continue;
        uint16_t gets = (uint16_t)(g->manifest_gets > 1000 ? 1000 : g->manifest_gets);
        // A group refused at its second manifest has spent the first one.
        if (gets)
            spend(all, registry, with, p ? p->user : g->user, (struct spend){.at = g->first, .client = g->client, .pull = g->pull, .low = gets, .high = gets});
        if (refused) spend(all, registry, with, p ? p->user : g->user, (struct spend){.at = g->last, .client = g->client, .pull = g->pull, .refused = true});
    }
}

// The meter is the registry's, and so is its clock; a node's that is off would date a refusal before what it was refused for.
static int64_t metered_at(const struct pm_state *s, const struct pm_attempt *p, bool refused) {
    if (refused && p->answered) return p->answered;
    int64_t at = refused ? pm_at(p) : pm_began(p);
    return at == PM_NO_TIME ? at : at - pm_skew_of(s, p->node);
}

static void collect_pulls(struct pm_state *s, const struct pm_policies *policies, struct accounts *accounts, struct budgets *all) {
    uint32_t *clients = node_clients(s);
    for (size_t i = 0; i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        bool refused = is_refusal(p);
        int64_t at = metered_at(s, p, refused);
        if (at == PM_NO_TIME || (!refused && !got_manifest(p))) continue;
        const struct account m = *account_of(accounts, p->registry);
        if (!refused && p->requests && m.from != PM_NO_TIME) continue; // its requests stand for it
        if (refused && !(p->sources & ~(unsigned)PM_SRC_REGISTRY)) continue;
        if (!refused && m.from != PM_NO_TIME && pm_time_in(at, m.from, m.to)) continue; // the meter was on and did not see it: another way led there
        int with = pull_credentials(s, p);
        if (with < 0) with = registry_identity(account_of(accounts, p->registry));
        if (!refused && !has_long_budget(policies, pm_name(s, p->registry), with != 1, at)) continue;
        uint32_t client = p->client ? p->client : p->node && clients[p->node] ? clients[p->node] : p->node;
        spend(all, p->registry, with, p->user,
              (struct spend){.at = at, .client = client, .pull = (uint32_t)i + 1, .refused = refused, .low = refused ? 0 : 1, .high = refused ? 0 : 2});
    }
    free(clients);
}

static int by_time(const void *a, const void *b) {
    const struct spend *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->refused != y->refused) return x->refused ? 1 : -1; // what was spent at that moment came before what was refused
    return x->pull < y->pull ? -1 : x->pull > y->pull;
}

struct curve { // one client's, or all clients' together
    const struct spend *spends;
    size_t n, head;
    int64_t window_ns, limit;
    uint64_t low, high;
};

static void curve_step(struct curve *c, size_t i) { // forget what left the window, then take the i-th
    while (c->window_ns > 0 && c->head < i && c->spends[c->head].at <= c->spends[i].at - c->window_ns) {
        c->low -= c->spends[c->head].low;
        c->high -= c->spends[c->head].high;
        c->head++;
    }
    c->low += c->spends[i].low;
    c->high += c->spends[i].high;
}

static uint64_t used_when_refused(const struct spend *spends, size_t n, const struct pm_policy *p) {
    struct curve c = {.spends = spends, .n = n, .window_ns = p ? p->window_ns : 0};
    for (size_t i = 0; i < n; i++) {
        curve_step(&c, i);
        if (spends[i].refused) return c.low;
    }
    return UINT64_MAX; // never refused
}

static size_t of_client(const struct budget *b, uint32_t client, struct spend *out) {
    size_t n = 0;
    for (size_t i = 0; i < b->spends.n; i++)
        if (b->spends.items[i].client == client) out[n++] = b->spends.items[i];
    return n;
}

// Where only pulls are known each may have cost two manifests, and two addresses of their own would look alike; one address for all is the commoner wiring.
static bool is_shared(const struct budget *b, const struct pm_policy *p, const struct pm_ids *clients) {
    if (!b->anonymous || (p && p->per_user)) return true;
    if (clients->n < 2 || !p || p->limit < 0) return false;
    struct spend *own = pm_xmalloc((b->spends.n + 1) * sizeof *own);
    bool shared = false;
    uint64_t together = used_when_refused(b->spends.items, b->spends.n, p);
    for (size_t i = 0; i < clients->n && !shared; i++) {
        uint64_t alone = used_when_refused(own, of_client(b, clients->items[i], own), p);
        shared = alone != UINT64_MAX && together != UINT64_MAX && alone * 10 < (uint64_t)p->limit * 8 && together > alone;
    }
    free(own);
    return shared;
}

// The points of a curve: every change of a short one; of a long one an even choice, and always the moments that matter.
static void points(struct pm_state *s, struct pm_quota *q, const struct spend *spends, size_t n, const struct pm_policy *p) {
    struct curve c = {.spends = spends, .n = n, .window_ns = p ? p->window_ns : 0};
    size_t step = n / POINTS_MAX + 1;
    bool was_full = false, was_near = false;
    uint64_t ok = 0, refused = 0;
    q->points = PM_NEWN(s->a, struct pm_quota_point, POINTS_MAX + n / step + 8 < n + 1 ? POINTS_MAX + n / step + 8 : n + 1);
    size_t room = POINTS_MAX + n / step + 8 < n + 1 ? POINTS_MAX + n / step + 8 : n + 1;
    for (size_t i = 0; i < n; i++) {
        curve_step(&c, i);
        ok += !spends[i].refused;
        refused += spends[i].refused;
        bool full = q->limit > 0 && c.low >= (uint64_t)q->limit, near = q->limit > 0 && c.low * 10 > (uint64_t)q->limit * 8;
        bool crossing =
            full != was_full || near != was_near || spends[i].at == q->first_refused_ns || spends[i].at == q->last_refused_ns || spends[i].at == q->peak_at_ns;
        was_full = full;
        was_near = near;
        bool last_of_moment = i + 1 == n || spends[i + 1].at != spends[i].at;
        if (!crossing && (i % step || !last_of_moment) && i + 1 != n) continue;
        if (q->points_n == room) break;
        uint64_t told = ok, told_refused = refused;
        ok = refused = 0; // of each point: what came since the one before
        q->points[q->points_n++] =
            (struct pm_quota_point){spends[i].at, c.low, told, told_refused, q->limit > 0 ? (c.low < (uint64_t)q->limit ? q->limit - (int64_t)c.low : 0) : -1};
    }
    q->points_cap = room;
}

struct tally {
    uint32_t name;
    uint64_t n;
};
static const struct pm_state *tally_state;
static int by_most(const void *a, const void *b) {
    const struct tally *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return pm_str_cmp(pm_name(tally_state, x->name), pm_name(tally_state, y->name));
}

static void consumers_of(struct pm_state *s, struct pm_quota *q, const char *kind, Pvoid_t counts) {
    PM_LIST(struct tally) list = {0};
    Word_t key = 0;
    PWord_t n;
    JLF(n, counts, key);
    while (n) {
        *PM_PUSH(list.items, list.n, list.cap) = (struct tally){(uint32_t)key, *n};
        JLN(n, counts, key);
    }
    tally_state = s;
    if (list.n) qsort(list.items, list.n, sizeof *list.items, by_most);
    for (size_t i = 0; i < list.n && i < CONSUMERS_MAX; i++)
        q->consumers[q->consumers_n++] = (struct pm_consumer){pm_str_c(kind), pm_name(s, list.items[i].name), list.items[i].n};
    free(list.items);
}

static void count(Pvoid_t *counts, uint32_t name) {
    if (name) ++*pm_map_slot(counts, name);
}

static uint32_t workload_of(struct pm_state *s, uint32_t pod) {
    Word_t at = pm_map_get(s->facts.pod_by_key, pod);
    if (!at) return 0;
    const struct pm_pod_fact *f = &s->facts.pods.items[at - 1];
    if (!f->workload_name) return 0;
    return pm_id_fmt(s, "%.*s %.*s/%.*s", PM_FMT(pm_name(s, f->workload_kind)), PM_FMT(pm_name(s, f->namespace)), PM_FMT(pm_name(s, f->workload_name)));
}

static uint32_t namespace_of(struct pm_state *s, uint32_t pod) {
    Word_t at = pm_map_get(s->facts.pod_by_key, pod);
    return at ? s->facts.pods.items[at - 1].namespace : 0;
}

// Who spent it: pulls that counted. The refused are not consumers, they are the hit.
static void consumers(struct pm_state *s, struct pm_quota *q, const struct spend *spends, size_t n) {
    static const char *const kinds[] = {"node", "client", "workload", "image", "namespace"};
    Pvoid_t counts[PM_LEN(kinds)] = {0};
    for (size_t i = 0; i < n; i++) {
        if (spends[i].refused || !spends[i].pull) continue;
        const struct pm_attempt *p = &s->pulls.items[spends[i].pull - 1];
        uint32_t pod = p->pods.n ? p->pods.items[0] : 0,
                 names[] = {p->node, p->client, pod ? workload_of(s, pod) : 0, p->image, pod ? namespace_of(s, pod) : p->namespace};
        for (size_t k = 0; k < PM_LEN(kinds); k++) count(&counts[k], names[k]);
    }
    q->consumers = PM_NEWN(s->a, struct pm_consumer, PM_LEN(kinds) * CONSUMERS_MAX);
    q->consumers_cap = PM_LEN(kinds) * CONSUMERS_MAX;
    for (size_t k = 0; k < PM_LEN(kinds); k++) {
        Word_t freed;
        consumers_of(s, q, kinds[k], counts[k]);
        JLFA(freed, counts[k]);
        (void)freed;
    }
}

static int64_t distinct_images(const struct pm_state *s, const struct spend *spends, size_t n) { // what a pull-through cache would have fetched
    Pvoid_t seen = NULL;
    Word_t many, freed;
    for (size_t i = 0; i < n; i++)
        if (spends[i].pull) ++*pm_map_slot(&seen, s->pulls.items[spends[i].pull - 1].image);
    JLC(many, seen, 0, -1);
    JLFA(freed, seen);
    (void)freed;
    return (int64_t)many;
}

static void moments(struct pm_quota *q, const struct spend *spends, size_t n, const struct pm_policy *p) {
    struct curve c = {.spends = spends, .n = n, .window_ns = p ? p->window_ns : 0};
    q->peak_at_ns = q->exhausted_at_ns = q->first_refused_ns = q->last_refused_ns = q->free_at_ns = PM_NO_TIME;
    for (size_t i = 0; i < n; i++) {
        curve_step(&c, i);
        if (c.low > q->peak_used) {
            q->peak_used = c.low;
            q->peak_at_ns = spends[i].at;
        }
        if (!q->refused) { // what is told as used: the most there was until it was refused
            if (c.low > q->used_low) q->used_low = c.low;
            if (c.high > q->used_high) q->used_high = c.high;
        }
        if (q->limit > 0 && c.low >= (uint64_t)q->limit && q->exhausted_at_ns == PM_NO_TIME) q->exhausted_at_ns = spends[i].at;
        if (!spends[i].refused) continue;
        q->refused++;
        if (q->first_refused_ns == PM_NO_TIME) {
            q->first_refused_ns = spends[i].at;
            // The oldest pull still counted leaves the window, and one pull fits again.
            size_t oldest = c.head;
            while (oldest < i && !spends[oldest].low) oldest++;
            if (c.window_ns > 0 && oldest < i) q->free_at_ns = spends[oldest].at + c.window_ns;
        }
        q->last_refused_ns = spends[i].at;
    }
    if (q->refused && (q->exhausted_at_ns == PM_NO_TIME || q->exhausted_at_ns > q->first_refused_ns)) q->exhausted_at_ns = q->first_refused_ns;
    bool over = q->refused > 0, near = q->limit > 0 && q->peak_used * 10 > (uint64_t)q->limit * 8;
    q->status = over ? PM_STR("exceeded") : near ? PM_STR("near") : PM_STR("ok");
}

// The limit that the registry itself told, where a log kept its headers.
static int64_t told_limit(const struct pm_state *s, uint32_t registry, int64_t from, int64_t to, int64_t *window_ns) {
    int64_t limit = -1;
    for (size_t i = 0; i < s->meters.n; i++) {
        const struct pm_meter *m = &s->meters.items[i];
        if (m->registry != registry || m->limit < 0 || !pm_time_in(m->at, pm_since(from, PM_S(86400)), to + PM_S(86400))) continue;
        limit = m->limit;
        if (m->window_s > 0) *window_ns = PM_S(m->window_s);
    }
    return limit;
}

static void one(struct pm_state *s, const struct budget *b, const struct spend *spends, size_t n, uint32_t client, size_t clients,
                const struct pm_policies *policies, struct pm_quota *q) {
    const struct pm_policy *known = n ? pm_policy_find(policies, pm_name(s, b->registry), b->anonymous, spends[n - 1].at) : NULL;
    struct pm_policy p = known ? *known : (struct pm_policy){.limit = -1};
    int64_t told = told_limit(s, b->registry, spends[0].at, spends[n - 1].at, &p.window_ns);
    *q = (struct pm_quota){.registry = pm_name(s, b->registry),
                           .identity = b->anonymous ? PM_STR("anonymous") : PM_STR("user"),
                           .user = pm_name(s, b->user),
                           .policy = known ? pm_arena_dup(s->a, pm_str_c(known->id)) : PM_NONE,
                           .limit = told >= 0 ? told : p.limit,
                           .window_s = p.window_ns > 0 ? p.window_ns / PM_NS_PER_S : -1};
    q->client = client ? pm_name(s, client) : clients > 1 && b->anonymous ? pm_arena_fmt(s->a, "one address shared by %zu clients", clients) : PM_NONE;
    moments(q, spends, n, &p);
    points(s, q, spends, n, &p);
    consumers(s, q, spends, n);
    q->with_cache = distinct_images(s, spends, n);
}

static int quota_order(const void *a, const void *b) {
    const struct pm_quota *x = a, *y = b;
    if ((x->refused > 0) != (y->refused > 0)) return x->refused ? -1 : 1;
    int c = pm_str_cmp(x->registry, y->registry);
    if (!c) c = pm_str_cmp(x->identity, y->identity);
    if (!c) c = pm_str_cmp(x->user, y->user);
    return c ? c : pm_str_cmp(x->client, y->client);
}

static void budget_quotas(struct pm_state *s, struct budget *b, const struct pm_policies *policies) {
    struct pm_report *r = s->report;
    struct pm_ids clients = {0};
    if (!b->spends.n) return;
    qsort(b->spends.items, b->spends.n, sizeof *b->spends.items, by_time);
    for (size_t i = 0; i < b->spends.n; i++) pm_ids_add_new(&clients, b->spends.items[i].client);
    const struct pm_policy *p = pm_policy_find(policies, pm_name(s, b->registry), b->anonymous, b->spends.items[b->spends.n - 1].at);
    if (clients.n < 2 || is_shared(b, p, &clients)) {
        one(s, b, b->spends.items, b->spends.n, clients.n == 1 ? clients.items[0] : 0, clients.n, policies, PM_PUSH(r->quotas, r->quotas_n, r->quotas_cap));
    } else {
        struct spend *own = pm_xmalloc((b->spends.n + 1) * sizeof *own);
        for (size_t i = 0; i < clients.n; i++) {
            size_t n = of_client(b, clients.items[i], own);
            one(s, b, own, n, clients.items[i], 1, policies, PM_PUSH(r->quotas, r->quotas_n, r->quotas_cap));
        }
        free(own);
    }
    pm_ids_free(&clients);
}

// A budget that was refused long before these logs saw it spent was spent elsewhere: that is worth knowing, and no guess is made of by whom.
static void spent_elsewhere(struct pm_state *s, const struct pm_quota *q) {
    if (!q->refused || q->limit <= 0 || q->used_high * 10 >= (uint64_t)q->limit * 9) return;
    struct pm_missing *m = PM_PUSH(s->report->missing, s->report->missing_n, s->report->missing_cap);
    m->what = pm_arena_fmt(s->a, "only %llu of the %lld pulls that %.*s allows were seen before its first refusal", (unsigned long long)q->used_high,
                           (long long)q->limit, PM_FMT(q->registry));
    m->effect = PM_STR("the rest was spent before these logs begin, or by others behind the same address: who used up the quota is not known");
}

bool pm_quotas_fill(struct pm_state *s) {
    struct pm_policies policies = {0};
    struct budgets all = {0};
    if (!pm_policies_load(s, &policies)) return false;
    struct accounts accounts = {0};
    Word_t freed;
    accounts_fill(s, &accounts);
    collect_groups(s, &policies, &accounts, &all);
    collect_pulls(s, &policies, &accounts, &all);
    JLFA(freed, accounts.at);
    (void)freed;
    free(accounts.list.items);
    for (size_t i = 0; i < all.list.n; i++) {
        budget_quotas(s, &all.list.items[i], &policies);
        free(all.list.items[i].spends.items);
    }
    if (s->report->quotas_n) qsort(s->report->quotas, s->report->quotas_n, sizeof *s->report->quotas, quota_order);
    for (size_t i = 0; i < s->report->quotas_n; i++) spent_elsewhere(s, &s->report->quotas[i]);
    free(all.list.items);
    free(policies.list.items);
    return true;
}
