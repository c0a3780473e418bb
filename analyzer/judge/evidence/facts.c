// The facts as they are kept: how a pod, a workload or the time that a log covers is
// looked up and made, and the end of them all. Rows fill them in (facts_rows.c), nodes get
// their names once all rows are read (facts_nodes.c).
#include "judge/evidence/evidence.h"
#include <stdlib.h>

const struct pm_pod_fact *pm_facts_pod(const struct pm_evidence *ev, uint32_t key) {
    Word_t at = pm_map_get(ev->facts.pod_by_key, key);
    return at ? &PM_REF(ev->facts.pods, at) : NULL;
}

struct pm_pod_fact *pm_facts_pod_edit(struct pm_evidence *ev, uint32_t key) {
    Word_t at = pm_map_get(ev->facts.pod_by_key, key);
    return at ? &PM_REF(ev->facts.pods, at) : NULL;
}

// A table of one namespace has no NAMESPACE column: its pod is the one of that name, if
// there is one only.
static struct pm_pod_fact *pod_of_name(struct pm_evidence *ev, uint32_t k8s_namespace,
                                       uint32_t name, uint32_t key) {
    Word_t at = pm_map_get(ev->facts.pod_by_name, name);
    struct pm_pod_fact *pod = at && at != UINT32_MAX ? &PM_REF(ev->facts.pods, at) : NULL;
    if (!pod || (k8s_namespace && pod->k8s_namespace)) return NULL;
    if (!k8s_namespace || pod->k8s_namespace == k8s_namespace) return pod;
    pod->k8s_namespace = k8s_namespace; // it was met without one
    pod->key = key;
    *pm_map_slot(&ev->facts.pod_by_key, key) = at;
    return pod;
}

struct pm_pod_fact *pm_facts_pod_made(const struct pm_env *env, struct pm_evidence *ev,
                                      uint32_t k8s_namespace, uint32_t name) {
    uint32_t key = pm_id_join(env, k8s_namespace, '/', name);
    struct pm_pod_fact *pod = pm_facts_pod_edit(ev, key);
    if (!pod) pod = pod_of_name(ev, k8s_namespace, name, key);
    if (pod) return pod;
    pod = PM_PUSH(ev->facts.pods.items, ev->facts.pods.n, ev->facts.pods.cap);
    *pod = (struct pm_pod_fact){.k8s_namespace = k8s_namespace,
                                .name = name,
                                .key = key,
                                .created = PM_NO_TIME,
                                .seen = PM_NO_TIME,
                                .since = PM_NO_TIME,
                                .gone = PM_NO_TIME};
    *pm_map_slot(&ev->facts.pod_by_key, key) = ev->facts.pods.n;
    Word_t *slot = pm_map_slot(&ev->facts.pod_by_name, name);
    *slot = *slot ? UINT32_MAX : ev->facts.pods.n;
    return pod;
}

Word_t pm_facts_workload_at(const struct pm_env *env, const struct pm_evidence *ev, uint32_t space,
                            const char *kind, uint32_t name) {
    return pm_map_get(ev->facts.workload_by_key,
                      pm_id_fmt(env, "%.*s/%s/%.*s", PM_FMT(pm_name(env, space)), kind,
                                PM_FMT(pm_name(env, name))));
}

const struct pm_workload_fact *pm_facts_workload(const struct pm_env *env,
                                                 const struct pm_evidence *ev,
                                                 uint32_t k8s_namespace, const char *kind,
                                                 uint32_t name) {
    Word_t at = pm_facts_workload_at(env, ev, k8s_namespace, kind, name);
    return at ? &PM_REF(ev->facts.workloads, at) : NULL;
}

void pm_facts_cover(struct pm_evidence *ev, int origin, uint32_t node, int64_t from, int64_t to) {
    Word_t *slot = pm_map_slot(&ev->facts.cover[origin], node);
    if (!*slot) {
        *PM_PUSH(ev->facts.covers.items, ev->facts.covers.n, ev->facts.covers.cap) =
            (struct pm_cover){from, to};
        *slot = ev->facts.covers.n;
        return;
    }
    struct pm_cover *c = &PM_REF(ev->facts.covers, *slot);
    c->from = pm_min_time(c->from, from);
    c->to = pm_max_time(c->to, to);
}

bool pm_facts_covers(const struct pm_evidence *ev, int origin, uint32_t node, int64_t at,
                     int64_t slack) {
    Word_t slot = pm_map_get(ev->facts.cover[origin], node);
    if (!slot || at == PM_NO_TIME) return slot != 0;
    const struct pm_cover *c = &PM_REF(ev->facts.covers, slot);
    return pm_time_in(at, pm_since(c->from, slack), pm_time_add(c->to, slack));
}

void pm_facts_free(struct pm_evidence *ev) {
    struct pm_facts *f = &ev->facts;
    Word_t freed;
    for (size_t i = 0; i < f->pods.n; i++) {
        pm_ids_free(&f->pods.items[i].secrets);
        pm_ids_free(&f->pods.items[i].images);
        pm_ids_free(&f->pods.items[i].always);
        pm_ids_free(&f->pods.items[i].present);
        pm_ids_free(&f->pods.items[i].labels);
    }
    for (size_t i = 0; i < f->workloads.n; i++) {
        pm_ids_free(&f->workloads.items[i].images);
        pm_ids_free(&f->workloads.items[i].selector);
    }
    for (size_t i = 0; i < f->services.n; i++) {
        pm_ids_free(&f->services.items[i].selector);
        pm_ids_free(&f->services.items[i].pods);
    }
    for (size_t i = 0; i < f->nodes.n; i++) pm_ids_free(&f->nodes.items[i].addresses);
    for (size_t i = 0; i < f->configs.n; i++) json_decref(f->configs.items[i].detail);
    free(f->pods.items);
    free(f->workloads.items);
    free(f->services.items);
    free(f->nodes.items);
    free(f->hpas.items);
    free(f->configs.items);
    free(f->secrets.items);
    free(f->files.items);
    free(f->covers.items);
    Pvoid_t *maps[] = {&f->pod_by_key,      &f->pod_by_name,
                       &f->workload_by_key, &f->node_by_name,
                       &f->node_alias,      &f->host_node,
                       &f->node_by_address, &f->secret_missing,
                       &f->account_secrets, &f->registry_of_repository};
    for (size_t i = 0; i < PM_LEN(maps); i++) JLFA(freed, *maps[i]);
    for (size_t i = 0; i < PM_LEN(f->cover); i++) JLFA(freed, f->cover[i]);
    (void)freed;
}
