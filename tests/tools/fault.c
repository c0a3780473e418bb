// Preloaded into pullmortem: the FAULT_AT-th call of FAULT_CALL fails, all others go
// through. With FAULT_HOW=on so do all later ones (a disk that is full stays full), with
// FAULT_HOW=kill the program ends there, as kill -9 ends it. FAULT_LOG gets a byte where
// it did, so that a loop over FAULT_AT knows when the call is past. See
// tests/suites/faults.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;
static const char *wanted;
static long at;
static char how;      // 'o'n, 'k'ill, or only that one
static int left = -1; // where it is told; opened before any call is counted
__attribute__((constructor)) static void begin(void) {
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    const char *n = getenv("FAULT_AT"), *log = getenv("FAULT_LOG");
    if (!real || !n || !log) return;
    left = real(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    at = atol(n);
    how = getenv("FAULT_HOW") ? getenv("FAULT_HOW")[0] : 0;
    wanted = getenv("FAULT_CALL");
}

static int fails(const char *call) {
    if (!wanted || !strstr(wanted, call)) return 0;
    long now = atomic_fetch_add(&calls, 1) + 1;
    if (how == 'o' ? now < at : now != at) return 0;
    ssize_t (*put)(int, const void *, size_t) =
        (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (put && put(left, "x", 1) != 1) return 0;
    if (how == 'k') kill(getpid(), SIGKILL);
    return 1;
}
#define REAL(name, type) ((type)dlsym(RTLD_NEXT, #name))
#define FAIL(what, result, why)                                                                    \
    if (fails(what)) return errno = why, result

void *malloc(size_t n) {
    static void *(*real)(size_t);
    if (!real) real = REAL(malloc, void *(*)(size_t));
    FAIL(",malloc,", NULL, ENOMEM);
    return real(n);
}
static int open_as(const char *name, const char *path, int flags, mode_t mode) {
    FAIL(",open,", -1, EMFILE);
    return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name))(path, flags, mode);
}
#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...) {                                                   \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;                                  \
        va_end(more);                                                                              \
        return open_as(#name, path, flags, mode);                                                  \
    }
OPEN(open)
OPEN(open64)
#define READ(name)                                                                                 \
    ssize_t name(int fd, void *p, size_t n, off_t from) {                                          \
        FAIL(",pread,", -1, EIO);                                                                  \
        return REAL(name, ssize_t(*)(int, void *, size_t, off_t))(fd, p, n, from);                 \
    }
READ(pread)
READ(pread64)
#define WRITE(name)                                                                                \
    ssize_t name(int fd, const void *p, size_t n, off_t to) {                                      \
        FAIL(",pwrite,", -1, ENOSPC);                                                              \
        return REAL(name, ssize_t(*)(int, const void *, size_t, off_t))(fd, p, n, to);             \
    }
WRITE(pwrite)
WRITE(pwrite64)
ssize_t read(int fd, void *p, size_t n) {
    FAIL(",read,", -1, EIO);
    return REAL(read, ssize_t(*)(int, void *, size_t))(fd, p, n);
}
ssize_t write(int fd, const void *p, size_t n) {
    if (fd > 2) FAIL(",write,", -1, ENOSPC);
    return REAL(write, ssize_t(*)(int, const void *, size_t))(fd, p, n);
}
// stdio calls the system by names of its own: what fails there fails here.
static int spoilt(FILE *f) {
#ifdef __GLIBC__
    f->_flags |= 0x20; // what ferror looks at
#endif
    (void)f;
    errno = ENOSPC;
    return EOF;
}
int fflush(FILE *f) {
    if (f && f != stdout && f != stderr && fails(",fflush,")) return spoilt(f);
    return REAL(fflush, int (*)(FILE *))(f);
}
int fclose(FILE *f) {
    int failed = f != stdout && f != stderr && fails(",fclose,");
    int result = REAL(fclose, int (*)(FILE *))(f);
    if (failed) errno = ENOSPC;
    return failed ? EOF : result;
}
size_t fread(void *p, size_t each, size_t n, FILE *f) {
    if (fails(",fread,")) return spoilt(f), (size_t)0;
    return REAL(fread, size_t(*)(void *, size_t, size_t, FILE *))(p, each, n, f);
}
int fsync(int fd) {
    FAIL(",fsync,", -1, EIO);
    return REAL(fsync, int (*)(int))(fd);
}
int fdatasync(int fd) {
    FAIL(",fsync,", -1, EIO);
    return REAL(fdatasync, int (*)(int))(fd);
}
int rename(const char *from, const char *to) {
    FAIL(",rename,", -1, EACCES);
    return REAL(rename, int (*)(const char *, const char *))(from, to);
}
#define TRUNCATE(name)                                                                             \
    int name(int fd, off_t n) {                                                                    \
        FAIL(",ftruncate,", -1, EIO);                                                              \
        return REAL(name, int (*)(int, off_t))(fd, n);                                             \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)
void *mmap(void *where, size_t n, int prot, int flags, int fd, off_t from) {
    FAIL(",mmap,", MAP_FAILED, ENOMEM);
    return REAL(mmap, void *(*)(void *, size_t, int, int, int, off_t))(where, n, prot, flags, fd,
                                                                       from);
}
void *mmap64(void *where, size_t n, int prot, int flags, int fd, off_t from) {
    FAIL(",mmap,", MAP_FAILED, ENOMEM);
    return REAL(mmap64, void *(*)(void *, size_t, int, int, int, off_t))(where, n, prot, flags, fd,
                                                                         from);
}
struct dirent *readdir(DIR *d) {
    FAIL(",readdir,", NULL, EIO);
    return REAL(readdir, struct dirent * (*)(DIR *))(d);
}
struct dirent64 *readdir64(DIR *d) {
    FAIL(",readdir,", NULL, EIO);
    return REAL(readdir64, struct dirent64 * (*)(DIR *))(d);
}
