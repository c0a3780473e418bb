// Pieces of the HTML page, shared by its files. Internal to analyzer/report/.
#pragma once
#include "report/view.h"

struct pm_html {
    struct pm_buf b;
    struct pm_arena *a; // for wording; freed at the end of the page
    const struct pm_report *r;
    struct pm_view v;
    size_t evidence_n; // given a number so far
    size_t pods_n;     // shown so far
    size_t names_n;    // folded away in lists so far
    const char *subject;
};
void pm_html_text(struct pm_html *h,
                  struct pm_str s); // escaped for HTML, control characters made visible
// The same, and where a name may be broken in a narrow place: behind slashes, dots, dashes.
void pm_html_name(struct pm_html *h, struct pm_str s);
// The same for what has lines of its own and is copied: they stay lines.
void pm_html_block(struct pm_html *h, struct pm_str s);
// A list of names, each of which stays whole where there is room; of a long one the rest is
// folded.
void pm_html_items(struct pm_html *h, const struct pm_str *items, size_t n);
void pm_html_raw(struct pm_html *h, const char *markup);
void pm_html_fmt(struct pm_html *h, const char *fmt, ...)
    __attribute__((format(printf, 2, 3),
                   nonnull(2))); // markup and numbers only, never strings from a bundle

void pm_html_series(struct pm_html *h);   // pulls, failure rate and download times over time
void pm_html_timeline(struct pm_html *h); // registries over the window, with incidents as bands
void pm_html_data(struct pm_html *h);     // what the page's script draws from
// Used against the limit: the rows of one budget, in the order of time, each with points.
void pm_html_budget(struct pm_html *h, const struct pm_quota *const *rows, size_t n);
void pm_html_shares(struct pm_html *h, const struct pm_quota *q); // who spent it

// html_parts.c
// Its heading; false, and nothing, where there is nothing to say.
bool pm_html_section(struct pm_html *h, enum pm_view_section s);
void pm_html_cell(struct pm_html *h, struct pm_str s); // of a table: "–" for nothing
void pm_html_cell_right(struct pm_html *h, struct pm_str s);
void pm_html_number(struct pm_html *h, uint64_t n);
// A table's start; a leading '#' marks a column of numbers.
void pm_html_heads(struct pm_html *h, const char *const *names, size_t n);
#define HEADS(h, ...)                                                                              \
    pm_html_heads((h), (const char *const[]){__VA_ARGS__},                                         \
                  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
void pm_html_table_end(struct pm_html *h);
void pm_html_big(struct pm_html *h, struct pm_str value, const char *label);
// None of it is not worth a number.
void pm_html_big_number(struct pm_html *h, uint64_t n, const char *one, const char *many);
void pm_html_fact(struct pm_html *h, const char *name, struct pm_str text); // a row of a dl
// What is filtered by time carries its span in ms.
void pm_html_span(struct pm_html *h, int64_t from, int64_t to);

// The page stays one that a browser opens at once: so many incidents have a card, so many a
// row of the overview; the JSON report holds all.
enum { PM_HTML_CARDS = 40, PM_HTML_ROWS = 200 };
// "and 3 more incidents": where all were shown, nothing.
void pm_html_more(struct pm_html *h, size_t all, size_t shown, const char *what);
// Times below a picture, at round moments: pixels at the left, at the right, and of its
// lowest line. The page's script draws the same ones when it zooms.
struct pm_html_axis {
    double left, right;
    int base;
    int64_t from_ns, to_ns;
};
void pm_html_ticks(struct pm_html *h, const struct pm_html_axis *x);
// A link to an incident's card, or its words alone where it has none. Returns what ends it.
const char *pm_html_incident_link(struct pm_html *h, uint32_t id, const char *css);

// The sections, each with its heading; nothing where there is nothing to say.
void pm_html_incidents(struct pm_html *h);
// Cause, severity, scope, confidence, and whether it is over: for a verdict that of the whole chain.
void pm_html_badges(struct pm_html *h, const struct pm_incident *in, int64_t recovered_ns);
// Between its heading and its end; nothing where there is none.
void pm_html_chain(struct pm_html *h, const struct pm_incident *in, const char *before,
                   const char *behind);
void pm_html_command(struct pm_html *h, struct pm_str command); // nothing for none
void pm_html_incident_numbers(struct pm_html *h, const struct pm_incident *in);
void pm_html_blast(struct pm_html *h, const struct pm_incident *in);
void pm_html_quotas(struct pm_html *h);
void pm_html_pulls(struct pm_html *h);
void pm_html_alerts(struct pm_html *h);
void pm_html_findings(struct pm_html *h);
void pm_html_windows(struct pm_html *h);
void pm_html_hearsay(struct pm_html *h);
void pm_html_missing(struct pm_html *h);
void pm_html_unknown(struct pm_html *h);
void pm_html_clocks(struct pm_html *h);
void pm_html_input(struct pm_html *h);
void pm_html_files(struct pm_html *h);
