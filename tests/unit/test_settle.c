// Wordings that cannot decide alone, settled by their neighbours. Each test is the ambiguity, what settles it, and a near miss.
#include "judge_rows.h"

#define BODY "toomanyrequests: You have reached your pull rate limit as 'acmebot': dckr_jti_x. You may increase the limit by upgrading."
#define ECR "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/api:2"
#define ECR_403                                                                                                                                                \
    "failed to resolve reference \"" ECR                                                                                                                       \
    "\": unexpected status from HEAD request to https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/acme/api/manifests/2: 403 Forbidden"
#define CANCELED "rpc error: code = Canceled desc = failed to pull and unpack image \"quay.test/acme/web:1\": context canceled"

static void bare_429_of_hub(void **state) {
    (void)state;
    // no pull secrets in the pod → anonymous; one is there, for whatever registry → still so, and the budget says that both readings are open;
    // the registry's words name the user → his
    static const struct line none[] = {
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "shop/web-0", .node = "n1",
         .detail = "{\"phase\":\"Pending\",\"containers\":[{\"name\":\"web\",\"image\":\"acme/web:1\"}]}", .flags = PM_EV_SNAPSHOT},
        {1, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "sync pod", .pod = "shop/web-0", .status = 429},
    };
    static const struct line some[] = {
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "shop/web-0", .node = "n1",
         .detail = "{\"phase\":\"Pending\",\"pull_secrets\":[\"hub\"],\"containers\":[{\"name\":\"web\",\"image\":\"acme/web:1\"}]}", .flags = PM_EV_SNAPSHOT},
        {1, KUBELET, FAILED("acme/web:1", HUB_429), .node = "n1", .message = "sync pod", .pod = "shop/web-0", .status = 429},
    };
    static const struct line named[] = {
        {0, OBJECTS, .kind = PM_KIND_POD_STATE, .pod = "shop/web-0", .node = "n1",
         .detail = "{\"phase\":\"Pending\",\"pull_secrets\":[\"hub\"],\"containers\":[{\"name\":\"web\",\"image\":\"acme/web:1\"}]}", .flags = PM_EV_SNAPSHOT},
        {1, KUBELET, FAILED("acme/web:1", BODY), .node = "n1", .message = "sync pod", .pod = "shop/web-0", .status = 429}};
    struct judged j = JUDGE(none);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    assert_true(pm_str_eqc(j.r->quotas[0].identity, "anonymous") && !j.r->quotas[0].note.n);
    judged_free(&j);
    j = JUDGE(some);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    assert_true(pm_str_eqc(j.r->quotas[0].identity, "unknown") && pm_str_has(j.r->quotas[0].note, PM_STR("the limit is 200")));
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
        {30, DOCKERD, FAILED("acme/api:1", BODY), .node = "n2", .message = "handler", .status = 429},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT node, cause FROM pulls ORDER BY node", "n1 rate-limit.authenticated, n2 rate-limit.authenticated");
    judged_free(&j);
}

// ECR says 403 for an expired token and for a missing right alike: success before and none after is a token that ran out.
static void ecr_cliff(void **state) {
    (void)state;
    static const struct line cliff[] = {
        {1, CONTAINERD, OK_OF(ECR), .node = "n1", .message = "returned"},
        {100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403},
        {130, CONTAINERD, FAILED(ECR, ECR_403), .node = "n2", .status = 403},
    };
    static const struct line right[] = {{100, CONTAINERD, FAILED(ECR, ECR_403), .node = "n1", .status = 403}};
    struct judged j = JUDGE(cliff);
    assert_string_equal(cause_of(&j), "auth.token-expired");
    assert_string_equal("credential-expiry", pm_arena_cstr(j.r->a, j.r->incidents[0].trigger.what));
    judged_free(&j);
    j = JUDGE(right);
    assert_string_equal(cause_of(&j), "auth.permission-denied");
    judged_free(&j);
}

static void context_canceled(void **state) {
    (void)state;
    static const struct line stalled[] = {
        {1, CONTAINERD, START_OF("quay.test/acme/web:1"), .node = "n1"},
        {61.0, CONTAINERD, .kind = PM_KIND_OTHER, .image = "quay.test/acme/web:1",
         .error = "cancel pulling image quay.test/acme/web:1 because of no progress in 1m0s", .node = "n1"},
        {61.1, CONTAINERD, FAILED("quay.test/acme/web:1", CANCELED), .node = "n1"},
    };
    static const struct line restarted[] = {
        {1, CONTAINERD, START_OF("quay.test/acme/web:1"), .node = "n1"},
        {4, CONTAINERD, FAILED("quay.test/acme/web:1", CANCELED), .node = "n1"},
        {9, CONTAINERD, .kind = PM_KIND_RUNTIME_START, .message = "starting containerd", .node = "n1"},
    };
    struct judged j = JUDGE(stalled);
    assert_string_equal(cause_of(&j), "network.stalled");
    judged_free(&j);
    j = JUDGE(restarted);
    assert_string_equal(cause_of(&j), "runtime.cancelled");
    judged_free(&j);
}

// containerd 1.7 reports the dead mirror and hides that the upstream refused: only the access log shows both.
static void mirror_hides_a_429(void **state) {
    (void)state;
    static const char refused[] =
        "failed to do request: Head \"https://mirror.test:5000/v2/acme/web/manifests/1?ns=docker.io\": dial tcp 192.0.2.5:5000: connect: connection refused";
    static const struct line lines[] = {
        {1.0, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {1.1, CONTAINERD, .kind = PM_KIND_MIRROR_TRY, .image = "acme/web:1", .error = refused, .host = "mirror.test:5000", .node = "n1"},
        {1.2, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .method = "HEAD", .url = "/v2/acme/web/manifests/1", .status = 401,
         .agent = "containerd/v1.7.24"},
        {1.2, PROXY, .kind = PM_KIND_REQUEST, .client = "10.1.0.7", .method = "HEAD", .url = "/v2/acme/web/manifests/1", .status = 429,
         .agent = "containerd/v1.7.24"},
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
         .error = "failed to proxy manifest, fallback to local: http status code: 429, body: toomanyrequests: You have reached your unauthenticated pull rate "
                  "limit.",
         .node = ""},
        {1.1, CONTAINERD,
         FAILED("harbor.test/hub/acme/web:1", "failed to resolve reference \"harbor.test/hub/acme/web:1\": harbor.test/hub/acme/web:1: not found"), .node = ""},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(cause_of(&j), "rate-limit.anonymous");
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bare_429_of_hub),  cmocka_unit_test(another_nodes_words), cmocka_unit_test(ecr_cliff),
        cmocka_unit_test(context_canceled), cmocka_unit_test(mirror_hides_a_429),  cmocka_unit_test(proxy_cache_404),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
