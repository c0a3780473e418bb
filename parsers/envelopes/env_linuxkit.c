// LinuxKit's memlogd, as Docker Desktop's diagnostics hold it for the virtual machine.
//
//   [2024-01-02T03:04:05.123456789Z][dockerd][I] time="2024-01-02T03:04:05Z" level=info msg="Pull session cancelled"
// Source: linuxkit/linuxkit pkg/memlogd.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_scan c = pm_scan_of(line);
    struct pm_str stamp, component, level;
    struct pm_when w = {0};
    if (!pm_scan_char(&c, '[') || !pm_scan_until(&c, ']', &stamp) || !pm_when_rfc3339(stamp, &w))
        return PM_PEEL_NO;
    if (!pm_scan_char(&c, '[') || !pm_scan_until(&c, ']', &component)) return PM_PEEL_NO;
    if (pm_scan_char(&c, '[') && !pm_scan_until(&c, ']', &level)) return PM_PEEL_NO;
    pm_scan_char(&c, ' ');
    hint->when = w;
    hint->ident = component;
    *key = component;
    *inner = pm_scan_rest(&c);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_linuxkit = {
    .name = "linuxkit",
    .title = "Docker Desktop VM log (LinuxKit memlogd)",
    .example =
        "[2024-01-02T03:04:05.123456789Z][dockerd][I] time=\"2024-01-02T03:04:05Z\" level=info msg=\"Pull session cancelled\"",
    .source = "linuxkit/linuxkit:pkg/memlogd",
    .rank = 28,
    .first = "[",
    .peel = peel,
};
