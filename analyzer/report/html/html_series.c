// Pulls over time: how many, which share of them failed, how long downloads took.
#include "report/html/html_plot.h"
#include "report/words.h"

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
    b.wide = (double)PM_PLOT_ROOM / (double)b.n;
    pm_duration_format(b.step_ns, b.step);
    return b;
}
static double drawn_width(double wide) { return wide > 2 ? wide - 1 : wide; }
static struct pm_str moment(struct pm_html *h, const struct buckets *b, size_t i) {
    return pm_view_moment_of(&h->v, b->items[i].t_ns, b->from_ns,
                             b->step_ns < 60 * PM_NS_PER_S ? b->from_ns : b->to_ns);
}

static void counts_chart(struct pm_html *h, const struct buckets *b) {
    double top = 1;
    for (size_t i = 0; i < b->n; i++) {
        double sum = (double)(b->items[i].ok + b->items[i].failed);
        if (sum > top) top = sum;
    }
    struct pm_plot p =
        pm_plot_open(h, 150, b->from_ns, b->to_ns, top, "pulls over time, failed in red");
    pm_plot_level(h, &p, 0, PM_STR("0"));
    pm_plot_level(h, &p, top, pm_words_number(h->a, (uint64_t)top));
    pm_plot_moves(h, &p);
    for (size_t i = 0; i < b->n; i++) {
        const struct pm_bucket *k = &b->items[i];
        double x = b->wide * (double)i, w = drawn_width(b->wide),
               bad = p.room * (double)k->failed / top, good = p.room * (double)k->ok / top;
        if (k->failed) pm_plot_bar(h, "s-bad", x, w, p.base - bad, bad);
        if (k->ok) pm_plot_bar(h, "s-ok", x, w, p.base - bad - good, good);
        if (k->failed || k->ok)
            pm_plot_says(h, &p, x, b->wide,
                         pm_arena_fmt(h->a, "%.*s, %s: %llu failed, %llu good",
                                      PM_FMT(moment(h, b, i)), b->step,
                                      (unsigned long long)k->failed, (unsigned long long)k->ok));
    }
    pm_plot_moves_end(h);
    pm_plot_close(h, &p);
    pm_html_fmt(h,
                "<ul class=\"legend\"><li class=\"k-ok\">good pulls</li><li class=\"k-bad\">failed "
                "pulls</li><li class=\"k-none\">a bar is %s</li></ul>",
                b->step);
}
static void rate_chart(struct pm_html *h, const struct buckets *b) {
    struct pm_plot p = pm_plot_open(h, 120, b->from_ns, b->to_ns, 1, "share of pulls that failed");
    pm_plot_level(h, &p, 0, PM_STR("0 %"));
    pm_plot_level(h, &p, 0.5, PM_STR("50 %"));
    pm_plot_level(h, &p, 1, PM_STR("100 %"));
    pm_plot_moves(h, &p);
    for (size_t i = 0; i < b->n; i++) {
        uint64_t failed = b->items[i].failed, ended = b->items[i].ok + failed;
        double tall = ended ? p.room * (double)failed / (double)ended : 0, x = b->wide * (double)i,
               w = drawn_width(b->wide);
        if (!ended) continue;
        // None of several failed: told from nothing having been pulled.
        if (failed) pm_plot_bar(h, "s-bad", x, w, p.base - tall, tall);
        else pm_plot_bar(h, "s-ok", x, w, p.base - 1.5, 1.5);
        pm_plot_says(h, &p, x, b->wide,
                     pm_arena_fmt(h->a, "%.*s, %s: %.*s of %llu failed", PM_FMT(moment(h, b, i)),
                                  b->step, PM_FMT(pm_words_ratio(h->a, failed, ended)),
                                  (unsigned long long)ended));
    }
    pm_plot_moves_end(h);
    pm_plot_close(h, &p);
    pm_html_fmt(h,
                "<ul class=\"legend\"><li class=\"k-bad\">share that failed, of the pulls that "
                "ended in each %s</li><li class=\"k-ok\">none failed</li></ul>",
                b->step);
}

// A line of one quantile. It breaks where for long nothing was downloaded: what lies
// between two far moments is not known.
enum quantile { MEDIAN, P95 };
static double quantile_of(const struct pm_bucket *b, enum quantile q) {
    return q == P95 ? b->latency.p95_s : b->latency.p50_s;
}
static void quantile_line(struct pm_html *h, const struct pm_plot *p, const struct buckets *b,
                          enum quantile q) {
    enum { APART = 6 };
    size_t last = 0;
    bool any = false;
    pm_html_fmt(h, "<path class=\"%s\" d=\"", q == P95 ? "s-line2" : "s-line");
    for (size_t i = 0; i < b->n; i++) {
        if (!b->items[i].latency.n) continue;
        pm_html_fmt(h, "%c%.1f,%.1f", any && i - last <= APART ? 'L' : 'M',
                    pm_plot_x(p, b->items[i].t_ns + b->step_ns / 2),
                    pm_plot_y(p, quantile_of(&b->items[i], q)));
        last = i;
        any = true;
    }
    pm_html_raw(h, "\"/>");
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].latency.n)
            pm_plot_dot(h, q == P95 ? "d-wait" : "d-info",
                        pm_plot_x(p, b->items[i].t_ns + b->step_ns / 2),
                        pm_plot_y(p, quantile_of(&b->items[i], q)));
}
static void latency_says(struct pm_html *h, const struct pm_plot *p, const struct buckets *b,
                         size_t i) {
    const struct pm_latency *l = &b->items[i].latency;
    pm_plot_says(h, p, b->wide * (double)i, b->wide,
                 pm_arena_fmt(h->a, "%.*s, %s: median %.*s, p95 %.*s, longest %.*s, of %.*s",
                              PM_FMT(moment(h, b, i)), b->step,
                              PM_FMT(pm_words_seconds(h->a, l->p50_s)),
                              PM_FMT(pm_words_seconds(h->a, l->p95_s)),
                              PM_FMT(pm_words_seconds(h->a, l->max_s)),
                              PM_FMT(pm_words_count(h->a, l->n, "download", "downloads"))));
}
static void latency_chart(struct pm_html *h, const struct buckets *b) {
    double top = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].latency.n && b->items[i].latency.p95_s > top)
            top = b->items[i].latency.p95_s;
    if (top <= 0) return; // no log told how long a pull took
    top = pm_plot_round_up(top);
    pm_html_raw(h, "<h3>How long downloads took</h3>");
    struct pm_plot p =
        pm_plot_open(h, 130, b->from_ns, b->to_ns, top, "download time, median and p95");
    pm_plot_level(h, &p, 0, PM_STR("0 s"));
    pm_plot_level(h, &p, top / 2, pm_words_seconds(h->a, top / 2));
    pm_plot_level(h, &p, top, pm_words_seconds(h->a, top));
    pm_plot_moves(h, &p);
    quantile_line(h, &p, b, MEDIAN);
    quantile_line(h, &p, b, P95);
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].latency.n) latency_says(h, &p, b, i);
    pm_plot_moves_end(h);
    pm_plot_close(h, &p);
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
