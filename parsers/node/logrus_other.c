// logrus of everybody else: k3s and rke2 themselves, podman, skopeo, crictl, nerdctl,
// BuildKit, old Docker daemons.
//
//     FATA[0003] pulling image: rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/acme/web:1": …
//     time="2024-01-02T03:04:05Z" level=fatal msg="initializing source docker://quay.test/a/b:1: reading manifest 1 in quay.test/a/b: unauthorized: …"
// Source: sirupsen/logrus; kubernetes-sigs/cri-tools:cmd/crictl;
// containers/skopeo:cmd/skopeo. Only lines that talk of a pull or a registry that refused
// give events; what an information or debug line says so is no failed attempt, its error
// is kept.
#include "parsers/lift/lift.h"
#include "parsers/node/logrus.h"

// A clock or a word before the line ("17:28:55  time=…", "STDERR: time=…").
static struct pm_str line_of(const struct pm_record *r) {
    ptrdiff_t at = pm_str_find(pm_str_sub(r->text, 0, 80), PM_STR("time=\""), 0);
    return at > 0 && has(pm_str_sub(r->text, (size_t)at, 96), "level=")
               ? pm_str_from(r->text, (size_t)at)
               : r->text;
}

static bool read(struct pm_arena *a, const struct pm_record *r, struct pm_logrus *v) {
    return r->json ? pm_logrus_read(a, r, v) : pm_logrus_read_text(a, line_of(r), v);
}

static const char *const attempts[] = {
    "pulling image: ", "pulling image failed: ", "unable to pull: ", "pull failed: "};

// Failed pulls that their program tells below the level of errors: watchtower goes on with
// the next container, podman with the next registry.
static bool told_low(struct pm_str msg) {
    return (starts(msg, "Unable to update container ") && has(msg, ": Error response from ")) ||
           starts(msg, "Error pulling candidate ");
}

static struct pm_str without_head(struct pm_str s) {
    for (size_t i = 0; i < PM_LEN(attempts); i++)
        if (starts(s, attempts[i])) return pm_str_from(s, strlen(attempts[i]));
    return s;
}

static void take(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct pm_logrus *v) {
    struct pm_logrus_line l = {ctx, r, v, PM_COMP_CLIENT};
    struct pm_str text = without_head(v->msg),
                  both = v->error.n
                             ? pm_arena_fmt(ctx->a, "%.*s: %.*s", PM_FMT(text), PM_FMT(v->error))
                             : text;
    struct pm_str image = pm_lift_image_at(ctx->a, pm_pairs_get(&v->pairs, "image"),
                                           true); // watchtower, the ECS agent
    bool missing = pm_logrus_is_error(v) &&
                   pm_lift_missing_image(both)
                       .n; // BuildKit: "…/Solve returned error: … r.test/a:1: not found"
    bool attempt = text.p != v->msg.p,
         failed = attempt || pm_logrus_is_error(v) || told_low(v->msg);
    if (!missing && !attempt && !pm_lift_refusal(both)) return;
    enum pm_kind kind = failed ? PM_KIND_PULL_FAIL : PM_KIND_OTHER;
    if (pm_lift_runtime_down(both)) kind = PM_KIND_RUNTIME_DOWN;
    struct pm_event e = pm_logrus_event(&l, kind, "client");
    if (pm_str_chr(image, '/', 0) >= 0 || pm_lift_has_tag(image)) e.field[PM_F_IMAGE] = image;
    pm_logrus_emit_error(&l, &e, both);
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str msg;
    (void)state;
    if (pm_logrus_peek(r, &msg)) return 40;
    return !r->json && line_of(r).p != r->text.p ? 35 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_logrus v = {0};
    if (!read(ctx->a, r, &v)) return PM_PARSE_NO;
    if (pm_containerd_line(ctx, r, &v) || pm_dockerd_line(ctx, r, &v))
        return PM_PARSE_OK; // behind a prefix that no envelope knows
    take(ctx, r, &v);
    if (!v.cut) return PM_PARSE_OK;
    pm_emit_bad(ctx, r, "line-cut", "the line ends inside a quoted value");
    return PM_PARSE_BAD;
}

const struct pm_parser pm_parser_logrus = {
    .name = "logrus",
    .title = "logrus of other programs (k3s, rke2, podman, skopeo, crictl, nerdctl, BuildKit)",
    .example =
        "FATA[0003] pulling image: rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/acme/web:1\": docker.io/acme/web:1: not found",
    .source = "sirupsen/logrus:text_formatter.go, kubernetes-sigs/cri-tools:cmd/crictl",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .flags = PM_PARSER_SPARSE | PM_PARSER_SHARED,
    .bid = bid,
    .parse = parse,
};
