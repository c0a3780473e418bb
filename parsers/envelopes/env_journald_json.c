// journalctl -o json, json-pretty, json-seq, and collectors that keep journald's field
// names.
//
//   {"__REALTIME_TIMESTAMP":"1704164645678901","_HOSTNAME":"node-7","SYSLOG_IDENTIFIER":"kubelet","_PID":"2711","MESSAGE":"E0102 …"}
// A value with control characters is an array of byte numbers; a repeated field an array
// of values (the last is taken; of messages all, line by line). Fields of 4096 bytes and
// more are null without --all: the payload is lost, and said so.
// Source: systemd src/shared/logs-show.c@v252.
#include "parsers/envelopes/env_shared.h"

static struct pm_str bytes_of(struct pm_arena *a, const json_t *list) {
    size_t n = json_array_size(list);
    char *out = pm_arena_alloc(a, n);
    for (size_t i = 0; i < n; i++) out[i] = (char)json_integer_value(json_array_get(list, i));
    return (struct pm_str){out, n};
}

static struct pm_str value_of(struct pm_arena *a, const json_t *v) {
    if (json_is_array(v) && json_is_integer(json_array_get(v, 0))) return bytes_of(a, v);
    if (json_is_array(v)) v = json_array_get(v, json_array_size(v) - 1);
    return json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)}
                             : PM_NONE;
}

static struct pm_str message_of(struct pm_arena *a, const json_t *v) {
    if (!json_is_array(v) || json_is_integer(json_array_get(v, 0))) return value_of(a, v);
    struct pm_str all = PM_NONE;
    for (size_t i = 0; i < json_array_size(v) && i < 64; i++) {
        struct pm_str one = value_of(a, json_array_get(v, i));
        all = all.n ? pm_arena_fmt(a, "%.*s\n%.*s", PM_FMT(all), PM_FMT(one)) : one;
    }
    return all;
}

static bool is_journald(const json_t *json) {
    static const char *const marks[] = {"__REALTIME_TIMESTAMP", "_HOSTNAME", "_SYSTEMD_UNIT",
                                        "SYSLOG_IDENTIFIER", "_BOOT_ID"};
    for (size_t i = 0; i < PM_LEN(marks); i++)
        if (json_object_get(json, marks[i])) return true;
    return false;
}

static enum pm_peel peel_json(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key) {
    (void)inner_json;
    const json_t *message = json_object_get(json, "MESSAGE");
    if (!message || !is_journald(json)) return PM_PEEL_NO;
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)json, name, v) {
        struct pm_str s = value_of(a, v);
        if (s.n) pm_envelope_journal_field(a, pm_str_c(name), s, hint);
    }
    hint->lost = json_is_null(message);
    *key = pm_arena_fmt(a, "%.*s[%.*s]", PM_FMT(hint->ident), PM_FMT(hint->pid));
    *inner = message_of(a, message);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_journald_json = {
    .name = "journald-json",
    .title = "journalctl -o json, json-pretty, json-seq",
    .example =
        "{\"__REALTIME_TIMESTAMP\":\"1704164645678901\",\"_HOSTNAME\":\"node-7\",\"SYSLOG_IDENTIFIER\":\"kubelet\",\"_PID\":\"2711\",\"MESSAGE\":"
        "\"Started kubelet\"}",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 11,
    .members = {"MESSAGE"},
    .peel_json = peel_json,
};
