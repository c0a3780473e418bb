// Memory by which bytes go from a file to the framer. In front of them there is room for what
// is left of those before: a cut line is put there, and a whole block is never copied for the
// sake of its first line.
#pragma once
#include "pm/arena.h"

#define PM_BLOCK_BYTES ((size_t)256 << 10)
#define PM_BLOCK_FRONT_BYTES ((size_t)64 << 10)

struct pm_block {
    struct pm_block *next; // for whoever has several
    size_t n;              // bytes in it
    size_t most;           // that are read into it: all, but for tests that want borders everywhere
    char room[PM_BLOCK_FRONT_BYTES + PM_BLOCK_BYTES + 1]; // a NUL may stand behind them
};
static inline struct pm_block *pm_block_new(void) {
    struct pm_block *b = pm_xmalloc(sizeof *b);
    b->next = NULL;
    b->n = 0;
    b->most = PM_BLOCK_BYTES;
    return b;
}
static inline char *pm_block_bytes(struct pm_block *b) { return b->room + PM_BLOCK_FRONT_BYTES; }
static inline struct pm_str pm_block_str(struct pm_block *b) {
    return (struct pm_str){pm_block_bytes(b), b->n};
}
