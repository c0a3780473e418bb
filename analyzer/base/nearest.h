// The word that was probably meant. Level 1.
#pragma once
#include <stddef.h>

// NULL: nothing is near.
const char *pm_nearest(const char *word, const char *const *candidates, size_t n);
