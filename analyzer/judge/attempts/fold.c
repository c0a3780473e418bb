// Traces → pulls: people count pulls, so must we.
//
// Everything that speaks of one image on one node is one bucket, in time order. Per
// bucket the sources are asked from the most authoritative to the least: the runtime's
// own log makes attempts (start and end paired first in, first out), the kubelet's image
// service line, clients, events and pod status are each matched to an attempt that is
// there already, or make one where none is. A source that was not listening at the time
// hides nothing: an event's attempts count unless a log covers their time on that node
// and saw that image. Each source has a file: fold_runtime.c, fold_kubelet.c,
// fold_client.c, fold_events.c, fold_backoff.c. Then come the passes that look beyond one
// bucket: lines that name no image (fold_dockerd.c), what was refused before the runtime
// was asked (fold_refused.c), and what turns out to be one pull (fold_credentials.c,
// fold_mirror.c).
//
//   containerd   PullImage "x"                     ┐
//   containerd   PullImage "x" failed error=…      │ one attempt: started, ended, cause
//   kubelet      remote_image … failed             │ same node, image, time: corroborates
//   kubelet      pod_workers … ErrImagePull        │ adds the pod
//   event        Failed (x4 over 3m)               ┘ adds nothing where the log covers it; else four attempts, spread by the back-off model
//   kubelet      pod_workers … ImagePullBackOff      no attempt
#include "judge/attempts/bucket.h"
#include <stdlib.h>

// Traces by bucket, each bucket a chain in order of time: `dealt` is first the number of a
// trace's bucket, and then the next trace of it, index + 1, until the bucket is opened. It lies
// where the trace's pull will, as none is of a pull yet: lists of millions would stand beside
// the traces and the pulls when memory is fullest.
struct dealt {
    PM_LIST(pm_ref) firsts;   // by bucket, a trace's index + 1
    PM_LIST(uint32_t) opened; // the traces of the bucket that is folded
};

static void chain_open(struct pm_evidence *ev, struct dealt *d, size_t bucket) {
    d->opened.n = 0;
    for (pm_ref at = d->firsts.items[bucket], next; at; at = next) {
        struct pm_trace *t = &PM_REF(ev->traces, at);
        next = t->dealt;
        t->dealt = 0;
        *PM_PUSH(d->opened.items, d->opened.n, d->opened.cap) = at - 1;
    }
}
// From the last to the first, so that each is put before those behind it.
static void chains_make(struct pm_evidence *ev, struct dealt *d) {
    for (size_t i = ev->traces.n; i-- > 0;) {
        struct pm_trace *t = &ev->traces.items[i];
        if (!t->dealt) continue;
        pm_ref *first = &PM_REF(d->firsts, t->dealt);
        t->dealt = *first;
        *first = pm_ref_of(i);
    }
}

static void deal_one(struct pm_fold *f, struct dealt *d, struct pm_numbers *buckets, uint32_t i) {
    struct pm_trace *t = &f->ev->traces.items[i];
    if (t->said->kind == PM_KIND_RUNTIME_START || t->said->kind == PM_KIND_RUNTIME_STOP)
        *PM_PUSH(f->restarts.items, f->restarts.n, f->restarts.cap) = i;
    if (t->said->origin == PM_ORIGIN_KUBELET && t->said->role == PM_ROLE_END &&
        t->said->kind == PM_KIND_PULL_FAIL)
        *pm_map_slot(&f->image_service, t->node) = 1;
    if (t->said->origin == PM_ORIGIN_EVENTS && t->said->kind == PM_KIND_PULL_FAIL &&
        t->said->error && pm_str_eqc(pm_name(f->env, t->said->reason), "Failed"))
        pm_order_add(&f->failed_events, t->pod, 0, i);
    if (pm_fold_imageless(t) || pm_fold_refused_early(f->env, t))
        return; // fold_dockerd.c, fold_refused.c
    if (t->said->role == PM_ROLE_SIDE || t->said->role == PM_ROLE_NONE ||
        t->said->role == PM_ROLE_CACHED)
        return;
    t->dealt = pm_number_of(buckets, PM_PAIR(t->node, t->said->image));
    if (t->dealt > d->firsts.n) *PM_PUSH(d->firsts.items, d->firsts.n, d->firsts.cap) = 0;
}

static void deal(struct pm_fold *f, struct dealt *d) {
    struct pm_numbers buckets = {.slots = NULL};
    for (size_t i = 0; i < f->ev->traces.n; i++) deal_one(f, d, &buckets, (uint32_t)i);
    chains_make(f->ev, d);
    pm_numbers_free(&buckets);
    pm_order_sort(&f->failed_events);
}

static void bucket_open(const struct pm_fold *f, struct pm_fold_bucket *b, const uint32_t *traces,
                        size_t n) {
    const struct pm_trace *first = &f->ev->traces.items[traces[0]];
    b->node = first->node;
    b->image = first->said->image;
    b->traces.items = traces;
    b->traces.n = n;
    b->attempts.n = b->loose.n = b->pulling.n = b->sorted = 0;
    for (size_t i = 0; i < n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[traces[i]];
        if (t->said->origin == PM_ORIGIN_EVENTS && t->said->role == PM_ROLE_START)
            pm_ids_add(&b->pulling, traces[i]);
    }
}

static void fold_buckets(struct pm_fold *f, struct dealt *d) {
    struct pm_fold_bucket bucket = {0}, *b = &bucket;
    for (size_t k = 0; k < d->firsts.n; k++) {
        chain_open(f->ev, d, k);
        bucket_open(f, b, d->opened.items, d->opened.n);
        pm_fold_runtime(f, b);
        pm_fold_kubelet(f, b);
        pm_fold_client(f, b);
        pm_fold_overtaken(f, b);
        pm_fold_events(f, b);
        pm_fold_backoff(f, b);
    }
    pm_ids_free(&b->attempts);
    pm_ids_free(&b->loose);
    pm_ids_free(&b->pulling);
}

// Runtime lines know no namespace, and events that did have expired: where only one
// namespace's pods use an image, its pulls were theirs.
static void namespaces_by_image(const struct pm_evidence *ev, struct pm_pulls *pulls) {
    Pvoid_t by_image = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &ev->facts.pods.items[i];
        for (size_t k = 0; k < pod->images.n; k++) {
            Word_t *slot = pm_map_slot(&by_image, pod->images.items[k]);
            *slot = *slot == 0 || *slot == pod->k8s_namespace ? pod->k8s_namespace : UINT32_MAX;
        }
    }
    for (size_t i = 0; i < pulls->n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        Word_t only =
            p->names->k8s_namespace || !p->names->image ? 0 : pm_map_get(by_image, p->names->image);
        if (only && only != UINT32_MAX) PM_PULL_SET(pulls, p, k8s_namespace, (uint32_t)only);
    }
    JLFA(freed, by_image);
    (void)freed;
}

void pm_fold_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct pm_fold f = {.env = env, .ev = ev, .pulls = pulls};
    struct dealt dealt = {0};
    Word_t freed;
    pm_fold_pods(env, ev);
    deal(&f, &dealt);
    pm_fold_counts_add_up(env, ev);
    fold_buckets(&f, &dealt);
    free(dealt.firsts.items);
    free(dealt.opened.items);
    for (size_t i = 0; i < pulls->n; i++)
        if (pulls->items[i].outcome == PM_OUTCOME_OPEN)
            pm_fold_cut_by_restart(&f, &pulls->items[i]);
    pm_fold_dockerd(env, ev, pulls);
    pm_fold_refused(env, ev, pulls);
    pm_fold_credentials(env, ev, pulls);
    pm_fold_mirrors(env, ev, pulls);
    namespaces_by_image(ev, pulls);
    free(f.restarts.items);
    free(f.failed_events.items);
    JLFA(freed, f.image_service);
    (void)freed;
}
