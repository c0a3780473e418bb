// GitLab runner and GitHub Actions job output about the images of jobs and actions.
//
//     Pulling docker image shop/cart:1.4 ...
//     WARNING: Failed to pull image with policy "always": Error response from daemon: … (manager.go:238:1s)
//     ERROR: Job failed: failed to pull image "shop/cart:1.4" with specified policies [always]: Error response from daemon: … (manager.go:238:1s)
//     Warning: Docker pull failed with exit code 1, back off 6.1 seconds before retry.
//     ##[error]Docker pull failed with exit code 1
// Source: gitlab-org/gitlab-runner:executors/docker/internal/pull/manager.go,
// executors/kubernetes; actions/runner:src/Runner.Worker.
#include "parsers/client/client.h"

static const struct pm_client_row rows[] = {
    {"Pulling docker image ", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 70},
    {"Using docker image sha256:", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"WARNING: Failed to pull image with policy ", NULL, PM_KIND_PULL_FAIL, PM_SAY_ERROR, 75},
    {"WARNING: Failed to pull image ", "with policy", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75},
    {"WARNING: Cannot pull the latest version of image ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75},
    {"ERROR: Job failed: failed to pull image ", NULL, PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE | PM_SAY_LAST, 75},
    {"ERROR: Job failed", "image pull failed", PM_KIND_PULL_FAIL, PM_SAY_WHOLE | PM_SAY_LAST, 75},
    {"ERROR: Preparation failed: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REFUSAL | PM_SAY_LAST, 70},
    {"Docker pull failed with exit code ", "back off ", PM_KIND_PULL_BACKOFF, PM_SAY_NOTHING, 70},
    {"Docker pull failed with exit code ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"##[command]", "docker pull ", PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Running with gitlab-runner ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Preparing the \"", " executor", PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Using Docker executor with image ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Using Kubernetes executor with image ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Using Kubernetes namespace: ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Will be retried in ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Getting source from Git repository", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Executing \"", "\" stage of the job script", PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^section_start:", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^section_end:", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^Running on runner-", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"##[error]", NULL, PM_KIND_PULL_FAIL, PM_SAY_REFUSAL, 45},
};
const struct pm_client pm_client_ci_runner = {.rows = rows, .n = PM_LEN(rows)};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_client_bid(&pm_client_ci_runner, r);
}
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_client_line(ctx, r, &pm_client_ci_runner);
}

const struct pm_parser pm_parser_ci_runner = {
    .name = "ci-runner",
    .title = "GitLab runner and GitHub Actions job logs",
    .example =
        "WARNING: Failed to pull image with policy \"always\": Error response from daemon: toomanyrequests: Rate exceeded (manager.go:238:1s)",
    .source =
        "gitlab-org/gitlab-runner:executors/docker/internal/pull, actions/runner:src/Runner.Worker/ActionManager.cs",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
