// stern: "POD CONTAINER ", with -A "NAMESPACE POD CONTAINER ".
//
//   cart-6d9f8c7b4-x2x9k web time="2024-01-02T03:04:05Z" level=info msg="listening"
// Only where a header that we know follows, since two words at a line's start are no
// evidence. Source: stern/stern cmd/cmd.go@v1.28 (default template).
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static bool looks_like_pod(struct pm_str s) {
    return pm_envelope_dns(s) && pm_str_chr(s, '-', 0) > 0 && pm_str_chr(s, '.', 0) < 0 &&
           s.p[0] >= 'a';
}

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_scan c = pm_scan_of(line);
    struct pm_str w[3];
    size_t n = 0;
    while (n < 3 && pm_scan_word(&c, &w[n]) && pm_envelope_dns(w[n]) && pm_scan_char(&c, ' ')) {
        n++;
        struct pm_str rest = pm_scan_rest(&c);
        if (n < 2 || rest.n < 5 || rest.p[0] == '-' || !looks_like_pod(w[n - 2]) ||
            !pm_line_head(rest))
            continue;
        if (n == 3) hint->k8s_namespace = w[0];
        hint->pod = w[n - 2];
        hint->container = w[n - 1];
        *key = (struct pm_str){w[0].p, (size_t)(w[n - 1].p + w[n - 1].n - w[0].p)};
        *inner = rest;
        return PM_PEEL_YES;
    }
    return PM_PEEL_NO;
}

const struct pm_envelope pm_envelope_stern = {
    .name = "stern",
    .title = "stern",
    .example =
        "cart-6d9f8c7b4-x2x9k web time=\"2024-01-02T03:04:05Z\" level=info msg=\"listening\"",
    .source = "stern/stern:cmd/cmd.go@v1.28",
    .rank = 60,
    .first = "a",
    .peel = peel,
};
