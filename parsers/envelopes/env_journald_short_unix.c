// journalctl -o short-unix.
//
//   1704164645.678901 node-7 containerd[911]: time="2024-01-02T03:04:05.699000000Z" level=info msg="PullImage \"busybox\""
// Squid's access log begins alike (three digits of fraction, no ident) and is refused by
// the missing ident. Source: systemd src/shared/logs-show.c@v252.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    if (line.n < 20 || line.p[10] != '.' || line.p[17] != ' ') return PM_PEEL_NO;
    struct pm_when w = {0};
    if (pm_when_epoch(line, &w) != 17) return PM_PEEL_NO;
    size_t more = pm_envelope_ident(pm_str_from(line, 18), hint, key);
    if (!more) return PM_PEEL_NO;
    hint->when = w;
    *inner = pm_str_from(line, 18 + more);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_journald_short_unix = {
    .name = "journald-short-unix",
    .title = "journalctl -o short-unix",
    .example =
        "1704164645.678901 node-7 kubelet[2711]: I0102 03:04:05.678901    2711 kubelet.go:1] \"Started kubelet\"",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 26,
    .first = "0",
    .peel = peel,
};
