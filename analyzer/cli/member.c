// One walk: every path is noted, and the text of what fits the name is kept. An exact
// path beats any end of one.
#include "cli/member.h"
#include "base/nearest.h"
#include "bundle/bundle.h"
#include "pm/ingest.h"
#include <stdlib.h>

enum { NEAREST = 3 };

struct search {
    struct pm_member_text *out;
    struct pm_arena *a;
    struct pm_str name;
    struct pm_str *all; // paths of the bundle
    size_t all_n, all_cap;
    struct pm_block *block;
    bool wanted, exact;
};

static bool fits(struct pm_str path, struct pm_str name) {
    return path.n > name.n && pm_str_ends(path, name) && path.p[path.n - name.n - 1] == '/';
}
static void begin(void *ctx, const struct pm_member *m) {
    struct search *s = ctx;
    struct pm_member_text *out = s->out;
    struct pm_str path = pm_arena_dup(s->a, pm_redact_blank(s->a, m->path)), as_is = m->path;
    bool same = pm_str_eq(path, s->name) || pm_str_eq(as_is, s->name),
         end = fits(path, s->name) || fits(as_is, s->name);
    *PM_PUSH(s->all, s->all_n, s->all_cap) = path;
    s->wanted = (same || end) && !s->exact;
    if (!same && !end) return;
    if (same && !s->exact) { // ends of other paths are no longer meant
        out->names_n = 0;
        out->found = 0;
    }
    if (same || !s->exact) {
        out->found++;
        *PM_PUSH(out->names, out->names_n, out->names_cap) = path;
    }
    s->exact |= same;
    if (!s->wanted) return;
    out->path = path;
    out->cut = false;
    pm_buf_clear(&out->text);
}
static struct pm_block *room(void *ctx) { return ((struct search *)ctx)->block; }
static void filled(void *ctx, struct pm_block *b) {
    struct search *s = ctx;
    s->block = b;
    if (!s->wanted) return;
    if (s->out->text.n + b->n > PM_MEMBER_MAX_BYTES) s->out->cut = true;
    else pm_buf_add(&s->out->text, pm_block_str(b));
}
static void end(void *ctx, bool truncated) {
    struct search *s = ctx;
    s->wanted = false;
    (void)truncated;
}
static void skipped(void *ctx, struct pm_str path, struct pm_str why) {
    (void)ctx, (void)path, (void)why;
}

static struct pm_str base_of(struct pm_str path) {
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/') return pm_str_from(path, i);
    return path;
}
// Members of the same file name, else the one whose path or file name is a slip of the
// finger away.
static void nearest(struct search *s) {
    struct pm_member_text *out = s->out;
    struct pm_str base = base_of(s->name);
    for (size_t i = 0; i < s->all_n && out->names_n < NEAREST; i++)
        if (pm_str_eq(base_of(s->all[i]), base))
            *PM_PUSH(out->names, out->names_n, out->names_cap) = s->all[i];
    if (out->names_n || !s->all_n) return;
    const char **words = PM_NEWN(s->a, const char *, s->all_n * 2);
    for (size_t i = 0; i < s->all_n; i++) {
        words[i] = pm_arena_cstr(s->a, s->all[i]);
        words[s->all_n + i] = pm_arena_cstr(s->a, base_of(s->all[i]));
    }
    const char *near = pm_nearest(pm_arena_cstr(s->a, s->name), words, s->all_n);
    if (!near) near = pm_nearest(pm_arena_cstr(s->a, base), words + s->all_n, s->all_n);
    for (size_t i = 0; near && i < 2 * s->all_n && out->names_n < NEAREST; i++)
        if (strcmp(words[i], near) == 0)
            *PM_PUSH(out->names, out->names_n, out->names_cap) = s->all[i % s->all_n];
}

bool pm_member_read(const char *const *paths, size_t paths_n, struct pm_str name,
                    struct pm_member_text *out, struct pm_arena *a, struct pm_diags *diags) {
    struct search *s = calloc(1, sizeof *s);
    if (!s) pm_die_oom();
    struct pm_limits limits = {0};
    *out = (struct pm_member_text){0};
    s->block = pm_block_new();
    s->out = out;
    s->a = a;
    s->name = name;
    const struct pm_bundle_sink sink = {
        .ctx = s, .begin = begin, .room = room, .filled = filled, .end = end, .skipped = skipped};
    pm_limits_default(&limits);
    pm_bundle_walk(paths, paths_n, &limits, &sink, diags);
    if (!out->found) nearest(s);
    bool any = s->all_n > 0;
    free(s->all);
    free(s->block);
    free(s);
    return any;
}
void pm_member_free(struct pm_member_text *m) {
    pm_buf_free(&m->text);
    free(m->names);
}
