// Interning on a table of open addressing (string → id) and an arena (id → string). See
// pm/intern.h.
//
// Short texts that are asked for again and again are what it is for, and a JudyHS, which
// walks a tree of their bytes, took a sixth of an access log's time. It stays for what no
// probe found a place for: a log whose texts were made to share a hash fills it, at its
// own even price, and never makes a search longer than PROBES.
#include "pm/intern.h"
#include <Judy.h>
#include <stdlib.h>

#define PROBES 32
#define SLOTS_FIRST 64
#define HASH_SEED 29

struct slot {
    uint32_t hash, id; // id 0: free
};
struct pm_intern {
    struct slot *slots; // a power of two, at most half of them used
    size_t slots_n, used;
    Pvoid_t crowded; // JudyHS: bytes → id, for texts whose probes were all taken
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
    JHSFA(bytes, t->crowded);
    (void)bytes;
    pm_arena_free(t->a);
    free(t->slots);
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

static uint32_t hash_of(struct pm_str s) { return (uint32_t)(pm_str_hash(s, HASH_SEED) >> 32); }

// The slot of s, or the free one where it belongs; NULL where all its probes are taken.
static struct slot *intern_slot_of(const struct pm_intern *t, struct pm_str s, uint32_t hash) {
    for (size_t i = 0; i < PROBES && t->slots_n; i++) {
        struct slot *at = &t->slots[(hash + i) & (t->slots_n - 1)];
        if (!at->id || (at->hash == hash && pm_str_eq(t->strings[at->id], s))) return at;
    }
    return NULL;
}

static uint32_t crowded_find(const struct pm_intern *t, struct pm_str s) {
    PWord_t at = NULL;
    if (t->crowded) JHSG(at, t->crowded, key(s), s.n);
    return at ? (uint32_t)*at : 0;
}

static void crowded_add(struct pm_intern *t, struct pm_str s, uint32_t id) {
    PWord_t at;
    JHSI(at, t->crowded, key(s), s.n);
    if (at == PJERR) pm_die_oom();
    *at = id;
}

static void place(struct pm_intern *t, struct pm_str s, uint32_t hash, uint32_t id) {
    struct slot *at = intern_slot_of(t, s, hash);
    if (!at) {
        crowded_add(t, s, id);
        return;
    }
    *at = (struct slot){hash, id};
    t->used++;
}

static void make_room(struct pm_intern *t) {
    if (t->used * 2 < t->slots_n) return;
    struct slot *old = t->slots;
    size_t old_n = t->slots_n;
    t->slots_n = old_n ? old_n * 2 : SLOTS_FIRST;
    t->slots = pm_xmalloc(t->slots_n * sizeof *t->slots);
    memset(t->slots, 0, t->slots_n * sizeof *t->slots);
    t->used = 0;
    for (size_t i = 0; i < old_n; i++)
        if (old[i].id) place(t, t->strings[old[i].id], old[i].hash, old[i].id);
    free(old);
}

uint32_t pm_intern_find(const struct pm_intern *t, struct pm_str s) {
    if (!s.n) return 0;
    const struct slot *at = intern_slot_of(t, s, hash_of(s));
    if (at && at->id) return at->id;
    uint32_t id = crowded_find(t, s);
    return id ? id : UINT32_MAX;
}

uint32_t pm_intern_id(struct pm_intern *t, struct pm_str s) {
    if (!s.n) return 0;
    uint32_t hash = hash_of(s);
    const struct slot *at = intern_slot_of(t, s, hash);
    uint32_t id = at && at->id ? at->id : crowded_find(t, s);
    if (id) return id;
    make_room(t);
    struct pm_str copy = pm_arena_dup(t->a, s);
    id = (uint32_t)t->n;
    *PM_PUSH(t->strings, t->n, t->cap) = copy;
    place(t, copy, hash, id);
    return id;
}

struct pm_str pm_intern_str(const struct pm_intern *t, uint32_t id) {
    return id < t->n ? t->strings[id] : PM_STR("");
}
uint32_t pm_intern_count(const struct pm_intern *t) { return (uint32_t)t->n; }
