// journalctl -o short-monotonic and short-delta: seconds since boot.
//
//   [ 1000.123456] node-7 kubelet[2711]: E0102 03:04:05.678901    2711 pod_workers.go:1301] "Error syncing pod, skipping"
//   [ 1001.123456 <    1.000000 >] node-7 kubelet[2711]: …
//   [ 1001.123456 *>    1.000000 >] node-7 …     (delta not reliable)
// dmesg has the same bracket but no host and ident: refused.
// Source: systemd src/shared/logs-show.c@v252.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

// "[%5lu.%06lu" → ns since boot
static bool stamp(struct pm_scan *c, struct pm_when *w) {
    uint64_t s;
    int us;
    if (!pm_scan_char(c, '[')) return false;
    pm_scan_blanks(c);
    if (!pm_scan_uint(c, 10, &s) || !pm_scan_char(c, '.') || !pm_scan_digits(c, 6, &us))
        return false;
    *w = (struct pm_when){
        .kind = PM_WHEN_MONO, .ns = (int64_t)s * PM_NS_PER_S + (int64_t)us * 1000, .unit_ns = 1000};
    return true;
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_scan c = pm_scan_of(line);
    struct pm_when w;
    struct pm_str delta;
    if (!stamp(&c, &w) || !pm_scan_until(&c, ']', &delta) || delta.n > 40 || !pm_scan_char(&c, ' '))
        return PM_PEEL_NO;
    size_t more = pm_envelope_ident(pm_scan_rest(&c), hint, key);
    if (!more || !hint->node.n) return PM_PEEL_NO;
    hint->when = w;
    *inner = pm_str_from(pm_scan_rest(&c), more);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_journald_short_monotonic = {
    .name = "journald-short-monotonic",
    .title = "journalctl -o short-monotonic, short-delta",
    .example =
        "[ 1000.123456] node-7 kubelet[2711]: I0102 03:04:05.678901    2711 kubelet.go:1] \"Started kubelet\"",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 27,
    .first = "[",
    .peel = peel,
};
