// One attempt: how a trace makes one, and what each further trace adds to it.
//
// Several lines of one attempt say different parts of it, so that each only fills in what
// those before it left out. Its cause is taken from the line that decides, before one that
// only names candidates, and the line that is shown is the one that says most.
#include "judge/attempts/bucket.h"

unsigned pm_fold_source(int origin) {
    switch (origin) {
    case PM_ORIGIN_RUNTIME:
    case PM_ORIGIN_DOCKERD: return PM_SRC_RUNTIME;
    case PM_ORIGIN_KUBELET: return PM_SRC_KUBELET;
    case PM_ORIGIN_EVENTS: return PM_SRC_EVENTS;
    case PM_ORIGIN_POD: return PM_SRC_POD;
    case PM_ORIGIN_REGISTRY: return PM_SRC_REGISTRY;
    case PM_ORIGIN_CLIENT: return PM_SRC_CLIENT;
    default: return 0;
    }
}

static bool decided(const struct pm_verdict *v) { return v->cause >= 0 && v->candidate_count <= 1; }

// Several lines of one attempt: the one that decides wins over the one that only names
// candidates.
void pm_fold_take_verdict(struct pm_pulls *pulls, struct pm_attempt *p,
                          const struct pm_verdict *v) {
    const struct pm_verdict *known = p->names->verdict;
    if (v->cause < 0 || (known->cause >= 0 && (decided(known) || !decided(v)))) return;
    pm_pull_judge(pulls, p, v);
}

static int rank_of(const struct pm_trace *t) {
    int rank = t->said->error ? 4 : 0;
    if (t->said->verdict->cause >= 0) rank += decided(t->said->verdict) ? 8 : 4;
    switch (t->said->origin) { // who was nearest
    case PM_ORIGIN_RUNTIME: return rank + 3;
    case PM_ORIGIN_DOCKERD: return rank + 2;
    case PM_ORIGIN_KUBELET: return rank + 1;
    default: return rank;
    }
}

void pm_fold_add_pod(const struct pm_env *env, struct pm_pulls *pulls, struct pm_attempt *p,
                     const struct pm_trace *t) {
    if (!t->pod) return;
    pm_ids_add_new(&p->pods, pm_id_join(env, t->said->k8s_namespace, '/', t->pod));
    if (!p->names->k8s_namespace) PM_PULL_SET(pulls, p, k8s_namespace, t->said->k8s_namespace);
}

static void fill(uint32_t *name, uint32_t said) {
    if (!*name) *name = said;
}
static void take_names(struct pm_pulls *pulls, struct pm_attempt *p, const struct pm_saying *said) {
    struct pm_pull_names names = *p->names;
    fill(&names.container, said->container);
    fill(&names.user, said->user);
    fill(&names.registry, said->registry);
    fill(&names.repository, said->repository);
    fill(&names.tag, said->tag);
    fill(&names.digest, said->digest);
    pm_pull_name(pulls, p, &names);
}

void pm_fold_absorb(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                    uint32_t attempt, uint32_t trace) {
    struct pm_attempt *p = &pulls->items[attempt];
    struct pm_trace *t = &ev->traces.items[trace];
    p->sources |= (uint8_t)pm_fold_source(t->said->origin);
    p->flags |= (uint16_t)t->said->flags;
    p->lines = pm_sum_u32(p->lines, pm_trace_count(t));
    t->pull = pm_ref_of(attempt);
    pm_pull_take(p, trace, t->file);
    pm_fold_add_pod(env, pulls, p, t);
    take_names(pulls, p, t->said);
    fill(&p->client, t->said->client);
    if (!p->duration_ns) p->duration_ns = pm_trace_duration(t);
    if (pm_trace_waiting(t) && !pm_particulars_of(p)->waiting_ns)
        pm_particulars_edit(pulls, p)->waiting_ns = pm_trace_waiting(t);
    if (p->bytes < 0) p->bytes = pm_trace_bytes(t);
    if (t->said->kind != PM_KIND_PULL_FAIL && t->said->kind != PM_KIND_PULL_BACKOFF) {
        if (!p->best) p->best = t->id;
        return;
    }
    if (!p->status) p->status = t->said->status;
    if (!p->stage) p->stage = t->said->stage;
    // The same words again, perhaps without the image and hence the registry that decides
    // what they may mean: the fuller line's reading stands.
    if ((t->said->role == PM_ROLE_ECHO || !t->said->registry) && t->said->error &&
        t->said->error == p->names->error && p->names->verdict->cause >= 0)
        pm_trace_judge(ev, t, p->names->verdict);
    pm_fold_take_verdict(pulls, p, t->said->verdict);
    if (p->best && rank_of(t) <= p->best_rank) return;
    p->best = t->id;
    p->best_rank = (int8_t)rank_of(t);
    if (t->said->error) PM_PULL_SET(pulls, p, error, t->said->error);
}

uint32_t pm_fold_new(struct pm_pulls *pulls, const struct pm_trace *t, enum pm_outcome outcome) {
    struct pm_attempt *p = PM_PUSH(pulls->items, pulls->n, pulls->cap);
    *p = (struct pm_attempt){.started = PM_NO_TIME,
                             .ended = PM_NO_TIME,
                             .node = t->node,
                             .outcome = (uint8_t)outcome,
                             .origin = t->said->origin,
                             .bytes = -1,
                             .best_rank = -1};
    pm_pull_name(pulls, p,
                 &(struct pm_pull_names){.image = t->said->image,
                                         .registry = t->said->registry,
                                         .repository = t->said->repository,
                                         .tag = t->said->tag,
                                         .digest = t->said->digest,
                                         .verdict = &pm_verdict_none});
    return (uint32_t)(pulls->n - 1);
}
