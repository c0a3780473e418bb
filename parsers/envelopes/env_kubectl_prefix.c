// `kubectl logs --prefix`.
//
//   [pod/cart-0/web] time="2024-01-02T03:04:05Z" level=info msg="listening"
// Source: kubernetes staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go@v1.28.
#include "parsers/envelopes/env_shared.h"
#include "pm/scan.h"

static enum pm_peel peel(struct pm_arena *a, struct pm_str line, struct pm_str *inner,
                         struct pm_envelope_hint *hint, struct pm_str *key) {
    (void)a;
    struct pm_scan c = pm_scan_of(line);
    struct pm_str pod, container;
    if (!pm_scan_lit(&c, "[pod/") || !pm_scan_until(&c, '/', &pod) ||
        !pm_scan_until(&c, ']', &container) || !pm_scan_char(&c, ' '))
        return PM_PEEL_NO;
    if (!pm_envelope_dns(pod)) return PM_PEEL_NO;
    hint->pod = pod;
    hint->container = container;
    *key = (struct pm_str){pod.p, (size_t)(container.p + container.n - pod.p)};
    *inner = pm_scan_rest(&c);
    return PM_PEEL_YES;
}

const struct pm_envelope pm_envelope_kubectl_prefix = {
    .name = "kubectl-prefix",
    .title = "kubectl logs --prefix",
    .example = "[pod/cart-0/web] time=\"2024-01-02T03:04:05Z\" level=info msg=\"listening\"",
    .source = "kubernetes/kubernetes:staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go@v1.28",
    .rank = 11,
    .first = "[",
    .peel = peel,
};
