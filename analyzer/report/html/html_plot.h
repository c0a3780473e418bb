// A picture over time as inline SVG: a scale with its unit at the left, time below, and
// between them what moves when the page shows another range. Internal to the HTML page.
//
// What is drawn stands within the plot, 0 at its left. The page's script stretches it
// sideways: so lines keep their width by style, and a dot is a line of no length with
// round ends, never a circle. Words are put beside the plot, and moved one by one.
#pragma once
#include "report/html/html.h"

enum {
    PM_PLOT_WIDTH = 1040,
    PM_PLOT_LEFT = 58,
    PM_PLOT_RIGHT = 12,
    PM_PLOT_ROOM = PM_PLOT_WIDTH - PM_PLOT_LEFT - PM_PLOT_RIGHT
};
struct pm_plot {
    int height, base, room; // of the picture; its lowest line; how far up the values go
    int64_t from_ns, to_ns;
    double top; // the value at the upper edge
};
double pm_plot_x(const struct pm_plot *p, int64_t t_ns); // within the plot
double pm_plot_y(const struct pm_plot *p, double v);
// 1, 2 or 5 times a power of ten, not below v: scales that people read.
double pm_plot_round_up(double v);

// In this order: the picture, levels, what moves, its end, words, the picture's end.
struct pm_plot pm_plot_open(struct pm_html *h, int height, int64_t from_ns, int64_t to_ns,
                            double top, const char *label);
void pm_plot_level(struct pm_html *h, const struct pm_plot *p, double v, struct pm_str words);
void pm_plot_moves(struct pm_html *h, const struct pm_plot *p);
void pm_plot_moves_end(struct pm_html *h);
// Words beside a moment, in so many pixels from above; they go with it.
void pm_plot_words(struct pm_html *h, const struct pm_plot *p, int64_t at_ns, int y,
                   struct pm_str words);
void pm_plot_close(struct pm_html *h, const struct pm_plot *p);

void pm_plot_bar(struct pm_html *h, const char *css, double x, double wide, double y, double tall);
void pm_plot_dot(struct pm_html *h, const char *css, double x, double y);
// A column that says what is in it when it is pointed at.
void pm_plot_says(struct pm_html *h, const struct pm_plot *p, double x, double wide,
                  struct pm_str words);
