// Kubernetes Event objects: core/v1, events.k8s.io/v1 (and v1beta1), lines of event
// exporters, Cloud Logging entries of events, watch wrappers.
//
//   {"kind":"Event","apiVersion":"v1","metadata":{"name":"cart-0.17a6","namespace":"shop","uid":"5b0e"},
//    "involvedObject":{"kind":"Pod","namespace":"shop","name":"cart-0","fieldPath":"spec.containers{web}"},
//    "reason":"BackOff","message":"Back-off pulling image \"shop/cart:1.4\"","source":{"component":"kubelet","host":"node-7"},"count":5,…}
//   {"kind":"Event","apiVersion":"events.k8s.io/v1","eventTime":"2024-01-02T03:04:06.000123Z","regarding":{…},"note":"…","series":{"count":3,…},…}
//   {"jsonPayload":{"kind":"Event","involvedObject":{…},…},"logName":"projects/p/logs/events",…}
//   {"count":3,"firstTimestamp":"…","lastTimestamp":"…","message":"Failed to pull image …","name":"Failed","type":"Warning"}
// The last is of a cloud's container instances: the reason is called name. Source:
// k8s:staging/src/k8s.io/api/{core,events}/v1/types.go,
// resmoio/kubernetes-event-exporter:pkg/kube/event.go. Audit records are also
// "kind":"Event" (audit.k8s.io): no events of ours, k8s_other takes them.
#include "parsers/objects/k8s_happening.h"
#include "parsers/objects/k8s_object.h"

static const json_t *payload_of(const struct pm_record *r) {
    static const char *const WRAPS[] = {"jsonPayload", "object", "event", "kubernetes.event"};
    for (size_t i = 0; i < PM_LEN(WRAPS); i++) {
        const json_t *inner = pm_k8s_get(r->json, WRAPS[i]);
        if (json_is_object(json_object_get(inner, "involvedObject")) ||
            (json_is_object(json_object_get(inner, "regarding")) && json_object_get(inner, "note")))
            return inner;
    }
    return r->json;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    const json_t *o = payload_of(r);
    if (pm_str_starts(pm_k8s_str(o, "apiVersion"), PM_STR("audit.k8s.io"))) return 0;
    if (json_is_object(json_object_get(o, "involvedObject")) && json_object_get(o, "reason"))
        return 97;
    if (json_is_object(json_object_get(o, "regarding")) &&
        (json_object_get(o, "note") || json_object_get(o, "reason")))
        return 97;
    if (json_object_get(o, "firstTimestamp") && json_object_get(o, "lastTimestamp") &&
        json_is_string(json_object_get(o, "message")))
        return 80;
    return pm_k8s_is(r, "Event") && json_is_object(json_object_get(o, "metadata")) ? 60 : 0;
}

static struct pm_str first_of(const json_t *o, const char *const *paths) {
    struct pm_str s = PM_NONE;
    for (; *paths && !s.n; paths++) s = pm_k8s_str(o, *paths);
    return s;
}

static struct pm_when first_when(const json_t *o, const char *const *paths) {
    struct pm_when w = {PM_WHEN_NONE, 0, 0, 0};
    for (; *paths && w.kind == PM_WHEN_NONE; paths++) w = pm_k8s_when(o, *paths);
    return w;
}

#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void read_times(const json_t *o, struct pm_happening *h) {
    h->first = first_when(o, PATHS("firstTimestamp", "deprecatedFirstTimestamp", "eventTime",
                                   "metadata.creationTimestamp"));
    h->last =
        first_when(o, PATHS("series.lastObservedTime", "lastTimestamp", "deprecatedLastTimestamp"));
    if (h->last.kind == PM_WHEN_NONE) h->last = h->first;
    int64_t count = pm_k8s_int(o, "series.count", 0);
    if (count < 1) count = pm_k8s_int(o, "count", 0);
    if (count < 1) count = pm_k8s_int(o, "deprecatedCount", 0);
    if (count < 1) count = 1;
    h->count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static void read_source(const json_t *o, struct pm_happening *h) {
    h->component = first_of(o, PATHS("source.component", "deprecatedSource.component",
                                     "reportingComponent", "reportingController"));
    h->host = first_of(o, PATHS("source.host", "deprecatedSource.host"));
    h->host_is_node = h->host.n > 0;
    if (!h->host.n) h->host = pm_k8s_str(o, "reportingInstance");
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *o = payload_of(r);
    const json_t *about = json_object_get(o, "involvedObject");
    if (!about) about = json_object_get(o, "regarding");
    struct pm_happening h = {.reason = pm_k8s_str(o, "reason"),
                             .type = pm_k8s_str(o, "type"),
                             .uid = pm_k8s_str(o, "metadata.uid")};
    if (!h.reason.n) h.reason = pm_k8s_str(o, "name");
    h.object_kind = pm_k8s_str(about, "kind");
    h.name = pm_k8s_str(about, "name");
    h.k8s_namespace = pm_k8s_str(about, "namespace");
    if (!h.k8s_namespace.n) h.k8s_namespace = pm_k8s_str(o, "metadata.namespace");
    h.object_uid = pm_k8s_str(about, "uid");
    h.field_path = pm_k8s_str(about, "fieldPath");
    if (!h.uid.n) h.uid = pm_k8s_str(o, "metadata.name");
    read_times(o, &h);
    read_source(o, &h);
    pm_happening_set_message(&h, first_of(o, PATHS("message", "note")));
    if (!h.reason.n) {
        pm_emit_bad(ctx, r, "event-no-reason", "a Kubernetes event without a reason");
        return PM_PARSE_BAD;
    }
    return pm_happening_emit(ctx, r, &h);
}

const struct pm_parser pm_parser_k8s_event = {
    .name = "k8s-event",
    .title =
        "Kubernetes events, JSON or YAML (core/v1, events.k8s.io, event exporters, Cloud Logging)",
    .example =
        "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"cart-0.17a6\",\"namespace\":\"shop\",\"uid\":\"5b0e\"},\"involvedObject\":{"
        "\"kind\":\"Pod\",\"namespace\":\"shop\","
        "\"name\":\"cart-0\",\"fieldPath\":\"spec.containers{web}\"},\"reason\":\"Failed\",\"message\":\"Failed to pull image \\\"shop/cart:1.4\\\": "
        "pull QPS exceeded\","
        "\"source\":{\"component\":\"kubelet\",\"host\":\"node-7\"},\"firstTimestamp\":\"2024-01-02T03:04:05Z\",\"lastTimestamp\":\"2024-01-02T03:09:"
        "41Z\",\"count\":5,\"type\":\"Warning\"}",
    .source =
        "k8s:staging/src/k8s.io/api/core/v1/types.go; captured: kubectl 1.32.3, API server 1.34.9 and 1.20.2",
    .component = PM_COMP_EVENTS,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
