// What is no secret of anybody's: names that every cluster has, hosts of vendors, public
// repositories, and the words of which bundles' paths are made.
#include "pseudonym/pseudonym.h"

static bool in_words(struct pm_str word, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (pm_str_ieq(word, pm_str_c(words[i]))) return true;
    return false;
}
#define IN(word, list) in_words(word, list, PM_LEN(list))

bool public_word(struct pm_str word) {
    static const char *const words[] = {
        // of every cluster
        "default", "kube-system", "kube-public", "kube-node-lease", "system", "masters", "nodes",
        "anonymous", "unauthenticated", "authenticated", "root", "robot", "serviceaccount",
        "serviceaccounts", "localhost", "kube-apiserver", "kube-controller-manager",
        "kube-scheduler", "kube-proxy", "etcd", "coredns", "kubelet", "metrics-server",
        "containerd", "docker", "dockerd", "crio", "cri-o", "podman", "buildkit", "kubernetes",
        "openshift", "kube-flannel", "calico-system", "calico-node", "cilium", "ingress-nginx",
        "cert-manager", "local-path-storage", "local-path-provisioner", "storage-provisioner",
        "gatekeeper-system", "tigera-operator", "istio-system", "monitoring", "logging", "aws-node",
        "ebs-csi-node", "node-exporter", "node-problem-detector", "registry", "harbor-core",
        "harbor-registry", "POD", "none", "unknown", "null", "true", "false", "GET", "HEAD", "POST",
        "PUT",
        // of everybody's software
        "library", "nginx", "redis", "busybox", "alpine", "debian", "ubuntu", "postgres", "mysql",
        "mongo", "node", "python", "golang", "openjdk", "httpd", "traefik", "haproxy", "memcached",
        "rabbitmq", "hello-world", "pause", "sha256", "latest", "v2", "manifests", "blobs", "tags",
        "list", "token"};
    return IN(word, words);
}

bool public_path_word(struct pm_str word) {
    static const char *const words[] = {
        "node",       "nodes",       "worker",      "workers",      "master",      "masters",
        "control",    "plane",       "log",         "logs",         "journal",     "journald",
        "system",     "kubelet",     "containerd",  "docker",       "dockerd",     "crio",
        "podman",     "kube",        "kubectl",     "cluster",      "scoped",      "resources",
        "core",       "apps",        "batch",       "events",       "event",       "pods",
        "pod",        "describe",    "yaml",        "yml",          "json",        "jsonl",
        "txt",        "gz",          "tgz",         "tar",          "zst",         "xz",
        "bz",         "zip",         "namespaces",  "namespace",    "all",         "must",
        "gather",     "bundle",      "bundles",     "support",      "dump",        "info",
        "host",       "hosts",       "var",         "lib",          "etc",         "run",
        "usr",        "opt",         "home",        "tmp",          "mnt",         "root",
        "proc",       "dev",         "work",        "src",          "test",        "tests",
        "testdata",   "data",        "messages",    "syslog",       "kern",        "kernel",
        "dmesg",      "access",      "error",       "errors",       "server",      "nginx",
        "haproxy",    "envoy",       "traefik",     "squid",        "proxy",       "registry",
        "harbor",     "nexus",       "artifactory", "quay",         "zot",         "gitlab",
        "config",     "conf",        "toml",        "registries",   "certs",       "daemon",
        "current",    "previous",    "sos",         "commands",     "sosreport",   "sonobuoy",
        "podlogs",    "plugins",     "results",     "images",       "image",       "cri",
        "crictl",     "inspect",     "systemd",     "units",        "service",     "services",
        "out",        "stdout",      "stderr",      "output",       "objects",     "object",
        "list",       "table",       "wide",        "get",          "top",         "version",
        "deploy",     "deployments", "daemonsets",  "statefulsets", "replicasets", "jobs",
        "cronjobs",   "metrics",     "prometheus",  "alerts",       "client",      "clients",
        "build",      "builds",      "console",     "session",      "screen",      "paste",
        "notes",      "readme",      "html",        "csv",          "sql",         "audit",
        "cloudtrail", "cloud",       "remote",      "local",        "mirror",      "cache",
        "hub",        "ecr",         "gcr",         "acr",          "eks",         "gke",
        "aks",        "kind",        "minikube",    "kops",         "rancher",     "rke",
        "export",     "rotated",     "old",         "new",          "day",         "date",
        "uptime",     "disk",        "df",          "lsblk",        "free",        "network",
        "resolv",     "runtime",     "operator",    "openshift",    "ingress",     "controller",
        "apiserver",  "scheduler",   "etcd",        "prow",         "artifacts",   "troubleshoot",
        "grab",       "layout",      "demo",        "case",         "cases",       "shard",
        "shards",     "input",       "part",        "the",          "and",         "with"};
    return IN(word, words);
}

// Last labels of hosts' names; `doubtful` are those that files, fields and units end in.
bool public_top(struct pm_str label, bool *doubtful) {
    static const char *const clear[] = {
        "com",     "net",      "org",    "edu",  "gov",  "mil",     "corp",    "lan",
        "intra",   "intranet", "home",   "arpa", "test", "example", "invalid", "localdomain",
        "de",      "fr",       "uk",     "nl",   "ch",   "pl",      "cz",      "se",
        "fi",      "dk",       "eu",     "us",   "ca",   "br",      "jp",      "cn",
        "kr",      "in",       "au",     "nz",   "ru",   "ua",      "il",      "tr",
        "es",      "pt",       "ie",     "gr",   "hu",   "ro",      "sg",      "hk",
        "tw",      "za",       "mx",     "ar",   "cl",   "cloud",   "tech",    "online",
        "company", "biz",      "consul", "svc"};
    static const char *const unclear[] = {
        "io", "dev", "app", "local", "internal", "info", "name",    "me",  "at",   "be",     "it",
        "no", "co",  "ai",  "run",   "host",     "site", "cluster", "k8s", "prod", "private"};
    *doubtful = IN(label, unclear);
    return *doubtful || IN(label, clear);
}

enum domain public_domain(const struct pm_str *labels, size_t n, size_t *its_labels) {
    static const struct {
        const char *labels; // of the end of a host's name
        enum domain domain;
    } rows[] = {{"docker.io", DOMAIN_PUBLIC},
                {"docker.com", DOMAIN_PUBLIC},
                {"quay.io", DOMAIN_PUBLIC},
                {"gcr.io", DOMAIN_PUBLIC},
                {"k8s.io", DOMAIN_PUBLIC},
                {"kubernetes.io", DOMAIN_PUBLIC},
                {"ghcr.io", DOMAIN_PUBLIC},
                {"github.com", DOMAIN_PUBLIC},
                {"golang.org", DOMAIN_PUBLIC},
                {"githubusercontent.com", DOMAIN_PUBLIC},
                {"microsoft.com", DOMAIN_PUBLIC},
                {"ecr.aws", DOMAIN_PUBLIC},
                {"redhat.com", DOMAIN_PUBLIC},
                {"redhat.io", DOMAIN_PUBLIC},
                {"gitlab.com", DOMAIN_PUBLIC},
                {"nvcr.io", DOMAIN_PUBLIC},
                {"elastic.co", DOMAIN_PUBLIC},
                {"pkg.dev", DOMAIN_PUBLIC},
                {"googleapis.com", DOMAIN_PUBLIC},
                {"google.com", DOMAIN_PUBLIC},
                {"icr.io", DOMAIN_PUBLIC},
                {"opencontainers.org", DOMAIN_PUBLIC},
                {"mozilla.org", DOMAIN_PUBLIC},
                {"letsencrypt.org", DOMAIN_PUBLIC},
                {"cloudflare.com", DOMAIN_PUBLIC},
                {"cloudflarestorage.com", DOMAIN_TENANTS},
                {"containerd.io", DOMAIN_PUBLIC},
                {"openshift.io", DOMAIN_PUBLIC},
                {"rancher.io", DOMAIN_PUBLIC},
                {"cattle.io", DOMAIN_PUBLIC},
                {"projectcalico.org", DOMAIN_PUBLIC},
                {"istio.io", DOMAIN_PUBLIC},
                {"helm.sh", DOMAIN_PUBLIC},
                {"x-k8s.io", DOMAIN_PUBLIC},
                {"podman.io", DOMAIN_PUBLIC},
                {"goharbor.io", DOMAIN_PUBLIC},
                {"svc.cluster.local", DOMAIN_TENANTS},
                {"cluster.local", DOMAIN_TENANTS},
                {"compute.internal", DOMAIN_TENANTS},
                {"ec2.internal", DOMAIN_TENANTS},
                {"amazonaws.com.cn", DOMAIN_TENANTS},
                {"amazonaws.com", DOMAIN_TENANTS},
                {"azurecr.io", DOMAIN_TENANTS},
                {"azurecr.cn", DOMAIN_TENANTS},
                {"windows.net", DOMAIN_TENANTS},
                {"azure.com", DOMAIN_TENANTS},
                {"cloudfront.net", DOMAIN_TENANTS},
                {"jfrog.io", DOMAIN_TENANTS},
                {"digitaloceanspaces.com", DOMAIN_TENANTS},
                {"digitalocean.com", DOMAIN_PUBLIC},
                {"googleusercontent.com", DOMAIN_TENANTS},
                {"aliyuncs.com", DOMAIN_TENANTS},
                {"myhuaweicloud.com", DOMAIN_TENANTS},
                {"myqcloud.com", DOMAIN_TENANTS},
                {"ocir.io", DOMAIN_TENANTS},
                {"azurefd.net", DOMAIN_TENANTS},
                {"fastly.net", DOMAIN_TENANTS}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_str own[4];
        size_t k = host_labels(pm_str_c(rows[i].labels), own, PM_LEN(own)), same = 0;
        while (same < k && k <= n && pm_str_ieq(labels[n - 1 - same], own[k - 1 - same])) same++;
        *its_labels = k;
        if (same == k) return rows[i].domain;
    }
    *its_labels = 1;
    return DOMAIN_OTHER;
}

static bool begins_with(struct pm_str repository, const char *const *owners, size_t n) {
    ptrdiff_t slash = pm_str_chr(repository, '/', 0);
    struct pm_str owner = slash < 0 ? repository : pm_str_sub(repository, 0, (size_t)slash);
    return in_words(owner, owners, n);
}
// Registries whose every repository is a vendor's, and the owners on shared ones whose
// images everybody runs. Whose name is not here may be anybody's own.
bool public_repository(struct pm_str registry, struct pm_str repository) {
    static const char *const registries[] = {"registry.k8s.io",
                                             "k8s.gcr.io",
                                             "mcr.microsoft.com",
                                             "registry.access.redhat.com",
                                             "registry.redhat.io",
                                             "docker.elastic.co",
                                             "nvcr.io",
                                             "container-registry.oracle.com",
                                             "registry.opensource.zalan.do",
                                             "cgr.dev"};
    static const char *const shared[] = {"docker.io", "quay.io", "ghcr.io", "gcr.io",
                                         "public.ecr.aws"};
    static const char *const owners[] = {"library",
                                         "google-containers",
                                         "google_containers",
                                         "distroless",
                                         "kaniko-project",
                                         "bitnami",
                                         "bitnamilegacy",
                                         "grafana",
                                         "prom",
                                         "prometheus",
                                         "prometheus-operator",
                                         "calico",
                                         "coreos",
                                         "jetstack",
                                         "cilium",
                                         "flannel",
                                         "flannel-io",
                                         "rancher",
                                         "kindest",
                                         "argoproj",
                                         "argoprojlabs",
                                         "fluxcd",
                                         "fluent",
                                         "istio",
                                         "linuxserver",
                                         "hashicorp",
                                         "openpolicyagent",
                                         "kubernetesui",
                                         "k8s-staging-test-infra",
                                         "metallb",
                                         "longhornio",
                                         "traefik",
                                         "nginxinc",
                                         "goharbor",
                                         "sonatype",
                                         "jenkins",
                                         "gitlab",
                                         "docker",
                                         "moby",
                                         "curlimages",
                                         "eks",
                                         "eks-distro",
                                         "amazonlinux",
                                         "aws-observability",
                                         "kubevirt",
                                         "tigera",
                                         "ratelimitpreview",
                                         "nvidia",
                                         "weaveworks",
                                         "openebs",
                                         "velero",
                                         "thanos",
                                         "percona"};
    bool on_shared = IN(registry, shared);
    if (IN(registry, registries)) return true;
    return on_shared && begins_with(repository, owners, PM_LEN(owners));
}
