// RFC 5424, with structured data or "-".
//
//   <30>1 2024-01-02T03:04:05.678Z node-7 dockerd 911 - - time="2024-01-02T03:04:05.1Z" level=info msg="Pull session cancelled"
//   <30>1 2024-01-02T03:04:05.678Z node-7 dockerd 911 ID47 [origin@0 ip="10.0.0.7"] …
// Source: RFC 5424 §6.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

// One header word; "-" is none.
static bool word(struct pm_scan *c, struct pm_str *out) {
    if (!pm_scan_word(c, out) || !pm_scan_char(c, ' ')) return false;
    if (pm_str_eqc(*out, "-")) *out = PM_NONE;
    return true;
}

// "-" or [id name="value" …]… with \] inside values.
static bool structured(struct pm_scan *c) {
    if (pm_scan_char(c, '-')) return true;
    bool any = false;
    while (pm_scan_char(c, '[')) {
        while (c->at < c->end && *c->at != ']')
            c->at += *c->at == '\\' && c->at + 1 < c->end ? 2 : 1;
        if (!pm_scan_char(c, ']')) return false;
        any = true;
    }
    return any;
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_envelope_hint h = *hint;
    size_t pri = pm_envelope_priority(line, &h);
    struct pm_scan c = pm_scan_of(pm_str_from(line, pri));
    struct pm_str stamp, host, app, pid, id;
    if (!pri || !pm_scan_lit(&c, "1 ") || !word(&c, &stamp) || !word(&c, &host) ||
        !word(&c, &app) || !word(&c, &pid) || !word(&c, &id))
        return PM_PEEL_NO;
    if (!structured(&c)) return PM_PEEL_NO;
    pm_scan_char(&c, ' ');
    pm_scan_lit(&c, "\xef\xbb\xbf");
    struct pm_when w = {0};
    if (stamp.n && pm_when_rfc3339(stamp, &w)) h.when = w;
    if (host.n) h.node = host;
    h.ident = app;
    h.pid = pid;
    *hint = h;
    *key = app;
    *inner = pm_scan_rest(&c);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_syslog_5424 = {
    .name = "syslog-5424",
    .title = "syslog, RFC 5424",
    .example =
        "<30>1 2024-01-02T03:04:05.678Z node-7 dockerd 911 - - time=\"2024-01-02T03:04:05.1Z\" level=info msg=\"Pull session cancelled\"",
    .source = "RFC 5424 §6",
    .rank = 19,
    .first = "<",
    .peel = peel,
};
