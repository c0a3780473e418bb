// Pseudonyms: what is a name in a text, what stays, and what keeps its shape. All texts
// written by us; the names are invented.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "pm/pseudonym.h"

static struct pm_pseudonyms *a_cluster(void) {
    struct pm_pseudonyms *p = pm_pseudonyms_new();
    pm_pseudonyms_name(p, PM_NAME_NODE, PM_STR("worker-3"));
    pm_pseudonyms_name(p, PM_NAME_NODE, PM_STR("worker-4.dc1.acme.net"));
    pm_pseudonyms_name(p, PM_NAME_NAMESPACE, PM_STR("pull"));
    pm_pseudonyms_name(p, PM_NAME_NAMESPACE, PM_STR("shop"));
    pm_pseudonyms_name(p, PM_NAME_NAMESPACE, PM_STR("kube-system"));
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("cart-6d4cf56db6-x2x9k"));
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("cart-6d4cf56db6-zz9kk"));
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("ledger-0"));
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("etcd-worker-3"));
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("sweep-29886810")); // a job, and its pod
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("sweep-29886810-cdf2g"));
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("sweep-29886810-bcd2f"));
    pm_pseudonyms_name(p, PM_NAME_POD, PM_STR("7-x2x9k")); // its workload is a number
    pm_pseudonyms_name(p, PM_NAME_USER, PM_STR("robot$ci-pusher"));
    pm_pseudonyms_host(p, PM_STR("harbor.acme.net:5000"));
    pm_pseudonyms_host(p, PM_STR("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
    pm_pseudonyms_repository(p, PM_STR("docker.io"), PM_STR("library/nginx"));
    pm_pseudonyms_repository(p, PM_STR("harbor.acme.net:5000"), PM_STR("team/build-cache"));
    pm_pseudonyms_text(p, PM_STR("10.20.7.4 10.20.7.9 10.99.0.1 52.1.2.3 fd00:1::7 127.0.0.1"));
    pm_pseudonyms_path(p, PM_STR("acme-prod/nodes/worker-3/kubelet.log"));
    pm_pseudonyms_settle(p);
    return p;
}

static void names_go_and_words_stay(void **unused) {
    (void)unused;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"worker-3", "node0001"},
        {"kubelet on worker-3.dc1.acme.net: ok", "kubelet on node0001.host0002.host0001.net: ok"},
        {"line\\nworker-3 %2Fshop%2F", "line\\nnode0001 %2Fns0002%2F"},
        {"pod=\"shop/cart-6d4cf56db6-x2x9k\"", "pod=\"ns0002/app0001-4444444444-22225\""},
        {"shop_cart-6d4cf56db6-zz9kk_1b2d", "ns0002_app0001-4444444444-22226_1b2d"},
        {"cart-6d4cf56db6 ledger-0 etcd-worker-3", "app0001-4444444444 app0002-0 etcd-node0001"},
        {"sweep-29886810 sweep-29886810-bcd2f", "app0003-29886810 app0003-29886810-22222"},
        {"\"Shop\" Worker-3 \"shop\"", "\"Shop\" Node0001 \"ns0002\""},   // kinds are no names
        {"Failed to pull image in pull", "Failed to pull image in pull"}, // prose
        {"namespace=\"pull\" pull/cart", "namespace=\"ns0001\" ns0001/app0001"},
        {"{\"pull\": \"kube-system\"}", "{\"pull\": \"kube-system\"}"}, // a key of JSON
        {"https://harbor.acme.net:5000/v2/team/build-cache/manifests/1",
         "https://host0003.host0001.net:5000/v2/repo0002/repo0001cache/manifests/1"},
        {"docker.io/library/nginx:1.27 quay.io", "docker.io/library/nginx:1.27 quay.io"},
        {"123456789012.dkr.ecr.eu-west-1.amazonaws.com",
         "000000000001.dkr.ecr.eu-west-1.amazonaws.com"},
        {"user robot$ci-pusher", "user robot$user0001"},
        {"7-x2x9k 7-X2X9K", "7-22225 7-22225"},
        {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.acme.net. PTR",
         "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.host0001.net. PTR"},
        {"reflector.go:138 daemon.json v1.2.3", "reflector.go:138 daemon.json v1.2.3"},
        {"dial tcp 10.20.7.4:443", "dial tcp 10.0.0.1:443"},
        {"10.20.7.9 10.99.0.1 127.0.0.1", "10.0.0.9 10.64.0.1 127.0.0.1"},
        {"52.1.2.3 [fd00:1::7]:5000", "20.0.0.1 [fd00::1]:5000"},
        {"Chrome/120.0.0.0 12:30:45", "Chrome/120.0.0.0 12:30:45"},
        {"sha256:0123456789abcdef 1b2d3c4d-0000-4000-8000-0123456789ab",
         "sha256:0123456789abcdef 1b2d3c4d-0000-4000-8000-0123456789ab"},
    };
    struct pm_pseudonyms *p = a_cluster();
    struct pm_arena *a = pm_arena_new();
    for (size_t i = 0; i < PM_LEN(cases); i++) {
        struct pm_str out = pm_pseudonyms_apply(p, a, pm_str_c(cases[i].in));
        assert_string_equal(pm_arena_cstr(a, out), cases[i].out);
    }
    struct pm_str path = PM_STR("acme-prod/nodes/worker-3/kubelet.log");
    assert_string_equal(pm_arena_cstr(a, pm_pseudonyms_apply_path(p, a, path)),
                        "host0001-dir0001/nodes/node0001/kubelet.log");
    pm_arena_free(a);
    pm_pseudonyms_free(p);
}

// Two addresses share as many bits of their prefix as the real ones did, and their order
// is the same.
static unsigned shared_bits(const unsigned char *a, const unsigned char *b) {
    unsigned n = 0;
    while (n < 32 && (a[n / 8] >> (7 - n % 8) & 1) == (b[n / 8] >> (7 - n % 8) & 1)) n++;
    return n;
}
static void numbers_of(struct pm_str text, unsigned char out[4]) {
    unsigned v[4] = {0}, k = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '.') k++;
        else v[k] = v[k] * 10 + (unsigned)(text.p[i] - '0');
    for (int i = 0; i < 4; i++) out[i] = (unsigned char)v[i];
}
static void networks_stay(void **unused) {
    (void)unused;
    enum { MANY = 300 };
    struct pm_pseudonyms *p = pm_pseudonyms_new();
    struct pm_arena *a = pm_arena_new();
    struct pm_str real[MANY];
    unsigned seed = 7;
    for (int i = 0; i < MANY; i++) {
        seed = seed * 1103515245u + 12345u;
        real[i] = pm_arena_fmt(a, "10.%u.%u.%u", seed >> 28, seed >> 20 & 15, seed >> 12 & 255);
        pm_pseudonyms_text(p, real[i]);
    }
    pm_pseudonyms_settle(p);
    for (int i = 1; i < MANY; i++) {
        unsigned char x[4], y[4], u[4], v[4];
        numbers_of(real[i - 1], x);
        numbers_of(real[i], y);
        numbers_of(pm_pseudonyms_apply(p, a, real[i - 1]), u);
        numbers_of(pm_pseudonyms_apply(p, a, real[i]), v);
        assert_int_equal(shared_bits(x, y), shared_bits(u, v));
        int before = memcmp(x, y, 4), after = memcmp(u, v, 4);
        assert_int_equal((before > 0) - (before < 0), (after > 0) - (after < 0));
    }
    pm_arena_free(a);
    pm_pseudonyms_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_go_and_words_stay),
                                       cmocka_unit_test(networks_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
