// Several credentials, one attempt: the kubelet's keyring may hold more than one that fit
// an image, and it asks the runtime once with each until one is taken
// (k8s:pkg/kubelet/kuberuntime/kuberuntime_image.go: PullImage). The pod saw one pull.
//
// The runtime shows each as an attempt of its own that begins as the one before ends.
// Back-off lies between attempts of one pod, and pods that wait for one another's pull
// meet the same error, so these tell it: the kubelet's own sum of different errors ("[…,
// …]"), or answers that differ where one refused the credential, or a refusal that no pod
// was told of while the next one's was. A definite answer (404, 429) beats the 401 of the
// other credential.
#include "judge/attempts/fold.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define NEXT_NS PM_S(0.2) // from the end of one request to the start of the next
#define ENDS_NS PM_S(2)   // between ends, where no start is logged
#define SUMMED_NS PM_S(3) // the kubelet's sum follows at once

static bool is_refusal(const struct pm_attempt *p) {
    for (int i = 0; i < p->names->verdict->candidate_count; i++)
        if (pm_cause_has(p->names->verdict->candidates[i], PM_TRAIT_REFUSED)) return true;
    return p->status == 401 || p->status == 403 ||
           pm_cause_has(p->names->verdict->cause, PM_TRAIT_REFUSED);
}

static bool follows(const struct pm_attempt *a, const struct pm_attempt *b) {
    if (a->node != b->node || a->names->image != b->names->image ||
        a->outcome != PM_OUTCOME_FAILED || a->ended == PM_NO_TIME || !a->names->image)
        return false;
    if (b->outcome != PM_OUTCOME_FAILED && b->outcome != PM_OUTCOME_OK) return false;
    if (b->requested && b->started != PM_NO_TIME)
        return b->started >= a->ended && b->started - a->ended <= NEXT_NS;
    return !a->requested && b->outcome == PM_OUTCOME_FAILED && b->ended != PM_NO_TIME &&
           b->ended > a->ended && b->ended - a->ended <= ENDS_NS;
}

// "[rpc error: code = Unknown desc = …, rpc error: code = NotFound desc = …]":
// k8s.io/apimachinery's Aggregate of errors that differ.
static bool is_sum(struct pm_str error) {
    return pm_str_has(error, PM_STR("[rpc error: ")) && pm_str_has(error, PM_STR(", rpc error: "));
}

static bool summed(const struct pm_env *env, const struct pm_evidence *ev,
                   const struct pm_attempt *b) {
    for (size_t i = 0; i < b->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[pm_few_at(&b->traces, i)];
        if ((t->said->origin == PM_ORIGIN_KUBELET || t->said->origin == PM_ORIGIN_EVENTS) &&
            is_sum(pm_name(env, t->said->error)) &&
            pm_time_in(b->ended, pm_since(pm_trace_first(t), SUMMED_NS),
                       pm_time_add(pm_trace_last(t), SUMMED_NS)))
            return true;
    }
    return false;
}

static bool one_attempt(const struct pm_env *env, const struct pm_evidence *ev,
                        const struct pm_attempt *a, const struct pm_attempt *b) {
    if (!follows(a, b) || a->exact_pod) return false; // a pod was told of it: it was an attempt
    if (b->outcome == PM_OUTCOME_OK) return is_refusal(a);
    if (summed(env, ev, b)) return true;
    bool differ =
        a->names->verdict->cause != b->names->verdict->cause && a->names->error != b->names->error;
    return (differ && (is_refusal(a) || is_refusal(b))) ||
           (b->exact_pod && is_refusal(a) && is_refusal(b));
}

static bool definite(const struct pm_attempt *p) {
    return p->names->verdict->cause >= 0 && !is_refusal(p);
}

static void merge(struct pm_pulls *pulls, uint32_t from, uint32_t into) {
    struct pm_attempt *a = &pulls->items[from], *b = &pulls->items[into];
    if (b->outcome == PM_OUTCOME_FAILED && definite(a) && !definite(b)) {
        pm_pull_judge(pulls, b, a->names->verdict);
        PM_PULL_SET(pulls, b, error, a->names->error);
        b->status = a->status;
        b->stage = a->stage;
        b->best = a->best;
        b->best_rank = a->best_rank;
    }
    if (a->started != PM_NO_TIME) b->started = a->started;
    b->sources |= a->sources;
    b->flags |= a->flags;
    b->lines = pm_sum_u32(b->lines, a->lines);
    for (size_t i = 0; i < a->traces.n; i++) pm_few_add(&b->traces, pm_few_at(&a->traces, i));
    pm_particulars_edit(pulls, a)->merged = pm_ref_of(into);
}

static pm_ref merged_into(const struct pm_pulls *pulls, pm_ref at) {
    return pm_particulars_of(&PM_REF(*pulls, at))->merged;
}

// Attempts that became part of another leave the list; what points to them follows.
static void compact(struct pm_evidence *ev, struct pm_pulls *pulls) {
    uint32_t *now = pm_xmalloc((pulls->n + 1) * sizeof *now);
    size_t kept = 0;
    for (size_t i = 0; i < pulls->n; i++)
        if (!pm_particulars_of(&pulls->items[i])->merged) now[i] = (uint32_t)kept++;
    for (size_t i = 0; i < ev->traces.n; i++) {
        uint32_t at = ev->traces.items[i].pull;
        while (at && merged_into(pulls, at)) at = merged_into(pulls, at);
        ev->traces.items[i].pull = at ? now[at - 1] + 1 : 0;
    }
    for (size_t i = 0; i < pulls->n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        if (pm_particulars_of(p)->merged) {
            pm_ids_free(&p->pods);
            pm_few_free(&p->traces);
        } else pulls->items[now[i]] = *p;
    }
    pulls->n = kept;
    free(now);
}

// Nothing else makes two attempts one (one_attempt).
static bool may_be_of_one(const struct pm_attempt *p) {
    return p->outcome == PM_OUTCOME_FAILED &&
           (is_refusal(p) || p->sources & (PM_SRC_KUBELET | PM_SRC_EVENTS));
}

// The pulls of images of which some may be.
static struct pm_order by_image_of(const struct pm_pulls *pulls) {
    struct pm_order by_image = {0};
    struct pm_ids images = {0};
    for (size_t i = 0; i < pulls->n; i++)
        if (may_be_of_one(&pulls->items[i])) pm_ids_add_new(&images, pulls->items[i].names->image);
    for (size_t i = 0; i < pulls->n && images.n; i++)
        if (pm_ids_has(&images, pulls->items[i].names->image))
            pm_order_add(&by_image, pulls->items[i].names->image, pm_at(&pulls->items[i]),
                         (uint32_t)i);
    pm_ids_free(&images);
    pm_order_sort(&by_image);
    return by_image;
}

void pm_fold_credentials(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct pm_order by_image = by_image_of(pulls);
    bool any = false;
    for (size_t i = 0; i < by_image.n; i++) {
        uint32_t a = by_image.items[i].index;
        for (size_t k = i + 1;
             k < by_image.n && by_image.items[k].group == by_image.items[i].group && k < i + 64;
             k++) {
            uint32_t b = by_image.items[k].index;
            if (pulls->items[b].node != pulls->items[a].node) continue;
            if (one_attempt(env, ev, &pulls->items[a], &pulls->items[b])) {
                merge(pulls, a, b);
                any = true;
            }
            break;
        }
    }
    if (any) compact(ev, pulls);
    free(by_image.items);
}
