// journalctl -o short-full and with-unit (which names the unit where short-full has the
// ident).
//
//   Tue 2024-01-02 03:04:05 UTC node-7 kubelet[2711]: E0102 03:04:05.678901    2711 pod_workers.go:1301] "Error syncing pod, skipping"
//   Tue 2024-01-02 03:04:05 UTC node-7 kubelet.service[2711]: …
// Zone abbreviations other than UTC are not trusted: the stamp is local then.
// Source: systemd src/shared/logs-show.c@v252.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    if (line.n < 24 || line.p[3] != ' ' || line.p[8] != '-') return PM_PEEL_NO;
    struct pm_when w = {0};
    size_t used = pm_when_full(line, &w);
    if (!used || used >= line.n || line.p[used] != ' ') return PM_PEEL_NO;
    size_t more = pm_envelope_ident(pm_str_from(line, used + 1), hint, key);
    if (!more) return PM_PEEL_NO;
    hint->when = w;
    *inner = pm_str_from(line, used + 1 + more);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_journald_short_full = {
    .name = "journald-short-full",
    .title = "journalctl -o short-full, with-unit",
    .example =
        "Tue 2024-01-02 03:04:05 UTC node-7 kubelet[2711]: I0102 03:04:05.678901    2711 kubelet.go:1] \"Started kubelet\"",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 25,
    .first = "A",
    .peel = peel,
};
