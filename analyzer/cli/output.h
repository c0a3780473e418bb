// Reports to files and terminals, inputs that are not there. Level 6.
#pragma once
#include "pm/command.h"
#include <stdio.h>
#include "pm/diag.h"
#include "pm/report.h"

// Where reports go: any number of -o FILE, each in the format of its name or of --format;
// none is text to stdout.
enum { PM_OUTPUTS_MAX = 32 };
struct pm_outputs {
    const char *file[PM_OUTPUTS_MAX];
    const struct pm_renderer *renderer[PM_OUTPUTS_MAX];
    size_t n;
    const char *format, *color;      // --format, --color; NULL: not given
    const char *layout_file;         // --template: a file; NULL: the built-in layout
    struct pm_render_options render; // what every output of this run shares
    bool quiet;                      // nothing is said of what was written
};
// The renderers' names and endings, joined with blanks: values of --format and --output.
const char *pm_outputs_formats(void);
const char *pm_outputs_endings(void);
// Before the long work: each output's format is known. PM_EXIT_OK or PM_EXIT_USAGE, said.
int pm_outputs_check(const struct pm_command *c, struct pm_outputs *out);
// Writes all; each file is complete or not there at all. PM_EXIT_OK, or PM_EXIT_INPUT
// where a file cannot be written, said.
int pm_outputs_write(const struct pm_outputs *out, const struct pm_report *r);

// A file that is compiled in, to standard output. Returns an exit status, said.
int pm_embedded_print(const char *path);
// --color's word, NO_COLOR, TERM and the terminal decide.
bool pm_color_wanted(const char *color, int fd);

// Every path that is neither "-" nor there is said on stderr. Keeps those that are there;
// true where all were.
bool pm_paths_present(const char **paths, size_t *n);
// To stderr, "path:line: message".
void pm_diags_print(struct pm_diags *d);
