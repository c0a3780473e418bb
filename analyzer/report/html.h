// Pieces of the HTML page, shared by html.c and html_chart.c. Level 5.
#pragma once
#include "pm/arena.h"
#include "pm/report.h"

struct pm_html {
    struct pm_buf b;
    struct pm_arena *a; // for wording; freed at the end of the page
    const struct pm_report *r;
    size_t evidence_n; // given a number so far
    size_t pods_n;     // shown so far
    const char *subject;
};
void pm_html_text(struct pm_html *h,
                  struct pm_str s); // escaped for HTML, control characters made visible
void pm_html_raw(struct pm_html *h, const char *markup);
void pm_html_fmt(struct pm_html *h, const char *fmt, ...)
    __attribute__((format(printf, 2, 3),
                   nonnull(2))); // markup and numbers only, never strings from a bundle

void pm_html_series(struct pm_html *h, const struct pm_bucket *series,
                    size_t n);            // good and failed pulls over time
void pm_html_timeline(struct pm_html *h); // registries over the window, with incidents as bands
void pm_html_data(struct pm_html *h);     // what the page's script draws from
void pm_html_quota(struct pm_html *h, const struct pm_quota *q); // used against the limit
