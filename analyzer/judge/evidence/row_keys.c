// Millions of requests are looked up three times each, so that a key is six numbers beside
// each other, and neither a text nor a tree of maps.
#include "judge/evidence/row_keys.h"
#include <stdlib.h>

#define ROOM_AT_FIRST 256

static uint64_t hash_of(const struct pm_row_key *k) {
    uint64_t h = 0;
    for (size_t i = 0; i < PM_ROW_KEY_PARTS; i++) {
        h = (h ^ k->part[i]) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h;
}

static bool is_same(const struct pm_row_key *a, const struct pm_row_key *b) {
    return memcmp(a->part, b->part, sizeof a->part) == 0;
}

static uint32_t *slot_of(const struct pm_row_keys *all, const struct pm_row_key *k) {
    size_t at = (size_t)hash_of(k) & (all->room - 1);
    while (all->slots[at] && !is_same(&PM_REF(all->keys, all->slots[at]), k))
        at = (at + 1) & (all->room - 1);
    return &all->slots[at];
}

static void make_room(struct pm_row_keys *all) {
    if (all->keys.n * 2 < all->room) return;
    all->room = all->room ? all->room * 2 : ROOM_AT_FIRST;
    free(all->slots);
    all->slots = pm_xmalloc(all->room * sizeof *all->slots);
    memset(all->slots, 0, all->room * sizeof *all->slots);
    for (size_t i = 0; i < all->keys.n; i++) *slot_of(all, &all->keys.items[i]) = (uint32_t)(i + 1);
}

uint32_t pm_row_key(struct pm_row_keys *all, const struct pm_row_key *key) {
    make_room(all);
    uint32_t *slot = slot_of(all, key);
    if (*slot) return *slot;
    size_t n = all->keys.n;
    *PM_PUSH(all->keys.items, all->keys.n, all->keys.cap) = *key;
    *PM_PUSH(all->held, n, all->held_cap) = 0;
    return *slot = (uint32_t)all->keys.n;
}

void pm_row_keys_free(struct pm_row_keys *all) {
    free(all->keys.items);
    free(all->held);
    free(all->slots);
    *all = (struct pm_row_keys){.slots = NULL};
}
