// Rows as narrow as they are: see narrow_row.h.
#include "ingest/narrow_row.h"

void narrow_row_of(const struct pm_row *row, struct narrow_row *out) {
    size_t n = 0;
    out->has = 0;
    memcpy(out->front, row, sizeof out->front);
    for (int f = 0; f < PM_F_COUNT; f++) {
        if (!row->event.field[f].n) continue;
        out->has |= UINT32_C(1) << f;
        out->text[n++] = row->event.field[f];
    }
}

void narrow_row_wide(const struct narrow_row *n, struct pm_row *out) {
    const struct pm_str *text = n->text;
    memset((char *)out + sizeof n->front, 0, sizeof *out - sizeof n->front);
    memcpy(out, n->front, sizeof n->front);
    for (uint32_t left = n->has; left; left &= left - 1)
        out->event.field[__builtin_ctz(left)] = *text++;
}
