// podman, buildah and skopeo output (containers/image).
//
//     Trying to pull quay.test/ops/agent:7...
//     Copying blob 6f1e0a9b8c7d done
//     Error: initializing source docker://quay.test/ops/agent:7: reading manifest 7 in quay.test/ops/agent: manifest unknown
//       * initializing source docker://…                             (one line a search registry)
// Source: containers/podman:cmd/podman/images/pull.go, containers/image:docker, copy.
// Their logrus lines (FATA[0001] …) are logrus_other.c's.
#include "parsers/client/client.h"
#include "parsers/node/logrus.h"

static const struct pm_client_row rows[] = {
    {"^Trying to pull ", "Error", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^Trying to pull repository ", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE,
     60}, // Red Hat's docker 1.12 and 1.13
    {"^Trying to pull ", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 60},
    {"^Resolving \"", " using unqualified-search", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Resolved \"", " as an alias", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Error: ", " errors occurred while pulling:", PM_KIND_PULL_FAIL, PM_SAY_REST,
     60}, // one search registry each: one pull
    {"^Getting image source signatures", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Copying blob ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Copying config ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Writing manifest to image destination", NULL, PM_KIND_PULL_OK, PM_SAY_SESSION,
     60}, // a push, a copy and a commit end with it, too
    {"^STEP ", ": FROM ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^STEP ", ": RUN ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Storing signatures", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Error: ", "initializing source docker://", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^Error: ", "writing blob: ", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^Error: ", "reading blob sha256:", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^Error: ", "copying system image", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^Error: unable to pull ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 60},
    {"^Error: error pulling image ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE | PM_SAY_LAST,
     60}, // podman 1, behind its logrus line
    {"^Error: ", "parsing reference ", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^initializing source docker://", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 55},
    {"^Error initializing source docker://", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 55},
    {"^Cannot connect to Podman. Please verify", NULL, PM_KIND_RUNTIME_DOWN, PM_SAY_DOWN, 60},
    {"^Error: unable to connect to Podman socket: ", NULL, PM_KIND_RUNTIME_DOWN,
     PM_SAY_DOWN | PM_SAY_LAST, 60},
    {"^Failed: unexpected http code: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 55},
};
const struct pm_client pm_client_podman = {.rows = rows, .n = PM_LEN(rows)};

// Once it said that it tries, and until it has written the image, an "Error: " right behind
// its lines is why it could not, in whatever words. What it logs in between
// ("WARN[0012] Failed, retrying in 1s …") is its own word, which logrus_other.c reads.
struct podman_session {
    uint64_t line; // its last one; 0: it tries nothing
};
static bool is_error(struct pm_str s) { return starts(pm_client_unstamped(s), "Error: "); }
static bool goes_on(const struct podman_session *s, const struct pm_record *r) {
    return s && pm_client_next(s->line, r);
}

static void follow(struct podman_session *s, const struct pm_record *r) {
    struct pm_str line = pm_client_unstamped(r->text);
    bool begins = starts(line, "Trying to pull ") && !has(line, "Error"),
         ends = is_error(r->text) || starts(line, "Writing manifest to image destination");
    s->line = begins || (s->line && !ends) ? r->line : 0;
}

static int bid(const struct pm_record *r, const void *state) {
    struct pm_str msg;
    int bid = pm_client_bid(&pm_client_podman, r);
    return !bid && goes_on(state, r) && (is_error(r->text) || pm_logrus_peek(r, &msg)) ? 60 : bid;
}
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    bool last = goes_on(ctx->state, r) && is_error(r->text);
    follow(ctx->state, r);
    enum pm_parse got = pm_client_line(ctx, r, &pm_client_podman);
    struct pm_str error = pm_client_trim(after(r->text, "Error: "));
    if (got != PM_PARSE_NO || !last || pm_lift_talks_of_other(error)) return got;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    pm_lift_into(ctx->a, &e, error);
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_podman = {
    .name = "podman",
    .title = "podman, buildah and skopeo on a terminal",
    .example =
        "Error: initializing source docker://quay.test/ops/agent:7: reading manifest 7 in quay.test/ops/agent: manifest unknown",
    .source = "containers/podman, containers/image:docker, copy",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .literals = {"no policy.json file found", "default signature policy"},
    .state_bytes = sizeof(struct podman_session),
    .bid = bid,
    .parse = parse,
};
