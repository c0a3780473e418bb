// One gzip member at a time, out of bytes that come in pieces of any size. Whoever does
// the work gives the same bytes, also of what is cut or damaged, and checks the sum at
// the member's end: zlib always, and ISA-L, twice as fast, where it was there at build
// time. Single-threaded.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum pm_inflated {
    PM_INFLATE_ON,      // all that could be read or written was
    PM_INFLATE_END,     // the member is complete and its sum is right
    PM_INFLATE_DAMAGED, // what was written before is used
};

struct pm_inflate_io {
    const unsigned char *in; // not yet read
    size_t in_n;
    unsigned char *out; // not yet written
    size_t out_n;
};

struct pm_inflater {
    const char *name;
    void *(*newer)(void);
    void (*begin)(void *state); // a new member
    enum pm_inflated (*run)(void *state, struct pm_inflate_io *io);
    void (*free)(void *state);
};

// The fastest first, NULL at the end.
extern const struct pm_inflater *const pm_inflaters[];
