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
// and at the end a digest, or why there is none, in the words of whatever failed. A pull
// that has all of its layers hardly ends so: a copy that lost the digest goes on with the
// next command's words, or with the container's own. Only where a recorded terminal shows
// that the cursor moves down from the rows first, the engine speaks.

enum {
    LAYERS_MAX = 128, // the engine stacks 127
    ROWS_APART = 16,  // lines from one row to the next: a recorded terminal has blanks between
};
struct docker_session {
    uint64_t line; // its last row; 0: no pull goes on
    bool layered;  // a layer had a row
    size_t awaited_count;
    uint64_t awaited[LAYERS_MAX]; // layers that are not there yet, by what they are called
    struct pm_str path, tag;      // of the API's stream
};

static bool layer_row(struct pm_str s, uint64_t *layer, struct pm_str *state) {
    static const char digits[] = "0123456789abcdef";
    s = pm_str_trim(pm_client_unstamped(s));
    *layer = 0;
    for (size_t i = 0; i < 12; i++) {
        const char *digit = i < s.n && s.p[i] ? strchr(digits, s.p[i]) : NULL;
        if (!digit) return false;
        *layer = *layer << 4 | (uint64_t)(digit - digits);
    }
    *state = after(pm_str_sub(s, 12, s.n - 12), ": ");
    return starts(pm_str_from(s, 12), ": ");
}

static bool is_near(const struct docker_session *s, const struct pm_record *r) {
    return s && s->line && r->line - s->line <= ROWS_APART;
}
// The record stands right behind the rows of a pull.
static bool is_next(const struct docker_session *s, const struct pm_record *r) {
    return s && pm_client_next(s->line, r);
}
static bool moves_down(struct pm_str raw) {
    struct pm_scan c = pm_scan_of(raw);
    uint64_t by;
    return pm_scan_lit(&c, "\x1b[") && pm_scan_uint(&c, 4, &by) && pm_scan_char(&c, 'B');
}
static bool may_end(const struct docker_session *s, const struct pm_record *r) {
    return is_next(s, r) && (!s->layered || s->awaited_count || moves_down(r->raw));
}

static void note_layer(struct docker_session *s, uint64_t layer, struct pm_str state) {
    bool there = starts(state, "Pull complete") || starts(state, "Already exists");
    size_t i = 0;
    s->layered = true;
    while (i < s->awaited_count && s->awaited[i] != layer) i++;
    if (i < s->awaited_count && there) s->awaited[i] = s->awaited[--s->awaited_count];
    else if (i == s->awaited_count && i < LAYERS_MAX && !there)
        s->awaited[s->awaited_count++] = layer;
}

// `row` as the client prints it.
static void follow_rows(struct docker_session *s, const struct pm_record *r, struct pm_str row,
                        bool begins) {
    uint64_t layer;
    struct pm_str state;
    bool goes_on = is_near(s, r) && layer_row(row, &layer, &state);
    if (goes_on) note_layer(s, layer, state);
    else *s = (struct docker_session){.path = s->path, .tag = s->tag};
    s->line = begins || goes_on ? r->line : 0;
}

// A prompt before the next command, or a level before another program's words: the engine
// puts neither before its own.
static bool another_speaks(struct pm_str s) {
    static const char *const levels[] = {"error:", "fatal:", "warning:", "fatal", "panic:"};
    struct pm_scan c = pm_scan_of(s);
    struct pm_str w;
    for (int i = 0; i < 4 && pm_scan_word(&c, &w); i++) {
        for (size_t k = 0; i == 0 && k < PM_LEN(levels); k++)
            if (pm_str_ieq(w, pm_str_c(levels[k]))) return true;
        if (strchr("$#>%+", w.p[w.n - 1])) return true;
        pm_scan_blanks(&c);
    }
    return false;
}

static bool last_word(struct pm_str s) {
    static const char *const words[] = {
        "error",    "fail",        "denied",       "not permitted", "exceeded",   "unsupported",
        "cannot ",  "EOF",         "no such ",     "invalid",       "unexpected", "incompatible",
        "mismatch", "corrupt",     "timeout",      "not supported", "timed out",  "reset by peer",
        "refused",  "unreachable", "no route to ", "misbehaving",   "broken pipe"};
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (ihas(s, words[i])) return !another_speaks(s);
    return false;
}

// The stream between the client and its engine ends so, too, where the engine is stopped: that
// is nobody's word of why (plain_text.c keeps what was said).
static bool stream_ended(struct pm_str s) {
    return pm_str_eqc(s, "unexpected EOF") || pm_str_eqc(s, "EOF");
}

// ---- what the engine's API streams while it pulls (moby/moby:pkg/jsonmessage): the rows that the client prints

static struct pm_str stream_error(const json_t *o) {
    const json_t *detail = json_object_get(o, "errorDetail");
    return json_is_object(detail) ? pm_member_text(detail, "message") : PM_NONE;
}

// {"status":"Pulling from acme/web","id":"1.4"}
static struct pm_str stream_path(const json_t *o) {
    return after(pm_member_text(o, "status"), "Pulling from ");
}
static bool stream_done(const json_t *o) {
    struct pm_str status = pm_member_text(o, "status");
    return starts(status, "Status: Downloaded newer image for ") ||
           starts(status, "Status: Image is up to date for ");
}

static int stream_bid(const struct pm_record *r, const struct docker_session *s) {
    if (stream_error(r->json).n) return 75;
    if (stream_path(r->json).n || stream_done(r->json)) return 60;
    return is_near(s, r) && json_is_object(json_object_get(r->json, "progressDetail")) ? 60 : 0;
}

// Any words are the pull's where they stand right behind its rows.
static enum pm_parse stream_fails(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                  struct pm_str error, bool last) {
    struct docker_session *s = ctx->state;
    struct pm_str path = s->path;
    s->path = PM_NONE;
    if (last ? pm_lift_talks_of_other(error) : !pm_lift_talks_of_pull(error))
        return PM_PARSE_NO; // a build's, a push's
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    pm_lift_into(ctx->a, &e, error);
    struct pm_str *image = &e.field[PM_F_IMAGE];
    if (path.n && (!image->n || pm_str_eq(*image, path)))
        *image = pm_arena_fmt(ctx->a, "%.*s%c%.*s", PM_FMT(path),
                              pm_str_chr(s->tag, ':', 0) > 0 ? '@' : ':', PM_FMT(s->tag));
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

static enum pm_parse stream_begins(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                   struct pm_str path, struct pm_str tag) {
    struct docker_session *s = ctx->state;
    s->path = pm_arena_dup(ctx->member, path);
    s->tag = pm_arena_dup(ctx->member, tag);
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_START);
    e.field[PM_F_REPOSITORY] = path;
    e.field[pm_str_chr(tag, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG] = tag;
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

static enum pm_parse parse_stream(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct docker_session *s = ctx->state;
    struct pm_str error = stream_error(r->json), path = stream_path(r->json),
                  id = pm_member_text(r->json, "id");
    bool last = may_end(s, r), begins = path.n && id.n;
    follow_rows(
        s, r,
        pm_arena_fmt(ctx->a, "%.*s: %.*s", PM_FMT(id), PM_FMT(pm_member_text(r->json, "status"))),
        begins);
    if (error.n) return stream_fails(ctx, r, error, last && !stream_ended(error));
    if (begins) return stream_begins(ctx, r, path, id);
    if (s->line) return PM_PARSE_OK;
    if (!stream_done(r->json)) return PM_PARSE_NO;
    s->path = PM_NONE;
    return pm_client_line(ctx, r, &pm_client_docker_cli);
}

// Failed to pull image "shop/cart:1.4": rpc error: … Error response from daemon: …: the
// kubelet's message says more (plain_text.c).
static bool quoted_by_kubelet(struct pm_str s) {
    return has(s, "Failed to pull image \"") || has(s, "Back-off pulling image \"");
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str tag, repository, of_layer;
    uint64_t layer;
    struct compose_row row;
    if (r->json) return stream_bid(r, state);
    if (compose_row(r->text, &row))
        return row.image.n || !pm_str_eqc(row.state, "Error") ? 70 : ENGINE_BID;
    if (pulling_from(r->text, &tag, &repository) || pulling_service(NULL, r->text).n) return 70;
    int bid = pm_client_bid(&pm_client_docker_cli, r);
    if (!bid && (is_next(state, r) || (is_near(state, r) && layer_row(r->text, &layer, &of_layer))))
        return SESSION_BID;
    return bid == ENGINE_BID && quoted_by_kubelet(r->text) ? 0 : bid;
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
    bool last = may_end(s, r), begins = pulling_from(r->text, &tag, &repository);
    follow_rows(s, r, r->text, begins);
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
    if (!begins) {
        enum pm_parse got = pm_client_line(ctx, r, &pm_client_docker_cli);
        if (got != PM_PARSE_NO || s->line) return got == PM_PARSE_NO ? PM_PARSE_OK : got;
        return last ? take_last_word(ctx, r) : got;
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
