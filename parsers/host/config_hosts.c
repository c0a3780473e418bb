// containerd's (and nerdctl's) certs.d/HOST/hosts.toml → config. The folder's name is the registry; _default stands for all.
//
//   server = "https://registry-1.docker.io"
//   [host."https://mirror.example"]
//     capabilities = ["pull", "resolve"]
// Source: containerd/containerd:docs/hosts.md@v2.1. Headers may hold credentials: only that there are some is told.
#include "parsers/host/config_toml.h"

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
    return named ? 90 : pm_str_has(t, PM_STR("capabilities")) ? 60 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "containerd.hosts");
    struct pm_str registry = pm_path_folder(r->path);
    if (registry.n) pm_config_add(&c, PM_SETTING_TEXT, PM_STR("registry"), registry, 0);
    pm_config_toml(ctx, r, &c, ROWS, PM_LEN(ROWS));
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_hosts = {
    .name = "containerd-hosts",
    .title = "containerd certs.d hosts.toml",
    .example = "server = \"https://registry-1.docker.io\"\n[host.\"https://mirror.example\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
    .source = "containerd/containerd:docs/hosts.md@v2.1.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_FILE,
    .bid = bid,
    .parse = parse,
};
