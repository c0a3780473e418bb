// Blast radius: pods with their time stuck, workloads, services, rollouts and autoscalers
// that waited.
#include "base/sort.h"
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

struct pod_hit {
    uint32_t key, node, image;
    uint32_t failed, log; // pulls; file + 1 of the kubelet's log that speaks of it, 0 none
    int64_t first, last, recovered;
};
struct blast {
    const struct pm_scene *scene;
    struct pm_hit *h;
    Pvoid_t by_pod; // pod key → index + 1
    struct pod_hit *pods;
    size_t n, cap;
};

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
        const struct pm_trace *t = &ev->traces.items[p->traces.items[i]];
        if (t->origin == PM_ORIGIN_KUBELET) return t->file + 1;
    }
    return 0;
}

static void pods_of_pulls(struct blast *b, const struct pm_hit *h) {
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &b->scene->pulls->items[h->pulls.items[i]];
        uint32_t log = p->pods.n ? kubelet_log(b->scene->ev, p) : 0;
        for (size_t k = 0; k < p->pods.n; k++) {
            struct pod_hit *pod =
                pod_seen(b, p->pods.items[k], p->node, p->image, pm_at(p), pm_at(p));
            pod->failed++;
            if (log) pod->log = log;
        }
    }
}

static bool may_speak_of(const struct pm_hit *h, const struct pm_trace *t) {
    return t->image && !h->dropped && pm_ids_has(&h->images, t->image) &&
           (!t->node || pm_ids_has(&h->nodes, t->node)) &&
           t->first <= pm_time_add(h->to, PM_S(600)) && t->last >= pm_since(h->from, PM_S(5));
}

void pm_blast_prepare(const struct pm_scene *scene, struct pm_hits *hits) {
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (!t->pod || (t->kind != PM_KIND_PULL_FAIL && t->kind != PM_KIND_PULL_BACKOFF)) continue;
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
        bool state = t->origin ==
                     PM_ORIGIN_POD; // a snapshot says when it was taken, not when the pod was hit
        uint32_t key = pm_id_join(b->scene->env, t->k8s_namespace, '/', t->pod);
        struct pod_hit *pod = pod_seen(b, key, t->node, t->image, state ? PM_NO_TIME : t->first,
                                       state ? PM_NO_TIME : t->last);
        if (t->origin == PM_ORIGIN_KUBELET) pod->log = t->file + 1;
    }
}

// A pod is over it once its image arrived on its node, or when a later snapshot shows it
// running.
static int64_t pod_recovered(struct blast *b, const struct pod_hit *p) {
    const struct pm_pod_fact *fact = pm_facts_pod(b->scene->ev, p->key);
    const struct pm_order *ok = &b->scene->pulls->ok_by_image;
    for (size_t i = pm_order_first(ok, p->image, p->last);
         p->last != PM_NO_TIME && i < ok->n && ok->items[i].group == p->image; i++) {
        const struct pm_attempt *q = &b->scene->pulls->items[ok->items[i].index];
        if (q->exact_pod ? pm_ids_has(&q->pods, p->key) : q->node == p->node) return pm_at(q);
    }
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

static bool workload_hit(const struct blast *b, uint32_t k8s_namespace, uint32_t kind,
                         uint32_t name) {
    const struct pm_incident *inc = b->h->incident;
    for (size_t i = 0; i < inc->blast.workloads_n; i++) {
        const struct pm_hit_workload *w = &inc->blast.workloads[i];
        if (pm_str_eq(w->k8s_namespace, pm_name(b->scene->env, k8s_namespace)) &&
            pm_str_eq(w->name, pm_name(b->scene->env, name)) &&
            pm_str_eq(w->kind, pm_name(b->scene->env, kind)))
            return true;
    }
    return false;
}

// The snapshot taken during the trouble that shows the workload most behind; -1: none
// does.
static int behind_during(const struct blast *b, const struct pm_workload_fact *w) {
    int worst = -1;
    int64_t until = pm_max_time(b->h->to, b->h->recovered);
    for (int i = 0; i < w->behind_n; i++) {
        if (!pm_time_in(w->behind[i].seen, pm_since(b->h->from, PM_S(60)),
                        pm_time_add(until, PM_S(600))))
            continue;
        bool condition = worst >= 0 && (w->behind[worst].why != 0) != (w->behind[i].why != 0);
        if (worst < 0 ||
            (condition ? w->behind[i].why != 0 : w->behind[i].ready < w->behind[worst].ready))
            worst = i;
    }
    return worst;
}

static bool behind_now(const struct pm_workload_fact *w) {
    return w->stuck || (w->desired >= 0 && w->ready >= 0 && w->ready < w->desired) ||
           w->unavailable > 0;
}

static void rollouts(struct blast *b) {
    struct pm_incident *inc = b->h->incident;
    for (size_t i = 0; i < b->scene->ev->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &b->scene->ev->facts.workloads.items[i];
        struct pm_str kind = pm_name(b->scene->env, w->kind);
        bool rolls = pm_str_eqc(kind, "Deployment") || pm_str_eqc(kind, "StatefulSet") ||
                     pm_str_eqc(kind, "DaemonSet");
        if (!rolls || !workload_hit(b, w->k8s_namespace, w->kind, w->name)) continue;
        int then = behind_now(w) ? -1 : behind_during(b, w);
        if (!behind_now(w) && then < 0) continue;
        struct pm_rollout r = {kind, pm_name(b->scene->env, w->k8s_namespace),
                               pm_name(b->scene->env, w->name),
                               .at_ns = w->stuck_at != PM_NO_TIME ? w->stuck_at : w->seen};
        r.why = pm_name(b->scene->env, then < 0 ? w->why : w->behind[then].why);
        r.desired = then < 0 ? w->desired : w->behind[then].desired;
        r.ready = then < 0 ? w->ready : w->behind[then].ready;
        if (then >= 0)
            r.at_ns = w->behind[then].at != PM_NO_TIME ? w->behind[then].at : w->behind[then].seen;
        if (!r.why.n)
            r.why = pm_arena_fmt(b->scene->env->a, "%lld of %lld ready",
                                 (long long)(r.ready < 0 ? 0 : r.ready), (long long)r.desired);
        *PM_PUSH(inc->blast.stuck_rollouts, inc->blast.stuck_rollouts_n,
                 inc->blast.stuck_rollouts_cap) = r;
    }
}

static void autoscalers(struct blast *b) {
    struct pm_incident *inc = b->h->incident;
    for (size_t i = 0; i < b->scene->ev->facts.hpas.n; i++) {
        const struct pm_hpa_fact *h = &b->scene->ev->facts.hpas.items[i];
        if (!workload_hit(b, h->k8s_namespace, h->target_kind, h->target_name) || h->desired <= 0)
            continue;
        const struct pm_workload_fact *w =
            pm_facts_workload(b->scene->env, b->scene->ev, h->k8s_namespace,
                              pm_cstr(b->scene->env, h->target_kind), h->target_name);
        int64_t ready = w && w->ready >= 0 ? w->ready : h->current;
        int then = w ? behind_during(b, w) : -1;
        if (then >= 0 && w->behind[then].ready >= 0 && w->behind[then].ready < ready)
            ready = w->behind[then].ready;
        if (ready >= h->desired) continue;
        struct pm_autoscaler *a =
            PM_PUSH(inc->blast.blocked_autoscalers, inc->blast.blocked_autoscalers_n,
                    inc->blast.blocked_autoscalers_cap);
        *a = (struct pm_autoscaler){pm_name(b->scene->env, h->k8s_namespace),
                                    pm_name(b->scene->env, h->name),
                                    pm_arena_fmt(b->scene->env->a, "%.*s/%.*s",
                                                 PM_FMT(pm_name(b->scene->env, h->target_kind)),
                                                 PM_FMT(pm_name(b->scene->env, h->target_name))),
                                    ready,
                                    h->desired,
                                    h->max};
    }
}

static void services(struct blast *b) {
    struct pm_strs out = {0};
    for (size_t i = 0; i < b->scene->ev->facts.services.n; i++) {
        const struct pm_service_fact *v = &b->scene->ev->facts.services.items[i];
        bool hit = false;
        for (size_t k = 0; k < b->n && !hit; k++) {
            const struct pm_pod_fact *fact = pm_facts_pod(b->scene->ev, b->pods[k].key);
            hit =
                fact && fact->k8s_namespace == v->k8s_namespace &&
                (pm_selector_fits(&v->selector, &fact->labels) || pm_ids_has(&v->pods, fact->name));
        }
        if (hit)
            pm_strs_add(&out, pm_arena_fmt(b->scene->env->a, "%.*s/%.*s",
                                           PM_FMT(pm_name(b->scene->env, v->k8s_namespace)),
                                           PM_FMT(pm_name(b->scene->env, v->name))));
    }
    pm_strs_seal(b->scene->env->a, &out, PM_SEAL_SORTED);
    b->h->incident->blast.services = out;
}

static void keep_in_report(
    const struct pm_env *env,
    struct pm_incident *inc) { // growable lists live on the heap: into the report's arena
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

// A root's own trouble may have spared what those it led to hit.
static void unspare(const struct pm_env *env, struct pm_strs *spared, const struct pm_ids *hit) {
    size_t kept = 0;
    for (size_t i = 0; i < spared->n; i++) {
        bool was_hit = false;
        for (size_t k = 0; k < hit->n && !was_hit; k++)
            was_hit = pm_str_eq(spared->items[i], pm_name(env, hit->items[k]));
        if (!was_hit) spared->items[kept++] = spared->items[i];
    }
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
    for (
        size_t i = 0; i < hits->n;
        i++) { // a root hit whom it led to as well; trouble without a pull of its own hit only those
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
    rollouts(&b);
    autoscalers(&b);
    pm_rollbacks_find(scene, h);
    services(&b);
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
