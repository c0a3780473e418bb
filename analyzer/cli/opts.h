// Reading a command line, and the options that several commands take. Level 6.
#pragma once
#include "pm/command.h"
#include <stdio.h>
#include "base/nearest.h"
#include "pm/arena.h"

enum { PM_WORDS_MAX = 64 };

// PM_EXIT_OK, or PM_EXIT_USAGE after saying what is wrong. pm_given_free either way.
int pm_given_read(const struct pm_command *c, int argc, char **argv, struct pm_given *g);
void pm_given_free(struct pm_given *g);

// Of words joined with blanks: whether one is among them; "a, b or c"; the nearest of them,
// NULL where none is near.
bool pm_word_in(const char *words, const char *word);
void pm_opt_words_list(struct pm_buf *b, const char *words, const char *last);
const char *pm_nearest_of(const char *word, const char *words, struct pm_arena *a);

// A line broken for a terminal, with a newline; what goes on is indented by `hang`.
void pm_line_print(FILE *f, const char *line, size_t n, int hang);
void pm_synopsis_print(FILE *f, const char *before, const struct pm_command *c);

// Options that mean the same wherever they stand.
#define PM_OPT_RULES                                                                               \
    .name = "rules", .kind = PM_OPT_FOLDER, .value = "DIR",                                        \
    .help = "rules that replace built-in ones of the same name, and add others"
#define PM_OPT_QUOTAS                                                                              \
    .name = "quotas", .kind = PM_OPT_READ, .value = "FILE",                                        \
    .help =                                                                                        \
        "registry limits that come before the built-in table (rules/quotas.yaml shows the form)"
#define PM_OPT_JOBS                                                                                \
    .name = "jobs", .letter = 'j', .kind = PM_OPT_NUMBER, .value = "N", .low = 1, .high = 64,      \
    .help = "threads; as many as cores, at most 8, where not given"
#define PM_OPT_COLOR                                                                               \
    .name = "color", .kind = PM_OPT_WORD, .value = "WHEN", .words = "auto always never",           \
    .preset = "auto", .help = "colours; NO_COLOR is honoured"
#define PM_OPT_TEXT_OR_JSON                                                                        \
    .name = "format", .letter = 'f', .kind = PM_OPT_WORD, .value = "F", .words = "text json",      \
    .preset = "text"
#define PM_OPT_NO_REDACT .name = "no-redact", .help = "keep secrets as they stand in the logs"
