// Mirror tries belong to the attempt that was under way; the cause they had is kept
// beside the attempt's own.
//
// containerd and Docker say why they went on. CRI-O names each host before it asks it
// ("Trying to access"), and logs no failure: that a mirror failed is seen by the next
// host of the same pull, why is said by other pulls of the time that could get nothing
// anywhere (the kubelet has their whole error). So a mirror that was passed over in
// silence takes the reason that the nearest other try of that host had, with no pull that
// it served in between.
#include "judge/attempts/fold.h"
#include <stdlib.h>

static bool announced(const struct pm_trace *t) {
    return t->said->telling == PM_TELLING_ASKING_HOST;
}

static struct pm_str last_part(struct pm_str repository) {
    ptrdiff_t slash = pm_str_rchr(repository, '/');
    return slash < 0 ? repository : pm_str_from(repository, (size_t)slash + 1);
}

// The image as a mirror names it: another registry, often another path, the same last
// part and the same tag.
static bool same_image(const struct pm_env *env, const struct pm_attempt *p,
                       const struct pm_trace *t) {
    uint32_t join = pm_particulars_of(p)->join;
    if (pm_trace_join(t) && join) return pm_trace_join(t) == join;
    return t->said->tag == p->names->tag &&
           pm_str_eq(last_part(pm_name(env, t->said->repository)),
                     last_part(pm_name(env, p->names->repository)));
}

static bool beside(const struct pm_env *env, const struct pm_attempt *p, const struct pm_trace *t) {
    if (p->node != t->node) return false;
    if (announced(t)) {
        if (!same_image(env, p, t)) return false;
    } else if ((t->said->image && p->names->image && t->said->image != p->names->image) ||
               (t->said->repository && p->names->repository &&
                t->said->repository != p->names->repository)) {
        return false;
    }
    int64_t from = p->started != PM_NO_TIME ? p->started : pm_since(p->ended, PM_S(60));
    return pm_time_in(t->ts, pm_since(from, PM_S(1)), pm_time_add(p->ended, PM_S(1)));
}

static struct pm_attempt *pull_of(const struct pm_env *env, struct pm_pulls *pulls,
                                  const struct pm_order *by_node, struct pm_trace *t) {
    size_t from = pm_order_first(by_node, t->node, pm_since(t->ts, PM_S(1)));
    for (size_t k = from; k < by_node->n && k < from + 64 && by_node->items[k].group == t->node;
         k++) {
        struct pm_attempt *p = &pulls->items[by_node->items[k].index];
        if (!beside(env, p, t)) continue;
        t->pull = pm_ref_of(by_node->items[k].index);
        return p;
    }
    return NULL;
}

static void belong(struct pm_evidence *ev, struct pm_attempt *p, uint32_t index) {
    struct pm_trace *t = &ev->traces.items[index];
    if (announced(t)) { // it named the image as the mirror does
        struct pm_saying said = *t->said;
        said.image = p->names->image;
        said.registry = p->names->registry;
        said.repository = p->names->repository;
        pm_trace_say(ev, t, &said);
    }
    pm_pull_take(p, index, t->file);
    p->lines = pm_sum_u32(p->lines, 1);
}

// An announced host that was not the pull's last served it, or is what the pull's own
// error is about: no failed try.
static bool is_last(const struct pm_evidence *ev, const struct pm_pulls *pulls, uint32_t index) {
    const struct pm_trace *t = &ev->traces.items[index];
    const struct pm_attempt *p = &PM_REF(*pulls, t->pull);
    for (size_t i = 0; i < p->traces.n; i++)
        if (pm_few_at(&p->traces, i) > index &&
            announced(&ev->traces.items[pm_few_at(&p->traces, i)]))
            return false;
    return true;
}

static void settle_announced(const struct pm_env *env, struct pm_evidence *ev,
                             const struct pm_pulls *pulls) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->said->kind != PM_KIND_MIRROR_TRY || !announced(t)) continue;
        if (t->pull && pm_is_mirror(env, t) && !is_last(ev, pulls, (uint32_t)i)) continue;
        struct pm_saying said = *t->said;
        said.kind = PM_KIND_OTHER;
        pm_trace_say(ev, t, &said);
    }
}

static bool served(const struct pm_pulls *pulls, const struct pm_trace *t) {
    return t->said->kind == PM_KIND_OTHER && announced(t) && t->pull &&
           PM_REF(*pulls, t->pull).outcome == PM_OUTCOME_OK;
}

// One look over the tries in the order given: what a host said last holds until it serves
// a pull.
static void borrow(struct pm_evidence *ev, const struct pm_pulls *pulls, Pvoid_t *said, size_t i,
                   int64_t within) {
    struct pm_trace *t = &ev->traces.items[i];
    if (!t->said->host || t->ts == PM_NO_TIME) return;
    Word_t *slot = pm_map_slot(said, t->said->host);
    if (served(pulls, t)) *slot = 0;
    if (t->said->kind != PM_KIND_MIRROR_TRY) return;
    const struct pm_trace *from = *slot ? &PM_REF(ev->traces, *slot) : NULL;
    if (t->said->verdict->cause >= 0) *slot = pm_ref_of(i);
    else if (from && announced(t) && pm_time_apart(from->ts, t->ts) <= within)
        pm_trace_judge(ev, t, from->said->verdict);
}

#define SAME_TROUBLE_NS PM_S(3600)

static void say_why(struct pm_evidence *ev, const struct pm_pulls *pulls) {
    Pvoid_t said = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->traces.n; i++) borrow(ev, pulls, &said, i, SAME_TROUBLE_NS);
    JLFA(freed, said);
    said = NULL;
    for (size_t i = ev->traces.n; i-- > 0;) borrow(ev, pulls, &said, i, SAME_TROUBLE_NS);
    JLFA(freed, said);
    (void)freed;
}

const struct pm_trace *pm_fell_back(const struct pm_env *env, const struct pm_evidence *ev,
                                    const struct pm_attempt *p) {
    for (size_t i = 0; i < p->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[pm_few_at(&p->traces, i)];
        if (t->said->kind == PM_KIND_MIRROR_TRY && pm_is_mirror(env, t)) return t;
    }
    return NULL;
}

bool pm_mirror_served(const struct pm_env *env, const struct pm_evidence *ev,
                      const struct pm_pulls *pulls, const struct pm_attempt *p) {
    for (size_t i = 0; i < p->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[pm_few_at(&p->traces, i)];
        if (served(pulls, t) && pm_is_mirror(env, t)) return true;
    }
    return false;
}

void pm_fold_mirrors(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct pm_ids nodes = {0};
    for (size_t i = 0; i < ev->traces.n; i++)
        if (ev->traces.items[i].said->kind == PM_KIND_MIRROR_TRY)
            pm_ids_add_new(&nodes, ev->traces.items[i].node);
    struct pm_order by_node = pm_fold_by_node(pulls, &nodes);
    pm_ids_free(&nodes);
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        if (t->said->kind != PM_KIND_MIRROR_TRY || t->ts == PM_NO_TIME) continue;
        struct pm_attempt *p = pull_of(env, pulls, &by_node, t);
        if (p) belong(ev, p, (uint32_t)i);
    }
    free(by_node.items);
    settle_announced(env, ev, pulls);
    say_why(ev, pulls);
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->said->kind == PM_KIND_MIRROR_TRY && t->pull && t->said->verdict->cause >= 0 &&
            pm_is_mirror(env, t))
            pm_particulars_edit(pulls, &PM_REF(*pulls, t->pull))->mirror_cause =
                (uint32_t)t->said->verdict->cause + 1;
    }
}
