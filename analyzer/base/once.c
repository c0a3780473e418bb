// Records by their bytes, on a table of open addressing. See once.h.
#include "base/once.h"
#include "base/mix.h"
#include "pm/arena.h"
#include <stdlib.h>

#define ROOM_AT_FIRST 256

struct slot {
    const void *record; // NULL: free
    uint64_t hash;
};
struct pm_once {
    struct pm_arena *a;
    struct slot *slots; // a power of two, at most half of them used
    size_t room, n, bytes;
};

struct pm_once *pm_once_new(size_t record_bytes) {
    struct pm_once *all = pm_xmalloc(sizeof *all);
    *all = (struct pm_once){.a = pm_arena_new(), .bytes = record_bytes};
    return all;
}

void pm_once_free(struct pm_once *all) {
    if (!all) return;
    pm_arena_free(all->a);
    free(all->slots);
    free(all);
}

static struct slot *once_slot(const struct pm_once *all, const void *record, uint64_t hash) {
    size_t at = (size_t)hash & (all->room - 1);
    while (all->slots[at].record &&
           !(all->slots[at].hash == hash && memcmp(all->slots[at].record, record, all->bytes) == 0))
        at = (at + 1) & (all->room - 1);
    return &all->slots[at];
}

static void once_grow(struct pm_once *all) {
    const struct pm_once old = *all;
    if (all->n * 2 < all->room) return;
    all->room = old.room ? old.room * 2 : ROOM_AT_FIRST;
    all->slots = pm_xmalloc(all->room * sizeof *all->slots);
    memset(all->slots, 0, all->room * sizeof *all->slots);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].record)
            *once_slot(all, old.slots[i].record, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

const void *pm_once_keep(struct pm_once *all, const void *record) {
    const uint64_t hash = pm_mix((struct pm_str){record, all->bytes}, 0);
    once_grow(all);
    struct slot *slot = once_slot(all, record, hash);
    if (slot->record) return slot->record;
    void *kept = pm_arena_room(all->a, all->bytes);
    memcpy(kept, record, all->bytes);
    *slot = (struct slot){kept, hash};
    all->n++;
    return kept;
}
