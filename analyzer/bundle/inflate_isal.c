// ISA-L as an inflater: see inflate.h. Empty where the library was not there at build
// time.
#include "bundle/inflate_isal.h"
#ifdef PM_ISAL
#include "pm/arena.h"
#include <isa-l.h>
#include <limits.h>
#include <stdlib.h>

static void isal_begin(void *state) {
    struct inflate_state *s = state;
    isal_inflate_reset(s);
    s->crc_flag = ISAL_GZIP;
}

static void *isal_new(void) {
    struct inflate_state *s = pm_xmalloc(sizeof *s);
    isal_inflate_init(s);
    isal_begin(s);
    return s;
}

static uint32_t fitting(size_t n) { return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n; }

static enum pm_inflated isal_run(void *state, struct pm_inflate_io *io) {
    struct inflate_state *s = state;
    union {
        const unsigned char *read;
        unsigned char *named;
    } in = {.read = io->in}; // it reads only, and does not say so
    s->next_in = in.named;
    s->avail_in = fitting(io->in_n);
    s->next_out = io->out;
    s->avail_out = fitting(io->out_n);
    int rc = isal_inflate(s);
    io->in_n -= (size_t)(s->next_in - io->in);
    io->in = s->next_in;
    io->out_n -= (size_t)(s->next_out - io->out);
    io->out = s->next_out;
    if (rc < 0) return PM_INFLATE_DAMAGED;
    return s->block_state == ISAL_BLOCK_FINISH ? PM_INFLATE_END : PM_INFLATE_ON;
}

const struct pm_inflater pm_inflater_isal = {"ISA-L", isal_new, isal_begin, isal_run, free};
#else
typedef int pm_inflate_isal_is_not_here; // an empty file is no C
#endif
