// What several rows have alike, as a small number: by it the group of requests is found that
// is still open, the trace that a line repeats, the event that a table tells again. Internal
// to the judge; gone when all rows are loaded.
#pragma once
#include "judge/tools.h"

#define PM_ROW_KEY_PARTS 6
struct pm_row_key {
    uint32_t part[PM_ROW_KEY_PARTS]; // what each means is its user's matter
};
struct pm_row_keys {
    PM_LIST(struct pm_row_key) keys;
    pm_ref *held;    // by number - 1: what its user keeps of it; 0: nothing yet
    uint32_t *slots; // hash → number, open addressing; 0: free
    size_t room, held_cap;
};
// The key's number, from 1. A key that was not there gets the next.
uint32_t pm_row_key(struct pm_row_keys *all, const struct pm_row_key *key);
static inline pm_ref *pm_row_held(struct pm_row_keys *all, uint32_t number) {
    return &all->held[number - 1];
}
void pm_row_keys_free(struct pm_row_keys *all);
