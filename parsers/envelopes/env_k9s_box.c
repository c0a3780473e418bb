// A describe view copied from k9s: lines in a box, wrapped at its width.
//
//   │   Warning  Failed     3m52s (x4 over 7m10s)  kubelet            Failed to pull image "team/web:0.1": rpc error: code = Unknown desc = Error response from │
//   │  daemon: pull access denied for team/web                                                                                                                 │
// Source: derailed/k9s (tview borders).
#include "parsers/envelopes/env_shared.h"

static const char bar[] = "\xe2\x94\x82";

// "│     └──□ cart-789746c88d-lb5kb": a branch of a tree, and no box's edge.
static bool of_tree(struct pm_str line) {
    struct pm_str rest = pm_str_trim(pm_str_from(line, 3));
    return pm_str_starts(rest, PM_STR("\xe2\x94\x94")) ||
           pm_str_starts(rest, PM_STR("\xe2\x94\x9c"));
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    (void)hint;
    (void)key;
    if (!pm_str_starts(line, PM_STR(bar)) || of_tree(line)) return PM_PEEL_NO;
    struct pm_str rest = pm_str_from(line, 3);
    if (rest.n && rest.p[0] == ' ') rest = pm_str_from(rest, 1);
    while (rest.n && rest.p[rest.n - 1] == ' ') rest.n--;
    if (pm_str_ends(rest, PM_STR(bar))) rest.n -= 3;
    while (rest.n && rest.p[rest.n - 1] == ' ') rest.n--;
    *inner = rest;
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_k9s_box = {
    .name = "k9s-box",
    .title = "k9s screen copy",
    .example =
        "│   Warning  Failed  3m52s  kubelet  Failed to pull image \"team/web:0.1\": manifest unknown   │",
    .source = "derailed/k9s",
    .rank = 6,
    .peel = peel,
};
