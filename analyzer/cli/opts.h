// Options, inputs and outputs that commands share. Level 6.
#pragma once
#include "pm/command.h"
#include <stdio.h>
#include "cli/nearest.h"
#include "pm/diag.h"
#include "pm/incident.h"
#include "pm/report.h"
#include "pm/when.h"

// For pm_opt_next's -3 and -4: says what is wrong and names the nearest option; returns
// PM_EXIT_USAGE.
int pm_usage_option(const struct pm_command *c, const struct pm_opts *o, int which);
bool pm_word_in(const char *words, const char *word); // words joined with blanks
void pm_line_print(FILE *f, const char *line, size_t n,
                   int hang); // broken for a terminal, with a newline
void pm_synopsis_print(FILE *f, const char *before, const struct pm_command *c);
bool pm_opt_number(const char *text, long low, long high, long *out);
bool pm_opt_time(const char *text, int64_t *ns);

// Where reports go: any number of -o FILE, each in the format of its name or of --format;
// none is text to stdout.
#define PM_OUTPUTS_MAX 32
struct pm_outputs {
    const char *file[PM_OUTPUTS_MAX];
    const struct pm_renderer *renderer[PM_OUTPUTS_MAX];
    size_t n;
    const char *format, *color;      // --format, --color; NULL: not given
    const char *template;            // --template: a file; NULL: the built-in layout
    struct pm_render_options render; // what every output of this run shares
    bool quiet;                      // nothing is said of what was written
};
// Before the long work: formats are known, colours are a word. PM_EXIT_OK or
// PM_EXIT_USAGE, said.
int pm_outputs_check(const struct pm_command *c, struct pm_outputs *out);
// Writes all; each file is complete or not there at all. PM_EXIT_OK, or PM_EXIT_INPUT
// where a file cannot be written, said.
int pm_outputs_write(const struct pm_outputs *out, const struct pm_report *r);
bool pm_file_write(const char *path, bool (*write)(FILE *f, void *ctx),
                   void *ctx); // whole or not at all; errno says why not
bool pm_color_wanted(const char *color,
                     int fd); // --color's word, NO_COLOR, TERM and the terminal decide

// Every path that is neither "-" nor there is said on stderr. Keeps those that are there;
// true where all were.
bool pm_paths_present(const char **paths, size_t *n);
void pm_diags_print(struct pm_diags *d); // to stderr, "path:line: message"
