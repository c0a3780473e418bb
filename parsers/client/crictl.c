// crictl, ctr and nerdctl output beside their logrus lines (FATA[0003] pulling image: …:
// logrus_other.c).
//
//     Image is up to date for sha256:6f1e…                           (crictl after every good pull, fresh or not)
//     ctr: failed to resolve reference "docker.io/acme/web:1": docker.io/acme/web:1: not found
// Source: kubernetes-sigs/cri-tools:cmd/crictl/image.go,
// containerd/containerd:cmd/ctr/commands/images/pull.go.
#include "parsers/client/client.h"

static const struct pm_client_row rows[] = {
    {"^Image is up to date for sha256:", NULL, PM_KIND_OTHER, PM_SAY_NOTHING, 60},
    {"^ctr: ", NULL, PM_KIND_PULL_FAIL, PM_SAY_REFUSAL, 50},
};
const struct pm_client pm_client_crictl = {.rows = rows, .n = PM_LEN(rows)};

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return pm_client_bid(&pm_client_crictl, r);
}
static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    return pm_client_line(ctx, r, &pm_client_crictl);
}

const struct pm_parser pm_parser_crictl = {
    .name = "crictl",
    .title = "crictl, ctr and nerdctl on a terminal",
    .example =
        "ctr: failed to resolve reference \"docker.io/acme/web:1\": docker.io/acme/web:1: not found",
    .source = "kubernetes-sigs/cri-tools:cmd/crictl/image.go, containerd/containerd:cmd/ctr",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
