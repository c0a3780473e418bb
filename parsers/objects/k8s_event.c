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

// What is read of an event, in both versions of the API.
enum about { KIND, NAME, NAMESPACE, UID, FIELD_PATH, ABOUT_COUNT };
enum {
    REASON,
    TYPE,
    MESSAGE,
    NOTE,
    BARE_NAME,
    API_VERSION,
    EVENT_KIND,
    COUNT,
    FIRST,
    LAST,
    EVENT_TIME,
    REPORTING_COMPONENT,
    REPORTING_CONTROLLER,
    REPORTING_INSTANCE,
    ACTION,
    RELATED,
    OLD_COUNT,
    OLD_FIRST,
    OLD_LAST,
    METADATA,
    METADATA_NAME,
    METADATA_NAMESPACE,
    METADATA_UID,
    METADATA_CREATED,
    SOURCE,
    SOURCE_COMPONENT,
    SOURCE_HOST,
    OLD_SOURCE,
    OLD_SOURCE_COMPONENT,
    OLD_SOURCE_HOST,
    SERIES,
    SERIES_COUNT,
    SERIES_LAST,
    INVOLVED,
    REGARDING = INVOLVED + 1 + ABOUT_COUNT,
    WANTS = REGARDING + 1 + ABOUT_COUNT
};
#define ABOUT(member)                                                                              \
    [member + 1 + KIND] = PM_JSON_WANT("kind", member),                                            \
                  [member + 1 + NAME] = PM_JSON_WANT("name", member),                              \
                  [member + 1 + NAMESPACE] = PM_JSON_WANT("namespace", member),                    \
                  [member + 1 + UID] = PM_JSON_WANT("uid", member),                                \
                  [member + 1 + FIELD_PATH] = PM_JSON_WANT("fieldPath", member)
static const struct pm_json_want wants[WANTS] = {
    [REASON] = PM_JSON_WANT("reason", PM_JSON_TOP),
    [TYPE] = PM_JSON_WANT("type", PM_JSON_TOP),
    [MESSAGE] = PM_JSON_WANT("message", PM_JSON_TOP),
    [NOTE] = PM_JSON_WANT("note", PM_JSON_TOP),
    [BARE_NAME] = PM_JSON_WANT("name", PM_JSON_TOP),
    [API_VERSION] = PM_JSON_WANT("apiVersion", PM_JSON_TOP),
    [EVENT_KIND] = PM_JSON_WANT("kind", PM_JSON_TOP),
    [COUNT] = PM_JSON_WANT("count", PM_JSON_TOP),
    [FIRST] = PM_JSON_WANT("firstTimestamp", PM_JSON_TOP),
    [LAST] = PM_JSON_WANT("lastTimestamp", PM_JSON_TOP),
    [EVENT_TIME] = PM_JSON_WANT("eventTime", PM_JSON_TOP),
    [REPORTING_COMPONENT] = PM_JSON_WANT("reportingComponent", PM_JSON_TOP),
    [REPORTING_CONTROLLER] = PM_JSON_WANT("reportingController", PM_JSON_TOP),
    [REPORTING_INSTANCE] = PM_JSON_WANT("reportingInstance", PM_JSON_TOP),
    [ACTION] = PM_JSON_WANT("action", PM_JSON_TOP),
    [RELATED] = PM_JSON_WANT("related", PM_JSON_TOP),
    [OLD_COUNT] = PM_JSON_WANT("deprecatedCount", PM_JSON_TOP),
    [OLD_FIRST] = PM_JSON_WANT("deprecatedFirstTimestamp", PM_JSON_TOP),
    [OLD_LAST] = PM_JSON_WANT("deprecatedLastTimestamp", PM_JSON_TOP),
    [METADATA] = PM_JSON_WANT("metadata", PM_JSON_TOP),
    [METADATA_NAME] = PM_JSON_WANT("name", METADATA),
    [METADATA_NAMESPACE] = PM_JSON_WANT("namespace", METADATA),
    [METADATA_UID] = PM_JSON_WANT("uid", METADATA),
    [METADATA_CREATED] = PM_JSON_WANT("creationTimestamp", METADATA),
    [SOURCE] = PM_JSON_WANT("source", PM_JSON_TOP),
    [SOURCE_COMPONENT] = PM_JSON_WANT("component", SOURCE),
    [SOURCE_HOST] = PM_JSON_WANT("host", SOURCE),
    [OLD_SOURCE] = PM_JSON_WANT("deprecatedSource", PM_JSON_TOP),
    [OLD_SOURCE_COMPONENT] = PM_JSON_WANT("component", OLD_SOURCE),
    [OLD_SOURCE_HOST] = PM_JSON_WANT("host", OLD_SOURCE),
    [SERIES] = PM_JSON_WANT("series", PM_JSON_TOP),
    [SERIES_COUNT] = PM_JSON_WANT("count", SERIES),
    [SERIES_LAST] = PM_JSON_WANT("lastObservedTime", SERIES),
    [INVOLVED] = PM_JSON_WANT("involvedObject", PM_JSON_TOP),
    ABOUT(INVOLVED),
    [REGARDING] = PM_JSON_WANT("regarding", PM_JSON_TOP),
    ABOUT(REGARDING),
};

// An event as the API prints it, with nothing around it: it says its reason, and of what.
static bool sure(const struct pm_json_field *f) {
    return f[REASON].text.n && !f[BARE_NAME].type && f[METADATA].type == PM_JSON_OBJECT &&
           (f[INVOLVED].type == PM_JSON_OBJECT || f[REGARDING].type == PM_JSON_OBJECT) &&
           !pm_str_starts(f[API_VERSION].text, PM_STR("audit.k8s.io"));
}

static const struct pm_json_fields fields = {wants, WANTS, sure};

// Of several members the first that says anything; the list ends with WANTS.
static struct pm_str first_of(const struct pm_json_field *f, const int *places) {
    struct pm_str s = PM_NONE;
    for (; *places != WANTS && !s.n; places++) s = f[*places].text;
    return s;
}

static struct pm_when first_when(const struct pm_json_field *f, const int *places) {
    struct pm_when w = {PM_WHEN_NONE, 0, 0, 0};
    for (; *places != WANTS && w.kind == PM_WHEN_NONE; places++) w = pm_k8s_stamp(f[*places].text);
    return w;
}

#define PLACES(...) ((const int[]){__VA_ARGS__, WANTS})

static void read_times(const struct pm_json_field *f, struct pm_happening *h) {
    h->first = first_when(f, PLACES(FIRST, OLD_FIRST, EVENT_TIME, METADATA_CREATED));
    h->last = first_when(f, PLACES(SERIES_LAST, LAST, OLD_LAST));
    if (h->last.kind == PM_WHEN_NONE) h->last = h->first;
    int64_t count = pm_json_field_int(&f[SERIES_COUNT], 0);
    if (count < 1) count = pm_json_field_int(&f[COUNT], 0);
    if (count < 1) count = pm_json_field_int(&f[OLD_COUNT], 0);
    if (count < 1) count = 1;
    h->count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static void read_source(const struct pm_json_field *f, struct pm_happening *h) {
    h->component = first_of(f, PLACES(SOURCE_COMPONENT, OLD_SOURCE_COMPONENT, REPORTING_COMPONENT,
                                      REPORTING_CONTROLLER));
    h->host = first_of(f, PLACES(SOURCE_HOST, OLD_SOURCE_HOST));
    h->host_is_node = h->host.n > 0;
    if (!h->host.n) h->host = f[REPORTING_INSTANCE].text;
}

static void read_about(const struct pm_json_field *f, struct pm_happening *h) {
    const struct pm_json_field *about = &f[(f[INVOLVED].type ? INVOLVED : REGARDING) + 1];
    h->object_kind = about[KIND].text;
    h->name = about[NAME].text;
    h->k8s_namespace = about[NAMESPACE].text.n ? about[NAMESPACE].text : f[METADATA_NAMESPACE].text;
    h->object_uid = about[UID].text;
    h->field_path = about[FIELD_PATH].text;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_json_field own[WANTS];
    const struct pm_json_field *f = r->fields;
    if (!f) {
        pm_json_fields_of(payload_of(r), &fields, own);
        f = own;
    }
    struct pm_happening h = {.reason = first_of(f, PLACES(REASON, BARE_NAME)),
                             .type = f[TYPE].text,
                             .uid = first_of(f, PLACES(METADATA_UID, METADATA_NAME))};
    if (!h.reason.n) {
        pm_emit_bad(ctx, r, "event-no-reason", "a Kubernetes event without a reason");
        return PM_PARSE_BAD;
    }
    read_about(f, &h);
    if (pm_happening_is_silent(&h)) return PM_PARSE_OK; // most: Created, Started, Unhealthy …
    read_times(f, &h);
    read_source(f, &h);
    pm_happening_set_message(&h, first_of(f, PLACES(MESSAGE, NOTE)));
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
    .fields = &fields,
    .bid = bid,
    .parse = parse,
};
