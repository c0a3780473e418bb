// Which records came twice: their hashes, while rows are put.
//
// Up to a bound the hashes themselves are kept, so that a log in which no record comes
// twice is not searched for copies. Past it memory stays as it is: two bits a slot tell
// whether some record came at least twice; a slot that two share by chance costs time, not
// truth. The same where hashes crowd in one place, as those of a timeline may that somebody
// made for it: each would be looked for among all of them. No index over them in the file:
// random hashes cost several times the insert.
#include "timeline/store.h"
#include <stdlib.h>

#define KEYS_FIRST 4096
#define KEYS_MOST (UINT64_C(1) << 22)
#define CROWD 1024 // keys in a row; of as many random ones as there may be some 400 are
#define SLOTS (UINT64_C(1) << 24)
#define TWICE UINT64_C(1)

struct seen {
    uint64_t *keys; // 0: free; bit TWICE beside a key
    size_t n, cap;  // a power of two
    uint8_t *slots; // instead of the keys, once they are too many: ONCE and AGAIN, four to a byte
    bool any;       // something came twice
};

// Even, and not 0.
static uint64_t key_of(uint64_t hash, uint32_t ordinal) {
    uint64_t x = (hash + ordinal * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 32) & ~TWICE;
    return x ? x : 2;
}

// Where it is, or would be; NULL: there is a crowd.
static uint64_t *key_place(const struct seen *s, uint64_t key) {
    size_t at = (size_t)(key >> 1) & (s->cap - 1), passed = 0;
    while (s->keys[at] && (s->keys[at] & ~TWICE) != key) {
        if (++passed == CROWD) return NULL;
        at = (at + 1) & (s->cap - 1);
    }
    return &s->keys[at];
}

static void slot_note(struct seen *s, uint64_t key) {
    const uint64_t slot = key >> 1 & (SLOTS - 1);
    const unsigned shift = slot % 4 * 2;
    const unsigned was = s->slots[slot / 4] >> shift & 1;
    s->slots[slot / 4] |= (uint8_t)((was ? 3u : 1u) << shift);
    s->any |= was;
}
static bool slot_is_twice(const struct seen *s, uint64_t key) {
    const uint64_t slot = key >> 1 & (SLOTS - 1);
    return s->slots[slot / 4] >> (slot % 4 * 2 + 1) & 1;
}

static void *zeroed(size_t n, size_t bytes) {
    void *p = calloc(n, bytes);
    if (!p) pm_die_oom();
    return p;
}

static void keys_to_slots(struct seen *s) {
    s->slots = zeroed(SLOTS / 4, 1);
    for (size_t i = 0; i < s->cap; i++) {
        if (s->keys[i]) slot_note(s, s->keys[i]);
        if (s->keys[i] & TWICE) slot_note(s, s->keys[i]);
    }
    free(s->keys);
    s->keys = NULL;
}

// The keys into twice as much room, or first of all into some. False: a crowd does not fit.
static bool keys_grow(struct seen *s) {
    struct seen wide = *s;
    bool fits = true;
    wide.cap = s->cap ? 2 * s->cap : KEYS_FIRST;
    wide.keys = zeroed(wide.cap, sizeof *wide.keys);
    for (size_t i = 0; i < s->cap && fits; i++) {
        uint64_t *at = s->keys[i] ? key_place(&wide, s->keys[i] & ~TWICE) : NULL;
        if (at) *at = s->keys[i];
        fits = at || !s->keys[i];
    }
    free(fits ? s->keys : wide.keys);
    if (fits) *s = wide;
    return fits;
}

// False: there is a crowd.
static bool key_note(struct seen *s, uint64_t key) {
    uint64_t *at = key_place(s, key);
    if (!at) return false;
    s->n += !*at;
    s->any |= *at != 0;
    *at = *at ? *at | TWICE : key;
    return true;
}

void timeline_seen(struct pm_timeline *t, uint64_t hash, uint32_t ordinal) {
    const uint64_t key = key_of(hash, ordinal);
    if (!t->seen) t->seen = zeroed(1, sizeof *t->seen);
    struct seen *s = t->seen;
    bool full = 4 * s->n >= 3 * s->cap;
    if (!s->slots && full && (s->cap == KEYS_MOST || !keys_grow(s))) keys_to_slots(s);
    if (!s->slots && key_note(s, key)) return;
    if (!s->slots) keys_to_slots(s);
    slot_note(s, key);
}
bool timeline_seen_any_twice(const struct pm_timeline *t) { return t->seen && t->seen->any; }
bool timeline_seen_twice(const struct pm_timeline *t, uint64_t hash, uint32_t ordinal) {
    const struct seen *s = t->seen;
    const uint64_t key = key_of(hash, ordinal);
    if (!s) return true;
    if (s->slots) return slot_is_twice(s, key);
    const uint64_t *at = key_place(s, key);
    return at && *at & TWICE;
}
void timeline_unsee(struct pm_timeline *t) {
    if (t->seen) {
        free(t->seen->keys);
        free(t->seen->slots);
    }
    free(t->seen);
    t->seen = NULL;
    t->noted = false;
}
