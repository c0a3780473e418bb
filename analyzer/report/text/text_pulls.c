// The text report's figures: pulls by registry, node and client, and each registry's
// health.
#include "report/text/text.h"
#include "pm/timeline.h"

struct stats_column {
    const char *name;
    struct pm_str (*cell)(struct pm_arena *a, const struct pm_pull_stats *s);
};

static struct pm_str c_attempts(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->attempts);
}

static struct pm_str c_ok(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->ok);
}

static struct pm_str c_failed(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->failed);
}

static struct pm_str c_success(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_ratio(a, s->ok, s->ok + s->failed);
}

static struct pm_str c_cached(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->cached);
}

static struct pm_str took(struct pm_arena *a, const struct pm_pull_stats *s, double v) {
    return s->latency.n ? pm_words_seconds(a, v) : PM_STR("–");
}

static struct pm_str c_p50(struct pm_arena *a, const struct pm_pull_stats *s) {
    return took(a, s, s->latency.p50_s);
}

static struct pm_str c_p95(struct pm_arena *a, const struct pm_pull_stats *s) {
    return took(a, s, s->latency.p95_s);
}

static struct pm_str c_max(struct pm_arena *a, const struct pm_pull_stats *s) {
    return took(a, s, s->latency.max_s);
}

static const struct stats_column stats_columns[] = {
    {"pulls", c_attempts}, {"ok", c_ok},        {"failed", c_failed}, {"success", c_success},
    {"cached", c_cached},  {"took p50", c_p50}, {"p95", c_p95},       {"max", c_max}};

// Rows in their order; where some must stay out, those with failures go first.
static size_t stats_pick(struct text *x, const struct pm_pull_stats *by, size_t n, size_t *picked) {
    size_t shown = 0;
    bool all = n <= pm_text_rows(x);
    for (int calm = 0; calm < (all ? 1 : 2); calm++)
        for (size_t k = 0; k < n && shown < pm_text_rows(x); k++)
            if (all || (by[k].failed == 0) == calm) picked[shown++] = k;
    return shown;
}

static void stats_table(struct text *x, const char *what, const struct pm_pull_stats *by,
                        size_t n) {
    uint64_t cached = 0;
    size_t *picked = PM_NEWN(x->t.a, size_t, n ? n : 1);
    if (!n) return;
    for (size_t k = 0; k < n; k++) cached += by[k].cached;
    struct pm_table b = {.columns = cached ? 9 : 8, .right = 0x1fe, .drop = "max|took p50"};
    pm_table_add(&b, pm_str_c(what));
    for (size_t c = 0; c < PM_LEN(stats_columns); c++)
        if (cached || stats_columns[c].cell != c_cached)
            pm_table_add(&b, pm_str_c(stats_columns[c].name));
    size_t shown = stats_pick(x, by, n, picked);
    for (size_t k = 0; k < shown; k++) {
        const struct pm_pull_stats *s = &by[picked[k]];
        pm_table_add(&b, s->name.n ? pm_text_seen(x, s->name) : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_LEN(stats_columns); c++)
            if (cached || stats_columns[c].cell != c_cached)
                pm_table_add(&b, stats_columns[c].cell(x->t.a, s));
    }
    pm_table_print(&x->t, &b, 1);
    pm_text_more(x, 1, pm_text_rows(x), n);
}

static void text_series(struct text *x) {
    const struct pm_report *r = x->r;
    double v[PM_TEXT_SPARK] = {0}, most = 0;
    if (r->series_n < 2 || !r->total.failed) return;
    size_t slots = r->series_n < PM_TEXT_SPARK ? r->series_n : PM_TEXT_SPARK;
    for (size_t k = 0; k < r->series_n; k++)
        v[k * slots / r->series_n] += (double)r->series[k].failed;
    for (size_t k = 0; k < slots; k++)
        if (v[k] > most) most = v[k];
    struct pm_str curve = pm_text_spark(x->t.a, v, slots, 0),
                  when = pm_view_span(&x->v, r->series[0].t_ns, r->series[r->series_n - 1].t_ns);
    pm_text_item(
        &x->t, 1, "failed", 8,
        pm_arena_fmt(x->t.a, "%.*s  %.*s, at most %.0f a bar", PM_FMT(curve), PM_FMT(when), most));
}

void pm_text_pulls(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->total.failed && !r->incidents_n) return; // the verdict's line said it
    if (!pm_text_section(x, PM_SECTION_PULLS)) return;
    stats_table(x, "registry", r->by_registry, r->by_registry_n);
    if (r->by_node_n) fputc('\n', x->t.f);
    stats_table(x, "node", r->by_node, r->by_node_n);
    if (r->by_client_n) fputc('\n', x->t.f);
    stats_table(x, "client", r->by_client, r->by_client_n);
    uint64_t told = r->total.cache_hits + r->total.cache_misses;
    if (told)
        pm_text_item(&x->t, 1, "cached", 8,
                     pm_arena_fmt(x->t.a,
                                  "%.0f %% of %llu requests were answered from a proxy's cache",
                                  100.0 * (double)r->total.cache_hits / (double)told,
                                  (unsigned long long)told));
    text_series(x);
}

void pm_text_health(struct text *x) {
    const struct pm_report *r = x->r;
    size_t *picked = PM_NEWN(x->t.a, size_t, r->by_registry_n + 1);
    struct pm_table b = {.columns = 2 + PM_HEALTH_COLUMNS,
                         .right = 0x3fe,
                         .drop = "p99|cache hits|401|mean|failed over time"};
    if (!pm_text_section(x, PM_SECTION_HEALTH)) return;
    pm_table_add(&b, PM_STR("registry"));
    for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_table_add(&b, pm_str_c(pm_health_heads[c]));
    pm_table_add(&b, PM_STR("failed over time"));
    size_t shown = stats_pick(x, r->by_registry, r->by_registry_n, picked);
    for (size_t k = 0; k < shown; k++) {
        const struct pm_pull_stats *s = &r->by_registry[picked[k]];
        struct pm_str cells[PM_HEALTH_COLUMNS];
        pm_words_health(x->t.a, r, s, cells);
        pm_table_add(&b, s->name.n ? pm_text_seen(x, s->name) : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_table_add(&b, cells[c]);
        pm_table_add(&b, pm_text_lane(x, PM_LANE_REGISTRY, s->name, 0, PM_TEXT_SPARK_SHORT));
    }
    pm_table_print(&x->t, &b, 1);
    pm_text_more(x, 1, pm_text_rows(x), r->by_registry_n);
}
