// Node objects → node.state.
//
//   {"kind":"Node","metadata":{"name":"node-7"},"status":{"conditions":[{"type":"DiskPressure",…}],"nodeInfo":{"kubeletVersion":"v1.31.2",…},"images":[…]}}
// Source: k8s:staging/src/k8s.io/api/core/v1/types.go. status.images holds the 50 largest
// only: an image that is missing there may be present.
#include "parsers/objects/k8s_object.h"
#include "pm/image.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (!pm_k8s_is(r, "Node")) return 0;
    if (json_is_object(pm_k8s_get(r->json, "status.nodeInfo"))) return 96;
    return json_is_object(json_object_get(r->json, "metadata")) ? 70 : 0;
}

static void detail_addresses(struct pm_detail *d, const json_t *addresses) {
    pm_detail_list(d, "addresses");
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        const json_t *a = json_array_get(addresses, i);
        if (pm_str_ends(pm_k8s_str(a, "type"), PM_STR("IP")))
            pm_detail_str(d, "", pm_k8s_str(a, "address"));
    }
    pm_detail_end(d, ']');
}

static void node_detail_images(struct pm_arena *a, struct pm_detail *d, const json_t *images) {
    pm_detail_list(d, "images");
    for (size_t i = 0; i < json_array_size(images); i++) {
        const json_t *names = json_object_get(json_array_get(images, i), "names");
        for (size_t k = 0; k < json_array_size(names); k++) {
            struct pm_image image;
            const json_t *name = json_array_get(names, k);
            if (json_is_string(name) &&
                pm_image_parse(
                    a, (struct pm_str){json_string_value(name), json_string_length(name)}, &image))
                pm_detail_str(d, "", image.norm);
        }
    }
    pm_detail_end(d, ']');
}

static bool has_pressure(const json_t *conditions) {
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *c = json_array_get(conditions, i);
        if (pm_str_eqc(pm_k8s_str(c, "type"), "DiskPressure"))
            return pm_str_eqc(pm_k8s_str(c, "status"), "True");
    }
    return false;
}

static struct pm_str label_of(const json_t *node, const char *name, const char *old_name) {
    const json_t *labels = pm_k8s_get(node, "metadata.labels"), *v = json_object_get(labels, name);
    if (!v) v = json_object_get(labels, old_name);
    return json_is_string(v) ? (struct pm_str){json_string_value(v), json_string_length(v)}
                             : PM_NONE;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *o = r->json, *conditions = pm_k8s_get(o, "status.conditions");
    struct pm_str name = pm_k8s_str(o, "metadata.name");
    if (!name.n) {
        pm_emit_bad(ctx, r, "node-no-name", "a node without metadata.name");
        return PM_PARSE_BAD;
    }
    struct pm_detail d = pm_detail_new(ctx->a);
    detail_addresses(&d, pm_k8s_get(o, "status.addresses"));
    pm_detail_str(&d, "os", pm_k8s_str(o, "status.nodeInfo.operatingSystem"));
    pm_detail_str(&d, "arch", pm_k8s_str(o, "status.nodeInfo.architecture"));
    pm_detail_str(&d, "kubelet", pm_k8s_str(o, "status.nodeInfo.kubeletVersion"));
    pm_detail_str(&d, "runtime", pm_k8s_str(o, "status.nodeInfo.containerRuntimeVersion"));
    pm_detail_str(
        &d, "region",
        label_of(o, "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"));
    pm_detail_str(
        &d, "zone",
        label_of(o, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"));
    pm_k8s_detail_conditions(&d, conditions);
    node_detail_images(ctx->a, &d, pm_k8s_get(o, "status.images"));
    pm_k8s_detail_when(&d, "created", pm_k8s_when(o, "metadata.creationTimestamp"));
    pm_detail_bool(&d, "pressure", has_pressure(conditions));
    pm_detail_bool(&d, "unschedulable", pm_k8s_true(o, "spec.unschedulable"));

    struct pm_event e = pm_k8s_event(r, PM_KIND_NODE_STATE, o);
    e.field[PM_F_NODE] = name;
    e.field[PM_F_OBJECT] = pm_k8s_named(ctx->a, PM_STR("Node"), name);
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    struct pm_when heartbeat = pm_k8s_conditions_latest(
        conditions); // minutes before the capture at most, where the node lives
    if (heartbeat.kind != PM_WHEN_NONE) e.when = heartbeat;
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_k8s_node = {
    .name = "k8s-node",
    .title = "Nodes, JSON or YAML",
    .example =
        "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"node-7\"},\"status\":{\"conditions\":[{\"type\":\"DiskPressure\",\"status\":"
        "\"True\"}],"
        "\"nodeInfo\":{\"kubeletVersion\":\"v1.31.2\",\"containerRuntimeVersion\":\"containerd://1.7.24\"}}}",
    .source = "k8s:staging/src/k8s.io/api/core/v1/types.go; captured: API server 1.34.9 and 1.20.2",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
