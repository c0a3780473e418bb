// Scope by contrast: what separates the hit from the spared in the same window.
//
// Did other nodes reach that registry? Did these nodes reach other registries? Did other images of the registry pull, did other namespaces? The narrowest
// dimension that separates wins: a timeout on one node is that node's network, on every node for one registry the registry's, on every node for all
// registries the cluster's way out. Where nobody was spared, or nobody else pulled, the cause's natural scope stands.
#include "judge/state.h"

#define BEFORE_NS PM_S(600)
#define SHORT_NS PM_S(300) // trouble shorter than this is too short for others to pull within it: those around it tell as well

struct spared {
    struct pm_ids nodes, registries, images, namespaces; // with a success in the window, not hit
};

static void cluster_span(const struct pm_state *s, const struct pm_hit *h, int64_t *from, int64_t *to) {
    if (!s->skew || !h->pulls.n) return;
    *from = *to = PM_NO_TIME;
    for (size_t i = 0; i < h->pulls.n; i++) {
        int64_t at = pm_at_cluster(s, &s->pulls.items[h->pulls.items[i]]);
        *from = pm_min_time(*from, at);
        *to = pm_max_time(*to, at);
    }
}

static void look(struct pm_state *s, const struct pm_hit *h, struct spared *out) {
    int64_t around = h->from != PM_NO_TIME && h->to - h->from >= SHORT_NS ? PM_S(1) : BEFORE_NS;
    int64_t from = h->from, to = h->to, slack = s->skew ? PM_SKEW_MAX_NS : 0;
    cluster_span(s, h, &from, &to);
    for (size_t i = pm_pull_first(s, pm_since(h->from, around + slack)); i < s->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        int64_t at = pm_at_cluster(s, p);
        if (h->to != PM_NO_TIME && pm_at(p) > h->to + around + slack) break;
        if (p->outcome != PM_OUTCOME_OK || (at != PM_NO_TIME && from != PM_NO_TIME && (at < from - around || at > to + around))) continue;
        bool hit_node = pm_ids_has(&h->nodes, p->node), hit_registry = pm_ids_has(&h->registries, p->registry);
        bool during = pm_time_in(at, from, to);
        bool same_thing =
            hit_registry || !h->registries.n || pm_ids_has(&h->repositories, p->repository); // the same repository may live in a registry per region
        if (!hit_node && p->node && same_thing) pm_ids_add_new(&out->nodes, p->node);
        if (hit_node && !hit_registry && p->registry) pm_ids_add_new(&out->registries, p->registry);
        if (hit_registry && p->image && during && !pm_ids_has(&h->images, p->image)) pm_ids_add_new(&out->images, p->image);
        if (hit_registry && p->namespace && during && !pm_ids_has(&h->namespaces, p->namespace)) pm_ids_add_new(&out->namespaces, p->namespace);
    }
}

static void set(struct pm_state *s, struct pm_hit *h, enum pm_scope_kind kind, const struct pm_ids *values, const char *because) {
    h->incident->scope_kind = kind;
    h->because = pm_str_c(because);
    if (values) pm_strs_of_ids(s, &h->incident->scope, values);
    if (kind == PM_SCOPE_CLUSTER) h->incident->scope = (struct pm_strs){0};
}

static void network_scope(struct pm_state *s, struct pm_hit *h, const struct spared *v) {
    bool other_nodes = v->nodes.n > 0, other_registries = v->registries.n > 0;
    if (other_nodes) set(s, h, PM_SCOPE_NODE, &h->nodes, "other nodes reached the same registry at the time");
    else if (h->registries.n == 1 && (other_registries || h->nodes.n > 1))
        set(s, h, PM_SCOPE_REGISTRY, &h->registries, other_registries ? "the same nodes reached other registries" : "no node reached this registry");
    else if (h->nodes.n > 1 && h->registries.n > 1 && !other_registries) set(s, h, PM_SCOPE_CLUSTER, NULL, "no node reached any registry");
    else if (h->registries.n > 1 && h->nodes.n > 1) set(s, h, PM_SCOPE_REGISTRY, &h->registries, "the same nodes reached other registries");
    else if (h->nodes.n) set(s, h, PM_SCOPE_NODE, &h->nodes, "one node only was seen");
    else set(s, h, PM_SCOPE_REGISTRY, &h->registries, "the nodes are not known");
}

static void natural(struct pm_state *s, struct pm_hit *h) {
    enum pm_scope_kind kind = PM_SCOPE_CLUSTER;
    for (size_t i = 0; i < s->families.n; i++) {
        const struct pm_family_rule *f = &s->families.items[i];
        if (!pm_cause_is(h->cause, f->match) && !pm_cause_in(h->cause, f->match)) continue;
        kind = f->natural;
        break;
    }
    const struct pm_ids *values = kind == PM_SCOPE_REGISTRY    ? &h->registries
                                  : kind == PM_SCOPE_NODE      ? &h->nodes
                                  : kind == PM_SCOPE_IMAGE     ? &h->images
                                  : kind == PM_SCOPE_NAMESPACE ? &h->namespaces
                                  : kind == PM_SCOPE_CLIENT    ? &h->clients
                                                               : NULL;
    set(s, h, values && values->n ? kind : PM_SCOPE_CLUSTER, values, "");
}

void pm_scope_find(struct pm_state *s, struct pm_hit *h) {
    struct spared v = {0};
    look(s, h, &v);
    if (pm_cause_in(h->cause, "network") && !h->side) network_scope(s, h, &v);
    else natural(s, h);
    // One node of several, though others pulled the same from the same registry: the node, whatever the family says; a quota has its own way (per address).
    bool content = pm_cause_in(h->cause, "registry") || pm_cause_is(h->cause, "storage.corruption") || pm_cause_in(h->cause, "unknown");
    if (content && h->nodes.n == 1 && v.nodes.n > 0) set(s, h, PM_SCOPE_NODE, &h->nodes, "other nodes pulled from the same registry at the time");
    if (pm_cause_is(h->cause, "storage.corruption") && h->nodes.n > 1)
        set(s, h, PM_SCOPE_IMAGE, &h->images, "the same images are broken on several nodes: it is what the registry serves");
    if (pm_cause_is(h->cause, "registry.content") && h->images.n == 1 && v.images.n > 0)
        set(s, h, PM_SCOPE_IMAGE, &h->images, "other images of the registry pulled at the time");
    bool credential = pm_cause_in(h->cause, "auth") && !(pm_cause_is(h->cause, "auth.denied-or-missing") && h->repositories.n == 1);
    if (credential && h->namespaces.n == 1 && v.namespaces.n > 0)
        set(s, h, PM_SCOPE_NAMESPACE, &h->namespaces, "other namespaces pulled from the same registry at the time");
    if (h->client) set(s, h, PM_SCOPE_CLIENT, &h->clients, "none of these clients is a node of the cluster");
    pm_strs_of_ids(s, &h->incident->blast.spared_nodes, &v.nodes);
    pm_strs_of_ids(s, &h->incident->blast.spared_registries, &v.registries);
    pm_strs_of_ids(s, &h->incident->blast.spared_images, &v.images);
    pm_ids_free(&v.nodes);
    pm_ids_free(&v.registries);
    pm_ids_free(&v.images);
    pm_ids_free(&v.namespaces);
}
