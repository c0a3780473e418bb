// xz and zstd: streams one behind the other, and whatever a cut or damaged file still
// yields. libarchive reads both, but keeps the block at hand to itself where the data
// breaks off, and takes the first byte behind the data for damage: a log of some lines
// with a few bytes behind it (browsers' caches write so) would not be read at all.
#include "bundle/unpack.h"
#include "bundle/unwrap.h"
#include "pm/arena.h"
#include <stdlib.h>

#define HEAD_MAX 6
static const struct pm_packing packings[] = {
    {&pm_inflater_xz, "\xfd\x37zXZ\0", 6, "xz-truncated", "xz-corrupt", "xz-trailing"},
    {&pm_inflater_zstd, "\x28\xb5\x2f\xfd", 4, "zstd-truncated", "zstd-corrupt", "zstd-trailing"},
};

// How many bytes are as the head of a stream has them. zstd's frames that hold no data
// begin in sixteen ways.
static size_t head_matches(const struct pm_packing *k, const char *p, size_t n) {
    static const char no_data[] = "\x50\x2a\x4d\x18";
    size_t same = 0, skip = 0;
    for (size_t i = 0; i < k->head_n && i < n; i++) {
        same += p[i] == k->head[i];
        if (k->with == &pm_inflater_zstd)
            skip += (char)(p[i] & (i ? '\xff' : '\xf0')) == no_data[i];
    }
    return same > skip ? same : skip;
}

const struct pm_packing *pm_packing_of(const char *head, size_t n) {
    for (size_t i = 0; i < PM_LEN(packings); i++)
        if (head_matches(&packings[i], head, n) == packings[i].head_n) return &packings[i];
    return NULL;
}

struct unpack_source {
    struct pm_source s;
    const struct pm_packing *packing;
    void *state;
    const char *next;
    size_t left;
    bool in_stream, over;
    char in[HEAD_MAX + PM_SOURCE_BLOCK_BYTES]; // room in front for a head on the border
};

// More input, behind what is left of the block before: less than a head.
static bool read_more(struct unpack_source *u) {
    char *to = u->in + HEAD_MAX;
    for (size_t i = 0; i < u->left; i++) to[(ptrdiff_t)i - (ptrdiff_t)u->left] = u->next[i];
    u->next = to - u->left;
    size_t n = pm_source_read(u->s.below, to, PM_SOURCE_BLOCK_BYTES);
    u->left += n;
    return n > 0;
}

// Between streams: another one begins, or the file ends, is padded, or goes on with
// something else.
static bool next_stream(struct unpack_source *u) {
    do {
        while (u->left && *u->next == 0) {
            u->next++;
            u->left--;
        }
    } while (!u->left && read_more(u));
    if (u->left && u->left < u->packing->head_n) read_more(u);
    if (!u->left) return false;
    size_t same = head_matches(u->packing, u->next, u->left);
    if (same == u->packing->head_n) {
        u->packing->with->begin(u->state);
        return u->in_stream = true;
    }
    if (same + 1 == u->packing->head_n)
        pm_source_broke(&u->s, u->packing->damaged,
                        "what is compressed behind is damaged at its head: left out");
    else
        pm_source_broke(&u->s, u->packing->tail,
                        "bytes that are not %s follow the compressed data: left out",
                        u->packing->with->name);
    return false;
}

static void broke(struct unpack_source *u, const char *code, const char *how) {
    pm_source_broke(&u->s, code, "the compressed data %s; what came before is used", how);
    u->over = true;
}

// One step of the decoder. A decoder may hold bytes of its own, and give them without
// new input: only where it gives none and there is no more, the data breaks off.
static void step(struct unpack_source *u, struct pm_inflate_io *io) {
    const size_t room = io->out_n, before = u->left;
    io->in = (const unsigned char *)u->next;
    io->in_n = u->left;
    enum pm_inflated got = u->packing->with->run(u->state, io);
    u->next = (const char *)io->in;
    u->left = io->in_n;
    u->in_stream = got != PM_INFLATE_END;
    bool idle = io->out_n == room && u->left == before && u->in_stream;
    if (got == PM_INFLATE_DAMAGED || (idle && before)) broke(u, u->packing->damaged, "is damaged");
    else if (idle && !read_more(u)) broke(u, u->packing->cut, "breaks off");
}

static size_t fill(struct pm_source *s, char *p, size_t n) {
    struct unpack_source *u = (struct unpack_source *)s;
    struct pm_inflate_io io = {.out = (unsigned char *)p, .out_n = n};
    while (!u->over && io.out_n == n) {
        if (u->in_stream || next_stream(u)) step(u, &io);
        else u->over = true;
    }
    return n - io.out_n;
}

static void close_unpack(struct pm_source *s) {
    struct unpack_source *u = (struct unpack_source *)s;
    u->packing->with->free(u->state);
    free(u);
}

struct pm_source *pm_source_unpack(const struct pm_packing *packing, struct pm_source *below,
                                   struct pm_str path) {
    struct unpack_source *u = pm_xmalloc(sizeof *u);
    memset(u, 0, offsetof(struct unpack_source, in));
    pm_source_init(&u->s, below, path);
    u->packing = packing;
    u->state = packing->with->newer();
    u->next = u->in + HEAD_MAX;
    u->s.fill = fill;
    u->s.close = close_unpack;
    return &u->s;
}
