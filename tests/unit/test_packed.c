// Rows that stand packed are those of the table, to SQL and to who changes them
// (analyzer/timeline/packed.c). Numbers drawn by us: some near the last, some anywhere.
#include "timeline/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static uint64_t noise(uint64_t i) {
    uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ x >> 29;
}

static int64_t number_at(uint64_t i) {
    static const int64_t edges[] = {0,  1,  -1,        INT64_MAX, INT64_MIN + 1, PM_NO_TIME,
                                    63, 64, INT32_MAX, INT32_MIN, PM_NO_TIME};
    uint64_t x = noise(i);
    if (x % 4 == 0) return edges[x / 4 % PM_LEN(edges)];
    return x % 4 == 1 ? (int64_t)noise(x) : (int64_t)(x / 4 % 100);
}

// Each sixteenth row is like the one before, each fifth has no text, and all have an id.
static const char *id_of(uint64_t i, char id[static 32]) {
    snprintf(id, 32, "request-%llu", (unsigned long long)i);
    return id;
}
static struct pm_row row_at(uint64_t i, char text[static 64], char id[static 32]) {
    const uint64_t from = (i % 16 ? i : i - (i > 0)) * 16;
    snprintf(text, 64, "%.*s %llu", (int)(noise(from) % 20), "a line of twenty let",
             (unsigned long long)from);
    struct pm_row row = {.file = 0,
                         .line = (uint64_t)number_at(from) >> 1,
                         .hash = (uint64_t)number_at(from + 1),
                         .ordinal = (uint32_t)number_at(from + 2),
                         .ts_ns = number_at(from + 3),
                         .first_ns = number_at(from + 4),
                         .last_ns = number_at(from + 5),
                         .raw = i % 5 ? pm_str_c(text) : PM_NONE,
                         .event = {.kind = PM_KIND_REQUEST,
                                   .component = PM_COMP_REGISTRY,
                                   .count = (uint32_t)number_at(from + 6),
                                   .duration_ns = number_at(from + 7),
                                   .waiting_ns = number_at(from + 8),
                                   .bytes = number_at(from + 9),
                                   .remaining = number_at(from + 10),
                                   .limit = -1,
                                   .window_s = -1}};
    if (noise(from + 11) % 3) row.event.field[PM_F_URL] = pm_str_c(text);
    if (noise(from + 12) % 3) row.event.field[PM_F_CLIENT] = PM_STR("10.0.0.1");
    row.event.field[PM_F_JOIN] = pm_str_c(id_of(i, id));
    return row;
}

static struct pm_timeline *opened(void) {
    const char *why = "";
    struct pm_timeline *t = pm_timeline_open(NULL, true, &why);
    if (!t) fail_msg("%s", why);
    struct pm_file_row f = {.path = PM_STR("a.log"), .from_ns = PM_NO_TIME, .to_ns = PM_NO_TIME};
    assert_int_equal(pm_timeline_file(t, &f), 0);
    return t;
}
static void filled(struct pm_timeline *t, size_t n) {
    char text[64], id[32];
    for (size_t i = 0; i < n; i++) {
        const struct pm_row row = row_at(i, text, id);
        pm_timeline_put(t, &row);
    }
    assert_null(pm_timeline_error(t));
}

// Two of three stamps are found to be late; the first hundred rows' are right.
static int64_t a_moment_before(void *ctx, enum pm_when_kind kind, int64_t ns,
                               enum pm_quality *quality) {
    size_t *asked = ctx;
    (void)kind;
    if (++*asked < 100 || ns == PM_NO_TIME || ns % 3 == 0 || ns < 0) return ns;
    *quality = PM_QUALITY_INFERRED;
    return ns - 1;
}
static void redated(struct pm_timeline *t) {
    size_t asked = 0;
    assert_true(timeline_exec(t, "UPDATE shape SET stamps = 146")); // local time
    pm_timeline_redate(t, 0, a_moment_before, &asked);
    assert_null(pm_timeline_error(t));
}

static bool cells_add(void *ctx, int n, const char *const *names, const char *const *cells,
                      const char *types) {
    (void)names;
    for (int i = 0; i < n; i++)
        pm_buf_fmt(ctx, "%c %s%c", types[i], cells[i] ? cells[i] : "", i + 1 < n ? '|' : '\n');
    return true;
}
static struct pm_buf answer(struct pm_timeline *t, const char *sql) {
    struct pm_buf said = {0};
    struct pm_str why = PM_NONE;
    struct pm_arena *a = pm_arena_new();
    if (!pm_timeline_sql_typed(t, sql, cells_add, &said, &why, a))
        fail_msg("%s: %.*s", sql, (int)why.n, why.p);
    pm_arena_free(a);
    pm_buf_addc(&said, '\n');
    return said;
}
static void answer_alike(struct pm_timeline *a, struct pm_timeline *b, const char *sql) {
    struct pm_buf x = answer(a, sql), y = answer(b, sql);
    assert_string_equal(x.p, y.p);
    pm_buf_free(&x);
    pm_buf_free(&y);
}

static const char *const questions[] = {
    "SELECT id,line,hash,ordinal,ts,first_ns,last_ns,shape,count,duration_ns,waiting_ns,bytes,remaining,raw FROM event ORDER BY id",
    "SELECT * FROM events ORDER BY id",
    "SELECT id,line,hash,member,raw FROM event ORDER BY id DESC",
    "SELECT text FROM string ORDER BY text",
    "SELECT * FROM dated ORDER BY event",
    "SELECT EXISTS(SELECT 1 FROM dated), count(*), min(event), max(event) FROM dated",
    "SELECT * FROM dated WHERE event = 130 OR event BETWEEN 60 AND 70 OR event > 2990",
    "SELECT count(*), count(d.event) FROM event e LEFT JOIN dated d ON d.event = e.id",
    "SELECT typeof(id), (id + 0) & 1, text FROM string WHERE id = 1",
    "SELECT count(*) FROM string WHERE id IN (SELECT join_ FROM event)",
    "SELECT id FROM string WHERE id = 0 OR id = 2147483647 OR id = 4294967295 OR id < 0",
    "SELECT rowid, raw FROM event WHERE id = 65",
    "SELECT id, raw FROM event WHERE id IN (70, 3, 3, 64, 0, -1, 1000000)",
    "SELECT id, line FROM event WHERE id BETWEEN 60 AND 70",
    "SELECT id FROM event WHERE id > 63 AND id < 66",
    "SELECT id FROM event WHERE id > '63' AND id <= 65.5",
    "SELECT id FROM event WHERE id = NULL OR id = 'a'",
    "SELECT count(*), min(id), max(id), sum(bytes IS NULL), max(ts) FROM event WHERE id >= 9223372036854775807 OR id <= 200",
    "SELECT a.id, b.id FROM event a JOIN event b ON b.id = a.id + 64 ORDER BY 1",
    "SELECT s.kind, count(*) FROM event e LEFT JOIN shape s ON s.number = e.shape GROUP BY 1"};

static void sql_sees_the_table(void **state) {
    (void)state;
    const size_t sizes[] = {0, 1, 63, 64, 65, 128, 3000};
    for (size_t i = 0; i < PM_LEN(sizes); i++) {
        struct pm_timeline *plain = opened(), *packed = opened();
        assert_true(pm_timeline_packed(packed));
        filled(plain, sizes[i]);
        filled(packed, sizes[i]);
        for (size_t q = 0; q < PM_LEN(questions); q++) answer_alike(plain, packed, questions[q]);
        redated(plain);
        redated(packed);
        for (size_t q = 0; q < PM_LEN(questions); q++) answer_alike(plain, packed, questions[q]);
        pm_timeline_close(plain);
        pm_timeline_close(packed);
    }
}

// Who drops, repeats or joins rows finds the table, with the numbers that rows had.
static void rows_are_changed_in_the_table(void **state) {
    (void)state;
    struct pm_timeline *plain = opened(), *packed = opened();
    assert_true(pm_timeline_packed(packed));
    filled(plain, 200);
    filled(packed, 200);
    redated(plain);
    redated(packed);
    struct pm_buf held = answer(packed, "SELECT id FROM event WHERE id = 7"); // it was asked before
    pm_buf_free(&held);
    assert_true(timeline_unpack(packed));
    for (size_t q = 0; q < PM_LEN(questions); q++) answer_alike(plain, packed, questions[q]);
    filled(plain, 100);
    filled(packed, 100);
    pm_timeline_rows_drop(packed, 0);
    pm_timeline_rows_drop(plain, 0);
    filled(plain, 5);
    filled(packed, 5);
    answer_alike(plain, packed, questions[0]);
    pm_timeline_close(plain);
    pm_timeline_close(packed);
}

static bool id_told(void *ctx, const struct pm_row *row) {
    char id[32];
    assert_true(pm_str_eqc(row->event.field[PM_F_JOIN], id_of(row->id - 1, id)));
    ++*(size_t *)ctx;
    return true;
}
// The ids of requests are not among the texts that a walk has by their numbers.
static void ids_of_requests_are_told(void **state) {
    (void)state;
    struct pm_timeline *t = opened();
    size_t walked = 0, asked = 0; // some rows are copies
    assert_true(pm_timeline_packed(t));
    filled(t, 3000);
    pm_timeline_commit(t);
    pm_timeline_judgement_unasked(t);
    pm_timeline_walk(t, id_told, &walked);
    assert_int_equal(walked, timeline_number(t, "SELECT count(*) FROM events", 0));
    pm_timeline_each(t, "event.id % 100 = 3", id_told, &asked);
    assert_int_equal(asked,
                     timeline_number(t, "SELECT count(*) FROM events WHERE id % 100 = 3", 0));
    assert_in_range(asked, 20, 30);
    assert_null(pm_timeline_error(t));
    pm_timeline_close(t);
}

// A temporary file that is not what was written to it: said, and nothing read beyond it.
static void damage_is_told(void **state) {
    (void)state;
    const char *const damages[] = {
        "UPDATE packed_row SET bytes = substr(bytes, 1, 40)",
        "UPDATE packed_row SET bytes = zeroblob(3)",
        "UPDATE packed_row SET bytes = x'ff' || x'ffffffffffffffffffffffffffffffff'",
        "UPDATE packed_raw SET bytes = substr(bytes, 1, 256)",
        "UPDATE packed_raw SET bytes = substr(bytes, 1, 100)",
        "UPDATE packed_raw SET bytes = 7",
        "UPDATE packed_raw SET bytes = (SELECT x'ffffffff' || substr(bytes, 5))",
        "DELETE FROM packed_row",
        "DELETE FROM packed_raw",
        "DELETE FROM packed_string",
        "UPDATE packed_dates SET bytes = x'8000'",
        "UPDATE packed_loose SET bytes = ''"};
    for (size_t i = 0; i < PM_LEN(damages); i++) {
        struct pm_timeline *t = opened();
        struct pm_arena *a = pm_arena_new();
        struct pm_buf said = {0};
        assert_true(pm_timeline_packed(t));
        filled(t, 3000); // more than is kept unpacked
        redated(t);
        assert_true(timeline_exec(t, damages[i]));
        assert_false(pm_timeline_sql_typed(t, "SELECT * FROM events", cells_add, &said, NULL, a));
        assert_string_equal(pm_timeline_error(t), "database disk image is malformed");
        pm_buf_free(&said);
        pm_arena_free(a);
        pm_timeline_close(t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sql_sees_the_table),
        cmocka_unit_test(rows_are_changed_in_the_table),
        cmocka_unit_test(ids_of_requests_are_told),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
