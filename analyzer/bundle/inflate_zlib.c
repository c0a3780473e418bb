// zlib as an inflater, and the list of all: see inflate.h.
#include "bundle/inflate.h"
#include "bundle/inflate_isal.h"
#include "pm/arena.h"
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_ONLY (15 + 16) // the largest window, and the header that must be there

static void *zlib_new(void) {
    z_stream *z = pm_xmalloc(sizeof *z);
    memset(z, 0, sizeof *z);
    if (inflateInit2(z, GZIP_ONLY) != Z_OK) pm_die_oom();
    return z;
}

static void zlib_begin(void *state) { inflateReset(state); }

static uInt inflate_zlib_fitting(size_t n) { return n > UINT_MAX ? UINT_MAX : (uInt)n; }

static enum pm_inflated zlib_run(void *state, struct pm_inflate_io *io) {
    z_stream *z = state;
    union {
        const unsigned char *read;
        unsigned char *named;
    } in = {.read = io->in}; // zlib reads only, and does not say so
    z->next_in = in.named;
    z->avail_in = inflate_zlib_fitting(io->in_n);
    z->next_out = io->out;
    z->avail_out = inflate_zlib_fitting(io->out_n);
    int rc = inflate(z, Z_NO_FLUSH);
    io->in_n -= (size_t)(z->next_in - io->in);
    io->in = z->next_in;
    io->out_n -= (size_t)(z->next_out - io->out);
    io->out = z->next_out;
    if (rc == Z_STREAM_END) return PM_INFLATE_END;
    return rc == Z_OK || rc == Z_BUF_ERROR ? PM_INFLATE_ON : PM_INFLATE_DAMAGED;
}

static void zlib_free(void *state) {
    inflateEnd(state);
    free(state);
}

static const struct pm_inflater zlib = {"zlib", zlib_new, zlib_begin, zlib_run, zlib_free};

const struct pm_inflater *const pm_inflaters[] = {
#ifdef PM_ISAL
    &pm_inflater_isal,
#endif
    &zlib,
    NULL,
};
