// Pieces of the Markdown report. Internal to analyzer/report/.
#pragma once
#include "report/view.h"

struct md {
    struct pm_buf b;
    struct pm_arena *a;
    const struct pm_report *r;
    struct pm_view v;
};
// markdown_parts.c: its markup.
void pm_md_lit(struct md *m, const char *s);    // markup
void pm_md_text(struct md *m, struct pm_str s); // escaped: a log line can be no markup
void pm_md_fence(struct md *m, struct pm_str s, const char *language,
                 const char *indent); // a block of code
void pm_md_table(struct md *m, const char *heads, size_t columns);
void pm_md_row(struct md *m, const struct pm_str *cells, size_t n);
#define ROW(m, ...)                                                                                \
    pm_md_row((m), (const struct pm_str[]){__VA_ARGS__},                                           \
              sizeof((const struct pm_str[]){__VA_ARGS__}) / sizeof(struct pm_str))

// markdown_postmortem.c: what a postmortem has beside its causes.
void pm_md_summary(struct md *m);
void pm_md_impact(struct md *m);
void pm_md_timeline(struct md *m);
void pm_md_detection(struct md *m);
void pm_md_chain(struct md *m, const struct pm_incident *in); // as a diagram
void pm_md_response(struct md *m);
void pm_md_lessons(struct md *m);
void pm_md_actions(struct md *m);
