// CRI-O's crio.conf and crio.conf.d, also as `crio config` prints it → config.
//
//   [crio.image]
//   pause_image = "registry.k8s.io/pause:3.10"
//   pull_progress_timeout = "30s"
// Source: cri-o/cri-o:docs/crio.conf.5.md@v1.31.
#include "parsers/host/config_toml.h"

static const struct pm_toml_row ROWS[] = {
    {"crio|root", "root", false},
    {"crio|storage_driver", "storage_driver", false},
    {"crio|image|pause_image", "pause_image", false},
    {"crio|image|pull_progress_timeout", "pull_progress_timeout", false},
    {"crio|image|insecure_registries", "insecure_registries", false},
    {"crio|image|registries", "registries", false},
    {"crio|image|signature_policy", "signature_policy", false},
    {"crio|image|global_auth_file", "global_auth_file", false},
    {"crio|image|big_files_temporary_dir", "big_files_temporary_dir", false},
    {"crio|image|short_name_mode", "short_name_mode", false},
    {"crio|runtime|separate_pull_cgroup", "separate_pull_cgroup", false},
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct pm_str t = pm_str_sub(r->text, 0, 64u << 10);
    return pm_config_toml_like(t) && pm_config_has_line(t, "[crio") ? 92 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "crio.conf");
    pm_config_toml(ctx, r, &c, ROWS, PM_LEN(ROWS));
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_crio = {
    .name = "crio-config",
    .title = "CRI-O crio.conf",
    .example = "[crio.image]\npause_image = \"registry.k8s.io/pause:3.10\"\n",
    .source = "cri-o/cri-o:docs/crio.conf.5.md@v1.31.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_FILE,
    .bid = bid,
    .parse = parse,
};
