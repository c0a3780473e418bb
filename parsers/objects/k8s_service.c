// Service, Endpoints and EndpointSlice objects → workload.state: which services the pods
// that could not start stand behind.
//
//   {"kind":"Service","metadata":{"name":"cart","namespace":"shop"},"spec":{"selector":{"app":"cart"}}}
//   {"kind":"Endpoints","metadata":{"name":"cart","namespace":"shop"},"subsets":[{"addresses":[{"targetRef":{"kind":"Pod","name":"cart-0"}}],…}]}
// Source: k8s:staging/src/k8s.io/api/{core,discovery}/v1/types.go. An EndpointSlice is
// told under its service's name, as Endpoints.
#include "parsers/objects/k8s_object.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    static const char *const KINDS[] = {"Service", "Endpoints", "EndpointSlice"};
    for (size_t i = 0; i < PM_LEN(KINDS); i++)
        if (pm_k8s_is(r, KINDS[i]) && json_is_object(json_object_get(r->json, "metadata")))
            return 95;
    return 0;
}

static void detail_pod(struct pm_detail *d, const json_t *target) {
    if (pm_str_eqc(pm_k8s_str(target, "kind"), "Pod"))
        pm_detail_str(d, "", pm_k8s_str(target, "name"));
}

static void detail_pods(struct pm_detail *d, const json_t *o) {
    static const char *const GROUPS[] = {"addresses", "notReadyAddresses"};
    const json_t *subsets = json_object_get(o, "subsets"),
                 *endpoints = json_object_get(o, "endpoints");
    pm_detail_list(d, "pods");
    for (size_t i = 0; i < json_array_size(subsets); i++)
        for (size_t g = 0; g < PM_LEN(GROUPS); g++) {
            const json_t *addresses = json_object_get(json_array_get(subsets, i), GROUPS[g]);
            for (size_t k = 0; k < json_array_size(addresses); k++)
                detail_pod(d, json_object_get(json_array_get(addresses, k), "targetRef"));
        }
    for (size_t i = 0; i < json_array_size(endpoints); i++)
        detail_pod(d, json_object_get(json_array_get(endpoints, i), "targetRef"));
    pm_detail_end(d, ']');
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *o = r->json, *service_name = json_object_get(pm_k8s_get(o, "metadata.labels"),
                                                               "kubernetes.io/service-name");
    bool service = pm_k8s_is(r, "Service");
    struct pm_str name = pm_k8s_str(o, "metadata.name");
    if (pm_k8s_is(r, "EndpointSlice") && json_is_string(service_name))
        name = (struct pm_str){json_string_value(service_name), json_string_length(service_name)};
    if (!name.n) {
        pm_emit_bad(ctx, r, "service-no-name", "a service or its endpoints without metadata.name");
        return PM_PARSE_BAD;
    }
    struct pm_str kind = service ? PM_STR("Service") : PM_STR("Endpoints");
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, "kind", kind);
    if (service) pm_k8s_detail_strings(&d, "selector", pm_k8s_get(o, "spec.selector"));
    if (!service) detail_pods(&d, o);

    struct pm_event e = pm_k8s_event(r, PM_KIND_WORKLOAD_STATE, o);
    e.field[PM_F_OBJECT] = pm_k8s_named(ctx->a, kind, name);
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_k8s_service = {
    .name = "k8s-service",
    .title = "Services, Endpoints, EndpointSlices, JSON or YAML",
    .example =
        "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"cart\",\"namespace\":\"shop\"},\"spec\":{\"selector\":{\"app\":\"cart\"}}}",
    .source = "k8s:staging/src/k8s.io/api/core/v1/types.go; captured: API server 1.34.9",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
