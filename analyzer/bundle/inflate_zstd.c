// zstd by its own library as an inflater: one frame at a time. See inflate.h.
#include "bundle/inflate.h"
#include "bundle/unpack.h"
#include "pm/arena.h"
#include <zstd.h>

static void *zstd_new(void) {
    ZSTD_DStream *z = ZSTD_createDStream();
    if (!z) pm_die_oom();
    return z;
}

static void zstd_begin(void *state) { ZSTD_initDStream(state); }

static enum pm_inflated zstd_run(void *state, struct pm_inflate_io *io) {
    ZSTD_inBuffer in = {io->in, io->in_n, 0};
    ZSTD_outBuffer out = {io->out, io->out_n, 0};
    size_t left = ZSTD_decompressStream(state, &out, &in);
    io->in += in.pos;
    io->in_n -= in.pos;
    io->out += out.pos;
    io->out_n -= out.pos;
    if (ZSTD_isError(left)) return PM_INFLATE_DAMAGED;
    return left == 0 ? PM_INFLATE_END : PM_INFLATE_ON;
}

static void zstd_free(void *state) { ZSTD_freeDStream(state); }

const struct pm_inflater pm_inflater_zstd = {"zstd", zstd_new, zstd_begin, zstd_run, zstd_free};
