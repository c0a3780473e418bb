// Sources: layers of bytes, pulled from the outside in. A file, gzip over it, tar over
// that, an entry of the tar, xz over the entry …
//
// Ownership: a source borrows the one below it; each is closed by whoever opened it, the
// upper first. Single-threaded.
#pragma once
#include "base/block.h"
#include "pm/diag.h"

struct pm_limits { // what a hostile bundle may cost; each that bites is a diagnostic
    uint64_t member_max_bytes, depth_max, ratio_max, members_max;
    uint64_t ratio_floor_bytes; // below so much output no ratio is looked at
};

struct pm_budget { // of one input, shared by all layers over it
    const struct pm_limits *limits;
    uint64_t in_bytes, out_bytes; // read from the input; produced by all layers together
    bool spent; // the ratio's limit bit: it will not be kept again, what follows is left out
    _Atomic uint64_t *read_bytes; // of all inputs, for progress; may be NULL
};

struct pm_source {
    size_t (*fill)(struct pm_source *s, char *p,
                   size_t n); // at least one byte, or 0: the end, or broken
    // A full block of bytes for the one given, of which the source keeps the memory; NULL where
    // it has none at hand. May be NULL.
    struct pm_block *(*swap)(struct pm_source *s, struct pm_block *b);
    void (*close)(struct pm_source *s);
    struct pm_source *below; // NULL for the root
    struct pm_budget *budget;
    struct pm_str path; // of this layer, for diagnostics; owned by the opener
    char *peek;         // looked at but not yet read
    size_t peek_n, peek_at;
    const char *code; // NULL, or why it broke off
    char message[160];
    int fd; // root only: a file that can seek; -1 else
    uint64_t produced;
    bool is_gzip;
    bool stopped; // a limit bit: nothing more comes
};

#define PM_SOURCE_BLOCK_BYTES PM_BLOCK_BYTES // read of what lies below at a time
// A layer over `below` (NULL: a root), of which fill and close are still to be set.
struct pm_source *pm_source_init(struct pm_source *s, struct pm_source *below, struct pm_str path);
// Work that makes no bytes (an archive opened, an entry looked at) is paid from the same
// budget. False where it is spent.
bool pm_budget_pay(struct pm_budget *b, uint64_t bytes);
// `fd` is owned by the source from here on, unless taken back.
struct pm_source *pm_source_file(int fd, bool can_seek, struct pm_budget *b, struct pm_str path);
int pm_source_take_fd(struct pm_source *root);
struct pm_inflater;
struct pm_source *pm_source_gzip(struct pm_source *below, struct pm_str path);
// The same by one of pm_inflaters, for tests; over what cannot be read again it is zlib.
struct pm_source *pm_source_gzip_by(const struct pm_inflater *with, struct pm_source *below,
                                    struct pm_str path);
// xz and zstd by their own libraries (unpack.c); bzip2, lz4, lzip, compress by libarchive.
struct pm_source *pm_source_filter(struct pm_source *below, struct pm_str path);
struct pm_packing;
struct pm_source *pm_source_unpack(const struct pm_packing *packing, struct pm_source *below,
                                   struct pm_str path);
void pm_source_close(struct pm_source *s);
// Fills p as far as the source goes. Fewer than n bytes: it has ended or broken.
size_t pm_source_read(struct pm_source *s, char *p, size_t n);
// Fills the block likewise, or gives a full one in its place, so that nothing is copied.
struct pm_block *pm_source_block(struct pm_source *s, struct pm_block *b);
// Looks at up to n (at most 4096) first bytes without taking them.
struct pm_str pm_source_peek(struct pm_source *s, size_t n);
// Diagnostics of this layer and those below it down to its archive's entry or the root,
// each once. True where any of them broke off.
bool pm_source_report(struct pm_source *s, struct pm_diags *d);
// What to say of a member that a limit cut: the limit's message, or NULL. Ask before
// reporting.
const char *pm_source_limit(const struct pm_source *s);
void pm_source_broke(struct pm_source *s, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

enum pm_content {
    PM_CONTENT_TEXT = 0,
    PM_CONTENT_EMPTY,
    PM_CONTENT_GZIP,
    PM_CONTENT_FILTER,
    PM_CONTENT_ARCHIVE,
    PM_CONTENT_ARCHIVE_SEEK,
    PM_CONTENT_BINARY,
    PM_CONTENT_NOISE
};
// What the first bytes (512 at least, where there are as many) are. *what: the word for a
// person.
enum pm_content pm_content_of(struct pm_str head, const char **what);

// An archive's entries, one after the other. NULL at the end; the entry's source is good
// until the next call.
struct pm_archive;
struct pm_entry {
    struct pm_str name;     // as the archive has it, untrusted
    int64_t mtime_ns;       // PM_NO_TIME unknown
    const char *not_a_file; // NULL for a regular file, else what it is; "" for folders
    bool encrypted;
    struct pm_str link; // target of a link
    struct pm_source *source;
};
struct pm_archive *pm_archive_open(struct pm_source *below, bool seek, struct pm_str path);
bool pm_archive_next(struct pm_archive *a, struct pm_entry *e);
void pm_archive_close(struct pm_archive *a);
