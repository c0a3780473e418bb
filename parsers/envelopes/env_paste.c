// What people paste into issues: quotes, bullets, code by four blanks.
//
//   > Jan 02 03:04:05 node-7 kubelet[2711]: E0102 …
//   * Jan 02 03:04:05 node-7 kubelet[2711]: E0102 …      (minikube logs, printed by minikube itself)
//       E0102 03:04:05.678901    2711 pod_workers.go:1301] …
// Only where a header that we know follows. Source: written by us to what trackers show;
// kubernetes/minikube pkg/minikube/out.
#include "parsers/envelopes/env_shared.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    (void)hint;
    (void)key;
    size_t i = 0;
    while (i < line.n && i < 16 &&
           (line.p[i] == ' ' || line.p[i] == '\t' || line.p[i] == '>' || line.p[i] == '*'))
        i++;
    if (i == 0 || i >= line.n || pm_str_starts(line, PM_STR("-- ")) ||
        !pm_line_head(pm_str_from(line, i)))
        return PM_PEEL_NO;
    struct pm_str rest = pm_str_from(line, i);
    if (rest.p[0] == '[' && rest.p[1] == ' ') return PM_PEEL_NO;
    *inner = rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_paste = {
    .name = "paste",
    .title = "pasted text (quotes, bullets, indentation)",
    .example = "> E0102 03:04:05.678901    2711 kubelet.go:1] \"Error syncing pod, skipping\"",
    .source = "written by us",
    .rank = 5,
    .first = " 	>*",
    .peel = peel,
};
