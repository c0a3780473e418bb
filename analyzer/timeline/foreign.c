// Timelines come from other people's machines, too: before the first row is read, the
// file's own schema is held against ours, object by object. Tables must be plain tables
// with our columns, indexes ours; triggers, virtual tables and anything else are no part
// of a timeline, and such a file is refused. Views are code, and code of others is not
// run: where theirs differ (another version's, or worse), ours stand before them for this
// connection.
#include "timeline/store.h"
#include <stdio.h>

enum { OPEN_STEPS = 20000000, LENGTH_BYTES = 256 << 20, SQL_BYTES = 4 << 20 };

// First of all: nothing of the file is believed, and nothing in it grows without bound.
void timeline_distrust(struct pm_timeline *t) {
    static const struct {
        int limit, value;
    } limits[] = {{SQLITE_LIMIT_LENGTH, LENGTH_BYTES}, {SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES},
                  {SQLITE_LIMIT_EXPR_DEPTH, 200},      {SQLITE_LIMIT_COMPOUND_SELECT, 100},
                  {SQLITE_LIMIT_TRIGGER_DEPTH, 1},     {SQLITE_LIMIT_ATTACHED, 1},
                  {SQLITE_LIMIT_WORKER_THREADS, 0}};
    sqlite3_db_config(t->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(t->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(t->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    for (size_t i = 0; i < PM_LEN(limits); i++)
        sqlite3_limit(t->db, limits[i].limit, limits[i].value);
    sqlite3_exec(t->db, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
}

static int too_long(void *steps) { return ++*(int *)steps > OPEN_STEPS / 1000; }

static const char columns_sql[] =
    "SELECT group_concat(name || ':' || hidden, ',') FROM (SELECT name, hidden FROM pragma_table_xinfo(?) ORDER BY cid)";
static struct pm_str columns_of(sqlite3 *db, const char *table, struct pm_arena *a) {
    sqlite3_stmt *s = NULL;
    struct pm_str columns = PM_NONE;
    if (sqlite3_prepare_v2(db, columns_sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
        if (sqlite3_step(s) == SQLITE_ROW) columns = pm_arena_dup(a, timeline_column(s, 0));
    }
    sqlite3_finalize(s);
    return columns;
}
// Ours: looked up once, as shards are merged by the hundred.
struct object {
    struct pm_str type, name, sql;
};
static struct {
    struct pm_timeline *t;
    struct pm_arena *a; // of the texts
    struct object *objects;
    size_t n, cap, tables;
} ours;

static void ours_load(struct pm_timeline *t) {
    static const char sql[] = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema";
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(t->db, sql, -1, &s, NULL) != SQLITE_OK) return;
    ours.a = pm_arena_new();
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct object *o = PM_PUSH(ours.objects, ours.n, ours.cap);
        *o = (struct object){pm_arena_dup(ours.a, timeline_column(s, 0)),
                             pm_arena_dup(ours.a, timeline_column(s, 1)),
                             pm_arena_dup(ours.a, timeline_column(s, 2))};
        ours.tables += pm_str_eqc(o->type, "table") && !pm_str_starts(o->name, PM_STR("sqlite"));
    }
    sqlite3_finalize(s);
}
static bool ours_made(void) {
    const char *unmade = NULL;
    if (!ours.t && (ours.t = timeline_create(NULL, &unmade)) != NULL) ours_load(ours.t);
    return ours.t != NULL;
}
static const struct object *ours_find(const char *type, const char *name) {
    for (size_t i = 0; i < ours.n; i++)
        if (pm_str_eqc(ours.objects[i].name, name) && pm_str_eqc(ours.objects[i].type, type))
            return &ours.objects[i];
    return NULL;
}

struct check {
    struct pm_timeline *theirs;
    struct pm_arena *a;
    size_t tables;
    bool other_views;
    char *why;
    size_t why_n;
};
static bool refused(struct check *c, const char *what, const char *name) {
    snprintf(c->why, c->why_n, "%s '%.80s' is no part of a timeline", what, name);
    return false;
}
static bool is_table(struct check *c, const char *name, int root, struct pm_str sql) {
    if (strncmp(name, "sqlite_stat", 11) == 0 && root > 0) return true;
    const struct object *our = ours_find("table", name);
    if (!our || root <= 0) return refused(c, "the table", name);
    c->tables++;
    return pm_str_eq(our->sql, sql) ||
           pm_str_eq(columns_of(ours.t->db, name, c->a), columns_of(c->theirs->db, name, c->a)) ||
           refused(c, "what is in the table", name);
}
static bool is_index(struct check *c, const char *name, struct pm_str sql) {
    static const char in_merge[] = "CREATE INDEX fact_place ON fact(place, input)";
    if (!sql.n) return true; // of a primary key
    return pm_str_eqc(sql, in_merge) || refused(c, "the index", name);
}
static bool is_view(struct check *c, const char *name, struct pm_str sql) {
    const struct object *our = ours_find("view", name);
    if (!our) return refused(c, "the view", name);
    c->other_views |= !pm_str_eq(our->sql, sql);
    return true;
}
static bool is_ours(struct check *c, const char *type, const char *name, int root,
                    struct pm_str sql) {
    if (strcmp(type, "table") == 0) return is_table(c, name, root, sql);
    if (strcmp(type, "index") == 0) return is_index(c, name, sql);
    if (strcmp(type, "view") == 0) return is_view(c, name, sql);
    return refused(c, strcmp(type, "trigger") == 0 ? "the trigger" : "the object", name);
}

static bool objects_check(struct check *c) {
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(
        c->theirs->db, "SELECT type, name, rootpage, sql FROM sqlite_schema", -1, &s, NULL);
    bool ok = timeline_check(c->theirs, rc);
    while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(s, 0),
                   *name = (const char *)sqlite3_column_text(s, 1);
        ok = type && name ? is_ours(c, type, name, sqlite3_column_int(s, 2), timeline_column(s, 3))
                          : refused(c, "what has no name", "");
    }
    ok = ok && timeline_check(c->theirs, rc);
    sqlite3_finalize(s);
    return ok;
}

bool timeline_section_shadow(struct pm_timeline *t, const char *name) {
    struct pm_buf sql = {0};
    struct pm_str body = timeline_section_text(name), head = PM_STR("\nCREATE ");
    size_t done = 0;
    for (ptrdiff_t at; (at = pm_str_find(body, head, done)) >= 0; done = (size_t)at + head.n) {
        pm_buf_add(&sql, pm_str_sub(body, done, (size_t)at - done));
        pm_buf_lit(&sql, "\nCREATE TEMP ");
    }
    pm_buf_add(&sql, pm_str_from(body, done));
    bool ok = timeline_exec(t, sql.p);
    pm_buf_free(&sql);
    return ok;
}
bool timeline_views_shadow(struct pm_timeline *t) {
    t->views_shadowed = t->views_shadowed || timeline_section_shadow(t, "views");
    return t->views_shadowed;
}

bool timeline_schema_check(struct pm_timeline *t, char *why, size_t why_n) {
    int steps = 0;
    struct check c = {.theirs = t, .why = why, .why_n = why_n};
    if (!ours_made()) return refused(&c, "without a temporary database", "");
    c.a = pm_arena_new();
    sqlite3_progress_handler(t->db, 1000, too_long, &steps);
    bool ok = objects_check(&c);
    if (ok && c.tables != ours.tables)
        ok = refused(&c, "a file without the table", "event or another");
    if (ok && c.other_views) ok = timeline_views_shadow(t);
    if (!ok && t->error.n) snprintf(why, why_n, "%s", t->error.p);
    sqlite3_progress_handler(t->db, 0, NULL, NULL);
    pm_arena_free(c.a);
    return ok;
}
