// What each piece of evidence was taken for, and the lines beside it: neighbours in the
// same file that were taken for something, too. For people who read; nothing is judged by
// them.
//
// Rows of one file are written to the timeline one after the other, so that neighbours
// have neighbouring ids; the file's path tells where it ends.
#include "judge/tell/tell.h"
#include <stdlib.h>

enum { BESIDE = 2, LINES_MOST = 2000 }; // before and behind; pieces of evidence of a report

struct neighbour { // a row that stands beside a piece of evidence, or is it
    uint64_t event, line;
    struct pm_evidence_line *of;
    struct pm_str text;
};
struct beside {
    const struct pm_env *env;
    PM_LIST(struct neighbour) list; // by event
};

static int by_event(const void *a, const void *b) {
    const struct neighbour *x = a, *y = b;
    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    return x->of < y->of ? -1 : x->of > y->of;
}
static int by_evidence_line(const void *a, const void *b) {
    const struct neighbour *x = a, *y = b;
    if (x->of != y->of) return x->of < y->of ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static void piece(struct pm_buf *b, const char *before, struct pm_str s) {
    if (!s.n) return;
    if (b->n) pm_buf_lit(b, " · ");
    pm_buf_fmt(b, "%s%.*s", before, PM_FMT(s));
}
// "pull.fail · image docker.io/library/redis:7 · HTTP 429 · pod shop/web-0 · node n1".
static struct pm_str meaning_of(struct pm_arena *a, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    const struct pm_str *f = e->field;
    struct pm_buf b = {0};
    piece(&b, "", pm_str_c(pm_kind_names[e->kind]));
    piece(&b, "image ", f[PM_F_IMAGE]);
    if (f[PM_F_METHOD].n)
        piece(&b, "", pm_arena_fmt(a, "%.*s %.*s", PM_FMT(f[PM_F_METHOD]), PM_FMT(f[PM_F_URL])));
    if (e->http_status) piece(&b, "", pm_arena_fmt(a, "HTTP %d", e->http_status));
    if (e->stage != PM_STAGE_NONE) piece(&b, "at ", pm_str_c(pm_stage_names[e->stage]));
    if (f[PM_F_POD].n)
        piece(&b, "pod ",
              pm_arena_fmt(a, "%.*s%s%.*s", PM_FMT(f[PM_F_NAMESPACE]),
                           f[PM_F_NAMESPACE].n ? "/" : "", PM_FMT(f[PM_F_POD])));
    piece(&b, "node ", f[PM_F_NODE]);
    piece(&b, "client ", f[PM_F_CLIENT]);
    piece(&b, "user ", f[PM_F_USER]);
    piece(&b, "reason ", f[PM_F_REASON]);
    if (e->count > 1) piece(&b, "", pm_arena_fmt(a, "%u times", (unsigned)e->count));
    struct pm_str said = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return said;
}

static bool row_seen(void *ctx, const struct pm_row *row) {
    struct beside *b = ctx;
    size_t low = 0, high = b->list.n;
    while (low < high) { // the first of this event
        size_t middle = low + (high - low) / 2;
        if (b->list.items[middle].event < row->id) low = middle + 1;
        else high = middle;
    }
    for (; low < b->list.n && b->list.items[low].event == row->id; low++) {
        struct neighbour *n = &b->list.items[low];
        if (!pm_str_eqc(n->of->file, row->path)) continue;
        if (n->of->event == row->id) n->of->meaning = meaning_of(b->env->a, row);
        else if (row->line != n->of->line) n->text = pm_arena_dup(b->env->a, row->raw);
        n->line = row->line;
    }
    return true;
}

static void rows_fetch(struct beside *b) {
    enum { PORTION = 500 }; // ids that SQLite parses with ease
    struct pm_buf where = {0};
    for (size_t at = 0; at < b->list.n;) {
        pm_buf_clear(&where);
        pm_buf_lit(&where, "id IN (");
        for (size_t n = 0; n < PORTION && at < b->list.n; n++, at++)
            pm_buf_fmt(&where, "%s%llu", n ? "," : "", (unsigned long long)b->list.items[at].event);
        pm_buf_lit(&where, ")");
        pm_timeline_each(b->env->timeline, where.p, row_seen, b);
    }
    pm_buf_free(&where);
}
static void evidence_add(struct beside *b, struct pm_evidence_line *e) {
    for (uint64_t id = e->event > BESIDE ? e->event - BESIDE : 1; id <= e->event + BESIDE; id++)
        *PM_PUSH(b->list.items, b->list.n, b->list.cap) = (struct neighbour){.event = id, .of = e};
}

void pm_evidence_beside(const struct pm_env *env, struct pm_hits *hits) {
    struct beside b = {.env = env};
    for (size_t i = 0, lines = 0; i < hits->n && lines < LINES_MOST; i++) {
        struct pm_incident *inc = hits->items[i].incident;
        for (size_t k = 0; !hits->items[i].dropped && inc && k < inc->evidence_n; k++, lines++)
            evidence_add(&b, &inc->evidence[k]);
    }
    if (b.list.n > 1) qsort(b.list.items, b.list.n, sizeof *b.list.items, by_event);
    rows_fetch(&b);
    if (b.list.n > 1) qsort(b.list.items, b.list.n, sizeof *b.list.items, by_evidence_line);
    for (size_t i = 0; i < b.list.n; i++) {
        struct neighbour *n = &b.list.items[i];
        if (!n->text.n) continue;
        if (!n->of->beside) n->of->beside = PM_NEWN(env->a, struct pm_line, 2 * BESIDE);
        n->of->beside[n->of->beside_n++] = (struct pm_line){n->line, n->text};
    }
    free(b.list.items);
}
