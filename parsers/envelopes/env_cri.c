// CRI container log: what kubelet keeps under /var/log/pods.
//
//   2024-01-02T03:04:05.123456789Z stderr F {"errors":[{"code":"TOOMANYREQUESTS"}]}
//   2024-01-02T03:04:05.5+09:00 stdout P a first 16 KiB piece of a long line…
// Old conmon prints offset seconds as minutes (+05:1800): pm_when_rfc3339 reads it.
// Source: containerd internal/cri/io/logger.go@v2.0, containers/conmon src/ctr_logging.c.
#include "pm/envelope.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    if (line.n < 20 || line.p[0] < '0' || line.p[0] > '9' || line.p[4] != '-') return PM_PEEL_NO;
    struct pm_scan c = pm_scan_of(line);
    struct pm_str stamp, stream, tag;
    struct pm_when w = {0};
    if (!pm_scan_word(&c, &stamp) || !pm_scan_char(&c, ' ') || !pm_scan_word(&c, &stream))
        return PM_PEEL_NO;
    if (!pm_str_eqc(stream, "stdout") && !pm_str_eqc(stream, "stderr")) return PM_PEEL_NO;
    if (!pm_scan_char(&c, ' ') || !pm_scan_word(&c, &tag)) return PM_PEEL_NO;
    if ((tag.p[0] != 'P' && tag.p[0] != 'F') || (tag.n > 1 && tag.p[1] != ':')) return PM_PEEL_NO;
    if (!pm_when_rfc3339(stamp, &w)) return PM_PEEL_NO;
    pm_scan_char(&c, ' ');
    hint->when = w;
    hint->stream = stream;
    *key = stream;
    *inner = pm_scan_rest(&c);
    return tag.p[0] == 'P' ? PM_PEEL_PARTIAL : PM_PEEL_LAST;
}

const struct pm_envelope pm_envelope_cri = {
    .name = "cri",
    .title = "CRI container log (/var/log/pods)",
    .example =
        "2024-01-02T03:04:05.123456789Z stderr F time=\"2024-01-02T03:04:05Z\" level=info msg=\"PullImage \\\"busybox\\\"\"",
    .source =
        "containerd/containerd:internal/cri/io/logger.go@v2.0, containers/conmon:src/ctr_logging.c",
    .rank = 10,
    .first = "0",
    .peel = peel,
};
