// What the status of pods says, as traces: a container that waits for its image is told by
// no line where the logs are gone. Its reason and message are read as an event's would be,
// and it is folded as a back-off is (fold_backoff.c).
#include "judge/attempts/fold.h"
#include "rules/taxonomy.h"

bool pm_fold_reason_is_pull(struct pm_str reason) {
    static const char *const pulls[] = {
        "ErrImagePull",      "ImagePullBackOff",    "ErrImageNeverPull",        "InvalidImageName",
        "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"};
    for (size_t i = 0; i < PM_LEN(pulls); i++)
        if (pm_str_eqc(reason, pulls[i])) return true;
    return false;
}

void pm_fold_pods(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->facts.pods.n; i++) {
        struct pm_pod_fact *pod = &ev->facts.pods.items[i];
        if (ev->aside && !pm_window_has(ev, pod->seen, pod->seen)) continue;
        for (int k = 0; k < pod->waits; k++) {
            struct pm_event e = {
                .kind = PM_KIND_PULL_BACKOFF, .component = PM_COMP_OBJECTS, .bytes = -1};
            e.field[PM_F_REASON] = pm_name(env, pod->wait[k].reason);
            e.field[PM_F_ERROR] = pm_name(env, pod->wait[k].message);
            if (!pm_fold_reason_is_pull(e.field[PM_F_REASON]) || !pod->wait[k].image) continue;
            pm_arena_reset(env->scratch);
            pm_lift_event_message(env->scratch, PM_STR("Failed"), e.field[PM_F_ERROR], &e);
            e.kind = PM_KIND_PULL_FAIL;
            pm_lift_error(env->scratch, &e);
            struct pm_saying said = {.k8s_namespace = pod->k8s_namespace,
                                     .container = pod->wait[k].container,
                                     .kind = PM_KIND_PULL_BACKOFF,
                                     .component = PM_COMP_OBJECTS,
                                     .origin = PM_ORIGIN_POD,
                                     .role = PM_ROLE_BACKOFF,
                                     .reason = pod->wait[k].reason,
                                     .error = pm_id(env, e.field[PM_F_ERROR]),
                                     .status = (int16_t)e.http_status,
                                     .stage = (uint8_t)e.stage};
            const struct pm_text_image image = pm_image_read(env, pm_name(env, pod->wait[k].image));
            pm_saying_of_image(&said, &image);
            struct pm_verdict v = pm_ruleset_classify(env->rules, &e);
            if (pm_cause_has(v.cause, PM_TRAIT_UNEXPLAINED)) v.cause = -1;
            said.verdict = pm_verdict_keep(env, &v);
            *PM_PUSH(ev->traces.items, ev->traces.n, ev->traces.cap) =
                (struct pm_trace){.id = pod->wait[k].event,
                                  .ts = pod->seen,
                                  .said = pm_saying_keep(ev, &said),
                                  .node = pod->node,
                                  .pod = pod->name};
        }
    }
}
