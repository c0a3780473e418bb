// Pulls as rows: printed from what the report keeps they are what the view `pulls` of the
// timeline has, whatever a pull is like. All pulls made by us, with numbers of every size.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "judge/tell/pulls.h"
#include "pm/diag.h"
#include "pm/report.h"
#include "pm/rule.h"
#include "pm/timeline.h"
#include "report/row_print.h"
#include "report/view.h"

enum { PULLS = 3000 };

static int64_t drawn(uint64_t *seed) { // of every magnitude
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*seed >> 1 >> (*seed >> 58));
}
// Within what a stamp can be.
static int64_t drawn_time(uint64_t *seed) { return drawn(seed) % INT64_C(4000000000000000000); }

static uint32_t name(const struct pm_env *env, uint64_t i, const char *begin) {
    return i % 7 ? pm_id_fmt(env, "%s%d", begin, (int)(i % 700)) : 0;
}
static uint32_t error(const struct pm_env *env, uint64_t i) {
    static const char *const errors[] = {
        "",  "=cmd|calc!A1", "say \"no\", twice\r\n", "\x1b[31mred\xff", "\xe2\x80\xae hidden",
        "-5"};
    char text[2048];
    memset(text, 'e', sizeof text);
    if (i % 11 == 0) return pm_id(env, (struct pm_str){"a\0b\0", 4});
    if (i % 3 == 0) return pm_id(env, pm_str_c(errors[i % PM_LEN(errors)]));
    return pm_id(env, (struct pm_str){text, i % 50 ? i % 20 : sizeof text - i % 9});
}

static void pulls_make(const struct pm_env *env, struct pm_pulls *pulls, struct pm_hits *hits) {
    static const int64_t odd[] = {0, 1, -1, 999999, 1000000, 1000001, 123456, 15, 99, 100,
                                  1234567890, -1999999, 999999999, -1000000, 1000010, 1010000,
                                  -1500000000, 10000, 5, -60, 101, 100000, 999999999999999,
                                  // more digits than a fraction holds, and a half behind them
                                  1000000000000000, 2550512210046875, -2550512210046875};
    static const struct pm_verdict known = {.cause = 3, .rule = "hub-429", .candidate_count = 1};
    uint64_t seed = 7;
    hits->of_pull = pm_xmalloc(PULLS * sizeof *hits->of_pull);
    for (uint32_t id = 1; id <= 5; id++) {
        struct pm_hit *h = PM_PUSH(hits->items, hits->n, hits->cap);
        h->id = id * 1000;
    }
    for (uint64_t i = 0; i < PULLS; i++) {
        struct pm_attempt *p = PM_PUSH(pulls->items, pulls->n, pulls->cap);
        bool is_odd = i < PM_LEN(odd);
        *p = (struct pm_attempt){.started = is_odd ? odd[i] : drawn_time(&seed),
                                 .ended = is_odd ? -odd[i] : drawn_time(&seed),
                                 .duration_ns = is_odd ? odd[i] : drawn(&seed),
                                 .bytes = i % 4 ? drawn(&seed) : -(int64_t)(i % 3),
                                 .best = i % 8 ? (uint64_t)drawn(&seed) : 0,
                                 .node = name(env, i, "n"),
                                 .client = name(env, i + 6, "192.0.2."),
                                 .requests = (uint32_t)(i % 9),
                                 .status = (int16_t)(i % 2 ? 429 : (int)(i % 5) - 1),
                                 .outcome = (uint8_t)(i % 4),
                                 .stage = (uint8_t)(i % PM_STAGE_COUNT),
                                 .sources = (uint8_t)(i % 64),
                                 .reconstructed = i % 6 == 0};
        const struct pm_pull_names names = {.image = name(env, i + 1, "docker.io/acme/\xc3\xa9\""),
                                            .registry = name(env, i + 2, "r.test:"),
                                            .repository = name(env, i + 3, "acme/i"),
                                            .tag = name(env, i + 4, ""),
                                            .digest = name(env, i + 5, "sha256:"),
                                            .user = name(env, i / 7, "+"),
                                            .k8s_namespace = name(env, i / 3, "shop"),
                                            .error = error(env, i),
                                            .verdict = i % 5 ? &known : &pm_verdict_none};
        pm_pull_name(pulls, p, &names);
        if (i % 13 == 0) p->started = PM_NO_TIME;
        if (i % 17 == 0) p->ended = PM_NO_TIME;
        if (i % 5 == 2) pm_particulars_edit(pulls, p)->waiting_ns = is_odd ? odd[i] : drawn(&seed);
        for (uint64_t k = 0; k < i % 4; k++)
            pm_ids_add(&p->pods, pm_id(env, k ? PM_STR("shop/web-\xe2\x80\xae")
                                              : PM_STR("shop/a pod, and one")));
        hits->of_pull[i] = (uint32_t)(i % 6);
    }
}

struct lines {
    FILE *out;
    struct pm_str tool;
    size_t rows;
    bool csv;
};
static bool by_view(void *ctx, int n, const char *const *names, const char *const *cells,
                    const char *types) {
    struct lines *x = ctx;
    const char *row[64], *heads[64];
    char kinds[64];
    assert_true(n < 63);
    memcpy(row, cells, (size_t)n * sizeof *row);
    memcpy(heads, names, (size_t)n * sizeof *heads);
    memcpy(kinds, types, (size_t)n);
    row[n] = x->tool.p;
    heads[n] = "tool";
    kinds[n] = 't';
    if (x->csv && !x->rows++) pm_csv_heads(x->out, n + 1, heads);
    if (x->csv) pm_csv_row(x->out, n + 1, row, kinds);
    else pm_json_row(x->out, n + 1, heads, row, kinds);
    if (!x->csv) fputc('\n', x->out);
    return true;
}

struct printed {
    char *text;
    size_t n;
};
static struct printed view_printed(struct pm_timeline *t, const struct pm_report *r, bool csv) {
    struct printed x = {NULL, 0};
    struct lines lines = {open_memstream(&x.text, &x.n), pm_view_tool(r, r->a), 0, csv};
    struct pm_str why = PM_NONE;
    assert_true(
        pm_timeline_sql_typed(t, "SELECT * FROM pulls ORDER BY id", by_view, &lines, &why, r->a));
    fclose(lines.out);
    return x;
}
static struct printed pulls_printed(const struct pm_report *r, bool csv) {
    struct printed x = {NULL, 0};
    FILE *out = open_memstream(&x.text, &x.n);
    assert_true(pm_pulls_print(out, r, csv ? PM_ROWS_CSV : PM_ROWS_JSONL));
    fclose(out);
    return x;
}

static void rows_are_the_views(void **unused) {
    (void)unused;
    const char *why = "";
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(NULL, diags); // it has the causes' names
    struct pm_timeline *t = pm_timeline_open(NULL, true, &why);
    struct pm_report report = {.a = pm_arena_new(), .rules_hash = "0123456789abcdef"};
    struct pm_env env = {.a = report.a, .names = pm_intern_new(), .verdicts = pm_verdicts_new()};
    struct pm_pulls pulls = {0};
    struct pm_hits hits = {0};
    assert_non_null(rules);
    assert_non_null(t);
    pulls_make(&env, &pulls, &hits);
    for (size_t i = 0; i < pulls.n; i++) {
        pm_ref hit = hits.of_pull[i];
        const struct pm_pull told = pm_pull_told(&env, &pulls, i, hit ? PM_REF(hits, hit).id : 0);
        pm_timeline_put_pull(t, &told);
    }
    pm_timeline_commit(t);
    assert_null(pm_timeline_error(t));
    report.pulls = pm_pulls_keep(&env, &pulls, &hits);
    for (int csv = 0; csv < 2; csv++) {
        struct printed view = view_printed(t, &report, csv), ours = pulls_printed(&report, csv);
        assert_true(view.n > PULLS * 100);
        assert_string_equal(ours.text, view.text);
        assert_int_equal(ours.n, view.n);
        free(view.text);
        free(ours.text);
    }
    pm_pulls_kept_free(report.pulls);
    pm_hits_free(&hits);
    pm_intern_free(env.names);
    pm_arena_free(report.a);
    pm_timeline_close(t);
    pm_ruleset_free(rules);
    pm_diags_free(diags);
}

// None is kept, none is printed; and not even a head, as no row has it.
static void none_are_none(void **unused) {
    (void)unused;
    struct pm_report report = {.a = pm_arena_new(), .rules_hash = "0123456789abcdef"};
    struct printed ours = pulls_printed(&report, true);
    assert_int_equal(ours.n, 0);
    free(ours.text);
    pm_arena_free(report.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_the_views),
                                       cmocka_unit_test(none_are_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
