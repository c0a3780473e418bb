// Requests for layers are folded into one row, or into their manifest's, and nothing that
// the judge needs one by one is (analyzer/ingest/request_fold.c); rows leave in order of
// time and line (row_queue.c). Events written by us.
#include "ingest/request_fold.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define S(n) ((n)*PM_NS_PER_S)

struct out {
    size_t n;
    struct {
        uint32_t count;
        unsigned flags;
        uint64_t line;
        int64_t at, first, last, bytes;
        char url[64];
    } rows[32];
};

static void came_out(void *ctx, const struct row_held *held) {
    struct out *o = ctx;
    struct pm_arena *a = pm_arena_new();
    struct pm_row copy;
    const struct pm_row *row = &copy;
    assert_true(o->n < PM_LEN(o->rows));
    narrow_row_wide(row_held_copy(held, a), &copy);
    o->rows[o->n].count = row->event.count;
    o->rows[o->n].flags = row->event.flags;
    o->rows[o->n].line = row->line;
    o->rows[o->n].at = row->ts_ns;
    o->rows[o->n].first = row->first_ns;
    o->rows[o->n].last = row->last_ns;
    o->rows[o->n].bytes = row->event.bytes;
    memcpy(o->rows[o->n].url, row->event.field[PM_F_URL].p, row->event.field[PM_F_URL].n);
    o->rows[o->n++].url[row->event.field[PM_F_URL].n] = 0;
    pm_arena_free(a);
}

struct line {
    int64_t at_s;
    const char *client, *method, *url;
    enum pm_stage stage;
    int status;
    int64_t bytes;
};

// As the pipeline does it: what is not added becomes a row.
static void run(struct out *o, const struct line *lines, size_t n) {
    struct pm_request_fold *f = pm_request_fold_new(came_out, o);
    for (size_t i = 0; i < n; i++) {
        const struct line *l = &lines[i];
        char url[64]; // as short-lived as a record's texts
        snprintf(url, sizeof url, "%s", l->url);
        struct pm_event e = {.kind = PM_KIND_REQUEST,
                             .component = PM_COMP_REGISTRY,
                             .stage = l->stage,
                             .http_status = l->status,
                             .bytes = l->bytes,
                             .count = 1,
                             .limit = -1,
                             .remaining = -1,
                             .window_s = -1};
        e.when = (struct pm_when){.kind = PM_WHEN_UTC, .ns = S(l->at_s)};
        e.field[PM_F_CLIENT] = pm_str_c(l->client);
        e.field[PM_F_METHOD] = pm_str_c(l->method);
        e.field[PM_F_URL] = pm_str_c(url);
        e.field[PM_F_REPOSITORY] = PM_STR("acme/web");
        if (pm_request_fold_add(f, NULL, &e, e.when.ns)) continue;
        struct pm_row row = {.line = i + 1,
                             .ts_ns = e.when.ns,
                             .first_ns = PM_NO_TIME,
                             .last_ns = PM_NO_TIME,
                             .event = e};
        pm_request_fold_put(f, &row);
        memset(url, 'x', sizeof url);
    }
    pm_request_fold_end(f);
}

#define LAYER(at, client, digest, bytes)                                                           \
    { at, client, "GET", "/v2/acme/web/blobs/sha256:" digest, PM_STAGE_BLOB, 200, bytes }

static void test_layers_become_one_row(void **state) {
    (void)state;
    const struct line lines[] = {LAYER(100, "10.0.0.1", "aa", 1000),
                                 LAYER(103, "10.0.0.1", "bb", 2500),
                                 LAYER(104, "10.0.0.1", "cc", -1)};
    struct out o = {0};
    run(&o, lines, PM_LEN(lines));
    assert_int_equal(o.n, 1);
    assert_int_equal(o.rows[0].count, 3);
    assert_int_equal(o.rows[0].bytes, 3500);
    assert_int_equal(o.rows[0].first, S(100));
    assert_int_equal(o.rows[0].last, S(104));
    assert_string_equal(o.rows[0].url, "/v2/acme/web/blobs/sha256:aa");
}

static void test_windows_and_clients_are_apart(void **state) {
    (void)state;
    const struct line lines[] = {LAYER(100, "10.0.0.1", "aa", 1), LAYER(109, "10.0.0.2", "aa", 1),
                                 LAYER(110, "10.0.0.1", "bb", 1)};
    struct out o = {0};
    run(&o, lines, PM_LEN(lines));
    assert_int_equal(o.n, 3);
    for (size_t i = 0; i < o.n; i++) assert_int_equal(o.rows[i].count, 1);
}

static void test_a_manifest_or_refusal_ends_the_row(void **state) {
    (void)state;
    const struct line lines[] = {
        LAYER(100, "10.0.0.1", "aa", 1),
        LAYER(100, "10.0.0.1", "bb", 1),
        {101, "10.0.0.1", "GET", "/v2/acme/web/manifests/1", PM_STAGE_MANIFEST, 200, 5},
        LAYER(101, "10.0.0.1", "cc", 1),
        {102, "10.0.0.1", "GET", "/v2/acme/web/blobs/sha256:dd", PM_STAGE_BLOB, 429, 0},
        LAYER(102, "10.0.0.1", "dd", 1),
    };
    static const uint32_t counts[] = {2, 2, 1, 1};
    struct out o = {0};
    run(&o, lines, PM_LEN(lines));
    assert_int_equal(o.n, PM_LEN(counts));
    for (size_t i = 0; i < o.n; i++) assert_int_equal(o.rows[i].count, counts[i]);
    assert_string_equal(o.rows[1].url, "/v2/acme/web/manifests/1");
}

#define MANIFEST(at, method, reference, status)                                                    \
    { at, "10.0.0.1", method, "/v2/acme/web/manifests/" reference, PM_STAGE_MANIFEST, status, 1400 }

static void test_layers_go_to_their_manifest(void **state) {
    (void)state;
    const struct line lines[] = {
        MANIFEST(103, "HEAD", "1", 200),  MANIFEST(103, "GET", "sha256:0e", 200),
        LAYER(104, "10.0.0.1", "aa", 10), LAYER(109, "10.0.0.1", "bb", 5), // one pull
        LAYER(110, "10.0.0.1", "cc", 1),                                   // the next window's
        MANIFEST(130, "GET", "1", 404),   LAYER(130, "10.0.0.1", "dd", 7), // refused
        MANIFEST(140, "GET", "2", 200),                                    // without layers
        MANIFEST(155, "GET", "3", 200),   LAYER(154, "10.0.0.1", "ee", 3), // from before it
    };
    static const struct {
        uint32_t count, line;
        bool layers;
        int64_t bytes, first, last;
    } want[] = {{1, 1, false, 1400, 0, 0}, {3, 2, true, 15, 104, 109}, {1, 5, false, 1, 0, 0},
                {1, 6, false, 1400, 0, 0}, {1, 7, false, 7, 0, 0},     {1, 8, false, 1400, 0, 0},
                {1, 10, false, 3, 0, 0},   {1, 9, false, 1400, 0, 0}};
    struct out o = {0};
    run(&o, lines, PM_LEN(lines));
    assert_int_equal(o.n, PM_LEN(want));
    for (size_t i = 0; i < o.n; i++) {
        assert_int_equal(o.rows[i].count, want[i].count);
        assert_int_equal(o.rows[i].line, want[i].line);
        assert_int_equal(!!(o.rows[i].flags & PM_EV_LAYERS), want[i].layers);
        assert_int_equal(o.rows[i].bytes, want[i].bytes);
        assert_int_equal(o.rows[i].first, want[i].first ? S(want[i].first) : PM_NO_TIME);
        assert_int_equal(o.rows[i].last, want[i].last ? S(want[i].last) : PM_NO_TIME);
    }
    assert_int_equal(o.rows[1].at, S(103));
}

// A server that stamps a request when it begins logs it when it is done.
static void test_rows_leave_in_order(void **state) {
    (void)state;
    const struct line lines[] = {LAYER(105, "10.0.0.1", "aa", 1), MANIFEST(104, "HEAD", "1", 200),
                                 LAYER(101, "10.0.0.2", "bb", 1), LAYER(103, "10.0.0.3", "cc", 1),
                                 LAYER(100, "10.0.0.3", "dd", 1), MANIFEST(104, "HEAD", "2", 200)};
    static const struct {
        int64_t at;
        uint64_t line;
    } want[] = {{100, 4}, {101, 3}, {104, 2}, {104, 6}, {105, 1}};
    struct out o = {0};
    run(&o, lines, PM_LEN(lines));
    assert_int_equal(o.n, PM_LEN(want));
    for (size_t i = 0; i < o.n; i++) {
        assert_int_equal(o.rows[i].at, S(want[i].at));
        assert_int_equal(o.rows[i].line, want[i].line);
    }
}

// Of one client's requests for one repository in a log that is out of order, by its stamps
// and then its lines: no row holds layers from both sides of a request that was logged
// before them. A layer's bytes tell which it is.
enum { DRAWN = 24 };
static unsigned drawn(uint64_t *seed, unsigned n) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % n;
}
static void draw_lines(uint64_t *seed, struct line lines[DRAWN]) {
    static const struct line kinds[] = {MANIFEST(0, "HEAD", "1", 200),
                                        MANIFEST(0, "GET", "sha256:0e", 200),
                                        MANIFEST(0, "GET", "2", 404)};
    for (int64_t i = 0; i < DRAWN; i++) {
        lines[i] = drawn(seed, 3) ? (struct line)LAYER(0, "10.0.0.1", "aa", (int64_t)1 << i)
                                  : kinds[drawn(seed, PM_LEN(kinds))];
        if (lines[i].stage == PM_STAGE_MANIFEST) lines[i].bytes = 0;
        lines[i].at_s = 100 + i / 4 + drawn(seed, 3);
    }
}
// The newest request that is no layer's before the layer at `i`, of those logged before it:
// its line, 0 where there is none.
static int pull_of(const struct line *lines, int i) {
    int newest = -1;
    for (int k = 0; k < i; k++)
        if (lines[k].stage == PM_STAGE_MANIFEST && lines[k].at_s <= lines[i].at_s &&
            (newest < 0 || lines[k].at_s >= lines[newest].at_s))
            newest = k;
    return newest + 1;
}
// What the row holds is of one pull, its own where it is a manifest's; how many they are.
static size_t assert_of_one_pull(const struct line *lines, int64_t bytes, int pull) {
    size_t layers = 0;
    for (int i = 0; i < DRAWN; i++) {
        if (lines[i].stage != PM_STAGE_BLOB || !(bytes >> i & 1)) continue;
        if (pull < 0) pull = pull_of(lines, i);
        assert_int_equal(pull_of(lines, i), pull);
        layers++;
    }
    return layers;
}
static void test_layers_out_of_order(void **state) {
    (void)state;
    uint64_t seed = 11;
    size_t layers = 0, rows = 0;
    for (int round = 0; round < 2000; round++) {
        struct line lines[DRAWN];
        struct out o = {0};
        size_t before = layers, drawn_layers = 0;
        draw_lines(&seed, lines);
        run(&o, lines, DRAWN);
        for (size_t r = 0; r < o.n; r++) {
            int pull = o.rows[r].flags & PM_EV_LAYERS ? (int)o.rows[r].line : -1;
            size_t n = assert_of_one_pull(lines, o.rows[r].bytes, pull);
            layers += n;
            rows += n > 0;
        }
        for (int i = 0; i < DRAWN; i++) drawn_layers += lines[i].stage == PM_STAGE_BLOB;
        assert_int_equal(layers - before, drawn_layers);
    }
    assert_in_range(rows, layers / 8, layers * 3 / 4); // folded are many of them
}

static struct row_held *rows_put(struct row_queue *q, uint64_t *seed, int64_t n, int64_t late) {
    struct row_held *h = NULL;
    for (int64_t i = 0; i < n; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        struct pm_row row = {.line = (uint64_t)i, .raw = PM_STR("text"), .ts_ns = S(i)};
        row.ts_ns -= S((int64_t)(*seed >> 33) % late);
        if (!(*seed >> 33 & 1023)) row.ts_ns = PM_NO_TIME;
        h = row_queue_put(q, &row);
    }
    return h;
}

struct order {
    int64_t last;
    size_t n, runs;
};
static void count_runs(void *ctx, const struct row_held *held) {
    struct order *o = ctx;
    o->n++;
    if (held->sum.ts_ns == PM_NO_TIME) return;
    if (held->sum.ts_ns < o->last) o->runs++;
    o->last = held->sum.ts_ns;
}

// All of them come out, those that are dated in one run as long as none is too late.
static void test_many_rows(void **state) {
    (void)state;
    static const struct {
        int64_t late;
        bool one_run;
    } all[] = {{1, true}, {50, true}, {120, true}, {900, false}};
    uint64_t seed = 7;
    for (size_t i = 0; i < PM_LEN(all); i++) {
        struct order o = {.last = INT64_MIN};
        struct row_queue *q = row_queue_new(count_runs, &o);
        rows_put(q, &seed, 20000, all[i].late);
        row_queue_end(q);
        assert_int_equal(o.n, 20000);
        assert_int_equal(o.runs == 0, all[i].one_run);
    }
}

// A row is the same without the fields that it lacks, whichever those are.
static void test_narrow_rows(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (int round = 0; round < 500; round++) {
        struct pm_row row = {.line = 7, .hash = 9, .tagged = round % 2, .raw = PM_STR("line")},
                      back;
        char room[NARROW_ROW_MOST] __attribute__((aligned(sizeof(void *))));
        struct narrow_row *narrow = (struct narrow_row *)(void *)room;
        memset(&back, 'x', sizeof back);
        row.event = (struct pm_event){.kind = PM_KIND_REQUEST, .bytes = round, .window_s = -1};
        const unsigned most = 1 + (unsigned)round % 5; // all of them, or few
        for (int f = 0; f < PM_F_COUNT; f++)
            if (!drawn(&seed, most)) row.event.field[f] = pm_str_c(pm_field_names[f]);
        narrow_row_of(&row, narrow);
        assert_in_range(narrow_row_bytes(narrow), sizeof *narrow, sizeof room);
        for (int f = 0; f < PM_F_COUNT; f++)
            assert_true(pm_str_eq(narrow_row_text(narrow, f), row.event.field[f]));
        narrow_row_wide(narrow, &back);
        assert_memory_equal(back.event.field, row.event.field, sizeof row.event.field);
        assert_memory_equal(&back, &row, sizeof narrow->front);
        assert_true(!back.path && !back.text_id[0] && !back.text_id[PM_F_COUNT - 1]);
    }
}

// The row that is put stands where the next one that leaves is written to, as in a batch.
struct reused {
    struct pm_row *slot;
    size_t n;
};
static void slot_filled(void *ctx, const struct row_held *held) {
    struct reused *r = ctx;
    narrow_row_wide(held->row, r->slot);
    r->n++;
}

// After a silence all that waited leave with the first row that comes; long ones do not
// wait by thousands.
static void test_few_wait(void **state) {
    (void)state;
    static char long_text[1 << 20];
    memset(long_text, 'x', sizeof long_text);
    struct pm_row row = {.ts_ns = 0};
    struct reused r = {.slot = &row};
    struct row_queue *q = row_queue_new(slot_filled, &r);
    for (uint64_t i = 1; i <= 1000; i++) {
        row = (struct pm_row){.line = i, .ts_ns = S(i / 100)};
        row_queue_put(q, &row);
    }
    assert_int_equal(r.n, 0);
    row = (struct pm_row){.line = 1001, .ts_ns = S(3600)};
    row_queue_put(q, &row);
    assert_int_equal(r.n, 1000);
    for (uint64_t i = 1; i <= 20; i++) {
        row = (struct pm_row){.line = 2000 + i, .ts_ns = S(3600)};
        row.event.field[PM_F_URL] = (struct pm_str){long_text, sizeof long_text};
        row_queue_put(q, &row);
    }
    assert_in_range(r.n, 1016, 1020);
    row_queue_end(q);
    assert_int_equal(r.n, 1021);
}

static void test_more_kinds_than_ways(void **state) {
    (void)state;
    struct line lines[8];
    for (int i = 0; i < 8; i++)
        lines[i] = (struct line)LAYER(100, "10.0.0.1", "aa", 1), lines[i].status = 200 + i % 4;
    struct out o = {0};
    run(&o, lines, PM_LEN(lines));
    uint32_t all = 0;
    for (size_t i = 0; i < o.n; i++) all += o.rows[i].count;
    assert_int_equal(all, 8); // none is lost, however they fall together
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers_become_one_row),
        cmocka_unit_test(test_windows_and_clients_are_apart),
        cmocka_unit_test(test_a_manifest_or_refusal_ends_the_row),
        cmocka_unit_test(test_layers_go_to_their_manifest),
        cmocka_unit_test(test_layers_out_of_order),
        cmocka_unit_test(test_rows_leave_in_order),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_narrow_rows),
        cmocka_unit_test(test_few_wait),
        cmocka_unit_test(test_more_kinds_than_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
