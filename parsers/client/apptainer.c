// Apptainer and Singularity, which make one file of an image, and Nextflow and Snakemake,
// which call them.
//
//     FATAL:   While making image from oci registry: error fetching image to cache: failed to get checksum for docker://r.test/a/b:1: reading manifest 1 in r.test/a/b: manifest unknown
//     FATAL:   Unable to handle docker://r.test/a/b:1 uri: failed to get checksum for docker://r.test/a/b:1: …
//     FATAL:   While performing build: conveyor failed to get: initializing source docker://r.test/a/b:1: …
//     Pulling singularity image docker://r.test/a/b:1.                                            (Snakemake)
//     Pulling Singularity image docker://r.test/a/b:1 [cache /work/singularity/r.test-a-b-1.img]  (Nextflow)
//     Failed to pull singularity image                                                            (both: the next lines say which and why)
//     [ERROR] URL https://registry-1.docker.io/v2/library/ubuntu/manifests/22.04 returned error code: 429 Too Many Requests      (enroot, alone or behind Slurm's "error: pyxis:")
// Source: apptainer/apptainer:cmd/internal/cli/pull.go, internal/pkg/client/oci;
// nextflow-io/nextflow SingularityCache; snakemake deployment/singularity.py;
// NVIDIA/enroot:src/common.sh, NVIDIA/pyxis. What
// becomes of the layers afterwards (no mksquashfs, no space to unpack in) is told with
// the same head and talks of no registry.
#include "parsers/client/client.h"

static const struct pm_client_row rows[] = {
    {"While making image from oci registry: ", "conveyor failed to get: ", PM_KIND_PULL_FAIL,
     PM_SAY_REST, 70},
    {"While making image from oci registry: ", "packer failed to pack: ", PM_KIND_PULL_FAIL,
     PM_SAY_REST, 70},
    {"While making image from oci registry: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_ERROR, 70},
    {"While performing build: conveyor failed to get: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_ERROR, 70},
    {"Unable to pull docker://", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 70},
    {"Unable to handle docker://", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 70},
    {"Unable to build from docker://", NULL, PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 70},
    {"Pulling singularity image docker://", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 70},
    {"Pulling Singularity image docker://", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 70},
    {"Pulling Apptainer image docker://", NULL, PM_KIND_PULL_START, PM_SAY_IMAGE, 70},
    {"Failed to pull singularity image", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"Converting OCI blobs to SIF format", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^INFO:    Starting build...", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"^INFO:    Creating SIF file...", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"[ERROR] URL http", " returned error code: ", PM_KIND_PULL_FAIL, PM_SAY_WHOLE, 75}, // enroot
    {"[INFO] Querying registry for permission grant", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"[INFO] Authenticating with user: ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"[INFO] Fetching image manifest", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70},
    {"error: pyxis: ", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 70}, // Slurm's plugin, which calls it
    {"singularity pull ", " docker://", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"apptainer pull ", " docker://", PM_KIND_OTHER, PM_SAY_NOTHING, 60},
};
const struct pm_client pm_client_apptainer = {.rows = rows, .n = PM_LEN(rows)};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_client_bid(&pm_client_apptainer, r);
}
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_client_line(ctx, r, &pm_client_apptainer);
}

const struct pm_parser pm_parser_apptainer = {
    .name = "apptainer",
    .title = "Apptainer, Singularity, and the workflows that pull with them",
    .example =
        "FATAL:   While making image from oci registry: error fetching image to cache: failed to get checksum for docker://r.test/a/b:1: reading manifest 1 in "
        "r.test/a/b: manifest unknown",
    .source = "apptainer/apptainer:cmd/internal/cli/pull.go",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
