// One incident's blast radius while it is put together.
#pragma once
#include "judge/incidents/hits.h"

struct pod_hit {
    uint32_t key, node, image;
    uint32_t failed, log; // pulls; file + 1 of the kubelet's log that speaks of it, 0 none
    int64_t first, last, recovered;
};
struct blast {
    const struct pm_scene *scene;
    struct pm_hit *h;
    Pvoid_t by_pod; // pod key → index + 1
    struct pod_hit *pods;
    size_t n, cap;
};

// Once its pods and workloads are known: into the incident.
void pm_blast_rollouts(struct blast *b);
void pm_blast_autoscalers(struct blast *b);
void pm_blast_services(struct blast *b);
