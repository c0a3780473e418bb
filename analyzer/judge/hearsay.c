// What speaks of pulls and was not counted, because who wrote it was not there: listed by file and writer, so that a reader knows where else to look.
#include "judge/state.h"
#include <stdlib.h>

static bool speaks_of_pulls(const struct pm_state *s, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (e->kind == PM_KIND_OTHER) return e->field[PM_F_ERROR].n && pm_ruleset_classify(s->rules, e).cause >= 0;
    return (e->kind >= PM_KIND_PULL_START && e->kind <= PM_KIND_PULL_BACKOFF) || e->kind == PM_KIND_MIRROR_TRY || e->kind == PM_KIND_SECRET_MISSING;
}

void pm_hearsay_row(struct pm_state *s, const struct pm_row *row) {
    struct pm_report *r = s->report;
    if (!speaks_of_pulls(s, row)) return;
    uint32_t key = pm_id_fmt(s, "hearsay/%u/%.*s", row->file, PM_FMT(row->event.field[PM_F_WRITER]));
    Word_t *slot = pm_map_slot(&s->hearsay_at, key);
    if (!*slot) {
        *PM_PUSH(r->hearsay, r->hearsay_n, r->hearsay_cap) = (struct pm_hearsay){.file = pm_arena_dup(s->a, pm_str_c(row->path)),
                                                                                 .pod = pm_arena_dup(s->a, row->event.field[PM_F_WRITER]),
                                                                                 .text = pm_arena_dup(s->a, row->raw),
                                                                                 .line = row->line};
        *slot = r->hearsay_n;
    }
    struct pm_hearsay *h = &r->hearsay[*slot - 1];
    if (row->line != h->last_line) h->lines++; // a line that makes several events is one line
    h->last_line = row->line;
    if (row->line >= h->line) return;
    h->line = row->line;
    h->text = pm_arena_dup(s->a, row->raw);
}

static int by_place(const void *a, const void *b) {
    const struct pm_hearsay *x = a, *y = b;
    int c = pm_path_order(x->file, y->file);
    return c ? c : pm_str_cmp(x->pod, y->pod);
}

void pm_hearsay_fill(struct pm_state *s) {
    struct pm_report *r = s->report;
    if (r->hearsay_n > 1) qsort(r->hearsay, r->hearsay_n, sizeof *r->hearsay, by_place);
}
