// Texts in blocks, by their place among all of them: what packed rows tell, and name.
#include "timeline/packed.h"

enum { ENDS_BYTES = PACK_ROWS * sizeof(uint32_t) };

static void block_begin(struct pm_buf *last) {
    static const char ends[ENDS_BYTES];
    pm_buf_clear(last);
    pm_buf_add(last, (struct pm_str){ends, sizeof ends});
}

void timeline_packed_text_add(struct pm_timeline *t, struct packed_texts *x, struct pm_str text) {
    const size_t at = (size_t)(x->n % PACK_ROWS);
    if (at == 0) block_begin(&x->last);
    pm_buf_add(&x->last, text);
    const uint32_t end = (uint32_t)x->last.n;
    memcpy(x->last.p + at * sizeof end, &end, sizeof end);
    if (++x->n % PACK_ROWS == 0)
        timeline_packed_put(t, x->of, x->n / PACK_ROWS - 1, pm_buf_str(&x->last));
}

// The block's bytes: where each of its texts ends, then the texts. NULL: see error.
static const struct pm_buf *block_of(struct pm_timeline *t, struct packed_texts *x, int64_t block) {
    struct packed_text_block *b = &x->known[block % PACKED_TEXTS_KNOWN];
    if (block == x->n / PACK_ROWS) return &x->last;
    if (b->number == block + 1) return &b->bytes;
    sqlite3_stmt *s = timeline_packed_find(t, x->of, block);
    if (!s) return NULL;
    const char *bytes = sqlite3_column_blob(s, 0);
    pm_buf_clear(&b->bytes);
    pm_buf_add(&b->bytes, (struct pm_str){bytes, (size_t)sqlite3_column_bytes(s, 0)});
    sqlite3_reset(s);
    b->number = block + 1;
    return &b->bytes;
}

struct pm_str timeline_packed_text(struct pm_timeline *t, struct packed_texts *x, int64_t index) {
    if (index < 0 || index >= x->n) return PM_NONE;
    const struct pm_buf *b = block_of(t, x, index / PACK_ROWS);
    const size_t at = (size_t)(index % PACK_ROWS);
    uint32_t from = ENDS_BYTES, to = 0;
    if (!b) return PM_NONE;
    if (b->n >= ENDS_BYTES && at) memcpy(&from, b->p + (at - 1) * sizeof from, sizeof from);
    if (b->n >= ENDS_BYTES) memcpy(&to, b->p + at * sizeof to, sizeof to);
    if (from >= ENDS_BYTES && from <= to && to <= b->n)
        return (struct pm_str){b->p + from, to - from};
    timeline_check(t, SQLITE_CORRUPT);
    return PM_NONE;
}

void timeline_packed_texts_free(struct packed_texts *x) {
    for (size_t i = 0; i < PACKED_TEXTS_KNOWN; i++) pm_buf_free(&x->known[i].bytes);
    pm_buf_free(&x->last);
}
