// Mirrors that a runtime does not read, and the quota that was used up since it was
// started: an upgrade that went past an old setting.
//
// Two ways are known. Docker's registry-mirrors (daemon.json) mean nothing to containerd
// or CRI-O, to which a node moves when dockershim is taken away. And containerd 2 reads
// the registry section of a version 3 file under io.containerd.cri.v1.images only: it
// says "Ignoring unknown key in TOML" for what stands under io.containerd.grpc.v1.cri,
// and goes upstream. A file without version 3 is migrated by containerd itself, so its
// mirrors still hold. It is told only where the start of that runtime was seen, no mirror
// was asked on the node since, nothing else names a mirror to it, and at least a third of
// what used up the quota was pulled on such nodes.
// Source: containerd/containerd cmd/containerd/server/config/config.go,
// docs/cri/registry.md @v2.1; kubernetes.io/docs, migrating from dockershim.
#include "judge/incidents/bypass.h"
#include "judge/incidents/chain.h"
#include "rules/taxonomy.h"

static bool is_source(const struct pm_env *env, const struct pm_config_fact *c,
                      const char *source) {
    return pm_str_eqc(pm_name(env, c->source), source);
}
// The same file on several nodes is read once: the others are told as copies of it.
static bool of_node(const struct pm_evidence *ev, const struct pm_config_fact *c, uint32_t node) {
    bool found = !c->node || c->node == node;
    for (size_t i = 0; i < ev->facts.files.n && !found; i++) {
        const struct pm_file_fact *f = &ev->facts.files.items[i];
        found = f->node == node && f->row.duplicate_of == c->file + 1;
    }
    return found;
}

// What a program reads its mirrors from.
static bool reads(const struct pm_env *env, uint8_t component, const struct pm_config_fact *c) {
    static const struct {
        enum pm_component component;
        const char *source;
    } rows[] = {{PM_COMP_CONTAINERD, "containerd.hosts"},
                {PM_COMP_CONTAINERD, "containerd.config"},
                {PM_COMP_CONTAINERD, "k3s.registries"},
                {PM_COMP_CRIO, "registries.conf"},
                {PM_COMP_DOCKERD, "docker.daemon"}};
    for (size_t i = 0; i < PM_LEN(rows); i++)
        if (rows[i].component == component && is_source(env, c, rows[i].source)) return true;
    return false;
}

// containerd said so itself, on that node.
static bool said_ignored(const struct pm_scene *scene, uint32_t node) {
    for (size_t i = 0; i < scene->ev->facts.configs.n; i++) {
        const struct pm_config_fact *c = &scene->ev->facts.configs.items[i];
        if (is_source(scene->env, c, "containerd.ignored") && c->node == node) return true;
    }
    return false;
}

static bool old_section(const struct pm_env *env, const struct pm_mirror *m) {
    const json_t *settings = json_object_get(m->config->detail, "settings");
    const char *section = json_string_value(json_object_get(settings, "registry.section"));
    return is_source(env, m->config, "containerd.config") && section &&
           json_integer_value(json_object_get(settings, "version")) >= 3;
}

static bool unread(const struct pm_scene *scene, const struct pm_mirror *m, uint8_t component,
                   uint32_t node) {
    if (!reads(scene->env, component, m->config)) return true;
    return component == PM_COMP_CONTAINERD &&
           is_source(scene->env, m->config, "containerd.config") &&
           (old_section(scene->env, m) || said_ignored(scene, node));
}

// containerd is pointed to hosts.toml files, and none of them was collected: what they
// name is not known.
static bool may_name_others(const struct pm_scene *scene, uint8_t component, uint32_t node) {
    bool pointed = false;
    for (size_t i = 0; i < scene->ev->facts.configs.n && component == PM_COMP_CONTAINERD; i++) {
        const struct pm_config_fact *c = &scene->ev->facts.configs.items[i];
        if (!of_node(scene->ev, c, node)) continue;
        if (is_source(scene->env, c, "containerd.hosts")) return false;
        const char *path = json_string_value(
            json_object_get(json_object_get(c->detail, "settings"), "registry.config_path"));
        pointed |= path && *path;
    }
    return pointed;
}

// The mirror that is there for nothing, where there is no other.
static const struct pm_mirror *idle_mirror(const struct pm_scene *scene, struct pm_str registry,
                                           uint8_t component, uint32_t node) {
    const struct pm_mirror *idle = NULL;
    if (may_name_others(scene, component, node)) return NULL;
    for (size_t i = 0; i < scene->ev->mirrors_n; i++) {
        const struct pm_mirror *m = &scene->ev->mirrors[i];
        if (!of_node(scene->ev, m->config, node) || !pm_mirror_serves(m, registry)) continue;
        if (!unread(scene, m, component, node)) return NULL;
        idle = m;
    }
    return idle;
}

// The runtime that pulls there: what the node's object says, else whose pulls they are.
// dockerd starts a containerd of its own.
static uint8_t runtime_of(const struct pm_scene *scene, uint32_t node, int64_t since,
                          int64_t until) {
    Word_t at = pm_map_get(scene->ev->facts.node_by_name, node);
    struct pm_str says =
        at ? pm_name(scene->env, PM_REF(scene->ev->facts.nodes, at).runtime) : PM_NONE;
    if (pm_str_starts(says, PM_STR("containerd://"))) return PM_COMP_CONTAINERD;
    if (pm_str_starts(says, PM_STR("cri-o://"))) return PM_COMP_CRIO;
    if (says.n) return PM_COMP_NONE;
    uint8_t found = PM_COMP_NONE;
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (t->node != node || !pm_time_in(t->ts, since, until) || !t->pull) continue;
        if (t->said->component == PM_COMP_DOCKERD) return PM_COMP_NONE;
        if (t->said->component == PM_COMP_CONTAINERD || t->said->component == PM_COMP_CRIO)
            found = t->said->component;
    }
    return found;
}

static const struct pm_trace *last_start(const struct pm_scene *scene, uint32_t node,
                                         int64_t until) {
    const struct pm_trace *last = NULL;
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        bool started =
            t->said->kind == PM_KIND_RUNTIME_START &&
            (t->said->component == PM_COMP_CONTAINERD || t->said->component == PM_COMP_CRIO);
        bool names = started && last &&
                     pm_str_chr(pm_name(scene->env, t->said->message), '.', 0) >
                         0; // with its version, rather than that it booted
        if (started && t->node == node && t->ts <= until &&
            (!last || names || pm_time_between(last->ts, t->ts) > PM_S(60)))
            last = t;
    }
    return last;
}

static bool mirror_asked(const struct pm_scene *scene, uint32_t node, int64_t since) {
    for (size_t i = 0; i < scene->ev->traces.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[i];
        if (t->node == node && t->ts >= since && t->said->kind == PM_KIND_MIRROR_TRY &&
            pm_is_mirror(scene->env, t))
            return true;
    }
    return false;
}

bool pm_bypass_of(const struct pm_scene *scene, uint32_t node, struct pm_str registry,
                  int64_t until, struct pm_bypass *out) {
    const struct pm_trace *start = last_start(scene, node, until);
    if (!start || mirror_asked(scene, node, start->ts)) return false;
    uint8_t component = runtime_of(scene, node, start->ts, until);
    *out = (struct pm_bypass){.start = start,
                              .mirror = component == start->said->component
                                            ? idle_mirror(scene, registry, component, node)
                                            : NULL};
    return out->mirror != NULL;
}

bool pm_mirror_unread(const struct pm_scene *scene, const struct pm_mirror *m) {
    uint32_t node = m->config->node;
    uint8_t component = node ? runtime_of(scene, node, INT64_MIN, INT64_MAX) : PM_COMP_NONE;
    return component != PM_COMP_NONE && !reads(scene->env, component, m->config) &&
           idle_mirror(scene, pm_registry_of_host(m->registry), component, node);
}

// ── a quota that was used up by it ──
struct spent {
    Pvoid_t since_of; // node → when its runtime was started; 1: it went past no mirror
    struct pm_ids nodes;
    struct pm_bypass first;
    struct pm_share share;
};

static void node_of(const struct pm_scene *scene, const struct pm_hit *h, struct spent *x,
                    uint32_t node) {
    struct pm_bypass b;
    if (!node || pm_map_get(x->since_of, node)) return;
    bool past = pm_bypass_of(scene, node, pm_name(scene->env, h->registries.items[0]), h->from, &b);
    *pm_map_slot(&x->since_of, node) = past ? (Word_t)b.start->ts : 1;
    if (!past) return;
    pm_ids_add_new(&x->nodes, node);
    if (!x->first.start || b.start->ts < x->first.start->ts) x->first = b;
}

static bool past(const struct spent *x, const struct pm_attempt *p) {
    Word_t since = p->node ? pm_map_get(x->since_of, p->node) : 0;
    return since > 1 && pm_at(p) >= (int64_t)since;
}

static void bypass_count(const struct pm_pulls *pulls, const struct pm_hit *h, struct spent *x) {
    for (size_t i = pm_pull_first(pulls, pm_since(h->from, PM_QUOTA_WINDOW_NS));
         i < pulls->n && pm_at(&pulls->items[i]) <= h->from; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || !pm_ids_has(&h->registries, p->names->registry))
            continue;
        x->share.of++;
        x->share.n += past(x, p);
    }
    if (x->share.of >= PM_QUOTA_FEW) return;
    x->share = (struct pm_share){0};
    for (size_t i = 0; i < h->pulls.n; i++) { // nobody logs good pulls: the refused ones speak
        x->share.of++;
        x->share.n += past(x, &pulls->items[h->pulls.items[i]]);
    }
}

static struct pm_str bypass_told(const struct pm_env *env, const struct pm_hit *h,
                                 const struct spent *x) {
    struct pm_str version = pm_name(env, x->first.start->said->message),
                  registry = pm_name(env, h->registries.items[0]), path = x->first.mirror->path;
    ptrdiff_t dot = pm_str_rchr(version, ' ');
    bool numbered = dot > 0 && pm_str_chr(pm_str_from(version, (size_t)dot), '.', 0) > 0;
    struct pm_str nodes = x->nodes.n == 1 ? pm_name(env, x->nodes.items[0])
                                          : pm_arena_fmt(env->a, "%u nodes", x->nodes.n);
    return pm_arena_fmt(
        env->a, "%s%.*s was started on %.*s and does not read the mirror %.*s of %.*s in %.*s",
        pm_component_names[x->first.start->said->component],
        PM_FMT(numbered ? pm_str_from(version, (size_t)dot) : PM_NONE), PM_FMT(nodes),
        PM_FMT(x->first.mirror->host), PM_FMT(registry), PM_FMT(path));
}

static void open_with(const struct pm_env *env, struct pm_hit *h, int64_t at, struct pm_str what,
                      struct pm_share share) {
    h->opening.step = PM_NEW(env->a, struct pm_link);
    *h->opening.step = (struct pm_link){-1, at, what, 0, -1};
    h->opening.share = share;
}

static void by_new_runtime(const struct pm_scene *scene, struct pm_hit *h) {
    struct spent x = {0};
    Word_t freed;
    for (size_t i = pm_pull_first(scene->pulls, pm_since(h->from, PM_QUOTA_WINDOW_NS));
         i < scene->pulls->n && pm_at(&scene->pulls->items[i]) <= h->from; i++)
        if (pm_ids_has(&h->registries, scene->pulls->items[i].names->registry))
            node_of(scene, h, &x, scene->pulls->items[i].node);
    for (size_t i = 0; i < h->nodes.n; i++) node_of(scene, h, &x, h->nodes.items[i]);
    if (x.nodes.n) bypass_count(scene->pulls, h, &x);
    if (x.share.n && x.share.n * 3 >= x.share.of) {
        open_with(scene->env, h, x.first.start->ts, bypass_told(scene->env, h, &x), x.share);
        h->opening.trigger = "runtime-upgrade";
        h->opening.unread = x.first.mirror;
        h->opening.counted = "were made there since, past the mirror";
    }
    pm_ids_free(&x.nodes);
    JLFA(freed, x.since_of);
    (void)freed;
}

// CRI-O names each host that it tries, and not why one gave up: that a mirror was passed
// over shows, its trouble does not, so there is no incident to name.
static void by_silent_mirror(const struct pm_scene *scene, struct pm_hit *h) {
    struct pm_share share = {0};
    const struct pm_trace *first = NULL;
    uint64_t window = 0;
    for (size_t i = pm_pull_first(scene->pulls, pm_since(h->from, PM_QUOTA_WINDOW_NS));
         i < scene->pulls->n && pm_at(&scene->pulls->items[i]) <= h->from; i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || !pm_ids_has(&h->registries, p->names->registry))
            continue;
        const struct pm_trace *passed = pm_fell_back(scene->env, scene->ev, p);
        if (!first) first = passed;
        window++;
        if (first) share.of++;
        share.n += passed != NULL;
    }
    if (share.n < PM_QUOTA_FEW || share.n * 3 < share.of || share.n * 10 < window) return;
    open_with(scene->env, h, first->ts,
              pm_arena_fmt(scene->env->a, "pulls went past the mirror %.*s, and nothing says why",
                           PM_FMT(pm_name(scene->env, first->said->host))),
              share);
    h->opening.counted = "had been tried at the mirror first";
}

void pm_bypass_find(const struct pm_scene *scene, struct pm_hits *hits) {
    for (size_t i = 0; i < hits->n; i++) {
        struct pm_hit *h = &hits->items[i];
        bool quota = pm_cause_has(h->cause, PM_TRAIT_QUOTA);
        if (quota && !h->dropped && !h->explained_by && h->registries.n && h->from != PM_NO_TIME) {
            if (scene->ev->mirrors_n) by_new_runtime(scene, h);
            if (!h->opening.step) by_silent_mirror(scene, h);
        }
    }
}
