// Scope by contrast, recovery, severity, chains: who was hit, who was spared, and what led to what.
#include "judge_rows.h"

#define GHCR_TIMEOUT "failed to do request: Head \"https://ghcr.test/v2/acme/api/manifests/1\": dial tcp 192.0.2.8:443: i/o timeout"
static const char *scope_of(const struct judged *j) {
    static char out[256];
    const struct pm_incident *i = &j->r->incidents[0];
    snprintf(out, sizeof out, "%s", pm_scope_names[i->scope_kind]);
    for (size_t k = 0; k < i->scope.n; k++) snprintf(out + strlen(out), sizeof out - strlen(out), " %.*s", PM_FMT(i->scope.items[k]));
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
        {20, CONTAINERD, OK_OF("ghcr.test/acme/api:1"), .node = "n1", .message = "returned"}, // another registry: no recovery
        {25, CONTAINERD, OK_OF("quay.test/acme/web:1"), .node = "n2", .message = "returned"}, // another node
        {40, CONTAINERD, OK_OF("quay.test/acme/web:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    assert_true(j.r->incidents[0].recovered_ns == START + 40 * PM_NS_PER_S);
    assert_int_equal(j.r->incidents[0].severity, PM_SEVERITY_INFO); // one failure, then success within two minutes
    judged_free(&j);
}

static void pods_that_still_wait_are_critical(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, KUBELET, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1", .message = "sync pod", .pod = "shop/web-6d9f8c7b5d-x2x9k"},
        {600, KUBELET, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1", .message = "sync pod", .pod = "shop/web-6d9f8c7b5d-x2x9k"},
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

// GC removed the image, so it had to be pulled again, and the quota was gone: one chain. Without the removal, time order alone makes none.
static void disk_pressure_to_quota(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, KUBELET, .kind = PM_KIND_DISK_PRESSURE, .error = "NodeHasDiskPressure", .node = "n1"},
        {5, KUBELET, .kind = PM_KIND_GC_OK, .image = "acme/web:1", .node = "n1", .message = "Removing image to free bytes"},
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
    assert_int_equal(j.r->incidents_n, 1);
    judged_free(&j);
}

static void healthy_bundle_has_no_incident(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {2, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .message = "returned"},
        {3, EVENTS, .kind = PM_KIND_SECRET_MISSING, .pod = "shop/web-0", .reason = "FailedToRetrieveImagePullSecret", .join = "u1"}, // often benign
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->incidents_n, 0);
    assert_int_equal(j.r->verdict, 0);
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timeout_on_one_node_is_the_nodes),
        cmocka_unit_test(timeout_everywhere_to_one_registry_is_the_registrys),
        cmocka_unit_test(timeout_everywhere_to_all_is_the_clusters),
        cmocka_unit_test(unrelated_timeouts_are_two_incidents),
        cmocka_unit_test(recovery_is_the_first_success_in_scope),
        cmocka_unit_test(pods_that_still_wait_are_critical),
        cmocka_unit_test(disk_pressure_to_quota),
        cmocka_unit_test(healthy_bundle_has_no_incident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
