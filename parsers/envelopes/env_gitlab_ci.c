// GitLab CI job logs with timestamps: stamp, stream number, O or E, "+" where the line
// continues the one before; and section marks.
//
//   2024-01-02T03:04:05.678901Z 01E ERROR: Job failed: failed to pull image "r.example/ci/base:9"
//   section_start:1704164645:prepare_executor
// Source: gitlab-org/gitlab-runner common/buildlogger (FF_TIMESTAMPS).
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    (void)key;
    if (pm_str_starts(line, PM_STR("section_start:")) ||
        pm_str_starts(line, PM_STR("section_end:")))
        return PM_PEEL_META;
    if (line.n < 32 || line.p[10] != 'T') return PM_PEEL_NO;
    struct pm_when w = {0};
    size_t used = pm_when_rfc3339(line, &w);
    if (!used) return PM_PEEL_NO;
    struct pm_scan c = pm_scan_of(pm_str_from(line, used));
    int number;
    if (!pm_scan_char(&c, ' ') || !pm_scan_digits(&c, 2, &number) ||
        (!pm_scan_char(&c, 'O') && !pm_scan_char(&c, 'E')))
        return PM_PEEL_NO;
    if (!pm_scan_char(&c, ' ') && !pm_scan_char(&c, '+') && !pm_scan_end(&c)) return PM_PEEL_NO;
    hint->when = w;
    *inner = pm_scan_rest(&c);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_gitlab_ci = {
    .name = "gitlab-ci",
    .title = "GitLab CI job log",
    .example =
        "2024-01-02T03:04:05.678901Z 01E ERROR: Job failed: failed to pull image \"r.example/ci/base:9\"",
    .source = "gitlab-org/gitlab-runner:common/buildlogger",
    .rank = 18,
    .first = "0s",
    .peel = peel,
};
