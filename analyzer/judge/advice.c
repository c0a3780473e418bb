// The names that an incident's advice is filled with; which advice, and how it is worded: advice_text.c.
#include "judge/advice.h"
#include "judge/mirror.h"
#include "judge/state.h"

static struct pm_str lower(struct pm_state *s, struct pm_str x) {
    char *p = x.n ? pm_arena_alloc(s->a, x.n) : NULL;
    for (size_t i = 0; i < x.n; i++) p[i] = (char)(x.p[i] >= 'A' && x.p[i] <= 'Z' ? x.p[i] + 32 : x.p[i]);
    return (struct pm_str){p, x.n};
}

static void list(struct pm_state *s, struct pm_advice_names *n, enum pm_advice_key key, const struct pm_ids *ids) {
    for (size_t i = 0; i < ids->n; i++) {
        if (!ids->items[i]) continue;
        if (n->value[key].n) n->more[key]++;
        else n->value[key] = pm_name(s, ids->items[i]);
    }
}

// "docker.io/acme/web:1" before a bare digest: the first that a person would recognise.
static void images(struct pm_state *s, struct pm_advice_names *n, const struct pm_hit *h) {
    list(s, n, PM_ADV_IMAGE, &h->images);
    for (size_t i = 0; i < h->images.n; i++) {
        struct pm_str image = pm_name(s, h->images.items[i]);
        if (pm_str_has(n->value[PM_ADV_IMAGE], PM_STR("/")) || !pm_str_has(image, PM_STR("/"))) continue;
        n->value[PM_ADV_IMAGE] = image;
    }
}

static void pods(struct pm_state *s, struct pm_advice_names *n, const struct pm_hit *h) {
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(s, h->pods.items[i]);
        struct pm_str namespace = pod ? pm_name(s, pod->namespace) : PM_NONE;
        if (!pod || (n->value[PM_ADV_NAMESPACE].n && !pm_str_eq(namespace, n->value[PM_ADV_NAMESPACE]))) continue; // a command has one namespace
        if (!n->value[PM_ADV_POD].n) n->value[PM_ADV_POD] = pm_name(s, pod->name);
        if (!n->value[PM_ADV_ACCOUNT].n) n->value[PM_ADV_ACCOUNT] = pm_name(s, pod->account);
        if (!n->value[PM_ADV_SECRET].n && pod->secrets.n) n->value[PM_ADV_SECRET] = pm_name(s, pod->secrets.items[0]);
        if (n->value[PM_ADV_SECRET].n && n->value[PM_ADV_ACCOUNT].n) break;
    }
    if (n->value[PM_ADV_SECRET].n || !pm_cause_in(h->cause, "auth")) return;
    for (size_t i = 0; i < h->said.n; i++) { // lines about its pods that tell of a secret
        const struct pm_trace *t = &s->traces.items[h->said.items[i]];
        if (t->kind != PM_KIND_SECRET_MISSING || !t->secret) continue;
        n->value[PM_ADV_SECRET] = pm_name(s, t->secret);
        return;
    }
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (t->kind != PM_KIND_SECRET_MISSING || !t->secret || !pm_str_eq(pm_name(s, t->namespace), n->value[PM_ADV_NAMESPACE])) continue;
        n->value[PM_ADV_SECRET] = pm_name(s, t->secret);
        return;
    }
}

static void workloads(struct pm_state *s, struct pm_advice_names *n, const struct pm_hit *h) {
    const struct pm_incident *inc = h->incident;
    const struct pm_hit_workload *w = NULL; // the one with most pods speaks for all
    for (size_t k = 0; k < inc->blast.workloads_n; k++)
        if (!w || inc->blast.workloads[k].pods > w->pods) w = &inc->blast.workloads[k];
    list(s, n, PM_ADV_NAMESPACE, &h->namespaces);
    if (!w) return;
    static const char *const ROLLS[] = {"deployment", "daemonset", "statefulset"};
    struct pm_str kind = lower(s, w->kind), ref = pm_arena_fmt(s->a, "%.*s/%.*s", PM_FMT(kind), PM_FMT(w->name));
    n->value[PM_ADV_NAMESPACE] = w->namespace;
    n->value[PM_ADV_WORKLOAD] = ref;
    n->more[PM_ADV_WORKLOAD] = n->more[PM_ADV_ROLLOUT] = inc->blast.workloads_n - 1;
    for (size_t i = 0; i < PM_LEN(ROLLS); i++)
        if (pm_str_eqc(kind, ROLLS[i])) n->value[PM_ADV_ROLLOUT] = ref;
}

// runtime ---------------------------------------------------------------------------------------------------------------
static const char *of_version(struct pm_str runtime, struct pm_str kubelet) { // "containerd://1.7.27", "cri-o://1.29.1"
    if (pm_str_has(kubelet, PM_STR("+k3s")) || pm_str_has(kubelet, PM_STR("+rke2")) || pm_str_has(runtime, PM_STR("-k3s"))) return "k3s";
    if (pm_str_starts(runtime, PM_STR("docker://"))) return "docker";
    if (pm_str_starts(runtime, PM_STR("cri-o://"))) return "crio";
    if (pm_str_starts(runtime, PM_STR("containerd://1."))) return "containerd1";
    if (pm_str_starts(runtime, PM_STR("containerd://2."))) return "containerd2";
    return pm_str_starts(runtime, PM_STR("containerd://")) ? "containerd" : NULL;
}

static const char *of_config(struct pm_state *s, uint32_t node) {
    const char *found = NULL;
    for (size_t i = 0; i < s->facts.configs.n; i++) {
        const struct pm_config_fact *c = &s->facts.configs.items[i];
        struct pm_str source = pm_name(s, c->source);
        if (c->node && node && pm_facts_node(s, c->node) != node) continue;
        if (pm_str_eqc(source, "k3s.registries")) return "k3s";
        if (pm_str_eqc(source, "crio.conf")) found = "crio";
        if (!pm_str_eqc(source, "containerd.config")) continue;
        json_t *version = json_object_get(json_object_get(c->detail, "settings"), "version");
        if (json_integer_value(version) == 3) found = "containerd2"; // the first to read it
    }
    return found;
}

// By the node's object, by its configuration, by whose log its pulls were counted in, in this order.
static const char *runtime_of(struct pm_state *s, const struct pm_hit *h) {
    uint32_t node = h->nodes.n ? h->nodes.items[0] : 0;
    Word_t at = pm_map_get(s->facts.node_by_name, node);
    const struct pm_node_fact *fact = at ? &s->facts.nodes.items[at - 1] : NULL;
    const char *found = fact ? of_version(pm_name(s, fact->runtime), pm_name(s, fact->kubelet)) : NULL;
    if (!found) found = of_config(s, node);
    for (size_t i = 0; i < h->pulls.n && !found; i++) {
        const struct pm_attempt *p = &s->pulls.items[h->pulls.items[i]];
        if (p->node == node && p->origin == PM_ORIGIN_DOCKERD) found = "docker";
    }
    for (size_t i = 0; i < s->facts.files.n && !found && node; i++) {
        const struct pm_file_fact *f = &s->facts.files.items[i];
        if (f->node != node) continue;
        if (pm_str_eqc(f->row.component, "containerd")) found = "containerd";
        if (pm_str_eqc(f->row.component, "crio")) found = "crio";
    }
    return found ? found : pm_map_get(s->facts.cover[PM_ORIGIN_DOCKERD], node) ? "docker" : NULL;
}

static struct pm_str arch_of(struct pm_state *s, const struct pm_hit *h) {
    for (size_t i = 0; i < h->nodes.n; i++) {
        Word_t at = pm_map_get(s->facts.node_by_name, h->nodes.items[i]);
        if (at && s->facts.nodes.items[at - 1].arch) return pm_name(s, s->facts.nodes.items[at - 1].arch);
    }
    return PM_NONE;
}

// hosts and images ------------------------------------------------------------------------------------------------------
static struct pm_str host_of(struct pm_state *s, const struct pm_hit *h) { // the mirror, where it was the mirror
    for (size_t i = 0; i < h->traces.n; i++)
        if (s->traces.items[h->traces.items[i]].host) return pm_name(s, s->traces.items[h->traces.items[i]].host);
    return PM_NONE;
}

static struct pm_str mirror_of(struct pm_state *s, struct pm_str registry) {
    for (size_t i = 0; i < s->mirrors_n && registry.n; i++)
        if (pm_mirror_serves(&s->mirrors[i], registry)) return s->mirrors[i].host;
    return PM_NONE;
}

static void good_images(struct pm_state *s) {
    for (size_t i = 0; i < s->pulls.n; i++) { // in time order: the newest stays
        const struct pm_attempt *p = &s->pulls.items[i];
        if ((p->outcome == PM_OUTCOME_OK || p->outcome == PM_OUTCOME_CACHED) && p->repository && p->tag)
            *pm_map_slot(&s->good_image, PM_PAIR(p->registry, p->repository)) = i + 1;
    }
    s->good_image_made = true;
}

static struct pm_str good_image_of(struct pm_state *s, const struct pm_hit *h, struct pm_str image) {
    if (!s->good_image_made) good_images(s);
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[h->pulls.items[i]];
        if (!pm_str_eq(pm_name(s, p->image), image)) continue;
        Word_t at = pm_map_get(s->good_image, PM_PAIR(p->registry, p->repository));
        return at && s->pulls.items[at - 1].image != p->image ? pm_name(s, s->pulls.items[at - 1].image) : PM_NONE;
    }
    return PM_NONE;
}

void pm_advice_fill(struct pm_state *s, struct pm_hit *h) {
    struct pm_incident *inc = h->incident;
    struct pm_advice_names n = {.runtime = runtime_of(s, h)};
    list(s, &n, PM_ADV_REGISTRY, &h->registries);
    list(s, &n, PM_ADV_REPOSITORY, &h->repositories);
    list(s, &n, PM_ADV_NODE, &h->nodes);
    list(s, &n, PM_ADV_USER, &h->users);
    list(s, &n, PM_ADV_CLIENT, &h->clients);
    images(s, &n, h);
    workloads(s, &n, h);
    pods(s, &n, h);
    n.value[PM_ADV_HOST] = host_of(s, h);
    n.value[PM_ADV_MIRROR] = mirror_of(s, n.value[PM_ADV_REGISTRY]);
    n.value[PM_ADV_GOOD_IMAGE] = good_image_of(s, h, n.value[PM_ADV_IMAGE]);
    n.value[PM_ADV_ARCH] = arch_of(s, h);
    pm_advice_derive(s->a, &n);
    inc->advice = PM_NEWN(s->a, struct pm_advice, PM_ADVICE_ROWS);
    inc->advice_n = inc->advice_cap = pm_advice_pick(s->a, s->advice, h->cause, &n, inc->advice, PM_ADVICE_ROWS);
}
