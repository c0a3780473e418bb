// Budgets: a card with a chart for each that was used up or came near, a row for the rest.
#include "report/html.h"
#include "report/words.h"

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
static void quota_card(struct pm_html *h, const struct pm_quota *q) {
    pm_html_raw(h, "<section class=\"card\"><h3>");
    pm_html_text(h, q->registry);
    pm_html_raw(h, " <span class=\"dim\">");
    pm_html_text(h, pm_view_quota_whose(&h->v, q));
    pm_html_fmt(h, "</span> <span class=\"badge %s\">", status_class(q));
    pm_html_text(h, q->status);
    pm_html_raw(h, "</span></h3><p>");
    struct pm_str used = pm_view_quota_used(&h->v, q), limit = pm_view_quota_limit(&h->v, q);
    pm_html_text(h, limit.n ? pm_arena_fmt(h->a, "%.*s used of %.*s", PM_FMT(used), PM_FMT(limit))
                            : pm_arena_fmt(h->a, "%.*s used, limit not known", PM_FMT(used)));
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
    pm_html_quota(h, q);
    if (q->consumers_n) consumers(h, q);
    pm_html_raw(h, "</section>");
}

enum { CARDS = 12 };

// Within their limits, or behind the first so many that have a card: a row each is
// enough.
static void quotas_calm(struct pm_html *h, size_t n) {
    size_t told = 0;
    if (!n) return;
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, "Other budgets", "Identity", "#Used", "#Limit", "Status", "#Refused");
    for (size_t i = 0; i < h->r->quotas_n; i++) {
        const struct pm_quota *q = &h->r->quotas[i];
        if (pm_view_quota_told(q) && told++ < CARDS) continue;
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, q->registry);
        pm_html_cell(h, pm_view_quota_whose(&h->v, q));
        pm_html_cell_right(h, pm_view_quota_used(&h->v, q));
        pm_html_cell_right(h, pm_view_quota_limit(&h->v, q));
        pm_html_cell(h, q->status);
        pm_html_number(h, q->refused);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</section>");
}

void pm_html_quotas(struct pm_html *h) {
    size_t calm = 0, told = 0;
    if (!pm_html_section(h, PM_SECTION_QUOTAS)) return;
    for (size_t i = 0; i < h->r->quotas_n; i++) {
        if (pm_view_quota_told(&h->r->quotas[i]) && told++ < CARDS) quota_card(h, &h->r->quotas[i]);
        else calm++;
    }
    quotas_calm(h, calm);
}
