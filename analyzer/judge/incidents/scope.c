// Scope by contrast: what separates the hit from the spared in the same window.
//
// Did other nodes reach that registry? Did these nodes reach other registries? Did other
// images of the registry pull, did other namespaces? The narrowest dimension that
// separates wins: a timeout on one node is that node's network, on every node for one
// registry the registry's, on every node for all registries the cluster's way out. Where
// nobody was spared, or nobody else pulled, the cause's natural scope stands.
#include "judge/incidents/goods.h"
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"

#define BEFORE_NS PM_S(600)
#define SHORT_NS                                                                                   \
    PM_S(                                                                                          \
        300) // trouble shorter than this is too short for others to pull within it: those around it tell as well

struct spared {
    struct pm_ids nodes, registries, images, namespaces; // with a success in the window, not hit
    struct pm_ids
        siblings; // other registries (of another region) that served the same repositories
    struct pm_ids elsewhere; // nodes that pulled from those
    struct pm_ids holders;   // nodes that held the images: they started pods without a pull
    struct pm_ids
        beside; // images that pulled around trouble of one image that was short, and those within it: told, but they prove no scope
};

static void cluster_span(const struct pm_scene *scene, const struct pm_hit *h, int64_t *from,
                         int64_t *to) {
    if (!scene->ev->skew || !h->pulls.n) return;
    *from = *to = PM_NO_TIME;
    for (size_t i = 0; i < h->pulls.n; i++) {
        int64_t at = pm_at_cluster(scene->ev, &scene->pulls->items[h->pulls.items[i]]);
        *from = pm_min_time(*from, at);
        *to = pm_max_time(*to, at);
    }
}

struct looking {
    const struct pm_hit *h;
    struct spared *out;
};
static void node_seen(void *ctx, const struct pm_attempt *p) {
    const struct looking *l = ctx;
    if (p->node && !pm_ids_has(&l->h->nodes, p->node)) pm_ids_add_new(&l->out->nodes, p->node);
}
// Another region's registry is another registry, though it holds the same repositories: it
// says nothing about this one.
static void sibling_seen(void *ctx, const struct pm_attempt *p) {
    const struct looking *l = ctx;
    if (!p->names->registry || pm_ids_has(&l->h->registries, p->names->registry)) return;
    pm_ids_add_new(&l->out->siblings, p->names->registry);
    if (p->node && !pm_ids_has(&l->h->nodes, p->node)) pm_ids_add_new(&l->out->elsewhere, p->node);
}
static void registry_seen(void *ctx, const struct pm_attempt *p) {
    const struct looking *l = ctx;
    if (p->names->registry && !pm_ids_has(&l->h->registries, p->names->registry))
        pm_ids_add_new(&l->out->registries, p->names->registry);
}
static void image_seen(void *ctx, const struct pm_attempt *p) {
    const struct looking *l = ctx;
    if (p->names->image && !pm_ids_has(&l->h->images, p->names->image))
        pm_ids_add_new(&l->out->images, p->names->image);
}
static bool beside_counts(const struct pm_hit *h) { return h->images.n == 1 && h->pulls.n > 1; }
static void image_beside(void *ctx, const struct pm_attempt *p) {
    const struct looking *l = ctx;
    if (p->names->image && !pm_ids_has(&l->h->images, p->names->image))
        pm_ids_add_new(&l->out->beside, p->names->image);
}
static void namespace_seen(void *ctx, const struct pm_attempt *p) {
    const struct looking *l = ctx;
    if (p->names->k8s_namespace && !pm_ids_has(&l->h->namespaces, p->names->k8s_namespace))
        pm_ids_add_new(&l->out->namespaces, p->names->k8s_namespace);
}

static void look(const struct pm_scene *scene, struct pm_goods *g, const struct pm_hit *h,
                 struct spared *out) {
    int64_t around =
        h->from != PM_NO_TIME && pm_time_between(h->from, h->to) >= SHORT_NS ? PM_S(1) : BEFORE_NS;
    struct pm_goods_stretch during = {.from = h->from, .to = h->to};
    cluster_span(scene, h, &during.from, &during.to);
    struct pm_goods_stretch wide = {.from = pm_since(during.from, around),
                                    .to = pm_time_add(during.to, around),
                                    .undated = during.from == PM_NO_TIME};
    struct looking l = {h, out};
    if (!h->registries.n) {
        pm_goods_prepare_all(g);
        pm_goods_each(&g->all, &g->node_of_all, 0, &wide, node_seen, &l);
    }
    for (size_t i = 0; i < h->registries.n; i++) {
        uint32_t registry = h->registries.items[i];
        pm_goods_each(&g->by_registry, &g->node, registry, &wide, node_seen, &l);
        pm_goods_each(&g->by_registry, &g->image, registry, &during, image_seen, &l);
        if (beside_counts(h))
            pm_goods_each(&g->by_registry, &g->image, registry, &wide, image_beside, &l);
        pm_goods_each(&g->by_registry, &g->k8s_namespace, registry, &during, namespace_seen, &l);
    }
    for (size_t i = 0; i < h->repositories.n; i++)
        pm_goods_each(&g->by_repository, &g->place, h->repositories.items[i], &wide, sibling_seen,
                      &l);
    for (size_t i = 0; i < h->nodes.n; i++)
        pm_goods_each(&g->by_node, &g->registry, h->nodes.items[i], &wide, registry_seen, &l);
}

// Who had the image needed nothing from anybody: spared, but no sign that the registry
// could be reached.
static void look_for_holders(const struct pm_evidence *ev, const struct pm_hit *h,
                             struct spared *out) {
    for (size_t k = 0; k < h->images.n; k++)
        for (size_t i = pm_order_first(&ev->present, h->images.items[k], h->from);
             i < ev->present.n && ev->present.items[i].group == h->images.items[k]; i++) {
            const struct pm_trace *t = &ev->traces.items[ev->present.items[i].index];
            if (pm_trace_first(t) <= h->to && !pm_ids_has(&h->nodes, t->node))
                pm_ids_add_new(&out->holders, t->node);
        }
}

static void set(const struct pm_env *env, struct pm_hit *h, enum pm_scope_kind kind,
                const struct pm_ids *values, const char *because) {
    h->incident->scope_kind = kind;
    h->because = pm_str_c(because);
    if (values) pm_strs_of_ids(env, &h->incident->scope, values);
    if (kind == PM_SCOPE_CLUSTER) h->incident->scope = (struct pm_strs){0};
}

static struct pm_several several_of(const struct pm_env *env, const struct pm_ids *ids) {
    struct pm_several s = {0};
    for (size_t i = 0; i < ids->n; i++) {
        if (!ids->items[i]) continue;
        struct pm_str name = pm_name(env, ids->items[i]);
        if (!s.n++ || pm_str_cmp(name, s.first) < 0) s.first = name;
    }
    return s;
}

// The registry's own side tells of it: what fails there fails for all who ask, though one
// node only asked.
static bool told_by_registry(const struct pm_scene *scene, const struct pm_hit *h) {
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        if (p->sources & PM_SRC_REGISTRY && (pm_hidden_status(p) >= 500 || p->status >= 500))
            return true;
    }
    for (size_t i = 0; i < h->traces.n; i++)
        if (scene->ev->traces.items[h->traces.items[i]].said->origin == PM_ORIGIN_REGISTRY)
            return true;
    return false;
}

// Pulls that went past a mirror: the mirror is what was hit, whoever asked it.
static bool mirror_scope(const struct pm_scene *scene, struct pm_hit *h, const struct spared *v) {
    struct pm_ids hosts = {0};
    pm_mirrors_of(scene->env, scene->ev, h, &hosts);
    bool mirror = hosts.n && !(h->nodes.n == 1 && v->nodes.n);
    if (mirror) set(scene->env, h, PM_SCOPE_REGISTRY, &hosts, "pulls went past the mirror");
    pm_ids_free(&hosts);
    return mirror;
}

static void network_scope(const struct pm_env *env, struct pm_hit *h, const struct spared *v) {
    bool other_nodes = v->nodes.n > 0, other_registries = v->registries.n > 0;
    if (pm_cause_has(h->cause, PM_TRAIT_SHARED_WAY) && h->nodes.n > 1)
        set(env, h, PM_SCOPE_CLUSTER, NULL, "what all of these have in common is the proxy");
    else if (other_nodes)
        set(env, h, PM_SCOPE_NODE, &h->nodes, "other nodes reached the same registry at the time");
    else if (h->registries.n == 1 && (other_registries || h->nodes.n > 1))
        set(env, h, PM_SCOPE_REGISTRY, &h->registries,
            other_registries ? "the same nodes reached other registries"
                             : "no node reached this registry");
    else if (h->nodes.n > 1 && h->registries.n > 1 && !other_registries)
        set(env, h, PM_SCOPE_CLUSTER, NULL, "no node reached any registry");
    else if (h->registries.n > 1 && h->nodes.n > 1)
        set(env, h, PM_SCOPE_REGISTRY, &h->registries, "the same nodes reached other registries");
    else if (h->nodes.n) set(env, h, PM_SCOPE_NODE, &h->nodes, "one node only was seen");
    else set(env, h, PM_SCOPE_REGISTRY, &h->registries, "the nodes are not known");
}

static void natural(const struct pm_env *env, struct pm_hit *h) {
    enum pm_scope_kind kind = pm_family_of(env, h->cause)->natural;
    const struct pm_ids *values;
    if (kind == PM_SCOPE_REGISTRY) values = &h->registries;
    else if (kind == PM_SCOPE_NODE) values = &h->nodes;
    else if (kind == PM_SCOPE_IMAGE) values = &h->images;
    else if (kind == PM_SCOPE_NAMESPACE) values = &h->namespaces;
    else if (kind == PM_SCOPE_CLIENT) values = &h->clients;
    else values = NULL;
    set(env, h, values && values->n ? kind : PM_SCOPE_CLUSTER, values, "");
}

// Another namespace got what is refused here: what it presents separates the two, not the
// image.
static bool others_pulled_it(const struct pm_pulls *pulls, const struct pm_hit *h) {
    const struct pm_attempt *p;
    for (size_t k = 0; k < h->images.n; k++)
        for (size_t i = pm_ok_first(pulls, h->images.items[k], pm_since(h->from, BEFORE_NS));
             (p = pm_ok_at(pulls, h->images.items[k], i)); i++) {
            if (h->to != PM_NO_TIME && pm_at(p) > h->to) break;
            if (p->names->k8s_namespace && !pm_ids_has(&h->namespaces, p->names->k8s_namespace))
                return true;
        }
    return false;
}

// A CDN, a token server or a proxy stood between: what failed is that host, not the
// registry that pulls name.
static void endpoint_scope(const struct pm_env *env, struct pm_hit *h) {
    const struct pm_strs *e = &h->incident->endpoints;
    enum pm_scope_kind kind = h->incident->scope_kind;
    if (e->n != 1 || (kind != PM_SCOPE_REGISTRY && kind != PM_SCOPE_CLUSTER)) return;
    for (size_t i = 0; i < h->registries.n; i++)
        if (pm_str_eq(pm_registry_of_host(e->items[0]), pm_name(env, h->registries.items[i])))
            return;
    struct pm_ids host = {0};
    pm_ids_add(&host, pm_id(env, e->items[0]));
    h->incident->scope = (struct pm_strs){0};
    set(env, h, PM_SCOPE_ENDPOINT, &host, h->because.n ? pm_cstr(env, pm_id(env, h->because)) : "");
    pm_ids_free(&host);
}

void pm_scope_find(const struct pm_scene *scene, struct pm_goods *goods, struct pm_hit *h) {
    struct spared v = {0};
    look(scene, goods, h, &v);
    look_for_holders(scene->ev, h, &v);
    bool mirror = mirror_scope(scene, h, &v);
    if (mirror) { // said
    } else if (pm_cause_has(h->cause, PM_TRAIT_REACH) && !h->side) network_scope(scene->env, h, &v);
    else natural(scene->env, h);
    // One node of several, though others pulled the same from the same registry: the
    // node, whatever the family says; a quota has its own way (per address).
    bool content = pm_cause_has(h->cause, PM_TRAIT_CONTENT);
    if (content && h->nodes.n == 1 && v.nodes.n > 0 && !h->side && !told_by_registry(scene, h))
        set(scene->env, h, PM_SCOPE_NODE, &h->nodes,
            "other nodes pulled from the same registry at the time");
    if (pm_cause_has(h->cause, PM_TRAIT_DAMAGED) && h->nodes.n > 1)
        set(scene->env, h, PM_SCOPE_IMAGE, &h->images,
            "the same images are broken on several nodes: it is what the registry serves");
    if (pm_cause_has(h->cause, PM_TRAIT_ONE_IMAGE) && h->images.n == 1 && v.images.n > 0)
        set(scene->env, h, PM_SCOPE_IMAGE, &h->images,
            "other images of the registry pulled at the time");
    if (pm_cause_has(h->cause, PM_TRAIT_ONE_REPOSITORY) && h->repositories.n == 1 && h->images.n &&
        v.images.n > 0)
        set(scene->env, h, PM_SCOPE_IMAGE, &h->images,
            "other images of the registry pulled at the time");
    bool one = h->repositories.n == 1 &&
               pm_cause_has(
                   h->cause,
                   PM_TRAIT_BY_IMAGE); // a right to it, or its being there: no credential's matter
    if (pm_cause_has(h->cause, PM_TRAIT_REFUSED) && (!one || others_pulled_it(scene->pulls, h)) &&
        h->namespaces.n == 1 && v.namespaces.n > 0)
        set(scene->env, h, PM_SCOPE_NAMESPACE, &h->namespaces,
            "other namespaces pulled from the same registry at the time");
    if (pm_cause_has(h->cause, PM_TRAIT_ENDPOINT) && !mirror) endpoint_scope(scene->env, h);
    if (h->refused)
        set(scene->env, h, PM_SCOPE_NAMESPACE, &h->namespaces,
            "the API server refused the pods: no node was asked");
    if (h->client)
        set(scene->env, h, PM_SCOPE_CLIENT, &h->clients,
            "none of these clients is a node of the cluster");
    h->held = v.holders.n;
    h->reached = several_of(scene->env, &v.nodes);
    h->served = several_of(scene->env, &v.registries);
    for (size_t i = 0; i < v.elsewhere.n; i++) pm_ids_add_new(&v.nodes, v.elsewhere.items[i]);
    for (size_t i = 0; i < v.holders.n; i++) pm_ids_add_new(&v.nodes, v.holders.items[i]);
    for (size_t i = 0; i < v.beside.n && beside_counts(h); i++)
        pm_ids_add_new(&v.images, v.beside.items[i]);
    for (size_t i = 0; i < v.siblings.n; i++) pm_ids_add_new(&v.registries, v.siblings.items[i]);
    pm_strs_of_ids(scene->env, &h->incident->blast.spared_nodes, &v.nodes);
    pm_strs_of_ids(scene->env, &h->incident->blast.spared_registries, &v.registries);
    pm_strs_of_ids(scene->env, &h->incident->blast.spared_images, &v.images);
    pm_ids_free(&v.nodes);
    pm_ids_free(&v.registries);
    pm_ids_free(&v.images);
    pm_ids_free(&v.namespaces);
    pm_ids_free(&v.siblings);
    pm_ids_free(&v.elsewhere);
    pm_ids_free(&v.holders);
    pm_ids_free(&v.beside);
}

void pm_mirrors_of(const struct pm_env *env, const struct pm_evidence *ev, const struct pm_hit *h,
                   struct pm_ids *hosts) {
    for (size_t i = 0; h->side && i < h->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[h->traces.items[i]];
        if (t->said->kind == PM_KIND_MIRROR_TRY && t->said->host && pm_is_mirror(env, t))
            pm_ids_add_new(hosts, t->said->host);
    }
}
