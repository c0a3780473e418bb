// Advice out of rules/advice.yaml with the incident's (or the record's) own names in it.
// Used by the judge, by `explain` and by `rules check`.
//
// Names come out of logs, and logs can be written by anybody: a command is only handed
// out where every name in it is known and can do nothing but be a name.
#pragma once
#include "pm/arena.h"
#include "pm/diag.h"
#include "pm/incident.h"
#include <jansson.h>

enum pm_advice_key { // the placeholders; their words are pm_words_placeholder (rules/table_words.c), in this order
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
    PM_ADV_SECRET, // the pods' pull secret that is known to be this registry's, or is named and missing
    PM_ADV_USER,
    PM_ADV_CLIENT,
    PM_ADV_HOST,   // whom the nodes spoke to: a mirror, or the registry
    PM_ADV_MIRROR, // one that the configuration names for this registry
    PM_ADV_ARCH,
    PM_ADV_SINCE, // of the incident, with some minutes around it, as journalctl takes it
    PM_ADV_UNTIL,
    PM_ADV_CONTAINER,  // that waits for the image
    PM_ADV_DEPLOYMENT, // the workload, where it is one: nothing else can be paused
    PM_ADV_OWN_SECRETS, // all pull secrets that the pods name; which of them is the registry's may not be known
    PM_ADV_HOME, // where the image lives now (rules/homes.yaml)
    PM_ADV_HOME_SINCE,
    PM_ADV_NO_HOME,  // the day since which it has none
    PM_ADV_WORDLESS, // pods wait, and nothing says why
    PM_ADV_EFFECT,   // the quota that this led to using up
    PM_ADV_SMALL_OK, // small requests went through, and a large transfer did not
    PM_ADV_TOOL,     // a person's or a job's own docker or podman pulled, and no node
    PM_ADV_SIZES,    // "98 % of its inodes are used on /var/lib/containerd"
    PM_ADV_UNDONE,   // the workloads, where all that could be rolled back were
    PM_ADV_UNREAD,   // a mirror that the runtime of the nodes has no use for where it stands
    PM_ADV_UNREAD_URL,
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
    size_t more[PM_ADV_KEY_COUNT];        // how many others there are besides the value
    struct pm_strs all[PM_ADV_KEY_COUNT]; // value and others, where there are any
    struct pm_strs pairs;                 // workloads that roll: "shop:deployment/web"
    bool one_account;                     // all pods have the same service account
    bool only_told
        [PM_ADV_KEY_COUNT]; // good for a text, not for a command: an image without a registry
    const char
        *runtime; // containerd2, containerd1, containerd, k3s, docker, crio, podman; NULL unknown
    struct pm_str variant; // of the cause
};
void pm_advice_derive(struct pm_arena *a, struct pm_advice_names *n);
// The advice for a cause in the file's order; at most max rows. Slices live in `a`.
size_t pm_advice_pick(struct pm_arena *a, const json_t *root, int cause,
                      const struct pm_advice_names *n, struct pm_advice *rows, size_t max);
// Each cause has advice for each phase and each step of the checklist. Faults are told in
// diags.
size_t pm_advice_check(const json_t *root, const char *name, struct pm_diags *diags);

#define PM_ADVICE_ROWS 32 // an incident has no more
