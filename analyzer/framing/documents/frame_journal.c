// Native systemd journals (/var/log/journal/MACHINE/system.journal), read without
// libsystemd.
//
// Objects follow one another from the header on, 8-byte aligned; entries point to the
// data objects that hold FIELD=value. So one walk finds the entries and their data is
// looked up by offset; hash tables are not needed, and a file that stops early (online,
// or cut) gives what comes before its end. Classic and compact layouts; data compressed
// with xz, lz4 or zstd. Entries are given in order of their seqnum. The file needs random
// access: it is kept in memory up to SPOOL_MEMORY, beyond that in a temporary file that
// has no name. Source: systemd src/libsystemd/sd-journal/journal-def.h@v252,
// src/basic/compress.c@v252. Sealing (TAG objects) is not verified.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <lz4.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#define SPOOL_MEMORY (16u << 20)
#define SPOOL_MAX (UINT64_C(8) << 30)
#define DATA_MAX (16u << 20) // one field, decompressed
#define ITEMS_MAX 1024       // fields of one entry
#define ENTRIES_MAX (UINT64_C(1) << 28)

enum { OBJECT_DATA = 1, OBJECT_ENTRY = 3 };
enum { DATA_XZ = 1, DATA_LZ4 = 2, DATA_ZSTD = 4 };
enum { INCOMPATIBLE_COMPACT = 16 };

struct entry {
    uint64_t seqnum, offset;
};
struct frame_journal {
    struct pm_buf memory;
    FILE *spool;
    uint64_t n;
    bool over;
    // while reading
    const unsigned char *p;
    bool compact;
    struct entry *entries;
    size_t entries_n, entries_cap;
    struct pm_buf field; // one decompressed field
    uint64_t unreadable;
};

bool frame_journal_begins(const char *p, size_t n) {
    return n >= 8 && memcmp(p, "LPKSHHRH", 8) == 0;
}

void frame_journal_start(struct pm_frame *f) {
    f->journal = pm_xmalloc(sizeof *f->journal);
    memset(f->journal, 0, sizeof *f->journal);
    f->mode = FRAME_JOURNAL;
}

void frame_journal_free(struct frame_journal *j) {
    if (!j) return;
    pm_buf_free(&j->memory);
    pm_buf_free(&j->field);
    if (j->spool) fclose(j->spool);
    free(j->entries);
    free(j);
}

static bool to_spool(struct frame_journal *j) {
    j->spool = tmpfile();
    if (!j->spool) return false;
    bool ok = fwrite(j->memory.p, 1, j->memory.n, j->spool) == j->memory.n;
    pm_buf_free(&j->memory);
    return ok;
}

size_t frame_journal_feed(struct pm_frame *f, const char *p, size_t n) {
    struct frame_journal *j = f->journal;
    if (j->over) return n;
    j->n += n;
    if (!j->spool && j->memory.n + n <= SPOOL_MEMORY) pm_buf_add(&j->memory, (struct pm_str){p, n});
    else if ((!j->spool && !to_spool(j)) || j->n > SPOOL_MAX || fwrite(p, 1, n, j->spool) != n) {
        j->over = true;
        j->n -= n;
        pm_diags_add(f->sink.diags, f->path, 0, "journal-too-large",
                     "there is no room to keep this journal: it was read up to byte %llu",
                     (unsigned long long)j->n);
    }
    return n;
}

static uint64_t le(const struct frame_journal *j, uint64_t at, int bytes) {
    uint64_t v = 0;
    for (int i = bytes - 1; i >= 0; i--) v = v << 8 | j->p[at + (uint64_t)i];
    return v;
}

static bool unxz(struct frame_journal *j, const unsigned char *p, size_t n) {
    uint64_t limit = 64u << 20;
    size_t in = 0, out = 0;
    for (size_t cap = 64u << 10; cap <= DATA_MAX; cap *= 4) {
        j->field.p = pm_xrealloc(j->field.p, cap + 1);
        j->field.cap = cap + 1;
        in = out = 0;
        lzma_ret got =
            lzma_stream_buffer_decode(&limit, 0, NULL, p, &in, n, (uint8_t *)j->field.p, &out, cap);
        j->field.n = out;
        if (got != LZMA_BUF_ERROR) return got == LZMA_OK;
    }
    return false;
}

static bool unlz4(struct frame_journal *j, const unsigned char *p, size_t n) {
    if (n < 9 || n > INT32_MAX) return false;
    uint64_t size = 0;
    for (int i = 7; i >= 0; i--) size = size << 8 | p[i];
    if (size > DATA_MAX) return false;
    j->field.p = pm_xrealloc(j->field.p, (size_t)size + 1);
    j->field.cap = (size_t)size + 1;
    int got = LZ4_decompress_safe((const char *)p + 8, j->field.p, (int)n - 8, (int)size);
    j->field.n = got > 0 ? (size_t)got : 0;
    return got >= 0 && (uint64_t)got == size;
}

static bool unzstd(struct frame_journal *j, const unsigned char *p, size_t n) {
    unsigned long long size = ZSTD_getFrameContentSize(p, n);
    if (size == ZSTD_CONTENTSIZE_ERROR || (size != ZSTD_CONTENTSIZE_UNKNOWN && size > DATA_MAX))
        return false;
    size_t cap = size == ZSTD_CONTENTSIZE_UNKNOWN ? DATA_MAX : (size_t)size;
    j->field.p = pm_xrealloc(j->field.p, cap + 1);
    j->field.cap = cap + 1;
    size_t got = ZSTD_decompress(j->field.p, cap, p, n);
    j->field.n = ZSTD_isError(got) ? 0 : got;
    return !ZSTD_isError(got);
}

// FIELD=value of the data object at `at`. False where it cannot be read.
static bool data_at(struct frame_journal *j, uint64_t at, struct pm_str *out) {
    uint64_t header = j->compact ? 72 : 64;
    if (at % 8 || at > j->n || j->n - at < header || j->p[at] != OBJECT_DATA) return false;
    uint64_t size = le(j, at + 8, 8);
    if (size < header || size > j->n - at) return false;
    const unsigned char *p = j->p + at + header;
    size_t n = (size_t)(size - header);
    unsigned flags = j->p[at + 1];
    bool ok = true;
    if (flags & DATA_XZ) ok = unxz(j, p, n);
    else if (flags & DATA_LZ4) ok = unlz4(j, p, n);
    else if (flags & DATA_ZSTD) ok = unzstd(j, p, n);
    else {
        *out = (struct pm_str){(const char *)p, n};
        return true;
    }
    *out = pm_buf_str(&j->field);
    return ok;
}

// Into the hint, or the message; other fields are passed by.
static void take_field(struct pm_arena *a, struct pm_str field, struct pm_envelope_hint *hint,
                       struct pm_buf *message, bool *has) {
    ptrdiff_t eq = pm_str_chr(pm_str_sub(field, 0, 64), '=', 0);
    if (eq <= 0) return;
    struct pm_str name = pm_str_sub(field, 0, (size_t)eq),
                  value = pm_str_from(field, (size_t)eq + 1);
    if (!pm_envelope_journal_field(a, name, pm_str_sub(value, 0, 256), hint) || *has) return;
    *has = true;
    pm_buf_clear(message);
    pm_buf_add(message, value);
}

static void give_entry(struct pm_frame *f, const struct entry *e, uint64_t number,
                       struct pm_arena *a, struct pm_buf *message) {
    struct frame_journal *j = f->journal;
    uint64_t size = le(j, e->offset + 8, 8), step = j->compact ? 4 : 16, items = (size - 64) / step;
    struct pm_envelope_hint hint = {
        .when = pm_when_unix_ns((int64_t)(le(j, e->offset + 24, 8) & INT64_C(0x1fffffffffffff)) *
                                1000)};
    hint.when.unit_ns = 1000;
    bool has = false, bad = false;
    pm_arena_reset(a);
    for (uint64_t i = 0; i < items && i < ITEMS_MAX; i++) {
        struct pm_str field;
        uint64_t at = le(j, e->offset + 64 + i * step, j->compact ? 4 : 8);
        if (data_at(j, at, &field)) take_field(a, field, &hint, message, &has);
        else bad = true;
    }
    if (bad && !has) j->unreadable++;
    if (has) frame_entry(f, "journald-native", &hint, pm_buf_str(message), number, e->offset);
}

static int by_seqnum(const void *x, const void *y) {
    const struct entry *a = x, *b = y;
    if (a->seqnum != b->seqnum) return a->seqnum < b->seqnum ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

// One walk over the objects. Returns the offset where it had to stop.
static uint64_t collect(struct frame_journal *j, uint64_t at, uint64_t tail) {
    while (at <= tail && at < j->n && j->n - at >= 16) {
        uint64_t size = le(j, at + 8, 8);
        if (size < 16 || size > j->n - at) return at;
        if (j->p[at] == OBJECT_ENTRY && size >= 64 && j->entries_n < ENTRIES_MAX)
            *PM_PUSH(j->entries, j->entries_n, j->entries_cap) =
                (struct entry){le(j, at + 16, 8), at};
        at += (size + 7) & ~UINT64_C(7);
    }
    return at;
}

static bool is_object(const struct frame_journal *j, uint64_t at) {
    if (at >= j->n || j->n - at < 16) return false;
    uint64_t size = le(j, at + 8, 8);
    return j->p[at] >= 1 && j->p[at] <= 7 && j->p[at + 1] < 8 && le(j, at + 2, 6) == 0 &&
           size >= 16 && size <= j->n - at;
}

// The next place behind a hole where two objects stand one behind the other: a page that
// was never written back costs that page, not the rest.
static uint64_t resume(const struct frame_journal *j, uint64_t at, uint64_t tail) {
    for (at = (at + 8) & ~UINT64_C(7); at <= tail && j->n - at >= 16; at += 8) {
        if (!is_object(j, at)) continue;
        uint64_t next = at + ((le(j, at + 8, 8) + 7) & ~UINT64_C(7));
        if (at == tail || is_object(j, next)) return at;
    }
    return UINT64_MAX;
}

static void read_journal(struct pm_frame *f) {
    struct frame_journal *j = f->journal;
    if (j->n < 208) {
        pm_diags_add(f->sink.diags, f->path, 0, "journal-broken",
                     "the journal ends inside its header");
        return;
    }
    uint64_t header = le(j, 88, 8), tail = le(j, 136, 8), want = le(j, 152, 8);
    j->compact = le(j, 12, 4) & INCOMPATIBLE_COMPACT;
    if (header < 208 || header > j->n) {
        pm_diags_add(f->sink.diags, f->path, 0, "journal-broken",
                     "the journal's header says it has %llu bytes", (unsigned long long)header);
        return;
    }
    // an online journal's tail may be behind its objects: then walk on to the end
    uint64_t stopped = collect(j, header, j->p[16] == 1 ? j->n : tail);
    uint64_t holes = 0, bytes = 0;
    for (uint64_t at;
         stopped <= tail && tail < j->n && (at = resume(j, stopped, tail)) != UINT64_MAX;
         stopped = collect(j, at, tail)) {
        holes++;
        bytes += at - stopped;
    }
    if (holes)
        pm_diags_add(f->sink.diags, f->path, 0, "journal-hole",
                     "%llu bytes in %llu places are no objects: passed over",
                     (unsigned long long)bytes, (unsigned long long)holes);
    if (stopped <= tail)
        pm_diags_add(f->sink.diags, f->path, 0, "journal-truncated",
                     "objects end at byte %llu of %llu: read up to there",
                     (unsigned long long)stopped, (unsigned long long)tail);
    if (j->entries_n) qsort(j->entries, j->entries_n, sizeof *j->entries, by_seqnum);
    struct pm_arena *a = pm_arena_new();
    struct pm_buf message = {0};
    for (size_t i = 0; i < j->entries_n; i++) give_entry(f, &j->entries[i], i + 1, a, &message);
    pm_arena_free(a);
    pm_buf_free(&message);
    f->stats.lines = j->entries_n;
    if (j->entries_n < want)
        pm_diags_add(f->sink.diags, f->path, 0, "journal-entries-missing",
                     "%llu of %llu entries could be read", (unsigned long long)j->entries_n,
                     (unsigned long long)want);
    if (j->unreadable)
        pm_diags_add(
            f->sink.diags, f->path, 0, "journal-unreadable",
            "%llu entries have fields that could not be decompressed or lie outside the file",
            (unsigned long long)j->unreadable);
}

void frame_journal_end(struct pm_frame *f) {
    struct frame_journal *j = f->journal;
    f->mode = FRAME_LINES;
    void *map = NULL;
    if (!j->spool) j->p = (const unsigned char *)j->memory.p;
    else {
        fflush(j->spool);
        map = mmap(NULL, (size_t)j->n, PROT_READ, MAP_PRIVATE, fileno(j->spool), 0);
        if (map == MAP_FAILED) {
            pm_diags_add(f->sink.diags, f->path, 0, "journal-too-large",
                         "the journal of %llu bytes could not be mapped", (unsigned long long)j->n);
            return;
        }
        j->p = map;
    }
    read_journal(f);
    if (map) munmap(map, (size_t)j->n);
}
