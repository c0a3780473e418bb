// Two reports beside each other: what is new, gone, grown or shrunk. Level 6.
#pragma once
#include "pm/report.h"

enum pm_change {
    PM_CHANGE_NEW = 0,
    PM_CHANGE_GROWN,
    PM_CHANGE_SAME,
    PM_CHANGE_SHRUNK,
    PM_CHANGE_GONE
};
extern const char *const pm_change_names[];

// One number of both; unknown is NaN.
struct pm_figure {
    const char *name, *unit;
    double before, after;
    bool more_is_worse, judged; // judged: it can make the comparison worse
};
struct pm_compared_incident {
    enum pm_change change;
    const struct pm_incident *before, *after; // NULL where it is not there
};
struct pm_compared_names {
    const char *what; // "images", "registries", "nodes"
    struct pm_strs come, gone;
};
struct pm_comparison {
    const struct pm_report *before, *after;
    struct pm_compared_incident *incidents;
    size_t incidents_n, incidents_cap;
    struct pm_figure *figures;
    size_t figures_n, figures_cap;
    struct pm_compared_names names[3];
    struct pm_strs worse; // why it is
};
// All of it lives in `a`, and borrows from the reports.
struct pm_comparison *pm_compare(const struct pm_report *before, const struct pm_report *after,
                                 struct pm_arena *a);
void pm_comparison_free(struct pm_comparison *c);

struct pm_comparison_output {
    const char *name, *ending; // of files' names
    bool (*write)(FILE *out, const struct pm_comparison *c, struct pm_arena *a);
};
extern const struct pm_comparison_output pm_comparison_outputs[]; // ends with a NULL name
