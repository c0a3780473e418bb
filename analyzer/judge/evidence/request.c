// Requests that a registry or a proxy logged → groups, one a pull.
//
// One pull is HEAD manifests/TAG (401, the normal challenge) → token → HEAD 200 → GET
// manifests/DIGEST → GET blobs. A refusal is retried at once: containerd sends a 429 or
// 408 up to six times in milliseconds, the Docker daemon HEAD and GET. All that is one
// group: same log, client, program and repository, close in time; a fresh challenge after
// a refusal opens the next.
// A server's error log names the request that it could not answer, without a status: such a
// line opens a group that counts where no access log shows the request.
// One request is often logged twice, by the proxy and by the registry behind it, which
// sees the proxy as its client: the log with real clients is kept.
#include "judge/evidence/request.h"
#include "judge/evidence/load.h"
#include "judge/evidence/row_keys.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define BURST_NS PM_S(2)
#define CHALLENGE_NS PM_S(60) // until a token is there
#define GREETING_NS PM_S(5)
#define IDLE_NS PM_S(120) // a blob may take long; longer silence ends a group

#define STATUSES 8 // kinds of answers that one group tells apart
static void count_status(struct pm_evidence *ev, struct pm_request_group *g, int code, uint32_t n) {
    int known = 0;
    pm_ref last = 0;
    for (pm_ref at = g->statuses; at; last = at, at = PM_REF(ev->statuses, at).next, known++) {
        if (PM_REF(ev->statuses, at).code != code) continue;
        PM_REF(ev->statuses, at).n += n;
        return;
    }
    if (known == STATUSES) return;
    *PM_PUSH(ev->statuses.items, ev->statuses.n, ev->statuses.cap) =
        (struct pm_status_count){.code = (int16_t)code, .n = n};
    if (last) PM_REF(ev->statuses, last).next = (pm_ref)ev->statuses.n;
    else g->statuses = (pm_ref)ev->statuses.n;
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

static bool ends_group(const struct pm_request_group *g, int64_t tagged, const struct pm_row *row,
                       bool by_tag, uint32_t reference) {
    int64_t silence = pm_time_between(g->last, row->ts_ns);
    if (silence > IDLE_NS) return true;
    if (has_failed(g) && silence > patience(g, row, by_tag)) return true;
    if (!by_tag) return false;
    if (g->reference && reference != g->reference) return true;
    if (row->event.http_status == 401 && g->worst && g->worst != 401) return true;
    if (g->tag_good && pm_time_between(tagged, row->ts_ns) > BURST_NS)
        return true; // answered well, and asked again
    bool went_on = g->blobs > 0 || g->ok_manifests > 1;
    return went_on && silence > 0 && pm_time_between(tagged, row->ts_ns) > PM_S(0.3);
}

// The result of the request that came last decides: an error that was retried away is
// none.
static void take_status(const struct pm_env *env, struct pm_request_group *g,
                        const struct pm_row *row, bool manifest) {
    const struct pm_event *e = &row->event;
    int status = !e->http_status && e->field[PM_F_ERROR].n ? PM_REFUSED_UNNUMBERED : e->http_status;
    if (status == 401) {
        if (g->challenges < UINT16_MAX) g->challenges++;
        if (!g->worst && !g->ok_manifests && !g->blobs)
            g->worst = 401; // until somebody answers better
        else if (g->worst == 401 || !g->worst) return;
    } else if (status < 400 && status != PM_REFUSED_UNNUMBERED) {
        g->worst = 0;
        if (manifest && status) g->ok_manifests++;
        return;
    } else {
        g->worst = (int16_t)status;
    }
    g->stage = (uint8_t)e->stage;
    g->best = row->id;
    g->error = pm_id(env, e->field[PM_F_ERROR]);
    struct pm_verdict said = pm_ruleset_classify(env->rules, e);
    g->verdict = pm_verdict_keep(env, &said);
}

// Who asked for what. A field that is 0 stands for any: of the repository's latest requests,
// whatever their tag; of a client's latest, whatever it asked for.
struct request_key {
    uint32_t log, client, agent, repository, reference, user;
};

static uint32_t key_number(const struct pm_loading *l, const struct request_key *k) {
    const struct pm_row_key key = {
        {k->log, k->client, k->agent, k->repository, k->reference, k->user}};
    return pm_row_key(l->requests, &key);
}

static struct pm_request_group *open_group(const struct pm_loading *l, uint32_t key) {
    pm_ref at = *pm_row_held(l->requests, key);
    return at ? &PM_REF(l->ev->groups, at) : NULL;
}

// Clients POST to a token server only where they have credentials (OAuth), and name the
// repository in the body, which no log keeps: refused there, the challenge that the same
// client just got is one that its credentials did not meet.
static void refused_login(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if ((e->http_status != 400 && e->http_status != 401 && e->http_status != 403) ||
        !pm_str_eqc(e->field[PM_F_METHOD], "POST"))
        return;
    const struct request_key who = {.log = row->file,
                                    .client = pm_text(l, row, PM_F_CLIENT),
                                    .agent = pm_text_word(l, row, PM_F_USER_AGENT)};
    struct pm_request_group *g = open_group(l, key_number(l, &who));
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
    struct request_key key;                  // of the tag, whoever the user is
    uint32_t latest, own; // numbers of keys: client, agent and repository of this log; of the tag
    bool by_tag, token, manifest, blob;
    uint32_t times;
};

// The number of its key with that user, of that tag or of the repository alone.
static uint32_t of_user(const struct pm_loading *l, const struct asked *q, uint32_t reference) {
    struct request_key key = q->key;
    key.reference = reference;
    key.user = q->user;
    return key_number(l, &key);
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
static struct pm_request_group *group_of(const struct pm_loading *l, const struct asked *q) {
    struct pm_request_group *g = q->user ? open_group(l, of_user(l, q, q->reference)) : NULL;
    if (g) return g;
    g = open_group(l, q->own);
    if (!g && q->by_tag) {
        g = open_group(l, q->latest);
        if (g && g->reference) g = NULL;
    }
    return g && is_of_another(g, q) ? NULL : g;
}

static void remember(struct pm_loading *l, const struct asked *q,
                     const struct pm_request_group *g) {
    pm_ref at = pm_ref_of((size_t)(g - l->ev->groups.items));
    const struct request_key client = {.log = q->row->file, .client = q->client, .agent = q->agent};
    *pm_row_held(l->requests, q->own) = at;
    *pm_row_held(l->requests, q->latest) = at;
    *pm_row_held(l->requests, key_number(l, &client)) = at;
    if (q->user) *pm_row_held(l->requests, of_user(l, q, q->reference)) = at;
    if (q->user && q->own != q->latest) *pm_row_held(l->requests, of_user(l, q, 0)) = at;
}

static int64_t *tagged(const struct pm_loading *l, const struct pm_request_group *g) {
    return &l->tagged.items[g - l->ev->groups.items];
}

static struct pm_request_group *group_new(struct pm_loading *l, const struct asked *q) {
    struct pm_evidence *ev = l->ev;
    *PM_PUSH(l->tagged.items, l->tagged.n, l->tagged.cap) = q->row->ts_ns;
    struct pm_request_group *g = PM_PUSH(ev->groups.items, ev->groups.n, ev->groups.cap);
    *g = (struct pm_request_group){.first = q->row->ts_ns,
                                   .last = q->row->ts_ns,
                                   .client = q->client,
                                   .repository = q->key.repository,
                                   .agent = q->agent,
                                   .who = q->latest,
                                   .agent_kind =
                                       (uint8_t)pm_agent_of(q->row->event.field[PM_F_USER_AGENT]),
                                   .file = q->row->file,
                                   .told = q->row->event.kind == PM_KIND_OTHER,
                                   .verdict = &pm_verdict_none};
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
    g->requests = pm_sum_u32(g->requests, q->times);
    if (q->blob) g->blobs = pm_sum_u32(g->blobs, q->times);
    if (q->blob && e->bytes > 0) g->bytes = pm_sum(g->bytes, e->bytes);
    if (q->manifest && get) g->asked_get = true;
    bool counted = pm_str_eqc(e->field[PM_F_METHOD], "GET") &&
                   !(e->flags & PM_EV_CACHE_HIT); // a proxy's cache answers for nothing
    if (q->manifest && good && counted) g->manifest_gets++;
    if (e->flags & PM_EV_CACHE_HIT) g->hits = pm_sum_u32(g->hits, q->times);
    if (e->flags & PM_EV_CACHE_MISS) g->misses = pm_sum_u32(g->misses, q->times);
    if (q->manifest) note_gone(g, q);
    if (q->by_tag && good) g->tag_good = true;
}

static void take_names(const struct pm_loading *l, struct pm_request_group *g,
                       const struct asked *q) {
    const struct pm_env *env = l->env;
    const struct pm_event *e = &q->row->event;
    // A row of several requests began before this one, and may have ended after it.
    g->last = pm_max_time(g->last, q->row->ts_ns);
    if (q->times > 1) g->last = pm_max_time(g->last, q->row->last_ns);
    if (q->by_tag) *tagged(l, g) = q->row->ts_ns;
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
    pm_ref group = pm_ref_of((size_t)(g - ev->groups.items));
    if (told) told->group = group;
    if (!answered && !told) return;
    if (told)
        *PM_PUSH(ev->metered.items, ev->metered.n, ev->metered.cap) =
            (struct pm_metered){pm_ref_of(ev->charges.n), (pm_ref)ev->meters.n};
    *PM_PUSH(ev->charges.items, ev->charges.n, ev->charges.cap) =
        (struct pm_charge){.at = q->row->ts_ns,
                           .group = group,
                           .n = !answered ? 0 : (uint16_t)(q->times > 1000 ? 1000 : q->times),
                           .manifest = q->manifest && answered && is_good(e->http_status) &&
                                       pm_str_eqc(e->field[PM_F_METHOD], "GET")};
}

static struct asked asked_of(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    struct asked q = {.row = row,
                      .client = pm_text(l, row, PM_F_CLIENT),
                      .agent = pm_text_word(l, row, PM_F_USER_AGENT)};
    pm_registry_url_parse(l->env->scratch, e->field[PM_F_URL], &q.url);
    q.purpose = pm_purpose_of(e, &q.url);
    q.repository = e->field[PM_F_REPOSITORY].n ? e->field[PM_F_REPOSITORY] : q.url.repository;
    q.manifest = q.purpose == PM_PURPOSE_MANIFEST;
    q.blob = q.purpose == PM_PURPOSE_LAYER;
    q.token = q.purpose == PM_PURPOSE_TOKEN;
    return q;
}

static void name_keys(struct pm_loading *l, struct asked *q) {
    const struct pm_env *env = l->env;
    const struct pm_event *e = &q->row->event;
    struct pm_str reference = e->field[e->field[PM_F_TAG].n ? PM_F_TAG : PM_F_DIGEST];
    if (q->url.what == PM_URL_MANIFEST) reference = q->url.reference;
    q->user = pm_text(l, q->row, PM_F_USER);
    q->by_tag = q->manifest && reference.n && !pm_str_starts(reference, PM_STR("sha256:"));
    q->reference = q->by_tag ? pm_id(env, reference) : 0;
    uint32_t log = q->row->file;
    if (e->kind == PM_KIND_OTHER) log = ~log; // one log may hold both kinds of lines
    q->key = (struct request_key){.log = log,
                                  .client = q->client,
                                  .agent = q->agent,
                                  .repository = e->field[PM_F_REPOSITORY].n
                                                    ? pm_text(l, q->row, PM_F_REPOSITORY)
                                                    : pm_id(env, q->repository)};
    q->latest = q->own = key_number(l, &q->key);
    q->key.reference = q->reference;
    if (q->by_tag) q->own = key_number(l, &q->key);
    q->times = q->blob && e->http_status < 400 && e->count
                   ? e->count
                   : 1; // layers are folded while they are read (ingest/request_fold.c)
}

bool pm_request_is_told(const struct pm_env *env, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    struct pm_registry_url u = {0};
    struct pm_str method = e->field[PM_F_METHOD];
    if ((e->component != PM_COMP_PROXY && e->component != PM_COMP_REGISTRY) ||
        !e->field[PM_F_ERROR].n || !e->field[PM_F_URL].n || e->flags & PM_EV_PUSH ||
        !(!method.n || pm_str_eqc(method, "GET") || pm_str_eqc(method, "HEAD")))
        return false;
    pm_registry_url_parse(env->scratch, e->field[PM_F_URL], &u);
    enum pm_purpose purpose = pm_purpose_of(e, &u);
    return purpose == PM_PURPOSE_MANIFEST || purpose == PM_PURPOSE_LAYER;
}

void pm_request_row(struct pm_loading *l, const struct pm_row *row) {
    const struct pm_env *env = l->env;
    struct pm_evidence *ev = l->ev;
    if (row->ts_ns == PM_NO_TIME) return;
    struct asked q = asked_of(l, row);
    int status = row->event.http_status;
    if (!q.repository.n && q.token) refused_login(l, row);
    hub_token(ev, &q);
    if (!q.repository.n) return;
    name_keys(l, &q);
    if (q.purpose == PM_PURPOSE_PUSH) pm_push_seen(ev, q.latest, row->ts_ns);
    if (!q.manifest && !q.blob && !q.token) return;
    if (row->event.kind == PM_KIND_REQUEST) ev->have_requests = true;
    struct pm_request_group *g = group_of(l, &q);
    if (g && q.token && status < 400 && g->worst != 401) return; // for the next pull
    if (!g || ends_group(g, *tagged(l, g), row, q.by_tag, q.reference)) {
        if (q.token && status < 400)
            return; // a token alone is no pull; the Docker daemon asks for one before it begins
        g = group_new(l, &q);
    }
    remember(l, &q, g);
    take_names(l, g, &q);
    take_request(g, &q);
    count_status(ev, g, status, q.times);
    take_status(env, g, row, q.manifest);
    charge(ev, g, &q);
}

// A challenge that nothing follows: no credentials, wrong ones, or a token that does not
// open this repository.
static void judge_challenge(const struct pm_env *env, struct pm_request_group *g) {
    if (g->worst != 401 ||
        (g->verdict->cause >= 0 && !pm_cause_has(g->verdict->cause, PM_TRAIT_UNEXPLAINED)))
        return;
    enum pm_shown by = PM_SHOWN_CHALLENGE;
    if (g->credentials || g->user) by = PM_SHOWN_CREDENTIAL_REFUSED;
    if (g->refused_token && !g->credentials) by = PM_SHOWN_TOKEN_REFUSED;
    g->verdict = pm_verdict_of(env, pm_cause_shown(by), PM_CONFIDENCE_MEDIUM);
}

// The registry behind the proxy saw it too: same repository and program at the same time
// in another log. The one with a real client stays, then the first file.
void pm_requests_drop_copies(const struct pm_env *env, struct pm_evidence *ev) {
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
            bool gl = pm_is_loopback(pm_name(env, g->client)),
                 ol = pm_is_loopback(pm_name(env, o->client));
            if (gl != ol) (gl ? g : o)->redundant = true;
            else if (g->client == o->client || gl)
                (g->requests >= o->requests ? o : g)->redundant = true;
            if (!g->registry) g->registry = o->registry; // one of the two logs may name the host
            if (!o->registry) o->registry = g->registry;
        }
    }
    free(by_repository.items);
}

void pm_requests_judge(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->groups.n; i++) judge_challenge(env, &ev->groups.items[i]);
}
