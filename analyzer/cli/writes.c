// Folders of outputs. Where an output is a link, the folder that it leads to is written,
// too.
#define _XOPEN_SOURCE 700 // realpath
#include "cli/writes.h"
#include "base/guard.h"
#include "cli/opts.h"
#include "ingest/own.h"
#include "pm/arena.h"
#include "pm/timeline.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folders {
    const char **items;
    size_t n, cap;
    struct pm_arena *a;
};
static void folder_add(struct folders *all, const char *file) {
    if (!file || strcmp(file, "-") == 0) return;
    const char *slash = strrchr(file, '/');
    struct pm_str folder = PM_STR(".");
    if (slash) folder = (struct pm_str){file, slash == file ? 1 : (size_t)(slash - file)};
    *PM_PUSH(all->items, all->n, all->cap) = pm_arena_cstr(all->a, folder);
}

void pm_writes_guard(const char *const *files, size_t n) {
    struct folders all = {.a = pm_arena_new()};
    for (size_t i = 0; i < n; i++) {
        char *real = files[i] ? realpath(files[i], NULL) : NULL;
        folder_add(&all, files[i]);
        folder_add(&all, real);
        free(real);
    }
    pm_guard_writes(all.items, all.n);
    free(all.items);
    pm_arena_free(all.a);
}

// Where a file would be made: a link may lead to what is not there yet, over others.
enum { LINKS_MOST = 40 };
static char *new_place(const char *path) {
    char *at = pm_xstrdup(path), to[PATH_MAX];
    for (int i = 0; i < LINKS_MOST; i++) {
        ssize_t n = readlink(at, to, sizeof to);
        if (n <= 0 || (size_t)n == sizeof to) break;
        const char *slash = to[0] == '/' ? NULL : strrchr(at, '/');
        size_t folder = slash ? (size_t)(slash - at) + 1 : 0;
        char *next = pm_xmalloc(folder + (size_t)n + 1);
        memcpy(next, at, folder);
        memcpy(next + folder, to, (size_t)n);
        next[folder + (size_t)n] = 0;
        free(at);
        at = next;
    }
    return at;
}

// One name in one folder, however that is written.
static bool is_one_place(const char *a, const char *b) {
    const char *slash[] = {strrchr(a, '/'), strrchr(b, '/')},
               *name[] = {slash[0] ? slash[0] + 1 : a, slash[1] ? slash[1] + 1 : b};
    struct stat folder[2] = {{0}};
    if (strcmp(name[0], name[1]) != 0) return false;
    for (int i = 0; i < 2; i++) {
        char *path = slash[i] ? pm_xstrdup(i ? b : a) : pm_xstrdup("./");
        path[slash[i] ? (size_t)(slash[i] - (i ? b : a)) + 1 : 2] = 0;
        bool there = stat(path, &folder[i]) == 0;
        free(path);
        if (!there) return strcmp(a, b) == 0;
    }
    return folder[0].st_dev == folder[1].st_dev && folder[0].st_ino == folder[1].st_ino;
}
static bool same_new_place(const char *a, const char *b) {
    char *x = new_place(a), *y = new_place(b);
    bool same = is_one_place(x, y);
    free(x);
    free(y);
    return same;
}

// Devices and "-" may be named twice.
bool pm_writes_same(const char *a, const char *b) {
    struct stat x, y;
    if (stat(a, &x) == 0 && stat(b, &y) == 0)
        return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    return strcmp(a, "-") != 0 && same_new_place(a, b);
}

int pm_writes_timeline(const struct pm_command *c, const char *db) {
    if (!db || strcmp(db, "-") != 0) return PM_EXIT_OK;
    return pm_usage(c, "--db -: a timeline is a file; standard output is none");
}

// What tables and lines of ours have no sign of: there is nothing to know them by.
static bool has_no_sign(struct pm_str name) {
    static const char *const endings[] = {".csv", ".jsonl", ".alerts.json"};
    for (size_t i = 0; i < PM_LEN(endings); i++)
        if (pm_str_ends(name, pm_str_c(endings[i]))) return true;
    return false;
}
static bool is_own(const char *file) {
    char head[4096];
    FILE *f = fopen(file, "rb");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f) fclose(f);
    return n == 0 || pm_own_output((struct pm_str){head, n}) != NULL;
}
// A file in a folder that is read is read with it; a report of an earlier run is not.
static bool is_read_with(const char *folder, const char *file) {
    struct stat st;
    if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode) || stat(file, &st) != 0 ||
        !S_ISREG(st.st_mode) || has_no_sign(pm_str_c(file)))
        return false;
    char *outer = realpath(folder, NULL), *inner = realpath(file, NULL);
    bool within = outer && inner && pm_str_starts(pm_str_c(inner), pm_str_c(outer)) &&
                  (inner[strlen(outer)] == '/' || strcmp(outer, "/") == 0);
    free(outer);
    free(inner);
    return within && !is_own(file);
}

int pm_writes_spare(const struct pm_command *c, const char *const *files, size_t n,
                    const char *const *inputs, size_t inputs_n) {
    for (size_t i = 0; i < n; i++) {
        const char *name = files[i];
        if (!name || strcmp(name, "-") == 0) continue;
        for (size_t k = 0; k < i; k++)
            if (files[k] && pm_writes_same(name, files[k]))
                return pm_usage(c, "two outputs of one name: %s", name);
        if (pm_timeline_is(name))
            return pm_usage(c, "%s is a timeline: a report does not take its place", name);
        for (size_t k = 0; k < inputs_n; k++)
            if (pm_writes_same(name, inputs[k]) || is_read_with(inputs[k], name))
                return pm_usage(c, "%s is read: the report would take its place", name);
    }
    return PM_EXIT_OK;
}
