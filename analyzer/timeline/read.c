// Reading: events in time order, members, and plain SQL for people.
#include "timeline/store.h"
#include <stdlib.h>

static int bounded(int64_t value, int count) {
    return value >= 0 && value < count ? (int)value : 0;
} // a file may be damaged

// A damaged or hostile file may hold any number: stamps beyond some 120 years around 1970
// would overflow sums, and are none.
static int64_t time_bounded(int64_t ns) {
    const int64_t bound = INT64_C(4000000000) * PM_NS_PER_S;
    return ns > -bound && ns < bound ? ns : PM_NO_TIME;
}
static int64_t span_bounded(int64_t ns) {
    ns = time_bounded(ns);
    return ns > 0 ? ns : 0;
}
int64_t timeline_time_column(sqlite3_stmt *s, int at) {
    return time_bounded(column_or(s, at, PM_NO_TIME));
}
static struct pm_when stamp_of(int64_t ns) {
    return ns == PM_NO_TIME ? (struct pm_when){0} : (struct pm_when){.kind = PM_WHEN_UTC, .ns = ns};
}

static void times_read(const struct row_cells *c, const struct shape *shape, struct pm_row *r) {
    bool dated = c->dated_quality != UNDATED;
    int64_t kind = shape->v[SHAPE_STAMPS] & 7,
            quality = dated ? c->dated_quality : shape->v[SHAPE_QUALITY];
    r->ts_ns = time_bounded(c->at.ts);
    r->first_ns = time_bounded(c->first_ns);
    r->last_ns = time_bounded(c->last_ns);
    r->ts_kind = dated ? PM_WHEN_UTC : (enum pm_when_kind)bounded(kind, PM_WHEN_AGE + 1);
    r->quality = (enum pm_quality)bounded(quality, PM_QUALITY_RELATIVE + 1);
    r->event.when = stamp_of(r->ts_ns);
    r->event.first = stamp_of(r->first_ns);
    r->event.last = stamp_of(r->last_ns);
}

static int64_t at_least(int64_t v, int64_t least) { return v == PM_NO_TIME ? least : v; }

static void text_read(struct pm_timeline *t, struct pm_row *r, int field, uint32_t id) {
    if (id) r->event.field[field] = timeline_string_get(t, id, &r->text_id[field]);
}

static void shape_read(struct pm_timeline *t, const struct settled *x, const struct shape *shape,
                       struct pm_row *r) {
    struct pm_event *e = &r->event;
    const int64_t *v = shape->v;
    e->kind = (enum pm_kind)bounded(v[SHAPE_KIND], PM_KIND_COUNT);
    e->component = (enum pm_component)bounded(v[SHAPE_COMPONENT], PM_COMP_COUNT);
    e->stage = (enum pm_stage)bounded(v[SHAPE_STAGE], PM_STAGE_COUNT);
    e->http_status = (int)at_least(v[SHAPE_STATUS], 0);
    e->standing = timeline_settled_standing(x, r->file, shape);
    e->flags = (unsigned)v[SHAPE_FLAGS] & ~(unsigned)PM_EV_JOINED;
    e->limit = at_least(v[SHAPE_LIMIT], -1);
    e->window_s = at_least(v[SHAPE_WINDOW], -1);
    text_read(t, r, PM_F_NODE, timeline_settled_node(x, r->file, shape));
    for (int i = 1; i < SHAPE_TEXTS; i++)
        text_read(t, r, timeline_shape_texts[i], (uint32_t)v[SHAPE_NODE + i]);
}

static void row_read(struct pm_timeline *t, const struct settled *x, const struct row_cells *c,
                     struct pm_row *r) {
    struct pm_event *e = &r->event;
    *r = (struct pm_row){.id = (uint64_t)c->at.id,
                         .file = c->member,
                         .line = (uint64_t)c->line,
                         .hash = (uint64_t)c->hash,
                         .ordinal = c->ordinal};
    const struct shape *shape = timeline_shape_get(t, c->shape);
    shape_read(t, x, shape, r);
    times_read(c, shape, r);
    e->count = c->count;
    e->duration_ns = span_bounded(c->duration_ns);
    e->waiting_ns = span_bounded(c->waiting_ns);
    e->bytes = c->bytes;
    e->remaining = c->remaining;
    for (int i = 0; i < EVENT_TEXTS; i++) text_read(t, r, timeline_event_texts[i], c->text[i]);
}

struct telling {
    struct pm_timeline *t;
    struct settled settled;
    struct paths paths;
    bool walk; // raw of hearsay only
    bool ended;
    pm_row_cb *cb;
    void *ctx;
};

// The judge walks over all rows, and none of millions is to bring along a text that nobody
// looks at: raw is what a row is largest by.
static sqlite3_stmt *raw_read(struct telling *x, struct pm_row *row) {
    if (x->walk && row->event.standing != PM_STANDING_HEARSAY) return NULL;
    sqlite3_stmt *s = timeline_stmt(x->t, ST_RAW);
    if (!s) return NULL;
    sqlite3_bind_int64(s, 1, (int64_t)row->id);
    int rc = sqlite3_step(s);
    if (timeline_check(x->t, rc) && rc == SQLITE_ROW) row->raw = timeline_column(s, 0);
    return s;
}

static void row_tell(struct telling *x, const struct row_cells *c) {
    struct pm_row row;
    const struct path *path = &x->paths.items[c->member];
    pm_arena_reset(x->t->row_arena);
    row_read(x->t, &x->settled, c, &row);
    row.part = path->age;
    row.file = path->one;
    row.path = x->paths.items[path->one].text;
    sqlite3_stmt *raw = raw_read(x, &row);
    x->ended = !x->cb(x->ctx, &row);
    if (raw) sqlite3_reset(raw);
}

// While one statement is at a row the file stays locked for reading: else each row that is
// fetched would lock it and let it go, which takes longer than reading it.
static sqlite3_stmt *reading_hold(struct pm_timeline *t) {
    sqlite3_stmt *s = NULL;
    if (!t->packed &&
        timeline_check(t, sqlite3_prepare_v2(t->db, "SELECT id FROM event", -1, &s, NULL)))
        timeline_check(t, sqlite3_step(s));
    return s;
}

static void rows_tell(struct telling *x, const char *where) {
    struct pm_timeline *t = x->t;
    sqlite3_stmt *held = reading_hold(t);
    timeline_paths_load(t, &x->paths);
    timeline_settled_load(t, &x->settled);
    struct rows *rows = timeline_rows_open(t, where, &x->paths);
    bool texts = (!where || !timeline_rows_are_few(rows)) && timeline_texts_load(t);
    const struct row_cells *row;
    x->ended = t->error.n > 0;
    while (!x->ended && (row = timeline_rows_next(rows)) != NULL) row_tell(x, row);
    timeline_rows_close(rows);
    if (texts) timeline_texts_free(t);
    sqlite3_finalize(held);
    if (x->walk) sqlite3_db_release_memory(t->db); // its pages, as the judge needs the room now
    timeline_settled_free(&x->settled);
    timeline_paths_free(&x->paths);
}
void pm_timeline_each(struct pm_timeline *t, const char *where, pm_row_cb *cb, void *ctx) {
    struct telling x = {.t = t, .cb = cb, .ctx = ctx};
    rows_tell(&x, where);
}
void pm_timeline_walk(struct pm_timeline *t, pm_row_cb *cb, void *ctx) {
    struct telling x = {.t = t, .cb = cb, .ctx = ctx, .walk = true};
    rows_tell(&x, NULL);
}

void pm_timeline_each_file(struct pm_timeline *t, pm_file_cb *cb, void *ctx) {
    static const char sql[] =
        "SELECT id,path,format,component,node,envelopes,bytes,lines,events,bad,undated,from_ns,to_ns,quality,year,year_from,utc_offset_s,offset_from,skew_ms,"
        "hash,duplicate_of FROM member ORDER BY id";
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct pm_file_row f = {.path = timeline_path_column(s, 1),
                                .format = timeline_column(s, 2),
                                .component = timeline_column(s, 3),
                                .node = timeline_column(s, 4),
                                .envelopes = timeline_column(s, 5),
                                .year_from = timeline_column(s, 15),
                                .offset_from = timeline_column(s, 17),
                                .hash = timeline_column(s, 19)};
        uint64_t *numbers[] = {&f.bytes, &f.lines, &f.events, &f.bad, &f.undated};
        for (int i = 0; i < (int)PM_LEN(numbers); i++)
            *numbers[i] = (uint64_t)sqlite3_column_int64(s, 6 + i);
        f.from_ns = timeline_time_column(s, 11);
        f.to_ns = timeline_time_column(s, 12);
        f.quality = (enum pm_quality)bounded(sqlite3_column_int(s, 13), PM_QUALITY_RELATIVE + 1);
        f.year = (int)column_or(s, 14, 0);
        f.offset_known = sqlite3_column_type(s, 16) != SQLITE_NULL;
        f.utc_offset_s = (int32_t)column_or(s, 16, 0);
        f.skew_ms = column_or(s, 18, 0);
        f.duplicate_of = (uint32_t)(column_or(s, 20, -1) + 1);
        int64_t id = sqlite3_column_int64(s, 0);
        if (!timeline_is_member(id)) rc = SQLITE_CORRUPT;
        if (rc == SQLITE_CORRUPT || !cb(ctx, (uint32_t)id, &f)) break;
    }
    timeline_check(t, rc);
    sqlite3_finalize(s);
}

// People's SQL may only read this one file. Statements that write are told by
// sqlite3_stmt_readonly; here is what SQLite counts as reading and we do not: ATTACH (it
// makes files), transactions, and pragmas that set something.
static int read_only(void *ctx, int action, const char *x, const char *y, const char *database,
                     const char *trigger) {
    (void)ctx, (void)database, (void)trigger;
    static const char *const pragmas[] = {"table_info",    "table_xinfo",   "table_list",
                                          "index_list",    "index_info",    "index_xinfo",
                                          "database_list", "function_list", "compile_options"};
    switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return SQLITE_DENY;
    case SQLITE_FUNCTION: return y && strcmp(y, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
        for (size_t i = 0; i < PM_LEN(pragmas); i++)
            if (x && strcmp(x, pragmas[i]) == 0) return SQLITE_OK;
        return SQLITE_DENY;
    default: return SQLITE_OK;
    }
}

static char type_letter(int type) {
    if (type == SQLITE_NULL) return 'n';
    if (type == SQLITE_INTEGER) return 'i';
    if (type == SQLITE_FLOAT) return 'f';
    return type == SQLITE_BLOB ? 'b' : 't';
}

// A cell as a C string: a NUL inside of a text would end it, and stands as its picture.
static const char *cell_text(sqlite3_stmt *s, int i, struct pm_arena *a) {
    static const char picture[] = "\xe2\x90\x80";
    struct pm_str cell = timeline_column(s, i), rest = cell;
    if (!cell.p || pm_str_chr(cell, 0, 0) < 0) return cell.p;
    struct pm_buf b = {0};
    for (ptrdiff_t at; (at = pm_str_chr(rest, 0, 0)) >= 0;
         rest = pm_str_from(rest, (size_t)at + 1)) {
        pm_buf_add(&b, pm_str_sub(rest, 0, (size_t)at));
        pm_buf_lit(&b, picture);
    }
    pm_buf_add(&b, rest);
    const char *text = pm_arena_cstr(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return text;
}

static bool sql_rows(struct pm_timeline *t, sqlite3_stmt *s, pm_sql_typed_cb *cb, void *ctx) {
    int n = sqlite3_column_count(s), rc;
    const char **names = pm_xmalloc(sizeof *names * (size_t)(n + 1)),
               **cells = pm_xmalloc(sizeof *cells * (size_t)(n + 1));
    char *types = pm_xmalloc((size_t)n + 1);
    struct pm_arena *a = pm_arena_new();
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        pm_arena_reset(a);
        for (int i = 0; i < n; i++) {
            types[i] = type_letter(sqlite3_column_type(s, i));
            names[i] = sqlite3_column_name(s, i);
            cells[i] = cell_text(s, i, a);
        }
        if (!cb(ctx, n, names, cells, types)) {
            rc = SQLITE_DONE;
            break;
        }
    }
    pm_arena_free(a);
    free(types);
    free(names);
    free(cells);
    if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB || rc == SQLITE_IOERR)
        timeline_check(t, rc); // the file's fault, not the statement's
    return rc == SQLITE_DONE;
}

struct untyped {
    pm_sql_cb *cb;
    void *ctx;
};
static bool untyped(void *ctx, int columns, const char *const *names, const char *const *cells,
                    const char *types) {
    (void)types;
    struct untyped *u = ctx;
    return u->cb(u->ctx, columns, names, cells);
}
bool pm_timeline_sql(struct pm_timeline *t, const char *sql, pm_sql_cb *cb, void *ctx,
                     struct pm_str *why, struct pm_arena *a) {
    return pm_timeline_sql_typed(t, sql, untyped, &(struct untyped){cb, ctx}, why, a);
}

bool pm_timeline_sql_typed(struct pm_timeline *t, const char *sql, pm_sql_typed_cb *cb, void *ctx,
                           struct pm_str *why, struct pm_arena *a) {
    sqlite3_stmt *s = NULL;
    const char *rest = NULL;
    sqlite3_set_authorizer(t->db, read_only, NULL);
    int rc = sqlite3_prepare_v2(t->db, sql, -1, &s, &rest);
    sqlite3_set_authorizer(t->db, NULL, NULL);
    const char *mistake = NULL;
    if (rc == SQLITE_AUTH || (rc == SQLITE_OK && s && !sqlite3_stmt_readonly(s)))
        mistake = "only reading is allowed: one SELECT over the views";
    else if (rc != SQLITE_OK) mistake = sqlite3_errmsg(t->db);
    else if (!s) mistake = "the statement is empty";
    else if (pm_str_trim(pm_str_c(rest)).n) mistake = "one statement at a time";
    if (!mistake && !sql_rows(t, s, cb, ctx)) mistake = sqlite3_errmsg(t->db);
    if (mistake && why) *why = pm_arena_dup(a, pm_str_c(mistake));
    sqlite3_finalize(s);
    return !mistake;
}

struct pm_str pm_sql_fraction(double x, char text[PM_SQL_FRACTION_BYTES]) {
    return pm_str_c(sqlite3_snprintf(PM_SQL_FRACTION_BYTES, text, "%!.15g", x));
}
