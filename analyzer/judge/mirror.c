// Configuration events → mirrors. The settings' names are include/pm/detail.h's.
#include "judge/mirror.h"
#include <stdlib.h>

struct found {
    struct pm_state *s;
    struct pm_mirror *items;
    size_t n, cap;
};

static struct pm_str host_of(struct pm_str url) {
    ptrdiff_t scheme = pm_str_find(url, PM_STR("://"), 0);
    if (scheme >= 0) url = pm_str_from(url, (size_t)scheme + 3);
    ptrdiff_t slash = pm_str_chr(url, '/', 0);
    return slash < 0 ? url : pm_str_sub(url, 0, (size_t)slash);
}

static struct pm_mirror *add(struct found *f, const struct pm_config_fact *c, const char *key, struct pm_str registry, struct pm_str url) {
    struct pm_str host = host_of(url);
    if (!host.n || pm_str_eq(pm_registry_of_host(host), pm_registry_of_host(registry))) return NULL;
    for (size_t i = 0; i < f->n; i++) // the settings of one host
        if (f->items[i].config == c && pm_str_eq(f->items[i].registry, registry) && pm_str_eq(f->items[i].url, url)) return &f->items[i];
    json_int_t line = json_integer_value(json_object_get(json_object_get(c->detail, "lines"), key));
    struct pm_mirror *m = PM_PUSH(f->items, f->n, f->cap);
    url = pm_arena_dup(f->s->a, url);
    *m = (struct pm_mirror){.registry = pm_arena_dup(f->s->a, registry),
                            .url = url,
                            .host = host_of(url),
                            .path = pm_name(f->s, c->path),
                            .config = c,
                            .line = line > 0 ? (uint64_t)line : c->line};
    return m;
}

static void add_list(struct found *f, const struct pm_config_fact *c, const char *key, struct pm_str registry, const json_t *list) {
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) if (json_is_string(v)) add(f, c, key, registry, pm_str_c(json_string_value(v)));
}

// `host.https://mirror.example.capabilities` → the URL
static struct pm_str url_of_key(struct pm_str key) {
    ptrdiff_t dot = pm_str_rchr(key, '.');
    return dot > 5 && pm_str_starts(key, PM_STR("host.http")) ? pm_str_sub(key, 5, (size_t)dot - 5) : PM_NONE;
}

static void of_hosts_toml(struct found *f, const struct pm_config_fact *c, json_t *settings) {
    const char *key, *folder = json_string_value(json_object_get(settings, "registry")), *server = json_string_value(json_object_get(settings, "server"));
    json_t *v;
    struct pm_str registry = folder && strcmp(folder, "_default") != 0 ? pm_str_c(folder) : PM_STR("*");
    json_object_foreach(settings, key, v) {
        struct pm_str url = url_of_key(pm_str_c(key));
        struct pm_mirror *m = url.n ? add(f, c, key, registry, url) : NULL;
        if (m && server) m->only_way = pm_str_eq(host_of(pm_str_c(server)), m->host);
    }
}

static void of_config(struct found *f, const struct pm_config_fact *c) {
    static const struct {
        const char *source, *before, *after; // key: before REGISTRY after; no `after`: to the end
    } KEYS[] = {{"containerd.config", "registry.mirrors.", ""}, {"registries.conf", "registry.", ".mirrors"}, {"k3s.registries", "mirrors.", ""}};
    struct pm_str source = pm_name(f->s, c->source);
    json_t *settings = json_object_get(c->detail, "settings"), *v;
    const char *name;
    if (pm_str_eqc(source, "containerd.hosts")) of_hosts_toml(f, c, settings);
    if (pm_str_eqc(source, "docker.daemon")) add_list(f, c, "registry-mirrors", PM_STR("docker.io"), json_object_get(settings, "registry-mirrors"));
    json_object_foreach(settings, name, v) for (size_t k = 0; k < PM_LEN(KEYS) && json_is_array(v); k++) {
        struct pm_str key = pm_str_c(name), before = pm_str_c(KEYS[k].before), after = pm_str_c(KEYS[k].after);
        if (!pm_str_eqc(source, KEYS[k].source) || !pm_str_starts(key, before) || !pm_str_ends(key, after) || key.n <= before.n + after.n) continue;
        add_list(f, c, name, pm_str_sub(key, before.n, key.n - before.n - after.n), v);
    }
}

static int by_place(const void *a, const void *b) {
    const struct pm_mirror *x = a, *y = b;
    int c = pm_path_order(x->path, y->path);
    if (!c) c = x->line < y->line ? -1 : x->line > y->line;
    return c ? c : pm_str_cmp(x->url, y->url);
}

size_t pm_mirrors_find(struct pm_state *s, struct pm_mirror **out) {
    struct found f = {.s = s};
    for (size_t i = 0; i < s->facts.configs.n; i++) of_config(&f, &s->facts.configs.items[i]);
    if (f.n > 1) qsort(f.items, f.n, sizeof *f.items, by_place);
    *out = PM_NEWN(s->a, struct pm_mirror, f.n + 1);
    if (f.n) memcpy(*out, f.items, f.n * sizeof *f.items);
    free(f.items);
    return f.n;
}

bool pm_mirror_serves(const struct pm_mirror *m, struct pm_str registry) {
    return pm_str_eqc(m->registry, "*") || pm_str_eq(pm_registry_of_host(m->registry), registry);
}
