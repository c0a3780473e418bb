// A node's own program that runs in a container: its log lies where containers' logs lie,
// under the name of its pod.
//
//   must-gather/…/namespaces/kube-system/pods/kubelet-n3/kubelet/kubelet/logs/current.log
//   /var/log/pods/kube-system_k3s-n2_202aa425-8af3-4abc-9abc-202aa4258af3/k3s/0.log
// Whose node it is, the pod's own object says (spec.nodeName). Where no object was kept,
// its name does: a static pod is named after its node ("kubelet-n3"), and only a node
// that the bundle knows otherwise is one. The folder says nothing, as one such folder
// holds the pods of all nodes, and a guess by the company in it makes one node of them
// all.
#include "judge/evidence/evidence.h"

// The part of a path behind "pods/", without namespace and uid.
static struct pm_str pod_of_path(struct pm_str path) {
    ptrdiff_t at = pm_str_find(path, PM_STR("/pods/"), 0);
    struct pm_str rest = at < 0 ? PM_NONE : pm_str_from(path, (size_t)at + 6);
    ptrdiff_t slash = pm_str_chr(rest, '/', 0);
    if (slash <= 0) return PM_NONE;
    struct pm_str part = pm_str_sub(rest, 0, (size_t)slash);
    ptrdiff_t first = pm_str_chr(part, '_', 0), last = pm_str_rchr(part, '_');
    return first > 0 && last > first
               ? pm_str_sub(part, (size_t)first + 1, (size_t)(last - first - 1))
               : part;
}

static uint32_t node_of_pod(const struct pm_env *env, const struct pm_evidence *ev,
                            struct pm_str pod) {
    uint32_t name = pod.n ? pm_intern_find(env->names, pod) : UINT32_MAX;
    Word_t at = name != UINT32_MAX ? pm_map_get(ev->facts.pod_by_name, name) : 0;
    const struct pm_pod_fact *fact = at && at != UINT32_MAX ? &PM_REF(ev->facts.pods, at) : NULL;
    return fact && fact->listed ? fact->node : 0;
}

static bool named_after(struct pm_str pod, struct pm_str node) {
    return node.n && pod.n > node.n + 1 && pm_str_ends(pod, node) &&
           pod.p[pod.n - node.n - 1] == '-';
}

// The longest name wins: "kubelet-pool-a-1" is of pool-a-1, whatever node is called 1.
static uint32_t node_in_name(const struct pm_env *env, const struct pm_evidence *ev,
                             struct pm_str pod) {
    uint32_t best = 0;
    for (size_t i = 0; i < ev->facts.files.n; i++) {
        uint32_t node = ev->facts.files.items[i].node;
        if (named_after(pod, pm_name(env, node)) &&
            (!best || pm_name(env, node).n > pm_name(env, best).n))
            best = node;
    }
    for (size_t i = 0; i < ev->facts.nodes.n; i++) {
        uint32_t node = ev->facts.nodes.items[i].name;
        if (named_after(pod, pm_name(env, node)) &&
            (!best || pm_name(env, node).n > pm_name(env, best).n))
            best = node;
    }
    return best;
}

static bool of_node_program(const struct pm_file_fact *file) {
    static const char *const components[] = {"kubelet", "containerd", "crio", "dockerd"};
    for (size_t i = 0; i < PM_LEN(components); i++)
        if (pm_str_eqc(file->row.component, components[i])) return true;
    return false;
}

void pm_facts_boxed(const struct pm_env *env, struct pm_evidence *ev) {
    Pvoid_t of_file = NULL;
    Word_t freed;
    for (size_t i = 0; i < ev->facts.files.n; i++) {
        struct pm_file_fact *file = &ev->facts.files.items[i];
        struct pm_str pod = pod_of_path(pm_name(env, file->path));
        uint32_t node = node_of_pod(env, ev, pod);
        if (!node && !file->node && pod.n && of_node_program(file))
            node = node_in_name(env, ev, pod);
        if (!node || node == file->node) continue;
        file->node = node;
        file->row.node = pm_name(env, node);
        *pm_map_slot(&of_file, (Word_t)i) = node;
    }
    for (size_t i = 0; i < ev->traces.n; i++) {
        struct pm_trace *t = &ev->traces.items[i];
        Word_t node = t->said->origin == PM_ORIGIN_RUNTIME ||
                              t->said->origin == PM_ORIGIN_DOCKERD ||
                              t->said->origin == PM_ORIGIN_KUBELET
                          ? pm_map_get(of_file, t->file)
                          : 0;
        if (node) t->node = (uint32_t)node;
    }
    JLFA(freed, of_file);
    (void)freed;
}
