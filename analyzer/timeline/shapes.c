// Shapes of events: what thousands of them share is one row of `shape`, and a number in
// theirs. Of a pull storm two columns of three stand in a shape, and a row is read and
// written by its columns.
//
// As many are remembered as fit the budget. Past it a shape that is not among them gets a
// row of its own and is forgotten, so that a log in which no two events are alike costs
// disk and not memory.
#include "timeline/store.h"
#include <stdlib.h>

#define SHAPES_MAX (UINT32_C(1) << 16)
#define SLOTS_FIRST 256
#define PROBES 32

const uint8_t timeline_event_texts[EVENT_TEXTS] = {
    PM_F_NAMESPACE, PM_F_POD,    PM_F_POD_UID, PM_F_OBJECT, PM_F_CLIENT,
    PM_F_URL,       PM_F_DIGEST, PM_F_MESSAGE, PM_F_JOIN,   PM_F_DETAIL};
const uint8_t timeline_shape_texts[SHAPE_TEXTS] = {
    PM_F_NODE,       PM_F_WORKLOAD, PM_F_CONTAINER, PM_F_IMAGE,  PM_F_REGISTRY,
    PM_F_REPOSITORY, PM_F_TAG,      PM_F_USER,      PM_F_METHOD, PM_F_HOST,
    PM_F_USER_AGENT, PM_F_REASON,   PM_F_ERROR,     PM_F_SECRET, PM_F_WRITER};

struct shapes {
    struct shape *items; // number 1 first
    size_t n, cap;
    uint32_t *slots; // numbers, 0 free; a power of two, at most half of them used
    size_t slots_n;
    uint32_t rows;      // in the table: the last number
    uint32_t last;      // found or made last: the next event mostly has it again
    struct shape loose; // one that is not remembered
};

static uint64_t hash_of(const struct shape *s) {
    uint64_t h = 0;
    for (int i = 0; i < SHAPE_NUMBERS; i++) {
        h = (h ^ (uint64_t)s->v[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h;
}
static bool shape_eq(const struct shape *a, const struct shape *b) {
    return memcmp(a->v, b->v, sizeof a->v) == 0;
}

// The slot of s, or the free one where it belongs; NULL where all its probes are taken, as
// by numbers that were made to share a hash: then it is not remembered.
static uint32_t *shape_slot(const struct shapes *x, const struct shape *s) {
    const uint64_t hash = hash_of(s);
    for (size_t i = 0; i < PROBES; i++) {
        uint32_t *slot = &x->slots[(hash + i) & (x->slots_n - 1)];
        if (!*slot || shape_eq(&x->items[*slot - 1], s)) return slot;
    }
    return NULL;
}
static void place(struct shapes *x, uint32_t number) {
    uint32_t *slot = shape_slot(x, &x->items[number - 1]);
    if (slot && !*slot) *slot = number;
}
static void slots_grow(struct shapes *x) {
    free(x->slots);
    x->slots_n = x->slots_n ? 2 * x->slots_n : SLOTS_FIRST;
    if (!(x->slots = calloc(x->slots_n, sizeof *x->slots))) pm_die_oom();
    for (uint32_t number = 1; number <= x->n; number++) place(x, number);
}
static void remember(struct shapes *x, const struct shape *s) {
    *PM_PUSH(x->items, x->n, x->cap) = *s;
    if (2 * x->n > x->slots_n) slots_grow(x);
    else place(x, (uint32_t)x->n);
}

void timeline_shape_column(sqlite3_stmt *s, int at, struct shape *out) {
    for (int i = 0; i < SHAPE_NUMBERS; i++) out->v[i] = column_or(s, at + i, PM_NO_TIME);
}

// Of a file that was there: its first rows, as long as they are in order and without gaps.
static void shapes_load(struct pm_timeline *t, struct shapes *x) {
    static const char sql[] =
        "SELECT number," TIMELINE_SHAPE_REST " FROM main.shape ORDER BY number";
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return;
    int rc = SQLITE_DONE;
    struct shape shape;
    while (x->n < SHAPES_MAX && (rc = sqlite3_step(s)) == SQLITE_ROW &&
           sqlite3_column_int64(s, 0) == (int64_t)x->n + 1) {
        timeline_shape_column(s, 1, &shape);
        remember(x, &shape);
    }
    timeline_check(t, rc);
    sqlite3_finalize(s);
    x->rows = (uint32_t)timeline_number(t, "SELECT coalesce(max(number), 0) FROM main.shape", 0);
}
static struct shapes *shapes_of(struct pm_timeline *t) {
    if (t->shapes) return t->shapes;
    t->shapes = pm_xmalloc(sizeof *t->shapes);
    *t->shapes = (struct shapes){0};
    slots_grow(t->shapes);
    shapes_load(t, t->shapes);
    return t->shapes;
}
void timeline_shapes_forget(struct pm_timeline *t) {
    if (!t->shapes) return;
    free(t->shapes->items);
    free(t->shapes->slots);
    free(t->shapes);
    t->shapes = NULL;
}

static void shape_write(struct pm_timeline *t, uint32_t number, const struct shape *shape) {
    sqlite3_stmt *s = timeline_stmt(t, ST_SHAPE);
    if (!s) return;
    sqlite3_bind_int64(s, 1, number);
    for (int i = 0; i < SHAPE_NUMBERS; i++) bind_or_null(s, i + 2, shape->v[i]);
    timeline_run(t, s);
}

uint32_t timeline_shape(struct pm_timeline *t, const struct shape *s) {
    struct shapes *x = shapes_of(t);
    if (x->last && shape_eq(&x->items[x->last - 1], s)) return x->last;
    const uint32_t *known = shape_slot(x, s);
    if (known && *known) return x->last = *known;
    shape_write(t, ++x->rows, s);
    if (x->rows == x->n + 1 && x->n < SHAPES_MAX) {
        remember(x, s);
        x->last = x->rows;
    }
    return x->rows;
}

const struct shape *timeline_shape_get(struct pm_timeline *t, int64_t number) {
    struct shapes *x = shapes_of(t);
    if (number > 0 && (uint64_t)number <= x->n) return &x->items[number - 1];
    x->loose = (struct shape){0};
    sqlite3_stmt *s = timeline_stmt(t, ST_SHAPE_GET);
    if (!s) return &x->loose;
    sqlite3_bind_int64(s, 1, number);
    int rc = sqlite3_step(s);
    if (timeline_check(t, rc) && rc == SQLITE_ROW) timeline_shape_column(s, 0, &x->loose);
    sqlite3_reset(s);
    return &x->loose;
}
