// k3s and rke2 registries.yaml → config.
//
//   mirrors:
//     docker.io:
//       endpoint:
//         - "https://mirror.example"
//   configs:
//     "registry.example:5000":
//       auth:
//         username: puller
//       tls:
//         insecure_skip_verify: true
// Source: k3s-io/k3s:docs (private registry configuration) and
// rancher/wharfie:pkg/registries@v0.6. The file has neither apiVersion nor kind, so it
// comes as text: read here by indentation, block style only, which is what its
// documentation shows.
#include "parsers/host/config.h"

#define LEVELS 8
struct level {
    size_t indent;
    struct pm_str key;
};

static struct pm_str unquoted(struct pm_str s) {
    s = pm_str_trim(s);
    if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
        return pm_str_sub(s, 1, s.n - 2);
    ptrdiff_t comment = pm_str_find(s, PM_STR(" #"), 0);
    return comment < 0 ? s : pm_str_trim(pm_str_sub(s, 0, (size_t)comment));
}

// `"host:5000":` and `host:` at the line's start; the rest is the value.
static bool split_key(struct pm_str s, struct pm_str *key, struct pm_str *value) {
    ptrdiff_t colon;
    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        ptrdiff_t close = pm_str_chr(s, s.p[0], 1);
        colon = close < 0 ? -1 : pm_str_chr(s, ':', (size_t)close);
    } else {
        for (colon = pm_str_chr(s, ':', 0);
             colon >= 0 && (size_t)colon + 1 < s.n && s.p[colon + 1] != ' ';
             colon = pm_str_chr(s, ':', (size_t)colon + 1)) {}
    }
    if (colon <= 0) return false;
    *key = unquoted(pm_str_sub(s, 0, (size_t)colon));
    *value = unquoted(pm_str_from(s, (size_t)colon + 1));
    return true;
}

static void add(struct pm_config *c, const struct level *at, int depth, struct pm_str value,
                bool item, uint64_t line) {
    bool mirrors = depth >= 2 && pm_str_eqc(at[0].key, "mirrors"),
         configs = depth >= 2 && pm_str_eqc(at[0].key, "configs");
    struct pm_str host = depth >= 2 ? at[1].key : PM_NONE;
    if (mirrors && depth == 3 && pm_str_eqc(at[2].key, "endpoint") && value.n)
        pm_config_add(c, PM_SETTING_ITEM, pm_arena_fmt(c->a, "mirrors.%.*s", PM_FMT(host)), value,
                      line);
    if (mirrors && depth == 4 && pm_str_eqc(at[2].key, "rewrite"))
        pm_config_add(c, PM_SETTING_BOOL, pm_arena_fmt(c->a, "mirrors.%.*s.rewrite", PM_FMT(host)),
                      PM_STR("true"), line);
    if (!configs || depth != 4 || item || !value.n) return;
    if (pm_str_eqc(at[2].key, "auth"))
        pm_config_add(c, PM_SETTING_BOOL, pm_arena_fmt(c->a, "configs.%.*s.auth", PM_FMT(host)),
                      PM_STR("true"), line);
    if (pm_str_eqc(at[2].key, "tls") && pm_str_eqc(at[3].key, "insecure_skip_verify"))
        pm_config_add(c, PM_SETTING_BOOL,
                      pm_arena_fmt(c->a, "configs.%.*s.tls.insecure_skip_verify", PM_FMT(host)),
                      value, line);
}

// `["https://a", "https://b"]`
static void add_flow(struct pm_config *c, const struct level *at, int depth, struct pm_str value,
                     uint64_t line) {
    struct pm_str inner = pm_str_sub(value, 1, value.n - 2);
    for (size_t from = 0; from <= inner.n;) {
        ptrdiff_t comma = pm_str_chr(inner, ',', from);
        size_t end = comma < 0 ? inner.n : (size_t)comma;
        add(c, at, depth, unquoted(pm_str_sub(inner, from, end - from)), true, line);
        from = end + 1;
    }
}

static void read_line(struct pm_config *c, struct level *at, int *depth, struct pm_str line,
                      uint64_t number) {
    size_t indent = 0;
    struct pm_str key, value, s;
    while (indent < line.n && line.p[indent] == ' ') indent++;
    s = pm_str_trim(line);
    if (!s.n || s.p[0] == '#' || pm_str_eqc(s, "---")) return;
    bool item = pm_str_starts(s, PM_STR("- "));
    if (item) {
        while (*depth > 0 && at[*depth - 1].indent > indent) --*depth;
        add(c, at, *depth, unquoted(pm_str_from(s, 2)), true, number);
        return;
    }
    while (*depth > 0 && at[*depth - 1].indent >= indent) --*depth;
    if (!split_key(s, &key, &value) || *depth >= LEVELS) return;
    at[(*depth)++] = (struct level){indent, key};
    if (value.n >= 2 && value.p[0] == '[' && value.p[value.n - 1] == ']')
        add_flow(c, at, *depth, value, number);
    else add(c, at, *depth, value, false, number);
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    bool named = pm_str_has(pm_path_base(r->path), PM_STR("registries.y"));
    bool mirrors =
        pm_str_starts(r->text, PM_STR("mirrors:")) || pm_str_has(r->text, PM_STR("\nmirrors:"));
    bool configs =
        pm_str_starts(r->text, PM_STR("configs:")) || pm_str_has(r->text, PM_STR("\nconfigs:"));
    bool begins = pm_str_starts(r->text, PM_STR("mirrors:")) ||
                  pm_str_starts(r->text, PM_STR("configs:")) ||
                  pm_str_starts(r->text, PM_STR("#")) || pm_str_starts(r->text, PM_STR("---"));
    if (!begins) return 0;
    if (named && (mirrors || configs)) return 95;
    return mirrors && pm_str_has(r->text, PM_STR("endpoint:")) ? 80 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "k3s.registries");
    struct level at[LEVELS];
    int depth = 0;
    uint64_t line = r->line ? r->line : 1;
    for (size_t i = 0; i < r->text.n; line++) {
        ptrdiff_t nl = pm_str_chr(r->text, '\n', i);
        size_t end = nl < 0 ? r->text.n : (size_t)nl;
        read_line(&c, at, &depth, pm_str_sub(r->text, i, end - i), line);
        i = end + 1;
    }
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_k3s = {
    .name = "k3s-registries",
    .title = "k3s and rke2 registries.yaml",
    .example = "mirrors:\n  docker.io:\n    endpoint:\n      - \"https://mirror.example\"\n",
    .source = "rancher/wharfie:pkg/registries/types.go@v0.6.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_FILE,
    .bid = bid,
    .parse = parse,
};
