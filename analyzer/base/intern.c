// Interning on JudyHS (string → id) and an arena (id → string). See pm/intern.h.
#include "pm/intern.h"
#include <Judy.h>
#include <stdlib.h>

struct pm_intern {
    Pvoid_t ids; // JudyHS: bytes → id + 1
    struct pm_arena *a;
    struct pm_str *strings;
    size_t n, cap;
};

struct pm_intern *pm_intern_new(void) {
    struct pm_intern *t = pm_xmalloc(sizeof *t);
    *t = (struct pm_intern){.a = pm_arena_new()};
    struct pm_str *empty = PM_PUSH(t->strings, t->n, t->cap);
    *empty = PM_STR("");
    return t;
}

void pm_intern_free(struct pm_intern *t) {
    if (!t) return;
    Word_t bytes;
    JHSFA(bytes, t->ids);
    (void)bytes;
    pm_arena_free(t->a);
    free(t->strings);
    free(t);
}

// JudyHS takes a plain void * though it only reads the key.
static void *key(struct pm_str s) {
    union {
        const char *c;
        void *v;
    } u = {.c = s.p};
    return u.v;
}

uint32_t pm_intern_id(struct pm_intern *t, struct pm_str s) {
    if (!s.n) return 0;
    PWord_t slot;
    JHSI(slot, t->ids, key(s), s.n);
    if (slot == PJERR) pm_die_oom();
    if (*slot == 0) {
        struct pm_str copy = pm_arena_dup(t->a, s);
        struct pm_str *place = PM_PUSH(t->strings, t->n, t->cap);
        *place = copy;
        *slot = t->n; // index + 1
    }
    return (uint32_t)(*slot - 1);
}

uint32_t pm_intern_find(const struct pm_intern *t, struct pm_str s) {
    if (!s.n) return 0;
    PWord_t slot;
    JHSG(slot, t->ids, key(s), s.n);
    return slot ? (uint32_t)(*slot - 1) : UINT32_MAX;
}

struct pm_str pm_intern_str(const struct pm_intern *t, uint32_t id) {
    return id < t->n ? t->strings[id] : PM_STR("");
}
uint32_t pm_intern_count(const struct pm_intern *t) { return (uint32_t)t->n; }
