// Node names out of paths and out of company, by the layouts of the collectors that the
// lists below name.
#include "clock/node.h"
#include "clock/name.h"
#include "pm/intern.h"
#include <stdlib.h>

// Folders whose subfolders are nodes.
static const char *const parents[] = {
    "nodes",    // own grabs, many scripts
    "hosts",    // sonobuoy: hosts/NODE/configz.json
    "machines", // cluster API: clusters/C/machines/M/kubelet.log
    "node-logs", "nodelogs", "node_logs", "workers", "masters", "control-planes",
};
// Files that say "the folder I am in is a node" (kind, kOps, e2e, plain grabs).
static const char *const node_files[] = {
    "kubelet.log",
    "journal.log",
    "containerd.log",
    "docker.log",
    "dockerd.log",
    "crio.log",
    "kern.log",
    "serial.log",
    "images.log",
    "kubernetes-version.txt",
    "inspect.json",
    "kube-proxy.log",
    "kubelet.log.gz",
    "journal.log.gz",
    "containerd.log.gz",
    "docker.log.gz",
    "crio.log.gz",
    "cloud-init.log",
    "cloud-init-output.log",
    "kubelet.service.log",
    "containerd.service.log",
    "docker.service.log",
    "crio.service.log",
    "kubelet",
    "containerd",
};
// Folders that are no node whatever lies in them.
static const char *const generic[] = {
    "kubelet",
    "containerd",
    "docker",
    "crio",
    "log",
    "logs",
    "var",
    "var_log",
    "journald",
    "journal",
    "system",
    "systemlogs",
    "agent-logs",
    "agent",
    "k3s",
    "rke2",
    "rke",
    "artifacts",
    "nodes",
    "hosts",
    "bundle",
    "support-bundle",
    "node",
    "cluster",
    "host",
    "tmp",
    "data",
    "etc",
    "run-host",
    "host-collectors",
    "sos_commands",
    "services",
    "host_service_logs",
    "masters",
    "workers",
    "controlplane",
    "control-plane",
    "podlogs",
    "pods",
    "containers",
    "output",
    "dump",
    "collect",
    "collected",
    "diagnostics",
    "files",
};
// Folders whose subfolders are namespaces or objects: what lies in these is no node's
// own.
static const char *const object_folders[] = {
    "pods",       "namespaces",   "namespace",   "ns",       "events",     "deployments",
    "daemonsets", "statefulsets", "replicasets", "jobs",     "cronjobs",   "configmaps",
    "secrets",    "services",     "pod-logs",    "podlogs",  "containers", "cluster-resources",
    "resources",  "core",         "apps",        "workloads"};
// Programs in a file's name beside which the node may stand: kubelet-node7.log,
// node7_containerd.log.
static const char *const programs[] = {"kubelet", "containerd", "dockerd",  "docker", "crio",
                                       "journal", "journalctl", "messages", "syslog"};

static bool listed(const char *const *list, size_t n, struct pm_str s) {
    for (size_t i = 0; i < n; i++)
        if (pm_str_ieq(s, pm_str_c(list[i]))) return true;
    return false;
}
#define LISTED(list, s) listed(list, PM_LEN(list), s)

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Host names as RFC 1123 has them; a date is none.
static bool is_name(struct pm_str s) {
    if (s.n == 0 || s.n > 253 || LISTED(generic, s)) return false;
    bool letter = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alpha && !is_digit(c) && c != '-' && c != '.') return false;
        letter |= alpha;
    }
    return s.p[0] != '-' && s.p[0] != '.' && (letter || pm_str_has(s, PM_STR("."))) &&
           pm_clock_name_date(s) == PM_NO_TIME;
}

// "2024-01-02" at `at`, joined by `-`.
static bool date_at(struct pm_str s, size_t at) {
    static const char shape[] = "dddd-dd-dd";
    if (at + 10 > s.n) return false;
    for (size_t i = 0; i < 10; i++)
        if (shape[i] == 'd' ? !is_digit(s.p[at + i]) : s.p[at + i] != '-') return false;
    return true;
}

// Names that collectors build: Rancher HOST-2024-01-02_03_04_05, EKS
// eks_i-0abc_2024-01-02_0304-UTC_0.7.9.tar.gz, sosreport-HOST-0123456-2024-01-02-abcdefg,
// klog's kubelet.HOST.USER.log.INFO.20240102-030405.1.
static struct pm_str collector_name(struct pm_str s) {
    struct pm_str sos = PM_STR("sosreport-");
    if (pm_str_starts(s, PM_STR("eks_i-"))) return pm_str_between(s, PM_STR("_"), PM_STR("_"));
    for (size_t at = 2; at < s.n; at++) {
        if (s.p[at - 1] != '-' || !date_at(s, at)) continue;
        struct pm_str host = pm_str_sub(s, 0, at - 1);
        if (pm_str_starts(host, sos)) {
            host = pm_str_from(host, sos.n);
            size_t digits = host.n;
            while (digits > 0 && is_digit(host.p[digits - 1])) digits--;
            if (host.n - digits >= 5 && digits > 1 && host.p[digits - 1] == '-')
                host.n = digits - 1; // the support case
            return is_name(host) ? host : PM_NONE;
        }
        bool rancher =
            at + 19 <= s.n && s.p[at + 10] == '_' && s.p[at + 13] == '_' && s.p[at + 16] == '_';
        return rancher && is_name(host) ? host : PM_NONE;
    }
    ptrdiff_t log = pm_str_find(s, PM_STR(".log.INFO."), 0);
    struct pm_str kubelet = PM_STR("kubelet.");
    if (log > 0 && pm_str_starts(s, kubelet)) { // HOST may hold dots, USER not
        struct pm_str host = pm_str_sub(s, kubelet.n, (size_t)log - kubelet.n);
        ptrdiff_t user = pm_str_rchr(host, '.');
        if (user > 0) return pm_str_sub(host, 0, (size_t)user);
    }
    return PM_NONE;
}

// NS_POD_UID, the folder of a pod's logs.
static bool is_pod_folder(struct pm_str s) {
    size_t bars = 0;
    for (size_t i = 0; i < s.n; i++) bars += s.p[i] == '_';
    return bars == 2;
}

static struct pm_str stem_of(struct pm_str file) {
    static const char *const tails[] = {".gz", ".xz", ".zst", ".bz2", ".txt", ".log", ".json"};
    for (size_t i = 0; i < PM_LEN(tails); i++)
        if (pm_str_ends(file, pm_str_c(tails[i]))) file.n -= strlen(tails[i]);
    return file;
}

// node7-kubelet.log, kubelet_node7.log: a name with letters and digits, so that
// "kubelet-config" is none.
static struct pm_str beside_program(struct pm_str file) {
    struct pm_str base = pm_node_unrotated(file),
                  stem = stem_of(pm_str_ends(base, PM_STR(".log")) ? base : file);
    for (size_t i = 0; i < PM_LEN(programs); i++) {
        struct pm_str program = pm_str_c(programs[i]), host = PM_NONE;
        if (stem.n <= program.n + 1) continue;
        if (pm_str_starts(stem, program) && memchr("-_.", stem.p[program.n], 3))
            host = pm_str_from(stem, program.n + 1);
        else if (pm_str_ends(stem, program) && memchr("-_.", stem.p[stem.n - program.n - 1], 3))
            host = pm_str_sub(stem, 0, stem.n - program.n - 1);
        bool digit = false, letter = false;
        for (size_t k = 0; k < host.n; k++) {
            digit |= is_digit(host.p[k]);
            letter |= host.p[k] >= 'a' && host.p[k] <= 'z';
        }
        if (digit && letter && is_name(host)) return host;
    }
    return PM_NONE;
}

#define PARTS_MAX 32
static size_t split(struct pm_str path, struct pm_str parts[PARTS_MAX]) {
    size_t n = 0;
    for (size_t at = 0; at <= path.n && n < PARTS_MAX;) {
        ptrdiff_t slash = pm_str_chr(path, '/', at);
        size_t end = slash < 0 ? path.n : (size_t)slash;
        parts[n++] = pm_str_sub(path, at, end - at);
        at = end + 1;
    }
    return n;
}

bool pm_node_is_object(struct pm_str path) {
    struct pm_str parts[PARTS_MAX];
    size_t n = split(path, parts);
    for (size_t i = 0; i + 2 < n; i++)
        if (LISTED(object_folders, parts[i])) return true;
    return false;
}

struct pm_str pm_node_of_path(struct pm_str path, struct pm_str input) {
    struct pm_str parts[PARTS_MAX];
    size_t n = split(path, parts);
    for (size_t i = 0; i + 2 < n; i++)
        if (LISTED(parents, parts[i]) && is_name(parts[i + 1])) return parts[i + 1];
    if (n >= 1 && LISTED(parents, stem_of(input)) && n >= 2 && is_name(parts[0]))
        return parts[0]; // `nodes/` itself was given
    for (size_t i = 0; i < n; i++) {
        struct pm_str host = collector_name(parts[i]);
        if (host.n) return host;
    }
    struct pm_str host = collector_name(input);
    if (host.n) return host;
    if (n >= 2 && !pm_node_is_object(path) &&
        (LISTED(node_files, parts[n - 1]) || LISTED(node_files, pm_node_unrotated(parts[n - 1]))) &&
        is_name(parts[n - 2]))
        return parts[n - 2];
    for (size_t i = 1; i + 1 < n; i++)
        if (pm_str_eqc(parts[i], "pods") && is_pod_folder(parts[i + 1]) && is_name(parts[i - 1]))
            return parts[i - 1];
    return n ? beside_program(parts[n - 1]) : PM_NONE;
}

// ---- company

// What the members under a folder, or sharing a path's name, say.
struct company {
    enum pm_node_from from; // the best source met
    struct pm_str node;
    bool several;
};

static bool same_host(struct pm_str a, struct pm_str b) {
    return pm_clock_node_hash(a) == pm_clock_node_hash(b);
}

static void hears(struct company *c, const struct pm_node_member *m) {
    if (m->from < c->from) return;
    if (m->from > c->from) *c = (struct company){m->from, m->node, false};
    else if (!same_host(c->node, m->node)) c->several = true;
    else if (m->node.n > c->node.n) c->node = m->node; // the full name over its first label
}

struct companies {
    struct pm_intern *names;
    struct company *items;
    size_t n, cap;
};
static struct company *company_of(struct companies *c, struct pm_str name) {
    uint32_t id = pm_intern_id(c->names, name);
    while (c->n <= id) *PM_PUSH(c->items, c->n, c->cap) = (struct company){0};
    return &c->items[id];
}
static void companies_free(struct companies *c) {
    pm_intern_free(c->names);
    free(c->items);
}

// A folder named by a node, whose files call their node otherwise, and all the same.
static void rename_by_files(struct pm_node_member *m, size_t n) {
    struct companies groups = {.names = pm_intern_new()};
    for (size_t i = 0; i < n; i++)
        if (m[i].by_path.n && m[i].from > PM_NODE_PATH && m[i].node_side)
            hears(company_of(&groups, m[i].by_path), &m[i]);
    for (size_t i = 0; i < n; i++) {
        if (!m[i].by_path.n || m[i].from == PM_NODE_ENVELOPE) continue;
        const struct company *c = company_of(&groups, m[i].by_path);
        if (c->from > PM_NODE_PATH && !c->several) m[i].node = c->node;
    }
    companies_free(&groups);
}

void pm_node_resolve(struct pm_node_member *m, size_t n) {
    rename_by_files(m, n);
    struct companies folders = {.names = pm_intern_new()}, hosts = {.names = pm_intern_new()};
    for (size_t i = 0; i < n; i++) {
        if (m[i].from == PM_NODE_UNKNOWN || !m[i].node_side) continue;
        hears(company_of(&hosts, m[i].node), &m[i]);
        for (struct pm_str folder = pm_clock_folder_of(m[i].path);;
             folder = pm_clock_folder_of(folder)) {
            hears(company_of(&folders, folder), &m[i]);
            if (folder.n == 0) break;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (m[i].from != PM_NODE_UNKNOWN || !m[i].node_side) continue;
        ptrdiff_t slash = pm_str_rchr(m[i].path, '/');
        struct pm_str stem = stem_of(pm_str_from(m[i].path, (size_t)(slash + 1)));
        uint32_t host = pm_intern_find(hosts.names, stem);
        if (stem.n && host < hosts.n && hosts.items[host].from) m[i].node = stem;
        for (struct pm_str folder = pm_clock_folder_of(m[i].path); !m[i].node.n;
             folder = pm_clock_folder_of(folder)) {
            const struct company *c = company_of(&folders, folder);
            if (c->from && !c->several) m[i].node = c->node;
            if (c->from || folder.n == 0) break;
        }
    }
    companies_free(&folders);
    companies_free(&hosts);
}
