// What a controller's event says of its pods: the wordings of Deployments, StatefulSets,
// DaemonSets and Jobs through their versions. Internal to the judge.
#pragma once
#include "judge/evidence/evidence.h"

struct pm_scale {
    struct pm_str set, pod; // the ReplicaSet that was scaled, or the pod that was made or deleted
    int64_t from, to;       // -1 unknown
};
bool pm_scale_read(const struct pm_env *env, const struct pm_trace *t,
                   struct pm_scale *out); // false: it says neither
bool pm_scale_of_pod(struct pm_str set,
                     struct pm_str pod); // is the pod of that ReplicaSet, by its name?
