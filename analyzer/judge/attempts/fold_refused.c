// What the kubelet refuses before it asks the runtime: a reference that is none, an image
// that must not be pulled, a local image that cannot be looked at.
//
// Each sync of the pod says so again, in two lines and two counted events, and nothing
// was pulled: at most one attempt a pod and image, at the first telling
// (k8s:pkg/kubelet/images/image_manager.go: EnsureImageExists returns before the puller
// is asked). The pod is stuck as long as it is told.
#include "base/sort.h"
#include "judge/attempts/fold.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define BEFORE_NS PM_S(600)

static const char *const early[] = {"InvalidImageName", "InspectFailed", "ErrImageNeverPull",
                                    "ImageInspectError"};

static bool is_early(struct pm_str word) {
    for (size_t i = 0; i < PM_LEN(early); i++)
        if (pm_str_eqc(word, early[i])) return true;
    return false;
}

bool pm_fold_refused_early(const struct pm_env *env, const struct pm_trace *t) {
    if (t->said->kind != PM_KIND_PULL_FAIL && t->said->kind != PM_KIND_PULL_BACKOFF) return false;
    if (t->said->origin != PM_ORIGIN_KUBELET && t->said->origin != PM_ORIGIN_EVENTS &&
        t->said->origin != PM_ORIGIN_POD)
        return false;
    return is_early(pm_name(env, t->said->reason)) || is_early(pm_name(env, t->said->error));
}

// Who asked: the pod, else the node.
static Word_t asker(const struct pm_env *env, const struct pm_trace *t, uint32_t image) {
    return PM_PAIR(t->pod ? pm_id_join(env, t->said->k8s_namespace, '/', t->pod) : t->node, image);
}

// The pulls of an image on a node, in order of time: of those that a look-up asks for, with
// those that look-ups made since.
struct earlier {
    Pvoid_t at; // node and image → index + 1
    PM_LIST(struct pm_order) lists;
};
static struct pm_order *earlier_of(const struct earlier *x, uint32_t node, uint32_t image) {
    Word_t at = pm_map_get(x->at, PM_PAIR(node, image));
    return at ? &PM_REF(x->lists, at) : NULL;
}
static void earlier_add(struct earlier *x, const struct pm_attempt *p, uint32_t index) {
    struct pm_order *list = earlier_of(x, p->node, p->names->image);
    if (!list || pm_particulars_of(p)->merged || pm_at(p) == PM_NO_TIME) return;
    pm_order_add(list, 0, pm_at(p), index);
    for (size_t i = list->n; i-- > 1 && list->items[i - 1].at > list->items[i].at;) {
        struct pm_order_key later = list->items[i - 1];
        list->items[i - 1] = list->items[i];
        list->items[i] = later;
    }
}

static bool is_look_up(const struct pm_env *env, const struct pm_trace *t) {
    return t->said->image && (pm_str_eqc(pm_name(env, t->said->reason), "ImageInspectError") ||
                              pm_str_eqc(pm_name(env, t->said->reason), "InspectFailed"));
}
static int by_index(const void *a, const void *b, void *of) {
    const struct pm_attempt *items = of;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int64_t p = pm_at(&items[x]), q = pm_at(&items[y]);
    if (p != q) return p < q ? -1 : 1;
    return x < y ? -1 : x > y;
}
static void earlier_find(const struct pm_env *env, const struct pm_evidence *ev,
                         const struct pm_pulls *pulls, struct earlier *x) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (!is_look_up(env, t) || !pm_fold_refused_early(env, t)) continue;
        Word_t *at = pm_map_slot(&x->at, PM_PAIR(t->node, t->said->image));
        if (*at) continue;
        *PM_PUSH(x->lists.items, x->lists.n, x->lists.cap) = (struct pm_order){0};
        *at = x->lists.n;
    }
    if (!x->lists.n) return;
    uint32_t *order = pm_xmalloc((pulls->n + 1) * sizeof *order);
    for (size_t i = 0; i < pulls->n; i++) order[i] = (uint32_t)i;
    pm_sort(order, pulls->n, sizeof *order, by_index, pulls->items);
    for (size_t i = 0; i < pulls->n; i++) earlier_add(x, &pulls->items[order[i]], order[i]);
    free(order);
}
static void earlier_free(struct earlier *x) {
    Word_t freed;
    for (size_t i = 0; i < x->lists.n; i++) free(x->lists.items[i].items);
    free(x->lists.items);
    JLFA(freed, x->at);
    (void)freed;
}

// A pull that the runtime's end left unserved is followed by look-ups that fail for the
// same reason: the pod's attempt is that pull.
static Word_t pulled_before(const struct pm_env *env, const struct pm_pulls *pulls,
                            const struct earlier *x, const struct pm_trace *t) {
    const struct pm_order *list =
        is_look_up(env, t) ? earlier_of(x, t->node, t->said->image) : NULL;
    const int64_t until = pm_trace_first(t);
    size_t end = list && until != PM_NO_TIME ? pm_order_first(list, 0, pm_time_add(until, 1)) : 0;
    if (!end) return 0;
    const uint32_t best = list->items[end - 1].index;
    const struct pm_attempt *p = &pulls->items[best];
    if (p->outcome != PM_OUTCOME_FAILED || pm_time_between(pm_at(p), until) > BEFORE_NS) return 0;
    return pm_cause_has(p->names->verdict->cause, PM_TRAIT_AWAY) ? pm_ref_of(best) : 0;
}

static void fold_one(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                     Pvoid_t *seen, struct earlier *earlier, uint32_t trace) {
    const struct pm_trace *t = &ev->traces.items[trace];
    Word_t found = pm_map_get(*seen, asker(env, t, t->said->image));
    if (!found && (found = pulled_before(env, pulls, earlier, t)))
        *pm_map_slot(seen, asker(env, t, t->said->image)) = found;
    if (!found) {
        found = pm_ref_of(pm_fold_new(pulls, t, PM_OUTCOME_FAILED));
        PM_REF(*pulls, found).ended = pm_trace_first(t);
        PM_REF(*pulls, found).exact_pod = t->pod != 0;
        earlier_add(earlier, &PM_REF(*pulls, found), (uint32_t)found - 1);
        *pm_map_slot(seen, asker(env, t, t->said->image)) = found;
        if (t->said->image) *pm_map_slot(seen, asker(env, t, 0)) = found;
    }
    pm_fold_absorb(env, ev, pulls, (uint32_t)found - 1, trace);
}

void pm_fold_refused(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct earlier earlier = {0};
    Pvoid_t seen = NULL;
    Word_t freed;
    earlier_find(env, ev, pulls, &earlier);
    for (int imageless = 0; imageless < 2;
         imageless++) // "Error: InvalidImageName" names none: it is the pod's other line again
        for (size_t i = 0; i < ev->traces.n; i++)
            if ((ev->traces.items[i].said->image == 0) == imageless &&
                pm_fold_refused_early(env, &ev->traces.items[i]))
                fold_one(env, ev, pulls, &seen, &earlier, (uint32_t)i);
    earlier_free(&earlier);
    JLFA(freed, seen);
    (void)freed;
}
