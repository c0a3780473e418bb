// CRI-O log (logrus): pulls joined by request id.
//
//     time="2024-01-02 03:04:05.123456789Z" level=info msg="Pulling image: quay.test/ops/agent:7" id=0f2d… name=/runtime.v1.ImageService/PullImage       (≤1.31: blank for T)
//     time="2024-01-02T03:04:05.4Z" level=info msg="Trying to access \"quay.test/ops/agent:7\"" id=0f2d… name=…                                             (≥1.32)
//     … level=info msg="Pulled image: quay.test/ops/agent@sha256:…" id=0f2d… name=…
//     … level=debug msg="Error pulling image quay.test/ops/agent:7: initializing source docker://…" id=0f2d…
// Source: cri-o/cri-o:server/image_pull.go@v1.18,v1.24,v1.28,v1.32, internal/log/log.go.
// A failure is logged at debug level only: otherwise a start without an end is all there
// is, and the kubelet knows why. Identical requests in flight share one pull.
#include "parsers/node/logrus.h"
#include "parsers/lift/lift.h"

static struct pm_event event_of(const struct pm_logrus_line *l, enum pm_kind kind,
                                const char *message) {
    struct pm_event e = pm_logrus_event(l, kind, message);
    e.field[PM_F_JOIN] = pm_pairs_get(&l->v->pairs, "id");
    return e;
}

static void crio_emit_image(const struct pm_logrus_line *l, enum pm_kind kind, const char *message,
                            const char *words) {
    struct pm_event e = event_of(l, kind, message);
    e.field[PM_F_IMAGE] = pm_lift_image_at(l->ctx->a, after(l->v->msg, words), true);
    pm_emit(l->ctx, l->r, &e);
}

static void on_pulling(const struct pm_logrus_line *l) {
    crio_emit_image(l, PM_KIND_PULL_START, NULL, "image: ");
}
static void crio_on_pulled(const struct pm_logrus_line *l) {
    crio_emit_image(l, PM_KIND_PULL_OK, NULL, "image: ");
}
// One a mirror or registry asked, in order, and nothing of how it went: only the next one
// of the same pull shows that it went ill (judge/attempts/fold_mirror.c).
static void on_access(const struct pm_logrus_line *l) {
    struct pm_event e = event_of(l, PM_KIND_MIRROR_TRY, pm_telling_words[PM_TELLING_ASKING_HOST]);
    struct pm_str image = pm_lift_image_at(l->ctx->a, after(l->v->msg, "access "), true);
    ptrdiff_t slash = pm_str_chr(image, '/', 0);
    e.field[PM_F_IMAGE] = image;
    if (slash > 0) e.field[PM_F_HOST] = pm_str_sub(image, 0, (size_t)slash);
    pm_emit(l->ctx, l->r, &e);
}

static void emit_error(const struct pm_logrus_line *l, enum pm_kind kind, const char *message,
                       struct pm_str error) {
    struct pm_event e = event_of(l, kind, message);
    pm_logrus_emit_error(l, &e, error);
}

// Error pulling image REF: ERR
static void on_error_pulling(const struct pm_logrus_line *l) {
    struct pm_event e = event_of(l, PM_KIND_PULL_FAIL, "error pulling");
    struct pm_str rest = after(l->v->msg, "image ");
    e.field[PM_F_IMAGE] = pm_lift_image_at(l->ctx->a, rest, true);
    rest = after(rest, ": ");
    pm_logrus_emit_error(l, &e, rest.n ? rest : l->v->error);
}

// "Response error" closes every request: only PullImage's is a pull, and a sandbox whose
// image could not be had.
static void on_response_error(const struct pm_logrus_line *l) {
    struct pm_str error = after(l->v->msg, "Response error: "),
                  name = pm_pairs_get(&l->v->pairs, "name");
    if (has(name, "PullImage") || pm_lift_sandbox_image(error))
        emit_error(l, PM_KIND_PULL_FAIL, "response error", error);
}

static void on_ping(const struct pm_logrus_line
                        *l) { // Ping https://quay.test/v2/ err ERR; "err <nil>" is a good one
    struct pm_str error = after(l->v->msg, " err ");
    if (!error.n || starts(error, "<nil>")) return;
    ptrdiff_t dump = pm_str_find(error, PM_STR(" (&url.Error"), 0);
    emit_error(l, PM_KIND_OTHER, "ping", dump < 0 ? error : pm_str_sub(error, 0, (size_t)dump));
}

// Accessing "quay.test/a:1" failed: ERR: one mirror or search registry gave up, others
// may follow
static void on_access_failed(const struct pm_logrus_line *l) {
    emit_error(l, PM_KIND_OTHER, "access failed", after(l->v->msg, " failed: "));
}

static void crio_on_no_progress(const struct pm_logrus_line *l) {
    emit_error(l, PM_KIND_OTHER, "no progress", l->v->msg);
}

static const struct pm_logrus_row crio_rows[] = {
    {"Pulling image: ", NULL, on_pulling},
    {"Pulled image: ", NULL, crio_on_pulled},
    {"Trying to access ", NULL, on_access},
    {"Error pulling image ", NULL, on_error_pulling},
    {"error pulling image ", NULL, on_error_pulling}, // ≤1.13
    {"error preparing image ", NULL, on_error_pulling},
    {"Response error: ", NULL, on_response_error},
    {"Accessing ", " failed: ", on_access_failed},
    {"Ping http", NULL, on_ping},
    {"Timed out on waiting up to ", "image pull progress", crio_on_no_progress},
    {"Starting CRI-O", NULL, pm_logrus_runtime_started},
    {"Caught SIG", NULL, pm_logrus_runtime_stopped},
    {"Using auth file for namespace", NULL, NULL},
    {"None of the challenges sent by server", NULL, NULL},
    {"Checking image status: ", NULL, NULL},
    {"Image status: ", NULL, NULL},
    {"Running pod sandbox: ", NULL, NULL},
    {"Ran pod sandbox ", NULL, NULL},
};

// What a kubelet asked for: CRI-O puts the call's name and number behind whatever it says
// meanwhile, and nobody else does.
static bool names_call(const struct pm_record *r) { return has(r->text, " name=/runtime.v1"); }

static bool crio_ours(const struct pm_record *r) {
    return has(r->hint.ident, "crio") || has(r->hint.unit, "crio") || has(r->section, "CRI-O") ||
           (!r->hint.ident.n && (has(r->path, "crio") || has(r->path, "cri-o")));
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str msg;
    (void)state;
    if (!pm_logrus_peek(r, &msg)) return 0;
    if (names_call(r)) return 95;
    for (size_t i = 0; i < PM_LEN(crio_rows); i++)
        if (starts(msg, crio_rows[i].head))
            return has(r->text, ".ImageService/") || crio_ours(r)
                       ? 95
                       : 70; // podman says "Trying to access" too
    return crio_ours(r) ? 75 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_logrus v = {0};
    if (!pm_logrus_read(ctx->a, r, &v)) return PM_PARSE_NO;
    struct pm_logrus_line l = {ctx, r, &v, PM_COMP_CRIO};
    if (!pm_logrus_row_of(crio_rows, PM_LEN(crio_rows), v.msg) && !names_call(r) && !crio_ours(r))
        return PM_PARSE_NO;
    return pm_logrus_take(&l, crio_rows, PM_LEN(crio_rows));
}

const struct pm_parser pm_parser_crio = {
    .name = "crio",
    .title = "CRI-O log",
    .example =
        "time=\"2024-01-02 03:04:05.123456789Z\" level=info msg=\"Pulling image: quay.test/ops/agent:7\" id=0f2d6c1e name=/runtime.v1.ImageService/PullImage",
    .source = "cri-o/cri-o:server/image_pull.go@v1.18…v1.32, cmd/crio/main.go",
    .component = PM_COMP_CRIO,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .flags = PM_PARSER_SPARSE | PM_PARSER_ALONE,
    .bid = bid,
    .parse = parse,
};
