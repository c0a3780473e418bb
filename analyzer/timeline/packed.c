// Event rows of a timeline that goes with its run, packed.
//
// A temporary timeline is written once, read a few times and thrown away, by this program
// alone. To put each of its rows by a statement, and to ask SQLite for each cell, takes longer
// than all that is made of them. So they stand in blocks, of which a row says what is other
// in it than in the row before. To SQL they are the table that they are in a file
// (packed_table.c), and before one of them is changed they become that table (packed_turn.c).
#include "timeline/packed.h"
#include <stdlib.h>

enum {
    MASK_BITS = 2 * EVENT_NUMBERS, // which columns are another number, and which became NULL
    MASK_BYTES = MASK_BITS / 7 + 1,
    NUMBER_BYTES = 10, // of one number at most
    ROW_BYTES = MASK_BYTES + EVENT_NUMBERS * NUMBER_BYTES,
    BLOCKS_KNOWN = 16 // unpacked ones that are kept
};
_Static_assert(MASK_BITS <= 64, "a mask is one number");

// What is written of the block that rows go into.
struct packing {
    unsigned char numbers[PACK_ROWS * ROW_BYTES];
    size_t n;
    int columns;
    // Of the row before: its numbers, and of those that are NULL the last that was not.
    int64_t now[EVENT_NUMBERS], base[EVENT_NUMBERS];
};
// A block of rows' dates, while they are put.
struct dating {
    struct dates dates;
    bool changed;
};
struct packed {
    char *tables_sql; // that makes the tables
    int64_t rows;     // 1 to this are there
    struct packing last;
    struct pack known[BLOCKS_KNOWN]; // by their number
    bool any_dated;
    struct dating dating;
    struct dates dates_known[BLOCKS_KNOWN];
    // Of rows, the first lines of their records; string.id from 1 on; from 2^31 on.
    struct packed_texts raws, strings, loose;
};

static void packing_begin(struct packing *k, int columns) {
    k->n = 0;
    k->columns = columns;
    for (int c = 0; c < columns; c++) {
        k->now[c] = PM_NO_TIME;
        k->base[c] = 0;
    }
}

struct packed *timeline_packed_new(char *tables_sql) {
    struct packed *x = pm_xmalloc(sizeof *x);
    *x = (struct packed){.tables_sql = tables_sql,
                         .raws = {.of = PACKED_RAW},
                         .strings = {.of = PACKED_STRING},
                         .loose = {.of = PACKED_LOOSE}};
    for (size_t i = 0; i < BLOCKS_KNOWN; i++) x->known[i].block = x->dates_known[i].block = -1;
    x->dating.dates.block = -1;
    packing_begin(&x->last, EVENT_NUMBERS);
    return x;
}
const char *timeline_packed_sql(const struct packed *x) { return x->tables_sql; }
void timeline_packed_free(struct packed *x) {
    if (!x) return;
    free(x->tables_sql);
    timeline_packed_texts_free(&x->raws);
    timeline_packed_texts_free(&x->strings);
    timeline_packed_texts_free(&x->loose);
    free(x);
}

// ---- into blocks

static unsigned char *number_put(unsigned char *p, uint64_t x) {
    for (; x >= 0x80; x >>= 7) *p++ = (unsigned char)(x | 0x80);
    *p++ = (unsigned char)x;
    return p;
}
// Near 0 from both sides: small.
static uint64_t folded(int64_t x) { return (uint64_t)x << 1 ^ (uint64_t)(x >> 63); }
static int64_t unfolded(uint64_t x) { return (int64_t)(x >> 1 ^ (~(x & 1) + 1)); }
static int64_t minus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static int64_t plus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

// Hashes are near no other: they stand as they are.
static bool is_near(int column, int columns) {
    return column != EV_HASH || columns != EVENT_NUMBERS;
}
static unsigned char *cell_put(unsigned char *p, bool near, int64_t v, int64_t before) {
    if (near) return number_put(p, folded(minus(v, before)));
    memcpy(p, &v, sizeof v);
    return p + sizeof v;
}

static void row_pack(struct packing *k, const int64_t *v) {
    unsigned char *p = k->numbers + k->n;
    uint64_t others = 0, absent = 0;
    for (int c = 0; c < k->columns; c++) {
        others |= (uint64_t)(v[c] != k->now[c] && v[c] != PM_NO_TIME) << c;
        absent |= (uint64_t)(v[c] != k->now[c] && v[c] == PM_NO_TIME) << c;
    }
    p = number_put(p, others | absent << k->columns);
    for (uint64_t rest = others; rest; rest &= rest - 1) {
        int c = __builtin_ctzll(rest);
        p = cell_put(p, is_near(c, k->columns), v[c], k->base[c]);
        k->base[c] = v[c];
    }
    memcpy(k->now, v, (size_t)k->columns * sizeof *v);
    k->n = (size_t)(p - k->numbers);
}

void timeline_packed_add(struct pm_timeline *t, const struct event_row *rows, size_t n) {
    struct packed *x = t->packed;
    struct packing *k = &x->last;
    for (size_t i = 0; i < n; i++) {
        row_pack(k, rows[i].v);
        timeline_packed_text_add(t, &x->raws, rows[i].raw);
        if (++x->rows % PACK_ROWS) continue;
        timeline_packed_put(t, PACKED_ROW, x->rows / PACK_ROWS - 1,
                            (struct pm_str){(const char *)k->numbers, k->n});
        packing_begin(k, EVENT_NUMBERS);
    }
}
int64_t timeline_packed_rows(const struct packed *x) { return x->rows; }

void timeline_packed_string_add(struct pm_timeline *t, uint32_t id, struct pm_str text) {
    struct packed *x = t->packed;
    timeline_packed_text_add(t, id < STRINGS_LOOSE ? &x->strings : &x->loose, text);
}

// ---- out of them

struct unpacking {
    const unsigned char *p, *end;
    int columns;
    bool short_; // it ends within a row: the temporary file is not what was written
};
static uint64_t number_take(struct unpacking *u) {
    uint64_t x = 0;
    for (unsigned shift = 0; u->p < u->end && shift < 64; shift += 7) {
        const unsigned char byte = *u->p++;
        x |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return x;
    }
    u->short_ = true;
    return 0;
}
static int64_t cell_take(struct unpacking *u, bool near, int64_t before) {
    int64_t v = 0;
    if (near) return plus(before, unfolded(number_take(u)));
    u->short_ |= u->end - u->p < (ptrdiff_t)sizeof v;
    if (u->short_) return 0;
    memcpy(&v, u->p, sizeof v);
    u->p += sizeof v;
    return v;
}
static void row_unpack(struct unpacking *u, int64_t *v, const int64_t *before, int64_t *base) {
    const uint64_t mask = number_take(u), each = (UINT64_C(1) << u->columns) - 1;
    memcpy(v, before, (size_t)u->columns * sizeof *v);
    for (uint64_t rest = mask >> u->columns & each; rest; rest &= rest - 1)
        v[__builtin_ctzll(rest)] = PM_NO_TIME;
    for (uint64_t rest = mask & each; rest; rest &= rest - 1) {
        int c = __builtin_ctzll(rest);
        v[c] = base[c] = cell_take(u, is_near(c, u->columns), base[c]);
    }
}
// So many rows of so many numbers each, one behind the other.
static bool block_unpack(int64_t *v, size_t rows, int columns, const void *bytes, size_t n) {
    struct unpacking u = {bytes, (const unsigned char *)bytes + n, columns, false};
    int64_t base[EVENT_NUMBERS] = {0}, first[EVENT_NUMBERS];
    for (int c = 0; c < columns; c++) first[c] = PM_NO_TIME;
    for (size_t i = 0; i < rows && !u.short_; i++, v += columns)
        row_unpack(&u, v, i ? v - columns : first, base);
    return !u.short_;
}

static bool pack_read(struct pm_timeline *t, struct pack *b, int64_t block) {
    struct packed *x = t->packed;
    const bool is_last = block == x->rows / PACK_ROWS;
    b->block = -1;
    b->n = is_last ? (size_t)(x->rows % PACK_ROWS) : PACK_ROWS;
    sqlite3_stmt *s = is_last ? NULL : timeline_packed_find(t, PACKED_ROW, block);
    bool good = is_last ? block_unpack(b->v[0], b->n, EVENT_NUMBERS, x->last.numbers, x->last.n)
                        : s && block_unpack(b->v[0], b->n, EVENT_NUMBERS, sqlite3_column_blob(s, 0),
                                            (size_t)sqlite3_column_bytes(s, 0));
    if (s) sqlite3_reset(s);
    if (good) b->block = block;
    else timeline_check(t, SQLITE_CORRUPT);
    return good;
}

const struct pack *timeline_pack_of(struct pm_timeline *t, int64_t id) {
    struct packed *x = t->packed;
    const int64_t block = (id - 1) / PACK_ROWS;
    if (id < 1 || id > x->rows) return NULL;
    struct pack *b = &x->known[block % BLOCKS_KNOWN];
    const bool holds = b->block == block && (size_t)((id - 1) % PACK_ROWS) < b->n;
    return holds || pack_read(t, b, block) ? b : NULL;
}

struct pm_str timeline_packed_raw(struct pm_timeline *t, int64_t id) {
    return timeline_packed_text(t, &t->packed->raws, id - 1);
}
struct pm_str timeline_packed_string(struct pm_timeline *t, int64_t id) {
    struct packed *x = t->packed;
    return id < STRINGS_LOOSE ? timeline_packed_text(t, &x->strings, id - 1)
                              : timeline_packed_text(t, &x->loose, id - STRINGS_LOOSE);
}
int64_t timeline_packed_strings(const struct packed *x) { return x->strings.n; }
int64_t timeline_packed_string_from(const struct packed *x, int64_t id) {
    if (id < 1) id = 1;
    if (id > x->strings.n && id < STRINGS_LOOSE) id = STRINGS_LOOSE;
    return id < STRINGS_LOOSE || id - STRINGS_LOOSE < x->loose.n ? id : INT64_MAX;
}

// ---- dates

// False: see error.
static bool dates_read(struct pm_timeline *t, struct dates *d, int64_t block) {
    sqlite3_stmt *s = timeline_packed_seek(t, PACKED_DATES, block);
    d->block = -1;
    for (size_t i = 0; i < PACK_ROWS; i++) d->v[i][DATES_QUALITY] = PM_NO_TIME;
    bool good = !s || block_unpack(d->v[0], PACK_ROWS, DATES_NUMBERS, sqlite3_column_blob(s, 0),
                                   (size_t)sqlite3_column_bytes(s, 0));
    if (s) sqlite3_reset(s);
    if (!good) timeline_check(t, SQLITE_CORRUPT);
    if (!t->error.n) d->block = block;
    return !t->error.n;
}
void timeline_packed_dates_end(struct pm_timeline *t) {
    struct dating *d = &t->packed->dating;
    struct packing k;
    if (!d->changed) return;
    packing_begin(&k, DATES_NUMBERS);
    for (size_t i = 0; i < PACK_ROWS; i++) row_pack(&k, d->dates.v[i]);
    timeline_packed_put(t, PACKED_DATES, d->dates.block,
                        (struct pm_str){(const char *)k.numbers, k.n});
    t->packed->dates_known[d->dates.block % BLOCKS_KNOWN] = d->dates;
    d->changed = false;
}
void timeline_packed_date(struct pm_timeline *t, int64_t event, const int64_t v[DATES_NUMBERS]) {
    struct dating *d = &t->packed->dating;
    const int64_t block = (event - 1) / PACK_ROWS;
    if (d->dates.block != block) timeline_packed_dates_end(t);
    if (d->dates.block != block && !dates_read(t, &d->dates, block)) return;
    memcpy(d->dates.v[(event - 1) % PACK_ROWS], v, sizeof *d->dates.v);
    d->changed = t->packed->any_dated = true;
}
const int64_t *timeline_packed_dates(struct pm_timeline *t, int64_t event) {
    struct packed *x = t->packed;
    const int64_t block = (event - 1) / PACK_ROWS;
    if (!x->any_dated || event < 1 || event > x->rows) return NULL;
    struct dates *d = &x->dates_known[block % BLOCKS_KNOWN];
    if (d->block != block && !dates_read(t, d, block)) return NULL;
    const int64_t *v = d->v[(event - 1) % PACK_ROWS];
    return v[DATES_QUALITY] == PM_NO_TIME ? NULL : v;
}
bool timeline_packed_any_dates(const struct packed *x) { return x->any_dated; }
