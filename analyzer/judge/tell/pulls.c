// Pulls as a person is told of them: with the names and the incident that theirs are. They go
// back into the timeline so, and to reports that have a row for each.
#include "judge/tell/pulls.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

struct pm_pulls_kept {
    struct pm_env env; // its names; the arena is of one pull
    struct pm_pulls pulls;
    uint32_t *incidents; // by index: id of its incident, 0 of none; NULL: there are none
    struct pm_verdicts *verdicts;
};

static int told_cause(const struct pm_attempt *p) {
    if (p->outcome != PM_OUTCOME_FAILED) return -1;
    return p->names->verdict->cause >= 0 ? p->names->verdict->cause
                                         : pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS);
}

struct pm_pull pm_pull_told(const struct pm_env *env, const struct pm_pulls *pulls, size_t index,
                            uint32_t incident) {
    const struct pm_attempt *p = &pulls->items[index];
    struct pm_pull out = {.id = index + 1,
                          .node = pm_name(env, p->node),
                          .image = pm_name(env, p->names->image),
                          .registry = pm_name(env, p->names->registry),
                          .repository = pm_name(env, p->names->repository),
                          .tag = pm_name(env, p->names->tag),
                          .digest = pm_name(env, p->names->digest),
                          .client = pm_name(env, p->client),
                          .user = pm_name(env, p->names->user),
                          .k8s_namespace = pm_name(env, p->names->k8s_namespace),
                          .started_ns = p->started,
                          .ended_ns = p->ended,
                          .outcome = (enum pm_outcome)p->outcome,
                          .cause = told_cause(p),
                          .rule = p->names->verdict->rule,
                          .http_status = p->status,
                          .stage = (enum pm_stage)p->stage,
                          .duration_ns = p->duration_ns,
                          .waiting_ns = pm_waiting(p),
                          .bytes = p->bytes,
                          .sources = p->sources,
                          .reconstructed = p->reconstructed,
                          .requests = p->requests,
                          .evidence = p->best,
                          .incident = incident,
                          .error = pm_name(env, p->names->error)};
    pm_strs_of_ids(env, &out.pods, &p->pods);
    return out;
}

struct pm_pulls_kept *pm_pulls_keep(const struct pm_env *env, struct pm_pulls *pulls,
                                    const struct pm_hits *hits) {
    struct pm_pulls_kept *kept = pm_xmalloc(sizeof *kept);
    *kept = (struct pm_pulls_kept){.env = {.a = pm_arena_new(), .names = env->names},
                                   .pulls = *pulls,
                                   .verdicts = env->verdicts};
    if (hits->of_pull) kept->incidents = pm_xmalloc((pulls->n + 1) * sizeof *kept->incidents);
    for (size_t i = 0; hits->of_pull && i < pulls->n; i++)
        kept->incidents[i] = hits->of_pull[i] ? PM_REF(*hits, hits->of_pull[i]).id : 0;
    *pulls = (struct pm_pulls){0};
    return kept;
}

bool pm_report_pulls(const struct pm_report *r, pm_pull_cb *cb, void *ctx) {
    const struct pm_pulls_kept *kept = r->pulls;
    bool more = true;
    for (size_t i = 0; kept && more && i < kept->pulls.n; i++) {
        pm_arena_reset(kept->env.a);
        const struct pm_pull p =
            pm_pull_told(&kept->env, &kept->pulls, i, kept->incidents ? kept->incidents[i] : 0);
        more = cb(ctx, &p);
    }
    return more;
}

void pm_pulls_kept_free(struct pm_pulls_kept *kept) {
    if (!kept) return;
    pm_arena_free(kept->env.a);
    pm_pulls_free(&kept->pulls);
    pm_verdicts_free(kept->verdicts);
    free(kept->incidents);
    free(kept);
}
