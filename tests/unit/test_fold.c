// Folding: people count pulls, so must we. Each test is a short log and the pulls it
// holds.
#include "judge_rows.h"

// Shapes: containerd 1.7, kubelet 1.34 (four E lines a failed pull).
static void one_failed_pull_is_one_whoever_traced_it(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.00, CONTAINERD, START_OF("docker.io/acme/web:1"), .node = "n1"},
        {1.20, CONTAINERD, FAILED("docker.io/acme/web:1", HUB_429), .node = "n1",
         .message = "PullImage failed"},
        {1.20, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "remote_image"},
        {1.20, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1",
         .message = "kuberuntime_image"},
        {1.21, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
        {2.00, EVENTS, FAILED("acme/web:1", HUB_429), .node = "n1", .reason = "Failed",
         .pod = "shop/web-0", .join = "u1"},
        {12.0, KUBELET, .kind = PM_KIND_PULL_BACKOFF, .image = "acme/web:1", .error = HUB_429,
         .node = "n1", .pod = "shop/web-0"},
        {13.0, EVENTS, .kind = PM_KIND_PULL_BACKOFF, .image = "acme/web:1", .node = "n1",
         .reason = "BackOff", .pod = "shop/web-0", .join = "u2"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, image, outcome, pods, sources FROM pulls",
        "n1 docker.io/acme/web:1 failed shop/web-0 runtime+kubelet+events");
    judged_free(&j);
}

static void rapid_attempts_stay_separate(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.00, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {1.05, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1"},
        {1.06, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {1.11, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1"},
        {1.12, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {1.90, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .message = "pulled", .took = 0.78},
        {1.90, CONTAINERD, OK_OF("acme/web:1"), .node = "n1",
         .message = "returned"}, // the second line of the same success
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT outcome, count(*) FROM pulls GROUP BY 1 ORDER BY 1", "failed 2, ok 1");
    judged_free(&j);
}

// An event's clock is seconds off, and what it repeats is as long as what the runtime
// measured: one pull. Another length is another pull.
static void good_pulls_are_known_by_their_length(void **state) {
    (void)state;
    static const struct line lines[] = {
        {7.00, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {8.40, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .took = 1.4},
        {3.00, EVENTS, OK_OF("acme/web:1"), .node = "n1", .pod = "shop/web-0", .took = 1.403,
         .join = "u1"},
        {50.0, EVENTS, OK_OF("acme/web:1"), .node = "n1", .pod = "shop/web-1", .took = 9.1,
         .join = "u2"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT pods, sources FROM pulls ORDER BY ended",
        "shop/web-0 runtime+events, shop/web-1 events");
    judged_free(&j);
}

// Only events are left: the count is spread by the back-off model, and what lies between
// first and last is marked as reconstructed.
static void counted_event_alone(void **state) {
    (void)state;
    static const struct line lines[] = {{310, EVENTS, FAILED("acme/web:1", HUB_429), .node = "n1",
                                         .reason = "Failed", .pod = "shop/web-0", .count = 6,
                                         .first = 0, .join = "u1"}};
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT time_of FROM (SELECT substr(ended, 12, 8) AS time_of FROM pulls ORDER BY ended)",
        "10:00:00, 10:00:10, 10:00:30, 10:01:10, 10:02:30, 10:05:10");
    assert_int_equal(j.r->total.failed, 6);
    judged_free(&j);
}

// The kubelet's log was rotated: it begins at 200 s. The event saw what came before, and
// must not be counted again after.
static void half_a_log_hides_nothing(void **state) {
    (void)state;
    static const struct line lines[] = {
        {200, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "remote_image"},
        {310, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "remote_image"},
        {310, EVENTS, FAILED("acme/web:1", HUB_429), .node = "n1", .reason = "Failed",
         .pod = "shop/web-0", .count = 6, .first = 0, .join = "u1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT count(*) FROM pulls WHERE ended < '2024-03-01T10:03:00'",
        "5"); // 0, 10, 30, 70, 150 s
    ASK(j, "SELECT count(*) FROM pulls", "7");
    judged_free(&j);
}

// A table's ages are only roughly anchored, and it has no ids: the same event again.
static void event_table_beside_event_objects(void **state) {
    (void)state;
    static const struct line lines[] = {
        {60, EVENTS, FAILED("acme/web:1", HUB_429), .node = "n1", .reason = "Failed",
         .pod = "shop/web-0", .count = 3, .first = 30, .join = "u1"},
        {62, EVENTS, FAILED("acme/web:1", HUB_429), .reason = "Failed", .pod = "shop/web-0",
         .count = 3, .first = 32},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT count(*), sum(outcome = 'failed') FROM pulls", "3 3");
    judged_free(&j);
}

static void cached_image_is_no_attempt(void **state) {
    (void)state;
    static const struct line lines[] = {{1, EVENTS, .kind = PM_KIND_PULL_CACHED,
                                         .image = "acme/web:1", .node = "n1", .pod = "shop/web-0",
                                         .reason = "Pulled", .join = "u1"}};
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->total.attempts, 0);
    assert_int_equal(j.r->total.cached, 1);
    assert_int_equal(j.r->incidents_n, 0);
    judged_free(&j);
}

static void start_without_end_is_open(void **state) {
    (void)state;
    static const struct line lines[] = {{1, CONTAINERD, START_OF("acme/web:1"), .node = "n1"}};
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT outcome FROM pulls", "open");
    assert_int_equal(j.r->total.failed, 0);
    judged_free(&j);
}

// … unless the runtime was restarted meanwhile.
static void restart_cuts_a_running_pull(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {9, CONTAINERD, .kind = PM_KIND_RUNTIME_START, .message = "starting containerd",
         .node = "n1"},
        {15, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {20, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT outcome, cause FROM pulls ORDER BY started", "failed runtime.cancelled, ok -");
    judged_free(&j);
}

// dockerd 26: two lines a failed pull, none names the image; with dockershim the kubelet
// counts.
static void docker_lines_fold_into_the_kubelets_attempt(void **state) {
    (void)state;
    static const char refused[] =
        "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit";
    static const struct line lines[] = {
        {1.000, DOCKERD, FAILED(NULL, refused), .node = "n1", .message = "not continuing"},
        {1.002, DOCKERD, FAILED(NULL, refused), .node = "n1", .message = "handler"},
        {1.003, KUBELET, FAILED("acme/web:1", refused), .node = "n1", .message = "remote_image"},
        // by hand, twice in a tenth of a second: the kubelet knows nothing of them
        {9.000, DOCKERD, FAILED(NULL, refused), .node = "n1", .message = "not continuing"},
        {9.002, DOCKERD, FAILED(NULL, refused), .node = "n1", .message = "handler"},
        {9.080, DOCKERD, FAILED(NULL, refused), .node = "n1", .message = "not continuing"},
        {9.082, DOCKERD, FAILED(NULL, refused), .node = "n1", .message = "handler"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT coalesce(image, '?'), registry, sources FROM pulls ORDER BY ended",
        "docker.io/acme/web:1 docker.io runtime+kubelet, ? docker.io runtime, ? docker.io runtime");
    judged_free(&j);
}

// One stamp for both lines, and the log was rotated between them: the newer part is met first. In
// one file a handler's line before another's is another pull's.
static void docker_lines_of_one_stamp_are_a_pair_across_a_rotation(void **state) {
    (void)state;
    static const char older[] = "n1/docker.log.1", newer[] = "n1/docker.log";
    static const struct line lines[] = {
        {1, DOCKERD, FAILED(NULL, "unknown blob"), .node = "n1", .message = "handler",
         .path = newer},
        {1, DOCKERD, FAILED(NULL, "unknown blob"), .node = "n1", .message = "not continuing",
         .path = older},
        {1.001, KUBELET, FAILED("acme/web:1", "unknown blob"), .node = "n1",
         .message = "remote_image"},
        {9, DOCKERD, FAILED(NULL, "unknown blob"), .node = "n1", .message = "handler",
         .path = newer},
        {9, DOCKERD, FAILED(NULL, "unknown blob"), .node = "n1", .message = "not continuing",
         .path = newer},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT coalesce(image, '?'), sources FROM pulls ORDER BY ended",
        "docker.io/acme/web:1 runtime+kubelet, ? runtime, ? runtime");
    judged_free(&j);
}

// The registry answered with two errors; the pull ends with the first, and the handler's line
// repeats no more than that. Another error just after is another pull's.
static void docker_ends_with_the_first_of_a_list_of_errors(void **state) {
    (void)state;
    static const char list[] = "errors:\ndenied: requested access to the resource is denied\n"
                               "unauthorized: authentication required";
    static const struct line lines[] = {
        {1, DOCKERD, FAILED(NULL, list), .node = "n1", .message = "not continuing"},
        {1, DOCKERD,
         FAILED("acme/web:1", "pull access denied for acme/web, repository does not exist or may "
                              "require 'docker login': denied: requested access to the resource "
                              "is denied"),
         .node = "n1", .message = "handler"},
        {9, DOCKERD, FAILED(NULL, list), .node = "n1", .message = "not continuing"},
        {9, DOCKERD, FAILED("acme/api:2", "manifest for acme/api:2 not found: manifest unknown"),
         .node = "n1", .message = "handler"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT coalesce(image, '?') FROM pulls ORDER BY ended, image",
        "docker.io/acme/web:1, ?, docker.io/acme/api:2");
    judged_free(&j);
}

// CRI-O ends by digest what it began by tag; the request id ties them.
static void crio_pairs_by_id(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CRIO, START_OF("quay.test/acme/web:1"), .node = "n1", .join = "id7"},
        {6, CRIO,
         OK_OF(
             "quay.test/acme/web@sha256:67c962b024fbfddc5730554ed82ffdac67c962b024fbfddc5730554ed82ffdac"),
         .node = "n1", .join = "id7"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT image, outcome, duration_ms FROM pulls", "quay.test/acme/web:1 ok 5000.0");
    judged_free(&j);
}

#define HEAD(at_, status_)                                                                         \
    {                                                                                              \
        at_, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .method = "HEAD",               \
                    .url = "/v2/library/redis/manifests/7", .status = (status_),                   \
                    .agent = "containerd/v1.7.24"                                                  \
    }
// containerd answers a 429 with five more of the same in milliseconds; a fresh challenge
// opens the next attempt.
static void burst_of_429_is_one_pull(void **state) {
    (void)state;
    static const struct line lines[] = {
        HEAD(1.0, 401), HEAD(1.0, 429), HEAD(1.0, 429), HEAD(1.0, 429), HEAD(1.0, 429),
        HEAD(1.0, 429), HEAD(1.5, 401), HEAD(1.5, 429), HEAD(1.5, 429),
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, outcome, status FROM pulls", "10.1.0.7 failed 429, 10.1.0.7 failed 429");
    judged_free(&j);
}

#define AGED(at_, node_)                                                                           \
    {                                                                                              \
        at_, EVENTS, FAILED("redis:7", HUB_429), .node = (node_), .reason = "Failed",              \
                                                 .pod = "shop/" node_, .join = "of-" node_,        \
                                                 .aged = true                                      \
    }
// Three nodes behind one address, and a table of events with ages in minutes: each refusal
// is one of theirs. What happened minutes later is another pull.
static void refusals_behind_one_address(void **state) {
    (void)state;
    static const struct line lines[] = {
        HEAD(100.0, 429),  HEAD(131.0, 429),  HEAD(162.0, 429), AGED(110.0, "n1"),
        AGED(110.0, "n2"), AGED(170.0, "n3"), HEAD(500.0, 429),
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, sources FROM pulls ORDER BY node",
        "- registry, n1 events+registry, n2 events+registry, n3 events+registry");
    judged_free(&j);
}

// Which of them the address is of is told by no refusal that may be any node's: n1 has three of
// the five near its only event, and is not the one that asked minutes later.
static void refusals_that_may_be_anyones_tell_no_address(void **state) {
    (void)state;
    const struct line lines[] = {
        HEAD(100.0, 429),
        HEAD(131.0, 429),
        HEAD(162.0, 429),
        HEAD(260.0, 429),
        HEAD(600.0, 429),
        AGED(110.0, "n1"),
        AGED(250.0, "n2"),
        {90, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.8", .method = "HEAD",
         .url = "/v2/library/nginx/manifests/1", .status = 429, .agent = "containerd/v1.7.24"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, count(*) FROM pulls WHERE repository = 'library/redis' GROUP BY 1",
        "- 3, n1 1, n2 1");
    judged_free(&j);
}

// The node's own log is there: requests corroborate its attempt and make none.
static void requests_corroborate_the_nodes_log(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0.9, CONTAINERD, START_OF("redis:7"), .node = "n1"},
        HEAD(1.0, 401),
        HEAD(1.0, 429),
        HEAD(1.0, 429),
        {1.1, CONTAINERD, FAILED("redis:7", HUB_429), .node = "n1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, outcome, sources FROM pulls", "n1 failed runtime+registry");
    assert_int_equal(j.r->incidents[0].failed_requests, 2);
    judged_free(&j);
}

// The kubelet's own limiter: no runtime, no registry sees the attempt, so the registry's
// account does not either.
static void kubelet_limit_is_not_the_registrys(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, START_OF("quay.test/acme/api:1"), .node = "n1"},
        {2, CONTAINERD, OK_OF("quay.test/acme/api:1"), .node = "n1", .message = "returned"},
        {2, KUBELET, FAILED("quay.test/acme/web:1", "pull QPS exceeded"), .node = "n1",
         .message = "sync pod", .pod = "shop/web-0"},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(cause_of(&j), "rate-limit.client");
    assert_int_equal(j.r->by_registry_n,
                     2); // the failed one is of no registry: the row without a name
    assert_int_equal(j.r->by_registry[0].name.n, 0);
    assert_int_equal(j.r->by_registry[0].failed, 1);
    assert_int_equal(j.r->by_registry[1].failed, 0);
    assert_int_equal(j.r->by_node[0].failed, 1);
    judged_free(&j);
}

// CRI-O logs no failures: a start that the next one overtook ended somewhere between, and
// an event tells when. One pull, and the next one went well.
static void an_event_ends_what_crio_left_open(void **state) {
    (void)state;
    static const struct line lines[] = {
        {34.7, CRIO, START_OF("quay.test/acme/web:1"), .node = "n1", .join = "id1"},
        {35.0, EVENTS, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1", .reason = "Failed",
         .pod = "shop/web-0", .join = "u1"},
        {47.6, CRIO, START_OF("quay.test/acme/web:1"), .node = "n1", .join = "id2"},
        {49.5, CRIO, OK_OF("quay.test/acme/web:1"), .node = "n1", .join = "id2"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT outcome, substr(ended, 18, 6), pods, sources FROM pulls ORDER BY ended",
        "failed 35.000 shop/web-0 runtime+events, ok 49.500 - runtime");
    assert_int_equal(j.r->incidents[0].severity, PM_SEVERITY_INFO); // a single failure, and no two
    judged_free(&j);
}

// An event that counts knows its first and its last attempt; the daemon's lines, which
// name no image, know those between.
static void docker_lines_fold_into_what_an_event_counts(void **state) {
    (void)state;
#define DAEMON(at_)                                                                                \
    {                                                                                              \
        at_, DOCKERD, FAILED(NULL, "received unexpected HTTP status: 503 Service Unavailable"),    \
            .node = "n1", .message = "Handler", .status = 503                                      \
    }
    static const struct line lines[] = {
        DAEMON(0),
        DAEMON(14),
        DAEMON(38),
        DAEMON(82),
        DAEMON(165),
        {165, EVENTS,
         FAILED(
             "quay.test/acme/web:1",
             "rpc error: code = Unknown desc = received unexpected HTTP status: 503 Service Unavailable"),
         .node = "n1", .reason = "Failed", .pod = "shop/web-0", .count = 5, .first = 0,
         .join = "u1", .status = 503},
        DAEMON(4000), // long after: somebody's own
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT substr(ended, 15, 5), image, sources FROM pulls ORDER BY ended",
        "00:00 quay.test/acme/web:1 runtime+events, 00:14 quay.test/acme/web:1 runtime+events, 00:38 quay.test/acme/web:1 runtime+events, "
        "01:22 quay.test/acme/web:1 runtime+events, 02:45 quay.test/acme/web:1 runtime+events, 06:40 - runtime");
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_failed_pull_is_one_whoever_traced_it),
        cmocka_unit_test(rapid_attempts_stay_separate),
        cmocka_unit_test(good_pulls_are_known_by_their_length),
        cmocka_unit_test(counted_event_alone),
        cmocka_unit_test(half_a_log_hides_nothing),
        cmocka_unit_test(event_table_beside_event_objects),
        cmocka_unit_test(cached_image_is_no_attempt),
        cmocka_unit_test(start_without_end_is_open),
        cmocka_unit_test(restart_cuts_a_running_pull),
        cmocka_unit_test(docker_lines_fold_into_the_kubelets_attempt),
        cmocka_unit_test(docker_lines_of_one_stamp_are_a_pair_across_a_rotation),
        cmocka_unit_test(docker_ends_with_the_first_of_a_list_of_errors),
        cmocka_unit_test(crio_pairs_by_id),
        cmocka_unit_test(burst_of_429_is_one_pull),
        cmocka_unit_test(refusals_behind_one_address),
        cmocka_unit_test(refusals_that_may_be_anyones_tell_no_address),
        cmocka_unit_test(requests_corroborate_the_nodes_log),
        cmocka_unit_test(kubelet_limit_is_not_the_registrys),
        cmocka_unit_test(an_event_ends_what_crio_left_open),
        cmocka_unit_test(docker_lines_fold_into_what_an_event_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
