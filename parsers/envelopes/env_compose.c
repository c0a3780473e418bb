// docker compose logs: the service or container, padded, and a bar.
//
//   registry_1  | time="2024-01-02T03:04:05Z" level=info msg="response completed"
// Source: docker/compose cmd/formatter/logs.go@v2.24.
#include "parsers/envelopes/env_shared.h"

static bool name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    size_t i = 0;
    while (i < line.n && i < 80 && name_char(line.p[i])) i++;
    if (i < 2 || i >= line.n || line.p[i] != ' ') return PM_PEEL_NO;
    struct pm_str name = pm_str_sub(line, 0, i);
    while (i < line.n && i < 120 && line.p[i] == ' ') i++;
    if (i >= line.n || line.p[i] != '|' || (i + 1 < line.n && line.p[i + 1] != ' '))
        return PM_PEEL_NO;
    hint->container = name;
    *key = name;
    *inner = pm_str_from(line, i + 2);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_compose = {
    .name = "compose",
    .title = "docker compose logs",
    .example = "registry_1  | time=\"2024-01-02T03:04:05Z\" level=info msg=\"listening\"",
    .source = "docker/compose:cmd/formatter/logs.go@v2.24",
    .rank = 55,
    .first = "aA0",
    .peel = peel,
};
