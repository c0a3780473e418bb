// How long good pulls took: median, 95th and 99th percentile of those that ended within
// the ten minutes before, by registry. Sums and counts (series_pulls.c) give the mean only,
// which one slow pull of a large image moves.
//
// Quantiles are the nearest rank: a value that a pull took. Where nothing ended for ten
// minutes there is none.
#include "judge/alerts/series_build.h"
#include <stdlib.h>

#define LATENCY_WINDOW_NS PM_S(600)
#define LATENCY_STEP_NS PM_S(15) // the finest grid: what is told more often is not seen

struct took {
    uint32_t registry;
    int64_t at, took_ns;
};
static int by_registry_and_time(const void *a, const void *b) {
    const struct took *x = a, *y = b;
    if (x->registry != y->registry) return x->registry < y->registry ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->took_ns > y->took_ns) - (x->took_ns < y->took_ns);
}
static int by_length(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static const struct {
    const char *word;
    size_t percent;
} quantiles[] = {{"0.5", 50}, {"0.95", 95}, {"0.99", 99}};

static uint32_t latency_series(struct build *b, size_t quantile, uint32_t registry) {
    return SERIES(b, "pullmortem_pull_duration_seconds",
                  L("quantile", pm_str_c(quantiles[quantile].word)),
                  L("registry", pm_name(b->scene->env, registry)));
}
static void latency_at(struct build *b, const struct took *items, size_t n, int64_t *sorted) {
    const struct took *last = &items[n - 1];
    for (size_t i = 0; i < n; i++) sorted[i] = items[i].took_ns;
    qsort(sorted, n, sizeof *sorted, by_length);
    for (size_t q = 0; q < PM_LEN(quantiles); q++) {
        size_t rank = (n * quantiles[q].percent + 99) / 100;
        pm_series_point(b, latency_series(b, q, last->registry), last->at, HOW_SET,
                        (double)sorted[rank - 1] / 1e9);
    }
}
// One registry's pulls in order of time.
static void latency_of(struct build *b, const struct took *items, size_t n, int64_t *sorted) {
    size_t first = 0;
    for (size_t i = 0; i < n; i++) {
        while (items[i].at - items[first].at > LATENCY_WINDOW_NS) first++;
        bool ends = i + 1 == n;
        if (!ends && items[i].at / LATENCY_STEP_NS == items[i + 1].at / LATENCY_STEP_NS) continue;
        latency_at(b, items + first, i + 1 - first, sorted);
        if (ends || items[i + 1].at - items[i].at > LATENCY_WINDOW_NS)
            for (size_t q = 0; q < PM_LEN(quantiles); q++)
                pm_series_point(b, latency_series(b, q, items[i].registry),
                                pm_time_add(items[i].at, LATENCY_WINDOW_NS), HOW_END, 0);
    }
}

void pm_series_latency(struct build *b) {
    size_t n = 0;
    struct took *all = pm_xmalloc((b->scene->pulls->n + 1) * sizeof *all);
    int64_t *sorted = pm_xmalloc((b->scene->pulls->n + 1) * sizeof *sorted);
    for (size_t i = 0; i < b->scene->pulls->n; i++) {
        const struct pm_attempt *p = &b->scene->pulls->items[i];
        if (p->outcome == PM_OUTCOME_OK && p->duration_ns > 0 && p->registry &&
            pm_at(p) != PM_NO_TIME)
            all[n++] = (struct took){p->registry, pm_at(p), p->duration_ns};
    }
    if (n > 1) qsort(all, n, sizeof *all, by_registry_and_time);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && all[end].registry == all[i].registry;) end++;
        latency_of(b, all + i, end - i, sorted);
    }
    free(all);
    free(sorted);
}
