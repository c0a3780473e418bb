// containers/image's registries.conf and registries.conf.d (podman, CRI-O, skopeo,
// buildah), versions 1 and 2 → config.
//
//   unqualified-search-registries = ["docker.io", "quay.io"]
//   [[registry]]
//   prefix = "docker.io"
//   location = "registry-1.docker.io"
//   [[registry.mirror]]
//   location = "mirror.example"
//   insecure = true
// Source: containers/image:docs/containers-registries.conf.5.md@v5.34. A registry is
// named by its prefix, or by its location where it has none.
#include "parsers/host/config_toml.h"

// The [[registry]] being read: its name may come after its other keys.
struct registry {
    struct pm_str prefix, location;
    bool insecure, blocked, digests;
    uint64_t line, insecure_line, blocked_line, digests_line;
    struct {
        struct pm_str location;
        uint64_t line;
        bool insecure;
    } mirrors[16];
    int mirror_count;
};
struct reading {
    struct pm_parse_ctx *ctx;
    const struct pm_record *r;
    struct pm_config *config;
    struct registry at;
    int table;
    bool any;
};

static struct pm_str key_of(struct pm_arena *a, struct pm_str name, const char *what) {
    return pm_arena_fmt(a, "registry.%.*s.%s", PM_FMT(name), what);
}

static void flush(struct reading *x) {
    struct registry *g = &x->at;
    struct pm_arena *a = x->ctx->a;
    struct pm_str name = g->prefix.n ? g->prefix : g->location;
    if (x->any && name.n) {
        if (g->location.n)
            pm_config_add(x->config, PM_SETTING_TEXT, key_of(a, name, "location"), g->location,
                          g->line);
        if (g->insecure)
            pm_config_add(x->config, PM_SETTING_BOOL, key_of(a, name, "insecure"), PM_STR("true"),
                          g->insecure_line);
        if (g->blocked)
            pm_config_add(x->config, PM_SETTING_BOOL, key_of(a, name, "blocked"), PM_STR("true"),
                          g->blocked_line);
        if (g->digests)
            pm_config_add(x->config, PM_SETTING_BOOL, key_of(a, name, "digests_only"),
                          PM_STR("true"), g->digests_line);
        for (int i = 0; i < g->mirror_count; i++)
            pm_config_add(x->config, PM_SETTING_ITEM, key_of(a, name, "mirrors"),
                          g->mirrors[i].location, g->mirrors[i].line);
        for (int i = 0; i < g->mirror_count; i++)
            if (g->mirrors[i].insecure)
                pm_config_add(x->config, PM_SETTING_ITEM, key_of(a, name, "insecure_mirrors"),
                              g->mirrors[i].location, g->mirrors[i].line);
    }
    *g = (struct registry){0};
    x->any = false;
}

static void on_mirror(struct registry *g, struct pm_str key, const struct pm_toml_value *v,
                      uint64_t line) {
    if (pm_str_eqc(key, "location") && g->mirror_count < (int)PM_LEN(g->mirrors)) {
        g->mirrors[g->mirror_count].location = v->text;
        g->mirrors[g->mirror_count++].line = line;
    } else if (pm_str_eqc(key, "insecure") && g->mirror_count > 0) {
        g->mirrors[g->mirror_count - 1].insecure = pm_str_eqc(v->text, "true");
    }
}

static void on_value(void *p, const struct pm_toml_value *v) {
    struct reading *x = p;
    struct pm_str key = v->path[v->depth - 1];
    uint64_t line = v->line + (x->r->line ? x->r->line - 1 : 0);
    bool item = v->item >= 0;
    if (v->depth == 1 && pm_str_eqc(key, "unqualified-search-registries") && item)
        pm_config_add(x->config, PM_SETTING_ITEM, key, v->text, line);
    if (v->depth == 1 && pm_str_eqc(key, "short-name-mode"))
        pm_config_add(x->config, PM_SETTING_TEXT, key, v->text, line);
    if (v->depth == 3 && pm_str_eqc(v->path[0], "registries") && pm_str_eqc(key, "registries") &&
        item) { // version 1: search, insecure, block
        static const struct {
            const char *table, *name;
        } V1[] = {{"search", "unqualified-search-registries"},
                  {"insecure", "insecure-registries"},
                  {"block", "blocked-registries"}};
        for (size_t i = 0; i < PM_LEN(V1); i++)
            if (pm_str_eqc(v->path[1], V1[i].table))
                pm_config_add(x->config, PM_SETTING_ITEM, pm_str_c(V1[i].name), v->text, line);
    }
    if (v->depth < 2 || !pm_str_eqc(v->path[0], "registry")) return;
    if (v->table != x->table) flush(x);
    x->table = v->table;
    x->any = true;
    struct registry *g = &x->at;
    if (v->depth == 3 && pm_str_eqc(v->path[1], "mirror")) on_mirror(g, key, v, line);
    if (v->depth != 2) return;
    if (pm_str_eqc(key, "prefix")) g->prefix = v->text;
    if (pm_str_eqc(key, "location")) {
        g->location = v->text;
        g->line = line;
    }
    if (pm_str_eqc(key, "insecure")) {
        g->insecure = pm_str_eqc(v->text, "true");
        g->insecure_line = line;
    }
    if (pm_str_eqc(key, "mirror-by-digest-only")) {
        g->digests = pm_str_eqc(v->text, "true");
        g->digests_line = line;
    }
    if (pm_str_eqc(key, "blocked")) {
        g->blocked = pm_str_eqc(v->text, "true");
        g->blocked_line = line;
    }
}

static void on_broken(void *p, uint64_t line, const char *why) {
    struct reading *x = p;
    pm_config_toml_broken(x->ctx, x->r, line, why);
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_str t = pm_str_sub(r->text, 0, 64u << 10);
    if (!pm_config_toml_like(t)) return 0;
    if (pm_config_has_line(t, "[[registry]]") ||
        pm_config_has_line(t, "unqualified-search-registries") ||
        pm_config_has_line(t, "[registries."))
        return 93;
    return pm_str_eqc(pm_path_base(r->path), "registries.conf") ? 60 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "registries.conf");
    struct reading *x = PM_NEW(ctx->a, struct reading);
    *x = (struct reading){.ctx = ctx, .r = r, .config = &c, .table = -1};
    struct pm_toml_handler h = {x, on_value, on_broken};
    pm_toml_read(ctx->a, r->text, &h);
    flush(x);
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_registries = {
    .name = "registries-conf",
    .title = "registries.conf of podman, CRI-O, skopeo",
    .example =
        "unqualified-search-registries = [\"docker.io\"]\n[[registry]]\nlocation = \"docker.io\"\n[[registry.mirror]]\nlocation = \"mirror.example\"\n",
    .source = "containers/image:docs/containers-registries.conf.5.md@v5.34.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_FILE,
    .bid = bid,
    .parse = parse,
};
