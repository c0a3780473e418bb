// Texts on their way to their files.
//
// fopencookie, which both libcs that we build on have, hands over what a renderer prints as
// stdio's buffer fills. Decided against looking at the file when it is whole: a secret would
// have stood on the disk, and a gigabyte be read again.
#define _GNU_SOURCE // fopencookie
#include "cli/written.h"
#include "base/unfinished.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10, KEPT_MAX = 8 << 20 };

static bool secrets_kept;
void pm_written_keep_secrets(void) { secrets_kept = true; }

static bool is_standard(const char *path) { return strcmp(path, "-") == 0; }
// Devices and pipes are written as they are, links are followed, not replaced.
static bool is_replaced(const char *path) {
    struct stat there;
    return !is_standard(path) && (lstat(path, &there) != 0 || S_ISREG(there.st_mode));
}

// No other run's, and nothing that somebody put there is written through.
static void part_open(struct pm_written *w) {
    pm_buf_fmt(&w->part, "%s.%ld.part", w->path, (long)getpid());
    w->fd = open(w->part.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (w->fd >= 0) {
        pm_unfinished(w->part.p);
        return;
    }
    w->why = errno;
    pm_buf_free(&w->part);
}
static void part_write(struct pm_written *w, struct pm_str s) {
    while (s.n && !w->why) {
        ssize_t n = write(w->fd, s.p, s.n);
        if (n >= 0) s = pm_str_from(s, (size_t)n);
        else if (errno != EINTR) w->why = errno;
    }
}
// A nameless file that is full, or cannot be had, loses nothing: memory holds the rest.
static void spool_write(struct pm_written *w) {
    if (w->spool_full) return;
    if (!w->spool && (w->spool = tmpfile())) setvbuf(w->spool, NULL, _IONBF, 0);
    off_t at = w->spool ? ftello(w->spool) : -1;
    w->spool_full =
        at < 0 || fwrite(w->kept.p, 1, w->kept.n, w->spool) != w->kept.n || fflush(w->spool) != 0;
    if (!w->spool_full) pm_buf_clear(&w->kept);
    else if (at >= 0 && (ftruncate(fileno(w->spool), at) != 0)) w->why = errno;
}
static void text_out(struct pm_written *w, struct pm_str s) {
    if (w->part.n) {
        part_write(w, s);
        return;
    }
    pm_buf_add(&w->kept, s);
    if (w->kept.n > KEPT_MAX) spool_write(w);
}
static void looked_out(struct pm_written *w, struct pm_str s, enum pm_leaks_piece which) {
    text_out(w, secrets_kept ? s : pm_leaks_look(&w->look, s, which));
    w->struck = w->look.found;
}
static ssize_t piece_write(void *cookie, const char *p, size_t n) {
    struct pm_written *w = cookie;
    if (!w->why) looked_out(w, (struct pm_str){p, n}, PM_LEAKS_MORE);
    errno = w->why;
    return w->why ? 0 : (ssize_t)n;
}

static bool text_make(struct pm_written *w, bool (*write)(FILE *f, void *ctx), void *ctx) {
    char *room = pm_xmalloc(PIECE);
    FILE *f = fopencookie(w, "w", (cookie_io_functions_t){.write = piece_write});
    bool ok = f && setvbuf(f, room, _IOFBF, PIECE) == 0;
    if (ok) errno = 0; // a renderer that fails may have asked nobody who sets it
    ok = ok && write(f, ctx);
    if (f) ok = fclose(f) == 0 && ok;
    if (!ok && !w->why) w->why = errno ? errno : EIO;
    if (ok) looked_out(w, PM_NONE, PM_LEAKS_LAST);
    pm_leaks_free(&w->look);
    free(room);
    return ok && !w->why;
}
bool pm_written_make(struct pm_written *w, const char *path, bool (*write)(FILE *f, void *ctx),
                     void *ctx) {
    *w = (struct pm_written){.path = path, .fd = -1};
    if (is_replaced(path)) part_open(w);
    return !w->why && text_make(w, write, ctx);
}

static void part_end(struct pm_written *w) {
    if (w->fd >= 0) close(w->fd);
    w->fd = -1;
    if (w->part.n) pm_finished(w->part.p);
    pm_buf_free(&w->part);
}
void pm_written_free(struct pm_written *w) {
    if (w->part.n) unlink(w->part.p);
    part_end(w);
    if (w->spool) fclose(w->spool);
    pm_buf_free(&w->kept);
    pm_leaks_free(&w->look);
    *w = (struct pm_written){.fd = -1};
}

bool pm_written_copy(struct pm_written *w, FILE *f) {
    bool ok = true;
    if (w->spool) {
        char *piece = pm_xmalloc(PIECE);
        rewind(w->spool);
        for (size_t n; ok && (n = fread(piece, 1, PIECE, w->spool)) > 0;)
            ok = fwrite(piece, 1, n, f) == n;
        ok = ok && !ferror(w->spool);
        free(piece);
    }
    return ok && fwrite(w->kept.p ? w->kept.p : "", 1, w->kept.n, f) == w->kept.n;
}
static bool part_put(struct pm_written *w) {
    bool ok = fsync(w->fd) == 0;
    ok = close(w->fd) == 0 && ok;
    w->fd = -1;
    ok = ok && rename(w->part.p, w->path) == 0;
    int why = errno;
    if (!ok) unlink(w->part.p);
    part_end(w);
    errno = why;
    return ok;
}
static bool direct_put(struct pm_written *w) {
    int fd = open(w->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    bool ok = f && pm_written_copy(w, f);
    if (!f && fd >= 0) close(fd);
    return f && fclose(f) == 0 && ok;
}
bool pm_written_put(struct pm_written *w) {
    if (w->why) {
        errno = w->why;
        return false;
    }
    if (w->struck)
        fprintf(stderr, "pullmortem: %s: " PM_STRUCK "\n",
                is_standard(w->path) ? "standard output" : w->path, w->struck);
    if (w->part.n) return part_put(w);
    if (!is_standard(w->path)) return direct_put(w);
    return pm_written_copy(w, stdout) && fflush(stdout) == 0;
}
bool pm_file_write(const char *path, bool (*write)(FILE *f, void *ctx), void *ctx) {
    struct pm_written w;
    bool ok = pm_written_make(&w, path, write, ctx);
    if (!ok) errno = w.why;
    ok = ok && pm_written_put(&w);
    int why = errno;
    pm_written_free(&w);
    errno = why;
    return ok;
}
