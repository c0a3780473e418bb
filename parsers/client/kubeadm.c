// kubeadm config images pull, init and join. crictl's output (klog or logrus) is quoted
// after "output: " and holds the error.
//
//     [config/images] Pulled registry.k8s.io/pause:3.9
//     	[ERROR ImagePull]: failed to pull image registry.k8s.io/pause:3.9: output: E0102 03:04:05.678901 … err="…" image="…"
//     failed to pull image "registry.k8s.io/pause:3.9": output: time="…" level=fatal msg="pulling image: …", error: exit status 1
// Source: kubernetes/kubernetes:cmd/kubeadm/app/util/runtime/runtime.go,
// cmd/kubeadm/app/preflight/checks.go.
#include "parsers/client/client.h"

static const struct pm_client_row rows[] = {
    {"[config/images] Pulled ", NULL, PM_KIND_PULL_OK, PM_SAY_IMAGE, 70},
    {"[preflight] Pulling images", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"[ERROR ImagePull]: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 70},
    {"[WARNING ImagePull]: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 70},
    {"failed to pull image ", ": output: ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 65},
    {"^output: ", "from image service failed", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 65},
};
const struct pm_client pm_client_kubeadm = {.rows = rows, .n = PM_LEN(rows)};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_client_bid(&pm_client_kubeadm, r);
}
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_client_line(ctx, r, &pm_client_kubeadm);
}

const struct pm_parser pm_parser_kubeadm = {
    .name = "kubeadm",
    .title = "kubeadm: image pulls and pre-flight checks",
    .example =
        "[ERROR ImagePull]: failed to pull image registry.k8s.io/pause:3.9: output: E0102 03:04:05.678901    2711 remote_image.go:180] \"PullImage from "
        "image service failed\" err=\"failed to pull and unpack image: dial tcp 192.0.2.1:443: i/o timeout\" image=\"registry.k8s.io/pause:3.9\"",
    .source = "kubernetes/kubernetes:cmd/kubeadm/app/util/runtime/runtime.go",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
