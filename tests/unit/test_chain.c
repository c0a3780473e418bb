// Chains rest on quantity: each link of rules/correlate.yaml with a bundle in which the
// cause made the effect, and one in which it only came before it.
#include "judge/incidents/chain.h"
#include "judge_rows.h"

#define QUOTA "toomanyrequests: You have reached your unauthenticated pull rate limit"
#define FULL "write /var/lib/containerd/tmpmounts/x: no space left on device"
#define REFUSED_BY_MIRROR "dial tcp 192.0.2.7:5000: connect: connection refused"
#define NO_BASIC "failed to resolve reference: pull access denied: no basic auth credentials"
#define EXPIRED                                                                                    \
    "pull access denied: denied: Your authorization token has expired. Reauthenticate and try again."
#define OUTAGE                                                                                     \
    "unexpected status from HEAD request to https://hub.test/v2/acme/a/manifests/1: 503 Service Unavailable"
#define THROTTLED "toomanyrequests: request rate exceeded, retry later: 429 Too Many Requests"

struct log {
    struct line lines[512];
    char names[512][64];
    size_t n;
};
static struct log *log_new(void) {
    struct log *l = calloc(1, sizeof *l);
    assert_non_null(l);
    return l;
}
static void put(struct log *l, struct line line) {
    assert_true(l->n < PM_LEN(l->lines));
    l->lines[l->n++] = line;
}
static const char *image(struct log *l, const char *prefix, int i) {
    char *name = l->names[l->n];
    snprintf(name, sizeof l->names[0], "%s%d:1", prefix, i);
    return name;
}
static void pulled(struct log *l, double at, const char *node, const char *prefix, int from,
                   int n) {
    for (int i = from; i < from + n; i++) {
        const char *name = image(l, prefix, i);
        put(l, (struct line){at + 4 * i, CONTAINERD, OK_OF(name), .node = node,
                             .message = "returned"});
    }
}
static void failed(struct log *l, double at, const char *node, const char *prefix, int from, int n,
                   const char *error, int status) {
    for (int i = from; i < from + n; i++) {
        const char *name = image(l, prefix, i);
        put(l, (struct line){at + 4 * i, CONTAINERD, FAILED(name, error), .node = node,
                             .status = status});
    }
}
// "EFFECT<CAUSE share" for each effect, else "apart".
static const char *chains(struct log *l) {
    static char out[512];
    struct judged j = judge(l->lines, l->n);
    *out = 0;
    for (size_t i = 0; i < j.r->incidents_n; i++) {
        const struct pm_incident *inc = &j.r->incidents[i];
        if (!inc->explained_by) continue;
        const struct pm_link *step = &inc->chain[inc->chain_n - 1];
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s<%s %.2f", *out ? ", " : "",
                 pm_causes[inc->root_cause].name,
                 pm_causes[j.r->incidents[inc->explained_by - 1].root_cause].name, step->share);
    }
    judged_free(&j);
    free(l);
    return *out ? out : "apart";
}
#define PRESSURE(at_, node_)                                                                       \
    ((struct line){(at_), KUBELET, .kind = PM_KIND_DISK_PRESSURE, .error = "NodeHasDiskPressure",  \
                   .node = (node_)})

// 40 good pulls use up the quota; GC had taken `removed` of their images from the node
// before.
static struct log *gc_then_quota(int removed, const char *gc_node) {
    struct log *l = log_new();
    put(l, PRESSURE(0, "n1"));
    for (int i = 0; i < removed; i++) {
        const char *name = image(l, "acme/a", i);
        put(l, (struct line){10 + i, CONTAINERD, .kind = PM_KIND_GC_OK, .image = name,
                             .node = gc_node});
    }
    pulled(l, 100, "n1", "acme/a", 0, 40);
    failed(l, 400, "n1", "acme/b", 0, 3, QUOTA, 429);
    return l;
}
static void removed_images_used_up_the_quota(void **state) {
    (void)state;
    assert_string_equal(chains(gc_then_quota(20, "n1")),
                        "rate-limit.anonymous<storage.disk-pressure 0.50");
    assert_string_equal(chains(gc_then_quota(13, "n1")), "apart"); // 13 of 40
    assert_string_equal(chains(gc_then_quota(40, "n2")), "apart"); // another node's GC
}

// GC names no image: what was there before and had to be pulled again was taken.
static void nameless_gc_took_what_is_pulled_again(void **state) {
    (void)state;
    for (int again = 0; again < 2; again++) {
        struct log *l = log_new();
        pulled(l, 0, "n1", again ? "acme/a" : "acme/z", 0, 20);
        put(l, PRESSURE(200, "n1"));
        put(l, (struct line){210, KUBELET, .kind = PM_KIND_GC_OK, .node = "n1"});
        pulled(l, 300, "n1", "acme/a", 0, 20);
        failed(l, 500, "n1", "acme/b", 0, 3, QUOTA, 429);
        assert_string_equal(chains(l),
                            again ? "rate-limit.anonymous<storage.disk-pressure 1.00" : "apart");
    }
}

static void never_pull_after_removal(void **state) {
    (void)state;
    for (int own = 0; own < 2; own++) {
        struct log *l = log_new();
        put(l, PRESSURE(0, "n1"));
        put(l, (struct line){10, CONTAINERD, .kind = PM_KIND_GC_OK,
                             .image = own ? "acme/a:1" : "acme/z:1", .node = "n1"});
        put(l, (struct line){
                   100, KUBELET,
                   FAILED("acme/a:1",
                          "Container image \"acme/a:1\" is not present with pull policy of Never"),
                   .node = "n1", .reason = "ErrImageNeverPull", .pod = "shop/web-0",
                   .message = "remote_image"});
        assert_string_equal(chains(l),
                            own ? "image.never-pull<storage.disk-pressure 1.00" : "apart");
    }
}

// The mirror failed first in `fallen` of the 30 pulls that used up the quota.
static struct log *mirror_then_quota(int fallen) {
    struct log *l = log_new();
    for (int i = 0; i < 30; i++) {
        const char *name = image(l, "acme/a", i);
        if (i < fallen)
            put(l, (struct line){10 + 4 * i, CONTAINERD, .kind = PM_KIND_MIRROR_TRY, .image = name,
                                 .error = REFUSED_BY_MIRROR, .node = "n1",
                                 .host = "mirror.test:5000", .flags = PM_EV_MIRROR});
        put(l, (struct line){11 + 4 * i, CONTAINERD, OK_OF(name), .node = "n1",
                             .message = "returned"});
    }
    failed(l, 200, "n1", "acme/b", 0, 3, QUOTA, 429);
    return l;
}
static void fall_backs_used_up_the_quota(void **state) {
    (void)state;
    assert_string_equal(chains(mirror_then_quota(24)), "rate-limit.anonymous<network.refused 0.80");
    assert_string_equal(chains(mirror_then_quota(6)), "apart");
}

// CRI-O names each host that it asks and says of none how it went: the next host of the
// same pull shows it, the kubelet's copy of a whole error says why.
static struct log *crio_names_its_hosts(bool upstream_is_asked, bool kubelet_says_why) {
    struct log *l = log_new();
    for (int i = 0; i < 40; i++) {
        const char *name = image(l, "acme/a", i);
        char *id = l->names[l->n + 200], *at_mirror = l->names[l->n + 300];
        snprintf(id, sizeof l->names[0], "%08d", i);
        snprintf(at_mirror, sizeof l->names[0], "mirror.test:5000/acme/a%d:1", i);
        put(l, (struct line){10 + 4 * i, CRIO, START_OF(name), .node = "n1", .join = id});
        put(l, (struct line){10.1 + 4 * i, CRIO, .kind = PM_KIND_MIRROR_TRY, .image = at_mirror,
                             .host = "mirror.test:5000", .node = "n1", .join = id,
                             .message = "trying to access"});
        if (upstream_is_asked)
            put(l, (struct line){10.2 + 4 * i, CRIO, .kind = PM_KIND_MIRROR_TRY, .image = name,
                                 .host = "docker.io", .node = "n1", .join = id,
                                 .message = "trying to access"});
        put(l, (struct line){11 + 4 * i, CRIO, OK_OF(name), .node = "n1", .join = id});
    }
    for (int i = 0; i < 3; i++) {
        const char *name = image(l, "acme/b", i);
        if (kubelet_says_why)
            put(l,
                (struct line){200 + 4 * i, KUBELET, .kind = PM_KIND_MIRROR_TRY, .image = name,
                              .error = REFUSED_BY_MIRROR, .node = "n1", .host = "mirror.test:5000",
                              .flags = PM_EV_MIRROR, .message = "mirror failed"});
        put(l, (struct line){200 + 4 * i, KUBELET, FAILED(name, QUOTA), .node = "n1", .status = 429,
                             .message = "remote_image"});
    }
    return l;
}
static void a_silent_mirror_was_passed_over(void **state) {
    (void)state;
    assert_string_equal(chains(crio_names_its_hosts(true, true)),
                        "rate-limit.anonymous<network.refused 1.00");
    assert_string_equal(chains(crio_names_its_hosts(false, true)),
                        "apart"); // the mirror served them: nothing was spent upstream for its sake
}

// Where nobody says why it was passed over there is no incident to name: the step alone
// is told, and that the pulls were spent upstream.
static void a_mirror_that_nobody_speaks_of(void **state) {
    (void)state;
    for (int past = 0; past < 2; past++) {
        struct log *l = crio_names_its_hosts(past, false);
        struct judged j = judge(l->lines, l->n);
        const struct pm_incident *inc = &j.r->incidents[0];
        assert_string_equal(cause_of(&j), "rate-limit.anonymous");
        assert_int_equal(inc->chain_n, 1 + past);
        if (past)
            assert_true(
                pm_str_has(inc->chain[0].what,
                           PM_STR("went past the mirror mirror.test:5000, and nothing says why")));
        if (past)
            assert_true(
                pm_str_has(inc->chain[1].what, PM_STR("had been tried at the mirror first")));
        assert_int_equal(j.r->quotas[0].used_low, past ? 40 : 0);
        judged_free(&j);
        free(l);
    }
}

static void retries_after_an_outage(void **state) {
    (void)state;
    for (int same = 0; same < 2; same++) {
        struct log *l = log_new();
        failed(l, 0, "n1", "hub.test/acme/a", 0, 12, OUTAGE, 503);
        failed(l, 100, "n1", same ? "hub.test/acme/a" : "hub.test/acme/b", 0, 12, THROTTLED, 429);
        assert_string_equal(chains(l), same ? "rate-limit.service<registry.outage 1.00" : "apart");
    }
}

static void tries_onto_a_full_disk(void **state) {
    (void)state;
    for (int same = 0; same < 2; same++) {
        struct log *l = log_new();
        failed(l, 0, "n1", "acme/a", 0, 4, FULL, 0);
        failed(l, 100, "n1", same ? "acme/a" : "acme/b", 0, 4, QUOTA, 429);
        assert_string_equal(chains(l),
                            same ? "rate-limit.anonymous<storage.disk-full 1.00" : "apart");
    }
}

// Pulled before GC ran, the rest of the quota after it: what came before is no effect,
// but GC must have made a tenth of all.
static void little_room_was_left(void **state) {
    (void)state;
    for (int removed = 2; removed <= 20; removed += 18) {
        struct log *l = log_new();
        pulled(l, 0, "n1", "acme/a", 0, 60);
        put(l, PRESSURE(300, "n1"));
        for (int i = 0; i < removed; i++) {
            const char *name = image(l, "acme/a", i);
            put(l, (struct line){310 + i, CONTAINERD, .kind = PM_KIND_GC_OK, .image = name,
                                 .node = "n1"});
        }
        pulled(l, 400, "n1", "acme/a", 0, removed);
        failed(l, 700, "n1", "acme/b", 0, 1, QUOTA, 429);
        assert_string_equal(
            chains(l), removed > 2 ? "rate-limit.anonymous<storage.disk-pressure 1.00" : "apart");
    }
}

static void tokens_of_what_spent_the_quota(void **state) {
    (void)state;
    for (int same = 0; same < 2; same++) {
        struct log *l = log_new();
        failed(l, 0, "n1", "acme/a", 0, 12, EXPIRED, 403);
        pulled(l, 100, "n1", same ? "acme/a" : "acme/b", 0, 12);
        failed(l, 200, "n1", "acme/c", 0, 3, QUOTA, 429);
        assert_string_equal(chains(l),
                            same ? "rate-limit.anonymous<auth.token-expired 1.00" : "apart");
    }
}

// The helper of one registry says nothing about another, and nothing once its registry
// pulled again.
static void helper_of_the_same_registry(void **state) {
    (void)state;
    static const char *const expected[] = {
        "apart", "auth.missing-credentials<auth.credential-provider 1.00", "apart"};
    for (int way = 0; way < 3; way++) {
        struct log *l = log_new();
        put(l,
            (struct line){
                0, KUBELET, .kind = PM_KIND_OTHER,
                .image = way ? "hub.test/acme/a:1" : "ecr.test/acme/z:1", .pod = "shop/web-0",
                .node = "n1",
                .error =
                    "error execing credential provider plugin ecr-credential-provider: exit status 1"});
        if (way == 2) pulled(l, 30, "n1", "hub.test/acme/y", 0, 1);
        failed(l, 600, "n1", "hub.test/acme/a", 0, 3, NO_BASIC, 401);
        assert_string_equal(chains(l), expected[way]);
    }
}

// A helper that could not resolve its registry's name is told beside the pulls that could
// not; one that fails of its own is not their effect, nor is another registry's.
static void helper_without_dns(void **state) {
    (void)state;
    static const struct {
        const char *error, *image, *expected;
    } rows[] = {
        {"error execing credential provider plugin acr-credential-provider: exit status 1: dial tcp: lookup quay.test on 10.0.0.2:53: i/o timeout",
         "quay.test/acme/a", "auth.credential-provider<network.dns 1.00"},
        {"error execing credential provider plugin acr-credential-provider: exit status 1: AADSTS7000215: Invalid client secret",
         "quay.test/acme/a", "apart"},
        {"error execing credential provider plugin acr-credential-provider: exit status 1: dial tcp: lookup hub.test on 10.0.0.2:53: i/o timeout",
         "hub.test/acme/a", "apart"},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = log_new();
        put(l, (struct line){0, KUBELET, .kind = PM_KIND_OTHER, .image = rows[i].image,
                             .node = "n1", .error = rows[i].error});
        failed(
            l, 11, "n1", "quay.test/acme/a", 0, 2,
            "Head \"https://quay.test/v2/\": dial tcp: lookup quay.test on 10.0.0.2:53: i/o timeout",
            0);
        assert_string_equal(chains(l), rows[i].expected);
    }
}

static void unpack_where_the_store_was_full(void **state) {
    (void)state;
    for (int same = 0; same < 2; same++) {
        struct log *l = log_new();
        failed(l, 0, same ? "n1" : "n2", "acme/a", 0, 3, FULL, 0);
        put(l, (struct line){20, CONTAINERD,
                             FAILED("acme/z:1", "failed to commit snapshot extract-1: gone"),
                             .node = "n1"});
        const char *got = chains(l);
        if (same) assert_string_equal(got, "runtime.unpack<storage.disk-full 1.00");
        else assert_string_equal(got, "apart");
    }
}

// A new runtime that does not read its node's mirrors is the step before the quota: where
// its start was seen, no other mirror is named to it, and it asked none.
#define CONFIG(detail_)                                                                            \
    ((struct line){.at = 0,                                                                        \
                   .from = PM_COMP_HOST,                                                           \
                   .kind = PM_KIND_CONFIG,                                                         \
                   .node = "n1",                                                                   \
                   .object = "config",                                                             \
                   .detail = (detail_)})
#define DAEMON                                                                                     \
    "{\"source\":\"docker.daemon\",\"settings\":{\"registry-mirrors\":[\"https://m.test\"]}}"
#define OLD_SECTION(version)                                                                       \
    "{\"source\":\"containerd.config\",\"settings\":{\"version\":" version                         \
    ",\"registry.section\":\"io.containerd.grpc.v1.cri\",\"registry.mirrors.docker.io\":[\"https://m.test\"]}}"
#define SAID "{\"source\":\"containerd.ignored\",\"settings\":{\"key\":\"registry\"}}"
#define POINTED                                                                                    \
    "{\"source\":\"containerd.config\",\"settings\":{\"version\":2,\"registry.config_path\":\"/etc/containerd/certs.d\"}}"
#define HOSTS_TOML                                                                                 \
    "{\"source\":\"containerd.hosts\",\"settings\":{\"registry\":\"docker.io\",\"host.https://m.test.capabilities\":[\"pull\"]}}"
// What to do about it: name the mirror where the new runtime looks. Where the mirror was
// not passed over, nobody says so.
static void the_mirror_is_named_where_it_is_read(const struct pm_incident *inc, bool told) {
    bool named = false, asked = false;
    for (size_t i = 0; i < inc->advice_n; i++) {
        named |=
            pm_str_has(inc->advice[i].command,
                       PM_STR("https://m.test > /etc/containerd/certs.d/docker.io/hosts.toml"));
        asked |= pm_str_has(inc->advice[i].text, PM_STR("see whether it answers"));
    }
    if (named != told || (told && asked))
        fail_msg("advice: named %d, asked %d, told %d", named, asked, told);
}

static void a_new_runtime_reads_no_old_mirror(void **state) {
    (void)state;
    static const struct {
        const char *config, *beside;
        enum pm_component pulls; // whose pulls they are
        bool starts, asks_mirror, before, told;
    } rows[] = {
        {DAEMON, NULL, CONTAINERD, true, false, false, true},
        {OLD_SECTION("3"), NULL, CONTAINERD, true, false, false, true},
        {OLD_SECTION("2"), SAID, CONTAINERD, true, false, false, true},
        {OLD_SECTION("2"), NULL, CONTAINERD, true, false, false,
         false}, // containerd migrates the file by itself
        {DAEMON, HOSTS_TOML, CONTAINERD, true, false, false, false},
        {DAEMON, POINTED, CONTAINERD, true, false, false,
         false},                                                // to files that were not collected
        {DAEMON, NULL, CONTAINERD, false, false, false, false}, // since when, nobody saw
        {DAEMON, NULL, CONTAINERD, true, true, false, false},
        {DAEMON, NULL, DOCKERD, true, false, false, false}, // dockerd has a containerd of its own
        {DAEMON, NULL, CONTAINERD, true, false, true,
         false}, // the quota was used up before it started
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = log_new();
        put(l, CONFIG(rows[i].config));
        if (rows[i].beside) put(l, CONFIG(rows[i].beside));
        if (rows[i].starts)
            put(l,
                (struct line){rows[i].before ? 395 : 50, CONTAINERD, .kind = PM_KIND_RUNTIME_START,
                              .node = "n1", .message = "starting containerd 2.1.0"});
        for (int k = 0; k < 40; k++) {
            const char *name = image(l, "acme/a", k);
            put(l, (struct line){100 + 4 * k, rows[i].pulls, OK_OF(name), .node = "n1",
                                 .message = "returned"});
        }
        if (rows[i].asks_mirror)
            put(l, (struct line){101, CONTAINERD, .kind = PM_KIND_MIRROR_TRY, .image = "acme/a0:1",
                                 .host = "m.test", .node = "n1", .error = REFUSED_BY_MIRROR});
        failed(l, 400, "n1", "acme/b", 0, 3, QUOTA, 429);
        struct judged j = judge(l->lines, l->n);
        const struct pm_incident *inc = NULL;
        for (size_t k = 0; k < j.r->incidents_n; k++)
            if (pm_str_eqc(pm_str_c(pm_causes[j.r->incidents[k].root_cause].name),
                           "rate-limit.anonymous"))
                inc = &j.r->incidents[k];
        assert_non_null(inc);
        bool told = inc->chain_n == 2 && inc->chain[0].cause < 0 &&
                    pm_str_has(inc->chain[0].what, PM_STR("does not read the mirror m.test"));
        if (told != rows[i].told) fail_msg("row %zu", i);
        the_mirror_is_named_where_it_is_read(inc, told);
        if (told)
            assert_true(pm_str_has(
                inc->chain[1].what,
                PM_STR(
                    "40 of the 40 pulls that used it up were made there since, past the mirror")));
        if (told)
            assert_true(inc->chain[0].at_ns == at_ns(50) && inc->chain[1].share == 1.0 &&
                        pm_str_eqc(inc->trigger.what, "runtime-upgrade"));
        judged_free(&j);
        free(l);
    }
}

// Whose pulls they are is asked of lines between a runtime's start, at 50, and the quota's end,
// at 400: the last of them tells. Lines of good pulls are let go once the pulls are there, and
// no more of them than that still shows.
static void whose_pulls_they_are_is_told_by_lines_since(void **state) {
    (void)state;
    static const struct {
        struct line lines[4];
        bool told;
    } rows[] = {
        {{{100, CONTAINERD, OK_OF("acme/a:1")}}, true},
        // it began since, and nobody told before the quota ended
        {{{460, CONTAINERD, OK_OF("acme/a:1"), .took = 300}}, false},
        {{{100, CONTAINERD, OK_OF("acme/a:1")}, {110, CRIO, OK_OF("acme/b:1")}}, false},
        {{{100, CRIO, OK_OF("acme/a:1")}, {110, CONTAINERD, OK_OF("acme/b:1")}}, true},
        {{{100, CONTAINERD, OK_OF("acme/a:1")},
          {110, CRIO, FAILED("acme/b:1", NO_BASIC)},
          {120, CONTAINERD, OK_OF("acme/c:1")}},
         true},
        {{{20, CONTAINERD, OK_OF("acme/a:1")}, {100, CONTAINERD, OK_OF("acme/a:1")}}, true},
        {{{20, CONTAINERD, OK_OF("acme/a:1")}, {45, CONTAINERD, OK_OF("acme/b:1")}}, false},
        {{{100, CONTAINERD, OK_OF("acme/a:1")},
          {110, CRIO, OK_OF("acme/b:1")},
          {450, CONTAINERD, OK_OF("acme/c:1")}},
         false},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = log_new();
        put(l, CONFIG(DAEMON));
        put(l, (struct line){50, CONTAINERD, .kind = PM_KIND_RUNTIME_START, .node = "n1",
                             .message = "starting containerd 2.1.0"});
        for (size_t k = 0; k < PM_LEN(rows[i].lines) && rows[i].lines[k].image; k++) {
            struct line line = rows[i].lines[k];
            line.node = "n1";
            line.message = "returned";
            put(l, line);
        }
        for (int k = 0; k < 3; k++) {
            const char *name = image(l, "acme/z", k);
            put(l, (struct line){400 + 4 * k, KUBELET, FAILED(name, QUOTA), .node = "n1",
                                 .status = 429, .message = "remote_image"});
        }
        struct judged j = judge(l->lines, l->n);
        bool told = false;
        for (size_t k = 0; k < j.r->incidents_n; k++)
            told = told || pm_str_eqc(j.r->incidents[k].trigger.what, "runtime-upgrade");
        if (told != rows[i].told) fail_msg("row %zu", i);
        judged_free(&j);
        free(l);
    }
}

// A link of one's own that brings no words tells what it counts: failures, images, or
// pulls of a quota.
static void a_link_without_words_tells_what_it_counts(void **state) {
    (void)state;
    assert_string_equal(pm_share_counted("meanwhile"),
                        "{n} of {of} failures of it are shown to come from the other");
    assert_string_equal(pm_share_counted("gone"),
                        "{n} of the {of} images that failed are shown to come from the other");
    assert_string_equal(
        pm_share_counted("removed"),
        "{n} of the {of} pulls that used up the quota from then on are shown to come from the other");
}

// Two effects are named, more are counted.
static void effects_beyond_two_are_counted(void **state) {
    (void)state;
    static const char *const registries[] = {"a.test/acme/a", "b.test/acme/a", "c.test/acme/a"};
    for (size_t n = 2; n <= 3; n++) {
        struct log *l = log_new();
        for (size_t r = 0; r < n; r++)
            for (int i = 0; i < 12; i++) {
                const char *name = image(l, registries[r], i);
                put(l, (struct line){10 + 4 * i, CONTAINERD, .kind = PM_KIND_MIRROR_TRY,
                                     .image = name, .host = "mirror.test:5000", .node = "n1",
                                     .error = REFUSED_BY_MIRROR});
                if (i < 11)
                    put(l, (struct line){11 + 4 * i, CONTAINERD, OK_OF(name), .node = "n1",
                                         .message = "returned"});
                else
                    put(l, (struct line){11 + 4 * i, CONTAINERD, FAILED(name, QUOTA), .node = "n1",
                                         .status = 429});
            }
        struct judged j = judge(l->lines, l->n);
        assert_int_equal(pm_str_has(j.r->verdict_sentence, PM_STR("; and 1 more effect of it")),
                         n == 3);
        judged_free(&j);
        free(l);
    }
}

// The headline is the whole chain's: the pressure was over in a minute, what it led to
// was not.
static void headline_tells_the_whole_chain(void **state) {
    (void)state;
    struct log *l = gc_then_quota(20, "n1");
    pulled(l, 60, "n1", "acme/y", 0, 1);
    struct judged j = judge(l->lines, l->n);
    assert_string_equal(cause_of(&j), "storage.disk-pressure");
    assert_int_equal(j.r->incidents[0].failed_pulls, 0);
    assert_true(j.r->incidents[0].recovered_ns != PM_NO_TIME);
    assert_int_equal(j.r->whole.failed_pulls, 3);
    assert_true(pm_str_has(j.r->incidents[0].summary, PM_STR(", 3 failed pulls followed from it")));
    assert_int_equal(j.r->whole.effects_n, 1);
    assert_true(j.r->whole.from_ns == START);
    assert_true(j.r->whole.recovered_ns == PM_NO_TIME);
    assert_true(pm_str_has(j.r->verdict_sentence, PM_STR("anonymous pull quota ran out")));
    judged_free(&j);
    free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(removed_images_used_up_the_quota),
        cmocka_unit_test(nameless_gc_took_what_is_pulled_again),
        cmocka_unit_test(never_pull_after_removal),
        cmocka_unit_test(fall_backs_used_up_the_quota),
        cmocka_unit_test(headline_tells_the_whole_chain),
        cmocka_unit_test(a_new_runtime_reads_no_old_mirror),
        cmocka_unit_test(whose_pulls_they_are_is_told_by_lines_since),
        cmocka_unit_test(a_link_without_words_tells_what_it_counts),
        cmocka_unit_test(effects_beyond_two_are_counted),
        cmocka_unit_test(tries_onto_a_full_disk),
        cmocka_unit_test(little_room_was_left),
        cmocka_unit_test(a_silent_mirror_was_passed_over),
        cmocka_unit_test(a_mirror_that_nobody_speaks_of),
        cmocka_unit_test(retries_after_an_outage),
        cmocka_unit_test(tokens_of_what_spent_the_quota),
        cmocka_unit_test(helper_of_the_same_registry),
        cmocka_unit_test(helper_without_dns),
        cmocka_unit_test(unpack_where_the_store_was_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
