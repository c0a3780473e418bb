// A budget over time, with every limit it had, and who spent it.
#include "report/html/html_plot.h"
#include "report/words.h"
#include <stdlib.h>

static const char *unit_of(const struct pm_quota *q) {
    return pm_str_eqc(q->unit, "requests") ? "requests" : "pulls";
}
// It was so much until the next point: a window forgets a pull at a moment, not little by
// little. One point a pixel, the highest.
static void used_line(struct pm_html *h, const struct pm_plot *p, const struct pm_quota *q) {
    bool begun = false;
    pm_html_raw(h, "<path class=\"s-line\" d=\"");
    for (size_t i = 0; i < q->points_n; i++) {
        double x = pm_plot_x(p, q->points[i].t_ns);
        uint64_t used = q->points[i].used;
        while (i + 1 < q->points_n && pm_plot_x(p, q->points[i + 1].t_ns) - x < 1)
            used = q->points[++i].used > used ? q->points[i].used : used;
        pm_html_fmt(h, begun ? "H%.1fV%.1f" : "M%.1f,%.1f", x, pm_plot_y(p, (double)used));
        begun = true;
    }
    pm_html_raw(h, "\"/>");
}
static void refusals(struct pm_html *h, const struct pm_plot *p, const struct pm_quota *q) {
    double last = -2;
    for (size_t i = 0; i < q->points_n; i++) {
        double x = pm_plot_x(p, q->points[i].t_ns);
        if (!q->points[i].refused || x - last < 2) continue;
        pm_plot_dot(h, "d-bad", x, p->base - 4);
        last = x;
    }
}
// Columns wide enough to be pointed at, each with what was used last and refused in it.
static void used_says(struct pm_html *h, const struct pm_plot *p, const struct pm_quota *q) {
    enum { COLUMNS = 60 };
    double wide = (double)PM_PLOT_ROOM / COLUMNS;
    for (size_t i = 0; i < q->points_n;) {
        int column = (int)(pm_plot_x(p, q->points[i].t_ns) / wide);
        const struct pm_quota_point *first = &q->points[i];
        uint64_t used = 0, refused = 0;
        for (; i < q->points_n && (int)(pm_plot_x(p, q->points[i].t_ns) / wide) == column; i++) {
            used = q->points[i].used;
            refused += q->points[i].refused;
        }
        pm_plot_says(
            h, p, wide * column, wide,
            pm_arena_fmt(h->a, "%.*s: %llu used, %llu refused",
                         PM_FMT(pm_view_moment_of(&h->v, first->t_ns, p->from_ns, p->to_ns)),
                         (unsigned long long)used, (unsigned long long)refused));
    }
}

// A level across the whole chart; its words at its right end.
static void level_line(struct pm_html *h, const struct pm_plot *p, const char *css, double v,
                       double from_x, double to_x) {
    double y = pm_plot_y(p, v);
    pm_html_fmt(h, "<path class=\"%s\" d=\"M%.1f,%.1fH%.1f\"/>", css, from_x, y, to_x);
}
static int words_over(const struct pm_plot *p, double v) {
    int y = (int)pm_plot_y(p, v);
    return y < 12 ? y + 13 : y - 4;
}
static struct pm_str limit_label(struct pm_html *h, const struct pm_quota *q) {
    struct pm_str number = pm_words_number(h->a, (uint64_t)q->limit),
                  limit = pm_view_quota_limit(&h->v, q);
    return pm_arena_fmt(h->a, "limit %.*s %s%.*s", PM_FMT(number), unit_of(q),
                        PM_FMT(pm_str_from(limit, number.n)));
}

// A moment of the budget as a line from top to bottom; what lies beyond the logs is told
// at the edge.
static void moment_line(struct pm_html *h, const struct pm_plot *p, int64_t at_ns) {
    if (at_ns == PM_NO_TIME || at_ns < p->from_ns || at_ns > p->to_ns) return;
    pm_html_fmt(h, "<path class=\"s-when\" d=\"M%.1f,14V%d\"/>", pm_plot_x(p, at_ns), p->base);
}
static void moment_words(struct pm_html *h, const struct pm_plot *p, int64_t at_ns,
                         const char *what, int y) {
    if (at_ns == PM_NO_TIME || at_ns < p->from_ns) return;
    struct pm_str at = pm_view_moment_of(&h->v, at_ns, p->from_ns, p->to_ns);
    bool beyond = at_ns > p->to_ns;
    pm_plot_words(h, p, beyond ? p->to_ns : at_ns, y,
                  pm_arena_fmt(h->a, beyond ? "%s %.*s →" : "%s %.*s", what, PM_FMT(at)));
}

// Then the second is told over the first.
static int near_each_other(const struct pm_plot *p, const struct pm_quota *q) {
    enum { WORDS = 150 }; // pixels
    if (q->exhausted_at_ns == PM_NO_TIME || q->free_at_ns == PM_NO_TIME) return 0;
    double from = pm_plot_x(p, q->exhausted_at_ns), to = pm_plot_x(p, q->free_at_ns);
    return to - from < 2 * WORDS || from > PM_PLOT_ROOM - 2 * WORDS;
}

// The rows of one budget: each has a limit of its own, one after the other.
struct terms {
    const struct pm_quota *const *rows;
    size_t n;
};
static int64_t term_ends(const struct terms *t, size_t i) {
    const struct pm_quota *q = t->rows[i];
    return i + 1 < t->n ? t->rows[i + 1]->points[0].t_ns : q->points[q->points_n - 1].t_ns;
}
static void terms_moves(struct pm_html *h, const struct pm_plot *p, const struct terms *t) {
    double before = -1;
    pm_plot_moves(h, p);
    for (size_t i = 0; i < t->n; i++) {
        const struct pm_quota *q = t->rows[i];
        double from = i ? pm_plot_x(p, q->points[0].t_ns) : 0,
               to = i + 1 < t->n ? pm_plot_x(p, term_ends(t, i)) : PM_PLOT_ROOM;
        if (q->limit > 0) {
            double y = pm_plot_y(p, (double)q->limit);
            if (before >= 0)
                pm_html_fmt(h, "<path class=\"s-limit\" d=\"M%.1f,%.1fV%.1f\"/>", from, before, y);
            level_line(h, p, "s-limit", (double)q->limit, from, to);
            before = y;
        }
        if (q->with_cache >= 0 && (double)q->with_cache < p->top)
            level_line(h, p, "s-cache", (double)q->with_cache, from, to);
        moment_line(h, p, q->exhausted_at_ns);
        moment_line(h, p, q->free_at_ns);
        used_line(h, p, q);
        refusals(h, p, q);
        used_says(h, p, q);
    }
    pm_plot_moves_end(h);
}
// Words of a level are left out where another's stand: the legend and the figures above
// the chart have both.
static bool clear_of(int y, const int *taken, size_t n) {
    enum { LINE = 13 };
    for (size_t i = 0; i < n; i++)
        if (y - taken[i] < LINE && taken[i] - y < LINE) return false;
    return true;
}
static void terms_words(struct pm_html *h, const struct pm_plot *p, const struct terms *t) {
    enum { LINE = 14, CROWDED = 64 }; // pixels; over the lowest line
    const struct pm_quota *last = t->rows[t->n - 1];
    int at_limit = last->limit > 0 ? words_over(p, (double)last->limit) : 0, taken[3] = {at_limit};
    size_t n = 1;
    bool low = at_limit > p->base - CROWDED; // moments are told where there is room
    for (size_t i = 0; i < t->n; i++) {
        const struct pm_quota *q = t->rows[i];
        int row = near_each_other(p, q), first = low ? 3 * LINE : p->base - LINE,
            second = low ? first + row * LINE : first - row * LINE;
        if (q->limit > 0)
            pm_plot_words(h, p, i ? q->points[0].t_ns : p->from_ns, words_over(p, (double)q->limit),
                          limit_label(h, q));
        moment_words(h, p, q->exhausted_at_ns, "ran out", first);
        moment_words(h, p, q->free_at_ns, "free again", second);
    }
    double allowed = (double)last->with_credentials.limit;
    if (allowed > 0 && allowed <= p->top && clear_of(words_over(p, allowed), taken, n)) {
        taken[n++] = words_over(p, allowed);
        pm_plot_words(h, p, p->to_ns, words_over(p, allowed),
                      pm_arena_fmt(h->a, "an account's limit, %.0f %s", allowed, unit_of(last)));
    }
    if (last->with_cache >= 0 && (double)last->with_cache < p->top &&
        clear_of(words_over(p, (double)last->with_cache), taken, n))
        pm_plot_words(h, p, p->to_ns, words_over(p, (double)last->with_cache),
                      pm_arena_fmt(h->a, "%lld upstream %s with a pull-through cache",
                                   (long long)last->with_cache, unit_of(last)));
}
static double terms_top(const struct terms *t) {
    const struct pm_quota *last = t->rows[t->n - 1];
    double top = 1;
    for (size_t k = 0; k < t->n; k++) {
        const struct pm_quota *q = t->rows[k];
        if ((double)q->limit > top) top = (double)q->limit;
        for (size_t i = 0; i < q->points_n; i++)
            if ((double)q->points[i].used > top) top = (double)q->points[i].used;
    }
    // An account's is drawn where it leaves the rest to be seen.
    double allowed = (double)last->with_credentials.limit;
    return allowed > top && allowed <= 3 * top ? allowed : top;
}
void pm_html_budget(struct pm_html *h, const struct pm_quota *const *rows, size_t n) {
    struct terms t = {rows, n};
    const struct pm_quota *first = rows[0], *last = rows[n - 1];
    double top = terms_top(&t), allowed = (double)last->with_credentials.limit;
    int64_t from = first->points[0].t_ns, to = last->points[last->points_n - 1].t_ns;
    bool cache = last->with_cache >= 0 && (double)last->with_cache<top, account = allowed> 0 &&
                 allowed <= top;
    if (to <= from) return;
    struct pm_plot p = pm_plot_open(h, 170, from, to, top, "quota used over time");
    pm_plot_level(h, &p, 0, PM_STR("0"));
    pm_plot_level(h, &p, top, pm_words_number(h->a, (uint64_t)top));
    if (account) {
        double y = pm_plot_y(&p, allowed);
        pm_html_fmt(h, "<path class=\"s-account\" d=\"M%d,%.1fH%d\"/>", PM_PLOT_LEFT, y,
                    PM_PLOT_WIDTH - PM_PLOT_RIGHT);
    }
    terms_moves(h, &p, &t);
    terms_words(h, &p, &t);
    pm_plot_close(h, &p);
    pm_html_fmt(h,
                "<ul class=\"legend\"><li class=\"k-cached\">%s within the window that ends "
                "then</li><li class=\"k-bad\">refusals</li><li class=\"k-limit\">limit</li>%s%s"
                "</ul>",
                unit_of(first), cache ? "<li class=\"k-cache\">with a cache</li>" : "",
                account ? "<li class=\"k-account\">limit with an account</li>" : "");
}

// Who spent it: one bar a kind, a piece a name, as wide as its share.
static size_t kind_end(const struct pm_quota *q, size_t from) {
    size_t end = from;
    while (end < q->consumers_n && pm_str_eq(q->consumers[end].kind, q->consumers[from].kind))
        end++;
    return end;
}
static uint64_t kind_sum(const struct pm_quota *q, size_t from) {
    uint64_t sum = 0;
    for (size_t k = from, end = kind_end(q, from); k < end; k++) sum += q->consumers[k].pulls;
    return sum;
}
enum { NAMED = 100, ROW = 26 }; // pixels left for the kinds' names; from bar to bar
static void share(struct pm_html *h, const struct pm_consumer *c, size_t k, double x, int y,
                  double w) {
    pm_html_fmt(h, "<g class=\"share c%zu\" data-pick=\"", k % 3);
    pm_html_text(h, c->name);
    pm_html_fmt(h, "\"><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"22\"/>", x, y,
                w > 2 ? w - 1 : w);
    if (w > 60) {
        pm_html_fmt(h, "<text x=\"%.1f\" y=\"%d\">", x + 6, y + 15);
        pm_html_text(h, pm_text_cut(h->a, c->name, (int)(w / 7.5)));
        pm_html_raw(h, "</text>");
    }
    pm_html_raw(h, "<title>");
    pm_html_text(h, pm_arena_fmt(h->a, "%.*s: %.*s", PM_FMT(c->name),
                                 PM_FMT(pm_words_count(h->a, c->pulls, "pull", "pulls"))));
    pm_html_raw(h, "</title></g>");
}
// Of a kind the biggest are named; what the others spent together closes the bar.
static void share_rest(struct pm_html *h, uint64_t pulls, double x, int y, double w) {
    pm_html_fmt(h,
                "<g class=\"share rest\"><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"22\"/>",
                x, y, w);
    if (w > 110) {
        pm_html_fmt(h, "<text x=\"%.1f\" y=\"%d\">", x + 6, y + 15);
        pm_html_text(h, pm_arena_fmt(h->a, "others: %.*s",
                                     PM_FMT(pm_words_count(h->a, pulls, "pull", "pulls"))));
        pm_html_raw(h, "</text>");
    }
    pm_html_fmt(h, "<title>others or not known: %llu</title></g>", (unsigned long long)pulls);
}
void pm_html_shares(struct pm_html *h, const struct pm_quota *q) {
    int rows = 0;
    uint64_t most = 1;
    for (size_t i = 0; i < q->consumers_n; i = kind_end(q, i), rows++)
        if (kind_sum(q, i) > most) most = kind_sum(q, i);
    pm_html_fmt(h,
                "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"who spent it\">"
                "<svg viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"who spent it, by kind\">",
                PM_PLOT_WIDTH, rows * ROW);
    for (size_t i = 0, end, row = 0; i < q->consumers_n; i = end, row++) {
        double x = NAMED, room = PM_PLOT_WIDTH - NAMED;
        uint64_t sum = kind_sum(q, i);
        int y = (int)row * ROW;
        end = kind_end(q, i);
        pm_html_fmt(h, "<text x=\"0\" y=\"%d\">", y + 15);
        pm_html_text(h, pm_arena_fmt(h->a, "by %.*s", PM_FMT(q->consumers[i].kind)));
        pm_html_raw(h, "</text>");
        for (size_t k = i; k < end; k++) {
            double w = room * (double)q->consumers[k].pulls / (double)most;
            share(h, &q->consumers[k], k - i, x, y, w);
            x += w;
        }
        if (sum < most) share_rest(h, most - sum, x, y, room * (double)(most - sum) / (double)most);
    }
    pm_html_raw(h, "</svg></div>");
}
