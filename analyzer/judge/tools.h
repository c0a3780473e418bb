// Lists, maps and orders that all passes use; they know nothing of pulls. Internal to the
// judge.
#pragma once
#include "pm/arena.h"
#include "pm/incident.h"
#include "pm/str.h"
#include "pm/when.h"
#include <Judy.h>

#define PM_S(seconds) ((int64_t)((seconds)*1e9))

#define PM_LIST(T)                                                                                 \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t n, cap;                                                                             \
    }
// A reference into a list that may be none: index + 1, and 0 for none. It is made here and
// undone here, so that nobody else has to remember the one.
typedef uint32_t pm_ref;
static inline pm_ref pm_ref_of(size_t index) { return (pm_ref)(index + 1); }
#define PM_REF(list, ref) ((list).items[(ref)-1])

// A growable list of small numbers; long ones that are used as sets keep a Judy1 beside, in
// which the first items are: it is found before the items, as there is one of these lists in
// each of millions of pulls.
struct pm_ids {
    uint32_t *items;
    uint32_t n, cap;
};
void pm_ids_add(struct pm_ids *v, uint32_t id);
bool pm_ids_add_new(struct pm_ids *v, uint32_t id); // false where it is there already
bool pm_ids_has(const struct pm_ids *v, uint32_t id);
bool pm_ids_meet(const struct pm_ids *a, const struct pm_ids *b);   // is one in both?
bool pm_ids_within(const struct pm_ids *a, const struct pm_ids *b); // are all of a in b?
void pm_ids_free(struct pm_ids *v);

// A list of mostly three numbers or less, which stand in it; more stand elsewhere.
#define PM_FEW 3
struct pm_few {
    uint32_t n;
    uint32_t few[PM_FEW]; // more than fit: the address of all
};
void pm_few_add(struct pm_few *v, uint32_t id);
uint32_t pm_few_at(const struct pm_few *v, size_t i);
void pm_few_free(struct pm_few *v);
// No further than the number goes.
static inline uint32_t pm_sum_u32(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

// A number for a pair of ids, and a map from it: JudyL.
#define PM_PAIR(a, b) ((Word_t)(((uint64_t)(a) << 32) | (uint32_t)(b)))
Word_t *pm_map_slot(Pvoid_t *map, Word_t key); // made, 0, where it was not there
Word_t pm_map_get(Pvoid_t map, Word_t key);    // 0 where it is not there

// A number for each key, from 1 in the order of their coming: for millions of keys, of which a
// map of JudyL takes several looks into memory for each.
struct pm_numbers {
    struct pm_number {
        uint64_t key;
        uint32_t number; // 0: free
    } * slots;
    size_t room; // a power of two, at most half of it used
    uint32_t n;
};
uint32_t pm_number_of(struct pm_numbers *all, uint64_t key);
void pm_numbers_free(struct pm_numbers *all);

// Pulls (or others) by a group (node, image …) and time.
struct pm_order_key {
    uint32_t group, index;
    int64_t at;
};
struct pm_order {
    struct pm_order_key *items;
    size_t n, cap;
};
void pm_order_add(struct pm_order *o, uint32_t group, int64_t at, uint32_t index);
void pm_order_sort(struct pm_order *o);
// The first of the group at or after `at`; may be n or of another group.
size_t pm_order_first(const struct pm_order *o, uint32_t group, int64_t at);

// A list on the heap until pm_strs_seal moves it into the arena.
void pm_strs_add(struct pm_strs *v, struct pm_str s);
enum pm_seal { PM_SEAL_AS_IS, PM_SEAL_SORTED }; // sorted: and without repeats
void pm_strs_seal(struct pm_arena *a, struct pm_strs *v, enum pm_seal how);
// For qsort: most first, then by name.
int pm_counts_compare(const void *a, const void *b);
