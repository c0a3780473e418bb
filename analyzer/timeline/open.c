// Opening a timeline that is there: to read it, or to merge into it, which SQLite's ordinary
// rollback journal secures. Nothing of it is believed before it was looked at (foreign.c).
#include "timeline/store.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 10000 // how long another writer is waited for

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
    struct stat there;
    if (access(path, R_OK) != 0) return timeline_refuse(NULL, why, path, ": ", strerror(errno));
    if (stat(path, &there) == 0 && S_ISDIR(there.st_mode))
        return timeline_refuse(NULL, why, path, ": ", strerror(EISDIR));
    half_change_undo(path);
    char odd[200];
    struct pm_timeline *t = timeline_new(writable);
    t->path = pm_xstrdup(path);
    int rc = sqlite3_open_v2(
        path, &t->db,
        (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX, NULL);
    if (!timeline_check(t, rc))
        return timeline_refuse(t, why, path, " cannot be opened: ", t->error.p);
    timeline_distrust(t);
    sqlite3_busy_timeout(t->db, BUSY_MS);
    int64_t application = timeline_number(t, "PRAGMA application_id", 0),
            schema = timeline_number(t, "PRAGMA user_version", 0);
    if (t->locked) return timeline_refuse(t, why, path, " cannot be read now: ", t->error.p);
    if (t->error.n)
        return timeline_refuse(t, why, path, " is not a timeline, or is damaged: ", t->error.p);
    if (application != PM_TIMELINE_APPLICATION)
        return timeline_refuse(t, why, path, " is not a pullmortem timeline", "");
    if (schema > PM_TIMELINE_SCHEMA)
        return timeline_refuse(t, why, path, " was written by a newer pullmortem",
                               "; use that one, or ingest the bundle again");
    if (schema < PM_TIMELINE_SCHEMA)
        return timeline_refuse(t, why, path, " was written by an older pullmortem",
                               "; ingest the bundle again");
    if (!timeline_schema_check(t, odd, sizeof odd))
        return timeline_refuse(
            t, why, path, t->locked ? " cannot be read now: " : " is damaged, or another's: ", odd);
    timeline_number(
        t,
        "SELECT count(*) FROM (SELECT 1 FROM meta LIMIT 1), (SELECT id FROM event LIMIT 1), (SELECT id FROM member LIMIT 1), (SELECT id FROM string LIMIT 1)",
        0);
    if (t->error.n) return timeline_refuse(t, why, path, " is damaged: ", t->error.p);
    sqlite3_exec(t->db, "PRAGMA cache_size=-8192", NULL, NULL, NULL);
    t->committed = true;
    return t;
}

struct pm_timeline *pm_timeline_open(const char *path, bool create, const char **why) {
    return create || !path ? timeline_create(path, why) : timeline_open(path, true, why);
}
struct pm_timeline *pm_timeline_open_read(const char *path, const char **why) {
    return timeline_open(path, false, why);
}
