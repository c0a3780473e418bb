// One answer for a terminal, as `explain` and `show` print it. Level 6.
#pragma once
#include "cli/answer.h"

struct pm_answer_view {
    struct pm_arena *a; // of one answer
    const struct pm_ruleset *rules;
    struct pm_redactor *redactor; // NULL: --no-redact
    bool color, any;              // any: one was printed
    int width;
};
struct pm_str pm_answer_clean(struct pm_answer_view *x, struct pm_str s); // without its secrets
struct pm_str pm_answer_time(struct pm_arena *a, const struct pm_when *w);
struct pm_str pm_answer_image(struct pm_arena *a, const struct pm_event *e); // as the line names it
int pm_answer_columns(void);                                                 // COLUMNS, else 100
void pm_answer_print(struct pm_answer_view *x, const struct pm_answer *r);
