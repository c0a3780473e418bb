// From pods to the workloads that own them: owner references, labels, then the grammar of
// generated names, which is a guess and says so.
//
//   web-6d9f8c7b5d-x2x9k      Deployment web (hash of ten characters from 456789bcdf, then five from the random alphabet)
//   report-29923806-zhdms     CronJob report (minutes since 1970)
//   db-0                      StatefulSet db
//   node-exporter-84bqd       DaemonSet, ReplicaSet or Job: unknown which
#include "judge/evidence/evidence.h"

#define RANDOM_ALPHABET "bcdfghjklmnpqrstvwxz2456789"
#define HASH_ALPHABET "456789bcdf"

static bool of_alphabet(struct pm_str s, const char *alphabet) {
    for (size_t i = 0; i < s.n; i++)
        if (!strchr(alphabet, s.p[i]) || !s.p[i]) return false;
    return s.n > 0;
}
static bool digits(struct pm_str s) { return of_alphabet(s, "0123456789"); }

// The last "-PART"; what is before it goes to *head.
static struct pm_str tail_of(struct pm_str name, struct pm_str *head) {
    ptrdiff_t dash = pm_str_rchr(name, '-');
    *head = dash > 0 ? pm_str_sub(name, 0, (size_t)dash) : PM_NONE;
    return dash > 0 ? pm_str_from(name, (size_t)dash + 1) : PM_NONE;
}

bool pm_workload_guess(struct pm_str pod, struct pm_str *kind, struct pm_str *name) {
    struct pm_str head, owner, tail = tail_of(pod, &head);
    if (!tail.n) return false;
    if (tail.n == 5 && of_alphabet(tail, RANDOM_ALPHABET)) {
        struct pm_str middle = tail_of(head, &owner);
        if (middle.n >= 6 && middle.n <= 10 && of_alphabet(middle, HASH_ALPHABET)) {
            *kind = PM_STR("Deployment");
            *name = owner;
            return true;
        }
        if ((middle.n == 8 || middle.n == 10) && digits(middle)) {
            *kind = PM_STR("CronJob");
            *name = owner;
            return true;
        }
        *kind = PM_STR("Workload"); // DaemonSet, ReplicaSet or Job
        *name = head;
        return true;
    }
    if (digits(tail) && (tail.n == 1 || tail.p[0] != '0') && tail.n < 5) {
        *kind = PM_STR("StatefulSet");
        *name = head;
        return true;
    }
    return false;
}

static bool kind_is(const struct pm_env *env, uint32_t id, const char *kind) {
    return pm_str_eqc(pm_name(env, id), kind);
}

// ReplicaSet → Deployment, Job → CronJob: by the object, else by the name that the
// controller makes.
static void climb(const struct pm_env *env, const struct pm_evidence *ev, struct pm_pod_fact *pod) {
    bool set = kind_is(env, pod->owner_kind, "ReplicaSet"),
         job = kind_is(env, pod->owner_kind, "Job");
    pod->workload_kind = pod->owner_kind;
    pod->workload_name = pod->owner_name;
    if (!set && !job) return;
    const struct pm_workload_fact *owner = pm_facts_workload(
        env, ev, pod->k8s_namespace, pm_cstr(env, pod->owner_kind), pod->owner_name);
    if (owner && owner->owner_name) {
        pod->workload_kind = owner->owner_kind;
        pod->workload_name = owner->owner_name;
        return;
    }
    if (owner) return; // an object without an owner: its own master
    struct pm_str head, tail = tail_of(pm_name(env, pod->owner_name), &head);
    if (set && tail.n >= 6 && tail.n <= 10 && of_alphabet(tail, HASH_ALPHABET))
        pod->workload_kind = pm_id(env, PM_STR("Deployment"));
    else if (job && digits(tail) && (tail.n == 8 || tail.n == 10))
        pod->workload_kind = pm_id(env, PM_STR("CronJob"));
    else return;
    pod->workload_name = pm_id(env, head);
    pod->guessed = true;
}

bool pm_selector_fits(const struct pm_ids *selector, const struct pm_ids *labels) {
    return selector->n && pm_ids_within(selector, labels);
}

// A workload whose selector the pod's labels meet. A Deployment rather than its
// ReplicaSets.
static bool by_labels(const struct pm_env *env, const struct pm_evidence *ev,
                      struct pm_pod_fact *pod) {
    const struct pm_workload_fact *best = NULL;
    for (size_t i = 0; pod->labels.n && i < ev->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &ev->facts.workloads.items[i];
        if (w->k8s_namespace != pod->k8s_namespace || !pm_selector_fits(&w->selector, &pod->labels))
            continue;
        if (!best || kind_is(env, best->kind, "ReplicaSet")) best = w;
    }
    if (!best) return false;
    pod->workload_kind = best->kind;
    pod->workload_name = best->name;
    return true;
}

static bool static_pod(const struct pm_env *env, struct pm_pod_fact *pod) {
    struct pm_str name = pm_name(env, pod->name), node = pm_name(env, pod->node);
    if (!node.n || name.n <= node.n + 1 || !pm_str_ends(name, node) ||
        name.p[name.n - node.n - 1] != '-')
        return false;
    pod->workload_kind = pm_id(env, PM_STR("Pod"));
    pod->workload_name = pod->name;
    return true;
}

void pm_workload_resolve(const struct pm_env *env, struct pm_evidence *ev) {
    for (size_t i = 0; i < ev->facts.pods.n; i++) {
        struct pm_pod_fact *pod = &ev->facts.pods.items[i];
        struct pm_str kind, name;
        if (pod->owner_name && kind_is(env, pod->owner_kind, "Node")) pod->owner_name = 0;
        if (pod->owner_name) climb(env, ev, pod);
        else if (!by_labels(env, ev, pod) && !static_pod(env, pod) && !pod->listed &&
                 pm_workload_guess(pm_name(env, pod->name), &kind, &name)) {
            pod->workload_kind = pm_id(env, kind);
            pod->workload_name = pm_id(env, name);
            pod->guessed = true;
            const char *made = pm_cstr(
                env,
                pod->workload_kind); // such a workload is there, if only in a table without namespaces
            if (pm_facts_workload(env, ev, pod->k8s_namespace, made, pod->workload_name) ||
                pm_facts_workload(env, ev, 0, made, pod->workload_name))
                pod->guessed = false;
        }
    }
}
