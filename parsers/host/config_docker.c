// dockerd's /etc/docker/daemon.json → config.
//
//   {"registry-mirrors": ["https://mirror.example"], "insecure-registries": ["registry.example:5000"], "max-concurrent-downloads": 3}
// Source: moby/moby:daemon/config/config.go@v28.5.2.
#include "parsers/host/config.h"

static const char *const KEYS[] = {
    "registry-mirrors",
    "insecure-registries",
    "allow-nondistributable-artifacts",
    "max-concurrent-downloads",
    "max-download-attempts",
    "data-root",
    "graph",
    "storage-driver",
    "http-proxy",
    "https-proxy",
    "no-proxy",
    "live-restore",
    "dns",
    "ipv6",
};
// Keys that say by themselves that this is dockerd's ("hosts", "features", "proxies" are
// anybody's).
static const char *const OWN[] = {
    "registry-mirrors",
    "insecure-registries",
    "max-concurrent-downloads",
    "max-download-attempts",
    "data-root",
    "storage-driver",
    "exec-opts",
    "log-driver",
    "live-restore",
    "storage-opts",
    "cgroup-parent",
    "default-runtime",
    "log-opts",
    "default-address-pools",
    "userland-proxy",
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    int own = 0;
    if (pm_record_member(r, "ID") || pm_record_member(r, "kind")) return 0;
    for (size_t i = 0; i < PM_LEN(OWN); i++) own += pm_record_member(r, OWN[i]) != NULL;
    bool named = pm_str_eqc(pm_path_base(r->path), "daemon.json") ||
                 pm_str_has(pm_path_base(r->path), PM_STR("dockerdaemon.json"));
    if (named) return 90;
    if (own >= 2) return 85;
    return own == 1 && json_object_size(r->json) <= 4 ? 60 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "docker.daemon");
    for (size_t i = 0; i < PM_LEN(KEYS); i++)
        pm_config_add_json(&c, pm_str_c(KEYS[i]), pm_record_member(r, KEYS[i]),
                           pm_config_line(r, pm_str_c(KEYS[i])));
    static const char *const PROXIES[] = {"http-proxy", "https-proxy", "no-proxy"};
    const json_t *proxies = pm_record_member(r, "proxies");
    for (size_t i = 0; i < PM_LEN(PROXIES); i++)
        pm_config_add_json(&c, pm_arena_fmt(ctx->a, "proxies.%s", PROXIES[i]),
                           json_object_get(proxies, PROXIES[i]),
                           pm_config_line(r, pm_str_c(PROXIES[i])));
    pm_config_add_json(&c, PM_STR("features.containerd-snapshotter"),
                       json_object_get(pm_record_member(r, "features"), "containerd-snapshotter"),
                       pm_config_line(r, PM_STR("containerd-snapshotter")));
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_docker = {
    .name = "docker-daemon-config",
    .title = "dockerd daemon.json",
    .example =
        "{\"registry-mirrors\": [\"https://mirror.example\"], \"insecure-registries\": [\"registry.example:5000\"]}",
    .source = "moby/moby:daemon/config/config.go@v28.5.2",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
