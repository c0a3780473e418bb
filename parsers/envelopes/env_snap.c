// `snap logs`, as EKS nodes on Ubuntu and MicroK8s have it: no host, the snap's service
// as ident.
//
//   2024-01-02T03:04:05Z kubelet-eks.daemon[2711]: E0102 03:04:05.678901    2711 pod_workers.go:1301] "Error syncing pod, skipping"
// Source: snapcore/snapd cmd/snap/cmd_services.go (time, then the journal's ident and
// pid).
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_envelope_hint mine = *hint;
    struct pm_str rest, who;
    if (pm_envelope_iso(line, &rest, &mine, &who) != PM_ISO_SNAP) return PM_PEEL_NO;
    *hint = mine;
    *key = who;
    *inner = rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_snap = {
    .name = "snap",
    .title = "snap logs",
    .example =
        "2024-01-02T03:04:05Z kubelet-eks.daemon[2711]: I0102 03:04:05.678901    2711 kubelet.go:1] \"Started kubelet\"",
    .source = "snapcore/snapd:cmd/snap/cmd_services.go",
    .rank = 22,
    .first = "0",
    .peel = peel,
};
