// Records that thousands have alike, each kept once: equal bytes are one place, and who holds
// one may not change it, but hold another. Level 1.
//
// A record has no holes between its members, which equal ones need not share. Of one thread.
#pragma once
#include <stddef.h>

struct pm_once;
struct pm_once *pm_once_new(size_t record_bytes);
void pm_once_free(struct pm_once *all); // and all that were kept
const void *pm_once_keep(struct pm_once *all, const void *record);
