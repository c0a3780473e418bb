// Rows of a member on their way out: see row_queue.c. Level 4, inside ingest; one a member,
// used by its worker.
#pragma once
#include "pm/arena.h"
#include "pm/timeline.h"

// A row that waits. Whoever put it may add to it while it has that number and is open.
struct row_held {
    struct pm_row row; // texts in `texts`, one behind the other
    char *texts;
    size_t n, cap;
    uint64_t number; // of those that were put, from 1; 0: no row is here
    bool open;
    struct row_held *next; // of those without a row
};
struct row_queue;
typedef void pm_row_out(void *ctx, const struct row_held *held); // good until it returns

struct row_queue *row_queue_new(pm_row_out *out, void *ctx);
struct row_held *row_queue_put(struct row_queue *q, const struct pm_row *row); // copied
// Its stamp was another before, and is an earlier one now.
void row_queue_earlier(struct row_queue *q, struct row_held *h, int64_t before_ns);
// The row that was put last, NULL where it is gone.
const struct pm_row *row_queue_last(const struct row_queue *q);
void row_queue_end(struct row_queue *q); // hands out what waits, frees
// *row becomes the row with its texts in `texts`, of held->n bytes.
void row_held_copy(const struct row_held *held, char *texts, struct pm_row *row);
