// Packed rows in order of id, with what was made of them, for the walk over all (rows.c).
#include "timeline/packed.h"
#include <stdlib.h>

// A table of what was made of rows, at the first row of it that is not behind.
struct made {
    sqlite3_stmt *s;
    int64_t event; // INT64_MAX: no more
};
struct packed_rows {
    struct pm_timeline *t;
    struct made dated, copies;
};

static const char dated_sql[] = "SELECT event, utc_ns, coalesce(dated_quality, 0), first_utc_ns, "
                                "last_utc_ns FROM dated WHERE event >= ? ORDER BY event",
                  copies_sql[] = "SELECT event FROM copy WHERE event >= ? ORDER BY event";

static struct made made_open(struct pm_timeline *t, const char *sql) {
    struct made m = {NULL, INT64_MAX};
    timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &m.s, NULL));
    return m;
}
static void made_step(struct pm_timeline *t, struct made *m) {
    int rc = sqlite3_step(m->s);
    bool there = timeline_check(t, rc) && rc == SQLITE_ROW;
    m->event = there ? sqlite3_column_int64(m->s, 0) : INT64_MAX;
}
static void made_seek(struct pm_timeline *t, struct made *m, int64_t event) {
    if (!m->s) return;
    sqlite3_reset(m->s);
    sqlite3_bind_int64(m->s, 1, event);
    made_step(t, m);
}
static bool made_is_at(struct pm_timeline *t, struct made *m, int64_t event) {
    while (m->event < event) made_step(t, m);
    return m->event == event;
}

struct packed_rows *timeline_packed_rows_open(struct pm_timeline *t) {
    struct packed_rows *x = pm_xmalloc(sizeof *x);
    *x = (struct packed_rows){t, made_open(t, dated_sql), made_open(t, copies_sql)};
    return x;
}
void timeline_packed_rows_close(struct packed_rows *x) {
    if (!x) return;
    sqlite3_finalize(x->dated.s);
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
// `s` is at a row of `dated`.
static void cells_date(sqlite3_stmt *s, struct row_cells *c) {
    c->at.ts = column_or(s, 1, PM_NO_TIME);
    c->dated_quality = sqlite3_column_int(s, 2);
    c->first_ns = column_or(s, 3, PM_NO_TIME);
    c->last_ns = column_or(s, 4, PM_NO_TIME);
}

bool timeline_packed_each(struct packed_rows *x, int64_t from, int64_t to, packed_row_cb *cb,
                          void *ctx) {
    made_seek(x->t, &x->dated, from);
    made_seek(x->t, &x->copies, from);
    for (int64_t id = from; id <= to && !x->t->error.n; id++) {
        const struct pack *b = timeline_pack_of(x->t, id);
        struct row_cells c;
        if (!b) return false;
        if (made_is_at(x->t, &x->copies, id)) continue;
        cells_of(b->v[(id - 1) % PACK_ROWS], id, &c);
        if (made_is_at(x->t, &x->dated, id)) cells_date(x->dated.s, &c);
        cb(ctx, &c);
    }
    return !x->t->error.n;
}
