// A timeline that goes with its run is packed before its first row, and is plain again before
// somebody changes what stands in it (packed.c says why).
#include "timeline/packed.h"
#include <stdlib.h>

// ---- packed

// How the tables were made, to make them again.
static char *tables_of(struct pm_timeline *t) {
    static const char sql[] =
        "SELECT group_concat(sql, ';') FROM main.sqlite_schema WHERE name IN ('event', 'string', 'dated')";
    sqlite3_stmt *s = NULL;
    char *tables = NULL;
    if (timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL)) &&
        timeline_check(t, sqlite3_step(s)))
        tables = pm_xstrdup((const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return tables;
}
// What stands packed is in one table, a row a block.
bool pm_timeline_packed(struct pm_timeline *t) {
    static const char sql[] =
        "DROP TABLE main.event; DROP TABLE main.string; DROP TABLE main.dated;"
        "CREATE TABLE main.packed_row(block INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
        "CREATE TABLE main.packed_raw(block INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
        "CREATE TABLE main.packed_string(block INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
        "CREATE TABLE main.packed_loose(block INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
        "CREATE TABLE main.packed_dates(block INTEGER PRIMARY KEY, bytes BLOB NOT NULL)";
    char *tables = tables_of(t);
    t->packed = timeline_packed_new(tables);
    return tables && timeline_exec(t, sql) && timeline_packed_tables(t);
}

// ---- plain

// They are put as they would have been, and keep their numbers.
static bool rows_put_plain(struct pm_timeline *t) {
    struct event_row row;
    for (int64_t id = 1; id <= timeline_packed_rows(t->packed) && !t->error.n; id++) {
        const struct pack *b = timeline_pack_of(t, id);
        if (!b) return false;
        memcpy(row.v, b->v[(id - 1) % PACK_ROWS], sizeof row.v);
        row.raw = timeline_packed_raw(t, id);
        timeline_rows_insert(t, &row, 1);
    }
    return !t->error.n;
}
static bool strings_put_plain(struct pm_timeline *t) {
    for (int64_t id = 0; !t->error.n;) {
        id = timeline_packed_string_from(t->packed, id + 1);
        if (id == INT64_MAX) break;
        timeline_string_insert(t, (uint32_t)id, timeline_packed_string(t, id));
    }
    return !t->error.n;
}
static bool dates_put_plain(struct pm_timeline *t) {
    sqlite3_stmt *s = timeline_stmt(t, ST_DATED);
    for (int64_t id = 1; s && id <= timeline_packed_rows(t->packed) && !t->error.n; id++) {
        const int64_t *v = timeline_packed_dates(t, id);
        if (!v) continue;
        sqlite3_bind_int64(s, 1, id);
        for (int c = 0; c < DATES_NUMBERS; c++) bind_or_null(s, c + 2, v[c]);
        timeline_run(t, s);
    }
    return !t->error.n;
}
bool timeline_unpack(struct pm_timeline *t) {
    if (!t->packed) return !t->error.n;
    timeline_write_begins(t);
    if (!timeline_exec(t, timeline_packed_sql(t->packed)) || !strings_put_plain(t) ||
        !rows_put_plain(t) || !dates_put_plain(t))
        return false;
    timeline_packed_free(t->packed);
    t->packed = NULL;
    return timeline_exec(t, "DROP TABLE main.packed_row; DROP TABLE main.packed_raw;"
                            "DROP TABLE main.packed_string; DROP TABLE main.packed_loose;"
                            "DROP TABLE main.packed_dates");
}
