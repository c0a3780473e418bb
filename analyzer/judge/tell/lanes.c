// Lanes of a timeline: what each registry, node, namespace and incident went through,
// step by step of one axis, and marks of what is no pull and may explain one.
//
// An axis that the whole report shares was preferred to one a lane: lanes are there to be
// laid under each other.
#include "judge/tell/tell.h"
#include <stdlib.h>

enum { STEPS_MAX = 360, LANES_MAX = 60, MARKS_MAX = 400 };
const char *const pm_lane_names[PM_LANE_COUNT] = {"all", "registry", "node", "namespace",
                                                  "incident"};

struct lanes {
    const struct pm_scene *scene;
    const struct pm_hits *hits;
    struct pm_report *report;
    Pvoid_t at
        [PM_LANE_COUNT]; // name's id (an incident: index + 1 of its hit) → index + 1 into the report's lanes
};

static void axis(const struct pm_pulls *pulls, struct pm_report *report) {
    struct pm_report *r = report;
    int64_t from = PM_NO_TIME, to = PM_NO_TIME;
    for (size_t i = 0; i < pulls->n; i++) {
        from = pm_min_time(from, pm_at(&pulls->items[i]));
        to = pm_max_time(to, pm_at(&pulls->items[i]));
    }
    for (size_t i = 0; from != PM_NO_TIME && i < r->incidents_n; i++) {
        from = pm_min_time(from, r->incidents[i].from_ns);
        to = pm_max_time(to, pm_max_time(r->incidents[i].to_ns, r->incidents[i].recovered_ns));
    }
    r->axis.from_ns = PM_NO_TIME;
    if (from == PM_NO_TIME) return;
    int64_t step = pm_step_width(to - from, STEPS_MAX);
    r->axis.from_ns = from - ((from % step) + step) % step;
    r->axis.step_ns = step;
    r->axis.n = (size_t)((to - r->axis.from_ns) / step + 1);
}

static struct pm_lane *lane_new(struct lanes *l, enum pm_lane_kind kind, uint32_t key,
                                struct pm_str name) {
    struct pm_report *r = l->report;
    struct pm_lane *lane = PM_PUSH(r->lanes, r->lanes_n, r->lanes_cap);
    *lane = (struct pm_lane){
        .kind = kind, .name = name, .steps = PM_NEWN(l->scene->env->a, struct pm_step, r->axis.n)};
    if (key || kind == PM_LANE_ALL) *pm_map_slot(&l->at[kind], key) = r->lanes_n;
    return lane;
}
// Those with most failures have a lane; of the rest, those with most pulls.
static int by_trouble(const void *a, const void *b) {
    const struct pm_pull_stats *x = *(const struct pm_pull_stats *const *)a,
                               *y = *(const struct pm_pull_stats *const *)b;
    if (x->failed != y->failed) return x->failed > y->failed ? -1 : 1;
    if (x->attempts + x->cached != y->attempts + y->cached)
        return x->attempts + x->cached > y->attempts + y->cached ? -1 : 1;
    return pm_str_cmp(x->name, y->name);
}
static int by_place(const void *a, const void *b) {
    const struct pm_pull_stats *x = *(const struct pm_pull_stats *const *)a,
                               *y = *(const struct pm_pull_stats *const *)b;
    return pm_str_cmp(x->name, y->name);
}
static void lanes_of(struct lanes *l, enum pm_lane_kind kind, const struct pm_pull_stats *by,
                     size_t n) {
    const struct pm_pull_stats **order = pm_xmalloc((n + 1) * sizeof *order);
    size_t named = 0;
    for (size_t i = 0; i < n; i++)
        if (by[i].name.n) order[named++] = &by[i];
    if (named > LANES_MAX) {
        qsort(order, named, sizeof *order, by_trouble);
        named = LANES_MAX;
        qsort(order, named, sizeof *order, by_place);
    }
    for (size_t i = 0; i < named; i++) {
        uint32_t id = pm_intern_find(l->scene->env->names, order[i]->name);
        if (id && id != UINT32_MAX) lane_new(l, kind, id, order[i]->name);
    }
    free(order);
}

// The first so many, in the order in which they are told.
static void incident_lanes(struct lanes *l) {
    uint32_t hit_of[LANES_MAX + 1] = {0}; // by the incident's id; index + 1
    for (uint32_t i = 0; i < l->hits->n; i++)
        if (!l->hits->items[i].dropped && l->hits->items[i].id && l->hits->items[i].id <= LANES_MAX)
            hit_of[l->hits->items[i].id] = i + 1;
    for (uint32_t id = 1; id <= LANES_MAX; id++)
        if (hit_of[id])
            lane_new(l, PM_LANE_INCIDENT, hit_of[id], PM_REF(*l->hits, hit_of[id]).incident->title)
                ->incident = id;
}

static struct pm_step *step_of(struct lanes *l, enum pm_lane_kind kind, uint32_t key, int64_t at) {
    const struct pm_report *r = l->report;
    Word_t lane = at == PM_NO_TIME || at < r->axis.from_ns ? 0 : pm_map_get(l->at[kind], key);
    size_t step = lane ? (size_t)((at - r->axis.from_ns) / r->axis.step_ns) : 0;
    return lane && step < r->axis.n ? &r->lanes[lane - 1].steps[step] : NULL;
}
static void pull_in(const struct pm_attempt *p, struct pm_step *step) {
    if (!step) return;
    step->ok += p->outcome == PM_OUTCOME_OK;
    step->failed += p->outcome == PM_OUTCOME_FAILED;
    step->cached += p->outcome == PM_OUTCOME_CACHED;
}
static void trace_in(const struct pm_trace *t, struct pm_step *step) {
    if (!step) return;
    if (pm_is_present(t)) step->cached += pm_trace_count(t);
    else step->waiting += pm_trace_count(t);
}
static void fill(struct lanes *l) {
    for (size_t i = 0; i < l->scene->pulls->n; i++) {
        const struct pm_attempt *p = &l->scene->pulls->items[i];
        const uint32_t keys[PM_LANE_COUNT] = {0, p->names->registry, p->node ? p->node : p->client,
                                              pm_pull_namespace(l->scene->env, p),
                                              pm_hit_of(l->scene->pulls, l->hits, p)};
        for (int k = 0; k < PM_LANE_COUNT; k++)
            if (keys[k] || k == PM_LANE_ALL)
                pull_in(p, step_of(l, (enum pm_lane_kind)k, keys[k], pm_at(p)));
    }
    for (size_t i = 0; i < l->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &l->scene->ev->traces.items[i];
        if (!pm_is_present(t) && t->said->role != PM_ROLE_BACKOFF) continue;
        const uint32_t keys[PM_LANE_COUNT] = {0, t->said->registry, t->node, t->said->k8s_namespace,
                                              0};
        for (int k = 0; k < PM_LANE_INCIDENT; k++)
            if (keys[k] || k == PM_LANE_ALL)
                trace_in(t, step_of(l, (enum pm_lane_kind)k, keys[k], pm_trace_first(t)));
    }
}

static int by_time(const void *a, const void *b) {
    const struct pm_mark *x = a, *y = b;
    if (x->at_ns != y->at_ns) return x->at_ns < y->at_ns ? -1 : 1;
    int c = strcmp(x->what, y->what);
    return c ? c : pm_str_cmp(x->node, y->node);
}
static bool marks_it(const struct pm_trace *t) {
    static const uint8_t kinds[] = {
        PM_KIND_DISK_PRESSURE, PM_KIND_GC_START,     PM_KIND_GC_OK,       PM_KIND_GC_FAIL,
        PM_KIND_RUNTIME_START, PM_KIND_RUNTIME_STOP, PM_KIND_RUNTIME_DOWN};
    return t->said->role == PM_ROLE_SIDE && memchr(kinds, t->said->kind, sizeof kinds) != NULL;
}
// One mark a kind, node and step: a node under pressure says so every ten seconds.
static void marks(const struct pm_scene *scene, struct pm_report *report) {
    struct pm_report *r = report;
    Pvoid_t at = NULL;
    Word_t freed;
    for (size_t i = 0; i < scene->ev->traces.n && r->marks_n < MARKS_MAX; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (!marks_it(t) || pm_trace_first(t) == PM_NO_TIME ||
            pm_trace_first(t) < r->axis.from_ns ||
            pm_trace_first(t) >= r->axis.from_ns + r->axis.step_ns * (int64_t)r->axis.n)
            continue;
        uint32_t step = (uint32_t)((pm_trace_first(t) - r->axis.from_ns) / r->axis.step_ns);
        Word_t *slot = pm_map_slot(&at, PM_PAIR(t->node, step * 64 + t->said->kind));
        if (!*slot) {
            *PM_PUSH(r->marks, r->marks_n, r->marks_cap) =
                (struct pm_mark){.at_ns = pm_trace_first(t),
                                 .what = pm_kind_names[t->said->kind],
                                 .node = pm_name(scene->env, t->node)};
            *slot = r->marks_n;
        }
        r->marks[*slot - 1].count += pm_trace_count(t);
    }
    JLFA(freed, at);
    (void)freed;
    if (r->marks_n > 1) qsort(r->marks, r->marks_n, sizeof *r->marks, by_time);
}

void pm_lanes_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                   struct pm_report *report) {
    struct pm_report *r = report;
    struct lanes l = {.scene = scene, .hits = hits, .report = report};
    Word_t freed;
    axis(scene->pulls, report);
    if (r->axis.from_ns == PM_NO_TIME) return;
    lane_new(&l, PM_LANE_ALL, 0, PM_NONE);
    lanes_of(&l, PM_LANE_REGISTRY, r->by_registry, r->by_registry_n);
    lanes_of(&l, PM_LANE_NODE, r->by_node, r->by_node_n);
    lanes_of(&l, PM_LANE_NODE, r->by_client, r->by_client_n);
    lanes_of(&l, PM_LANE_NAMESPACE, r->by_namespace, r->by_namespace_n);
    incident_lanes(&l);
    fill(&l);
    marks(scene, report);
    for (int k = 0; k < PM_LANE_COUNT; k++) JLFA(freed, l.at[k]);
    (void)freed;
}
