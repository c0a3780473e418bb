// A text on its way to its file: looked at once more for secrets as it is written, and whole
// or not there at all. Level 6.
//
// It goes piece by piece beside its target and is moved there by pm_written_put, so that a
// report of any size costs no memory. What cannot be replaced so (standard output, a device,
// a pipe, a link) waits for that in memory, and beyond a few megabytes in a nameless file.
#pragma once
#include "base/leak.h"
#include "pm/arena.h"
#include <stdio.h>

struct pm_written {
    const char *path;     // "-": standard output
    struct pm_buf part;   // the name that it is made under; empty: it has none
    int fd;               // of the part; where `part` is empty, none
    FILE *spool;          // what waits and was too much for memory, before `kept`
    struct pm_buf kept;   // what waits in memory
    bool spool_full;      // or there is no place for one: all stays in memory
    struct pm_leaks look; // what a piece's end cut off
    size_t struck;        // places that were struck out
    int why;              // errno of what went wrong first; 0: nothing did
};
#define PM_STRUCK "self-check: %zu places looked like secrets still and were struck out"
// What `write` writes, towards `path`. False: w->why says why not.
bool pm_written_make(struct pm_written *w, const char *path, bool (*write)(FILE *f, void *ctx),
                     void *ctx);
// To its place, with what was struck out said on stderr. False: errno says why not.
bool pm_written_put(struct pm_written *w);
bool pm_written_copy(struct pm_written *w, FILE *f); // what waits, to a file of the caller's
void pm_written_free(struct pm_written *w);          // what was not put is gone
void pm_written_keep_secrets(void); // --no-redact: from here on nothing is struck out
// All in one: whole or not at all; errno says why not.
bool pm_file_write(const char *path, bool (*write)(FILE *f, void *ctx), void *ctx);
