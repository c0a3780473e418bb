// Advice out of rules/advice.yaml with the incident's (or the record's) own names in it. Used by the judge, by `explain` and by `rules check`.
//
// Names come out of logs, and logs can be written by anybody: a command is only handed out where every name in it is known and can do nothing but be a name.
#pragma once
#include "pm/arena.h"
#include "pm/diag.h"
#include "pm/incident.h"
#include <jansson.h>

enum pm_advice_key { // the placeholders; advice_text.c has their words
    PM_ADV_REGISTRY = 0,
    PM_ADV_REPOSITORY,
    PM_ADV_IMAGE,
    PM_ADV_GOOD_IMAGE, // of the same repository, pulled well
    PM_ADV_NODE,
    PM_ADV_NAMESPACE,
    PM_ADV_POD,
    PM_ADV_WORKLOAD, // "deployment/web"
    PM_ADV_ROLLOUT,  // the same, where `kubectl rollout` knows its kind
    PM_ADV_ACCOUNT,  // the pods' service account
    PM_ADV_SECRET,   // a pull secret that the pods name
    PM_ADV_USER,
    PM_ADV_CLIENT,
    PM_ADV_HOST,   // whom the nodes spoke to: a mirror, or the registry
    PM_ADV_MIRROR, // one that the configuration names for this registry
    PM_ADV_ARCH,
    // made of the others by pm_advice_derive
    PM_ADV_NEW_SECRET, // the secret's name, or one that we choose
    PM_ADV_SERVER,     // the registry as --docker-server wants it
    PM_ADV_ADDRESS,    // the host and port that answer its API
    PM_ADV_HOSTNAME,   // of {host}, without port
    PM_ADV_ENDPOINT,   // of {host}, always with port
    PM_ADV_REGION,     // of an ECR registry
    PM_ADV_ACR,        // the name of an Azure registry
    PM_ADV_KEY_COUNT
};

struct pm_advice_names {
    struct pm_str value[PM_ADV_KEY_COUNT];
    size_t more[PM_ADV_KEY_COUNT]; // how many others there are besides the value
    const char *runtime;           // containerd2, containerd1, containerd, k3s, docker, crio; NULL unknown
};
void pm_advice_derive(struct pm_arena *a, struct pm_advice_names *n);
// The advice for a cause in the file's order; at most max rows. Slices live in `a`.
size_t pm_advice_pick(struct pm_arena *a, const json_t *root, int cause, const struct pm_advice_names *n, struct pm_advice *rows, size_t max);
// Each cause has advice for each phase and each step of the checklist, and every placeholder and key is known. Faults are told in diags.
size_t pm_advice_check(const json_t *root, const char *name, struct pm_diags *diags);

#define PM_ADVICE_ROWS 16 // a cause has no more
