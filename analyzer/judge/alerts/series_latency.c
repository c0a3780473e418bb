// How long good pulls took: median, 95th and 99th percentile of those that ended within
// the ten minutes before, by registry. Sums and counts (series_pulls.c) give the mean only,
// which one slow pull of a large image moves.
//
// Quantiles are the nearest rank: a value that a pull took. Where nothing ended for ten
// minutes there is none.
#include "base/sort.h"
#include "judge/alerts/series_build.h"
#include <stdlib.h>

#define LATENCY_WINDOW_NS PM_S(600)
#define LATENCY_STEP_NS PM_S(15) // the finest grid: what is told more often is not seen

struct took {
    uint32_t registry, rank; // rank: of its length among all of its registry, from 1
    int64_t at, took_ns;
};

// How many of a window's pulls have each rank, in a Fenwick tree: one more, one fewer and
// the n-th shortest cost log n each, where sorting the window anew at each step would cost
// a busy registry its thousands again and again.
struct window {
    uint32_t *tree; // from 1
    size_t ranks, n;
    const int64_t *lengths; // by rank - 1
};
static void window_count(struct window *w, uint32_t rank, bool leaves) {
    w->n = leaves ? w->n - 1 : w->n + 1;
    for (size_t i = rank; i <= w->ranks; i += i & -i) w->tree[i] += leaves ? UINT32_MAX : 1;
}
static int64_t window_nth(const struct window *w, size_t nth) { // from 1
    size_t at = 0, span = 1;
    while (span * 2 <= w->ranks) span *= 2;
    for (; span; span /= 2) {
        if (at + span > w->ranks || w->tree[at + span] >= nth) continue;
        at += span;
        nth -= w->tree[at];
    }
    return w->lengths[at];
}

static const struct {
    const char *word;
    size_t percent;
} quantiles[] = {{"0.5", 50}, {"0.95", 95}, {"0.99", 99}};

#define FAMILY "pullmortem_pull_duration_seconds"
static uint32_t latency_series(struct build *b, size_t quantile, uint32_t registry) {
    return SERIES(b, FAMILY, L("quantile", pm_str_c(quantiles[quantile].word)),
                  L("registry", pm_name(b->scene->env, registry)));
}
static void latency_at(struct build *b, const struct window *w, const uint32_t *series,
                       int64_t at) {
    for (size_t q = 0; q < PM_LEN(quantiles); q++)
        pm_series_point(b, series[q], at, HOW_SET,
                        (double)window_nth(w, (w->n * quantiles[q].percent + 99) / 100) / 1e9);
}

// One registry's pulls in order of time.
static void latency_of(struct build *b, const struct took *items, size_t n, struct window *w) {
    size_t first = 0;
    uint32_t series[PM_LEN(quantiles)];
    for (size_t q = 0; q < PM_LEN(quantiles); q++)
        series[q] = latency_series(b, q, items[0].registry);
    for (size_t i = 0; i < n; i++) {
        window_count(w, items[i].rank, false);
        while (items[i].at - items[first].at > LATENCY_WINDOW_NS)
            window_count(w, items[first++].rank, true);
        bool ends = i + 1 == n;
        if (!ends && items[i].at / LATENCY_STEP_NS == items[i + 1].at / LATENCY_STEP_NS) continue;
        latency_at(b, w, series, items[i].at);
        if (ends || items[i + 1].at - items[i].at > LATENCY_WINDOW_NS)
            for (size_t q = 0; q < PM_LEN(quantiles); q++)
                pm_series_point(b, series[q], pm_time_add(items[i].at, LATENCY_WINDOW_NS), HOW_END,
                                0);
    }
}

// Those that took longest last, then of each time, then of each registry: sorted by the last
// that decides first, as equal ones stay in their order.
static struct pm_keyed *in_order(const struct took *all, size_t n) {
    struct pm_keyed *by = pm_xmalloc((n + 1) * sizeof *by);
    for (size_t i = 0; i < n; i++) by[i] = (struct pm_keyed){(uint64_t)all[i].took_ns, i};
    pm_sort_keyed(by, n);
    for (size_t i = 0; i < n; i++) by[i].key = pm_key_of_int64(all[by[i].of].at);
    pm_sort_keyed(by, n);
    for (size_t i = 0; i < n; i++) by[i].key = all[by[i].of].registry;
    pm_sort_keyed(by, n);
    return by;
}
// Gives each of one registry its rank; pulls that took equally long share one.
static void ranks_find(struct took *items, size_t n, struct pm_keyed *room, int64_t *lengths,
                       struct window *w) {
    for (size_t i = 0; i < n; i++) room[i] = (struct pm_keyed){(uint64_t)items[i].took_ns, i};
    pm_sort_keyed(room, n);
    w->ranks = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || room[i].key != room[i - 1].key) lengths[w->ranks++] = (int64_t)room[i].key;
        items[room[i].of].rank = (uint32_t)w->ranks;
    }
    memset(w->tree, 0, (w->ranks + 1) * sizeof *w->tree);
    w->lengths = lengths;
    w->n = 0;
}

// A good pull of a registry that says how long it took.
static bool tells(const struct pm_attempt *p) {
    return p->outcome == PM_OUTCOME_OK && p->duration_ns > 0 && p->names->registry &&
           pm_at(p) != PM_NO_TIME;
}
static size_t took_of(const struct build *b, struct took *out) {
    size_t n = 0;
    for (size_t i = 0; i < b->scene->pulls->n; i++) {
        const struct pm_attempt *p = &b->scene->pulls->items[i];
        if (tells(p)) out[n++] = (struct took){p->names->registry, 0, pm_at(p), p->duration_ns};
    }
    return n;
}

// Where nobody reads them they are only counted; when it was, the pulls' counters say.
static void latency_unread(struct build *b) {
    Pvoid_t known = NULL;
    Word_t freed;
    for (size_t i = 0; i < b->scene->pulls->n; i++) {
        const struct pm_attempt *p = &b->scene->pulls->items[i];
        Word_t *at = tells(p) ? pm_map_slot(&known, p->names->registry) : NULL;
        for (size_t q = 0; at && !*at && q < PM_LEN(quantiles); q++)
            latency_series(b, q, p->names->registry);
        if (at) *at = 1;
    }
    JLFA(freed, known);
    (void)freed;
}

void pm_series_latency(struct build *b) {
    if (!pm_series_asked(b, PM_STR(FAMILY))) {
        latency_unread(b);
        return;
    }
    size_t most = b->scene->pulls->n + 1;
    struct took *all = pm_xmalloc(most * sizeof *all);
    size_t n = took_of(b, all);
    struct pm_keyed *by = in_order(all, n);
    struct took *sorted = pm_xmalloc((n + 1) * sizeof *sorted);
    for (size_t i = 0; i < n; i++) sorted[i] = all[by[i].of];
    free(all);
    int64_t *lengths = pm_xmalloc((n + 1) * sizeof *lengths);
    struct window w = {.tree = pm_xmalloc((n + 1) * sizeof *w.tree)};
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end].registry == sorted[i].registry;) end++;
        ranks_find(sorted + i, end - i, by, lengths, &w);
        latency_of(b, sorted + i, end - i, &w);
    }
    free(by);
    free(sorted);
    free(lengths);
    free(w.tree);
}
