// See sort.h. qsort alone would need a static for what it sorts by, and two threads that
// judge at once would share it.
#define _GNU_SOURCE // qsort_r: both libcs that we build on have it
#include "base/sort.h"
#include <stdlib.h>

void pm_sort(void *items, size_t n, size_t item_bytes, pm_compare *compare, void *by) {
    if (n > 1) qsort_r(items, n, item_bytes, compare, by);
}
