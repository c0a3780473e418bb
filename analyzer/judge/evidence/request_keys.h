// Who asked for what, as a small number: by it the group of requests is found that is still
// open. Internal to the judge; gone when all rows are loaded.
#pragma once
#include "judge/tools.h"

// A field that is 0 stands for any: of the repository's latest requests, whatever their tag;
// of a client's latest, whatever it asked for.
struct pm_request_key {
    uint32_t log, client, agent, repository, reference, user;
};
struct pm_request_keys {
    PM_LIST(struct pm_request_key) keys;
    pm_ref *open;    // by number - 1: index + 1 of its open group; 0: none yet
    uint32_t *slots; // hash → number, open addressing; 0: free
    size_t room, open_cap;
};
// The key's number, from 1. A key that was not there gets the next.
uint32_t pm_request_key(struct pm_request_keys *all, const struct pm_request_key *key);
static inline pm_ref *pm_request_open(struct pm_request_keys *all, uint32_t number) {
    return &all->open[number - 1];
}
void pm_request_keys_free(struct pm_request_keys *all);
