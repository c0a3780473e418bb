// Collectors and log stores that put a line into a field of their own JSON: Fluent Bit
// and Fluentd, Filebeat, Elasticsearch hits, Loki, Splunk, Datadog, CloudWatch Logs
// Insights, Azure's log tables. A row of a store's CSV export comes as such an object, too
// (framing/documents/frame_csv.c), and so does each entry of a query's answer (frame_answer.c).
//
//   {"log":"time=\"2024-01-02T03:04:05Z\" level=info msg=\"x\"","kubernetes":{"namespace_name":"shop","pod_name":"cart-0","host":"node-7"}}
//   {"@timestamp":"2024-01-02T03:04:05.678Z","message":"E0102 …","host":{"name":"node-7"},"agent":{"type":"filebeat"}}
//   {"_index":"logs-1","_source":{"@timestamp":"…","message":"…","kubernetes":{…}}}
//   {"labels":{"unit":"kubelet.service","nodename":"node-7"},"line":"E0102 …","timestamp":"2024-01-02T03:04:05.678901Z"}
//   {"preview":false,"result":{"_time":"…","host":"node-7","source":"/var/log/messages","_raw":"Jan  2 03:04:05 node-7 kubelet[1]: …"}}
//   {"id":"AQAA…","type":"log","attributes":{"host":"node-7","service":"containerd","timestamp":"…","message":"…"}}
//   {"@timestamp":"2024-01-02 03:04:05.678","@message":"E0102 …","@logStream":"ip-10-0-0-7"}
//   {"TimeGenerated":"…","Computer":"aks-1","PodName":"cart-0","ContainerName":"cart","LogMessage":"…"}
//   {"ts":"2024-01-02T03:04:05Z","message":"E0102 …","host":"node-7"}        anybody's, where the message begins as klog and logrus do
// Logstash's own shape ("@version") is left to the programs that log in it.
// Source: fluent/fluent-bit filter_kubernetes, elastic/beats, grafana/loki logcli.
#include "base/json_get.h"
#include "parsers/envelopes/env_shared.h"

static struct pm_str either(const json_t *o, const char *x, const char *y) {
    struct pm_str s = pm_member_text(o, x);
    return s.n ? s : pm_member_text(o, y);
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

// Fields that hold a line in one store's records and in nobody else's.
static struct pm_str stored_line(const json_t *json) {
    static const struct {
        const char *line;
        const char *beside; // a field that has to be there, too
    } stores[] = {
        {"_raw", NULL},     // Splunk
        {"@message", NULL}, // CloudWatch Logs Insights
        {"line", "labels"}, // Loki
        {"line", "fields"}, // Grafana, of Loki
        {"Line", "tsNs"},   // the same as CSV
        {"Line", "Time"},
        {"LogMessage", "TimeGenerated"}, // Azure: ContainerLogV2
        {"LogEntry", "TimeGenerated"},   // ContainerLog
        {"SyslogMessage", "Computer"},   // Syslog
    };
    for (size_t i = 0; i < PM_LEN(stores); i++)
        if (!stores[i].beside || json_object_get(json, stores[i].beside)) {
            struct pm_str line = pm_member_text(json, stores[i].line);
            if (line.n) return line;
        }
    return PM_NONE;
}

// The field that holds the line; PM_NONE where this is no collector's object. `telling`:
// a field says a place as only collectors do.
static struct pm_str line_of(const json_t *json, bool telling) {
    static const char *const collectors[] = {"kubernetes",     "agent",       "docker",
                                             "container_name", "source_type", "fluentd_tag",
                                             "beat",           "ecs"};
    struct pm_str stored = stored_line(json);
    if (stored.n) return stored;
    if (json_object_get(json, "@version")) return PM_NONE;
    bool collected = telling || json_is_object(json_object_get(json, "host"));
    for (size_t i = 0; i < PM_LEN(collectors); i++)
        collected |= json_object_get(json, collectors[i]) != NULL;
    if (collected) return either(json, "log", "message");
    if (own_record(json)) return PM_NONE;
    struct pm_str message = json_object_size(json) <= 16
                                ? pm_member_text(json, "message")
                                : PM_NONE; // of whatever collector: a program's line by its head
    if (pm_line_head(message) && message.p[0] != '{' && message.p[0] != '[') return message;
    bool few = json_object_size(json) <= 5;
    return few ? pm_member_text(json, "log") : PM_NONE;
}

// Most JSON objects are no line's: they are passed by before their places are looked for.
static bool holds_text(const json_t *json) {
    return either(json, "message", "log").n || stored_line(json).n;
}

// A part of the object that is the record itself: Elasticsearch's hit, Splunk's result,
// Datadog's attributes.
static const json_t *wrapped(const json_t *json) {
    const json_t *source = json_object_get(json, "_source"),
                 *result = json_object_get(json, "result");
    if (json_is_object(source)) return source;
    return json_is_string(json_object_get(result, "_raw")) ? result : NULL;
}

static const json_t *datadog(const json_t *json) {
    const json_t *attributes = json_object_get(json, "attributes");
    return pm_str_eqc(pm_member_text(json, "type"), "log") &&
                   json_is_string(json_object_get(attributes, "message"))
               ? attributes
               : NULL;
}

static struct pm_when stamp_of(const json_t *json) {
    static const char *const names[] = {"@timestamp", "timestamp", "time", "date",
                                        "ts",         "_time",     "tsNs", "TimeGenerated"};
    struct pm_when w = {0};
    for (size_t i = 0; i < PM_LEN(names); i++) {
        struct pm_str s = pm_member_text(json, names[i]);
        if (s.n) return pm_envelope_stamp(s, &w) ? w : (struct pm_when){0};
    }
    return w;
}

static enum pm_peel peel_json(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key) {
    struct pm_envelope_hint told = *hint;
    const json_t *part = wrapped(json);
    if (part) {
        *inner_json = part;
        return PM_PEEL_YES;
    }
    if ((part = datadog(json))) json = part;
    if (!holds_text(json) || json_object_get(json, "involvedObject") ||
        json_object_get(json, "regarding"))
        return PM_PEEL_NO;
    bool telling = pm_envelope_places(a, json, &told);
    struct pm_str line = part ? pm_member_text(json, "message") : line_of(json, telling);
    if (!line.n) return PM_PEEL_NO;
    *hint = told;
    struct pm_when w = stamp_of(json);
    if (w.kind != PM_WHEN_NONE) hint->when = w;
    hint->stream = pm_member_text(json, "stream");
    *key = hint->pod;
    while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r')) line.n--;
    *inner = line;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_json_log = {
    .name = "json-log",
    .title =
        "a collector's or store's JSON around a line (Fluent Bit, Filebeat, Loki, Splunk, Datadog)",
    .example =
        "{\"log\":\"level=info msg=ready\",\"kubernetes\":{\"namespace_name\":\"shop\",\"pod_name\":\"cart-0\",\"host\":\"node-7\"}}",
    .source = "fluent/fluent-bit:plugins/filter_kubernetes, grafana/loki:pkg/logcli",
    .rank = 30,
    .members = {"message", "log", "_source", "result", "attributes", "_raw", "@message", "line",
                "Line", "LogMessage", "LogEntry", "SyslogMessage"},
    .peel_json = peel_json,
};
