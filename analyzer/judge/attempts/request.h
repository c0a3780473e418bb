// What the files that match requests to pulls share. Internal to the judge.
#pragma once
#include "judge/attempts/fold.h"
#include "judge/evidence/request.h"

// Which groups are pulls; request_weigh.c
void pm_requests_drop_told(struct pm_evidence *ev);
void pm_requests_weigh(const struct pm_env *env, struct pm_evidence *ev);
// request_nodes.c
bool pm_requests_know_nodes(const struct pm_evidence *ev, const struct pm_pulls *pulls);
bool pm_requests_clients_stand(const struct pm_evidence *ev, const struct pm_pulls *pulls);
void pm_requests_name_sessions(const struct pm_evidence *ev, struct pm_pulls *pulls);
void pm_requests_name(
    const struct pm_env *env, struct pm_evidence *ev,
    const struct pm_pulls
        *pulls); // whose registry a log is, where its lines do not say; request_registry.c
// How far nodes' clocks are off a log's; request_clock.c
void pm_request_clock_learn(const struct pm_env *env, struct pm_evidence *ev,
                            const struct pm_pulls *pulls, Pvoid_t node_in_log);
int64_t pm_request_skew(const struct pm_evidence *ev, uint32_t file,
                        const struct pm_attempt *p); // ns that the node of `p` is ahead of that log
