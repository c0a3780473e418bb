// Reading: events in time order, members, and plain SQL for people.
#include "timeline/store.h"
#include <stdlib.h>

// What is read of a row, in this order. The judge walks over all of them, and no row of
// millions is to bring along a text that nobody looks at: raw is what a row is largest by.
static const char each_sql[] =
    "SELECT id,member,line," TIMELINE_EVENT_READ ",raw,hash,ordinal FROM event ",
                  walk_sql[] = "SELECT id,member,line," TIMELINE_EVENT_READ
                               ",CASE standing&3 WHEN 2 THEN raw END FROM event ";
_Static_assert(PM_STANDING_HEARSAY == 2, "walk_sql");
enum { COLUMN_TEXTS = 21, COLUMN_RAW = COLUMN_TEXTS + PM_F_COUNT, COLUMN_HASH, COLUMN_ORDINAL };

static int bounded(int value, int count) {
    return value >= 0 && value < count ? value : 0;
} // a file may be damaged

// A damaged or hostile file may hold any number: stamps beyond some 120 years around 1970
// would overflow sums, and are none.
int64_t timeline_time_column(sqlite3_stmt *s, int at) {
    const int64_t bound = INT64_C(4000000000) * PM_NS_PER_S;
    int64_t ns = column_or(s, at, PM_NO_TIME);
    return ns > -bound && ns < bound ? ns : PM_NO_TIME;
}
static int64_t span_column(sqlite3_stmt *s, int at) {
    int64_t ns = timeline_time_column(s, at);
    return ns > 0 ? ns : 0;
}
static struct pm_when stamp_of(int64_t ns) {
    return ns == PM_NO_TIME ? (struct pm_when){0} : (struct pm_when){.kind = PM_WHEN_UTC, .ns = ns};
}

// A text that was kept outside of the interning budget has no number of its own use.
static void row_texts(struct pm_timeline *t, sqlite3_stmt *s, struct pm_row *r) {
    uint32_t numbered = pm_intern_count(t->strings);
    for (int f = 0; f < PM_F_COUNT; f++) {
        uint32_t id = (uint32_t)sqlite3_column_int64(s, COLUMN_TEXTS + f);
        if (!id) continue;
        r->event.field[f] = timeline_string_get(t, id);
        if (id < numbered) r->text_id[f] = id;
    }
}

static void row_read(struct pm_timeline *t, sqlite3_stmt *s, struct pm_row *r) {
    struct pm_event *e = &r->event;
    int stamps = sqlite3_column_int(s, 4);
    *r = (struct pm_row){
        .id = (uint64_t)sqlite3_column_int64(s, 0),
        .file = (uint32_t)sqlite3_column_int64(s, 1),
        .line = (uint64_t)sqlite3_column_int64(s, 2),
        .ts_ns = timeline_time_column(s, 3),
        .ts_kind = (enum pm_when_kind)bounded(stamps & 7, PM_WHEN_AGE + 1),
        .quality = (enum pm_quality)bounded(sqlite3_column_int(s, 5), PM_QUALITY_RELATIVE + 1),
        .first_ns = timeline_time_column(s, 6),
        .last_ns = timeline_time_column(s, 7)};
    e->kind = (enum pm_kind)bounded(sqlite3_column_int(s, 8), PM_KIND_COUNT);
    e->component = (enum pm_component)bounded(sqlite3_column_int(s, 9), PM_COMP_COUNT);
    e->stage = (enum pm_stage)bounded(sqlite3_column_int(s, 10), PM_STAGE_COUNT);
    e->http_status = (int)column_or(s, 11, 0);
    e->standing = (enum pm_standing)bounded(sqlite3_column_int(s, 12) & 3, PM_STANDING_COUNT);
    e->flags = (unsigned)sqlite3_column_int(s, 13);
    e->count = (uint32_t)sqlite3_column_int64(s, 14);
    e->duration_ns = span_column(s, 15);
    e->waiting_ns = span_column(s, 16);
    e->bytes = column_or(s, 17, -1);
    e->limit = column_or(s, 18, -1);
    e->remaining = column_or(s, 19, -1);
    e->window_s = column_or(s, 20, -1);
    row_texts(t, s, r);
    e->when = stamp_of(r->ts_ns);
    e->first = stamp_of(r->first_ns);
    e->last = stamp_of(r->last_ns);
    r->raw = timeline_column(s, COLUMN_RAW);
    if (sqlite3_column_count(s) <= COLUMN_HASH) return;
    r->hash = (uint64_t)column_or(s, COLUMN_HASH, 0);
    r->ordinal = (uint32_t)column_or(s, COLUMN_ORDINAL, 0);
}

// Members are kept by their number, so that a number of somebody else's choice is memory.
#define MEMBERS_MAX (1 << 24)
static bool is_member(int64_t id) { return id >= 0 && id < MEMBERS_MAX; }

// Paths by member id, for pm_row.path. Rows of one time come in the order of their paths,
// not of the walk: an archive's order must not show.
struct path {
    char *text;   // NULL: no such member
    int64_t age;  // of two with one path, as the parts of a file that was cut, the earlier first
    uint32_t one; // the first of those: to who reads rows they are one file
};
struct paths {
    struct path *items;
    size_t n, cap;
    int64_t *rank; // by member id; NULL where the walk's order is the paths' own
};

// A member that a foreign file gave no path is one by itself: nothing tells of whose it is
// a part.
static bool is_named(const struct path *p) { return p->text && *p->text; }

static void parts_join(struct paths *p) {
    struct pm_intern *names = pm_intern_new();
    uint32_t *first = pm_xmalloc((p->n + 2) * sizeof *first), met = pm_intern_count(names);
    for (size_t i = 0; i < p->n; i++) {
        if (!is_named(&p->items[i])) continue;
        uint32_t name = pm_intern_id(names, pm_str_c(p->items[i].text));
        if (name == met) first[met++] = (uint32_t)i;
        else if (p->items[i].age < p->items[first[name]].age) first[name] = (uint32_t)i;
    }
    for (size_t i = 0; i < p->n; i++)
        if (is_named(&p->items[i]))
            p->items[i].one = first[pm_intern_find(names, pm_str_c(p->items[i].text))];
    free(first);
    pm_intern_free(names);
}

static void paths_load(struct pm_timeline *t, struct paths *p) {
    static const char sql[] =
        "SELECT id, path, row_number() OVER (ORDER BY coalesce(from_ns, 0), hash, bytes, lines, id) FROM member ORDER BY id";
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(s, 0);
        if (!is_member(id)) break;
        while (p->n <= (size_t)id) (void)PM_PUSH(p->items, p->n, p->cap);
        if (p->items[id].text) continue;
        struct pm_str path = timeline_column(s, 1); // NULL in a file of others
        char *text = pm_xmalloc(path.n + 1);
        if (path.n) memcpy(text, path.p, path.n);
        text[path.n] = 0;
        p->items[id] = (struct path){text, sqlite3_column_int64(s, 2), (uint32_t)id};
    }
    timeline_check(t, rc == SQLITE_ROW ? SQLITE_CORRUPT : rc);
    sqlite3_finalize(s);
    parts_join(p);
}
static void paths_free(struct paths *p) {
    for (size_t i = 0; i < p->n; i++) free(p->items[i].text);
    free(p->items);
    free(p->rank);
}

static int path_order(const struct path *x, const struct path *y) {
    int c = pm_path_order(pm_str_c(x->text), pm_str_c(y->text));
    return c ? c : (x->age > y->age) - (x->age < y->age);
}
static int by_path(const void *a, const void *b) {
    return path_order(*(const struct path *const *)a, *(const struct path *const *)b);
}
static void paths_rank(struct paths *p) {
    bool in_order = true;
    for (size_t i = 0; i < p->n; i++)
        if (!p->items[i].text) p->items[i].text = pm_xstrdup("");
    for (size_t i = 1; i < p->n && in_order; i++)
        in_order = path_order(&p->items[i - 1], &p->items[i]) <= 0;
    if (in_order) return;
    struct path **sorted = pm_xmalloc(p->n * sizeof *sorted);
    p->rank = pm_xmalloc(p->n * sizeof *p->rank);
    for (size_t i = 0; i < p->n; i++) sorted[i] = &p->items[i];
    qsort(sorted, p->n, sizeof *sorted, by_path);
    for (size_t i = 0; i < p->n; i++) p->rank[sorted[i] - p->items] = (int64_t)i;
    free(sorted);
}
// Ranks that were kept from before the paths got other names: "2 0 1", by member id.
static bool rank_kept(struct pm_timeline *t, struct paths *p) {
    struct pm_arena *a = pm_arena_new();
    struct pm_str rest = pm_timeline_meta_get(t, PM_META_ORDER, a), number;
    bool kept = rest.n > 0;
    if (kept && !pm_str_eqc(rest, "-")) {
        p->rank = pm_xmalloc((p->n + 1) * sizeof *p->rank);
        for (size_t i = 0; i < p->n; i++) {
            ptrdiff_t blank = pm_str_chr(rest, ' ', 0);
            uint64_t rank = i;
            number = blank < 0 ? rest : pm_str_sub(rest, 0, (size_t)blank);
            rest = blank < 0 ? PM_NONE : pm_str_from(rest, (size_t)blank + 1);
            pm_str_u64(number, &rank);
            p->rank[i] = (int64_t)(rank % ((uint64_t)p->n + 1));
        }
    }
    pm_arena_free(a);
    return kept;
}
void timeline_order_of(struct pm_timeline *t, struct pm_buf *order) {
    struct paths paths = {0};
    paths_load(t, &paths);
    paths_rank(&paths);
    for (size_t i = 0; i < paths.n && paths.rank; i++)
        pm_buf_fmt(order, "%s%lld", i ? " " : "", (long long)paths.rank[i]);
    paths_free(&paths);
}
static void path_rank(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    const struct paths *p = sqlite3_user_data(c);
    int64_t id = sqlite3_value_int64(v[0]);
    sqlite3_result_int64(c, id >= 0 && (size_t)id < p->n ? p->rank[id] : id);
}

static void rows_each(struct pm_timeline *t, const char *select, const char *where, pm_row_cb *cb,
                      void *ctx) {
    timeline_strings_load(t);
    struct pm_buf sql = {0};
    pm_buf_lit(&sql, select);
    if (where) pm_buf_fmt(&sql, "WHERE (%s) ", where);
    struct paths paths = {0};
    paths_load(t, &paths);
    if (!rank_kept(t, &paths)) paths_rank(&paths);
    pm_buf_lit(&sql,
               paths.rank ? "ORDER BY ts,path_rank(member),line,id" : "ORDER BY ts,member,line,id");
    if (paths.rank)
        sqlite3_create_function(t->db, "path_rank", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, &paths,
                                path_rank, NULL, NULL);
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(t->db, sql.p, -1, &s, NULL);
    pm_buf_free(&sql);
    if (timeline_check(t, rc)) {
        struct pm_row row;
        while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
            pm_arena_reset(t->row_arena);
            row_read(t, s, &row);
            if (row.file < paths.n && paths.items[row.file].text)
                row.file = paths.items[row.file].one;
            row.path =
                row.file < paths.n && paths.items[row.file].text ? paths.items[row.file].text : "";
            if (!cb(ctx, &row)) break;
        }
        timeline_check(t, rc);
    }
    sqlite3_finalize(s);
    paths_free(&paths);
}

void pm_timeline_each(struct pm_timeline *t, const char *where, pm_row_cb *cb, void *ctx) {
    rows_each(t, each_sql, where, cb, ctx);
}
void pm_timeline_walk(struct pm_timeline *t, pm_row_cb *cb, void *ctx) {
    rows_each(t, walk_sql, NULL, cb, ctx);
}

void pm_timeline_each_file(struct pm_timeline *t, pm_file_cb *cb, void *ctx) {
    static const char sql[] =
        "SELECT id,path,format,component,node,envelopes,bytes,lines,events,bad,undated,from_ns,to_ns,quality,year,year_from,utc_offset_s,offset_from,skew_ms,"
        "hash,duplicate_of FROM member ORDER BY id";
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct pm_file_row f = {.path = timeline_column(s, 1),
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
        if (!is_member(id)) rc = SQLITE_CORRUPT;
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

// Cells are C strings: a NUL inside of a text would end it, and stands as its picture.
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
