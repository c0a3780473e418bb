// The walk: inputs as given, folders in byte order of their names, archives in their own
// order, whatever they hold unwrapped the same way.
//
// A member's path is the way to it inside the bundle:
// `a.tar.gz/inner.tar/nodes/n1/kubelet.log`. The user's own leading path is not part of
// it, so the same bundle gives the same paths from anywhere: one folder or archive counts
// as "here", several inputs stand under their base names. A compressed file that is no
// archive keeps its name (`kubelet.log.2.gz` is the log).
//
// Links are never followed: inside the bundle their target is met on its own, outside it
// is none of our business (and said so). Nothing is written under a name from an archive.
#define _XOPEN_SOURCE 700 // realpath
#include "bundle/bundle.h"
#include "bundle/endless.h"
#include "bundle/unpack.h"
#include "pm/intern.h"
#include "pm/scan.h"
#include "pm/when.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_DEPTH_MAX 64
#define PATH_BYTES_MAX 4096
#define ARCHIVE_COST                                                                               \
    ((uint64_t)64                                                                                  \
     << 10) // what opening an archive and looking at an entry are worth, in bytes of the budget: archives in archives that
#define ENTRY_COST                                                                                 \
    ((uint64_t)4 << 10) // hold little else would cost time without end and produce next to nothing

struct walk {
    const struct pm_limits *limits;
    const struct pm_bundle_sink *sink;
    struct pm_diags *diags;
    struct pm_arena *arena;  // paths
    struct pm_budget budget; // of the present input
    struct pm_str input;     // its base name
    struct pm_str prefix;    // what its paths stand under: nothing, or the base name
    size_t at;               // which input
    const char *lone;        // where the path of the input begins that is a file
    char *real_root;         // its real path, to tell links that leave it
    uint64_t members;
    bool partial, members_told, spent_told;
};

void pm_limits_default(struct pm_limits *l) {
    if (!l->member_max_bytes) l->member_max_bytes = UINT64_C(64) << 30;
    if (!l->depth_max) l->depth_max = 16;
    l->ratio_floor_bytes = l->ratio_max ? UINT64_C(1) << 20 : UINT64_C(64) << 20;
    if (!l->ratio_max) l->ratio_max = 1000; // gzip's own ceiling is 1032
    if (!l->members_max) l->members_max = 200000;
}

static void skip(struct walk *w, struct pm_str path, const char *why) {
    w->sink->skipped(w->sink->ctx, path, pm_str_c(why));
}

static void skip_partial(struct walk *w, struct pm_str path, const char *code, const char *why) {
    pm_diags_add(w->diags, path, 0, code, "%s", why);
    skip(w, path, why);
    w->partial = true;
}

// base "/" name with the name's tricks undone: no leading slash, no ".", no "..", no
// control bytes, valid UTF-8.
static struct pm_str joined(struct pm_arena *a, struct pm_str base, struct pm_str name) {
    struct pm_buf b = {0};
    pm_buf_add(&b, base);
    for (size_t at = 0; at < name.n && b.n < PATH_BYTES_MAX;) {
        size_t end = at;
        while (end < name.n && name.p[end] != '/') end++;
        struct pm_str part = pm_str_sub(name, at, end - at);
        at = end + 1;
        if (part.n == 0 || pm_str_eqc(part, ".") || pm_str_eqc(part, "..")) continue;
        if (b.n) pm_buf_addc(&b, '/');
        for (size_t i = 0; i < part.n; i++)
            pm_buf_addc(&b, (uint8_t)part.p[i] < 32 || part.p[i] == 127 ? '?' : part.p[i]);
    }
    struct pm_str path =
        pm_utf8_clean(a, pm_arena_dup(a, pm_str_sub(pm_buf_str(&b), 0, PATH_BYTES_MAX)), NULL);
    pm_buf_free(&b);
    return path;
}
static struct pm_str join(struct walk *w, struct pm_str base, struct pm_str name) {
    return joined(w->arena, base, name);
}

static struct pm_str base_name(struct pm_str path) {
    while (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
    return pm_str_from(path, (size_t)(pm_str_rchr(path, '/') + 1));
}

// What macOS and pax leave beside the real files.
static bool is_noise(struct pm_str path) {
    struct pm_str base = base_name(path);
    return pm_str_has(path, PM_STR("__MACOSX/")) || pm_str_has(path, PM_STR("PaxHeaders.")) ||
           pm_str_eqc(base, "pax_global_header") || pm_str_eqc(base, ".DS_Store");
}

static bool room_for_member(struct walk *w, struct pm_str path) {
    if (w->members < w->limits->members_max) return true;
    if (!w->members_told) {
        char why[96];
        snprintf(why, sizeof why, "more than %llu members: this one and all after it are left out",
                 (unsigned long long)w->limits->members_max);
        skip_partial(w, path, "limit-members", why);
    }
    return !(w->members_told = true);
}

static void stream(struct walk *w, struct pm_source *s, const struct pm_member *m) {
    const struct pm_bundle_sink *k = w->sink;
    k->begin(k->ctx, m);
    for (size_t got = 1; got;) {
        struct pm_block *b = pm_source_block(s, k->room(k->ctx));
        got = b->n;
        k->filled(k->ctx, b);
    }
    const char *limit = pm_source_limit(s);
    struct pm_str why = limit ? pm_arena_dup(w->arena, pm_str_c(limit)) : PM_NONE;
    bool broke = pm_source_report(s, w->diags);
    w->partial |= broke;
    k->end(k->ctx, broke);
    if (limit) k->skipped(k->ctx, m->path, why);
}

static void plain(struct walk *w, struct pm_source *s, const struct pm_member *met) {
    const struct pm_bundle_sink *k = w->sink;
    struct pm_member placed = *met, *m = &placed;
    m->at = w->at;
    m->lone = m->path.p == w->lone;
    m->place = pm_str_from(m->path, w->prefix.n ? w->prefix.n + 1 : 0);
    if (m->lone) m->place = w->input;
    w->members++;
    struct pm_source *root;
    if (s->fd >= 0) root = s;
    else if (s->is_gzip && s->below->fd >= 0) root = s->below;
    else root = NULL;
    bool take =
        k->file && root && !s->code && (root == s || (k->take_gzip && k->take_gzip(k->ctx)));
    if (take && lseek(root->fd, 0, SEEK_SET) == 0)
        k->file(k->ctx, m, pm_source_take_fd(root), root != s);
    else stream(w, s, m);
}

static void unwrap(struct walk *w, struct pm_source *s, const struct pm_member *m,
                   struct pm_str inside, uint64_t depth);

// Told once an input: what is left out behind a bomb is not looked at, so there are no
// names to tell.
static bool budget_left(struct walk *w, struct pm_str path) {
    if (pm_budget_pay(&w->budget, ENTRY_COST)) return true;
    if (!w->spent_told)
        skip_partial(w, path, "limit-ratio",
                     "archives in it hold much more than their size: the rest is left out");
    w->spent_told = true;
    return false;
}

static void archive(struct walk *w, struct pm_source *s, const struct pm_member *m, bool seek,
                    struct pm_str inside, uint64_t depth) {
    struct pm_archive *ar = pm_archive_open(s, seek, m->path);
    struct pm_entry e;
    pm_budget_pay(&w->budget, ARCHIVE_COST);
    while (!w->members_told && budget_left(w, m->path) && pm_archive_next(ar, &e)) {
        struct pm_member inner = {.path = join(w, inside, e.name),
                                  .input = m->input,
                                  .mtime_ns = e.mtime_ns == PM_NO_TIME ? m->mtime_ns : e.mtime_ns};
        if (is_noise(inner.path) || (e.not_a_file && (e.not_a_file[0] == 0 || e.link.n))) continue;
        if (e.not_a_file) {
            skip(w, inner.path, e.not_a_file);
            continue;
        }
        if (e.encrypted) {
            skip_partial(w, inner.path, "archive-encrypted", "encrypted");
            continue;
        }
        if (!room_for_member(w, inner.path)) break;
        e.source->path = inner.path;
        unwrap(w, e.source, &inner, inner.path, depth + 1);
        pm_source_close(e.source);
    }
    w->partial |= pm_source_report(s, w->diags);
    pm_archive_close(ar);
}

// `inside`: the path that members of `s`, should it be an archive, stand under.
static struct pm_source *unpacked(struct pm_source *s, enum pm_content content,
                                  struct pm_str path) {
    if (content == PM_CONTENT_GZIP) return pm_source_gzip(s, path);
    struct pm_str head = pm_source_peek(s, 4096);
    const struct pm_packing *packing = pm_packing_of(head.p, head.n);
    return packing ? pm_source_unpack(packing, s, path) : pm_source_filter(s, path);
}

static void unwrap(struct walk *w, struct pm_source *s, const struct pm_member *m,
                   struct pm_str inside, uint64_t depth) {
    const char *what;
    enum pm_content content = pm_content_of(pm_source_peek(s, 4096), &what);
    bool packed = content == PM_CONTENT_GZIP || content == PM_CONTENT_FILTER ||
                  content == PM_CONTENT_ARCHIVE || content == PM_CONTENT_ARCHIVE_SEEK;
    if (packed && depth >= w->limits->depth_max) {
        skip_partial(w, m->path, "limit-depth", "archives nested too deep: not opened");
        return;
    }
    switch (content) {
    case PM_CONTENT_NOISE: break;
    case PM_CONTENT_BINARY:
        skip(w, m->path, what);
        w->partial |= pm_source_report(s, w->diags);
        break;
    case PM_CONTENT_GZIP:
    case PM_CONTENT_FILTER: {
        struct pm_source *inner = unpacked(s, content, m->path);
        unwrap(w, inner, m, inside, depth + 1);
        w->partial |= pm_source_report(inner, w->diags);
        pm_source_close(inner);
        break;
    }
    case PM_CONTENT_ARCHIVE:
    case PM_CONTENT_ARCHIVE_SEEK:
        archive(w, s, m, content == PM_CONTENT_ARCHIVE_SEEK, inside, depth);
        break;
    case PM_CONTENT_TEXT:
    case PM_CONTENT_EMPTY: plain(w, s, m); break;
    }
}

static void open_and_unwrap(struct walk *w, int fd, const struct stat *st, struct pm_str path,
                            struct pm_str inside) {
    w->budget = (struct pm_budget){.limits = w->limits, .read_bytes = w->sink->read_bytes};
    w->spent_told = false;
    bool regular = S_ISREG(st->st_mode);
    const uint64_t bytes = regular ? (uint64_t)st->st_size : UINT64_MAX;
    bool dated = regular && st->st_mtim.tv_sec > 0 && st->st_mtim.tv_sec < INT64_C(9000000000);
    struct pm_member m = {.path = path,
                          .input = w->input,
                          .bytes = bytes,
                          .mtime_ns =
                              dated ? (int64_t)st->st_mtim.tv_sec * PM_NS_PER_S : PM_NO_TIME};
    struct pm_source *root = pm_source_file(fd, regular, &w->budget, path);
    unwrap(w, root, &m, inside, 0);
    w->partial |= pm_source_report(root, w->diags);
    pm_source_close(root);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The folder's names in byte order; the order of the file system must not show.
// NULL with errno 0 is the end.
static struct dirent *next_entry(DIR *d) {
    errno = 0;
    return readdir(d);
}
static char **names_of(DIR *d, size_t *n, int *why) {
    char **names = NULL;
    size_t cap = 0;
    *n = 0;
    for (struct dirent *e; (e = next_entry(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        *PM_PUSH(names, *n, cap) = pm_xstrdup(e->d_name);
    }
    *why =
        errno; // the end of a folder and a folder that cannot be read on look the same but for this
    if (*n > 1) qsort(names, *n, sizeof *names, by_name);
    return names;
}

// A link whose target lies in the bundle needs no word: the target is met on its own.
static void link_met(struct walk *w, struct pm_str path) {
    struct pm_str inner = pm_str_from(path, w->prefix.n ? w->prefix.n + 1 : 0);
    struct pm_str full =
        pm_arena_fmt(w->arena, "%s/%.*s", w->real_root ? w->real_root : ".", PM_FMT(inner));
    char *target = realpath(full.p, NULL);
    struct pm_str root = pm_str_c(w->real_root);
    bool inside = target && pm_str_starts(pm_str_c(target), root) &&
                  (target[root.n] == '/' || target[root.n] == 0);
    if (!target) skip(w, path, "link to nothing");
    else if (!inside) skip(w, path, "link out of the bundle: not followed");
    free(target);
}

static void folder(struct walk *w, int fd, struct pm_str path, int depth);

static void folder_entry(struct walk *w, int dir, const char *name, struct pm_str path, int depth) {
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        skip_partial(w, path, "open-failed", strerror(errno));
        return;
    }
    if (S_ISLNK(st.st_mode)) {
        link_met(w, path);
        return;
    }
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        skip(w, path, "not a regular file");
        return;
    }
    if (S_ISREG(st.st_mode) && (is_noise(path) || !room_for_member(w, path))) return;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    const char *why = fd >= 0 && S_ISDIR(st.st_mode) ? bundle_endless(fd, &st) : NULL;
    if (fd < 0) skip_partial(w, path, "open-failed", strerror(errno));
    else if (why) {
        skip(w, path, why);
        close(fd);
    } else if (S_ISDIR(st.st_mode)) folder(w, fd, path, depth + 1);
    else open_and_unwrap(w, fd, &st, path, path);
}

static void folder(struct walk *w, int fd, struct pm_str path, int depth) {
    DIR *d = depth < FOLDER_DEPTH_MAX ? fdopendir(fd) : NULL;
    if (!d) {
        skip_partial(w, path, depth < FOLDER_DEPTH_MAX ? "open-failed" : "limit-depth",
                     depth < FOLDER_DEPTH_MAX ? strerror(errno) : "folders nested too deep");
        close(fd);
        return;
    }
    size_t n;
    int why;
    char **names = names_of(d, &n, &why);
    if (why) skip_partial(w, path.n ? path : w->input, "folder-read-error", strerror(why));
    for (size_t i = 0; i < n; i++) {
        if (!w->members_told)
            folder_entry(w, dirfd(d), names[i], join(w, path, pm_str_c(names[i])), depth);
        free(names[i]);
    }
    free(names);
    closedir(d);
}

static struct pm_str input_name(const char *given, struct pm_arena *a) {
    struct pm_str name = base_name(pm_str_c(given));
    bool nameless =
        name.n == 0 || pm_str_eqc(name, ".") || pm_str_eqc(name, "..") || pm_str_eqc(name, "/");
    char *real = nameless ? realpath(given, NULL) : NULL;
    name = pm_arena_dup(a, real ? base_name(pm_str_c(real)) : name);
    free(real);
    return name;
}
void pm_bundle_prefixes(const char *const *paths, size_t paths_n, struct pm_str *prefix,
                        struct pm_arena *a) {
    struct pm_intern *names = pm_intern_new();
    uint32_t *times = pm_xmalloc((paths_n + 1) * sizeof *times);
    uint32_t none = pm_intern_count(names);
    memset(times, 0, (paths_n + 1) * sizeof *times);
    for (size_t i = 0; i < paths_n; i++) {
        prefix[i] = paths_n > 1 ? input_name(paths[i], a) : PM_NONE;
        if (prefix[i].n) times[pm_intern_id(names, prefix[i]) - none]++;
    }
    for (size_t i = 0; i < paths_n; i++) {
        if (!prefix[i].n || times[pm_intern_id(names, prefix[i]) - none] < 2) continue;
        struct pm_str whole = joined(a, PM_NONE, pm_str_c(paths[i]));
        if (pm_str_ends(whole, prefix[i])) prefix[i] = whole; // not "." or ".."
    }
    free(times);
    pm_intern_free(names);
}

static void input(struct walk *w, const char *given, struct pm_str prefix, size_t at) {
    bool is_stdin = strcmp(given, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(given, O_RDONLY | O_CLOEXEC);
    struct stat st;
    w->input = is_stdin ? PM_STR("-") : input_name(given, w->arena);
    w->real_root = is_stdin ? NULL : realpath(given, NULL);
    w->prefix = prefix;
    w->at = at;
    struct pm_str path = w->prefix.n ? w->prefix : w->input;
    w->lone = path.p;
    const char *why = NULL;
    if (fd < 0 || fstat(fd, &st) != 0) why = strerror(errno);
    else why = bundle_endless(fd, &st);
    if (why) {
        skip_partial(w, pm_str_c(given), "open-failed", why);
        if (fd >= 0) close(fd);
    } else if (S_ISDIR(st.st_mode)) folder(w, fd, w->prefix, 0);
    else open_and_unwrap(w, fd, &st, path, w->prefix);
    free(w->real_root);
    w->real_root = NULL;
}

bool pm_bundle_walk(const char *const *paths, size_t paths_n, const struct pm_limits *l,
                    const struct pm_bundle_sink *sink, struct pm_diags *diags) {
    struct walk w = {.limits = l, .sink = sink, .diags = diags, .arena = pm_arena_new()};
    struct pm_str *prefix = pm_xmalloc((paths_n + 1) * sizeof *prefix);
    pm_bundle_prefixes(paths, paths_n, prefix, w.arena);
    for (size_t i = 0; i < paths_n; i++) input(&w, paths[i], prefix[i], i);
    free(prefix);
    pm_arena_free(w.arena);
    return !w.partial;
}

static uint64_t bytes_under(int dir, const char *name, int depth) {
    struct stat st;
    if (fstatat(dir, name, &st, depth ? AT_SYMLINK_NOFOLLOW : 0) != 0) return 0;
    if (S_ISREG(st.st_mode)) return (uint64_t)st.st_size;
    int fd = S_ISDIR(st.st_mode) && depth < FOLDER_DEPTH_MAX
                 ? openat(dir, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
                 : -1;
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    uint64_t bytes = 0;
    if (!d) {
        if (fd >= 0) close(fd);
        return 0;
    }
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            bytes += bytes_under(dirfd(d), e->d_name, depth + 1);
    closedir(d);
    return bytes;
}

uint64_t pm_bundle_bytes(const char *const *paths, size_t paths_n) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < paths_n; i++) bytes += bytes_under(AT_FDCWD, paths[i], 0);
    return bytes;
}
