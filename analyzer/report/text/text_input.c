// The text report's word on what it read: clocks that were guessed, and input that was
// cut, broken or left out.
#include "report/text/text.h"
#include "pm/diag.h"
#include "pm/timeline.h"

static void clock_line(struct text *x, const struct pm_view_clock *c) {
    struct pm_str files = pm_text_seen(x, c->files), how = pm_text_seen(x, c->how);
    struct pm_str said =
        c->quality
            ? pm_arena_fmt(x->t.a, "%.*s%s%.*s", PM_FMT(files), how.n ? ": " : "", PM_FMT(how))
            : pm_arena_fmt(x->t.a, "node %.*s is %.*s", PM_FMT(files), PM_FMT(how));
    pm_text_item(&x->t, 1, c->quality ? c->quality : "skew", 10, said);
}
void pm_text_clocks(struct text *x) {
    if (!pm_text_section(x, PM_SECTION_CLOCKS)) return;
    struct pm_view_clocks clocks = pm_view_clocks(&x->v);
    size_t lines = 0, left = 0;
    for (size_t k = 0; k < clocks.n; k++)
        if (clocks.items[k].quality && lines++ >= pm_text_rows(x)) left++;
        else if (clocks.items[k].quality) clock_line(x, &clocks.items[k]);
    pm_text_more(x, 1, 0, left);
    for (size_t k = 0; k < clocks.n; k++)
        if (!clocks.items[k].quality) clock_line(x, &clocks.items[k]);
}

void pm_text_input(struct text *x) {
    const struct pm_report *r = x->r;
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    if (!pm_text_section(x, PM_SECTION_INPUT)) return;
    if (r->bad)
        pm_text_piece(&b, ", ",
                      pm_words_count(a, r->bad, "record is broken", "records are broken"));
    if (r->undated)
        pm_text_piece(&b, ", ", pm_words_count(a, r->undated, "has no time", "have no time"));
    pm_text_item(&x->t, 1, "", 0, pm_text_taken(x, &b));
    for (size_t k = 0; k < r->diagnostics_n && k < pm_text_rows(x); k++) {
        const struct pm_diag *d = &r->diagnostics[k];
        struct pm_str at = pm_text_place(x, d->path, d->line), said = pm_text_seen(x, d->message);
        struct pm_str times =
            d->count > 1 ? pm_arena_fmt(a, " (×%llu)", (unsigned long long)d->count) : PM_NONE;
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(a, "%.*s%s%.*s%.*s", PM_FMT(at), at.n ? ": " : "", PM_FMT(said),
                                  PM_FMT(times)));
    }
    pm_text_more(x, 1, pm_text_rows(x), r->diagnostics_n);
    size_t untold = 0;
    for (size_t k = 0; k < r->skipped_n; k++) {
        if (pm_words_told(r, k) || ++untold > pm_text_rows(x)) continue;
        struct pm_str path = pm_text_seen(x, r->skipped[k].path),
                      said = pm_text_seen(x, r->skipped[k].why);
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(a, "%.*s: not read: %.*s", PM_FMT(path), PM_FMT(said)));
    }
    pm_text_more(x, 1, pm_text_rows(x), untold);
}
