// kubelet log, klog JSON (--logging-format=json). Catalogue: kubelet.c; grammar: klog.c.
//
//     {"ts":1704164645678.9012,"caller":"kuberuntime/kuberuntime_image.go:55","msg":"Failed to pull image","err":"…","image":"r.test/a:1"}
// `pod` is an object {"name","namespace"}; `v` stands on information lines only. Nothing
// tells the kubelet from a scheduler but its source files and its words.
#include "parsers/node/kubelet.h"
#include "parsers/lift/lift.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return r->json && pm_klog_is_json(r->json) ? 90 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_klog k = {0};
    return r->json && pm_klog_read_json(ctx->a, r->json, &k) ? pm_kubelet_line(ctx, r, &k)
                                                             : PM_PARSE_NO;
}

const struct pm_parser pm_parser_kubelet_klog_json = {
    .name = "kubelet-klog-json",
    .title = "kubelet log (klog JSON)",
    .example =
        "{\"ts\":1704164645678.9012,\"caller\":\"kuberuntime/kuberuntime_image.go:55\",\"msg\":\"Failed to pull image\",\"err\":\"pull QPS "
        "exceeded\",\"image\":\"r.test/a:1\"}",
    .source = "kubernetes/kubernetes:staging/src/k8s.io/component-base/logs/json/json.go",
    .component = PM_COMP_KUBELET,
    .shapes = PM_SHAPE_JSON,
    .flags = PM_PARSER_SPARSE,
    .bid = bid,
    .parse = parse,
};
