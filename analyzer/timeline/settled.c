// What is made of members and events once all is read: when each was, on which node, and who
// did not speak for whom. It stands beside the events, which stay as they were said: a
// merge takes it back and decides again.
#include "timeline/packed.h"

static int64_t stamp_fix(pm_clock_fix *fix, void *ctx, int64_t kind, int64_t ns,
                         enum pm_quality *quality) {
    return ns == PM_NO_TIME ? ns : fix(ctx, (enum pm_when_kind)(kind & 7), ns, quality);
}

struct dated {
    int64_t v[5]; // as the columns are
};
struct dating {
    struct pm_timeline *t;
    pm_clock_fix *fix;
    void *ctx;
    struct dated rows[GROUP_ROWS];
    size_t n;
    // What the parameters of the inserts hold, by their place: most of them repeat.
    struct dated bound[GROUP_ROWS + 1];
};

static void dated_begin(struct dating *x) {
    static const enum timeline_stmt both[] = {ST_DATED, ST_DATEDS};
    for (size_t i = 0; i < PM_LEN(both); i++) {
        sqlite3_stmt *s = timeline_stmt(x->t, both[i]);
        if (s) sqlite3_clear_bindings(s);
    }
    for (size_t i = 0; i < PM_LEN(x->bound); i++)
        for (size_t c = 0; c < PM_LEN(x->bound[i].v); c++) x->bound[i].v[c] = PM_NO_TIME; // NULL
}
static void dated_bind(sqlite3_stmt *s, size_t place, struct dated *bound,
                       const struct dated *row) {
    for (int c = 0; c < (int)PM_LEN(row->v); c++) {
        if (bound->v[c] == row->v[c]) continue;
        bind_or_null(s, (int)(place * PM_LEN(row->v)) + c + 1, row->v[c]);
        bound->v[c] = row->v[c];
    }
}
static void dated_flush(struct dating *x) {
    for (size_t i = 0; x->t->packed && i < x->n; i++)
        timeline_packed_date(x->t, x->rows[i].v[0], x->rows[i].v + 1);
    if (x->t->packed) {
        x->n = 0;
        return;
    }
    bool all = x->n == GROUP_ROWS;
    sqlite3_stmt *s = timeline_stmt(x->t, all ? ST_DATEDS : ST_DATED);
    for (size_t i = 0; s && i < x->n; i++) {
        if (all) dated_bind(s, i, &x->bound[i], &x->rows[i]);
        else dated_bind(s, 0, &x->bound[GROUP_ROWS], &x->rows[i]);
        if (!all || i + 1 == x->n) timeline_run(x->t, s);
    }
    x->n = 0;
}

static void event_date(struct dating *x, int64_t event, int64_t shape_number, int64_t ts,
                       int64_t first, int64_t last) {
    const struct shape *shape = timeline_shape_get(x->t, shape_number);
    const int64_t stamps = shape->v[SHAPE_STAMPS];
    enum pm_quality was = (enum pm_quality)shape->v[SHAPE_QUALITY], quality = was, aside = was;
    // An undated event is asked about, too: it may stand for the moment of capture.
    int64_t new_ts = x->fix(x->ctx, (enum pm_when_kind)(stamps & 7), ts, &quality),
            new_first = stamp_fix(x->fix, x->ctx, stamps >> 3, first, &aside),
            new_last = stamp_fix(x->fix, x->ctx, stamps >> 6, last, &aside);
    if (new_ts == ts && new_first == first && new_last == last && quality == was) return;
    x->rows[x->n++] = (struct dated){{event, new_ts, (int64_t)quality, new_first, new_last}};
    if (x->n == GROUP_ROWS) dated_flush(x);
}

static void packed_redate(struct dating *x, uint32_t file, const struct row_span *span) {
    timeline_write_begins(x->t);
    for (int64_t id = span->lo; id <= span->hi && !x->t->error.n; id++) {
        const struct pack *b = timeline_pack_of(x->t, id);
        const int64_t *v = b ? b->v[(id - 1) % PACK_ROWS] : NULL;
        if (v && v[EV_MEMBER] == file)
            event_date(x, id, v[EV_SHAPE], v[EV_TS], v[EV_FIRST], v[EV_LAST]);
    }
    dated_flush(x);
    timeline_packed_dates_end(x->t);
}

// The rows of a member lie between two ids, among rows of the members that were read at
// the same time: no index is needed to find them.
void pm_timeline_redate(struct pm_timeline *t, uint32_t file, pm_clock_fix *fix, void *ctx) {
    struct dating x = {.t = t, .fix = fix, .ctx = ctx};
    if (file >= t->spans_n || t->spans[file].hi == 0) return;
    if (t->packed) {
        packed_redate(&x, file, &t->spans[file]);
        return;
    }
    sqlite3_stmt *r = timeline_stmt(t, ST_UNDATED);
    if (!r) return;
    dated_begin(&x);
    timeline_write_begins(t);
    sqlite3_bind_int64(r, 1, t->spans[file].lo);
    sqlite3_bind_int64(r, 2, t->spans[file].hi);
    sqlite3_bind_int64(r, 3, file);
    int rc;
    while ((rc = sqlite3_step(r)) == SQLITE_ROW)
        event_date(&x, sqlite3_column_int64(r, 0), sqlite3_column_int64(r, 1),
                   column_or(r, 2, PM_NO_TIME), column_or(r, 3, PM_NO_TIME),
                   column_or(r, 4, PM_NO_TIME));
    dated_flush(&x);
    timeline_check(t, rc);
    sqlite3_reset(r);
}

void pm_timeline_renode(struct pm_timeline *t, uint32_t file, struct pm_str node,
                        struct pm_str also) {
    if (!node.n || file >= t->spans_n || t->spans[file].hi == 0) return;
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_GIVEN);
    if (!s) return;
    sqlite3_bind_int64(s, 1, timeline_string(t, node));
    bind_known(s, 2, also.n != 0, timeline_string(t, also));
    sqlite3_bind_int64(s, 3, file);
    timeline_run(t, s);
}

void pm_timeline_hearsay(struct pm_timeline *t, uint32_t file, uint32_t voice,
                         enum pm_component component) {
    if (file >= t->spans_n || t->spans[file].hi == 0) return;
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_SILENCED);
    if (!s) return;
    const int64_t v[] = {file, voice, component};
    for (int i = 0; i < (int)PM_LEN(v); i++) sqlite3_bind_int64(s, i + 1, v[i]);
    timeline_run(t, s);
}

void timeline_members_note(struct pm_timeline *t) {
    int64_t members = timeline_number(t, "SELECT coalesce(max(id) + 1, 0) FROM main.member", 0);
    while (timeline_is_member(members - 1) && t->spans_n < (size_t)members)
        *PM_PUSH(t->spans, t->spans_n, t->spans_cap) = (struct row_span){INT64_MAX, 0};
}

// Where each member's rows are, and which records came before, of rows that this run has
// not put since it made the file.
static bool rows_note(struct pm_timeline *t) {
    static const char sql[] = "SELECT id, member, hash, ordinal FROM main.event";
    sqlite3_stmt *s = NULL;
    int rc;
    t->spans_n = 0;
    timeline_members_note(t);
    timeline_unsee(t);
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return false;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        timeline_row_note(t, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
                          column_or(s, 2, PM_NO_TIME), sqlite3_column_int64(s, 3));
    sqlite3_finalize(s);
    t->noted = timeline_check(t, rc);
    return t->noted;
}

static const char unsettle_sql[] =
    "DELETE FROM main.dated; DELETE FROM main.silenced; DELETE FROM main.copy;"
    "UPDATE main.member SET duplicates = 0, given = NULL, also = NULL;"
    "DELETE FROM main.diagnostic WHERE code = 'duplicate-records';";

bool timeline_unsettle(struct pm_timeline *t) {
    return timeline_joined_drop(t) && timeline_exec(t, unsettle_sql) &&
           (t->noted || rows_note(t)) && !t->error.n;
}
