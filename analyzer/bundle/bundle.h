// The walk over a bundle: paths, folders, archives in archives → members, in a stable
// order.
//
// Ownership: all slices are good during the call they are given to, and until the walk
// ends.
#pragma once
#include "bundle/unwrap.h"

struct pm_member {
    // Stable: relative to the input; several inputs: under the input's base name, or under all
    // of its path where another input has the same base name.
    struct pm_str path;
    struct pm_str input; // base name of the input it came from: collectors date theirs
    size_t at;           // which of the inputs that is
    struct pm_str place; // path within it: the end of `path`
    bool lone;           // it is the input itself, and no archive
    int64_t mtime_ns;    // PM_NO_TIME unknown
    uint64_t bytes;      // of the file on disk that it is, or is in
};
struct pm_bundle_sink {
    void *ctx;
    // A plain file on disk, or one gzip layer over plain text, is handed over unread (the
    // sink owns fd, at offset 0): workers read it themselves. May be NULL.
    void (*file)(void *ctx, const struct pm_member *m, int fd, bool gzip);
    // Everything else comes as bytes: begin, (room, filled)*, end. A block comes back filled, or
    // another one in its place; of no bytes at the end.
    void (*begin)(void *ctx, const struct pm_member *m);
    struct pm_block *(*room)(void *ctx);
    void (*filled)(void *ctx, struct pm_block *b);
    void (*end)(void *ctx, bool truncated);
    void (*skipped)(void *ctx, struct pm_str path, struct pm_str why);
    // May a file under gzip be handed over? One big file alone is better inflated here
    // and parsed there.
    bool (*take_gzip)(void *ctx);
    _Atomic uint64_t *read_bytes; // grows with what is read of the inputs; may be NULL
};
// Zero limits become defaults.
void pm_limits_default(struct pm_limits *l);
// What the paths of each input's members stand under. Lives in the arena.
void pm_bundle_prefixes(const char *const *paths, size_t paths_n, struct pm_str *prefix,
                        struct pm_arena *a);
// Bytes of the regular files that a walk would read, for progress.
uint64_t pm_bundle_bytes(const char *const *paths, size_t paths_n);
// False where something could not be read, or only in part. Never stops before the last
// path.
bool pm_bundle_walk(const char *const *paths, size_t paths_n, const struct pm_limits *l,
                    const struct pm_bundle_sink *sink, struct pm_diags *diags);
