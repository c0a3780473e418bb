// containerd log (logrus text or JSON): the CRI image service, hosts and mirrors, start
// and stop.
//
//     … level=info msg="PullImage \"r.test/shop/cart:1.4\""                                            start
//     … level=error msg="PullImage \"r.test/shop/cart:1.4\" failed" error="failed to pull and unpack …" end
//     … level=info msg="PullImage \"r.test/shop/cart:1.4\" returns image reference \"sha256:…\""         end
//     … level=info msg="Pulled image \"…\" with image id \"…\", repo tag \"…\", repo digest \"…\", size \"N\" in 1.2s"
//     … level=info msg="trying next host" error="…" host=mirror.test                                  (2.x: "fetch failed", "… after status: 429 Too Many Requests")
//     … level=error msg="cancel pulling image r.test/a:1 because of no progress in 5m0s"
// Source: containerd/containerd:pkg/cri, internal/cri, core/remotes/docker@v1.4.0…v2.2.0;
// captured: containerd 1.6.20, 1.7.24, 2.1.9. Lines name neither pod nor namespace.
// "(*service).Write failed … failed size validation" stands in good pulls and gives
// nothing. Not handled: snapshotter and task lines; content ingest of other clients
// (buildkit) beyond their errors.
#include "parsers/lift/detail.h"
#include "parsers/node/logrus.h"
#include "parsers/node/kubelet.h"
#include "parsers/lift/lift.h"

static struct pm_str reference(const struct pm_logrus_line *l) {
    return pm_lift_image_at(l->ctx->a, after(l->v->msg, "mage "), true);
}

static void emit_image(const struct pm_logrus_line *l, enum pm_kind kind, const char *message) {
    struct pm_event e = pm_logrus_event(l, kind, message);
    e.field[PM_F_IMAGE] = reference(l);
    pm_emit(l->ctx, l->r, &e);
}

static void on_pull_start(const struct pm_logrus_line *l) {
    emit_image(l, PM_KIND_PULL_START, NULL);
}
static void on_pull_returned(const struct pm_logrus_line *l) {
    emit_image(l, PM_KIND_PULL_OK, pm_telling_words[PM_TELLING_RETURNED]);
}

static void on_pull_failed(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_PULL_FAIL, "PullImage failed");
    e.field[PM_F_IMAGE] = reference(l);
    pm_logrus_emit_error(l, &e, l->v->error);
}

static void on_pulled(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_PULL_OK, "pulled");
    struct pm_str size = pm_str_between(l->v->msg, PM_STR(", size \""), PM_STR("\"")),
                  took = after_last(l->v->msg, "\" in ");
    uint64_t bytes;
    e.field[PM_F_IMAGE] = reference(l);
    if (pm_str_u64(size, &bytes) && bytes <= INT64_MAX) e.bytes = (int64_t)bytes;
    pm_duration(pm_str_trim(took), &e.duration_ns);
    pm_emit(l->ctx, l->r, &e);
}

// REF: "active requests=0, bytes read=N" is printed after failures too: traffic, not an
// outcome. 2.1 prints 0 always.
static void on_stop_pulling(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_OTHER, "stop pulling");
    uint64_t bytes;
    e.field[PM_F_IMAGE] = reference(l);
    if (pm_str_u64(pm_str_trim(after(l->v->msg, "bytes read=")), &bytes) && bytes > 0 &&
        bytes <= INT64_MAX)
        e.bytes = (int64_t)bytes;
    pm_emit(l->ctx, l->r, &e);
}

// The failed line that follows says only "context canceled": this one has the reason.
static void on_no_progress(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_OTHER, "no progress");
    e.field[PM_F_IMAGE] = reference(l);
    e.stage = PM_STAGE_BLOB;
    pm_logrus_emit_error(l, &e, l->v->msg);
}

static void on_next_host(const struct pm_logrus_line *l) {
    struct pm_event e =
        pm_logrus_event(l, PM_KIND_MIRROR_TRY,
                        starts(l->v->msg, "fetch failed") ? "fetch failed" : "trying next host");
    struct pm_str status = after(l->v->msg, "after status: "), error = l->v->error,
                  url = pm_pairs_get(&l->v->pairs, "url");
    if (has(l->v->msg, "http.StatusNotFound")) {
        e.http_status = 404;
        error = PM_STR("404 Not Found");
    } else if (status.n) {
        error = pm_arena_fmt(l->ctx->a, "unexpected status: %.*s", PM_FMT(status));
    }
    e.field[PM_F_HOST] = pm_pairs_get(&l->v->pairs, "host");
    e.field[PM_F_URL] = url;
    e.field[PM_F_METHOD] = pm_pairs_get(&l->v->pairs, "method");
    pm_logrus_emit_error(l, &e, error);
}

// RunPodSandbox for &PodSandboxMetadata{Name:web-0,Uid:…,Namespace:shop,Attempt:0,}
// failed, error
static void on_sandbox(const struct pm_logrus_line *l) {
    if (!pm_lift_sandbox_image(l->v->error)) return;
    struct pm_event e = pm_logrus_event(l, PM_KIND_PULL_FAIL, "sandbox");
    e.flags |= PM_EV_SANDBOX;
    e.field[PM_F_POD] = pm_str_between(l->v->msg, PM_STR("{Name:"), PM_STR(","));
    e.field[PM_F_POD_UID] = pm_str_between(l->v->msg, PM_STR("Uid:"), PM_STR(","));
    e.field[PM_F_NAMESPACE] = pm_str_between(l->v->msg, PM_STR("Namespace:"), PM_STR(","));
    pm_logrus_emit_error(l, &e, l->v->error);
}

// CreateContainer within sandbox "…" for &ContainerMetadata{Name:web,…} failed: an image
// that was pulled long ago is unpacked now, or its pieces are gone.
static void on_create_failed(const struct pm_logrus_line *l) {
    struct pm_str error = l->v->error;
    if (!has(error, "unpacking image") && !has(error, "content digest ") &&
        !has(error, "parent snapshot ") && !has(error, "failed to get image from containerd"))
        return;
    struct pm_event e = pm_logrus_event(l, PM_KIND_OTHER, "create container");
    e.field[PM_F_CONTAINER] = pm_str_between(l->v->msg, PM_STR("{Name:"), PM_STR(","));
    pm_logrus_emit_error(l, &e, error);
}

// ImageCreate event name:"docker.io/acme/web:1" labels:{…}   |   ImageCreate event &ImageCreate{Name:docker.io/acme/web:1,Labels:…}   (≤1.6)
static struct pm_str event_image(struct pm_str msg) {
    struct pm_str name = pm_str_between(msg, PM_STR("name:\""), PM_STR("\""));
    if (!name.n) name = pm_str_between(msg, PM_STR("{Name:"), PM_STR(","));
    return starts(name, "sha256:") || has(name, "@sha256:")
               ? PM_NONE
               : name; // every image also appears by id and by digest
}
static void on_image_event(const struct pm_logrus_line *l) {
    struct pm_str image = event_image(l->v->msg);
    if (!image.n) return;
    bool gone = starts(l->v->msg, "ImageDelete");
    const char *what = starts(l->v->msg, "ImageCreate") ? "image create" : "image update";
    struct pm_event e =
        pm_logrus_event(l, gone ? PM_KIND_GC_OK : PM_KIND_OTHER, gone ? "image delete" : what);
    e.field[PM_F_IMAGE] = image;
    pm_emit(l->ctx, l->r, &e);
}

// Errors of layers that other clients than the kubelet pull (ctr, buildkit, the Docker
// engine); no image is named.
static void on_layer_error(const struct pm_logrus_line *l) {
    if (!l->v->error.n) return;
    struct pm_event e = pm_logrus_event(l, PM_KIND_OTHER, NULL);
    e.field[PM_F_MESSAGE] = l->v->msg;
    pm_logrus_emit_error(l, &e, l->v->error);
}

// Ignoring unknown key in TOML for plugin  key="registry mirrors" plugin=io.containerd.grpc.v1.cri: what stands there is not used.
static void on_unknown_key(const struct pm_logrus_line *l) {
    struct pm_str key = pm_pairs_get(&l->v->pairs, "key");
    if (!pm_str_eqc(key, "registry") && !pm_str_starts(key, PM_STR("registry "))) return;
    struct pm_event e = pm_logrus_event(l, PM_KIND_CONFIG, NULL);
    struct pm_detail d = pm_detail_new(l->ctx->a);
    pm_detail_str(&d, "source", PM_STR("containerd.ignored"));
    pm_detail_obj(&d, "settings");
    pm_detail_str(&d, "key", key);
    pm_detail_end(&d, '}');
    e.field[PM_F_OBJECT] = PM_STR("containerd.ignored");
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(l->ctx, l->r, &e);
}

static const struct pm_logrus_row containerd_rows[] = {
    {"Ignoring unknown key in TOML", NULL, on_unknown_key},
    {"PullImage ", "returns image reference", on_pull_returned},
    {"PullImage ", " failed", on_pull_failed},
    {"PullImage ", NULL, on_pull_start},
    {"Pulled image ", " with image id ", on_pulled},
    {"trying next host", NULL, on_next_host},
    {"fetch failed", NULL, on_next_host},
    {"stop pulling image ", NULL, on_stop_pulling},
    {"cancel pulling image ", "no progress", on_no_progress},
    {"RunPodSandbox for ", "failed, error", on_sandbox},
    {"ImageCreate event ", NULL, on_image_event},
    {"ImageUpdate event ", NULL, on_image_event},
    {"ImageDelete event ", NULL, on_image_event},
    {"apply failure, attempting cleanup", NULL, on_layer_error},
    {"failed to extract layer", NULL, on_layer_error},
    {"starting containerd", NULL, pm_logrus_runtime_started},
    {"containerd successfully booted", NULL, pm_logrus_runtime_started},
    {"Stop CRI service", NULL, pm_logrus_runtime_stopped},
    {"Start cri plugin", NULL, NULL},
    {"loading plugin ", NULL, NULL},
    {"loading plugin", NULL, NULL},
    {"skip loading plugin", NULL, NULL},
    {"RunPodSandbox for ", NULL, NULL},
    {"CreateContainer within sandbox", " failed", on_create_failed},
    {"CreateContainer within sandbox", NULL, NULL},
    {"StartContainer for ", NULL, NULL},
    {"StopPodSandbox for ", NULL, NULL},
    {"connecting to shim", NULL, NULL},
    {"experimental: PullImage", NULL, NULL},
};

// A fatal line ends its program: ctr, nerdctl and crictl end so over a pull that failed,
// containerd never does.
static bool ends_a_client(const struct pm_logrus *v) {
    return pm_str_eqc(v->level, "fatal") || pm_str_eqc(v->level, "FATA");
}

bool pm_containerd_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                        const struct pm_logrus *v) {
    if (ends_a_client(v)) return false;
    struct pm_logrus_line l = {ctx, r, v, PM_COMP_CONTAINERD};
    const struct pm_logrus_row *row =
        pm_logrus_row_of(containerd_rows, PM_LEN(containerd_rows), v->msg);
    if (row && row->take) row->take(&l);
    return row != NULL;
}

static bool ours(const struct pm_record *r) {
    return has(r->hint.ident, "containerd") || has(r->hint.unit, "containerd") ||
           has(r->section, "containerd") || (!r->hint.ident.n && has(r->path, "containerd"));
}

// Evidence: a message of the catalogue (90), logrus under containerd's name (75).
static int bid(const struct pm_record *r, const void *state) {
    struct pm_str msg;
    (void)state;
    if (!pm_logrus_peek(r, &msg)) return 0;
    for (size_t i = 0; i < PM_LEN(containerd_rows); i++)
        if (starts(msg, containerd_rows[i].head)) return 90;
    return ours(r) ? 75 : 0;
}

// Once it won it is asked first: lines of other programs in a mixed journal go back.
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_logrus v = {0};
    if (!pm_logrus_read(ctx->a, r, &v)) return PM_PARSE_NO;
    struct pm_logrus_line l = {ctx, r, &v, PM_COMP_CONTAINERD};
    if (!ours(r) &&
        (ends_a_client(&v) || !pm_logrus_row_of(containerd_rows, PM_LEN(containerd_rows), v.msg)))
        return PM_PARSE_NO;
    return pm_logrus_take(&l, containerd_rows, PM_LEN(containerd_rows));
}

const struct pm_parser pm_parser_containerd = {
    .name = "containerd",
    .title = "containerd log (CRI image service, hosts, start and stop)",
    .example =
        "time=\"2024-01-02T03:04:05.678901234Z\" level=error msg=\"PullImage \\\"acme/web:1\\\" failed\" error=\"failed to pull and unpack image "
        "\\\"docker.io/acme/web:1\\\": not found\"",
    .source =
        "containerd/containerd:pkg/cri, internal/cri, core/remotes/docker@v1.4.0…v2.2.0; captured: containerd 1.6.20, 1.7.24, 2.1.9",
    .component = PM_COMP_CONTAINERD,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .flags = PM_PARSER_SPARSE | PM_PARSER_ALONE,
    .bid = bid,
    .parse = parse,
};
