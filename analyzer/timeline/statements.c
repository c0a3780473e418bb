// What is asked of SQLite: the prepared statements, plain SQL, the sections of schema.sql, and
// the first thing that went wrong. Below all other files of the timeline.
#include "timeline/store.h"
#include "base/embed.h"

#define FOUR(row) row "," row "," row "," row
#define GROUP(row) FOUR(FOUR(row))
#define EVENT_ROW "(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
static const char *const statements[ST_COUNT] = {
    [ST_STRING] = "INSERT INTO string VALUES(?,?)",
    [ST_STRINGS] = "INSERT INTO string VALUES" GROUP("(?,?)"),
    [ST_STRING_ASIDE] = "INSERT INTO string_aside VALUES(?,?)",
    [ST_STRING_GET] = "SELECT text FROM string WHERE id=?",
    [ST_EVENT] = "INSERT INTO event VALUES" EVENT_ROW,
    [ST_EVENTS] = "INSERT INTO event VALUES" GROUP(EVENT_ROW),
    [ST_SHAPE] = "INSERT INTO shape VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_SHAPE_GET] = "SELECT " TIMELINE_SHAPE_REST " FROM shape WHERE number=?",
    [ST_PACK + PACKED_ROW] = "INSERT INTO packed_row VALUES(?,?)",
    [ST_PACK + PACKED_RAW] = "INSERT INTO packed_raw VALUES(?,?)",
    [ST_PACK + PACKED_STRING] = "INSERT INTO packed_string VALUES(?,?)",
    [ST_PACK + PACKED_LOOSE] = "INSERT INTO packed_loose VALUES(?,?)",
    [ST_PACK + PACKED_DATES] = "INSERT OR REPLACE INTO packed_dates VALUES(?,?)",
    [ST_PACKED + PACKED_DATES] = "SELECT bytes FROM packed_dates WHERE block=?",
    [ST_PACKED + PACKED_ROW] = "SELECT bytes FROM packed_row WHERE block=?",
    [ST_PACKED + PACKED_RAW] = "SELECT bytes FROM packed_raw WHERE block=?",
    [ST_PACKED + PACKED_STRING] = "SELECT bytes FROM packed_string WHERE block=?",
    [ST_PACKED + PACKED_LOOSE] = "SELECT bytes FROM packed_loose WHERE block=?",
    [ST_RAW] = "SELECT raw FROM event WHERE id=?",
    [ST_UNDATED] =
        "SELECT id,shape,ts,first_ns,last_ns FROM event WHERE id BETWEEN ? AND ? AND member=?",
    [ST_DATED] = "INSERT INTO dated VALUES(?,?,?,?,?)",
    [ST_DATEDS] = "INSERT INTO dated VALUES" GROUP("(?,?,?,?,?)"),
    [ST_COPIES] = "UPDATE member SET duplicates=duplicates+? WHERE id=?",
    [ST_COPIES_TOLD] =
        "INSERT OR REPLACE INTO diagnostic(path,line,code,message,count) SELECT m.path,?,'duplicate-records','also in '||k.path||': counted once',? "
        "FROM member m, member k WHERE m.id=? AND k.id=?",
    [ST_SILENCED] = "INSERT OR IGNORE INTO silenced VALUES(?,?,?)",
    [ST_COPY] = "INSERT INTO copy VALUES(?,?)",
    [ST_COPYS] = "INSERT INTO copy VALUES" GROUP("(?,?)"),
    [ST_GIVEN] = "UPDATE member SET given=?,also=? WHERE id=?",
    [ST_INPUT] = "INSERT INTO input VALUES(?,?,?,NULL,?)",
    [ST_FACT] = "INSERT INTO fact VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_FACT_READ] = "UPDATE fact SET read_ns=? WHERE member=?",
    [ST_FACT_WRITTEN] = "UPDATE fact SET written=? WHERE member=?",
    [ST_MEMBER] =
        "INSERT INTO member(path,format,component,node,envelopes,bytes,lines,events,bad,undated,from_ns,to_ns,quality,year,year_from,"
        "utc_offset_s,offset_from,skew_ms,hash,duplicate_of,id) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_MEMBER_UPDATE] =
        "UPDATE member SET path=?,format=?,component=?,node=?,envelopes=?,bytes=?,lines=?,events=?,bad=?,undated=?,from_ns=?,to_ns=?,"
        "quality=?,year=?,year_from=?,utc_offset_s=?,offset_from=?,skew_ms=?,hash=?,duplicate_of=? WHERE id=?",
    [ST_SKIPPED] = "INSERT OR IGNORE INTO skipped_member(path,why) VALUES(?,?)",
    [ST_UNSKIP] =
        "DELETE FROM skipped_member WHERE path=?1 AND EXISTS(SELECT 1 FROM diagnostic WHERE path=?1 AND code='shard-skipped')",
    [ST_UNLACK] = "DELETE FROM diagnostic WHERE path=? AND code='shard-skipped'",
    [ST_DIAG] = "INSERT OR REPLACE INTO diagnostic(path,line,code,message,count) VALUES(?,?,?,?,?)",
    [ST_META] = "INSERT OR REPLACE INTO meta VALUES(?,?)",
    [ST_META_GET] = "SELECT value FROM meta WHERE key=?",
    [ST_VERDICT] = "INSERT OR REPLACE INTO verdict VALUES(?,?,?)",
    [ST_PULL] =
        "INSERT OR REPLACE INTO pull VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_INCIDENT] =
        "INSERT OR REPLACE INTO incident VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_QUOTA] = "INSERT INTO quota VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_QUOTA_POINT] = "INSERT INTO quota_point VALUES(?,?,?,?,?,?)",
};

bool timeline_check(struct pm_timeline *t, int rc) {
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE) return true;
    t->locked |= (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED;
    if (!t->error.n && t->locked)
        pm_buf_lit(&t->error, "it is locked: another program is writing it");
    if (!t->error.n)
        pm_buf_fmt(&t->error, "%s",
                   sqlite3_errcode(t->db) == (rc & 0xff) ? sqlite3_errmsg(t->db)
                                                         : sqlite3_errstr(rc));
    return false;
}
const char *pm_timeline_error(const struct pm_timeline *t) {
    return t->error.n ? t->error.p : NULL;
}

sqlite3_stmt *timeline_stmt(struct pm_timeline *t, enum timeline_stmt which) {
    if (!t->stmt[which] &&
        !timeline_check(t, sqlite3_prepare_v3(t->db, statements[which], -1,
                                              SQLITE_PREPARE_PERSISTENT, &t->stmt[which], NULL)))
        return NULL;
    return t->stmt[which];
}
bool timeline_exec(struct pm_timeline *t, const char *sql) {
    return timeline_check(t, sqlite3_exec(t->db, sql, NULL, NULL, NULL));
}

bool timeline_run(struct pm_timeline *t, sqlite3_stmt *s) {
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) continue;
    bool ok = timeline_check(t, rc);
    sqlite3_reset(s);
    return ok;
}
int64_t timeline_number(struct pm_timeline *t, const char *sql, int64_t otherwise) {
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))) return otherwise;
    int rc = sqlite3_step(s);
    if (timeline_check(t, rc) && rc == SQLITE_ROW) otherwise = column_or(s, 0, otherwise);
    sqlite3_finalize(s);
    return otherwise;
}
void timeline_write_begins(struct pm_timeline *t) {
    if (t->in_transaction || !(t->writable || t->judgement_aside)) return;
    t->in_transaction = timeline_exec(
        t,
        t->building || t->judgement_aside
            ? "BEGIN"
            : "BEGIN IMMEDIATE"); // two that write one file would each wait for the other at the end
}

struct pm_str timeline_section_text(const char *name) {
    struct pm_str schema = pm_embedded_find("analyzer/timeline/schema.sql"),
                  mark = PM_STR("\n-- @section ");
    for (ptrdiff_t at = pm_str_find(schema, mark, 0); at >= 0;) {
        size_t from = (size_t)at + mark.n;
        ptrdiff_t next = pm_str_find(schema, mark, from);
        struct pm_str body = pm_str_sub(schema, from, next < 0 ? SIZE_MAX : (size_t)next - from);
        ptrdiff_t line = pm_str_chr(body, '\n', 0);
        if (line >= 0 && pm_str_eqc(pm_str_sub(body, 0, (size_t)line), name))
            return pm_str_from(body, (size_t)line);
        at = next;
    }
    return PM_NONE;
}
bool timeline_section(struct pm_timeline *t, const char *name) {
    struct pm_buf sql = {0};
    pm_buf_add(&sql, timeline_section_text(name));
    bool ok = sql.n && timeline_exec(t, sql.p);
    pm_buf_free(&sql);
    return ok;
}
