// Decompression and archives, layer over layer. What the bytes are, content.c decides.
//
// gzip has a file of its own (gunzip.c), and so have xz and zstd (unpack.c): concatenated
// members, and whatever a cut file still yields (libarchive keeps the last block of a cut
// file to itself). The other filters (bzip2, lz4, lzip, compress) and the archives (tar in its dialects,
// zip, 7z, cpio) come through libarchive, with external programs never enabled. zip and 7z
// want to seek: from a stream they go through an unnamed temporary file, bounded by the
// member limit.
//
// Not read: rar, encrypted entries, multi-volume archives. They are named in `skipped`.
#define _GNU_SOURCE // SEEK_DATA
#include "bundle/unwrap.h"
#include "pm/when.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEEK_BYTES 4096

void pm_source_broke(struct pm_source *s, const char *code, const char *fmt, ...) {
    if (s->code) return; // the first reason is the real one
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->message, sizeof s->message, fmt, ap);
    va_end(ap);
    s->code = code;
}

struct pm_source *pm_source_init(struct pm_source *s, struct pm_source *below, struct pm_str path) {
    s->below = below;
    s->budget = below ? below->budget : NULL;
    s->path = path;
    s->fd = -1;
    return s;
}

void pm_source_close(struct pm_source *s) {
    if (!s) return;
    free(s->peek);
    s->peek = NULL;
    if (s->close) s->close(s);
}

bool pm_budget_pay(struct pm_budget *b, uint64_t bytes) {
    const struct pm_limits *l = b->limits;
    b->out_bytes += bytes;
    if (b->out_bytes > l->ratio_floor_bytes && b->out_bytes / l->ratio_max > b->in_bytes)
        b->spent = true;
    return !b->spent;
}

// A layer that gives much more than the input has given so far is a bomb; a member past
// its limit is cut.
static bool within_budget(struct pm_source *s, size_t n) {
    struct pm_budget *b = s->budget;
    const struct pm_limits *l = b->limits;
    s->produced += n;
    if (!s->below) {
        b->in_bytes += n;
        if (b->read_bytes) atomic_fetch_add_explicit(b->read_bytes, n, memory_order_relaxed);
        return true;
    }
    if (!pm_budget_pay(b, n)) {
        pm_source_broke(s, "limit-ratio", "more than %llu times its compressed size: cut here",
                        (unsigned long long)l->ratio_max);
        return false;
    }
    if (s->produced > l->member_max_bytes) {
        pm_source_broke(s, "limit-member-size", "larger than %llu bytes: cut here",
                        (unsigned long long)l->member_max_bytes);
        return false;
    }
    return true;
}

size_t pm_source_read(struct pm_source *s, char *p, size_t n) {
    size_t got = 0;
    while (got < n && s->peek_at < s->peek_n) {
        size_t take = s->peek_n - s->peek_at < n ? s->peek_n - s->peek_at : n;
        memcpy(p, s->peek + s->peek_at, take);
        s->peek_at += take;
        got += take;
    }
    while (got < n && !s->stopped) {
        size_t more = s->fill(s, p + got, n - got);
        if (more == 0) break;
        got += more;
        s->stopped = !within_budget(s, more);
    }
    return got;
}

struct pm_block *pm_source_block(struct pm_source *s, struct pm_block *b) {
    const bool ready =
        s->swap && s->peek_at == s->peek_n && !s->stopped && b->most == PM_BLOCK_BYTES;
    struct pm_block *full = ready ? s->swap(s, b) : NULL;
    if (full) {
        s->stopped = !within_budget(s, full->n);
        return full;
    }
    b->n = pm_source_read(s, pm_block_bytes(b), b->most);
    return b;
}

struct pm_str pm_source_peek(struct pm_source *s, size_t n) {
    if (n > PEEK_BYTES) n = PEEK_BYTES;
    if (!s->peek) {
        char *head = pm_xmalloc(PEEK_BYTES);
        size_t got = pm_source_read(s, head, n);
        s->peek = head;
        s->peek_n = got;
        s->peek_at = 0;
    }
    return (struct pm_str){s->peek + s->peek_at, s->peek_n - s->peek_at};
}

bool pm_source_report(struct pm_source *s, struct pm_diags *d) {
    bool broke = false;
    for (bool more = true; s && more; more = s->close != NULL,
              s = s->below) { // an entry has no close: what lies below is the archive's
        if (!s->code) continue;
        broke |= pm_diag_is_loss(pm_str_c(s->code));
        if (s->message[0]) pm_diags_add(d, s->path, 0, s->code, "%s", s->message);
        s->message[0] = 0;
    }
    return broke;
}

const char *pm_source_limit(const struct pm_source *s) {
    for (bool more = true; s && more; more = s->close != NULL, s = s->below)
        if (s->stopped) return s->message;
    return NULL;
}

// ---- files

// So large a hole is no preallocated part of anything that logs (a journal's is smaller,
// and its places count): it is passed over, or its zeros would be read for minutes.
#define HOLE_BYTES ((off_t)1 << 30)

struct file_source {
    struct pm_source s;
    int fd;
    bool holes; // the file takes much less room than it is long
};

static bool file_has_holes(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           st.st_size - (off_t)st.st_blocks * 512 >= HOLE_BYTES;
}

// False where nothing but a hole is left.
static bool file_pass_hole(struct file_source *f) {
#ifdef SEEK_DATA
    off_t at = lseek(f->fd, 0, SEEK_CUR), data = at < 0 ? -1 : lseek(f->fd, at, SEEK_DATA);
    if (at < 0) return true;
    if (data < 0 && errno == ENXIO) return false;
    if (data - at < HOLE_BYTES) lseek(f->fd, at, SEEK_SET);
#endif
    return true;
}

static size_t file_fill(struct pm_source *s, char *p, size_t n) {
    struct file_source *f = (struct file_source *)s;
    if (f->holes && !file_pass_hole(f)) return 0;
    for (;;) {
        ssize_t got = read(f->fd, p, n);
        if (got >= 0) return (size_t)got;
        if (errno == EINTR) continue;
        pm_source_broke(s, "read-error", "%s", strerror(errno));
        return 0;
    }
}

static void file_close(struct pm_source *s) {
    struct file_source *f = (struct file_source *)s;
    if (f->fd >= 0) close(f->fd);
    free(f);
}

struct pm_source *pm_source_file(int fd, bool can_seek, struct pm_budget *b, struct pm_str path) {
    struct file_source *f = pm_xmalloc(sizeof *f);
    *f = (struct file_source){.fd = fd, .holes = can_seek && file_has_holes(fd)};
    pm_source_init(&f->s, NULL, path);
    f->s.budget = b;
    f->s.fill = file_fill;
    f->s.close = file_close;
    f->s.fd = can_seek ? fd : -1;
    return &f->s;
}

int pm_source_take_fd(struct pm_source *root) {
    struct file_source *f = (struct file_source *)root;
    int fd = f->fd;
    f->fd = f->s.fd = -1;
    return fd;
}

// ---- libarchive: filters and archives

struct pm_archive {
    struct archive *a;
    struct pm_source *below;
    struct pm_str path;
    FILE *spool;
    struct pm_source entry; // the source of the current entry
    uint64_t pulled;        // given to libarchive so far
    struct pm_block *in;    // the last of it
    bool ended, told_tail;
};

static la_ssize_t pull(struct archive *a, void *ctx, const void **block) {
    (void)a;
    struct pm_archive *ar = ctx;
    ar->in = pm_source_block(ar->below, ar->in);
    ar->pulled += ar->in->n;
    *block = pm_block_bytes(ar->in);
    return (la_ssize_t)ar->in->n;
}

// Copies the rest of a stream into an unnamed file, so that it can seek.
static bool spool(struct pm_archive *ar) {
    ar->spool = tmpfile();
    if (!ar->spool) {
        pm_source_broke(ar->below, "no-temporary-file",
                        "this archive must be read from a file, and none can be made: %s",
                        strerror(errno));
        return false;
    }
    while ((ar->in = pm_source_block(ar->below, ar->in))->n)
        if (fwrite(pm_block_bytes(ar->in), 1, ar->in->n, ar->spool) != ar->in->n) {
            pm_source_broke(ar->below, "no-temporary-file", "the temporary file cannot take it: %s",
                            strerror(errno));
            return false;
        }
    return fflush(ar->spool) == 0 && lseek(fileno(ar->spool), 0, SEEK_SET) == 0;
}

static struct pm_archive *archive_new(struct pm_source *below, struct pm_str path) {
    struct pm_archive *ar = pm_xmalloc(sizeof *ar);
    memset(ar, 0, sizeof *ar);
    ar->in = pm_block_new();
    ar->a = archive_read_new();
    if (!ar->a) pm_die_oom();
    ar->below = below;
    ar->path = path;
    return ar;
}

static const char *archive_says(struct pm_archive *ar) {
    const char *text = archive_error_string(ar->a);
    return text ? text : "damaged";
}

static struct pm_archive *archive_of(struct pm_source *entry) {
    return (struct pm_archive *)(void *)((char *)entry - offsetof(struct pm_archive, entry));
}

static size_t entry_fill(struct pm_source *s, char *p, size_t n) {
    struct pm_archive *ar = archive_of(s);
    la_ssize_t got = archive_read_data(ar->a, p, n);
    if (got >= 0) return (size_t)got;
    pm_source_broke(s, "archive-broken", "breaks off: %s; what came before is used",
                    archive_says(ar));
    return 0;
}

// Whether something follows what the filter took: not the zeros that fill up a block.
static bool has_tail(struct pm_archive *ar) {
    const int64_t taken = archive_filter_bytes(ar->a, archive_filter_count(ar->a) - 1);
    uint64_t left = taken >= 0 && (uint64_t)taken < ar->pulled ? ar->pulled - (uint64_t)taken : 0;
    if (left > PM_BLOCK_BYTES || left > ar->pulled) return false;
    const size_t last = (ar->pulled - 1) % PM_BLOCK_BYTES + 1, // blocks before it were full
        tail = left < last ? left : last;
    const char *at = pm_block_bytes(ar->in) + last - tail;
    for (size_t n = tail; n > 0; n = ar->in->n, at = pm_block_bytes(ar->in)) {
        for (size_t i = 0; i < n; i++)
            if (at[i]) return true;
        ar->in = pm_source_block(ar->below, ar->in);
    }
    return false;
}
static size_t filter_fill(struct pm_source *s, char *p, size_t n) {
    struct pm_archive *ar = archive_of(s);
    size_t got = entry_fill(s, p, n);
    if (got || s->code || ar->told_tail || !ar->pulled) return got;
    ar->told_tail = true;
    if (has_tail(ar))
        pm_source_broke(s, "packed-trailing",
                        "bytes of another kind follow the compressed data: left out");
    return got;
}

static void filter_close(struct pm_source *s) { pm_archive_close(archive_of(s)); }

static void broken_open(struct pm_archive *ar) {
    pm_source_broke(&ar->entry, "archive-broken", "cannot be opened: %s", archive_says(ar));
    ar->ended = true;
}

struct pm_source *pm_source_filter(struct pm_source *below, struct pm_str path) {
    struct pm_archive *ar = archive_new(below, path);
    pm_source_init(&ar->entry, below, path);
    ar->entry.fill = filter_fill;
    ar->entry.close = filter_close;
    archive_read_support_filter_bzip2(ar->a);
    archive_read_support_filter_lz4(ar->a);
    archive_read_support_filter_lzip(ar->a);
    archive_read_support_filter_compress(ar->a);
    archive_read_support_format_raw(ar->a);
    struct archive_entry *e;
    if (archive_read_open(ar->a, ar, NULL, pull, NULL) < ARCHIVE_WARN ||
        archive_read_next_header(ar->a, &e) < ARCHIVE_WARN)
        broken_open(ar);
    return &ar->entry;
}

struct pm_archive *pm_archive_open(struct pm_source *below, bool seek, struct pm_str path) {
    struct pm_archive *ar = archive_new(below, path);
    pm_source_init(&ar->entry, below, path);
    archive_read_support_filter_none(ar->a);
    archive_read_support_format_tar(ar->a);
    archive_read_support_format_cpio(ar->a);
    archive_read_support_format_zip(ar->a);
    archive_read_support_format_7zip(ar->a);
    int rc;
    if (!seek) rc = archive_read_open(ar->a, ar, NULL, pull, NULL);
    else if (below->fd >= 0) {
        struct stat st; // libarchive reads the file itself: all of it counts as input
        if (fstat(below->fd, &st) == 0) below->budget->in_bytes = (uint64_t)st.st_size;
        if (below->budget->read_bytes)
            atomic_fetch_add_explicit(below->budget->read_bytes, below->budget->in_bytes,
                                      memory_order_relaxed);
        rc = lseek(below->fd, 0, SEEK_SET) == 0
                 ? archive_read_open_fd(ar->a, below->fd, PM_SOURCE_BLOCK_BYTES)
                 : ARCHIVE_FATAL;
    } else
        rc = spool(ar) ? archive_read_open_fd(ar->a, fileno(ar->spool), PM_SOURCE_BLOCK_BYTES)
                       : ARCHIVE_FATAL;
    if (rc < ARCHIVE_WARN) broken_open(ar);
    return ar;
}

static void describe(struct archive_entry *e, struct pm_entry *out) {
    const char *name = archive_entry_pathname(e);
    if (!name) name = archive_entry_pathname_utf8(e);
    const char *link = archive_entry_hardlink(e);
    if (!link) link = archive_entry_symlink(e);
    *out = (struct pm_entry){
        .name = pm_str_c(name ? name : "unnamed"), .mtime_ns = PM_NO_TIME, .link = pm_str_c(link)};
    int64_t mtime_s = archive_entry_mtime(e);
    if (archive_entry_mtime_is_set(e) && mtime_s > 0 && mtime_s < INT64_C(9000000000))
        out->mtime_ns = mtime_s * PM_NS_PER_S;
    out->encrypted = archive_entry_is_encrypted(e) > 0;
    if (out->link.n) out->not_a_file = "link";
    else if (archive_entry_filetype(e) == AE_IFDIR) out->not_a_file = "";
    else if (archive_entry_filetype(e) != AE_IFREG) out->not_a_file = "not a regular file";
}

bool pm_archive_next(struct pm_archive *ar, struct pm_entry *out) {
    free(ar->entry.peek);
    struct archive_entry *e;
    for (int tries = 0; !ar->ended && tries < 100; tries++) {
        int rc = archive_read_next_header(ar->a, &e);
        if (rc == ARCHIVE_RETRY) continue;
        if (rc == ARCHIVE_EOF || rc < ARCHIVE_WARN) {
            if (rc != ARCHIVE_EOF)
                pm_source_broke(ar->below, "archive-broken",
                                "the archive breaks off: %s; what came before is used",
                                archive_says(ar));
            break;
        }
        pm_source_init(&ar->entry, ar->below, PM_NONE);
        ar->entry.fill = entry_fill;
        ar->entry.close = NULL;
        ar->entry.peek = NULL;
        ar->entry.code = NULL;
        ar->entry.message[0] = 0;
        ar->entry.peek_n = ar->entry.peek_at = 0;
        ar->entry.produced = 0;
        ar->entry.stopped = false;
        describe(e, out);
        out->source = &ar->entry;
        return true;
    }
    if (ar->ended)
        pm_source_broke(ar->below, ar->entry.code ? ar->entry.code : "archive-broken", "%s",
                        ar->entry.message);
    ar->ended = true;
    ar->entry.peek = NULL;
    return false;
}

void pm_archive_close(struct pm_archive *ar) {
    archive_read_free(ar->a);
    if (ar->spool) fclose(ar->spool);
    free(ar->in);
    free(ar);
}
