// In which order one walk over everything would have met the members of several timelines:
// folders by path, but what lies in an archive as the archive has it. No timeline says what
// was an archive; within one input members have numbers in the order of its walk, and where
// that is not the order of their paths, they lay in one.
#include "ingest/walked.h"
#include <stdlib.h>

static int by_input_then_number(const void *a, const void *b) {
    const struct result *x = *(const struct result *const *)a,
                        *y = *(const struct result *const *)b;
    if (x->input_at != y->input_at) return x->input_at < y->input_at ? -1 : 1;
    return (x->file > y->file) - (x->file < y->file);
}

static struct pm_str folder_of_both(struct pm_str a, struct pm_str b) {
    size_t end = 0;
    for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
        if (a.p[i] == '/') end = i;
    return pm_str_sub(a, 0, end);
}
static bool lies_under(struct pm_str path, struct pm_str folder) {
    return !folder.n ||
           (path.n > folder.n && path.p[folder.n] == '/' && pm_str_starts(path, folder));
}

// Files that were given one by one are of the folder that they lie in, in the order that they
// were given: that is no archive's.
static bool is_at_top(const struct result *r) { return pm_str_chr(r->place, '/', 0) < 0; }

// All of the input around `at` that lies under the folder; a folder around it wins.
static void pack(struct result **walk, size_t n, size_t at, struct pm_str folder) {
    uint32_t input = walk[at]->input_at;
    size_t from = at, to = at;
    while (from > 0 && walk[from - 1]->input_at == input &&
           lies_under(walk[from - 1]->path, folder))
        from--;
    while (to < n && walk[to]->input_at == input && lies_under(walk[to]->path, folder)) to++;
    for (size_t i = from; i < to; i++) {
        walk[i]->packed = true;
        walk[i]->packed_in = folder;
    }
}

static void find_archives(struct result *m, size_t n) {
    struct result **walk = pm_xmalloc((n + 1) * sizeof *walk);
    for (size_t i = 0; i < n; i++) walk[i] = &m[i];
    if (n > 1) qsort(walk, n, sizeof *walk, by_input_then_number);
    for (size_t i = 1; i < n; i++) {
        struct result *before = walk[i - 1], *r = walk[i];
        if (before->input_at != r->input_at || pm_path_order(before->path, r->path) <= 0 ||
            (is_at_top(before) && is_at_top(r)))
            continue;
        struct pm_str folder = folder_of_both(before->path, r->path);
        if (!r->packed || folder.n < r->packed_in.n) pack(walk, n, i, folder);
    }
    free(walk);
}

// Of two with one path the one that begins first, as the parts of a log that was cut.
static int as_walked(const void *a, const void *b) {
    const struct result *x = a, *y = b;
    if (x->packed && y->packed && pm_str_eq(x->packed_in, y->packed_in))
        return by_input_then_number(&x, &y);
    int c = pm_path_order(x->path, y->path);
    if (!c) c = pm_clock_order(&x->clock, &y->clock);
    if (!c && x->row.from_ns != y->row.from_ns) c = x->row.from_ns < y->row.from_ns ? -1 : 1;
    if (!c && x->row.to_ns != y->row.to_ns) c = x->row.to_ns < y->row.to_ns ? -1 : 1;
    if (!c) c = pm_str_cmp(x->row.hash, y->row.hash);
    return c ? c : (x->file > y->file) - (x->file < y->file);
}

void ingest_walked_order(struct result *m, size_t n) {
    find_archives(m, n);
    if (n > 1) qsort(m, n, sizeof *m, as_walked);
}
