// Names of nodes, once all rows are read: a machine is written by its short name, its full
// one, an address or what its host calls itself, and is one node. The name that an object
// lists wins; where none does, the full one.
//
// What a node's log files cover is settled here too, as it needs those names.
#include "judge/evidence/evidence.h"
#include "pm/scan.h"

// "ip-10-1-2-3" and "ip-10-1-2-3.eu-west-1.compute.internal" are one machine: compared by
// first label, the listed name wins. An address has no labels.
static struct pm_str first_label(struct pm_str name) {
    ptrdiff_t dot = pm_str_chr(name, '.', 0);
    bool address = true;
    for (size_t i = 0; i < name.n && address; i++)
        address = (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '.';
    return dot > 0 && !address ? pm_str_sub(name, 0, (size_t)dot) : name;
}

uint32_t pm_facts_node(const struct pm_env *env, const struct pm_evidence *ev, uint32_t written) {
    if (!written || pm_map_get(ev->facts.node_by_name, written)) return written;
    Word_t host = pm_map_get(ev->facts.host_node, written);
    if (!host) host = pm_map_get(ev->facts.node_by_address, written);
    if (host) return (uint32_t)host;
    Word_t alias = pm_map_get(ev->facts.node_alias, pm_id(env, first_label(pm_name(env, written))));
    return alias && alias != UINT32_MAX ? (uint32_t)alias : written;
}

static int origin_of_component(struct pm_str component) {
    if (pm_str_eqc(component, "containerd") || pm_str_eqc(component, "crio"))
        return PM_ORIGIN_RUNTIME;
    if (pm_str_eqc(component, "kubelet")) return PM_ORIGIN_KUBELET;
    if (pm_str_eqc(component, "dockerd")) return PM_ORIGIN_DOCKERD;
    return PM_ORIGIN_NONE;
}

// "nodes/worker-3/journal.log" written on a host that calls itself otherwise: the folder
// is the node's name if such a node is listed.
static void host_by_folder(const struct pm_env *env, struct pm_evidence *ev,
                           const struct pm_file_fact *file) {
    if (!file->node || pm_map_get(ev->facts.node_by_name, file->node)) return;
    struct pm_scan c = pm_scan_of(file->row.path);
    struct pm_str part;
    while (pm_scan_until(&c, '/', &part)) {
        uint32_t name = pm_id(env, part);
        if (pm_map_get(ev->facts.node_by_name, name))
            *pm_map_slot(&ev->facts.host_node, file->node) = name;
    }
}

// Where no object lists it, a machine whose short and full host name are both written is
// one node: by the full one, unless several machines share the label.
static void learn_full_name(const struct pm_env *env, const struct pm_evidence *ev, Pvoid_t *full,
                            uint32_t name) {
    struct pm_str text = pm_name(env, name), label = first_label(text);
    if (!name || label.n == text.n || pm_map_get(ev->facts.node_by_name, name)) return;
    Word_t *slot = pm_map_slot(full, pm_id(env, label));
    *slot = *slot == 0 || *slot == name ? name : UINT32_MAX;
}

static void learn_full_names(const struct pm_env *env, struct pm_evidence *ev) {
    Pvoid_t full = NULL;
    Word_t freed, label = 0;
    PWord_t name;
    for (size_t i = 0; i < ev->traces.n; i++)
        learn_full_name(env, ev, &full, ev->traces.items[i].node);
    for (size_t i = 0; i < ev->facts.pods.n; i++)
        learn_full_name(env, ev, &full, ev->facts.pods.items[i].node);
    for (size_t i = 0; i < ev->facts.files.n; i++)
        learn_full_name(env, ev, &full, ev->facts.files.items[i].node);
    JLF(name, full, label);
    while (name) {
        if (*name != UINT32_MAX && !pm_map_get(ev->facts.node_alias, label))
            *pm_map_slot(&ev->facts.node_alias, label) = *name;
        JLN(name, full, label);
    }
    JLFA(freed, full);
    (void)freed;
}

void pm_facts_finish(const struct pm_env *env, struct pm_evidence *ev) {
    struct pm_facts *f = &ev->facts;
    for (size_t i = 0; i < f->nodes.n; i++) {
        Word_t *slot = pm_map_slot(&f->node_alias,
                                   pm_id(env, first_label(pm_name(env, f->nodes.items[i].name))));
        *slot = *slot ? UINT32_MAX : f->nodes.items[i].name;
        for (size_t k = 0; k < f->nodes.items[i].addresses.n; k++)
            *pm_map_slot(&f->node_by_address, f->nodes.items[i].addresses.items[k]) =
                f->nodes.items[i].name;
    }
    learn_full_names(env, ev);
    for (size_t i = 0; i < f->pods.n; i++)
        f->pods.items[i].node = pm_facts_node(env, ev, f->pods.items[i].node);
    for (size_t i = 0; i < f->files.n; i++) host_by_folder(env, ev, &f->files.items[i]);
}

void pm_facts_covers_of_files(const struct pm_env *env, struct pm_evidence *ev) {
    struct pm_facts *f = &ev->facts;
    for (size_t i = 0; i < f->files.n; i++) {
        struct pm_file_fact *file = &f->files.items[i];
        file->node = pm_facts_node(env, ev, file->node);
        int origin = origin_of_component(file->row.component);
        int64_t from, to;
        if (origin && file->node && !file->excerpt && pm_file_span(ev, file, &from, &to))
            pm_facts_cover(ev, origin, file->node, from, to);
    }
}
