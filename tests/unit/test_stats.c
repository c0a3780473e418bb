// Numbers over all pulls, on hand-made rows; and the series that alerts are replayed
// over.
#include "judge_rows.h"
#include "pm/series.h"

#define WEB "quay.test/acme/web:1"
#define API "quay.test/acme/api:2"
#define NOT_FOUND                                                                                  \
    "rpc error: code = NotFound desc = failed to pull and unpack image \"" API                     \
    "\": failed to resolve reference \"" API "\": " API ": not found"
#define TOO_MANY                                                                                   \
    "rpc error: code = Unknown desc = Error response from daemon: toomanyrequests: You have reached your pull rate limit."

static const struct pm_pull_stats *row(const struct pm_pull_stats *by, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (pm_str_eqc(by[i].name, name)) return &by[i];
    fail_msg("no row %s", name);
    return NULL;
}

static void attempts_retries_and_troubles(void **state) {
    (void)state;
    static const struct line lines[] = {
        {0, CONTAINERD, START_OF(WEB), .node = "n1"},
        {4, CONTAINERD, OK_OF(WEB), .node = "n1", .message = "returned"},
        {10, CONTAINERD, START_OF(API), .node = "n1"},
        {11, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {30, CONTAINERD, START_OF(API), .node = "n1"},
        {31, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {32, CONTAINERD, START_OF(API), .node = "n2"}, // another node: no retry
        {33, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n2"},
        {90, CONTAINERD, START_OF(API), .node = "n1"},
        {92, CONTAINERD, OK_OF(API), .node = "n1", .message = "returned"}, // a retry that went well
        {95, DOCKERD, FAILED("acme/db:1", TOO_MANY), .node = "n3", .message = "handler"},
    };
    struct judged j = JUDGE(lines);
    const struct pm_pull_stats *t = &j.r->total, *n1 = row(j.r->by_node, j.r->by_node_n, "n1"),
                               *api = row(j.r->by_image, j.r->by_image_n, API);
    assert_int_equal(t->attempts, 6);
    assert_int_equal(t->retries, 2);
    assert_int_equal(t->troubles[PM_TROUBLE_404], 3);
    assert_int_equal(t->troubles[PM_TROUBLE_429],
                     1); // the word stands for the status that nobody printed
    assert_int_equal(t->troubles[PM_TROUBLE_TIMEOUT], 0);
    assert_int_equal(n1->retries, 2);
    assert_int_equal(n1->failed, 2);
    assert_int_equal(api->attempts, 4);
    assert_int_equal(api->ok, 1);
    assert_int_equal(api->latency.n, 1);
    assert_true(api->latency.max_s > 1.99 && api->latency.max_s < 2.01);
    // first half (0 … 47.5 s): 1 of 4; second: 1 of 2
    assert_int_equal(j.r->trend.ok[0], 1);
    assert_int_equal(j.r->trend.failed[0], 3);
    assert_int_equal(j.r->trend.ok[1], 1);
    assert_int_equal(j.r->trend.failed[1], 1);
    judged_free(&j);
}

static void cached_counts_once(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, EVENTS, .kind = PM_KIND_PULL_CACHED, .image = WEB, .node = "n1", .pod = "shop/web-0",
         .reason = "Pulled"},
        {1, KUBELET, .kind = PM_KIND_PULL_CACHED, .image = WEB, .node = "n1", .pod = "shop/web-0",
         .flags = PM_EV_ECHO},
        {2, KUBELET, .kind = PM_KIND_PULL_CACHED, .image = WEB, .node = "n2", .pod = "shop/web-1",
         .flags = PM_EV_ECHO}, // its event is not there
        {5, CONTAINERD, OK_OF(API), .node = "n1", .message = "returned"},
    };
    struct judged j = JUDGE(lines);
    assert_int_equal(j.r->total.cached, 2);
    assert_int_equal(row(j.r->by_node, j.r->by_node_n, "n1")->cached, 1);
    assert_int_equal(row(j.r->by_node, j.r->by_node_n, "n2")->cached, 1);
    assert_int_equal(row(j.r->by_namespace, j.r->by_namespace_n, "shop")->cached, 2);
    assert_int_equal(j.r->total.attempts, 1);
    judged_free(&j);
}

static const struct pm_series *series(const struct judged *j, const char *name, const char *label,
                                      const char *value) {
    for (size_t i = 0; i < j->r->metrics->n; i++) {
        const struct pm_series *s = &j->r->metrics->items[i];
        if (pm_str_eqc(s->name, name) &&
            (!label || pm_str_eqc(pm_labels_get(&s->labels, pm_str_c(label)), value)))
            return s;
    }
    return NULL;
}
static double value_at(const struct pm_series *s, double at) { // -1: no sample in the 15 s before
    for (size_t i = 0; s && i < s->runs_n; i++)
        if (s->runs[i].from_ns <= at_ns(at) && s->runs[i].to_ns > at_ns(at) - 15 * PM_NS_PER_S)
            return s->runs[i].value;
    return -1;
}

static struct judged all_series(const struct line *lines, size_t n) {
    struct pm_judge_options o = {
        .since_ns = PM_NO_TIME, .until_ns = PM_NO_TIME, .all_series = true};
    struct judged j = judge_as(lines, n, &o);
    assert_non_null(j.r);
    return j;
}

static void series_of_a_pod_that_waits(void **state) {
    (void)state;
    static const struct line lines[] = {
        {60, CONTAINERD, START_OF(API), .node = "n1"},
        {61, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {61, KUBELET, FAILED(API, NOT_FOUND), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
        {300, CONTAINERD, START_OF(API), .node = "n1"},
        {302, CONTAINERD, OK_OF(API), .node = "n1", .message = "returned"},
        {2000, CONTAINERD, OK_OF(WEB), .node = "n1", .message = "returned"},
    };
    struct judged j = all_series(lines, PM_LEN(lines));
    const struct pm_series_set *set = j.r->metrics;
    const char *waiting = "kube_pod_container_status_waiting_reason";
    assert_non_null(set);
    assert_int_equal(set->step_ns, 15 * PM_NS_PER_S);
    assert_int_equal(set->from_ns % (15 * PM_NS_PER_S), 0);
    const struct pm_series *all = series(&j, "kubelet_runtime_operations_total", "node", "n1"),
                           *errors =
                               series(&j, "kubelet_runtime_operations_errors_total", "node", "n1");
    assert_true(value_at(errors, 61) == 0 && value_at(errors, 75) == 1 &&
                value_at(errors, 1990) == 1); // there at 0 before anything failed
    assert_true(value_at(all, 75) == 1 && value_at(all, 310) == 1 &&
                value_at(all, 315) == 2); // counts when it ended, seen at the next scrape
    const struct pm_series *first = series(&j, waiting, "reason", "ErrImagePull"),
                           *then = series(&j, waiting, "reason", "ImagePullBackOff");
    assert_true(value_at(first, 75) == 1 && value_at(then, 75) == -1);
    assert_true(value_at(first, 90) == 0 && value_at(then, 90) == 1);
    assert_true(value_at(then, 300) == 1 && value_at(then, 315) == 0); // recovered
    assert_true(value_at(then, 620) == 0 &&
                value_at(then, 700) == -1); // 0 for the lookback, then gone
    assert_true(value_at(series(&j, "pullmortem_waiting_pods", NULL, NULL), 120) == 1);
    assert_null(series(&j, "up", NULL, NULL)); // nobody probed
    assert_null(series(&j, "docker_hub_rate_limit_remaining", NULL, NULL));
    uint64_t most = 0;
    for (size_t i = 0; i < j.r->series_n; i++)
        most = j.r->series[i].waiting > most ? j.r->series[i].waiting : most;
    assert_int_equal(most, 1);
    assert_int_equal(j.r->series[j.r->series_n - 1].waiting, 0);
    judged_free(&j);
}

// The kubelet's own limiter never asked the runtime: its counters do not know.
static void refused_by_the_kubelet(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, KUBELET, FAILED(WEB, "pull QPS exceeded"), .node = "n1", .message = "sync pod",
         .pod = "shop/web-0"},
        {2, KUBELET, FAILED(WEB, "pull QPS exceeded"), .node = "n1", .message = "sync pod",
         .pod = "shop/web-1"},
    };
    struct judged j = all_series(lines, PM_LEN(lines));
    assert_true(j.r->total.failed > 0);
    assert_non_null(series(&j, "pullmortem_pull_failures_total", "cause", "rate-limit.client"));
    assert_null(series(&j, "kubelet_runtime_operations_errors_total", NULL, NULL));
    judged_free(&j);
}

// A stray line of long ago does not make the grid coarse: it shows the time around the
// incident, and says so.
static void window_too_long_for_one_grid(void **state) {
    (void)state;
    static const struct line lines[] = {
        {-400.0 * 86400, CONTAINERD, OK_OF(WEB), .node = "n1", .message = "returned"},
        {60, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {90, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {86400, CONTAINERD, OK_OF(WEB), .node = "n1", .message = "returned"},
    };
    struct judged j = all_series(lines, PM_LEN(lines));
    const struct pm_series_set *set = j.r->metrics;
    bool said = false;
    assert_true(set->step_ns <= 60 * PM_NS_PER_S && set->steps <= 20002);
    assert_true(set->from_ns <= at_ns(60) && pm_step_at(set, set->steps - 1) >= at_ns(90));
    for (size_t i = 0; i < j.r->missing_n; i++)
        said |= pm_str_has(j.r->missing[i].what, PM_STR("alerts and metrics are of"));
    assert_true(said);
    judged_free(&j);
}

static void same_values(const struct pm_series *x, const struct pm_series *y) {
    assert_int_equal(pm_labels_cmp(&x->labels, &y->labels), 0);
    assert_int_equal(x->runs_n, y->runs_n);
    for (size_t i = 0; i < x->runs_n; i++) {
        assert_int_equal(x->runs[i].from_ns, y->runs[i].from_ns);
        assert_int_equal(x->runs[i].to_ns, y->runs[i].to_ns);
        assert_true(x->runs[i].value == y->runs[i].value);
    }
}

// Who writes no metrics has the same grid, the same alerts and the disks, and no other series.
static void series_that_are_asked_for(void **state) {
    (void)state;
    static const struct line lines[] = {
        {60, CONTAINERD, START_OF(API), .node = "n1"},
        {61, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {62, PM_COMP_HOST, .kind = PM_KIND_DISK_USAGE, .node = "n1",
         .detail = "{\"mount\":\"/var\",\"used_ratio\":0.91}"},
        {90, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {200, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {300, CONTAINERD, FAILED(API, NOT_FOUND), .node = "n1"},
        {900, CONTAINERD, START_OF(WEB), .node = "n2"},
        {950, CONTAINERD, OK_OF(WEB), .node = "n2", .message = "returned"},
    };
    struct judged all = all_series(lines, PM_LEN(lines)), some = JUDGE(lines);
    const char *disk = "pullmortem_disk_used_ratio";
    bool fired = false;
    assert_non_null(series(&all, "pullmortem_pull_duration_seconds", NULL, NULL));
    assert_int_equal(some.r->metrics->n, 1);
    same_values(series(&all, disk, NULL, NULL), series(&some, disk, NULL, NULL));
    assert_int_equal(all.r->metrics->from_ns, some.r->metrics->from_ns);
    assert_int_equal(all.r->metrics->steps, some.r->metrics->steps);
    assert_int_equal(all.r->alerts_n, some.r->alerts_n);
    for (size_t i = 0; i < all.r->alerts_n; i++) {
        const struct pm_alert *x = &all.r->alerts[i], *y = &some.r->alerts[i];
        assert_true(pm_str_eq(x->note, y->note));
        assert_int_equal(x->fired_n, y->fired_n);
        assert_int_equal(x->values_n, y->values_n);
        for (size_t k = 0; k < x->values_n; k++) same_values(&x->values[k], &y->values[k]);
        fired |= x->fired_n > 0;
    }
    assert_true(fired);
    judged_free(&all);
    judged_free(&some);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(attempts_retries_and_troubles),
                                       cmocka_unit_test(cached_counts_once),
                                       cmocka_unit_test(series_of_a_pod_that_waits),
                                       cmocka_unit_test(refused_by_the_kubelet),
                                       cmocka_unit_test(window_too_long_for_one_grid),
                                       cmocka_unit_test(series_that_are_asked_for)};
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
