// Wordings that cannot decide alone, settled by their neighbours. Each test is the
// ambiguity, what settles it, and a near miss.
#include "judge_rows.h"

#define BODY                                                                                       \
    "toomanyrequests: You have reached your pull rate limit as 'acmebot': dckr_jti_x. You may increase the limit by upgrading."
#define ECR "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/api:2"
#define ECR_403                                                                                    \
    "failed to resolve reference \"" ECR                                                           \
    "\": unexpected status from HEAD request to https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/acme/api/manifests/2: 403 Forbidden"
#define CANCELED                                                                                   \
    "rpc error: code = Canceled desc = failed to pull and unpack image \"quay.test/acme/web:1\": context canceled"

static void bare_429_of_hub(void **state) {
    (void)state;
    // no pull secrets in the pod → anonymous; one is there, for whatever registry → still
    // so, and the budget says that both readings are open; the registry's words name the
    // user → his
    static const struct line none[] = {
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "shop/web-0", .node = "n1",
         .detail =
             "{\"phase\":\"Pending\",\"containers\":[{\"name\":\"web\",\"image\":\"acme/web:1\"}]}",
         .flags = PM_EV_SNAPSHOT},
        {1, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0", .status = 429},
    };
    static const struct line some[] = {
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "shop/web-0", .node = "n1",
         .detail =
             "{\"phase\":\"Pending\",\"pull_secrets\":[\"hub\"],\"containers\":[{\"name\":\"web\",\"image\":\"acme/web:1\"}]}",
         .flags = PM_EV_SNAPSHOT},
        {1, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0", .status = 429},
    };
    static const struct line named[] = {
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "shop/web-0", .node = "n1",
         .detail =
             "{\"phase\":\"Pending\",\"pull_secrets\":[\"hub\"],\"containers\":[{\"name\":\"web\",\"image\":\"acme/web:1\"}]}",
         .flags = PM_EV_SNAPSHOT},
        {1, KUBELET, FAILED("acme/web:1", BODY), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0", .status = 429}};
    struct judged j = JUDGE(none);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    assert_true(pm_str_eqc(j.r->quotas[0].identity, "anonymous") && !j.r->quotas[0].note.n);
    judged_free(&j);
    j = JUDGE(some);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    assert_true(pm_str_eqc(j.r->quotas[0].identity, "unknown") &&
                pm_str_has(j.r->quotas[0].note, PM_STR("the limit is 200")));
    judged_free(&j);
    j = JUDGE(named);
    assert_string_equal(cause_of(&j), "rate-limit.authenticated");
    assert_true(pm_str_eqc(j.r->quotas[0].identity, "user"));
    judged_free(&j);
}

// Another node's Docker daemon shows the body that containerd hides.
static void another_nodes_words(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1", .status = 429},
        {30, DOCKERD, FAILED("acme/api:1", BODY), .node = "n2", .message = "handler",
         .status = 429},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, cause FROM pulls ORDER BY node",
        "n1 rate-limit.authenticated, n2 rate-limit.authenticated");
    judged_free(&j);
}

// A line beside that is another trouble of the node does not hide the one that answers.
static void the_line_beside_that_fits(void **state) {
    (void)state;
    static const struct line both[] = {
        {1, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1", .status = 429},
        {1.5, KUBELET, .kind = PM_KIND_OTHER, .node = "n1", .error = "pull QPS exceeded"},
        {2, CONTAINERD, .kind = PM_KIND_OTHER, .node = "n1", .error = BODY},
    };
    static const struct line other[] = {
        {1, CONTAINERD, FAILED("acme/web:1", HUB_429), .node = "n1", .status = 429},
        {1.5, KUBELET, .kind = PM_KIND_OTHER, .node = "n1", .error = "pull QPS exceeded"},
    };
    struct judged j = JUDGE(both);
    ASK(j, "SELECT cause FROM pulls WHERE outcome = 'failed'", "rate-limit.authenticated");
    judged_free(&j);
    j = JUDGE(other);
    ASK(j, "SELECT cause FROM pulls WHERE outcome = 'failed'", "rate-limit.anonymous");
    judged_free(&j);
}

// ECR says 403 for an expired token and for a missing right alike: success before and
// none after is a token that ran out.
static void ecr_cliff(void **state) {
    (void)state;
    static const struct line cliff[] = {
        {1, CONTAINERD, OK_OF(ECR), .node = "n1", .message = "returned"},
        {100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {130, CONTAINERD, FAILED(ECR, ECR_403), .node = "n2", .status = 403},
    };
    static const struct line right[] = {
        {100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403}};
    struct judged j = JUDGE(cliff);
    assert_string_equal(cause_of(&j), "auth.token-expired");
    assert_string_equal("credential-expiry", pm_arena_cstr(j.r->a, j.r->incidents[0].trigger.what));
    judged_free(&j);
    j = JUDGE(right);
    assert_string_equal(cause_of(&j), "auth.permission-denied");
    judged_free(&j);
}

// The same where a registry's log is all there is, and does not name the registry: it is
// one registry's. Another log's good pulls are no word of it.
static void a_cliff_in_a_log_without_a_name(void **state) {
    (void)state;
#define ASKED_AT(at_, image_, status_, path_)                                                      \
    {                                                                                              \
        at_, REGISTRY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .agent = "containerd/1.7.2", \
                       .method = "GET", .url = "/v2/" image_ "/manifests/1", .status = status_,    \
                       .path = path_                                                               \
    }
    static const struct line lines[] = {
        ASKED_AT(0, "orders/a", 200, "ecr/access.log"),
        ASKED_AT(600, "orders/b", 200, "ecr/access.log"),
        ASKED_AT(3600, "orders/c", 403, "ecr/access.log"),
        ASKED_AT(3700, "orders/d", 403, "ecr/access.log"),
        ASKED_AT(3800, "web/x", 200, "quay/access.log"),
        ASKED_AT(3900, "orders/c", 403, "ecr/access.log"),
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(cause_of(&j), "auth.token-expired");
    judged_free(&j);
}

// A log without a name that served nobody before: several repositories refused with 403
// are as well rights, and no more than a guess.
static void refusals_in_a_log_without_a_name(void **state) {
    (void)state;
    static const struct line lines[] = {ASKED_AT(3600, "acme/c", 403, "gar/access.log"),
                                        ASKED_AT(3700, "acme/d", 403, "gar/access.log")};
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT root_cause, confidence FROM incidents", "auth.permission-denied low");
    judged_free(&j);
}

// The registry served others between, and refused this repository again for half an hour:
// no credential ran out, from the first refusal on. Elsewhere than at ECR 403 means a
// right anyway.
static void one_right_from_the_first_refusal_on(void **state) {
    (void)state;
    for (int ecr = 0; ecr < 2; ecr++) {
        const char *pay = ecr ? "1.dkr.ecr.eu-west-1.amazonaws.com/data/pay:1"
                              : "us-docker.pkg.dev/acme/data/pay:1";
        const char *api = ecr ? "1.dkr.ecr.eu-west-1.amazonaws.com/data/api:1"
                              : "us-docker.pkg.dev/acme/data/api:1";
        const char *shop = ecr ? "1.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1"
                               : "us-docker.pkg.dev/acme/shop/web:1";
        const struct line lines[] = {
            {0, CONTAINERD, OK_OF(ecr ? shop : "quay.test/x:1"), .node = "n1",
             .message = "returned"},
            {2000, CONTAINERD, FAILED(pay, "unexpected status: 403 Forbidden"), .node = "n1",
             .status = 403},
            {2012, CONTAINERD, FAILED(ecr ? pay : api, "unexpected status: 403 Forbidden"),
             .node = "n1", .status = 403},
            {2030, CONTAINERD, OK_OF(ecr ? shop : "quay.test/x:1"), .node = "n2",
             .message = "returned"},
            {3800, CONTAINERD, FAILED(pay, "unexpected status: 403 Forbidden"), .node = "n1",
             .status = 403},
        };
        struct judged j = JUDGE(lines);
        ASK(j, "SELECT root_cause, failed_pulls FROM incidents", "auth.permission-denied 3");
        judged_free(&j);
    }
}

static void context_canceled(void **state) {
    (void)state;
    static const struct line stalled[] = {
        {1, CONTAINERD, START_OF("quay.test/acme/web:1"), .node = "n1"},
        {61.0, CONTAINERD, .kind = PM_KIND_OTHER, .image = "quay.test/acme/web:1",
         .error = "cancel pulling image quay.test/acme/web:1 because of no progress in 1m0s",
         .node = "n1"},
        {61.1, CONTAINERD, FAILED("quay.test/acme/web:1", CANCELED), .node = "n1"},
    };
    static const struct line restarted[] = {
        {1, CONTAINERD, START_OF("quay.test/acme/web:1"), .node = "n1"},
        {4, CONTAINERD, FAILED("quay.test/acme/web:1", CANCELED), .node = "n1"},
        {9, CONTAINERD, .kind = PM_KIND_RUNTIME_START, .message = "starting containerd",
         .node = "n1"},
    };
    struct judged j = JUDGE(stalled);
    assert_string_equal(cause_of(&j), "network.stalled");
    judged_free(&j);
    j = JUDGE(restarted);
    assert_string_equal(cause_of(&j), "runtime.cancelled");
    judged_free(&j);
}

// containerd 1.7 reports the dead mirror and hides that the upstream refused: only the
// access log shows both.
static void mirror_hides_a_429(void **state) {
    (void)state;
    static const char refused[] =
        "failed to do request: Head \"https://mirror.test:5000/v2/acme/web/manifests/1?ns=docker.io\": dial tcp 192.0.2.5:5000: connect: connection refused";
    static const struct line lines[] = {
        {1.0, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {1.1, CONTAINERD, .kind = PM_KIND_MIRROR_TRY, .image = "acme/web:1", .error = refused,
         .host = "mirror.test:5000", .node = "n1"},
        {1.2, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .method = "HEAD",
         .url = "/v2/acme/web/manifests/1", .status = 401, .agent = "containerd/v1.7.24"},
        {1.2, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .method = "HEAD",
         .url = "/v2/acme/web/manifests/1", .status = 429, .agent = "containerd/v1.7.24"},
        {1.3, CONTAINERD, FAILED("acme/web:1", refused), .node = "n1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT cause, status FROM pulls", "rate-limit.anonymous 429");
    assert_int_equal(j.r->incidents_n, 2); // the mirror, and the quota that it led to
    assert_string_equal(cause_of(&j), "network.refused");
    assert_int_equal(j.r->incidents[1].explained_by, 1);
    judged_free(&j);
}

// Harbor's proxy cache answers 404 when its upstream refused it.
static void proxy_cache_404(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.0, REGISTRY, .kind = PM_KIND_OTHER,
         .error =
             "failed to proxy manifest, fallback to local: http status code: 429, body: toomanyrequests: You have reached your unauthenticated pull rate "
             "limit.",
         .node = ""},
        {1.1, CONTAINERD,
         FAILED(
             "harbor.test/hub/acme/web:1",
             "failed to resolve reference \"harbor.test/hub/acme/web:1\": harbor.test/hub/acme/web:1: not found"),
         .node = ""},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    judged_free(&j);
}

// "authentication required" is the answer to no credentials and to wrong ones: the
// registry's own log knows, of that repository and second.
static void the_registrys_own_words(void **state) {
    (void)state;
#define ASKED                                                                                      \
    "Head \"https://r.test/v2/acme/web/manifests/1\": unauthorized: authentication required"
    static const struct line wrong[] = {
        {10, CONTAINERD, FAILED("r.test/acme/web:1", ASKED), .node = "n1"},
        {10, REGISTRY, .kind = PM_KIND_OTHER,
         .error = "error authenticating user \"bot\": authentication failure"},
    };
    static const struct line later[] = {
        {10, CONTAINERD, FAILED("r.test/acme/web:1", ASKED), .node = "n1"},
        {300, REGISTRY, .kind = PM_KIND_OTHER,
         .error = "error authenticating user \"bot\": authentication failure"},
    };
    struct judged j = JUDGE(wrong);
    assert_string_equal(cause_of(&j), "auth.invalid-credentials");
    judged_free(&j);
    j = JUDGE(later);
    assert_string_equal(cause_of(&j), "auth.missing-credentials");
    judged_free(&j);
}

// A token that ran out opens nothing: served between two refusals, it had not.
static void one_repository_refused_is_a_right(void **state) {
    (void)state;
#define OTHER "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/cron:1"
    static const struct line right[] = {
        {1, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
        {100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {130, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
        {200, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
    };
    // A pod that backs off asks again six seconds after the success, and goes on being
    // refused.
    static const struct line soon[] = {
        {1, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
        {100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {114, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
        {120, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {170, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {260, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
    };
    // What was under way when the credential came back still fails.
    static const struct line under_way[] = {
        {1, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
        {100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {200, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
        {206, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {300, CONTAINERD, OK_OF(ECR), .node = "n1", .message = "returned"},
    };
    static const struct line renewed[] = {
        {1, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
        {100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {200, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {230, CONTAINERD, OK_OF(OTHER), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(right);
    assert_string_equal(cause_of(&j), "auth.permission-denied");
    judged_free(&j);
    j = JUDGE(soon);
    assert_int_equal(j.r->incidents_n, 1);
    assert_string_equal(cause_of(&j), "auth.permission-denied");
    judged_free(&j);
    j = JUDGE(under_way);
    assert_string_equal(cause_of(&j), "auth.token-expired");
    judged_free(&j);
    j = JUDGE(renewed);
    assert_string_equal(cause_of(&j), "auth.token-expired");
    judged_free(&j);
}

// A secret for another registry is none for this one.
static void a_secret_says_whose_it_is(void **state) {
    (void)state;
#define POD_WITH_SECRET                                                                                                      \
    {0,                                                                                                                      \
     OBJECTS,                                                                                                                \
     .kind = PM_KIND_POD_STATE,                                                                                              \
     .pod = "shop/web-0",                                                                                                    \
     .node = "n1",                                                                                                           \
     .detail =                                                                                                               \
         "{\"phase\":\"Pending\",\"pull_secrets\":[\"corp\"],\"containers\":[{\"name\":\"web\",\"image\":\"acme/web:1\"}]}", \
     .flags = PM_EV_SNAPSHOT},                                                                                               \
    {                                                                                                                        \
        1, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "sync pod",                                      \
                                                   .pod = "shop/web-0", .status = 429                                        \
    }
    static const struct line other[] = {
        POD_WITH_SECRET,
        {0, OBJECTS, .kind = PM_KIND_CONFIG, .pod = "shop/", .object = "Secret/corp",
         .detail = "{\"registries\":[\"r.corp.test\"]}", .flags = PM_EV_SNAPSHOT},
    };
    static const struct line hub[] = {
        POD_WITH_SECRET,
        {0, OBJECTS, .kind = PM_KIND_CONFIG, .pod = "shop/", .object = "Secret/corp",
         .detail = "{\"registries\":[\"https://index.docker.io/v1/\"]}", .flags = PM_EV_SNAPSHOT},
    };
    struct judged j = JUDGE(other);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    judged_free(&j);
    j = JUDGE(hub);
    assert_string_equal(cause_of(&j), "rate-limit.authenticated");
    judged_free(&j);
}

// Two pulls of one layer: whoever waits gives up, and the next attempt finds it there.
// The same words of another program's socket stay a runtime that is away. A pull secret
// of a registry that nobody knows: others who were refused there, and have none, say what
// was wrong; alone it stays a guess.
static void a_secret_of_an_unknown_registry(void **state) {
    (void)state;
#define REFUSED                                                                                    \
    "failed to resolve reference \"r.test/acme/web:1\": unauthorized: authentication required"
#define POD_OF(name_, secrets_)                                                                    \
    {                                                                                              \
        0, OBJECTS,                                                                                \
            .kind = PM_KIND_POD_STATE, .pod = name_, .node = "n1",                                 \
            .detail = "{\"phase\":\"Pending\",\"pull_secrets\":[" secrets_                         \
                      "],\"containers\":[{\"name\":\"web\",\"image\":\"r.test/acme/web:1\"}]}",    \
            .flags = PM_EV_SNAPSHOT                                                                \
    }
    static const struct line alone[] = {
        POD_OF("shop/web-0", "\"corp\""),
        {9, KUBELET, FAILED("r.test/acme/web:1", REFUSED), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
    };
    static const struct line beside[] = {
        POD_OF("shop/web-0", "\"corp\""),
        POD_OF("shop/api-0", ""),
        {9, KUBELET, FAILED("r.test/acme/web:1", REFUSED), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
        {20, KUBELET, FAILED("r.test/acme/api:1", REFUSED), .node = "n1", .message = "sync pod",
         .pod = "shop/api-0"},
    };
    struct judged j = JUDGE(alone);
    ASK(j, "SELECT root_cause, confidence FROM incidents", "auth.invalid-credentials low");
    judged_free(&j);
    j = JUDGE(beside);
    ASK(j, "SELECT root_cause, failed_pulls FROM incidents", "auth.missing-credentials 2");
    judged_free(&j);
}

// What was downloading had its answer: that another pull's connection timed out does not
// say why it stopped. Five minutes without an end do.
static void a_download_that_stopped(void **state) {
    (void)state;
#define STOPPED                                                                                    \
    "failed to copy: httpReadSeeker: failed open: failed to do request: context canceled"
    static const struct line lines[] = {
        {0, CONTAINERD, START_OF("r.test/acme/web:1"), .node = "n1"},
        {295, CONTAINERD, FAILED("quay.test/acme/api:1", NO_ROUTE), .node = "n1"},
        {301, CONTAINERD, FAILED("r.test/acme/web:1", STOPPED), .node = "n1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT cause FROM pulls ORDER BY ended", "network.connect-timeout, network.stalled");
    ASK(j, "SELECT confidence FROM incidents WHERE root_cause = 'network.stalled'", "medium");
    judged_free(&j);
}

static void a_lock_between_pulls_heals_itself(void **state) {
    (void)state;
#define LOCKED                                                                                     \
    "failed to copy: ref k8s.io/1/layer-sha256:4c0f locked for 2m1s (since 2024-03-01 10:00:00 +0000 UTC): unavailable"
    static const struct line lines[] = {
        {10, CONTAINERD, FAILED("quay.test/acme/web:1", LOCKED), .node = "n1"},
        {12, CONTAINERD, FAILED("quay.test/acme/api:1", LOCKED), .node = "n1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT root_cause, variant, severity, failed_pulls FROM incidents",
        "runtime.cancelled lock info 2");
    judged_free(&j);
}

// A helper that warns at each start outside its cloud has no part in what a registry
// elsewhere refuses; at its own cloud's registry it has.
static void a_helper_serves_its_own_registries(void **state) {
    (void)state;
#define NO_PROVIDERS                                                                               \
    "while getting AWS credentials NoCredentialProviders: no valid providers in chain. Deprecated."
#define NO_BASIC "failed to authorize: authorization failed: no basic auth credentials"
    static const struct line elsewhere[] = {
        {1, KUBELET, .kind = PM_KIND_OTHER, .error = NO_PROVIDERS, .node = "n1"},
        {20, CONTAINERD, FAILED("r.test/acme/web:1", NO_BASIC), .node = "n1"},
    };
    static const struct line own[] = {
        {1, KUBELET, .kind = PM_KIND_OTHER, .error = NO_PROVIDERS, .node = "n1"},
        {20, CONTAINERD, FAILED(ECR, NO_BASIC), .node = "n1"},
    };
    struct judged j = JUDGE(elsewhere);
    ASK(j, "SELECT root_cause, explained_by FROM incidents WHERE failed_pulls > 0",
        "auth.missing-credentials -");
    judged_free(&j);
    j = JUDGE(own);
    ASK(j, "SELECT count(*) FROM incidents WHERE failed_pulls > 0 AND explained_by IS NOT NULL",
        "1");
    judged_free(&j);
}

// A credential that opens one pull is good again for all; a right is given repository by
// repository.
static void a_credential_recovers_at_once(void **state) {
    (void)state;
#define WRONG "unauthorized: incorrect username or password"
#define NO_RIGHT                                                                                   \
    "denied: Permission \"artifactregistry.repositories.downloadArtifacts\" denied on resource \"x\""
    static const struct line credential[] = {
        {10, CONTAINERD, FAILED("r.test/acme/web:1", WRONG), .node = "n1"},
        {12, CONTAINERD, FAILED("r.test/acme/api:1", WRONG), .node = "n1"},
        {60, CONTAINERD, OK_OF("r.test/acme/web:1"), .node = "n1", .message = "returned"},
    };
    static const struct line right[] = {
        {10, CONTAINERD, FAILED("r.test/acme/web:1", NO_RIGHT), .node = "n1"},
        {12, CONTAINERD, FAILED("r.test/acme/api:1", NO_RIGHT), .node = "n1"},
        {60, CONTAINERD, OK_OF("r.test/acme/web:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(credential);
    ASK(j, "SELECT root_cause, recovered IS NOT NULL FROM incidents", "auth.invalid-credentials 1");
    judged_free(&j);
    j = JUDGE(right);
    ASK(j, "SELECT root_cause, recovered IS NOT NULL FROM incidents", "auth.permission-denied 0");
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bare_429_of_hub),
        cmocka_unit_test(another_nodes_words),
        cmocka_unit_test(the_line_beside_that_fits),
        cmocka_unit_test(ecr_cliff),
        cmocka_unit_test(a_cliff_in_a_log_without_a_name),
        cmocka_unit_test(one_right_from_the_first_refusal_on),
        cmocka_unit_test(refusals_in_a_log_without_a_name),
        cmocka_unit_test(the_registrys_own_words),
        cmocka_unit_test(one_repository_refused_is_a_right),
        cmocka_unit_test(a_secret_says_whose_it_is),
        cmocka_unit_test(a_secret_of_an_unknown_registry),
        cmocka_unit_test(a_download_that_stopped),
        cmocka_unit_test(a_lock_between_pulls_heals_itself),
        cmocka_unit_test(a_helper_serves_its_own_registries),
        cmocka_unit_test(a_credential_recovers_at_once),
        cmocka_unit_test(context_canceled),
        cmocka_unit_test(mirror_hides_a_429),
        cmocka_unit_test(proxy_cache_404),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
