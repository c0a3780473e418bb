// Pulls and requests → budgets. Evidence, best first: the registry side's own requests,
// one by one; the nodes' pulls. Where only pulls are known usage is a range: a pull costs
// one GET, or two where the image is an index. Only refusals that name a quota count.
//
// A pull-through cache stands between: what it answered by itself nobody counted, and
// what it asked for it asked from its own address. A log whose requests carry ?ns= is a
// meter only where it passes the registry's refusals or headers on; else what it served
// may have cost nothing.
#include "judge/evidence/mirror.h"
#include "judge/quota/quota.h"
#include "rules/taxonomy.h"
#include <arpa/inet.h>
#include <stdlib.h>

static struct pm_budget *budget_of(struct pm_budgets *all, uint32_t registry, enum pm_whose whose,
                                   uint32_t user) {
    Word_t *at = pm_map_slot(&all->at[whose], PM_PAIR(registry, user));
    if (*at) return &PM_REF(all->list, *at);
    struct pm_budget *b = PM_PUSH(all->list.items, all->list.n, all->list.cap);
    *at = all->list.n;
    *b = (struct pm_budget){.registry = registry, .whose = whose, .user = user};
    return b;
}

// Where credentials were there and nobody is named with them, and one user is named at
// this registry, they were his.
static void spend(struct pm_ledger *l, uint32_t registry, enum pm_whose whose, uint32_t user,
                  struct pm_spend x) {
    const struct pm_account *a = pm_account_of(l, registry);
    if (whose != PM_WHOSE_USER) user = 0;
    else if (!user && a->users.n == 1) user = a->users.items[0];
    struct pm_budget *b = budget_of(l->budgets, registry, whose, user);
    x.seq = l->seq++;
    *PM_PUSH(b->spends.items, b->spends.n, b->spends.cap) = x;
}

// ── whose log is what ──
// An access log seldom says whose registry it fronts: the pull that a group belongs to
// does, or the repository where only one registry has it.
static uint32_t group_registry(const struct pm_scene *scene, const struct pm_request_group *g) {
    if (g->registry) return g->registry;
    if (g->pull) return PM_REF(*scene->pulls, g->pull).names->registry;
    Word_t only = pm_map_get(scene->ev->facts.registry_of_repository, g->repository);
    return only == UINT32_MAX ? 0 : (uint32_t)only;
}

static bool group_refused(const struct pm_pulls *pulls, const struct pm_request_group *g) {
    if (g->worst != 429) return false;
    return g->pull ? pm_quota_refused(&PM_REF(*pulls, g->pull))
                   : g->verdict->cause >= 0 && pm_cause_has(g->verdict->cause, PM_TRAIT_LIMIT);
}

static bool is_meter(const struct pm_ledger *l, const struct pm_request_group *g) {
    bool mirror = g->mirror || pm_map_get(l->file_of_mirror, g->file);
    return !g->redundant && (!mirror || pm_map_get(l->file_passes_on, g->file));
}

// "mirror.corp.example:5000" is a folder or file of the bundle, with what a file system
// does not like changed or left out.
static bool path_names(struct pm_str path, struct pm_str host) {
    ptrdiff_t colon = pm_str_chr(host, ':', 0);
    struct pm_str bare = colon > 0 ? pm_str_sub(host, 0, (size_t)colon) : host;
    ptrdiff_t at = pm_str_find(path, bare, 0);
    if (bare.n < 4 || at < 0 || (at && path.p[at - 1] != '/')) return false;
    size_t end = (size_t)at + bare.n;
    return end == path.n || strchr("/:_-.", path.p[end]) != NULL;
}

// A mirror's own log need not say so: CRI-O and Docker ask it as if it were the registry.
// Configuration and failures name its host.
static void mirror_logs(struct pm_ledger *l) {
    struct pm_ids hosts = {0};
    for (size_t i = 0; i < l->scene->ev->mirrors_n; i++)
        pm_ids_add_new(&hosts, pm_id(l->scene->env, l->scene->ev->mirrors[i].host));
    for (size_t i = 0; i < l->scene->ev->traces.n; i++)
        if (l->scene->ev->traces.items[i].said->kind == PM_KIND_MIRROR_TRY &&
            l->scene->ev->traces.items[i].said->host &&
            pm_is_mirror(l->scene->env, &l->scene->ev->traces.items[i]))
            pm_ids_add_new(&hosts, l->scene->ev->traces.items[i].said->host);
    for (size_t f = 0; f < l->scene->ev->facts.files.n && hosts.n; f++)
        for (size_t i = 0; i < hosts.n; i++)
            if (path_names(pm_name(l->scene->env, l->scene->ev->facts.files.items[f].path),
                           pm_name(l->scene->env, hosts.items[i])))
                *pm_map_slot(&l->file_of_mirror, f) = 1;
    pm_ids_free(&hosts);
}

static void logs_are(struct pm_ledger *l) {
    mirror_logs(l);
    for (size_t i = 0; i < l->scene->ev->groups.n; i++) {
        const struct pm_request_group *g = &l->scene->ev->groups.items[i];
        if (g->named) *pm_map_slot(&l->file_names_users, g->file) = 1;
        if (group_refused(l->scene->pulls, g)) *pm_map_slot(&l->file_passes_on, g->file) = 1;
        if (g->hits || g->misses) *pm_map_slot(&l->file_caches, g->file) = 1;
    }
    for (size_t i = 0; i < l->scene->ev->meters.n; i++)
        if (l->scene->ev->meters.items[i].group)
            *pm_map_slot(&l->file_passes_on,
                         PM_REF(l->scene->ev->groups, l->scene->ev->meters.items[i].group).file) =
                1;
}

static void accounts(struct pm_ledger *l) {
    struct pm_account *hub = pm_account_of(l, pm_id(l->scene->env, PM_STR("docker.io")));
    hub->asked_anonymous = l->scene->ev->hub_anonymous;
    hub->asked_user = l->scene->ev->hub_user;
    for (size_t i = 0; i < l->scene->ev->groups.n; i++) {
        const struct pm_request_group *g = &l->scene->ev->groups.items[i];
        if (!is_meter(l, g)) continue;
        struct pm_account *a = pm_account_of(l, group_registry(l->scene, g));
        a->from = pm_min_time(a->from, g->first);
        a->to = pm_max_time(a->to, g->last);
        if (g->user) pm_ids_add_new(&a->users, g->user);
        a->asked_user |= g->user || g->credentials;
        a->asked_anonymous |= g->anonymous && !g->credentials;
    }
    for (size_t i = 0; i < l->scene->pulls->n; i++) {
        const struct pm_attempt *p = &l->scene->pulls->items[i];
        struct pm_account *a = pm_account_of(l, p->names->registry);
        if (p->names->user) pm_ids_add_new(&a->users, p->names->user);
        a->asked_user |= p->names->user || p->flags & PM_EV_CREDENTIALS;
        a->asked_anonymous |= (p->flags & PM_EV_ANONYMOUS) != 0;
        if (!pm_quota_refused(p)) continue;
        a->anonymous |=
            pm_quota_named(p) && pm_cause_has(p->names->verdict->cause, PM_TRAIT_BY_ADDRESS);
        a->user |= pm_quota_named(p) && pm_cause_has(p->names->verdict->cause, PM_TRAIT_BY_USER);
        a->nodes_tell |= (p->sources & ~(unsigned)PM_SRC_REGISTRY) != 0;
    }
}

// Nodes that ask a mirror first: its failures are in their logs, or its name in their
// configuration.
static void mirrors(struct pm_ledger *l) {
    for (size_t i = 0; i < l->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &l->scene->ev->traces.items[i];
        if (t->said->kind == PM_KIND_MIRROR_TRY && t->node && t->said->registry &&
            pm_is_mirror(l->scene->env, t))
            *pm_map_slot(&l->node_mirror, PM_PAIR(t->node, t->said->registry)) = 1;
    }
}

// The address that the registry saw a node under, so that pulls that only the node logged
// stand beside those that the registry logged too.
static uint32_t *node_clients(const struct pm_scene *scene) {
    uint32_t names = pm_intern_count(scene->env->names), *of = pm_xmalloc((names + 1) * sizeof *of);
    memset(of, 0, (names + 1) * sizeof *of);
    for (size_t i = 0; i < scene->ev->groups.n; i++) {
        const struct pm_request_group *g = &scene->ev->groups.items[i];
        if (g->pull && !g->redundant && g->client && PM_REF(*scene->pulls, g->pull).node &&
            !of[PM_REF(*scene->pulls, g->pull).node])
            of[PM_REF(*scene->pulls, g->pull).node] = g->client;
    }
    return of;
}

// Meters count a whole IPv6 /64 as one address: "2001:db8:7:1::9" → "2001:db8:7:1::/64".
static uint32_t address(const struct pm_env *env, uint32_t client) {
    struct pm_str name = pm_name(env, client);
    struct in6_addr a;
    char text[64];
    if (pm_str_chr(name, ':', 0) < 0 || name.n >= sizeof text - 4) return client;
    memcpy(text, name.p, name.n);
    text[name.n] = 0;
    if (inet_pton(AF_INET6, text, &a) != 1) return client;
    memset(a.s6_addr + 8, 0, 8);
    if (!inet_ntop(AF_INET6, &a, text, INET6_ADDRSTRLEN)) return client;
    return pm_id_fmt(env, "%s/64", text);
}

// ── what was charged ──
static const struct pm_policy *spend_policy_of(const struct pm_ledger *l, uint32_t registry,
                                               enum pm_whose whose, uint32_t user, int64_t told,
                                               int64_t at) {
    return pm_policy_find(l->policies, pm_name(l->scene->env, registry), whose != PM_WHOSE_USER,
                          pm_name(l->scene->env, user), told, at);
}

static bool is_counted(const struct pm_policy *p) { return p && p->limit >= 0; }

static uint32_t group_client(struct pm_ledger *l, const struct pm_request_group *g) {
    return pm_map_get(l->file_caches, g->file)
               ? 0
               : address(l->scene->env, g->client); // behind a cache all are the cache
}

// Its log's own word, else that of the pull that it is part of; 0: nobody tells.
static uint32_t group_user(const struct pm_request_group *g, const struct pm_attempt *p) {
    if (g->user) return g->user;
    return p ? p->names->user : 0;
}

static void charge(struct pm_ledger *l, const struct pm_charge *c, const struct pm_meter *m) {
    const struct pm_request_group *g = &PM_REF(l->scene->ev->groups, c->group);
    const struct pm_attempt *p = g->pull ? &PM_REF(*l->scene->pulls, g->pull) : NULL;
    uint32_t registry = group_registry(l->scene, g), user = group_user(g, p);
    if (g->redundant || !registry) return;
    enum pm_whose whose = pm_whose_group(l, g, registry, m ? m->limit : -1);
    const struct pm_policy *policy =
        spend_policy_of(l, registry, whose, user, m ? m->limit : -1, c->at);
    uint16_t n = c->manifest || (policy && policy->every_request) ? c->n : 0;
    if (!m && (!n || !is_counted(policy))) return;
    if (n && g->pull) *pm_map_slot(&l->charged, g->pull) = 1;
    spend(l, registry, whose, user,
          (struct pm_spend){.at = c->at,
                            .client = group_client(l, g),
                            .pull = n ? g->pull : 0,
                            .low = is_meter(l, g) ? n : 0,
                            .high = n,
                            .limit = m ? m->limit : -1,
                            .left = m ? m->remaining : -1,
                            .window_s = m ? m->window_s : -1});
}

static void charges(struct pm_ledger *l) {
    const struct pm_evidence *ev = l->scene->ev;
    for (size_t i = 0, k = 0; i < ev->charges.n; i++) {
        bool metered = k < ev->metered.n && ev->metered.items[k].charge == pm_ref_of(i);
        charge(l, &ev->charges.items[i],
               metered ? &PM_REF(ev->meters, ev->metered.items[k].meter) : NULL);
        k += metered;
    }
}

static void refuse(struct pm_ledger *l, const struct pm_request_group *g) {
    const struct pm_attempt *p = g->pull ? &PM_REF(*l->scene->pulls, g->pull) : NULL;
    uint32_t registry = group_registry(l->scene, g), user = group_user(g, p);
    if (!is_meter(l, g) || !registry || (g->probe && !p) || !group_refused(l->scene->pulls, g))
        return;
    if (p ? p->sources & ~(unsigned)PM_SRC_REGISTRY : pm_account_of(l, registry)->nodes_tell)
        return; // the node tells of it
    enum pm_whose whose = pm_whose_group(l, g, registry, -1);
    if (!is_counted(spend_policy_of(l, registry, whose, user, -1, g->first))) return;
    spend(l, registry, whose, user,
          (struct pm_spend){.at = g->last,
                            .client = group_client(l, g),
                            .pull = g->pull,
                            .refused = true,
                            .limit = -1,
                            .left = -1,
                            .window_s = -1});
}

// A pull that got its manifest has spent, whatever happened to its layers.
static bool got_manifest(const struct pm_attempt *p) {
    if (p->outcome == PM_OUTCOME_OK) return true;
    if (p->outcome != PM_OUTCOME_FAILED || p->status >= 400) return false;
    return p->stage == PM_STAGE_UNPACK || pm_cause_has(p->names->verdict->cause, PM_TRAIT_MANIFEST);
}

// The meter is the registry's, and so is its clock; a node's that is off would date a
// refusal before what it was refused for.
static int64_t cluster_time(const struct pm_ledger *l, const struct pm_attempt *p, int64_t at) {
    return pm_since(at, pm_skew_of(l->scene->ev, p->node));
}

static void pull(struct pm_ledger *l, size_t i) {
    const struct pm_attempt *p = &l->scene->pulls->items[i];
    bool refused = pm_quota_refused(p);
    int64_t at = refused && pm_answered(p) ? pm_answered(p)
                                           : cluster_time(l, p, refused ? pm_at(p) : pm_began(p));
    if (at == PM_NO_TIME || (!refused && !got_manifest(p))) return;
    const struct pm_account *a = pm_account_of(l, p->names->registry);
    if (refused && !(p->sources & ~(unsigned)PM_SRC_REGISTRY)) return; // its requests tell of it
    if (!refused && pm_map_get(l->charged, i + 1)) return;             // its requests stand for it
    if (!refused && a->from != PM_NO_TIME && pm_time_in(at, a->from, a->to))
        return; // the meter was on and did not see it: another way led there
    enum pm_whose whose = pm_whose_pull(l, p);
    if (!refused &&
        !is_counted(spend_policy_of(l, p->names->registry, whose, p->names->user, -1, at)))
        return;
    bool past = pm_mirror_cause(p) || pm_fell_back(l->scene->env, l->scene->ev, p);
    bool by_mirror = !past && (pm_mirror_served(l->scene->env, l->scene->ev, l->scene->pulls, p) ||
                               pm_map_get(l->node_mirror, PM_PAIR(p->node, p->names->registry)));
    uint32_t client;
    if (p->client) client = p->client;
    else if (p->node && l->client_of_node[p->node]) client = l->client_of_node[p->node];
    else client = p->node;
    spend(l, p->names->registry, whose, p->names->user,
          (struct pm_spend){.at = at,
                            .client = address(l->scene->env, client),
                            .pull = pm_ref_of(i),
                            .refused = refused,
                            .low = refused || by_mirror ? 0 : 1,
                            .high = refused ? 0 : 2,
                            .limit = -1,
                            .left = -1,
                            .window_s = -1});
}

// Headers that somebody kept without the request: whose they are the limit says, or the
// address that the registry counted.
static void headers_alone(struct pm_ledger *l) {
    for (size_t i = 0; i < l->scene->ev->meters.n; i++) {
        const struct pm_meter *m = &l->scene->ev->meters.items[i];
        if (m->group || !m->registry || m->limit < 0 || m->remaining < 0 || m->at == PM_NO_TIME)
            continue;
        const struct pm_request_group nobody = {
            .first = m->at, .user = m->user, .file = UINT32_MAX};
        enum pm_whose whose = pm_whose_group(l, &nobody, m->registry, m->limit);
        spend(l, m->registry, whose, m->user,
              (struct pm_spend){.at = m->at,
                                .client = address(l->scene->env, m->client),
                                .limit = m->limit,
                                .left = m->remaining,
                                .window_s = m->window_s});
    }
}

static int by_time(const void *a, const void *b) {
    const struct pm_spend *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->refused != y->refused)
        return x->refused ? 1 : -1; // what was spent at that moment came before what was refused
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void pm_budgets_fill(struct pm_ledger *l) {
    logs_are(l);
    accounts(l);
    mirrors(l);
    l->client_of_node = node_clients(l->scene);
    charges(l);
    for (size_t i = 0; i < l->scene->ev->groups.n; i++) refuse(l, &l->scene->ev->groups.items[i]);
    for (size_t i = 0; i < l->scene->pulls->n; i++) pull(l, i);
    headers_alone(l);
    for (size_t i = 0; i < l->budgets->list.n; i++)
        qsort(l->budgets->list.items[i].spends.items, l->budgets->list.items[i].spends.n,
              sizeof(struct pm_spend), by_time);
    Pvoid_t *maps[] = {&l->account_at,  &l->file_names_users, &l->file_passes_on,
                       &l->file_caches, &l->file_of_mirror,   &l->node_mirror,
                       &l->charged};
    Word_t freed;
    for (size_t i = 0; i < PM_LEN(maps); i++) JLFA(freed, *maps[i]);
    (void)freed;
    for (size_t i = 0; i < l->accounts.n; i++) pm_ids_free(&l->accounts.items[i].users);
    free(l->accounts.items);
    free(l->client_of_node);
}

void pm_budgets_free(struct pm_budgets *b) {
    for (size_t i = 0; i < b->list.n; i++) free(b->list.items[i].spends.items);
    Word_t freed;
    for (size_t i = 0; i < PM_LEN(b->at); i++) JLFA(freed, b->at[i]);
    (void)freed;
    free(b->list.items);
}
