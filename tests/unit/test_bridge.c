// Incidents that the trouble of their runtimes ties: the walk that passes over most of them
// and of the lines finds what a look at each pair, through every line, finds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>
#include "judge/incidents/hits.h"
#include "pm/judge.h"
#include "rules/taxonomy.h"

enum { BUNDLES = 20000, NODES = 3, LINES_MOST = 14, HITS_MOST = 9, PULLS_MOST = 2 * HITS_MOST };
#define STEP_NS PM_S(300) // the gap of a family that no rule names is four of them

// A bundle in little.
struct bundle {
    struct pm_trace traces[LINES_MOST]; // in order of time
    struct pm_trace_extent extents[LINES_MOST];
    struct pm_attempt pulls[PULLS_MOST];
    size_t traces_n, pulls_n, hits_n;
    struct {
        uint32_t pulls[2]; // indexes
        size_t n;
        int cause;
        bool client, dropped;
    } hits[HITS_MOST];
};

static uint64_t seed = 11;
static uint32_t drawn(uint32_t below) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

// Causes that restarts may tie, and one of another trouble.
static int causes[3];
static void causes_find(void) {
    size_t found = 0;
    for (int i = 0; i < (int)pm_causes_count(); i++) {
        if (pm_cause_has(i, PM_TRAIT_RESTART) && found < 2) causes[found++] = i;
        else if (!pm_cause_has(i, PM_TRAIT_RESTART)) causes[2] = i;
    }
    if (found == 1) causes[1] = causes[0];
    assert_true(found > 0);
}

static void traces_draw(struct bundle *b) {
    static const struct pm_saying said[] = {{.kind = PM_KIND_RUNTIME_DOWN},
                                            {.kind = PM_KIND_RUNTIME_STOP},
                                            {.kind = PM_KIND_RUNTIME_START},
                                            {.kind = PM_KIND_PULL_START}};
    int64_t at = 0;
    b->traces_n = drawn(LINES_MOST + 1);
    for (size_t i = 0; i < b->traces_n; i++) {
        at += drawn(5) * STEP_NS;
        b->traces[i] = (struct pm_trace){
            .ts = drawn(20) ? at : PM_NO_TIME, .said = &said[drawn(4)], .node = 1 + drawn(NODES)};
        if (drawn(3)) continue;
        b->extents[i] = (struct pm_trace_extent){.measure = {.lasts = true},
                                                 .first = at - drawn(6) * STEP_NS,
                                                 .last = at + drawn(8) * STEP_NS};
        b->traces[i].measure = &b->extents[i].measure;
    }
}

static void hits_draw(struct bundle *b) {
    static const struct pm_pull_names nameless = {0};
    const bool ordered = drawn(2);
    int64_t at = 0;
    b->hits_n = 1 + drawn(HITS_MOST);
    for (size_t i = 0; i < b->hits_n; i++) {
        at = ordered ? at + drawn(9) * STEP_NS : drawn(60) * STEP_NS;
        b->hits[i].n = 1 + drawn(2);
        b->hits[i].cause = causes[drawn(8) ? 0 : 1 + drawn(2)];
        b->hits[i].client = !drawn(10);
        b->hits[i].dropped = !drawn(10);
        for (size_t k = 0; k < b->hits[i].n; k++) {
            b->hits[i].pulls[k] = (uint32_t)b->pulls_n;
            b->pulls[b->pulls_n++] = (struct pm_attempt){.started = PM_NO_TIME,
                                                         .ended = at + (k ? drawn(9) * STEP_NS : 0),
                                                         .names = &nameless,
                                                         .node = drawn(NODES + 1)};
        }
    }
}

static struct pm_hits hits_of(const struct bundle *b, const struct pm_pulls *pulls) {
    struct pm_hits hits = {0};
    for (size_t i = 0; i < b->hits_n; i++) {
        struct pm_hit *h = PM_PUSH(hits.items, hits.n, hits.cap);
        *h = (struct pm_hit){.cause = b->hits[i].cause,
                             .from = PM_NO_TIME,
                             .to = PM_NO_TIME,
                             .client = b->hits[i].client,
                             .dropped = b->hits[i].dropped};
        for (size_t k = 0; k < b->hits[i].n; k++) pm_hit_add(pulls, h, b->hits[i].pulls[k]);
    }
    return hits;
}

// ---- each pair, and every line for each

static bool filled(const struct pm_evidence *ev, const struct pm_hit *a, const struct pm_hit *b) {
    const int64_t gap = 4 * STEP_NS;
    int64_t at = a->to;
    for (size_t i = 0; i < ev->traces.n && at < b->from - gap; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        if (t->said->kind == PM_KIND_PULL_START || t->ts == PM_NO_TIME ||
            !pm_ids_has(&a->nodes, t->node) || !pm_ids_has(&b->nodes, t->node) ||
            pm_trace_last(t) <= at)
            continue;
        if (pm_trace_first(t) - at > gap) return false;
        at = pm_trace_last(t);
    }
    return at >= b->from - gap;
}
static void bridge_each_pair(const struct pm_scene *scene, struct pm_hits *hits) {
    for (size_t i = 0; i < hits->n; i++)
        for (size_t k = i + 1; k < hits->n; k++) {
            struct pm_hit *a = &hits->items[i], *b = &hits->items[k];
            if (pm_cause_has(a->cause, PM_TRAIT_RESTART) && a->cause == b->cause && !a->dropped &&
                !b->dropped && a->client == b->client && a->from <= b->from &&
                pm_ids_meet(&a->nodes, &b->nodes) && filled(scene->ev, a, b))
                pm_hit_take_over(scene->pulls, a, b);
        }
}

static size_t taken_over(const struct pm_hits *hits) {
    size_t n = 0;
    for (size_t i = 0; i < hits->n; i++) n += hits->items[i].dropped;
    return n;
}

static void a_walk_finds_what_each_pair_tells(void **unused) {
    (void)unused;
    const struct pm_env env = {.a = NULL};
    size_t ties = 0;
    causes_find();
    assert_int_equal(pm_family_of(&env, causes[0])->gap_ns, 4 * STEP_NS);
    for (int n = 0; n < BUNDLES; n++) {
        struct bundle b = {.traces_n = 0};
        traces_draw(&b);
        hits_draw(&b);
        struct pm_evidence ev = {.traces = {.items = b.traces, .n = b.traces_n}};
        const struct pm_pulls pulls = {.items = b.pulls, .n = b.pulls_n};
        const struct pm_scene scene = {&env, &ev, &pulls};
        struct pm_hits walked = hits_of(&b, &pulls), paired = hits_of(&b, &pulls);
        const size_t before = taken_over(&walked);
        pm_bridge(&scene, &walked);
        bridge_each_pair(&scene, &paired);
        for (size_t i = 0; i < b.hits_n; i++) {
            const struct pm_ids *is = &walked.items[i].pulls, *wanted = &paired.items[i].pulls;
            if (is->n != wanted->n ||
                (is->n && memcmp(is->items, wanted->items, is->n * sizeof *is->items) != 0))
                fail_msg("bundle %d, incident %zu", n, i);
        }
        ties += taken_over(&walked) - before;
        pm_hits_free(&walked);
        pm_hits_free(&paired);
    }
    assert_in_range(ties, BUNDLES / 4, BUNDLES * HITS_MOST); // enough to tell something
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_walk_finds_what_each_pair_tells)};
    pm_causes_read();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
