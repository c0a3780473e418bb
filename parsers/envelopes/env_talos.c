// Talos Linux: what its init writes into the kernel's log, as `talosctl dmesg`, the
// dashboard and a serial console show it.
//
//   10.0.0.7: user: warning: [2024-01-02T03:04:05.123456789Z]: [talos] retrying error: failed to pull image "r.test/installer:v1": …
//    user: warning: [2024-01-02T03:04:05.123456789Z]: [talos] …             (the dashboard's margin; long lines are wrapped by hand of the terminal)
//   [ 1439.299779] [talos] service[etcd](Failed): Failed to run pre stage: …: 1 error(s) occurred:
//   [ 1439.302663]  failed to pull image "r.test/etcd:v3": …               (seconds since start; a line of an error is a message of its own)
// Source: siderolabs/talos:cmd/talosctl/cmd/talos/dmesg.go,
// internal/app/machined/internal/server (facility, priority and stamp),
// siderolabs/go-kmsg.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static bool one_of(struct pm_str s, const char *const *words) {
    for (; *words; words++)
        if (s.n && s.p[0] == **words && pm_str_eqc(s, *words)) return true;
    return false;
}

// "user: warning: [2024-01-02T03:04:05.1Z]: "
static bool facility(struct pm_scan *c, struct pm_when *w) {
    static const char *const facilities[] = {"kern",   "user", "mail", "daemon", "auth",
                                             "syslog", "lpr",  "news", "local0", NULL};
    static const char *const priorities[] = {"emerg",  "alert", "crit",  "err", "warning",
                                             "notice", "info",  "debug", NULL};
    struct pm_str word, stamp;
    if (!pm_scan_until(c, ':', &word) || !one_of(word, facilities)) return false;
    pm_scan_blanks(c);
    if (!pm_scan_until(c, ':', &word) || !one_of(word, priorities)) return false;
    pm_scan_blanks(c);
    if (!pm_scan_char(c, '[') || !pm_scan_until(c, ']', &stamp) || !pm_when_rfc3339(stamp, w) ||
        !pm_scan_char(c, ':'))
        return false;
    pm_scan_char(c, ' ');
    return true;
}

// "[ 1439.299779] " before Talos' own words or the next line of its error. Kernel
// messages stay as they are.
static bool console(struct pm_scan *c) {
    uint64_t seconds, micros;
    if (!pm_scan_char(c, '[')) return false;
    pm_scan_blanks(c);
    if (!pm_scan_uint(c, 9, &seconds) || !pm_scan_char(c, '.') || !pm_scan_uint(c, 6, &micros) ||
        !pm_scan_lit(c, "] "))
        return false;
    return pm_str_starts(pm_scan_rest(c), PM_STR("[talos] ")) ||
           pm_str_starts(pm_scan_rest(c), PM_STR(" ")) ||
           pm_str_starts(pm_scan_rest(c), PM_STR("\t"));
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    struct pm_scan c = pm_scan_of(pm_str_sub(line, 0, 160)), at;
    struct pm_str node = PM_NONE;
    struct pm_when w = {0};
    (void)a;
    pm_scan_blanks(&c);
    at = c;
    if (!console(&at)) {
        at = c;
        if (!facility(&at, &w)) {
            at = c;
            if (!pm_scan_until(&at, ':', &node) || !node.n || pm_str_chr(node, ' ', 0) >= 0 ||
                !pm_scan_char(&at, ' ') || !facility(&at, &w))
                return PM_PEEL_NO;
        }
    }
    if (w.kind != PM_WHEN_NONE) hint->when = w;
    if (node.n) hint->node = node;
    pm_scan_lit(&at, "[talos] ");
    hint->ident = PM_STR("talos");
    *key = hint->ident;
    *inner = pm_str_from(line, (size_t)(at.at - line.p));
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_talos = {
    .name = "talos",
    .title = "Talos Linux: dmesg, dashboard and console",
    .example =
        "user: warning: [2024-01-02T03:04:05.123456789Z]: [talos] retrying error: failed to pull image \"r.test/installer:v1\": not found",
    .source = "siderolabs/talos:cmd/talosctl/cmd/talos/dmesg.go",
    .rank = 26,
    .first = " [0Aa",
    .peel = peel,
};
