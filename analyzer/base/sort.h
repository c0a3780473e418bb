// Sorting by what the items alone do not say. Internal to the analyzer.
#pragma once
#include <stddef.h>

typedef int pm_order_of(const void *a, const void *b, void *by);
// `by` goes to each comparison as it is: names, other lists. None or one item is in order.
void pm_sort(void *items, size_t n, size_t item_bytes, pm_order_of *compare, void *by);
// For qsort, upwards; texts bytewise.
int pm_by_int64(const void *a, const void *b);
int pm_by_uint32(const void *a, const void *b);
int pm_by_text(const void *a, const void *b); // struct pm_str
