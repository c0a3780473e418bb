// The gate: thresholds that turn reports into an exit status. Level 6.
//
// A policy is a list of checks. Each bundle's report is held against all of them and
// gives a row; rows give the exit status. What the baseline knows and what a waiver
// excuses is told, and does not fail. A bundle that could not be read whole never passes.
//
// Ownership: policy and rows live in the arena they were made with; they outlive the
// reports (everything is copied).
#pragma once
#include "pm/incident.h"
#include <stdio.h>

enum pm_check_kind { PM_CHECK_INCIDENT = 0, PM_CHECK_METRIC, PM_CHECK_QUOTA, PM_CHECK_FINDING };
extern const char *const pm_check_names[];

struct pm_check {
    enum pm_check_kind kind;
    bool warn;      // action: warn — told, does not fail
    uint64_t line;  // in the policy file, 0 built in or from --fail-on
    const char *id; // for people and JUnit: "any:warning", "success_ratio under 0.95"
    // incident: which
    const char *match;         // a cause, a family, "any"
    enum pm_severity severity; // at least
    enum pm_confidence confidence;
    int scope; // enum pm_scope_kind, -1 any
    // where: narrows every kind
    const char *registry, *node, *identity;
    // metric
    const char *metric;
    bool over; // else under
    double threshold;
    int64_t for_ns;      // the series must hold it that long; 0: the whole window's value
    double headroom;     // quota: remaining share at its peak under this
    const char *finding; // id, NULL: any of at least that severity
};
// PM_NO_TIME: never expires.
struct pm_waiver {
    const char *match, *registry, *node, *fingerprint, *reason;
    int64_t expires_ns;
    uint64_t line;
};

struct pm_requirement_kind {
    const char *name;
    uint64_t (*of)(const struct pm_report *r);
};
extern const struct pm_requirement_kind pm_requirement_kinds[]; // ends with a NULL name
// require: what a bundle must hold at least to be judged.
struct pm_requirement {
    const struct pm_requirement_kind *kind;
    uint64_t least;
};

struct pm_gate_policy {
    struct pm_check *checks;
    size_t checks_n, checks_cap;
    struct pm_waiver *waivers;
    size_t waivers_n, waivers_cap;
    struct pm_requirement *requirements;
    size_t requirements_n, requirements_cap;
    bool allow_empty; // a bundle that holds nothing known may pass
};
// path NULL: the default policy: no incident of severity warning or critical. False on
// mistakes, told in diags with file:line and a hint.
bool pm_policy_load(struct pm_gate_policy *p, const char *path, struct pm_arena *a,
                    struct pm_diags *diags);
// --fail-on "rate-limit:critical,auth,any:info": adds a check for each. False: *bad is the part that is wrong.
bool pm_policy_fail_on(struct pm_gate_policy *p, const char *list, struct pm_arena *a,
                       const char **bad);

// How far an incident went.
struct pm_reach {
    uint64_t nodes, pods, images;
};
struct pm_known {
    struct pm_str fingerprint;
    struct pm_reach reach;
};
struct pm_baseline {
    struct pm_known *known;
    size_t known_n, known_cap;
};
bool pm_baseline_load(struct pm_baseline *b, const char *path, struct pm_arena *a,
                      struct pm_diags *diags);

// NULL where it is not known, or no longer the same: then *grown says what outgrew it.
const struct pm_known *pm_baseline_find(const struct pm_baseline *b, struct pm_str fingerprint,
                                        const struct pm_reach *now, struct pm_str *grown,
                                        struct pm_arena *a);

enum pm_gate_state {
    PM_GATE_PASS = 0,
    PM_GATE_UNJUDGED,
    PM_GATE_KNOWN,
    PM_GATE_WAIVED,
    PM_GATE_WARN,
    PM_GATE_FAIL,
    PM_GATE_BROKEN
};
extern const char *const pm_gate_state_names[];
// One thing that was looked at: an incident, or a check of another kind.
struct pm_gate_item {
    enum pm_check_kind kind;
    enum pm_gate_state state;
    struct pm_str id, title, message, why, fingerprint,
        file; // id: cause or check; why: the waiver's reason, or the check that failed it
    uint64_t line;
    struct pm_str where,
        note; // "registry docker.io: 45 pulls"; what else is to be known: an expired waiver, a baseline that it outgrew
    enum pm_severity severity;
    struct pm_reach reach;
    const struct pm_evidence_line *evidence; // the first is file:line
    size_t evidence_n;
    const struct pm_advice *advice;
    size_t advice_n;
    int64_t lasted_ns;
    unsigned occurrence; // of this fingerprint in the whole result, from 1
};
struct pm_gate_row {
    struct pm_str bundle, verdict, root_cause, why_broken;
    enum pm_gate_state state;
    uint64_t attempts, failed, incidents;
    int64_t from_ns, to_ns; // of the evidence; PM_NO_TIME unknown
    struct pm_gate_item *items;
    size_t items_n, items_cap;
};
struct pm_gate_result {
    struct pm_gate_row *rows;
    size_t rows_n, rows_cap;
    bool report_only;
    // What is to be done about a cause whatever the incident, for the help of a rule: so
    // many rows of at most max.
    size_t (*help)(void *ctx, int cause, struct pm_advice *rows, size_t max);
    void *help_ctx;
};
// Numbers items of one fingerprint, once all rows are there.
void pm_gate_number(struct pm_gate_result *g);

// A file of the workspace, and what inside of it is meant where that cannot be linked to
// (PM_NONE: the file itself).
struct pm_gate_place {
    struct pm_str path, inside;
};
struct pm_gate_place pm_gate_place_of(struct pm_arena *a, struct pm_str bundle,
                                      struct pm_str member);
// " (nodes/n1/kubelet.log:7)", or nothing
struct pm_str pm_gate_inside(struct pm_arena *a, const struct pm_gate_place *p, uint64_t line);
// now_ns: today, for the expiry of waivers.
void pm_gate_judge(struct pm_gate_row *row, const struct pm_report *r,
                   const struct pm_gate_policy *p, const struct pm_baseline *known, int64_t now_ns,
                   struct pm_arena *a);

// Why this report is no ground for a pass (cut, empty, less than the policy requires, a
// check without its subject); PM_NONE where it is one.
struct pm_str pm_gate_why_broken(const struct pm_gate_row *row, const struct pm_report *r,
                                 const struct pm_gate_policy *p, struct pm_arena *a);

// One metric of a report, as `metric:` names it; where a check narrows it to a registry
// or node, of that one. False where it does not apply.
struct pm_metric {
    const char *name, *what;
    double (*of)(const struct pm_pull_stats *s);
    double (*of_bucket)(const struct pm_bucket *b);
    // why these pulls cannot be measured; NULL: they can. A metric without it is always
    // measured: 0 is a count, too
    const char *(*lacks)(const struct pm_pull_stats *s);
};
extern const struct pm_metric pm_metrics[]; // ends with a NULL name; of_bucket NULL: no `for`
const struct pm_metric *pm_metric_find(const char *name);
const struct pm_pull_stats *pm_metric_stats(const struct pm_report *r, const struct pm_check *c);

// Outputs. Each writes the whole result; false on a write error. One file
// analyzer/gate/out_<name>.c each.
struct pm_gate_output {
    const char *name; // "table", "json", "junit", "sarif", "github", "gitlab"
    const char *title;
    bool (*write)(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color);
};
extern const struct pm_gate_output pm_gate_table, pm_gate_json, pm_gate_junit, pm_gate_sarif,
    pm_gate_github, pm_gate_gitlab, pm_gate_summary, pm_gate_baseline;
