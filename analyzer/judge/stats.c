// Numbers over all pulls: totals, by registry, by node, latency, and the series over the window.
//
// Pulls that the kubelet refused itself (rate-limit.client) never reached a registry: they count for the node, not for the registry.
#include "judge/state.h"
#include <stdlib.h>

#define BUCKETS_MAX 120

struct tally {
    struct pm_pull_stats *stats;
    double *seconds;
    size_t seconds_n, seconds_cap;
    Pvoid_t causes, statuses;
};

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double percentile(const double *v, size_t n, double p) { // nearest rank
    size_t rank = (size_t)(p * (double)n + 0.999999);
    return n ? v[rank ? rank - 1 : 0] : 0;
}

static void latency(struct tally *t) {
    struct pm_latency *l = &t->stats->latency;
    double sum = 0;
    if (t->seconds_n > 1) qsort(t->seconds, t->seconds_n, sizeof *t->seconds, by_size);
    for (size_t i = 0; i < t->seconds_n; i++) sum += t->seconds[i];
    l->n = t->seconds_n;
    if (!l->n) return;
    l->mean_s = sum / (double)l->n;
    l->p50_s = percentile(t->seconds, l->n, 0.50);
    l->p95_s = percentile(t->seconds, l->n, 0.95);
    l->p99_s = percentile(t->seconds, l->n, 0.99);
    l->max_s = t->seconds[l->n - 1];
}

static int by_number(const void *a, const void *b) {
    const struct pm_counts_by *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return pm_str_cmp(x->name, y->name);
}

static struct pm_counts_by *counts(struct pm_state *s, Pvoid_t map, size_t *n, bool causes) {
    Word_t key = 0, many;
    PWord_t v;
    JLC(many, map, 0, -1);
    struct pm_counts_by *out = PM_NEWN(s->a, struct pm_counts_by, many + 1);
    *n = 0;
    JLF(v, map, key);
    while (v) {
        out[*n].name = causes ? pm_str_c(pm_causes[key].name) : pm_arena_fmt(s->a, "%d", (int)key);
        out[(*n)++].n = *v;
        JLN(v, map, key);
    }
    if (*n > 1) qsort(out, *n, sizeof *out, by_number);
    return out;
}

static void count(struct tally *t, const struct pm_attempt *p) {
    struct pm_pull_stats *st = t->stats;
    if (p->outcome == PM_OUTCOME_CACHED) {
        st->cached++;
        return;
    }
    st->attempts++;
    if (p->outcome == PM_OUTCOME_OPEN) st->open++;
    if (p->outcome == PM_OUTCOME_OK) st->ok++;
    if (p->bytes > 0 && p->outcome == PM_OUTCOME_OK) st->bytes = (st->bytes < 0 ? 0 : st->bytes) + p->bytes;
    if (p->outcome == PM_OUTCOME_OK && p->duration_ns > 0) *PM_PUSH(t->seconds, t->seconds_n, t->seconds_cap) = (double)p->duration_ns / 1e9;
    if (p->outcome != PM_OUTCOME_FAILED) return;
    st->failed++;
    ++*pm_map_slot(&t->causes, (Word_t)(p->verdict.cause >= 0 ? p->verdict.cause : pm_cause_c("unknown")));
    if (p->status) ++*pm_map_slot(&t->statuses, (Word_t)p->status);
}

static void finish(struct pm_state *s, struct tally *t) {
    Word_t freed;
    latency(t);
    t->stats->by_cause = counts(s, t->causes, &t->stats->by_cause_n, true);
    t->stats->http_status = counts(s, t->statuses, &t->stats->http_status_n, false);
    JLFA(freed, t->causes);
    JLFA(freed, t->statuses);
    (void)freed;
    free(t->seconds);
}

static uint32_t key_registry(const struct pm_attempt *p) { return pm_cause_is(p->verdict.cause, "rate-limit.client") ? 0 : p->registry; }
static uint32_t key_node(const struct pm_attempt *p) { return p->node; }

static int by_name(const void *a, const void *b) { return pm_str_cmp(((const struct pm_pull_stats *)a)->name, ((const struct pm_pull_stats *)b)->name); }

static struct pm_pull_stats *by_key(struct pm_state *s, uint32_t (*key)(const struct pm_attempt *), size_t *n_out) {
    Pvoid_t at = NULL;
    Word_t freed;
    size_t n = 0, cap = 0;
    struct tally *tallies = NULL;
    struct pm_ids names = {0};
    for (size_t i = 0; i < s->pulls.n; i++) {
        uint32_t k = key(&s->pulls.items[i]);
        if (!k) continue;
        Word_t *slot = pm_map_slot(&at, k);
        if (!*slot) {
            *PM_PUSH(tallies, n, cap) = (struct tally){0};
            pm_ids_add(&names, k);
            *slot = n;
        }
    }
    struct pm_pull_stats *out = PM_NEWN(s->a, struct pm_pull_stats, n + 1);
    for (size_t i = 0; i < n; i++) {
        tallies[i].stats = &out[i];
        out[i].name = pm_name(s, names.items[i]);
        out[i].bytes = -1;
    }
    for (size_t i = 0; i < s->pulls.n; i++) {
        Word_t slot = pm_map_get(at, key(&s->pulls.items[i]));
        if (key(&s->pulls.items[i]) && slot) count(&tallies[slot - 1], &s->pulls.items[i]);
    }
    for (size_t i = 0; i < n; i++) finish(s, &tallies[i]);
    if (n > 1) qsort(out, n, sizeof *out, by_name);
    JLFA(freed, at);
    (void)freed;
    free(tallies);
    pm_ids_free(&names);
    *n_out = n;
    return out;
}

// Widths that people read: 1 s … 1 day, the smallest that keeps the series short.
static int64_t width_of(int64_t span) {
    static const int64_t widths[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    for (size_t i = 0; i < PM_LEN(widths); i++)
        if (span / PM_S(widths[i]) < BUCKETS_MAX) return PM_S(widths[i]);
    return (span / BUCKETS_MAX / PM_S(86400) + 1) * PM_S(86400);
}

static void series(struct pm_state *s) {
    int64_t from = PM_NO_TIME, to = PM_NO_TIME;
    for (size_t i = 0; i < s->pulls.n; i++) {
        from = pm_min_time(from, pm_at(&s->pulls.items[i]));
        to = pm_max_time(to, pm_at(&s->pulls.items[i]));
    }
    if (from == PM_NO_TIME) return;
    int64_t width = width_of(to - from), start = from - ((from % width) + width) % width;
    struct pm_report *r = s->report;
    r->series_n = r->series_cap = (size_t)((to - start) / width + 1);
    r->series = PM_NEWN(s->a, struct pm_bucket, r->series_n);
    for (size_t i = 0; i < r->series_n; i++) r->series[i].t_ns = start + (int64_t)i * width;
    for (size_t i = 0; i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        if (pm_at(p) == PM_NO_TIME || p->outcome == PM_OUTCOME_CACHED) continue;
        struct pm_bucket *b = &r->series[(pm_at(p) - start) / width];
        b->attempts++;
        if (p->outcome == PM_OUTCOME_OK) b->ok++;
        if (p->outcome == PM_OUTCOME_FAILED) b->failed++;
    }
}

// Every request that a registry or proxy logged, once.
static void request_statuses(struct pm_state *s, struct pm_pull_stats *total) {
    Pvoid_t map = NULL;
    Word_t freed;
    for (size_t i = 0; i < s->groups.n; i++) {
        const struct pm_request_group *g = &s->groups.items[i];
        for (int k = 0; k < g->statuses_n && !g->redundant; k++)
            if (g->statuses[k].code) *pm_map_slot(&map, (Word_t)g->statuses[k].code) += g->statuses[k].n;
    }
    total->http_status = counts(s, map, &total->http_status_n, false);
    JLFA(freed, map);
    (void)freed;
}

void pm_stats_fill(struct pm_state *s) {
    struct pm_report *r = s->report;
    struct tally all = {.stats = &r->total};
    r->total.bytes = -1;
    for (size_t i = 0; i < s->pulls.n; i++) count(&all, &s->pulls.items[i]);
    for (size_t i = 0; i < s->traces.n; i++)
        if (s->traces.items[i].role == PM_ROLE_CACHED) r->total.cached += s->traces.items[i].count;
    finish(s, &all);
    if (s->have_requests) request_statuses(s, &r->total);
    r->by_registry = by_key(s, key_registry, &r->by_registry_n);
    r->by_node = by_key(s, key_node, &r->by_node_n);
    r->by_registry_cap = r->by_registry_n;
    r->by_node_cap = r->by_node_n;
    series(s);
}
