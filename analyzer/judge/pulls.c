// The passes from rows to judged pulls: for the report, and once more for another part of
// the time.
#include "judge/causes/causes.h"
#include "judge/evidence/mirror.h"
#include "judge/passes.h"

void pm_read_bundle(const struct pm_env *env, struct pm_evidence *ev) {
    pm_load_rows(env, ev);
    pm_workload_resolve(env, ev);
    pm_skew_measure(env, ev);
    ev->mirrors_n = pm_mirrors_find(env, ev, &ev->mirrors);
}

void pm_find_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    pm_fold_pulls(env, ev, pulls);
    pm_request_fold(env, ev, pulls);
    pm_hearsay_pods(env, ev, pulls);
    if (!ev->aside) pm_fold_let_go(ev, pulls); // another view asks which files told of its pulls
    pm_fold_order(ev, pulls);
    pm_fold_waits(env, ev, pulls);
    pm_settle(env, ev, pulls);
    pm_fold_find(pulls);
    pm_evidence_sort_out(ev);
}

void pm_judge_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    pm_read_bundle(env, ev);
    pm_find_pulls(env, ev, pulls);
}
