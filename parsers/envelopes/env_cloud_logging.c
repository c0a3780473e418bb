// Google Cloud LogEntry around a node's or container's own line, or around an Event
// object.
//
//   {"timestamp":"2024-01-02T03:04:05.678901Z","logName":"projects/p/logs/kubelet","resource":{"type":"k8s_node","labels":{"node_name":"gke-a1"}},
//    "jsonPayload":{"MESSAGE":"E0102 03:04:05.678901    1811 remote_image.go:180] …","SYSLOG_IDENTIFIER":"kubelet"}}
//   {"timestamp":"…","resource":{"type":"k8s_container","labels":{…}},"textPayload":"…"}
// Audit entries (protoPayload) and load balancer entries (httpRequest) are records
// themselves and stay whole. Source: Cloud Logging's LogEntry reference.
#include "base/json_get.h"
#include "parsers/envelopes/env_shared.h"

static void labels(const json_t *json, struct pm_envelope_hint *hint) {
    const json_t *l = json_object_get(json_object_get(json, "resource"), "labels");
    static const struct {
        const char *label;
        size_t at;
    } rows[] = {
        {"node_name", offsetof(struct pm_envelope_hint, node)},
        {"namespace_name", offsetof(struct pm_envelope_hint, k8s_namespace)},
        {"pod_name", offsetof(struct pm_envelope_hint, pod)},
        {"container_name", offsetof(struct pm_envelope_hint, container)},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_str v = pm_member_text(l, rows[i].label);
        if (v.n) memcpy((char *)hint + rows[i].at, &v, sizeof v);
    }
    struct pm_str name =
        pm_member_text(json_object_get(json, "labels"), "compute.googleapis.com/resource_name");
    if (name.n) hint->node = name;
}

static bool payload(const json_t *json, struct pm_str *inner, const json_t **inner_json,
                    struct pm_envelope_hint *hint) {
    const json_t *p = json_object_get(json, "jsonPayload");
    *inner = pm_member_text(json, "textPayload");
    if (inner->n) return true;
    if (!json_is_object(p)) return false;
    hint->ident = pm_member_text(p, "SYSLOG_IDENTIFIER");
    bool record = json_object_get(p, "involvedObject") ||
                  (json_object_get(p, "msg") &&
                   (json_object_get(p, "level") || json_object_get(p, "caller")));
    if (record) *inner_json = p;
    static const char *const keys[] = {"MESSAGE", "message", "log", "msg"};
    for (size_t i = 0; !record && !inner->n && i < PM_LEN(keys); i++)
        *inner = pm_member_text(p, keys[i]);
    return record || inner->n;
}

static enum pm_peel peel_json(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key) {
    (void)a;
    struct pm_str stamp = pm_member_text(json, "timestamp");
    struct pm_when w = {0};
    if (!stamp.n || (!json_object_get(json, "logName") && !json_object_get(json, "insertId")) ||
        json_object_get(json, "protoPayload"))
        return PM_PEEL_NO;
    struct pm_envelope_hint h = *hint;
    if (!payload(json, inner, inner_json, &h)) return PM_PEEL_NO;
    labels(json, &h);
    if (pm_when_rfc3339(stamp, &w)) h.when = w;
    *hint = h;
    *key = h.pod.n ? h.pod : h.node;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_cloud_logging = {
    .name = "cloud-logging",
    .title = "Google Cloud Logging entry",
    .example =
        "{\"timestamp\":\"2024-01-02T03:04:05.678901Z\",\"logName\":\"projects/p/logs/kubelet\",\"jsonPayload\":{\"MESSAGE\":\"Started kubelet\"}}",
    .source = "cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry",
    .rank = 15,
    .members = {"logName", "insertId"},
    .peel_json = peel_json,
};
