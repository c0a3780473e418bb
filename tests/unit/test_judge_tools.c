// The judge's lists and orders, against what is done by hand.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "judge/env.h"

static uint64_t drawing = 99;
static uint32_t drawn(uint32_t below) {
    drawing = drawing * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(drawing >> 33) % below;
}

// Few and many, in order of time and not, groups that need one pass and three.
static void an_order_is_by_group_then_time_then_index(void **unused) {
    (void)unused;
    static const uint32_t sizes[] = {1, 2, 64, 65, 3000}, groups[] = {1, 7, 2047, 2049, 1u << 31};
    for (int round = 0; round < 50; round++) {
        struct pm_order o = {0};
        uint32_t n = sizes[round % 5], most = groups[round / 5 % 5];
        bool timely = round < 25;
        int64_t at = timely ? PM_NO_TIME : 0;
        for (uint32_t i = 0; i < n; i++) {
            at = timely ? (at == PM_NO_TIME && drawn(3) ? at : (int64_t)(i / 3)) : drawn(50);
            pm_order_add(&o, drawn(most), at, timely ? i : drawn(1000));
        }
        uint64_t before = 0, after = 0; // nothing is lost
        for (size_t i = 0; i < o.n; i++)
            before += o.items[i].group * UINT64_C(31) + o.items[i].index;
        pm_order_sort(&o);
        for (size_t i = 0; i < o.n; i++) {
            const struct pm_order_key *x = i ? &o.items[i - 1] : NULL, *y = &o.items[i];
            after += y->group * UINT64_C(31) + y->index;
            if (!x || x->group < y->group) continue;
            assert_int_equal(x->group, y->group);
            assert_true(x->at < y->at || (x->at == y->at && x->index <= y->index));
        }
        assert_int_equal(o.n, n);
        assert_true(before == after);
        pm_order_add(&o, 1, 1, 1); // it can still grow
        assert_int_equal(o.n, n + 1);
        free(o.items);
    }
}

// Keys of which only the upper or the lower half differs, each met again and again: its number
// is the place of its first coming.
static void a_key_keeps_its_number(void **unused) {
    (void)unused;
    struct pm_numbers all = {.slots = NULL};
    uint64_t keys[4000];
    uint32_t known = 0;
    for (int i = 0; i < 20000; i++) {
        uint64_t key = i % 3 ? (uint64_t)drawn(2000) << 32 : drawn(2000);
        uint32_t at = 0;
        while (at < known && keys[at] != key) at++;
        assert_int_equal(pm_number_of(&all, key), at + 1);
        if (at == known) keys[known++] = key;
    }
    assert_int_equal(all.n, known);
    pm_numbers_free(&all);
}

static void a_list_knows_what_it_has(void **unused) {
    (void)unused;
    struct pm_ids v = {0};
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t id = drawn(100);
        bool had = false;
        for (size_t k = 0; k < v.n; k++) had = had || v.items[k] == id;
        assert_int_equal(pm_ids_has(&v, id), had);
        if (i % 7 == 0) pm_ids_add(&v, id); // repeats are kept
        else assert_int_equal(pm_ids_add_new(&v, id), !had);
    }
    pm_ids_free(&v);
    assert_int_equal(v.n, 0);
}

static void a_verdict_is_kept_once(void **unused) {
    (void)unused;
    const struct pm_env env = {.verdicts = pm_verdicts_new()};
    const struct pm_verdict *timeout = pm_verdict_of(&env, 3, PM_CONFIDENCE_LOW);
    struct pm_verdict other = *timeout;
    assert_ptr_equal(pm_verdict_of(&env, 3, PM_CONFIDENCE_LOW), timeout);
    assert_ptr_equal(pm_verdict_keep(&env, &other), timeout);
    assert_int_equal(timeout->candidates[0], 3);
    assert_int_equal(timeout->candidate_count, 1);
    other.variant = "expired";
    assert_ptr_not_equal(pm_verdict_keep(&env, &other), timeout);
    assert_null(timeout->variant);
    other = *timeout;
    other.candidates[1] = 4;
    assert_ptr_not_equal(pm_verdict_keep(&env, &other), timeout);
    pm_verdicts_free(env.verdicts);
}

// In the list, at its edge, and elsewhere: where its room is full at each power of two.
static void a_few_are_what_was_added(void **unused) {
    (void)unused;
    for (uint32_t n = 0; n <= 70; n++) {
        struct pm_few few = {0};
        for (uint32_t i = 0; i < n; i++) pm_few_add(&few, i * 7 + 1);
        assert_int_equal(few.n, n);
        for (uint32_t i = 0; i < n; i++) assert_int_equal(pm_few_at(&few, i), i * 7 + 1);
        pm_few_free(&few);
        assert_int_equal(few.n, 0);
    }
    assert_true(pm_sum_u32(UINT32_MAX - 1, 1) == UINT32_MAX &&
                pm_sum_u32(UINT32_MAX, 9) == UINT32_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_by_group_then_time_then_index),
        cmocka_unit_test(a_key_keeps_its_number), cmocka_unit_test(a_list_knows_what_it_has),
        cmocka_unit_test(a_few_are_what_was_added), cmocka_unit_test(a_verdict_is_kept_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
