// Packed rows in order of id, with what was made of them, for the walk over all (rows.c).
#include "timeline/packed.h"
#include <stdlib.h>

// The table of copies, at the first that is not behind.
struct copies {
    sqlite3_stmt *s;
    int64_t event; // INT64_MAX: no more
};
struct packed_rows {
    struct pm_timeline *t;
    struct copies copies;
};

static struct copies copies_open(struct pm_timeline *t) {
    static const char sql[] = "SELECT event FROM copy WHERE event >= ? ORDER BY event";
    struct copies m = {NULL, INT64_MAX};
    timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &m.s, NULL));
    return m;
}
static void copies_step(struct pm_timeline *t, struct copies *m) {
    int rc = sqlite3_step(m->s);
    bool there = timeline_check(t, rc) && rc == SQLITE_ROW;
    m->event = there ? sqlite3_column_int64(m->s, 0) : INT64_MAX;
}
static void copies_seek(struct pm_timeline *t, struct copies *m, int64_t event) {
    if (!m->s) return;
    sqlite3_reset(m->s);
    sqlite3_bind_int64(m->s, 1, event);
    copies_step(t, m);
}
static bool copies_are_at(struct pm_timeline *t, struct copies *m, int64_t event) {
    while (m->event < event) copies_step(t, m);
    return m->event == event;
}

struct packed_rows *timeline_packed_rows_open(struct pm_timeline *t) {
    struct packed_rows *x = pm_xmalloc(sizeof *x);
    *x = (struct packed_rows){t, copies_open(t)};
    return x;
}
void timeline_packed_rows_close(struct packed_rows *x) {
    if (!x) return;
    sqlite3_finalize(x->copies.s);
    free(x);
}

static int64_t unless_null(int64_t v, int64_t otherwise) { return v == PM_NO_TIME ? otherwise : v; }
static void cells_of(const int64_t *v, int64_t id, struct row_cells *c) {
    *c = (struct row_cells){.at = {.ts = v[EV_TS], .id = id},
                            .line = v[EV_LINE],
                            .hash = unless_null(v[EV_HASH], 0),
                            .shape = v[EV_SHAPE],
                            .first_ns = v[EV_FIRST],
                            .last_ns = v[EV_LAST],
                            .duration_ns = v[EV_DURATION],
                            .waiting_ns = v[EV_WAITING],
                            .bytes = unless_null(v[EV_BYTES], -1),
                            .remaining = unless_null(v[EV_REMAINING], -1),
                            .member = (uint32_t)v[EV_MEMBER],
                            .ordinal = (uint32_t)unless_null(v[EV_ORDINAL], 0),
                            .count = (uint32_t)v[EV_COUNT],
                            .dated_quality = UNDATED};
    for (int i = 0; i < EVENT_TEXTS; i++) c->text[i] = (uint32_t)v[EV_TEXTS + i];
}
static void cells_date(const int64_t *dates, struct row_cells *c) {
    c->at.ts = dates[DATES_UTC];
    c->dated_quality = (int)dates[DATES_QUALITY];
    c->first_ns = dates[DATES_FIRST];
    c->last_ns = dates[DATES_LAST];
}

bool timeline_packed_each(struct packed_rows *x, int64_t from, int64_t to, packed_row_cb *cb,
                          void *ctx) {
    copies_seek(x->t, &x->copies, from);
    for (int64_t id = from; id <= to && !x->t->error.n; id++) {
        const struct pack *b = timeline_pack_of(x->t, id);
        struct row_cells c;
        if (!b) return false;
        if (copies_are_at(x->t, &x->copies, id)) continue;
        cells_of(b->v[(id - 1) % PACK_ROWS], id, &c);
        const int64_t *dates = timeline_packed_dates(x->t, id);
        if (dates) cells_date(dates, &c);
        cb(ctx, &c);
    }
    return !x->t->error.n;
}
