// Registry-side requests: who asks, what for, and which of them belong together. Internal to
// the judge.
#pragma once
#include "judge/evidence/evidence.h"

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

// Rows in order of time; who: client, agent and repository of one log. request_purpose.c
void pm_push_seen(struct pm_evidence *ev, uint32_t who, int64_t at);
// What challenges that nothing followed say, once all rows are there. request.c
void pm_requests_judge(const struct pm_env *env, struct pm_evidence *ev);
// One of two logs of the same requests is left out.
void pm_requests_drop_copies(const struct pm_env *env, struct pm_evidence *ev);
bool pm_is_hex(struct pm_str s); // and not empty; request_purpose.c
static inline bool pm_is_loopback(struct pm_str a) {
    return !a.n || pm_str_starts(a, PM_STR("127.")) || pm_str_eqc(a, "::1") ||
           pm_str_eqc(a, "localhost");
}
