// The pulls: what counts as one, whoever traced it. Internal to the judge.
#pragma once
#include "judge/evidence/evidence.h"
#include <stddef.h>

// What few pulls have for themselves.
struct pm_particulars {
    int64_t waiting_ns;
    // how far its time may be off: a table's ages, or between an event's first and last; 0: a
    // log's stamp
    int64_t off_ns;
    // how long before its end it may have begun, where only its end is known: a counted event's
    // mean gap
    int64_t lead_ns;
    int64_t answered;      // when the registry answered last, by its log's clock; 0: not there
    struct pm_str why;     // how an ambiguity was settled
    uint32_t join;         // that ties its start to its end
    uint32_t mirror_cause; // cause + 1 of a mirror that failed first
    pm_ref merged;         // index + 1 of the attempt that it turned out to be part of
    int16_t hidden_status; // what the registry side answered when the node's own line does not say
};
// What thousands of pulls have alike stands once (pm_pull_name), as what traces say does.
struct pm_pull_names {
    uint32_t image, registry, repository, tag, digest, k8s_namespace, container, user, error;
    uint32_t log;                     // the path of the registry's log, where that alone shows it
    const struct pm_verdict *verdict; // settled: candidate_count 1
};
// A pull, while it is folded and after. A bundle has millions.
struct pm_attempt {
    int64_t started, ended; // PM_NO_TIME unknown
    int64_t duration_ns, bytes;
    uint64_t best; // event id of the line that says it best
    const struct pm_pull_names *names;
    struct pm_particulars *particulars; // NULL: none
    struct pm_few traces;               // indexes
    struct pm_ids pods;                 // "namespace/name"
    uint32_t node, client;
    uint32_t requests, lines; // as many as a number holds
    pm_ref file;              // of its first trace, index + 1; 0: it has none
    uint16_t flags;           // enum pm_event_flag seen on any of its traces
    int16_t status;
    uint8_t outcome, stage, origin; // origin: who counted it
    uint8_t sources;                // enum pm_source
    int8_t best_rank;
    uint8_t forms : 2;      // of the lines seen, bits
    bool answered_last : 1; // the registry's last answer was its end
    bool reconstructed : 1, exact_pod : 1;
    bool requested : 1; // a start line was seen
    bool settled_by_neighbour : 1;
    bool quiet : 1; // its runtime logs no failures
    // … and nobody told its end yet: it lies somewhere before `ended`, when the next start
    // overtook it
    bool unended : 1;
    bool behind : 1; // a node's, behind the address that several of them share
};

// Some of the pulls by a group, and those of one in order of time.
struct pm_some_pulls {
    uint32_t *items; // indexes
    size_t n;
};
// In order of time once they are folded; const once they are settled.
struct pm_pulls {
    struct pm_attempt *items;
    size_t n, cap;
    struct pm_arena *a;                      // particulars; NULL: none yet
    struct pm_once *names;                   // NULL: none yet
    struct pm_some_pulls ok_by_image;        // those that went well
    struct pm_some_pulls good_by_repository; // those that were good, or there already
    Pvoid_t first_of_image;                  // image → index + 1
    int64_t *begun;                          // the latest beginning of each and those before it
    Pvoid_t good_image; // registry and repository → index + 1 of the newest good one
};
void pm_pulls_free(struct pm_pulls *pulls);

// A trace is one of its.
void pm_pull_take(struct pm_attempt *p, uint32_t trace, uint32_t file);
// It has these from now on.
void pm_pull_name(struct pm_pulls *pulls, struct pm_attempt *p, const struct pm_pull_names *names);
void pm_pull_judge(struct pm_pulls *pulls, struct pm_attempt *p, const struct pm_verdict *v);
// One of them: PM_PULL_SET(pulls, p, error, id).
void pm_pull_set(struct pm_pulls *pulls, struct pm_attempt *p, size_t member, uint32_t id);
#define PM_PULL_SET(pulls, p, member, id)                                                          \
    pm_pull_set((pulls), (p), offsetof(struct pm_pull_names, member), (id))
const struct pm_particulars *pm_particulars_of(const struct pm_attempt *p);
struct pm_particulars *pm_particulars_edit(struct pm_pulls *pulls, struct pm_attempt *p);
static inline int64_t pm_waiting(const struct pm_attempt *p) {
    return pm_particulars_of(p)->waiting_ns;
}
static inline int64_t pm_off(const struct pm_attempt *p) { return pm_particulars_of(p)->off_ns; }
static inline int64_t pm_lead(const struct pm_attempt *p) { return pm_particulars_of(p)->lead_ns; }
static inline int64_t pm_answered(const struct pm_attempt *p) {
    int64_t answered = pm_particulars_of(p)->answered;
    return p->answered_last && !answered ? p->ended : answered;
}
static inline struct pm_str pm_why(const struct pm_attempt *p) { return pm_particulars_of(p)->why; }
static inline int16_t pm_hidden_status(const struct pm_attempt *p) {
    return pm_particulars_of(p)->hidden_status;
}
static inline uint32_t pm_mirror_cause(const struct pm_attempt *p) {
    return pm_particulars_of(p)->mirror_cause;
}

static inline int64_t pm_at(const struct pm_attempt *p) {
    return p->ended != PM_NO_TIME ? p->ended : p->started;
}
static inline int64_t pm_began(const struct pm_attempt *p) {
    return p->started != PM_NO_TIME ? p->started : p->ended;
}
int64_t pm_at_cluster(const struct pm_evidence *ev,
                      const struct pm_attempt *p); // pm_at by the cluster's clock
static inline bool pm_is_client(const struct pm_evidence *ev, const struct pm_attempt *p) {
    return (ev->nodes_known || ev->nodes_stand) && !p->node && p->client && !p->behind;
}
// The place of the first of those of the image that went well at or after; and the one at a
// place, NULL behind the last of the image.
size_t pm_ok_first(const struct pm_pulls *pulls, uint32_t image, int64_t at);
static inline const struct pm_attempt *pm_ok_at(const struct pm_pulls *pulls, uint32_t image,
                                                size_t place) {
    const struct pm_some_pulls *ok = &pulls->ok_by_image;
    const struct pm_attempt *p = place < ok->n ? &pulls->items[ok->items[place]] : NULL;
    return p && p->names->image == image ? p : NULL;
}
// The place behind the good ones of the repository that stand before `end`; and the one
// before a place, NULL before the first of the repository.
size_t pm_good_end(const struct pm_pulls *pulls, uint32_t repository, size_t end);
static inline const struct pm_attempt *pm_good_before(const struct pm_pulls *pulls,
                                                      uint32_t repository, size_t place) {
    const struct pm_some_pulls *good = &pulls->good_by_repository;
    const struct pm_attempt *p = place ? &pulls->items[good->items[place - 1]] : NULL;
    return p && p->names->repository == repository ? p : NULL;
}
// The first pull at or after; they are in time order once folded.
size_t pm_pull_first(const struct pm_pulls *pulls, int64_t at);
// How many there are before the first that began at `at` or later.
size_t pm_pulls_begun(const struct pm_pulls *pulls, int64_t at);
uint32_t pm_pull_namespace(const struct pm_env *env, const struct pm_attempt *p);
void pm_pods_of_failed(const struct pm_pulls *pulls, struct pm_ids *pods);

// The passes, in order.
void pm_fold_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
void pm_request_fold(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
// Pods of failed pulls that no witness names. fold_hearsay.c
void pm_hearsay_pods(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
// Traces that nobody asks for any more. let_go.c
void pm_fold_let_go(struct pm_evidence *ev, struct pm_pulls *pulls);
// In time order, once all are there.
void pm_fold_order(struct pm_evidence *ev, struct pm_pulls *pulls);
// What waits, once all pulls are there. fold_waits.c
void pm_fold_waits(const struct pm_env *env, struct pm_evidence *ev, const struct pm_pulls *pulls);
// Once settled: where good pulls are looked up.
void pm_fold_find(struct pm_pulls *pulls);

// Mirrors within a pull. fold_mirror.c
// One that failed within it; NULL: none.
const struct pm_trace *pm_fell_back(const struct pm_env *env, const struct pm_evidence *ev,
                                    const struct pm_attempt *p);
// A mirror was the last host that it asked, and it went well.
bool pm_mirror_served(const struct pm_env *env, const struct pm_evidence *ev,
                      const struct pm_pulls *pulls, const struct pm_attempt *p);
