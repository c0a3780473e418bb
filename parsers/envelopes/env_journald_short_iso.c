// journalctl -o short-iso and short-iso-precise.
//
//   2024-01-02T04:04:05+0100 node-7 containerd[911]: time="2024-01-02T03:04:05.699000000Z" level=info msg="PullImage \"busybox\""
//   2024-01-02T04:04:05.700123+0100 node-7 …          (precise)
//   2024-01-02T04:04:05+01:00 node-7 …                (systemd 255 and later write the colon)
// The precise form with a colon cannot be told from rsyslog's; it is called
// syslog-rfc3339. Source: systemd src/shared/logs-show.c@v252 and v255.
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_envelope_hint mine = *hint;
    struct pm_str rest, who;
    if (pm_envelope_iso(line, &rest, &mine, &who) != PM_ISO_JOURNALD) return PM_PEEL_NO;
    *hint = mine;
    *key = who;
    *inner = rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_journald_short_iso = {
    .name = "journald-short-iso",
    .title = "journalctl -o short-iso, short-iso-precise",
    .example =
        "2024-01-02T04:04:05+0100 node-7 kubelet[2711]: E0102 03:04:05.678901    2711 pod_workers.go:1301] \"Error syncing pod, skipping\"",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 24,
    .first = "0",
    .peel = peel,
};
