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

static struct pm_fold_bucket *bucket_at(struct pm_fold *f, uint32_t node, uint32_t image) {
    Word_t *slot = pm_map_slot(&f->by_key, PM_PAIR(node, image));
    if (!*slot) {
        struct pm_fold_bucket *b = PM_PUSH(f->buckets.items, f->buckets.n, f->buckets.cap);
        b->node = node;
        b->image = image;
        *slot = f->buckets.n;
    }
    return &PM_REF(f->buckets, *slot);
}

static void deal(struct pm_fold *f) {
    for (size_t i = 0; i < f->ev->traces.n; i++) {
        const struct pm_trace *t = &f->ev->traces.items[i];
        if (t->kind == PM_KIND_RUNTIME_START || t->kind == PM_KIND_RUNTIME_STOP)
            *PM_PUSH(f->restarts.items, f->restarts.n, f->restarts.cap) = (uint32_t)i;
        if (t->origin == PM_ORIGIN_KUBELET && t->role == PM_ROLE_END &&
            t->kind == PM_KIND_PULL_FAIL)
            *pm_map_slot(&f->image_service, t->node) = 1;
        if (t->origin == PM_ORIGIN_EVENTS && t->kind == PM_KIND_PULL_FAIL && t->error &&
            pm_str_eqc(pm_name(f->env, t->reason), "Failed"))
            pm_order_add(&f->failed_events, t->pod, 0, (uint32_t)i);
        if (pm_fold_imageless(t) || pm_fold_refused_early(f->env, t))
            continue; // fold_dockerd.c, fold_refused.c
        if (t->role == PM_ROLE_SIDE || t->role == PM_ROLE_NONE || t->role == PM_ROLE_CACHED)
            continue;
        struct pm_fold_bucket *b = bucket_at(f, t->node, t->image);
        pm_ids_add(&b->traces, (uint32_t)i);
        if (t->origin == PM_ORIGIN_EVENTS && t->role == PM_ROLE_START)
            pm_ids_add(&b->pulling, (uint32_t)i);
    }
    pm_order_sort(&f->failed_events);
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
        Word_t only = p->k8s_namespace || !p->image ? 0 : pm_map_get(by_image, p->image);
        if (only && only != UINT32_MAX) p->k8s_namespace = (uint32_t)only;
    }
    JLFA(freed, by_image);
    (void)freed;
}

void pm_fold_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    struct pm_fold f = {.env = env, .ev = ev, .pulls = pulls};
    Word_t freed;
    pm_fold_pods(env, ev);
    deal(&f);
    pm_fold_counts_add_up(env, ev);
    for (size_t i = 0; i < f.buckets.n; i++) {
        struct pm_fold_bucket *b = &f.buckets.items[i];
        pm_fold_runtime(&f, b);
        pm_fold_kubelet(&f, b);
        pm_fold_client(&f, b);
        pm_fold_overtaken(&f, b);
        pm_fold_events(&f, b);
        pm_fold_backoff(&f, b);
    }
    for (size_t i = 0; i < pulls->n; i++)
        if (pulls->items[i].outcome == PM_OUTCOME_OPEN)
            pm_fold_cut_by_restart(&f, &pulls->items[i]);
    pm_fold_dockerd(env, ev, pulls);
    pm_fold_refused(env, ev, pulls);
    pm_fold_credentials(env, ev, pulls);
    pm_fold_mirrors(env, ev, pulls);
    namespaces_by_image(ev, pulls);
    for (size_t i = 0; i < f.buckets.n; i++) {
        pm_ids_free(&f.buckets.items[i].traces);
        pm_ids_free(&f.buckets.items[i].attempts);
        pm_ids_free(&f.buckets.items[i].loose);
        pm_ids_free(&f.buckets.items[i].pulling);
    }
    free(f.buckets.items);
    free(f.restarts.items);
    free(f.failed_events.items);
    JLFA(freed, f.by_key);
    JLFA(freed, f.image_service);
    (void)freed;
}
