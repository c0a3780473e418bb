// Interning: a string becomes a small number, the same string the same number. Level 1.
//
// Ownership: the table owns its copies until pm_intern_free. Not shared between threads:
// each worker has its own, the writer merges.
#pragma once
#include "pm/arena.h"

struct pm_intern;
struct pm_intern *pm_intern_new(void);
void pm_intern_free(struct pm_intern *t);
uint32_t pm_intern_id(struct pm_intern *t, struct pm_str s); // 0 is the empty string
// UINT32_MAX where it is not known
uint32_t pm_intern_find(const struct pm_intern *t, struct pm_str s);
struct pm_str pm_intern_str(const struct pm_intern *t, uint32_t id);
// ids run from 0 to count-1, in order of first sight
uint32_t pm_intern_count(const struct pm_intern *t);
