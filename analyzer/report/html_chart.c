// Charts as inline SVG: no script, no picture file, same bytes for the same report. Each
// has a scale with its unit at the left, time below, and says in words what is drawn.
#include "report/html.h"
#include "report/words.h"

enum { WIDTH = 1040, LEFT = 58, RIGHT = 12, PLOT = WIDTH - LEFT - RIGHT, TICKS = 4 };

struct plot {
    int height, base, room; // of the picture; the lowest line; how far up the values go
    int64_t from_ns, to_ns;
    double top; // the value at the upper edge
};

static double x_of(const struct plot *p, int64_t t_ns) {
    if (p->to_ns <= p->from_ns) return LEFT;
    double share = (double)(t_ns - p->from_ns) / (double)(p->to_ns - p->from_ns);
    if (share < 0) share = 0;
    if (share > 1) share = 1;
    return LEFT + share * PLOT;
}
static double y_of(const struct plot *p, double v) {
    return p->base - (v > p->top ? p->top : v) / p->top * p->room;
}
// 1, 2 or 5 times a power of ten, not below v: scales that people read.
static double round_up(double v) {
    double step = 1;
    while (step < v) step *= 10;
    while (step / 10 >= v) step /= 10;
    if (step / 5 >= v) return step / 5;
    return step / 2 >= v ? step / 2 : step;
}

static struct plot plot_open(struct pm_html *h, int height, int64_t from_ns, int64_t to_ns,
                             double top, const char *label) {
    pm_html_fmt(h,
                "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"chart\"><svg "
                "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH, height, label);
    return (struct plot){.height = height,
                         .base = height - 20,
                         .room = height - 34,
                         .from_ns = from_ns,
                         .to_ns = to_ns,
                         .top = top};
}
static void level(struct pm_html *h, const struct plot *p, double v, struct pm_str words) {
    double y = y_of(p, v);
    pm_html_fmt(h,
                "<line class=\"s-axis\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/><text "
                "x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                LEFT, y, WIDTH - RIGHT, y, LEFT - 6, y + 4);
    pm_html_text(h, words);
    pm_html_raw(h, "</text>");
}
// The year is at the head of the page; minutes alone would repeat themselves where little
// time passed.
static void plot_close(struct pm_html *h, const struct plot *p) {
    int64_t span = p->to_ns - p->from_ns;
    bool days = span > 24 * 3600 * PM_NS_PER_S;
    for (int i = 0; i <= TICKS; i++) {
        int64_t t = p->from_ns + span / TICKS * i;
        const char *anchor = pm_html_anchor(i, TICKS);
        char clock[32];
        pm_when_clock(t, days, span < PM_BRIEF_NS, clock);
        pm_html_fmt(h, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", x_of(p, t), p->base + 14,
                    anchor);
        pm_html_text(h, pm_str_c(days ? clock + 5 : clock));
        pm_html_raw(h, "</text>");
    }
    pm_html_raw(h, "</svg></div>");
}
static void bar(struct pm_html *h, const char *css, double x, double w, double y, double tall) {
    pm_html_fmt(h, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", css,
                x, y, w, tall);
}
// A point that says its moment and value when it is hovered or read aloud.
static void point(struct pm_html *h, const struct plot *p, const char *css, int64_t t_ns, double v,
                  struct pm_str words) {
    pm_html_fmt(h, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"><title>", css,
                x_of(p, t_ns), y_of(p, v));
    pm_html_text(h, pm_view_moment_of(&h->v, t_ns, p->from_ns, p->to_ns));
    pm_html_raw(h, " ");
    pm_html_text(h, words);
    pm_html_raw(h, "</title></circle>");
}

// Pulls over time -----------------------------------------------------------------------
struct buckets {
    const struct pm_bucket *items;
    size_t n;
    int64_t step_ns, from_ns, to_ns;
    double wide; // pixels
    char step[32];
};
static struct buckets buckets_of(const struct pm_report *r) {
    struct buckets b = {.items = r->series, .n = r->series_n};
    if (b.n < 2) return b;
    b.step_ns = r->series[1].t_ns - r->series[0].t_ns;
    b.from_ns = r->series[0].t_ns;
    b.to_ns = r->series[b.n - 1].t_ns + b.step_ns;
    b.wide = (double)PLOT / (double)b.n;
    pm_duration_format(b.step_ns, b.step);
    return b;
}
static double drawn_width(double wide) { return wide > 2 ? wide - 1 : wide; }

static void counts_chart(struct pm_html *h, const struct buckets *b) {
    double top = 1;
    for (size_t i = 0; i < b->n; i++) {
        double sum = (double)(b->items[i].ok + b->items[i].failed);
        if (sum > top) top = sum;
    }
    struct plot p = plot_open(h, 150, b->from_ns, b->to_ns, top, "pulls over time, failed in red");
    level(h, &p, 0, PM_STR("0"));
    level(h, &p, top, pm_words_number(h->a, (uint64_t)top));
    for (size_t i = 0; i < b->n; i++) {
        double x = LEFT + b->wide * (double)i, w = drawn_width(b->wide),
               bad = p.room * (double)b->items[i].failed / top,
               good = p.room * (double)b->items[i].ok / top;
        if (b->items[i].failed) bar(h, "s-bad", x, w, p.base - bad, bad);
        if (b->items[i].ok) bar(h, "s-ok", x, w, p.base - bad - good, good);
    }
    plot_close(h, &p);
    pm_html_fmt(h,
                "<ul class=\"legend\"><li class=\"k-ok\">good pulls</li><li class=\"k-bad\">failed "
                "pulls</li><li class=\"k-none\">pulls in each %s</li></ul>",
                b->step);
}
static void rate_chart(struct pm_html *h, const struct buckets *b) {
    struct plot p = plot_open(h, 120, b->from_ns, b->to_ns, 1, "share of pulls that failed");
    level(h, &p, 0, PM_STR("0 %"));
    level(h, &p, 0.5, PM_STR("50 %"));
    level(h, &p, 1, PM_STR("100 %"));
    for (size_t i = 0; i < b->n; i++) {
        uint64_t failed = b->items[i].failed, ended = b->items[i].ok + failed;
        double tall = ended ? p.room * (double)failed / (double)ended : 0;
        if (failed)
            bar(h, "s-bad", LEFT + b->wide * (double)i, drawn_width(b->wide), p.base - tall, tall);
        else if (ended) // none of several failed: told from nothing having been pulled
            bar(h, "s-ok", LEFT + b->wide * (double)i, drawn_width(b->wide), p.base - 1.5, 1.5);
    }
    plot_close(h, &p);
    pm_html_fmt(h,
                "<ul class=\"legend\"><li class=\"k-bad\">share that failed, of the pulls that "
                "ended in each %s</li><li class=\"k-ok\">none failed</li></ul>",
                b->step);
}

static void latency_line(struct pm_html *h, const struct plot *p, const struct buckets *b,
                         const char *line, const char *dot, bool p95) {
    pm_html_fmt(h, "<polyline class=\"%s\" points=\"", line);
    for (size_t i = 0; i < b->n; i++) {
        const struct pm_latency *l = &b->items[i].latency;
        if (l->n)
            pm_html_fmt(h, "%.1f,%.1f ", x_of(p, b->items[i].t_ns + b->step_ns / 2),
                        y_of(p, p95 ? l->p95_s : l->p50_s));
    }
    pm_html_raw(h, "\"/>");
    for (size_t i = 0; i < b->n; i++) {
        const struct pm_latency *l = &b->items[i].latency;
        double v = p95 ? l->p95_s : l->p50_s;
        if (l->n)
            point(h, p, dot, b->items[i].t_ns + b->step_ns / 2, v,
                  pm_arena_fmt(h->a, "%s %.*s", p95 ? "p95" : "median",
                               PM_FMT(pm_words_seconds(h->a, v))));
    }
}
static void latency_chart(struct pm_html *h, const struct buckets *b) {
    double top = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].latency.n && b->items[i].latency.p95_s > top)
            top = b->items[i].latency.p95_s;
    if (top <= 0) return; // no log told how long a pull took
    top = round_up(top);
    pm_html_raw(h, "<h3>How long downloads took</h3>");
    struct plot p = plot_open(h, 130, b->from_ns, b->to_ns, top, "download time, median and p95");
    level(h, &p, 0, PM_STR("0 s"));
    level(h, &p, top / 2, pm_words_seconds(h->a, top / 2));
    level(h, &p, top, pm_words_seconds(h->a, top));
    latency_line(h, &p, b, "s-line", "s-info", false);
    latency_line(h, &p, b, "s-line2", "s-warning", true);
    plot_close(h, &p);
    pm_html_fmt(h,
                "<ul class=\"legend\"><li class=\"k-cached\">median (p50)</li><li "
                "class=\"k-wait\">p95, of the good pulls in each %s</li></ul>",
                b->step);
}
void pm_html_series(struct pm_html *h) {
    struct buckets b = buckets_of(h->r);
    if (b.n < 2) return;
    pm_html_raw(h, "<h3>Pulls over time</h3>");
    counts_chart(h, &b);
    pm_html_raw(h, "<h3>Failure rate</h3>");
    rate_chart(h, &b);
    latency_chart(h, &b);
}

// A budget over time --------------------------------------------------------------------
static void quota_line(struct pm_html *h, const struct plot *p, const struct pm_quota *q) {
    pm_html_raw(h, "<polyline class=\"s-line\" points=\"");
    for (size_t i = 0; i < q->points_n; i++) { // one point a pixel, the highest
        double x = x_of(p, q->points[i].t_ns);
        uint64_t used = q->points[i].used;
        while (i + 1 < q->points_n && x_of(p, q->points[i + 1].t_ns) - x < 1)
            used = q->points[++i].used > used ? q->points[i].used : used;
        pm_html_fmt(h, "%.1f,%.1f ", x, y_of(p, (double)used));
    }
    pm_html_raw(h, "\"/>");
}
static void quota_refusals(struct pm_html *h, const struct plot *p, const struct pm_quota *q) {
    double last = -1;
    for (size_t i = 0; i < q->points_n; i++) {
        double x = x_of(p, q->points[i].t_ns);
        if (!q->points[i].refused || x - last < 2) continue;
        pm_html_fmt(h, "<circle class=\"s-bad\" cx=\"%.1f\" cy=\"%d\" r=\"2.5\"/>", x, p->base - 4);
        last = x;
    }
}
// A level across the whole chart with its words at one end.
static void quota_level(struct pm_html *h, const struct plot *p, const char *css, double v,
                        struct pm_str words, const char *anchor) {
    double y = y_of(p, v);
    bool end = strcmp(anchor, "end") == 0;
    pm_html_fmt(h,
                "<line class=\"%s\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/><text x=\"%d\" "
                "y=\"%.1f\" text-anchor=\"%s\">",
                css, LEFT, y, WIDTH - RIGHT, y, end ? WIDTH - RIGHT - 4 : LEFT + 4,
                y < 12 ? y + 13 : y - 4, anchor);
    pm_html_text(h, words);
    pm_html_raw(h, "</text>");
}
// A moment of the budget as a line from top to bottom; what lies beyond the logs is told
// at the edge.
static void quota_moment(struct pm_html *h, const struct plot *p, int64_t at_ns, const char *what,
                         int row) {
    if (at_ns == PM_NO_TIME || at_ns < p->from_ns) return;
    bool beyond = at_ns > p->to_ns;
    double x = x_of(p, at_ns);
    bool left = x > LEFT + PLOT / 2;
    if (!beyond)
        pm_html_fmt(h, "<line class=\"s-when\" x1=\"%.1f\" y1=\"14\" x2=\"%.1f\" y2=\"%d\"/>", x, x,
                    p->base);
    pm_html_fmt(h, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s ", left ? x - 4 : x + 4,
                p->base - 12 - 13 * row, left ? "end" : "start", what);
    pm_html_text(h, pm_view_moment_of(&h->v, at_ns, p->from_ns, p->to_ns));
    pm_html_raw(h, beyond ? " →</text>" : "</text>");
}
static struct pm_str limit_words(struct pm_html *h, const struct pm_quota *q, const char *unit) {
    struct pm_str number = pm_words_number(h->a, (uint64_t)q->limit),
                  limit = pm_view_quota_limit(&h->v, q);
    return pm_arena_fmt(h->a, "limit %.*s %s%.*s", PM_FMT(number), unit,
                        PM_FMT(pm_str_from(limit, number.n)));
}
void pm_html_quota(struct pm_html *h, const struct pm_quota *q) {
    if (q->points_n < 2) return;
    const char *unit = pm_str_eqc(q->unit, "requests") ? "requests" : "pulls";
    double top = q->limit > 0 ? (double)q->limit : 1;
    for (size_t i = 0; i < q->points_n; i++)
        if ((double)q->points[i].used > top) top = (double)q->points[i].used;
    struct plot p = plot_open(h, 150, q->points[0].t_ns, q->points[q->points_n - 1].t_ns, top,
                              "quota used over time");
    level(h, &p, 0, PM_STR("0"));
    level(h, &p, top, pm_words_number(h->a, (uint64_t)top));
    if (q->limit > 0)
        quota_level(h, &p, "s-limit", (double)q->limit, limit_words(h, q, unit), "start");
    if (q->with_cache >= 0 && (double)q->with_cache < top)
        quota_level(h, &p, "s-cache", (double)q->with_cache,
                    pm_arena_fmt(h->a, "%lld upstream %s with a pull-through cache",
                                 (long long)q->with_cache, unit),
                    "end");
    quota_line(h, &p, q);
    quota_refusals(h, &p, q);
    quota_moment(h, &p, q->exhausted_at_ns, "ran out", 0);
    quota_moment(h, &p, q->free_at_ns, "free again", 1);
    plot_close(h, &p);
    pm_html_fmt(h,
                "<ul class=\"legend\"><li class=\"k-cached\">%s within the window that ends "
                "then</li><li class=\"k-bad\">refusals</li><li class=\"k-wait\">limit</li><li "
                "class=\"k-ok\">with a cache</li></ul>",
                unit);
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
// Bars of all kinds have one scale, so that a kind whose names are told in part is shorter.
void pm_html_shares(struct pm_html *h, const struct pm_quota *q) {
    int rows = 0;
    uint64_t most = 1;
    for (size_t i = 0; i < q->consumers_n; i = kind_end(q, i), rows++)
        if (kind_sum(q, i) > most) most = kind_sum(q, i);
    pm_html_fmt(h,
                "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"who spent it\">"
                "<svg viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"who spent it, by kind\">",
                WIDTH, rows * ROW);
    for (size_t i = 0, end, row = 0; i < q->consumers_n; i = end, row++) {
        double x = NAMED;
        end = kind_end(q, i);
        pm_html_fmt(h, "<text x=\"0\" y=\"%d\">", (int)row * ROW + 15);
        pm_html_text(h, pm_arena_fmt(h->a, "by %.*s", PM_FMT(q->consumers[i].kind)));
        pm_html_raw(h, "</text>");
        for (size_t k = i; k < end; k++) {
            double w = (WIDTH - NAMED) * (double)q->consumers[k].pulls / (double)most;
            share(h, &q->consumers[k], k - i, x, (int)row * ROW, w);
            x += w;
        }
    }
    pm_html_raw(h, "</svg></div>");
}
