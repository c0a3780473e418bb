// journalctl -o json-sse and systemd-journal-gatewayd: journald's JSON behind "data: ".
//
//   data: {"MESSAGE":"…","__REALTIME_TIMESTAMP":"1704164646000000","_TRANSPORT":"stdout"}
// Source: systemd src/shared/logs-show.c@v252.
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    (void)hint;
    (void)key;
    if (!pm_str_starts(line, PM_STR("data: {"))) return PM_PEEL_NO;
    *inner = pm_str_from(line, 6);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_journald_sse = {
    .name = "journald-sse",
    .title = "journalctl -o json-sse",
    .example =
        "data: {\"MESSAGE\":\"Started kubelet\",\"__REALTIME_TIMESTAMP\":\"1704164646000000\"}",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 12,
    .first = "d",
    .peel = peel,
};
