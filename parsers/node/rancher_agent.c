// rke2 and k3s pulling by themselves, before their containerd is up or from a list of
// images: their own words for it, in logrus.
//
//     time="2024-01-02T03:04:05Z" level=info msg="Pulling runtime image index.docker.io/rancher/rke2-runtime:v1.28.11-rke2r1"
//     time="2024-01-02T03:04:25Z" level=fatal msg="failed to get runtime image index.docker.io/rancher/rke2-runtime:v1.28.11-rke2r1: Get \"https://index.docker.io/v2/\": dial tcp: …"
//     time="2024-01-02T03:04:25Z" level=error msg="Failed to pull docker.io/rancher/pause:3.6: rpc error: code = Unknown desc = failed to pull and unpack image …"
// Source: rancher/rke2:pkg/bootstrap/bootstrap.go,
// k3s-io/k3s:pkg/agent/containerd/containerd.go. All else that the two say is logrus of
// anybody (logrus_other.c).
#include "parsers/lift/lift.h"
#include "parsers/node/logrus.h"

static const struct row {
    const char *head; // the image follows
    enum pm_kind kind;
} rows[] = {
    {"Pulling runtime image ", PM_KIND_PULL_START},
    {"failed to get runtime image ", PM_KIND_PULL_FAIL},
    {"Failed to pull runtime image ", PM_KIND_PULL_FAIL},
    {"Failed to pull ", PM_KIND_PULL_FAIL},
};

static const struct row *row_of(struct pm_arena *a, struct pm_str msg, struct pm_str *image) {
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        if (!starts(msg, rows[i].head)) continue;
        struct pm_str rest = after(msg, rows[i].head);
        *image = pm_lift_image_at(a, rest, false);
        bool error = image->n && has(rest, ": ");
        if (image->n && pm_lift_has_tag(*image) && (rows[i].kind == PM_KIND_PULL_START || error))
            return &rows[i];
    }
    return NULL;
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str msg, image;
    (void)state;
    return pm_logrus_peek(r, &msg) && row_of(NULL, msg, &image) ? 60 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_logrus v = {0};
    struct pm_str image;
    if (!pm_logrus_read(ctx->a, r, &v)) return PM_PARSE_NO;
    const struct row *row = row_of(ctx->a, v.msg, &image);
    if (!row) return PM_PARSE_NO;
    struct pm_logrus_line l = {ctx, r, &v, PM_COMP_CLIENT};
    struct pm_event e = pm_logrus_event(&l, row->kind, "rancher agent");
    e.field[PM_F_IMAGE] = image;
    if (row->kind == PM_KIND_PULL_FAIL) pm_logrus_emit_error(&l, &e, v.msg);
    else pm_emit(ctx, r, &e);
    if (!v.cut) return PM_PARSE_OK;
    pm_emit_bad(ctx, r, "line-cut", "the line ends inside a quoted value");
    return PM_PARSE_BAD;
}

const struct pm_parser pm_parser_rancher_agent = {
    .name = "rancher-agent",
    .title = "rke2's and k3s' own pulls",
    .example =
        "time=\"2024-01-02T03:04:05Z\" level=info msg=\"Pulling runtime image index.docker.io/rancher/rke2-runtime:v1.28.11-rke2r1\"",
    .source = "rancher/rke2:pkg/bootstrap/bootstrap.go",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
