// Configuration events → mirrors. The settings' names are include/pm/detail.h's.
#include "judge/evidence/mirror.h"
#include <stdlib.h>

struct found {
    const struct pm_env *env;
    struct pm_mirror *items;
    size_t n, cap;
};
struct chain { // one registry in one file: its hosts come in the order in which they are asked
    const struct pm_config_fact *config;
    struct pm_str registry;
    bool registry_asked, mirror_asked;
};

static struct pm_str host_of(struct pm_str url) {
    ptrdiff_t scheme = pm_str_find(url, PM_STR("://"), 0);
    if (scheme >= 0) url = pm_str_from(url, (size_t)scheme + 3);
    ptrdiff_t slash = pm_str_chr(url, '/', 0);
    return slash < 0 ? url : pm_str_sub(url, 0, (size_t)slash);
}

static bool is_registry(struct pm_str host,
                        struct pm_str registry) { // of a name in it, too: "docker.io/library"
    return pm_str_eq(pm_registry_of_host(host), pm_registry_of_host(host_of(registry)));
}

static struct pm_mirror *add(struct found *f, struct chain *c, const char *key, struct pm_str url) {
    struct pm_str host = host_of(url);
    if (!host.n) return NULL;
    if (is_registry(host, c->registry)) {
        c->registry_asked = true;
        return NULL;
    }
    for (size_t i = 0; i < f->n; i++) // the settings of one host
        if (f->items[i].config == c->config && pm_str_eq(f->items[i].registry, c->registry) &&
            pm_str_eq(f->items[i].url, url))
            return &f->items[i];
    json_int_t line =
        json_integer_value(json_object_get(json_object_get(c->config->detail, "lines"), key));
    struct pm_mirror *m = PM_PUSH(f->items, f->n, f->cap);
    url = pm_arena_dup(f->env->a, url);
    *m = (struct pm_mirror){.registry = pm_arena_dup(f->env->a, c->registry),
                            .url = url,
                            .host = host_of(url),
                            .path = pm_name(f->env, c->config->path),
                            .config = c->config,
                            .line = line > 0 ? (uint64_t)line : c->config->line,
                            .after_registry = c->registry_asked && !c->mirror_asked};
    c->mirror_asked = c->mirror_asked || !c->registry_asked;
    return m;
}

static void add_list(struct found *f, const struct pm_config_fact *c, const char *key,
                     struct pm_str registry, const json_t *list) {
    struct chain at = {c, registry, false, false};
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) if (json_is_string(v))
        add(f, &at, key, pm_str_c(json_string_value(v)));
}

// `host.https://mirror.example.capabilities` → the URL
static struct pm_str url_of_key(struct pm_str key) {
    ptrdiff_t dot = pm_str_rchr(key, '.');
    return dot > 5 && pm_str_starts(key, PM_STR("host.http")) ? pm_str_sub(key, 5, (size_t)dot - 5)
                                                              : PM_NONE;
}

static bool lists(const json_t *list, const char *word) {
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) if (json_is_string(v) &&
                                       strcmp(json_string_value(v), word) == 0) return true;
    return false;
}

// Its capabilities are told, and pulling is none of them.
static bool never_asked(const struct found *f, const json_t *settings, struct pm_str url) {
    const json_t *can = json_object_get(
        settings,
        pm_arena_cstr(f->env->a, pm_arena_fmt(f->env->a, "host.%.*s.capabilities", PM_FMT(url))));
    return can && !lists(can, "pull");
}

// Which registry: by the folder, else by the server that the file names; `_default`, or
// nothing, is for all. Settings keep the file's order, in which containerd asks its
// hosts; the server is asked last.
static void of_hosts_toml(struct found *f, const struct pm_config_fact *c, json_t *settings) {
    const char *key, *folder = json_string_value(json_object_get(settings, "registry")),
                     *server = json_string_value(json_object_get(settings, "server"));
    json_t *v;
    struct pm_str named =
        folder ? pm_str_c(folder) : pm_registry_of_host(host_of(pm_str_c(server)));
    struct chain at = {c, named.n && !pm_str_eqc(named, "_default") ? named : PM_STR("*"), false,
                       false};
    json_object_foreach(settings, key, v) {
        struct pm_str url = url_of_key(pm_str_c(key));
        if (url.n && never_asked(f, settings, url)) {
            struct chain aside = {c, at.registry, false,
                                  false}; // it is not asked for pulls: it stands before nobody
            struct pm_mirror *m = add(f, &aside, key, url);
            if (m) m->never_pulls = true;
            continue;
        }
        struct pm_mirror *m = url.n ? add(f, &at, key, url) : NULL;
        if (m && server)
            m->only_way = !at.registry_asked && pm_str_eq(host_of(pm_str_c(server)), m->host);
    }
    if (server && at.registry_asked) add(f, &at, "server", pm_str_c(server));
}

// registries.conf: the mirrors in their order, then the location that stands for the
// prefix, which need not be the registry itself.
static void of_registries(struct found *f, const struct pm_config_fact *c, json_t *settings) {
    const char *key;
    json_t *v;
    struct pm_str before = PM_STR("registry."), mirrors = PM_STR(".mirrors"),
                  location = PM_STR(".location");
    json_object_foreach(settings, key, v) {
        struct pm_str k = pm_str_c(key);
        bool list = pm_str_ends(k, mirrors), place = pm_str_ends(k, location);
        if (!pm_str_starts(k, before) || (!list && !place) ||
            k.n <= before.n + (list ? mirrors.n : location.n))
            continue;
        struct pm_str name =
            pm_str_sub(k, before.n, k.n - before.n - (list ? mirrors.n : location.n));
        if (list) add_list(f, c, key, name, v);
        const json_t *all = json_object_get(
            settings, pm_arena_cstr(f->env->a, pm_arena_fmt(f->env->a, "registry.%.*s.mirrors",
                                                            PM_FMT(name))));
        if (!place || !json_is_string(v)) continue;
        struct chain at = {c, name, false, false};
        size_t i;
        json_t *one;
        json_array_foreach(all, i, one) if (json_is_string(one)) {
            bool own = is_registry(host_of(pm_str_c(json_string_value(one))), name);
            at.registry_asked = at.registry_asked || own;
            at.mirror_asked = at.mirror_asked || (!own && !at.registry_asked);
        }
        struct pm_mirror *m = add(f, &at, key, pm_str_c(json_string_value(v)));
        if (m) m->only_way = !at.registry_asked && !json_array_size(all);
    }
}

static void of_config(struct found *f, const struct pm_config_fact *c) {
    static const struct {
        const char *source, *before; // key: before REGISTRY
    } KEYS[] = {{"containerd.config", "registry.mirrors."}, {"k3s.registries", "mirrors."}};
    struct pm_str source = pm_name(f->env, c->source);
    json_t *settings = json_object_get(c->detail, "settings"), *v;
    const char *name;
    if (pm_str_eqc(source, "containerd.hosts")) of_hosts_toml(f, c, settings);
    if (pm_str_eqc(source, "registries.conf")) of_registries(f, c, settings);
    if (pm_str_eqc(source, "docker.daemon"))
        add_list(f, c, "registry-mirrors", PM_STR("docker.io"),
                 json_object_get(settings, "registry-mirrors"));
    json_object_foreach(settings, name, v) for (size_t k = 0; k < PM_LEN(KEYS) && json_is_array(v);
                                                k++) {
        struct pm_str key = pm_str_c(name), before = pm_str_c(KEYS[k].before);
        if (pm_str_eqc(source, KEYS[k].source) && pm_str_starts(key, before) && key.n > before.n)
            add_list(f, c, name, pm_str_from(key, before.n), v);
    }
}

static int by_place(const void *a, const void *b) {
    const struct pm_mirror *x = a, *y = b;
    int c = pm_path_order(x->path, y->path);
    if (!c) c = x->line < y->line ? -1 : x->line > y->line;
    return c ? c : pm_str_cmp(x->url, y->url);
}

size_t pm_mirrors_find(const struct pm_env *env, const struct pm_evidence *ev,
                       struct pm_mirror **out) {
    struct found f = {.env = env};
    for (size_t i = 0; i < ev->facts.configs.n; i++) of_config(&f, &ev->facts.configs.items[i]);
    if (f.n > 1) qsort(f.items, f.n, sizeof *f.items, by_place);
    *out = PM_NEWN(env->a, struct pm_mirror, f.n + 1);
    if (f.n) memcpy(*out, f.items, f.n * sizeof *f.items);
    free(f.items);
    return f.n;
}

bool pm_mirror_serves(const struct pm_mirror *m, struct pm_str registry) {
    if (m->after_registry || m->never_pulls) return false;
    if (pm_str_starts(m->registry, PM_STR("*.")))
        return pm_str_ends(registry, pm_str_from(m->registry, 1));
    return pm_str_eqc(m->registry, "*") || pm_str_eq(pm_registry_of_host(m->registry), registry);
}

// Does the host belong to the image's own registry? Then it is no mirror.
bool pm_is_mirror(const struct pm_env *env, const struct pm_trace *t) {
    struct pm_str host = pm_name(env, t->said->host), registry = pm_name(env, t->said->registry);
    if (t->said->flags & PM_EV_MIRROR) return true;
    return host.n && registry.n && !pm_str_eq(pm_registry_of_host(host), registry) &&
           !pm_str_eq(host, registry);
}
