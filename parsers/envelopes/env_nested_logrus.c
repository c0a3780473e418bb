// k0s logs what its children print as the msg of its own logrus line.
//
//   time="2024-01-02 03:04:05" level=info msg="time=\"2024-01-02T03:04:05.6Z\" level=info msg=\"trying next host\"" component=containerd stream=stderr
//   time="2024-01-02 03:04:05" level=info msg="E0102 03:04:05.226557     901 remote_runtime.go:354] \"RunPodSandbox from runtime service failed\"" component=kubelet
// Peeled only where the message begins with a header of its own.
// Source: k0sproject/k0s pkg/supervisor/supervisor.go.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    if (!pm_str_starts(line, PM_STR("time="))) return PM_PEEL_NO;
    ptrdiff_t at = pm_str_find(pm_str_sub(line, 0, 120), PM_STR(" msg=\""), 0);
    if (at < 0) return PM_PEEL_NO;
    struct pm_str first = pm_str_from(line, (size_t)at + 6);
    if (!pm_line_klog(first) && !pm_str_starts(first, PM_STR("time=\\\""))) return PM_PEEL_NO;
    struct pm_scan c = pm_scan_of(pm_str_from(line, (size_t)at + 5));
    struct pm_str text, name, value;
    bool cut = false;
    if (!pm_scan_quoted(&c, a, &text, &cut)) return PM_PEEL_NO;
    struct pm_when w = {0};
    if (pm_when_rfc3339(pm_str_from(line, line.p[5] == '"' ? 6 : 5), &w)) hint->when = w;
    while (pm_scan_blanks(&c) && pm_scan_pair(&c, a, &name, &value)) {
        if (pm_str_eqc(name, "component")) hint->ident = *key = value;
        if (pm_str_eqc(name, "stream")) hint->stream = value;
    }
    hint->cut |= cut;
    *inner = text;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_nested_logrus = {
    .name = "nested-logrus",
    .title = "logrus in logrus (k0s)",
    .example =
        "time=\"2024-01-02 03:04:05\" level=info msg=\"E0102 03:04:05.226557     901 kubelet.go:1] \\\"x\\\"\" component=kubelet",
    .source = "k0sproject/k0s:pkg/supervisor/supervisor.go",
    .rank = 58,
    .first = "t",
    .logged = true,
    .peel = peel,
};
