// Writers by their names: which program is "harbor-core-7d9f8b6c5-x2x9p", and which is
// none of ours?
//
// A name is read as words, and English puts what a thing is last: registry-ui is a user
// interface, docker-stats counts, img-resizer resizes. So ids of instances ("7d9f8b6c5",
// "0") and words of parts ("server", "cache") are taken off the end, and then the
// program's own words have to stand there. What stands before them is free
// ("acme-registry") but for words that make another thing of it ("schema-registry",
// "test-runner"). Any word anywhere in the name was the first rule here, and every
// application that had one vouched for what it quoted.
#include "framing/voices/writer.h"

enum how {    // how the words have to stand
    LAST = 0, // at the end, parts and ids behind them
    WHOLE,    // nothing beside them but ids: words of many other names
    PROGRAM, // as WHOLE, and of programs of a host only: a container of that name is an application
};
struct name_row {
    const char *words;
    unsigned groups;
    enum how how;
    const char *only, *never; // words before them, of which one has to be there, or none
};
static const struct name_row vouched[] = {
    // a node's own programs, and those that start them
    {"kubelet", PM_GROUP_ALL, LAST, NULL, NULL},
    {"kubelet eks", PM_GROUP_ALL, LAST, NULL, NULL},
    {"kubelite", PM_GROUP_ALL, LAST, NULL, NULL},
    {"kubenswrapper", PM_GROUP_ALL, LAST, NULL, NULL},
    {"hyperkube", PM_GROUP_ALL, LAST, NULL, NULL},
    {"openshift node", PM_GROUP_ALL, LAST, NULL, NULL},
    {"origin node", PM_GROUP_ALL, LAST, NULL, NULL},
    {"localkube", PM_GROUP_ALL, LAST, NULL, NULL},
    {"containerd", PM_GROUP_ALL, LAST, NULL, NULL},
    {"dockerd", PM_GROUP_ALL, LAST, NULL, NULL},
    {"docker", PM_GROUP_ALL, WHOLE, NULL, NULL},
    {"dockershim", PM_GROUP_ALL, LAST, NULL, NULL},
    {"cri dockerd", PM_GROUP_ALL, LAST, NULL, NULL},
    {"crio", PM_GROUP_ALL, LAST, NULL, NULL},
    {"cri o", PM_GROUP_ALL, LAST, NULL, NULL},
    {"k3s", PM_GROUP_ALL, LAST, NULL, NULL},
    {"k3s agent", PM_GROUP_ALL, LAST, NULL, NULL},
    {"k3d", PM_GROUP_ALL, LAST, NULL, NULL},
    {"k3d agent", PM_GROUP_ALL, LAST, NULL, NULL},
    {"agent", PM_GROUP_NODE, LAST, "k3d", NULL}, // k3d-dev-agent-0
    {"server", PM_GROUP_NODE, LAST, "k3d", NULL},
    {"control plane", PM_GROUP_NODE, LAST, "kind", NULL},
    {"worker", PM_GROUP_NODE, LAST, "kind", NULL},
    {"k0s", PM_GROUP_ALL, LAST, NULL, NULL},
    {"k0sworker", PM_GROUP_ALL, LAST, NULL, NULL},
    {"k0scontroller", PM_GROUP_ALL, LAST, NULL, NULL},
    {"rke2", PM_GROUP_ALL, LAST, NULL, NULL},
    {"rke2 agent", PM_GROUP_ALL, LAST, NULL, NULL},
    {"rancher system agent", PM_GROUP_ALL, LAST, NULL, NULL},
    {"nomad", PM_GROUP_ALL, LAST, NULL, NULL},
    {"nomad agent", PM_GROUP_ALL, LAST, NULL, NULL},
    {"nomad client", PM_GROUP_ALL, LAST, NULL, NULL},
    {"ecs agent", PM_GROUP_ALL, LAST, NULL, NULL},
    {"amazon ecs", PM_GROUP_ALL, LAST, NULL, NULL},
    {"amazon ecs init", PM_GROUP_ALL, LAST, NULL, NULL},
    {"talos", PM_GROUP_ALL, WHOLE, NULL, NULL},
    {"machined", PM_GROUP_ALL, LAST, NULL, NULL},
    {"balena", PM_GROUP_ALL, WHOLE, NULL, NULL},
    {"balenad", PM_GROUP_ALL, LAST, NULL, NULL},
    {"balena engine", PM_GROUP_ALL, LAST, NULL, NULL},
    {"credential provider", PM_GROUP_NODE, LAST, NULL, NULL},
    {"kubeadm", PM_GROUP_ALL, LAST, NULL, NULL},
    {"systemd", PM_GROUP_ALL, PROGRAM, NULL, NULL},
    {"kernel", PM_GROUP_ALL, PROGRAM, NULL, NULL},
    {"init", PM_GROUP_NODE | PM_GROUP_HOST, PROGRAM, NULL, NULL},
    // clients, builders, runners, and the shells that call them
    {"podman", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"skopeo", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"buildah", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"buildkit", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"buildkitd", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"buildx", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"kaniko", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"img", PM_GROUP_CLIENT, PROGRAM, NULL, NULL},
    {"nerdctl", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"ctr", PM_GROUP_CLIENT, PROGRAM, NULL, NULL},
    {"crictl", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"crane", PM_GROUP_CLIENT, WHOLE, NULL, NULL},
    {"dind", PM_GROUP_CLIENT | PM_GROUP_NODE, LAST, NULL, NULL},
    {"compose", PM_GROUP_CLIENT, PROGRAM, NULL, NULL},
    {"docker compose", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"runner", PM_GROUP_CLIENT, LAST,
     "gitlab github gh gha actions ci act gitea forgejo build arc self hosted k8s kubernetes docker ephemeral azure azp bitbucket circleci woodpecker drone "
     "jenkins",
     NULL},
    {"runner", PM_GROUP_CLIENT, WHOLE, NULL, NULL},
    {"jnlp", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"inbound agent", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"jenkins", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"jenkins agent", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"tekton", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"drone", PM_GROUP_CLIENT, WHOLE, NULL, NULL},
    {"drone agent", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"woodpecker", PM_GROUP_CLIENT, WHOLE, NULL, NULL},
    {"woodpecker agent", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"buildkite", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"buildkite agent", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"prow", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"prowjob", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"watchtower", PM_GROUP_CLIENT, LAST, NULL, NULL},
    {"cloud init", PM_GROUP_ALL, PROGRAM, NULL, NULL},
    {"ignition", PM_GROUP_ALL, PROGRAM, NULL, NULL},
    {"bash", PM_GROUP_CLIENT | PM_GROUP_PROBE, PROGRAM, NULL, NULL},
    {"sh", PM_GROUP_CLIENT | PM_GROUP_PROBE, PROGRAM, NULL, NULL},
    {"sudo", PM_GROUP_CLIENT, PROGRAM, NULL, NULL},
    {"cron", PM_GROUP_CLIENT | PM_GROUP_PROBE, PROGRAM, NULL, NULL},
    {"crond", PM_GROUP_CLIENT | PM_GROUP_PROBE, PROGRAM, NULL, NULL},
    // registries and what stands before them
    {"registry", PM_GROUP_REGISTRY, LAST, NULL,
     "schema service services discovery module npm maven pypi gem cargo crate feature plugin device user event events type metric metrics asset gift patient "
     "model"},
    {"registry proxy", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"distribution", PM_GROUP_REGISTRY, WHOLE, NULL, NULL},
    {"distribution registry", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"registryctl", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"harbor", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"harbor jobservice", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"quay", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"nexus", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"nexus3", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"nexus repository manager", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"artifactory", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"jfrog", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"jfrog container registry", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"zot", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"gitea", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"forgejo", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"pulp", PM_GROUP_REGISTRY, WHOLE, NULL, NULL},
    {"pulp content", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"pulp api", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"spegel", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"dragonfly", PM_GROUP_REGISTRY, WHOLE, NULL, NULL},
    {"dfdaemon", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"kraken", PM_GROUP_REGISTRY, WHOLE, NULL, NULL},
    {"kraken agent", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"kraken origin", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"rpardini", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"nginx", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"ingress", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"ingress controller", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"ingress nginx controller", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"ingressgateway", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"traefik", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"envoy", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"envoy gateway", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"istiod", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"haproxy", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"proxy", PM_GROUP_REGISTRY, WHOLE, NULL, NULL},
    {"proxy", PM_GROUP_REGISTRY, LAST,
     "registry docker oci image images hub dockerhub egress forward forwarding outbound http https pull cache caching mirror squid istio nginx envoy reverse "
     "corp "
     "corporate internet web",
     NULL},
    {"squid", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"tinyproxy", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"caddy", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"httpd", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"apache2", PM_GROUP_REGISTRY, LAST, NULL, NULL},
    {"zoraxy", PM_GROUP_REGISTRY, LAST, NULL, NULL},
};
// Parts and places of a program: behind its name they say nothing.
static const char parts[] =
    "app main server core service svc container pod node worker daemon daemonset ds sts deployment deploy master primary secondary replica ha "
    "controlplane local private public internal external prod production dev staging cache mirror hub default current wrapper build builder job "
    "step helper executor set pool instance cluster host system sess session";
// What repeats others. Any of these words anywhere in a name, and it vouches for nothing.
static const char repeaters[] =
    "shipper fluent fluentd fluentbit promtail vector filebeat logstash rsyslog journalbeat loki collector exporter eventrouter alertmanager "
    "alert alerts prometheus grafana slack chat bot chatops notifier notify notification webhook ticket tickets argocd flux gitops dashboard "
    "detector kubewatch robusta botkube assistant tail reporter forwarder tailer datadog newrelic splunk opentelemetry otel watcher descheduler";

// The next word of a name, *at behind it; PM_NONE at the end.
static struct pm_str next_word(struct pm_str s, size_t *at) {
    while (*at < s.n && !pm_char_alnum(s.p[*at])) ++*at;
    size_t from = *at;
    while (*at < s.n && pm_char_alnum(s.p[*at])) ++*at;
    return pm_str_sub(s, from, *at - from);
}
// The lists are of small letters and figures, a blank between two words.
static bool word_in(struct pm_str word, const char *list) {
    char small[24]; // no listed word is longer
    const struct pm_str all = pm_str_c(list), wanted = {small, word.n};
    if (!word.n || word.n > sizeof small) return false;
    for (size_t i = 0; i < word.n; i++)
        small[i] = (char)(word.p[i] >= 'A' && word.p[i] <= 'Z' ? word.p[i] + 32 : word.p[i]);
    for (ptrdiff_t at = pm_str_find(all, wanted, 0); at >= 0;
         at = pm_str_find(all, wanted, (size_t)at + 1)) {
        size_t end = (size_t)at + word.n;
        if ((at == 0 || all.p[at - 1] == ' ') && (end == all.n || all.p[end] == ' ')) return true;
    }
    return false;
}

#define WORDS 24
struct words {
    struct pm_str at[WORDS]; // of a longer name the last ones
    size_t n;
};
static struct words words_of(struct pm_str name) {
    struct words w = {0};
    for (size_t at = 0;;) {
        struct pm_str word = next_word(name, &at);
        if (!word.n) return w;
        if (w.n == WORDS) {
            memmove(w.at, w.at + 1, (WORDS - 1) * sizeof *w.at);
            w.n--;
        }
        w.at[w.n++] = word;
    }
}

// An instance's own: a number, letters of the alphabet that Kubernetes draws from, which
// has no vowels, and GitLab's words between them.
static bool is_id(struct pm_str word) {
    bool vowel = false;
    if (word_in(word, "project concurrent")) return true; // runner-…-project-12-concurrent-0
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] >= '0' && word.p[i] <= '9') return true;
        vowel = vowel || strchr("aeiouyAEIOU", word.p[i]);
    }
    return !vowel && word.n >= 5;
}

static bool any_before(const struct words *w, size_t end, const char *list) {
    for (size_t i = 0; i < end; i++)
        if (word_in(w->at[i], list)) return true;
    return false;
}
// Do the row's words stand in w right before `end`?
static bool row_stands(const struct name_row *row, const struct words *w, size_t end) {
    const char *blank = strrchr(row->words, ' ');
    if (!pm_str_ieq(w->at[end - 1], pm_str_c(blank ? blank + 1 : row->words)))
        return false; // nearly all rows end here
    struct words own = words_of(pm_str_c(row->words));
    if (own.n > end) return false;
    for (size_t i = 0; i < own.n; i++)
        if (!pm_str_ieq(w->at[end - own.n + i], own.at[i])) return false;
    if (row->how != LAST && end != own.n) return false;
    return (!row->only || any_before(w, end - own.n, row->only)) &&
           (!row->never || !any_before(w, end - own.n, row->never));
}
static unsigned groups_at(const struct words *w, size_t end, bool program, bool parts_behind) {
    unsigned groups = 0;
    for (size_t i = 0; i < PM_LEN(vouched); i++) {
        if (vouched[i].how == PROGRAM && !program) continue;
        if (vouched[i].how != LAST && parts_behind) continue;
        if (row_stands(&vouched[i], w, end)) groups |= vouched[i].groups;
    }
    return groups;
}
unsigned pm_writer_groups(struct pm_str name, enum pm_writer_name kind) {
    if (kind == PM_WRITER_PROGRAM && pm_str_ends(name, PM_STR(".service")))
        name.n -= strlen(".service");
    struct words w = words_of(name);
    bool parts_behind = false;
    for (size_t end = w.n; end > 0; end--) {
        unsigned groups = groups_at(&w, end, kind == PM_WRITER_PROGRAM, parts_behind);
        bool part = word_in(w.at[end - 1], parts);
        if (groups) return groups;
        if (!part && !is_id(w.at[end - 1])) return 0;
        parts_behind = parts_behind || part;
    }
    return 0;
}

bool pm_writer_nameless(struct pm_str name) {
    struct words w = words_of(name);
    for (size_t i = 0; i < w.n; i++)
        if (!word_in(w.at[i], parts) && !is_id(w.at[i])) return false;
    return true;
}

bool pm_writer_repeats(struct pm_str name) {
    struct words w = words_of(name);
    for (size_t i = 0; i < w.n; i++)
        if (word_in(w.at[i], repeaters)) return true;
    return false;
}
