// The taxonomy of causes (design.md): one row a cause, in the contract's order. Everything else that needs a list of causes reads this table.
// "unknown" is last: a pull failed and no rule knows why.
#include "pm/rule.h"

const char *const pm_confidence_names[] = {"low", "medium", "high"};

const struct pm_cause pm_causes[] = {
    {"rate-limit.anonymous", "rate-limit", "anonymous pull quota exceeded"},
    {"rate-limit.authenticated", "rate-limit", "pull quota of a named user exceeded"},
    {"rate-limit.service", "rate-limit", "registry throttled the requests"},
    {"rate-limit.client", "rate-limit", "kubelet's own pull limit exceeded"},
    {"auth.missing-credentials", "auth", "no credentials presented"},
    {"auth.invalid-credentials", "auth", "credentials refused"},
    {"auth.token-expired", "auth", "token or session expired"},
    {"auth.permission-denied", "auth", "not allowed to pull"},
    {"auth.denied-or-missing", "auth", "denied, or the repository does not exist"},
    {"auth.credential-provider", "auth", "credential helper or plugin failed"},
    {"network.dns", "network", "name could not be resolved"},
    {"network.connect-timeout", "network", "connection timed out"},
    {"network.refused", "network", "connection refused"},
    {"network.reset", "network", "connection cut"},
    {"network.unreachable", "network", "no route to the registry"},
    {"network.tls", "network", "TLS failed"},
    {"network.proxy", "network", "HTTP proxy failed"},
    {"network.stalled", "network", "download stalled"},
    {"registry.outage", "registry", "registry answered with a server error"},
    {"registry.content", "registry", "registry served broken content"},
    {"image.tag-not-found", "image", "tag or digest not found"},
    {"image.repository-not-found", "image", "repository not found"},
    {"image.platform-mismatch", "image", "no image for this platform"},
    {"image.invalid-reference", "image", "image name is not valid"},
    {"image.never-pull", "image", "image absent and pulling forbidden"},
    {"image.unsupported-format", "image", "image format not supported"},
    {"image.signature", "image", "signature or policy check failed"},
    {"storage.disk-full", "storage", "no space left on the node"},
    {"storage.disk-pressure", "storage", "node under disk pressure"},
    {"storage.corruption", "storage", "content does not match its digest"},
    {"storage.io", "storage", "storage of the node failed"},
    {"runtime.unavailable", "runtime", "container runtime not reachable"},
    {"runtime.unpack", "runtime", "layer could not be unpacked or mounted"},
    {"runtime.cancelled", "runtime", "pull cancelled"},
    {"unknown", "unknown", "cause not known"},
    {NULL, NULL, NULL},
};

int pm_cause_find(struct pm_str name) {
    for (int i = 0; pm_causes[i].name; i++)
        if (pm_str_eqc(name, pm_causes[i].name)) return i;
    return -1;
}
