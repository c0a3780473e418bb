// containerd's config.toml, also as `containerd config dump` prints it, versions 1 to 3 →
// config.
//
//   version = 2
//   [plugins."io.containerd.grpc.v1.cri".registry]
//     config_path = "/etc/containerd/certs.d"
// Source: containerd/containerd:docs/cri/{registry,config}.md@v1.4, v1.7, v2.1. Version 1
// has plugins.cri, version 3 splits the plugin into cri.v1.images and cri.v1.runtime:
// paths are matched from their end.
#include "parsers/host/config_toml.h"

static const struct pm_toml_row ROWS[] = {
    {"version", "version", false},
    {"root", "root", false},
    {"disabled_plugins", "disabled_plugins", false},
    {"...|registry|config_path", "registry.config_path", false},
    {"...|registry|mirrors|*|endpoint", "registry.mirrors.%", false},
    {"...|registry|configs|*|auth|username", "registry.configs.%.auth", true},
    {"...|registry|configs|*|auth|password", "registry.configs.%.auth", true},
    {"...|registry|configs|*|auth|auth", "registry.configs.%.auth", true},
    {"...|registry|configs|*|auth|identitytoken", "registry.configs.%.auth", true},
    {"...|registry|configs|*|tls|insecure_skip_verify",
     "registry.configs.%.tls.insecure_skip_verify", false},
    {"...|sandbox_image", "sandbox_image", false},
    {"...|pinned_images|sandbox", "sandbox_image", false},
    {"...|image_pull_progress_timeout", "image_pull_progress_timeout", false},
    {"...|max_concurrent_downloads", "max_concurrent_downloads", false},
    {"...|use_local_image_pull", "use_local_image_pull", false},
    {"...|discard_unpacked_layers", "discard_unpacked_layers", false},
    {"...|io.containerd.grpc.v1.cri|containerd|snapshotter", "snapshotter", false},
    {"...|cri|containerd|snapshotter", "snapshotter", false},
    {"...|io.containerd.cri.v1.images|snapshotter", "snapshotter", false},
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_str t = pm_str_sub(r->text, 0, 64u << 10);
    if (!pm_config_toml_like(t)) return 0;
    if (pm_config_has_line(t, "[plugins.\"io.containerd.") ||
        pm_config_has_line(t, "[plugins.'io.containerd."))
        return 95;
    if (pm_config_has_line(t, "[plugins.cri") || pm_config_has_line(t, "[plugins.\"cri") ||
        pm_config_has_line(t, "[plugins]"))
        return 90;
    if (pm_config_has_line(t, "disabled_plugins") || pm_config_has_line(t, "required_plugins"))
        return 70;
    return pm_str_eqc(pm_path_folder(r->path), "containerd") &&
                   pm_str_eqc(pm_path_base(r->path), "config.toml")
               ? 60
               : 0;
}

// Where the registry settings stand: containerd 2 reads its own (version 3) files without
// moving the old plugin's sections, so that they do nothing there.
static void add_section(struct pm_config *c, const struct pm_record *r) {
    static const char *const HEADS[] = {"[plugins.\"io.containerd.grpc.v1.cri\".registry",
                                        "[plugins.'io.containerd.grpc.v1.cri'.registry"};
    for (size_t i = 0; i < PM_LEN(HEADS); i++) {
        ptrdiff_t at = pm_str_find(r->text, pm_str_c(HEADS[i]), 0);
        if (!pm_config_has_line(r->text, HEADS[i])) continue;
        uint64_t line = r->line ? r->line : 1;
        for (ptrdiff_t nl = pm_str_chr(r->text, '\n', 0); nl >= 0 && nl < at;
             nl = pm_str_chr(r->text, '\n', (size_t)nl + 1))
            line++;
        pm_config_add(c, PM_SETTING_TEXT, PM_STR("registry.section"),
                      PM_STR("io.containerd.grpc.v1.cri"), line);
        return;
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "containerd.config");
    pm_config_toml(ctx, r, &c, ROWS, PM_LEN(ROWS));
    add_section(&c, r);
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_containerd = {
    .name = "containerd-config",
    .title = "containerd config.toml, versions 1 to 3",
    .example =
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = \"/etc/containerd/certs.d\"\n",
    .source = "containerd/containerd:docs/cri/registry.md, docs/cri/config.md@v2.1.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_FILE,
    .bid = bid,
    .parse = parse,
};
