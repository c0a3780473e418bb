// What help, man pages and completions have in common: the commands in their order, and an
// option in words.
#include "cli/help.h"
#include "cli/opts.h"
#include <stdlib.h>

static int by_order(const void *a, const void *b) {
    const struct pm_command *x = *(const struct pm_command *const *)a,
                            *y = *(const struct pm_command *const *)b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order)
                                : strcmp(x->name, y->name);
}
size_t pm_commands_sorted(const struct pm_command *sorted[PM_COMMANDS_MAX]) {
    size_t n = 0;
    for (; pm_commands[n] && n < PM_COMMANDS_MAX; n++) sorted[n] = pm_commands[n];
    qsort(sorted, n, sizeof *sorted, by_order);
    return n;
}
void pm_option_head(struct pm_buf *b, const struct pm_opt *o) {
    if (o->letter) pm_buf_fmt(b, "-%c, --%s", o->letter, o->name);
    else pm_buf_fmt(b, "    --%s", o->name);
    if (o->kind != PM_OPT_FLAG) pm_buf_fmt(b, " %s", o->value);
}
void pm_option_told(struct pm_buf *b, const struct pm_opt *o) {
    pm_buf_fmt(b, "%s", o->help);
    if (pm_opt_words(o)) {
        pm_buf_lit(b, ": ");
        pm_opt_words_list(b, pm_opt_words(o), " or ");
    }
    if (o->kind == PM_OPT_NUMBER) pm_buf_fmt(b, " (%ld to %ld)", o->low, o->high);
    if (o->preset) pm_buf_fmt(b, "; %s where not given", o->preset);
}
