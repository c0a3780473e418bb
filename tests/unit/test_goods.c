// Which values are among the good pulls of a stretch: the answer of a list that is walked.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "judge/incidents/goods.h"

enum { PULLS = 400, VALUES = 6, ASKED = 400 };

struct world {
    struct pm_env env;
    struct pm_evidence ev;
    struct pm_pulls pulls;
    struct pm_scene scene;
};

static uint64_t state = 12345;
static uint32_t drawn(uint32_t below) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % below;
}

static int by_at(const void *a, const void *b) {
    int64_t x = pm_at(a), y = pm_at(b);
    return (x > y) - (x < y);
}

// Pulls in order of their nodes' time; every tenth has none.
static void world_make(struct world *w, bool clocks_off) {
    static struct pm_attempt items[PULLS];
    static struct pm_pull_names names[PULLS];
    *w = (struct world){.env = {.names = pm_intern_new()}, .pulls = {.items = items, .n = PULLS}};
    w->scene = (struct pm_scene){&w->env, &w->ev, &w->pulls};
    for (int i = 0; i < VALUES; i++) pm_intern_id(w->env.names, (struct pm_str){&"abcdefgh"[i], 1});
    for (size_t i = 0; i < PULLS; i++) {
        int64_t at = drawn(10) ? (int64_t)drawn(1000) : PM_NO_TIME;
        items[i] = (struct pm_attempt){.started = at,
                                       .ended = at,
                                       .node = drawn(VALUES),
                                       .names = &names[i],
                                       .outcome = drawn(4) ? PM_OUTCOME_OK : PM_OUTCOME_FAILED};
        names[i] = (struct pm_pull_names){.registry = drawn(VALUES),
                                          .repository = drawn(VALUES),
                                          .image = drawn(VALUES),
                                          .k8s_namespace = drawn(VALUES)};
    }
    qsort(items, PULLS, sizeof *items, by_at);
    for (uint32_t node = 1; clocks_off && node < VALUES; node += 2)
        *pm_map_slot(&w->ev.skew, node) = (Word_t)(node * 50);
}
static void world_free(struct world *w) {
    Word_t freed;
    JLFA(freed, w->ev.skew);
    (void)freed;
    pm_intern_free(w->env.names);
}

typedef uint64_t value_of(const struct pm_attempt *p);
static uint64_t node(const struct pm_attempt *p) { return p->node; }
static uint64_t image(const struct pm_attempt *p) { return p->names->image; }
static uint64_t space(const struct pm_attempt *p) { return p->names->k8s_namespace; }
static uint64_t registry(const struct pm_attempt *p) { return p->names->registry; }
static uint64_t place(const struct pm_attempt *p) { return PM_PAIR(p->names->registry, p->node); }
static uint64_t repository(const struct pm_attempt *p) { return p->names->repository; }
static uint64_t none(const struct pm_attempt *p) {
    (void)p;
    return 0;
}

struct found {
    value_of *value;
    Pvoid_t values;
    int twice;
};
static void one_found(void *ctx, const struct pm_attempt *p) {
    struct found *f = ctx;
    int fresh;
    J1S(fresh, f->values, (Word_t)f->value(p));
    f->twice += !fresh;
}

static void ask(const struct world *w, const struct pm_goods_by *by,
                const struct pm_goods_before *before, value_of *group, value_of *value) {
    const struct pm_goods_stretch in = {.from = drawn(5) ? (int64_t)drawn(1000) - 100 : PM_NO_TIME,
                                        .to = drawn(5) ? (int64_t)drawn(1200) - 100 : PM_NO_TIME,
                                        .undated = drawn(2)};
    uint32_t of = drawn(VALUES + 1); // one more than there are: nobody's
    struct found found = {.value = value}, walked = {.value = value};
    for (size_t i = 0; i < PULLS; i++) {
        const struct pm_attempt *p = &w->pulls.items[i];
        int64_t at = pm_at_cluster(&w->ev, p);
        bool within =
            at == PM_NO_TIME ? in.undated && in.from == PM_NO_TIME : pm_time_in(at, in.from, in.to);
        if (p->outcome == PM_OUTCOME_OK && group(p) == of && within) one_found(&walked, p);
    }
    pm_goods_each(by, before, of, &in, one_found, &found);
    assert_int_equal(found.twice, 0);
    Word_t many, expected, at = 0, freed;
    int there;
    J1C(many, found.values, 0, -1);
    J1C(expected, walked.values, 0, -1);
    assert_int_equal(many, expected);
    J1F(there, walked.values, at);
    while (there) {
        int also;
        J1T(also, found.values, at);
        assert_true(also);
        J1N(there, walked.values, at);
    }
    J1FA(freed, found.values);
    J1FA(freed, walked.values);
    (void)freed;
}

static void what_is_there_is_found_once(void **unused) {
    (void)unused;
    for (int round = 0; round < 4; round++) {
        struct world w;
        struct pm_goods g;
        world_make(&w, round % 2);
        pm_goods_prepare(&w.scene, &g);
        pm_goods_prepare_all(&g);
        for (int i = 0; i < ASKED; i++) {
            ask(&w, &g.all, &g.node_of_all, none, node);
            ask(&w, &g.by_registry, &g.node, registry, node);
            ask(&w, &g.by_registry, &g.image, registry, image);
            ask(&w, &g.by_registry, &g.k8s_namespace, registry, space);
            ask(&w, &g.by_repository, &g.place, repository, place);
            ask(&w, &g.by_node, &g.registry, node, registry);
        }
        pm_goods_free(&g);
        world_free(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_there_is_found_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
