// What the files that fold one bucket after the other share: the attempts of one image on
// one node. Internal to fold*.c.
#pragma once
#include "judge/attempts/fold.h"

#define PM_NEAR_NS PM_S(3) // lines of one attempt on one node

// One is filled anew for each image on each node: there are as many as there are pulls.
struct pm_fold_bucket {
    uint32_t node, image;
    struct {
        const uint32_t *items;
        size_t n;
    } traces;               // in time order
    struct pm_ids attempts; // indexes into pulls
    size_t sorted;          // the first so many are in time order
    struct pm_ids loose;    // attempts that events made without naming a pod
    struct pm_ids pulling;  // traces: events of attempts that began, in time order
};
struct pm_fold {
    const struct pm_env *env;
    struct pm_evidence *ev;
    struct pm_pulls *pulls;
    Pvoid_t image_service;         // node → 1 where the kubelet's image-service lines are kept
    PM_LIST(uint32_t) restarts;    // traces of runtime starts and stops, in time order
    struct pm_order failed_events; // "Failed" of an image manager, by pod
};

static inline struct pm_attempt *pm_fold_pull(struct pm_fold *f, uint32_t index) {
    return &f->pulls->items[index];
}

// One attempt. fold_attempt.c
unsigned pm_fold_source(int origin); // PM_SRC_… of who told it
void pm_fold_take_verdict(struct pm_pulls *pulls, struct pm_attempt *p, const struct pm_verdict *v);
void pm_fold_add_pod(const struct pm_env *env, struct pm_pulls *pulls, struct pm_attempt *p,
                     const struct pm_trace *t);

// A bucket's attempts. fold_bucket.c
uint32_t pm_bucket_add(struct pm_fold *f, struct pm_fold_bucket *b, const struct pm_trace *t,
                       enum pm_outcome outcome);
uint32_t pm_bucket_add_ended(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t trace,
                             enum pm_outcome outcome, int64_t at);
// This attempt ended then; the trace is its end.
void pm_bucket_end(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t index, int64_t at);
void pm_bucket_close(struct pm_fold *f, struct pm_fold_bucket *b, uint32_t index, uint32_t trace,
                     enum pm_outcome outcome);
void pm_bucket_sort(struct pm_fold *f, struct pm_fold_bucket *b);
// Place of the first at or after `t`, among the sorted ones.
size_t pm_bucket_first(struct pm_fold *f, const struct pm_fold_bucket *b, int64_t t);

typedef bool pm_fits(struct pm_fold *f, const struct pm_attempt *p, const struct pm_trace *t);
uint32_t pm_bucket_nearest(struct pm_fold *f, const struct pm_fold_bucket *b,
                           const struct pm_trace *t, int64_t at, int64_t near, pm_fits *fit);
// "unseen": no trace of the same source told of it yet.
pm_fits pm_fits_failed, pm_fits_ok, pm_fits_failed_unseen, pm_fits_ok_unseen;

// The sources, in the order in which they are asked.
void pm_fold_runtime(struct pm_fold *f, struct pm_fold_bucket *b);
void pm_fold_kubelet(struct pm_fold *f, struct pm_fold_bucket *b);
void pm_fold_client(struct pm_fold *f, struct pm_fold_bucket *b);
void pm_fold_overtaken(struct pm_fold *f, const struct pm_fold_bucket *b); // fold_runtime.c
void pm_fold_events(struct pm_fold *f, struct pm_fold_bucket *b);
void pm_fold_backoff(struct pm_fold *f, struct pm_fold_bucket *b);
// A pull still open that its runtime's end cut. fold_runtime.c
void pm_fold_cut_by_restart(struct pm_fold *f, struct pm_attempt *p);
