// Which records came twice (analyzer/timeline/seen.c): never missed, and up to millions of
// them told exactly. Hashes drawn by us.
#include "timeline/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static uint64_t drawn(uint64_t i) { return (i + 1) * UINT64_C(0x9e3779b97f4a7c15); }

// Every 97th comes again, under the number that it came with.
static size_t twice_of(uint64_t n, uint64_t *missed) {
    struct pm_timeline t = {.seen = NULL};
    size_t found = 0;
    for (uint64_t i = 0; i < n; i++) timeline_seen(&t, drawn(i), (uint32_t)(i % 3));
    assert_int_equal(timeline_seen_any_twice(&t), n > UINT64_C(3) << 20);
    for (uint64_t i = 0; i < n; i += 97) timeline_seen(&t, drawn(i), (uint32_t)(i % 3));
    assert_true(timeline_seen_any_twice(&t));
    for (uint64_t i = 0; i < n; i++) {
        bool twice = timeline_seen_twice(&t, drawn(i), (uint32_t)(i % 3));
        *missed += !twice && i % 97 == 0;
        found += twice && i % 97 != 0;
    }
    timeline_unsee(&t);
    assert_null(t.seen);
    return found;
}

static void test_few_and_many(void **state) {
    (void)state;
    uint64_t missed = 0;
    assert_int_equal(twice_of(1, &missed), 0);
    assert_int_equal(twice_of(5000, &missed), 0);
    assert_int_equal(twice_of(200000, &missed), 0);
    assert_in_range(twice_of(3300000, &missed), 1, 1100000); // some share a slot
    assert_int_equal(missed, 0);
}

// Hashes 0 and 1, and numbers beside a hash, are others.
static void test_edges(void **state) {
    (void)state;
    struct pm_timeline t = {.seen = NULL};
    assert_false(timeline_seen_any_twice(&t));
    assert_true(timeline_seen_twice(&t, 7, 0)); // nothing is known
    for (uint32_t ordinal = 0; ordinal < 9; ordinal++)
        for (uint64_t hash = 0; hash < 9; hash++) timeline_seen(&t, hash, ordinal);
    assert_false(timeline_seen_any_twice(&t));
    timeline_seen(&t, 0, 0);
    assert_true(timeline_seen_twice(&t, 0, 0));
    assert_false(timeline_seen_twice(&t, 0, 1));
    assert_false(timeline_seen_twice(&t, 1, 0));
    timeline_unsee(&t);
}

// Hashes of a timeline that somebody made: all of them belong into one place. Each is told as
// before, some beside it for nothing, and none is looked for among all of them, which would
// take minutes here.
static void test_crowd(void **state) {
    (void)state;
    enum { CROWDED = 1000000 };
    const uint64_t back = UINT64_C(0x4f74430c22a54005); // times seen.c's factor: 1
    struct pm_timeline t = {.seen = NULL};
    for (int again = 0; again < 2; again++)
        for (uint64_t i = 1; i <= CROWDED; i += again ? 7 : 1)
            timeline_seen(&t, (i << 32 | (i ^ 2)) * back, 0);
    for (uint64_t i = 1; i <= CROWDED; i += 7)
        assert_true(timeline_seen_twice(&t, (i << 32 | (i ^ 2)) * back, 0));
    assert_true(timeline_seen_any_twice(&t));
    timeline_unsee(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_and_many),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_crowd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
