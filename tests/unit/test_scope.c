// Scope by contrast, recovery, severity, chains: who was hit, who was spared, and what
// led to what.
#include "judge_rows.h"

#define GHCR_TIMEOUT                                                                               \
    "failed to do request: Head \"https://ghcr.test/v2/acme/api/manifests/1\": dial tcp 192.0.2.8:443: i/o timeout"
static const char *scope_of(const struct judged *j) {
    static char out[256];
    const struct pm_incident *i = &j->r->incidents[0];
    snprintf(out, sizeof out, "%s", pm_scope_names[i->scope_kind]);
    for (size_t k = 0; k < i->scope.n; k++)
        snprintf(out + strlen(out), sizeof out - strlen(out), " %.*s", PM_FMT(i->scope.items[k]));
    return out;
}

static void timeout_on_one_node_is_the_nodes(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1"},
        {30, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1"},
        {5, CONTAINERD, OK_OF("quay.test/acme/web:1"), .node = "n2", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(scope_of(&j), "node n1");
    assert_int_equal(j.r->incidents[0].blast.spared_nodes.n, 1);
    judged_free(&j);
}

static void timeout_everywhere_to_one_registry_is_the_registrys(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1"},
        {2, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n2"},
        {3, CONTAINERD, OK_OF("ghcr.test/acme/api:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(scope_of(&j), "registry quay.test");
    judged_free(&j);
}

static void timeout_everywhere_to_all_is_the_clusters(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1"},
        {2, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n2"},
        {3, CONTAINERD, FAILED("ghcr.test/acme/api:1", GHCR_TIMEOUT), .node = "n1"},
        {4, CONTAINERD, FAILED("ghcr.test/acme/api:1", GHCR_TIMEOUT), .node = "n2"},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(scope_of(&j), "cluster");
    judged_free(&j);
}

// A right to one repository is the repository's, whoever asks; where another namespace
// got the same image it is what this one presents.
static void a_right_is_the_repositorys(void **state) {
    (void)state;
#define NO_RIGHT                                                                                   \
    "pull access denied for web: User: arn:aws:iam::1:user/a is not authorized to perform: ecr:BatchGetImage on resource"
#define EVENT_OF(t_, image_, pod_, node_, error_)                                                  \
    { t_, KUBELET, FAILED(image_, error_), .pod = pod_, .node = node_, .message = "sync pod" }
#define PULLED(t_, image_, pod_, node_)                                                            \
    { t_, EVENTS, OK_OF(image_), .pod = pod_, .node = node_ }
    static const struct line right[] = {
        EVENT_OF(100, "r.test/acme/web:1", "shop/web-0", "n1", NO_RIGHT),
        EVENT_OF(160, "r.test/acme/web:1", "shop/web-0", "n1", NO_RIGHT),
        PULLED(130, "r.test/acme/cron:1", "data/cron-0", "n2"),
    };
    static const struct line credential[] = {
        EVENT_OF(100, "r.test/acme/web:1", "shop/web-0", "n1", NO_RIGHT),
        EVENT_OF(160, "r.test/acme/web:1", "shop/web-0", "n1", NO_RIGHT),
        PULLED(130, "r.test/acme/web:1", "data/web-0", "n2"),
    };
    struct judged j = JUDGE(right);
    assert_string_equal(scope_of(&j), "image r.test/acme/web:1");
    judged_free(&j);
    j = JUDGE(credential);
    assert_string_equal(scope_of(&j), "namespace shop");
    judged_free(&j);
}

// Two nodes, two registries, nothing in common: two faults, not one.
static void unrelated_timeouts_are_two_incidents(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1"},
        {2, CONTAINERD, FAILED("ghcr.test/acme/api:1", GHCR_TIMEOUT), .node = "n2"},
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->incidents_n, 2);
    judged_free(&j);
}

static void recovery_is_the_first_success_in_scope(void **state) {
    (void)state;
    static const struct line lines[] = {
        {10, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1"},
        {20, CONTAINERD, OK_OF("ghcr.test/acme/api:1"), .node = "n1",
         .message = "returned"}, // another registry: no recovery
        {25, CONTAINERD, OK_OF("quay.test/acme/web:1"), .node = "n2",
         .message = "returned"}, // another node
        {40, CONTAINERD, OK_OF("quay.test/acme/web:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    assert_true(j.r->incidents[0].recovered_ns == START + 40 * PM_NS_PER_S);
    assert_int_equal(j.r->incidents[0].severity,
                     PM_SEVERITY_INFO); // one failure, then success within two minutes
    judged_free(&j);
}

static void pods_that_still_wait_are_critical(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, KUBELET, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1", .message = "sync pod",
         .pod = "shop/web-6d9f8c7b5d-x2x9k"},
        {600, KUBELET, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1",
         .message = "sync pod", .pod = "shop/web-6d9f8c7b5d-x2x9k"},
    };
    struct judged j = JUDGE(lines);
    const struct pm_incident *i = &j.r->incidents[0];
    assert_int_equal(i->severity, PM_SEVERITY_CRITICAL);
    assert_int_equal(i->blast.pods_n, 1);
    assert_true(i->blast.pods[0].stuck_ns == 599 * PM_NS_PER_S);
    assert_false(i->blast.pods[0].recovered);
    assert_true(i->blast.workloads[0].guessed);
    judged_free(&j);
}

// GC removed the image, so it had to be pulled again, and the quota was gone: one chain.
// Without the removal, time order alone makes none.
static void disk_pressure_to_quota(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, KUBELET, .kind = PM_KIND_DISK_PRESSURE, .error = "NodeHasDiskPressure", .node = "n1"},
        {5, KUBELET, .kind = PM_KIND_GC_OK, .image = "acme/web:1", .node = "n1",
         .message = "Removing image to free bytes"},
        {60, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1", .status = 429},
        {90, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1", .status = 429},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(cause_of(&j), "storage.disk-pressure");
    assert_int_equal(j.r->incidents_n, 2);
    assert_int_equal(j.r->incidents[1].explained_by, 1);
    judged_free(&j);
    static const struct line apart[] = {
        {0, KUBELET, .kind = PM_KIND_DISK_PRESSURE, .error = "NodeHasDiskPressure", .node = "n1"},
        {60, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1", .status = 429},
        {90, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1", .status = 429},
    };
    j = JUDGE(apart);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    assert_int_equal(j.r->incidents_n, 2); // the pressure is told, and explains nothing
    assert_int_equal(j.r->incidents[0].explained_by, 0);
    judged_free(&j);
}

static void healthy_bundle_has_no_incident(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {2, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .message = "returned"},
        {3, EVENTS, .kind = PM_KIND_SECRET_MISSING, .pod = "shop/web-0",
         .reason = "FailedToRetrieveImagePullSecret", .join = "u1"}, // often benign
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->incidents_n, 0);
    assert_int_equal(j.r->verdict, 0);
    judged_free(&j);
}

// Disk trouble is told before a pull fails of it; a GC that does its work is none.
static void disk_trouble_alone(void **state) {
    (void)state;
    static const struct line trouble[] = {
        {0, KUBELET, .kind = PM_KIND_GC_FAIL,
         .error =
             "Failed to garbage collect required amount of images. Attempted to free 100, but only found 0",
         .node = "n1"},
        {9, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(trouble);
    assert_int_equal(j.r->incidents_n, 1);
    assert_int_equal(j.r->incidents[0].root_cause, pm_cause_find(PM_STR("storage.disk-pressure")));
    assert_int_equal(j.r->incidents[0].severity, PM_SEVERITY_INFO); // nobody was hit
    assert_int_equal(j.r->verdict, 0);
    judged_free(&j);
    static const struct line works[] = {
        {0, KUBELET, .kind = PM_KIND_GC_START, .node = "n1"},
        {1, KUBELET, .kind = PM_KIND_GC_OK, .node = "n1"},
    };
    j = JUDGE(works);
    assert_int_equal(j.r->incidents_n, 0);
    judged_free(&j);
}

// A table of pods says neither image nor reason: somebody waits all the same. Who runs
// meanwhile does not.
static void waiting_pods_alone(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, OBJECTS, .kind = PM_KIND_PULL_BACKOFF, .pod = "shop/web-6d9f8c7b5d-x2x9k", .node = "n1",
         .reason = "ImagePullBackOff", .flags = PM_EV_ECHO},
        {0, OBJECTS, .kind = PM_KIND_PULL_FAIL, .pod = "shop/cart-6d9f8c7b5d-7q8tr", .node = "n2",
         .reason = "ErrImagePull", .flags = PM_EV_ECHO},
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->incidents_n, 1);
    assert_string_equal(cause_of(&j), "unknown");
    assert_int_equal(j.r->incidents[0].failed_pulls, 0);
    assert_int_equal(j.r->incidents[0].blast.pods_n, 2);
    assert_int_equal(j.r->incidents[0].severity, PM_SEVERITY_CRITICAL);
    assert_int_equal(j.r->incidents[0].confidence, PM_CONFIDENCE_LOW);
    judged_free(&j);
}

#define ILL                                                                                        \
    "unexpected status from HEAD request to https://quay.test/v2/acme/web/manifests/1: 503 Service Unavailable"
// One back-off counts through two troubles: it began with the outage, not with the limit
// that the retries ran into, which the outage explains.
static void a_back_off_began_with_the_first_trouble(void **state) {
    (void)state;
#define OUT(at_)                                                                                   \
    { at_, CONTAINERD, FAILED("quay.test/acme/web:1", ILL), .node = "n1", .status = 503 }
    static const struct line lines[] = {
        OUT(0),
        OUT(14),
        OUT(38),
        OUT(82),
        OUT(165),
        OUT(330),
        {640, CONTAINERD,
         FAILED(
             "quay.test/acme/web:1",
             "429 Too Many Requests: toomanyrequests: retry-after: 880.092us, allowed: 44000/minute"),
         .node = "n1", .status = 429},
        {700, EVENTS, .kind = PM_KIND_PULL_BACKOFF, .image = "quay.test/acme/web:1", .node = "n1",
         .reason = "BackOff", .pod = "shop/web-0", .count = 40, .first = 11, .join = "u2"},
    };
    struct judged j = JUDGE(lines);
    ASK(j,
        "SELECT root_cause, substr(started, 15, 5), explained_by FROM incidents ORDER BY started",
        "registry.outage 00:00 -, rate-limit.service 10:40 1");
    judged_free(&j);
}

// "Pulling" and no end, and minutes later the pod's status still waits: somebody waits,
// and nothing says why. One that runs does not, nor one just begun.
static void a_pull_without_an_end(void **state) {
    (void)state;
#define STATUS(at_, phase_, state_)                                                                \
    {                                                                                              \
        at_, OBJECTS,                                                                              \
            .kind = PM_KIND_POD_STATE, .pod = "shop/web-0", .node = "n1", .flags = PM_EV_SNAPSHOT, \
            .detail =                                                                              \
                "{\"phase\":\"" phase_                                                             \
                "\",\"containers\":[{\"name\":\"web\",\"image\":\"quay.test/acme/web:1\"" state_   \
                "}]}"                                                                              \
    }
    static const struct {
        struct line status;
        size_t incidents;
    } rows[] = {
        {STATUS(900, "Pending", ""), 1},
        {STATUS(900, "Running", ",\"running\":true"), 0},
        {STATUS(60, "Pending", ""), 0},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        const struct line lines[] = {{10, EVENTS, START_OF("quay.test/acme/web:1"), .node = "n1",
                                      .pod = "shop/web-0", .reason = "Pulling", .join = "u1"},
                                     rows[i].status};
        struct judged j = JUDGE(lines);
        assert_int_equal(j.r->incidents_n, rows[i].incidents);
        assert_int_equal(j.r->total.open, 1);
        if (j.r->incidents_n) {
            assert_string_equal(cause_of(&j), "unknown");
            assert_int_equal(j.r->incidents[0].confidence, PM_CONFIDENCE_LOW);
            assert_int_equal(j.r->incidents[0].severity, PM_SEVERITY_WARNING);
            assert_int_equal(j.r->incidents[0].blast.pods_n, 1);
            assert_int_equal(j.r->incidents[0].failed_pulls, 0);
        }
        judged_free(&j);
    }
}

// Tables name no pod's image; a workload of one image tells what its pods wait for, one
// of two does not.
static void waiting_pods_of_one_image(void **state) {
    (void)state;
    for (int images = 1; images <= 2; images++) {
        const char *detail =
            images == 1 ? "{\"images\":[\"quay.test/acme/web:3\"]}"
                        : "{\"images\":[\"quay.test/acme/web:3\",\"quay.test/acme/side:1\"]}";
        const struct line lines[] = {
            {0, OBJECTS, .kind = PM_KIND_PULL_BACKOFF, .pod = "shop/web-6d9f8c7b5d-x2x9k",
             .node = "n1", .reason = "ImagePullBackOff", .flags = PM_EV_ECHO},
            {0, OBJECTS, .kind = PM_KIND_WORKLOAD_STATE, .k8s_namespace = "shop",
             .object = "Deployment/web", .detail = detail},
        };
        struct judged j = JUDGE(lines);
        const struct pm_incident *inc = &j.r->incidents[0];
        assert_int_equal(inc->blast.images.n, images == 1);
        assert_int_equal(inc->failed_pulls, 0);
        assert_true(pm_str_has(j.r->verdict_sentence, images == 1
                                                          ? PM_STR("waits for quay.test/acme/web:3")
                                                          : PM_STR("waits for an image")));
        judged_free(&j);
    }
}

#define DOWN                                                                                       \
    "rpc error: code = Unavailable desc = connection error: dial unix /run/containerd/containerd.sock: connect: connection refused"
// Few pulls meet a runtime that falls over all the time; a quiet hour between two falls
// parts them.
static void restarts_between_are_one_incident(void **state) {
    (void)state;
    for (int restarts = 0; restarts < 2; restarts++) {
        struct line lines[8];
        size_t n = 0;
        lines[n++] = (struct line){0, KUBELET, FAILED("acme/web:1", DOWN), .node = "n1",
                                   .message = "remote_image"};
        for (int i = 1; restarts && i <= 4; i++)
            lines[n++] =
                (struct line){i * 360, CONTAINERD, .kind = PM_KIND_RUNTIME_START, .node = "n1"};
        lines[n++] = (struct line){1700, KUBELET, FAILED("acme/api:1", DOWN), .node = "n1",
                                   .message = "remote_image"};
        struct judged j = judge(lines, n);
        assert_int_equal(j.r->incidents_n, restarts ? 1 : 2);
        judged_free(&j);
    }
}

#define NO_TAG "failed to resolve reference: manifest unknown"
static void wrong_tags_one_after_the_other(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, CONTAINERD, FAILED("hub.test/acme/a:9", NO_TAG), .node = "n1", .status = 404},
        {100, CONTAINERD, FAILED("hub.test/acme/b:9", NO_TAG), .node = "n1", .status = 404},
        {200, CONTAINERD, FAILED("hub.test/acme/c:9", NO_TAG), .node = "n1", .status = 404},
        {900, CONTAINERD, FAILED("hub.test/acme/d:9", NO_TAG), .node = "n1",
         .status = 404}, // another story
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->incidents_n, 2);
    assert_int_equal(j.r->incidents[0].failed_pulls, 3);
    judged_free(&j);
}

#define CUT "read tcp 10.0.0.1:52000->192.0.2.9:443: read: connection reset by peer"
// Two cut connections, each made good by the next try: info, however far apart. The same
// image twice is no blip.
static void single_failures_made_good_are_info(void **state) {
    (void)state;
    for (int again = 0; again < 2; again++) {
        const struct line lines[] = {
            {0, CONTAINERD, FAILED("quay.test/acme/web:1", CUT), .node = "n1"},
            {16, CONTAINERD, OK_OF("quay.test/acme/web:1"), .node = "n1", .message = "returned"},
            {900, CONTAINERD, FAILED(again ? "quay.test/acme/web:1" : "ghcr.test/acme/api:1", CUT),
             .node = "n1"},
            {916, CONTAINERD, OK_OF(again ? "quay.test/acme/web:1" : "ghcr.test/acme/api:1"),
             .node = "n1", .message = "returned"},
        };
        struct judged j = JUDGE(lines);
        assert_int_equal(j.r->incidents[0].severity,
                         again ? PM_SEVERITY_WARNING : PM_SEVERITY_INFO);
        assert_int_equal(j.r->verdict, again ? 1 : 0);
        judged_free(&j);
    }
}

// A kubelet says so when the next attempt fails, too. How long its silence must last
// grows with its back-off, and an attempt that is told for long was no blip.
static void a_kubelet_that_falls_silent(void **state) {
    (void)state;
#define SYNC(at_)                                                                                  \
    {                                                                                              \
        at_, KUBELET, FAILED("quay.test/acme/web:1", CUT),                                         \
            .node = "n1", .message = "remote_image", .pod = "shop/web-0"                           \
    }
#define GOES_ON(at_)                                                                               \
    { at_, KUBELET, .kind = PM_KIND_OTHER, .node = "n1", .message = "kubelet start" }
    static const struct line once[] = {GOES_ON(0), SYNC(400), GOES_ON(500)};
    static const struct line cut_off[] = {GOES_ON(0), SYNC(400), GOES_ON(430)};
    static const struct line five[] = {GOES_ON(0), SYNC(400), SYNC(412),   SYNC(436),
                                       SYNC(480),  SYNC(564), GOES_ON(700)};
    static const struct {
        const struct line *lines;
        size_t n;
        enum pm_severity severity;
    } rows[] = {
        {once, PM_LEN(once), PM_SEVERITY_INFO},
        {cut_off, PM_LEN(cut_off), PM_SEVERITY_CRITICAL}, // thirty seconds say nothing
        {five, PM_LEN(five), PM_SEVERITY_CRITICAL}, // nor do two minutes after a wait of 160 s
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_judge_options o = {.since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME};
        struct judged j = judge_as(rows[i].lines, rows[i].n, &o);
        assert_int_equal(j.r->incidents[0].severity, rows[i].severity);
        judged_free(&j);
    }
}

// "Observed pod startup duration": all containers of the pod run. No other line of a
// kubelet tells of a good pull.
static void a_kubelet_that_saw_the_pod_start(void **state) {
    (void)state;
    for (int started = 0; started < 2; started++) {
        const struct line lines[] = {GOES_ON(0),
                                     SYNC(400),
                                     {415, KUBELET, .kind = PM_KIND_POD_STATE, .node = "n1",
                                      .pod = started ? "shop/web-0" : "shop/web-1",
                                      .reason = "Started"}};
        struct judged j = JUDGE(lines);
        assert_int_equal(j.r->incidents[0].severity,
                         started ? PM_SEVERITY_INFO : PM_SEVERITY_CRITICAL);
        assert_int_equal(j.r->incidents[0].blast.pods[0].recovered, started);
        judged_free(&j);
    }
}

// A connection cut once while the registry is down: the next attempt got past it, and
// meets what has an incident of its own.
static void a_blip_amid_other_trouble(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, CONTAINERD, FAILED("quay.test/acme/web:1", ILL), .node = "n1", .status = 503},
        {14, CONTAINERD, FAILED("quay.test/acme/web:1", CUT), .node = "n1"},
        {36, CONTAINERD, FAILED("quay.test/acme/web:1", ILL), .node = "n1", .status = 503},
        {80, CONTAINERD, FAILED("quay.test/acme/web:1", ILL), .node = "n1", .status = 503},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT root_cause, severity, failed_pulls FROM incidents ORDER BY failed_pulls",
        "network.reset info 1, registry.outage warning 3");
    judged_free(&j);
}

// DNS is broken on three nodes. Each pulls from a registry that the others served
// meanwhile: no registry ties them together, the cause and the time do.
static void the_same_on_several_nodes_is_one(void **state) {
    (void)state;
#define NO_HOST(host_)                                                                             \
    "failed to do request: Head \"https://" host_ "/v2/a/manifests/1\": dial tcp: lookup " host_   \
    ": no such host"
#define THRICE(at_, node_, host_)                                                                  \
    {at_, CONTAINERD, FAILED(host_ "/a:1", NO_HOST(host_)), .node = node_},                        \
        {at_ + 12, CONTAINERD, FAILED(host_ "/a:1", NO_HOST(host_)), .node = node_}, {             \
        at_ + 35, CONTAINERD, FAILED(host_ "/a:1", NO_HOST(host_)), .node = node_                  \
    }
    for (int apart = 0; apart < 2; apart++) {
        const struct line lines[] = {
            THRICE(0, "n1", "quay.test"),
            {20, CONTAINERD, OK_OF("quay.test/b:1"), .node = "n4", .message = "returned"},
            {30, CONTAINERD, OK_OF("ghcr.test/b:1"), .node = "n4", .message = "returned"},
            THRICE(apart ? 2000 : 10, "n2", "ghcr.test"),
            {2020, CONTAINERD, OK_OF("ghcr.test/c:1"), .node = "n4", .message = "returned"},
        };
        struct judged j = JUDGE(lines);
        ASK(j, "SELECT count(*), max(failed_pulls), max(nodes) FROM incidents",
            apart ? "2 3 1" : "1 6 2");
        judged_free(&j);
    }
}

// A pod that was deleted waits no longer: it was stuck until then, and nobody is where
// the logs end.
static void deleted_pods_wait_no_longer(void **state) {
    (void)state;
    for (int deleted = 0; deleted < 2; deleted++) {
        const struct line lines[] = {
            {0, KUBELET, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1",
             .message = "sync pod", .pod = "shop/web-6d9f8c7b5d-x2x9k"},
            {400, KUBELET, .kind = PM_KIND_POD_STATE, .node = "n1",
             .pod = "shop/web-6d9f8c7b5d-x2x9k", .reason = deleted ? "Deleted" : "Updated"},
            {500, KUBELET, OK_OF("quay.test/acme/api:1"), .node = "n1", .message = "stop pulling"},
        };
        struct judged j = JUDGE(lines);
        assert_int_equal(j.r->incidents[0].blast.pods[0].stuck_ns / PM_NS_PER_S,
                         deleted ? 400 : 500);
        assert_int_equal(j.r->incidents[0].blast.pods[0].gone, deleted);
        judged_free(&j);
    }
}

#define SCALED(message_)                                                                           \
    .kind = PM_KIND_WORKLOAD_STATE, .reason = "ScalingReplicaSet", .object = "Deployment/web",     \
    .pod = NULL, .message = (message_)
// Pods and set are gone after a roll-back: the events' names say whose they were. A new
// set that takes over is a fix forward.
static void roll_backs_in_every_wording(void **state) {
    (void)state;
    static const struct {
        const char *up, *before, *other, *down;
        size_t rollbacks;
    } rows[] = {
        {"Scaled up replica set web-7c9 to 1", "Scaled up replica set web-6d8 to 2",
         "Scaled up replica set web-6d8 to 2", "Scaled down replica set web-7c9 to 0", 1},
        {"Scaled up replica set web-7c9 to 1 from 0", "", "",
         "Scaled down replica set web-7c9 to 0 from 1", 1},
        {"Scaled up replica set web-7c9 from 0 to 1", "",
         "Scaled up replica set web-6d8 from 1 to 2", "Scaled down replica set web-7c9 from 1 to 0",
         1},
        {"Scaled up replica set web-7c9 from 0 to 1", "",
         "Scaled up replica set web-8e7 from 0 to 2", "Scaled down replica set web-7c9 from 1 to 0",
         0},
        {"Scaled up replica set web-7c9 to 1", "", "Scaled up replica set web-8e7 to 2",
         "Scaled down replica set web-7c9 to 0", 0},
        {"Scaled up replica set web-7c9 to 2", "", "", "Scaled down replica set web-7c9 to 1", 0},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        const struct line lines[] = {
            {-900, EVENTS, SCALED(rows[i].before), .join = "u0"},
            {0, EVENTS, SCALED(rows[i].up), .join = "u1"},
            {5, EVENTS, FAILED("hub.test/acme/web:9", NO_TAG), .node = "n1",
             .pod = "shop/web-7c9-x2x9k", .reason = "Failed", .join = "u2"},
            {300, EVENTS, SCALED(rows[i].other), .join = "u3"},
            {310, EVENTS, SCALED(rows[i].down), .join = "u4"},
        };
        struct judged j = JUDGE(lines);
        const struct pm_incident *inc = &j.r->incidents[0];
        assert_int_equal(inc->blast.rollbacks_n, rows[i].rollbacks);
        if (rows[i].rollbacks) assert_true(pm_str_eqc(inc->blast.rollbacks[0].name, "web"));
        assert_true(pm_str_eqc(inc->trigger.what, "rollout"));
        assert_true(inc->trigger.at_ns <= inc->from_ns);
        judged_free(&j);
    }
}

// A bare 429 is read by what is likely: that kubelet and runtime both repeat it makes the
// reading no surer. What says it by itself is sure.
static void repeated_ambiguity_is_not_sure(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        const char *error =
            plain ? "toomanyrequests: You have reached your unauthenticated pull rate limit"
                  : HUB_429;
        const struct line lines[] = {
            {0, CONTAINERD, FAILED("acme/web:1", error), .node = "n1", .status = 429},
            {0.1, KUBELET, FAILED("acme/web:1", error), .node = "n1", .status = 429,
             .message = "remote_image"},
        };
        struct judged j = JUDGE(lines);
        assert_int_equal(j.r->incidents[0].failed_pulls, 1);
        assert_int_equal(j.r->incidents[0].confidence,
                         plain ? PM_CONFIDENCE_HIGH : PM_CONFIDENCE_MEDIUM);
        judged_free(&j);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timeout_on_one_node_is_the_nodes),
        cmocka_unit_test(timeout_everywhere_to_one_registry_is_the_registrys),
        cmocka_unit_test(timeout_everywhere_to_all_is_the_clusters),
        cmocka_unit_test(a_right_is_the_repositorys),
        cmocka_unit_test(unrelated_timeouts_are_two_incidents),
        cmocka_unit_test(recovery_is_the_first_success_in_scope),
        cmocka_unit_test(pods_that_still_wait_are_critical),
        cmocka_unit_test(disk_pressure_to_quota),
        cmocka_unit_test(repeated_ambiguity_is_not_sure),
        cmocka_unit_test(single_failures_made_good_are_info),
        cmocka_unit_test(a_kubelet_that_falls_silent),
        cmocka_unit_test(a_kubelet_that_saw_the_pod_start),
        cmocka_unit_test(a_blip_amid_other_trouble),
        cmocka_unit_test(the_same_on_several_nodes_is_one),
        cmocka_unit_test(deleted_pods_wait_no_longer),
        cmocka_unit_test(roll_backs_in_every_wording),
        cmocka_unit_test(disk_trouble_alone),
        cmocka_unit_test(waiting_pods_alone),
        cmocka_unit_test(a_pull_without_an_end),
        cmocka_unit_test(waiting_pods_of_one_image),
        cmocka_unit_test(a_back_off_began_with_the_first_trouble),
        cmocka_unit_test(restarts_between_are_one_incident),
        cmocka_unit_test(wrong_tags_one_after_the_other),
        cmocka_unit_test(healthy_bundle_has_no_incident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
