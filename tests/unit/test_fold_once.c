// One attempt counts once, and none is lost: echoes, refusals before any request, several
// credentials, starts without an end, and who else tells of the same pull. Each row is a
// short log, the question and the answer; beside each stands its innocent neighbour.
#include "judge_rows.h"

#define WEB "quay.test/acme/web:1"
#define GONE "failed to resolve reference \"quay.test/acme/web:1\": quay.test/acme/web:1: not found"
#define REFUSED                                                                                    \
    "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized"
#define SUM                                                                                        \
    "[rpc error: code = Unknown desc = " REFUSED ", rpc error: code = NotFound desc = " GONE "]"

// kubelet 1.33: the pod worker tells the error when its sync ends, here after another
// container's pull of nine seconds.
static void a_late_echo_adds_and_never_makes(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.0, KUBELET, FAILED(WEB, NO_ROUTE), .node = "n1", .message = "remote_image"},
        {10.0, KUBELET, FAILED(WEB, NO_ROUTE), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
        {50.0, KUBELET, FAILED(WEB, NO_ROUTE), .node = "n2", .message = "sync pod",
         .pod = "shop/web-1"}, // n2 kept nothing else: it counts
        {90.0, KUBELET, FAILED(WEB, "pull QPS exceeded"), .node = "n1", .message = "sync pod",
         .pod = "shop/web-2"}, // never reached the image service
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, pods FROM pulls ORDER BY ended",
        "n1 shop/web-0, n2 shop/web-1, n1 shop/web-2");
    judged_free(&j);
}

// A runner's WARNING and its job's last ERROR, a build's step and "failed to solve": two
// lines, one pull. Retries are as many pulls as told, and another session's last word
// alone is a pull of its own.
static void a_session_s_last_word_counts_once(void **state) {
    (void)state;
#define SAID(at_, who_)                                                                            \
    { at_, PM_COMP_CLIENT, FAILED(WEB, GONE), .node = who_ }
#define LAST(at_, who_)                                                                            \
    { at_, PM_COMP_CLIENT, FAILED(WEB, GONE), .node = who_, .flags = PM_EV_ECHO }
    static const struct line lines[] = {SAID(1, "job1"),  LAST(2, "job1"),  SAID(20, "job2"),
                                        SAID(40, "job2"), LAST(41, "job2"), LAST(60, "job3")};
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2 ORDER BY 1",
        "job1 failed 1, job2 failed 2, job3 failed 1");
    judged_free(&j);
    static const struct line again[] = {SAID(1, "job1"), LAST(2, "job1"),
                                        LAST(13, "job1")}; // each try of a job ends with it
    j = JUDGE(again);
    ASK(j, "SELECT count(*) FROM pulls", "2");
    judged_free(&j);
}

// A kubelet in a container: its pod's object says whose it is, where the folder of all
// pods was taken for one node. A pod that nobody listed says nothing.
static void a_boxed_kubelet_is_its_pod_s_node(void **state) {
    (void)state;
    static const char ours[] = "ns/pods/kubelet-n1/kubelet/current.log",
                      cri[] = "var/log/pods/kube-system_k3s-n2_07a1/k3s/0.log",
                      other[] = "ns/pods/agent-x/a.log";
    static const struct line lines[] = {
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "kube-system/kubelet-n1", .node = "n1",
         .detail = "{\"containers\":[{\"name\":\"kubelet\"}]}"},
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "kube-system/k3s-n2", .node = "n2",
         .detail = "{\"containers\":[{\"name\":\"k3s\"}]}"},
        {1, KUBELET, FAILED(WEB, NO_ROUTE), .node = "n3", .message = "remote_image", .path = ours},
        {2, KUBELET, FAILED(WEB, NO_ROUTE), .node = "n3", .message = "remote_image", .path = cri},
        {3, KUBELET, FAILED(WEB, NO_ROUTE), .node = "n3", .message = "remote_image", .path = other},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, count(*) FROM pulls GROUP BY 1 ORDER BY 1", "n1 1, n2 1, n3 1");
    judged_free(&j);
}

// No object tells where that pod ran: a static pod is named after its node, where the
// bundle knows such a node. Its CRI-O's pulls are not counted again.
static void a_static_pod_is_named_after_its_node(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0.5, CRIO, START_OF(WEB), .node = "pool-a-1", .join = "id1"},
        {1, KUBELET, FAILED(WEB, NO_ROUTE), .message = "remote_image",
         .path = "ns/pods/kubelet-pool-a-1/kubelet/current.log"},
        {14, CRIO, START_OF(WEB), .node = "pool-a-1", .join = "id2"},
        {15, CRIO, OK_OF(WEB), .node = "pool-a-1", .join = "id2"},
        {20, CRIO, START_OF(WEB), .node = "1", .join = "id3"}, // the longest name wins
        {21, CRIO, OK_OF(WEB), .node = "1", .join = "id3"},
        {30, KUBELET, FAILED(WEB, NO_ROUTE), .message = "remote_image",
         .path = "ns/pods/kubelet-elsewhere/kubelet/current.log"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2 ORDER BY 1, 2",
        "- failed 1, 1 ok 1, pool-a-1 failed 1, pool-a-1 ok 1");
    judged_free(&j);
}

// An exporter's event says which pod it was; another image's, another node's and a late
// one say nothing, and none of them is a pull.
static void hearsay_names_a_pod_and_makes_no_pull(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED(WEB, NO_ROUTE), .node = "n1"},
        {4, EVENTS, FAILED(WEB, NO_ROUTE), .node = "n1", .pod = "shop/web-0", .hearsay = true,
         .writer = "ops/exporter-0"},
        {60, CONTAINERD, FAILED(WEB, NO_ROUTE), .node = "n2"},
        {61, EVENTS, FAILED(WEB, NO_ROUTE), .node = "n1", .pod = "shop/web-0", .hearsay = true},
        {62, EVENTS, FAILED("quay.test/acme/api:1", NO_ROUTE), .node = "n2", .pod = "shop/api-0",
         .hearsay = true},
        {75, EVENTS, FAILED(WEB, NO_ROUTE), .node = "n2", .pod = "shop/web-1", .hearsay = true},
        {99, EVENTS, FAILED(WEB, NO_ROUTE), .pod = "shop/web-2", .hearsay = true},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, pods FROM pulls ORDER BY ended", "n1 shop/web-0, n2 -");
    judged_free(&j);
}

// A builder is believed about the images that it pulls, but not about the one that its
// own pod runs.
static void output_is_not_about_the_pods_own_image(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, OBJECTS, PM_KIND_POD_STATE, .node = "n1", .pod = "ci/build-0",
         .detail = "{\"containers\":[{\"name\":\"build\",\"image\":\"quay.test/acme/web:1\"}]}"},
        {1, CONTAINERD, FAILED(WEB, NO_ROUTE), .node = "n1", .writer = "ci/build-0"},
        {2, CONTAINERD, FAILED("quay.test/acme/api:1", NO_ROUTE), .node = "n1",
         .writer = "ci/build-0"},
        {3, CONTAINERD, FAILED(WEB, NO_ROUTE), .node = "n2", .writer = "ci/build-1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, image FROM pulls ORDER BY ended",
        "n1 quay.test/acme/api:1, n2 quay.test/acme/web:1");
    judged_free(&j);
}

static void refused_before_any_request_is_one_attempt_a_pod(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, KUBELET,
         FAILED("acme/api:2",
                "Container image \"acme/api:2\" is not present with pull policy of Never"),
         .node = "n1", .reason = "ErrImageNeverPull", .message = "sync pod", .pod = "shop/api-0"},
        {14, KUBELET,
         FAILED("acme/api:2",
                "Container image \"acme/api:2\" is not present with pull policy of Never"),
         .node = "n1", .reason = "ErrImageNeverPull", .message = "sync pod", .pod = "shop/api-0"},
        {60, EVENTS,
         FAILED("acme/api:2",
                "Container image \"acme/api:2\" is not present with pull policy of Never"),
         .node = "n1", .reason = "ErrImageNeverPull", .pod = "shop/api-0", .count = 6, .first = 1,
         .join = "u1"},
        {60, EVENTS, FAILED(NULL, "ErrImageNeverPull"), .node = "n1", .reason = "Failed",
         .pod = "shop/api-0", .count = 6, .first = 1, .join = "u2"},
        {61, EVENTS,
         FAILED("acme/api:2",
                "Container image \"acme/api:2\" is not present with pull policy of Never"),
         .node = "n2", .reason = "ErrImageNeverPull", .pod = "shop/api-1", .count = 6, .first = 1,
         .join = "u3"}, // another pod
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, pods FROM pulls ORDER BY node", "n1 shop/api-0, n2 shop/api-1");
    judged_free(&j);
}

static void two_credentials_are_one_attempt(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.000, CONTAINERD, START_OF(WEB), .node = "n1"},
        {1.200, CONTAINERD, FAILED(WEB, REFUSED), .node = "n1", .status = 401},
        {1.201, CONTAINERD, START_OF(WEB), .node = "n1"},
        {1.400, CONTAINERD, FAILED(WEB, GONE), .node = "n1"},
        {1.401, KUBELET, FAILED(WEB, SUM), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
        {20.000, CONTAINERD, START_OF(WEB), .node = "n1"},
        {20.200, CONTAINERD, FAILED(WEB, REFUSED), .node = "n1", .status = 401},
        {20.201, CONTAINERD, START_OF(WEB), .node = "n1"},
        {20.900, CONTAINERD, OK_OF(WEB), .node = "n1",
         .message = "returned"}, // the second one was taken
    };
    struct judged j = JUDGE(lines);
    ASK(j,
        "SELECT outcome, coalesce(cause, 'none'), substr(started, 18, 6) FROM pulls ORDER BY started",
        "failed image.tag-not-found 01.000, ok none 20.000");
    judged_free(&j);
}

// Two pods of a rollout that wait for one another's pull, with one and the same wrong
// secret.
static void two_pods_with_one_credential_are_two_attempts(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.000, CONTAINERD, START_OF(WEB), .node = "n1"},
        {1.200, CONTAINERD, FAILED(WEB, REFUSED), .node = "n1", .status = 401},
        {1.201, KUBELET, FAILED(WEB, REFUSED), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
        {1.201, CONTAINERD, START_OF(WEB), .node = "n1"},
        {1.400, CONTAINERD, FAILED(WEB, REFUSED), .node = "n1", .status = 401},
        {1.401, KUBELET, FAILED(WEB, REFUSED), .node = "n1", .message = "sync pod",
         .pod = "shop/web-1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT pods FROM pulls ORDER BY ended", "shop/web-0, shop/web-1");
    judged_free(&j);
}

// CRI-O tells no failure: what the next start overtakes has failed. Two pods that pull
// together end both.
static void crio_starts_that_are_overtaken_failed(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, CRIO, START_OF(WEB), .node = "n1", .join = "a"},
        {12, CRIO, START_OF(WEB), .node = "n1", .join = "b"},
        {40, CRIO, START_OF(WEB), .node = "n1", .join = "c"},
        {45, CRIO, OK_OF(WEB), .node = "n1", .join = "c"},
        {100, CRIO, START_OF(WEB), .node = "n2", .join = "d"},
        {101, CRIO, START_OF(WEB), .node = "n2", .join = "e"},
        {130, CRIO, OK_OF(WEB), .node = "n2", .join = "d"},
        {130.1, CRIO, OK_OF(WEB), .node = "n2", .join = "e"},
        {140, CRIO, START_OF("quay.test/acme/held:1"), .node = "n2",
         .join = "f"}, // nothing came after it
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2 ORDER BY 1, 2",
        "n1 failed 2, n1 ok 1, n2 ok 2, n2 open 1");
    ASK(j, "SELECT DISTINCT cause FROM pulls WHERE outcome = 'failed'", "unknown");
    judged_free(&j);
}

// The kubelet's echoes tell when such a pull ended, and why, where the lines of its image
// service were not kept.
#define ECHOED(at_)                                                                                \
    {                                                                                              \
        at_, KUBELET, FAILED(WEB, "received unexpected HTTP status: 504 Gateway Timeout"),         \
            .node = "n1", .message = "Failed to pull image"                                        \
    }
static void crio_starts_that_the_kubelet_echoes(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, CRIO, START_OF(WEB), .node = "n1", .join = "a"},
        ECHOED(5),
        {20, CRIO, START_OF(WEB), .node = "n1", .join = "b"},
        ECHOED(25),
        ECHOED(25.1),
        {60, CRIO, START_OF(WEB), .node = "n1", .join = "c"},
        ECHOED(65),
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT outcome, cause, count(*) FROM pulls GROUP BY 1, 2", "failed registry.outage 3");
    judged_free(&j);
}

static void dockershim_watches_good_pulls_itself(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, KUBELET, OK_OF(WEB), .node = "n1", .message = "stop pulling"},
        {2, EVENTS, OK_OF(WEB), .node = "n1", .reason = "Pulled", .pod = "shop/web-0",
         .join = "u1"}, // the same
        {9, DOCKERD, OK_OF("docker.io/acme/api:1"), .node = "n2", .message = "image pulled"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, outcome, coalesce(pods, '') FROM pulls ORDER BY node",
        "n1 ok shop/web-0, n2 ok ");
    judged_free(&j);
}

// dockerd tries each endpoint: that a mirror was not there is a step, where the daemon's
// closing lines are kept and there is none for it.
static void the_next_endpoint_is_a_step(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, DOCKERD,
         FAILED(
             NULL,
             "Get https://mirror.acme.test/v2/: dial tcp 192.0.2.9:443: connect: connection refused"),
         .node = "n1", .message = "next endpoint"},
        {300, DOCKERD, FAILED(NULL, "manifest unknown: manifest unknown"), .node = "n1",
         .message = "next endpoint"},
        {300, DOCKERD,
         FAILED(NULL, "manifest for acme/web:9 not found: manifest unknown: manifest unknown"),
         .node = "n1", .message = "handler"},
        {1, DOCKERD,
         FAILED(
             NULL,
             "Get https://reg.acme.test/v2/: dial tcp 192.0.2.9:443: connect: connection refused"),
         .node = "n2", .message = "next endpoint"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, count(*) FROM pulls GROUP BY 1 ORDER BY 1",
        "n1 1, n2 1"); // n2 kept no closing line of anything: it may have failed
    judged_free(&j);
}

// No closing lines, and the kubelet tells that the pull went well upstream. A private
// registry has no mirrors with Docker: its own failure stays one, and so does a mirror's
// where nothing of Docker Hub was pulled.
static void a_mirror_that_a_good_pull_went_past(void **state) {
    (void)state;
    static const char dead[] =
        "Get \"https://mirror.acme.test:5000/v2/\": dial tcp 192.0.2.9:5000: connect: connection refused";
    static const struct line lines[] = {
        {1, DOCKERD, FAILED(NULL, dead), .node = "n1", .message = "next endpoint",
         .host = "mirror.acme.test:5000"},
        {4, KUBELET, OK_OF("docker.io/library/nginx:1"), .node = "n1", .message = "stop pulling"},
        {1, DOCKERD, FAILED(NULL, dead), .node = "n2", .message = "next endpoint",
         .host = "mirror.acme.test:5000"},
        {4, KUBELET, OK_OF("docker.io/library/nginx:1"), .node = "n3", .message = "stop pulling"},
        {1, DOCKERD, FAILED(NULL, dead), .node = "n4", .message = "next endpoint",
         .host = "mirror.acme.test:5000"},
        {4, KUBELET, OK_OF(WEB), .node = "n4", .message = "stop pulling"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2 ORDER BY 1, 2",
        "n1 ok 1, n2 failed 1, n3 ok 1, n4 failed 1, n4 ok 1");
    judged_free(&j);
}

static void a_session_and_the_daemons_journal_tell_one_pull(void **state) {
    (void)state;
    static const struct line lines[] = {
        {5, PM_COMP_CLIENT,
         FAILED(WEB,
                "manifest for quay.test/acme/web:1 not found: manifest unknown: manifest unknown")},
        {7, DOCKERD,
         FAILED(NULL,
                "manifest for quay.test/acme/web:1 not found: manifest unknown: manifest unknown"),
         .node = "b1", .message = "handler"},
        {90, DOCKERD,
         FAILED(NULL,
                "manifest for quay.test/acme/web:1 not found: manifest unknown: manifest unknown"),
         .node = "b1", .message = "handler"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT sources FROM pulls ORDER BY ended", "runtime+client, runtime");
    judged_free(&j);
}

// kubectl 1.8: the worker's FailedSync repeats the image manager's Failed; alone it
// counts.
static void failed_sync_echoes_failed(void **state) {
    (void)state;
    static const struct line lines[] = {
        {60, EVENTS, FAILED(WEB, GONE), .node = "n1", .reason = "Failed", .pod = "shop/web-0",
         .count = 4, .first = 1, .join = "u1"},
        {60, EVENTS, FAILED(NULL, GONE), .node = "n1", .reason = "FailedSync", .pod = "shop/web-0",
         .count = 4, .first = 1, .join = "u2"},
        {60, EVENTS, FAILED(NULL, GONE), .node = "n2", .reason = "FailedSync", .pod = "shop/web-1",
         .count = 3, .first = 1, .join = "u3"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, count(*) FROM pulls GROUP BY 1 ORDER BY 1", "n1 4, n2 3");
    judged_free(&j);
}

// A syslog's short host name beside the API's full one; another machine of the same label
// elsewhere makes them two.
static void a_machines_short_and_full_name_are_one_node(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, KUBELET, FAILED(WEB, GONE), .node = "ip-10-0-0-7", .message = "remote_image"},
        {2, EVENTS, FAILED(WEB, GONE), .node = "ip-10-0-0-7.ec2.internal", .reason = "Failed",
         .pod = "shop/web-0", .join = "u1"},
        {1, KUBELET, FAILED(WEB, GONE), .node = "m1.east.example", .message = "remote_image"},
        {1, KUBELET, FAILED(WEB, GONE), .node = "m1.west.example", .message = "remote_image"},
        {1, KUBELET, FAILED(WEB, GONE), .node = "10.0.0.8", .message = "remote_image"},
        {1, KUBELET, FAILED(WEB, GONE), .node = "10.0.0.9", .message = "remote_image"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, count(*) FROM pulls GROUP BY 1 ORDER BY 1",
        "10.0.0.8 1, 10.0.0.9 1, ip-10-0-0-7.ec2.internal 1, m1.east.example 1, m1.west.example 1");
    judged_free(&j);
}

#define PLACED(pod_, node_)                                                                        \
    .kind = PM_KIND_POD_STATE, .pod = (pod_), .node = (node_),                                     \
    .detail = "{\"containers\":[{\"name\":\"web\",\"image\":\"" WEB "\"}]}"

static void lines_without_a_host_are_of_the_only_node(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED(WEB, GONE)},
        {2, OBJECTS, PLACED("shop/web-0", "n1")},
        {3, EVENTS, FAILED(WEB, GONE), .reason = "Failed", .pod = "shop/web-0", .count = 1,
         .join = "u1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, pods, sources FROM pulls", "n1 shop/web-0 runtime+events");
    judged_free(&j);
    static const struct line two[] = {
        {1, CONTAINERD, FAILED(WEB, GONE)},
        {2, OBJECTS, PLACED("shop/web-0", "n1")},
        {2, OBJECTS, PLACED("shop/web-1", "n2")},
    };
    j = JUDGE(two);
    ASK(j, "SELECT node FROM pulls", "-"); // either may have written it
    judged_free(&j);
}

// A log whose host calls itself otherwise than the node: the objects say where its pods
// are.
static void objects_say_which_node_a_kubelet_is(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, KUBELET, FAILED(WEB, GONE), .node = "tux", .message = "sync pod", .pod = "shop/web-0"},
        {2, OBJECTS, PLACED("shop/web-0", "n1")},
        {1, KUBELET, FAILED(WEB, GONE), .node = "n3", .message = "sync pod",
         .pod = "shop/db-0"}, // moved: n4 has a log of its own
        {1, KUBELET, FAILED(WEB, GONE), .node = "n4", .message = "sync pod", .pod = "shop/api-0"},
        {2, OBJECTS, PLACED("shop/db-0", "n4")},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT DISTINCT node FROM pulls ORDER BY 1", "n1, n3, n4");
    judged_free(&j);
}

// An event that names no image is of its pod's only one, with all that the reference says:
// registry, repository, and tag or digest.
static void the_pods_only_image_is_named_whole(void **state) {
    (void)state;
#define BY_DIGEST                                                                                  \
    "quay.test/acme/db@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    static const struct line lines[] = {
        {1, OBJECTS, PLACED("shop/web-0", "n1")},
        {1, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "shop/db-0", .node = "n2",
         .detail = "{\"containers\":[{\"name\":\"db\",\"image\":\"" BY_DIGEST "\"}]}"},
        {2, EVENTS, FAILED(NULL, REFUSED), .pod = "shop/web-0", .reason = "Failed", .join = "u1"},
        {3, EVENTS, FAILED(NULL, REFUSED), .pod = "shop/db-0", .reason = "Failed", .join = "u2"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, registry, repository, tag, substr(digest, 1, 11) FROM pulls ORDER BY 1",
        "n1 quay.test acme/web 1 -, n2 quay.test acme/db - sha256:0123");
    judged_free(&j);
}

// What is present is not what is waited for: an init container's image may be nameless.
static void a_present_image_is_not_the_one_that_is_waited_for(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, EVENTS, .kind = PM_KIND_PULL_CACHED, .image = "redis:7", .pod = "data/cache-0",
         .reason = "Pulled", .join = "u1"},
        {2, EVENTS, FAILED(NULL, GONE), .pod = "data/cache-0", .reason = "Failed", .join = "u2"},
        {3, EVENTS, .kind = PM_KIND_PULL_START, .image = WEB, .pod = "data/web-0",
         .reason = "Pulling", .join = "u3"},
        {4, EVENTS, FAILED(NULL, GONE), .pod = "data/web-0", .reason = "Failed",
         .join = "u4"}, // of this one it is known
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT pods, coalesce(image, '') FROM pulls WHERE outcome = 'failed' ORDER BY ended",
        "data/cache-0 , data/web-0 " WEB);
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_late_echo_adds_and_never_makes),
        cmocka_unit_test(a_session_s_last_word_counts_once),
        cmocka_unit_test(a_boxed_kubelet_is_its_pod_s_node),
        cmocka_unit_test(a_static_pod_is_named_after_its_node),
        cmocka_unit_test(hearsay_names_a_pod_and_makes_no_pull),
        cmocka_unit_test(output_is_not_about_the_pods_own_image),
        cmocka_unit_test(refused_before_any_request_is_one_attempt_a_pod),
        cmocka_unit_test(two_credentials_are_one_attempt),
        cmocka_unit_test(two_pods_with_one_credential_are_two_attempts),
        cmocka_unit_test(crio_starts_that_are_overtaken_failed),
        cmocka_unit_test(crio_starts_that_the_kubelet_echoes),
        cmocka_unit_test(dockershim_watches_good_pulls_itself),
        cmocka_unit_test(the_next_endpoint_is_a_step),
        cmocka_unit_test(a_mirror_that_a_good_pull_went_past),
        cmocka_unit_test(a_session_and_the_daemons_journal_tell_one_pull),
        cmocka_unit_test(failed_sync_echoes_failed),
        cmocka_unit_test(a_machines_short_and_full_name_are_one_node),
        cmocka_unit_test(lines_without_a_host_are_of_the_only_node),
        cmocka_unit_test(objects_say_which_node_a_kubelet_is),
        cmocka_unit_test(the_pods_only_image_is_named_whole),
        cmocka_unit_test(a_present_image_is_not_the_one_that_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
