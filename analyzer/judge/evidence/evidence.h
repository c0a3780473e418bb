// What the bundle says: rows of the timeline as traces (one a trouble-bearing event), facts
// (states of pods, nodes, workloads) and request groups. Internal to the judge.
#pragma once
#include "judge/env.h"

#define PM_LOOSE_NS PM_S(180) // how far a table's ages may be off
#define PM_SKEW_MAX_NS PM_S(1800)

// What a trace is to folding.
enum pm_role {
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

// What thousands of traces tell alike stands once: who holds a saying may not change it, but
// hold another (sayings.c). It has no holes, so that equal ones are equal bytes.
struct pm_saying {
    const struct pm_verdict *verdict; // kept once for all that share it
    uint32_t image, registry, repository, tag, digest, k8s_namespace, container, client, user,
        error, reason, message, host, object, secret, workload, url;
    uint32_t writer; // "namespace/pod" in whose output it stands; 0 none
    uint32_t flags;
    int16_t status;
    uint8_t kind, component, stage, role, origin, quality;
    // which of a program's two lines: 1 opens (or "Pulled image"), 2 closes ("Handler for",
    // "returns image reference")
    uint8_t form;
    uint8_t telling;  // enum pm_telling
    uint16_t printed; // it stands in somebody's output, pod or other, known by both names or not
};
// What a trace measured, where it is more than a moment; most such lines have this alone.
struct pm_trace_measure {
    int64_t duration_ns, bytes;
    uint32_t join; // what ties it to others of one attempt, or an event's own id
    bool lasts;    // it is the first part of an extent
};
// The same of one that lasted, waited or stands for several.
struct pm_trace_extent {
    struct pm_trace_measure measure;
    int64_t first, last; // PM_NO_TIME unknown
    int64_t waiting_ns;
    uint32_t count;
};
// There are some for each pull, millions of them: a field here costs as much memory as a
// hundred elsewhere.
struct pm_trace {
    uint64_t id; // event id in the timeline; a foreign file's may be any number
    int64_t ts;  // PM_NO_TIME unknown
    const struct pm_saying *said;
    struct pm_trace_measure *measure; // its own; NULL: a moment, nothing measured
    uint32_t node, pod;
    uint32_t file : 30;
    // a pod's that waits for an image: nothing says why, and no pull is made of it
    uint32_t waits : 1;
    // the kubelet's log repeats an event that is there: it counts no second time
    uint32_t retold : 1;
    union {
        pm_ref pull;  // the pull that it was folded into, index + 1; 0 none
        pm_ref dealt; // before any is: fold.c's chains of traces
    };
};
static inline const struct pm_trace_extent *pm_trace_lasting(const struct pm_trace *t) {
    const void *whole = t->measure;
    return t->measure && t->measure->lasts ? whole : NULL;
}
static inline int64_t pm_trace_first(const struct pm_trace *t) {
    const struct pm_trace_extent *e = pm_trace_lasting(t);
    return e ? e->first : t->ts;
}
static inline int64_t pm_trace_last(const struct pm_trace *t) {
    const struct pm_trace_extent *e = pm_trace_lasting(t);
    return e ? e->last : t->ts;
}
static inline int64_t pm_trace_waiting(const struct pm_trace *t) {
    const struct pm_trace_extent *e = pm_trace_lasting(t);
    return e ? e->waiting_ns : 0;
}
static inline uint32_t pm_trace_count(const struct pm_trace *t) {
    const struct pm_trace_extent *e = pm_trace_lasting(t);
    return e ? e->count : 1;
}
static inline int64_t pm_trace_duration(const struct pm_trace *t) {
    return t->measure ? t->measure->duration_ns : 0;
}
static inline int64_t pm_trace_bytes(const struct pm_trace *t) {
    return t->measure ? t->measure->bytes : -1;
}
static inline uint32_t pm_trace_join(const struct pm_trace *t) {
    return t->measure ? t->measure->join : 0;
}
// A failed pull as hearsay tells it.
struct pm_rumour {
    int64_t ts;
    uint32_t node, image, k8s_namespace, pod;
};

// A call that failed in a log without statuses (CloudTrail): its error is all there is.
#define PM_REFUSED_UNNUMBERED (-1)
struct pm_status_count {
    int16_t code;
    uint32_t n;
    pm_ref next; // of its group, in the order of their coming; 0: it is the last
};
// Requests of one client for one image in one go. An access log has millions.
struct pm_request_group {
    int64_t first, last;
    int64_t bytes;
    uint64_t best; // event id
    const struct pm_verdict *verdict;
    uint32_t client, node, registry, repository, reference, user, agent, file, error;
    uint32_t who; // client, agent and repository of one log
    uint32_t requests, ok_manifests, blobs, hits, misses;
    uint32_t manifest_gets; // answered GETs of manifests: what a quota counts
    pm_ref statuses;        // index + 1 of its first
    pm_ref pull;            // index + 1 of the pull it corroborates or made
    int16_t worst;       // the failing status that it ended with, or PM_REFUSED_UNNUMBERED; 0 none
    uint16_t challenges; // as many as a number holds
    uint8_t stage;       // where the worst was
    uint8_t agent_kind;  // enum pm_agent, request.h
    bool probe : 1;      // no pull: a look-up, a push, a greeting that nobody answered
    // gone: the tag was there, what it points to was not
    bool asked_get : 1, tag_good : 1, gone : 1;
    bool token : 1, refused_token : 1; // a token was given; the repository refused it
    bool credentials : 1, anonymous : 1, mirror : 1;
    bool redundant : 1; // another log shows the same requests better
    bool named : 1;     // its log names users, and named this one
    // known by an error log alone: the access log beside it counts, where one is kept
    bool told : 1;
};

// Uploads of one client to one repository, without long silence.
struct pm_push {
    int64_t first, last;
    pm_ref before; // index + 1 of the one before it
};
// RateLimit headers that a log kept; -1 unknown.
struct pm_meter {
    int64_t at, limit, remaining, window_s;
    uint32_t registry, client, user;
    pm_ref group; // index + 1 of the requests that it answered; 0: headers alone
    uint64_t row;
};
// What a health check read of a registry's limit; reset: PM_NO_TIME where it does not say
// when the limit is whole again.
struct pm_checkup {
    int64_t at, limit, used, window_s, reset;
    uint32_t registry, who;
};
// One request of a group, as a registry's meter counts it.
struct pm_charge {
    int64_t at;
    pm_ref group;
    uint16_t n;
    bool manifest; // an answered GET of a manifest
};
// The headers of its answer, where it is one of the few that had some.
struct pm_metered {
    pm_ref charge, meter; // index + 1 of each
};

enum pm_reading_what { PM_READING_UP = 0, PM_READING_LIMIT, PM_READING_DISK };
// A gauge that a log kept: a registry's or a node's.
struct pm_reading {
    int64_t at;
    enum pm_reading_what what;
    uint32_t who, where;
    double value, of;
};

struct pm_pod_fact {
    uint32_t k8s_namespace, name, key, node, uid, owner_kind, owner_name, workload_kind,
        workload_name, account;
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
    uint32_t k8s_namespace, kind, name, owner_kind, owner_name, why;
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
    uint32_t k8s_namespace, name;
    struct pm_ids selector, pods;
};
struct pm_node_fact {
    uint32_t name, arch, runtime, kubelet;
    int64_t created;
    bool pressure, listed;
    struct pm_ids addresses;
};
struct pm_hpa_fact {
    uint32_t k8s_namespace, name, target_kind, target_name;
    int64_t current, desired, max, seen;
};
struct pm_config_fact {
    uint32_t source, node, path, k8s_namespace, file;
    uint64_t line, event;
    json_t *detail;
};
// A pull secret, or the service account that names them.
struct pm_secret_fact {
    uint32_t k8s_namespace, name, by;
    int64_t created, changed; // PM_NO_TIME: not known
    bool account;
};
// When a source was listening on a node.
struct pm_cover {
    int64_t from, to;
};
struct pm_file_fact {
    struct pm_file_row row;
    uint32_t node, path;
    bool excerpt; // lines that somebody picked: what is not in it may have been all the same
};

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

// A stretch of time in which something happened, with silence around it.
struct pm_stretch {
    int64_t from, to;
    bool events; // of the API server speak of it
    // the dates in certificate errors: first end that is past by its clocks, last start that
    // is to come; PM_NO_TIME none
    int64_t expired, begins;
};
// "current time T is after E": by a clock that is off, or of a certificate that is.
struct pm_clock_error {
    int64_t now, date;
    bool after;
};
// A node's clock that is off by more than drift, and was put right here.
struct pm_far_clock {
    uint32_t node;
    int64_t skew; // ahead of the cluster
    int64_t edge; // stamps beyond it only: it was set meanwhile; PM_NO_TIME: all
};

// Loading makes it, folding completes it; const from then on.
struct pm_evidence {
    struct pm_facts facts;
    PM_LIST(struct pm_trace) traces;
    struct pm_sayings *sayings; // that the traces hold, and their extents; NULL: none yet
    // Indexes of traces that incidents look through, once the pulls are there: with a
    // controller's reason; of runtimes, disks and image GC; of images that were there already.
    PM_LIST(uint32_t) reasoned;
    PM_LIST(uint32_t) sides;
    struct pm_order present; // by image, at their last telling
    Pvoid_t first_of_image;  // when an image was told of first: pm_evidence_first_told
    PM_LIST(struct pm_request_group) groups;
    PM_LIST(struct pm_status_count) statuses; // of the groups; most have one
    PM_LIST(struct pm_meter) meters;
    PM_LIST(struct pm_checkup) checkups;
    PM_LIST(struct pm_push) pushes;
    // Millions, which budgets alone ask for: gone when they are reckoned (pm_charges_free).
    PM_LIST(struct pm_charge) charges;
    PM_LIST(struct pm_metered) metered; // in the order of the charges
    PM_LIST(struct pm_reading) readings;
    PM_LIST(struct pm_rumour) rumours;
    PM_LIST(struct pm_hearsay) hearsay;
    struct pm_mirror *mirrors; // of the configuration; mirror.h
    size_t mirrors_n;
    Pvoid_t push_last; // who (client, agent, repository of a log) → index + 1 of its latest push
    // log and node → ns that the node's clock is ahead of the log's, in two's complement
    Pvoid_t request_skew;
    int64_t request_skew_most; // of these
    Pvoid_t skew;              // node id → ns that its clock is ahead of the API server's
    int64_t from, to;          // of all that is dated
    PM_LIST(struct pm_stretch) stretches;
    struct pm_stretch era; // the stretch that is looked at; from PM_NO_TIME: all there is
    // belongs to it, by a clock that is months or years off; from PM_NO_TIME: none
    struct pm_stretch stray;
    PM_LIST(struct pm_far_clock) far;
    bool aside; // another view of the same timeline: what is listed stays with the first
    uint64_t event_attempts; // that all events together count; fold_counts.c
    bool have_requests, have_node_logs;
    bool nodes_known; // a client that is none of them stays a client
    // no node is known, and a registry's clients stand for them: a session is a client's
    // beside them
    bool nodes_stand;
    bool hub_anonymous, hub_user; // how Docker Hub's token server was asked
};
void pm_evidence_free(struct pm_evidence *ev);
void pm_charges_free(struct pm_evidence *ev);
void pm_evidence_sort_out(struct pm_evidence *ev); // reasoned, sides, present, first_of_image
// A trace that is let go told of its image all the same.
void pm_evidence_first(struct pm_evidence *ev, const struct pm_trace *t);
int64_t pm_evidence_first_told(const struct pm_evidence *ev, uint32_t image); // or PM_NO_TIME

// An image as it is written, read once; names. known: it is a reference.
struct pm_text_image {
    uint32_t name, registry, repository, tag, digest;
    bool known;
};
// Reads it, into env->scratch. texts.c
struct pm_text_image pm_image_read(const struct pm_env *env, struct pm_str written);
// A line is of this image; what is no reference has a name alone.
void pm_saying_of_image(struct pm_saying *said, const struct pm_text_image *image);

// How often which status was answered: the first of a group, or the next.
static inline const struct pm_status_count *pm_group_status(const struct pm_evidence *ev,
                                                            pm_ref at) {
    return at ? &PM_REF(ev->statuses, at) : NULL;
}

// While rows are read, and gone after.
struct pm_loading {
    const struct pm_env *env;
    struct pm_evidence *ev;
    PM_LIST(uint32_t) names; // by the number that the timeline has for a text; 0: not met yet
    PM_LIST(uint32_t) words; // the same for the texts' first words
    PM_LIST(struct pm_text_image) images;
    Pvoid_t image_at;    // the timeline's number → index + 1 into images
    Pvoid_t tunnel_last; // client and host → index + 1 of the trace
    // lines that are coalesced, and duplicates among event objects → index + 1 of the trace
    struct pm_row_keys *lines;
    PM_LIST(int64_t) tagged;      // by group: when a tag was last asked for
    struct pm_row_keys *requests; // who asked for what → the group that is open
    Pvoid_t hearsay_at;           // file and writer → index + 1 into hearsay
};

// "Already present", told once.
static inline bool pm_is_present(const struct pm_trace *t) {
    return t->said->role == PM_ROLE_CACHED && !t->retold;
}

// The time that the report is about. window.c
void pm_window_choose(const struct pm_env *env, struct pm_evidence *ev);
// A manifest's row that its layers stand in (PM_EV_LAYERS) as the two that were written, each
// at its own time; the layers as a log without URLs has them: what is asked of a layer's URL
// is the registry behind a mirror. False: the row is one.
bool pm_row_part(const struct pm_row *row, struct pm_row *manifest, struct pm_row *layers);
bool pm_row_in_window(const struct pm_env *env, const struct pm_evidence *ev,
                      const struct pm_row *row);
bool pm_window_is_part(const struct pm_evidence *ev); // is there more than it?
bool pm_window_has(const struct pm_evidence *ev, int64_t from, int64_t to); // of the time it is of
// A file's part of it; false where it has none.
bool pm_file_span(const struct pm_evidence *ev, const struct pm_file_fact *f, int64_t *from,
                  int64_t *to);

// Rows, in order of time: load.c asks the others for each.
void pm_load_rows(const struct pm_env *env, struct pm_evidence *ev);
void pm_facts_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row);
void pm_hearsay_row(struct pm_loading *l, const struct pm_row *row); // listed, never counted
void pm_request_row(struct pm_loading *l, const struct pm_row *row);
// Is it a request that its line tells only the error of?
bool pm_request_is_told(const struct pm_env *env, const struct pm_row *row);
// Gauges, and what health checks read. reading.c
void pm_reading_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row);
void pm_checkup_row(const struct pm_env *env, struct pm_evidence *ev, const struct pm_row *row);
void pm_checkups_order(struct pm_evidence *ev);

// What traces share, and what some have for themselves. sayings.c
const struct pm_saying *pm_saying_keep(struct pm_evidence *ev, const struct pm_saying *s);
void pm_trace_say(struct pm_evidence *ev, struct pm_trace *t, const struct pm_saying *s);
void pm_trace_judge(struct pm_evidence *ev, struct pm_trace *t, const struct pm_verdict *v);
// Its span and measures from now on; what only says that it is a moment is not kept.
void pm_trace_extend(struct pm_evidence *ev, struct pm_trace *t, const struct pm_trace_extent *e);
// The extent that it has, written out where it is a moment: what changes some of it.
struct pm_trace_extent pm_trace_extent_of(const struct pm_trace *t);
void pm_trace_span(struct pm_evidence *ev, struct pm_trace *t, int64_t first, int64_t last);
// Those of traces that are gone give their room back.
void pm_extents_pack(struct pm_evidence *ev);
void pm_sayings_free(struct pm_evidence *ev);

// Facts.
void pm_facts_finish(const struct pm_env *env, struct pm_evidence *ev);
void pm_facts_covers_of_files(const struct pm_env *env, struct pm_evidence *ev);
void pm_facts_boxed(const struct pm_env *env, struct pm_evidence *ev); // whose log a container's is
void pm_facts_free(struct pm_evidence *ev);
// The node's own name.
uint32_t pm_facts_node(const struct pm_env *env, const struct pm_evidence *ev, uint32_t written);
// key: "ns/name"; NULL where unknown.
const struct pm_pod_fact *pm_facts_pod(const struct pm_evidence *ev, uint32_t key);
struct pm_pod_fact *pm_facts_pod_edit(struct pm_evidence *ev, uint32_t key);
struct pm_pod_fact *pm_facts_pod_made(const struct pm_env *env, struct pm_evidence *ev,
                                      uint32_t k8s_namespace, uint32_t name);
// Index + 1; 0 where unknown.
Word_t pm_facts_workload_at(const struct pm_env *env, const struct pm_evidence *ev, uint32_t space,
                            const char *kind, uint32_t name);
const struct pm_workload_fact *pm_facts_workload(const struct pm_env *env,
                                                 const struct pm_evidence *ev,
                                                 uint32_t k8s_namespace, const char *kind,
                                                 uint32_t name);
void pm_facts_cover(struct pm_evidence *ev, int origin, uint32_t node, int64_t from, int64_t to);
bool pm_facts_covers(const struct pm_evidence *ev, int origin, uint32_t node, int64_t at,
                     int64_t slack);
void pm_workload_resolve(const struct pm_env *env, struct pm_evidence *ev);
bool pm_selector_fits(const struct pm_ids *selector, const struct pm_ids *labels);
// The grammar of pods' names.
bool pm_workload_guess(struct pm_str pod, struct pm_str *kind, struct pm_str *name);

// A pull secret's object; NULL where none is known. secrets.c
const struct pm_config_fact *pm_secret_object(const struct pm_env *env,
                                              const struct pm_evidence *ev, uint32_t k8s_namespace,
                                              struct pm_str name);
// How many registries a pull secret is for, where its object says that this one is among
// them; else 0.
size_t pm_secret_registries(const struct pm_env *env, const struct pm_evidence *ev,
                            uint32_t k8s_namespace, struct pm_str name, struct pm_str registry);

// Clocks: measured by skew.c, read by clock.c.
void pm_skew_measure(const struct pm_env *env, struct pm_evidence *ev);
bool pm_clock_error_read(struct pm_str error, struct pm_clock_error *e);
int64_t pm_skew_of(const struct pm_evidence *ev, uint32_t node); // 0: none that is worth telling
// A node's stamp by the cluster's clock.
int64_t pm_far_back(const struct pm_evidence *ev, uint32_t node, int64_t at);
// NULL: right enough.
const struct pm_far_clock *pm_far_clock_of(const struct pm_evidence *ev, uint32_t node);

// A host that stands in for the image's registry.
bool pm_is_mirror(const struct pm_env *env, const struct pm_trace *t);
