// Findings and missing evidence: each with a bundle that has it and one that does not.
// Rows written by us to the shapes of include/pm/detail.h.
#include "judge_rows.h"

#define CONFIG(node_, detail_)                                                                     \
    {                                                                                              \
        .at = 0, .from = PM_COMP_HOST, .kind = PM_KIND_CONFIG, .node = (node_),                    \
        .detail = (detail_), .object = "config"                                                    \
    }
#define POD(pod_, detail_)                                                                         \
    {                                                                                              \
        .at = 0, .from = OBJECTS, .kind = PM_KIND_POD_STATE, .pod = (pod_), .node = "n1",          \
        .detail = (detail_)                                                                        \
    }
#define DISK(percent)                                                                              \
    {                                                                                              \
        .at = 1, .from = PM_COMP_HOST, .kind = PM_KIND_DISK_USAGE, .node = "n1",                   \
        .detail = "{\"mount\":\"/\",\"used_ratio\":0." percent "}"                                 \
    }
#define HUB_PULL(at_, node_, name)                                                                 \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = (node_), .took = 3,                               \
        OK_OF("docker.io/acme/" name ":1")                                                         \
    }
#define QUAY_PULL(at_, node_, name)                                                                \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = (node_), .took = 3,                               \
        OK_OF("quay.io/acme/" name ":1")                                                           \
    }
#define SLOW_PULL(at_, name, took_)                                                                \
    {                                                                                              \
        .at = (at_), .from = CONTAINERD, .node = "n1", .took = (took_),                            \
        OK_OF("quay.io/acme/" name ":1")                                                           \
    }

#define SETTING(source, key, value)                                                                \
    CONFIG("n1", "{\"source\":\"" source "\",\"settings\":{\"" key "\":" value                     \
                 "},\"lines\":{\"" key "\":7}}")
#define SETTINGS2(source, k1, v1, k2, v2)                                                          \
    CONFIG("n1", "{\"source\":\"" source "\",\"settings\":{\"" k1 "\":" v1 ",\"" k2 "\":" v2       \
                 "},\"lines\":{\"" k1 "\":7}}")

#define HOSTS(registry, server, hosts)                                                             \
    CONFIG("n1", "{\"source\":\"containerd.hosts\",\"settings\":{\"registry\":\"" registry         \
                 "\",\"server\":" server "," hosts "}}")
#define PULLS(url) "\"host." url ".capabilities\":[\"pull\",\"resolve\"]"

#define RUNS(name, runtime_)                                                                       \
    {                                                                                              \
        .at = 0, .from = OBJECTS, .kind = PM_KIND_NODE_STATE, .node = (name),                      \
        .detail = "{\"runtime\":\"" runtime_ "\"}"                                                 \
    }

struct finding_case {
    const char *id;
    bool yes;
    struct line lines[12];
    uint64_t line; // where it stands; 0 not asked
};

static const struct pm_finding *finding(const struct pm_report *r, const char *id) {
    for (size_t i = 0; i < r->findings_n; i++)
        if (pm_str_eqc(r->findings[i].id, id)) return &r->findings[i];
    return NULL;
}

static const struct finding_case CASES[] = {
    {"docker-insecure-registry",
     true,
     {SETTING("docker.daemon", "insecure-registries", "[\"r.example:5000\"]")},
     7},
    {"docker-insecure-registry", false, {SETTING("docker.daemon", "insecure-registries", "[]")}, 0},
    {"docker-insecure-registry",
     false,
     {SETTING("docker.daemon", "insecure-registries", "[\"127.0.0.0/8\"]")},
     0},
    {"containerd-skip-verify",
     true,
     {SETTING("containerd.hosts", "host.https://m.example.skip_verify", "true")},
     7},
    {"containerd-skip-verify",
     false,
     {SETTING("containerd.hosts", "host.https://m.example.skip_verify", "false")},
     0},
    {"containerd-skip-verify",
     true,
     {SETTING("containerd.config", "registry.configs.r.example.tls.insecure_skip_verify", "true")},
     7},
    {"k3s-skip-verify",
     true,
     {SETTING("k3s.registries", "configs.r.example.tls.insecure_skip_verify", "true")},
     7},
    {"k3s-skip-verify",
     false,
     {SETTING("k3s.registries", "configs.r.example.tls.insecure_skip_verify", "false")},
     0},
    {"registries-insecure",
     true,
     {SETTING("registries.conf", "registry.r.example.insecure", "true")},
     7},
    {"registries-insecure",
     false,
     {SETTING("registries.conf", "registry.r.example.blocked", "true")},
     0},
    {"crio-insecure-registry",
     true,
     {SETTING("crio.conf", "insecure_registries", "[\"r.example\"]")},
     7},
    {"crio-insecure-registry", false, {SETTING("crio.conf", "insecure_registries", "[]")}, 0},
    {"containerd-inline-auth",
     true,
     {SETTING("containerd.config", "registry.configs.r.example.auth", "true")},
     7},
    {"containerd-inline-auth",
     false,
     {SETTING("containerd.config", "registry.configs.r.example.auth", "false")},
     0},
    {"k3s-inline-auth", true, {SETTING("k3s.registries", "configs.r.example.auth", "true")}, 7},
    {"k3s-inline-auth",
     false,
     {SETTING("k3s.registries", "mirrors.r.example", "[\"https://m.example\"]")},
     0},
    {"hosts-inline-auth", true, {SETTING("containerd.hosts", "host.header", "true")}, 7},
    {"hosts-inline-auth",
     false,
     {SETTING("containerd.hosts", "server", "\"https://r.example\"")},
     0},
    {"containerd-mirrors-rejected",
     true,
     {SETTINGS2("containerd.config", "registry.mirrors.docker.io", "[\"https://m.example\"]",
                "registry.config_path", "\"/etc/x\"")},
     7},
    {"containerd-mirrors-rejected",
     false,
     {SETTINGS2("containerd.config", "registry.mirrors.docker.io", "[\"https://m.example\"]",
                "registry.config_path", "\"\"")},
     0},
    {"containerd-mirrors-deprecated",
     true,
     {SETTING("containerd.config", "registry.mirrors.docker.io", "[\"https://m.example\"]")},
     7},
    {"containerd-mirrors-deprecated",
     false,
     {SETTINGS2("containerd.config", "registry.mirrors.docker.io", "[\"https://m.example\"]",
                "registry.config_path", "\"/etc/x\"")},
     0},
    {"containerd-section-ignored",
     true,
     {SETTINGS2("containerd.config", "registry.section", "\"io.containerd.grpc.v1.cri\"", "version",
                "3")},
     7},
    {"containerd-section-ignored",
     false,
     {SETTINGS2("containerd.config", "registry.section", "\"io.containerd.grpc.v1.cri\"", "version",
                "2")},
     0},
    {"kubelet-serial-pulls", true, {SETTING("kubelet.config", "serializeImagePulls", "true")}, 7},
    {"kubelet-serial-pulls", false, {SETTING("kubelet.config", "serializeImagePulls", "false")}, 0},
    {"kubelet-pull-qps", true, {SETTING("kubelet.config", "registryPullQPS", "2")}, 7},
    {"kubelet-pull-qps", false, {SETTING("kubelet.config", "registryPullQPS", "0")}, 0}, // no limit
    {"kubelet-gc-late", true, {SETTING("kubelet.config", "imageGCHighThresholdPercent", "95")}, 7},
    {"kubelet-gc-late", false, {SETTING("kubelet.config", "imageGCHighThresholdPercent", "85")}, 0},
    {"kubelet-gc-early", true, {SETTING("kubelet.config", "imageGCHighThresholdPercent", "50")}, 7},
    {"kubelet-gc-early",
     false,
     {SETTING("kubelet.config", "imageGCHighThresholdPercent", "85")},
     0},
    {"frozen-pause-image",
     true,
     {SETTING("containerd.config", "sandbox_image", "\"k8s.gcr.io/pause:3.6\"")},
     7},
    {"frozen-pause-image",
     false,
     {SETTING("containerd.config", "sandbox_image", "\"registry.k8s.io/pause:3.9\"")},
     0},
    {"hub-anonymous",
     true,
     {POD("shop/web",
          "{\"pull_secrets\":[],\"containers\":[{\"name\":\"c\",\"image\":\"nginx:1.27\"}]}")},
     0},
    {"hub-anonymous",
     false,
     {POD(
         "shop/web",
         "{\"pull_secrets\":[\"hub\"],\"containers\":[{\"name\":\"c\",\"image\":\"nginx:1.27\"}]}")},
     0},
    {"hub-anonymous",
     false,
     {POD("shop/web", "{\"containers\":[{\"name\":\"c\",\"image\":\"nginx:1.27\"}]}")},
     0}, // not told whether it has secrets
    {"hub-anonymous",
     false,
     {POD("shop/web",
          "{\"pull_secrets\":[],\"containers\":[{\"name\":\"c\",\"image\":\"nginx:1.27\"}]}"),
      SETTING("docker.daemon", "registry-mirrors", "[\"https://m.example\"]")},
     0},
    {"latest-always",
     true,
     {POD(
         "shop/web",
         "{\"containers\":[{\"name\":\"c\",\"image\":\"quay.io/a/b:latest\",\"policy\":\"Always\"}]}")},
     0},
    {"latest-always",
     false,
     {POD(
         "shop/web",
         "{\"containers\":[{\"name\":\"c\",\"image\":\"quay.io/a/b:latest\",\"policy\":\"IfNotPresent\"}]}")},
     0},
    {"latest-always",
     false,
     {POD("shop/web",
          "{\"containers\":[{\"name\":\"c\",\"image\":\"quay.io/a/b:1\",\"policy\":\"Always\"}]}")},
     0},
    {"frozen-registry",
     true,
     {POD("kube-system/p",
          "{\"containers\":[{\"name\":\"c\",\"image\":\"k8s.gcr.io/coredns:1.8\"}]}")},
     0},
    {"frozen-registry",
     false,
     {POD("kube-system/p",
          "{\"containers\":[{\"name\":\"c\",\"image\":\"registry.k8s.io/coredns:1.8\"}]}")},
     0},
    {"no-mirror",
     true,
     {SETTING("docker.daemon", "live-restore", "true"), HUB_PULL(1, "n1", "a")},
     0},
    {"no-mirror",
     false,
     {SETTING("docker.daemon", "live-restore", "true"), QUAY_PULL(1, "n1", "a")},
     0},
    {"no-mirror", false, {HUB_PULL(1, "n1", "a")}, 0},
    {"no-mirror",
     false,
     {SETTING("docker.daemon", "registry-mirrors", "[\"https://m.example\"]"),
      HUB_PULL(1, "n1", "a")},
     0},
    {"no-mirror",
     false,
     {SETTINGS2("containerd.config", "version", "2", "registry.config_path", "\"/etc/x\""),
      HUB_PULL(1, "n1", "a")},
     0}, // may be in hosts.toml
    {"single-mirror",
     true,
     {SETTING("docker.daemon", "registry-mirrors", "[\"https://m.example\"]")},
     7},
    {"single-mirror",
     false,
     {SETTING("docker.daemon", "registry-mirrors",
              "[\"https://m.example\",\"https://m2.example\"]")},
     0},
    {"mirror-only-way",
     true,
     {CONFIG(
         "n1",
         "{\"source\":\"containerd.hosts\",\"settings\":{\"registry\":\"docker.io\",\"server\":\"https://m.example\",\"host.https://"
         "m.example.capabilities\":[\"pull\"]}}")},
     0},
    {"mirror-only-way",
     false,
     {CONFIG(
         "n1",
         "{\"source\":\"containerd.hosts\",\"settings\":{\"registry\":\"docker.io\",\"server\":\"https://registry-1.docker.io\",\"host.https://"
         "m.example.capabilities\":[\"pull\"]}}")},
     0},
    // asked in the order in which they stand, in whatever program's file
    {"mirror-after-registry",
     true,
     {SETTING("containerd.config", "registry.mirrors.docker.io",
              "[\"https://registry-1.docker.io\",\"https://m.example\"]")},
     7},
    {"mirror-after-registry",
     false,
     {SETTING("containerd.config", "registry.mirrors.docker.io",
              "[\"https://m.example\",\"https://registry-1.docker.io\"]")},
     0},
    {"mirror-after-registry",
     true,
     {SETTING("k3s.registries", "mirrors.docker.io",
              "[\"https://docker.io\",\"https://m.example\"]")},
     7},
    {"mirror-after-registry",
     true,
     {SETTING("docker.daemon", "registry-mirrors",
              "[\"https://registry-1.docker.io\",\"https://m.example\"]")},
     7},
    {"mirror-after-registry",
     false,
     {SETTING("docker.daemon", "registry-mirrors",
              "[\"https://m.example\",\"https://registry-1.docker.io\",\"https://m2.example\"]")},
     0},
    {"mirror-after-registry",
     true,
     {SETTING("registries.conf", "registry.docker.io.mirrors",
              "[\"registry-1.docker.io\",\"m.example\"]")},
     7},
    {"mirror-after-registry",
     true,
     {SETTINGS2("registries.conf", "registry.docker.io.location", "\"m.example/hub\"",
                "registry.docker.io.mirrors", "[\"docker.io\"]")},
     7},
    {"mirror-after-registry",
     false,
     {SETTINGS2("registries.conf", "registry.docker.io.location", "\"docker.io\"",
                "registry.docker.io.mirrors", "[\"m.example\"]")},
     0},
    {"mirror-after-registry",
     true,
     {HOSTS("docker.io", "\"https://registry-1.docker.io\"",
            PULLS("https://registry-1.docker.io") "," PULLS("https://m.example"))},
     0},
    {"mirror-after-registry",
     true,
     {HOSTS("docker.io", "\"https://m.example\"", PULLS("https://registry-1.docker.io"))},
     0}, // the server is asked last
    {"mirror-after-registry",
     false,
     {HOSTS("docker.io", "\"https://registry-1.docker.io\"", PULLS("https://m.example"))},
     0},
    {"mirror-after-registry",
     false,
     {HOSTS("_default", "\"https://m.example\"", PULLS("https://registry-1.docker.io"))},
     0}, // whose mirror, nobody says
    {"mirror-never-pulls",
     true,
     {HOSTS("docker.io", "\"https://registry-1.docker.io\"",
            "\"host.https://m.example.capabilities\":[\"push\"]")},
     0},
    {"mirror-never-pulls",
     false,
     {HOSTS("docker.io", "\"https://registry-1.docker.io\"", PULLS("https://m.example"))},
     0},
    {"mirror-unread",
     true,
     {SETTING("docker.daemon", "registry-mirrors", "[\"https://m.example\"]"),
      RUNS("n1", "containerd://2.1.0")},
     7},
    {"mirror-unread",
     false,
     {SETTING("docker.daemon", "registry-mirrors", "[\"https://m.example\"]"),
      RUNS("n1", "docker://20.10.7")},
     0},
    {"mirror-unread",
     false,
     {SETTING("docker.daemon", "registry-mirrors", "[\"https://m.example\"]")},
     0}, // what runs there, nobody says
    {"mirror-unread",
     true,
     {SETTING("k3s.registries", "mirrors.docker.io", "[\"https://m.example\"]"),
      RUNS("n1", "cri-o://1.31.0")},
     7},
    {"mirror-unread",
     false,
     {SETTING("docker.daemon", "registry-mirrors", "[\"https://m.example\"]"),
      HOSTS("docker.io", "\"https://registry-1.docker.io\"", PULLS("https://m.example")),
      RUNS("n1", "containerd://2.1.0")},
     0},
    {"containerd-section-ignored",
     true,
     {SETTING("containerd.ignored", "key", "\"registry mirrors\"")},
     7},
    {"mirrors-for-digests-only",
     true,
     {SETTING("registries.conf", "registry.docker.io.digests_only", "true")},
     7},
    {"mirrors-for-digests-only",
     false,
     {SETTING("registries.conf", "registry.docker.io.mirrors", "[\"m.example\"]")},
     0},
    {"mirror-after-registry",
     true,
     {HOSTS("docker.io", "\"https://docker.io\"",
            "\"host.https://registry-1.docker.io.listed\":true," PULLS("https://m.example"))},
     0},
    {"mirror-after-registry",
     false, // asked for pushes only: it stands before nobody
     {HOSTS(
         "docker.io", "\"https://docker.io\"",
         "\"host.https://registry-1.docker.io.listed\":true,\"host.https://registry-1.docker.io.capabilities\":[\"push\"]," PULLS(
             "https://m.example"))},
     0},
    // a mirror that spares the registry nothing is no mirror
    {"no-mirror",
     true,
     {SETTING("docker.daemon", "registry-mirrors",
              "[\"https://registry-1.docker.io\",\"https://m.example\"]"),
      HUB_PULL(1, "n1", "a")},
     0},
    {"single-mirror",
     false,
     {SETTING("docker.daemon", "registry-mirrors",
              "[\"https://registry-1.docker.io\",\"https://m.example\"]")},
     0},
    {"no-mirror",
     false,
     {SETTING("registries.conf", "registry.docker.io.location", "\"m.example/hub\""),
      HUB_PULL(1, "n1", "a")},
     0},
    {"mirror-only-way",
     true,
     {SETTING("registries.conf", "registry.docker.io.location", "\"m.example/hub\"")},
     7},
    {"mirror-only-way",
     false,
     {SETTING("registries.conf", "registry.docker.io.location", "\"docker.io\"")},
     0},
    {"mirror-plain-http",
     true,
     {SETTING("k3s.registries", "mirrors.docker.io", "[\"http://m.example\"]")},
     7},
    {"mirror-plain-http",
     false,
     {SETTING("k3s.registries", "mirrors.docker.io", "[\"https://m.example\"]")},
     0},
    {"slow-pulls",
     true,
     {SLOW_PULL(10, "a", 2), SLOW_PULL(20, "b", 3), SLOW_PULL(30, "c", 2), SLOW_PULL(40, "d", 2),
      SLOW_PULL(200, "e", 90)},
     0},
    {"slow-pulls",
     false,
     {SLOW_PULL(10, "a", 2), SLOW_PULL(20, "b", 3), SLOW_PULL(30, "c", 2), SLOW_PULL(40, "d", 2),
      SLOW_PULL(50, "e", 4)},
     0},
    {"slow-pulls", false, {SLOW_PULL(200, "e", 90)}, 0}, // one pull has no 99th percentile
    {"one-registry",
     true,
     {QUAY_PULL(1, "n1", "a"), QUAY_PULL(2, "n2", "b"), QUAY_PULL(3, "n1", "c"),
      QUAY_PULL(4, "n1", "d"), QUAY_PULL(5, "n2", "e")},
     0},
    {"one-registry",
     false,
     {QUAY_PULL(1, "n1", "a"), QUAY_PULL(2, "n2", "b"), QUAY_PULL(3, "n1", "c"),
      QUAY_PULL(4, "n1", "d"), HUB_PULL(5, "n2", "e")},
     0},
    {"gc-near-use",
     true,
     {SETTING("kubelet.config", "imageGCHighThresholdPercent", "85"), DISK("83")},
     7},
    {"gc-near-use",
     false,
     {SETTING("kubelet.config", "imageGCHighThresholdPercent", "85"), DISK("60")},
     0},
    {"gc-near-use", false, {DISK("83")}, 0}, // the threshold is not known
    {"gc-after-eviction",
     true,
     {SETTINGS2("kubelet.config", "imageGCHighThresholdPercent", "85",
                "evictionHard.imagefs.available", "\"20%\"")},
     7},
    {"gc-after-eviction",
     false,
     {SETTINGS2("kubelet.config", "imageGCHighThresholdPercent", "80",
                "evictionHard.imagefs.available", "\"10%\"")},
     0},
    {"gc-narrow",
     true,
     {SETTINGS2("kubelet.config", "imageGCHighThresholdPercent", "85", "imageGCLowThresholdPercent",
                "84")},
     7},
    {"gc-narrow",
     false,
     {SETTINGS2("kubelet.config", "imageGCHighThresholdPercent", "85", "imageGCLowThresholdPercent",
                "75")},
     0},
};

static void each_finding_has_a_yes_and_a_no(void **state) {
    (void)state;
    for (size_t i = 0; i < PM_LEN(CASES); i++) {
        const struct finding_case *c = &CASES[i];
        size_t n = 0;
        while (n < PM_LEN(c->lines) && c->lines[n].kind) n++;
        struct judged j = judge(c->lines, n);
        const struct pm_finding *f = finding(j.r, c->id);
        if ((f != NULL) != c->yes)
            fail_msg("case %zu, %s: %s", i, c->id, f ? "found" : "not found");
        if (f && c->line) assert_int_equal(f->line, c->line);
        if (f)
            assert_true(f->text.n && f->advice.n && f->severity.n &&
                        !pm_str_has(f->text, PM_STR("{")));
        judged_free(&j);
    }
}

static void a_setting_of_many_nodes_is_told_once(void **state) {
    (void)state;
    const struct line lines[] = {
        CONFIG("n1", "{\"source\":\"kubelet.config\",\"settings\":{\"serializeImagePulls\":true}}"),
        CONFIG("n2", "{\"source\":\"kubelet.config\",\"settings\":{\"serializeImagePulls\":true}}"),
        CONFIG("n3", "{\"source\":\"kubelet.config\",\"settings\":{\"serializeImagePulls\":true}}"),
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->findings_n, 1);
    assert_true(pm_str_ends(j.r->findings[0].text, PM_STR("the same in 2 more files")));
    assert_true(pm_str_starts(j.r->findings[0].file, PM_STR("n1/")));
    judged_free(&j);
}

static bool lacks(const struct pm_report *r, const char *what, const char *effect) {
    for (size_t i = 0; i < r->missing_n; i++)
        if (pm_str_has(r->missing[i].what, pm_str_c(what)) &&
            pm_str_has(r->missing[i].effect, pm_str_c(effect)))
            return true;
    return false;
}

static void what_is_missing_is_told_by_what_it_costs(void **state) {
    (void)state;
    const struct line events_only[] = {{.at = 10,
                                        .from = EVENTS,
                                        .node = "n1",
                                        .pod = "shop/web-1",
                                        FAILED("docker.io/acme/web:1", HUB_429)}};
    struct judged j = JUDGE(events_only);
    assert_true(lacks(j.r, "no kubelet or runtime log of n1", "lower bound"));
    assert_true(lacks(j.r, "no pod objects", "guessed"));
    assert_false(lacks(j.r, "no Kubernetes events", ""));
    judged_free(&j);

    const struct line kubelet_only[] = {{.at = 10,
                                         .from = KUBELET,
                                         .node = "n1",
                                         .pod = "shop/web-1",
                                         FAILED("docker.io/acme/web:1", HUB_429)}};
    j = JUDGE(kubelet_only);
    assert_true(
        lacks(j.r, "no runtime log of n1",
              "would have told whether it is rate-limit.")); // a bare 429 leaves two causes open
    assert_true(lacks(j.r, "no Kubernetes events", "not counted"));
    judged_free(&j);

    const struct line both[] = {
        {.at = 10, .from = CONTAINERD, .node = "n1", FAILED("quay.test/acme/web:1", NO_ROUTE)},
        {.at = 10,
         .from = KUBELET,
         .node = "n1",
         .pod = "shop/web-1",
         FAILED("quay.test/acme/web:1", NO_ROUTE)},
    };
    j = JUDGE(both);
    assert_false(lacks(j.r, "log of n1", ""));
    judged_free(&j);

    const struct line fine[] = {
        HUB_PULL(5, "n1", "a")}; // nothing failed: nothing would have told more
    j = JUDGE(fine);
    assert_int_equal(j.r->missing_n, 0);
    judged_free(&j);
}

static void events_that_came_late_are_told(void **state) {
    (void)state;
    const struct line late[] = {
        {.at = 10,
         .from = KUBELET,
         .node = "n1",
         .pod = "shop/web-1",
         FAILED("quay.test/acme/web:1", NO_ROUTE)},
        {.at = 10, .from = CONTAINERD, .node = "n1", FAILED("quay.test/acme/web:1", NO_ROUTE)},
        {.at = 7300,
         .from = EVENTS,
         .node = "n1",
         .pod = "shop/web-1",
         FAILED("quay.test/acme/web:1", NO_ROUTE)},
    };
    struct judged j = JUDGE(late);
    assert_true(lacks(j.r, "Kubernetes events begin 2.0 h after the first failure", "one hour"));
    judged_free(&j);
}

static void advice_names_the_incidents_own(void **state) {
    (void)state;
    const struct line lines[] = {
        POD("shop/web-1",
            "{\"service_account\":\"builder\",\"pull_secrets\":[\"team-pull\"],\"containers\":[{\"name\":\"c\",\"image\":\"quay.test/acme/web:1\"}]}"),
        {.at = 10,
         .from = DOCKERD,
         .node = "n1",
         FAILED("quay.test/acme/web:1", "unauthorized: incorrect username or password"),
         .pod = "shop/web-1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT root_cause FROM incidents", "auth.invalid-credentials");
    bool secret = false;
    for (size_t i = 0; i < j.r->incidents[0].advice_n; i++) {
        const struct pm_advice *x = &j.r->incidents[0].advice[i];
        assert_true(x->within.n > 0);
        secret =
            secret ||
            pm_str_starts(
                x->command,
                PM_STR(
                    "for secret in team-pull; do echo $secret; kubectl -n shop get secret $secret"));
        assert_false(pm_str_has(x->command,
                                PM_STR("docker-registry team-pull"))); // whose it is, nobody said
    }
    assert_true(secret);
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_finding_has_a_yes_and_a_no),
        cmocka_unit_test(a_setting_of_many_nodes_is_told_once),
        cmocka_unit_test(what_is_missing_is_told_by_what_it_costs),
        cmocka_unit_test(events_that_came_late_are_told),
        cmocka_unit_test(advice_names_the_incidents_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
