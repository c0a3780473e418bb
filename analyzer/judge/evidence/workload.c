// From pods to the workloads that own them: owner references, labels, then the grammar of
// generated names (formats.md, 3.2), which is a guess and says so.
//
//   web-6d9f8c7b5d-x2x9k      Deployment web (hash of ten characters from 456789bcdf, then five from the random alphabet)
//   report-29923806-zhdms     CronJob report (minutes since 1970)
//   db-0                      StatefulSet db
//   node-exporter-84bqd       DaemonSet, ReplicaSet or Job: unknown which
#include "judge/state.h"

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

static bool kind_is(const struct pm_state *s, uint32_t id, const char *kind) {
    return pm_str_eqc(pm_name(s, id), kind);
}

// ReplicaSet → Deployment, Job → CronJob: by the object, else by the name that the
// controller makes.
static void climb(struct pm_state *s, struct pm_pod_fact *pod) {
    bool set = kind_is(s, pod->owner_kind, "ReplicaSet"), job = kind_is(s, pod->owner_kind, "Job");
    pod->workload_kind = pod->owner_kind;
    pod->workload_name = pod->owner_name;
    if (!set && !job) return;
    const struct pm_workload_fact *owner =
        pm_facts_workload(s, pod->namespace, pm_cstr(s, pod->owner_kind), pod->owner_name);
    if (owner && owner->owner_name) {
        pod->workload_kind = owner->owner_kind;
        pod->workload_name = owner->owner_name;
        return;
    }
    if (owner) return; // an object without an owner: its own master
    struct pm_str head, tail = tail_of(pm_name(s, pod->owner_name), &head);
    if (set && tail.n >= 6 && tail.n <= 10 && of_alphabet(tail, HASH_ALPHABET))
        pod->workload_kind = pm_id(s, PM_STR("Deployment"));
    else if (job && digits(tail) && (tail.n == 8 || tail.n == 10))
        pod->workload_kind = pm_id(s, PM_STR("CronJob"));
    else return;
    pod->workload_name = pm_id(s, head);
    pod->guessed = true;
}

static bool selects(const struct pm_ids *selector, const struct pm_ids *labels) {
    for (size_t i = 0; i < selector->n; i++)
        if (!pm_ids_has(labels, selector->items[i])) return false;
    return selector->n > 0;
}

// A workload whose selector the pod's labels meet. A Deployment rather than its
// ReplicaSets.
static bool by_labels(struct pm_state *s, struct pm_pod_fact *pod) {
    const struct pm_workload_fact *best = NULL;
    for (size_t i = 0; pod->labels.n && i < s->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &s->facts.workloads.items[i];
        if (w->namespace != pod->namespace || !selects(&w->selector, &pod->labels)) continue;
        if (!best || kind_is(s, best->kind, "ReplicaSet")) best = w;
    }
    if (!best) return false;
    pod->workload_kind = best->kind;
    pod->workload_name = best->name;
    return true;
}

static bool static_pod(struct pm_state *s, struct pm_pod_fact *pod) {
    struct pm_str name = pm_name(s, pod->name), node = pm_name(s, pod->node);
    if (!node.n || name.n <= node.n + 1 || !pm_str_ends(name, node) ||
        name.p[name.n - node.n - 1] != '-')
        return false;
    pod->workload_kind = pm_id(s, PM_STR("Pod"));
    pod->workload_name = pod->name;
    return true;
}

void pm_workload_resolve(struct pm_state *s) {
    for (size_t i = 0; i < s->facts.pods.n; i++) {
        struct pm_pod_fact *pod = &s->facts.pods.items[i];
        struct pm_str kind, name;
        if (pod->owner_name && kind_is(s, pod->owner_kind, "Node")) pod->owner_name = 0;
        if (pod->owner_name) climb(s, pod);
        else if (!by_labels(s, pod) && !static_pod(s, pod) && !pod->listed &&
                 pm_workload_guess(pm_name(s, pod->name), &kind, &name)) {
            pod->workload_kind = pm_id(s, kind);
            pod->workload_name = pm_id(s, name);
            pod->guessed = true;
            const char *made = pm_cstr(
                s,
                pod->workload_kind); // such a workload is there, if only in a table without namespaces
            if (pm_facts_workload(s, pod->namespace, made, pod->workload_name) ||
                pm_facts_workload(s, 0, made, pod->workload_name))
                pod->guessed = false;
        }
    }
}
