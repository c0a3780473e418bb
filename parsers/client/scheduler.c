// Schedulers and updaters that are no Kubernetes, in the words with which each tells of
// its own pull.
//
//     CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref r.test/acme/web:1: not found    (Amazon ECS, stoppedReason)
//     2018/04/26 17:18:06.049815 [ERR] driver.docker: failed pulling container acme/web:1: API error (500): {"message":"unauthorized: …"}    (Nomad before 0.9)
//     [ERROR] client.driver_mgr.docker: failed pulling container: driver=docker image_ref=acme/web:1 error="API error (404): …"    (Nomad)
//     2024-01-02T03:04:05Z  Driver Failure  Failed to pull `acme/web:1`: Error response from daemon: manifest unknown             (nomad alloc status)
//     Unable to fetch image "r.test/acme/web": failed to resolve image to digest: …                                               (Knative Serving)
// Source: Amazon ECS developer guide, "CannotPullContainer task errors",
// aws/amazon-ecs-agent:agent/engine/errors.go;
// hashicorp/nomad:drivers/docker/coordinator.go; knative/serving:pkg/reconciler/revision.
// watchtower's lines are logrus (logrus_other.c).
#include "parsers/client/client.h"

static const struct pm_client_row rows[] = {
    {"CannotPullContainerError: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REST, 75},
    {"CannotPullECRContainerError: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REST, 75},
    {"CannotPullImageManifestError: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REST, 75},
    {"driver.docker: failed pulling container ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75},
    {"failed pulling container: ", "image_ref=", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75},
    {"running driver failed: ", "Failed to pull `", PM_KIND_PULL_FAIL, PM_SAY_WHOLE | PM_SAY_LAST,
     75}, // the task's line about what its driver told
    {"Driver Failure ", "Failed to pull `", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75}, // Nomad: a task's events, `nomad alloc status`
    {"docker pull succeeded: driver=docker image_ref=", NULL, PM_KIND_PULL_OK, PM_SAY_IMAGE, 75},
    {"driver.docker: docker pull ", " succeeded", PM_KIND_PULL_OK, PM_SAY_IMAGE, 75},
    {"Unable to fetch image \"", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75},
    {"DockerApiException: Docker API responded with status code=", "response={", PM_KIND_PULL_FAIL,
     PM_SAY_ERROR, 75}, // Azure App Service
    {" - Pulling image: ", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 70},
    {"(InaccessibleImage) The image '", "' is not accessible", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75}, // Azure Container Instances
    {"ERROR: (gcloud.", ") Image '", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // Cloud Run
    {"in TaskRun \"", "failed to pull the image \"", PM_KIND_PULL_FAIL, PM_SAY_WHOLE | PM_SAY_LAST,
     75},                                                               // Tekton
    {"^pod/", " can't be pulled", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // Skaffold: once a pod
    {"^deployment/", " can't be pulled", PM_KIND_OTHER, PM_SAY_NOTHING, 75},
    {"^statefulset/", " can't be pulled", PM_KIND_OTHER, PM_SAY_NOTHING, 75},
    {"docker failed to pull the image '", "': ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // k3d
};
const struct pm_client pm_client_scheduler = {.rows = rows, .n = PM_LEN(rows)};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_client_bid(&pm_client_scheduler, r);
}
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_client_line(ctx, r, &pm_client_scheduler);
}

const struct pm_parser pm_parser_scheduler = {
    .name = "scheduler",
    .title = "Amazon ECS, Nomad and Knative: their own words for a failed pull",
    .example =
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref r.test/acme/web:1: not found",
    .source =
        "aws/amazon-ecs-agent:agent/engine/errors.go, hashicorp/nomad:drivers/docker/coordinator.go, knative/serving:pkg/reconciler/revision",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
