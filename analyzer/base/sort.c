// See sort.h. qsort alone would need a static for what it sorts by, and two threads that
// judge at once would share it; qsort_r has other arguments on macOS, and older musl has
// none. So this merges: from below, in runs that double, equal ones in the order they had.
#include "base/sort.h"
#include "pm/arena.h"
#include "pm/str.h"
#include <stdint.h>
#include <stdlib.h>

struct merging {
    char *from, *to;
    size_t n, item_bytes;
    pm_order_of *compare;
    void *by;
};
static char *item(char *items, const struct merging *m, size_t i) {
    return items + i * m->item_bytes;
}
// Two sorted runs [a, b) and [b, end) into one.
static void runs_merge(const struct merging *m, size_t a, size_t b, size_t end) {
    size_t left = a, right = b;
    for (size_t out = a; out < end; out++) {
        bool first = left < b && (right >= end || m->compare(item(m->from, m, left),
                                                             item(m->from, m, right), m->by) <= 0);
        memcpy(item(m->to, m, out), item(m->from, m, first ? left++ : right++), m->item_bytes);
    }
}
void pm_sort(void *items, size_t n, size_t item_bytes, pm_order_of *compare, void *by) {
    if (n < 2) return;
    char *room = pm_xmalloc(n * item_bytes);
    struct merging m = {items, room, n, item_bytes, compare, by};
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t a = 0; a < n; a += 2 * run) {
            size_t b = a + run < n ? a + run : n, end = b + run < n ? b + run : n;
            runs_merge(&m, a, b, end);
        }
        char *swapped = m.from;
        m.from = m.to;
        m.to = swapped;
    }
    if (m.from != items) memcpy(items, m.from, n * item_bytes);
    free(room);
}

enum { DIGITS = sizeof(uint64_t), DIGIT_VALUES = 256, FEW = 48 };
static void few_sort(struct pm_keyed *items, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct pm_keyed x = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > x.key; at--) items[at] = items[at - 1];
        items[at] = x;
    }
}
static size_t digit_of(const struct pm_keyed *x, int digit) { return x->key >> 8 * digit & 255; }
void pm_sort_keyed(struct pm_keyed *items, size_t n) {
    size_t count[DIGITS][DIGIT_VALUES] = {{0}};
    bool sorted = true;
    if (n < FEW) {
        few_sort(items, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        for (int d = 0; d < DIGITS; d++) count[d][digit_of(&items[i], d)]++;
        sorted = sorted && (i == 0 || items[i - 1].key <= items[i].key);
    }
    if (sorted) return;
    struct pm_keyed *room = pm_xmalloc(n * sizeof *room), *from = items, *to = room;
    for (int d = 0; d < DIGITS; d++) {
        if (count[d][digit_of(&items[0], d)] == n) continue; // all have the same one
        size_t place[DIGIT_VALUES], next = 0;
        for (int v = 0; v < DIGIT_VALUES; v++) {
            place[v] = next;
            next += count[d][v];
        }
        for (size_t i = 0; i < n; i++) to[place[digit_of(&from[i], d)]++] = from[i];
        struct pm_keyed *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != items) memcpy(items, from, n * sizeof *items);
    free(room);
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
