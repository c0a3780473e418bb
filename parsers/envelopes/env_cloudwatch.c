// CloudWatch Logs: `aws logs filter-log-events` and get-log-events, subscription exports.
//
//   {"timestamp":1704164645678,"message":"E0102 03:04:05.678901    2711 remote_image.go:180] …","ingestionTime":1704164646000,"logStreamName":"ip-10-0-0-7"}
// Source: CloudWatch Logs API reference, FilteredLogEvent, OutputLogEvent.
#include "base/json_get.h"
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel_json(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key) {
    (void)a;
    (void)inner_json;
    const json_t *ts = json_object_get(json, "timestamp");
    struct pm_str message = pm_member_text(json, "message"),
                  stream = pm_member_text(json, "logStreamName");
    bool exported = json_object_get(json, "ingestionTime") || stream.n ||
                    (json_object_get(json, "id") && json_object_size(json) == 3);
    if (!json_is_integer(ts) || !message.n || !exported) return PM_PEEL_NO;
    int64_t ms = json_integer_value(ts);
    if (ms > INT64_C(1000000000000) && ms < INT64_C(4000000000000)) {
        hint->when = pm_when_unix_ns(ms * 1000000);
        hint->when.unit_ns = 1000000;
    }
    hint->stream = stream;
    *key = stream;
    *inner = message;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_cloudwatch = {
    .name = "cloudwatch",
    .title = "Amazon CloudWatch Logs event",
    .example =
        "{\"timestamp\":1704164645678,\"message\":\"level=info msg=ready\",\"ingestionTime\":1704164646000}",
    .source = "docs.aws.amazon.com AmazonCloudWatchLogs API FilteredLogEvent",
    .rank = 14,
    .members = {"timestamp"},
    .peel_json = peel_json,
};
