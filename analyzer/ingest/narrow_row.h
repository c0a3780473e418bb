// A row on its way to the writer, without the fields that it lacks: most have five to ten
// of twenty-five, and rows wait by the thousand. Level 4, inside ingest.
#pragma once
#include "pm/timeline.h"
#include <stddef.h>

struct narrow_row {
    uint32_t has; // a bit for each field that holds something
    // all of the row that stands before its fields
    char front[offsetof(struct pm_row, event) + offsetof(struct pm_event, field)];
    struct pm_str text[]; // of those fields, in their order
};
_Static_assert(PM_F_COUNT < 32, "a bit for each, and one more to shift by");
_Static_assert(offsetof(struct pm_event, field) + sizeof((struct pm_event *)0)->field ==
                   sizeof(struct pm_event),
               "fields are the last of an event: nothing behind them would go along");
#define NARROW_ROW_MOST (sizeof(struct narrow_row) + PM_F_COUNT * sizeof(struct pm_str))

// How many of the bits before that of field f are there.
static inline int narrow_row_before(uint32_t has, int f) {
    return __builtin_popcount(has & ((UINT32_C(1) << f) - 1));
}
static inline size_t narrow_row_bytes(const struct narrow_row *n) {
    return sizeof *n + (size_t)narrow_row_before(n->has, PM_F_COUNT) * sizeof n->text[0];
}
static inline struct pm_str narrow_row_text(const struct narrow_row *n, int f) {
    return n->has >> f & 1 ? n->text[narrow_row_before(n->has, f)] : PM_NONE;
}
static inline struct pm_str narrow_row_raw(const struct narrow_row *n) {
    struct pm_str raw;
    memcpy(&raw, n->front + offsetof(struct pm_row, raw), sizeof raw);
    return raw;
}
static inline bool narrow_row_tagged(const struct narrow_row *n) {
    bool tagged;
    memcpy(&tagged, n->front + offsetof(struct pm_row, tagged), sizeof tagged);
    return tagged;
}

// `out` has room for all of its fields. Texts are borrowed both ways.
void narrow_row_of(const struct pm_row *row, struct narrow_row *out);
void narrow_row_wide(const struct narrow_row *n, struct pm_row *out);
