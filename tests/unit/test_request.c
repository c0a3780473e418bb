// Which requests of a registry's log are pulls, and whose: judge rows in, views out.
#include "judge_rows.h"

#define ASKED(at_, client_, agent_, method_, url_, status_)                                        \
    {                                                                                              \
        at_, PROXY, .kind = PM_KIND_REQUEST, .client = (client_), .agent = (agent_),               \
                    .method = (method_), .url = (url_), .status = (status_)                        \
    }
#define D1 "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
#define D2 "sha256:d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"
#define S1 "sha256-6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
#define RUNTIME "containerd/1.7.24"
#define PULLED(at_, client_, agent_, repository_, tag_)                                            \
    ASKED(at_, client_, agent_, "HEAD", "/v2/" repository_ "/manifests/" tag_, 200),               \
        ASKED(at_ + 0.1, client_, agent_, "GET", "/v2/" repository_ "/manifests/" D1, 200),        \
        ASKED(at_ + 0.2, client_, agent_, "GET", "/v2/" repository_ "/blobs/" D2, 200)
#define BY_OUTCOME "SELECT outcome, count(*) FROM pulls GROUP BY 1 ORDER BY 1"
#define CHECK(lines, sql, expected)                                                                \
    do {                                                                                           \
        struct judged j_ = JUDGE(lines);                                                           \
        ASK(j_, sql, expected);                                                                    \
        judged_free(&j_);                                                                          \
    } while (0)

// docker push asks for each layer, uploads what is not there, and for the next platform
// of an index begins again behind the first one's manifest.
static void a_push_is_no_pull(void **state) {
    (void)state;
    const struct line push[] = {
        PULLED(1, "10.1.0.7", RUNTIME, "acme/web", "1"),
        ASKED(60, "10.9.0.1", "docker/27.5.1", "HEAD", "/v2/acme/web/blobs/" D1, 404),
        ASKED(60.1, "10.9.0.1", "docker/27.5.1", "POST", "/v2/acme/web/blobs/uploads/", 202),
        ASKED(61, "10.9.0.1", "docker/27.5.1", "PUT", "/v2/acme/web/manifests/" D1, 201),
        ASKED(61.2, "10.9.0.1", "docker/27.5.1", "HEAD", "/v2/acme/web/manifests/" D2, 404),
        ASKED(61.3, "10.9.0.1", "docker/27.5.1", "POST", "/v2/acme/web/blobs/uploads/", 202),
        ASKED(62, "10.9.0.1", "docker/27.5.1", "PUT", "/v2/acme/web/manifests/2", 201),
        ASKED(90, "10.9.0.2", "skopeo/1.18.0", "HEAD", "/v2/acme/web/manifests/3",
              404), // nothing was missing: it is about to be written
        ASKED(91, "10.9.0.2", "skopeo/1.18.0", "HEAD", "/v2/acme/web/blobs/" D2, 200),
        ASKED(92, "10.9.0.2", "skopeo/1.18.0", "PUT", "/v2/acme/web/manifests/3", 201),
    };
    CHECK(push, BY_OUTCOME, "ok 1");
    // The same 404s of a runtime, and somebody else who pushes to the repository.
    const struct line missing[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/9", 404),
        ASKED(2, "10.9.0.1", "docker/27.5.1", "POST", "/v2/acme/web/blobs/uploads/", 202),
        ASKED(14, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/9", 404),
    };
    CHECK(missing, BY_OUTCOME, "failed 2");
}

static void looking_is_no_pull(void **state) {
    (void)state;
    const struct line looks[] = {
        PULLED(1, "10.1.0.7", RUNTIME, "acme/web", "1"),
        ASKED(1.5, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/" S1 ".sig", 404),
        ASKED(2, "10.1.0.7", "cri-o/1.32.4 go/go1.22.7", "GET", "/v2/acme/web/manifests/" S1, 404),
        ASKED(10, "10.9.0.1", "cosign/v2.4.1 (linux; amd64)", "GET", "/v2/acme/web/referrers/" D1,
              404),
        ASKED(20, "10.9.0.2", "trivy/0.58.1", "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(21, "10.9.0.2", "trivy/0.58.1", "GET", "/v2/acme/web/blobs/" D1, 200),
        ASKED(30, "10.9.0.3", "RenovateBot/39.60.0 (https://github.com/renovatebot/renovate)",
              "GET", "/v2/acme/web/tags/list?n=1000", 429),
        ASKED(40, "10.9.0.4", "argocd-image-updater/0.15", "GET", "/v2/acme/web/manifests/4", 404),
        ASKED(50, "10.9.0.5", "crane/v0.20.3", "HEAD", "/v2/acme/web/manifests/5", 404),
        ASKED(60, "10.9.0.6", "skopeo/1.18.0", "GET", "/v2/acme/web/manifests/6", 404),
        ASKED(70, "10.9.0.7", "Mozilla/5.0 zgrab/0.x", "GET", "/v2/library/nginx/manifests/latest",
              401),
        ASKED(80, "10.9.0.8", "Helm/3.16.3", "GET", "/v2/charts/web/manifests/0.4.1", 404),
        ASKED(
            90, "10.9.0.9", "kaniko/v1.23.2", "GET",
            "/v2/acme/web/cache/manifests/2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6",
            404),
        ASKED(95, "10.9.0.9", "buildkit/v0.18", "HEAD", "/v2/acme/web/manifests/buildcache", 404),
        ASKED(97, "10.9.0.10", "Go-http-client/1.1", "HEAD", "/v2/acme/web/manifests/7", 404),
    };
    CHECK(looks, BY_OUTCOME, "ok 1");
    // Nearly a signature's tag: somebody's own tag is asked for as an image.
    const struct line own[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/sha256-of-it", 404),
    };
    CHECK(own, BY_OUTCOME, "failed 1");
    // Who is refused while it pulls has failed, whatever it is called: copies and bases
    // of builds.
    const struct line refused[] = {
        ASKED(1, "10.9.0.6", "skopeo/1.18.0", "GET", "/v2/acme/web/manifests/6", 503),
        ASKED(200, "10.9.0.9", "kaniko/v1.23.2", "GET", "/v2/acme/base/manifests/12", 404),
        ASKED(400, "10.9.0.10", "Go-http-client/1.1", "GET", "/v2/acme/web/manifests/7", 404),
    };
    CHECK(refused, BY_OUTCOME, "failed 3");
}

// One greeting that nothing follows decides nothing; who comes back for it again and
// again cannot pull, and who answered and was refused could not either.
static void a_challenge_that_nobody_answers(void **state) {
    (void)state;
    const struct line once[] = {
        ASKED(1, "10.9.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401)};
    CHECK(once, BY_OUTCOME, "");
    const struct line again[] = {
        ASKED(1, "10.9.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(120, "10.9.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(300, "10.9.0.8", RUNTIME, "HEAD", "/v2/acme/web/manifests/2", 401),
        ASKED(300.1, "10.9.0.8", RUNTIME, "HEAD", "/v2/acme/web/manifests/2", 401),
    };
    CHECK(again,
          "SELECT client, count(*) FROM pulls WHERE outcome = 'failed' GROUP BY 1 ORDER BY 1",
          "10.9.0.7 2, 10.9.0.8 1");
}

// Credentials that are refused are refused again ten seconds later; a token that takes
// its time belongs to the challenge before it.
static void each_refused_credential_is_an_attempt(void **state) {
    (void)state;
    const struct line refused[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(1.1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(12, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(12.1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(33, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(33.1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
    };
    CHECK(refused, BY_OUTCOME, "failed 3");
    const struct line slow[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        ASKED(31, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 200),
        ASKED(31.1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/" D1, 200),
    };
    CHECK(slow, BY_OUTCOME, "ok 1");
}

// The tag is there and what it points to is not: the registry lost it.
static void a_platform_that_is_gone(void **state) {
    (void)state;
    const struct line gone[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 200),
        ASKED(1.1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/" D1, 404),
    };
    CHECK(gone, "SELECT cause FROM pulls", "registry.content");
    const struct line never[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/" D1, 404)};
    CHECK(never, "SELECT cause <> 'registry.content' FROM pulls", "1");
}

// HEAD 200, then GET 429, with the kubelet's back-off between: each of them is a refused
// attempt, at its own second.
static void each_refusal_behind_a_good_head_counts(void **state) {
    (void)state;
    const double at[] = {1, 12, 33, 74};
    struct line refused[8];
    for (size_t i = 0; i < PM_LEN(at); i++) {
        refused[2 * i] =
            (struct line)ASKED(at[i], "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 200);
        refused[2 * i + 1] = (struct line)ASKED(at[i] + 0.1, "10.1.0.7", RUNTIME, "GET",
                                                "/v2/acme/web/manifests/" D1, 429);
    }
    struct judged j = judge(refused, PM_LEN(refused));
    ASK(j, "SELECT outcome, count(*), min(started) FROM pulls GROUP BY 1",
        "failed 4 2024-03-01T10:00:01.000Z");
    judged_free(&j);
}

static void two_users_behind_one_address_pull_apart(void **state) {
    (void)state;
    const struct line two[] = {
        {1, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .agent = RUNTIME, .method = "GET",
         .url = "/v2/acme/web/manifests/1", .status = 200, .user = "ann"},
        {3, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .agent = RUNTIME, .method = "GET",
         .url = "/v2/acme/web/manifests/1", .status = 200, .user = "ben"},
    };
    CHECK(two, "SELECT count(*) FROM pulls", "2");
    const struct line one[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 401),
        {1.1, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .agent = RUNTIME,
         .method = "HEAD", .url = "/v2/acme/web/manifests/1", .status = 200, .user = "ann"},
        {1.2, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .agent = RUNTIME,
         .method = "GET", .url = "/v2/acme/web/manifests/" D1, .status = 200, .user = "ann"},
        ASKED(1.3, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/blobs/" D2,
              200), // a layer's redirect carries nobody
    };
    CHECK(one, "SELECT outcome, count(*) FROM pulls", "ok 1");
}

#define WEB "reg.test/acme/web:1"
#define NODE_FAILED(at_, node_)                                                                         \
    {                                                                                                   \
        at_, CONTAINERD,                                                                                \
            FAILED(                                                                                     \
                WEB,                                                                                    \
                "failed to resolve reference \"reg.test/acme/web:1\": reg.test/acme/web:1: not found"), \
            .node = (node_)                                                                             \
    }

// A machine outside the cluster is a client: its pulls are its own, no node's.
static void a_client_is_no_node(void **state) {
    (void)state;
    const struct line both[] = {
        NODE_FAILED(1, "n1"),
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 404),
        NODE_FAILED(15, "n1"),
        ASKED(15, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 404),
        ASKED(60, "10.9.0.1", "docker/27.5.1", "GET", "/v2/acme/web/manifests/nightly", 404),
        ASKED(300, "10.9.0.1", "docker/27.5.1", "GET", "/v2/acme/web/manifests/nightly", 404),
    };
    CHECK(both, "SELECT node, client IS NULL, count(*) FROM pulls GROUP BY 1, 2 ORDER BY 1",
          "- 0 2, n1 0 2");
    CHECK(
        both,
        "SELECT severity, scope_kind, scope, failed_pulls, nodes FROM incidents ORDER BY scope_kind",
        "info client 10.9.0.1 2 0, warning image reg.test/acme/web:1 2 1");
    // Where registry logs are all there is, clients are what the bundle is about.
    const struct line alone[] = {
        ASKED(60, "10.9.0.1", RUNTIME, "GET", "/v2/acme/web/manifests/nightly", 404),
        ASKED(300, "10.9.0.1", RUNTIME, "GET", "/v2/acme/web/manifests/nightly", 404),
    };
    CHECK(alone, "SELECT node, count(*) FROM pulls GROUP BY 1 ORDER BY 1", "10.9.0.1 2");
    CHECK(alone, "SELECT severity, scope_kind FROM incidents", "warning image");
}

// The way out of a cluster is one address. Events that are still there show whose it is;
// what it asked before, when the events have expired, was some node's, too.
#define PULLED_AT(at_, node_)                                                                      \
    {                                                                                              \
        at_, EVENTS, OK_OF("reg.test/acme/api:1"), .node = (node_), .reason = "Pulled",            \
                                                   .pod = "shop/" node_, .took = 2                 \
    }
static void several_nodes_behind_one_address(void **state) {
    (void)state;
    const struct line behind[] = {
        ASKED(60, "203.0.113.9", RUNTIME, "GET", "/v2/acme/web/manifests/9", 403),
        ASKED(90, "203.0.113.9", RUNTIME, "GET", "/v2/acme/web/manifests/9", 403),
        ASKED(120, "10.9.0.1", RUNTIME, "GET", "/v2/acme/web/manifests/9", 403),
        PULLED(3600, "203.0.113.9", RUNTIME, "acme/api", "1"),
        PULLED_AT(3601, "n1"),
        PULLED(3700, "203.0.113.9", RUNTIME, "acme/api", "1"),
        PULLED_AT(3701, "n2"),
    };
    CHECK(behind, "SELECT severity, failed_pulls FROM incidents ORDER BY failed_pulls",
          "info 1, warning 2");
    CHECK(behind, "SELECT node, count(*) FROM pulls WHERE outcome = 'failed' GROUP BY 1", "- 3");
    // One node's pulls alone coincide: it is a machine with an address of its own.
    const struct line one[] = {
        ASKED(60, "203.0.113.9", "docker/27.5.1", "GET", "/v2/acme/web/manifests/9", 403),
        ASKED(90, "203.0.113.9", "docker/27.5.1", "GET", "/v2/acme/web/manifests/9", 403),
        PULLED(3600, "203.0.113.9", RUNTIME, "acme/api", "1"),
        PULLED_AT(3601, "n1"),
    };
    CHECK(one, "SELECT severity FROM incidents WHERE scope_kind = 'client'", "info");
}

// An event counts attempts and stamps two of them, a table tells those in minutes: the
// registry's log shows the same ones, each at its own second.
#define COUNTED(at_, first_, n_, aged_)                                                            \
    {                                                                                              \
        at_, EVENTS,                                                                               \
            FAILED("reg.test/acme/web:1",                                                          \
                   "manifest for reg.test/acme/web:1 not found: manifest unknown"),                \
            .node = "n1", .reason = "Failed", .pod = "shop/web-0", .count = (n_),                  \
            .first = (first_), .aged = (aged_)                                                     \
    }
#define AT_N1                                                                                      \
    {                                                                                              \
        1, OBJECTS, .kind = PM_KIND_NODE_STATE, .node = "n1",                                      \
                    .detail = "{\"addresses\":[\"10.1.0.7\"]}"                                     \
    }
#define TRIED(at_, client_) ASKED(at_, client_, RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 404)
static void an_attempt_of_an_event_and_its_requests_are_one(void **state) {
    (void)state;
    const struct line counted[] = {
        AT_N1,
        TRIED(100, "10.1.0.7"),
        TRIED(114, "10.1.0.7"),
        TRIED(141, "10.1.0.7"),
        TRIED(186, "10.1.0.7"),
        COUNTED(186, 100, 4, false),
    };
    CHECK(counted, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2", "n1 failed 4");
    const struct line table[] = {
        AT_N1,
        TRIED(100, "10.1.0.7"),
        TRIED(114, "10.1.0.7"),
        TRIED(141, "10.1.0.7"),
        TRIED(186, "10.1.0.7"),
        COUNTED(240, 120, 4, true),
        {200, EVENTS, OK_OF("reg.test/acme/api:1"), .node = "n1", .reason = "Pulled",
         .pod = "shop/api-0", .took = 2, .aged = true},
        ASKED(161, "10.1.0.7", RUNTIME, "GET", "/v2/acme/api/manifests/1", 200),
    };
    CHECK(table, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2 ORDER BY 2",
          "n1 failed 4, n1 ok 1");
    // No platform of its own: the registry answered well, and the node failed.
    const struct line answered[] = {
        AT_N1,
        ASKED(100, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(114, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(141, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        COUNTED(141, 100, 3, false),
    };
    CHECK(answered, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2", "n1 failed 3");
    // An address that no node owns may be that of several: what it was given beside the
    // events is no pull of the one that they tell of.
    const struct line shared[] = {
        TRIED(100, "203.0.113.9"),
        TRIED(114, "203.0.113.9"),
        TRIED(141, "203.0.113.9"),
        COUNTED(141, 100, 3, false),
        ASKED(500, "203.0.113.9", RUNTIME, "GET", "/v2/acme/api/manifests/1", 200),
    };
    CHECK(shared, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2", "n1 failed 3");
    // What happened long before the event, at another node, or with another end is none
    // of them.
    const struct line others[] = {
        AT_N1,
        TRIED(100, "10.1.0.7"),
        TRIED(1800, "10.1.0.8"),
        COUNTED(1840, 1800, 3, false),
        ASKED(1860, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
    };
    CHECK(others, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2 ORDER BY 1, 2",
          "- failed 1, n1 failed 4, n1 ok 1");
}

// A CI job in a pod pulls for itself: its failures are no node's, whatever it runs on; on
// a cluster's own terms nothing failed.
static void a_session_in_a_container_is_a_client(void **state) {
    (void)state;
    const struct line job[] = {
        {1, KUBELET, START_OF(WEB), .node = "n1", .pod = "shop/web-0"},
        {1, CONTAINERD, START_OF(WEB), .node = "n1"},
        {2, CONTAINERD, OK_OF(WEB), .node = "n1"},
        {9, PM_COMP_CLIENT, FAILED("reg.test/acme/base:9", "reg.test/acme/base:9: not found"),
         .node = "n1", .client = "ci/job-1", .pod = "ci/job-1"},
    };
    CHECK(job, "SELECT node, client, outcome, pods FROM pulls ORDER BY node",
          "- ci/job-1 failed -, n1 - ok -");
    CHECK(job, "SELECT severity, scope_kind, scope, pods, nodes FROM incidents",
          "info client ci/job-1 0 0");
    // A session of which nothing is known but the node that it was typed on is that
    // node's.
    const struct line typed[] = {
        {2, CONTAINERD, OK_OF(WEB), .node = "n1"},
        {9, PM_COMP_CLIENT, FAILED("reg.test/acme/base:9", "reg.test/acme/base:9: not found"),
         .node = "n1"},
    };
    CHECK(typed, "SELECT node FROM pulls WHERE outcome = 'failed'", "n1");
}

// The kubelets' logs tell of no pull at all: there are nodes all the same, and the job is
// none of them.
static void a_session_beside_calm_kubelets(void **state) {
    (void)state;
    const struct line lines[] = {
        {1, KUBELET, .kind = PM_KIND_POD_STATE, .node = "n1", .pod = "shop/web-0",
         .reason = "Started"},
        {9, PM_COMP_CLIENT, FAILED("reg.test/acme/base:9", "reg.test/acme/base:9: not found"),
         .path = "job.log"},
    };
    CHECK(lines, "SELECT severity, scope_kind FROM incidents", "info client");
}

// Nothing of a cluster but its registry's log: those who pull there stand for its nodes,
// and what a pod printed is no node's. One client alone may be the session's own.
static void a_session_beside_a_registrys_log(void **state) {
    (void)state;
#define JOB(writer_)                                                                               \
    {                                                                                              \
        9, PM_COMP_CLIENT, FAILED("reg.test/acme/base:9", "reg.test/acme/base:9: not found"),      \
            .path = "job.log", .writer = writer_                                                   \
    }
    const struct line pod[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200), JOB("ci/job-1")};
    CHECK(pod, "SELECT severity, scope_kind FROM incidents", "info client");
    const struct line nameless[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        JOB("job-1")}; // a folder that names the pod alone
    CHECK(nameless, "SELECT severity, scope_kind FROM incidents", "info client");
    const struct line many[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(2, "10.1.0.8", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200), JOB(NULL)};
    CHECK(many, "SELECT severity, scope_kind FROM incidents", "info client");
    const struct line own[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200), JOB(NULL)};
    CHECK(own, "SELECT severity FROM incidents", "warning");
}

// What a cache answers was not asked of the registry.
static void hits_spend_nothing_upstream(void **state) {
    (void)state;
    struct line lines[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(100, "10.1.0.8", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(101, "10.1.0.8", RUNTIME, "GET", "/v2/acme/web/blobs/" D1, 200),
        ASKED(200, "10.1.0.9", RUNTIME, "GET", "/v2/acme/web/manifests/2", 200),
    };
    lines[0].flags = PM_EV_CACHE_MISS;
    lines[1].flags = lines[2].flags = PM_EV_CACHE_HIT;
    for (size_t i = 0; i < PM_LEN(lines); i++) lines[i].host = "registry-1.docker.io";
    struct judged j = judge(lines, PM_LEN(lines));
    assert_int_equal(j.r->total.ok, 3);
    assert_int_equal(j.r->total.cache_hits, 2);
    assert_int_equal(j.r->total.cache_misses, 1);
    judged_free(&j);
}

// The same tag, asked for and answered again: two pulls, though nothing but manifests was
// fetched.
static void a_tag_that_is_asked_for_again(void **state) {
    (void)state;
    const struct line twice[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(11, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
    };
    CHECK(twice, BY_OUTCOME, "ok 2");
    const struct line once[] = {
        ASKED(1, "10.1.0.7", RUNTIME, "HEAD", "/v2/acme/web/manifests/1", 200),
        ASKED(1.4, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/manifests/1", 200),
        ASKED(9, "10.1.0.7", RUNTIME, "GET", "/v2/acme/web/blobs/" D1, 200),
    };
    CHECK(once, BY_OUTCOME, "ok 1");
}

// The node's clock is 37 s ahead of the registry's: each pull is told by both, and counts
// once. Four pulls prove it, and one alone would not.
static void clocks_that_differ_are_learnt(void **state) {
    (void)state;
    static const double at[] = {10, 100, 230, 470};
    static const char *const urls[] = {"/v2/acme/a/manifests/1", "/v2/acme/b/manifests/1",
                                       "/v2/acme/c/manifests/1", "/v2/acme/d/manifests/1"};
    static const char *const images[] = {"reg.test/acme/a:1", "reg.test/acme/b:1",
                                         "reg.test/acme/c:1", "reg.test/acme/d:1"};
    struct line lines[12];
    for (size_t i = 0; i < PM_LEN(at); i++) {
        lines[3 * i] = (struct line)ASKED(at[i], "10.1.0.7", RUNTIME, "GET", urls[i], 200);
        lines[3 * i + 1] = (struct line){at[i] + 37, CONTAINERD, START_OF(images[i]), .node = "n1"};
        lines[3 * i + 2] = (struct line){at[i] + 38, CONTAINERD, OK_OF(images[i]), .node = "n1"};
    }
    struct judged j = judge(lines, PM_LEN(lines));
    ASK(j, "SELECT node, outcome, count(*) FROM pulls GROUP BY 1, 2", "n1 ok 4");
    ASK(j, "SELECT count(*) FROM pulls WHERE sources LIKE '%registry%'", "4");
    judged_free(&j);
}

// Two pulls of different images, both five seconds off, are no chance; two attempts at
// one image may be.
static void few_pulls_may_do(void **state) {
    (void)state;
    const struct line two[] = {
        ASKED(10, "10.1.0.7", RUNTIME, "GET", "/v2/acme/a/manifests/1", 200),
        ASKED(90, "10.1.0.7", RUNTIME, "GET", "/v2/acme/b/manifests/1", 200),
        {15, CONTAINERD, START_OF("reg.test/acme/a:1"), .node = "n1"},
        {16, CONTAINERD, OK_OF("reg.test/acme/a:1"), .node = "n1"},
        {95, CONTAINERD, START_OF("reg.test/acme/b:1"), .node = "n1"},
        {96, CONTAINERD, OK_OF("reg.test/acme/b:1"), .node = "n1"},
    };
    CHECK(two, "SELECT node, count(*) FROM pulls GROUP BY 1", "n1 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_is_no_pull),
        cmocka_unit_test(looking_is_no_pull),
        cmocka_unit_test(a_challenge_that_nobody_answers),
        cmocka_unit_test(each_refused_credential_is_an_attempt),
        cmocka_unit_test(a_platform_that_is_gone),
        cmocka_unit_test(each_refusal_behind_a_good_head_counts),
        cmocka_unit_test(two_users_behind_one_address_pull_apart),
        cmocka_unit_test(a_client_is_no_node),
        cmocka_unit_test(several_nodes_behind_one_address),
        cmocka_unit_test(an_attempt_of_an_event_and_its_requests_are_one),
        cmocka_unit_test(a_session_in_a_container_is_a_client),
        cmocka_unit_test(a_session_beside_calm_kubelets),
        cmocka_unit_test(a_session_beside_a_registrys_log),
        cmocka_unit_test(hits_spend_nothing_upstream),
        cmocka_unit_test(a_tag_that_is_asked_for_again),
        cmocka_unit_test(clocks_that_differ_are_learnt),
        cmocka_unit_test(few_pulls_may_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
