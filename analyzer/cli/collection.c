// A folder of bundles: every entry is an archive or a timeline, by its content. Anything
// else in it makes the folder one bundle.
#include "cli/collection.h"
#include "bundle/bundle.h"
#include "pm/timeline.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum pm_content content_under(struct pm_source *s,
                                     enum pm_content outer) { // one layer of compression down
    struct pm_source *inner =
        outer == PM_CONTENT_GZIP ? pm_source_gzip(s, s->path) : pm_source_filter(s, s->path);
    if (!inner) return PM_CONTENT_BINARY;
    const char *what;
    enum pm_content c = pm_content_of(pm_source_peek(inner, 1024), &what);
    pm_source_close(inner);
    return c;
}

static bool is_archive(const char *path) {
    struct pm_limits limits = {0};
    pm_limits_default(&limits);
    struct pm_budget budget = {.limits = &limits};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    struct pm_source *s = pm_source_file(fd, true, &budget, pm_str_c(path));
    const char *what;
    enum pm_content c = pm_content_of(pm_source_peek(s, 1024), &what);
    if (c == PM_CONTENT_GZIP || c == PM_CONTENT_FILTER) c = content_under(s, c);
    pm_source_close(s);
    return c == PM_CONTENT_ARCHIVE || c == PM_CONTENT_ARCHIVE_SEEK;
}

static bool is_bundle(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           (pm_timeline_is(path) || is_archive(path));
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t pm_collection_of(const char *folder, struct pm_arena *a, const char ***paths) {
    struct stat st;
    size_t n = 0, cap = 0;
    const char **list = NULL;
    DIR *d = stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? opendir(folder) : NULL;
    if (!d) return 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        const char *path = pm_arena_fmt(a, "%s/%s", folder, e->d_name).p;
        if (!is_bundle(path)) {
            n = 0;
            break;
        }
        *PM_PUSH(list, n, cap) = path;
    }
    closedir(d);
    if (n) qsort(list, n, sizeof *list, by_name);
    *paths = PM_NEWN(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) (*paths)[i] = list[i];
    free(list);
    return n;
}
