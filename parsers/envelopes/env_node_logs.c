// `oc adm node-logs`: the node before each journald line; lines of several nodes
// interleave, so the node keys the assembly.
//
//   worker-1.example Jan 02 03:04:05.678901 worker-1 crio[2204]: time="2024-01-02 03:04:05.551072386Z" level=info msg="Pulled image: …"
// Continuation lines carry the node, too: `worker-1.example                 rest of the message`.
// Source: openshift/oc pkg/cli/admin/node/logs.go.
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    size_t i = 0;
    while (i < line.n && i < 253 && (unsigned char)line.p[i] > ' ') i++;
    if (i < 2 || i + 20 > line.n || line.p[i] != ' ') return PM_PEEL_NO;
    struct pm_str rest = pm_str_from(line, i + 1);
    bool month = rest.p[0] >= 'A' && rest.p[0] <= 'S' && rest.p[3] == ' ',
         others = rest.p[0] == ' ' || (rest.p[0] == '-' && rest.p[1] == '-');
    if ((!month && !others) || !pm_envelope_dns(pm_str_sub(line, 0, i))) return PM_PEEL_NO;
    struct pm_when w = {0};
    bool stamped = month && pm_when_syslog(rest, &w);
    bool marker = pm_str_starts(rest, PM_STR("-- Logs begin at ")) ||
                  pm_str_starts(rest, PM_STR("-- Journal begins at "));
    size_t blanks = 0;
    while (blanks < rest.n && rest.p[blanks] == ' ') blanks++;
    bool column =
        pm_str_has(pm_str_from(rest, blanks),
                   PM_STR("  ")); // a row of a table whose first cell is short, not a continuation
    if (!stamped && !marker && (blanks < 15 || column)) return PM_PEEL_NO;
    hint->node = pm_str_sub(line, 0, i);
    *key = hint->node;
    *inner = rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_node_logs = {
    .name = "node-logs",
    .title = "oc adm node-logs",
    .example =
        "worker-1.example Jan 02 03:04:05.678901 worker-1 crio[2204]: time=\"2024-01-02 03:04:05.5Z\" level=info msg=\"Pulled image\"",
    .source = "openshift/oc:pkg/cli/admin/node/logs.go",
    .rank = 8,
    .first = "a0",
    .peel = peel,
};
