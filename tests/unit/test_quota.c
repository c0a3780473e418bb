// Quotas: a registry's budget over time. Each test spends one in a known way and asks when it was gone, for whom, and when it frees.
#include "judge_rows.h"

#define ANONYMOUS "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
#define BOB                                                                                                                                                    \
    "toomanyrequests: You have reached your pull rate limit as 'bob': dckr_jti_x1=. You may increase the limit by upgrading. "                                 \
    "https://www.docker.com/increase-rate-limit"
#define SIX_HOURS 21600.0

struct log { // a growing log of pulls; images are all different, so that nothing is cached
    struct line lines[2048];
    char images[2048][32];
    size_t n;
};

static const char *image_of(struct log *l) {
    snprintf(l->images[l->n], sizeof l->images[0], "acme/app%zu:1", l->n);
    return l->images[l->n];
}
static void pulled(struct log *l, double at, const char *node) {
    const char *image = image_of(l);
    l->lines[l->n++] = (struct line){.at = at, .from = CONTAINERD, .kind = PM_KIND_PULL_START, .image = image, .node = node};
    l->lines[l->n++] = (struct line){.at = at + 0.5, .from = CONTAINERD, .kind = PM_KIND_PULL_OK, .image = image, .node = node, .message = "returned"};
}
static void refused(struct log *l, double at, const char *node, const char *error) {
    l->lines[l->n] = (struct line){
        .at = at, .from = CONTAINERD, .kind = PM_KIND_PULL_FAIL, .image = image_of(l), .node = node, .error = error, .message = "PullImage failed"};
    l->n++;
}
static void spend(struct log *l, double from, int count, const char *node) {
    for (int i = 0; i < count; i++) pulled(l, from + i, node);
}
static struct judged judge_log(const struct log *l) { return judge(l->lines, l->n); }
static double at_s(int64_t ns) { return ns == PM_NO_TIME ? -1 : (double)(ns - START) / 1e9; }
static struct log *fresh(void) {
    static struct log l;
    memset(&l, 0, sizeof l);
    return &l;
}

// A hundred pulls, then a refusal. Without the registry's own log a pull may have cost one manifest or two.
static void exhausted_to_the_second(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 100, "n1");
    refused(l, 200, "n1", ANONYMOUS);
    refused(l, 230, "n1", ANONYMOUS);
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 1);
    const struct pm_quota *q = &j.r->quotas[0];
    assert_true(pm_str_eqc(q->registry, "docker.io") && pm_str_eqc(q->identity, "anonymous") && pm_str_eqc(q->status, "exceeded"));
    assert_int_equal(q->limit, 100);
    assert_int_equal(q->window_s, 21600);
    assert_int_equal(q->used_low, 100);
    assert_int_equal(q->used_high, 200);
    assert_int_equal(q->refused, 2);
    assert_true(at_s(q->exhausted_at_ns) == 99);
    assert_true(at_s(q->first_refused_ns) == 200 && at_s(q->last_refused_ns) == 230);
    assert_true(at_s(q->free_at_ns) == SIX_HOURS); // the pull of second 0 leaves the window
    assert_int_equal(q->with_cache, 102);
    judged_free(&j);
}

// The edge of the window: a pull exactly six hours old is forgotten, one a second younger is not.
static void a_pull_of_six_hours_ago_is_forgotten(void **state) {
    (void)state;
    static const struct {
        double second;
        uint64_t peak;
    } rows[] = {{SIX_HOURS - 1, 2}, {SIX_HOURS, 1}, {SIX_HOURS + 1, 1}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = fresh();
        pulled(l, 0, "n1");
        pulled(l, rows[i].second, "n1");
        struct judged j = judge_log(l);
        assert_int_equal(j.r->quotas_n, 1);
        assert_int_equal(j.r->quotas[0].peak_used, rows[i].peak);
        assert_true(pm_str_eqc(j.r->quotas[0].status, "ok"));
        judged_free(&j);
    }
}

static void near_is_over_eighty_percent(void **state) {
    (void)state;
    static const struct {
        int pulls;
        const char *status;
    } rows[] = {{80, "ok"}, {81, "near"}, {100, "near"}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = fresh();
        spend(l, 0, rows[i].pulls, "n1");
        struct judged j = judge_log(l);
        assert_true(pm_str_eqc(j.r->quotas[0].status, rows[i].status));
        judged_free(&j);
    }
}

// Who shares a budget is seen. Both nodes were refused with half a budget of their own: they leave through one address.
static void nodes_behind_one_address(void **state) {
    (void)state;
    struct log *l = fresh();
    for (int i = 0; i < 50; i++) {
        pulled(l, 2 * i, "n1");
        pulled(l, 2 * i + 1, "n2");
    }
    refused(l, 120, "n1", ANONYMOUS);
    refused(l, 121, "n2", ANONYMOUS);
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_low, 100);
    judged_free(&j);
}

// One node spent its hundred, the other goes on pulling: each has an address of its own.
static void nodes_with_addresses_of_their_own(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 100, "n1");
    spend(l, 0, 40, "n2");
    refused(l, 120, "n1", ANONYMOUS);
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 2);
    assert_true(pm_str_eqc(j.r->quotas[0].client, "n1") && pm_str_eqc(j.r->quotas[0].status, "exceeded"));
    assert_true(pm_str_eqc(j.r->quotas[1].client, "n2") && pm_str_eqc(j.r->quotas[1].status, "ok"));
    assert_int_equal(j.r->quotas[1].peak_used, 40);
    judged_free(&j);
}

// Tiers side by side: what bob spent is his, what was pulled anonymously is the address's.
static void tiers_are_kept_apart(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 5, "n1");
    refused(l, 10, "n1", ANONYMOUS);
    refused(l, 20, "n1", BOB);
    l->lines[l->n - 1].user = "bob";
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 2);
    assert_true(pm_str_eqc(j.r->quotas[0].identity, "anonymous"));
    assert_int_equal(j.r->quotas[0].limit, 100);
    assert_true(pm_str_eqc(j.r->quotas[1].identity, "user") && pm_str_eqc(j.r->quotas[1].user, "bob"));
    assert_int_equal(j.r->quotas[1].limit, 200);
    assert_int_equal(j.r->quotas[1].refused, 1);
    judged_free(&j);
}

// The other 429s are no quota: ECR's throttling and the kubelet's own limiter spend and exhaust nothing.
static void throttling_and_qps_are_no_quota(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:1", "toomanyrequests: Rate exceeded"), .node = "n1",
         .message = "PullImage failed"},
        {2, KUBELET, FAILED("acme/web:1", "pull QPS exceeded"), .node = "n1", .message = "kuberuntime_image"},
    };
    struct judged j = JUDGE(lines);
    for (size_t i = 0; i < j.r->quotas_n; i++) assert_int_equal(j.r->quotas[i].refused, 0);
    judged_free(&j);
}

// The limit of that day holds: 5 000 in the first days of November 2020, 2 500 after, 100 in the end.
static void limits_are_dated(void **state) {
    (void)state;
    static const struct {
        double day; // seconds from 2024-03-01 10:00 UTC
        int64_t limit;
    } rows[] = {{1604361600 - 1709287200.0, 5000}, {1604620800 - 1709287200.0, 2500}, {1606780800 - 1709287200.0, 100}, {0, 100}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct log *l = fresh();
        pulled(l, rows[i].day, "n1");
        struct judged j = judge_log(l);
        assert_int_equal(j.r->quotas_n, 1);
        assert_int_equal(j.r->quotas[0].limit, rows[i].limit);
        judged_free(&j);
    }
}

// Before 2020-11-02 17:00 UTC there was none, so there is nothing to tell.
static void before_the_limits_there_is_no_quota(void **state) {
    (void)state;
    struct log *l = fresh();
    pulled(l, 1601510400 - 1709287200.0, "n1");
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas_n, 0);
    judged_free(&j);
}

// The window does not care for New Year, or for a clock that was put back: it is counted in UTC.
static void the_window_spans_new_year(void **state) {
    (void)state;
    struct log *l = fresh();
    double new_year = 1704067200 - 1709287200.0; // 2024-01-01
    pulled(l, new_year - 3600, "n1");
    pulled(l, new_year + 3600, "n1");
    pulled(l, new_year - 3600 + SIX_HOURS, "n1");
    struct judged j = judge_log(l);
    assert_int_equal(j.r->quotas[0].peak_used, 2);
    judged_free(&j);
}

// The registry's side is the better meter: manifest GETs count, HEADs and refused GETs do not; an image index costs its platform's manifest too.
static void manifest_gets_are_what_counts(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1.0, CONTAINERD, START_OF("acme/web:1"), .node = "n1"},
        {1.1, PROXY, .kind = PM_KIND_REQUEST, .method = "HEAD", .url = "/v2/acme/web/manifests/1", .client = "192.0.2.7", .agent = "containerd/1.7.24",
         .host = "registry-1.docker.io", .status = 200},
        {1.2, PROXY, .kind = PM_KIND_REQUEST, .method = "GET", .url = "/v2/acme/web/manifests/sha256:aa", .client = "192.0.2.7", .agent = "containerd/1.7.24",
         .host = "registry-1.docker.io", .status = 200},
        {1.3, PROXY, .kind = PM_KIND_REQUEST, .method = "GET", .url = "/v2/acme/web/manifests/sha256:bb", .client = "192.0.2.7", .agent = "containerd/1.7.24",
         .host = "registry-1.docker.io", .status = 200},
        {1.4, PROXY, .kind = PM_KIND_REQUEST, .method = "GET", .url = "/v2/acme/web/blobs/sha256:cc", .client = "192.0.2.7", .agent = "containerd/1.7.24",
         .host = "registry-1.docker.io", .status = 200},
        {1.9, CONTAINERD, OK_OF("acme/web:1"), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->quotas_n, 1);
    assert_int_equal(j.r->quotas[0].used_low, 2);
    assert_int_equal(j.r->quotas[0].used_high, 2);
    judged_free(&j);
}

// Thousands of pulls: the points are bounded, and the moments that matter are among them.
static void points_are_bounded_and_keep_the_crossings(void **state) {
    (void)state;
    struct log *l = fresh();
    spend(l, 0, 900, "n1");
    refused(l, 950.25, "n1", ANONYMOUS);
    struct judged j = judge_log(l);
    const struct pm_quota *q = &j.r->quotas[0];
    bool full = false, first = false;
    uint64_t ok = 0;
    for (size_t i = 0; i < q->points_n; i++) {
        full |= at_s(q->points[i].t_ns) == 99 && q->points[i].used == 100;
        first |= q->points[i].t_ns == q->first_refused_ns;
        ok += q->points[i].ok;
    }
    assert_true(q->points_n <= 300 && full && first);
    assert_int_equal(ok, 900);
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exhausted_to_the_second),
        cmocka_unit_test(a_pull_of_six_hours_ago_is_forgotten),
        cmocka_unit_test(near_is_over_eighty_percent),
        cmocka_unit_test(nodes_behind_one_address),
        cmocka_unit_test(nodes_with_addresses_of_their_own),
        cmocka_unit_test(tiers_are_kept_apart),
        cmocka_unit_test(throttling_and_qps_are_no_quota),
        cmocka_unit_test(limits_are_dated),
        cmocka_unit_test(before_the_limits_there_is_no_quota),
        cmocka_unit_test(the_window_spans_new_year),
        cmocka_unit_test(manifest_gets_are_what_counts),
        cmocka_unit_test(points_are_bounded_and_keep_the_crossings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
