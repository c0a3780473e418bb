// Sorting by what the items alone do not say. Internal to the analyzer.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int pm_order_of(const void *a, const void *b, void *by);
// `by` goes to each comparison as it is: names, other lists. None or one item is in order.
void pm_sort(void *items, size_t n, size_t item_bytes, pm_order_of *compare, void *by);
// Upwards by number, equal ones in the order they had. Digit by digit: what a million cost is a
// few passes, where comparing would cost twenty calls each.
struct pm_keyed {
    uint64_t key;
    size_t of; // what it is the number of
};
void pm_sort_keyed(struct pm_keyed *items, size_t n);
// Times and other signed numbers as keys.
static inline uint64_t pm_key_of_int64(int64_t x) { return (uint64_t)x ^ (UINT64_C(1) << 63); }
// For qsort, upwards; texts bytewise.
int pm_by_int64(const void *a, const void *b);
int pm_by_uint32(const void *a, const void *b);
int pm_by_text(const void *a, const void *b); // struct pm_str
