// What an input holds, in one number: the names in it, and all its bytes. By this a run that
// goes on where another broke knows what it has read.
//
// Not a checksum against malice: who can write the shards can write the timeline.
#include "bundle/known_again.h"
#include "pm/arena.h"
#include "pm/str.h"
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 64
#define BLOCK_BYTES ((size_t)256 << 10)

struct content {
    uint64_t a, b; // two hashes of the same bytes, begun differently
    char *block;
};
static void take_in(struct content *c, struct pm_str s) {
    c->a = pm_str_hash(s, c->a);
    c->b = pm_str_hash(s, c->b);
}
static void take_number(struct content *c, uint64_t n) {
    take_in(c, (struct pm_str){(const char *)&n, sizeof n});
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}
static bool take_entry(struct content *c, int dir, const char *name, int depth);

static bool take_folder(struct content *c, int fd, int depth) {
    DIR *d = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
    char **names = NULL;
    size_t n = 0, cap = 0;
    bool ok = d != NULL;
    if (!d) close(fd);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            *PM_PUSH(names, n, cap) = pm_xstrdup(e->d_name);
    if (n > 1) qsort(names, n, sizeof *names, by_bytes);
    for (size_t i = 0; i < n; i++) {
        take_in(c, pm_str_c(names[i]));
        ok = take_entry(c, dirfd(d), names[i], depth + 1) && ok;
        free(names[i]);
    }
    take_number(c, n);
    free(names);
    if (d) closedir(d);
    return ok;
}

static bool take_entry(struct content *c, int dir, const char *name, int depth) {
    struct stat st;
    if (fstatat(dir, name, &st, depth ? AT_SYMLINK_NOFOLLOW : 0) != 0) return false;
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return true; // not read, either
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    if (S_ISDIR(st.st_mode)) return take_folder(c, fd, depth);
    ssize_t n;
    uint64_t bytes = 0;
    for (; (n = read(fd, c->block, BLOCK_BYTES)) > 0; bytes += (uint64_t)n)
        take_in(c, (struct pm_str){c->block, (size_t)n});
    take_number(c, bytes);
    close(fd);
    return n == 0;
}

bool pm_bundle_content(const char *path, char text[PM_INPUT_CONTENT]) {
    struct content c = {1, 2, pm_xmalloc(BLOCK_BYTES)};
    bool ok = take_entry(&c, AT_FDCWD, path, 0);
    snprintf(text, PM_INPUT_CONTENT, "%016" PRIx64 "%016" PRIx64, c.a, c.b);
    free(c.block);
    return ok;
}
