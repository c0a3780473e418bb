// What was said of each member, beside what was made of it: a merge decides again over all
// members whose node each is of and when it was, as if they had been read together.
#include "timeline/store.h"
#include <stdio.h>

bool pm_timeline_keeps_facts(const struct pm_timeline *t) { return t->path != NULL; }

void pm_timeline_input(struct pm_timeline *t, uint32_t id, struct pm_str whole,
                       struct pm_str prefix, struct pm_str content) {
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_INPUT);
    if (!s) return;
    sqlite3_bind_int64(s, 1, id);
    sqlite3_bind_text64(s, 2, whole.n ? whole.p : "", whole.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(s, 3, prefix.n ? prefix.p : "", prefix.n, SQLITE_STATIC, SQLITE_UTF8);
    bind_str(s, 4, content);
    timeline_run(t, s);
}
bool pm_timeline_has_input(struct pm_timeline *t, const char *content) {
    sqlite3_stmt *s = NULL;
    bool there = false;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, "SELECT 1 FROM main.input WHERE content = ?",
                                              -1, &s, NULL)))
        return false;
    bind_str(s, 1, pm_str_c(content));
    int rc = sqlite3_step(s);
    there = timeline_check(t, rc) && rc == SQLITE_ROW;
    sqlite3_finalize(s);
    return there;
}

void pm_timeline_fact(struct pm_timeline *t, uint32_t file, const struct pm_member_facts *f) {
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, ST_FACT);
    if (!s) return;
    sqlite3_bind_int64(s, 1, file);
    sqlite3_bind_int64(s, 2, f->input);
    sqlite3_bind_text64(s, 3, f->place.n ? f->place.p : "", f->place.n, SQLITE_STATIC, SQLITE_UTF8);
    bind_time(s, 4, f->mtime_ns);
    sqlite3_bind_int(s, 5, (int)f->component);
    bind_str(s, 6, f->fact_node);
    bind_str(s, 7, f->envelope_node);
    sqlite3_bind_int(s, 8, f->written);
    bind_known(s, 9, f->year != 0, f->year);
    bind_str(s, 10, f->tz);
    bind_time(s, 11, f->read_ns);
    sqlite3_bind_blob64(s, 12, f->clock.n ? f->clock.p : "", f->clock.n, SQLITE_STATIC);
    sqlite3_bind_blob64(s, 13, f->voices.n ? f->voices.p : "", f->voices.n, SQLITE_STATIC);
    timeline_run(t, s);
}

static void fact_set(struct pm_timeline *t, enum timeline_stmt which, uint32_t file, int64_t v) {
    timeline_write_begins(t);
    sqlite3_stmt *s = timeline_stmt(t, which);
    if (!s) return;
    sqlite3_bind_int64(s, 1, v);
    sqlite3_bind_int64(s, 2, file);
    timeline_run(t, s);
}
void pm_timeline_fact_read(struct pm_timeline *t, uint32_t file, int64_t now_ns) {
    if (t->path) fact_set(t, ST_FACT_READ, file, now_ns);
}

static struct pm_str blob_column(sqlite3_stmt *s, int column) {
    const char *p = sqlite3_column_blob(s, column);
    return (struct pm_str){p, p ? (size_t)sqlite3_column_bytes(s, column) : 0};
}
void pm_timeline_each_fact(struct pm_timeline *t, pm_fact_cb *cb, void *ctx) {
    static const char sql[] =
        "SELECT member,input,place,mtime_ns,component,fact_node,envelope_node,written,year,tz,read_ns,clock,voices FROM fact ORDER BY member";
    sqlite3_stmt *s = NULL;
    int rc;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int component = sqlite3_column_int(s, 4);
        const struct pm_member_facts f = {.input = (uint32_t)sqlite3_column_int64(s, 1),
                                          .place = timeline_column(s, 2),
                                          .mtime_ns = timeline_time_column(s, 3),
                                          .component = component > 0 && component < PM_COMP_COUNT
                                                           ? (enum pm_component)component
                                                           : PM_COMP_NONE,
                                          .fact_node = timeline_column(s, 5),
                                          .envelope_node = timeline_column(s, 6),
                                          .written = sqlite3_column_int(s, 7) != 0,
                                          .year = (int)column_or(s, 8, 0),
                                          .tz = timeline_column(s, 9),
                                          .read_ns = timeline_time_column(s, 10),
                                          .clock = blob_column(s, 11),
                                          .voices = blob_column(s, 12)};
        if (!cb(ctx, (uint32_t)sqlite3_column_int64(s, 0), &f)) break;
    }
    timeline_check(t, rc);
    sqlite3_finalize(s);
}
void pm_timeline_each_input(struct pm_timeline *t, pm_input_cb *cb, void *ctx) {
    sqlite3_stmt *s = NULL;
    int rc;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, "SELECT id,whole,shard FROM input ORDER BY id",
                                              -1, &s, NULL)))
        return;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        if (!cb(ctx, (uint32_t)sqlite3_column_int64(s, 0), timeline_column(s, 1),
                timeline_column(s, 2)))
            break;
    timeline_check(t, rc);
    sqlite3_finalize(s);
}

// ---- members with the same bytes

void pm_timeline_rows_drop(struct pm_timeline *t, uint32_t file) {
    if (file >= t->spans_n || t->spans[file].hi == 0 || !timeline_unpack(t)) return;
    char sql[160];
    snprintf(sql, sizeof sql,
             "DELETE FROM main.event WHERE id BETWEEN %lld AND %lld AND member = %u",
             (long long)t->spans[file].lo, (long long)t->spans[file].hi, file);
    timeline_exec(t, sql);
    t->spans[file] = (struct row_span){INT64_MAX, 0};
    fact_set(t, ST_FACT_WRITTEN, file, 0);
}
void pm_timeline_rows_repeat(struct pm_timeline *t, uint32_t file, uint32_t of) {
    if (file >= t->spans_n || of >= t->spans_n || t->spans[of].hi == 0) return;
    if (!timeline_unpack(t)) return;
    struct pm_buf sql = {0};
    pm_buf_fmt(&sql,
               "INSERT INTO main.event SELECT NULL, %u, " TIMELINE_EVENT_REST
               " FROM main.event WHERE id BETWEEN %lld AND %lld AND member = %u ORDER BY id",
               file, (long long)t->spans[of].lo, (long long)t->spans[of].hi, of);
    int64_t before = timeline_number(t, "SELECT max(id) FROM main.event", 0);
    if (timeline_exec(t, sql.p))
        t->spans[file] = (struct row_span){before + 1, sqlite3_last_insert_rowid(t->db)};
    pm_buf_free(&sql);
    fact_set(t, ST_FACT_WRITTEN, file, 1);
}

// ---- names of places

void pm_timeline_parts(struct pm_timeline *t, struct pm_str ids) {
    if (ids.n) pm_timeline_meta(t, PM_META_PARTS, ids);
    else timeline_exec(t, "DELETE FROM main.meta WHERE key = '" PM_META_PARTS "'");
}

void pm_timeline_path_anew(struct pm_timeline *t, uint32_t file, struct pm_str before,
                           struct pm_str path) {
    timeline_strings_load(t);
    uint32_t id = pm_intern_find(t->strings, before);
    if (!before.n || id == UINT32_MAX || file >= t->spans_n || t->spans[file].hi == 0) return;
    if (!timeline_unpack(t)) return;
    char sql[300];
    snprintf(
        sql, sizeof sql,
        "UPDATE main.event SET client = %u WHERE id BETWEEN %lld AND %lld AND member = %u AND client = %u "
        "AND shape NOT IN (SELECT number FROM main.shape WHERE writer = %u)",
        timeline_string(t, path), (long long)t->spans[file].lo, (long long)t->spans[file].hi, file,
        id, id);
    timeline_exec(t, sql);
}

struct naming {
    pm_place_cb *name;
    void *ctx;
    struct pm_arena *a;
};
// SQL's path_of(input, place).
static void path_of(sqlite3_context *c, int n, sqlite3_value **v) {
    (void)n;
    struct naming *x = sqlite3_user_data(c);
    struct pm_str place = {(const char *)sqlite3_value_text(v[1]), 0};
    place.n = place.p ? (size_t)sqlite3_value_bytes(v[1]) : 0;
    struct pm_str path = x->name(x->ctx, (uint32_t)sqlite3_value_int64(v[0]), place, x->a);
    sqlite3_result_text64(c, path.n ? path.p : "", path.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}
void pm_timeline_places_name(struct pm_timeline *t, pm_place_cb *name, void *ctx) {
    struct naming x = {name, ctx, pm_arena_new()};
    if (timeline_check(
            t, sqlite3_create_function(t->db, "path_of", 2, SQLITE_UTF8, &x, path_of, NULL, NULL)))
        timeline_exec(
            t,
            "UPDATE OR REPLACE main.skipped_member SET path = path_of(input, place) WHERE input IS NOT NULL;"
            "UPDATE OR REPLACE main.diagnostic SET path = path_of(input, place) WHERE input IS NOT NULL;");
    sqlite3_create_function(t->db, "path_of", 2, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    pm_arena_free(x.a);
}
