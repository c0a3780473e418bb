// Groups of requests → corroboration of the node's own attempts, or pulls where no node's
// log is there.
#include "judge/attempts/request.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define NEAR_NS PM_S(3)

struct client_sum {
    uint32_t client, groups, matched;
    uint32_t by_events; // so many of the matched
    uint32_t best_node, best, second;
    uint32_t nodes; // whose attempts coincide with its requests
};

struct matching {
    const struct pm_env *env;
    struct pm_evidence *ev;
    struct pm_pulls *pulls;
    struct pm_order by_repository; // the pulls
    int64_t off_most;              // of the attempts' off_ns and lead_ns
    Pvoid_t node_in_log;           // log and node → 1 where the log shows the node's own address
    Pvoid_t addressed;             // log → 1 where any node has its own address
    Pvoid_t votes; // a sum of clients and a node → groups that coincide with an attempt there
    Pvoid_t sums;  // client → index + 1 into clients
    PM_LIST(struct client_sum) clients;
    uint32_t clients_asking; // of these, as a node's runtime would
};

static bool coincides(const struct pm_evidence *ev, const struct pm_attempt *p,
                      const struct pm_request_group *g, int64_t off) {
    int64_t from = p->started != PM_NO_TIME ? p->started : p->ended,
            to = p->ended != PM_NO_TIME ? p->ended : p->started;
    int64_t skew = from != PM_NO_TIME ? pm_request_skew(ev, g->file, p) : 0;
    from -= skew;
    to -= skew;
    return from != PM_NO_TIME && g->first <= pm_time_add(to, NEAR_NS + off) &&
           g->last >= pm_since(from, NEAR_NS + off);
}

// "docker/26.1.5" is not what containerd's CRI sends, and the other way round; scanners
// and builders on a node are not its runtime.
static bool agent_agrees(const struct pm_env *env, const struct pm_attempt *p,
                         const struct pm_request_group *g) {
    struct pm_str agent = pm_name(env, g->agent);
    if (p->origin != PM_ORIGIN_CLIENT && !pm_agent_may_be_node(g->agent_kind)) return false;
    if (p->origin == PM_ORIGIN_RUNTIME && pm_str_starts(agent, PM_STR("docker/"))) return false;
    return !(p->origin == PM_ORIGIN_DOCKERD && (pm_str_starts(agent, PM_STR("containerd/")) ||
                                                pm_str_starts(agent, PM_STR("cri-o/"))));
}

// A mirror that failed may be a step of a pull that went on upstream, and well.
static bool outcome_agrees(const struct pm_attempt *p, const struct pm_request_group *g) {
    return p->outcome == PM_OUTCOME_OPEN || (p->outcome == PM_OUTCOME_FAILED) == (g->worst != 0) ||
           p->outcome == PM_OUTCOME_FAILED || g->mirror;
}

// What only events tell has no time of its own but for its first and last, and a table
// rounds those to minutes: the log of the registry shows the same attempt at its own
// second. It must be the same node's, with the same outcome: that near, many things
// happen. Where the registry answered well and the node failed (it stalled, or found no
// platform of its own), the answer came before the end.
static bool may_be_it(const struct pm_evidence *ev, const struct pm_attempt *p,
                      const struct pm_request_group *g) {
    if (p->origin != PM_ORIGIN_EVENTS || !g->node || g->node != p->node) return false;
    if ((p->outcome == PM_OUTCOME_FAILED) == (g->worst != 0))
        return pm_off(p) && coincides(ev, p, g, pm_off(p));
    int64_t end = pm_since(pm_at(p), pm_request_skew(ev, g->file, p));
    return p->outcome == PM_OUTCOME_FAILED && g->first <= pm_time_add(end, NEAR_NS + pm_off(p)) &&
           g->last >= pm_since(end, NEAR_NS + pm_off(p) + pm_lead(p));
}

typedef bool fits(const struct pm_evidence *ev, const struct pm_attempt *p,
                  const struct pm_request_group *g);
static bool is_its(const struct pm_evidence *ev, const struct pm_attempt *p,
                   const struct pm_request_group *g) {
    return (coincides(ev, p, g, 0) && outcome_agrees(p, g)) || may_be_it(ev, p, g);
}

// The same where nodes share an address, so that nobody says whose the request was: a
// refusal of the same reference within the minute to which a table rounds, for an attempt
// that has no other. Answers that were good are too many to tell apart. It says nothing of
// whose address that is: it fits whichever of the nodes has such an attempt.
static bool is_its_or_may_be(const struct pm_evidence *ev, const struct pm_attempt *p,
                             const struct pm_request_group *g) {
    return is_its(ev, p, g) || (p->origin == PM_ORIGIN_EVENTS && p->outcome == PM_OUTCOME_FAILED &&
                                p->node && !p->requests && g->worst && !g->node && g->reference &&
                                pm_off(p) && coincides(ev, p, g, PM_S(60)));
}

typedef void on_match(struct matching *m, uint32_t pull, uint32_t group, int64_t *gap);
static void each_match(struct matching *m, uint32_t group, fits *fit, on_match *cb, int64_t *gap) {
    const struct pm_order *by_repository = &m->by_repository;
    const struct pm_request_group *g = &m->ev->groups.items[group];
    int64_t slack = m->ev->request_skew_most + m->off_most;
    for (size_t k =
             pm_order_first(by_repository, g->repository, pm_since(g->first, NEAR_NS + slack));
         k < by_repository->n; k++) {
        const struct pm_order_key *key = &by_repository->items[k];
        if (key->group != g->repository || key->at > pm_time_add(g->last, PM_S(900) + slack)) break;
        const struct pm_attempt *p = &m->pulls->items[key->index];
        if (g->reference && p->names->tag && g->reference != p->names->tag && !p->names->digest)
            continue;
        if (!g->node && p->node && pm_map_get(m->node_in_log, PM_PAIR(g->file, p->node)))
            continue; // that node has its own address there
        if (agent_agrees(m->env, p, g) && fit(m->ev, p, g)) cb(m, key->index, group, gap);
    }
}

// Requests that name no client are nobody's in common: they are summed up log by log.
static Word_t who_asks(const struct pm_request_group *g) {
    return g->client ? g->client : PM_PAIR(g->file + 1, 0);
}

static void vote(struct matching *m, uint32_t pull, uint32_t group, int64_t *gap) {
    (void)gap;
    uint32_t node = m->pulls->items[pull].node;
    Word_t sum = pm_map_get(m->sums, who_asks(&m->ev->groups.items[group]));
    if (node) ++*pm_map_slot(&m->votes, PM_PAIR(sum, node));
}

// Which node is this client? Node objects know their addresses; else the node whose
// attempts coincide with its requests, if one stands out.
static void map_clients(struct matching *m) {
    Word_t at = 0;
    PWord_t n;
    JLF(n, m->votes, at);
    while (n) {
        Word_t slot = at >> 32;
        if (slot) {
            struct client_sum *c = &PM_REF(m->clients, slot);
            c->nodes++;
            if (*n > c->best) {
                c->second = c->best;
                c->best = (uint32_t)*n;
                c->best_node = (uint32_t)at;
            } else if (*n > c->second) c->second = (uint32_t)*n;
        }
        JLN(n, m->votes, at);
    }
}

static void corroborate(struct matching *m, uint32_t pull, uint32_t group, int64_t *gap) {
    struct pm_request_group *g = &m->ev->groups.items[group];
    const struct pm_attempt *p = &m->pulls->items[pull];
    if (g->node && p->node && g->node != p->node) return;
    int64_t d = pm_time_apart(pm_at(p), g->last) +
                (p->requests ? PM_S(10) : 0); // one that has its requests already comes second
    if (g->pull && d >= *gap) return;
    *gap = d;
    g->pull = pm_ref_of(pull);
}

// 0 where the log has none, failed or not.
static int16_t status_of(const struct pm_request_group *g) { return g->worst > 0 ? g->worst : 0; }

static void add_group(struct pm_pulls *pulls, struct pm_request_group *g) {
    struct pm_attempt *p = &PM_REF(*pulls, g->pull);
    p->requests = pm_sum_u32(p->requests, g->requests);
    if (g->last > pm_answered(p)) pm_particulars_edit(pulls, p)->answered = g->last;
    p->sources |= PM_SRC_REGISTRY;
    if (!p->client) p->client = g->client;
    if (!p->names->user) PM_PULL_SET(pulls, p, user, g->user);
    if (p->bytes < 0 && g->bytes > 0) p->bytes = g->bytes;
    if (g->credentials) p->flags |= PM_EV_CREDENTIALS;
    if (g->anonymous) p->flags |= PM_EV_ANONYMOUS;
    if (p->outcome != PM_OUTCOME_FAILED || !g->worst) return;
    int16_t status = status_of(g);
    if (!p->status) p->status = status;
    if (p->status != status || p->names->verdict->cause < 0 ||
        pm_cause_has(p->names->verdict->cause, PM_TRAIT_REACH))
        pm_particulars_edit(pulls, p)->hidden_status = status;
    if (g->gone && pm_cause_has(p->names->verdict->cause, PM_TRAIT_OF_IMAGE))
        pm_pull_judge(pulls, p, g->verdict); // knows better than the words of the error
    if (p->names->verdict->cause < 0 && g->verdict->cause >= 0) pm_pull_judge(pulls, p, g->verdict);
}

static uint32_t registry_of(const struct pm_evidence *ev, const struct pm_request_group *g) {
    if (g->registry) return g->registry;
    Word_t known = pm_map_get(ev->facts.registry_of_repository, g->repository);
    return known && known != UINT32_MAX ? (uint32_t)known : 0;
}

static void pull_of_requests(const struct pm_env *env, const struct pm_evidence *ev,
                             struct pm_pulls *pulls, struct pm_request_group *g) {
    uint32_t registry = registry_of(ev, g),
             node = pm_agent_may_be_node(g->agent_kind) ? g->node : 0;
    struct pm_saying said = {.registry = registry,
                             .repository = g->repository,
                             .tag = g->reference,
                             .origin = PM_ORIGIN_REGISTRY,
                             .verdict = g->verdict};
    const struct pm_trace t = {
        .id = g->best, .said = &said, .node = ev->nodes_known || node ? node : g->client};
    struct pm_str r = pm_name(env, registry), tag = pm_name(env, g->reference);
    said.image = pm_id_fmt(env, "%.*s%s%.*s%s%.*s", PM_FMT(r), r.n ? "/" : "",
                           PM_FMT(pm_name(env, g->repository)), tag.n ? ":" : "", PM_FMT(tag));
    uint32_t index = pm_fold_new(pulls, &t, g->worst ? PM_OUTCOME_FAILED : PM_OUTCOME_OK);
    struct pm_attempt *p = &pulls->items[index];
    p->started = g->first;
    p->ended = g->last;
    p->sources = PM_SRC_REGISTRY;
    p->client = g->client;
    struct pm_pull_names names = *p->names;
    names.log = g->file < ev->facts.files.n ? ev->facts.files.items[g->file].path : 0;
    names.user = g->user;
    names.error = g->error;
    if (g->worst) names.verdict = g->verdict;
    pm_pull_name(pulls, p, &names);
    p->requests = g->requests;
    p->lines = g->requests;
    p->answered_last = true;
    p->best = g->best;
    p->status = status_of(g);
    p->stage = g->stage;
    p->bytes = g->bytes > 0 ? g->bytes : -1;
    p->flags = (g->credentials ? PM_EV_CREDENTIALS : 0u) | (g->anonymous ? PM_EV_ANONYMOUS : 0u);
    if (g->last > g->first) p->duration_ns = g->last - g->first;
    g->pull = pm_ref_of(index);
}

// The cluster's way out: no node has an address of its own in this log, and the requests
// of this one are pulls of several nodes. What no node's pull explains is some node's all
// the same: the events of it have expired.
static bool is_way_out(const struct matching *m, const struct pm_request_group *g,
                       const struct client_sum *c) {
    bool cri = g->agent_kind == PM_AGENT_RUNTIME &&
               !pm_str_starts(pm_name(m->env, g->agent), PM_STR("docker/")); // people's, too
    return m->ev->nodes_known && !g->node && cri && c->nodes > 1 &&
           !pm_map_get(m->addressed, (Word_t)g->file + 1);
}

// Is there a log of this client's own node? Events are none: they expire, and vouch for
// no silence.
static bool node_speaks(const struct pm_evidence *ev, const struct client_sum *c, uint32_t node,
                        bool way_out) {
    if (node && (pm_map_get(ev->facts.cover[PM_ORIGIN_RUNTIME], node) ||
                 pm_map_get(ev->facts.cover[PM_ORIGIN_KUBELET], node) ||
                 pm_map_get(ev->facts.cover[PM_ORIGIN_DOCKERD], node)))
        return true;
    bool own = node && pm_map_get(ev->facts.node_by_address, c->client) ==
                           node; // else others may stand behind the address
    return c->matched * 2 >= c->groups && c->matched > (own || way_out ? c->by_events : 0);
}

static struct client_sum *sum_of(struct matching *m, const struct pm_request_group *g) {
    Word_t *slot = pm_map_slot(&m->sums, who_asks(g));
    if (!*slot) {
        PM_PUSH(m->clients.items, m->clients.n, m->clients.cap)->client = g->client;
        *slot = m->clients.n;
    }
    return &PM_REF(m->clients, *slot);
}

static void sum_clients(struct matching *m) {
    for (size_t i = 0; i < m->ev->groups.n; i++) {
        struct pm_request_group *g = &m->ev->groups.items[i];
        if (g->redundant) continue;
        struct client_sum *c = sum_of(m, g);
        if (g->probe || !pm_agent_may_be_node(g->agent_kind)) continue;
        int64_t gap = INT64_MAX;
        if (!c->groups++) m->clients_asking++;
        each_match(m, (uint32_t)i, is_its, corroborate, &gap);
        if (g->pull) c->matched++;
        if (g->pull && PM_REF(*m->pulls, g->pull).origin == PM_ORIGIN_EVENTS) c->by_events++;
        g->pull = 0;
        each_match(m, (uint32_t)i, is_its, vote, NULL);
    }
}

// Node objects know addresses.
static void name_nodes(struct matching *m) {
    for (size_t i = 0; i < m->ev->groups.n; i++) {
        struct pm_request_group *g = &m->ev->groups.items[i];
        g->node = (uint32_t)pm_map_get(m->ev->facts.node_by_address, g->client);
        if (!g->node) continue;
        *pm_map_slot(&m->node_in_log, PM_PAIR(g->file, g->node)) = 1;
        *pm_map_slot(&m->addressed, (Word_t)g->file + 1) = 1;
    }
}

static void order_pulls(struct matching *m) {
    for (size_t i = 0; i < m->pulls->n && m->ev->groups.n; i++) {
        const struct pm_attempt *p = &m->pulls->items[i];
        if (pm_off(p) + pm_lead(p) > m->off_most) m->off_most = pm_off(p) + pm_lead(p);
        pm_order_add(&m->by_repository, p->names->repository,
                     pm_since(pm_at(p), pm_skew_of(m->ev, p->node)), (uint32_t)i);
    }
    pm_order_sort(&m->by_repository);
}

// One address stands for all that ask, and several nodes pull while it asks: they share it.
static bool one_for_all(const struct matching *m, const struct client_sum *c) {
    return m->ev->nodes_known && m->clients_asking == 1 && c->groups && c->nodes > 1;
}

static void match_group(struct matching *m, uint32_t index) {
    struct pm_request_group *g = &m->ev->groups.items[index];
    const struct client_sum *c = sum_of(m, g);
    int64_t gap = INT64_MAX;
    if (!g->node && !one_for_all(m, c) && c->best > c->second && c->best * 2 >= c->groups &&
        !pm_is_loopback(pm_name(m->env, g->client)))
        g->node = c->best_node;
    bool way_out = is_way_out(m, g, c);
    each_match(m, index, is_its_or_may_be, corroborate, &gap);
    if (g->pull) add_group(m->pulls, g);
    else if (!g->probe &&
             (!pm_agent_may_be_node(g->agent_kind) || !node_speaks(m->ev, c, g->node, way_out))) {
        pull_of_requests(m->env, m->ev, m->pulls, g);
        PM_REF(*m->pulls, g->pull).behind = way_out;
    }
}

void pm_request_fold(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct matching m = {.env = env, .ev = ev, .pulls = pulls};
    Word_t freed;
    ev->nodes_known = pm_requests_know_nodes(ev, pulls);
    pm_requests_judge(env, ev);
    pm_requests_weigh(env, ev);
    pm_requests_drop_told(ev);
    pm_requests_drop_copies(env, ev);
    ev->nodes_stand = !ev->nodes_known && pm_requests_clients_stand(ev, pulls);
    pm_requests_name_sessions(ev, pulls);
    pm_requests_name(env, ev, pulls);
    name_nodes(&m);
    pm_request_clock_learn(env, ev, pulls, m.node_in_log);
    order_pulls(&m);
    sum_clients(&m);
    map_clients(&m);
    for (size_t i = 0; i < ev->groups.n; i++)
        if (!ev->groups.items[i].redundant) match_group(&m, (uint32_t)i);
    JLFA(freed, m.votes);
    JLFA(freed, m.sums);
    JLFA(freed, m.node_in_log);
    JLFA(freed, m.addressed);
    (void)freed;
    free(m.clients.items);
    free(m.by_repository.items);
}
