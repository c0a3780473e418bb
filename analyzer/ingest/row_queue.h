// Rows of a member on their way out: see row_queue.c. Level 4, inside ingest; one a member,
// used by its worker.
#pragma once
#include "ingest/narrow_row.h"
#include "pm/arena.h"

// What a row leaves with, other than it was put.
struct row_sum {
    int64_t ts_ns, first_ns, last_ns, bytes, duration_ns;
    uint32_t count;
    unsigned flags;
};
void row_sum_put(const struct row_sum *sum, struct pm_row *row);

// A row that waits. Whoever put it may add to its sum while it has that number and is open.
struct row_held {
    struct row_sum sum;
    uint64_t line;
    uint64_t number; // of those that were put, from 1; 0: no row is here
    enum pm_stage stage;
    enum pm_when_kind when_kind;
    bool open;
    struct narrow_row *row; // as it was put; texts in `texts`, one behind the other
    char *texts;
    size_t n, cap;
    struct row_held *next; // of those without a row
};
struct row_queue;
typedef void pm_row_out(void *ctx, const struct row_held *held); // good until it returns

struct row_queue *row_queue_new(pm_row_out *out, void *ctx);
struct row_held *row_queue_put(struct row_queue *q, const struct pm_row *row); // copied
// Its stamp was another before, and is an earlier one now.
void row_queue_earlier(struct row_queue *q, struct row_held *h, int64_t before_ns);
// The row that was put last, NULL where it is gone.
const struct narrow_row *row_queue_last(const struct row_queue *q);
void row_queue_end(struct row_queue *q); // hands out what waits, frees
// The row as it leaves, and its texts, in the arena.
struct narrow_row *row_held_copy(const struct row_held *held, struct pm_arena *a);
