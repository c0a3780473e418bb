#include "judge/incidents/goods.h"
#include "base/sort.h"
#include "pm/intern.h"
#include <stdlib.h>

#define EACH 16

// ── the good pulls by a group and time ──
static uint32_t *ids_new(const struct pm_scene *scene) { // 0 of each name
    size_t bytes = ((size_t)pm_intern_count(scene->env->names) + 1) * sizeof(uint32_t);
    return memset(pm_xmalloc(bytes), 0, bytes);
}

typedef uint32_t group_of(const struct pm_attempt *p);
static uint32_t good_all(const struct pm_attempt *p) {
    (void)p;
    return 0;
}
static uint32_t good_registry(const struct pm_attempt *p) { return p->names->registry; }
static uint32_t good_repository(const struct pm_attempt *p) { return p->names->repository; }
static uint32_t good_node(const struct pm_attempt *p) { return p->node; }

static bool is_good(const struct pm_attempt *p) { return p->outcome == PM_OUTCOME_OK; }

static int64_t time_at(const struct pm_goods_by *by, size_t place) {
    return pm_at_cluster(by->scene->ev, &by->scene->pulls->items[by->pulls[place]]);
}

static int by_cluster_time(const void *a, const void *b, void *of) {
    const struct pm_goods_by *by = of;
    const struct pm_attempt *items = by->scene->pulls->items;
    int64_t x = pm_at_cluster(by->scene->ev, &items[*(const uint32_t *)a]),
            y = pm_at_cluster(by->scene->ev, &items[*(const uint32_t *)b]);
    return (x > y) - (x < y);
}

static void spans_count(struct pm_goods_by *by, group_of *group) {
    const struct pm_pulls *pulls = by->scene->pulls;
    uint32_t from = 0;
    by->at = ids_new(by->scene);
    by->names = pm_intern_count(by->scene->env->names);
    for (size_t i = 0; i < pulls->n; i++) {
        if (!is_good(&pulls->items[i])) continue;
        uint32_t *at = &by->at[group(&pulls->items[i])];
        if (!*at) {
            *PM_PUSH(by->spans.items, by->spans.n, by->spans.cap) = (struct pm_goods_span){0};
            *at = (uint32_t)by->spans.n;
        }
        PM_REF(by->spans, *at).to++;
        by->n++;
    }
    for (size_t k = 0; k < by->spans.n; k++) {
        uint32_t n = by->spans.items[k].to;
        by->spans.items[k] = (struct pm_goods_span){from, from};
        from += n;
    }
}

// Pulls come in order of their nodes' time: where no clock is off nothing is to be sorted.
static void deal(struct pm_goods_by *by, group_of *group) {
    const struct pm_pulls *pulls = by->scene->pulls;
    spans_count(by, group);
    by->pulls = pm_xmalloc((by->n + 1) * sizeof *by->pulls);
    for (size_t i = 0; i < pulls->n; i++)
        if (is_good(&pulls->items[i]))
            by->pulls[PM_REF(by->spans, by->at[group(&pulls->items[i])]).to++] = (uint32_t)i;
    for (size_t k = 0; by->scene->ev->skew && k < by->spans.n; k++)
        pm_sort(by->pulls + by->spans.items[k].from,
                by->spans.items[k].to - by->spans.items[k].from, sizeof *by->pulls, by_cluster_time,
                by);
}

static void by_free(struct pm_goods_by *by) {
    free(by->at);
    free(by->pulls);
    free(by->spans.items);
}

// ── where the one before it with the same value stands ──
typedef uint32_t value_of(const struct pm_attempt *p);
static uint32_t good_image(const struct pm_attempt *p) { return p->names->image; }
static uint32_t good_namespace(const struct pm_attempt *p) { return p->names->k8s_namespace; }

static void levels_add(struct pm_goods_before *b, uint32_t *before, size_t n) {
    b->level[b->levels++] = before;
    while (n > 1 && b->levels < PM_GOODS_LEVELS) {
        const uint32_t *below = b->level[b->levels - 1];
        size_t above = (n + EACH - 1) / EACH;
        uint32_t *level = pm_xmalloc(above * sizeof *level);
        memset(level, 0xff, above * sizeof *level);
        for (size_t i = 0; i < n; i++)
            if (below[i] < level[i / EACH]) level[i / EACH] = below[i];
        b->level[b->levels++] = level;
        n = above;
    }
}

// The last place of a value + 1; one that is of an earlier group counts as none.
static void before_find(const struct pm_goods_by *by, value_of *value, struct pm_goods_before *b) {
    uint32_t *before = pm_xmalloc((by->n + 1) * sizeof *before), *last = ids_new(by->scene);
    for (size_t k = 0; k < by->spans.n; k++)
        for (uint32_t i = by->spans.items[k].from; i < by->spans.items[k].to; i++) {
            uint32_t *at = &last[value(&by->scene->pulls->items[by->pulls[i]])];
            before[i] = *at > by->spans.items[k].from ? *at : 0;
            *at = i + 1;
        }
    free(last);
    levels_add(b, before, by->n);
}

// The same of two values, a registry and a node.
static void places_find(const struct pm_goods_by *by, struct pm_goods_before *b) {
    uint32_t *before = pm_xmalloc((by->n + 1) * sizeof *before);
    Word_t freed;
    for (size_t k = 0; k < by->spans.n; k++) {
        Pvoid_t last = NULL;
        for (uint32_t i = by->spans.items[k].from; i < by->spans.items[k].to; i++) {
            const struct pm_attempt *p = &by->scene->pulls->items[by->pulls[i]];
            Word_t *at = pm_map_slot(&last, PM_PAIR(p->names->registry, p->node));
            before[i] = (uint32_t)*at;
            *at = i + (Word_t)1;
        }
        JLFA(freed, last);
        (void)freed;
    }
    levels_add(b, before, by->n);
}

static void before_free(struct pm_goods_before *b) {
    for (int i = 0; i < b->levels; i++) free(b->level[i]);
}

// The first place from `at` on whose predecessor is none of [lo, …); `hi` where there is none.
static size_t next_new(const struct pm_goods_before *b, size_t lo, size_t at, size_t hi) {
    int level = 0;
    size_t each = 1, i = at; // i counts in steps of `each`
    while (i * each < hi) {
        if (b->level[level][i] <= lo) {
            if (level == 0) return i;
            level--;
            each /= EACH;
            i *= EACH;
        } else if (++i % EACH == 0 && level + 1 < b->levels) {
            level++;
            each *= EACH;
            i /= EACH;
        }
    }
    return hi;
}

// ── asking ──
static size_t first_at(const struct pm_goods_by *by, struct pm_goods_span span, int64_t at) {
    size_t lo = span.from, hi = span.to;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (time_at(by, mid) < at) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

void pm_goods_each(const struct pm_goods_by *by, const struct pm_goods_before *before,
                   uint32_t group, const struct pm_goods_stretch *in, pm_good_cb *cb, void *ctx) {
    uint32_t at = group < by->names ? by->at[group] : 0;
    if (!at) return;
    struct pm_goods_span span = PM_REF(by->spans, at);
    int64_t from = in->from == PM_NO_TIME && !in->undated ? PM_NO_TIME + 1 : in->from;
    size_t lo = first_at(by, span, from), hi = span.to;
    if (in->to != PM_NO_TIME && in->to != INT64_MAX) hi = first_at(by, span, in->to + 1);
    for (size_t i = next_new(before, lo, lo, hi); i < hi; i = next_new(before, lo, i + 1, hi))
        cb(ctx, &by->scene->pulls->items[by->pulls[i]]);
}

void pm_goods_prepare(const struct pm_scene *scene, struct pm_goods *g) {
    *g = (struct pm_goods){.all = {.scene = scene},
                           .by_registry = {.scene = scene},
                           .by_repository = {.scene = scene},
                           .by_node = {.scene = scene}};
    deal(&g->by_registry, good_registry);
    deal(&g->by_repository, good_repository);
    deal(&g->by_node, good_node);
    before_find(&g->by_registry, good_node, &g->node);
    before_find(&g->by_registry, good_image, &g->image);
    before_find(&g->by_registry, good_namespace, &g->k8s_namespace);
    before_find(&g->by_node, good_registry, &g->registry);
    places_find(&g->by_repository, &g->place);
}

void pm_goods_prepare_all(struct pm_goods *g) {
    if (g->all.at) return;
    deal(&g->all, good_all);
    before_find(&g->all, good_node, &g->node_of_all);
}

void pm_goods_free(struct pm_goods *g) {
    struct pm_goods_by *orders[] = {&g->all, &g->by_registry, &g->by_repository, &g->by_node};
    struct pm_goods_before *befores[] = {&g->node_of_all,   &g->node,  &g->image,
                                         &g->k8s_namespace, &g->place, &g->registry};
    for (size_t i = 0; i < PM_LEN(orders); i++) by_free(orders[i]);
    for (size_t i = 0; i < PM_LEN(befores); i++) before_free(befores[i]);
}
