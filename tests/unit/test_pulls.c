// Pulls as rows: read column by column they are what the view `pulls` has, whatever stands in
// the file. All rows written by us.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>
#include "pm/arena.h"
#include "pm/incident.h"
#include "pm/timeline.h"

struct lines {
    struct pm_buf text;
    size_t rows;
};
static bool by_columns(void *ctx, size_t n, const char *const *names, const struct pm_cell *cells) {
    struct lines *x = ctx;
    for (size_t i = 0; i < n; i++)
        pm_buf_fmt(&x->text, " %s=%c:%.*s", names[i], cells[i].type, PM_FMT(cells[i].text));
    pm_buf_addc(&x->text, '\n');
    x->rows++;
    return true;
}
static bool by_view(void *ctx, int n, const char *const *names, const char *const *cells,
                    const char *types) {
    struct lines *x = ctx;
    for (int i = 0; i < n; i++)
        pm_buf_fmt(&x->text, " %s=%c:%s", names[i], types[i], cells[i] ? cells[i] : "");
    pm_buf_addc(&x->text, '\n');
    x->rows++;
    return true;
}
static void ways_are_alike(struct pm_timeline *t, size_t rows) {
    struct lines columns = {{0}, 0}, view = {{0}, 0};
    struct pm_arena *a = pm_arena_new();
    struct pm_str why = PM_NONE;
    assert_true(
        pm_timeline_sql_typed(t, "SELECT * FROM pulls ORDER BY id", by_view, &view, &why, a));
    assert_true(pm_timeline_pulls(t, by_columns, &columns));
    assert_int_equal(view.rows, rows);
    assert_int_equal(columns.rows, rows);
    if (rows) assert_string_equal(columns.text.p, view.text.p);
    pm_buf_free(&columns.text);
    pm_buf_free(&view.text);
    pm_arena_free(a);
}

static struct pm_timeline *opened(const char *path) {
    const char *why = "";
    struct pm_timeline *t = pm_timeline_open(path, true, &why);
    if (!t) fail_msg("%s", why);
    return t;
}
static int64_t drawn(uint64_t *seed) { // of every magnitude
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*seed >> 1 >> (*seed >> 58));
}
enum { ROWS = 3000 };
static void rows_put(struct pm_timeline *t) {
    static const int64_t odd[] = {0,      1,          -1,        999999,   1000000, 1000001,
                                  123456, 1234567890, INT64_MAX, -1999999, 100000,  PM_NO_TIME};
    char image[64], error[2048];
    uint64_t seed = 7;
    for (uint64_t i = 0; i < ROWS; i++) {
        int64_t a = i < PM_LEN(odd) ? odd[i] : drawn(&seed), b = drawn(&seed);
        memset(error, 'e', sizeof error);
        snprintf(image, sizeof image, "docker.io/acme/i%d:\xc3\xa9\"", (int)(i % 700));
        struct pm_pull p = {.id = i * 3 + 1,
                            .node = i % 7 ? PM_STR("n1") : PM_NONE,
                            .image = pm_str_c(image),
                            .error = {error, i % 50 ? i % 20 : sizeof error - i % 9},
                            .started_ns = a,
                            .ended_ns = i % 5 || a == PM_NO_TIME ? b : -a,
                            .outcome = (enum pm_outcome)(i % 4),
                            .cause = -1,
                            .rule = i % 3 ? "hub-429" : "",
                            .http_status = i % 2 ? 429 : 0,
                            .stage = (enum pm_stage)(i % 6),
                            .duration_ns = a == PM_NO_TIME ? 5 : a,
                            .waiting_ns = b,
                            .bytes = i % 4 ? b : -1,
                            .sources = (unsigned)i,
                            .requests = i % 9,
                            .evidence = i % 8,
                            .incident = (uint32_t)(i % 6)};
        struct pm_str pods[] = {PM_STR("shop/web-0"), PM_STR("shop/web-\xe2\x80\xae")};
        p.pods = (struct pm_strs){.items = pods, .n = i % 3};
        pm_timeline_put_pull(t, &p);
    }
    pm_timeline_commit(t);
    assert_null(pm_timeline_error(t));
}
static void columns_are_the_views(void **unused) {
    (void)unused;
    char path[] = "/tmp/pm-pulls-XXXXXX";
    int fd = mkstemp(path);
    close(fd);
    unlink(path);
    struct pm_timeline *t = opened(path);
    ways_are_alike(t, 0);
    rows_put(t);
    ways_are_alike(t, ROWS);
    pm_timeline_close(t);
    unlink(path);
}
// A file that another hand wrote into: numbers as texts and fractions, texts as bytes, with NULs,
// of no number, words that are missing and that are others.
static void other_hands_rows_are_the_views(void **unused) {
    (void)unused;
    static const char sql[] =
        "UPDATE pull SET status = 'four' WHERE id % 7 = 1; UPDATE pull SET started_ns = 1.5 WHERE id % 11 = 1;"
        "UPDATE pull SET outcome = 77 WHERE id % 13 = 1; UPDATE pull SET stage = -1 WHERE id % 17 = 1;"
        "UPDATE pull SET node = 123456 WHERE id % 19 = 1; UPDATE pull SET node = -3 WHERE id % 23 = 1;"
        "UPDATE pull SET tag = 'x', digest = x'00ff' WHERE id % 29 = 1;"
        "UPDATE pull SET pods = x'610062' WHERE id % 31 = 1; UPDATE pull SET pods = 'a' || char(0) || 'b' WHERE id % 37 = 1;"
        "UPDATE pull SET sources = -1 WHERE id % 41 = 1; UPDATE pull SET sources = 'x' WHERE id % 43 = 1;"
        "UPDATE pull SET duration_ns = 'soon', bytes = 1e300 WHERE id % 47 = 1; UPDATE pull SET node = 1.0 WHERE id % 53 = 1;"
        "UPDATE string SET text = x'6100' WHERE id % 9 = 1; UPDATE string SET text = 'a' || char(0) || 'b' WHERE id % 10 = 1;"
        "UPDATE string SET text = '' WHERE id % 12 = 1; DELETE FROM string WHERE id = (SELECT max(id) FROM string);";
    static const char *const words[] = {
        "", "DELETE FROM word WHERE list = 'stage' AND id = 3;",
        "UPDATE word SET text = '' WHERE list = 'outcome' AND id = 2;"
        "INSERT INTO word VALUES('outcome', 77, 'other'), ('stage', -1, 'less');",
        "UPDATE word SET text = x'6b00' WHERE list = 'outcome' AND id = 1;"};
    for (size_t i = 0; i < PM_LEN(words); i++) {
        char path[] = "/tmp/pm-pulls-XXXXXX";
        const char *why = "";
        sqlite3 *db = NULL;
        close(mkstemp(path));
        unlink(path);
        struct pm_timeline *t = opened(path);
        rows_put(t);
        pm_timeline_close(t);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, words[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        t = pm_timeline_open_read(path, &why);
        assert_non_null(t);
        ways_are_alike(t, ROWS);
        pm_timeline_close(t);
        unlink(path);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(columns_are_the_views),
                                       cmocka_unit_test(other_hands_rows_are_the_views)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
