// A new timeline: which files it may take the place of, where it is built, and its tables.
//
// It has no journal and no syncs: until it is moved to its place at close (close.c) it is
// worth nothing anyway.
#include "base/unfinished.h"
#include "timeline/store.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

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

// Pages of 8 KiB: each of some twenty tables has one at least, so that a timeline of little
// is little; larger ones are read no faster.
static bool schema_make(struct pm_timeline *t) {
    struct pm_buf sql = {0};
    pm_buf_fmt(
        &sql,
        "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA secure_delete=OFF; PRAGMA cache_size=-8192;"
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

// Nobody asks SQLite how much memory it holds, and each of its allocations would take a
// lock to count it.
static void sqlite_set_up(void) {
    static bool done;
    if (!done) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    done = true;
}

struct pm_timeline *timeline_new(bool writable) {
    sqlite_set_up();
    struct pm_timeline *t = pm_xmalloc(sizeof *t);
    memset(t, 0, sizeof *t);
    t->writable = writable;
    t->lock = -1;
    t->strings = pm_intern_new();
    t->strings_written = pm_intern_id(t->strings, PM_NONE) + 1;
    t->loose_next = UINT32_C(1) << 31;
    timeline_bound_forget(t);
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

struct pm_timeline *timeline_create(const char *path, const char **why) {
    const char *other = path ? in_the_way(path) : NULL;
    if (other) return timeline_refuse(NULL, why, path, " ", other);
    struct pm_timeline *t = timeline_new(true);
    t->strings_loaded = t->noted = true;
    if (path) {
        struct pm_buf name = {0};
        pm_buf_fmt(&name, "%s.building", path);
        t->path = pm_xstrdup(path);
        const char *taken = building_take(t, name.p);
        if (taken) pm_buf_free(&name);
        if (taken) return timeline_refuse(t, why, path, " cannot be written: ", taken);
        t->building = name.p;
        pm_unfinished(t->building);
    }
    int rc =
        sqlite3_open_v2(path ? t->building : "", &t->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (!timeline_check(t, rc) || !schema_make(t))
        return timeline_refuse(t, why, path ? path : "the temporary database",
                               " cannot be written: ", t->error.n ? t->error.p : "unknown");
    return t;
}
