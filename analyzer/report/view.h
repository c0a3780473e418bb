// The one reading of a report that every printer shares: what is worth telling, in what
// order, and in which words. A printer only lays out. Level 5.
//
// Words live in the view's arena. They hold what logs said, as it was said: a printer
// makes control characters visible and escapes for its own format.
#pragma once
#include "report/words.h"
#include "pm/report.h"

struct pm_view {
    struct pm_arena *a;
    const struct pm_report *r;
    const struct pm_incident *first; // the verdict's; NULL: none is over info
    struct pm_incident whole;        // the first with the figures of all that it led to
    int64_t day_ns;                  // stamps of this day are told without it
};
struct pm_view pm_view_open(const struct pm_report *r, struct pm_arena *a);
const struct pm_incident *pm_view_incident(const struct pm_view *v, uint32_t id); // NULL: none

// "pullmortem 0.2, commit 0a84597, rules bf0e…": which program said it.
struct pm_str pm_view_tool(const struct pm_report *r, struct pm_arena *a);

// Sections ------------------------------------------------------------------------------
enum pm_view_section {
    PM_SECTION_TIMELINE,
    PM_SECTION_INCIDENTS,
    PM_SECTION_QUOTAS,
    PM_SECTION_PULLS,
    PM_SECTION_HEALTH,
    PM_SECTION_ALERTS,
    PM_SECTION_FINDINGS,
    PM_SECTION_MISSING,
    PM_SECTION_UNKNOWN,
    PM_SECTION_WINDOWS,
    PM_SECTION_HEARSAY,
    PM_SECTION_CLOCKS,
    PM_SECTION_INPUT,
    PM_SECTION_FILES,
    PM_SECTION_COUNT
};
// A title is `name` and `rest` together; a terminal prints the name in capitals, a list of
// contents without the rest where `name_alone` is set.
struct pm_view_title {
    const char *id, *name, *rest;
    bool name_alone;
};
extern const struct pm_view_title pm_view_titles[PM_SECTION_COUNT];
bool pm_view_has(const struct pm_report *r, enum pm_view_section s); // it has something to say

// Times and places ----------------------------------------------------------------------
struct pm_str pm_view_time(const struct pm_view *v, int64_t ns);
struct pm_str pm_view_span(const struct pm_view *v, int64_t from_ns, int64_t to_ns);
// A moment of an incident: with seconds where the incident was brief.
struct pm_str pm_view_moment(const struct pm_view *v, const struct pm_incident *i, int64_t ns);
// A moment of something that lasted from–to.
struct pm_str pm_view_moment_of(const struct pm_view *v, int64_t ns, int64_t from_ns,
                                int64_t to_ns);
struct pm_str pm_view_lasted(const struct pm_view *v, int64_t ns);
struct pm_str pm_view_place(const struct pm_view *v, struct pm_str file, uint64_t line);

// The report's head ---------------------------------------------------------------------
// The verdict's sentence, or what is said where nothing is wrong.
struct pm_str pm_view_sentence(const struct pm_view *v);

// Incidents -----------------------------------------------------------------------------
struct pm_str pm_view_why(const struct pm_view *v, const struct pm_incident *i);
bool pm_view_triggered(const struct pm_incident *i); // a change was found that it came after
// With its time behind `before_time`, where that is not NULL.
struct pm_str pm_view_trigger(const struct pm_view *v, const struct pm_incident *i,
                              const char *before_time, const char *before_detail);
struct pm_str pm_view_scope(const struct pm_view *v, const struct pm_incident *i);
struct pm_str pm_view_step(const struct pm_link *l); // of a chain, in words
// An earlier incident that was given the same advice: 0 none.
uint32_t pm_view_advised_before(const struct pm_view *v, const struct pm_incident *i);
// Lists of at most so many, one more where that is the last: "a, b and 3 more".
struct pm_str pm_view_rollouts(const struct pm_view *v, const struct pm_rollout *list, size_t n,
                               size_t most);
struct pm_str pm_view_workloads(const struct pm_view *v, const struct pm_incident *i, size_t most);

// The nearest rivals; those that the same observation beat stand together.
struct pm_view_rival {
    struct pm_str causes, why;
    bool told; // the incident's own reasons hold this one
};
struct pm_view_rivals {
    const struct pm_view_rival *items;
    size_t n;
};
struct pm_view_rivals pm_view_rivals(const struct pm_view *v, const struct pm_incident *i,
                                     size_t most);

enum { PM_VIEW_PHASES = 3, PM_VIEW_CONTRASTS = 3 };
extern const struct pm_view_phase {
    const char *phase, *label, *title;
} pm_view_phases[PM_VIEW_PHASES];
// What was hit beside what was spared: the contrast that the scope was found by.
struct pm_view_contrast {
    const char *one, *many;
    const struct pm_strs *hit, *spared;
};
void pm_view_contrasts(const struct pm_incident *i,
                       struct pm_view_contrast rows[PM_VIEW_CONTRASTS]);

// Budgets -------------------------------------------------------------------------------
bool pm_view_quota_told(const struct pm_quota *q); // more is to be said of it than its figures
struct pm_str pm_view_quota_whose(const struct pm_view *v, const struct pm_quota *q);
struct pm_str pm_view_quota_used(const struct pm_view *v, const struct pm_quota *q);
struct pm_str pm_view_quota_limit(const struct pm_view *v, const struct pm_quota *q); // "100 / 6 h"
// What happened to it: when it ran out, what was refused, when it frees, what a cache would
// have saved.
struct pm_strs pm_view_quota_facts(const struct pm_view *v, const struct pm_quota *q);

// Alerts --------------------------------------------------------------------------------
// "2 min before the first pod was stuck"; PM_NONE where that is not known or at once.
struct pm_str pm_view_lead(const struct pm_view *v, const struct pm_alert *x);

// Clocks --------------------------------------------------------------------------------
// How stamps were dated that do not say their year or zone, and nodes whose clock is off.
struct pm_view_clock {
    const char *quality; // NULL: a node that is off
    struct pm_str files, how;
};
struct pm_view_clocks {
    const struct pm_view_clock *items;
    size_t n;
};
bool pm_view_any_clock(const struct pm_report *r);
struct pm_view_clocks pm_view_clocks(const struct pm_view *v);

// What happened -------------------------------------------------------------------------
// Changes, evidence, recoveries, budgets, alerts and marks, each with its time, in the
// order of the report.
enum pm_view_kind {
    PM_VIEW_TRIGGER,
    PM_VIEW_EVIDENCE,
    PM_VIEW_RECOVERED,
    PM_VIEW_QUOTA_OUT,
    PM_VIEW_QUOTA_FREE,
    PM_VIEW_ALERT,
    PM_VIEW_MARK
};
struct pm_view_event {
    enum pm_view_kind kind;
    int64_t at_ns;
    const struct pm_incident *incident; // NULL: of none
    struct pm_str what, detail, place;
};
struct pm_view_events {
    struct pm_view_event *items; // freed with free()
    size_t n, cap;
};
struct pm_view_events pm_view_events(const struct pm_view *v, size_t incidents_most);
