// The end of a timeline, however it comes: refused before it was open, or finished. A new one
// is looked through for secrets, and only then moved from where it was built to its place;
// one that went wrong is taken away.
#include "base/unfinished.h"
#include "timeline/packed.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Thread_local char why_text[512]; // a reason outlives the timeline that was not opened

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
    timeline_texts_free(t);
    timeline_shapes_forget(t);
    timeline_packed_free(t->packed);
    pm_arena_free(t->row_arena);
    pm_buf_free(&t->error);
    free(t->path);
    free(t->building);
    free(t->urls);
    free(t->spans);
    timeline_unsee(t);
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

// "PATH WHAT DETAIL"; closes what was opened.
struct pm_timeline *timeline_refuse(struct pm_timeline *t, const char **why, const char *path,
                                    const char *what, const char *detail) {
    snprintf(why_text, sizeof why_text, "%s%s%s", path, what, detail);
    *why = why_text;
    if (t) {
        t->committed = false;
        pm_timeline_close(t);
    }
    return NULL;
}
