// Between series.c, the drafts (series_draft.c) and those who feed them: pulls (series_pulls.c, series_latency.c), waiting pods
// (series_waiting.c), limits, probes and disks (series_readings.c).
#pragma once
#include "judge/alerts/series.h"
#include "judge/scene.h"

enum how {
    HOW_COUNT, // a counter of whole things grows: what one scrape sees of it is one point
    HOW_ADD,   // a counter of parts grows: what a sum is rounded to hangs on its order
    HOW_SET,   // a gauge is
    HOW_DEPTH, // one more or fewer waits
    HOW_END    // it is not known any more
};
struct point { // of what is said how, its series says: all of one are of one kind
    int64_t at;
    double value; // NaN: it ends
};
struct draft {
    struct pm_str name;
    struct pm_labels labels;
    bool counter, counts; // counts: a gauge of how many, not of whether
    bool asked;           // else it is only counted: neither its labels nor its points are kept
    enum how how;
    PM_LIST(struct point) points; // in the order in which they were put down
};
struct wait { // a pod's, to INT64_MAX where it still waits
    uint32_t pod;
    int64_t from, to;
};
struct build {
    const struct pm_scene *scene;
    const struct pm_alert_rules *alerts;
    struct pm_report *report;
    struct pm_intern *keys;
    PM_LIST(struct draft) drafts; // by key
    int64_t from, to;             // of what was measured; PM_NO_TIME: nothing was
    PM_LIST(struct wait) waits;
    Pvoid_t container_of; // pod and image → container
    Pvoid_t backed_off;   // pod → index + 1 of the trace that first told of back-off
};

// A series by its name and labels, made where it was not there. Labels in order of name;
// empty ones are no labels.
uint32_t pm_series_of(struct build *b, const char *name, const struct pm_label *labels, size_t n);
#define L(name_, value_)                                                                           \
    { PM_STR(name_), (value_) }
#define SERIES(b, name, ...)                                                                       \
    pm_series_of((b), (name), (const struct pm_label[]){__VA_ARGS__},                              \
                 PM_LEN(((const struct pm_label[]){__VA_ARGS__})))
void pm_series_point(struct build *b, uint32_t series, int64_t at, enum how how, double value);

// Does anyone read series of this name?
bool pm_series_asked(const struct build *b, struct pm_str name);
// Do reports, which keep those when alerts are replayed?
bool pm_series_told(struct pm_str name);

// The scrape that sees what happened at `at`, on the finest grid that there is: what
// has one number here is seen by one scrape on all of them.
int64_t pm_series_scrape(int64_t at);

void pm_series_pulls(struct build *b);
void pm_series_latency(struct build *b);
void pm_series_waiting(
    struct build *b); // after the incidents stand in the report; fills its buckets too
void pm_series_readings(struct build *b);
