// Opening, creating and closing a timeline; the prepared statements; what went wrong.
//
// A new timeline has no journal and no syncs: until it is moved to its place at close it
// is worth nothing anyway. An existing one (merge into it) is written with SQLite's
// ordinary rollback journal.
#include "base/unfinished.h"
#include "timeline/store.h"
#include "base/embed.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 10000 // how long another writer is waited for

static const char *const statements[ST_COUNT] = {
    [ST_STRING] = "INSERT INTO string VALUES(?,?)",
    [ST_STRING_GET] = "SELECT text FROM string WHERE id=?",
    [ST_EVENT] =
        "INSERT INTO event VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_REDATE_READ] =
        "SELECT id,ts,stamps,quality,first_ns,last_ns FROM event WHERE id BETWEEN ? AND ? AND member=?",
    [ST_REDATE] = "UPDATE event SET ts=?,stamps=?,quality=?,first_ns=?,last_ns=? WHERE id=?",
    [ST_STANDING] =
        "UPDATE event SET standing=? WHERE id BETWEEN ? AND ? AND member=? AND standing>>2=? AND component=?",
    [ST_MEMBER] =
        "INSERT INTO member(path,format,component,node,envelopes,bytes,lines,events,bad,undated,from_ns,to_ns,quality,year,year_from,"
        "utc_offset_s,offset_from,skew_ms,hash,duplicate_of,id) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_MEMBER_UPDATE] =
        "UPDATE member SET path=?,format=?,component=?,node=?,envelopes=?,bytes=?,lines=?,events=?,bad=?,undated=?,from_ns=?,to_ns=?,"
        "quality=?,year=?,year_from=?,utc_offset_s=?,offset_from=?,skew_ms=?,hash=?,duplicate_of=? WHERE id=?",
    [ST_SKIPPED] = "INSERT OR IGNORE INTO skipped_member VALUES(?,?)",
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
                   sqlite3_errcode(t->db) ? sqlite3_errmsg(t->db) : sqlite3_errstr(rc));
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
    if (t->in_transaction || !t->writable) return;
    t->in_transaction = timeline_exec(
        t,
        t->building
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

// The enumerations go into the file, so that its views answer in words without this
// program.
static void words_add(struct pm_timeline *t, sqlite3_stmt *s, const char *list,
                      const char *const *names, int n) {
    for (int i = 0; i < n; i++) {
        if (!names[i] || !names[i][0]) continue;
        bind_str(s, 1, pm_str_c(list));
        sqlite3_bind_int(s, 2, i);
        bind_str(s, 3, pm_str_c(names[i]));
        timeline_run(t, s);
    }
}
static void words_fill(struct pm_timeline *t) {
    static const struct {
        const char *list;
        const char *const *names;
        int n;
    } lists[] = {
        {"kind", pm_kind_names, PM_KIND_COUNT},
        {"component", pm_component_names, PM_COMP_COUNT},
        {"stage", pm_stage_names, PM_STAGE_COUNT},
        {"standing", pm_standing_names, PM_STANDING_COUNT},
        {"quality", pm_quality_names, PM_QUALITY_RELATIVE + 1},
    };
    static const char *const outcome[] = {"open", "ok", "failed", "cached"}, *const severity[] = {
                                                                                 "info", "warning",
                                                                                 "critical"};
    static const char *const confidence[] = {"low", "medium", "high"}, *const scope[] = {
                                                                           "cluster",   "registry",
                                                                           "node",      "image",
                                                                           "namespace", "client",
                                                                           "endpoint"};
    sqlite3_stmt *s = NULL;
    if (!timeline_check(t, sqlite3_prepare_v2(t->db, "INSERT OR REPLACE INTO word VALUES(?,?,?)",
                                              -1, &s, NULL)))
        return;
    for (size_t i = 0; i < PM_LEN(lists); i++)
        words_add(t, s, lists[i].list, lists[i].names, lists[i].n);
    words_add(t, s, "outcome", outcome, PM_LEN(outcome));
    words_add(t, s, "severity", severity, PM_LEN(severity));
    words_add(t, s, "confidence", confidence, PM_LEN(confidence));
    words_add(t, s, "scope", scope, PM_LEN(scope));
    sqlite3_finalize(s);
    timeline_exec(
        t, "DELETE FROM word WHERE id = 0 AND list IN ('component', 'stage')"); // "none" is NULL
}

static bool schema_make(struct pm_timeline *t) {
    struct pm_buf sql = {0};
    pm_buf_fmt(
        &sql,
        "PRAGMA page_size=16384; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-32768;"
        "PRAGMA application_id=%d; PRAGMA user_version=%d;",
        PM_TIMELINE_APPLICATION, PM_TIMELINE_SCHEMA);
    bool ok = timeline_exec(t, sql.p);
    pm_buf_free(&sql);
    timeline_write_begins(t);
    ok = ok && timeline_section(t, "tables") && timeline_section(t, "judgement") &&
         timeline_section(t, "views");
    if (ok) words_fill(t);
    return ok && !t->error.n;
}

static _Thread_local char why_text[512]; // a reason outlives the timeline that was not opened
// "PATH WHAT DETAIL"; closes what was opened.
static struct pm_timeline *refuse(struct pm_timeline *t, const char **why, const char *path,
                                  const char *what, const char *detail) {
    snprintf(why_text, sizeof why_text, "%s%s%s", path, what, detail);
    *why = why_text;
    if (t) {
        t->committed = false;
        pm_timeline_close(t);
    }
    return NULL;
}

static struct pm_timeline *timeline_new(bool writable) {
    struct pm_timeline *t = pm_xmalloc(sizeof *t);
    memset(t, 0, sizeof *t);
    t->writable = writable;
    t->lock = -1;
    t->strings = pm_intern_new();
    t->strings_written = pm_intern_id(t->strings, PM_NONE) + 1;
    t->loose_next = UINT32_C(1) << 31;
    for (int i = 0; i < EVENT_NUMBERS; i++)
        t->bound[i] = PM_NO_TIME; // a fresh statement's parameters are NULL
    t->row_arena = pm_arena_new();
    return t;
}

enum file_kind { FILE_NONE, FILE_OTHER, FILE_SQLITE, FILE_TIMELINE };
static enum file_kind kind_of(const char *path) {
    struct stat st;
    FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;
    if (!f) return access(path, F_OK) == 0 ? FILE_OTHER : FILE_NONE;
    unsigned char head[72] = {0};
    size_t n = fread(head, 1, sizeof head, f);
    bool unread = ferror(f);
    fclose(f);
    if (unread) return FILE_OTHER; // never "nothing is there yet"
    if (n == 0) return FILE_NONE;
    if (n < sizeof head || memcmp(head, "SQLite format 3", 16) != 0) return FILE_OTHER;
    uint32_t application =
        (uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 | (uint32_t)head[70] << 8 | head[71];
    return application == PM_TIMELINE_APPLICATION ? FILE_TIMELINE : FILE_SQLITE;
}
bool pm_timeline_is(const char *path) { return kind_of(path) == FILE_TIMELINE; }

// NULL where `path` may be (over)written: it is not there, is empty, or is a timeline of
// ours. Else what it is.
static const char *in_the_way(const char *path) {
    enum file_kind kind = kind_of(path);
    if (kind == FILE_OTHER) return "is a file of another kind; it is not overwritten";
    return kind == FILE_SQLITE ? "is another program's SQLite database; it is not overwritten"
                               : NULL;
}

// The file that a new timeline is built in is ours for as long as we hold its lock: two
// runs that make the same timeline would each throw away the other's. What a run that was
// killed left there is told and written anew; the timeline that stood before is untouched
// by it. NULL: taken.
static const char *building_take(struct pm_timeline *t, const char *path) {
    struct stat named, ours;
    for (int tries = 0; tries < 10;
         tries++) { // who had the lock may move the file away before we get it
        bool left = lstat(path, &named) == 0;
        t->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (t->lock < 0) return strerror(errno);
        if (flock(t->lock, LOCK_EX | LOCK_NB) != 0)
            return errno == EWOULDBLOCK ? "another run is writing it at this moment"
                                        : strerror(errno);
        if (stat(path, &named) == 0 && fstat(t->lock, &ours) == 0 && named.st_dev == ours.st_dev &&
            named.st_ino == ours.st_ino) {
            if (left)
                fprintf(stderr,
                        "pullmortem: %s was left by a run that did not end: it is written anew\n",
                        path);
            if (ftruncate(t->lock, 0) == 0) return NULL; // empty, and ours
            int cause = errno;
            unlink(path);
            return strerror(cause);
        }
        close(t->lock);
        t->lock = -1;
    }
    return "other runs are writing it";
}

static struct pm_timeline *timeline_create(const char *path, const char **why) {
    const char *other = path ? in_the_way(path) : NULL;
    if (other) return refuse(NULL, why, path, " ", other);
    struct pm_timeline *t = timeline_new(true);
    t->strings_loaded = true;
    if (path) {
        struct pm_buf name = {0};
        pm_buf_fmt(&name, "%s.building", path);
        t->path = pm_xstrdup(path);
        const char *taken = building_take(t, name.p);
        if (taken) pm_buf_free(&name);
        if (taken) return refuse(t, why, path, " cannot be written: ", taken);
        t->building = name.p;
        pm_unfinished(t->building);
    }
    int rc =
        sqlite3_open_v2(path ? t->building : "", &t->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (!timeline_check(t, rc) || !schema_make(t))
        return refuse(t, why, path ? path : "the temporary database",
                      " cannot be written: ", t->error.n ? t->error.p : "unknown");
    return t;
}

// A run that was killed while it changed a timeline left a journal beside it, with which
// SQLite undoes what was begun as soon as somebody opens the file who may write. Done
// before reading, too: else a whole timeline would be told as damaged. A journal of a run
// that is still at work is left alone, by its lock.
static void half_change_undo(const char *path) {
    struct pm_buf journal = {0};
    struct stat st;
    sqlite3 *db = NULL;
    pm_buf_fmt(&journal, "%s-journal", path);
    bool there = lstat(journal.p, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
    if (there &&
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        sqlite3_exec(db, "PRAGMA schema_version", NULL, NULL, NULL);
    sqlite3_close(db);
    if (there && access(journal.p, F_OK) != 0)
        fprintf(stderr, "pullmortem: %s was left half changed by a run that did not end: undone\n",
                path);
    pm_buf_free(&journal);
}

static struct pm_timeline *timeline_open(const char *path, bool writable, const char **why) {
    if (access(path, R_OK) != 0) return refuse(NULL, why, path, ": ", strerror(errno));
    half_change_undo(path);
    char odd[200];
    struct pm_timeline *t = timeline_new(writable);
    t->path = pm_xstrdup(path);
    int rc = sqlite3_open_v2(
        path, &t->db,
        (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX, NULL);
    if (!timeline_check(t, rc)) return refuse(t, why, path, " cannot be opened: ", t->error.p);
    timeline_distrust(t);
    sqlite3_busy_timeout(t->db, BUSY_MS);
    int64_t application = timeline_number(t, "PRAGMA application_id", 0),
            schema = timeline_number(t, "PRAGMA user_version", 0);
    if (t->locked) return refuse(t, why, path, " cannot be read now: ", t->error.p);
    if (t->error.n) return refuse(t, why, path, " is not a timeline, or is damaged: ", t->error.p);
    if (application != PM_TIMELINE_APPLICATION)
        return refuse(t, why, path, " is not a pullmortem timeline", "");
    if (schema > PM_TIMELINE_SCHEMA)
        return refuse(t, why, path, " was written by a newer pullmortem",
                      "; use that one, or ingest the bundle again");
    if (schema < PM_TIMELINE_SCHEMA)
        return refuse(t, why, path, " was written by an older pullmortem",
                      "; ingest the bundle again");
    if (!timeline_schema_check(t, odd, sizeof odd))
        return refuse(t, why, path,
                      t->locked ? " cannot be read now: " : " is damaged, or another's: ", odd);
    timeline_number(
        t,
        "SELECT count(*) FROM (SELECT 1 FROM meta LIMIT 1), (SELECT id FROM event LIMIT 1), (SELECT id FROM member LIMIT 1), (SELECT id FROM string LIMIT 1)",
        0);
    if (t->error.n) return refuse(t, why, path, " is damaged: ", t->error.p);
    sqlite3_exec(t->db, "PRAGMA cache_size=-16384", NULL, NULL, NULL);
    t->committed = true;
    return t;
}

struct pm_timeline *pm_timeline_open(const char *path, bool create, const char **why) {
    return create || !path ? timeline_create(path, why) : timeline_open(path, true, why);
}
struct pm_timeline *pm_timeline_open_read(const char *path, const char **why) {
    return timeline_open(path, false, why);
}

static bool folder_sync(const char *path) { // a new name is on the disk when its folder is
    const char *slash = strrchr(path, '/');
    char *folder = slash ? pm_xstrdup(path) : pm_xstrdup(".");
    if (slash) folder[slash == path ? 1 : slash - path] = 0;
    int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    bool ok =
        fd < 0 || fsync(fd) == 0 || errno == EINVAL ||
        errno == EROFS; // there are file systems that cannot, and folders that may not be opened
    if (fd >= 0) close(fd);
    free(folder);
    return ok;
}
static bool moved(const char *from, const char *to) {
    int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    int why = errno;
    if (fd >= 0 && close(fd) != 0 && ok) {
        ok = false;
        why = errno;
    }
    errno = why;
    return ok && rename(from, to) == 0 && folder_sync(to);
}

static void timeline_free(struct pm_timeline *t) {
    if (t->lock >= 0) close(t->lock); // last: until then nobody else builds there
    pm_intern_free(t->strings);
    pm_arena_free(t->row_arena);
    pm_buf_free(&t->error);
    free(t->path);
    free(t->building);
    free(t->spans);
    free(t->seen);
    free(t);
}

bool pm_timeline_finish(struct pm_timeline *t, const char **why) {
    if (!t) return true;
    bool look =
        t->building && t->committed && !t->error.n &&
        timeline_number(t, "SELECT count(*) FROM meta WHERE key = '" PM_META_SECRETS "'", 0) == 0;
    for (size_t i = 0; i < ST_COUNT; i++) sqlite3_finalize(t->stmt[i]);
    if (t->in_transaction) timeline_exec(t, "COMMIT");
    bool wanted = t->committed;
    int rc = sqlite3_close(t->db);
    if (rc != SQLITE_OK && !t->error.n) pm_buf_fmt(&t->error, "%s", sqlite3_errstr(rc));
    if (look && !t->error.n) timeline_secrets_strike(t);
    if (t->building) {
        if (wanted && !t->error.n && !moved(t->building, t->path))
            pm_buf_fmt(&t->error, "%s", strerror(errno));
        if (!wanted || t->error.n) unlink(t->building);
        pm_finished(t->building);
    }
    bool ok = !t->error.n;
    if (!ok && why) {
        snprintf(why_text, sizeof why_text, "%s cannot be written: %s",
                 t->path ? t->path : "the temporary timeline", t->error.p);
        *why = why_text;
    }
    timeline_free(t);
    return ok;
}
void pm_timeline_close(struct pm_timeline *t) { pm_timeline_finish(t, NULL); }
