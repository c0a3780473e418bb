// What was wrong with the input is a fact of the timeline, not of the judge: it is put into
// the report from there.
#include "cli/report_input.h"
#include "pm/arena.h"
#include <stdlib.h>

static bool diagnostic_in(void *ctx, int columns, const char *const *names,
                          const char *const *cells) {
    (void)columns, (void)names;
    struct pm_report *r = ctx;
    struct pm_diag *d = PM_PUSH(r->diagnostics, r->diagnostics_n, r->diagnostics_cap);
    d->path = pm_arena_dup(r->a, pm_str_c(cells[0]));
    pm_str_u64(pm_str_c(cells[1]), &d->line);
    d->code = pm_arena_dup(r->a, pm_str_c(cells[2]));
    d->message = pm_arena_dup(r->a, pm_str_c(cells[3]));
    pm_str_u64(pm_str_c(cells[4]), &d->count);
    r->partial |= pm_diag_is_loss(d->code); // timelines of older versions, and merged ones
    return true;
}
static bool skipped_in(void *ctx, int columns, const char *const *names, const char *const *cells) {
    (void)columns, (void)names;
    struct pm_report *r = ctx;
    PM_PUSH(r->skipped, r->skipped_n, r->skipped_cap)->path =
        pm_arena_dup(r->a, pm_str_c(cells[0]));
    r->skipped[r->skipped_n - 1].why = pm_arena_dup(r->a, pm_str_c(cells[1]));
    return true;
}
static int by_place(const void *a, const void *b) {
    const struct pm_diag *x = a, *y = b;
    int c = pm_str_cmp(x->path, y->path);
    if (!c) c = (x->line > y->line) - (x->line < y->line);
    if (!c) c = pm_str_cmp(x->code, y->code);
    return c ? c : pm_str_cmp(x->message, y->message);
}
static void diagnostics_add(struct pm_report *r, struct pm_diags *said) {
    for (size_t i = 0, n = pm_diags_count(said), there = r->diagnostics_n; i < n; i++) {
        struct pm_diag d = pm_diags_at(said, i);
        r->partial |= pm_diag_is_loss(d.code);
        if (there && bsearch(&d, r->diagnostics, there, sizeof d, by_place))
            continue; // the timeline took it
        d.path = pm_arena_dup(r->a, d.path);
        d.code = pm_arena_dup(r->a, d.code);
        d.message = pm_arena_dup(r->a, d.message);
        *PM_PUSH(r->diagnostics, r->diagnostics_n, r->diagnostics_cap) = d;
    }
    if (r->diagnostics_n > 1)
        qsort(r->diagnostics, r->diagnostics_n, sizeof *r->diagnostics, by_place);
}
void pm_report_input(struct pm_report *r, struct pm_timeline *t, struct pm_diags *said) {
    struct pm_str why;
    r->diagnostics_n = r->skipped_n = 0;
    r->partial = pm_timeline_meta_get(t, "partial", r->a).n > 0;
    pm_timeline_sql(
        t,
        "SELECT file, line, code, message, count FROM diagnostics ORDER BY file, line, code, message",
        diagnostic_in, r, &why, r->a);
    diagnostics_add(r, said);
    pm_timeline_sql(t, "SELECT file, why FROM skipped ORDER BY file, why", skipped_in, r, &why,
                    r->a);
}
