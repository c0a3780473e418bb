// What is remembered of texts (base/memo.h), and that it changes no answer: what is lifted
// out of an error is the same whether it was read a moment ago or never. Written by us.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/memo.h"
#include "base/mix.h"
#include "parsers/lift/lift.h"
#include "rules/ruleset.h"
#include <stdio.h>
#include <stdlib.h>

static void keep(struct pm_memo *m, struct pm_str text, uint64_t seed, uint64_t value) {
    uint64_t *room = pm_memo_keep(m, text, pm_mix(text, seed), sizeof value);
    assert_non_null(room);
    *room = value;
}
static uint64_t known(struct pm_memo *m, struct pm_str text, uint64_t seed) { // 0: not known
    const uint64_t *value = pm_memo_find(m, text, pm_mix(text, seed));
    return value ? *value : 0;
}

static void texts_are_known_again(void **unused) {
    (void)unused;
    struct pm_memo *m = pm_memo_new(16, 1024);
    assert_int_equal(known(m, PM_STR("not found"), 1), 0);
    keep(m, PM_STR("not found"), 1, 404);
    keep(m, PM_STR("not founds"), 1, 405);
    keep(m, PM_STR("not found"), 2, 406); // another question about it
    keep(m, PM_NONE, 1, 7);
    assert_int_equal(known(m, PM_STR("not found"), 1), 404);
    assert_int_equal(known(m, PM_STR("not founds"), 1), 405);
    assert_int_equal(known(m, PM_STR("not found"), 2), 406);
    assert_int_equal(known(m, PM_NONE, 1), 7);
    assert_int_equal(known(m, PM_STR("not foun"), 1), 0);
    pm_memo_free(m);
}

// Texts of one hash are told apart by their bytes.
static void a_hash_is_no_proof(void **unused) {
    (void)unused;
    struct pm_memo *m = pm_memo_new(16, 1024);
    pm_memo_keep(m, PM_STR("aaaa"), 5, 0);
    assert_non_null(pm_memo_find(m, PM_STR("aaaa"), 5));
    assert_null(pm_memo_find(m, PM_STR("aaab"), 5));
    pm_memo_free(m);
}

// Of more than there is room for, the oldest go; whatever is still known is right.
static void memory_is_bounded(void **unused) {
    (void)unused;
    struct pm_memo *m = pm_memo_new(64, 4096);
    char text[512];
    uint64_t h = 1;
    size_t right = 0;
    for (uint64_t i = 1; i < 5000; i++) {
        h = h * UINT64_C(6364136223846793005) + 1442695040888963407u;
        const uint64_t at = (h >> 33) % 200;
        size_t n =
            (size_t)snprintf(text, sizeof text, "%0*llu", (int)(1 + at), (unsigned long long)at);
        const struct pm_str s = {text, n};
        const uint64_t got = known(m, s, 1);
        if (got) assert_int_equal(got, at + 1);
        right += got > 0;
        if (!got) keep(m, s, 1, at + 1);
    }
    assert_true(right > 100);
    memset(text, 'x', sizeof text);
    assert_null(pm_memo_keep(m, (struct pm_str){text, sizeof text}, 1, 0)); // not worth its room
    pm_memo_free(m);
}

// ---- what is lifted

// What lines say of their own, before their error is looked into: `way` is which of it they
// say, and the second line says other things than the first.
static void before(struct pm_event *e, unsigned way, bool second) {
    *e = (struct pm_event){.component = way & 1 ? PM_COMP_KUBELET : PM_COMP_CONTAINERD};
    if (way & 2) e->field[PM_F_IMAGE] = second ? PM_STR("web") : PM_STR("r.acme.test/own:1");
    if (way & 4) e->field[PM_F_POD] = second ? PM_STR("db-1") : PM_STR("web-0");
    if (way & 8) e->field[PM_F_NAMESPACE] = second ? PM_STR("bank") : PM_STR("shop");
    if (way & 16) e->http_status = second ? 500 : 418;
    if (way & 32) e->stage = second ? PM_STAGE_TOKEN : PM_STAGE_BLOB;
    if (way & 64) e->field[PM_F_HOST] = second ? PM_STR("other.test") : PM_STR("own.acme.test");
    if (way & 128) e->flags = second ? PM_EV_ECHO : PM_EV_SANDBOX;
}

static bool same_event(const struct pm_event *a, const struct pm_event *b) {
    bool same = a->kind == b->kind && a->component == b->component && a->stage == b->stage &&
                a->http_status == b->http_status && a->flags == b->flags;
    for (int f = 0; f < PM_F_COUNT; f++) same &= pm_str_eq(a->field[f], b->field[f]);
    return same;
}

static void looked_into(struct pm_arena *a, struct pm_str error, unsigned way, bool second) {
    struct pm_event now, anew;
    before(&now, way, second);
    anew = now;
    anew.field[PM_F_ERROR] = now.field[PM_F_ERROR] = error;
    pm_lift_error(a, &now);
    pm_lift_error_anew(a, &anew);
    if (!same_event(&now, &anew)) fail_msg("\"%.*s\": another answer, way %u", PM_FMT(error), way);
}

static void what_is_lifted_is_the_same(void **unused) {
    (void)unused;
    static const unsigned ways[] = {0, 1, 2, 3, 5, 8, 13, 48, 64, 128, 255};
    struct pm_diags *d = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(NULL, d);
    assert_true(pm_ruleset_samples(rules, d));
    struct pm_arena *a = pm_arena_new();
    size_t n = 0;
    assert_non_null(rules);
    for (size_t r = 0; r < rules->rule_count; r++)
        for (size_t k = 0; k < rules->rules[r].sample_count; k++, n++) {
            struct pm_str error = rules->rules[r].samples[k].event.field[PM_F_ERROR];
            for (size_t turn = 0; turn < 2; turn++)       // the second turn asks what is known
                for (size_t w = 0; w < PM_LEN(ways); w++) // each time a copy, as lines have
                    looked_into(a, pm_arena_dup(a, error), ways[w], turn);
            pm_arena_reset(a);
        }
    assert_true(n > 500);
    pm_arena_free(a);
    pm_ruleset_free(rules);
    pm_diags_free(d);
}

// An image's parts fill what an event lacks, each time by what it has.
static void parts_fill_what_is_lacking(void **unused) {
    (void)unused;
    static const struct {
        const char *image, *registry, *tag; // that the event has
        const char *then[4];                // registry, repository, tag, digest
    } rows[] = {
        {"acme/web:1", NULL, NULL, {"docker.io", "acme/web", "1", ""}},
        {"acme/web:1", "r.acme.test", NULL, {"r.acme.test", "acme/web", "1", ""}},
        {"acme/web:1", "r.acme.test", "2", {"r.acme.test", "acme/web", "2", ""}},
        {"quay.test/a/b@sha256:00ff", NULL, NULL, {"quay.test", "a/b", "", "sha256:00ff"}},
        {"****.dkr.ecr.test/Web", NULL, NULL, {"****.dkr.ecr.test", "", "", ""}},
    };
    static const enum pm_field fields[] = {PM_F_REGISTRY, PM_F_REPOSITORY, PM_F_TAG, PM_F_DIGEST};
    struct pm_arena *a = pm_arena_new();
    for (size_t turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < PM_LEN(rows); i++) {
            struct pm_event e = {.component = turn ? PM_COMP_KUBELET : PM_COMP_CRIO};
            e.http_status = turn ? 0 : 429; // no part of an image hangs on it, nor gives it
            e.stage = turn ? PM_STAGE_NONE : PM_STAGE_BLOB;
            e.field[PM_F_IMAGE] = pm_arena_dup(a, pm_str_c(rows[i].image));
            e.field[PM_F_REGISTRY] = pm_str_c(rows[i].registry);
            e.field[PM_F_TAG] = pm_str_c(rows[i].tag);
            pm_event_normalise(a, &e);
            for (size_t f = 0; f < PM_LEN(fields); f++)
                if (!pm_str_eqc(e.field[fields[f]], rows[i].then[f]))
                    fail_msg("%s: %s is \"%.*s\"", rows[i].image, pm_field_names[fields[f]],
                             PM_FMT(e.field[fields[f]]));
            assert_int_equal(e.http_status, turn ? 0 : 429);
            assert_int_equal(e.stage, turn ? PM_STAGE_NONE : PM_STAGE_BLOB);
        }
    pm_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_known_again), cmocka_unit_test(a_hash_is_no_proof),
        cmocka_unit_test(memory_is_bounded), cmocka_unit_test(what_is_lifted_is_the_same),
        cmocka_unit_test(parts_fill_what_is_lacking)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
