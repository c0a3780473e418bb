// Walking options, and saying what is wrong with them: shared by every command.
#include "cli/opts.h"
#include "cli/window.h"
#include "pm/arena.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int letter_option(struct pm_opts *o, const char *arg, const struct pm_command *c) {
    const struct pm_opt *opts = c->options;
    for (size_t i = 0; i < c->options_n; i++) {
        if (!pm_opt_of(c, &opts[i]) || !opts[i].letter || opts[i].letter != arg[1]) continue;
        if (!opts[i].value) return arg[2] ? -3 : (int)i;
        if (arg[2]) o->value = arg[2] == '=' ? arg + 3 : arg + 2;
        else if (o->at < o->argc) o->value = o->argv[o->at++];
        else return -4;
        return (int)i;
    }
    return -3;
}
static int word_option(struct pm_opts *o, const char *arg, const struct pm_command *c) {
    const struct pm_opt *opts = c->options;
    struct pm_str word = pm_str_c(arg + 2);
    ptrdiff_t equals = pm_str_chr(word, '=', 0);
    struct pm_str name = equals < 0 ? word : pm_str_sub(word, 0, (size_t)equals);
    for (size_t i = 0; i < c->options_n; i++) {
        if (!pm_opt_of(c, &opts[i]) || !opts[i].name || !pm_str_eqc(name, opts[i].name)) continue;
        if (!opts[i].value) return equals < 0 ? (int)i : -3;
        if (equals >= 0) o->value = arg + 2 + equals + 1;
        else if (o->at < o->argc) o->value = o->argv[o->at++];
        else return -4;
        return (int)i;
    }
    return -3;
}

// argv[0] is the command's name: the first call starts behind it.
int pm_opt_next(struct pm_opts *o, const struct pm_command *c) {
    if (o->at == 0) o->at = 1;
    if (o->at >= o->argc) return -1;
    const char *arg = o->argv[o->at++];
    o->value = NULL;
    if (!o->done && strcmp(arg, "--") == 0) {
        o->done = true;
        return pm_opt_next(o, c);
    }
    if (o->done || arg[0] != '-' || !arg[1]) {
        o->value = arg;
        return -2;
    }
    int which = arg[1] == '-' ? word_option(o, arg, c) : letter_option(o, arg, c);
    if (which < 0) o->bad = arg;
    return which;
}

// Optimal string alignment distance, cut off: words that a slip of the finger apart are 1
// or 2.
static int distance(struct pm_str a, struct pm_str b) {
    enum { MAX = 24 };
    if (a.n > MAX || b.n > MAX) return MAX;
    int row[3][MAX + 1] = {{0}};
    for (size_t j = 0; j <= b.n; j++) row[0][j] = (int)j;
    for (size_t i = 1; i <= a.n; i++) {
        int *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
        now[0] = (int)i;
        for (size_t j = 1; j <= b.n; j++) {
            int best = before[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            if (before[j] + 1 < best) best = before[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                earlier[j - 2] + 1 < best)
                best = earlier[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[a.n % 3][b.n];
}
static bool nearer(const char *word, const char *candidate, int *best) {
    struct pm_str w = pm_str_c(word), c = pm_str_c(candidate);
    int d = w.n >= 3 && pm_str_starts(c, w) ? 1 : distance(w, c), allowed = w.n <= 3   ? 1
                                                                            : w.n <= 6 ? 2
                                                                                       : 3;
    if (d > allowed || d >= *best) return false;
    *best = d;
    return true;
}
const char *pm_nearest(const char *word, const char *const *candidates, size_t n) {
    const char *found = NULL;
    int best = 99;
    for (size_t i = 0; i < n; i++)
        if (candidates[i] && nearer(word, candidates[i], &best)) found = candidates[i];
    return found;
}

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
    if (o->value) pm_buf_fmt(b, " %s", o->value);
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
bool pm_word_in(const char *words, const char *word) {
    size_t n = strlen(word);
    for (const char *p = words; n && (p = strstr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == ' ' || !p[n])) return true;
    return false;
}
static void hint(const struct pm_command *c) {
    if (c) {
        pm_synopsis_print(stderr, "usage: ", c);
        fprintf(stderr, "       'pullmortem help %s' says more\n", c->name);
    } else fputs("'pullmortem help' lists the commands\n", stderr);
}
int pm_usage(const struct pm_command *c, const char *fmt, ...) {
    va_list args;
    fprintf(stderr, "pullmortem%s%s: ", c ? " " : "", c ? c->name : "");
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    hint(c);
    return PM_EXIT_USAGE;
}

int pm_usage_option(const struct pm_command *c, const struct pm_opts *o, int which) {
    const struct pm_opt *opts = c->options;
    if (which == -4) return pm_usage(c, "%s needs a value", o->bad);
    struct pm_str word = pm_str_c(o->bad);
    while (word.n && word.p[0] == '-') word = pm_str_from(word, 1);
    ptrdiff_t equals = pm_str_chr(word, '=', 0);
    if (equals >= 0) word = pm_str_sub(word, 0, (size_t)equals);
    for (size_t i = 0; i < c->options_n; i++)
        if (pm_opt_of(c, &opts[i]) && opts[i].name && pm_str_eqc(word, opts[i].name) &&
            !opts[i].value)
            return pm_usage(c, "--%s takes no value", opts[i].name);
    struct pm_arena *a = pm_arena_new();
    const char *name = pm_arena_cstr(a, word), *found = NULL;
    int best = 99;
    for (size_t i = 0; i < c->options_n; i++)
        if (pm_opt_of(c, &opts[i]) && opts[i].name && nearer(name, opts[i].name, &best))
            found = opts[i].name;
    int status;
    if (found) status = pm_usage(c, "unknown option %s; did you mean --%s?", o->bad, found);
    else status = pm_usage(c, "unknown option %s", o->bad);
    pm_arena_free(a);
    return status;
}

bool pm_opt_number(const char *text, long low, long high, long *out) {
    uint64_t n;
    if (!pm_str_u64(pm_str_c(text), &n) || n > (uint64_t)high || n < (uint64_t)low) return false;
    *out = (long)n;
    return true;
}

bool pm_opt_time(const char *text, int64_t *ns) {
    const struct pm_extent none = {PM_NO_TIME, PM_NO_TIME};
    return pm_time_given(text, &none, ns) == PM_TIME_GOOD;
}
