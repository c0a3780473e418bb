// Folders of outputs. Where an output is a link, the folder that it leads to is written,
// too.
#define _XOPEN_SOURCE 700 // realpath
#include "cli/writes.h"
#include "base/guard.h"
#include "pm/arena.h"
#include <stdlib.h>

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
