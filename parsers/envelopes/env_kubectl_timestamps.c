// `kubectl logs --timestamps` and `docker logs -t` (must-gather, rke1), and stamps that a
// collector glued before a known header.
//
//   2024-01-02T03:04:05.123456789Z 10.1.2.3 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/ HTTP/1.1" 401 87 "" "containerd/1.7.11"
//   2025-10-09 02:51:14E1009 04:17:22.530118    5421 pod_workers.go:1202] "Error syncing pod, skipping"
// Many programs begin their own lines with a stamp, so this peels only nanosecond stamps
// (kubectl's), or where a header that we know follows. Source: kubernetes
// pkg/kubelet/kuberuntime/logs/logs.go@v1.28 (RFC3339Nano, one blank).
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    (void)key;
    if (line.n < 24 || line.p[4] != '-' || line.p[7] != '-') return PM_PEEL_NO;
    struct pm_when w = {0};
    size_t used = pm_when_rfc3339(line, &w);
    if (!used || used >= line.n) return PM_PEEL_NO;
    struct pm_scan c = pm_scan_of(pm_str_from(line, used));
    size_t blanks = pm_scan_blanks(&c);
    struct pm_str rest = pm_scan_rest(&c);
    bool fine = line.p[10] == 'T' && w.kind == PM_WHEN_UTC && w.unit_ns < 1000 && blanks >= 1;
    bool daemon =
        pm_line_klog(rest) ||
        (blanks && (pm_str_starts(rest, PM_STR("time=\"")) || pm_str_starts(rest, PM_STR("{\""))));
    if (!fine && !daemon && !(line.p[10] == 'T' && blanks && pm_line_head(rest))) return PM_PEEL_NO;
    hint->when = w;
    *inner = fine ? pm_str_from(line, used + 1) : rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_kubectl_timestamps = {
    .name = "kubectl-timestamps",
    .title = "kubectl logs --timestamps, docker logs -t",
    .example =
        "2024-01-02T03:04:05.123456789Z time=\"2024-01-02T03:04:05Z\" level=info msg=\"listening\"",
    .source = "kubernetes/kubernetes:pkg/kubelet/kuberuntime/logs/logs.go@v1.28",
    .rank = 50,
    .first = "0",
    .peel = peel,
};
