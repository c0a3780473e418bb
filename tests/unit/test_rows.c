// Rows come in order of time, then of their member's path, their line and their arrival,
// however they lie: few, many, in order or in none, of one member or of thousands
// (analyzer/timeline/rows.c). Arrangements drawn by us.
#include "timeline/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct drawn {
    int64_t ts, line, id;
    uint32_t member; // its path is in the order of `rank`
    uint32_t rank;
    bool pods_of_others; // its number is not the one that its pod was named by
};
// The i-th of n rows, before it has its number.
typedef struct drawn draw(size_t i, size_t n);

static uint64_t noise(size_t i) {
    uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return (x ^ x >> 31) * UINT64_C(0xbf58476d1ce4e5b9) >> 33;
}
static struct drawn in_order(size_t i, size_t n) {
    (void)n;
    return (struct drawn){.ts = (int64_t)i, .line = (int64_t)i};
}
static struct drawn backwards(size_t i, size_t n) {
    return (struct drawn){.ts = (int64_t)(n - i), .line = (int64_t)i};
}
static struct drawn in_no_order(size_t i, size_t n) {
    (void)n;
    return (struct drawn){.ts = (int64_t)(noise(i) % 100000), .line = (int64_t)i};
}
// As what is told when it ends and stamped when it began.
static struct drawn late(size_t i, size_t n) {
    (void)n;
    return (struct drawn){.ts = (int64_t)i * 10 - (int64_t)(noise(i) % 5000), .line = (int64_t)i};
}
static struct drawn of_one_moment(size_t i, size_t n) {
    (void)n;
    return (struct drawn){.ts = 7, .line = (int64_t)(noise(i) % 50), .member = (uint32_t)(i % 3)};
}
static struct drawn one_member_after_another(size_t i, size_t n) {
    size_t each = n / 40 + 1;
    return (struct drawn){.ts = (int64_t)(i % each * 40),
                          .line = (int64_t)(i % each),
                          .member = (uint32_t)(i / each)};
}
static struct drawn members_by_turns(size_t i, size_t n) {
    (void)n;
    return (struct drawn){.ts = (int64_t)i, .line = (int64_t)(i / 5), .member = (uint32_t)(i % 5)};
}
static struct drawn small_members(size_t i, size_t n) {
    (void)n;
    return (struct drawn){.ts = (int64_t)(noise(i / 3) % 1000 + i % 3),
                          .line = (int64_t)(i % 3),
                          .member = (uint32_t)(i / 3)};
}
static struct drawn partly_undated(size_t i, size_t n) {
    (void)n;
    return (struct drawn){.ts = i % 9 ? (int64_t)i : PM_NO_TIME, .line = (int64_t)i};
}

static int by_told(const void *a, const void *b) {
    const struct drawn *x = a, *y = b;
    const int64_t order[][2] = {
        {x->ts, y->ts}, {x->rank, y->rank}, {x->line, y->line}, {x->id, y->id}};
    for (size_t i = 0; i < PM_LEN(order); i++)
        if (order[i][0] != order[i][1]) return order[i][0] < order[i][1] ? -1 : 1;
    return 0;
}

// Paths are in the opposite order of the members' numbers.
enum { MEMBERS = 10000 };
static void member_add(struct pm_timeline *t, uint32_t number) {
    char path[32];
    snprintf(path, sizeof path, "%05u.log", MEMBERS - number);
    struct pm_file_row f = {
        .path = pm_str_c(path), .from_ns = PM_NO_TIME, .to_ns = PM_NO_TIME, .lines = 1};
    assert_int_equal(pm_timeline_file(t, &f), number);
}
static const char *pod_of(int64_t id, char name[static 32]) {
    snprintf(name, 32, "pod-%lld", (long long)id);
    return name;
}
static struct pm_row row_of(const struct drawn *d, const char *pod) {
    struct pm_row row = {.file = d->member,
                         .line = (uint64_t)d->line,
                         .ts_ns = d->ts,
                         .ts_kind = PM_WHEN_UTC,
                         .first_ns = PM_NO_TIME,
                         .last_ns = PM_NO_TIME,
                         .raw = PM_STR("a line"),
                         .event = {.kind = d->line % 2 ? PM_KIND_PULL_OK : PM_KIND_PULL_FAIL,
                                   .component = PM_COMP_CONTAINERD,
                                   .bytes = d->line,
                                   .limit = -1,
                                   .remaining = -1,
                                   .window_s = -1}};
    row.event.field[PM_F_POD] = pm_str_c(pod);
    return row;
}
enum standing { IN_A_TABLE, PACKED };
static struct pm_timeline *filled(struct drawn *rows, size_t n, draw *next,
                                  enum standing standing) {
    const char *why = "";
    struct pm_timeline *t = pm_timeline_open(NULL, true, &why);
    if (!t) fail_msg("%s", why);
    if (standing == PACKED) assert_true(pm_timeline_packed(t));
    uint32_t members = 0;
    for (size_t i = 0; i < n; i++) {
        rows[i] = next(i, n);
        rows[i].id = (int64_t)i + 1;
        rows[i].rank = MEMBERS - rows[i].member;
        while (members <= rows[i].member) member_add(t, members++);
        char pod[32];
        const struct pm_row row = row_of(&rows[i], pod_of(rows[i].id, pod));
        pm_timeline_put(t, &row);
    }
    return t;
}

struct expected {
    const struct drawn *rows;
    size_t n, at;
    bool renumbered; // since their pods were named
};
static bool told(void *ctx, const struct pm_row *row) {
    struct expected *x = ctx;
    assert_true(x->at < x->n);
    const struct drawn *d = &x->rows[x->at++];
    assert_int_equal(row->id, d->id);
    assert_int_equal(row->ts_ns, d->ts);
    assert_int_equal(row->line, d->line);
    assert_int_equal(row->file, d->member);
    assert_int_equal(row->event.bytes, d->line);
    char pod[32];
    assert_true(x->renumbered || pm_str_eqc(row->event.field[PM_F_POD], pod_of(d->id, pod)));
    return true;
}
static void told_like(struct pm_timeline *t, const char *where, const struct drawn *rows,
                      size_t n) {
    struct expected x = {.rows = rows, .n = n, .renumbered = n && rows[0].pods_of_others};
    if (where) pm_timeline_each(t, where, told, &x);
    else pm_timeline_walk(t, told, &x);
    assert_int_equal(x.at, n);
}
// Those that `keep` says, which come first then.
static size_t kept(struct drawn *rows, size_t n, bool keep(const struct drawn *)) {
    size_t to = 0;
    for (size_t i = 0; i < n; i++)
        if (keep(&rows[i])) rows[to++] = rows[i];
    return to;
}
static bool failed(const struct drawn *d) { return d->line % 2 == 0; }
static bool seventh(const struct drawn *d) { return d->id % 7 == 0; }
static bool of_member_0(const struct drawn *d) { return d->member == 0; }

static void rows_come_in_order(void **state) {
    (void)state;
    static const struct {
        size_t n;
        draw *next;
    } cases[] = {
        {0, in_order},
        {1, in_order},
        {1000, in_order},
        {1000, backwards},
        {1000, of_one_moment},
        {1000, partly_undated},
        {5000, in_order},
        {5000, backwards},
        {5000, late},
        {5000, of_one_moment},
        {5000, partly_undated},
        {5000, members_by_turns},
        {5000, one_member_after_another},
        {5000, small_members},
        {20000, small_members},
        {70000, in_no_order}, // more than is held
    };
    for (size_t i = 0; i < 2 * PM_LEN(cases); i++) {
        size_t n = cases[i / 2].n;
        struct drawn *rows = pm_xmalloc((n + 1) * sizeof *rows);
        struct pm_timeline *t = filled(rows, n, cases[i / 2].next, i % 2 ? PACKED : IN_A_TABLE);
        pm_timeline_commit(t);
        if (n) qsort(rows, n, sizeof *rows, by_told);
        told_like(t, NULL, rows, n);
        pm_timeline_judgement_unasked(t); // texts are not in memory any more
        told_like(t, NULL, rows, n);
        n = kept(rows, n, failed);
        told_like(t, "kind = 3", rows, n);
        n = kept(rows, n, seventh);
        told_like(t, "kind = 3 AND id % 7 = 0", rows, n);
        assert_null(pm_timeline_error(t));
        pm_timeline_close(t);
        free(rows);
    }
}

// What stamps without a zone turn out to be, by member; and what a better copy tells.
static int64_t an_hour_before(void *ctx, enum pm_when_kind kind, int64_t ns,
                              enum pm_quality *quality) {
    (void)ctx, (void)kind, (void)quality;
    return ns - 3600 * PM_NS_PER_S;
}
static void what_was_made_is_heeded(enum standing standing) {
    enum { N = 5000 };
    struct drawn *rows = pm_xmalloc(N * sizeof *rows);
    struct pm_timeline *t = filled(rows, N, members_by_turns, standing);
    assert_true(timeline_exec(t, "UPDATE shape SET stamps = 2")); // local time
    pm_timeline_redate(t, 3, an_hour_before, NULL);
    pm_timeline_commit(t);
    assert_true(timeline_exec(t, "INSERT INTO copy SELECT id, 0 FROM event WHERE id % 7 <> 0"));
    for (size_t i = 0; i < N; i++)
        if (rows[i].member == 3) rows[i].ts -= 3600 * PM_NS_PER_S;
    qsort(rows, N, sizeof *rows, by_told);
    size_t n = kept(rows, N, seventh);
    told_like(t, NULL, rows, n);
    assert_true(timeline_exec(t, "DELETE FROM copy WHERE event > 2500"));
    pm_timeline_close(t);
    free(rows);
}
static void what_was_made_of_rows_is_heeded(void **state) {
    (void)state;
    what_was_made_is_heeded(IN_A_TABLE);
    what_was_made_is_heeded(PACKED);
}

// Numbers of somebody else's choice, and rows that are of no member.
static void files_of_others_are_read_as_they_are(void **state) {
    (void)state;
    enum { N = 5000 };
    static const struct {
        const char *sql;
        int64_t times;
    } numbers[] = {{"UPDATE event SET id = -id", -1},
                   {"UPDATE event SET id = id * 1000003", 1000003},
                   {"UPDATE event SET id = -id", -1}};
    struct drawn *rows = pm_xmalloc(N * sizeof *rows);
    struct pm_timeline *t = filled(rows, N, of_one_moment, IN_A_TABLE);
    pm_timeline_commit(t);
    for (size_t i = 0; i < PM_LEN(numbers); i++) {
        assert_true(timeline_exec(t, numbers[i].sql));
        for (size_t k = 0; k < N; k++) {
            rows[k].id *= numbers[i].times;
            rows[k].pods_of_others = true;
        }
        qsort(rows, N, sizeof *rows, by_told);
        told_like(t, NULL, rows, N);
    }
    assert_true(timeline_exec(t, "UPDATE event SET member = 99999 WHERE member = 1;"
                                 "UPDATE event SET member = -1 WHERE member = 2"));
    assert_null(pm_timeline_error(t));
    size_t n = kept(rows, N, of_member_0);
    told_like(t, NULL, rows, n);
    assert_string_equal(pm_timeline_error(t), "database disk image is malformed");
    pm_timeline_close(t);
    free(rows);
}

// The callback may read rows itself, and may have enough of them.
static bool asks_itself(void *ctx, const struct pm_row *row) {
    struct pm_timeline *t = ctx;
    const struct drawn same = {
        .ts = row->ts_ns, .line = (int64_t)row->line, .id = (int64_t)row->id, .member = row->file};
    char where[32];
    snprintf(where, sizeof where, "id = %llu", (unsigned long long)row->id);
    told_like(t, where, &same, 1);
    return row->id < 1200;
}
static bool no_row(void *ctx, int columns, const char *const *names, const char *const *cells) {
    (void)ctx, (void)columns, (void)names, (void)cells;
    return true;
}
static void walks_are_apart(void **state) {
    (void)state;
    enum { N = 2000 };
    struct drawn *rows = pm_xmalloc(N * sizeof *rows);
    struct pm_timeline *t = filled(rows, N, in_order, PACKED);
    struct pm_arena *a = pm_arena_new();
    struct pm_str why = PM_NONE;
    pm_timeline_commit(t);
    pm_timeline_each(t, "1", asks_itself, t);
    told_like(t, NULL, rows, N);
    assert_false(pm_timeline_sql(t, "SELECT row_meet(1, 2, 3, 4, 5, 6)", no_row, NULL, &why, a));
    assert_true(pm_str_has(why, PM_STR("own walk")));
    pm_arena_free(a);
    pm_timeline_close(t);
    free(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_order),
        cmocka_unit_test(what_was_made_of_rows_is_heeded),
        cmocka_unit_test(files_of_others_are_read_as_they_are),
        cmocka_unit_test(walks_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
