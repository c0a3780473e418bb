// Jenkins: pipeline stamps in brackets, or the Timestamper plugin's time of day.
//
//   [2024-01-24T00:30:34.703Z] Error response from daemon: manifest unknown
//   17:28:55  time="2023-04-21T13:28:55Z" level=fatal msg="initializing source …"
// Envoy's access log begins like the first but goes on with a quote.
// Source: jenkinsci/timestamper-plugin, jenkinsci/workflow-job-plugin.
#include "parsers/envelopes/env_shared.h"

static bool clock_time(struct pm_str s) {
    static const char pattern[] = "00:00:00  ";
    if (s.n < 11) return false;
    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != pattern[i]) return false;
    return s.p[10] != ' ';
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    (void)key;
    if (clock_time(line)) {
        *inner = pm_str_from(line, 10);
        return PM_PEEL_YES;
    }
    if (line.n < 28 || line.p[0] != '[' || line.p[11] != 'T' || line.p[24] != 'Z' ||
        line.p[25] != ']' || line.p[26] != ' ' || line.p[27] == '"')
        return PM_PEEL_NO;
    struct pm_when w = {0};
    if (pm_when_rfc3339(pm_str_from(line, 1), &w) != 24) return PM_PEEL_NO;
    hint->when = w;
    *inner = pm_str_from(line, 27);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_jenkins = {
    .name = "jenkins",
    .title = "Jenkins console",
    .example = "[2024-01-24T00:30:34.703Z] Error response from daemon: manifest unknown",
    .source = "jenkinsci/timestamper-plugin",
    .rank = 41,
    .first = "[0",
    .peel = peel,
};
