// Which incident led to which: rules/correlate.yaml's links, taken only where something
// shows the step.
//
// A link needs the shared key, the lag, and its quantity (share.c): time order alone
// makes no chain.
#include "judge/incidents/chain.h"
#include "rules/tables.h"
#include "rules/taxonomy.h"
#include "rules/weights.h"
#include <stdlib.h>

// A helper that failed is why there were no credentials for the registries it serves:
// those it names, else its cloud's own. One warns at each start outside its cloud, and
// has no part in what other registries refuse.
static bool helper_serves(const struct pm_env *env, const struct pm_hit *from,
                          const struct pm_hit *to) {
    const struct pm_wordlist *clouds = pm_ruleset_list_of(env->rules, PM_LIST_CLOUDS);
    if (!pm_cause_has(from->cause, PM_TRAIT_HELPER)) return true;
    if (from->registries.n) return pm_ids_meet(&from->registries, &to->registries);
    for (size_t i = 0; i < to->registries.n; i++)
        if (pm_wordlist_has(clouds, pm_name(env, to->registries.items[i]))) return true;
    return false;
}

static bool shared(const struct pm_env *env, const struct pm_link_rule *r,
                   const struct pm_hit *from, const struct pm_hit *to) {
    if (!helper_serves(env, from, to)) return false;
    if (strcmp(r->share, "node") == 0) return pm_ids_meet(&from->nodes, &to->nodes);
    if (strcmp(r->share, "registry") == 0) return pm_ids_meet(&from->registries, &to->registries);
    if (strcmp(r->share, "image") == 0) return pm_ids_meet(&from->images, &to->images);
    return true; // attempt: the observation itself shows it
}

static bool in_time(const struct pm_link_rule *r, const struct pm_hit *from,
                    const struct pm_hit *to) {
    if (from->from == PM_NO_TIME || to->from == PM_NO_TIME) return false;
    return to->from >= pm_since(from->from, r->back_ns) &&
           pm_time_between(from->from, to->from) <= r->lag_ns;
}

static bool ancestor(const struct pm_hits *hits, size_t of, size_t candidate) {
    for (size_t at = of, steps = 0; steps <= hits->n; steps++) {
        if (at == candidate) return true;
        if (!hits->items[at].explained_by) return false;
        at = hits->items[at].explained_by - 1;
    }
    return true;
}

// A helper that failed beside the pulls has no failed pull of its own to count, and is
// asked before the registry is: its lines count, from a minute before.
static bool helper_beside(const struct pm_hit *h) {
    return h->side && !h->pulls.n && pm_cause_has(h->cause, PM_TRAIT_HELPER);
}

// Names that did not resolve are its trouble only where it says so: an expired secret of
// its own is another.
static bool helper_fell_with(const struct pm_scene *scene, const struct pm_link_rule *r,
                             const struct pm_hit *from, const struct pm_hit *to,
                             struct pm_share *share) {
    const struct pm_wordlist *lookup = pm_ruleset_list_of(scene->env->rules, PM_LIST_LOOKUP);
    *share = (struct pm_share){0};
    if (!from->pulls.n || from->from == PM_NO_TIME ||
        !pm_ids_meet(&from->registries, &to->registries))
        return false;
    for (size_t i = 0; i < to->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[to->traces.items[i]];
        share->of += pm_trace_count(t);
        if (pm_wordlist_has(lookup, pm_name(scene->env, t->said->error)) &&
            pm_time_in(t->ts, pm_since(from->from, PM_S(60)), pm_time_add(from->to, r->lag_ns)))
            share->n += pm_trace_count(t);
    }
    return share->n > 0;
}

static bool shown(struct pm_chain *c, const struct pm_link_rule *r, const struct pm_hit *from,
                  const struct pm_hit *to, struct pm_share *share) {
    if (helper_beside(to)) return helper_fell_with(c->scene, r, from, to, share);
    return pm_share_count(c, r, from, to, share);
}

// The incidents that each link can begin with: looked up once, not for each effect.
static struct pm_ids *origins_new(const struct pm_env *env, const struct pm_hits *hits) {
    struct pm_ids *of = pm_xmalloc((env->links.n + 1) * sizeof *of);
    memset(of, 0, (env->links.n + 1) * sizeof *of);
    for (size_t k = 0; k < env->links.n; k++)
        for (size_t i = 0; i < hits->n; i++)
            if (!hits->items[i].dropped &&
                pm_cause_named(hits->items[i].cause, env->links.items[k].from))
                pm_ids_add(&of[k], (uint32_t)i);
    return of;
}
static void origins_free(const struct pm_env *env, struct pm_ids *of) {
    for (size_t k = 0; k < env->links.n; k++) pm_ids_free(&of[k]);
    free(of);
}

// Of several causes that could be shown, the one that shows most; of equals the nearest
// in time.
static void explain(struct pm_chain *c, const struct pm_ids *origins, size_t effect) {
    struct pm_hit *to = &c->hits->items[effect];
    int64_t best_lag = INT64_MAX;
    double best = 0;
    bool beside = helper_beside(to);
    for (size_t k = 0; k < c->scene->env->links.n && !to->dropped; k++) {
        const struct pm_link_rule *r = &c->scene->env->links.items[k];
        if (!pm_cause_named(to->cause, r->to)) continue;
        for (size_t n = 0; n < origins[k].n; n++) {
            size_t i = origins[k].items[n];
            const struct pm_hit *from = &c->hits->items[i];
            struct pm_share share;
            if (i == effect || !(beside || in_time(r, from, to)) || // what costs least comes first
                !shared(c->scene->env, r, from, to) || ancestor(c->hits, i, effect) ||
                !shown(c, r, from, to, &share))
                continue;
            int64_t lag = pm_time_apart(to->from, from->from);
            double part = (double)share.n / (double)share.of;
            if (part < best || (part == best && lag >= best_lag)) continue;
            best = part;
            best_lag = lag;
            to->explained_by = pm_ref_of(i);
            to->via = pm_ref_of(k);
            to->share = share;
        }
    }
}

struct pm_str pm_chain_step(const struct pm_env *env, const struct pm_hit *effect) {
    const struct pm_link_rule *r = &PM_REF(env->links, effect->via);
    struct pm_buf b = {0};
    pm_buf_fmt(&b, "%s: ", r->what);
    for (const char *p = r->counted; *p; p++) {
        if (strncmp(p, "{n}", 3) == 0) {
            pm_buf_fmt(&b, "%llu", (unsigned long long)effect->share.n);
            p += 2;
        } else if (strncmp(p, "{of}", 4) == 0) {
            pm_buf_fmt(&b, "%llu", (unsigned long long)effect->share.of);
            p += 3;
        } else pm_buf_addc(&b, *p);
    }
    struct pm_str out = pm_arena_dup(env->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

// A disk that is in trouble is told before pulls fail of it: pressure, a GC that frees
// too little, an eviction. A GC that only ran is none.
static bool disk_in_trouble(const struct pm_evidence *ev, const struct pm_hit *h) {
    if (!pm_cause_has(h->cause, PM_TRAIT_SPACE)) return false;
    for (size_t i = 0; i < h->traces.n; i++)
        if (ev->traces.items[h->traces.items[i]].said->kind != PM_KIND_GC_START) return true;
    return false;
}

// All there is of a registry that nobody reached (evidence/tunnel.c).
static bool of_tunnels(const struct pm_evidence *ev, const struct pm_hit *h) {
    return h->traces.n && ev->traces.items[h->traces.items[0]].said->kind == PM_KIND_REQUEST;
}

// Other trouble beside the pulls that explains nothing is dropped: it was passed over,
// retried or harmless. A runtime that stayed away is kept.
static bool stands_alone(const struct pm_ruleset *rules, const struct pm_evidence *ev,
                         const struct pm_hit *h) {
    uint64_t lines = 0;
    if (h->waits || h->refused || disk_in_trouble(ev, h) || of_tunnels(ev, h)) return true;
    for (size_t i = 0; i < h->traces.n; i++)
        lines += pm_trace_count(&ev->traces.items[h->traces.items[i]]);
    return pm_cause_has(h->cause, PM_TRAIT_AWAY) &&
           (double)lines >= pm_weight(rules, PM_WEIGHT_AWAY_LINES) &&
           pm_time_between(h->from, h->to) >= pm_weight_ns(rules, PM_WEIGHT_AWAY_S);
}

// A helper that failed of the same trouble as the pulls of its registry is told as their
// sibling: who reads its words first looks for the cause there.
static bool helper_of_these(const struct pm_hit *h) { return h->explained_by && helper_beside(h); }

// A root begins before what it led to, though the first line that tells of it comes
// later: with the stop of the runtime that it is about, else at the latest with its
// effect.
static void root_first(const struct pm_evidence *ev, const struct pm_hit *effect,
                       struct pm_hit *root) {
    if (root->from <= effect->from) return;
    int64_t began = effect->from;
    for (size_t i = 0; i < ev->traces.n && pm_cause_has(root->cause, PM_TRAIT_RESTART); i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->said->kind != PM_KIND_RUNTIME_STOP || !pm_ids_has(&root->nodes, t->node) ||
            !pm_time_in(t->ts, pm_since(effect->from, PM_S(60)), effect->from))
            continue;
        began = t->ts;
        break;
    }
    root->from = began;
}

void pm_chain_links(const struct pm_scene *scene, struct pm_hits *hits) {
    struct pm_chain c;
    pm_chain_open(scene, hits, &c);
    struct pm_ids *origins = origins_new(scene->env, hits), roots = {0};
    for (size_t i = 0; i < hits->n; i++) explain(&c, origins, i);
    origins_free(scene->env, origins);
    pm_chain_free(&c);
    for (size_t i = 0; i < hits->n; i++)
        if (hits->items[i].explained_by && !(hits->items[i].side && !hits->items[i].failed))
            pm_ids_add_new(&roots, hits->items[i].explained_by);
    for (size_t i = 0; i < hits->n; i++) {
        struct pm_hit *h = &hits->items[i];
        bool explains = pm_ids_has(&roots, pm_ref_of(i));
        h->dropped =
            h->dropped || (h->side && !h->failed && !explains &&
                           !stands_alone(scene->env->rules, scene->ev, h) && !helper_of_these(h));
    }
    pm_ids_free(&roots);
    for (size_t i = 0; i < hits->n; i++) {
        struct pm_hit *h = &hits->items[i];
        if (h->explained_by && PM_REF(*hits, h->explained_by).dropped) h->explained_by = 0;
    }
    for (size_t i = 0; i < hits->n; i++) { // from each effect up to its root
        size_t steps = 0;
        for (struct pm_hit *h = &hits->items[i]; !h->dropped && h->explained_by && steps < hits->n;
             h = &PM_REF(*hits, h->explained_by), steps++)
            root_first(scene->ev, h, &PM_REF(*hits, h->explained_by));
    }
}
