// Docker's json-file driver (/var/lib/docker/containers/ID/ID-json.log).
//
//   {"log":"time=\"2024-01-02T03:04:05Z\" level=info msg=\"x\"\n","stream":"stderr","time":"2024-01-02T03:04:05.2Z"}
// Lines over 16 KiB come in pieces; only the last piece's "log" ends with \n.
// Source: moby daemon/logger/jsonfilelog/jsonlog/jsonlogbytes.go@v24.
#include "base/json_get.h"
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel_json(struct pm_arena *a, const json_t *json, struct pm_str *inner,
                              const json_t **inner_json, struct pm_envelope_hint *hint,
                              struct pm_str *key) {
    (void)a;
    (void)inner_json;
    struct pm_str stream = pm_member_text(json, "stream"), time = pm_member_text(json, "time");
    if (!json_is_string(json_object_get(json, "log")) || !stream.n || !time.n) return PM_PEEL_NO;
    struct pm_str text = pm_member_text(json, "log");
    struct pm_when w = {0};
    if (pm_when_rfc3339(time, &w)) hint->when = w;
    hint->stream = stream;
    *key = stream;
    bool whole = pm_str_ends(text, PM_STR("\n"));
    if (whole) text.n--;
    if (whole && pm_str_ends(text, PM_STR("\r"))) text.n--;
    *inner = text;
    return whole ? PM_PEEL_LAST : PM_PEEL_PARTIAL;
}

const struct pm_envelope pm_envelope_docker_json = {
    .name = "docker-json",
    .title = "Docker json-file container log",
    .example =
        "{\"log\":\"level=info msg=ready\\n\",\"stream\":\"stderr\",\"time\":\"2024-01-02T03:04:05.2Z\"}",
    .source = "moby/moby:daemon/logger/jsonfilelog/jsonlog/jsonlogbytes.go@v24",
    .rank = 10,
    .members = {"log"},
    .peel_json = peel_json,
};
