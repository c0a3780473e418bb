// See sort.h. qsort alone would need a static for what it sorts by, and two threads that
// judge at once would share it.
#define _GNU_SOURCE // qsort_r: both libcs that we build on have it
#include "base/sort.h"
#include "pm/str.h"
#include <stdint.h>
#include <stdlib.h>

void pm_sort(void *items, size_t n, size_t item_bytes, pm_order_of *compare, void *by) {
    if (n > 1) qsort_r(items, n, item_bytes, compare, by);
}

int pm_by_int64(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}
int pm_by_uint32(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}
int pm_by_text(const void *a, const void *b) {
    return pm_str_cmp(*(const struct pm_str *)a, *(const struct pm_str *)b);
}
