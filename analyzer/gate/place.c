// Where CI can link to. A bundle's members have paths inside it; CI knows the files that
// it was given. So a place is a file of the bundle where the bundle is a folder or a
// plain file, and the archive (or the timeline) itself where nothing inside it can be
// opened: then there is no line, and the member goes into the text.
#include "pm/gate.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool file_at(const char *path, mode_t *mode) {
    struct stat st;
    if (stat(path, &st) != 0) return false;
    *mode = st.st_mode;
    return true;
}

// "logs/node.tar.gz/kubelet.log" is the archive's; the longest part of the path that is a
// file.
static struct pm_gate_place within_folder(struct pm_arena *a, struct pm_str bundle,
                                          struct pm_str member) {
    while (bundle.n > 1 && bundle.p[bundle.n - 1] == '/') bundle.n--;
    struct pm_str path = pm_arena_fmt(a, "%.*s/%.*s", PM_FMT(bundle), PM_FMT(member));
    for (size_t n = path.n; n > bundle.n; n--) {
        mode_t mode;
        if (n < path.n && path.p[n] != '/') continue;
        struct pm_str part = pm_str_sub(path, 0, n);
        if (!file_at(pm_arena_cstr(a, part), &mode) || !S_ISREG(mode)) continue;
        return (struct pm_gate_place){part, n == path.n ? PM_NONE : member};
    }
    return (struct pm_gate_place){bundle, member};
}

static bool packed(struct pm_str path) { // one compressed log: its lines are no lines of the file
    static const char *const ends[] = {".gz",  ".xz",   ".zst",     ".bz2",
                                       ".lz4", ".lzma", ".journal", ".db"};
    for (size_t i = 0; i < PM_LEN(ends); i++)
        if (pm_str_ends(path, pm_str_c(ends[i]))) return true;
    return false;
}

struct pm_gate_place pm_gate_place_of(struct pm_arena *a, struct pm_str bundle,
                                      struct pm_str member) {
    mode_t mode = 0;
    struct pm_gate_place p = {bundle, member};
    if (pm_str_starts(bundle, PM_STR("./"))) bundle = p.path = pm_str_from(bundle, 2);
    if (member.n && file_at(pm_arena_cstr(a, bundle), &mode) && S_ISDIR(mode))
        p = within_folder(a, bundle, member);
    else if (S_ISREG(mode) && pm_str_ends(pm_arena_fmt(a, "/%.*s", PM_FMT(bundle)),
                                          pm_arena_fmt(a, "/%.*s", PM_FMT(member))))
        p.inside = PM_NONE;
    if (!p.inside.n && packed(p.path)) p.inside = member;
    return p;
}

struct pm_str pm_gate_inside(struct pm_arena *a, const struct pm_gate_place *p, uint64_t line) {
    if (!p->inside.n) return PM_NONE;
    return line ? pm_arena_fmt(a, " (%.*s:%llu)", PM_FMT(p->inside), (unsigned long long)line)
                : pm_arena_fmt(a, " (%.*s)", PM_FMT(p->inside));
}
