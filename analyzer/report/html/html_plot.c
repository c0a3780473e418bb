// See html_plot.h. No script, no picture file, same bytes for the same report.
#include "report/html/html_plot.h"
#include "report/words.h"

enum { HEAD = 14, FOOT = 20, EDGE = 4 }; // pixels over and under the values; beside them for dots

double pm_plot_x(const struct pm_plot *p, int64_t t_ns) {
    if (p->to_ns <= p->from_ns) return 0;
    double share = (double)(t_ns - p->from_ns) / (double)(p->to_ns - p->from_ns);
    if (share < 0) share = 0;
    if (share > 1) share = 1;
    return share * PM_PLOT_ROOM;
}
double pm_plot_y(const struct pm_plot *p, double v) {
    return p->base - (v > p->top ? p->top : v) / p->top * p->room;
}
double pm_plot_round_up(double v) {
    double step = 1;
    while (step < v) step *= 10;
    while (step / 10 >= v) step /= 10;
    if (step / 5 >= v) return step / 5;
    return step / 2 >= v ? step / 2 : step;
}

struct pm_plot pm_plot_open(struct pm_html *h, int height, int64_t from_ns, int64_t to_ns,
                            double top, const char *label) {
    pm_html_fmt(h,
                "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"chart\"><svg "
                "class=\"chart\" viewBox=\"0 0 %d %d\" data-from=\"%lld\" data-to=\"%lld\" "
                "role=\"img\" aria-label=\"%s\">",
                PM_PLOT_WIDTH, height, (long long)(from_ns / 1000000), (long long)(to_ns / 1000000),
                label);
    return (struct pm_plot){.height = height,
                            .base = height - FOOT,
                            .room = height - FOOT - HEAD,
                            .from_ns = from_ns,
                            .to_ns = to_ns,
                            .top = top};
}
void pm_plot_level(struct pm_html *h, const struct pm_plot *p, double v, struct pm_str words) {
    double y = pm_plot_y(p, v);
    pm_html_fmt(h,
                "<line class=\"s-axis\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/><text "
                "x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                PM_PLOT_LEFT, y, PM_PLOT_WIDTH - PM_PLOT_RIGHT, y, PM_PLOT_LEFT - 6, y + 4);
    pm_html_text(h, words);
    pm_html_raw(h, "</text>");
}
void pm_plot_moves(struct pm_html *h, const struct pm_plot *p) {
    pm_html_fmt(h,
                "<svg x=\"%d\" y=\"0\" width=\"%d\" height=\"%d\" viewBox=\"%d 0 %d %d\"><g "
                "class=\"moves\">",
                PM_PLOT_LEFT - EDGE, PM_PLOT_ROOM + 2 * EDGE, p->height, -EDGE,
                PM_PLOT_ROOM + 2 * EDGE, p->height);
}
void pm_plot_moves_end(struct pm_html *h) { pm_html_raw(h, "</g></svg>"); }
void pm_plot_words(struct pm_html *h, const struct pm_plot *p, int64_t at_ns, int y,
                   struct pm_str words) {
    double x = pm_plot_x(p, at_ns);
    bool left = x > PM_PLOT_ROOM / 2;
    pm_html_fmt(h, "<text class=\"at\" data-t=\"%lld\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">",
                (long long)(at_ns / 1000000), PM_PLOT_LEFT + (left ? x - 4 : x + 4), y,
                left ? "end" : "start");
    pm_html_text(h, words);
    pm_html_raw(h, "</text>");
}
void pm_plot_close(struct pm_html *h, const struct pm_plot *p) {
    const struct pm_html_axis axis = {PM_PLOT_LEFT, PM_PLOT_WIDTH - PM_PLOT_RIGHT, p->base,
                                      p->from_ns, p->to_ns};
    pm_html_ticks(h, &axis);
    pm_html_raw(h, "</svg></div>");
}

void pm_plot_bar(struct pm_html *h, const char *css, double x, double wide, double y, double tall) {
    pm_html_fmt(h, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", css,
                x, y, wide, tall);
}
void pm_plot_dot(struct pm_html *h, const char *css, double x, double y) {
    pm_html_fmt(h, "<path class=\"dot %s\" d=\"M%.1f,%.1fh0\"/>", css, x, y);
}
void pm_plot_says(struct pm_html *h, const struct pm_plot *p, double x, double wide,
                  struct pm_str words) {
    pm_html_fmt(h, "<rect class=\"says\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\"><title>",
                x, wide, p->base);
    pm_html_text(h, words);
    pm_html_raw(h, "</title></rect>");
}
