// Two judges at once in one process: each has its own timeline and rules, none knows of
// the other, and both say what one alone says. Run under ThreadSanitizer it also shows
// that they share nothing: make SAN=thread build/san-thread/unit/test_judge_twice
#include "judge_rows.h"
#include "pm/report.h"
#include <pthread.h>

#define HUB_WEB "docker.io/acme/web:1"
#define QUAY_WEB "quay.test/acme/web:1"

// A quota, a registry that is out of reach, a tag that is not there, a mirror of requests at
// the proxy, a secret that is missing and a pod that waits: what most passes look at.
static const struct line a_bad_morning[] = {
    {0, CONTAINERD, START_OF(HUB_WEB), .node = "n1"},
    {2, CONTAINERD, OK_OF(HUB_WEB), .node = "n1", .took = 2},
    {5, PROXY, PM_KIND_REQUEST, .client = "192.0.2.1", .url = "/v2/acme/web/manifests/1",
     .method = "GET", .agent = "containerd/1.7.13", .status = 200, .told = "100:1",
     .registry = "docker.io"},
    {60, CONTAINERD, START_OF(HUB_WEB), .node = "n1"},
    {61, CONTAINERD, FAILED(HUB_WEB, HUB_429), .node = "n1"},
    {62, KUBELET, FAILED(HUB_WEB, HUB_429), .node = "n1", .pod = "shop/web-5d4f8c7b6d-x2x4k"},
    {70, CONTAINERD, FAILED(HUB_WEB, HUB_429), .node = "n2"},
    {80, CONTAINERD, FAILED(QUAY_WEB, NO_ROUTE), .node = "n1"},
    {90, CONTAINERD, FAILED(QUAY_WEB, NO_ROUTE), .node = "n2"},
    {95, EVENTS, FAILED(QUAY_WEB, NO_ROUTE), .node = "n2", .pod = "shop/cart-7c9d8f6b5-abcde",
     .reason = "Failed", .count = 3, .first = 80},
    {100, EVENTS, PM_KIND_SECRET_MISSING, .node = "n2", .pod = "shop/cart-7c9d8f6b5-abcde",
     .secret = "regcred", .reason = "FailedToRetrieveImagePullSecret"},
    {110, CONTAINERD,
     FAILED("quay.test/acme/job:2", "failed to resolve reference "
                                    "\"quay.test/acme/job:2\": quay.test/acme/job:2: not found"),
     .node = "n3"},
    {120, OBJECTS, PM_KIND_PULL_BACKOFF, .node = "n3", .pod = "shop/cron-28512340-qqqqq",
     .reason = "ImagePullBackOff"},
    {130, CONTAINERD, OK_OF(QUAY_WEB), .node = "n2", .took = 1},
    {140, CONTAINERD, PM_KIND_DISK_USAGE, .node = "n2",
     .detail = "{\"used_ratio\":0.91,\"mount\":\"/var\"}"},
    {150, KUBELET, PM_KIND_HEALTH_CHECK, .host = "registry-1.docker.io", .status = 200,
     .node = "n1"},
};

static char *json_of(const struct pm_report *r) {
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct pm_render_options o = {0};
    assert_non_null(out);
    assert_true(pm_renderer_find("json", false)->render(out, r, &o));
    fclose(out);
    return text;
}

struct run {
    struct judged j;
    struct pm_judge_options options;
    pthread_barrier_t *start;
};

static void *judge_it(void *ctx) {
    struct run *run = ctx;
    pthread_barrier_wait(run->start);
    run->j.r = pm_judge(run->j.t, run->j.rules, &run->options, run->j.diags);
    return NULL;
}

static void alone_and_together(const struct pm_judge_options *o) {
    struct judged alone = judge_as(a_bad_morning, PM_LEN(a_bad_morning), o);
    assert_non_null(alone.r);
    char *expected = json_of(alone.r);
    pthread_barrier_t start;
    pthread_t threads[2];
    struct run runs[PM_LEN(threads)];
    pthread_barrier_init(&start, NULL, PM_LEN(threads));
    for (size_t i = 0; i < PM_LEN(threads); i++)
        runs[i] = (struct run){to_judge(a_bad_morning, PM_LEN(a_bad_morning)), *o, &start};
    for (size_t i = 0; i < PM_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, judge_it, &runs[i]), 0);
    for (size_t i = 0; i < PM_LEN(threads); i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < PM_LEN(threads); i++) {
        assert_non_null(runs[i].j.r);
        char *told = json_of(runs[i].j.r);
        assert_string_equal(told, expected);
        free(told);
    }
    for (size_t i = 0; i < PM_LEN(threads); i++) judged_free(&runs[i].j);
    pthread_barrier_destroy(&start);
    free(expected);
    judged_free(&alone);
}

static void two_judges_say_what_one_says(void **state) {
    (void)state;
    const struct pm_judge_options all = {.since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME};
    for (int i = 0; i < 8; i++) alone_and_together(&all);
}

// --since folds the time before it once more, for the budgets.
static void so_they_do_over_a_part(void **state) {
    (void)state;
    const struct pm_judge_options part = {.since_ns = START + 30 * PM_NS_PER_S,
                                          .until_ns = PM_NO_TIME};
    for (int i = 0; i < 4; i++) alone_and_together(&part);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_judges_say_what_one_says),
        cmocka_unit_test(so_they_do_over_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
