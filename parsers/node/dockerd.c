// Docker Engine log (dockerd, logrus): pulls, retries, start and stop.
//
//     … level=info msg="Attempting next endpoint for pull after error: ERR"           also printed where no endpoint is left
//     … level=error msg="Not continuing with pull after error: ERR"                   (≥25: error="ERR")
//     … level=error msg="Handler for POST /v1.43/images/create returned error: ERR"   (≥29: error-response="ERR" request-url="…fromImage=…")
//     … level=info msg="Download failed, retrying (2/5): ERR"
//     … level=info msg="image pulled" digest="sha256:…" remote="docker.io/…"          containerd image store only: the classic store logs no success
// Source: moby/moby:distribution/{pull,errors}.go, distribution/xfer/download.go,
// api/server, daemon/containerd@v17.03…v29; captured: dockerd 20.10.24, 26.1.5, 28.5.2.
// One failed pull gives two lines and none names the image but inside URLs. MESSAGE tells
// them apart: "next endpoint", "not continuing", "handler", "download failed". "Error
// persisting manifest … failed size validation" stands in good pulls: no event. Pushes
// give none either.
#include "parsers/node/logrus.h"
#include "parsers/lift/lift.h"

// The text behind "…: " in the message, or the error= field of newer versions.
static struct pm_str error_of(const struct pm_logrus_line *l, const char *words) {
    struct pm_str rest = after(l->v->msg, words);
    if (starts(rest, ":")) rest = pm_str_trim(pm_str_from(rest, 1));
    return rest.n ? rest : l->v->error;
}

static void emit(const struct pm_logrus_line *l, enum pm_kind kind, const char *message,
                 struct pm_str error) {
    struct pm_event e = pm_logrus_event(l, kind, message);
    if (!error.n && kind == PM_KIND_OTHER) return;
    pm_logrus_emit_error(l, &e, error);
}

static void on_next_endpoint(const struct pm_logrus_line *l) {
    emit(l, PM_KIND_PULL_FAIL, pm_telling_words[PM_TELLING_NEXT_ENDPOINT],
         error_of(l, "after error"));
}
static void on_not_continuing(const struct pm_logrus_line *l) {
    emit(l, PM_KIND_PULL_FAIL, "not continuing", error_of(l, "after error"));
}
static void on_download_failed(const struct pm_logrus_line *l) {
    emit(l, PM_KIND_PULL_FAIL, "download failed",
         error_of(l, has(l->v->msg, " attempts") ? " attempts" : "Download failed"));
}
static void on_session_cancelled(const struct pm_logrus_line *l) {
    emit(l, PM_KIND_PULL_FAIL, "session cancelled", l->v->msg);
}
// Two lines of one task: why its image could not be pulled, and that it was given up for
// want of it.
static void on_swarm(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_PULL_FAIL, "swarm");
    e.field[PM_F_JOIN] = pm_pairs_get(&l->v->pairs, "task.id");
    pm_logrus_emit_error(l, &e, l->v->error);
}

// "retrying (1/5): ERR", before 20.10 "retrying: ERR": the attempt goes on.
static void on_download_retry(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_OTHER, "download retry");
    struct pm_str rest = after(l->v->msg, "retrying");
    if (starts(rest, " (")) rest = after(rest, ")");
    if (starts(rest, ": ")) rest = pm_str_from(rest, 2);
    e.stage = PM_STAGE_BLOB;
    pm_logrus_emit_error(l, &e, rest);
}

static void on_side_error(const struct pm_logrus_line *l) {
    emit(l, PM_KIND_OTHER, "endpoint error", error_of(l, "registry"));
}
static void on_layer_verification(const struct pm_logrus_line *l) {
    emit(l, PM_KIND_OTHER, "layer verification", l->v->msg);
}

// ?fromImage=REPO&tag=TAG of the API call: the one place where the engine names the
// image.
static struct pm_str image_of_query(const struct pm_logrus_line *l, struct pm_str text) {
    struct pm_event e = {.field[PM_F_ERROR] = text};
    if (has(text, "fromImage=")) pm_lift_error(l->ctx->a, &e);
    return e.field[PM_F_IMAGE];
}

// error="No such image: acme/web:1"
static void on_swarm_fatal(const struct pm_logrus_line *l) {
    if (starts(l->v->error, "No such image: ") || pm_lift_refusal(l->v->error)) on_swarm(l);
}

// cri-dockerd, as dockershim before it: Stop pulling image X: Status: Downloaded newer
// image for X
static void on_cri_stop(const struct pm_logrus_line *l) {
    bool fresh = has(l->v->msg, "Downloaded newer image");
    if (!fresh && !has(l->v->msg, "Image is up to date")) return;
    struct pm_event e =
        pm_logrus_event(l, fresh ? PM_KIND_PULL_OK : PM_KIND_PULL_CACHED, "stop pulling");
    e.field[PM_F_IMAGE] = pm_lift_image_at(l->ctx->a, after(l->v->msg, "pulling image "), true);
    pm_emit(l->ctx, l->r, &e);
}

static void on_cri_no_progress(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_OTHER, "no progress");
    e.stage = PM_STAGE_BLOB;
    pm_logrus_emit_error(l, &e, l->v->msg);
}

static struct pm_str request_url(const struct pm_logrus_line *l) {
    return pm_pairs_get(&l->v->pairs, "request-url");
}

// Handler for POST /v1.43/images/create returned error: ERR. Only images/create is a
// pull; /auth, /build, /containers/… and /push are not.
static void on_handler(const struct pm_logrus_line *l) {
    struct pm_str url = request_url(l), error = error_of(l, "returned error"),
                  response = pm_pairs_get(&l->v->pairs, "error-response");
    if (!has(l->v->msg, "/images/create") && !has(url, "/images/create")) return;
    struct pm_event e = pm_logrus_event(l, PM_KIND_PULL_FAIL, pm_telling_words[PM_TELLING_HANDLER]);
    e.field[PM_F_IMAGE] = image_of_query(l, url);
    pm_logrus_emit_error(l, &e, response.n ? response : error);
}

static void dockerd_on_pulled(const struct pm_logrus_line *l) {
    struct pm_event e = pm_logrus_event(l, PM_KIND_PULL_OK, "image pulled");
    e.field[PM_F_IMAGE] = pm_pairs_get(&l->v->pairs, "remote");
    pm_emit(l->ctx, l->r, &e);
}

// Debug level: "Calling POST /v1.43/images/create?fromImage=nginx&tag=1.25", newer
// "handling POST request" request-url="…"
static void on_request(const struct pm_logrus_line *l) {
    struct pm_str text = request_url(l).n ? request_url(l) : l->v->msg;
    if (!has(text, "/images/create?")) return;
    struct pm_event e = pm_logrus_event(l, PM_KIND_PULL_START, "api");
    e.field[PM_F_IMAGE] = image_of_query(l, text);
    if (e.field[PM_F_IMAGE].n) pm_emit(l->ctx, l->r, &e);
}

static const struct pm_logrus_row dockerd_rows[] = {
    {"Attempting next endpoint for pull after error", NULL, on_next_endpoint},
    {"Not continuing with pull after error", NULL, on_not_continuing},
    {"Handler for ", "returned error", on_handler},
    {"Download failed, retrying", NULL, on_download_retry},
    {"Download failed", NULL, on_download_failed},
    {"Pull session cancelled", NULL, on_session_cancelled},
    {"pulling image failed", NULL, on_swarm},
    {"fatal task error", NULL, on_swarm_fatal},
    {"Stop pulling image ", "tatus: ", on_cri_stop},
    {"Cancel pulling image ", NULL, on_cri_no_progress},
    {"Error trying v2 registry", NULL, on_side_error},
    {"Error getting v2 registry", NULL, on_side_error},
    {"Ignoring extra error returned from registry", NULL, on_side_error},
    {"filesystem layer verification failed", NULL, on_layer_verification},
    {"image pulled", NULL, dockerd_on_pulled},
    {"Calling POST ", "/images/create", on_request},
    {"handling POST request", NULL, on_request},
    {"Error persisting manifest", NULL, NULL},
    {"Upload failed", NULL, NULL},
    {"Daemon has completed initialization", NULL, pm_logrus_runtime_started},
    {"Processing signal 'terminated'", NULL, pm_logrus_runtime_stopped},
    {"Processing signal 'interrupt'", NULL, pm_logrus_runtime_stopped},
    {"Starting up", NULL, NULL}, // completed initialization is the start that counts
    {"Loading containers", NULL, NULL},
    {"API listen on ", NULL, NULL},
    {"ignoring event", NULL, NULL},
    {"[graphdriver]", NULL, NULL},
    {"Docker daemon", NULL, NULL},
    {"pulling blob ", NULL, NULL},
};

static bool crictl_words(struct pm_str msg) {
    return starts(msg, "pulling image failed:");
} // swarm says it without the colon, the error apart

bool pm_dockerd_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                     const struct pm_logrus *v) {
    struct pm_logrus_line l = {ctx, r, v, PM_COMP_DOCKERD};
    const struct pm_logrus_row *row =
        crictl_words(v->msg) ? NULL : pm_logrus_row_of(dockerd_rows, PM_LEN(dockerd_rows), v->msg);
    if (row && row->take) row->take(&l);
    return row != NULL;
}

static bool dockerd_ours(const struct pm_record *r) {
    if (has(r->hint.ident, "registry") || has(r->hint.ident, "docker-proxy")) return false;
    return has(r->hint.ident, "docker") || has(r->hint.unit, "docker") ||
           has(r->section, "Docker") ||
           (!r->hint.ident.n && (has(r->path, "dockerd") || has(r->path, "docker.log")));
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str msg;
    (void)state;
    if (!pm_logrus_peek(r, &msg)) return 0;
    for (size_t i = 0; i < PM_LEN(dockerd_rows); i++)
        if (starts(msg, dockerd_rows[i].head)) return 90;
    return dockerd_ours(r) ? 75 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_logrus v = {0};
    if (!pm_logrus_read(ctx->a, r, &v)) return PM_PARSE_NO;
    if (crictl_words(v.msg)) return PM_PARSE_NO;
    struct pm_logrus_line l = {ctx, r, &v, PM_COMP_DOCKERD};
    bool known = pm_logrus_row_of(dockerd_rows, PM_LEN(dockerd_rows), v.msg);
    if (!known && !dockerd_ours(r)) return PM_PARSE_NO;
    if (!known && pm_containerd_line(ctx, r, &v))
        return PM_PARSE_OK; // the engine's embedded containerd
    return pm_logrus_take(&l, dockerd_rows, PM_LEN(dockerd_rows));
}

const struct pm_parser pm_parser_dockerd = {
    .name = "dockerd",
    .title = "Docker Engine log",
    .example =
        "time=\"2024-01-02T03:04:05.678901234Z\" level=error msg=\"Not continuing with pull after error: manifest unknown: manifest unknown\"",
    .source =
        "moby/moby:distribution, api/server, daemon/containerd@v17.03…v29; captured: dockerd 20.10.24, 26.1.5, 28.5.2",
    .component = PM_COMP_DOCKERD,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .flags = PM_PARSER_SPARSE | PM_PARSER_ALONE,
    .bid = bid,
    .parse = parse,
};
