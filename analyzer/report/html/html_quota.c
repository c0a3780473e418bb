// Budgets: a card with a chart for each that was used up or came near, a row for the rest.
#include "report/html/html.h"
#include "report/words.h"
#include <stdlib.h>

// As bars that can be picked, and as numbers.
static void consumers(struct pm_html *h, const struct pm_quota *q) {
    pm_html_raw(h, "<h4>Who spent it</h4>");
    pm_html_shares(h, q);
    pm_html_raw(h, "<details><summary>in numbers</summary>");
    HEADS(h, "Kind", "Name", "#Pulls");
    for (size_t c = 0; c < q->consumers_n; c++) {
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, q->consumers[c].kind);
        pm_html_cell(h, q->consumers[c].name);
        pm_html_number(h, q->consumers[c].pulls);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</details>");
}

static const char *status_class(const struct pm_quota *q) {
    if (pm_str_eqc(q->status, "exceeded")) return "critical";
    return pm_str_eqc(q->status, "near") ? "warning" : "info";
}
// A budget has a row for each limit that held: one card and one chart have them all, in
// the order of time.
struct budget {
    const struct pm_quota **rows;
    size_t n;
};
static bool same_budget(const struct pm_quota *a, const struct pm_quota *b) {
    return a->checked == b->checked && pm_str_eq(a->registry, b->registry) &&
           pm_str_eq(a->identity, b->identity) && pm_str_eq(a->user, b->user) &&
           pm_str_eq(a->client, b->client) && pm_str_eq(a->unit, b->unit);
}
static int64_t begins(const struct pm_quota *q) {
    return q->points_n ? q->points[0].t_ns : q->peak_at_ns;
}
static int by_begin(const void *a, const void *b) {
    int64_t x = begins(*(const struct pm_quota *const *)a),
            y = begins(*(const struct pm_quota *const *)b);
    return (x > y) - (x < y);
}
static struct budget budget_of(struct pm_html *h, const struct pm_quota *q) {
    struct budget b = {.rows = PM_NEWN(h->a, const struct pm_quota *, h->r->quotas_n)};
    for (size_t i = 0; i < h->r->quotas_n; i++)
        if (same_budget(q, &h->r->quotas[i])) b.rows[b.n++] = &h->r->quotas[i];
    qsort(b.rows, b.n, sizeof *b.rows, by_begin);
    return b;
}
// It ran short, or nearly: its course is worth a chart.
static bool is_strained(const struct pm_quota *q) {
    return q->refused || q->exhausted_at_ns != PM_NO_TIME || !pm_str_eqc(q->status, "ok");
}
// The first row of the budget that was strained: that one has the card. NULL: none has.
static const struct pm_quota *card_of(const struct pm_html *h, const struct pm_quota *q) {
    for (size_t i = 0; i < h->r->quotas_n; i++)
        if (same_budget(&h->r->quotas[i], q) && is_strained(&h->r->quotas[i]))
            return &h->r->quotas[i];
    return NULL;
}

static void budget_figures(struct pm_html *h, const struct pm_quota *q, const char *since) {
    struct pm_str used = pm_view_quota_used(&h->v, q), limit = pm_view_quota_limit(&h->v, q);
    pm_html_raw(h, "<p>");
    pm_html_raw(h, since);
    pm_html_text(h, limit.n ? pm_arena_fmt(h->a, "%.*s %.*s used of %.*s", PM_FMT(used),
                                           PM_FMT(q->unit), PM_FMT(limit))
                            : pm_arena_fmt(h->a, "%.*s %.*s used, limit not known", PM_FMT(used),
                                           PM_FMT(q->unit)));
    if (q->refused)
        pm_html_text(h,
                     pm_arena_fmt(h->a, " · %.*s",
                                  PM_FMT(pm_words_count(h->a, q->refused, "refusal", "refusals"))));
    struct pm_strs facts = pm_view_quota_facts(&h->v, q);
    for (size_t k = 0; k < facts.n; k++)
        pm_html_text(h, pm_arena_fmt(h->a, " · %.*s", PM_FMT(facts.items[k])));
    pm_html_raw(h, "</p>");
    if (q->note.n) {
        pm_html_raw(h, "<p>");
        pm_html_text(h, q->note);
        pm_html_raw(h, "</p>");
    }
}
static void budget_terms(struct pm_html *h, const struct budget *b) {
    for (size_t i = 0; i < b->n; i++) {
        struct pm_str at = pm_view_time(&h->v, begins(b->rows[i]));
        const char *since =
            b->n > 1 ? pm_arena_cstr(h->a, pm_arena_fmt(h->a, "From %.*s: ", PM_FMT(at))) : "";
        budget_figures(h, b->rows[i], since);
    }
}
static bool drawable(const struct budget *b) {
    size_t points = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (!b->rows[i]->points_n) return false;
        points += b->rows[i]->points_n;
    }
    return points > 1;
}
static void quota_card(struct pm_html *h, const struct pm_quota *q) {
    struct budget b = budget_of(h, q);
    pm_html_raw(h, "<section class=\"card\"><h3>");
    pm_html_text(h, q->registry);
    pm_html_raw(h, " <span class=\"dim\">");
    pm_html_text(h, pm_view_quota_whose(&h->v, q));
    pm_html_fmt(h, "</span> <span class=\"badge %s\">", status_class(q));
    pm_html_text(h, q->status);
    pm_html_raw(h, "</span></h3>");
    budget_terms(h, &b);
    if (drawable(&b)) pm_html_budget(h, b.rows, b.n);
    if (q->consumers_n) consumers(h, q);
    pm_html_raw(h, "</section>");
}

enum { CARDS = 12 };

static void calm_row(struct pm_html *h, const struct pm_quota *q) {
    pm_html_raw(h, "<tr>");
    pm_html_cell(h, q->registry);
    pm_html_cell(h, pm_view_quota_whose(&h->v, q));
    pm_html_cell_right(h, pm_view_quota_used(&h->v, q));
    pm_html_cell_right(h, pm_view_quota_limit(&h->v, q));
    pm_html_cell(h, q->status);
    pm_html_number(h, q->refused);
    pm_html_raw(h, "</tr>");
}
// What is said of rows that have no card, once each.
static void calm_notes(struct pm_html *h, const struct pm_quota *const *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < i && !pm_str_eq(rows[k]->note, rows[i]->note)) k++;
        if (k < i || !rows[i]->note.n) continue;
        pm_html_raw(h, "<p class=\"dim\">");
        pm_html_text(h, rows[i]->note);
        pm_html_raw(h, "</p>");
    }
}
// Budgets within their limits, or behind the first so many that have a card, are a row
// each of one table.
void pm_html_quotas(struct pm_html *h) {
    const struct pm_quota **calm = PM_NEWN(h->a, const struct pm_quota *, h->r->quotas_n + 1);
    size_t calm_n = 0, told = 0;
    if (!pm_html_section(h, PM_SECTION_QUOTAS)) return;
    for (size_t i = 0; i < h->r->quotas_n; i++) {
        const struct pm_quota *q = &h->r->quotas[i], *card = card_of(h, q);
        if (card && card != q) continue; // that one's card tells of this, too
        if (card && told++ < CARDS) quota_card(h, q);
        else calm[calm_n++] = q;
    }
    if (!calm_n) return;
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, told ? "Other budgets" : "Budget", "Identity", "#Used", "#Limit", "Status",
          "#Refused");
    for (size_t i = 0; i < calm_n; i++) calm_row(h, calm[i]);
    pm_html_table_end(h);
    calm_notes(h, calm, calm_n);
    pm_html_raw(h, "</section>");
}
