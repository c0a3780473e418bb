// What would have settled more: the report degrades in words instead of guessing.
#include "judge/fold.h"
#include "judge/state.h"

static void add(struct pm_state *s, struct pm_str what, const char *effect) {
    struct pm_report *r = s->report;
    struct pm_missing *m = PM_PUSH(r->missing, r->missing_n, r->missing_cap);
    m->what = what;
    m->effect = pm_str_c(effect);
}

static struct pm_str listed(struct pm_state *s, const struct pm_ids *ids) {
    struct pm_strs names;
    pm_strs_of_ids(s, &names, ids);
    if (names.n == 1) return names.items[0];
    return pm_arena_fmt(s->a, "%zu nodes (%.*s …)", names.n, PM_FMT(names.items[0]));
}

static void node_logs(struct pm_state *s) {
    struct pm_ids none = {0}, no_runtime = {0}, no_kubelet = {0};
    for (size_t i = 0; i < s->hits.n; i++) {
        const struct pm_hit *h = &s->hits.items[i];
        for (size_t k = 0; k < h->nodes.n && !h->dropped; k++) {
            uint32_t n = h->nodes.items[k];
            bool runtime = pm_map_get(s->facts.cover[PM_ORIGIN_RUNTIME], n) || pm_map_get(s->facts.cover[PM_ORIGIN_DOCKERD], n),
                 kubelet = pm_map_get(s->facts.cover[PM_ORIGIN_KUBELET], n) != 0;
            if (!runtime && !kubelet) pm_ids_add_new(&none, n);
            else if (!runtime) pm_ids_add_new(&no_runtime, n);
            else if (!kubelet && s->facts.pods.n) pm_ids_add_new(&no_kubelet, n);
        }
    }
    if (none.n)
        add(s, pm_arena_fmt(s->a, "no kubelet or runtime log of %.*s", PM_FMT(listed(s, &none))),
            "attempts are known from events, objects or requests only: their number is a lower bound");
    if (no_runtime.n)
        add(s, pm_arena_fmt(s->a, "no runtime log of %.*s", PM_FMT(listed(s, &no_runtime))), "successful pulls, durations and bodies of errors are missing");
    if (no_kubelet.n)
        add(s, pm_arena_fmt(s->a, "no kubelet log of %.*s", PM_FMT(listed(s, &no_kubelet))),
            "which pod asked for a pull is known from events and objects only");
    pm_ids_free(&none);
    pm_ids_free(&no_runtime);
    pm_ids_free(&no_kubelet);
}

// Tables of pods name neither image nor message: of pods that wait and are in no pull, that is all there is.
static void waiting(struct pm_state *s) {
    struct pm_ids pods = {0};
    Pvoid_t pulled = NULL;
    Word_t freed;
    for (size_t i = 0; i < s->traces.n; i++)
        if (s->traces.items[i].pod && s->traces.items[i].pull) *pm_map_slot(&pulled, s->traces.items[i].pod) = 1;
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if ((t->kind == PM_KIND_PULL_BACKOFF || t->kind == PM_KIND_PULL_FAIL) && t->pod && !t->image && !pm_map_get(pulled, t->pod))
            pm_ids_add_new(&pods, t->pod);
    }
    for (size_t i = 0; i < s->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &s->facts.pods.items[i];
        for (int k = 0; k < pod->waits; k++)
            if (!pod->wait[k].image && pm_fold_reason_is_pull(pm_name(s, pod->wait[k].reason)) && !pm_map_get(pulled, pod->name))
                pm_ids_add_new(&pods, pod->name);
    }
    JLFA(freed, pulled);
    (void)freed;
    struct pm_strs names;
    pm_strs_of_ids(s, &names, &pods);
    if (names.n)
        add(s, pm_arena_fmt(s->a, "image and message of %zu %s that wait%s (%.*s%s)", names.n, names.n == 1 ? "pod" : "pods", names.n == 1 ? "s" : "",
                            PM_FMT(names.items[0]), names.n > 1 ? " …" : ""),
            "pods wait for images, and nothing here says which, or why: their events, kubectl describe or the kubelet's log would");
    pm_ids_free(&pods);
}

static void events(struct pm_state *s) {
    int64_t first = PM_NO_TIME, last = PM_NO_TIME;
    uint64_t spread = 0;
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (t->origin != PM_ORIGIN_EVENTS) continue;
        first = pm_min_time(first, t->first);
        last = pm_max_time(last, t->last);
        if (t->count > 25) spread++;
    }
    if (first != PM_NO_TIME && s->from != PM_NO_TIME && first - s->from > PM_S(3600))
        add(s, PM_STR("Kubernetes events begin more than an hour after the first line"),
            "events live one hour by default: earlier pods are known from logs only");
    if (last != PM_NO_TIME && s->to != PM_NO_TIME && s->to - last > PM_S(3600))
        add(s, PM_STR("Kubernetes events end more than an hour before the last line"), "what pods did after that is known from logs only");
    if (spread) add(s, PM_STR("some events were repeated more than 25 times"), "the kubelet's spam filter drops events beyond that: counts are lower bounds");
    if (first == PM_NO_TIME && s->facts.pods.n && s->hits.n)
        add(s, PM_STR("no Kubernetes events"), "pods and rollouts are known from objects and node logs only");
}

static void objects(struct pm_state *s) {
    bool listed_pods = false, pods = false;
    for (size_t i = 0; i < s->facts.pods.n; i++) {
        listed_pods = listed_pods || s->facts.pods.items[i].listed;
        pods = true;
    }
    if (pods && !listed_pods) add(s, PM_STR("no pod objects"), "owners of pods are guessed from their names, and pull secrets are not known");
    bool auth = false, limit = false;
    for (size_t i = 0; i < s->hits.n; i++) {
        auth = auth || (!s->hits.items[i].dropped && pm_cause_in(s->hits.items[i].cause, "auth"));
        limit = limit ||
                (!s->hits.items[i].dropped && pm_cause_in(s->hits.items[i].cause, "rate-limit") && !pm_cause_is(s->hits.items[i].cause, "rate-limit.client"));
    }
    if (limit && !s->have_requests) add(s, PM_STR("no log of a proxy or registry"), "how the quota was spent is estimated from the nodes' pulls alone");
    if (auth && !listed_pods) add(s, PM_STR("no pod objects or pull secrets"), "which credentials were presented is not known");
}

// Sources that count one node's failures differently: told, not averaged.
static void disagreement(struct pm_state *s) {
    Pvoid_t runtime = NULL, kubelet = NULL;
    Word_t freed, node = 0;
    for (size_t i = 0; i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        if (p->outcome != PM_OUTCOME_FAILED || !p->node || pm_cause_is(p->verdict.cause, "rate-limit.client") ||
            pm_cause_is(p->verdict.cause, "runtime.unavailable"))
            continue;
        if (!pm_facts_covers(s, PM_ORIGIN_RUNTIME, p->node, pm_at(p), PM_S(3)) || !pm_facts_covers(s, PM_ORIGIN_KUBELET, p->node, pm_at(p), PM_S(3))) continue;
        if (p->sources & PM_SRC_RUNTIME) ++*pm_map_slot(&runtime, p->node);
        if (p->sources & PM_SRC_KUBELET) ++*pm_map_slot(&kubelet, p->node);
    }
    PWord_t n;
    struct pm_ids nodes = {0};
    struct pm_strs names;
    JLF(n, runtime, node);
    while (n) {
        pm_ids_add(&nodes, (uint32_t)node);
        JLN(n, runtime, node);
    }
    pm_strs_of_ids(s, &names, &nodes); // by name: ids follow the order in which files were read
    for (size_t i = 0; i < names.n; i++) {
        node = pm_id(s, names.items[i]);
        JLG(n, runtime, node);
        Word_t other = pm_map_get(kubelet, node);
        Word_t gap = !n ? 0 : *n > other ? *n - other : other - *n;
        if (n && other && gap > 1 && gap * 10 > *n)
            add(s,
                pm_arena_fmt(s->a, "runtime and kubelet of %.*s disagree: %llu against %llu failed pulls", PM_FMT(pm_name(s, (uint32_t)node)),
                             (unsigned long long)*n, (unsigned long long)other),
                "one of the logs has a hole; every attempt that either shows is counted once");
    }
    pm_ids_free(&nodes);
    JLFA(freed, runtime);
    JLFA(freed, kubelet);
    (void)freed;
}

void pm_missing_fill(struct pm_state *s) {
    waiting(s);
    node_logs(s);
    events(s);
    objects(s);
    disagreement(s);
}
