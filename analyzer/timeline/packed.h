// Rows and texts of a timeline that goes with its run, in blocks. See packed.c.
#pragma once
#include "timeline/store.h"

// packed_blocks.c. A statement at that block's bytes, which is to be reset. seek: NULL: there
// are none, or see error; find: NULL: see error.
void timeline_packed_put(struct pm_timeline *t, enum packed_kind of, int64_t block,
                         struct pm_str bytes);
sqlite3_stmt *timeline_packed_seek(struct pm_timeline *t, enum packed_kind of, int64_t block);
sqlite3_stmt *timeline_packed_find(struct pm_timeline *t, enum packed_kind of, int64_t block);

// packed_texts.c: texts by their place, from 0.
enum { PACK_ROWS = 64, PACKED_TEXTS_KNOWN = 8 };
struct packed_texts {
    enum packed_kind of;
    int64_t n;
    struct pm_buf last; // the block that they go into
    struct packed_text_block {
        int64_t number; // of the block, from 1
        struct pm_buf bytes;
    } known[PACKED_TEXTS_KNOWN];
};
void timeline_packed_text_add(struct pm_timeline *t, struct packed_texts *x, struct pm_str text);
struct pm_str timeline_packed_text(struct pm_timeline *t, struct packed_texts *x,
                                   int64_t index); // until the next
void timeline_packed_texts_free(struct packed_texts *x);

// packed.c: rows with the numbers 1 and on.
// tables_sql, how the tables were made that it stands for, is its own from now on.
struct packed *timeline_packed_new(char *tables_sql);
const char *timeline_packed_sql(const struct packed *x);
void timeline_packed_free(struct packed *x);
struct pack {      // those of one block, unpacked
    int64_t block; // from 0; -1: none
    size_t n;
    int64_t v[PACK_ROWS][EVENT_NUMBERS];
};
void timeline_packed_add(struct pm_timeline *t, const struct event_row *rows, size_t n);
int64_t timeline_packed_rows(const struct packed *x); // number of the last
// Where row `id` is at (id - 1) % PACK_ROWS, until another is asked for; NULL: see error.
const struct pack *timeline_pack_of(struct pm_timeline *t, int64_t id);
struct pm_str timeline_packed_raw(struct pm_timeline *t, int64_t id); // until the next
int64_t timeline_packed_strings(const struct packed *x); // number of the last that is no loose one
void timeline_packed_string_add(struct pm_timeline *t, uint32_t id, struct pm_str text); // in order
struct pm_str timeline_packed_string(struct pm_timeline *t, int64_t id); // until the next
int64_t timeline_packed_string_from(const struct packed *x,
                                    int64_t id); // the first of these numbers; INT64_MAX: none

// When events were, where that is not what their stamps say: columns of `dated` behind the event.
enum { DATES_UTC, DATES_QUALITY, DATES_FIRST, DATES_LAST, DATES_NUMBERS };
struct dates {     // of the rows of one block
    int64_t block; // -1: none
    int64_t v[PACK_ROWS][DATES_NUMBERS];
};
// Of rows that are there, those of one block behind one another; dates_end behind the last.
void timeline_packed_date(struct pm_timeline *t, int64_t event, const int64_t v[DATES_NUMBERS]);
void timeline_packed_dates_end(struct pm_timeline *t);
const int64_t *timeline_packed_dates(struct pm_timeline *t, int64_t event); // NULL: none
bool timeline_packed_any_dates(const struct packed *x);

// packed_table.c
bool timeline_packed_tables(struct pm_timeline *t); // SQL has `event` and `string` again

// packed_rows.c: rows from one id to another, but those that a better copy tells. The place
// that each has lacks its rank and line.
struct packed_rows;
typedef void packed_row_cb(void *ctx, struct row_cells *c);
struct packed_rows *timeline_packed_rows_open(struct pm_timeline *t);
bool timeline_packed_each(struct packed_rows *x, int64_t from, int64_t to, packed_row_cb *cb,
                          void *ctx); // false: see error
void timeline_packed_rows_close(struct packed_rows *x);
