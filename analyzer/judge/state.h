// The judge's own structs, shared by its files. Internal to analyzer/judge/.
//
// What is read from the timeline becomes traces (one a trouble-bearing event), facts
// (states of pods, nodes, workloads) and request groups: the evidence. Folding makes
// pulls of them, grouping makes incidents (hits) of pulls. Each is a value of its own
// that pm_judge owns until it returns; what a pass may write stands in its type. Strings
// are interned: equal strings are equal numbers, 0 is the empty one. What the report
// keeps lives in the report (its arena and its intern table).
#pragma once
#include "pm/arena.h"
#include "pm/image.h"
#include "pm/intern.h"
#include "pm/judge.h"
#include <Judy.h>
#include <jansson.h>

#define PM_S(seconds) ((int64_t)((seconds)*1e9))
#define PM_LOOSE_NS PM_S(180) // how far a table's ages may be off

struct
    pm_ids { // growable list of small numbers; long ones that are used as sets keep a Judy1 beside
    uint32_t *items;
    size_t n, cap;
    Pvoid_t set;
    size_t set_n; // so many items are in it
};
void pm_ids_add(struct pm_ids *v, uint32_t id);
bool pm_ids_add_new(struct pm_ids *v, uint32_t id); // false where it is there already
bool pm_ids_has(const struct pm_ids *v, uint32_t id);
void pm_ids_free(struct pm_ids *v);

// A number for a pair of ids, and a map from it: JudyL.
#define PM_PAIR(a, b) ((Word_t)(((uint64_t)(a) << 32) | (uint32_t)(b)))
Word_t *pm_map_slot(Pvoid_t *map, Word_t key); // made, 0, where it was not there
Word_t pm_map_get(Pvoid_t map, Word_t key);    // 0 where it is not there

enum pm_role { // what a trace is to folding
    PM_ROLE_NONE = 0,
    PM_ROLE_START,   // an attempt begins
    PM_ROLE_END,     // an attempt ended: counts
    PM_ROLE_ECHO,    // speaks of an attempt that another line counts: adds pod, container, error
    PM_ROLE_BACKOFF, // between attempts
    PM_ROLE_CACHED,
    PM_ROLE_SIDE, // no attempt: mirror tries, runtime state, disk, image GC
};
enum pm_origin {
    PM_ORIGIN_NONE = 0,
    PM_ORIGIN_RUNTIME,
    PM_ORIGIN_DOCKERD,
    PM_ORIGIN_KUBELET,
    PM_ORIGIN_EVENTS,
    PM_ORIGIN_POD,
    PM_ORIGIN_CLIENT,
    PM_ORIGIN_REGISTRY,
    PM_ORIGIN_OTHER
};

struct pm_trace {
    uint64_t id;             // event id in the timeline
    int64_t ts, first, last; // PM_NO_TIME unknown
    int64_t duration_ns, waiting_ns, bytes;
    uint32_t file;
    uint32_t node, image, registry, repository, tag, digest, namespace, pod, container, client,
        user, error, reason, message, host, object, secret, join, workload, url;
    uint32_t count;
    unsigned flags;
    int16_t status;
    uint8_t kind, component, stage, role, origin, quality;
    uint8_t
        form; // which of a program's two lines: 1 opens (or "Pulled image"), 2 closes ("Handler for", "returns image reference")
    struct pm_verdict verdict;
    uint32_t pull;   // the pull that it was folded into, index + 1; 0 none
    uint32_t writer; // "namespace/pod" in whose output it stands; 0 none
    bool waits;      // a pod's that waits for an image: nothing says why, and no pull is made of it
    bool retold;     // the kubelet's log repeats an event that is there: it counts no second time
    bool printed;    // it stands in somebody's output, pod or other, known by both names or not
};
struct pm_rumour { // a failed pull as hearsay tells it
    int64_t ts;
    uint32_t node, image, namespace, pod;
};

struct pm_attempt {         // a pull while it is folded
    int64_t started, ended; // PM_NO_TIME unknown
    uint32_t node, image, registry, repository, tag, digest, namespace, container, client, user,
        error;
    struct pm_ids pods;             // "namespace/name"
    uint8_t outcome, stage, origin; // origin: who counted it
    int16_t status;
    unsigned sources, flags; // enum pm_source; enum pm_event_flag seen on any of its traces
    uint8_t forms;           // of the lines seen, bits
    bool reconstructed, exact_pod, requested; // requested: a start line was seen
    int64_t duration_ns, waiting_ns, bytes;
    int64_t
        off_ns; // how far its time may be off: a table's ages, or between an event's first and last; 0: a log's stamp
    int64_t
        lead_ns; // how long before its end it may have begun, where only its end is known: a counted event's mean gap
    uint64_t requests, lines;
    int64_t answered; // when the registry answered last, by its log's clock; 0 where no log says
    uint64_t best;    // event id of the line that says it best
    int best_rank;
    struct pm_verdict verdict; // settled: candidate_count 1
    bool settled_by_neighbour;
    bool quiet; // its runtime logs no failures
    bool
        unended; // … and nobody told its end yet: it lies somewhere before `ended`, when the next start overtook it
    uint32_t log;          // the path of the registry's log, where that alone shows it
    uint32_t join;         // that ties its start to its end
    uint32_t merged;       // index + 1 of the attempt that it turned out to be part of
    uint32_t was;          // index before ordering
    struct pm_ids traces;  // index into traces
    struct pm_str why;     // how an ambiguity was settled
    int16_t hidden_status; // what the registry side answered when the node's own line does not say
    uint32_t mirror_cause; // cause + 1 of a mirror that failed first
};

struct pm_status_count {
    int16_t code;
    uint32_t n;
};
struct pm_request_group { // requests of one client for one image in one go
    int64_t first, last, last_tag;
    uint32_t client, node, registry, repository, reference, user, agent, file, error;
    uint32_t who;                   // client, agent and repository of one log
    uint8_t agent_kind;             // enum pm_agent, request.h
    bool probe;                     // no pull: a look-up, a push, a greeting that nobody answered
    bool asked_get, tag_good, gone; // gone: the tag was there, what it points to was not
    uint32_t requests, ok_manifests, blobs, challenges, hits, misses;
    uint32_t manifest_gets;    // answered GETs of manifests: what a quota counts
    int16_t worst;             // the failing status that it ended with, 0 none
    uint8_t stage;             // where the worst was
    bool token, refused_token; // a token was given; the repository refused it
    bool credentials, anonymous, mirror,
        redundant; // redundant: another log shows the same requests better
    bool named;    // its log names users, and named this one
    uint64_t best; // event id
    int64_t bytes;
    struct pm_status_count statuses[8];
    int statuses_n;
    struct pm_verdict verdict;
    uint32_t pull; // index + 1 of the pull it corroborates or made
};

struct pm_push { // uploads of one client to one repository, without long silence
    int64_t first, last;
    uint32_t before; // index + 1 of the one before it
};

struct pm_meter {
    int64_t at, limit, remaining, window_s;
    uint32_t registry, client, user;
    uint32_t group; // index + 1 of the requests that it answered; 0: headers alone
    uint64_t row;
}; // RateLimit headers that a log kept; -1 unknown

struct pm_checkup {
    int64_t at, limit, used, window_s, reset;
    uint32_t registry, who;
}; // what a health check read of a registry's limit; reset: PM_NO_TIME where it does not say when the limit is whole again

struct pm_charge { // one request of a group, as a registry's meter counts it
    int64_t at;
    uint32_t group, meter; // meter: index + 1 of the headers of its answer
    uint16_t n;
    bool manifest; // an answered GET of a manifest
};

enum pm_reading_what { PM_READING_UP = 0, PM_READING_LIMIT, PM_READING_DISK };
struct pm_reading {
    int64_t at;
    enum pm_reading_what what;
    uint32_t who, where;
    double value, of;
}; // a gauge that a log kept: a registry's or a node's

struct pm_pod_fact {
    uint32_t namespace, name, key, node, uid, owner_kind, owner_name, workload_kind, workload_name,
        account;
    uint32_t phase;
    int64_t created, seen; // seen: of the newest snapshot
    int64_t since, gone;   // its containers run since; it was deleted at
    bool guessed, running, ready, evicted, waiting;
    bool listed;        // an object spoke of it, not only lines
    bool secrets_known; // the object was whole: `describe` does not print pull secrets
    struct pm_ids secrets, images;
    struct pm_ids present; // images that its lines tell to be there
    struct pm_ids always;  // images with imagePullPolicy: Always
    uint32_t path;         // of a file that holds the object
    struct pm_ids labels;  // "key=value"
    struct {
        uint32_t image, reason, message, container;
        uint64_t event;
    } wait[4];
    int waits;
};
struct pm_workload_fact {
    uint32_t namespace, kind, name, owner_kind, owner_name, why;
    int64_t desired, ready, updated, available, unavailable, seen, stuck_at, created, changed,
        generation;
    bool stuck; // Progressing=False or fewer ready than desired in the newest snapshot
    struct {
        int64_t seen, at, desired, ready;
        uint32_t why;
    } behind[8]; // snapshots of any age that showed it stuck or short of replicas
    int behind_n;
    struct pm_ids images, selector;
    uint32_t revision;
};
struct pm_service_fact {
    uint32_t namespace, name;
    struct pm_ids selector, pods;
};
struct pm_node_fact {
    uint32_t name, arch, runtime, kubelet;
    int64_t created;
    bool pressure, listed;
    struct pm_ids addresses;
};
struct pm_hpa_fact {
    uint32_t namespace, name, target_kind, target_name;
    int64_t current, desired, max, seen;
};
struct pm_config_fact {
    uint32_t source, node, path, namespace, file;
    uint64_t line, event;
    json_t *detail;
};
struct pm_secret_fact { // a pull secret, or the service account that names them
    uint32_t namespace, name, by;
    int64_t created, changed; // PM_NO_TIME: not known
    bool account;
};
struct pm_cover {
    int64_t from, to;
}; // when a source was listening on a node
struct pm_file_fact {
    struct pm_file_row row;
    uint32_t node, path;
    bool excerpt; // lines that somebody picked: what is not in it may have been all the same
};

#define PM_LIST(T)                                                                                 \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t n, cap;                                                                             \
    }
struct pm_facts {
    PM_LIST(struct pm_pod_fact) pods;
    PM_LIST(struct pm_workload_fact) workloads;
    PM_LIST(struct pm_service_fact) services;
    PM_LIST(struct pm_node_fact) nodes;
    PM_LIST(struct pm_hpa_fact) hpas;
    PM_LIST(struct pm_config_fact) configs;
    PM_LIST(struct pm_secret_fact) secrets;
    PM_LIST(struct pm_file_fact) files;
    Pvoid_t pod_by_key;      // id of "ns/name" → index + 1
    Pvoid_t pod_by_name;     // id of name → index + 1, UINT32_MAX where ambiguous
    Pvoid_t workload_by_key; // id of "ns/kind/name" → index + 1
    Pvoid_t node_by_name;    // id → index + 1
    Pvoid_t node_alias;      // id as written → id of the node's own name
    Pvoid_t host_node;       // a host's own name → id of the node's name
    Pvoid_t node_by_address; // id of address → id of node
    Pvoid_t secret_missing;  // id of "ns/secret" → 1
    Pvoid_t account_secrets; // id of "ns/account" → 1 where it names pull secrets
    Pvoid_t cover[8];        // by origin: node id → index + 1 into covers
    PM_LIST(struct pm_cover) covers;
    Pvoid_t registry_of_repository; // repository id → registry id, UINT32_MAX where several
};

struct pm_family_rule { // rules/correlate.yaml
    const char *match;  // "rate-limit", "network.dns"
    const char *group
        [4]; // what pulls must share besides the cause: registry, node, image, namespace, identity
    int64_t gap_ns,
        together_ns; // together: incidents of one cause that began within it, on shared nodes or namespaces, are one
    enum pm_scope_kind natural;
};
struct pm_link_rule {
    const char *from, *to, *share, *what, *observed, *counted;
    int64_t lag_ns, back_ns, lasts_ns;
};
struct pm_share { // n of the `of` things that an effect is made of are shown to come from its cause
    uint64_t n, of;
};

// Pulls (or others) by a group (node, image …) and time.
struct pm_order_key {
    uint32_t group, index;
    int64_t at;
};
struct pm_order {
    struct pm_order_key *items;
    size_t n, cap;
};

struct pm_hit {                   // an incident while it is put together
    struct pm_incident *incident; // in the report
    int cause;
    int64_t from, to, recovered;
    struct pm_ids pulls, traces, groups; // indexes
    struct pm_ids said;                  // traces that name a pod of it
    struct pm_ids nodes, registries, images, namespaces, pods, clients, repositories, users;
    uint32_t explained_by; // index + 1
    uint32_t via;          // index + 1 into link rules
    struct pm_share share; // of that link
    struct {
        struct pm_link *step; // before it, and no incident of its own; NULL: none
        const char *trigger;  // what it is as a trigger; NULL: it is none
        const char *counted;  // "… of the … pulls that used it up {counted}"
        struct pm_share share;
        const struct pm_mirror *unread; // that the new runtime has no use for
    } opening;
    uint64_t failed; // pulls
    uint64_t lines;
    bool client;  // of clients that are no nodes
    bool side;    // made of events, no pull of its own
    bool refused; // … of pods that admission refused: nobody pulled
    bool waits;   // … of pods that wait for an image; nothing says why
    bool pulling; // … and their pulls began
    bool dropped;
    double effect;
    uint32_t id;           // in the report
    struct pm_str because; // the observation behind its scope
    size_t held;           // nodes spared because they held the images
    struct pm_strs reached,
        served; // other nodes that pulled from its registries, other registries that served its nodes
};

struct pm_stretch { // of time in which something happened, with silence around it
    int64_t from, to;
    bool events; // of the API server speak of it
    int64_t expired,
        begins; // the dates in certificate errors: first end that is past by its clocks, last start that is to come; PM_NO_TIME none
};

struct
    pm_clock_error { // "current time T is after E": by a clock that is off, or of a certificate that is
    int64_t now, date;
    bool after;
};

struct pm_far_clock { // a node's clock that is off by more than drift, and was put right here
    uint32_t node;
    int64_t skew; // ahead of the cluster
    int64_t edge; // stamps beyond it only: it was set meanwhile; PM_NO_TIME: all
};

// What the judge is told before it reads a row, and where it keeps texts.
struct pm_env {
    struct pm_timeline *timeline;
    struct pm_ruleset *rules;
    const struct pm_judge_options *options;
    struct pm_diags *diags;
    struct pm_arena *a;       // the report's
    struct pm_intern *names;  // the report's too
    struct pm_arena *scratch; // for one row or one question; whoever uses it resets it first
    PM_LIST(struct pm_family_rule) families;
    PM_LIST(struct pm_link_rule) links;
    const json_t *advice, *findings, *homes; // the ruleset's
};

// What the bundle says. Loading makes it, folding completes it; const from then on.
struct pm_evidence {
    struct pm_facts facts;
    PM_LIST(struct pm_trace) traces;
    PM_LIST(struct pm_request_group) groups;
    PM_LIST(struct pm_meter) meters;
    PM_LIST(struct pm_checkup) checkups;
    PM_LIST(struct pm_push) pushes;
    PM_LIST(struct pm_charge) charges;
    PM_LIST(struct pm_reading) readings;
    PM_LIST(struct pm_rumour) rumours;
    PM_LIST(struct pm_hearsay) hearsay;
    struct pm_mirror *mirrors; // of the configuration; mirror.h
    size_t mirrors_n;
    Pvoid_t push_last; // who (client, agent, repository of a log) → index + 1 of its latest push
    Pvoid_t
        request_skew; // log and node → ns that the node's clock is ahead of the log's, in two's complement
    int64_t request_skew_most; // of these
    Pvoid_t skew;              // node id → ns that its clock is ahead of the API server's
    int64_t from, to;          // of all that is dated
    PM_LIST(struct pm_stretch) stretches;
    struct pm_stretch era; // the stretch that is looked at; from PM_NO_TIME: all there is
    struct pm_stretch
        stray; // belongs to it, by a clock that is months or years off; from PM_NO_TIME: none
    PM_LIST(struct pm_far_clock) far;
    bool aside; // another view of the same timeline: what is listed stays with the first
    uint64_t event_attempts; // that all events together count; fold_counts.c
    bool have_requests, have_node_logs;
    bool nodes_known; // a client that is none of them stays a client
    // No node is known, and a registry's clients stand for them: a session is a client's beside them.
    bool nodes_stand;
    bool hub_anonymous, hub_user; // how Docker Hub's token server was asked
};

// While rows are read, and gone after.
struct pm_loading {
    const struct pm_env *env;
    struct pm_evidence *ev;
    Pvoid_t line_last;    // coalescing of repeated lines: key → trace index + 1
    Pvoid_t event_last;   // duplicates among event objects
    Pvoid_t request_open; // hash of client, file, repository → group index + 1
    Pvoid_t hearsay_at;   // file and writer → index + 1 into hearsay
};

// The pulls, in order of time once they are folded; const once they are settled.
struct pm_pulls {
    struct pm_attempt *items;
    size_t n, cap;
    struct pm_order ok_by_image; // those that went well
    Pvoid_t good_image;          // registry and repository → index + 1 of the newest good one
};

// The incidents while they are put together.
struct pm_hits {
    struct pm_hit *items;
    size_t n, cap;
    uint32_t *
        of_pull; // by index of the pull: index + 1 of its incident; NULL until they are put together
};

// What incidents, budgets, series and texts are made from; nothing of it changes any more.
struct pm_scene {
    const struct pm_env *env;
    const struct pm_evidence *ev;
    const struct pm_pulls *pulls;
};

static inline struct pm_str pm_name(const struct pm_env *env, uint32_t id) {
    return pm_intern_str(env->names, id);
}
uint32_t pm_id_fmt(const struct pm_env *env, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// A key of numbers and a text, for what is asked at every request: no printf.
uint32_t pm_id_key(const struct pm_env *env, char kind, const uint32_t *numbers, size_t n,
                   struct pm_str text);
static inline uint32_t pm_id(const struct pm_env *env, struct pm_str x) {
    return pm_intern_id(env->names, x);
}
uint32_t pm_id_join(const struct pm_env *env, uint32_t a, char between,
                    uint32_t b); // id of "a" between "b"
const char *pm_cstr(const struct pm_env *env, uint32_t id);
static inline bool pm_cause_in(int cause, const char *family) {
    return cause >= 0 && strcmp(pm_causes[cause].family, family) == 0;
}
static inline bool pm_cause_is(int cause, const char *name) {
    return cause >= 0 && strcmp(pm_causes[cause].name, name) == 0;
}
// Index + 1 of the incident that a pull is part of; 0: of none.
static inline uint32_t pm_hit_of(const struct pm_pulls *pulls, const struct pm_hits *hits,
                                 const struct pm_attempt *p) {
    return hits->of_pull ? hits->of_pull[p - pulls->items] : 0;
}
static inline bool pm_is_client(const struct pm_evidence *ev, const struct pm_attempt *p) {
    return (ev->nodes_known || ev->nodes_stand) && !p->node && p->client;
}
int pm_cause_c(const char *name); // pm_cause_find of a C string
// "Already present", told once.
static inline bool pm_is_present(const struct pm_trace *t) {
    return t->role == PM_ROLE_CACHED && !t->retold;
}
static inline int64_t pm_at(const struct pm_attempt *p) {
    return p->ended != PM_NO_TIME ? p->ended : p->started;
}
static inline int64_t pm_began(const struct pm_attempt *p) {
    return p->started != PM_NO_TIME ? p->started : p->ended;
}

// Reads the timeline once more, as `env` has its options and `ev` its era: what the report
// is about stands there already. judge.c
void pm_judge_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
void pm_evidence_free(struct pm_evidence *ev);
void pm_pulls_free(struct pm_pulls *pulls);
// Pods that were refused before they were. admission.c
void pm_admission_group(const struct pm_scene *scene, struct pm_hits *hits);
int64_t pm_admission_recovered(const struct pm_scene *scene, const struct pm_hit *h);
void pm_admission_workloads(const struct pm_scene *scene, const struct pm_hit *h);
// The time that the report is about. window.c
void pm_window_choose(const struct pm_env *env, struct pm_evidence *ev);
bool pm_row_in_window(const struct pm_env *env, const struct pm_evidence *ev,
                      const struct pm_row *row);
bool pm_file_span(const struct pm_evidence *ev, const struct pm_file_fact *f, int64_t *from,
                  int64_t *to); // its part of it; false where it has none
bool pm_clock_error_read(struct pm_str error, struct pm_clock_error *e);
int64_t pm_far_back(const struct pm_evidence *ev, uint32_t node,
                    int64_t at); // a node's stamp by the cluster's clock; skew.c
const struct pm_far_clock *pm_far_clock_of(const struct pm_evidence *ev,
                                           uint32_t node); // NULL: right enough
void pm_windows_fill(const struct pm_env *env, const struct pm_evidence *ev,
                     struct pm_report *report); // the others, summed up

// The stages, in order; one file each (request.c and facts.c are fed row by row by
// load.c).
void pm_correlate_load(
    struct pm_env *env); // correlate.c: families and links; advice, findings and homes at hand
void pm_load_rows(const struct pm_env *env, struct pm_evidence *ev); // load.c
void pm_facts_row(const struct pm_env *env, struct pm_evidence *ev,
                  const struct pm_row *row); // facts.c
void pm_facts_finish(const struct pm_env *env, struct pm_evidence *ev);
void pm_facts_covers_of_files(const struct pm_env *env, struct pm_evidence *ev);
uint32_t pm_facts_node(const struct pm_env *env, const struct pm_evidence *ev,
                       uint32_t written); // the node's own name
// "ns/name"; NULL where unknown
const struct pm_pod_fact *pm_facts_pod(const struct pm_evidence *ev, uint32_t key);
struct pm_pod_fact *pm_facts_pod_edit(struct pm_evidence *ev, uint32_t key);
struct pm_pod_fact *pm_facts_pod_made(const struct pm_env *env, struct pm_evidence *ev,
                                      uint32_t namespace, uint32_t name);
const struct pm_workload_fact *pm_facts_workload(const struct pm_env *env,
                                                 const struct pm_evidence *ev, uint32_t namespace,
                                                 const char *kind, uint32_t name);
void pm_facts_boxed(const struct pm_env *env,
                    struct pm_evidence *ev); // whose log a container's is; boxed.c
void pm_facts_cover(struct pm_evidence *ev, int origin, uint32_t node, int64_t from, int64_t to);
bool pm_facts_covers(const struct pm_evidence *ev, int origin, uint32_t node, int64_t at,
                     int64_t slack);
void pm_facts_free(struct pm_evidence *ev);
// Listed, never counted; hearsay.c
void pm_hearsay_row(struct pm_loading *l, const struct pm_row *row);
void pm_hearsay_fill(const struct pm_evidence *ev, struct pm_report *report);
void pm_request_row(struct pm_loading *l, const struct pm_row *row); // request.c
void pm_request_fold(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
void pm_fold_pulls(const struct pm_env *env, struct pm_evidence *ev,
                   struct pm_pulls *pulls); // fold.c
bool pm_is_mirror(const struct pm_env *env,
                  const struct pm_trace *t); // a host that stands in for the image's registry
void pm_mirrors_of(
    const struct pm_env *env, const struct pm_evidence *ev, const struct pm_hit *h,
    struct pm_ids *hosts); // that failed, where the incident is theirs: no pull of its own
const struct pm_trace *
pm_fell_back(const struct pm_env *env, const struct pm_evidence *ev,
             const struct pm_attempt *p); // a mirror that failed within it; NULL: none
bool pm_mirror_served(
    const struct pm_env *env, const struct pm_evidence *ev, const struct pm_pulls *pulls,
    const struct pm_attempt *p); // a mirror was the last host that it asked, and it went well
void pm_fold_order(struct pm_evidence *ev,
                   struct pm_pulls *pulls); // in time order, once all are there
void pm_fold_waits(
    const struct pm_env *env, struct pm_evidence *ev,
    const struct pm_pulls *pulls); // fold_waits.c: what waits, once all pulls are there
void pm_pods_of_failed(const struct pm_pulls *pulls, struct pm_ids *pods);
void pm_fold_find(struct pm_pulls *pulls); // once settled: where good pulls are looked up
void pm_workload_resolve(const struct pm_env *env, struct pm_evidence *ev); // workload.c
bool pm_workload_guess(struct pm_str pod, struct pm_str *kind,
                       struct pm_str *name);                            // pod-name grammar
void pm_skew_measure(const struct pm_env *env, struct pm_evidence *ev); // skew.c
int64_t pm_skew_of(const struct pm_evidence *ev, uint32_t node); // 0: none that is worth telling
int64_t pm_at_cluster(const struct pm_evidence *ev,
                      const struct pm_attempt *p); // pm_at by the cluster's clock
#define PM_SKEW_MAX_NS PM_S(1800)
void pm_hearsay_pods(
    const struct pm_env *env, struct pm_evidence *ev,
    struct pm_pulls *pulls); // hearsay.c: pods of failed pulls that no witness names
void pm_settle(const struct pm_env *env, const struct pm_evidence *ev,
               struct pm_pulls *pulls);                                      // settle.c
void pm_group_incidents(const struct pm_scene *scene, struct pm_hits *hits); // group.c
void pm_waiting_group(const struct pm_scene *scene,
                      struct pm_hits *hits); // waiting.c: pods that no failed pull tells of
void pm_hit_free(struct pm_hit *h);
void pm_hit_take_over(const struct pm_pulls *pulls, struct pm_hit *a,
                      struct pm_hit *b); // all pulls of b are a's; b is dropped
void pm_crowd_pool(const struct pm_scene *scene,
                   struct pm_hits *hits); // crowd.c: more incidents than anybody reads
void pm_chain_links(const struct pm_scene *scene, struct pm_hits *hits); // chain.c
void pm_wire_fill(const struct pm_scene *scene, struct pm_hit *h); // wire.c: variant and endpoints
void pm_wire_tags(const struct pm_scene *scene,
                  struct pm_hit *h); // the variant of a missing tag; after pm_scope_find
void pm_scope_find(const struct pm_scene *scene, struct pm_hit *h);        // scope.c
void pm_blast_prepare(const struct pm_scene *scene, struct pm_hits *hits); // once, before the first
void pm_blast_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                   struct pm_hit *h); // blast.c
void pm_rollbacks_find(const struct pm_scene *scene,
                       struct pm_hit *h); // rollback.c; after its pods and workloads are known
void pm_recovery_find(const struct pm_scene *scene, struct pm_hit *h); // recovery.c
void pm_trigger_find(const struct pm_scene *scene, const struct pm_hits *hits,
                     struct pm_hit *h); // trigger.c
struct pm_trigger_made {
    const char *what;
    int64_t at;
    struct pm_str detail;
};
bool pm_trigger_made(const struct pm_scene *scene, const struct pm_hit *h, int64_t from, int64_t to,
                     struct pm_trigger_made *m); // trigger_made.c
// Has the pod a brother of the same owner that was made before? same: of its revision, as
// far as labels and images tell.
bool pm_trigger_older_brother(const struct pm_scene *scene, const struct pm_hit *h,
                              const struct pm_pod_fact *of, int64_t before, bool same);
bool pm_trigger_secret(const struct pm_scene *scene, const struct pm_hit *h, int64_t late,
                       int64_t *at,
                       struct pm_str *detail); // trigger_secret.c
int64_t
pm_trigger_led_to(const struct pm_scene *scene, const struct pm_hits *hits,
                  const struct pm_hit *h); // the first failure that its trigger can have led to
void pm_confidence_weigh(const struct pm_scene *scene, const struct pm_hits *hits,
                         struct pm_hit *h); // confidence.c
void pm_against_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                     struct pm_hit *h); // against.c
void pm_severity_weigh(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h);
void pm_evidence_pick(const struct pm_scene *scene, const struct pm_hits *hits); // evidence.c
void pm_advice_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                    struct pm_hit *h); // advice.c
// How many registries a pull secret is for, where its object says that this one is among
// them; else 0.
size_t pm_secret_registries(const struct pm_scene *scene, uint32_t namespace, struct pm_str name,
                            struct pm_str registry);
void pm_sentence_write(const struct pm_scene *scene, const struct pm_hits *hits,
                       const struct pm_report *report,
                       struct pm_hit *h); // sentence.c: title, summary
struct pm_str pm_sentence_verdict(const struct pm_scene *scene, const struct pm_hits *hits,
                                  const struct pm_report *report, const struct pm_hit *h);
struct pm_str pm_sentence_calm(const struct pm_scene *scene, const struct pm_hits *hits);
void pm_findings_fill(const struct pm_scene *scene, struct pm_report *report); // findings.c
bool pm_finding_known(const char *check); // is there such a check?
void pm_missing_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                     struct pm_report *report); // missing.c
void pm_missing_once(struct pm_report *r);      // at the end of all
// quota/quota.c; false where a quota table is broken. seen: the same bundle without the
// cut of --since, or s where nothing is cut.
void pm_reading_row(const struct pm_env *env, struct pm_evidence *ev,
                    const struct pm_row *row); // reading.c: gauges
void pm_checkup_row(const struct pm_env *env, struct pm_evidence *ev,
                    const struct pm_row *row); // what health checks read
void pm_checkups_order(struct pm_evidence *ev);
bool pm_quotas_fill(const struct pm_scene *scene, struct pm_report *report, uint64_t *own_hash,
                    const struct pm_scene *seen);
void pm_stats_fill(const struct pm_scene *scene, struct pm_report *report); // stats.c
uint32_t pm_pull_namespace(const struct pm_env *env, const struct pm_attempt *p);
int64_t pm_step_width(int64_t span,
                      int64_t most); // a width that people read, of at most so many steps
void pm_lanes_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                   struct pm_report *report);                                 // lanes.c
void pm_unknown_fill(const struct pm_scene *scene, struct pm_report *report); // unknown.c
struct pm_str pm_unknown_template(struct pm_arena *a,
                                  struct pm_str text); // names and numbers taken out
void pm_report_finish(
    const struct pm_scene *scene, struct pm_hits *hits,
    struct pm_report
        *report); // finish.c: pulls and incidents into the report and back into the timeline

// Small tools. tools.c
void pm_order_add(struct pm_order *o, uint32_t group, int64_t at, uint32_t index);
void pm_order_sort(struct pm_order *o);
size_t
pm_order_first(const struct pm_order *o, uint32_t group,
               int64_t at); // first of the group at or after `at`; may be n or of another group
void pm_strs_add(
    struct pm_strs *v,
    struct pm_str s); // heap list; the report frees it through its arena copy (pm_strs_seal)
void pm_strs_seal(struct pm_arena *a, struct pm_strs *v,
                  bool sort); // into the arena, sorted and without repeats
void pm_strs_of_ids(const struct pm_env *env, struct pm_strs *out, const struct pm_ids *ids);
size_t pm_pull_first(const struct pm_pulls *pulls,
                     int64_t at); // first pull at or after; pulls are in time order once folded
