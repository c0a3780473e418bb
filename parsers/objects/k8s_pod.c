// Pod objects → pod.state, and the causes that its waiting containers still hold.
//
//   {"kind":"Pod","metadata":{"name":"cart-0","namespace":"shop"},"spec":{"nodeName":"node-7","containers":[{"name":"web","image":"shop/cart:1.4"}]},
//    "status":{"phase":"Pending","containerStatuses":[{"name":"web","state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image
//    \"shop/cart:1.4\": ErrImagePull: …"}}}]}}
// Source: k8s:staging/src/k8s.io/api/core/v1/types.go,
// pkg/kubelet/images/image_manager.go (messages). Events expire after an hour, a waiting
// message does not: since 1.32 the back-off message holds the last cause, so it becomes
// an event of its own. All events are snapshots, of the time of capture; only a pod that
// waits for an image is dated, by the last change of its conditions: since then it waits.
// Older stamps would stretch the window that a report covers to the age of the cluster.
#include "parsers/objects/k8s_happening.h"
#include "parsers/objects/k8s_object.h"
#include "parsers/lift/lift.h"

static const struct {
    const char *statuses, *specs;
    bool init;
} GROUPS[] = {
    {"status.initContainerStatuses", "spec.initContainers", true},
    {"status.containerStatuses", "spec.containers", false},
    {"status.ephemeralContainerStatuses", "spec.ephemeralContainers", false},
};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (!pm_k8s_is(r, "Pod")) return 0;
    if (json_is_array(pm_k8s_get(r->json, "spec.containers"))) return 96;
    return json_is_object(json_object_get(r->json, "status")) &&
                   json_is_object(json_object_get(r->json, "metadata"))
               ? 70
               : 0;
}

// Status and spec are matched pairwise: beyond this a pod is no pod, and would take
// minutes.
#define CONTAINERS_MAX 256
static size_t some(const json_t *list) {
    return json_array_size(list) < CONTAINERS_MAX ? json_array_size(list) : CONTAINERS_MAX;
}

static const json_t *named(const json_t *list, struct pm_str name) {
    for (size_t i = 0; i < some(list); i++)
        if (pm_str_eq(pm_k8s_str(json_array_get(list, i), "name"), name))
            return json_array_get(list, i);
    return NULL;
}

static struct pm_when since(const json_t *pod) {
    struct pm_when w = pm_k8s_conditions_latest(pm_k8s_get(pod, "status.conditions"));
    w = pm_k8s_later(w, pm_k8s_when(pod, "status.startTime"));
    return w.kind == PM_WHEN_NONE ? pm_k8s_when(pod, "metadata.creationTimestamp") : w;
}

// The image as the spec writes it: the status of a pulled container shows the runtime's
// name for it.
static struct pm_str image_of(const json_t *pod, const char *specs, const json_t *status) {
    struct pm_str image =
        pm_k8s_str(named(pm_k8s_get(pod, specs), pm_k8s_str(status, "name")), "image");
    return image.n ? image : pm_k8s_str(status, "image");
}

static void detail_waiting(struct pm_detail *d, const json_t *pod) {
    pm_detail_list(d, "waiting");
    for (size_t g = 0; g < PM_LEN(GROUPS); g++) {
        const json_t *statuses = pm_k8s_get(pod, GROUPS[g].statuses);
        for (size_t i = 0; i < some(statuses); i++) {
            const json_t *s = json_array_get(statuses, i),
                         *waiting = pm_k8s_get(s, "state.waiting");
            if (!waiting) continue;
            pm_detail_obj(d, NULL);
            pm_detail_str(d, "container", pm_k8s_str(s, "name"));
            pm_detail_str(d, "image", image_of(pod, GROUPS[g].specs, s));
            pm_detail_str(d, "reason", pm_k8s_str(waiting, "reason"));
            pm_detail_str(d, "message", pm_k8s_str(waiting, "message"));
            pm_detail_bool(d, "init", GROUPS[g].init);
            pm_detail_end(d, '}');
        }
    }
    pm_detail_end(d, ']');
}

static void pod_detail_containers(struct pm_detail *d, const json_t *pod) {
    pm_detail_list(d, "containers");
    for (size_t g = 0; g < PM_LEN(GROUPS); g++) {
        const json_t *specs = pm_k8s_get(pod, GROUPS[g].specs);
        for (size_t i = 0; i < some(specs); i++) {
            const json_t *c = json_array_get(specs, i),
                         *s = named(pm_k8s_get(pod, GROUPS[g].statuses), pm_k8s_str(c, "name"));
            pm_detail_obj(d, NULL);
            pm_detail_str(d, "name", pm_k8s_str(c, "name"));
            pm_detail_str(d, "image", pm_k8s_str(c, "image"));
            pm_detail_str(d, "policy", pm_k8s_str(c, "imagePullPolicy"));
            if (s) {
                pm_detail_bool(d, "ready", pm_k8s_true(s, "ready"));
                pm_detail_bool(d, "running", pm_k8s_get(s, "state.running") != NULL);
                pm_k8s_detail_when(d, "since", pm_k8s_when(s, "state.running.startedAt"));
            }
            pm_detail_end(d, '}');
        }
    }
    pm_detail_end(d, ']');
}

static bool is_ready(const json_t *pod) {
    const json_t *conditions = pm_k8s_get(pod, "status.conditions");
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *c = json_array_get(conditions, i);
        if (pm_str_eqc(pm_k8s_str(c, "type"), "Ready"))
            return pm_str_eqc(pm_k8s_str(c, "status"), "True");
    }
    return false;
}

static struct pm_str pod_detail_of(struct pm_arena *a, const json_t *pod) {
    struct pm_detail d = pm_detail_new(a);
    const json_t *secrets = pm_k8s_get(pod, "spec.imagePullSecrets");
    pm_detail_str(&d, "phase", pm_k8s_str(pod, "status.phase"));
    pm_detail_str(&d, "reason", pm_k8s_str(pod, "status.reason"));
    detail_waiting(&d, pod);
    pm_k8s_detail_owner(&d, pod);
    pm_k8s_detail_strings(&d, "labels", pm_k8s_get(pod, "metadata.labels"));
    pm_detail_str(&d, "service_account", pm_k8s_str(pod, "spec.serviceAccountName"));
    pm_detail_list(&d, "pull_secrets");
    for (size_t i = 0; i < json_array_size(secrets); i++)
        pm_detail_str(&d, "", pm_k8s_str(json_array_get(secrets, i), "name"));
    pm_detail_end(&d, ']');
    pod_detail_containers(&d, pod);
    pm_k8s_detail_when(&d, "created", pm_k8s_when(pod, "metadata.creationTimestamp"));
    pm_k8s_detail_when(&d, "started", pm_k8s_when(pod, "status.startTime"));
    pm_detail_str(&d, "host_ip", pm_k8s_str(pod, "status.hostIP"));
    pm_detail_bool(&d, "ready", is_ready(pod));
    pm_detail_bool(&d, "evicted", pm_str_eqc(pm_k8s_str(pod, "status.reason"), "Evicted"));
    return pm_detail_done(&d);
}

static bool pod_waits_for_image(const json_t *pod) {
    for (size_t g = 0; g < PM_LEN(GROUPS); g++) {
        const json_t *statuses = pm_k8s_get(pod, GROUPS[g].statuses);
        for (size_t i = 0; i < some(statuses); i++)
            if (pm_pull_reason(pm_k8s_str(json_array_get(statuses, i), "state.waiting.reason"),
                               NULL))
                return true;
    }
    return false;
}

static struct pm_event pod_event(const struct pm_record *r, enum pm_kind kind) {
    struct pm_event e = pm_k8s_event(r, kind, r->json);
    struct pm_str node = pm_k8s_str(r->json, "spec.nodeName");
    if (node.n) e.field[PM_F_NODE] = node;
    e.field[PM_F_POD] = pm_k8s_str(r->json, "metadata.name");
    e.field[PM_F_POD_UID] = pm_k8s_str(r->json, "metadata.uid");
    if (pod_waits_for_image(r->json)) e.when = since(r->json);
    return e;
}

// What a waiting container tells about the pull itself. ContainerCreating,
// CrashLoopBackOff and the like tell nothing.
static void pod_emit_waiting(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *specs,
                             const json_t *status) {
    const json_t *waiting = pm_k8s_get(status, "state.waiting");
    struct pm_str reason = pm_k8s_str(waiting, "reason"), message = pm_k8s_str(waiting, "message");
    bool vague, backoff = pm_str_eqc(reason, "ImagePullBackOff");
    if (!pm_pull_reason(reason, &vague)) return;
    struct pm_event e = pod_event(r, backoff ? PM_KIND_PULL_BACKOFF : PM_KIND_PULL_FAIL);
    enum pm_kind kind = e.kind;
    e.field[PM_F_CONTAINER] = pm_k8s_str(status, "name");
    e.field[PM_F_IMAGE] = image_of(r->json, specs, status);
    e.field[PM_F_REASON] = reason;
    if (!pm_lift_event_message(ctx->a, reason, message, &e) && message.n)
        pm_lift_into(ctx->a, &e, message);
    e.kind = kind;
    e.field[PM_F_REASON] = reason;
    if (!e.field[PM_F_ERROR].n) {
        e.field[PM_F_ERROR] = vague ? PM_NONE : reason;
        e.field[PM_F_MESSAGE] = PM_STR(PM_MESSAGE_REASON_ONLY);
        e.flags |= PM_EV_ECHO;
    }
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    if (!pm_k8s_str(r->json, "metadata.name").n) {
        pm_emit_bad(ctx, r, "pod-no-name", "a pod without metadata.name");
        return PM_PARSE_BAD;
    }
    struct pm_event e = pod_event(r, PM_KIND_POD_STATE);
    e.field[PM_F_REASON] = pm_k8s_str(r->json, "status.reason");
    e.field[PM_F_MESSAGE] = pm_k8s_str(r->json, "status.message");
    e.field[PM_F_DETAIL] = pod_detail_of(ctx->a, r->json);
    pm_emit(ctx, r, &e);
    for (size_t g = 0; g < PM_LEN(GROUPS); g++) {
        const json_t *statuses = pm_k8s_get(r->json, GROUPS[g].statuses);
        for (size_t i = 0; i < some(statuses); i++)
            pod_emit_waiting(ctx, r, GROUPS[g].specs, json_array_get(statuses, i));
    }
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_k8s_pod = {
    .name = "k8s-pod",
    .title = "Pods, JSON or YAML",
    .example =
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"cart-0\",\"namespace\":\"shop\"},\"spec\":{\"nodeName\":\"node-7\","
        "\"containers\":[{\"name\":\"web\","
        "\"image\":\"shop/cart:1.4\"}]},\"status\":{\"phase\":\"Pending\",\"containerStatuses\":[{\"name\":\"web\",\"image\":\"shop/"
        "cart:1.4\",\"state\":{\"waiting\":"
        "{\"reason\":\"ErrImagePull\",\"message\":\"pull QPS exceeded\"}}}]}}",
    .source = "k8s:staging/src/k8s.io/api/core/v1/types.go; captured: API server 1.34.9 and 1.20.2",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
