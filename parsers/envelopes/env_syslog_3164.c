// BSD syslog as rsyslog and syslogd write it to /var/log/messages: the day is padded with
// a blank, which tells it from journalctl.
//
//   Jan  2 03:04:05 node-7 dockerd[911]: time="2024-01-02T03:04:05.1Z" level=error msg="Not continuing with pull after error: …"
//   <30>Jan  2 03:04:05 node-7 dockerd[911]: …
// rsyslog escapes control characters as #ooo (#011 TAB, #012 LF): undone here.
// Source: RFC 3164 §4.1; rsyslog's EscapeControlCharactersOnReceive.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    if (line.n < 16) return PM_PEEL_NO;
    size_t pri = pm_envelope_priority(line, hint);
    struct pm_str s = pm_str_from(line, pri);
    if (s.n < 16 || s.p[0] < 'A' || s.p[0] > 'Z' || s.p[3] != ' ' || (s.p[4] != ' ' && !pri))
        return PM_PEEL_NO;
    struct pm_when w = {0};
    size_t used = pm_when_syslog(s, &w);
    if (!used || used >= s.n || s.p[used] != ' ') return PM_PEEL_NO;
    size_t more = pm_envelope_ident(pm_str_from(s, used + 1), hint, key);
    if (!more) return PM_PEEL_NO;
    hint->when = w;
    *inner = pm_envelope_octal(a, pm_str_from(s, used + 1 + more));
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_syslog_3164 = {
    .name = "syslog-3164",
    .title = "BSD syslog (/var/log/messages, /var/log/syslog)",
    .example =
        "Jan  2 03:04:05 node-7 dockerd[911]: time=\"2024-01-02T03:04:05.1Z\" level=info msg=\"Pull session cancelled\"",
    .source = "RFC 3164 §4.1",
    .rank = 21,
    .first = "A<",
    .peel = peel,
};
