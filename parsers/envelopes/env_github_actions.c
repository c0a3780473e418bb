// GitHub Actions logs: a stamp with seven digits before each line, "##[error]" and its
// kin before some.
//
//   2024-01-02T03:04:05.1234567Z ##[error]Error response from daemon: toomanyrequests: You have reached your pull rate limit.
//   build<TAB>Run docker pull<TAB>2024-01-02T03:04:05.1234567Z docker: Error response from daemon: …        gh run view --log: job, step
// Source: cli/cli:pkg/cmd/run/view/view.go (tabs), actions/runner src/Runner.Common (7
// digits are .NET's round-trip format).
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    (void)key;
    ptrdiff_t tab = line.n && line.p[0] != '{' ? pm_str_chr(pm_str_sub(line, 0, 256), '\t', 0) : -1;
    ptrdiff_t step = tab > 0 ? pm_str_chr(pm_str_sub(line, 0, 512), '\t', (size_t)tab + 1) : -1;
    if (step > 0) line = pm_str_from(line, (size_t)step + 1);
    if (pm_str_starts(line, PM_STR("\xef\xbb\xbf")))
        line = pm_str_from(line, 3); // each job's file began with a BOM
    if (line.n < 29 || line.p[19] != '.' || line.p[27] != 'Z' || line.p[28] != ' ')
        return PM_PEEL_NO;
    struct pm_when w = {0};
    if (pm_when_rfc3339(line, &w) != 28) return PM_PEEL_NO;
    hint->when = w;
    struct pm_str rest = pm_str_from(line, 29);
    static const char *const marks[] = {"##[error]", "##[warning]",  "##[notice]",  "##[debug]",
                                        "##[group]", "##[endgroup]", "##[section]", "##[command]"};
    for (size_t i = 0; i < PM_LEN(marks); i++)
        if (pm_str_starts(rest, pm_str_c(marks[i]))) rest = pm_str_from(rest, strlen(marks[i]));
    *inner = rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_github_actions = {
    .name = "github-actions",
    .title = "GitHub Actions log",
    .example = "2024-01-02T03:04:05.1234567Z ##[error]Error response from daemon: manifest unknown",
    .source = "actions/runner:src/Runner.Common",
    .rank = 17,
    .peel = peel,
};
