// Folders of bundles. Level 6.
#pragma once
#include "pm/arena.h"

// How many bundles a folder holds, where it holds nothing else: archives and timelines by
// their content. 0: it is a bundle itself, or no folder. *paths sorted, in `a`.
size_t pm_collection_of(const char *folder, struct pm_arena *a, const char ***paths);
