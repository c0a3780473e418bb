// PromQL over hand-made series. Expected values are worked out from Prometheus'
// documented rules (prometheus.io/docs/prometheus/2.42/querying/functions, rate;
// promql/functions.go extrapolatedRate@v2.42.0) in the comments; tests/suites/prometheus
// holds the whole replay against the program itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "judge/alerts/promql.h"

#define S INT64_C(1000000000)
#define MAX_SERIES 8
#define MAX_RUNS 16

struct case_series {
    const char *name;
    const char *labels;  // "node=n1 code=429", in order of name
    const char *samples; // "0:1 15:2" second:value; "0-60:5": every 15 s from 0 to 60
};
static struct pm_arena *arena;

static double decimal(struct pm_str s) {
    double d;
    assert_true(pm_str_double(s, &d));
    return d;
}
static struct pm_str word(struct pm_str *rest, char stop) { // up to `stop`, which is passed
    ptrdiff_t at = pm_str_chr(*rest, stop, 0);
    struct pm_str w = at < 0 ? *rest : pm_str_sub(*rest, 0, (size_t)at);
    *rest = at < 0 ? PM_NONE : pm_str_from(*rest, (size_t)at + 1);
    return w;
}
static struct pm_series series(const struct case_series *c) {
    struct pm_series s = {.name = pm_str_c(c->name),
                          .labels = {PM_NEWN(arena, struct pm_label, 8), 0},
                          .runs = PM_NEWN(arena, struct pm_run, MAX_RUNS)};
    for (struct pm_str rest = pm_str_c(c->labels); rest.n;) {
        struct pm_str pair = word(&rest, ' '), name = word(&pair, '=');
        s.labels.items[s.labels.n++] = (struct pm_label){name, pair};
    }
    for (struct pm_str rest = pm_str_c(c->samples); rest.n;) {
        struct pm_str item = word(&rest, ' '), when = word(&item, ':'), from = word(&when, '-');
        double first = decimal(from), last = when.n ? decimal(when) : first;
        assert_true(s.runs_n < MAX_RUNS);
        s.runs[s.runs_n++] =
            (struct pm_run){(int64_t)(first * 1e9), (int64_t)(last * 1e9), decimal(item)};
    }
    return s;
}

// The answer as "name{a=b}=value" joined by blanks, in the order given; "refused: …" or
// "no value: …".
static const char *answer(const char *expr, double at, const struct case_series *in, size_t n) {
    static char out[2048];
    struct pm_promql_error error;
    struct pm_series items[MAX_SERIES];
    struct pm_series_set set = {.step_ns = 15 * S, .items = items, .n = n};
    struct pm_promql *q = pm_promql_parse(arena, pm_str_c(expr), &error);
    struct pm_vector v;
    size_t used = 0;
    *out = 0;
    if (!q) {
        snprintf(out, sizeof out, "refused at %zu: %.*s", error.at, PM_FMT(error.what));
        return out;
    }
    for (size_t i = 0; i < n; i++) items[i] = series(&in[i]);
    pm_promql_bind(q, &set);
    if (!pm_promql_eval(q, (int64_t)(at * 1e9), arena, &v, &error))
        snprintf(out, sizeof out, "no value: %.*s", PM_FMT(error.what));
    else
        for (size_t i = 0; i < v.n; i++) {
            used += (size_t)snprintf(out + used, sizeof out - used, "%s%.*s{", i ? " " : "",
                                     PM_FMT(v.items[i].name));
            for (size_t k = 0; k < v.items[i].labels.n; k++)
                used += (size_t)snprintf(out + used, sizeof out - used, "%s%.*s=%.*s", k ? "," : "",
                                         PM_FMT(v.items[i].labels.items[k].name),
                                         PM_FMT(v.items[i].labels.items[k].value));
            used += (size_t)snprintf(out + used, sizeof out - used, "}=%.9g", v.items[i].value);
        }
    pm_promql_free(q);
    return out;
}
#define IS(expr, at, expected, ...)                                                                \
    do {                                                                                           \
        const struct case_series in_[] = {__VA_ARGS__};                                            \
        assert_string_equal(answer((expr), (at), in_, PM_LEN(in_)), (expected));                   \
    } while (0)
#define REFUSED(expr, expected) assert_string_equal(answer((expr), 0, NULL, 0), (expected))

// windows and extrapolation -------------------------------------------------------------
static void test_rate_reaches_the_edges(void **x) {
    (void)x;
    // Samples at 240.5 … 300.5 in (240, 301]: grew by 4 in 60 s; 0.5 s before and after
    // are within 1.1 scrapes, so it reaches over all 61 s: 4 × 61/60.
    IS("increase(c[61s])", 301, "{}=4.06666667",
       {"c", "", "240.5:10 255.5:11 270.5:12 285.5:13 300.5:14"});
    IS("rate(c[61s])", 301, "{}=0.0666666667",
       {"c", "", "240.5:10 255.5:11 270.5:12 285.5:13 300.5:14"});
}
static void test_sample_exactly_at_the_far_edge_counts(void **x) {
    (void)x;
    // Prometheus 2: [t - range, t] is closed. Two samples, 60 s apart, nothing to
    // extrapolate.
    IS("increase(c[1m])", 300, "{}=4", {"c", "", "240:10 300:14"});
    // One nanosecond shorter, and only one sample is left: no rate.
    IS("increase(c[59s])", 300, "", {"c", "", "240:10 300:14"});
    IS("increase(c[1m])", 299, "", {"c", "", "240:10 300:14"});
}
static void test_series_that_begins_in_the_window(void **x) {
    (void)x;
    // First sample 100 s after the window's start, scrapes 15 s apart: not a missing
    // scrape, so only half a scrape is added (7.5 s), and 0 at the end. Grew by 20 from
    // 100: zero would be 300 s before, further than that. 20 × (60 + 7.5)/60.
    IS("increase(c[160s])", 160, "{}=22.5", {"c", "", "100:100 115:105 130:110 145:115 160:120"});
    // A counter that began at 1 and grew by 2 in 30 s was 0 15 s earlier: never
    // extrapolated below zero. 2 × (30 + 15)/30; the threshold is 16.5 s.
    IS("increase(c[100s])", 100, "{}=3", {"c", "", "70:1 85:2 100:3"});
    // Began at 0: nothing before it.
    IS("increase(c[100s])", 100, "{}=3", {"c", "", "70:0 85:1 100:3"});
}
static void test_series_that_ends_in_the_window(void **x) {
    (void)x;
    // Last sample 30 s before the end, more than 1.1 × 15 s: half a scrape. First exactly
    // at the edge. 6 × (60 + 7.5)/60.
    IS("increase(c[90s])", 90, "{}=6.75", {"c", "", "0:10 15:11 30:12 45:14 60:16"});
}
static void test_resets(void **x) {
    (void)x;
    // 8 → 10, restart, 1 → 3: what was counted before the restart is added. 3 - 8 + 10 =
    // 5.
    IS("increase(c[45s])", 45, "{}=5", {"c", "", "0:8 15:10 30:1 45:3"});
    // Two restarts: 2 - 5 + 5 + 4 = 6.
    IS("increase(c[45s])", 45, "{}=6", {"c", "", "0:5 15:4 30:4 45:2"});
}
static void test_runs_are_samples(void **x) {
    (void)x;
    // 0-45:7 is four samples. In [20, 50] are 30, 45: two equal ones, and no growth.
    IS("increase(c[30s])", 50, "{}=0", {"c", "", "0-45:7"});
    IS("increase(c[20s])", 50, "{}=0", {"c", "", "0-45:7"});
    IS("increase(c[14s])", 50, "", {"c", "", "0-45:7"});
    // 30 and 45 are 7, 60 is 9: 2 in 30 s; the edge is 5 s before, 0 after: 2 × 35/30.
    IS("increase(c[35s])", 60, "{}=2.33333333", {"c", "", "0-45:7 60:9"});
}
// A counter that never falls is looked at by the ends of the window; one that fell once, long
// before, sample by sample. Both are the same runs here, drawn, with gaps.
static void test_windows_slide(void **x) {
    enum { RUNS = 300, FELL = 1 };
    struct pm_run runs[RUNS + FELL] = {{-90000 * S, -90000 * S, 1e6}};
    struct pm_series never = {.name = PM_STR("c"), .runs = runs + FELL, .runs_n = RUNS},
                     once = {.name = PM_STR("c"), .runs = runs, .runs_n = RUNS + FELL};
    struct pm_series_set sets[] = {{.step_ns = 15 * S, .items = &never, .n = 1},
                                   {.step_ns = 15 * S, .items = &once, .n = 1}};
    static const char *const exprs[] = {"rate(c[5m])", "increase(c[90s])", "rate(c[37s])",
                                        "rate(c[1h])"};
    uint32_t seed = 5;
    int64_t at = 0;
    double value = 0;
    (void)x;
    for (size_t i = FELL; i < RUNS + FELL; i++) {
        seed = seed * 1103515245 + 12345;
        at += seed >> 16 & 7 ? 15 * S : 15 * S * (seed >> 20 & 63);
        int64_t to = at + 15 * S * (seed >> 27 & 1 ? seed >> 24 & 7 : 0);
        runs[i] = (struct pm_run){at, to, value += seed >> 19 & 3};
        at = to;
    }
    for (size_t i = 0; i < PM_LEN(exprs); i++) {
        struct pm_promql_error error;
        struct pm_promql *q[2];
        size_t shown = 0;
        for (int k = 0; k < 2; k++) {
            assert_non_null(q[k] = pm_promql_parse(arena, pm_str_c(exprs[i]), &error));
            pm_promql_bind(q[k], &sets[k]);
        }
        for (int64_t t = 0; t < at + 4000 * S; t += 7 * S) {
            struct pm_vector v[2];
            for (int k = 0; k < 2; k++) assert_true(pm_promql_eval(q[k], t, arena, &v[k], &error));
            assert_int_equal(v[0].n, v[1].n);
            if (v[0].n) assert_memory_equal(&v[0].items[0].value, &v[1].items[0].value, 8);
            shown += v[0].n && v[0].items[0].value > 0;
        }
        assert_true(shown > 100);
        for (int k = 0; k < 2; k++) pm_promql_free(q[k]);
    }
}
// Series that meet one other each are found once for all steps; where two have the labels of
// one side, or a side is made of more than series, each step looks. Both say the same.
static void test_series_meet(void **x) {
    (void)x;
#define FOUR                                                                                       \
    {"a", "node=n1", "0-60:6"}, {"a", "node=n2", "0-60:8"}, {"b", "node=n2", "0-60:2"},            \
        {"b", "node=n3", "0-60:1"}
    IS("a - b", 60, "{node=n2}=6", FOUR);
    IS("a - on (node) b", 60, "{node=n2}=6", FOUR);
    IS("a > b", 60, "a{node=n2}=8", FOUR);
    IS("a > on (node) b", 60, "{node=n2}=8", FOUR);
    IS("a - (b + 0)", 60, "{node=n2}=6", FOUR);
    IS("a - b", 20, "{node=n1}=5", {"a", "node=n1", "0-60:6"}, {"b", "node=n1", "0-15:1"});
    IS("a - b", 400, "", {"a", "node=n1", "0-600:6"}, {"b", "node=n1", "0-60:1"});
    // The same labels twice, though at other times: whether it is a mistake is the moment's.
    IS("a - on (node) b", 500, "{node=n1}=4", {"a", "node=n1", "0-600:6"},
       {"b", "node=n1 pod=p1", "0-60:1"}, {"b", "node=n1 pod=p2", "450-600:2"});
    IS("a - on (node) b", 60,
       "no value: several series on the right side match one group of labels",
       {"a", "node=n1", "0-600:6"}, {"b", "node=n1 pod=p1", "0-60:1"},
       {"b", "node=n1 pod=p2", "0-600:2"});
    // Nothing on the left is nothing, but for a mistake on the right.
    IS("a > 9 unless on (node) a - b > 0", 60, "", FOUR);
    IS("a > 7 unless on (node) a - b > 0", 60, "", FOUR);
    IS("a > 7 unless on (node) a - b > 6", 60, "a{node=n2}=8", FOUR);
    IS("a > 9 unless a - on (node) b", 60,
       "no value: several series on the right side match one group of labels",
       {"a", "node=n1", "0-600:6"}, {"b", "node=n1 pod=p1", "0-60:1"},
       {"b", "node=n1 pod=p2", "0-600:2"});
}
static void test_lookback(void **x) {
    (void)x;
    IS("g", 300, "g{}=1", {"g", "", "0:1"}); // five minutes, closed
    IS("g", 300.001, "", {"g", "", "0:1"});
    IS("g", 14, "g{}=1", {"g", "", "0-60:1 75:2"});
    IS("g", 75, "g{}=2", {"g", "", "0-60:1 75:2"});
    IS("g", -1, "", {"g", "", "0:1"});
}

// selectors, operators, aggregation -----------------------------------------------------
static void test_matchers(void **x) {
    (void)x;
    const struct case_series in[] = {{"e", "node=n1 registry=docker.io", "0:1"},
                                     {"e", "node=n2 registry=quay.io", "0:2"},
                                     {"e", "registry=docker.io", "0:3"},
                                     {"f", "node=n1", "0:4"}};
#define ASK(expr, expected) assert_string_equal(answer((expr), 0, in, PM_LEN(in)), (expected))
    ASK("e{node=\"n1\"}", "e{node=n1,registry=docker.io}=1");
    ASK("e{node=\"\"}", "e{registry=docker.io}=3"); // no label is an empty one
    ASK("e{node!=\"n1\"}", "e{node=n2,registry=quay.io}=2 e{registry=docker.io}=3");
    ASK("e{registry=~\"docker\"}", ""); // patterns hold for the whole value
    ASK("e{registry=~'docker.*|quay\\\\.io',node=~`n.`}",
        "e{node=n1,registry=docker.io}=1 e{node=n2,registry=quay.io}=2");
    ASK("e{node!~\"n.\"}", "e{registry=docker.io}=3");
    ASK("{__name__=~\"e|f\", node=\"n1\",}", "e{node=n1,registry=docker.io}=1 f{node=n1}=4");
    ASK("sum by (registry) (e) # by registry", "{registry=docker.io}=4 {registry=quay.io}=2");
    ASK("avg without (node) (e)", "{registry=docker.io}=2 {registry=quay.io}=2");
    ASK("count(e) + max(e) * min(e)", "{}=6");
    ASK("e > 1 < 3", "e{node=n2,registry=quay.io}=2");
    ASK("e >= bool 2",
        "{node=n1,registry=docker.io}=0 {node=n2,registry=quay.io}=1 {registry=docker.io}=1");
    ASK("2 < e", "e{registry=docker.io}=3"); // a filter keeps the series' value
    ASK("-e{node=\"n2\"} - 2 * 3", "{node=n2,registry=quay.io}=-8");
    ASK("e / e",
        "{node=n1,registry=docker.io}=1 {node=n2,registry=quay.io}=1 {registry=docker.io}=1");
    ASK("f / on (node) e", "{node=n1}=4");
    ASK("f - ignoring (registry) e", "{node=n1}=3");
    ASK("e unless on (node) f", "e{node=n2,registry=quay.io}=2 e{registry=docker.io}=3");
    ASK("e and on (node) f", "e{node=n1,registry=docker.io}=1");
    ASK("f or e{node=\"n2\"} or f", "f{node=n1}=4 e{node=n2,registry=quay.io}=2");
    ASK("f + on (registry) e{node=\"n2\"}", ""); // f has none
    ASK("e * on () f", "no value: several series on the left side match one on the right");
    ASK("f * on () e", "no value: several series on the right side match one group of labels");
    ASK("1 + 2 * 3 - 4 / 2", "{}=5");
    ASK("1 == bool 1", "{}=1");
    ASK("2.5e-1 * 4", "{}=1");
#undef ASK
}

static void test_refusals(void **x) {
    (void)x;
    REFUSED(
        "histogram_quantile(0.9, x)",
        "refused at 0: only rate, increase, sum, avg, max, min and count are in the subset, not 'histogram_quantile'");
    REFUSED("rate(x[5m] offset 1h) > 0", "refused at 11: the offset modifier is not in the subset");
    REFUSED("x @ 17", "refused at 2: the @ modifier is not in the subset");
    REFUSED(
        "sum_over_time(x[5m:1m])",
        "refused at 0: only rate, increase, sum, avg, max, min and count are in the subset, not 'sum_over_time'");
    REFUSED("rate(x[5m:1m])", "refused at 7: subqueries ([range:step]) are not in the subset");
    REFUSED("rate(x)", "refused at 5: rate() and increase() want a range: name{…}[5m]");
    REFUSED("x[5m]", "refused at 0: a range stands only inside rate() and increase()");
    REFUSED("rate(x[5 minutes])", "refused at 7: a range is a duration such as 5m or 1h30m");
    REFUSED("a * on (b) group_left (c) d",
            "refused at 11: group_left and group_right are not in the subset");
    REFUSED("a % 2", "refused at 2: not in the subset from here on: '% 2'");
    REFUSED("a ^ 2", "refused at 2: not in the subset from here on: '^ 2'");
    REFUSED("{a=\"\"}", "refused at 0: a selector needs a name, or a label that must be there");
    REFUSED("x{a=~\"(\"}",
            "refused at 5: the pattern is wrong at its character 1: missing closing parenthesis");
    REFUSED("x{a=1}", "refused at 4: a label's value in quotes is expected here");
    REFUSED("1 > 2", "refused at 2: a comparison of two numbers needs bool");
    REFUSED("1 and x", "refused at 2: and, or, unless stand between series, not numbers");
    REFUSED("sum(1)", "refused at 4: series are expected here, not a number");
    REFUSED("(x", "refused at 2: ')' is missing");
    REFUSED("x{a=\"b\"", "refused at 7: ',' or '}' is expected here");
    REFUSED("x{a=\"b", "refused at 4: this string has no end");
    REFUSED("", "refused at 0: an expression is expected here");
    REFUSED("x y", "refused at 2: not in the subset from here on: 'y'");
}

static void test_hostile_depth(void **x) {
    (void)x;
    struct pm_buf b = {0};
    for (int i = 0; i < 30000; i++) pm_buf_addc(&b, '(');
    assert_non_null(strstr(answer(b.p, 0, NULL, 0), "nested too deep"));
    pm_buf_clear(&b);
    for (int i = 0; i < 30000; i++) pm_buf_addc(&b, '-');
    assert_non_null(strstr(answer(b.p, 0, NULL, 0), "nested too deep"));
    pm_buf_clear(&b);
    pm_buf_addc(&b, 'x');
    for (int i = 0; i < 9000; i++) pm_buf_lit(&b, "+x");
    assert_non_null(strstr(answer(b.p, 0, NULL, 0), "too long"));
    pm_buf_free(&b);
}

static void test_durations(void **x) {
    (void)x;
    static const struct {
        const char *text;
        int64_t ns;
    } good[] = {{"30s", 30 * S},  {"1h30m", 5400 * S}, {"1d", 86400 * S},
                {"500ms", S / 2}, {"1w", 604800 * S},  {"0", 0},
                {"2m5s", 125 * S}};
    static const char *const bad[] = {"",    "5",   "m",          "30m1h", "1.5h",
                                      "-5m", "5 m", "999999999y", "1s1s"};
    int64_t ns;
    for (size_t i = 0; i < PM_LEN(good); i++) {
        assert_true(pm_promql_duration(pm_str_c(good[i].text), &ns));
        assert_int_equal(ns, good[i].ns);
    }
    for (size_t i = 0; i < PM_LEN(bad); i++)
        assert_false(pm_promql_duration(pm_str_c(bad[i]), &ns));
}

static int setup(void **x) { return (void)x, arena = pm_arena_new(), 0; }
static int teardown(void **x) { return (void)x, pm_arena_free(arena), 0; }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_reaches_the_edges),
        cmocka_unit_test(test_sample_exactly_at_the_far_edge_counts),
        cmocka_unit_test(test_series_that_begins_in_the_window),
        cmocka_unit_test(test_series_that_ends_in_the_window),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_runs_are_samples),
        cmocka_unit_test(test_windows_slide),
        cmocka_unit_test(test_series_meet),
        cmocka_unit_test(test_lookback),
        cmocka_unit_test(test_matchers),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_hostile_depth),
        cmocka_unit_test(test_durations),
    };
    return cmocka_run_group_tests_name("promql", tests, setup, teardown);
}
