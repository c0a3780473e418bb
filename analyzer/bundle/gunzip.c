// gzip: concatenated members, and whatever a cut or damaged file still yields.
//
// What a cut file still yields differs from decoder to decoder by some bytes: ISA-L keeps
// a last symbol to itself, or gives one more before it notices. So the faster one works
// only where the file can be read again: where it meets trouble, zlib reads that member
// anew from its beginning and goes on, and the bytes are zlib's. For that to be possible,
// a block is handed out only after the next one was good.
#include "bundle/inflate.h"
#include "bundle/unwrap.h"
#include "pm/arena.h"
#include <stdlib.h>
#include <unistd.h>

enum outcome { GOES_ON, MEMBER_ENDS, IS_DAMAGED, IS_CUT, IS_OVER };

struct gzip_source {
    struct pm_source s;
    const struct pm_inflater *with;
    void *state;
    const unsigned char *next_in;
    size_t avail_in;
    bool in_member, over;
    // Where the decoder's bytes are not final: the file, how far it was read, where the
    // member at hand begins, and how much of that was found good.
    int fd;
    off_t read_to, member_at;
    uint64_t good_bytes;
    struct pm_block *good, *fresh; // to be handed out; not yet known to be good
    size_t good_at;                // of it, what was handed out
    bool fresh_is_good;
    // Where zlib reads anew: the bytes that were handed out before.
    bool again;
    off_t again_at;
    uint64_t skip;
    // The first byte is room for a magic that falls on the border of two blocks.
    unsigned char in[1 + PM_SOURCE_BLOCK_BYTES];
};

static size_t read_again(struct gzip_source *g) {
    ssize_t n = pread(g->fd, g->in + 1, PM_SOURCE_BLOCK_BYTES, g->again_at);
    if (n <= 0) return 0;
    g->again_at += n;
    if (g->again_at > g->read_to) { // what was read before was paid for
        g->s.budget->in_bytes += (uint64_t)(g->again_at - g->read_to);
        g->read_to = g->again_at;
    }
    return (size_t)n;
}

static bool refill(struct gzip_source *g) {
    size_t n;
    if (g->again) n = read_again(g);
    else {
        n = pm_source_read(g->s.below, (char *)g->in + 1, PM_SOURCE_BLOCK_BYTES);
        g->read_to += (off_t)n;
    }
    g->next_in = g->in + 1;
    g->avail_in = n;
    return n > 0;
}

// Tapes and block devices fill up with zeros. False: nothing else is there.
static bool padding_skip(struct gzip_source *g) {
    do {
        while (g->avail_in && *g->next_in == 0) {
            g->next_in++;
            g->avail_in--;
        }
    } while (!g->avail_in && refill(g));
    return g->avail_in > 0;
}

static bool two_bytes(struct gzip_source *g) {
    if (g->avail_in >= 2) return true;
    g->in[0] = *g->next_in;
    if (!refill(g)) return false;
    g->next_in--;
    g->avail_in++;
    return true;
}

// Between members: another one begins, or only padding and foreign bytes follow.
static bool next_member(struct gzip_source *g) {
    if (!padding_skip(g)) return false;
    bool two = two_bytes(g), first = two && g->next_in[0] == 0x1f,
         second = two && g->next_in[1] == 0x8b;
    if (first != second) {
        pm_source_broke(&g->s, "gzip-corrupt",
                        "what is compressed behind is damaged at its head: left out");
        return false;
    }
    if (!first) {
        pm_source_broke(&g->s, "gzip-trailing",
                        "bytes that are not gzip follow the compressed data: left out");
        return false;
    }
    g->with->begin(g->state);
    g->member_at = g->read_to - (off_t)g->avail_in;
    g->good_bytes = 0;
    return g->in_member = true;
}

// At least one byte into out, unless something ends. *n comes back as what was made.
static enum outcome decode(struct gzip_source *g, unsigned char *out, size_t *n) {
    struct pm_inflate_io io = {.out = out, .out_n = *n};
    enum outcome how = GOES_ON;
    while (how == GOES_ON && io.out_n == *n) {
        if (!g->in_member && !next_member(g)) {
            how = IS_OVER;
        } else if (g->avail_in == 0 && !refill(g)) {
            how = IS_CUT;
        } else {
            io.in = g->next_in;
            io.in_n = g->avail_in;
            const size_t before = g->avail_in;
            enum pm_inflated got = g->with->run(g->state, &io);
            g->next_in = io.in;
            g->avail_in = io.in_n;
            g->in_member = got != PM_INFLATE_END;
            bool stuck = g->avail_in == before && io.out_n == *n && got == PM_INFLATE_ON;
            if (got == PM_INFLATE_DAMAGED || stuck) how = IS_DAMAGED;
            if (got == PM_INFLATE_END) how = MEMBER_ENDS;
        }
    }
    *n -= io.out_n;
    return how;
}

static void end(struct gzip_source *g, enum outcome how) {
    if (how == IS_CUT)
        pm_source_broke(&g->s, "gzip-truncated",
                        "the compressed data breaks off; what came before is used");
    if (how == IS_DAMAGED)
        pm_source_broke(&g->s, "gzip-corrupt",
                        "the compressed data is damaged; what came before is used");
    g->over = g->over || how == IS_CUT || how == IS_DAMAGED || how == IS_OVER;
}

// zlib's own bytes are final, but for those that were handed out before it read anew.
static size_t fill_final(struct pm_source *s, char *p, size_t n) {
    struct gzip_source *g = (struct gzip_source *)s;
    size_t made = 0;
    while (!g->over && made == 0) {
        made = n;
        end(g, decode(g, (unsigned char *)p, &made));
        size_t known = made < g->skip ? made : (size_t)g->skip;
        g->skip -= known;
        made -= known;
        if (known) memmove(p, p + known, made);
    }
    return made;
}

static const struct pm_inflater *zlib(void) {
    size_t last = 0;
    while (pm_inflaters[last + 1]) last++;
    return pm_inflaters[last];
}

static void begin_again(struct gzip_source *g) {
    g->with->free(g->state);
    g->with = zlib();
    g->state = g->with->newer();
    g->again = true;
    g->again_at = g->member_at;
    g->skip = g->good_bytes;
    g->avail_in = 0;
    g->fresh->n = 0;
    g->s.fill = fill_final;
    g->s.swap = NULL;
}

// As much as fits, or comes before something ends.
static enum outcome decode_block(struct gzip_source *g, struct pm_block *b) {
    enum outcome how = GOES_ON;
    for (b->n = 0; how == GOES_ON && b->n < PM_BLOCK_BYTES;) {
        size_t n = PM_BLOCK_BYTES - b->n;
        how = decode(g, (unsigned char *)pm_block_bytes(b) + b->n, &n);
        b->n += n;
    }
    return how;
}

// One step on: the block that was fresh is good now, and another one is.
static void advance(struct gzip_source *g) {
    struct pm_block *next = g->good;
    next->n = g->good_at = 0;
    if (g->fresh_is_good) { // of a member that ended
        g->good = g->fresh;
        g->fresh = next;
        g->fresh_is_good = false;
        return;
    }
    enum outcome how = decode_block(g, next);
    if (how == IS_CUT || how == IS_DAMAGED) {
        next->n = 0;
        begin_again(g);
        return;
    }
    g->good = g->fresh;
    g->good_bytes += g->good->n;
    g->fresh = next;
    g->fresh_is_good = how == MEMBER_ENDS;
    end(g, how);
}

// Are there bytes that are good? False: all were handed out, or zlib reads anew.
static bool has_good(struct gzip_source *g) {
    while (g->good_at == g->good->n && !g->again && (!g->over || g->fresh->n)) advance(g);
    return g->good_at < g->good->n;
}

static size_t fill_checked(struct pm_source *s, char *p, size_t n) {
    struct gzip_source *g = (struct gzip_source *)s;
    if (!has_good(g)) return g->again ? fill_final(s, p, n) : 0;
    size_t more = g->good->n - g->good_at;
    if (more > n) more = n;
    memcpy(p, pm_block_bytes(g->good) + g->good_at, more);
    g->good_at += more;
    return more;
}

static struct pm_block *swap_good(struct pm_source *s, struct pm_block *b) {
    struct gzip_source *g = (struct gzip_source *)s;
    if (!has_good(g) || g->good_at || g->good->n < PM_BLOCK_BYTES) return NULL;
    struct pm_block *full = g->good;
    g->good = b;
    b->n = 0;
    return full;
}

static void close_gzip(struct pm_source *s) {
    struct gzip_source *g = (struct gzip_source *)s;
    g->with->free(g->state);
    free(g->good);
    free(g->fresh);
    free(g);
}

struct pm_source *pm_source_gzip_by(const struct pm_inflater *with, struct pm_source *below,
                                    struct pm_str path) {
    struct gzip_source *g = pm_xmalloc(sizeof *g);
    memset(g, 0, offsetof(struct gzip_source, in));
    pm_source_init(&g->s, below, path);
    g->fd = below->fd;
    g->read_to =
        g->fd < 0 ? 0 : lseek(g->fd, 0, SEEK_CUR) - (off_t)(below->peek_n - below->peek_at);
    g->with = g->fd < 0 ? zlib() : with;
    g->state = g->with->newer();
    g->s.is_gzip = true;
    g->s.fill = fill_final;
    g->s.close = close_gzip;
    if (g->with == zlib()) return &g->s;
    g->s.fill = fill_checked;
    g->s.swap = swap_good;
    g->good = pm_block_new();
    g->fresh = pm_block_new();
    return &g->s;
}

struct pm_source *pm_source_gzip(struct pm_source *below, struct pm_str path) {
    return pm_source_gzip_by(pm_inflaters[0], below, path);
}
