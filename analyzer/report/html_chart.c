// Charts as inline SVG: no script, no picture file, same bytes for the same report.
#include "report/html.h"
#include "report/words.h"

#define WIDTH 1040
#define LEFT 44
#define RIGHT 12
#define PLOT (WIDTH - LEFT - RIGHT)

static double x_of(int64_t t_ns, int64_t from_ns, int64_t to_ns) {
    if (to_ns <= from_ns) return LEFT;
    double share = (double)(t_ns - from_ns) / (double)(to_ns - from_ns);
    if (share < 0) share = 0;
    if (share > 1) share = 1;
    return LEFT + share * PLOT;
}

static void time_axis(struct pm_html *h, int64_t from_ns, int64_t to_ns, int y) {
    pm_html_fmt(h, "<line class=\"s-axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", LEFT, y,
                WIDTH - RIGHT, y);
    for (int i = 0; i <= 4; i++) {
        int64_t t = from_ns + (to_ns - from_ns) / 4 * i;
        char clock[32];
        bool days = to_ns - from_ns > 24 * 3600 * PM_NS_PER_S;
        pm_when_clock(t, days, to_ns - from_ns < PM_BRIEF_NS,
                      clock); // minutes would repeat themselves
        const char *anchor = i == 0 ? "start" : i == 4 ? "end" : "middle";
        pm_html_fmt(h, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", x_of(t, from_ns, to_ns),
                    y + 14, anchor);
        pm_html_text(h, pm_str_c(days ? clock + 5 : clock)); // the year is at the head of the page
        pm_html_raw(h, "</text>");
    }
}

static uint64_t highest(const struct pm_bucket *series, size_t n) {
    uint64_t top = 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t sum = series[i].ok + series[i].failed;
        if (sum > top) top = sum;
    }
    return top;
}

void pm_html_series(struct pm_html *h, const struct pm_bucket *series, size_t n) {
    if (n < 2) return;
    const int height = 150, base = height - 20, room = base - 10;
    uint64_t top = highest(series, n);
    int64_t step = series[1].t_ns - series[0].t_ns, from = series[0].t_ns,
            to = series[n - 1].t_ns + step;
    double wide = (double)PLOT / (double)n;
    pm_html_fmt(
        h,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"chart\"><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"pulls over "
        "time, failed in red\">",
        WIDTH, height + 16);
    pm_html_fmt(
        h,
        "<text x=\"%d\" y=\"14\" text-anchor=\"end\">%llu</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>",
        LEFT - 6, (unsigned long long)top, LEFT - 6, base);
    for (size_t i = 0; i < n; i++) {
        double x = LEFT + wide * (double)i, good = (double)series[i].ok / (double)top * room,
               bad = (double)series[i].failed / (double)top * room, w = wide > 2 ? wide - 1 : wide;
        if (series[i].failed)
            pm_html_fmt(
                h, "<rect class=\"s-bad\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                x, base - bad, w, bad);
        if (series[i].ok)
            pm_html_fmt(
                h, "<rect class=\"s-ok\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x,
                base - bad - good, w, good);
    }
    char width[32];
    pm_html_fmt(h, "<text x=\"%d\" y=\"%d\">pulls in each %s: good in green, failed in red</text>",
                LEFT, height + 12, pm_duration_format(step, width));
    time_axis(h, from, to, base);
    pm_html_raw(h, "</svg></div>");
}

void pm_html_quota(struct pm_html *h, const struct pm_quota *q) {
    if (q->points_n < 2) return;
    const int height = 130, base = height - 20, room = base - 12;
    int64_t from = q->points[0].t_ns, to = q->points[q->points_n - 1].t_ns;
    uint64_t top = q->limit > 0 ? (uint64_t)q->limit : 1;
    for (size_t i = 0; i < q->points_n; i++) {
        if (q->points[i].used > top) top = q->points[i].used;
    }
    pm_html_fmt(
        h,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"chart\"><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"quota used "
        "over time\">",
        WIDTH, height + 16);
    pm_html_fmt(h, "<text x=\"%d\" y=\"14\" text-anchor=\"end\">%llu</text>", LEFT - 6,
                (unsigned long long)top);
    if (q->limit > 0) {
        double y = base - (double)q->limit / (double)top * room;
        pm_html_fmt(
            h,
            "<line class=\"s-limit\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\">limit %lld</text>",
            LEFT, y, WIDTH - RIGHT, y, LEFT + 4, y - 4, (long long)q->limit);
    }
    if (q->with_cache >= 0 && (uint64_t)q->with_cache < top) {
        double y = base - (double)q->with_cache / (double)top * room;
        pm_html_fmt(h, "<line class=\"s-cache\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>",
                    LEFT, y, WIDTH - RIGHT, y);
        pm_html_fmt(
            h,
            "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">a pull-through cache would have needed %lld</text>",
            WIDTH - RIGHT - 4, y - 4, (long long)q->with_cache);
    }
    pm_html_raw(h, "<polyline class=\"s-line\" points=\"");
    double last = -1;
    for (size_t i = 0; i < q->points_n;
         i++) { // one point a pixel, the highest: more cannot be seen
        double x = x_of(q->points[i].t_ns, from, to);
        uint64_t used = q->points[i].used;
        while (i + 1 < q->points_n && x_of(q->points[i + 1].t_ns, from, to) - x < 1)
            used = q->points[++i].used > used ? q->points[i].used : used;
        pm_html_fmt(h, "%.1f,%.1f ", x, base - (double)used / (double)top * room);
    }
    pm_html_raw(h, "\"/>");
    for (size_t i = 0; i < q->points_n; i++) {
        double x = x_of(q->points[i].t_ns, from, to);
        if (!q->points[i].refused || x - last < 2) continue;
        pm_html_fmt(h, "<circle class=\"s-bad\" cx=\"%.1f\" cy=\"%d\" r=\"2.5\"/>", x, base - 4);
        last = x;
    }
    pm_html_fmt(
        h, "<text x=\"%d\" y=\"%d\">%s within the window that ends then; dots are refusals</text>",
        LEFT, height + 12, pm_str_eqc(q->unit, "requests") ? "requests" : "pulls");
    time_axis(h, from, to, base);
    pm_html_raw(h, "</svg></div>");
}
