// Scaling events of the workload controllers.
//
//     Scaled up replica set web-6d9f8c7b5d to 3                 Deployment, before 1.24
//     Scaled up replica set web-6d9f8c7b5d to 3 from 2          1.24
//     Scaled down replica set web-6d9f8c7b5d from 3 to 0        since 1.25
//     Scaled down ReplicaSet web-6d9f8c7b5d (revision 6) from 3 to 0    Argo Rollouts
//     Created pod: web-6d9f8c7b5d-x2x9k                         ReplicaSet, DaemonSet, Job
//     create Pod db-0 in StatefulSet db successful              StatefulSet
//     Deleted pod: web-6d9f8c7b5d-x2x9k                         all but StatefulSets, which say "delete Pod db-0 in StatefulSet db successful"
// Source: kubernetes pkg/controller/deployment/sync.go, controller_utils.go,
// statefulset/stateful_pod_control.go @v1.20, v1.24, v1.25, v1.31.
#include "judge/evidence/scale.h"
#include "pm/scan.h"

static int64_t number_after(struct pm_str m, struct pm_str words) {
    ptrdiff_t at = pm_str_find(m, words, 0);
    uint64_t n;
    if (at < 0) return -1;
    struct pm_scan c = pm_scan_of(pm_str_from(m, (size_t)at + words.n));
    return pm_scan_uint(&c, 9, &n) ? (int64_t)n : -1;
}

static struct pm_str word_after(struct pm_str m, struct pm_str words) {
    ptrdiff_t at = pm_str_find(m, words, 0);
    struct pm_str word = PM_NONE;
    if (at < 0) return word;
    struct pm_scan c = pm_scan_of(pm_str_from(m, (size_t)at + words.n));
    return pm_scan_word(&c, &word) ? word : PM_NONE;
}

bool pm_scale_read(const struct pm_env *env, const struct pm_trace *t, struct pm_scale *out) {
    struct pm_str m = pm_name(env, t->said->message);
    *out = (struct pm_scale){.from = -1, .to = -1};
    static const char *const heads[] = {"Scaled up replica set ", "Scaled down replica set ",
                                        "Scaled up ReplicaSet ", "Scaled down ReplicaSet "};
    for (size_t i = 0; i < PM_LEN(heads); i++) {
        if (!pm_str_starts(m, pm_str_c(heads[i]))) continue;
        out->set = word_after(m, pm_str_c(heads[i]));
        m = pm_str_from(m, (size_t)(out->set.p + out->set.n - m.p));
        out->from = number_after(m, PM_STR(" from "));
        out->to = number_after(m, PM_STR(" to "));
        return out->set.n > 0;
    }
    out->pod = word_after(m, PM_STR("reated pod: "));
    if (!out->pod.n) out->pod = word_after(m, PM_STR("eleted pod: "));
    if (!out->pod.n) out->pod = word_after(m, PM_STR("create Pod "));
    if (!out->pod.n) out->pod = word_after(m, PM_STR("delete Pod "));
    return out->pod.n > 0;
}

bool pm_scale_of_pod(struct pm_str set, struct pm_str pod) {
    return set.n && pod.n > set.n + 1 && pm_str_starts(pod, set) && pod.p[set.n] == '-' &&
           pm_str_chr(pm_str_from(pod, set.n + 1), '-', 0) < 0;
}
