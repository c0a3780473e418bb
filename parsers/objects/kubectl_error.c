// What `kubectl logs` and dumps of logs print where a container has none, since its image
// is not there.
//
//   Error from server (BadRequest): container "web" in pod "cart-0" is waiting to start: trying and failing to pull image
//   Request log error: container "web" in pod "cart-0" is waiting to start: image can't be pulled          kubectl cluster-info dump, in its frames
// Source: kubernetes/kubernetes:pkg/kubelet/kubelet_pods.go
// (validateContainerLogStatus)@v1.10…v1.34. Other waits (ContainerCreating,
// PodInitializing) give nothing. Neither image nor cause is told: the pod waits, that is
// all.
#include "pm/parser.h"
#include "pm/scan.h"

static const struct {
    const char *words, *reason;
} WAITS[] = {
    {"trying and failing to pull image", "ImagePullBackOff"},
    {"image can't be pulled", "ErrImagePull"},
    {"image is not present", "ErrImageNeverPull"},
    {"ImagePullBackOff", "ImagePullBackOff"},
    {"ErrImagePull", "ErrImagePull"},
};

struct wait {
    struct pm_str container, pod, why;
};

static bool read_wait(struct pm_str text, struct wait *w) {
    ptrdiff_t at = pm_str_find(pm_str_sub(text, 0, 1024), PM_STR("container \""), 0);
    if (at < 0) return false;
    struct pm_scan c = pm_scan_of(pm_str_from(text, (size_t)at + 11));
    if (!pm_scan_until(&c, '"', &w->container) || !pm_scan_lit(&c, " in pod \"") ||
        !pm_scan_until(&c, '"', &w->pod))
        return false;
    if (!pm_scan_lit(&c, " is waiting to start: ")) return false;
    w->why = pm_scan_rest(&c);
    return true;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    struct wait w;
    return read_wait(r->text, &w) ? 60 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct wait w;
    if (!read_wait(r->text, &w)) return PM_PARSE_NO;
    if (!w.why.n) {
        pm_emit_bad(ctx, r, "kubectl-error-cut",
                    "the line ends before it says what the container waits for");
        return PM_PARSE_BAD;
    }
    for (size_t i = 0; i < PM_LEN(WAITS); i++) {
        if (!pm_str_starts(w.why, pm_str_c(WAITS[i].words))) continue;
        struct pm_event e = pm_event_of(r, PM_COMP_OBJECTS, PM_KIND_PULL_BACKOFF);
        e.flags |= PM_EV_SNAPSHOT;
        e.field[PM_F_POD] = w.pod;
        e.field[PM_F_CONTAINER] = w.container;
        e.field[PM_F_REASON] = pm_str_c(WAITS[i].reason);
        pm_emit(ctx, r, &e);
    }
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_kubectl_error = {
    .name = "kubectl-error",
    .title = "kubectl logs of a container that waits for its image",
    .example =
        "Error from server (BadRequest): container \"web\" in pod \"cart-0\" is waiting to start: trying and failing to pull image",
    .source = "kubernetes/kubernetes:pkg/kubelet/kubelet_pods.go@v1.34.0",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
