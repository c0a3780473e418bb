// Event rows of a timeline that goes with its run, packed.
//
// A temporary timeline is written once, read a few times and thrown away, by this program
// alone. To put each of its rows by a statement, and to ask SQLite for each cell, takes longer
// than all that is made of them. So they stand in blocks, of which a row says what is other
// in it than in the row before. To SQL they are the table that they are in a file
// (packed_table.c), and before one of them is changed they become that table.
#include "timeline/store.h"
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
    struct pm_buf raws; // where each row's ends, then the texts
    // Of the row before: its numbers, and of those that are NULL the last that was not.
    int64_t now[EVENT_NUMBERS], base[EVENT_NUMBERS];
};
struct packed {
    char *table_sql; // that makes the table
    int64_t rows;    // 1 to this are there
    struct packing last;
    struct pack known[BLOCKS_KNOWN]; // by their number
    struct pm_buf raws;              // of one block
    int64_t raws_block;              // -1: none
};

static void packing_begin(struct packing *k) {
    static const char ends[PACK_ROWS * sizeof(uint32_t)];
    k->n = 0;
    pm_buf_clear(&k->raws);
    pm_buf_add(&k->raws, (struct pm_str){ends, sizeof ends});
    for (int c = 0; c < EVENT_NUMBERS; c++) {
        k->now[c] = PM_NO_TIME;
        k->base[c] = 0;
    }
}

bool pm_timeline_packed(struct pm_timeline *t) {
    static const char sql[] = "SELECT sql FROM main.sqlite_schema WHERE name = 'event'";
    sqlite3_stmt *s = NULL;
    struct packed *x = pm_xmalloc(sizeof *x);
    *x = (struct packed){.raws_block = -1};
    for (size_t i = 0; i < BLOCKS_KNOWN; i++) x->known[i].block = -1;
    packing_begin(&x->last);
    t->packed = x;
    if (timeline_check(t, sqlite3_prepare_v2(t->db, sql, -1, &s, NULL)) &&
        timeline_check(t, sqlite3_step(s)))
        x->table_sql = pm_xstrdup((const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return timeline_exec(
               t, "DROP TABLE main.event;"
                  "CREATE TABLE main.packed(block INTEGER PRIMARY KEY, numbers BLOB NOT NULL);"
                  "CREATE TABLE main.packed_raw(block INTEGER PRIMARY KEY, raws BLOB NOT NULL)") &&
           timeline_packed_table(t);
}
void timeline_packed_free(struct packed *x) {
    if (!x) return;
    free(x->table_sql);
    pm_buf_free(&x->last.raws);
    pm_buf_free(&x->raws);
    free(x);
}
int64_t timeline_packed_rows(const struct packed *x) { return x->rows; }

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
static unsigned char *cell_put(unsigned char *p, int column, int64_t v, int64_t before) {
    if (column != EV_HASH) return number_put(p, folded(minus(v, before)));
    memcpy(p, &v, sizeof v);
    return p + sizeof v;
}

static void row_pack(struct packing *k, const int64_t *v) {
    unsigned char *p = k->numbers + k->n;
    uint64_t others = 0, absent = 0;
    for (int c = 0; c < EVENT_NUMBERS; c++) {
        others |= (uint64_t)(v[c] != k->now[c] && v[c] != PM_NO_TIME) << c;
        absent |= (uint64_t)(v[c] != k->now[c] && v[c] == PM_NO_TIME) << c;
    }
    p = number_put(p, others | absent << EVENT_NUMBERS);
    for (uint64_t rest = others; rest; rest &= rest - 1) {
        int c = __builtin_ctzll(rest);
        p = cell_put(p, c, v[c], k->base[c]);
        k->base[c] = v[c];
    }
    memcpy(k->now, v, sizeof k->now);
    k->n = (size_t)(p - k->numbers);
}

static void block_put(struct pm_timeline *t, enum timeline_stmt which, int64_t block,
                      const void *bytes, size_t n) {
    sqlite3_stmt *s = timeline_stmt(t, which);
    if (!s) return;
    sqlite3_bind_int64(s, 1, block);
    sqlite3_bind_blob64(s, 2, bytes, n, SQLITE_STATIC);
    timeline_run(t, s);
}

void timeline_packed_add(struct pm_timeline *t, const struct event_row *rows, size_t n) {
    struct packed *x = t->packed;
    struct packing *k = &x->last;
    for (size_t i = 0; i < n; i++) {
        const size_t at = (size_t)(x->rows % PACK_ROWS);
        row_pack(k, rows[i].v);
        pm_buf_add(&k->raws, rows[i].raw);
        const uint32_t end = (uint32_t)k->raws.n;
        memcpy(k->raws.p + at * sizeof end, &end, sizeof end);
        if (++x->rows % PACK_ROWS) continue;
        block_put(t, ST_PACK, x->rows / PACK_ROWS - 1, k->numbers, k->n);
        block_put(t, ST_PACK_RAW, x->rows / PACK_ROWS - 1, k->raws.p, k->raws.n);
        packing_begin(k);
    }
}

// ---- out of them

struct unpacking {
    const unsigned char *p, *end;
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
static int64_t cell_take(struct unpacking *u, int column, int64_t before) {
    int64_t v = 0;
    if (column != EV_HASH) return plus(before, unfolded(number_take(u)));
    u->short_ |= u->end - u->p < (ptrdiff_t)sizeof v;
    if (u->short_) return 0;
    memcpy(&v, u->p, sizeof v);
    u->p += sizeof v;
    return v;
}
static void row_unpack(struct unpacking *u, int64_t *v, const int64_t *before, int64_t *base) {
    const uint64_t mask = number_take(u), each = (UINT64_C(1) << EVENT_NUMBERS) - 1;
    memcpy(v, before, EVENT_NUMBERS * sizeof *v);
    for (uint64_t rest = mask >> EVENT_NUMBERS & each; rest; rest &= rest - 1)
        v[__builtin_ctzll(rest)] = PM_NO_TIME;
    for (uint64_t rest = mask & each; rest; rest &= rest - 1) {
        int c = __builtin_ctzll(rest);
        v[c] = base[c] = cell_take(u, c, base[c]);
    }
}
static bool block_unpack(struct pack *b, const void *bytes, size_t n) {
    struct unpacking u = {bytes, (const unsigned char *)bytes + n, false};
    int64_t base[EVENT_NUMBERS] = {0}, first[EVENT_NUMBERS];
    for (int c = 0; c < EVENT_NUMBERS; c++) first[c] = PM_NO_TIME;
    for (size_t i = 0; i < b->n && !u.short_; i++)
        row_unpack(&u, b->v[i], i ? b->v[i - 1] : first, base);
    return !u.short_;
}

// The bytes of a block, as a blob of a statement that stands at it; NULL: they are lost.
static sqlite3_stmt *block_find(struct pm_timeline *t, enum timeline_stmt which, int64_t block) {
    sqlite3_stmt *s = timeline_stmt(t, which);
    if (!s) return NULL;
    sqlite3_bind_int64(s, 1, block);
    int rc = sqlite3_step(s);
    if (timeline_check(t, rc) && rc == SQLITE_ROW) return s;
    timeline_check(t, SQLITE_CORRUPT);
    sqlite3_reset(s);
    return NULL;
}

static bool pack_read(struct pm_timeline *t, struct pack *b, int64_t block) {
    struct packed *x = t->packed;
    const bool is_last = block == x->rows / PACK_ROWS;
    b->block = -1;
    b->n = is_last ? (size_t)(x->rows % PACK_ROWS) : PACK_ROWS;
    sqlite3_stmt *s = is_last ? NULL : block_find(t, ST_PACKED, block);
    bool good = is_last ? block_unpack(b, x->last.numbers, x->last.n)
                        : s && block_unpack(b, sqlite3_column_blob(s, 0),
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
    struct packed *x = t->packed;
    const int64_t block = (id - 1) / PACK_ROWS;
    uint32_t ends[2] = {PACK_ROWS * sizeof *ends, 0};
    const struct pm_buf *raws = &x->raws;
    if (id < 1 || id > x->rows) return PM_NONE;
    if (block == x->rows / PACK_ROWS) raws = &x->last.raws;
    else if (x->raws_block != block) {
        sqlite3_stmt *s = block_find(t, ST_PACKED_RAW, block);
        if (!s) return PM_NONE;
        const char *bytes = sqlite3_column_blob(s, 0);
        pm_buf_clear(&x->raws);
        pm_buf_add(&x->raws, (struct pm_str){bytes, (size_t)sqlite3_column_bytes(s, 0)});
        sqlite3_reset(s);
        x->raws_block = block;
    }
    const size_t at = (size_t)((id - 1) % PACK_ROWS), skip = at == 0;
    if (raws->n >= ends[0])
        memcpy(ends + skip, raws->p + (at - !skip) * sizeof *ends, (2 - skip) * sizeof *ends);
    if (ends[0] < PACK_ROWS * sizeof *ends || ends[1] < ends[0] || ends[1] > raws->n) {
        timeline_check(t, SQLITE_CORRUPT);
        return PM_NONE;
    }
    return (struct pm_str){raws->p + ends[0], ends[1] - ends[0]};
}

// The rows are put as they would have been, and keep their numbers.
static bool rows_put_plain(struct pm_timeline *t) {
    struct event_row row;
    for (int64_t id = 1; id <= t->packed->rows && !t->error.n; id++) {
        const struct pack *b = timeline_pack_of(t, id);
        if (!b) return false;
        memcpy(row.v, b->v[(id - 1) % PACK_ROWS], sizeof row.v);
        row.raw = timeline_packed_raw(t, id);
        timeline_rows_insert(t, &row, 1);
    }
    return !t->error.n;
}
bool timeline_unpack(struct pm_timeline *t) {
    if (!t->packed) return !t->error.n;
    timeline_write_begins(t);
    if (!timeline_exec(t, t->packed->table_sql) || !rows_put_plain(t)) return false;
    timeline_packed_free(t->packed);
    t->packed = NULL;
    return timeline_exec(t, "DROP TABLE main.packed; DROP TABLE main.packed_raw");
}
