// The table `event` as SQL sees it where its rows are packed: read only, in order of id.
#include "timeline/store.h"
#include <stdlib.h>

struct event_table {
    sqlite3_vtab base; // first, as SQLite takes it for that
    struct pm_timeline *t;
};
struct event_cursor {
    sqlite3_vtab_cursor base; // first
    int64_t id, last;
};
// What a plan bounds ids by; each is an argument, in this order.
enum bound { BOUND_NONE, BOUND_IS = 1, BOUND_FROM = 2, BOUND_TO = 4 };
enum { COLUMN_ID, COLUMN_NUMBERS, COLUMN_RAW = COLUMN_NUMBERS + EVENT_NUMBERS };

static struct pm_timeline *timeline_of(sqlite3_vtab_cursor *c) {
    return ((struct event_table *)c->pVtab)->t;
}

static int table_connect(sqlite3 *db, void *timeline, int n, const char *const *arguments,
                         sqlite3_vtab **out, char **why) {
    (void)n, (void)arguments, (void)why;
    struct event_table *x = pm_xmalloc(sizeof *x);
    *x = (struct event_table){.t = timeline};
    *out = &x->base;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    return sqlite3_declare_vtab(db, "CREATE TABLE x(id INTEGER, member," TIMELINE_EVENT_REST ")");
}
static int table_disconnect(sqlite3_vtab *x) {
    free(x);
    return SQLITE_OK;
}

static enum bound bound_of(const struct sqlite3_index_constraint *c) {
    if (!c->usable || c->iColumn > COLUMN_ID) return BOUND_NONE;
    switch (c->op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return BOUND_IS;
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE: return BOUND_FROM;
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE: return BOUND_TO;
    default: return BOUND_NONE;
    }
}
// One bound of each kind is heeded, and SQLite looks at all of them again.
static int plan(sqlite3_vtab *table, sqlite3_index_info *info) {
    const int64_t rows = timeline_packed_rows(((struct event_table *)table)->t->packed);
    int at[BOUND_TO + 1] = {0};
    for (int i = 0; i < info->nConstraint; i++) at[bound_of(&info->aConstraint[i])] = i + 1;
    if (at[BOUND_IS]) at[BOUND_FROM] = at[BOUND_TO] = 0;
    static const enum bound bounds[] = {BOUND_IS, BOUND_FROM, BOUND_TO};
    int arguments = 0;
    info->idxNum = BOUND_NONE;
    for (size_t i = 0; i < PM_LEN(bounds); i++) {
        if (!at[bounds[i]]) continue;
        info->aConstraintUsage[at[bounds[i]] - 1].argvIndex = ++arguments;
        info->idxNum |= (int)bounds[i];
    }
    info->estimatedRows = at[BOUND_IS] ? 1 : rows / (1 + 3 * arguments) + 1;
    info->estimatedCost = (double)info->estimatedRows;
    if (at[BOUND_IS]) info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    info->orderByConsumed =
        info->nOrderBy == 1 && info->aOrderBy[0].iColumn <= COLUMN_ID && !info->aOrderBy[0].desc;
    return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
    (void)table;
    struct event_cursor *c = pm_xmalloc(sizeof *c);
    *c = (struct event_cursor){0};
    *out = &c->base;
    return SQLITE_OK;
}
static int cursor_close(sqlite3_vtab_cursor *c) {
    free(c);
    return SQLITE_OK;
}

// Only whole numbers bound anything here; what a text or a fraction bounds SQLite knows.
static int cursor_filter(sqlite3_vtab_cursor *cursor, int bounds, const char *text, int n,
                         sqlite3_value **v) {
    (void)text, (void)n;
    struct event_cursor *c = (struct event_cursor *)cursor;
    const enum bound each[] = {BOUND_IS, BOUND_FROM, BOUND_TO};
    c->id = 1;
    c->last = timeline_packed_rows(timeline_of(cursor)->packed);
    for (size_t i = 0; i < PM_LEN(each); i++) {
        if (!(bounds & (int)each[i])) continue;
        sqlite3_value *bound = *v++;
        if (sqlite3_value_type(bound) != SQLITE_INTEGER) continue;
        const int64_t id = sqlite3_value_int64(bound);
        if (each[i] != BOUND_TO && id > c->id) c->id = id;
        if (each[i] != BOUND_FROM && id < c->last) c->last = id;
    }
    return SQLITE_OK;
}
static int cursor_next(sqlite3_vtab_cursor *cursor) {
    ((struct event_cursor *)cursor)->id++;
    return SQLITE_OK;
}
static int cursor_at_end(sqlite3_vtab_cursor *cursor) {
    const struct event_cursor *c = (const struct event_cursor *)cursor;
    return c->id > c->last;
}
static int cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *id) {
    *id = ((const struct event_cursor *)cursor)->id;
    return SQLITE_OK;
}
static int cursor_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int column) {
    struct pm_timeline *t = timeline_of(cursor);
    const int64_t id = ((const struct event_cursor *)cursor)->id;
    if (column == COLUMN_ID) {
        sqlite3_result_int64(to, id);
        return SQLITE_OK;
    }
    if (column == COLUMN_RAW) {
        const struct pm_str raw = timeline_packed_raw(t, id);
        if (raw.n) sqlite3_result_text64(to, raw.p, raw.n, SQLITE_TRANSIENT, SQLITE_UTF8);
        return t->error.n ? SQLITE_CORRUPT : SQLITE_OK;
    }
    const struct pack *b = timeline_pack_of(t, id);
    if (!b) return SQLITE_CORRUPT;
    const int64_t v = b->v[(id - 1) % PACK_ROWS][column - COLUMN_NUMBERS];
    if (v != PM_NO_TIME) sqlite3_result_int64(to, v);
    return SQLITE_OK;
}

bool timeline_packed_table(struct pm_timeline *t) {
    static const sqlite3_module event = {.xConnect = table_connect,
                                         .xBestIndex = plan,
                                         .xDisconnect = table_disconnect,
                                         .xOpen = cursor_open,
                                         .xClose = cursor_close,
                                         .xFilter = cursor_filter,
                                         .xNext = cursor_next,
                                         .xEof = cursor_at_end,
                                         .xColumn = cursor_column,
                                         .xRowid = cursor_rowid};
    return timeline_check(t, sqlite3_create_module(t->db, "event", &event, t));
}
