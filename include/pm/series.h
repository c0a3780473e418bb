// Metrics over the window, as a scraper would have seen them. Level 4.
//
// A series is a name, labels and samples. Scrapes stand on a fixed grid, so a stretch of
// scrapes that saw the same value is one run: a counter of a quiet day costs one run, not
// 5 760 samples. Names and labels are those of the field (kubelet, kube-state-metrics),
// ours begin with pullmortem_.
//
// Evaluations stand on whole multiples of the step, scrapes PM_SCRAPE_LEAD_NS before
// them: no sample lies exactly at the edge of a window or of the lookback, where
// Prometheus 2 counts it and Prometheus 3 does not. Half a second is exact in
// OpenMetrics' stamps, which are read as binary fractions.
#pragma once
#include "pm/arena.h"

#define PM_SCRAPE_LEAD_NS INT64_C(500000000)

struct pm_label {
    struct pm_str name, value;
};
// In order of name.
struct pm_labels {
    struct pm_label *items;
    size_t n;
};
// Samples of one value from..to (both are samples), a step apart; one sample: from == to.
struct pm_run {
    int64_t from_ns, to_ns;
    double value;
};
struct pm_series {
    struct pm_str name;      // "kubelet_runtime_operations_total"
    struct pm_labels labels; // without the name
    struct pm_run *runs;     // in order of time, none overlap
    size_t runs_n;
};
struct pm_series_set {
    int64_t from_ns, step_ns; // the first evaluation, and what lies between two
    size_t steps;             // evaluations; 0: nothing has a time
    struct pm_series *items;  // in order of name, then labels
    size_t n;
    struct pm_arena *a; // where the items and their runs live; NULL: in the report's
};
static inline int64_t pm_step_at(const struct pm_series_set *s, size_t step) {
    return s->from_ns + (int64_t)step * s->step_ns;
}

enum pm_metric { PM_METRIC_COUNTER = 0, PM_METRIC_GAUGE, PM_METRIC_SUMMARY };
// The metrics that there can be; a series belongs to one by its name (a summary's are
// name_count and name_sum)
struct pm_family {
    const char *name; // as in the series: with _total
    enum pm_metric type;
    const char *help;
};
extern const struct pm_family pm_families[]; // ends with a NULL name
int pm_labels_cmp(const struct pm_labels *a, const struct pm_labels *b);
// PM_NONE where it is not there
struct pm_str pm_labels_get(const struct pm_labels *l, struct pm_str name);
