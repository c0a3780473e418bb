// The tables `event`, `string` and `dated` as SQL sees them where they stand packed: read
// only, in order of their first column.
#include "timeline/packed.h"
#include <stdlib.h>

struct table {
    const char *name, *columns;
    // The first of these that is no more than `last`; INT64_MAX: none.
    int64_t (*from)(struct pm_timeline *t, int64_t id, int64_t last);
    int64_t (*rows)(const struct packed *x); // about so many
    int (*column)(struct pm_timeline *t, int64_t id, int column, sqlite3_context *to);
};
struct packed_table {
    sqlite3_vtab base; // first, as SQLite takes it for that
    struct pm_timeline *t;
    const struct table *as;
};
struct cursor {
    sqlite3_vtab_cursor base; // first
    int64_t id, last;
};
// What a plan bounds ids by; each is an argument, in this order.
enum bound { BOUND_NONE, BOUND_IS = 1, BOUND_FROM = 2, BOUND_TO = 4 };
enum { COLUMN_ID, COLUMN_NUMBERS, COLUMN_RAW = COLUMN_NUMBERS + EVENT_NUMBERS };

static const struct packed_table *table_of(const sqlite3_vtab_cursor *c) {
    return (const struct packed_table *)c->pVtab;
}

static void text_result(sqlite3_context *to, struct pm_str text) {
    if (text.n) sqlite3_result_text64(to, text.p, text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}
static int event_column(struct pm_timeline *t, int64_t id, int column, sqlite3_context *to) {
    const struct pack *b = NULL;
    if (column == COLUMN_RAW) text_result(to, timeline_packed_raw(t, id));
    else b = timeline_pack_of(t, id);
    const int64_t v = b ? b->v[(id - 1) % PACK_ROWS][column - COLUMN_NUMBERS] : PM_NO_TIME;
    if (v != PM_NO_TIME) sqlite3_result_int64(to, v);
    return t->error.n ? SQLITE_CORRUPT : SQLITE_OK;
}
static int64_t event_from(struct pm_timeline *t, int64_t id, int64_t last) {
    const int64_t rows = timeline_packed_rows(t->packed);
    return id <= last && id <= rows ? id : INT64_MAX;
}
static int string_column(struct pm_timeline *t, int64_t id, int column, sqlite3_context *to) {
    (void)column;
    text_result(to, timeline_packed_string(t, id));
    return t->error.n ? SQLITE_CORRUPT : SQLITE_OK;
}
static int64_t string_from(struct pm_timeline *t, int64_t id, int64_t last) {
    const int64_t from = timeline_packed_string_from(t->packed, id);
    return from <= last ? from : INT64_MAX;
}
static int dated_column(struct pm_timeline *t, int64_t id, int column, sqlite3_context *to) {
    const int64_t *dates = timeline_packed_dates(t, id);
    const int64_t v = dates ? dates[column - 1] : PM_NO_TIME;
    if (v != PM_NO_TIME) sqlite3_result_int64(to, v);
    return t->error.n ? SQLITE_CORRUPT : SQLITE_OK;
}
static int64_t dated_from(struct pm_timeline *t, int64_t id, int64_t last) {
    const int64_t rows = timeline_packed_any_dates(t->packed) ? timeline_packed_rows(t->packed) : 0;
    for (; id <= last && id <= rows && !t->error.n; id++)
        if (timeline_packed_dates(t, id)) return id;
    return INT64_MAX;
}
static const struct table tables[] = {
    {"event", "CREATE TABLE x(id INTEGER, member," TIMELINE_EVENT_REST ")", event_from,
     timeline_packed_rows, event_column},
    {"string", "CREATE TABLE x(id INTEGER, text)", string_from, timeline_packed_strings,
     string_column},
    {"dated", "CREATE TABLE x(event INTEGER, utc_ns, dated_quality, first_utc_ns, last_utc_ns)",
     dated_from, timeline_packed_rows, dated_column}};

static int table_connect(sqlite3 *db, void *timeline, int n, const char *const *arguments,
                         sqlite3_vtab **out, char **why) {
    (void)n, (void)why;
    struct packed_table *x = pm_xmalloc(sizeof *x);
    *x = (struct packed_table){.t = timeline};
    for (size_t i = 0; i < PM_LEN(tables); i++)
        if (strcmp(arguments[0], tables[i].name) == 0) x->as = &tables[i];
    *out = &x->base;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    return sqlite3_declare_vtab(db, x->as->columns);
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
    const struct packed_table *x = (const struct packed_table *)table;
    const int64_t rows = x->as->rows(x->t->packed);
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
    struct cursor *c = pm_xmalloc(sizeof *c);
    *c = (struct cursor){0};
    *out = &c->base;
    return SQLITE_OK;
}
static int cursor_close(sqlite3_vtab_cursor *c) {
    free(c);
    return SQLITE_OK;
}

static int cursor_go(struct cursor *c, int64_t id) {
    const struct packed_table *x = table_of(&c->base);
    c->id = x->as->from(x->t, id, c->last);
    return x->t->error.n ? SQLITE_CORRUPT : SQLITE_OK;
}
// Only whole numbers bound anything here; what a text or a fraction bounds SQLite knows.
static int cursor_filter(sqlite3_vtab_cursor *cursor, int bounds, const char *text, int n,
                         sqlite3_value **v) {
    (void)text, (void)n;
    struct cursor *c = (struct cursor *)cursor;
    const enum bound each[] = {BOUND_IS, BOUND_FROM, BOUND_TO};
    int64_t from = 1;
    c->last = INT64_MAX - 1;
    for (size_t i = 0; i < PM_LEN(each); i++) {
        if (!(bounds & (int)each[i])) continue;
        sqlite3_value *bound = *v++;
        if (sqlite3_value_type(bound) != SQLITE_INTEGER) continue;
        const int64_t id = sqlite3_value_int64(bound);
        if (each[i] != BOUND_TO && id > from) from = id;
        if (each[i] != BOUND_FROM && id < c->last) c->last = id;
    }
    return cursor_go(c, from);
}
static int cursor_next(sqlite3_vtab_cursor *cursor) {
    struct cursor *c = (struct cursor *)cursor;
    return cursor_go(c, c->id + 1);
}
static int cursor_at_end(sqlite3_vtab_cursor *cursor) {
    const struct cursor *c = (const struct cursor *)cursor;
    return c->id > c->last;
}
static int cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *id) {
    *id = ((const struct cursor *)cursor)->id;
    return SQLITE_OK;
}
static int cursor_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int column) {
    const int64_t id = ((const struct cursor *)cursor)->id;
    const struct packed_table *x = table_of(cursor);
    if (column != COLUMN_ID) return x->as->column(x->t, id, column, to);
    sqlite3_result_int64(to, id);
    return SQLITE_OK;
}

bool timeline_packed_tables(struct pm_timeline *t) {
    static const sqlite3_module module = {.xConnect = table_connect,
                                          .xBestIndex = plan,
                                          .xDisconnect = table_disconnect,
                                          .xOpen = cursor_open,
                                          .xClose = cursor_close,
                                          .xFilter = cursor_filter,
                                          .xNext = cursor_next,
                                          .xEof = cursor_at_end,
                                          .xColumn = cursor_column,
                                          .xRowid = cursor_rowid};
    for (size_t i = 0; i < PM_LEN(tables); i++)
        if (!timeline_check(t, sqlite3_create_module(t->db, tables[i].name, &module, t)))
            return false;
    return true;
}
