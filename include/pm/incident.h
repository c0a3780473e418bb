// Pulls, incidents and the report that holds them: what the judge finds and the renderers
// print. Level 4.
//
// Ownership: one pm_report owns everything below it in its arena: nothing here is freed
// alone. The members are those of the JSON report (analyzer/share/report.schema.json), under the same
// names, so that a renderer is a walk.
#pragma once
#include "pm/rule.h"

enum pm_outcome { PM_OUTCOME_OPEN = 0, PM_OUTCOME_OK, PM_OUTCOME_FAILED, PM_OUTCOME_CACHED };
extern const char *const pm_outcome_names[];
enum pm_severity { PM_SEVERITY_INFO = 0, PM_SEVERITY_WARNING, PM_SEVERITY_CRITICAL };
extern const char *const pm_severity_names[];
enum pm_scope_kind {
    PM_SCOPE_CLUSTER = 0,
    PM_SCOPE_REGISTRY,
    PM_SCOPE_NODE,
    PM_SCOPE_IMAGE,
    PM_SCOPE_NAMESPACE,
    PM_SCOPE_CLIENT,
    PM_SCOPE_ENDPOINT,
    PM_SCOPE_COUNT
};
extern const char *const pm_scope_names[];
// bits: who traced a pull.
enum pm_source {
    PM_SRC_RUNTIME = 1,
    PM_SRC_KUBELET = 2,
    PM_SRC_EVENTS = 4,
    PM_SRC_POD = 8,
    PM_SRC_REGISTRY = 16,
    PM_SRC_CLIENT = 32
};

// A set or list of strings.
struct pm_strs {
    struct pm_str *items;
    size_t n, cap;
};
// Name → number, in order of number then name.
struct pm_counts_by {
    struct pm_str name;
    uint64_t n;
};

// One attempt of one node to pull one image.
struct pm_pull {
    uint64_t id;
    struct pm_str node, image, registry, repository, tag, digest; // image: normalised
    struct pm_str client, user, k8s_namespace;
    int64_t started_ns, ended_ns; // PM_NO_TIME unknown
    enum pm_outcome outcome;
    int cause; // index into pm_causes, -1 none
    const char *rule;
    int http_status;
    enum pm_stage stage;
    int64_t duration_ns, waiting_ns; // download apart from queueing; 0 unknown
    int64_t bytes;                   // -1 unknown
    struct pm_strs pods;             // "namespace/name"
    unsigned sources;                // enum pm_source
    bool reconstructed;              // from an event's count, time is the back-off model's
    uint64_t requests;               // registry-side lines folded in
    uint64_t evidence;               // event id of its best line
    uint32_t incident;               // id, 0 none
    struct pm_str error;             // the best error text
};

struct pm_line { // of a file, from 1
    uint64_t line;
    struct pm_str text;
};
struct pm_evidence_line {
    struct pm_str file, component, text, why;
    uint64_t line;
    int64_t time_ns;
    uint64_t event;         // its id in the timeline
    struct pm_str meaning;  // what the line was taken for, in words
    struct pm_line *beside; // lines near it in the same file that were taken for something, too
    size_t beside_n;
};
struct pm_against {
    int cause;
    struct pm_str why;
};
// phase: mitigate, fix, prevent; within: 0-10m, 10-30m, 30-120m, 1-7d after it was
// noticed.
struct pm_advice {
    struct pm_str phase, text, command, within;
};
// Incident 0: a step that is no incident of its own; share: part of it that is shown to
// come from the step before, under 0 where it is the first.
struct pm_link {
    int cause;
    int64_t at_ns;
    struct pm_str what;
    uint32_t incident;
    double share;
};
struct pm_hit_pod {
    struct pm_str k8s_namespace, name, workload, node, image;
    int64_t first_ns, last_ns, stuck_ns;
    bool recovered;
    bool gone;   // deleted or taken back: it waits no longer
    bool silent; // the log of its kubelet goes on, and does not fail at it again
    bool guessed;
};
struct pm_hit_workload {
    struct pm_str kind, k8s_namespace, name;
    uint64_t pods;
    bool guessed;
};
struct pm_rollout {
    struct pm_str kind, k8s_namespace, name, why;
    int64_t desired, ready, at_ns;
};
struct pm_autoscaler {
    struct pm_str k8s_namespace, name, target;
    int64_t current, desired, max;
};

struct pm_incident {
    uint32_t id;               // 1 is the one to read first
    struct pm_str fingerprint; // stable: cause + scope shape, survives re-collection
    int root_cause;
    // which of several troubles the cause holds; empty where that is not known
    struct pm_str variant;
    // the hosts on the wire that failed, most often first: a registry, its CDN or token
    // server, a mirror, a proxy
    struct pm_strs endpoints;
    struct pm_str title, summary;
    enum pm_severity severity;
    struct pm_str severity_why;
    enum pm_confidence confidence;
    double score; // 0..1
    struct pm_strs confidence_why;
    int64_t from_ns, to_ns, recovered_ns; // recovered: PM_NO_TIME where not within these logs
    enum pm_scope_kind scope_kind;
    struct pm_strs scope;
    struct pm_strs registries;
    uint64_t failed_pulls, failed_requests, lines;
    struct pm_counts_by *http_status;
    size_t http_status_n;
    uint64_t stages[PM_STAGE_COUNT];
    struct { // blast radius
        struct pm_hit_pod *pods;
        size_t pods_n, pods_cap;
        struct pm_hit_workload *workloads;
        size_t workloads_n, workloads_cap;
        struct pm_strs namespaces, nodes, images, registries, services;
        struct pm_strs spared_nodes, spared_registries, spared_images;
        uint64_t peak_waiting_pods;
        struct pm_rollout *stuck_rollouts;
        size_t stuck_rollouts_n, stuck_rollouts_cap;
        struct pm_autoscaler *blocked_autoscalers;
        size_t blocked_autoscalers_n, blocked_autoscalers_cap;
        struct pm_rollout *rollbacks;
        size_t rollbacks_n, rollbacks_cap;
    } blast;
    struct pm_link *chain;
    size_t chain_n, chain_cap;
    uint32_t explained_by; // incident id, 0 none
    uint32_t *explains;
    size_t explains_n, explains_cap;
    struct {
        struct pm_str what, detail;
        int64_t at_ns;
    } trigger; // what: "unknown" where nothing was found
    struct pm_evidence_line *evidence;
    size_t evidence_n, evidence_cap;
    struct pm_against *against;
    size_t against_n, against_cap;
    struct pm_advice *advice;
    size_t advice_n, advice_cap;
};

struct pm_latency {
    uint64_t n;
    double mean_s, p50_s, p95_s, p99_s, max_s;
};
// What a failed pull met; a pull can be of several.
enum pm_trouble {
    PM_TROUBLE_429 = 0,
    PM_TROUBLE_401,
    PM_TROUBLE_403,
    PM_TROUBLE_404,
    PM_TROUBLE_5XX,
    PM_TROUBLE_TIMEOUT,
    PM_TROUBLE_TOKEN_EXPIRED,
    PM_TROUBLE_INVALID_CREDENTIALS,
    PM_TROUBLE_COUNT
};
extern const char *const pm_trouble_names
    [PM_TROUBLE_COUNT]; // "429" … "5xx", "timeout", "token_expired", "invalid_credentials"
struct pm_pull_stats {
    struct pm_str name; // registry, node, namespace or image; empty for the total
    uint64_t attempts, ok, failed, cached, open;
    uint64_t cache_hits,
        cache_misses; // requests that a proxy or CDN answered from its cache, and that it passed on; where its log tells
    uint64_t retries;    // attempts after a failed one of the same node for the same image
    uint64_t gc_removed; // images that the kubelet's image GC removed
    uint64_t troubles[PM_TROUBLE_COUNT];
    struct pm_counts_by *by_cause;
    size_t by_cause_n;
    struct pm_counts_by *http_status;
    size_t http_status_n;
    struct pm_latency latency; // of the download
    struct pm_latency queue;   // waiting before it, where it was logged
    int64_t bytes;             // -1 unknown
};
// waiting: the most pods that waited at one time.
struct pm_bucket {
    int64_t t_ns;
    uint64_t attempts, ok, failed, waiting;
    struct pm_latency latency; // of the downloads that went well
};

// A timeline's lane: what happened in each step of an axis that all lanes share, so that
// they can be laid under each other.
enum pm_lane_kind {
    PM_LANE_ALL = 0,
    PM_LANE_REGISTRY,
    PM_LANE_NODE,
    PM_LANE_NAMESPACE,
    PM_LANE_INCIDENT,
    PM_LANE_COUNT
};
extern const char *const pm_lane_names[PM_LANE_COUNT];
// waiting: lines that tell of back-off.
struct pm_step {
    uint32_t ok, failed, cached, waiting;
};
struct pm_lane {
    enum pm_lane_kind kind;
    struct pm_str name;
    uint32_t incident; // of an incident's lane
    struct pm_step *steps;
};
// What is no pull and may explain one: image GC, disk pressure, restarts of a runtime.
struct pm_mark {
    int64_t at_ns;
    const char *what; // the event's kind
    struct pm_str node;
    uint64_t count; // of this kind and node in one step of the axis
};

// Remaining -1 unknown.
struct pm_quota_point {
    int64_t t_ns;
    uint64_t used, ok, refused;
    int64_t remaining;
};
struct pm_consumer {
    struct pm_str kind, name;
    uint64_t pulls;
};
struct pm_quota {
    struct pm_str registry, identity, user, client, policy,
        status; // identity: anonymous|user|unknown; status: ok|near|exceeded
    struct pm_str unit,
        note; // unit: pulls|requests; note: what a figure that cannot be says, or which readings are open
    bool checked;            // a health check read it: no pull of these logs is counted in it
    int64_t limit, window_s; // -1 unknown
    uint64_t used_low, used_high, peak_used, refused;
    int64_t peak_at_ns, exhausted_at_ns, first_refused_ns, last_refused_ns, free_at_ns;
    struct pm_quota_point *points;
    size_t points_n, points_cap;
    struct pm_consumer *consumers;
    size_t consumers_n, consumers_cap;
    int64_t with_cache; // upstream pulls a pull-through cache would have needed; -1 unknown
    // What an account would have been allowed where an anonymous budget ran short; limit 0:
    // not known. wanted: what was used, and each image that a node or client was refused,
    // once.
    struct {
        struct pm_str policy;
        int64_t limit, window_s;
        uint64_t wanted;
    } with_credentials;
};
struct pm_alert_span {
    int64_t from_ns, to_ns;
    double peak;
};
struct pm_series; // pm/series.h
struct pm_series_set;
// lead_s: from the first firing to the first pod stuck: over 0 it fired before, under 0
// after. fired: first to last evaluation that fired, over all label sets; peak: the value
// farthest beyond the threshold meanwhile.
struct pm_alert {
    struct pm_str name, severity, expr;
    struct pm_str note; // why it never fires or was not replayed, and what it replaces
    bool own;           // the user's, not a built-in one
    struct pm_alert_span *fired;
    size_t fired_n, fired_cap;
    bool lead_known;
    int64_t lead_s;
    int64_t for_ns, every_ns; // evaluated so often, must hold so long
    // what the expression was, at each evaluation: the trace behind `fired`
    struct pm_series *values;
    size_t values_n;
};
struct pm_finding {
    struct pm_str id, severity, file, text, advice;
    uint64_t line;
};
struct pm_missing {
    struct pm_str what, effect;
};
struct pm_unknown {
    struct pm_str tmpl, file, text;
    uint64_t count, line;
};

// Lines of one writer in one file that speak of pulls and were not counted.
struct pm_hearsay {
    struct pm_str file, pod,
        text; // pod: the writer's, "namespace/name", or a program's name; text: of the first line
    uint64_t lines, line, last_line;
    int64_t part, last_part; // of a log that was cut, the one that the line is in
};

// A stretch of time that lies apart from the report's own by a long silence: summed up,
// not judged.
struct pm_window {
    int64_t from_ns, to_ns;
    uint64_t attempts, ok, failed;
    struct pm_counts_by *by_cause;
    size_t by_cause_n;
    struct pm_strs files; // that tell of its pulls
};

struct pm_file_row;
struct pm_pulls_kept;
struct pm_report {
    struct pm_arena *a; // owns all of it
    struct pm_strs inputs;
    int64_t from_ns, to_ns;
    uint64_t files_n, bytes, lines, events, bad, undated;
    struct pm_file_row *files;
    size_t file_rows_n, file_rows_cap;
    struct {
        struct pm_str path, why;
    } * skipped;
    size_t skipped_n, skipped_cap;
    struct pm_diag *diagnostics;
    size_t diagnostics_n, diagnostics_cap;
    bool partial;         // some of the input could not be read: what is said stands on the rest
    struct pm_strs nodes; // all nodes seen
    struct pm_pull_stats total;
    struct pm_pull_stats *by_registry;
    size_t by_registry_n, by_registry_cap;
    struct pm_pull_stats *by_node;
    size_t by_node_n, by_node_cap;
    struct pm_pull_stats *by_client; // pulls that are no node's, and whose client is known
    size_t by_client_n;
    struct pm_pull_stats *by_namespace;
    size_t by_namespace_n;
    struct pm_pull_stats *by_image;
    size_t by_image_n;
    struct {
        int64_t from_ns, middle_ns, to_ns;
        uint64_t ok[2], failed[2];
    } trend; // pulls that ended in the first and second half; from PM_NO_TIME: none
    struct pm_bucket *series;
    size_t series_n, series_cap;
    struct pm_bucket series_undated; // pulls that nobody dated: in no bucket, but of the totals
    struct {
        int64_t from_ns, step_ns; // PM_NO_TIME: nothing is dated
        size_t n;
    } axis; // of the lanes
    struct pm_lane *lanes;
    size_t lanes_n, lanes_cap;
    struct pm_mark *marks;
    size_t marks_n, marks_cap;
    struct pm_incident *incidents;
    size_t incidents_n, incidents_cap;
    struct pm_quota *quotas;
    size_t quotas_n, quotas_cap;
    struct pm_alert *alerts;
    size_t alerts_n, alerts_cap;
    // The grid on which alerts were replayed, and the series that reports tell of; all of
    // them where the judge's options say so. NULL where nothing has a time.
    struct pm_series_set *metrics;
    struct pm_finding *findings;
    size_t findings_n, findings_cap;
    struct pm_missing *missing;
    size_t missing_n, missing_cap;
    struct pm_unknown *unknown;
    size_t unknown_n, unknown_cap;
    struct pm_hearsay *hearsay;
    size_t hearsay_n, hearsay_cap;
    struct pm_window *windows; // others than the report's own, latest first
    size_t windows_n;
    uint32_t verdict;                         // incident id, 0: none is over info
    struct {                                  // the verdict's incident and all that it led to
        int64_t from_ns, to_ns, recovered_ns; // recovered: only when all of it is
        uint64_t failed_pulls;
        uint32_t *effects; // incident ids
        size_t effects_n;
    } whole;
    struct pm_str verdict_sentence;
    const char *rules_hash;
    struct pm_pulls_kept *pulls; // all of them; NULL: the judge was not asked to keep them
};
// The pulls that a report keeps, in order of time; each is good until the callback returns, its
// texts but for the names of pods as long as the report. False: the callback said so.
typedef bool pm_pull_cb(void *ctx, const struct pm_pull *p);
bool pm_report_pulls(const struct pm_report *r, pm_pull_cb *cb, void *ctx);
