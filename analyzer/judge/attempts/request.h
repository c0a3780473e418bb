// What the files about registry-side requests share: who asks, what for, and which groups
// of requests are pulls. Internal to the judge.
#pragma once
#include "judge/attempts/fold.h"

enum pm_agent {           // who asks, by its own User-Agent
    PM_AGENT_UNNAMED = 0, // the log keeps no agents
    PM_AGENT_RUNTIME,     // containerd, CRI-O, dockerd: what nodes pull with
    PM_AGENT_BUILDER, // kaniko, BuildKit, Buildah …: pulls what it builds on, asks for its caches, pushes
    PM_AGENT_TOOL,     // skopeo, crane, regctl …: copies and pulls, but mostly looks
    PM_AGENT_MIRROR,   // a registry or cache that fetches from another one
    PM_AGENT_OTHER,    // a library's or an unknown program's name
    PM_AGENT_SCANNER,  // reads images for vulnerabilities
    PM_AGENT_UPDATER,  // looks for newer tags
    PM_AGENT_SIGNER,   // looks for signatures and attestations
    PM_AGENT_PROBER,   // health checks, browsers, scripts, internet scanners
    PM_AGENT_ARTIFACT, // Helm, model runners …: what they fetch is no image
};
enum pm_agent pm_agent_of(struct pm_str user_agent);
static inline bool pm_agent_never_pulls(enum pm_agent a) { return a >= PM_AGENT_SCANNER; }
static inline bool pm_agent_may_be_node(enum pm_agent a) {
    return a == PM_AGENT_UNNAMED || a == PM_AGENT_RUNTIME || a == PM_AGENT_OTHER;
}

enum pm_purpose { // what one request is for
    PM_PURPOSE_OTHER = 0,
    PM_PURPOSE_MANIFEST,
    PM_PURPOSE_LAYER,
    PM_PURPOSE_TOKEN,
    PM_PURPOSE_EXISTENCE, // HEAD of a blob
    PM_PURPOSE_SIGNATURE, // .sig, .att, .sbom tags, referrers
    PM_PURPOSE_LISTING,
    PM_PURPOSE_PUSH,
    PM_PURPOSE_CHALLENGE,
    PM_PURPOSE_ADMIN, // deletions
};
enum pm_purpose pm_purpose_of(const struct pm_event *e, const struct pm_registry_url *url);

void pm_push_seen(
    struct pm_evidence *ev, uint32_t who,
    int64_t at); // rows in order of time; who: client, agent and repository of one log
void pm_requests_weigh(const struct pm_env *env,
                       struct pm_evidence *ev); // which groups are pulls; request_purpose.c
void pm_requests_name(
    const struct pm_env *env, struct pm_evidence *ev,
    const struct pm_pulls
        *pulls); // whose registry a log is, where its lines do not say; request_registry.c
void pm_request_clock_learn(
    const struct pm_env *env, struct pm_evidence *ev,
    const struct pm_pulls *pulls); // how far nodes' clocks are off a log's; request_clock.c
int64_t pm_request_skew(const struct pm_evidence *ev, uint32_t file,
                        const struct pm_attempt *p); // ns that the node of `p` is ahead of that log
