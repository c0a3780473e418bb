// BuildKit and buildx progress output.
//
//     #3 [internal] load metadata for docker.io/library/debian:11.7
//     #3 ERROR: docker.io/library/debian:99: not found
//     #4 ERROR: pull access denied, repository does not exist or may require authorization: …      (the step's first line names the image)
//      => ERROR [internal] load metadata for docker.io/library/debian:99     (no cause on this line)
//     ERROR: failed to solve: debian:99: failed to resolve source metadata for docker.io/library/debian:99: docker.io/library/debian:99: not found
//     error building image: GET https://index.docker.io/v2/library/debian/manifests/99: MANIFEST_UNKNOWN: manifest unknown      (kaniko)
// Source: moby/buildkit:util/progress/progressui, docker/buildx,
// GoogleContainerTools/kaniko:cmd/executor/cmd/root.go. "failed to solve: process
// \"/bin/sh -c …\" did not complete" is a build's own failure: nothing.
#include "parsers/client/client.h"

// "#3 ERROR: docker.io/library/debian:99: not found": the error of a step; most steps are
// a build's own commands.
static struct pm_str step_error(struct pm_str s) {
    struct pm_scan c = pm_scan_of(pm_client_unstamped(s));
    uint64_t step;
    return pm_scan_char(&c, '#') && pm_scan_uint(&c, 6, &step) && pm_scan_lit(&c, " ERROR: ")
               ? pm_scan_rest(&c)
               : PM_NONE;
}
// "#3 [internal] load …", "#3 DONE 0.4s", "#3 sha256:… 3.1MB / 27MB", "------", " > [2/4]
// RUN …:": a build's own lines. They tell no pull, and that the whole is a build's
// session.
static bool step_line(struct pm_str s) {
    static const char *const words[] = {
        "[",        "DONE",          "CACHED",      "CANCELED",   "ERROR",      "WARN",
        "sha256:",  "transferring ", "from ",       "resolve ",   "exporting",  "naming to ",
        "writing ", "pushing ",      "extracting ", "unpacking ", "importing ", "..."};
    s = pm_client_unstamped(s);
    struct pm_scan c = pm_scan_of(s);
    uint64_t step;
    if (pm_str_eqc(pm_str_trim(s), "------") || starts(s, " > [")) return true;
    if (!pm_scan_char(&c, '#') || !pm_scan_uint(&c, 6, &step) || !pm_scan_char(&c, ' '))
        return false;
    struct pm_str rest = pm_scan_rest(&c);
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (starts(rest, words[i])) return true;
    return pm_scan_uint(&c, 6, &step) && pm_scan_char(&c, '.') &&
           pm_scan_uint(&c, 3, &step); // "#7 0.231 what a command printed"
}
static bool of_image(struct pm_str s) {
    return (pm_lift_missing_image(s).n > 0 && !pm_lift_talks_of_other(s)) || pm_lift_refusal(s);
}

static const struct pm_client_row rows[] = {
    {"ERROR: ", "failed to solve: ", PM_KIND_PULL_FAIL, PM_SAY_ERROR | PM_SAY_LAST, 60},
    {"=> ERROR [internal] load metadata for ", NULL, PM_KIND_OTHER, PM_SAY_IMAGE, 60},
    {"[internal] load metadata for ", NULL, PM_KIND_OTHER, PM_SAY_IMAGE, 55},
    {"^ERROR: ", "failed to do request: ", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^error: ", "failed to solve: ", PM_KIND_PULL_FAIL, PM_SAY_ERROR | PM_SAY_LAST, 60},
    {"failed to solve with frontend dockerfile", NULL, PM_KIND_PULL_FAIL,
     PM_SAY_ERROR | PM_SAY_LAST, 55},
    {"^error building image: ", "/v2/", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 60}, // kaniko
    {"^error building image: ", "failed to get filesystem from image: ", PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE, 60},
    {"^error building image: stream error: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 60},
    {" ERROR: ", "no match for platform in manifest", PM_KIND_PULL_FAIL, PM_SAY_REFUSAL, 55},
    // kaniko's own words, which tell no pull
    {"INFO[", "] Resolved base name ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Using dockerignore file: ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Retrieving image ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Returning cached image manifest", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Built cross stage deps: ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", " build triggers", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Building stage '", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Unpacking rootfs as cmd ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Skipping unpacking as ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Taking snapshot of ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Initializing snapshotter", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] No cached layer found for cmd ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Checking for cached layer ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Using caching version of cmd: ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"INFO[", "] Pushing image to ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
};
const struct pm_client pm_client_buildkit = {.rows = rows, .n = PM_LEN(rows)};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return of_image(step_error(r->text)) || step_line(r->text)
               ? 60
               : pm_client_bid(&pm_client_buildkit, r);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str error = step_error(r->text);
    if (!of_image(error)) {
        enum pm_parse got = pm_client_line(ctx, r, &pm_client_buildkit);
        return got == PM_PARSE_NO && step_line(r->text) ? PM_PARSE_OK : got;
    }
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    pm_lift_into(ctx->a, &e, error);
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_buildkit = {
    .name = "buildkit",
    .title = "docker build, buildx and BuildKit progress",
    .example = "ERROR: failed to solve: debian:11.7: no match for platform in manifest: not found",
    .source = "moby/buildkit:util/progress, docker/buildx",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .literals = {"failed to read expected number of bytes", "locked: unavailable",
                 "method Transfer not implemented"},
    .bid = bid,
    .parse = parse,
};
