// Collectors that put a line into a field of their own JSON: Fluent Bit and Fluentd,
// Filebeat, Elasticsearch hits, Loki (logcli -o jsonl).
//
//   {"log":"time=\"2024-01-02T03:04:05Z\" level=info msg=\"x\"","kubernetes":{"namespace_name":"shop","pod_name":"cart-0","host":"node-7"}}
//   {"@timestamp":"2024-01-02T03:04:05.678Z","message":"E0102 …","host":{"name":"node-7"},"agent":{"type":"filebeat"}}
//   {"_index":"logs-1","_source":{"@timestamp":"…","message":"…","kubernetes":{…}}}
//   {"labels":{"unit":"kubelet.service","nodename":"node-7"},"line":"E0102 …","timestamp":"2024-01-02T03:04:05.678901Z"}
//   {"ts":"2024-01-02T03:04:05Z","message":"E0102 …","host":"node-7"}        anybody's, where the message begins as klog and logrus do
// Logstash's own shape ("@version") is left to the programs that log in it.
// Source: fluent/fluent-bit filter_kubernetes, elastic/beats, grafana/loki logcli.
#include "parsers/envelopes/env_shared.h"

static struct pm_str either(const json_t *o, const char *x, const char *y) {
    struct pm_str s = pm_envelope_text(o, x);
    return s.n ? s : pm_envelope_text(o, y);
}

static void places(const json_t *json, struct pm_envelope_hint *hint) {
    const json_t *k = json_object_get(json, "kubernetes"), *l = json_object_get(json, "labels"),
                 *host = json_object_get(json, "host");
    struct pm_str ns = either(k, "namespace_name", "namespace"),
                  pod = pm_envelope_text(k, "pod_name"),
                  container = pm_envelope_text(k, "container_name");
    struct pm_str node = either(k, "host", "node_name");
    if (!pod.n) pod = pm_envelope_text(json_object_get(k, "pod"), "name");
    if (!node.n) node = pm_envelope_text(json_object_get(k, "node"), "name");
    if (!node.n) node = either(l, "nodename", "node_name");
    if (!node.n)
        node = json_is_string(host) ? pm_envelope_text(json, "host")
                                    : either(host, "name", "hostname");
    if (!ns.n) ns = pm_envelope_text(l, "namespace");
    if (!pod.n) pod = pm_envelope_text(l, "pod");
    if (!container.n) container = pm_envelope_text(l, "container");
    if (ns.n) hint->namespace = ns;
    if (pod.n) hint->pod = pod;
    if (container.n) hint->container = container;
    if (node.n) hint->node = node;
}

// An application's own record has a logger (a collector's line has one inside of it), a
// conversation or a ticket has people. What they relay in a message is not the writer's
// own line.
static bool own_record(const json_t *json) {
    static const char *const keys[] = {"logger", "logger_name", "caller", "log.logger", "user",
                                       "u",      "author",      "sender", "channel",    "room",
                                       "thread", "subject",     "title",  "ticket",     "role",
                                       "body",   "description"};
    for (size_t i = 0; i < PM_LEN(keys); i++)
        if (json_object_get(json, keys[i])) return true;
    return false;
}

// The field that holds the line; PM_NONE where this is no collector's object.
static struct pm_str line_of(const json_t *json) {
    static const char *const collectors[] = {"kubernetes",     "agent",       "docker",
                                             "container_name", "source_type", "fluentd_tag",
                                             "beat",           "ecs"};
    if (json_object_get(json, "line") && json_object_get(json, "labels"))
        return pm_envelope_text(json, "line");
    if (json_object_get(json, "@version")) return PM_NONE;
    bool collected = json_is_object(json_object_get(json, "host"));
    for (size_t i = 0; i < PM_LEN(collectors); i++)
        collected |= json_object_get(json, collectors[i]) != NULL;
    if (collected) return either(json, "log", "message");
    if (own_record(json)) return PM_NONE;
    struct pm_str message = json_object_size(json) <= 16
                                ? pm_envelope_text(json, "message")
                                : PM_NONE; // of whatever collector: a program's line by its head
    if (pm_line_head(message) && message.p[0] != '{' && message.p[0] != '[') return message;
    bool few = json_object_size(json) <= 5;
    return few ? pm_envelope_text(json, "log") : PM_NONE;
}

static enum pm_peel peel_json(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key) {
    (void)a;
    const json_t *source = json_object_get(json, "_source");
    if (json_is_object(source)) {
        *inner_json = source;
        return PM_PEEL_YES;
    }
    if (json_object_get(json, "involvedObject") || json_object_get(json, "regarding"))
        return PM_PEEL_NO;
    struct pm_str line = line_of(json), stamp = either(json, "@timestamp", "timestamp");
    if (!line.n) return PM_PEEL_NO;
    if (!stamp.n) stamp = either(json, "time", "date");
    if (!stamp.n) stamp = pm_envelope_text(json, "ts");
    struct pm_when w = {0};
    if (stamp.n && pm_when_rfc3339(stamp, &w)) hint->when = w;
    places(json, hint);
    hint->stream = pm_envelope_text(json, "stream");
    *key = hint->pod;
    while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r')) line.n--;
    *inner = line;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_json_log = {
    .name = "json-log",
    .title = "a collector's JSON around a line (Fluent Bit, Filebeat, Loki)",
    .example =
        "{\"log\":\"level=info msg=ready\",\"kubernetes\":{\"namespace_name\":\"shop\",\"pod_name\":\"cart-0\",\"host\":\"node-7\"}}",
    .source = "fluent/fluent-bit:plugins/filter_kubernetes, grafana/loki:pkg/logcli",
    .rank = 30,
    .peel_json = peel_json,
};
