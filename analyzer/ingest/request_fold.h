// Requests that nobody asks for one by one: see request_fold.c. Level 4, inside ingest;
// one a member, used by its worker.
#pragma once
#include "ingest/row_queue.h"
#include "pm/record.h"

struct pm_request_fold;
struct pm_request_fold *pm_request_fold_new(pm_row_out *out, void *ctx);
// A request event comes. True: it went into a row that waits, nothing else is to be kept
// of it; false: its row is to be put. `ns` is its stamp as rows keep it; `alike` is what its
// line is, or NULL.
bool pm_request_fold_add(struct pm_request_fold *f, const struct pm_alike *alike,
                         const struct pm_event *e, int64_t ns);
// A line comes that nobody read further. True: it went into a row that waits; false: its
// event is to be added.
bool pm_request_fold_again(struct pm_request_fold *f, const struct pm_alike *alike, int64_t ns);
// A row of the member, of a request or not: it comes back through `out` in its turn, with
// what went into it meanwhile. Its texts are copied.
void pm_request_fold_put(struct pm_request_fold *f, const struct pm_row *row);
const struct narrow_row *pm_request_fold_last(const struct pm_request_fold *f); // put; NULL: gone
// A row comes that was folded before, of a log that was cut. The number of the row of another
// part that it went into (row_held.number); 0: it is put, and comes back through `out`.
uint64_t pm_request_fold_join(struct pm_request_fold *f, const struct pm_row *row);
void pm_request_fold_end(struct pm_request_fold *f); // hands out what waits, frees
