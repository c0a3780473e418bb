// `crictl info` and `crictl imagefsinfo` (JSON) → config, disk.usage, and the runtime's
// own condition.
//
//   {"status":{"conditions":[{"type":"RuntimeReady","status":true,…}]},"config":{"registry":{"configPath":"/etc/containerd/certs.d"},…}}
//   {"status":{"imageFilesystems":[{"timestamp":"1704164645678901234","fsId":{"mountpoint":"/var/lib/containerd/…"},"usedBytes":{"value":"52428800"}}]}}
// Source: containerd/containerd:internal/cri/server/status.go@v2.1,
// kubernetes-sigs/cri-tools:cmd/crictl/{info,image}.go@v1.31; keys vary by containerd's
// version.
#include "parsers/host/config.h"
#include "parsers/objects/k8s_object.h"
#include "parsers/objects/kubectl_table.h"

static const struct {
    const char *path, *name;
} SETTINGS[] = {
    {"config.registry.configPath", "registry.config_path"},
    {"config.sandboxImage", "sandbox_image"},
    {"config.pinnedImages.sandbox", "sandbox_image"},
    {"config.imagePullProgressTimeout", "image_pull_progress_timeout"},
    {"config.maxConcurrentDownloads", "max_concurrent_downloads"},
    {"config.containerd.snapshotter", "snapshotter"},
    {"config.snapshotter", "snapshotter"},
    {"config.containerdRootDir", "root"},
    {"config.rootDir", "root_dir"},
    {"config.containerd.discardUnpackedLayers", "discard_unpacked_layers"},
};

#define MIRRORS_MAX 64

static bool is_info(const json_t *o) {
    return json_is_array(pm_k8s_get(o, "status.conditions")) &&
           json_is_object(json_object_get(o, "config")) && !json_object_get(o, "metadata");
}

static const json_t *filesystems(const json_t *o) {
    const json_t *list = pm_k8s_get(o, "status.imageFilesystems");
    return list ? list : json_object_get(o, "imageFilesystems");
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (is_info(r->json)) return 88;
    return json_is_array(filesystems(r->json)) ? 90 : 0;
}

static void emit_filesystems(struct pm_parse_ctx *ctx, const struct pm_record *r,
                             const json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *fs = json_array_get(list, i);
        int64_t at_ns = pm_k8s_int(fs, "timestamp", 0);
        struct pm_when when =
            at_ns > 0 ? pm_when_unix_ns(at_ns) : (struct pm_when){PM_WHEN_NONE, 0, 0, 0};
        struct pm_detail d = pm_detail_new(ctx->a);
        pm_detail_str(&d, "mount", pm_k8s_str(fs, "fsId.mountpoint"));
        pm_detail_size(&d, "used_bytes", pm_k8s_int(fs, "usedBytes.value", -1));
        struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_DISK_USAGE);
        e.flags |= PM_EV_SNAPSHOT;
        if (at_ns > 0) e.when = when;
        e.field[PM_F_OBJECT] = pm_k8s_str(fs, "fsId.mountpoint");
        e.field[PM_F_DETAIL] = pm_detail_done(&d);
        pm_emit(ctx, r, &e);
        if (at_ns > 0)
            pm_emit_fact(ctx, r, PM_FACT_CAPTURE_TIME, pm_k8s_str(fs, "timestamp"), &when);
    }
}

static void emit_conditions(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *conditions = pm_k8s_get(r->json, "status.conditions");
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *c = json_array_get(conditions, i);
        if (!pm_str_eqc(pm_k8s_str(c, "type"), "RuntimeReady") || pm_k8s_true(c, "status"))
            continue;
        struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_RUNTIME_DOWN);
        e.flags |= PM_EV_SNAPSHOT;
        if (e.when.kind == PM_WHEN_NONE) e.when = pm_when_age_zero();
        e.field[PM_F_REASON] = pm_k8s_str(c, "reason");
        e.field[PM_F_ERROR] = pm_k8s_str(c, "message");
        pm_emit(ctx, r, &e);
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *list = filesystems(r->json);
    if (list) {
        emit_filesystems(ctx, r, list);
        return PM_PARSE_OK;
    }
    struct pm_config c = pm_config_new(ctx->a, "containerd.config");
    for (size_t i = 0; i < PM_LEN(SETTINGS); i++) {
        const char *dot = strrchr(SETTINGS[i].path, '.');
        pm_config_add_json(&c, pm_str_c(SETTINGS[i].name), pm_k8s_get(r->json, SETTINGS[i].path),
                           pm_config_line(r, pm_str_c(dot + 1)));
    }
    const json_t *mirrors = pm_k8s_get(r->json, "config.registry.mirrors");
    if (json_object_size(mirrors) > MIRRORS_MAX) mirrors = NULL; // each is looked up in the text
    for (void *it = json_object_iter((json_t *)(uintptr_t)mirrors); it;
         it = json_object_iter_next((json_t *)(uintptr_t)mirrors, it)) {
        const json_t *endpoints = json_object_get(json_object_iter_value(it), "endpoint");
        if (!endpoints) endpoints = json_object_get(json_object_iter_value(it), "Endpoints");
        pm_config_add_json(&c,
                           pm_arena_fmt(ctx->a, "registry.mirrors.%s", json_object_iter_key(it)),
                           endpoints, pm_config_line(r, pm_str_c(json_object_iter_key(it))));
    }
    pm_config_emit(ctx, r, &c, PM_NONE);
    emit_conditions(ctx, r);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_crictl_info = {
    .name = "crictl-info",
    .title = "crictl info and imagefsinfo",
    .example =
        "{\"status\":{\"conditions\":[{\"type\":\"RuntimeReady\",\"status\":true}]},\"config\":{\"sandboxImage\":\"registry.k8s.io/pause:3.9\"}}",
    .source = "containerd/containerd:internal/cri/server/status.go@v2.1.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
