// The closed lists of words that the data files of rules/ may use and that code knows by
// itself as well: each stands in the order of an enum elsewhere, which its header names.
// Lists of words that only the files' keys ask for stand beside the keys (table_keys.c).
#include "rules/tables.h"

#include <stddef.h>

const char *const pm_words_observed[] = {"removed", "evicted", "mirror",  "expired",   "gone",
                                         "retries", "helper",  "restart", "meanwhile", NULL};
const char *const pm_words_check[] = {"hub-anonymous",
                                      "latest-always",
                                      "frozen-registry",
                                      "secret-missing",
                                      "mirror-passed-over",
                                      "no-mirror",
                                      "single-mirror",
                                      "mirror-only-way",
                                      "mirror-after-registry",
                                      "mirror-never-pulls",
                                      "mirror-unread",
                                      "mirror-plain-http",
                                      "slow-pulls",
                                      "serial-pulls-waited",
                                      "huge-images",
                                      "one-registry",
                                      "gc-near-use",
                                      "gc-after-eviction",
                                      "gc-narrow",
                                      NULL};
const char *const pm_words_placeholder[] = {
    "registry", "repository", "image",   "good_image", "node",       "namespace",  "pod",
    "workload", "rollout",    "account", "secret",     "user",       "client",     "host",
    "mirror",   "arch",       "since",   "until",      "container",  "deployment", "own_secrets",
    "home",     "home_since", "no_home", "wordless",   "effect",     "small_ok",   "tool",
    "sizes",    "undone",     "unread",  "unread_url", "new_secret", "server",     "address",
    "hostname", "endpoint",   "region",  "acr",        NULL};
const char *const pm_words_phase[] = {"mitigate", "fix", "prevent", NULL};
const char *const pm_words_trait[] = {"kubelet",        "node",        "local",
                                      "manifest",       "wire",        "quota",
                                      "credential",     "by-image",    "of-image",
                                      "stopped",        "unexplained", "reach",
                                      "transient",      "endpoint",    "no-status",
                                      "disk",           "space",       "full",
                                      "restart",        "away",        "unheard",
                                      "before-runtime", "own-limit",   "refused",
                                      "helper",         "expires",     "wrong-credential",
                                      "times-out",      "stalls",      "limit",
                                      "throttle",       "by-user",     "by-address",
                                      "content",        "damaged",     "shared-way",
                                      "certificates",   "missing",     "one-image",
                                      "one-repository", "sandbox",     NULL};
const char *const pm_words_shown[] = {"unknown-words", "disk-pressure",       "runtime-away",
                                      "restart",       "challenge",           "credential-refused",
                                      "token-refused", "tag-without-content", NULL};
const char *const pm_words_seen[] = {
    "other-nodes", "other-registries", "other-images", "same-image", "answer",  "no-answer",
    "no-5xx",      "no-429",           "no-404",       "no-denial",  "no-disk", "no-restart",
    "kubelet",     "many-nodes",       "recovered",    "words",      NULL};
const char *const pm_words_step[] = {"0-10m", "10-30m", "30-120m", "1-7d", NULL};
const char *const pm_words_runtime[] = {"containerd2", "containerd1", "containerd", "k3s", "docker",
                                        "crio",        "podman",      "any",        NULL};

const char *const pm_words_settle[] = {"own-line",
                                       "registry-side-said",
                                       "alike",
                                       "error-text",
                                       "credential-sent",
                                       "credential-shown",
                                       "asked-anonymously",
                                       "no-pull-secrets",
                                       "other-pull-secret",
                                       "own-pull-secret",
                                       "secret-missing",
                                       "none-since",
                                       "same-image-before",
                                       "served-between",
                                       "all-refused",
                                       "repository-pulls",
                                       NULL};
const char *const pm_words_listed[] = {"lookup",   "clouds",        "waiting",
                                       "wrapping", "wrapping-name", NULL};
const char *const pm_words_flag[] = {"cut",    "snapshot", "credentials", "anonymous", "push",
                                     "mirror", "echo",     "sandbox",     NULL};
const char *const pm_words_confidence[] = {"low", "medium", "high", NULL};

const char *const pm_words_weight[] = {"confidence-said",
                                       "confidence-medium",
                                       "confidence-low",
                                       "confidence-no-pulls",
                                       "confidence-beside",
                                       "confidence-unexplained",
                                       "confidence-agreeing",
                                       "confidence-most",
                                       "confidence-high-from",
                                       "confidence-medium-from",
                                       "severity-workloads",
                                       "severity-pods",
                                       "severity-pulls",
                                       "severity-nodes",
                                       "severity-retried-s",
                                       "severity-single",
                                       "severity-made-good-s",
                                       "away-lines",
                                       "away-s",
                                       "episode-s",
                                       "clocks-apart-s",
                                       "under-way-s",
                                       "registry-side-s",
                                       NULL};
