// Quantity behind a chain: a link is told only where at least a third of the effect is
// shown to come from the cause.
//
// Time order makes no chain, and neither does a shared node: any two troubles of a bad
// day come one after the other. So each link counts. Of the good pulls that used up a
// quota, how many were of images that GC had removed, how many went upstream because
// their mirror had failed within the very attempt, how many were of the repositories
// whose token had expired? Of the failures of the effect, how many stood where the cause
// was still at work? Where the good pulls are not in the logs (Docker writes none, events
// expire) the refused ones speak, each image of a node once: retries are not more
// evidence.
#include "judge/incidents/chain.h"

struct deed { // one thing that the effect is made of
    const struct pm_attempt *pull;
    uint32_t node, image, registry, repository;
    int64_t at;
};
// When the cause was seen on a node.
struct span {
    int64_t first, last;
};
struct asked {
    const struct pm_chain *c;
    const struct pm_link_rule *rule;
    const struct pm_hit *from, *to;
    // What each deed asks of the cause, looked up: else causes and deeds would be paired.
    Pvoid_t span_of; // node → index + 1 into spans
    PM_LIST(struct span) spans;
    Pvoid_t failed_first; // node and image → index + 1 of the first pull that the cause failed
};                        // both for those counts alone that ask for them

// The group of what is ordered by two names; 0 where nothing was put under them.
static uint32_t on_node(const struct pm_chain *c, uint32_t node, uint32_t image) {
    return (uint32_t)pm_map_get(c->image_on, PM_PAIR(node, image));
}
static uint32_t from_registry(const struct pm_chain *c, uint32_t node, uint32_t registry) {
    return (uint32_t)pm_map_get(c->registry_of, PM_PAIR(node, registry));
}
static uint32_t group_made(Pvoid_t *groups, uint32_t a, uint32_t b, uint32_t *latest) {
    Word_t *slot = pm_map_slot(groups, PM_PAIR(a, b));
    if (!*slot) *slot = ++*latest;
    return (uint32_t)*slot;
}

// ── what there is to see ──
static uint32_t workload_of(const struct pm_scene *scene, uint32_t pod) {
    const struct pm_pod_fact *fact = pod ? pm_facts_pod(scene->ev, pod) : NULL;
    return fact && fact->workload_name
               ? pm_id_fmt(scene->env, "workload/%u/%u", fact->k8s_namespace, fact->workload_name)
               : 0;
}

static void gather_trace(struct pm_chain *c, uint32_t index, uint32_t *latest) {
    const struct pm_trace *t = &c->scene->ev->traces.items[index];
    if (t->ts == PM_NO_TIME) return;
    if (t->said->kind == PM_KIND_GC_OK && t->said->image)
        pm_order_add(&c->removed, group_made(&c->image_on, t->node, t->said->image, latest), t->ts,
                     index);
    else if (t->said->kind == PM_KIND_GC_OK) pm_order_add(&c->swept, t->node, t->ts, index);
    else if (t->said->role == PM_ROLE_CACHED && t->said->image)
        pm_order_add(&c->present, group_made(&c->image_on, t->node, t->said->image, latest), t->ts,
                     index);
    else if (t->said->kind == PM_KIND_RUNTIME_DOWN || t->said->kind == PM_KIND_RUNTIME_STOP ||
             t->said->kind == PM_KIND_RUNTIME_START)
        pm_order_add(&c->restarts, t->node, t->ts, index);
    else if (t->pod && pm_str_eqc(pm_name(c->scene->env, t->said->reason), "Evicted")) {
        uint32_t workload =
            workload_of(c->scene, pm_id_join(c->scene->env, t->said->k8s_namespace, '/', t->pod));
        if (workload) pm_order_add(&c->evicted, workload, t->ts, index);
    }
}

void pm_chain_open(const struct pm_scene *scene, struct pm_hits *hits, struct pm_chain *c) {
    *c = (struct pm_chain){.scene = scene, .hits = hits, .effect = pm_effect_new()};
}
// Once, and only where a link that could be told looks at it.
static void gather(struct pm_chain *c) {
    const struct pm_scene *scene = c->scene;
    if (c->gathered) return;
    c->gathered = true;
    uint32_t images = 0, registries = 0; // groups made so far
    for (size_t i = 0; i < scene->ev->traces.n; i++) gather_trace(c, (uint32_t)i, &images);
    for (size_t i = 0; i < scene->pulls->n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || pm_at(p) == PM_NO_TIME) continue;
        uint32_t image = group_made(&c->image_on, p->node, p->names->image, &images);
        pm_order_add(&c->pulled, image, pm_at(p), (uint32_t)i);
        pm_order_add(&c->present, image, pm_at(p), (uint32_t)i);
        pm_order_add(&c->served,
                     group_made(&c->registry_of, p->node, p->names->registry, &registries),
                     pm_at(p), (uint32_t)i);
    }
    struct pm_order *all[] = {&c->removed, &c->swept,    &c->present, &c->pulled,
                              &c->served,  &c->restarts, &c->evicted};
    for (size_t i = 0; i < PM_LEN(all); i++) pm_order_sort(all[i]);
}

void pm_chain_free(struct pm_chain *c) {
    struct pm_order *all[] = {&c->removed, &c->swept,    &c->present, &c->pulled,
                              &c->served,  &c->restarts, &c->evicted};
    Word_t freed;
    for (size_t i = 0; i < PM_LEN(all); i++) free(all[i]->items);
    JLFA(freed, c->image_on);
    JLFA(freed, c->registry_of);
    (void)freed;
    pm_effect_free(c->effect);
}

static int64_t newest(const struct pm_order *o, uint32_t group,
                      int64_t before) { // PM_NO_TIME: none
    size_t i = pm_order_first(o, group, before);
    return i > 0 && o->items[i - 1].group == group ? o->items[i - 1].at : PM_NO_TIME;
}
static bool any_in(const struct pm_order *o, uint32_t group, int64_t from, int64_t to) {
    size_t i = pm_order_first(o, group, from);
    return i < o->n && o->items[i].group == group && o->items[i].at <= to;
}

// ── what is shown, deed by deed ──
// GC took the image from the node after the cause began, and this is the first pull
// since. GC that names no image took what had been there before and had to be pulled
// again.
static bool is_removed(const struct asked *a, const struct deed *d) {
    const struct pm_chain *c = a->c;
    uint32_t key = on_node(c, d->node, d->image);
    int64_t gone = newest(&c->removed, key, d->at), since = pm_since(a->from->from, PM_S(60));
    if (gone == PM_NO_TIME && !any_in(&c->removed, key, INT64_MIN, INT64_MAX)) {
        gone = newest(&c->swept, d->node, d->at);
        if (gone != PM_NO_TIME && newest(&c->present, key, gone) == PM_NO_TIME) return false;
    }
    return gone != PM_NO_TIME && gone >= since && !any_in(&c->pulled, key, gone, d->at - 1);
}

static bool is_evicted(const struct asked *a, const struct deed *d) {
    for (size_t i = 0; d->pull && i < d->pull->pods.n; i++) {
        uint32_t workload = workload_of(a->c->scene, d->pull->pods.items[i]);
        int64_t at = workload ? newest(&a->c->evicted, workload, d->at) : PM_NO_TIME;
        if (at != PM_NO_TIME && at >= pm_since(a->from->from, PM_S(60)) &&
            pm_time_between(at, d->at) <= PM_HOUR_NS)
            return true;
    }
    return false;
}

static bool host_of_cause(const struct asked *a, uint32_t host) {
    for (size_t i = 0; host && i < a->from->traces.n; i++)
        if (a->c->scene->ev->traces.items[a->from->traces.items[i]].said->host == host) return true;
    return false;
}

// The mirror failed first within this very attempt.
static bool fell_back(const struct asked *a, const struct deed *d) {
    if (!d->pull) return false;
    if (pm_mirror_cause(d->pull) && (int)pm_mirror_cause(d->pull) - 1 == a->from->cause)
        return true;
    for (size_t i = 0; i < d->pull->traces.n; i++) {
        const struct pm_trace *t = &a->c->scene->ev->traces.items[pm_few_at(&d->pull->traces, i)];
        if (t->said->kind != PM_KIND_MIRROR_TRY || !pm_is_mirror(a->c->scene->env, t)) continue;
        if (t->said->verdict->cause == a->from->cause ||
            (t->said->verdict->cause < 0 && host_of_cause(a, t->said->host)))
            return true;
    }
    return false;
}

static bool is_of_the_expired(const struct asked *a, const struct deed *d) {
    return pm_ids_has(&a->from->repositories, d->repository) &&
           pm_ids_has(&a->from->registries, d->registry) &&
           (!a->from->nodes.n || pm_ids_has(&a->from->nodes, d->node)) &&
           pm_time_in(d->at, pm_since(a->from->from, PM_S(5)),
                      pm_time_add(a->from->to, PM_S(1800)));
}

// The cause had failed this image on this node before.
static bool is_retry(const struct asked *a, const struct deed *d) {
    Word_t first = pm_map_get(a->failed_first, PM_PAIR(d->node, d->image));
    return first && pm_at(&PM_REF(*a->c->scene->pulls, first)) <= d->at;
}

static bool helper_sign(const struct asked *a, const struct deed *d, uint32_t node,
                        uint32_t registry, int64_t at) {
    if (node != d->node ||
        !pm_time_in(at, pm_since(d->at, PM_HOUR_NS), pm_time_add(d->at, PM_S(5))))
        return false;
    if (!registry) return pm_time_between(at, d->at) <= PM_S(60);
    return registry == d->registry &&
           !any_in(&a->c->served, from_registry(a->c, node, registry), at, d->at);
}

// The helper of that registry had failed on that node, and nothing of that registry
// pulled since.
static bool helper_failed(const struct asked *a, const struct deed *d) {
    for (size_t i = 0; i < a->from->traces.n; i++) {
        const struct pm_trace *t = &a->c->scene->ev->traces.items[a->from->traces.items[i]];
        if (helper_sign(a, d, t->node, t->said->registry, pm_trace_last(t))) return true;
    }
    for (size_t i = 0; i < a->from->pulls.n; i++) {
        const struct pm_attempt *p = &a->c->scene->pulls->items[a->from->pulls.items[i]];
        if (helper_sign(a, d, p->node, p->names->registry, pm_at(p))) return true;
    }
    return false;
}

static bool is_cut(const struct asked *a, const struct deed *d) {
    return any_in(&a->c->restarts, d->node, pm_since(d->at, PM_S(130)),
                  pm_time_add(d->at, PM_S(10)));
}

// The cause was at work on that node at the time.
static bool is_meanwhile(const struct asked *a, const struct deed *d) {
    Word_t at = pm_map_get(a->span_of, d->node);
    const struct span *seen = at ? &PM_REF(a->spans, at) : NULL;
    return seen && seen->first != PM_NO_TIME &&
           seen->first <= pm_time_add(d->at, a->rule->back_ns) &&
           seen->last >= pm_since(d->at, PM_S(600));
}

static void span_widen(struct asked *a, uint32_t node, int64_t first, int64_t last) {
    Word_t *slot = pm_map_slot(&a->span_of, node);
    if (!*slot) {
        *PM_PUSH(a->spans.items, a->spans.n, a->spans.cap) = (struct span){PM_NO_TIME, PM_NO_TIME};
        *slot = a->spans.n;
    }
    struct span *seen = &PM_REF(a->spans, *slot);
    seen->first = pm_min_time(seen->first, first);
    seen->last = pm_max_time(seen->last, last);
}
static void asked_prepare(struct asked *a) {
    for (size_t i = 0; i < a->from->traces.n; i++) {
        const struct pm_trace *t = &a->c->scene->ev->traces.items[a->from->traces.items[i]];
        span_widen(a, t->node, pm_trace_first(t), pm_trace_last(t));
    }
    for (size_t i = 0; i < a->from->pulls.n; i++) { // in order of time
        uint32_t index = a->from->pulls.items[i];
        const struct pm_attempt *p = &a->c->scene->pulls->items[index];
        Word_t *first = pm_map_slot(&a->failed_first, PM_PAIR(p->node, p->names->image));
        if (!*first) *first = pm_ref_of(index);
        span_widen(a, p->node, pm_at(p), pm_at(p));
    }
}
static void asked_free(struct asked *a) {
    Word_t freed;
    JLFA(freed, a->span_of);
    JLFA(freed, a->failed_first);
    (void)freed;
    free(a->spans.items);
}

// ── over what it is counted ──
enum over { OVER_SPENT, OVER_FAILED, OVER_IMAGES };
static const struct count {
    const char *name;
    enum over over;
    bool (*shown)(const struct asked *, const struct deed *);
    bool looks; // at what is gathered
} counts[] = {
    {"removed", OVER_SPENT, is_removed, .looks = true},
    {"evicted", OVER_SPENT, is_evicted, .looks = true},
    {"mirror", OVER_SPENT, fell_back, .looks = false},
    {"expired", OVER_SPENT, is_of_the_expired, .looks = false},
    {"gone", OVER_IMAGES, is_removed, .looks = true},
    {"retries", OVER_IMAGES, is_retry, .looks = false},
    {"helper", OVER_FAILED, helper_failed, .looks = true},
    {"restart", OVER_FAILED, is_cut, .looks = true},
    {"meanwhile", OVER_FAILED, is_meanwhile, .looks = false},
};

static const struct count *count_of(const char *observed) {
    for (size_t i = 0; observed && i < PM_LEN(counts); i++)
        if (strcmp(counts[i].name, observed) == 0) return &counts[i];
    return NULL;
}
bool pm_share_known(const char *observed) { return count_of(observed) != NULL; }
const char *pm_share_counted(const char *observed) {
    const struct count *k = count_of(observed);
    if (!k || k->over == OVER_FAILED)
        return "{n} of {of} failures of it are shown to come from the other";
    return k->over == OVER_IMAGES
               ? "{n} of the {of} images that failed are shown to come from the other"
               : "{n} of the {of} pulls that used up the quota from then on are shown to come from the other";
}

static struct deed deed_of(const struct pm_attempt *p) {
    return (struct deed){
        p, p->node, p->names->image, p->names->registry, p->names->repository, pm_at(p)};
}

static void share_add(const struct asked *a, const struct count *k, const struct deed *d,
                      struct pm_share *out) {
    out->of++;
    out->n += k->shown(a, d);
}

// Each image of a node once: a retry is no more evidence than the first try.
static void over_images(const struct asked *a, const struct count *k, struct pm_share *out) {
    Pvoid_t seen = NULL;
    Word_t freed;
    for (size_t i = 0; i < a->to->pulls.n; i++) {
        const struct pm_attempt *p = &a->c->scene->pulls->items[a->to->pulls.items[i]];
        Word_t *slot = pm_map_slot(&seen, PM_PAIR(p->node, p->names->image));
        struct deed d = deed_of(p);
        if (*slot == 2) continue;
        if (!*slot) out->of++;
        bool shown = k->shown(a, &d);
        out->n += shown;
        *slot = shown ? 2 : 1;
    }
    JLFA(freed, seen);
    (void)freed;
}

static void over_failed(const struct asked *a, const struct count *k, struct pm_share *out) {
    for (size_t i = 0; i < a->to->pulls.n; i++) {
        struct deed d = deed_of(&a->c->scene->pulls->items[a->to->pulls.items[i]]);
        share_add(a, k, &d, out);
    }
    for (size_t i = 0; !a->to->pulls.n && i < a->to->traces.n; i++) {
        const struct pm_trace *t = &a->c->scene->ev->traces.items[a->to->traces.items[i]];
        struct deed d = {NULL,
                         t->node,
                         t->said->image,
                         t->said->registry,
                         t->said->repository,
                         pm_trace_first(t)};
        share_add(a, k, &d, out);
    }
}

// The first that is not before `since`; where they are not in order the first of all.
static size_t spent_first(const struct pm_pulls *pulls, const uint32_t *items, size_t n,
                          bool in_order, int64_t since) {
    size_t lo = 0, hi = in_order ? n : 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (pm_at(&pulls->items[items[mid]]) < since) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}
// What was pulled before the cause began is no effect of it, but it left less room: where
// the cause made less than a tenth of the window, it is none.
static void over_spent(const struct asked *a, const struct count *k, struct pm_share *out) {
    const struct pm_effect *e = pm_effect_of(a->c, a->to);
    const struct pm_pulls *pulls = a->c->scene->pulls;
    int64_t since = pm_since(a->from->from, PM_S(60));
    bool mirrors = k->shown == fell_back && e->in_order; // others are counted, not looked at
    const uint32_t *items = mirrors ? e->mirrored.items : e->spent.items;
    size_t n = mirrors ? e->mirrored.n : e->spent.n;
    for (size_t i = spent_first(pulls, items, n, e->in_order, since); i < n; i++) {
        struct deed d = deed_of(&pulls->items[items[i]]);
        if (d.at >= since) share_add(a, k, &d, out);
    }
    if (mirrors) out->of = e->spent.n - spent_first(pulls, e->spent.items, e->spent.n, true, since);
    if (out->of < PM_QUOTA_FEW) over_images(a, k, out);
    if (out->n * 10 < e->spent.n) out->n = 0;
}

// A storm needs its size, too: the cause failed a third of what this registry was asked
// for in the hour before.
static bool stormy(const struct asked *a) {
    const struct pm_effect *e = pm_effect_of(a->c, a->to);
    uint64_t n = pm_map_get(e->failed, pm_ref_of((size_t)(a->from - a->c->hits->items)));
    return n > 0 && n * 3 >= e->asked;
}

bool pm_share_count(struct pm_chain *c, const struct pm_link_rule *r, const struct pm_hit *from,
                    const struct pm_hit *to, struct pm_share *out) {
    struct asked a = {.c = c, .rule = r, .from = from, .to = to};
    const struct count *k = count_of(r->observed);
    *out = (struct pm_share){0, 0};
    if (!k) return false;
    if (r->lasts_ns && pm_max_time(from->to, from->from) < pm_since(to->from, r->lasts_ns))
        return false; // over long before
    if (k->shown == is_retry && !stormy(&a)) return false;
    if (k->looks) gather(c);
    if (k->shown == is_retry || k->shown == is_meanwhile) asked_prepare(&a);
    if (k->over == OVER_SPENT) over_spent(&a, k, out);
    else if (k->over == OVER_IMAGES) over_images(&a, k, out);
    else over_failed(&a, k, out);
    asked_free(&a);
    return out->n > 0 && out->n * 3 >= out->of;
}
