// The variant that an incident is told with, and the host on the wire that failed.
#include "judge_rows.h"

#define CDN_DNS                                                                                                                                        \
    "failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://cdn.quay.test/layers/4c0f\": dial tcp: lookup cdn.quay.test on " \
    "10.0.0.2:53: no such host"
#define PROXY_DOWN                                                                                 \
    "failed to do request: Head \"https://quay.test/v2/acme/web/manifests/1\": proxyconnect tcp: dial tcp 10.9.0.8:3128: connect: connection refused"
#define PLAIN "Get \"https://quay.test:5000/v2/\": http: server gave HTTP response to HTTPS client"
#define EARLY                                                                                                                                                 \
    "Get \"https://quay.test/v2/\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2024-01-01T00:00:00Z " \
    "is "                                                                                                                                                     \
    "before 2026-01-01T00:00:00Z"

static const char *first(const struct judged *j) {
    static char out[256];
    const struct pm_incident *i = &j->r->incidents[0];
    snprintf(out, sizeof out, "%.*s|%s|", PM_FMT(i->variant), pm_scope_names[i->scope_kind]);
    for (size_t k = 0; k < i->endpoints.n; k++)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%.*s ",
                 PM_FMT(i->endpoints.items[k]));
    return out;
}
static bool says(const struct judged *j, const char *words) {
    return pm_str_has(j->r->incidents[0].summary, pm_str_c(words));
}

static void the_cdn_is_not_the_registry(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", CDN_DNS), .node = "n1",
         .host = "cdn.quay.test"},
        {2, CONTAINERD, FAILED("quay.test/acme/web:1", CDN_DNS), .node = "n2",
         .host = "cdn.quay.test"},
    };
    static const struct line own[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1",
         .host = "quay.test"},
        {2, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n2",
         .host = "quay.test"},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(first(&j), "no-such-name|endpoint|cdn.quay.test ");
    assert_true(says(&j, "cdn.quay.test did not resolve"));
    ASK(j, "SELECT variant, endpoints FROM incidents", "no-such-name cdn.quay.test");
    judged_free(&j);
    j = JUDGE(own);
    assert_string_equal(first(&j), "|registry|quay.test ");
    judged_free(&j);
}

static void the_proxy_is_named_by_its_address(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", PROXY_DOWN), .node = "n1",
         .host = "quay.test"},
        {2, CONTAINERD, FAILED("quay.test/acme/web:1", PROXY_DOWN), .node = "n2",
         .host = "quay.test"},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(first(&j), "|endpoint|10.9.0.8:3128 ");
    judged_free(&j);
}

// One cause, four troubles: what is said and advised follows the variant.
static void sentence_and_advice_follow_the_variant(void **state) {
    (void)state;
    static const struct line plain[] = {{1, CONTAINERD, FAILED("quay.test:5000/acme/web:1", PLAIN),
                                         .node = "n1", .host = "quay.test:5000"}};
    static const struct line early[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", EARLY), .node = "n1", .host = "quay.test"}};
    struct judged j = JUDGE(plain);
    assert_string_equal(first(&j), "plain-http|node|quay.test:5000 ");
    assert_true(says(&j, "plain HTTP"));
    assert_false(says(&j, "certificate"));
    for (size_t i = 0; i < j.r->incidents[0].advice_n; i++)
        assert_false(pm_str_has(j.r->incidents[0].advice[i].text, PM_STR("expired")));
    judged_free(&j);
    j = JUDGE(early);
    assert_string_equal(first(&j), "not-yet-valid|node|quay.test ");
    assert_true(says(&j, "not valid yet"));
    judged_free(&j);
}

// The sandbox image is the runtime's: pull secrets do not reach it, and the sentence
// names it.
static void sandbox_where_the_cause_has_no_variant_of_its_own(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD,
         FAILED(
             "quay.test/pause:3",
             "failed to resolve reference: pull access denied: authorization failed: no basic auth credentials"),
         .node = "n1", .flags = PM_EV_SANDBOX},
    };
    static const struct line missing[] = {
        {1, CONTAINERD,
         FAILED("quay.test/pause:3",
                "failed to resolve reference \"quay.test/pause:3\": quay.test/pause:3: not found"),
         .node = "n1", .flags = PM_EV_SANDBOX},
    };
    struct judged j = JUDGE(lines);
    assert_string_equal(first(&j), "sandbox|registry|");
    assert_true(says(&j, "quay.test/pause:3 is the sandbox image"));
    judged_free(&j);
    j = JUDGE(missing);
    assert_false(
        pm_str_eqc(j.r->incidents[0].variant,
                   "sandbox")); // an image that is not there: no credential or network failed
    judged_free(&j);
}

// The same words for two troubles: what df says of the store's own mount tells them
// apart. Another mount's inodes, another node's and both at once do not.
static void df_tells_inodes_from_bytes(void **state) {
    (void)state;
    static const struct {
        const char *node, *inodes, *bytes, *variant;
    } rows[] = {
        {"n1", "{\"mount\":\"/\",\"inodes_ratio\":1.00}", "{\"mount\":\"/\",\"used_ratio\":0.61}",
         "inodes|"},
        {"n1", "{\"mount\":\"/\",\"inodes_ratio\":0.10}", "{\"mount\":\"/\",\"used_ratio\":1.00}",
         "space|"},
        {"n1", "{\"mount\":\"/\",\"inodes_ratio\":1.00}", "{\"mount\":\"/\",\"used_ratio\":1.00}",
         "|"},
        {"n1", "{\"mount\":\"/\",\"inodes_ratio\":1.00}",
         "{\"mount\":\"/var/lib/containerd\",\"inodes_ratio\":0.20}", "|"},
        {"n1", "{\"mount\":\"/home\",\"inodes_ratio\":1.00}",
         "{\"mount\":\"/\",\"used_ratio\":0.61}", "|"},
        {"n2", "{\"mount\":\"/\",\"inodes_ratio\":1.00}", "{\"mount\":\"/\",\"used_ratio\":0.61}",
         "|"},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        const struct line lines[] = {
            {1, CONTAINERD,
             FAILED("quay.test/acme/web:1",
                    "failed to extract layer: write /x: no space left on device"),
             .node = "n1"},
            {2, PM_COMP_HOST, .kind = PM_KIND_DISK_USAGE, .node = rows[i].node, .object = "a",
             .detail = rows[i].inodes},
            {2, PM_COMP_HOST, .kind = PM_KIND_DISK_USAGE, .node = rows[i].node, .object = "b",
             .detail = rows[i].bytes},
        };
        struct judged j = JUDGE(lines);
        assert_true(pm_str_starts(pm_str_c(first(&j)), pm_str_c(rows[i].variant)));
        assert_int_equal(says(&j, "ran out of inodes"), strcmp(rows[i].variant, "inodes|") == 0);
        judged_free(&j);
    }
}

// A tag that these logs saw pulled was withdrawn; one that they never saw may be a slip
// of the pen. A node that pulls it meanwhile denies both. A home that was closed on a day
// took its images along.
static void a_tag_was_there_or_never_was(void **state) {
    (void)state;
    static const char missing[] =
        "failed to resolve reference \"quay.test/acme/web:1\": quay.test/acme/web:1: not found";
    static const struct {
        const char *image, *pulled;
        double at;
        const char *variant;
    } rows[] = {
        {"quay.test/acme/web:1", "quay.test/acme/web:1", 10, "withdrawn|"},
        {"quay.test/acme/web:1", "quay.test/acme/web:2", 10, "never-seen|"},
        {"quay.test/acme/web:1", "quay.test/acme/web:1", 110, "|"},
        {"quay.test/acme/web:1", "quay.test/acme/web:1", 900, "|"},
        {"docker.io/bitnami/redis:1", "quay.test/a/b:1", 10,
         "never-seen|"}, // it was not closed yet in March 2024
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        const struct line lines[] = {
            {rows[i].at, CONTAINERD, OK_OF(rows[i].pulled), .node = "n2"},
            {100, CONTAINERD, FAILED(rows[i].image, missing), .node = "n1"},
            {120, CONTAINERD, FAILED(rows[i].image, missing), .node = "n1"},
        };
        struct judged j = JUDGE(lines);
        assert_true(pm_str_starts(pm_str_c(first(&j)), pm_str_c(rows[i].variant)));
        judged_free(&j);
    }
    static const struct line closed[] = {{100 + 2 * 365.25 * 86400, CONTAINERD,
                                          FAILED("docker.io/bitnami/redis:1", missing),
                                          .node = "n1"}};
    struct judged j = JUDGE(closed);
    assert_true(pm_str_starts(pm_str_c(first(&j)), PM_STR("withdrawn|")));
    assert_true(says(&j, "no longer"));
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cdn_is_not_the_registry),
        cmocka_unit_test(df_tells_inodes_from_bytes),
        cmocka_unit_test(a_tag_was_there_or_never_was),
        cmocka_unit_test(the_proxy_is_named_by_its_address),
        cmocka_unit_test(sentence_and_advice_follow_the_variant),
        cmocka_unit_test(sandbox_where_the_cause_has_no_variant_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
