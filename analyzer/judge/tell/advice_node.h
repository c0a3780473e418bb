// What advice has to know of the machines that pulled. Internal to the advice.
#pragma once
#include "judge/incidents/hits.h"
#include "judge/tell/advice.h"

// containerd2, containerd1, containerd, k3s, docker, crio; NULL where nothing tells.
const char *pm_advice_runtime_of(const struct pm_scene *scene, const struct pm_hit *h);
struct pm_str pm_advice_arch_of(const struct pm_scene *scene, const struct pm_hit *h);
// Whose tool it was, where no node pulled: a person's or a job's own docker or podman.
const char *pm_advice_client_of(const struct pm_scene *scene, const struct pm_hit *h);
// "98 % of the inodes of /var/lib/containerd are used", of the node's own df.
struct pm_str pm_advice_sizes_of(const struct pm_scene *scene, const struct pm_hit *h);
