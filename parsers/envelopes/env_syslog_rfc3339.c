// rsyslog's RSYSLOG_FileFormat, the default of recent Debian, Ubuntu and SUSE.
//
//   2024-01-02T03:04:05.678901+00:00 node-7 containerd[911]: time="2024-01-02T03:04:05.678000000Z" level=info msg="PullImage \"busybox\""
// Control characters come as #ooo and are undone.
// Source: rsyslog tools/syslogd.c (RSYSLOG_FileFormat).
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    struct pm_envelope_hint mine = *hint;
    struct pm_str rest, who;
    if (pm_envelope_iso(line, &rest, &mine, &who) != PM_ISO_SYSLOG) return PM_PEEL_NO;
    *hint = mine;
    *key = who;
    *inner = pm_envelope_octal(a, rest);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_syslog_rfc3339 = {
    .name = "syslog-rfc3339",
    .title = "syslog with RFC 3339 stamps (rsyslog)",
    .example =
        "2024-01-02T03:04:05.678901+00:00 node-7 dockerd[911]: time=\"2024-01-02T03:04:05.1Z\" level=info msg=\"Pull session cancelled\"",
    .source = "rsyslog/rsyslog:tools/syslogd.c",
    .rank = 23,
    .first = "0",
    .peel = peel,
};
