// Who asks a registry, and what for. A registry answers pushes, existence checks,
// scanners, updaters and strangers all day; only some of it are pulls.
//
// An agent is known by the name that it gives itself (User-Agent); the programs' sources
// say which: containerd core/remotes/docker "containerd/VERSION", CRI-O
// internal/useragent "cri-o/…", moby dockerversion "docker/VERSION go/…
// UpstreamClient(…)", BuildKit version.UserAgent "buildkit/vN.M", kaniko pkg/util
// "kaniko/VERSION", containers/image "containers/VERSION (github.com/containers/image)"
// where no caller sets its own ("skopeo/…", "libpod/…", "Buildah/…"),
// go-containerregistry "go-containerregistry/…" behind its caller's ("crane/…",
// "cosign/…", "ko/…"), Harbor "harbor-registry-client", watchtower "Watchtower (Docker)",
// Renovate "RenovateBot/…", regclient "regclient/regctl (…)". Agents are compared without
// case.
#include "judge/evidence/request.h"
#include "rules/taxonomy.h"

static const struct {
    const char *name;
    enum pm_agent agent;
} begins[] =
    {
        // the first that fits counts
        {"containerd/", PM_AGENT_RUNTIME},
        {"cri-o/", PM_AGENT_RUNTIME},
        {"docker/mcp", PM_AGENT_SIGNER},
        {"docker/", PM_AGENT_RUNTIME},
        {"nydus", PM_AGENT_RUNTIME},
        {"stargz", PM_AGENT_RUNTIME},
        {"soci-snapshotter", PM_AGENT_RUNTIME},
        {"kubelet/", PM_AGENT_RUNTIME},
        {"libpod/", PM_AGENT_BUILDER},
        {"podman/", PM_AGENT_BUILDER},
        {"buildah/", PM_AGENT_BUILDER},
        {"buildkit/", PM_AGENT_BUILDER},
        {"kaniko/", PM_AGENT_BUILDER},
        {"jib", PM_AGENT_BUILDER},
        {"ko/", PM_AGENT_BUILDER},
        {"img/", PM_AGENT_BUILDER},
        {"pack/", PM_AGENT_BUILDER},
        {"lifecycle/", PM_AGENT_BUILDER},
        {"bazel", PM_AGENT_BUILDER},
        {"apko", PM_AGENT_BUILDER},
        {"earthly", PM_AGENT_BUILDER},
        {"dagger", PM_AGENT_BUILDER},
        {"skopeo/", PM_AGENT_TOOL},
        {"crane/", PM_AGENT_TOOL},
        {"regclient/regsync", PM_AGENT_MIRROR},
        {"regclient/", PM_AGENT_TOOL},
        {"regctl", PM_AGENT_TOOL},
        {"oras", PM_AGENT_TOOL},
        {"nerdctl/", PM_AGENT_TOOL},
        {"singularity", PM_AGENT_TOOL},
        {"apptainer", PM_AGENT_TOOL},
        {"containers/", PM_AGENT_TOOL},
        {"harbor-scanner", PM_AGENT_SCANNER},
        {"harbor", PM_AGENT_MIRROR},
        {"artifactory", PM_AGENT_MIRROR},
        {"jfrog", PM_AGENT_MIRROR},
        {"nexus/", PM_AGENT_MIRROR},
        {"sonatype", PM_AGENT_MIRROR},
        {"quay", PM_AGENT_MIRROR},
        {"zot", PM_AGENT_MIRROR},
        {"spegel", PM_AGENT_MIRROR},
        {"dragonfly", PM_AGENT_MIRROR},
        {"dfdaemon", PM_AGENT_MIRROR},
        {"kraken", PM_AGENT_MIRROR},
        {"docker-distribution", PM_AGENT_MIRROR},
        {"distribution/", PM_AGENT_MIRROR},
        {"image-syncer", PM_AGENT_MIRROR},
        {"pulp", PM_AGENT_MIRROR},
        {"oc-mirror", PM_AGENT_MIRROR},
        {"trivy", PM_AGENT_SCANNER},
        {"grype", PM_AGENT_SCANNER},
        {"syft", PM_AGENT_SCANNER},
        {"clair", PM_AGENT_SCANNER},
        {"anchore", PM_AGENT_SCANNER},
        {"snyk", PM_AGENT_SCANNER},
        {"twistlock", PM_AGENT_SCANNER},
        {"prisma", PM_AGENT_SCANNER},
        {"aqua", PM_AGENT_SCANNER},
        {"sysdig", PM_AGENT_SCANNER},
        {"neuvector", PM_AGENT_SCANNER},
        {"stackrox", PM_AGENT_SCANNER},
        {"kubescape", PM_AGENT_SCANNER},
        {"docker-scout", PM_AGENT_SCANNER},
        {"trufflehog", PM_AGENT_SCANNER},
        {"wiz", PM_AGENT_SCANNER},
        {"renovate", PM_AGENT_UPDATER},
        {"dependabot", PM_AGENT_UPDATER},
        {"watchtower", PM_AGENT_UPDATER},
        {"diun/", PM_AGENT_UPDATER},
        {"keel", PM_AGENT_UPDATER},
        {"image-reflector", PM_AGENT_UPDATER},
        {"image-automation", PM_AGENT_UPDATER},
        {"argocd-image-updater", PM_AGENT_UPDATER},
        {"kargo", PM_AGENT_UPDATER},
        {"wud/", PM_AGENT_UPDATER},
        {"cup/", PM_AGENT_UPDATER},
        {"version-checker", PM_AGENT_UPDATER},
        {"knative", PM_AGENT_UPDATER},
        {"cosign/", PM_AGENT_SIGNER},
        {"notation", PM_AGENT_SIGNER},
        {"notary", PM_AGENT_SIGNER},
        {"kyverno", PM_AGENT_SIGNER},
        {"connaisseur", PM_AGENT_SIGNER},
        {"policy-controller", PM_AGENT_SIGNER},
        {"ratify", PM_AGENT_SIGNER},
        {"sigstore", PM_AGENT_SIGNER},
        {"gatekeeper", PM_AGENT_SIGNER},
        {"helm", PM_AGENT_ARTIFACT},
        {"source-controller", PM_AGENT_ARTIFACT},
        {"flux", PM_AGENT_ARTIFACT},
        {"ollama", PM_AGENT_ARTIFACT},
        {"model", PM_AGENT_ARTIFACT},
        {"terraform", PM_AGENT_ARTIFACT},
        {"opa", PM_AGENT_ARTIFACT},
        {"conftest", PM_AGENT_ARTIFACT},
        {"homebrew", PM_AGENT_ARTIFACT},
        {"falcoctl", PM_AGENT_ARTIFACT},
        {"blackbox", PM_AGENT_PROBER},
        {"prometheus", PM_AGENT_PROBER},
        {"kube-probe", PM_AGENT_PROBER},
        {"elb-healthchecker", PM_AGENT_PROBER},
        {"googlehc", PM_AGENT_PROBER},
        {"uptime", PM_AGENT_PROBER},
        {"gatus", PM_AGENT_PROBER},
        {"checkmk", PM_AGENT_PROBER},
        {"check_http", PM_AGENT_PROBER},
        {"zabbix", PM_AGENT_PROBER},
        {"datadog", PM_AGENT_PROBER},
        {"curl/", PM_AGENT_PROBER},
        {"wget/", PM_AGENT_PROBER},
        {"python", PM_AGENT_PROBER},
        {"mozilla/", PM_AGENT_PROBER},
        {"opera/", PM_AGENT_PROBER},
        {"k6/", PM_AGENT_PROBER},
        {"apachebench", PM_AGENT_PROBER},
        {"nmap", PM_AGENT_PROBER},
        {"masscan", PM_AGENT_PROBER},
        {"nuclei", PM_AGENT_PROBER},
},
  holds[] = {
      // a library's name behind its caller's
      {"zgrab", PM_AGENT_PROBER},
      {"censys", PM_AGENT_PROBER},
      {"shodan", PM_AGENT_PROBER},
      {"healthcheck", PM_AGENT_PROBER},
      {"health-check", PM_AGENT_PROBER},
      {"nexus repository", PM_AGENT_MIRROR},
      {"go-containerregistry", PM_AGENT_TOOL},
      {"containers/image", PM_AGENT_TOOL},
      {"go.podman.io/image", PM_AGENT_TOOL},
};

enum pm_agent pm_agent_of(struct pm_str agent) {
    if (!agent.n || (agent.n == 1 && agent.p[0] == '-')) return PM_AGENT_UNNAMED;
    for (size_t i = 0; i < PM_LEN(begins); i++)
        if (pm_str_ieq(pm_str_sub(agent, 0, strlen(begins[i].name)), pm_str_c(begins[i].name)))
            return begins[i].agent;
    for (size_t i = 0; i < PM_LEN(holds); i++)
        if (pm_str_ifind(agent, pm_str_c(holds[i].name), 0) >= 0) return holds[i].agent;
    return PM_AGENT_OTHER;
}

bool pm_is_hex(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!memchr("0123456789abcdef", s.p[i], 16)) return false;
    return s.n > 0;
}

// cosign's tags and the tag that stands in for the referrers of a digest: "sha256-HEX",
// "sha256-HEX.sig".
static bool is_signature_tag(struct pm_str tag) {
    if (!pm_str_starts(tag, PM_STR("sha256-"))) return false;
    ptrdiff_t dot = pm_str_chr(tag, '.', 0);
    return pm_is_hex(pm_str_sub(tag, 7, (dot < 0 ? tag.n : (size_t)dot) - 7));
}

enum pm_purpose pm_purpose_of(const struct pm_event *e, const struct pm_registry_url *url) {
    struct pm_str method = e->field[PM_F_METHOD], address = e->field[PM_F_URL];
    bool head = pm_str_eqc(method, "HEAD");
    if (pm_str_eqc(method, "DELETE")) return PM_PURPOSE_ADMIN;
    if (e->flags & PM_EV_PUSH || url->push) return PM_PURPOSE_PUSH;
    switch (url->what) {
    case PM_URL_MANIFEST:
        return is_signature_tag(url->reference) ? PM_PURPOSE_SIGNATURE : PM_PURPOSE_MANIFEST;
    case PM_URL_BLOB: return head ? PM_PURPOSE_EXISTENCE : PM_PURPOSE_LAYER;
    case PM_URL_TOKEN: return PM_PURPOSE_TOKEN;
    case PM_URL_UPLOAD: return PM_PURPOSE_PUSH;
    case PM_URL_TAGS:
    case PM_URL_CATALOG: return PM_PURPOSE_LISTING;
    case PM_URL_PING: return PM_PURPOSE_CHALLENGE;
    case PM_URL_OTHER: break;
    }
    if (pm_str_has(address, PM_STR("/referrers/"))) return PM_PURPOSE_SIGNATURE;
    switch (e->stage) { // a log without URLs, or one whose URLs are a store's
    case PM_STAGE_RESOLVE:
    case PM_STAGE_MANIFEST:
        return is_signature_tag(e->field[PM_F_TAG]) ? PM_PURPOSE_SIGNATURE : PM_PURPOSE_MANIFEST;
    case PM_STAGE_BLOB: return head ? PM_PURPOSE_EXISTENCE : PM_PURPOSE_LAYER;
    case PM_STAGE_TOKEN: return PM_PURPOSE_TOKEN;
    default: return PM_PURPOSE_OTHER;
    }
}

// ── pushes ──
#define SESSION_NS PM_S(120) // uploads of one push are not farther apart

void pm_push_seen(struct pm_evidence *ev, uint32_t who, int64_t at) {
    Word_t *slot = pm_map_slot(&ev->push_last, who);
    struct pm_push *last = *slot ? &PM_REF(ev->pushes, *slot) : NULL;
    if (last && pm_time_between(last->last, at) <= SESSION_NS) {
        last->last = pm_max_time(last->last, at);
        return;
    }
    uint32_t before = (uint32_t)*slot;
    *PM_PUSH(ev->pushes.items, ev->pushes.n, ev->pushes.cap) =
        (struct pm_push){.first = at, .last = at, .before = before};
    *slot = ev->pushes.n;
}
