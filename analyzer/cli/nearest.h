// The word that was probably meant. Level 6.
#pragma once
#include <stddef.h>

const char *pm_nearest(const char *word, const char *const *candidates,
                       size_t n); // NULL: nothing is near
