// The text report's budgets: a table, and for those that were used up a bar, a curve, and
// who spent them.
#include "report/text/text.h"
#include "pm/timeline.h"

// The curve at PM_TEXT_SPARK equal steps: the highest use within each.
static struct pm_str text_quota_curve(struct text *x, const struct pm_quota *q) {
    double v[PM_TEXT_SPARK] = {0};
    if (q->points_n < 2) return PM_NONE;
    int64_t from = q->points[0].t_ns, to = q->points[q->points_n - 1].t_ns;
    if (to <= from) return PM_NONE;
    double step = (double)(to - from) / PM_TEXT_SPARK;
    for (size_t k = 0; k < q->points_n; k++) {
        double at = (double)(q->points[k].t_ns - from) / step;
        size_t slot = at > 0 ? (size_t)at : 0;
        if (slot >= PM_TEXT_SPARK) slot = PM_TEXT_SPARK - 1;
        if ((double)q->points[k].used > v[slot]) v[slot] = (double)q->points[k].used;
    }
    for (size_t k = 1; k < PM_TEXT_SPARK; k++) // between points the window's use stays what it was
        if (v[k] <= 0) v[k] = v[k - 1];
    struct pm_str curve =
                      pm_text_spark(x->t.a, v, PM_TEXT_SPARK, q->limit > 0 ? (double)q->limit : 0),
                  when = pm_view_span(&x->v, from, to);
    return pm_arena_fmt(x->t.a, "%.*s  %.*s%s", PM_FMT(curve), PM_FMT(when),
                        q->limit > 0 ? ", full height is the limit" : "");
}

static struct pm_str limit_cell(struct text *x, const struct pm_quota *q) {
    struct pm_str limit = pm_view_quota_limit(&x->v, q);
    return limit.n ? limit : PM_STR("–");
}

// Twenty characters are the limit; what is over it would be a lie of the budget's, so the
// bar ends there.
static struct pm_str quota_bar(struct text *x, const struct pm_quota *q) {
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    enum { WIDTH = 20 };
    struct pm_buf b = {0};
    if (q->limit <= 0) return PM_NONE;
    uint64_t steps = q->used_high * WIDTH * 8 / (uint64_t)q->limit, whole = WIDTH * 8,
             used = steps > whole ? whole : steps;
    for (uint64_t i = 0; i < used / 8; i++) pm_buf_lit(&b, "█");
    pm_buf_lit(&b, eighths[used % 8]);
    for (uint64_t i = (used + 7) / 8; i < WIDTH; i++) pm_buf_lit(&b, "·");
    struct pm_str used_words = pm_view_quota_used(&x->v, q), limit = limit_cell(x, q);
    pm_buf_fmt(&b, "  %.*s of %.*s, %llu %%", PM_FMT(used_words), PM_FMT(limit),
               (unsigned long long)(q->used_high * 100 / (uint64_t)q->limit));
    return pm_text_taken(x, &b);
}

static void quota_notes(struct text *x, const struct pm_quota *q, bool named) {
    struct pm_buf b = {0};
    struct pm_arena *a = x->t.a;
    struct pm_str registry = pm_text_seen(x, q->registry),
                  whose = pm_text_seen(x, pm_view_quota_whose(&x->v, q));
    struct pm_strs facts = pm_view_quota_facts(&x->v, q);
    if (named) fprintf(x->t.f, " %.*s %.*s\n", PM_FMT(registry), PM_FMT(whose));
    pm_text_item(&x->t, PM_TEXT_INDENT, "use", PM_TEXT_LABEL, quota_bar(x, q));
    pm_text_item(&x->t, PM_TEXT_INDENT, "", PM_TEXT_LABEL, text_quota_curve(x, q));
    for (size_t k = 0; k < facts.n; k++) pm_text_piece(&b, " · ", facts.items[k]);
    pm_text_item(&x->t, PM_TEXT_INDENT, "when", PM_TEXT_LABEL, pm_text_taken(x, &b));
    pm_text_item(&x->t, PM_TEXT_INDENT, "but", PM_TEXT_LABEL, pm_text_seen(x, q->note));
    for (size_t k = 0; k < q->consumers_n && k < 5; k++) {
        struct pm_str name = pm_text_seen(x, q->consumers[k].name),
                      n = pm_words_number(a, q->consumers[k].pulls);
        bool same = k && pm_str_eq(q->consumers[k].kind, q->consumers[k - 1].kind);
        pm_text_piece(&b, same ? ", " : " · ",
                      same ? pm_arena_fmt(a, "%.*s ×%.*s", PM_FMT(name), PM_FMT(n))
                           : pm_arena_fmt(a, "%.*s %.*s ×%.*s", PM_FMT(q->consumers[k].kind),
                                          PM_FMT(name), PM_FMT(n)));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "spent by", PM_TEXT_LABEL, pm_text_taken(x, &b));
}

// Rows in the table: what was refused or came near, and of those within their limits the
// most used.
static size_t quota_pick(struct text *x, const struct pm_quota **picked) {
    const struct pm_report *r = x->r;
    size_t n = 0, calm = 0, most_calm = x->o->verbose ? PM_TEXT_ROWS : 3;
    for (size_t k = 0; k < r->quotas_n && n < pm_text_rows(x); k++)
        if (pm_view_quota_told(&r->quotas[k])) picked[n++] = &r->quotas[k];
    while (calm < most_calm && n < pm_text_rows(x)) {
        const struct pm_quota *most = NULL;
        for (size_t k = 0; k < r->quotas_n; k++) {
            const struct pm_quota *q = &r->quotas[k];
            bool taken = pm_view_quota_told(q);
            for (size_t e = 0; e < n && !taken; e++) taken = picked[e] == q;
            if (!taken && (!most || q->used_high > most->used_high)) most = q;
        }
        if (!most) break;
        picked[n++] = most;
        calm++;
    }
    return n;
}

void pm_text_quotas(struct text *x) {
    const struct pm_report *r = x->r;
    if (!pm_text_section(x, PM_SECTION_QUOTAS)) return;
    const struct pm_quota **picked = PM_NEWN(x->t.a, const struct pm_quota *, r->quotas_n);
    struct pm_table b = {.columns = 7, .right = 1 << 2 | 1 << 3 | 1 << 5, .drop = "policy|status"};
    static const char *const names[] = {"registry", "identity", "used",  "limit",
                                        "status",   "refused",  "policy"};
    for (size_t c = 0; c < PM_LEN(names); c++) pm_table_add(&b, pm_str_c(names[c]));
    size_t n = quota_pick(x, picked), told = 0;
    for (size_t k = 0; k < n; k++) {
        const struct pm_quota *q = picked[k];
        const struct pm_str cells[] = {pm_text_seen(x, q->registry),
                                       pm_text_seen(x, pm_view_quota_whose(&x->v, q)),
                                       pm_view_quota_used(&x->v, q),
                                       limit_cell(x, q),
                                       q->status,
                                       pm_words_number(x->t.a, q->refused),
                                       pm_text_seen(x, q->policy)};
        for (size_t c = 0; c < PM_LEN(cells); c++) pm_table_add(&b, cells[c]);
        told += pm_view_quota_told(q);
    }
    pm_table_print(&x->t, &b, 1);
    if (n < r->quotas_n)
        fprintf(x->t.f, " and %zu more%s\n", r->quotas_n - n,
                told < n ? ", all within their limits" : "");
    for (size_t k = 0; k < n && (k < 4 || x->o->verbose); k++)
        if (pm_view_quota_told(picked[k])) quota_notes(x, picked[k], n > 1);
}
