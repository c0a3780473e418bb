// Series of pods that wait for an image.
//
// ErrImagePull from the first failure, ImagePullBackOff from the first back-off that was
// logged (or BACKOFF_AFTER_NS later) until the image arrived. The moments at which a
// retry turns the reason back into ErrImagePull are not shown: alerts sum over them.
#include "judge/alerts/series_build.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define BACKOFF_AFTER_NS PM_S(15)

static void learn_containers(struct build *b) {
    for (size_t i = 0; i < b->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &b->scene->ev->traces.items[i];
        if (!t->pod || !t->said->k8s_namespace) continue;
        uint32_t pod = pm_id_join(b->scene->env, t->said->k8s_namespace, '/', t->pod);
        if (t->said->container && t->said->image) {
            Word_t *slot = pm_map_slot(&b->container_of, PM_PAIR(pod, t->said->image));
            if (!*slot) *slot = t->said->container;
        }
        if (t->said->kind != PM_KIND_PULL_BACKOFF || t->said->origin == PM_ORIGIN_POD ||
            pm_trace_first(t) == PM_NO_TIME)
            continue;
        Word_t *slot = pm_map_slot(&b->backed_off, pod);
        if (!*slot || pm_trace_first(&PM_REF(b->scene->ev->traces, *slot)) > pm_trace_first(t))
            *slot = pm_ref_of(i);
    }
}

static void waits(struct build *b, uint32_t series, int64_t from, int64_t to) {
    if (to <= from) return;
    pm_series_point(b, series, from, HOW_DEPTH, 1);
    if (to != INT64_MAX) pm_series_point(b, series, to, HOW_DEPTH, -1);
}

static void waiting_pod(struct build *b, const struct pm_hit_pod *pod, int cause) {
    int64_t from = pod->first_ns, until = pm_time_add(from, pod->stuck_ns),
            to = pod->recovered || until < b->scene->ev->to ? until : INT64_MAX,
            turns = pm_time_add(from, BACKOFF_AFTER_NS);
    if (from == PM_NO_TIME) return;
    uint32_t key =
        pm_id_fmt(b->scene->env, "%.*s/%.*s", PM_FMT(pod->k8s_namespace), PM_FMT(pod->name));
    Word_t off = pm_map_get(b->backed_off, key);
    struct pm_str container = pm_name(
        b->scene->env,
        (uint32_t)pm_map_get(b->container_of, PM_PAIR(key, pm_id(b->scene->env, pod->image))));
    if (off && pm_trace_first(&PM_REF(b->scene->ev->traces, off)) > from &&
        pm_trace_first(&PM_REF(b->scene->ev->traces, off)) < from + PM_S(60))
        turns = pm_trace_first(&PM_REF(b->scene->ev->traces, off));
    const char *only = cause >= 0 ? pm_taxon_of(cause)->waiting : NULL;
    const char *const reasons[] = {only ? only : "ErrImagePull", only ? NULL : "ImagePullBackOff"};
    for (size_t i = 0; i < PM_LEN(reasons) && reasons[i]; i++) {
        uint32_t series = SERIES(b, "kube_pod_container_status_waiting_reason",
                                 L("container", container), L("namespace", pod->k8s_namespace),
                                 L("pod", pod->name), L("reason", pm_str_c(reasons[i])));
        if (only) waits(b, series, from, to);
        else if (i == 0) waits(b, series, from, to < turns ? to : turns);
        else waits(b, series, turns, to);
    }
    *PM_PUSH(b->waits.items, b->waits.n, b->waits.cap) = (struct wait){key, from, to};
}

static int by_pod(const void *a, const void *b) {
    const struct wait *x = a, *y = b;
    if (x->pod != y->pod) return x->pod < y->pod ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static void merge_waits(struct build *b) { // a pod in two incidents waits once
    size_t n = 0;
    if (b->waits.n > 1) qsort(b->waits.items, b->waits.n, sizeof *b->waits.items, by_pod);
    for (size_t i = 0; i < b->waits.n; i++) {
        struct wait *last = n ? &b->waits.items[n - 1] : NULL, w = b->waits.items[i];
        if (last && last->pod == w.pod && w.from <= last->to)
            last->to = w.to > last->to ? w.to : last->to;
        else b->waits.items[n++] = w;
    }
    b->waits.n = n;
}

struct edge {
    int64_t at;
    int by;
};
static int by_edge(const void *a, const void *b) {
    const struct edge *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->by > y->by) - (x->by < y->by); // who leaves goes first
}

// The report's own series over the window: the most that waited at one time in each
// bucket.
static void waiting_buckets(const struct build *b) {
    struct pm_report *r = b->report;
    struct edge *edges = pm_xmalloc((b->waits.n * 2 + 1) * sizeof *edges);
    uint64_t now = 0;
    for (size_t i = 0; i < b->waits.n; i++) {
        edges[i * 2] = (struct edge){b->waits.items[i].from, 1};
        edges[i * 2 + 1] = (struct edge){b->waits.items[i].to, -1};
    }
    if (b->waits.n) qsort(edges, b->waits.n * 2, sizeof *edges, by_edge);
    for (size_t i = 0, k = 0; i < r->series_n; i++) {
        int64_t end = i + 1 < r->series_n ? r->series[i + 1].t_ns : INT64_MAX;
        while (k < b->waits.n * 2 && edges[k].at <= r->series[i].t_ns) {
            now = edges[k].by > 0 ? now + 1 : now - 1;
            k++;
        }
        r->series[i].waiting = now;
        for (; k < b->waits.n * 2 && edges[k].at < end; k++) {
            now = edges[k].by > 0 ? now + 1 : now - 1;
            if (now > r->series[i].waiting) r->series[i].waiting = now;
        }
    }
    free(edges);
}

void pm_series_waiting(struct build *b) {
    struct pm_report *r = b->report;
    learn_containers(b);
    for (size_t i = 0; i < r->incidents_n; i++)
        for (size_t k = 0; k < r->incidents[i].blast.pods_n; k++)
            waiting_pod(b, &r->incidents[i].blast.pods[k], r->incidents[i].root_cause);
    merge_waits(b);
    waiting_buckets(b);
    for (size_t i = 0; i < b->waits.n; i++) {
        uint32_t all = pm_series_of(b, "pullmortem_waiting_pods", NULL, 0);
        b->drafts.items[all].counts = true;
        waits(b, all, b->waits.items[i].from, b->waits.items[i].to);
    }
}
