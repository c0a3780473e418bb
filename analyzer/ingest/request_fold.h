// Requests that nobody asks for one by one: see request_fold.c. Level 4, inside ingest;
// one a member, used by its worker.
#pragma once
#include "pm/record.h"
#include "pm/timeline.h"

struct pm_request_fold;
typedef void
pm_fold_out(void *ctx,
            const struct pm_row *row); // a finished row; its texts are borrowed until it returns
struct pm_request_fold *pm_request_fold_new(pm_fold_out *out, void *ctx);
// A request event comes. True: it went into a row that is held, nothing else is to be
// kept of it. `ns` is its stamp as rows keep it; `alike` is what its line is, or NULL.
bool pm_request_fold_add(struct pm_request_fold *f, const struct pm_alike *alike,
                         const struct pm_event *e, int64_t ns);
// A line comes that nobody read further. True: a line like it went into a row that is held,
// and this one does, too; false: its event is to be added.
bool pm_request_fold_again(struct pm_request_fold *f, const struct pm_alike *alike, int64_t ns);
// After false: the row that was made of this event. True: it is held, and comes back
// through `out` with what followed it.
bool pm_request_fold_hold(struct pm_request_fold *f, const struct pm_row *row);
void pm_request_fold_end(struct pm_request_fold *f); // hands out what is held, frees
