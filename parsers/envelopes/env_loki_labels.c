// logcli's default output: a stamp, the labels that its streams do not share, the line.
//
//   2024-01-02T03:04:05Z {nodename="node-7", unit="kubelet.service"} E0102 03:04:05.678901 …
//   2024-01-02T03:04:05Z {} E0102 …                                        all labels are shared
// Source: grafana/loki pkg/logcli/output/default.go.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static bool is_name(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '_' && (s.p[i] < '0' || s.p[i] > '9') &&
            ((s.p[i] | 32) < 'a' || (s.p[i] | 32) > 'z'))
            return false;
    return s.n > 0 && s.n < 128;
}

// NAME="VALUE", with blanks before and a comma behind it. A value may hold \" and is kept
// as it stands: no node's or pod's name has one.
static bool label(struct pm_scan *c, struct pm_envelope_hint *hint) {
    struct pm_scan at = *c;
    struct pm_str name;
    pm_scan_blanks(&at);
    if (!pm_scan_until(&at, '=', &name) || !is_name(name) || !pm_scan_char(&at, '"')) return false;
    struct pm_str rest = pm_scan_rest(&at);
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '"') end += rest.p[end] == '\\' ? 2 : 1;
    if (end >= rest.n) return false;
    pm_envelope_place(name, pm_str_sub(rest, 0, end), hint);
    *c = pm_scan_of(pm_str_from(rest, end + 1));
    pm_scan_char(c, ',');
    return true;
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_when w = {0};
    size_t stamp = pm_when_rfc3339(line, &w);
    if (!stamp || w.kind != PM_WHEN_UTC) return PM_PEEL_NO;
    struct pm_scan c = pm_scan_of(pm_str_from(line, stamp));
    struct pm_envelope_hint told = *hint;
    if (!pm_scan_lit(&c, " {")) return PM_PEEL_NO;
    while (label(&c, &told)) {}
    if (!pm_scan_lit(&c, "} ")) return PM_PEEL_NO;
    *hint = told;
    hint->when = w;
    *key = told.pod.n ? told.pod : told.node;
    pm_scan_blanks(&c); // logcli lines its columns up
    *inner = pm_scan_rest(&c);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_loki_labels = {
    .name = "loki-labels",
    .title = "logcli's lines with their labels",
    .example = "2024-01-02T03:04:05Z {nodename=\"node-7\"} level=info msg=ready",
    .source = "grafana/loki:pkg/logcli/output/default.go",
    .rank = 36,
    .first = "0",
    .peel = peel,
};
