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
    {"Driver Failure ", "failed to create image: ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75}, // its podman driver
    {"Driver Failure ", "Error in pulling image ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75},                                                          // its containerd driver
    {" Not Restarting ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60}, // that task's other events
    {" Driver ", " Downloading image", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {" Restarting ", "Task restarting in ", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {" Task Setup ", "Building Task Directory", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {" Received ", "Task received by client", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"docker pull succeeded: driver=docker image_ref=", NULL, PM_KIND_PULL_OK, PM_SAY_IMAGE, 75},
    {"driver.docker: docker pull ", " succeeded", PM_KIND_PULL_OK, PM_SAY_IMAGE, 75},
    {"Error while pulling container; will try to run anyways", "err=\"", PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE, 75}, // the ECS agent of 2016
    {": failed to pull image ", " for container ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75}, // and of 2018
    {"Unable to fetch image \"", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75},
    {"DockerApiException: Docker API responded with status code=", "response={", PM_KIND_PULL_FAIL,
     PM_SAY_ERROR, 75}, // Azure App Service
    {" - Pulling image: ", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 70},
    {"(InaccessibleImage) The image '", "' is not accessible", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75}, // Azure Container Instances
    {"Invalid value: ", "unable to pull image using Managed identity", PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE, 75}, // Azure Container Apps, which asks the registry before it deploys
    {"Failed to provision revision for container app ", ": GET http", PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE, 75},
    {"' was terminated with exit code '' and reason 'ImagePullFailure'", NULL, PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE, 75},
    {"[AppRunner] Failed to pull your application image", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75},                                                                  // AWS App Runner
    {"ERROR: (gcloud.", ") Image '", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // Cloud Run
    {"ERROR: (gcloud.", "cannot serve traffic. Image '", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75},
    {"ERROR: (gcloud.", "must have permission to read the image, ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75},
    {"in TaskRun \"", "failed to pull the image \"", PM_KIND_PULL_FAIL, PM_SAY_WHOLE | PM_SAY_LAST,
     75},                                                               // Tekton
    {"^pod/", " can't be pulled", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // Skaffold: once a pod
    {"^Resource pod/", " can't be pulled", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // in an editor
    {" failed. Error: container ", " can't be pulled", PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE | PM_SAY_LAST, 75}, // its last word about a workload
    {"^deployment/", " can't be pulled", PM_KIND_OTHER, PM_SAY_NOTHING, 75},
    {"^statefulset/", " can't be pulled", PM_KIND_OTHER, PM_SAY_NOTHING, 75},
    {"docker failed to pull the image '", "': ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // k3d
    {"Failed to run pre stage: failed to pull image ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75}, // Talos: a service of its own
    {"[adaptor/proxy] PullImage: image:", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE,
     75}, // Confidential Containers: the guest pulls
    {"[adaptor/proxy] PullImage fails: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REST, 75},
    {"[adaptor/proxy] ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 75},
    {" - Could not pull image ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE | PM_SAY_LAST,
     70}, // Azure IoT Edge; why is in the line behind it
    {"Failed to download image '", "' due to '", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // balena
    {"ERROR: ", " does not exist on the daemon: not found", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     70}, // pack, whose pull found none: a daemon's own would have done, too
    {"error: unable to connect to image repository ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75}, // oc adm release, oc image
    {"error: Import failed (", "container image \"", PM_KIND_PULL_FAIL, PM_SAY_WHOLE,
     75},                                                                // oc import-image
    {"^Image pull failed: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // rancher-save-images.sh
    {"^Image pull success: ", NULL, PM_KIND_PULL_OK, PM_SAY_IMAGE, 75},
    {"* remote error: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REFUSAL,
     75}, // Trivy, after a Docker, containerd and podman that need not be there
    {"ContainerFetchException: Failed to pull image: ", NULL, PM_KIND_PULL_FAIL,
     PM_SAY_WHOLE | PM_SAY_LAST, 70}, // Testcontainers, whose cause has a line of its own
    {"DockerClientException: Could not ", " image: ", PM_KIND_PULL_FAIL, PM_SAY_ERROR, 70},
    {"[supervisor.docker.interface] Downloading docker image ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING,
     60}, // Home Assistant, whose errors are the Docker API's (plain_text.c)
    {"[supervisor.docker.interface] Updating image ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"[supervisor.homeassistant.", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^Pulling image: ", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 60}, // Unraid
    {"^TOTAL DATA PULLED: ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"Error: Command failed: docker pull ", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE,
     60}, // Dev Containers
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
