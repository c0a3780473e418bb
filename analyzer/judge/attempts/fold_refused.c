// What the kubelet refuses before it asks the runtime: a reference that is none, an image
// that must not be pulled, a local image that cannot be looked at.
//
// Each sync of the pod says so again, in two lines and two counted events, and nothing
// was pulled: at most one attempt a pod and image, at the first telling
// (k8s:pkg/kubelet/images/image_manager.go: EnsureImageExists returns before the puller
// is asked). The pod is stuck as long as it is told.
#include "judge/attempts/fold.h"
#include "rules/taxonomy.h"

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

// A pull that the runtime's end left unserved is followed by look-ups that fail for the
// same reason: the pod's attempt is that pull.
static Word_t pulled_before(const struct pm_env *env, const struct pm_pulls *pulls,
                            const struct pm_trace *t) {
    if (!pm_str_eqc(pm_name(env, t->said->reason), "ImageInspectError") &&
        !pm_str_eqc(pm_name(env, t->said->reason), "InspectFailed"))
        return 0;
    Word_t best = 0;
    for (size_t i = 0; i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        bool same = p->node == t->node && p->names->image == t->said->image && t->said->image &&
                    !pm_particulars_of(p)->merged && pm_at(p) != PM_NO_TIME &&
                    pm_at(p) <= pm_trace_first(t);
        if (!same || (best && pm_at(p) < pm_at(&PM_REF(*pulls, best)))) continue;
        best = pm_ref_of(i);
    }
    if (!best || PM_REF(*pulls, best).outcome != PM_OUTCOME_FAILED ||
        pm_time_between(pm_at(&PM_REF(*pulls, best)), pm_trace_first(t)) > BEFORE_NS)
        return 0;
    return pm_cause_has(PM_REF(*pulls, best).verdict->cause, PM_TRAIT_AWAY) ? best : 0;
}

static void fold_one(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                     Pvoid_t *seen, uint32_t trace) {
    const struct pm_trace *t = &ev->traces.items[trace];
    Word_t found = pm_map_get(*seen, asker(env, t, t->said->image));
    if (!found && (found = pulled_before(env, pulls, t)))
        *pm_map_slot(seen, asker(env, t, t->said->image)) = found;
    if (!found) {
        found = pm_ref_of(pm_fold_new(pulls, t, PM_OUTCOME_FAILED));
        PM_REF(*pulls, found).ended = pm_trace_first(t);
        PM_REF(*pulls, found).exact_pod = t->pod != 0;
        *pm_map_slot(seen, asker(env, t, t->said->image)) = found;
        if (t->said->image) *pm_map_slot(seen, asker(env, t, 0)) = found;
    }
    pm_fold_absorb(env, ev, pulls, (uint32_t)found - 1, trace);
}

void pm_fold_refused(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    Pvoid_t seen = NULL;
    Word_t freed;
    for (int imageless = 0; imageless < 2;
         imageless++) // "Error: InvalidImageName" names none: it is the pod's other line again
        for (size_t i = 0; i < ev->traces.n; i++)
            if ((ev->traces.items[i].said->image == 0) == imageless &&
                pm_fold_refused_early(env, &ev->traces.items[i]))
                fold_one(env, ev, pulls, &seen, (uint32_t)i);
    JLFA(freed, seen);
    (void)freed;
}
