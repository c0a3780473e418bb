// Reckonings: the judge's own sums, and that a report which does not add up is found out.
#include "judge_rows.h"
#include "judge/reckon.h"

// Each row breaks one number of a report that adds up; the reckoning that it breaks is
// named first in what is told.
static void a_broken_report_is_found_out(void **state) {
    (void)state;
    static const struct {
        const char *what;
        uint64_t attempts, by_registry, by_client, by_cause, dated, incident;
    } rows[] = {
        {"", 3, 3, 1, 2, 2, 2},
        {"attempts", 4, 4, 2, 2, 3, 2},
        {"lists: by registry", 3, 2, 1, 2, 2, 2},
        {"lists: by node and client", 3, 3, 0, 2, 2, 2},
        {"causes", 3, 3, 1, 1, 2, 2},
        {"series", 3, 3, 1, 2, 1, 2},
        {"membership", 3, 3, 1, 2, 2, 1},
    };
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        struct pm_counts_by cause = {PM_STR("unknown"), rows[i].by_cause};
        struct pm_pull_stats registry = {.attempts = rows[i].by_registry, .ok = 1, .failed = 2},
                             node = {.attempts = 2, .failed = 2},
                             client = {.attempts = rows[i].by_client, .ok = 1};
        struct pm_bucket dated = {.attempts = rows[i].dated, .ok = 1, .failed = 1},
                         undated = {.attempts = 1, .failed = 1};
        struct pm_incident incident = {.id = 1,
                                       .failed_pulls = rows[i].incident,
                                       .from_ns = PM_NO_TIME,
                                       .to_ns = PM_NO_TIME,
                                       .recovered_ns = PM_NO_TIME};
        incident.trigger.at_ns = PM_NO_TIME;
        struct pm_report r = {.total = {.attempts = rows[i].attempts,
                                        .ok = 1,
                                        .failed = 2,
                                        .by_cause = &cause,
                                        .by_cause_n = 1},
                              .by_registry = &registry,
                              .by_registry_n = 1,
                              .by_node = &node,
                              .by_node_n = 1,
                              .by_client = &client,
                              .by_client_n = 1,
                              .series = &dated,
                              .series_n = 1,
                              .series_undated = undated,
                              .incidents = &incident,
                              .incidents_n = 1};
        struct pm_attempt pulls[] = {{.outcome = PM_OUTCOME_FAILED},
                                     {.outcome = PM_OUTCOME_FAILED},
                                     {.outcome = PM_OUTCOME_OK}};
        uint32_t held[] = {0, 1}, of_pull[] = {1, 1, 0};
        struct pm_hit hit = {.incident = &incident, .pulls = {.items = held, .n = 2}};
        const struct pm_pulls all = {.items = pulls, .n = PM_LEN(pulls)};
        const struct pm_hits hits = {.items = &hit, .n = 1, .of_pull = of_pull};
        const struct pm_scene scene = {.pulls = &all};
        struct pm_buf told = {0};
        size_t broken = pm_reckon(&scene, &hits, &r, &told);
        if (!*rows[i].what) assert_int_equal(broken, 0);
        else {
            assert_true(broken > 0);
            assert_int_equal(strncmp(told.p, rows[i].what, strlen(rows[i].what)), 0);
        }
        pm_buf_free(&told);
    }
}

// Three tags that do not exist, on one node, 100 s apart: incidents that began near one
// another are one, and no pull is lost between them.
static void joined_incidents_lose_no_pull(void **state) {
    (void)state;
#define GONE(image) "failed to resolve reference \"" image "\": " image ": not found"
    static const struct line lines[] = {
        {0, CONTAINERD, FAILED("r.acme.test/shop/a:1", GONE("r.acme.test/shop/a:1")), .node = "n1"},
        {100, CONTAINERD, FAILED("r.acme.test/shop/b:1", GONE("r.acme.test/shop/b:1")),
         .node = "n1"},
        {200, CONTAINERD, FAILED("r.acme.test/shop/c:1", GONE("r.acme.test/shop/c:1")),
         .node = "n1"},
        {5000, CONTAINERD, FAILED("r.acme.test/shop/d:1", GONE("r.acme.test/shop/d:1")),
         .node = "n1"},
    };
    struct judged j = JUDGE(lines);
    ASK(j, "SELECT sum(failed_pulls) FROM incidents", "4");
    ASK(j, "SELECT count(*) FROM pulls WHERE incident IS NULL", "0");
    ASK(j,
        "SELECT i.started = p.started_at FROM incidents i JOIN (SELECT incident, min(ended) AS started_at FROM pulls GROUP BY 1) p ON p.incident = i.id "
        "WHERE i.images = 1 AND i.started > '2024-03-01T11'",
        "1"); // the innocent one, hours later, stands alone
    judged_free(&j);
}

// What no registry, node or client has still has a row, without a name; what nobody dated
// is in no bucket.
static void lists_add_up(void **state) {
    (void)state;
    static const struct line lines[] = {
        {1, CONTAINERD, FAILED("quay.test/acme/web:1", NO_ROUTE), .node = "n1"},
        {2, PM_COMP_CLIENT, FAILED("quay.test/acme/web:1", NO_ROUTE), .client = "ci-7"},
        {3, PM_COMP_CLIENT, FAILED("quay.test/acme/web:1", NO_ROUTE)},
        {4, DOCKERD, FAILED(NULL, "unknown trouble"), .node = "n2"},
    };
    struct judged j = JUDGE(lines);
    uint64_t nodes = 0, registries = 0;
    for (size_t i = 0; i < j.r->by_node_n; i++) nodes += j.r->by_node[i].failed;
    for (size_t i = 0; i < j.r->by_client_n; i++) nodes += j.r->by_client[i].failed;
    for (size_t i = 0; i < j.r->by_registry_n; i++) registries += j.r->by_registry[i].failed;
    assert_int_equal(nodes, j.r->total.failed);
    assert_int_equal(registries, j.r->total.failed);
    assert_int_equal(j.r->by_node[0].name.n, 0);
    judged_free(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_report_is_found_out),
        cmocka_unit_test(joined_incidents_lose_no_pull),
        cmocka_unit_test(lists_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
