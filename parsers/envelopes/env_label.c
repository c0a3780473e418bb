// A label and a colon before a line whose header we know.
//
//   STDERR: E0102 03:04:05.168302      68 remote_runtime.go:364] "RunPodSandbox from runtime service failed"      (testcontainers)
//   10.0.0.7: {"ts":1704164645678.733,"caller":"plugin/plugin.go:327","msg":"Failed getting credential"}           (talosctl logs)
// Source: testcontainers-java ToStringConsumer, siderolabs/talos
// cmd/talosctl/cmd/talos/logs.go.
#include "parsers/envelopes/env_shared.h"

static bool address(struct pm_str s) {
    size_t dots = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.') dots++;
        else if (s.p[i] < '0' || s.p[i] > '9') return false;
    }
    return dots == 3;
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    ptrdiff_t at = pm_str_chr(pm_str_sub(line, 0, 16), ':', 0); // no address is longer
    if (at < 3 || (size_t)at + 1 >= line.n || line.p[at + 1] != ' ') return PM_PEEL_NO;
    struct pm_str label = pm_str_sub(line, 0, (size_t)at), rest = pm_str_from(line, (size_t)at + 2);
    bool node = address(label);
    if (!node && !pm_str_eqc(label, "STDERR") && !pm_str_eqc(label, "STDOUT")) return PM_PEEL_NO;
    if (!pm_line_head(rest)) return PM_PEEL_NO;
    if (node) hint->node = label;
    *key = label;
    *inner = rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_label = {
    .name = "label",
    .title = "labelled lines (talosctl, testcontainers)",
    .example = "10.0.0.7: E0102 03:04:05.168302      68 kubelet.go:1] \"x\"",
    .source = "siderolabs/talos:cmd/talosctl/cmd/talos/logs.go",
    .rank = 56,
    .first = "0S",
    .peel = peel,
};
