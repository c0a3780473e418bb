// Pulls whose own lines cannot decide: settled by their neighbours (facts.md, "Facts for
// rules").
//
// A bare 429 or 403 comes from a HEAD, which has no body; "context canceled" says who
// stopped, not why; "not found" may be a proxy's way to say that its upstream refused.
// Who knows: the other lines of the attempt, the request log, the pod's secrets, what the
// same registry and credential did before and after, and what others saw at the same
// time. Each settler looks at one ambiguity and says what it saw; the first that knows
// wins.
#include "judge/causes/registry_side.h"
#include <stdlib.h>

#define SAME_EPISODE_NS PM_S(3600)
#define CLOCKS_APART_NS PM_S(360) // two nodes' clocks, each some minutes off the other way
#define REGISTRY_SIDE                                                                              \
    UINT32_MAX // the group of lines that registries and proxies wrote, which are on no node

struct edge {
    int64_t first_refused, first_ok, ok_after;
    bool mixed;
}; // of one registry; ok_after: the first success after the first refusal; mixed: and it refused again, later in the hour

struct view {
    struct pm_state *s;
    struct pm_order by_registry, by_node, by_repository; // all pulls
    struct pm_order sure_registry, sure_node,
        sure_repository;        // failed pulls whose cause is decided
    struct pm_order sides;      // traces beside pulls, by node
    Pvoid_t edge_at, served_at; // registry → index + 1; registry and credential → answer
    PM_LIST(struct edge) edges;
    struct pm_registry_side said; // by registries and their proxies
    Pvoid_t good_repository;      // id → 1 where any pull of it went well
    bool last_round;              // weak reasons are heard
};

static struct pm_attempt *at(const struct view *v, const struct pm_order_key *k) {
    return &v->s->pulls.items[k->index];
}

// The registry; a registry's own log that does not name it is one registry's all the
// same.
static uint32_t source_of(const struct pm_attempt *p) { return p->registry ? p->registry : p->log; }

static bool may_be(const struct pm_attempt *p, const char *cause) {
    int c = pm_cause_c(cause);
    for (int i = 0; i < p->verdict.candidate_count; i++)
        if (p->verdict.candidates[i] == c) return true;
    return p->verdict.candidate_count == 0 && p->verdict.cause == c;
}
static bool may_be_family(const struct pm_attempt *p, const char *family) {
    for (int i = 0; i < p->verdict.candidate_count; i++)
        if (pm_cause_in(p->verdict.candidates[i], family)) return true;
    return p->verdict.candidate_count == 0 && pm_cause_in(p->verdict.cause, family);
}
static bool open_question(const struct pm_attempt *p) {
    return p->verdict.cause >= 0 && p->verdict.candidate_count > 1;
}

static bool settle_as(struct pm_attempt *p, int cause, enum pm_confidence confidence,
                      const char *why) {
    if (cause < 0) return false;
    if (p->verdict.cause != cause) p->verdict.variant = NULL; // it was the other's
    p->verdict.cause = cause;
    p->verdict.candidates[0] = cause;
    p->verdict.candidate_count = 1;
    p->verdict.confidence = confidence;
    p->settled_by_neighbour = true;
    p->why = pm_str_c(why);
    return true;
}
static bool settle_like(struct pm_attempt *p, const struct pm_verdict *other,
                        enum pm_confidence confidence, const char *why) {
    if (!settle_as(p, other->cause, confidence, why)) return false;
    if (!p->verdict.variant) p->verdict.variant = other->variant;
    return true;
}
static bool settle(struct pm_attempt *p, const char *cause, enum pm_confidence confidence,
                   const char *why) {
    return settle_as(p, pm_cause_c(cause), confidence, why);
}

// A side line of this node near the pull's end, of a kind or cause.
static const struct pm_trace *side_near(const struct view *v, const struct pm_attempt *p,
                                        int64_t before, int64_t after,
                                        bool (*is)(const struct pm_trace *)) {
    int64_t end = pm_at(p);
    if (end == PM_NO_TIME) return NULL;
    for (size_t i = pm_order_first(&v->sides, p->node, end - before); i < v->sides.n; i++) {
        const struct pm_order_key *k = &v->sides.items[i];
        if (k->group != p->node || k->at > end + after) return NULL;
        const struct pm_trace *t = &v->s->traces.items[k->index];
        if (is(t)) return t;
    }
    return NULL;
}
static bool is_restart(const struct pm_trace *t) {
    return t->kind == PM_KIND_RUNTIME_STOP || t->kind == PM_KIND_RUNTIME_START ||
           t->kind == PM_KIND_RUNTIME_DOWN;
}
static bool sure(const struct pm_trace *t) {
    return t->verdict.cause >= 0 && t->verdict.candidate_count <= 1;
}
static bool is_stalled(const struct pm_trace *t) {
    return sure(t) && pm_cause_is(t->verdict.cause, "network.stalled");
}
static bool is_full(const struct pm_trace *t) {
    return t->kind == PM_KIND_DISK_PRESSURE ||
           (sure(t) && pm_cause_is(t->verdict.cause, "storage.disk-full"));
}
static bool is_limit(const struct pm_trace *t) {
    return sure(t) && pm_cause_in(t->verdict.cause, "rate-limit");
}

// "context canceled": who stopped it is decided by the line, why is not.
static bool cancelled(const struct pm_attempt *p) {
    return pm_cause_is(p->verdict.cause, "runtime.cancelled") && !p->settled_by_neighbour;
}

// The nearest pull of the same registry (or node, or repository), decided, whose cause is
// one of this pull's candidates.
static bool speaks_for(const struct pm_attempt *p, const struct pm_attempt *q, const char *family) {
    if (pm_cause_in(q->verdict.cause, "image") && q->image != p->image)
        return false; // another tag may well be there
    return q != p && pm_cause_in(q->verdict.cause, family) &&
           (may_be(p, pm_causes[q->verdict.cause].name) || cancelled(p));
}

static const struct pm_attempt *decided_near(const struct view *v, const struct pm_order *o,
                                             uint32_t group, const struct pm_attempt *p,
                                             const char *family) {
    int64_t end = pm_at(p);
    if (!group || end == PM_NO_TIME) return NULL;
    size_t from = pm_order_first(o, group, end), left = from, right = from;
    for (;;) { // outwards: the first that fits is the nearest
        bool l = left > 0 && o->items[left - 1].group == group &&
                 end - o->items[left - 1].at <= SAME_EPISODE_NS;
        bool r = right < o->n && o->items[right].group == group &&
                 o->items[right].at - end <= SAME_EPISODE_NS;
        if (!l && !r) return NULL;
        bool go_left = l && (!r || end - o->items[left - 1].at < o->items[right].at - end);
        const struct pm_attempt *q = at(v, &o->items[go_left ? --left : right++]);
        if (speaks_for(p, q, family)) return q;
    }
}

// ── credentials ──
enum secrets {
    SECRETS_UNKNOWN,
    SECRETS_NONE,
    SECRETS_SOME,
    SECRETS_OWN
}; // own: for this very registry, its object says

// A secret whose object is there says which registries it is for; of another nobody can
// tell.
static enum secrets for_registry(const struct pm_state *s, uint32_t namespace, uint32_t secret,
                                 uint32_t registry) {
    for (size_t i = 0; i < s->facts.configs.n; i++) {
        const struct pm_config_fact *c = &s->facts.configs.items[i];
        struct pm_str object = pm_name(s, c->source);
        json_t *list = json_object_get(c->detail, "registries"), *v;
        size_t k;
        if (!json_is_array(list) || c->namespace != namespace ||
            !pm_str_starts(object, PM_STR("Secret/")) ||
            !pm_str_eq(pm_str_from(object, strlen("Secret/")), pm_name(s, secret)))
            continue;
        json_array_foreach(list, k, v) {
            struct pm_str host = pm_str_c(json_string_value(v));
            ptrdiff_t scheme = pm_str_find(host, PM_STR("://"), 0);
            if (scheme >= 0) host = pm_str_from(host, (size_t)scheme + 3);
            ptrdiff_t slash = pm_str_chr(host, '/', 0);
            if (pm_str_eq(
                    pm_registry_of_host(slash < 0 ? host : pm_str_sub(host, 0, (size_t)slash)),
                    pm_name(s, registry)))
                return SECRETS_OWN;
        }
        return SECRETS_NONE;
    }
    return SECRETS_SOME;
}

static enum secrets best_for(const struct pm_state *s, const struct pm_pod_fact *pod,
                             uint32_t registry) {
    enum secrets best = SECRETS_NONE;
    for (size_t i = 0; i < pod->secrets.n; i++) {
        enum secrets one = for_registry(s, pod->namespace, pod->secrets.items[i], registry);
        if (one > best) best = one;
    }
    return best;
}

static enum secrets pod_secrets(struct pm_state *s, const struct pm_attempt *p) {
    bool known = false;
    for (size_t i = 0; i < p->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(s, p->pods.items[i]);
        if (!pod || !pod->listed) continue;
        known = true;
        enum secrets own = best_for(s, pod, p->registry);
        if (own != SECRETS_NONE) return own;
        if (pm_map_get(s->facts.account_secrets,
                       pm_id_join(s, pod->namespace, '/',
                                  pod->account ? pod->account : pm_id(s, PM_STR("default")))))
            return SECRETS_SOME;
    }
    return known ? SECRETS_NONE : SECRETS_UNKNOWN;
}

static bool secret_is_missing(struct pm_state *s, const struct pm_attempt *p) {
    for (size_t i = 0; i < p->pods.n; i++)
        if (pm_map_get(s->facts.secret_missing, p->pods.items[i])) return true;
    return false;
}

// ── settlers ──
// Beats the words of the error: "unauthorized: authentication required" is what a
// registry answers to no credentials and to wrong ones.
static bool by_registry_side(struct view *v, struct pm_attempt *p) {
    if (p->verdict.cause >= 0 && !may_be_family(p, "auth")) return false;
    if (p->verdict.cause < 0 && p->error) return false; // words that nobody knows are no refusal
    const struct pm_verdict *said = pm_registry_said(v->s, &v->said, p);
    return said &&
           settle_like(p, said, PM_CONFIDENCE_HIGH,
                       "the registry's side wrote it of this client and repository at that second");
}

static bool by_own_lines(struct view *v, struct pm_attempt *p) {
    for (size_t i = 0; i < p->traces.n; i++) {
        const struct pm_trace *t = &v->s->traces.items[p->traces.items[i]];
        if (t->verdict.cause < 0 || t->verdict.candidate_count > 1 || t->kind == PM_KIND_MIRROR_TRY)
            continue;
        if (may_be(p, pm_causes[t->verdict.cause].name))
            return settle_like(p, &t->verdict, PM_CONFIDENCE_HIGH,
                               "another line of the same attempt says it");
    }
    return false;
}

// The mirror's error is what the runtime reports, the upstream's refusal is what stopped
// the pull: only the access log shows it.
static bool hidden_limit(struct view *v, struct pm_attempt *p) {
    (void)v;
    bool other = p->verdict.cause < 0 || pm_cause_in(p->verdict.cause, "network") ||
                 pm_cause_in(p->verdict.cause, "registry") || may_be_family(p, "image");
    if (p->hidden_status != 429 || !other || may_be_family(p, "rate-limit")) return false;
    if (p->verdict.cause >= 0 && !p->mirror_cause && !pm_cause_in(p->verdict.cause, "image"))
        p->mirror_cause = (uint32_t)p->verdict.cause + 1;
    p->status = 429;
    p->verdict = (struct pm_verdict){.cause = pm_cause_c("rate-limit.anonymous"),
                                     .candidate_count = 3,
                                     .confidence = PM_CONFIDENCE_MEDIUM};
    p->verdict.candidates[0] = pm_cause_c("rate-limit.anonymous");
    p->verdict.candidates[1] = pm_cause_c("rate-limit.authenticated");
    p->verdict.candidates[2] = pm_cause_c("rate-limit.service");
    return false; // now an ordinary 429 without a body
}

static bool limit(struct view *v, struct pm_attempt *p) {
    if (!may_be_family(p, "rate-limit")) return false;
    bool official = pm_str_starts(pm_name(v->s, p->repository),
                                  PM_STR("library/")); // only Docker Hub has these
    bool hub = pm_str_eqc(pm_name(v->s, p->registry), "docker.io") ||
               (!p->registry && (official || !p->repository));
    const struct pm_attempt *q = decided_near(v, &v->sure_registry, source_of(p), p, "rate-limit");
    if (q)
        return settle_like(
            p, &q->verdict, PM_CONFIDENCE_HIGH,
            "another pull refused by the same registry at the time shows the registry's own words");
    const struct pm_trace *side = side_near(v, p, PM_S(5), PM_S(5), is_limit);
    if (side && may_be(p, pm_causes[side->verdict.cause].name))
        return settle_like(p, &side->verdict, PM_CONFIDENCE_HIGH,
                           "a line beside the attempt says it");
    if (!v->last_round) return false;
    bool anonymous = p->flags & PM_EV_ANONYMOUS && !(p->flags & PM_EV_CREDENTIALS) && !p->user;
    if (!hub)
        return settle(p,
                      may_be(p, "rate-limit.service") ? "rate-limit.service"
                                                      : pm_causes[p->verdict.cause].name,
                      PM_CONFIDENCE_MEDIUM,
                      "this registry throttles, it has no pull quota per user");
    enum secrets secrets = pod_secrets(v->s, p);
    if ((p->flags & PM_EV_CREDENTIALS || p->user || secrets == SECRETS_OWN) && !anonymous &&
        may_be(p, "rate-limit.authenticated"))
        return settle(p, "rate-limit.authenticated", PM_CONFIDENCE_MEDIUM,
                      "the pull had credentials");
    if (may_be(
            p,
            "rate-limit.anonymous")) // a pull secret in the pod is for some registry, and says nothing of what was presented to this one
        return settle(
            p, "rate-limit.anonymous",
            p->flags & PM_EV_ANONYMOUS || secrets == SECRETS_NONE ? PM_CONFIDENCE_HIGH
                                                                  : PM_CONFIDENCE_MEDIUM,
            p->flags & PM_EV_ANONYMOUS ? "the token was asked for anonymously"
            : secrets == SECRETS_NONE  ? "the pod has no pull secrets"
            : secrets == SECRETS_SOME
                ? "the pod names a pull secret, and nothing shows that it was presented to this registry"
                : "nothing shows credentials, and Docker Hub's usual limit is the anonymous one");
    return false;
}

// 12 hours after the last login every pull with that credential fails at once: success
// before, none after, whatever the image.
static struct edge edge_of(const struct view *v, uint32_t registry) {
    struct edge e = {PM_NO_TIME, PM_NO_TIME, PM_NO_TIME, false};
    for (size_t i = pm_order_first(&v->by_registry, registry, INT64_MIN);
         i < v->by_registry.n && v->by_registry.items[i].group == registry; i++) {
        const struct pm_attempt *q = at(v, &v->by_registry.items[i]);
        int64_t t = v->by_registry.items[i].at;
        if (t == PM_NO_TIME) continue;
        bool refused = q->outcome == PM_OUTCOME_FAILED && may_be_family(q, "auth");
        if (refused) e.first_refused = pm_min_time(e.first_refused, t);
        if (refused && e.ok_after != PM_NO_TIME && t - e.ok_after > CLOCKS_APART_NS &&
            t - e.ok_after <= SAME_EPISODE_NS)
            e.mixed = true;
        if (q->outcome != PM_OUTCOME_OK) continue;
        e.first_ok = pm_min_time(e.first_ok, t);
        if (e.first_refused != PM_NO_TIME) e.ok_after = pm_min_time(e.ok_after, t);
    }
    return e;
}

static bool cliff(struct view *v, const struct pm_attempt *p, bool *same_image_before) {
    Word_t *slot = pm_map_slot(&v->edge_at, source_of(p));
    if (!*slot) {
        *PM_PUSH(v->edges.items, v->edges.n, v->edges.cap) = edge_of(v, source_of(p));
        *slot = v->edges.n;
    }
    struct edge e = v->edges.items[*slot - 1];
    if (e.first_ok == PM_NO_TIME || e.first_refused == PM_NO_TIME ||
        e.first_ok >= e.first_refused || e.mixed)
        return false;
    for (size_t i = pm_order_first(&v->by_repository, p->repository, INT64_MIN);
         i < v->by_repository.n && v->by_repository.items[i].group == p->repository; i++) {
        const struct pm_attempt *q = at(v, &v->by_repository.items[i]);
        if (v->by_repository.items[i].at >= e.first_refused || *same_image_before) break;
        *same_image_before = q->outcome == PM_OUTCOME_OK && q->image == p->image;
    }
    return e.ok_after == PM_NO_TIME || e.ok_after > pm_at(p);
}

// A success between two refusals of the same node, of what has the same credential,
// denies that it ran out: its way is open, one repository's is not. The first moments of
// a renewed credential are not meant: what was under way still fails. What counts is how
// long refusals go on after it, not the pause to the next of them: a pod that backs off
// tries again at any moment.
struct turn { // of one node and episode: the last refusal, the first success since the first
    int64_t refused, served;
};

static bool same_credential(const struct pm_attempt *p, const struct pm_attempt *q) {
    if (p->user && q->user) return p->user == q->user;
    return !p->namespace || !q->namespace || p->namespace == q->namespace;
}

static bool served_between(const struct view *v, const struct pm_attempt *p) {
    Pvoid_t at_node = NULL;
    PM_LIST(struct turn) turns = {0};
    bool found = false;
    Word_t freed;
    for (size_t i = pm_order_first(&v->by_registry, source_of(p), INT64_MIN);
         i < v->by_registry.n && v->by_registry.items[i].group == source_of(p) && !found; i++) {
        const struct pm_attempt *q = at(v, &v->by_registry.items[i]);
        int64_t t = v->by_registry.items[i].at;
        bool refused = q->outcome == PM_OUTCOME_FAILED && may_be_family(q, "auth"),
             served = q->outcome == PM_OUTCOME_OK;
        if (t == PM_NO_TIME || !same_credential(p, q) || (!refused && !served)) continue;
        Word_t *slot = pm_map_slot(&at_node, (Word_t)q->node + 1);
        if (!*slot) {
            *PM_PUSH(turns.items, turns.n, turns.cap) = (struct turn){PM_NO_TIME, PM_NO_TIME};
            *slot = turns.n;
        }
        struct turn *turn = &turns.items[*slot - 1];
        if (turn->refused != PM_NO_TIME && t - turn->refused > SAME_EPISODE_NS)
            *turn = (struct turn){PM_NO_TIME, PM_NO_TIME};
        if (served && turn->refused != PM_NO_TIME && turn->served == PM_NO_TIME) turn->served = t;
        if (!refused) continue;
        found = turn->served != PM_NO_TIME && t - turn->served > PM_S(30);
        turn->refused = t;
    }
    JLFA(freed, at_node);
    (void)freed;
    free(turns.items);
    return found;
}

static bool
served(struct view *v,
       const struct pm_attempt
           *p) { // asked for each refused pull: remembered for each registry and credential
    Word_t *slot =
        pm_map_slot(&v->served_at, PM_PAIR(source_of(p), p->user ? p->user : p->namespace));
    if (!*slot) *slot = served_between(v, p) ? 2 : 1;
    return *slot == 2;
}

#define LOOKED_MAX 512 // of an episode's pulls: more would say the same

// A right is given repository by repository, a token serves them all. Who answers 403 to
// a token that ran out is ECR; others say 401, and mean a right by 403; of a registry
// that its log does not name, and that served nobody before, nothing says which it is.
static bool all_refused(const struct view *v, const struct pm_attempt *p) {
    bool others = false;
    size_t looked = 0;
    if (!pm_str_has(pm_name(v->s, p->registry), PM_STR(".amazonaws.com")) || pm_at(p) == PM_NO_TIME)
        return false;
    for (size_t i = pm_order_first(&v->by_registry, source_of(p), pm_at(p) - SAME_EPISODE_NS);
         i < v->by_registry.n && v->by_registry.items[i].group == source_of(p) &&
         v->by_registry.items[i].at <= pm_at(p) + SAME_EPISODE_NS && looked++ < LOOKED_MAX;
         i++) {
        const struct pm_attempt *q = at(v, &v->by_registry.items[i]);
        if (q->outcome == PM_OUTCOME_OK && v->by_registry.items[i].at < pm_at(p)) return false;
        others = others || (q->outcome == PM_OUTCOME_FAILED && q->repository != p->repository &&
                            may_be_family(q, "auth"));
    }
    return others;
}

static bool denied(struct view *v, struct pm_attempt *p) {
    if (!may_be_family(p, "auth")) return false;
    const struct pm_attempt *q = decided_near(v, &v->sure_registry, source_of(p), p, "auth");
    if (may_be(p, "auth.token-expired") && may_be(p, "auth.permission-denied") && source_of(p) &&
        served(v, p) && !(q && !pm_cause_is(q->verdict.cause, "auth.token-expired")))
        return settle(p, "auth.permission-denied", PM_CONFIDENCE_MEDIUM,
                      "the same credential was served between the refusals: it had not run out");
    if (q)
        return settle_like(
            p, &q->verdict, PM_CONFIDENCE_HIGH,
            "another pull refused by the same registry at the time shows the registry's own words");
    bool same_image = false;
    if (may_be(p, "auth.token-expired") && source_of(p) && cliff(v, p, &same_image))
        return settle(
            p, "auth.token-expired", same_image ? PM_CONFIDENCE_HIGH : PM_CONFIDENCE_MEDIUM,
            "the same registry served pulls before, and none since: a credential that ran out, not a missing right");
    enum secrets secrets = pod_secrets(v->s, p);
    if (may_be(p, "auth.missing-credentials") &&
        (secret_is_missing(v->s, p) || secrets == SECRETS_NONE))
        return settle(p, "auth.missing-credentials", PM_CONFIDENCE_HIGH,
                      secrets == SECRETS_NONE ? "the pod has no pull secrets"
                                              : "the pod's pull secret does not exist");
    if (may_be(p, "auth.invalid-credentials") && secrets == SECRETS_OWN)
        return settle(p, "auth.invalid-credentials", PM_CONFIDENCE_MEDIUM,
                      "the pod has a pull secret for this registry, and it was refused");
    if (v->last_round && may_be(p, "auth.invalid-credentials") &&
        secrets ==
            SECRETS_SOME) // for which registry it is nothing says: others refused there come first
        return settle(p, "auth.invalid-credentials",
                      p->flags & PM_EV_CREDENTIALS ? PM_CONFIDENCE_MEDIUM : PM_CONFIDENCE_LOW,
                      "the pod has a pull secret; whether it is for this registry nothing says");
    if (v->last_round && may_be(p, "auth.permission-denied") && may_be(p, "auth.token-expired") &&
        all_refused(v, p))
        return settle(
            p, "auth.token-expired", PM_CONFIDENCE_LOW,
            "several repositories of the registry were refused at once and none was served: the credential, not one right");
    if (v->last_round && may_be(p, "auth.permission-denied") && may_be(p, "auth.token-expired"))
        return settle(p, "auth.permission-denied", PM_CONFIDENCE_LOW,
                      "no earlier success with this credential is in the logs");
    return false;
}

// Given up before the first answer: nothing was downloading that could stall.
static bool unanswered(const struct view *v, const struct pm_attempt *p) {
    struct pm_str e = pm_name(v->s, p->error);
    if (pm_str_has(e, PM_STR("failed to copy"))) return false;
    return pm_str_has(e, PM_STR("failed to do request")) || pm_str_has(e, PM_STR("/v2/\": ")) ||
           pm_str_has(e, PM_STR("awaiting headers")) || pm_str_has(e, PM_STR("dial tcp"));
}

static bool stopped(struct view *v, struct pm_attempt *p) {
    static const char no_answer[] = "the request was given up before the registry answered";
    if (!cancelled(p) && !may_be(p, "network.stalled")) return false;
    if (side_near(v, p, PM_S(10), PM_S(10), is_restart))
        return settle(p, "runtime.cancelled", PM_CONFIDENCE_HIGH,
                      "the runtime stopped or started at that moment");
    if (side_near(v, p, PM_S(2), PM_S(2), is_stalled))
        return unanswered(v, p)
                   ? settle(p, "network.connect-timeout", PM_CONFIDENCE_HIGH, no_answer)
                   : settle(p, "network.stalled", PM_CONFIDENCE_HIGH,
                            "the runtime says one line earlier that there was no progress");
    if (may_be(p, "network.connect-timeout") && unanswered(v, p))
        return settle(p, "network.connect-timeout", PM_CONFIDENCE_HIGH, no_answer);
    bool answered = pm_str_has(
        pm_name(v->s, p->error),
        PM_STR(
            "failed to copy")); // it was downloading: a connection that others did not get is another matter
    int64_t lasted = p->started != PM_NO_TIME && p->ended != PM_NO_TIME ? p->ended - p->started : 0;
    if (answered && lasted >= PM_S(290))
        return settle(
            p, "network.stalled", PM_CONFIDENCE_MEDIUM,
            "it was given up after five minutes of downloading, as runtimes do without progress");
    const struct pm_attempt *q = decided_near(v, &v->sure_repository, p->repository, p, "network");
    if (!q) q = decided_near(v, &v->sure_node, p->node, p, "network");
    if (!q) q = decided_near(v, &v->sure_registry, source_of(p), p, "network");
    if (q && answered && !pm_cause_is(q->verdict.cause, "network.stalled") &&
        !pm_cause_is(q->verdict.cause, "network.reset"))
        q = NULL;
    if (q)
        return settle_like(
            p, &q->verdict, PM_CONFIDENCE_MEDIUM,
            "another pull at the time, of the same source or on the same node, shows what was wrong");
    if (!v->last_round) return false;
    if (lasted >= PM_S(45))
        return settle(
            p, "network.stalled", PM_CONFIDENCE_LOW,
            "the pull had been running for long when it was given up, and nothing restarted the runtime");
    return may_be(p, "runtime.cancelled") && !may_be(p, "network.connect-timeout") &&
           settle(p, "runtime.cancelled", PM_CONFIDENCE_LOW, "no line tells of missing progress");
}

// A proxy cache that its upstream refused answers 404: its own log says so, whatever the
// node read.
static bool proxied(struct view *v, struct pm_attempt *p) {
    if (!pm_cause_is(p->verdict.cause, "image.tag-not-found") &&
        !pm_cause_is(p->verdict.cause, "image.repository-not-found"))
        return false;
    for (size_t i = pm_order_first(&v->sides, REGISTRY_SIDE, pm_at(p) - PM_S(10));
         i < v->sides.n && v->sides.items[i].group == REGISTRY_SIDE &&
         v->sides.items[i].at <= pm_at(p) + PM_S(10);
         i++) {
        const struct pm_trace *t = &v->s->traces.items[v->sides.items[i].index];
        if (!is_limit(t) ||
            (t->repository && p->repository &&
             !pm_str_ends(pm_name(v->s, p->repository), pm_name(v->s, t->repository))))
            continue;
        return settle_like(
            p, &t->verdict, PM_CONFIDENCE_HIGH,
            "the proxy cache logged its upstream's rate limit at that moment and answered 404");
    }
    return false;
}

static bool not_found(struct view *v, struct pm_attempt *p) {
    if (!may_be(p, "image.tag-not-found")) return false;
    if (!may_be(p, "image.repository-not-found")) return false;
    return p->repository && pm_map_get(v->good_repository, p->repository) &&
           settle(p, "image.tag-not-found", PM_CONFIDENCE_HIGH,
                  "another tag of the repository pulls");
}

static bool full(struct view *v, struct pm_attempt *p) {
    if (!may_be(p, "storage.disk-full")) return false;
    if (side_near(v, p, PM_S(600), PM_S(120), is_full))
        return settle(p, "storage.disk-full", PM_CONFIDENCE_HIGH,
                      "the node's disk ran full at the time");
    const struct pm_attempt *q = decided_near(v, &v->sure_node, p->node, p, "storage");
    return q &&
           settle_like(p, &q->verdict, PM_CONFIDENCE_MEDIUM, "another pull on the node says it");
}

// A connection to the runtime that ends while the runtime ends: no network fault.
static bool cut(struct view *v, struct pm_attempt *p) {
    bool suspect = pm_cause_is(p->verdict.cause, "network.reset") ||
                   pm_cause_is(p->verdict.cause, "registry.content") || p->verdict.cause < 0 ||
                   open_question(p);
    struct pm_str e = pm_name(v->s, p->error);
    if (!suspect || !(pm_str_ends(e, PM_STR("EOF")) || pm_str_has(e, PM_STR("Socket closed")) ||
                      pm_str_has(e, PM_STR("transport is closing")) ||
                      pm_str_has(e, PM_STR("error reading from server"))))
        return false;
    bool down = side_near(v, p, PM_S(3), PM_S(3), is_restart) != NULL;
    for (size_t i = pm_order_first(&v->by_node, p->node, pm_at(p) - PM_S(3));
         !down && i < v->by_node.n && v->by_node.items[i].group == p->node &&
         v->by_node.items[i].at <= pm_at(p) + PM_S(3);
         i++)
        down = pm_cause_is(at(v, &v->by_node.items[i])->verdict.cause,
                           "runtime.unavailable"); // other pulls found it gone
    if (!down) return false;
    return settle(p, "runtime.cancelled", PM_CONFIDENCE_HIGH, "the runtime stopped at that moment");
}

static bool by_anybody(struct view *v, struct pm_attempt *p) {
    const struct pm_attempt *best = NULL;
    for (int i = 0; i < p->verdict.candidate_count && !best; i++) {
        const char *family = pm_causes[p->verdict.candidates[i]].family;
        best = decided_near(v, &v->sure_registry, source_of(p), p, family);
        if (!best) best = decided_near(v, &v->sure_node, p->node, p, family);
    }
    return best && settle_like(p, &best->verdict, PM_CONFIDENCE_MEDIUM,
                               "other pulls at the same time say it");
}

static bool first_candidate(struct view *v, struct pm_attempt *p) {
    (void)v;
    return settle_as(p, p->verdict.candidates[0], PM_CONFIDENCE_LOW,
                     "nothing in the bundle decides; the most common reading");
}

// A pod status or back-off that gives no reason: that of the same image, else of the same
// registry on that node.
static void mute(struct view *v, struct pm_attempt *p) {
    const struct pm_order *orders[] = {&v->by_repository, &v->by_node};
    const struct pm_attempt *best = NULL;
    for (size_t k = 0; k < 2 && !best && p->verdict.cause < 0 && !p->error; k++) {
        uint32_t group = k ? p->node : p->repository;
        int64_t gap = SAME_EPISODE_NS;
        if (!group || pm_at(p) == PM_NO_TIME) continue;
        size_t i = pm_order_first(orders[k], group, pm_since(pm_at(p), gap)),
               here = pm_order_first(orders[k], group, pm_at(p));
        if (here > i + LOOKED_MAX) i = here - LOOKED_MAX; // the nearest of an episode's pulls
        for (size_t end = here + LOOKED_MAX;
             i < end && i < orders[k]->n && orders[k]->items[i].group == group &&
             orders[k]->items[i].at <= pm_at(p) + SAME_EPISODE_NS;
             i++) {
            const struct pm_attempt *q = at(v, &orders[k]->items[i]);
            int64_t d = llabs(orders[k]->items[i].at - pm_at(p));
            if (q->outcome != PM_OUTCOME_FAILED || q->verdict.cause < 0 ||
                q->registry != p->registry || d >= gap)
                continue;
            if (pm_cause_in(q->verdict.cause, "image") && q->image != p->image)
                continue; // another tag may well be there
            best = q;
            gap = d;
        }
    }
    if (best)
        settle_like(p, &best->verdict, PM_CONFIDENCE_LOW,
                    "the line gives no reason; the same registry failed for it at the time");
}

static void hear(struct view *v, bool settled_too) {
    struct pm_order *sure[] = {&v->sure_registry, &v->sure_node, &v->sure_repository};
    for (size_t k = 0; k < PM_LEN(sure); k++) sure[k]->n = 0;
    for (size_t i = 0; i < v->s->pulls.n; i++) {
        const struct pm_attempt *p = &v->s->pulls.items[i];
        if (p->outcome != PM_OUTCOME_FAILED || p->verdict.cause < 0 || open_question(p) ||
            pm_at(p) == PM_NO_TIME)
            continue;
        if (p->origin == PM_ORIGIN_REGISTRY && !p->verdict.rule)
            continue; // nobody's words: what a challenge without an answer looks like
        if (p->settled_by_neighbour &&
            (!settled_too || p->verdict.confidence < PM_CONFIDENCE_MEDIUM))
            continue;
        pm_order_add(sure[0], source_of(p), pm_at(p), (uint32_t)i);
        pm_order_add(sure[1], p->node, pm_at(p), (uint32_t)i);
        pm_order_add(sure[2], p->repository, pm_at(p), (uint32_t)i);
    }
    for (size_t k = 0; k < PM_LEN(sure); k++) pm_order_sort(sure[k]);
}

static void place(
    struct view *
        v) { // lines of the Docker daemon name no image: the registry is that of the same cause nearby
    struct pm_state *s = v->s;
    for (size_t i = 0; i < s->pulls.n; i++) {
        struct pm_attempt *p = &s->pulls.items[i];
        if (p->outcome != PM_OUTCOME_FAILED || p->registry || p->verdict.cause < 0) continue;
        for (int pass = 0; pass < 2 && !p->registry; pass++)
            for (size_t k = i > 400 ? i - 400 : 0; k < s->pulls.n && k < i + 400; k++) {
                const struct pm_attempt *q = &s->pulls.items[k];
                if (q->registry && q->outcome == PM_OUTCOME_FAILED &&
                    q->verdict.cause == p->verdict.cause && (pass || q->node == p->node) &&
                    pm_at(p) != PM_NO_TIME && pm_at(q) != PM_NO_TIME &&
                    llabs(pm_at(q) - pm_at(p)) < PM_S(900)) {
                    p->registry = q->registry;
                    break;
                }
            }
    }
}

// The words of Docker Hub's pull quota are nobody else's.
static void place_hub(struct pm_state *s) {
    for (size_t i = 0; i < s->pulls.n; i++) {
        struct pm_attempt *p = &s->pulls.items[i];
        bool quota = pm_cause_is(p->verdict.cause, "rate-limit.anonymous") ||
                     pm_cause_is(p->verdict.cause, "rate-limit.authenticated");
        if (p->outcome == PM_OUTCOME_FAILED && !p->registry && quota && !open_question(p))
            p->registry = pm_id(s, PM_STR("docker.io"));
    }
}

void pm_settle(struct pm_state *s) {
    static bool (*const settlers[])(struct view *, struct pm_attempt *) = {
        by_own_lines, limit, denied, stopped, not_found, full, by_anybody, first_candidate};
    static const size_t strong = 6; // by_anybody and first_candidate wait for the last round
    struct view v = {.s = s};
    place_hub(s);
    pm_registry_side_load(s, &v.said);
    for (size_t i = 0; i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        pm_order_add(&v.by_registry, source_of(p), pm_at(p), (uint32_t)i);
        pm_order_add(&v.by_node, p->node, pm_at(p), (uint32_t)i);
        pm_order_add(&v.by_repository, p->repository, pm_at(p), (uint32_t)i);
        if (p->outcome == PM_OUTCOME_OK) *pm_map_slot(&v.good_repository, p->repository) = 1;
    }
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if ((t->role == PM_ROLE_SIDE || is_stalled(t)) && t->ts != PM_NO_TIME)
            pm_order_add(&v.sides, t->origin == PM_ORIGIN_REGISTRY ? REGISTRY_SIDE : t->node, t->ts,
                         (uint32_t)i);
    }
    pm_order_sort(&v.by_registry);
    pm_order_sort(&v.by_node);
    pm_order_sort(&v.by_repository);
    pm_order_sort(&v.sides);
    for (int round = 0; round < 3;
         round++) { // the plain ones, then those that follow from them, then the rest
        v.last_round = round == 2;
        hear(&v, round > 0);
        for (size_t i = 0; i < s->pulls.n; i++) {
            struct pm_attempt *p = &s->pulls.items[i];
            if (p->outcome != PM_OUTCOME_FAILED || (round == 0 && (cut(&v, p) || proxied(&v, p))))
                continue;
            if (round == 0 && by_registry_side(&v, p)) continue;
            if (round == 0) hidden_limit(&v, p);
            if (cancelled(p)) stopped(&v, p);
            for (size_t k = 0; k < (v.last_round ? PM_LEN(settlers) : strong) && open_question(p);
                 k++)
                if (settlers[k](&v, p)) break;
        }
    }
    for (size_t i = 0; i < s->pulls.n; i++)
        if (s->pulls.items[i].outcome == PM_OUTCOME_FAILED) mute(&v, &s->pulls.items[i]);
    place(&v);
    place_hub(s);
    Word_t freed;
    JLFA(freed, v.edge_at);
    JLFA(freed, v.served_at);
    pm_registry_side_free(&v.said);
    JLFA(freed, v.good_repository);
    (void)freed;
    free(v.edges.items);
    free(v.sure_registry.items);
    free(v.sure_node.items);
    free(v.sure_repository.items);
    free(v.by_registry.items);
    free(v.by_node.items);
    free(v.by_repository.items);
    free(v.sides.items);
}
