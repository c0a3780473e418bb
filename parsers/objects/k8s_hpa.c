// HorizontalPodAutoscaler objects (autoscaling/v1, v2beta*, v2) → hpa.state.
//
//   {"kind":"HorizontalPodAutoscaler","spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"maxReplicas":8},"status":{"currentReplicas":4,…}}
// Source: k8s:staging/src/k8s.io/api/autoscaling/{v1,v2}/types.go. In v1 the conditions
// are JSON in an annotation.
#include "parsers/objects/k8s_object.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_k8s_is(r, "HorizontalPodAutoscaler") &&
                   json_is_object(json_object_get(r->json, "metadata"))
               ? 95
               : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *o = r->json, *conditions = pm_k8s_get(o, "status.conditions");
    struct pm_str name = pm_k8s_str(o, "metadata.name");
    if (!name.n) {
        pm_emit_bad(ctx, r, "hpa-no-name", "an autoscaler without metadata.name");
        return PM_PARSE_BAD;
    }
    const json_t *noted = json_object_get(pm_k8s_get(o, "metadata.annotations"),
                                          "autoscaling.alpha.kubernetes.io/conditions");
    json_t *parsed = json_is_string(noted)
                         ? json_loadb(json_string_value(noted), json_string_length(noted), 0, NULL)
                         : NULL;
    if (!conditions) conditions = parsed;

    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_obj(&d, "target");
    pm_detail_str(&d, "kind", pm_k8s_str(o, "spec.scaleTargetRef.kind"));
    pm_detail_str(&d, "name", pm_k8s_str(o, "spec.scaleTargetRef.name"));
    pm_detail_end(&d, '}');
    pm_k8s_detail_int(&d, "current", o, "status.currentReplicas");
    pm_k8s_detail_int(&d, "desired", o, "status.desiredReplicas");
    pm_k8s_detail_int(&d, "min", o, "spec.minReplicas");
    pm_k8s_detail_int(&d, "max", o, "spec.maxReplicas");
    pm_k8s_detail_conditions(&d, conditions);
    pm_k8s_detail_when(&d, "scaled", pm_k8s_when(o, "status.lastScaleTime"));

    struct pm_event e = pm_k8s_event(r, PM_KIND_HPA_STATE, o);
    e.field[PM_F_OBJECT] = pm_k8s_named(ctx->a, PM_STR("HorizontalPodAutoscaler"), name);
    e.field[PM_F_WORKLOAD] = pm_k8s_named(ctx->a, pm_k8s_str(o, "spec.scaleTargetRef.kind"),
                                          pm_k8s_str(o, "spec.scaleTargetRef.name"));
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
    json_decref(parsed);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_k8s_hpa = {
    .name = "k8s-hpa",
    .title = "HorizontalPodAutoscalers, JSON or YAML",
    .example =
        "{\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"},\"spec\":{\"scaleTargetRef\":{\"kind\":"
        "\"Deployment\",\"name\":\"web\"},"
        "\"minReplicas\":4,\"maxReplicas\":8},\"status\":{\"currentReplicas\":4,\"desiredReplicas\":8}}",
    .source =
        "k8s:staging/src/k8s.io/api/autoscaling/v2/types.go; captured: API server 1.34.9 and 1.20.2",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
