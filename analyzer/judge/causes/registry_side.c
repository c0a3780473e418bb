// What the registry's side wrote about a client, a repository and a second: it knows who
// was refused and why, the node's error often does not.
//
//   core[1187]: failed to authenticate robot account: robot$harvest           Harbor: no client, no repository, the second alone
//   registry: error authenticating user "harvest": authentication failure      Distribution: client and repository in the same record
//   GET /service/token?account=robot%24harvest&… 401                           the account was named, and refused
// Source: goharbor/harbor:src/server/middleware/security,
// distribution/distribution:registry/auth/htpasswd, moby/moby:registry/auth.go
// (account=).
#include "judge/causes/registry_side.h"
#include "rules/taxonomy.h"
#include "rules/weights.h"
#include <stdlib.h>

static bool sure_auth(const struct pm_verdict *v) {
    return v->rule && v->candidate_count <= 1 && pm_cause_has(v->cause, PM_TRAIT_REFUSED);
}

static void add(struct pm_registry_side *r, const struct pm_registry_word *w) {
    pm_order_add(&r->by_time, 1, w->from, (uint32_t)r->n);
    r->longest = w->to - w->from > r->longest ? w->to - w->from : r->longest;
    *PM_PUSH(r->items, r->n, r->cap) = *w;
}

static void add_traces(const struct pm_evidence *ev, struct pm_registry_side *r) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->said->origin != PM_ORIGIN_REGISTRY || t->said->role != PM_ROLE_SIDE ||
            t->said->kind != PM_KIND_OTHER || t->ts == PM_NO_TIME || !sure_auth(t->said->verdict))
            continue;
        uint32_t node =
            t->said->client ? (uint32_t)pm_map_get(ev->facts.node_by_address, t->said->client) : 0;
        add(r, &(struct pm_registry_word){t->ts, t->ts, t->said->client, node, t->said->repository,
                                          t->said->verdict});
    }
}

// A token refused to an account that the request names: credentials were there, and were
// not accepted.
static void add_groups(const struct pm_evidence *ev, struct pm_registry_side *r) {
    for (size_t i = 0; i < ev->groups.n; i++) {
        const struct pm_request_group *g = &ev->groups.items[i];
        bool named = g->worst == 401 && !g->refused_token && (g->user || g->credentials) &&
                     pm_cause_has(g->verdict->cause, PM_TRAIT_REFUSED);
        if (g->redundant || (!named && !(g->worst && sure_auth(g->verdict)))) continue;
        uint32_t node =
            g->node ? g->node : (uint32_t)pm_map_get(ev->facts.node_by_address, g->client);
        add(r, &(struct pm_registry_word){g->first, g->last, g->client, node, g->repository,
                                          g->verdict});
    }
}

void pm_registry_side_load(const struct pm_evidence *ev, struct pm_registry_side *r) {
    add_traces(ev, r);
    add_groups(ev, r);
    pm_order_sort(&r->by_time);
}
void pm_registry_side_free(struct pm_registry_side *r) {
    free(r->items);
    free(r->by_time.items);
}

// 0: not about this pull; more: the more it names, the better.
static int about(const struct pm_env *env, const struct pm_evidence *ev,
                 const struct pm_registry_word *w, const struct pm_attempt *p) {
    if (w->node && p->node && w->node != p->node) return 0;
    if (w->client && !w->node && p->client && w->client != p->client) return 0;
    if (w->client && !w->node && !p->client && ev->facts.nodes.n) return 0; // a stranger's
    if (w->repository && p->names->repository &&
        !pm_str_ends(pm_name(env, p->names->repository), pm_name(env, w->repository)))
        return 0;
    return 1 + (w->node || w->client) + (w->repository != 0);
}

const struct pm_verdict *pm_registry_said(const struct pm_env *env, const struct pm_evidence *ev,
                                          const struct pm_registry_side *r,
                                          const struct pm_attempt *p) {
    int64_t around = pm_weight_ns(env->rules, PM_WEIGHT_REGISTRY_SIDE_S);
    const struct pm_registry_word *best = NULL;
    int most = 0;
    int64_t at = pm_at(p);
    if (at == PM_NO_TIME || !r->n) return NULL;
    for (size_t i = pm_order_first(&r->by_time, 1, pm_since(at, r->longest + around));
         i < r->by_time.n && r->by_time.items[i].at <= pm_time_add(at, around); i++) {
        const struct pm_registry_word *w = &r->items[r->by_time.items[i].index];
        int much = pm_time_add(w->to, around) < at ? 0 : about(env, ev, w, p);
        if (much > most) {
            most = much;
            best = w;
        }
    }
    return best ? best->verdict : NULL;
}
