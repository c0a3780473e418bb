// What the files that fold share. Internal to the judge.
#pragma once
#include "judge/attempts/pulls.h"
#include "pm/parser.h"

// An attempt: how it is made, and what a trace adds to it. fold_attempt.c
void pm_fold_absorb(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls,
                    uint32_t attempt,
                    uint32_t trace); // the trace speaks of this attempt: adds what it lacks
uint32_t pm_fold_new(struct pm_pulls *pulls, const struct pm_trace *t,
                     enum pm_outcome outcome);    // → index into pulls
bool pm_fold_imageless(const struct pm_trace *t); // fold_dockerd.c: lines that name no image
void pm_fold_dockerd(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
void pm_fold_mirrors(
    const struct pm_env *env, struct pm_evidence *ev,
    struct pm_pulls *pulls); // fold_mirror.c: which hosts a pull asked before the one that answered
// The pulls of some nodes, by node and in order of time: an order of all is as large as a third
// of them, for the few that a line is to be found a place among. pulls.c
struct pm_order pm_fold_by_node(const struct pm_pulls *pulls, const struct pm_ids *nodes);
// Waiting pods. fold_pods.c
void pm_fold_pods(const struct pm_env *env, struct pm_evidence *ev);
bool pm_fold_reason_is_pull(struct pm_str waiting_reason);
void pm_fold_counts_add_up(
    const struct pm_env *env,
    struct pm_evidence *ev); // fold_counts.c: once, before the first is asked for
uint64_t pm_fold_times(
    const struct pm_evidence *ev,
    const struct pm_trace *t); // how many attempts an event's count stands for, at least 1
int64_t pm_backoff_at(int64_t first, int64_t last, uint64_t n,
                      uint64_t i); // time of the i-th of n attempts between first and last
bool pm_fold_refused_early(
    const struct pm_env *env,
    const struct pm_trace *t); // fold_refused.c: the kubelet never asked the runtime
void pm_fold_refused(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
void pm_fold_credentials(
    const struct pm_env *env, struct pm_evidence *ev,
    struct pm_pulls
        *pulls); // fold_credentials.c: requests with one credential after the other are one attempt
