// What health checks read of a registry's limit: a budget of its own, told beside those
// that are counted here.
//
// A RateLimit header belongs to the meter that sent it. Whether the check leaves through
// the nodes' address is not known, so its readings bound no other curve; they are the
// registry's own word for the check's budget, the time of its reset included. A check's
// failures are no pulls: none counts as refused.
#include "judge/quota/quota.h"
#include <stdlib.h>

// Who has this limit, by the table: nobody else knows whom the check asked as.
static const struct pm_policy *policy_of(const struct pm_policies *all, struct pm_str registry,
                                         const struct pm_checkup *c, struct pm_str *identity) {
    const struct pm_policy *anonymous =
                               pm_policy_find(all, registry, true, PM_NONE, c->limit, c->at),
                           *user = pm_policy_find(all, registry, false, PM_NONE, c->limit, c->at);
    bool is_anonymous = anonymous && anonymous->limit == c->limit,
         is_user = user && user->limit == c->limit;
    *identity = PM_STR("unknown");
    if (is_anonymous == is_user) return NULL;
    *identity = is_user ? PM_STR("user") : PM_STR("anonymous");
    return is_user ? user : anonymous;
}

static void readings(const struct pm_env *env, struct pm_quota *q, const struct pm_checkup *c,
                     size_t n) {
    q->points = PM_NEWN(env->a, struct pm_quota_point, n);
    q->points_cap = n;
    for (size_t i = 0; i < n; i++) {
        q->points[q->points_n++] =
            (struct pm_quota_point){c[i].at, (uint64_t)c[i].used, 0, 0, c[i].limit - c[i].used};
        if (q->peak_at_ns == PM_NO_TIME || (uint64_t)c[i].used > q->used_low) {
            q->used_low = (uint64_t)c[i].used;
            q->peak_at_ns = c[i].at;
        }
        if (c[i].used >= c[i].limit && q->exhausted_at_ns == PM_NO_TIME)
            q->exhausted_at_ns = c[i].at;
        if (c[i].reset != PM_NO_TIME && c[i].reset >= c[i].at) q->free_at_ns = c[i].reset;
    }
    q->used_high = q->peak_used = q->used_low;
}

static void checked_row(const struct pm_env *env, struct pm_report *report,
                        const struct pm_policies *all, const struct pm_checkup *c, size_t n) {
    struct pm_report *r = report;
    struct pm_quota q = {.checked = true,
                         .registry = pm_name(env, c->registry),
                         .limit = c->limit,
                         .window_s = c->window_s,
                         .unit = PM_STR("pulls"),
                         .with_cache = -1};
    const struct pm_policy *p = policy_of(all, q.registry, c, &q.identity);
    if (p) {
        q.policy = pm_arena_dup(env->a, pm_str_c(p->id));
        q.unit = pm_str_c(p->unit);
    }
    if (q.window_s <= 0) q.window_s = p ? p->window_ns / PM_NS_PER_S : -1;
    q.client = c->who
                   ? pm_arena_fmt(env->a, "the health check of %.*s", PM_FMT(pm_name(env, c->who)))
                   : PM_STR("a health check");
    q.peak_at_ns = q.exhausted_at_ns = q.first_refused_ns = q.last_refused_ns = q.free_at_ns =
        PM_NO_TIME;
    readings(env, &q, c, n);
    bool near = q.used_low * 10 > (uint64_t)q.limit * 8;
    q.status = near ? PM_STR("near") : PM_STR("ok");
    if (near)
        q.note = pm_arena_fmt(
            env->a,
            "%zu %s of a health check, which %s its own pulls or those of its address; whether the nodes share that address is not known",
            n, n == 1 ? "reading" : "readings", n == 1 ? "tells" : "tell");
    *PM_PUSH(r->quotas, r->quotas_n, r->quotas_cap) = q;
}

void pm_quota_checked(const struct pm_scene *scene, struct pm_report *report,
                      const struct pm_policies *all) {
    for (size_t i = 0, end; i < scene->ev->checkups.n; i = end) {
        const struct pm_checkup *c = &scene->ev->checkups.items[i];
        for (end = i + 1; end < scene->ev->checkups.n; end++) {
            const struct pm_checkup *o = &scene->ev->checkups.items[end];
            if (o->registry != c->registry || o->who != c->who || o->limit != c->limit) break;
        }
        checked_row(scene->env, report, all, c, end - i);
    }
}
