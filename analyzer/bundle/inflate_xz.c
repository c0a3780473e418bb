// xz by liblzma as an inflater: one stream at a time. See inflate.h.
#include "bundle/inflate.h"
#include "bundle/unpack.h"
#include "pm/arena.h"
#include <lzma.h>
#include <stdlib.h>

#define MEMORY_MAX_BYTES (UINT64_C(1) << 30) // xz -9 needs 65 MiB; a header may ask for more

static void *xz_new(void) {
    lzma_stream *z = pm_xmalloc(sizeof *z);
    *z = (lzma_stream)LZMA_STREAM_INIT;
    return z;
}

static void xz_begin(void *state) {
    if (lzma_stream_decoder(state, MEMORY_MAX_BYTES, 0) == LZMA_MEM_ERROR) pm_die_oom();
}

static enum pm_inflated xz_run(void *state, struct pm_inflate_io *io) {
    lzma_stream *z = state;
    z->next_in = io->in;
    z->avail_in = io->in_n;
    z->next_out = io->out;
    z->avail_out = io->out_n;
    lzma_ret rc = lzma_code(z, LZMA_RUN);
    io->in = z->next_in;
    io->in_n = z->avail_in;
    io->out = z->next_out;
    io->out_n = z->avail_out;
    if (rc == LZMA_STREAM_END) return PM_INFLATE_END;
    return rc == LZMA_OK || rc == LZMA_BUF_ERROR ? PM_INFLATE_ON : PM_INFLATE_DAMAGED;
}

static void xz_free(void *state) {
    lzma_end(state);
    free(state);
}

const struct pm_inflater pm_inflater_xz = {"xz", xz_new, xz_begin, xz_run, xz_free};
