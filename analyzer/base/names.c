// The words of the enums in pm/event.h, as they stand in reports and the database.
#include "pm/event.h"

const char *const pm_quality_names[] = {"exact", "inferred", "assumed", "relative"};

const char *const pm_kind_names[PM_KIND_COUNT + 1] = {
    [PM_KIND_OTHER] = "other",
    [PM_KIND_PULL_START] = "pull.start",
    [PM_KIND_PULL_OK] = "pull.ok",
    [PM_KIND_PULL_FAIL] = "pull.fail",
    [PM_KIND_PULL_CACHED] = "pull.cached",
    [PM_KIND_PULL_BACKOFF] = "pull.backoff",
    [PM_KIND_REQUEST] = "request",
    [PM_KIND_MIRROR_TRY] = "mirror.try",
    [PM_KIND_SECRET_MISSING] = "secret.missing",
    [PM_KIND_DISK_PRESSURE] = "disk.pressure",
    [PM_KIND_DISK_USAGE] = "disk.usage",
    [PM_KIND_GC_START] = "gc.start",
    [PM_KIND_GC_OK] = "gc.ok",
    [PM_KIND_GC_FAIL] = "gc.fail",
    [PM_KIND_RUNTIME_START] = "runtime.start",
    [PM_KIND_RUNTIME_STOP] = "runtime.stop",
    [PM_KIND_RUNTIME_DOWN] = "runtime.down",
    [PM_KIND_POD_STATE] = "pod.state",
    [PM_KIND_WORKLOAD_STATE] = "workload.state",
    [PM_KIND_HPA_STATE] = "hpa.state",
    [PM_KIND_NODE_STATE] = "node.state",
    [PM_KIND_HEALTH_CHECK] = "health.check",
    [PM_KIND_CONFIG] = "config",
};

enum pm_kind pm_kind_of(struct pm_str name) {
    int k = 0;
    while (k < PM_KIND_COUNT && !pm_str_eqc(name, pm_kind_names[k])) k++;
    return (enum pm_kind)k;
}

const char *const pm_standing_names[PM_STANDING_COUNT] = {"witness", "account", "hearsay"};
const char *const pm_component_names[PM_COMP_COUNT + 1] = {
    [PM_COMP_NONE] = "",
    [PM_COMP_KUBELET] = "kubelet",
    [PM_COMP_CONTAINERD] = "containerd",
    [PM_COMP_DOCKERD] = "dockerd",
    [PM_COMP_CRIO] = "crio",
    [PM_COMP_REGISTRY] = "registry",
    [PM_COMP_PROXY] = "proxy",
    [PM_COMP_CLOUD] = "cloud",
    [PM_COMP_EVENTS] = "events",
    [PM_COMP_OBJECTS] = "objects",
    [PM_COMP_CLIENT] = "client",
    [PM_COMP_HOST] = "host",
    [PM_COMP_PROBE] = "probe",
};

const char *const pm_stage_names[PM_STAGE_COUNT] = {"",         "resolve", "token",
                                                    "manifest", "blob",    "unpack"};

const char *const pm_field_names[PM_F_COUNT] = {
    [PM_F_NODE] = "node",
    [PM_F_NAMESPACE] = "namespace",
    [PM_F_POD] = "pod",
    [PM_F_POD_UID] = "pod_uid",
    [PM_F_WORKLOAD] = "workload",
    [PM_F_CONTAINER] = "container",
    [PM_F_IMAGE] = "image",
    [PM_F_REGISTRY] = "registry",
    [PM_F_REPOSITORY] = "repository",
    [PM_F_TAG] = "tag",
    [PM_F_DIGEST] = "digest",
    [PM_F_CLIENT] = "client",
    [PM_F_USER] = "user",
    [PM_F_METHOD] = "method",
    [PM_F_URL] = "url",
    [PM_F_HOST] = "host",
    [PM_F_USER_AGENT] = "user_agent",
    [PM_F_REASON] = "reason",
    [PM_F_ERROR] = "error",
    [PM_F_MESSAGE] = "message",
    [PM_F_SECRET] = "secret",
    [PM_F_OBJECT] = "object",
    [PM_F_JOIN] = "join",
    [PM_F_WRITER] = "writer",
    [PM_F_DETAIL] = "detail",
};

const char *const pm_telling_words[PM_TELLING_COUNT] = {
    [PM_TELLING_NONE] = "",
    [PM_TELLING_IMAGE_SERVICE] = "remote_image",
    [PM_TELLING_RETURNED] = "returned",
    [PM_TELLING_HANDLER] = "handler",
    [PM_TELLING_NEXT_ENDPOINT] = "next endpoint",
    [PM_TELLING_ASKING_HOST] = "trying to access",
};
enum pm_telling pm_telling_of(enum pm_component c, struct pm_str message) {
    static const enum pm_component says[PM_TELLING_COUNT] = {
        [PM_TELLING_IMAGE_SERVICE] = PM_COMP_KUBELET, [PM_TELLING_RETURNED] = PM_COMP_CONTAINERD,
        [PM_TELLING_HANDLER] = PM_COMP_DOCKERD,       [PM_TELLING_NEXT_ENDPOINT] = PM_COMP_DOCKERD,
        [PM_TELLING_ASKING_HOST] = PM_COMP_CRIO,
    };
    for (int t = PM_TELLING_NONE + 1; t < PM_TELLING_COUNT; t++)
        if (says[t] == c && pm_str_eqc(message, pm_telling_words[t])) return (enum pm_telling)t;
    return PM_TELLING_NONE;
}

bool pm_node_side(enum pm_component c) {
    return (c >= PM_COMP_KUBELET && c <= PM_COMP_CRIO) || c == PM_COMP_CLIENT || c == PM_COMP_HOST;
}
