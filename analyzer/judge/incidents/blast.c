// Blast radius: the pods that were hit, with their time stuck; blast_workloads.c has what
// they belong to.
#include "base/sort.h"
#include "judge/incidents/blast.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

static struct pod_hit *pod_seen(struct blast *b, uint32_t key, uint32_t node, uint32_t image,
                                int64_t first, int64_t last) {
    Word_t *slot = pm_map_slot(&b->by_pod, key);
    if (!*slot) {
        struct pod_hit *p = PM_PUSH(b->pods, b->n, b->cap);
        *p = (struct pod_hit){.key = key,
                              .node = node,
                              .image = image,
                              .first = first,
                              .last = last,
                              .recovered = PM_NO_TIME};
        *slot = b->n;
        return p;
    }
    struct pod_hit *p = &b->pods[*slot - 1];
    if (!p->node) p->node = node;
    p->first = pm_min_time(p->first, first);
    p->last = pm_max_time(p->last, last);
    return p;
}

static uint32_t kubelet_log(const struct pm_evidence *ev, const struct pm_attempt *p) {
    for (size_t i = p->traces.n; i-- > 0;) {
        const struct pm_trace *t = &ev->traces.items[pm_few_at(&p->traces, i)];
        if (t->said->origin == PM_ORIGIN_KUBELET) return t->file + 1;
    }
    return 0;
}

static void pods_of_pulls(struct blast *b, const struct pm_hit *h) {
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &b->scene->pulls->items[h->pulls.items[i]];
        uint32_t log = p->pods.n ? kubelet_log(b->scene->ev, p) : 0;
        for (size_t k = 0; k < p->pods.n; k++) {
            struct pod_hit *pod =
                pod_seen(b, p->pods.items[k], p->node, p->names->image, pm_at(p), pm_at(p));
            pod->failed++;
            if (log) pod->log = log;
        }
    }
}

static bool may_speak_of(const struct pm_hit *h, const struct pm_trace *t) {
    return t->said->image && !h->dropped && pm_ids_has(&h->images, t->said->image) &&
           (!t->node || pm_ids_has(&h->nodes, t->node)) &&
           pm_trace_first(t) <= pm_time_add(h->to, PM_S(600)) &&
           pm_trace_last(t) >= pm_since(h->from, PM_S(5));
}

void pm_blast_prepare(const struct pm_scene *scene, struct pm_hits *hits) {
    pm_rollbacks_prepare(scene, hits);
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (!t->pod ||
            (t->said->kind != PM_KIND_PULL_FAIL && t->said->kind != PM_KIND_PULL_BACKOFF))
            continue;
        uint32_t known =
            t->pull ? pm_hit_of(scene->pulls, hits, &PM_REF(*scene->pulls, t->pull)) : 0;
        if (known) pm_ids_add(&PM_REF(*hits, known).said, (uint32_t)i);
        for (size_t k = 0; k < hits->n && !t->pull; k++)
            if (may_speak_of(&hits->items[k], t)) pm_ids_add(&hits->items[k].said, (uint32_t)i);
    }
}

static void pods_of_traces(struct blast *b, const struct pm_hit *h) {
    for (size_t i = 0; i < h->said.n; i++) {
        const struct pm_trace *t = &b->scene->ev->traces.items[h->said.items[i]];
        bool state = t->said->origin ==
                     PM_ORIGIN_POD; // a snapshot says when it was taken, not when the pod was hit
        uint32_t key = pm_id_join(b->scene->env, t->said->k8s_namespace, '/', t->pod);
        struct pod_hit *pod =
            pod_seen(b, key, t->node, t->said->image, state ? PM_NO_TIME : pm_trace_first(t),
                     state ? PM_NO_TIME : pm_trace_last(t));
        if (t->said->origin == PM_ORIGIN_KUBELET) pod->log = t->file + 1;
    }
}

// A pod is over it once its image arrived on its node, or when a later snapshot shows it
// running.
static int64_t pod_recovered(struct blast *b, const struct pod_hit *p) {
    const struct pm_pod_fact *fact = pm_facts_pod(b->scene->ev, p->key);
    const struct pm_attempt *q;
    for (size_t i = pm_ok_first(b->scene->pulls, p->image, p->last);
         p->last != PM_NO_TIME && (q = pm_ok_at(b->scene->pulls, p->image, i)); i++)
        if (q->exact_pod ? pm_ids_has(&q->pods, p->key) : q->node == p->node) return pm_at(q);
    if (fact && fact->running && fact->since != PM_NO_TIME &&
        (p->last == PM_NO_TIME || fact->since >= p->last))
        return fact->since;
    if (fact && fact->running && fact->seen != PM_NO_TIME &&
        (p->last == PM_NO_TIME || fact->seen >= p->last))
        return fact->seen;
    return PM_NO_TIME;
}

// Deleted, or taken back: a workload that is whole again, in a snapshot that is later
// than the pod's last sign, waits for none of its pods.
static int64_t pod_gone(const struct blast *b, const struct pod_hit *p,
                        const struct pm_pod_fact *fact) {
    if (!fact) return PM_NO_TIME;
    if (fact->gone != PM_NO_TIME && (p->last == PM_NO_TIME || fact->gone >= p->last))
        return fact->gone;
    if (fact->evicted) return p->last;
    const struct pm_workload_fact *w =
        fact->listed || !fact->workload_name
            ? NULL
            : pm_facts_workload(b->scene->env, b->scene->ev, fact->k8s_namespace,
                                pm_cstr(b->scene->env, fact->workload_kind), fact->workload_name);
    bool whole = w && w->desired >= 0 && w->ready >= w->desired && w->seen != PM_NO_TIME &&
                 p->last != PM_NO_TIME && w->seen > p->last;
    return whole ? p->last : PM_NO_TIME;
}

// ── a log that goes on and does not speak of the pod again ──
#define BACKOFF_FIRST_NS PM_S(10)
#define BACKOFF_CAP_NS PM_S(300)

// Is the kubelet's log there from `from` to `to`? That of the pod's node; where no node
// is known (a container's log that names none), the file that spoke of it.
static bool kubelet_listens(const struct blast *b, const struct pod_hit *p, int64_t from,
                            int64_t to) {
    const struct pm_facts *f = &b->scene->ev->facts;
    if (p->node && pm_facts_covers(b->scene->ev, PM_ORIGIN_KUBELET, p->node, from, 0) &&
        pm_facts_covers(b->scene->ev, PM_ORIGIN_KUBELET, p->node, to, 0))
        return true;
    const struct pm_file_row *row =
        p->log && p->log <= f->files.n ? &PM_REF(f->files, p->log).row : NULL;
    return row && row->from_ns != PM_NO_TIME && row->from_ns <= from && row->to_ns >= to;
}

// A kubelet waits ten seconds before it tries again, twice as long each time, five
// minutes at most, and says so when that fails: twice the wait and a minute of silence,
// and the pod is over it. How often it has failed is only known where the log is there
// for a whole wait before.
static bool pod_silent(const struct blast *b, const struct pod_hit *p) {
    if (p->first == PM_NO_TIME || p->last == PM_NO_TIME) return false;
    bool counted =
        p->failed && kubelet_listens(b, p, pm_since(p->first, BACKOFF_CAP_NS + PM_S(30)), p->first);
    int64_t wait = counted ? BACKOFF_FIRST_NS : BACKOFF_CAP_NS;
    for (uint32_t n = 1; n < p->failed && wait < BACKOFF_CAP_NS; n++) wait *= 2;
    if (wait > BACKOFF_CAP_NS) wait = BACKOFF_CAP_NS;
    if (pm_cause_has(b->h->cause, PM_TRAIT_STALLS))
        wait += PM_S(300); // what makes no progress is given up after five minutes
    return kubelet_listens(b, p, p->last, pm_time_add(p->last, 2 * wait + PM_S(60)));
}

static int by_pod_name(const void *a, const void *b) {
    const struct pm_hit_pod *x = a, *y = b;
    int c = pm_str_cmp(x->k8s_namespace, y->k8s_namespace);
    return c ? c : pm_str_cmp(x->name, y->name);
}
static int by_workload_name(const void *a, const void *b) {
    const struct pm_hit_workload *x = a, *y = b;
    int c = pm_str_cmp(x->k8s_namespace, y->k8s_namespace);
    if (!c) c = pm_str_cmp(x->kind, y->kind);
    return c ? c : pm_str_cmp(x->name, y->name);
}

static void workload_seen(struct blast *b, Pvoid_t *seen, const struct pm_pod_fact *fact) {
    struct pm_incident *inc = b->h->incident;
    if (!fact->workload_name) return;
    Word_t *slot = pm_map_slot(seen, pm_id_fmt(b->scene->env, "w/%u/%u/%u", fact->k8s_namespace,
                                               fact->workload_kind, fact->workload_name));
    if (*slot) {
        inc->blast.workloads[*slot - 1].pods++;
        return;
    }
    struct pm_hit_workload *w =
        PM_PUSH(inc->blast.workloads, inc->blast.workloads_n, inc->blast.workloads_cap);
    *w = (struct pm_hit_workload){pm_name(b->scene->env, fact->workload_kind),
                                  pm_name(b->scene->env, fact->k8s_namespace),
                                  pm_name(b->scene->env, fact->workload_name), 1, fact->guessed};
    *slot = inc->blast.workloads_n;
}

static void pods_out(struct blast *b) {
    struct pm_incident *inc = b->h->incident;
    Pvoid_t seen = NULL;
    Word_t freed;
    for (size_t i = 0; i < b->n; i++) {
        struct pod_hit *p = &b->pods[i];
        const struct pm_pod_fact *fact = pm_facts_pod(b->scene->ev, p->key);
        struct pm_hit_pod *out = PM_PUSH(inc->blast.pods, inc->blast.pods_n, inc->blast.pods_cap);
        if (p->first == PM_NO_TIME)
            p->first = fact && fact->created != PM_NO_TIME && fact->created > b->h->from
                           ? fact->created
                           : b->h->from;
        if (p->last == PM_NO_TIME) p->last = b->h->to;
        p->recovered = pod_recovered(b, p);
        int64_t gone = p->recovered == PM_NO_TIME ? pod_gone(b, p, fact) : PM_NO_TIME;
        int64_t until;
        if (p->recovered != PM_NO_TIME) until = p->recovered;
        else if (gone != PM_NO_TIME) until = gone;
        else until = b->scene->ev->to;
        *out = (struct pm_hit_pod){.node = pm_name(b->scene->env, p->node),
                                   .image = pm_name(b->scene->env, p->image),
                                   .first_ns = p->first,
                                   .last_ns = p->last,
                                   .recovered = p->recovered != PM_NO_TIME,
                                   .gone = gone != PM_NO_TIME,
                                   .silent = pod_silent(b, p),
                                   .stuck_ns = until != PM_NO_TIME && p->first != PM_NO_TIME &&
                                                       until > p->first
                                                   ? until - p->first
                                                   : 0};
        struct pm_str key = pm_name(b->scene->env, p->key);
        ptrdiff_t slash = pm_str_chr(key, '/', 0);
        out->k8s_namespace = pm_str_sub(key, 0, slash < 0 ? 0 : (size_t)slash);
        out->name = pm_str_from(key, (size_t)(slash + 1));
        if (!fact) continue;
        if (fact->workload_name)
            out->workload = pm_arena_fmt(b->scene->env->a, "%.*s/%.*s",
                                         PM_FMT(pm_name(b->scene->env, fact->workload_kind)),
                                         PM_FMT(pm_name(b->scene->env, fact->workload_name)));
        out->guessed = fact->guessed;
        workload_seen(b, &seen, fact);
    }
    JLFA(freed, seen);
    (void)freed;
    if (inc->blast.pods_n > 1)
        qsort(inc->blast.pods, inc->blast.pods_n, sizeof *inc->blast.pods, by_pod_name);
    if (inc->blast.workloads_n > 1)
        qsort(inc->blast.workloads, inc->blast.workloads_n, sizeof *inc->blast.workloads,
              by_workload_name);
}

static uint64_t peak(const struct blast *b) { // most pods waiting at one time
    int64_t *from = pm_xmalloc((b->n + 1) * sizeof *from),
            *to = pm_xmalloc((b->n + 1) * sizeof *to);
    uint64_t now = 0, most = 0;
    for (size_t i = 0; i < b->n; i++) {
        from[i] = b->pods[i].first;
        to[i] = b->pods[i].recovered != PM_NO_TIME ? b->pods[i].recovered : INT64_MAX;
    }
    if (b->n > 1) {
        qsort(from, b->n, sizeof *from, pm_by_int64);
        qsort(to, b->n, sizeof *to, pm_by_int64);
    }
    for (size_t i = 0, k = 0; i < b->n; i++) {
        while (k < b->n && to[k] <= from[i]) {
            k++;
            now--;
        }
        if (++now > most) most = now;
    }
    free(from);
    free(to);
    return most;
}

// Growable lists live on the heap: into the report's arena.
static void keep_in_report(const struct pm_env *env, struct pm_incident *inc) {
#define KEEP(list, n)                                                                              \
    do {                                                                                           \
        void *copy = pm_arena_alloc(env->a, sizeof *inc->blast.list * (inc->blast.n + 1));         \
        if (inc->blast.n) memcpy(copy, inc->blast.list, sizeof *inc->blast.list * inc->blast.n);   \
        free(inc->blast.list);                                                                     \
        inc->blast.list = copy;                                                                    \
    } while (0)
    KEEP(pods, pods_n);
    KEEP(workloads, workloads_n);
    KEEP(stuck_rollouts, stuck_rollouts_n);
    KEEP(blocked_autoscalers, blocked_autoscalers_n);
    KEEP(rollbacks, rollbacks_n);
#undef KEEP
}

static bool leads_to(const struct pm_hits *hits, const struct pm_hit *root,
                     const struct pm_hit *h) {
    if (h->dropped) return false;
    for (size_t steps = 0; h->explained_by && steps < hits->n; steps++) {
        h = &PM_REF(*hits, h->explained_by);
        if (h == root) return true;
    }
    return false;
}

static bool leads(const struct pm_hits *hits, const struct pm_hit *h) {
    for (size_t i = 0; i < hits->n; i++)
        if (leads_to(hits, h, &hits->items[i])) return true;
    return false;
}

static void add_all(struct pm_ids *to, const struct pm_ids *from) {
    for (size_t i = 0; i < from->n; i++) pm_ids_add_new(to, from->items[i]);
}

// A root's own trouble may have spared what those it led to hit. (Equal names are equal
// numbers.)
static void unspare(const struct pm_env *env, struct pm_strs *spared, const struct pm_ids *hit) {
    size_t kept = 0;
    for (size_t i = 0; i < spared->n; i++)
        if (!pm_ids_has(hit, pm_intern_find(env->names, spared->items[i])))
            spared->items[kept++] = spared->items[i];
    spared->n = kept;
}

void pm_blast_fill(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h) {
    struct blast b = {.scene = scene, .h = h};
    struct pm_incident *inc = h->incident;
    Word_t freed;
    pods_of_pulls(&b, h);
    pods_of_traces(&b, h);
    struct pm_ids nodes = {0}, images = {0}, registries = {0}, namespaces = {0};
    bool leading = leads(hits, h), own = !h->side || h->failed || !leading;
    // a root hit whom it led to as well; trouble without a pull of its own hit only those
    for (size_t i = 0; i < hits->n; i++) {
        const struct pm_hit *led = &hits->items[i];
        if (led != h && !leads_to(hits, h, led)) continue;
        if (led != h) {
            pods_of_pulls(&b, led);
            pods_of_traces(&b, led);
        }
        if (led == h && !own) continue;
        add_all(&nodes, &led->nodes);
        add_all(&images, &led->images);
        add_all(&registries, &led->registries);
        add_all(&namespaces, &led->namespaces);
    }
    unspare(scene->env, &inc->blast.spared_nodes, &nodes);
    unspare(scene->env, &inc->blast.spared_registries, &registries);
    unspare(scene->env, &inc->blast.spared_images, &images);
    pods_out(&b);
    if (h->refused) pm_admission_workloads(scene, h);
    for (size_t i = 0; i < b.n; i++) {
        const struct pm_pod_fact *fact = pm_facts_pod(scene->ev, b.pods[i].key);
        if (fact && fact->k8s_namespace) pm_ids_add_new(&namespaces, fact->k8s_namespace);
        if (fact && fact->k8s_namespace && !leading)
            pm_ids_add_new(&h->namespaces, fact->k8s_namespace);
        pm_ids_add(&h->pods, b.pods[i].key);
    }
    inc->blast.peak_waiting_pods = peak(&b);
    pm_blast_rollouts(&b);
    pm_blast_autoscalers(&b);
    pm_rollbacks_find(scene, hits, h);
    pm_blast_services(&b);
    keep_in_report(scene->env, inc);
    pm_strs_of_ids(scene->env, &inc->blast.nodes, &nodes);
    pm_strs_of_ids(scene->env, &inc->blast.images, &images);
    pm_strs_of_ids(scene->env, &inc->blast.registries, &registries);
    pm_strs_of_ids(scene->env, &inc->blast.namespaces, &namespaces);
    pm_ids_free(&nodes);
    pm_ids_free(&images);
    pm_ids_free(&registries);
    pm_ids_free(&namespaces);
    pm_strs_of_ids(scene->env, &inc->registries, &h->registries);
    JLFA(freed, b.by_pod);
    (void)freed;
    free(b.pods);
}
