// Kubernetes objects that say nothing about image pulls (ConfigMaps, Namespaces, Roles,
// custom resources, empty lists, audit records): known, and no event.
//
//   {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"kube-root-ca.crt","namespace":"shop"},"data":{…}}
// Source: k8s:staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go. A fallback: such
// objects must not make a member's format where better known ones stand beside them.
#include "parsers/objects/k8s_object.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return r->shape == PM_SHAPE_JSON && pm_k8s_str(r->json, "apiVersion").n &&
                   pm_k8s_str(r->json, "kind").n
               ? 10
               : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    (void)ctx;
    return bid(r, NULL) ? PM_PARSE_OK : PM_PARSE_NO;
}

const struct pm_parser pm_parser_k8s_other = {
    .name = "k8s-other",
    .title = "Other Kubernetes objects, JSON or YAML",
    .example =
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"kube-root-ca.crt\",\"namespace\":\"shop\"}}",
    .source =
        "k8s:staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go; captured: API server 1.34.9",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_JSON,
    .flags = PM_PARSER_FALLBACK,
    .bid = bid,
    .parse = parse,
};
