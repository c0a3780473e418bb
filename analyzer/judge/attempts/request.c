// Requests that a registry or a proxy logged → groups, one a pull; groups → corroboration
// of the node's own attempts, or pulls where no node log is there.
//
// One pull is HEAD manifests/TAG (401, the normal challenge) → token → HEAD 200 → GET
// manifests/DIGEST → GET blobs. A refusal is retried at once: containerd sends a 429 or
// 408 up to six times in milliseconds, the Docker daemon HEAD and GET. All that is one
// group: same log, client, program and repository, close in time; a fresh challenge after
// a refusal opens the next.
// One request is often logged twice, by the proxy and by the registry behind it, which
// sees the proxy as its client: the log with real clients is kept.
#include "judge/attempts/request.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define BURST_NS PM_S(2)
#define CHALLENGE_NS PM_S(60) // until a token is there
#define GREETING_NS PM_S(5)
#define IDLE_NS PM_S(120) // a blob may take long; longer silence ends a group
#define NEAR_NS PM_S(3)

static void count_status(struct pm_request_group *g, int code, uint32_t n) {
    for (int i = 0; i < g->statuses_n; i++) {
        if (g->statuses[i].code != code) continue;
        g->statuses[i].n += n;
        return;
    }
    if (g->statuses_n < (int)PM_LEN(g->statuses))
        g->statuses[g->statuses_n++] = (struct pm_status_count){(int16_t)code, n};
}

// What failed at a manifest is over at once; a layer that failed is asked for again
// within the same pull.
static bool has_failed(const struct pm_request_group *g) {
    return g->worst && !(g->stage == PM_STAGE_BLOB && g->blobs);
}

// How long a refusal waits for what follows it: a challenge for its token, but not for
// another challenge, which is the next attempt's. Refused for good where an answer was
// given and refused.
static int64_t patience(const struct pm_request_group *g, const struct pm_row *row, bool by_tag) {
    bool answered = g->token || g->challenges > 1 || g->stage == PM_STAGE_TOKEN;
    if (g->worst != 401 || answered) return BURST_NS;
    return by_tag && row->event.http_status == 401 ? GREETING_NS : CHALLENGE_NS;
}

static bool ends_group(const struct pm_request_group *g, const struct pm_row *row, bool by_tag,
                       uint32_t reference) {
    int64_t silence = pm_time_between(g->last, row->ts_ns);
    if (silence > IDLE_NS) return true;
    if (has_failed(g) && silence > patience(g, row, by_tag)) return true;
    if (!by_tag) return false;
    if (g->reference && reference != g->reference) return true;
    if (row->event.http_status == 401 && g->worst && g->worst != 401) return true;
    if (g->tag_good && pm_time_between(g->last_tag, row->ts_ns) > BURST_NS)
        return true; // answered well, and asked again
    bool went_on = g->blobs > 0 || g->ok_manifests > 1;
    return went_on && silence > 0 && pm_time_between(g->last_tag, row->ts_ns) > PM_S(0.3);
}

static uint32_t agent_of(const struct pm_env *env, struct pm_str agent) {
    ptrdiff_t blank = pm_str_chr(agent, ' ', 0);
    return pm_id(env, blank > 0 ? pm_str_sub(agent, 0, (size_t)blank) : agent);
}

// The result of the request that came last decides: an error that was retried away is
// none.
static void take_status(const struct pm_env *env, struct pm_request_group *g,
                        const struct pm_row *row, bool manifest) {
    const struct pm_event *e = &row->event;
    int status = e->http_status;
    if (status == 401) {
        g->challenges++;
        if (!g->worst && !g->ok_manifests && !g->blobs)
            g->worst = 401; // until somebody answers better
        else if (g->worst == 401 || !g->worst) return;
    } else if (status < 400) {
        g->worst = 0;
        if (manifest && status) g->ok_manifests++;
        return;
    } else {
        g->worst = (int16_t)status;
    }
    g->stage = (uint8_t)e->stage;
    g->best = row->id;
    g->error = pm_id(env, e->field[PM_F_ERROR]);
    g->verdict = pm_ruleset_classify(env->rules, e);
}

static uint32_t client_key(const struct pm_env *env, uint32_t file, uint32_t client,
                           uint32_t agent) {
    return pm_id_key(env, 'c', (const uint32_t[]){file, client, agent}, 3, PM_NONE);
}

// Clients POST to a token server only where they have credentials (OAuth), and name the
// repository in the body, which no log keeps: refused there, the challenge that the same
// client just got is one that its credentials did not meet.
static void refused_login(const struct pm_env *env, struct pm_evidence *ev,
                          const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if ((e->http_status != 400 && e->http_status != 401 && e->http_status != 403) ||
        !pm_str_eqc(e->field[PM_F_METHOD], "POST"))
        return;
    uint32_t who = client_key(env, row->file, pm_id(env, e->field[PM_F_CLIENT]),
                              agent_of(env, e->field[PM_F_USER_AGENT]));
    Word_t last = pm_map_get(ev->request_open, who);
    struct pm_request_group *g = last ? &ev->groups.items[last - 1] : NULL;
    if (g && g->worst == 401 && pm_time_between(g->last, row->ts_ns) <= BURST_NS)
        g->credentials = true;
}

static bool is_good(int status) { return status >= 200 && status < 300; }

// A request as the groups see it.
struct asked {
    const struct pm_row *row;
    struct pm_registry_url url;
    struct pm_str repository;
    enum pm_purpose purpose;
    uint32_t client, agent, user, reference; // reference: the tag, 0 where none is named
    uint32_t latest, own;                    // keys of open groups: of the repository, of the tag
    uint32_t who;                            // client, agent and repository of this log
    bool by_tag, token, manifest, blob;
    uint32_t times;
};

static struct pm_request_group *open_group(struct pm_evidence *ev, uint32_t key) {
    Word_t at = pm_map_get(ev->request_open, key);
    return at ? &ev->groups.items[at - 1] : NULL;
}

static uint32_t of_user(const struct pm_env *env, uint32_t key, uint32_t user) {
    return pm_id_key(env, 'u', (const uint32_t[]){key, user}, 2, PM_NONE);
}

// A log that names users names them for all but challenges: what another user, or nobody,
// was given is another pull.
static bool is_of_another(const struct pm_request_group *g, const struct asked *q) {
    if (q->user && g->user) return g->user != q->user;
    if (q->token) return false; // asked for as a user, whether or not the rest names him
    if (q->user) return g->ok_manifests || g->blobs;
    return g->named && q->row->event.http_status != 401 && !q->blob;
}

// A tag's requests find their own group though another tag's stand between; what names no
// tag goes to the repository's latest. Two users behind one address pull apart; the
// challenge before a user's name and a layer behind it carry none.
static struct pm_request_group *group_of(const struct pm_env *env, struct pm_evidence *ev,
                                         const struct asked *q) {
    struct pm_request_group *g = q->user ? open_group(ev, of_user(env, q->own, q->user)) : NULL;
    if (g) return g;
    g = open_group(ev, q->own);
    if (!g && q->by_tag) {
        g = open_group(ev, q->latest);
        if (g && g->reference) g = NULL;
    }
    return g && is_of_another(g, q) ? NULL : g;
}

static void remember(const struct pm_env *env, struct pm_evidence *ev, const struct asked *q,
                     const struct pm_request_group *g) {
    Word_t at = (Word_t)(g - ev->groups.items) + 1;
    *pm_map_slot(&ev->request_open, q->own) = at;
    *pm_map_slot(&ev->request_open, q->latest) = at;
    *pm_map_slot(&ev->request_open, client_key(env, q->row->file, q->client, q->agent)) = at;
    if (q->user) *pm_map_slot(&ev->request_open, of_user(env, q->own, q->user)) = at;
    if (q->user && q->own != q->latest)
        *pm_map_slot(&ev->request_open, of_user(env, q->latest, q->user)) = at;
}

static struct pm_request_group *group_new(const struct pm_env *env, struct pm_evidence *ev,
                                          const struct asked *q) {
    struct pm_request_group *g = PM_PUSH(ev->groups.items, ev->groups.n, ev->groups.cap);
    *g = (struct pm_request_group){.first = q->row->ts_ns,
                                   .client = q->client,
                                   .repository = pm_id(env, q->repository),
                                   .agent = q->agent,
                                   .who = q->who,
                                   .agent_kind =
                                       (uint8_t)pm_agent_of(q->row->event.field[PM_F_USER_AGENT]),
                                   .file = q->row->file,
                                   .last_tag = q->row->ts_ns,
                                   .verdict = {.cause = -1}};
    return g;
}

// An index that is there and a platform of it that is not: the registry lost it, nobody
// asked for what never was.
static void note_gone(struct pm_request_group *g, const struct asked *q) {
    int status = q->row->event.http_status;
    if (status == 404) g->gone = !q->by_tag && g->reference && g->ok_manifests > 0;
    else if (status && status < 400) g->gone = false;
}

static void take_request(struct pm_request_group *g, const struct asked *q) {
    const struct pm_event *e = &q->row->event;
    bool get = !e->field[PM_F_METHOD].n || pm_str_eqc(e->field[PM_F_METHOD], "GET"),
         good = is_good(e->http_status);
    if (q->token && e->http_status && e->http_status < 400) g->token = true;
    if (!q->token && g->token && e->http_status == 401 && g->challenges) g->refused_token = true;
    g->requests += q->times;
    if (q->blob) g->blobs += q->times;
    if (q->blob && e->bytes > 0) g->bytes = pm_sum(g->bytes, e->bytes);
    if (q->manifest && get) g->asked_get = true;
    bool counted = pm_str_eqc(e->field[PM_F_METHOD], "GET") &&
                   !(e->flags & PM_EV_CACHE_HIT); // a proxy's cache answers for nothing
    if (q->manifest && good && counted) g->manifest_gets++;
    if (e->flags & PM_EV_CACHE_HIT) g->hits += q->times;
    if (e->flags & PM_EV_CACHE_MISS) g->misses += q->times;
    if (q->manifest) note_gone(g, q);
    if (q->by_tag && good) g->tag_good = true;
}

static void take_names(const struct pm_env *env, struct pm_request_group *g,
                       const struct asked *q) {
    const struct pm_event *e = &q->row->event;
    g->last = pm_max_time(q->row->ts_ns, q->times > 1 ? q->row->last_ns : PM_NO_TIME);
    if (q->by_tag) g->last_tag = q->row->ts_ns;
    if (!g->reference) g->reference = q->reference;
    if (!g->registry)
        g->registry = q->url.ns.n ? pm_id(env, pm_registry_of_host(q->url.ns))
                                  : pm_id(env, e->field[PM_F_REGISTRY]);
    if (!g->registry && q->token &&
        pm_str_has(e->field[PM_F_URL], PM_STR("service=registry.docker.io")))
        g->registry = pm_id(
            env,
            PM_STR(
                "docker.io")); // the token is asked for Docker Hub, whoever passes the requests on
    if (q->url.ns.n || pm_str_eqc(e->field[PM_F_REASON], "mirror")) g->mirror = true;
    if (!g->user) g->user = q->user;
    if (q->user && !q->token) g->named = true;
    if (q->token && is_good(e->http_status) && !q->user && pm_str_eqc(e->field[PM_F_METHOD], "GET"))
        g->anonymous = true; // who has credentials asks with them: by POST, or as a user
    if (e->flags & PM_EV_CREDENTIALS) g->credentials = true;
    if (e->flags & PM_EV_ANONYMOUS) g->anonymous = true;
    if (!g->best) g->best = q->row->id;
}

// A token server's log beside the registry's: who has credentials asks with them, by POST
// or as a user, whichever pull it was for.
static void hub_token(struct pm_evidence *ev, const struct asked *q) {
    if (!q->token || !is_good(q->row->event.http_status) ||
        !pm_str_has(q->row->event.field[PM_F_URL], PM_STR("service=registry.docker.io")))
        return;
    bool user =
        q->row->event.field[PM_F_USER].n || !pm_str_eqc(q->row->event.field[PM_F_METHOD], "GET");
    *(user ? &ev->hub_user : &ev->hub_anonymous) = true;
}

// Each request by itself, for the meter of a quota: a group's manifests can lie minutes
// apart.
static void charge(struct pm_evidence *ev, const struct pm_request_group *g,
                   const struct asked *q) {
    const struct pm_event *e = &q->row->event;
    struct pm_meter *told = ev->meters.n && ev->meters.items[ev->meters.n - 1].row == q->row->id
                                ? &ev->meters.items[ev->meters.n - 1]
                                : NULL;
    bool answered = e->http_status >= 200 && e->http_status < 400 && !(e->flags & PM_EV_CACHE_HIT);
    if (told) told->group = (uint32_t)(g - ev->groups.items) + 1;
    if (!answered && !told) return;
    *PM_PUSH(ev->charges.items, ev->charges.n, ev->charges.cap) =
        (struct pm_charge){.at = q->row->ts_ns,
                           .group = (uint32_t)(g - ev->groups.items),
                           .meter = told ? (uint32_t)ev->meters.n : 0,
                           .n = !answered ? 0 : (uint16_t)(q->times > 1000 ? 1000 : q->times),
                           .manifest = q->manifest && answered && is_good(e->http_status) &&
                                       pm_str_eqc(e->field[PM_F_METHOD], "GET")};
}

static struct asked asked_of(const struct pm_env *env, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    struct asked q = {.row = row,
                      .client = pm_id(env, e->field[PM_F_CLIENT]),
                      .agent = agent_of(env, e->field[PM_F_USER_AGENT])};
    pm_registry_url_parse(env->scratch, e->field[PM_F_URL], &q.url);
    q.purpose = pm_purpose_of(e, &q.url);
    q.repository = e->field[PM_F_REPOSITORY].n ? e->field[PM_F_REPOSITORY] : q.url.repository;
    q.manifest = q.purpose == PM_PURPOSE_MANIFEST;
    q.blob = q.purpose == PM_PURPOSE_LAYER;
    q.token = q.purpose == PM_PURPOSE_TOKEN;
    return q;
}

static void name_keys(const struct pm_env *env, struct asked *q) {
    const struct pm_event *e = &q->row->event;
    struct pm_str reference = q->url.what == PM_URL_MANIFEST ? q->url.reference
                              : e->field[PM_F_TAG].n         ? e->field[PM_F_TAG]
                                                             : e->field[PM_F_DIGEST];
    q->user = pm_id(env, e->field[PM_F_USER]);
    q->by_tag = q->manifest && reference.n && !pm_str_starts(reference, PM_STR("sha256:"));
    q->reference = q->by_tag ? pm_id(env, reference) : 0;
    const uint32_t key[] = {q->row->file, q->client, q->agent, q->reference};
    q->latest = pm_id_key(env, 'r', key, 3, q->repository);
    q->own = q->by_tag ? pm_id_key(env, 't', key, 4, q->repository) : q->latest;
    q->who = q->latest;
    q->times = q->blob && e->http_status < 400 && e->count
                   ? e->count
                   : 1; // layers are folded while they are read (ingest/request_fold.c)
}

void pm_request_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row) {
    if (row->ts_ns == PM_NO_TIME) return;
    struct asked q = asked_of(env, row);
    int status = row->event.http_status;
    if (!q.repository.n && q.token) refused_login(env, ev, row);
    hub_token(ev, &q);
    if (!q.repository.n) return;
    name_keys(env, &q);
    if (q.purpose == PM_PURPOSE_PUSH) pm_push_seen(ev, q.who, row->ts_ns);
    if (!q.manifest && !q.blob && !q.token) return;
    ev->have_requests = true;
    struct pm_request_group *g = group_of(env, ev, &q);
    if (g && q.token && status < 400 && g->worst != 401) return; // for the next pull
    if (!g || ends_group(g, row, q.by_tag, q.reference)) {
        if (q.token && status < 400)
            return; // a token alone is no pull; the Docker daemon asks for one before it begins
        g = group_new(env, ev, &q);
    }
    remember(env, ev, &q, g);
    take_names(env, g, &q);
    take_request(g, &q);
    count_status(g, status, q.times);
    take_status(env, g, row, q.manifest);
    charge(ev, g, &q);
}

// A challenge that nothing follows: no credentials, wrong ones, or a token that does not
// open this repository.
static void judge_challenge(struct pm_request_group *g) {
    if (g->worst != 401 ||
        (g->verdict.cause >= 0 && !pm_cause_has(g->verdict.cause, PM_TRAIT_UNEXPLAINED)))
        return;
    enum pm_shown by = g->refused_token && !g->credentials ? PM_SHOWN_TOKEN_REFUSED
                       : g->credentials || g->user         ? PM_SHOWN_CREDENTIAL_REFUSED
                                                           : PM_SHOWN_CHALLENGE;
    g->verdict = (struct pm_verdict){
        .cause = pm_cause_shown(by), .candidate_count = 1, .confidence = PM_CONFIDENCE_MEDIUM};
    g->verdict.candidates[0] = g->verdict.cause;
}

static bool loopback(struct pm_str a) {
    return !a.n || pm_str_starts(a, PM_STR("127.")) || pm_str_eqc(a, "::1") ||
           pm_str_eqc(a, "localhost");
}

// The registry behind the proxy saw it too: same repository and program at the same time
// in another log. The one with a real client stays, then the first file.
static void drop_copies(const struct pm_env *env, struct pm_evidence *ev) {
    struct pm_order by_repository = {0};
    for (size_t i = 0; i < ev->groups.n; i++)
        pm_order_add(&by_repository, ev->groups.items[i].repository, ev->groups.items[i].first,
                     (uint32_t)i);
    pm_order_sort(&by_repository);
    for (size_t i = 0; i < by_repository.n; i++) {
        struct pm_request_group *g = &ev->groups.items[by_repository.items[i].index];
        for (size_t k = i + 1;
             k < by_repository.n && by_repository.items[k].group == g->repository &&
             by_repository.items[k].at <= pm_time_add(g->last, BURST_NS);
             k++) {
            struct pm_request_group *o = &ev->groups.items[by_repository.items[k].index];
            if (o->file == g->file || (o->agent != g->agent && o->agent && g->agent) ||
                o->redundant || g->redundant)
                continue;
            bool gl = loopback(pm_name(env, g->client)), ol = loopback(pm_name(env, o->client));
            if (gl != ol) (gl ? g : o)->redundant = true;
            else if (g->client == o->client || gl)
                (g->requests >= o->requests ? o : g)->redundant = true;
            if (!g->registry) g->registry = o->registry; // one of the two logs may name the host
            if (!o->registry) o->registry = g->registry;
        }
    }
    free(by_repository.items);
}

struct votes {
    Pvoid_t pair;
}; // (client, node) → groups that coincide with an attempt there

static bool coincides(const struct pm_evidence *ev, const struct pm_attempt *p,
                      const struct pm_request_group *g, int64_t off) {
    int64_t from = p->started != PM_NO_TIME ? p->started : p->ended,
            to = p->ended != PM_NO_TIME ? p->ended : p->started;
    int64_t skew = from != PM_NO_TIME ? pm_request_skew(ev, g->file, p) : 0;
    from -= skew, to -= skew;
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
        return p->off_ns && coincides(ev, p, g, p->off_ns);
    int64_t end = pm_since(pm_at(p), pm_request_skew(ev, g->file, p));
    return p->outcome == PM_OUTCOME_FAILED && g->first <= pm_time_add(end, NEAR_NS + p->off_ns) &&
           g->last >= pm_since(end, NEAR_NS + p->off_ns + p->lead_ns);
}

typedef void on_match(struct pm_evidence *ev, struct pm_pulls *pulls, uint32_t pull, uint32_t group,
                      void *ctx);
static void each_match(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                       const struct pm_order *by_repository, uint32_t group, on_match *cb,
                       void *ctx) {
    const struct pm_request_group *g = &ev->groups.items[group];
    int64_t slack = ev->request_skew_most + ev->pull_off_most;
    for (size_t k =
             pm_order_first(by_repository, g->repository, pm_since(g->first, NEAR_NS + slack));
         k < by_repository->n; k++) {
        const struct pm_order_key *key = &by_repository->items[k];
        if (key->group != g->repository || key->at > pm_time_add(g->last, PM_S(900) + slack)) break;
        const struct pm_attempt *p = &pulls->items[key->index];
        if (g->reference && p->tag && g->reference != p->tag && !p->digest) continue;
        if (!g->node && p->node && pm_map_get(ev->node_in_log, PM_PAIR(g->file, p->node)))
            continue; // that node has its own address there
        if (!agent_agrees(env, p, g)) continue;
        if ((coincides(ev, p, g, 0) && outcome_agrees(p, g)) || may_be_it(ev, p, g))
            cb(ev, pulls, key->index, group, ctx);
    }
}

static void vote(struct pm_evidence *ev, struct pm_pulls *pulls, uint32_t pull, uint32_t group,
                 void *ctx) {
    struct votes *v = ctx;
    uint32_t node = pulls->items[pull].node;
    if (node) ++*pm_map_slot(&v->pair, PM_PAIR(ev->groups.items[group].client, node));
}

struct client_sum {
    uint32_t client, groups, matched, by_events, best_node, best,
        second; // by_events: so many of the matched
};

// Which node is this client? Node objects know their addresses; else the node whose
// attempts coincide with its requests, if one stands out.
static void map_clients(struct votes *v, Pvoid_t *sums, struct client_sum *out) {
    Word_t at = 0;
    PWord_t n;
    JLF(n, v->pair, at);
    while (n) {
        Word_t slot = pm_map_get(*sums, (uint32_t)(at >> 32));
        if (slot) {
            struct client_sum *c = &out[slot - 1];
            if (*n > c->best) {
                c->second = c->best;
                c->best = (uint32_t)*n;
                c->best_node = (uint32_t)at;
            } else if (*n > c->second) c->second = (uint32_t)*n;
        }
        JLN(n, v->pair, at);
    }
}

static void corroborate(struct pm_evidence *ev, struct pm_pulls *pulls, uint32_t pull,
                        uint32_t group, void *ctx) {
    struct pm_request_group *g = &ev->groups.items[group];
    struct pm_attempt *p = &pulls->items[pull];
    int64_t *gap = ctx;
    if (g->node && p->node && g->node != p->node) return;
    int64_t d = pm_time_apart(pm_at(p), g->last) +
                (p->requests ? PM_S(10) : 0); // one that has its requests already comes second
    if (g->pull && d >= *gap) return;
    *gap = d;
    g->pull = pull + 1;
}

static void add_group(struct pm_pulls *pulls, struct pm_request_group *g) {
    struct pm_attempt *p = &pulls->items[g->pull - 1];
    p->requests += g->requests;
    if (g->last > p->answered) p->answered = g->last;
    p->sources |= PM_SRC_REGISTRY;
    if (!p->client) p->client = g->client;
    if (!p->user) p->user = g->user;
    if (p->bytes < 0 && g->bytes > 0) p->bytes = g->bytes;
    if (g->credentials) p->flags |= PM_EV_CREDENTIALS;
    if (g->anonymous) p->flags |= PM_EV_ANONYMOUS;
    if (p->outcome != PM_OUTCOME_FAILED || !g->worst) return;
    if (!p->status) p->status = g->worst;
    if (p->status != g->worst || p->verdict.cause < 0 ||
        pm_cause_has(p->verdict.cause, PM_TRAIT_REACH))
        p->hidden_status = g->worst;
    if (g->gone && pm_cause_has(p->verdict.cause, PM_TRAIT_OF_IMAGE))
        p->verdict = g->verdict; // the registry side knows better than the words of the error
    if (p->verdict.cause < 0 && g->verdict.cause >= 0) p->verdict = g->verdict;
}

// Where the bundle knows its nodes a client that is none of them stays a client; where
// registry logs are all there is, clients stand for nodes.
static bool knows_nodes(const struct pm_evidence *ev, const struct pm_pulls *pulls) {
    if (ev->have_node_logs || ev->facts.nodes.n) return true;
    for (size_t i = 0; i < pulls->n; i++)
        if (pulls->items[i].node && pulls->items[i].origin != PM_ORIGIN_REGISTRY) return true;
    for (size_t i = 0; i < ev->facts.pods.n;
         i++) // a kubelet that saw its pods start has a node, though nothing was pulled there
        if (ev->facts.pods.items[i].node && ev->facts.pods.items[i].running) return true;
    return false;
}

// Is there a cluster, and not only machines?
static bool knows_cluster(const struct pm_evidence *ev) {
    if (ev->facts.cover[PM_ORIGIN_KUBELET]) return true;
    for (size_t i = 0; i < ev->facts.nodes.n; i++)
        if (ev->facts.nodes.items[i].listed) return true;
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        if (ev->facts.pods.items[i].listed && ev->facts.pods.items[i].node) return true;
    return false;
}

static bool is_cluster_node(const struct pm_evidence *ev, uint32_t node) {
    Word_t at = node ? pm_map_get(ev->facts.node_by_name, node) : 0;
    if (at && ev->facts.nodes.items[at - 1].listed) return true;
    return node && (pm_map_get(ev->facts.cover[PM_ORIGIN_KUBELET], node) ||
                    pm_map_get(ev->facts.cover[PM_ORIGIN_RUNTIME], node) ||
                    pm_map_get(ev->facts.cover[PM_ORIGIN_DOCKERD], node));
}

static bool printed_by_pod(const struct pm_evidence *ev, const struct pm_attempt *p) {
    if (p->origin != PM_ORIGIN_CLIENT || !p->traces.n) return false;
    const struct pm_trace *t = &ev->traces.items[p->traces.items[0]];
    struct pm_str in =
        t->file < ev->facts.files.n ? ev->facts.files.items[t->file].row.envelopes : PM_NONE;
    return t->printed || pm_str_has(in, PM_STR("docker-json")) ||
           pm_str_has(in, PM_STR("cri")); // a runtime's file, whoever it was
}

// A registry's log alone, at which runtimes pull: its clients stand for nodes. One
// client's requests are those of the session that lies beside the log, unless that
// session is what a pod printed: then there is a cluster, and those who pull beside it
// are its nodes.
static bool clients_stand(const struct pm_evidence *ev, const struct pm_pulls *pulls) {
    bool printed = false;
    uint32_t one = 0;
    for (size_t i = 0; i < pulls->n && !printed; i++)
        printed = printed_by_pod(ev, &pulls->items[i]);
    for (size_t i = 0; i < ev->groups.n; i++) {
        const struct pm_request_group *g = &ev->groups.items[i];
        if (g->agent_kind != PM_AGENT_RUNTIME || g->probe || !g->repository) continue;
        if (printed || (one && one != g->client)) return true;
        one = g->client;
    }
    return false;
}

// A session that a client printed is that client's, where a cluster stands beside it: a
// CI job's pulls are no node's. Its name is what is known of it.
static void name_sessions(const struct pm_evidence *ev, struct pm_pulls *pulls) {
    if (!knows_cluster(ev) && !ev->nodes_stand) return;
    for (size_t i = 0; i < pulls->n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        if (p->origin != PM_ORIGIN_CLIENT || p->pods.n || !p->traces.n ||
            is_cluster_node(ev, p->node))
            continue;
        uint32_t file = ev->traces.items[p->traces.items[0]].file;
        if (!p->client) p->client = p->node;
        if (!p->client && file < ev->facts.files.n) p->client = ev->facts.files.items[file].path;
        p->node = 0;
    }
}

static uint32_t registry_of(const struct pm_evidence *ev, const struct pm_request_group *g) {
    if (g->registry) return g->registry;
    Word_t known = pm_map_get(ev->facts.registry_of_repository, g->repository);
    return known && known != UINT32_MAX ? (uint32_t)known : 0;
}

static void make_pull(const struct pm_env *env, const struct pm_evidence *ev,
                      struct pm_pulls *pulls, struct pm_request_group *g, bool nodes_known) {
    uint32_t registry = registry_of(ev, g),
             node = pm_agent_may_be_node(g->agent_kind) ? g->node : 0;
    struct pm_trace t = {.id = g->best,
                         .node = nodes_known ? node
                                 : node      ? node
                                             : g->client,
                         .registry = registry,
                         .repository = g->repository,
                         .tag = g->reference,
                         .origin = PM_ORIGIN_REGISTRY};
    struct pm_str r = pm_name(env, registry), tag = pm_name(env, g->reference);
    t.image = pm_id_fmt(env, "%.*s%s%.*s%s%.*s", PM_FMT(r), r.n ? "/" : "",
                        PM_FMT(pm_name(env, g->repository)), tag.n ? ":" : "", PM_FMT(tag));
    uint32_t index = pm_fold_new(pulls, &t, g->worst ? PM_OUTCOME_FAILED : PM_OUTCOME_OK);
    struct pm_attempt *p = &pulls->items[index];
    p->started = g->first;
    p->ended = g->last;
    p->sources = PM_SRC_REGISTRY;
    p->client = g->client;
    p->log = g->file < ev->facts.files.n ? ev->facts.files.items[g->file].path : 0;
    p->user = g->user;
    p->requests = g->requests;
    p->lines = g->requests;
    p->answered = g->last;
    p->best = g->best;
    p->error = g->error;
    p->status = g->worst;
    p->stage = g->stage;
    p->bytes = g->bytes > 0 ? g->bytes : -1;
    p->verdict = g->worst ? g->verdict : (struct pm_verdict){.cause = -1};
    p->flags = (g->credentials ? PM_EV_CREDENTIALS : 0u) | (g->anonymous ? PM_EV_ANONYMOUS : 0u);
    if (g->last > g->first) p->duration_ns = g->last - g->first;
    g->pull = index + 1;
}

// Is there a log of this client's own node? Events are none: they expire, and vouch for
// no silence.
static bool node_speaks(const struct pm_evidence *ev, const struct client_sum *c, uint32_t node) {
    if (node && (pm_map_get(ev->facts.cover[PM_ORIGIN_RUNTIME], node) ||
                 pm_map_get(ev->facts.cover[PM_ORIGIN_KUBELET], node) ||
                 pm_map_get(ev->facts.cover[PM_ORIGIN_DOCKERD], node)))
        return true;
    bool own = node && pm_map_get(ev->facts.node_by_address, c->client) ==
                           node; // else others may stand behind the address
    return c->matched * 2 >= c->groups && c->matched > (own ? c->by_events : 0);
}

static void sum_clients(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                        const struct pm_order *by_repository, struct votes *v, Pvoid_t *sums,
                        struct client_sum **out) {
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < ev->groups.n; i++) {
        struct pm_request_group *g = &ev->groups.items[i];
        if (g->redundant) continue;
        Word_t *slot = pm_map_slot(sums, g->client);
        if (!*slot) {
            struct client_sum *c = PM_PUSH(*out, n, cap);
            c->client = g->client;
            *slot = n;
        }
        if (g->probe || !pm_agent_may_be_node(g->agent_kind)) continue;
        int64_t gap = INT64_MAX;
        (*out)[*slot - 1].groups++;
        each_match(env, ev, pulls, by_repository, (uint32_t)i, corroborate, &gap);
        if (g->pull) (*out)[*slot - 1].matched++;
        if (g->pull && pulls->items[g->pull - 1].origin == PM_ORIGIN_EVENTS)
            (*out)[*slot - 1].by_events++;
        g->pull = 0;
        each_match(env, ev, pulls, by_repository, (uint32_t)i, vote, v);
    }
}

// Node objects know addresses.
static void name_nodes(struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->groups.n; i++) {
        struct pm_request_group *g = &ev->groups.items[i];
        g->node = (uint32_t)pm_map_get(ev->facts.node_by_address, g->client);
        if (g->node) *pm_map_slot(&ev->node_in_log, PM_PAIR(g->file, g->node)) = 1;
    }
}

static void order_pulls(struct pm_evidence *ev, const struct pm_pulls *pulls,
                        struct pm_order *by_repository) {
    for (size_t i = 0; i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (p->off_ns + p->lead_ns > ev->pull_off_most) ev->pull_off_most = p->off_ns + p->lead_ns;
        pm_order_add(by_repository, p->repository, pm_since(pm_at(p), pm_skew_of(ev, p->node)),
                     (uint32_t)i);
    }
    pm_order_sort(by_repository);
}

static void match_group(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                        const struct pm_order *by_repository, uint32_t index,
                        const struct client_sum *c, bool nodes_known) {
    struct pm_request_group *g = &ev->groups.items[index];
    int64_t gap = INT64_MAX;
    if (!g->node && c->best > c->second && c->best * 2 >= c->groups &&
        !loopback(pm_name(env, g->client)))
        g->node = c->best_node;
    each_match(env, ev, pulls, by_repository, index, corroborate, &gap);
    if (g->pull) add_group(pulls, g);
    else if (!g->probe && (!pm_agent_may_be_node(g->agent_kind) || !node_speaks(ev, c, g->node)))
        make_pull(env, ev, pulls, g, nodes_known);
}

void pm_request_fold(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct pm_order by_repository = {0};
    struct votes v = {0};
    struct client_sum *clients = NULL;
    Pvoid_t sums = NULL;
    Word_t freed;
    bool nodes_known = ev->nodes_known = knows_nodes(ev, pulls);
    for (size_t i = 0; i < ev->groups.n; i++) judge_challenge(&ev->groups.items[i]);
    pm_requests_weigh(env, ev);
    drop_copies(env, ev);
    ev->nodes_stand = !nodes_known && clients_stand(ev, pulls);
    name_sessions(ev, pulls);
    pm_requests_name(env, ev, pulls);
    name_nodes(ev);
    pm_request_clock_learn(env, ev, pulls);
    order_pulls(ev, pulls, &by_repository);
    sum_clients(env, ev, pulls, &by_repository, &v, &sums, &clients);
    map_clients(&v, &sums, clients);
    for (size_t i = 0; i < ev->groups.n; i++)
        if (!ev->groups.items[i].redundant)
            match_group(env, ev, pulls, &by_repository, (uint32_t)i,
                        &clients[pm_map_get(sums, ev->groups.items[i].client) - 1], nodes_known);
    JLFA(freed, v.pair);
    JLFA(freed, sums);
    (void)freed;
    free(clients);
    free(by_repository.items);
}
