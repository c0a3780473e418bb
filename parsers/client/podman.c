// podman, buildah and skopeo output (containers/image).
//
//     Trying to pull quay.test/ops/agent:7...
//     Copying blob 6f1e0a9b8c7d done
//     Error: initializing source docker://quay.test/ops/agent:7: reading manifest 7 in quay.test/ops/agent: manifest unknown
//       * initializing source docker://…                             (one line a search registry)
// Source: containers/podman:cmd/podman/images/pull.go, containers/image:docker, copy.
// Their logrus lines (FATA[0001] …) are logrus_other.c's.
#include "parsers/client/client.h"

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
    {"^Error: ", "parsing reference ", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 60},
    {"^initializing source docker://", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 55},
    {"^Error initializing source docker://", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 55},
    {"^Failed: unexpected http code: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 55},
};
const struct pm_client pm_client_podman = {.rows = rows, .n = PM_LEN(rows)};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_client_bid(&pm_client_podman, r);
}
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_client_line(ctx, r, &pm_client_podman);
}

const struct pm_parser pm_parser_podman = {
    .name = "podman",
    .title = "podman, buildah and skopeo on a terminal",
    .example =
        "Error: initializing source docker://quay.test/ops/agent:7: reading manifest 7 in quay.test/ops/agent: manifest unknown",
    .source = "containers/podman, containers/image:docker, copy",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
