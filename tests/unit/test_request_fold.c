// Requests for layers are folded into one row, and nothing that the judge needs one by
// one is (analyzer/ingest/request_fold.c). Events written by us.
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
        int64_t first, last, bytes;
        char url[64];
    } rows[16];
};

static void came_out(void *ctx, const struct pm_row *row) {
    struct out *o = ctx;
    assert_true(o->n < PM_LEN(o->rows));
    o->rows[o->n].count = row->event.count;
    o->rows[o->n].first = row->first_ns;
    o->rows[o->n].last = row->last_ns;
    o->rows[o->n].bytes = row->event.bytes;
    memcpy(o->rows[o->n].url, row->event.field[PM_F_URL].p, row->event.field[PM_F_URL].n);
    o->rows[o->n++].url[row->event.field[PM_F_URL].n] = 0;
}

struct line {
    int64_t at_s;
    const char *client, *method, *url;
    enum pm_stage stage;
    int status;
    int64_t bytes;
};

// As the pipeline does it: what is not added becomes a row, which may be held, or is kept
// at once.
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
        if (!pm_request_fold_hold(f, &row)) came_out(o, &row);
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
    static const uint32_t counts[] = {2, 1, 1, 1, 1};
    struct out o = {0};
    run(&o, lines, PM_LEN(lines));
    assert_int_equal(o.n, PM_LEN(counts));
    for (size_t i = 0; i < o.n; i++) assert_int_equal(o.rows[i].count, counts[i]);
    assert_string_equal(o.rows[1].url, "/v2/acme/web/manifests/1");
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
        cmocka_unit_test(test_more_kinds_than_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
