// Rows in order of time, few of them in memory at once.
//
// No index is kept of that order: it would cost as much as the rows. But rows that lie
// together are mostly of about one time. So a first pass notes of each block of them only
// its ids and which of its rows comes first; a block is read when the walk has come to that
// row, its rows are sorted, and the blocks that are open are merged. What a timeline holds in
// memory is thus what its members' rows overlap and not what there is of them; where that
// is too much, as of rows in no order at all, a block keeps its rows' places alone and they
// are read one by one.
//
// Rows are taken by functions of ours that SQLite calls with their cells: asking for each
// cell of each row takes longer than reading it. They know the walk by a pointer that only
// our own statements bind, so that they are of no use to SQL of others.
#include "timeline/packed.h"
#include <stdlib.h>

enum {
    FEW = 1024, // so many rows are read at once, without a first pass
    BLOCK_MIN = 64,
    BLOCK_MAX = 512,   // rows of a block
    BLOCKS = 1 << 15,  // and so many blocks, of a timeline of middle size
    MEMBER_MIN = 16,   // rows of a block that ends with its member
    HELD_MAX = 1 << 16 // rows of open blocks that are in memory
};
static const char pointer_type[] = "pullmortem rows";

// Ids of rows that lie together, and the place of the one that comes first.
struct block {
    struct row_place first;
    int64_t from, to;
};
struct spot { // of a row in a block that is open
    struct row_place at;
    uint32_t cells;
};
struct open_block {
    struct row_place at;     // of the row that it stands at
    struct spot *spots;      // in order
    struct row_cells *cells; // NULL: there was no room
    uint32_t next, n;
};
struct rows {
    struct pm_timeline *t;
    const struct paths *paths;
    sqlite3_stmt *fill;
    struct packed_rows *packed; // NULL: they are asked of SQLite
    struct block *blocks;       // in the order of their first rows
    size_t n, cap, waiting;     // from `waiting` on they are not open yet
    struct open_block *open;    // a heap
    size_t open_n, open_cap, held;
    bool standing; // the first open block's row is told
    bool lost;     // rows of no member, or with ids in no order, were left out
    size_t block_rows, in_block;
    int64_t member;          // of the row met last
    struct row_cells *taken; // rows that a statement takes
    size_t taken_n, taken_max;
    bool too_many;
};

static bool is_before(const struct row_place *a, const struct row_place *b) {
    if (a->ts != b->ts) return a->ts < b->ts;
    return a->place != b->place ? a->place < b->place : a->id < b->id;
}
static int by_place(const void *a, const void *b) {
    const struct row_place *x = a, *y = b;
    return is_before(y, x) - is_before(x, y);
}

static uint64_t place_of(const struct paths *p, int64_t member, int64_t line) {
    const uint64_t lines = (UINT64_C(1) << 40) - 1;
    uint64_t rank = (uint64_t)member, at = (uint64_t)line;
    if (p->rank && rank < p->n) rank = (uint64_t)p->rank[rank];
    return rank << 40 | (at < lines ? at : lines);
}

// ---- taking

// What the functions are called with, in this order.
enum taken_cell {
    TAKE_FOR,
    TAKE_COPY, // not NULL: a better copy tells it
    TAKE_ID,
    TAKE_MEMBER,
    TAKE_LINE,
    TAKE_TS,
    TAKE_PLACE, // so many for its place
    TAKE_QUALITY = TAKE_PLACE,
    TAKE_FIRST,
    TAKE_LAST,
    TAKE_HASH,
    TAKE_ORDINAL,
    TAKE_SHAPE,
    TAKE_COUNT,
    TAKE_DURATION,
    TAKE_WAITING,
    TAKE_BYTES,
    TAKE_REMAINING,
    TAKE_TEXTS, // timeline_event_texts from here on
    TAKE_CELLS = TAKE_TEXTS + EVENT_TEXTS
};
#define CELLS(dated)                                                                               \
    "," dated ",hash,ordinal,shape,count,duration_ns,waiting_ns,bytes,remaining,"                  \
    "namespace,pod,pod_uid,object,client,url,digest,message,join_,detail"
#define DATED(said, made) "CASE WHEN dated.event IS NULL THEN " said " ELSE " made " END"
#define CELLS_AS_SAID CELLS("NULL,first_ns,last_ns")
#define CELLS_DATED                                                                                \
    CELLS(DATED("NULL", "coalesce(dated_quality, 0)") "," DATED(                                   \
        "first_ns", "first_utc_ns") "," DATED("last_ns", "last_utc_ns"))

static int64_t value_or(sqlite3_value *v, int64_t otherwise) {
    return sqlite3_value_type(v) == SQLITE_NULL ? otherwise : sqlite3_value_int64(v);
}

// A row of no member, or of one without a path, is damage: no file could show it, and it
// is left out.
static bool place_find(struct rows *x, int64_t member, int64_t line, struct row_place *at) {
    const bool known = timeline_path_known(x->paths, member);
    if (known) at->place = place_of(x->paths, member, line);
    x->lost |= !known;
    return known;
}
static bool place_take(struct rows *x, sqlite3_value **v, struct row_place *at) {
    if (sqlite3_value_type(v[TAKE_COPY]) != SQLITE_NULL) return false;
    *at = (struct row_place){.ts = value_or(v[TAKE_TS], PM_NO_TIME),
                             .id = sqlite3_value_int64(v[TAKE_ID])};
    return place_find(x, sqlite3_value_int64(v[TAKE_MEMBER]), sqlite3_value_int64(v[TAKE_LINE]),
                      at);
}

static void cells_take(sqlite3_value **v, struct row_cells *c) {
    c->member = (uint32_t)sqlite3_value_int64(v[TAKE_MEMBER]);
    c->line = sqlite3_value_int64(v[TAKE_LINE]);
    c->dated_quality = (int)value_or(v[TAKE_QUALITY], UNDATED);
    c->first_ns = value_or(v[TAKE_FIRST], PM_NO_TIME);
    c->last_ns = value_or(v[TAKE_LAST], PM_NO_TIME);
    c->hash = sqlite3_value_int64(v[TAKE_HASH]);
    c->ordinal = (uint32_t)sqlite3_value_int64(v[TAKE_ORDINAL]);
    c->shape = sqlite3_value_int64(v[TAKE_SHAPE]);
    c->count = (uint32_t)sqlite3_value_int64(v[TAKE_COUNT]);
    c->duration_ns = value_or(v[TAKE_DURATION], PM_NO_TIME);
    c->waiting_ns = value_or(v[TAKE_WAITING], PM_NO_TIME);
    c->bytes = value_or(v[TAKE_BYTES], -1);
    c->remaining = value_or(v[TAKE_REMAINING], -1);
    for (int i = 0; i < EVENT_TEXTS; i++)
        c->text[i] = (uint32_t)sqlite3_value_int64(v[TAKE_TEXTS + i]);
}

static struct rows *walk_of(sqlite3_context *c, sqlite3_value **v) {
    struct rows *x = sqlite3_value_pointer(v[TAKE_FOR], pointer_type);
    if (!x) sqlite3_result_error(c, "this function is of the program's own walk", -1);
    return x;
}

static void row_met(struct rows *x, const struct row_place *at, int64_t member) {
    struct block *b = x->n ? &x->blocks[x->n - 1] : NULL;
    if (b && at->id <= b->to) {
        x->lost = true;
        return;
    }
    if (!b || x->in_block == x->block_rows || (member != x->member && x->in_block >= MEMBER_MIN)) {
        b = PM_PUSH(x->blocks, x->n, x->cap);
        *b = (struct block){*at, at->id, at->id};
        x->in_block = 0;
    }
    if (is_before(at, &b->first)) b->first = *at;
    b->to = at->id;
    x->member = member;
    x->in_block++;
}
// Where a row's cells go; NULL: they are too many.
static struct row_cells *row_taken(struct rows *x) {
    x->too_many = x->taken_n == x->taken_max;
    return x->too_many ? NULL : &x->taken[x->taken_n++];
}

static void row_meet(sqlite3_context *c, int n, sqlite3_value **v) {
    struct rows *x = walk_of(c, v);
    struct row_place at;
    (void)n;
    if (x && place_take(x, v, &at)) row_met(x, &at, sqlite3_value_int64(v[TAKE_MEMBER]));
}
static void row_take(sqlite3_context *c, int n, sqlite3_value **v) {
    struct rows *x = walk_of(c, v);
    struct row_place at;
    (void)n;
    struct row_cells *to = x && place_take(x, v, &at) ? row_taken(x) : NULL;
    if (!to) return;
    to->at = at;
    cells_take(v, to);
}

static void packed_meet(void *ctx, struct row_cells *c) {
    struct rows *x = ctx;
    if (place_find(x, c->member, c->line, &c->at)) row_met(x, &c->at, c->member);
}
static void packed_take(void *ctx, struct row_cells *c) {
    struct rows *x = ctx;
    struct row_cells *to = place_find(x, c->member, c->line, &c->at) ? row_taken(x) : NULL;
    if (to) *to = *c;
}

static bool functions_make(struct pm_timeline *t) {
    const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
    if (t->rows_functions) return true;
    t->rows_functions =
        timeline_check(t, sqlite3_create_function(t->db, "row_meet", TAKE_PLACE, flags, NULL,
                                                  row_meet, NULL, NULL)) &&
        timeline_check(t, sqlite3_create_function(t->db, "row_take", TAKE_CELLS, flags, NULL,
                                                  row_take, NULL, NULL));
    return t->rows_functions;
}

// What was made of rows is looked for only where there is any.
struct sources {
    bool dated, copies;
};
static struct sources sources_of(struct pm_timeline *t) {
    return (struct sources){timeline_number(t, "SELECT EXISTS(SELECT 1 FROM dated)", 1) != 0,
                            timeline_number(t, "SELECT EXISTS(SELECT 1 FROM copy)", 1) != 0};
}

enum asked { ASK_ALL, ASK_PLACES, ASK_BLOCK };
// Events come as they lie: each of the others hangs on them. So that it stays so, `where` is
// no term from which SQLite may conclude anything, but where all that it selects are asked for.
static sqlite3_stmt *rows_ask(struct rows *x, const char *where, struct sources s,
                              enum asked asked) {
    struct pm_buf sql = {0};
    sqlite3_stmt *out = NULL;
    pm_buf_lit(&sql, asked == ASK_ALL ? "SELECT row_take(" : "SELECT count(");
    if (asked != ASK_ALL) pm_buf_lit(&sql, asked == ASK_PLACES ? "row_meet(" : "row_take(");
    pm_buf_lit(&sql, s.copies ? "?1,copy.event" : "?1,NULL");
    pm_buf_fmt(&sql, ",event.id,member,line,%s", s.dated ? TIMELINE_TS : "ts");
    if (asked != ASK_PLACES) pm_buf_lit(&sql, s.dated ? CELLS_DATED : CELLS_AS_SAID);
    pm_buf_fmt(&sql, "%s FROM event", asked == ASK_ALL ? ")" : "))");
    if (s.dated) pm_buf_lit(&sql, " LEFT JOIN dated ON dated.event = event.id");
    if (s.copies) pm_buf_lit(&sql, " LEFT JOIN copy ON copy.event = event.id");
    if (where) pm_buf_lit(&sql, " LEFT JOIN shape ON number = shape");
    if (where)
        pm_buf_fmt(&sql, asked == ASK_ALL ? " WHERE (%s)" : " WHERE coalesce((%s), 0)", where);
    if (asked == ASK_BLOCK)
        pm_buf_fmt(&sql, " %s event.id BETWEEN ?2 AND ?3", where ? "AND" : "WHERE");
    if (functions_make(x->t) &&
        timeline_check(x->t, sqlite3_prepare_v2(x->t->db, sql.p, -1, &out, NULL)))
        sqlite3_bind_pointer(out, 1, x, pointer_type, NULL);
    pm_buf_free(&sql);
    return out;
}

// ---- blocks

static void sift(struct rows *x, size_t at) {
    const struct open_block moved = x->open[at];
    for (size_t child; (child = 2 * at + 1) < x->open_n; at = child) {
        if (child + 1 < x->open_n && is_before(&x->open[child + 1].at, &x->open[child].at)) child++;
        if (!is_before(&x->open[child].at, &moved.at)) break;
        x->open[at] = x->open[child];
    }
    x->open[at] = moved;
}
static void rise(struct rows *x, size_t at) {
    const struct open_block moved = x->open[at];
    for (; at && is_before(&moved.at, &x->open[(at - 1) / 2].at); at = (at - 1) / 2)
        x->open[at] = x->open[(at - 1) / 2];
    x->open[at] = moved;
}

// The rows that were taken become a block that is open.
static void block_add(struct rows *x) {
    size_t n = x->taken_n;
    if (!n) return;
    struct open_block b = {.spots = pm_xmalloc(n * sizeof *b.spots), .n = (uint32_t)n};
    bool in_order = true;
    for (size_t i = 0; i < n; i++) {
        b.spots[i] = (struct spot){x->taken[i].at, (uint32_t)i};
        in_order = in_order && (!i || is_before(&b.spots[i - 1].at, &b.spots[i].at));
    }
    if (!in_order) qsort(b.spots, n, sizeof *b.spots, by_place);
    if (x->held + n <= HELD_MAX) {
        b.cells = pm_xmalloc(n * sizeof *b.cells);
        memcpy(b.cells, x->taken, n * sizeof *b.cells);
        x->held += n;
    }
    b.at = b.spots[0].at;
    *PM_PUSH(x->open, x->open_n, x->open_cap) = b;
    rise(x, x->open_n - 1);
}
static void block_free(struct rows *x, struct open_block *b) {
    if (b->cells) x->held -= b->n;
    free(b->spots);
    free(b->cells);
}
// Past the row that the first block stands at.
static void block_step(struct rows *x) {
    struct open_block *b = &x->open[0];
    if (++b->next < b->n) b->at = b->spots[b->next].at;
    else {
        block_free(x, b);
        *b = x->open[--x->open_n];
    }
    if (x->open_n > 1) sift(x, 0);
}

static bool rows_fill(struct rows *x, int64_t from, int64_t to) {
    x->taken_n = 0;
    if (x->packed) return timeline_packed_each(x->packed, from, to, packed_take, x);
    if (!x->fill) return false;
    sqlite3_bind_int64(x->fill, 2, from);
    sqlite3_bind_int64(x->fill, 3, to);
    return timeline_run(x->t, x->fill);
}

// All of them, where they are few; else a block of each portion.
static bool few_read(struct rows *x, const char *where, struct sources made) {
    sqlite3_stmt *s = rows_ask(x, where, made, ASK_ALL);
    int rc = SQLITE_ERROR;
    while (s && (rc = sqlite3_step(s)) == SQLITE_ROW && !x->too_many) continue;
    bool all = s && !x->too_many && timeline_check(x->t, rc);
    sqlite3_finalize(s);
    if (all) block_add(x);
    return all;
}
static void block_rows_choose(struct rows *x, int64_t rows) {
    rows /= BLOCKS;
    if (rows < BLOCK_MIN) rows = BLOCK_MIN;
    x->block_rows = rows < BLOCK_MAX ? (size_t)rows : BLOCK_MAX;
}
static void blocks_order(struct rows *x) {
    if (x->n > 1) qsort(x->blocks, x->n, sizeof *x->blocks, by_place);
}
static void blocks_find(struct rows *x, const char *where, struct sources made) {
    block_rows_choose(x, timeline_number(x->t, "SELECT coalesce(max(id), 0) FROM event", 0));
    x->lost = false; // it is looked for again
    sqlite3_stmt *s = rows_ask(x, where, made, ASK_PLACES);
    if (s && timeline_run(x->t, s)) x->fill = rows_ask(x, where, made, ASK_BLOCK);
    sqlite3_finalize(s);
    blocks_order(x);
}

// The same of rows that stand packed.
static void packed_find(struct rows *x) {
    const int64_t n = timeline_packed_rows(x->t->packed);
    x->packed = timeline_packed_rows_open(x->t);
    if (n > FEW) {
        block_rows_choose(x, n);
        timeline_packed_each(x->packed, 1, n, packed_meet, x);
        blocks_order(x);
    } else if (rows_fill(x, 1, n)) block_add(x);
}

struct rows *timeline_rows_open(struct pm_timeline *t, const char *where,
                                const struct paths *paths) {
    const struct sources made = sources_of(t);
    struct rows *x = pm_xmalloc(sizeof *x);
    *x = (struct rows){.t = t, .paths = paths, .taken_max = FEW};
    x->taken = pm_xmalloc(FEW * sizeof *x->taken);
    if (t->packed && !where) packed_find(x);
    else if (!few_read(x, where, made) && x->too_many) blocks_find(x, where, made);
    return x;
}

bool timeline_rows_are_few(const struct rows *x) { return !x->n; }

const struct row_cells *timeline_rows_next(struct rows *x) {
    while (true) {
        if (x->standing) block_step(x);
        x->standing = false;
        while (x->waiting < x->n &&
               (!x->open_n || is_before(&x->blocks[x->waiting].first, &x->open[0].at))) {
            const struct block *b = &x->blocks[x->waiting++];
            if (!rows_fill(x, b->from, b->to)) return NULL;
            block_add(x);
        }
        if (!x->open_n) return NULL;
        x->standing = true;
        const struct open_block *b = &x->open[0];
        if (b->cells) return &b->cells[b->spots[b->next].cells];
        if (!rows_fill(x, b->at.id, b->at.id)) return NULL;
        if (x->taken_n) return x->taken;
    }
}

void timeline_rows_close(struct rows *x) {
    if (x->lost) timeline_check(x->t, SQLITE_CORRUPT);
    while (x->open_n) block_free(x, &x->open[--x->open_n]);
    sqlite3_finalize(x->fill);
    timeline_packed_rows_close(x->packed);
    free(x->open);
    free(x->blocks);
    free(x->taken);
    free(x);
}
