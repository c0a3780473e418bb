// containerd's (and nerdctl's) certs.d/HOST/hosts.toml → config. The folder's name is the
// registry; _default stands for all.
//
//   server = "https://registry-1.docker.io"
//   [host."https://mirror.example"]
//     capabilities = ["pull", "resolve"]
// Source: containerd/containerd:docs/hosts.md@v2.1. Headers may hold credentials: only
// that there are some is told.
#include "parsers/host/config_toml.h"
#include "pm/scan.h"

static const struct pm_toml_row ROWS[] = {
    {"server", "server", false},
    {"capabilities", "capabilities", false},
    {"skip_verify", "skip_verify", false},
    {"host|*|capabilities", "host.%.capabilities", false},
    {"host|*|skip_verify", "host.%.skip_verify", false},
    {"host|*|override_path", "host.%.override_path", false},
    {"host|*|ca", "host.%.ca", false},
    {"host|*|client", "host.%.client", false},
    {"host|*|dial_timeout", "host.%.dial_timeout", false},
    {"host|*|header|*", "host.header", true},
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_str t = pm_str_sub(r->text, 0, 8192);
    if (!pm_config_toml_like(t)) return 0;
    bool named = pm_str_eqc(pm_path_base(r->path), "hosts.toml");
    if (pm_config_has_line(t, "[host.\"http") || pm_config_has_line(t, "[host.'http")) return 95;
    if (!pm_config_has_line(t, "server")) return 0;
    if (named) return 90;
    return pm_str_has(t, PM_STR("capabilities")) ? 60 : 0;
}

// The folder is named as the registry is: a host. Where it is none (a ConfigMap, a
// collected flat folder), the file's server tells.
static struct pm_str registry_of(struct pm_arena *a, struct pm_str folder) {
    static const char *const OTHERS[] = {"yaml", "yml", "json", "txt", "toml",
                                         "log",  "gz",  "tar",  "tgz", "zip"};
    ptrdiff_t dot = pm_str_rchr(folder, '.');
    struct pm_str last = dot < 0 ? PM_NONE : pm_str_from(folder, (size_t)dot + 1);
    if (pm_str_eqc(folder, "_default") || pm_str_starts(folder, PM_STR("localhost"))) return folder;
    if (pm_str_ends(folder, PM_STR("_"))) { // "r.example_5000_": where a file system has no colons
        ptrdiff_t port = pm_str_rchr(pm_str_sub(folder, 0, folder.n - 1), '_');
        if (port > 0)
            return pm_arena_fmt(a, "%.*s:%.*s", (int)port, folder.p,
                                (int)(folder.n - (size_t)port - 2), folder.p + port + 1);
    }
    for (size_t i = 0; i < PM_LEN(OTHERS); i++)
        if (pm_str_ieq(last, pm_str_c(OTHERS[i]))) return PM_NONE;
    return last.n > 1 || pm_str_chr(folder, ':', 0) > 0 ? folder : PM_NONE;
}

// `[host."https://mirror.example"]` alone is a host as well, with all capabilities: its
// place among the others counts.
static void add_hosts(struct pm_config *c, const struct pm_record *r) {
    struct pm_scan all = pm_scan_of(r->text);
    struct pm_str line;
    for (uint64_t at = r->line ? r->line : 1; !pm_scan_end(&all); at++) {
        if (!pm_scan_until(&all, '\n', &line)) {
            line = pm_scan_rest(&all);
            all.at = all.end;
        }
        line = pm_str_trim(line);
        char quote = line.n > 8 ? line.p[6] : 0;
        ptrdiff_t end = quote == '"' || quote == '\'' ? pm_str_chr(line, quote, 7) : -1;
        if (end < 0 || !pm_str_starts(line, PM_STR("[host.")) ||
            !pm_str_starts(pm_str_from(line, (size_t)end + 1), PM_STR("]")))
            continue;
        struct pm_str key = pm_arena_fmt(c->a, "host.%.*s.listed", (int)(end - 7), line.p + 7);
        pm_config_add(c, PM_SETTING_BOOL, key, PM_STR("true"), r->folded ? r->line : at);
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "containerd.hosts");
    struct pm_str registry = registry_of(ctx->a, pm_path_folder(r->path));
    if (registry.n) pm_config_add(&c, PM_SETTING_TEXT, PM_STR("registry"), registry, 0);
    add_hosts(&c, r);
    pm_config_toml(ctx, r, &c, ROWS, PM_LEN(ROWS));
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_hosts = {
    .name = "containerd-hosts",
    .title = "containerd certs.d hosts.toml",
    .example =
        "server = \"https://registry-1.docker.io\"\n[host.\"https://mirror.example\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
    .source = "containerd/containerd:docs/hosts.md@v2.1.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_FILE,
    .bid = bid,
    .parse = parse,
};
