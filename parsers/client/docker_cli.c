// docker pull, run, build and compose as a terminal or CI job shows them.
//
//     1.4: Pulling from shop/cart                                     (path only: the registry is not printed)
//     Unable to find image 'shop/cart:1.4' locally
//     Status: Downloaded newer image for shop/cart:1.4
//     Error response from daemon: pull access denied for shop/cart, repository does not exist or may require 'docker login': denied: …
//     docker: Error response from daemon: toomanyrequests: …
//     ERROR: for web  Get "https://r.test/v2/": …                     (compose v1)
//      ✘ web Error toomanyrequests: Rate exceeded        1.2s          (compose v2; " web Error …" without a terminal; " Image r.test/web:1 Pulled" later)
//     max depth exceeded                                               (whatever failed, bare, behind the rows of layers)
// Source: docker/cli, docker/compose, moby/moby:distribution/errors.go. Progress lines
// (Pulling fs layer, Downloading, Pull complete) are known and give nothing.
#include "base/json_get.h"
#include "parsers/client/client.h"

enum {
    ENGINE_BID = 38,  // the engine's words, whoever repeats them
    SESSION_BID = 15, // any words, behind the rows of a pull
};

static const struct pm_client_row rows[] = {
    {"Unable to read Docker image into resource: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REST,
     70}, // Terraform's provider
    {"com.github.dockerjava.api.exception.", ": Status ", PM_KIND_PULL_FAIL, PM_SAY_ERROR,
     60}, // Jenkins, Testcontainers
    {"Pulling docker image: ", ". Please be patient", PM_KIND_PULL_START, PM_SAY_IMAGE,
     70}, // Testcontainers
    {"Failed to pull image: ", "check output of `docker pull ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     70},
    {"Status: Downloaded newer image for ", NULL, PM_KIND_PULL_OK, PM_SAY_IMAGE, 70},
    {"Status: Image is up to date for ", NULL, PM_KIND_PULL_CACHED, PM_SAY_IMAGE, 70},
    {"Unable to find image ", " locally", PM_KIND_PULL_START, PM_SAY_IMAGE, 70},
    {"Cannot connect to the Docker daemon at ", NULL, PM_KIND_RUNTIME_DOWN, PM_SAY_DOWN,
     ENGINE_BID},
    {"error during connect: ", NULL, PM_KIND_RUNTIME_DOWN, PM_SAY_DOWN, ENGINE_BID},
    {"Error response from daemon: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_ENGINE, ENGINE_BID},
    {"^Error pulling image (", ") from ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     70}, // before 1.10, and before it the layer's own row
    {": Error pulling image (", ") from ", PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^re-exec error: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 60}, // on Windows
    {"Error: image ", " not found", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     40}, // before 1.7; Swarm puts its node before it
    {"^docker: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_ENGINE, ENGINE_BID},
    {"^ERROR: for ", "  ", PM_KIND_PULL_FAIL, PM_SAY_ERROR, ENGINE_BID},
    {"^Using default tag: ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {": Pulling fs layer", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {": Pull complete", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {": Verifying Checksum", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {": Download complete", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"elapsed: ", " total: ", PM_KIND_OTHER, PM_SAY_NOTHING, 60}, // nerdctl's and ctr's progress
    {": resolving ", "|---", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {": done ", "|+++", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Digest: sha256:", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Sending build context to Docker daemon", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^---> ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Step ", " : FROM ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Step ", " : RUN ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Step ", " : COPY ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
};
const struct pm_client pm_client_docker_cli = {.rows = rows, .n = PM_LEN(rows)};

// "1.4: Pulling from shop/cart"
static bool pulling_from(struct pm_str s, struct pm_str *tag, struct pm_str *repository) {
    struct pm_scan c = pm_scan_of(s);
    pm_scan_blanks(&c);
    return pm_scan_until(&c, ':', tag) && tag->n && tag->n <= 128 && pm_str_chr(*tag, ' ', 0) < 0 &&
           pm_scan_lit(&c, " Pulling from ") && pm_scan_word(&c, repository);
}

// Compose v1: "Pulling web (shop/cart:1.4)..."
static struct pm_str pulling_service(struct pm_arena *a, struct pm_str s) {
    struct pm_scan c = pm_scan_of(s);
    struct pm_str service;
    if (!pm_scan_lit(&c, "Pulling ") || !pm_scan_word(&c, &service) || !pm_scan_lit(&c, " (") ||
        !has(pm_scan_rest(&c), ")..."))
        return PM_NONE;
    return pm_lift_image_at(a, pm_scan_rest(&c), true);
}

// ---- Compose v2's rows: a mark on a terminal, a service's name or, later, "Image" and its reference, a state, an error, the time it took.
// "web Pulled" of a service names no image: what was pulled nobody says, so it is known
// and no pull.

struct compose_row {
    struct pm_str image, state, error;
};

static struct pm_str without_elapsed(struct pm_str s) {
    s = pm_str_trim(s);
    size_t i = s.n;
    if (i < 4 || s.p[i - 1] != 's' || s.p[i - 2] < '0' || s.p[i - 2] > '9') return s;
    for (i--; i > 0 && ((s.p[i - 1] >= '0' && s.p[i - 1] <= '9') || s.p[i - 1] == '.');) i--;
    return pm_str_trim(pm_str_sub(s, 0, i));
}

static bool compose_row(struct pm_str s, struct compose_row *row) {
    static const char *const marks[] = {"✘ ", "✔ ", "! ", "⠿ "}, *const states[] = {
                                                                     "Pulling",     "Pulled",
                                                                     "Error",       "Warning",
                                                                     "Interrupted", "Skipped"};
    struct pm_str name;
    bool blank = starts(s, " "), marked = false, known = false;
    s = pm_str_trim(pm_client_unstamped(s));
    for (size_t i = 0; i < PM_LEN(marks) && !marked; i++)
        if ((marked = starts(s, marks[i]))) s = pm_str_from(s, strlen(marks[i]));
    struct pm_scan c = pm_scan_of(s);
    pm_scan_blanks(&c);
    bool image = pm_scan_lit(&c, "Image ");
    if ((!marked && !image && !blank) || !pm_scan_word(&c, &name) || pm_str_chr(name, '=', 0) >= 0)
        return false;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &row->state)) return false;
    for (size_t i = 0; i < PM_LEN(states); i++) known |= pm_str_eqc(row->state, states[i]);
    row->image = image ? name : PM_NONE;
    row->error = without_elapsed(pm_scan_rest(&c));
    if (pm_str_eqc(row->state, "Error")) return known;
    return known && (!row->error.n || marked || pm_str_eqc(row->state, "Warning")); // prose goes on
}

// What the service was told is its error; a warning is of an image that can be built
// instead.
static void emit_compose(struct pm_parse_ctx *ctx, const struct pm_record *r,
                         const struct compose_row *row) {
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_START);
    bool failed =
        pm_str_eqc(row->state, "Error") && row->error.n && pm_lift_talks_of_pull(row->error);
    if (failed) {
        e.kind = PM_KIND_PULL_FAIL;
        pm_lift_into(ctx->a, &e, pm_client_trim(row->error));
    } else if (!row->image.n) return;
    else if (pm_str_eqc(row->state, "Pulled")) e.kind = PM_KIND_PULL_OK;
    else if (!pm_str_eqc(row->state, "Pulling")) return;
    if (row->image.n) e.field[PM_F_IMAGE] = row->image;
    pm_emit(ctx, r, &e);
}

// ---- "2 errors occurred:" and an item for each: as many pulls (frame_join.c keeps them together)

static bool error_list(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    ptrdiff_t at = pm_str_find(pm_str_sub(r->text, 0, 80), PM_STR(" occurred:\n"), 0);
    bool any = false;
    for (struct pm_str rest = at < 0 ? PM_NONE : after(r->text, "\n"); rest.n;
         rest = after(rest, "\n")) {
        ptrdiff_t end = pm_str_chr(rest, '\n', 0);
        struct pm_str error = after(pm_str_sub(rest, 0, end < 0 ? rest.n : (size_t)end),
                                    "* Error response from daemon: ");
        if (!error.n || !pm_lift_talks_of_pull(error)) continue;
        struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
        pm_lift_into(ctx->a, &e, pm_client_trim(error));
        pm_emit(ctx, r, &e);
        any = true;
    }
    return any;
}

// ---- the last word of a pull, bare: "max depth exceeded"
//
// Behind "1.4: Pulling from shop/cart" stand rows of layers ("6f1e0a9b8c7d: Extracting …"),
// and at the end a digest, or why there is none, in the words of whatever failed.

struct docker_session {
    bool pulling;
    struct pm_str path, tag; // of the API's stream
};

static bool layer_row(struct pm_str s) {
    s = pm_str_trim(pm_client_unstamped(s));
    for (size_t i = 0; i < 12; i++)
        if (i >= s.n || !strchr("0123456789abcdef", s.p[i])) return false;
    return starts(pm_str_from(s, 12), ": ");
}

static bool last_word(struct pm_str s) {
    static const char *const words[] = {"error",    "fail",        "denied",     "not permitted",
                                        "exceeded", "unsupported", "cannot ",    "EOF",
                                        "no such ", "invalid",     "unexpected", "incompatible",
                                        "mismatch", "corrupt",     "timeout",    "not supported"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (ihas(s, words[i])) return true;
    return false;
}

// ---- what the engine's API streams while it pulls (moby/moby:pkg/jsonmessage)

static struct pm_str stream_text(const json_t *o, const char *key) {
    const json_t *detail = json_object_get(o, "errorDetail");
    return json_is_object(detail) ? pm_member_text(detail, key) : PM_NONE;
}

// {"status":"Pulling from acme/web","id":"1.4"}
static struct pm_str stream_path(const json_t *o) {
    return after(pm_member_text(o, "status"), "Pulling from ");
}

static void stream_fails(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str error) {
    struct docker_session *s = ctx->state;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    pm_lift_into(ctx->a, &e, error);
    struct pm_str *image = &e.field[PM_F_IMAGE];
    if (s->path.n && (!image->n || pm_str_eq(*image, s->path)))
        *image = pm_arena_fmt(ctx->a, "%.*s%c%.*s", PM_FMT(s->path),
                              pm_str_chr(s->tag, ':', 0) > 0 ? '@' : ':', PM_FMT(s->tag));
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse_stream(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct docker_session *s = ctx->state;
    struct pm_str error = stream_text(r->json, "message"), path = stream_path(r->json),
                  tag = pm_member_text(r->json, "id");
    if (error.n) {
        if (!pm_lift_talks_of_pull(error)) return PM_PARSE_NO; // a build's, a push's
        stream_fails(ctx, r, error);
        return PM_PARSE_OK;
    }
    if (!path.n || !tag.n) return PM_PARSE_NO;
    s->path = pm_arena_dup(ctx->member, path);
    s->tag = pm_arena_dup(ctx->member, tag);
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_START);
    e.field[PM_F_REPOSITORY] = path;
    e.field[pm_str_chr(tag, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG] = tag;
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

// Failed to pull image "shop/cart:1.4": rpc error: … Error response from daemon: …: the
// kubelet's message says more (plain_text.c).
static bool quoted_by_kubelet(struct pm_str s) {
    return has(s, "Failed to pull image \"") || has(s, "Back-off pulling image \"");
}

static int bid(const struct pm_record *r, const void *state) {
    const struct docker_session *s = state;
    struct pm_str tag, repository;
    struct compose_row row;
    if (r->json && stream_text(r->json, "message").n) return 75;
    if (r->json) return stream_path(r->json).n ? 60 : 0;
    if (compose_row(r->text, &row))
        return row.image.n || !pm_str_eqc(row.state, "Error") ? 70 : ENGINE_BID;
    if (pulling_from(r->text, &tag, &repository) || pulling_service(NULL, r->text).n) return 70;
    int bid = pm_client_bid(&pm_client_docker_cli, r);
    if (!bid && s && s->pulling && !layer_row(r->text)) return SESSION_BID;
    return bid == ENGINE_BID && quoted_by_kubelet(r->text) ? 0 : bid;
}

// The stream between the client and its engine ends so, too, where the engine is stopped: that
// is nobody's word of why (plain_text.c keeps what was said).
static bool stream_ended(struct pm_str s) {
    return pm_str_eqc(s, "unexpected EOF") || pm_str_eqc(s, "EOF");
}

static enum pm_parse take_last_word(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str text = pm_str_trim(pm_client_unstamped(r->text));
    if (!last_word(text) || stream_ended(text) || pm_lift_talks_of_other(text)) return PM_PARSE_NO;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    pm_lift_into(ctx->a, &e, pm_client_trim(text));
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct docker_session *s = ctx->state;
    struct pm_str tag, repository;
    struct compose_row row;
    if (r->json) return parse_stream(ctx, r);
    bool pulling = s->pulling;
    s->pulling = pulling_from(r->text, &tag, &repository) || (pulling && layer_row(r->text));
    if (compose_row(r->text, &row)) {
        emit_compose(ctx, r, &row);
        return PM_PARSE_OK;
    }
    if (error_list(ctx, r)) return PM_PARSE_OK;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_START);
    e.field[PM_F_IMAGE] = pulling_service(ctx->a, r->text);
    if (e.field[PM_F_IMAGE].n) {
        pm_emit(ctx, r, &e);
        return PM_PARSE_OK;
    }
    if (!s->pulling || layer_row(r->text)) {
        enum pm_parse got = pm_client_line(ctx, r, &pm_client_docker_cli);
        return got == PM_PARSE_NO && pulling ? take_last_word(ctx, r) : got;
    }
    e.field[PM_F_REPOSITORY] = repository;
    e.field[pm_str_chr(tag, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG] = tag;
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_docker_cli = {
    .name = "docker-cli",
    .title = "docker and compose on a terminal",
    .example =
        "Error response from daemon: pull access denied for shop/cart, repository does not exist or may require 'docker login'",
    .source = "docker/cli, docker/compose, moby/moby:distribution/errors.go",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .state_bytes = sizeof(struct docker_session),
    .bid = bid,
    .parse = parse,
};
