// How a command is used, in a line of a terminal and behind a mistake.
#include "cli/opts.h"
#include <stdarg.h>

// A line for a terminal of 100 columns, broken at blanks that are in no brackets; what
// goes on is indented by `hang`. Commands stay whole: they are there to be copied.
void pm_line_print(FILE *f, const char *line, size_t n, int hang) {
    enum { WIDTH = 100 };
    size_t at = 0, room = WIDTH;
    while (n - at > room) {
        size_t cut = 0;
        int depth = 0;
        for (size_t i = at; i < at + room; i++) {
            depth += (line[i] == '[') - (line[i] == ']');
            if (line[i] == ' ' && depth <= 0 && i > at && line[i - 1] != ' ') cut = i;
        }
        if (!cut || cut <= at + (size_t)(at ? 0 : hang)) break;
        fprintf(f, "%.*s\n%*s", (int)(cut - at), line + at, hang, "");
        at = cut + 1;
        room = (size_t)(WIDTH - hang);
    }
    fprintf(f, "%.*s\n", (int)(n - at), line + at);
}
static void synopsis_option(struct pm_buf *b, const struct pm_opt *o) {
    pm_buf_lit(b, b->n && b->p[b->n - 1] == ' ' ? "[" : " [");
    if (o->letter) pm_buf_fmt(b, "-%c", o->letter);
    else pm_buf_fmt(b, "--%s", o->name);
    if (o->kind != PM_OPT_FLAG) pm_buf_fmt(b, " %s", o->value);
    pm_buf_addc(b, ']');
}
void pm_synopsis_print(FILE *f, const char *before, const struct pm_command *c) {
    struct pm_buf b = {0};
    pm_buf_fmt(&b, "%spullmortem %s %s", before, c->name, c->arguments);
    for (size_t i = 0; i < c->options_n; i++)
        if (pm_opt_of(c, &c->options[i])) synopsis_option(&b, &c->options[i]);
    pm_line_print(f, b.p, b.n, (int)(strlen(before) + strlen("pullmortem ") + strlen(c->name) + 1));
    pm_buf_free(&b);
}
static void said_print(const struct pm_command *c, const char *fmt, va_list args) {
    fprintf(stderr, "pullmortem%s%s: ", c ? " " : "", c ? c->name : "");
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
}
// One line: what follows would hide it, and help is a command away.
int pm_usage(const struct pm_command *c, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    said_print(c, fmt, args);
    va_end(args);
    return PM_EXIT_USAGE;
}
int pm_usage_asks(const struct pm_command *c, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    said_print(c, fmt, args);
    va_end(args);
    pm_synopsis_print(stderr, "usage: ", c);
    fprintf(stderr, "       'pullmortem help %s' says more\n", c->name);
    return PM_EXIT_USAGE;
}
