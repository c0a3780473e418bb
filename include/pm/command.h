// CLI commands. Level 6. One file analyzer/cli/cmd_<name>.c each, exporting `const struct
// pm_command pm_command_<name>`; generated list.
#pragma once
#include "pm/str.h"
#include "pm/version.h"

enum pm_exit { PM_EXIT_OK = 0, PM_EXIT_GATE = 1, PM_EXIT_USAGE = 2, PM_EXIT_INPUT = 3 };
// An option is declared once: walking the command line, synopsis, `help`, man pages and
// shells' completions are all made from it.
struct pm_opt {
    const char *name;
    char letter;       // 0: none
    const char *value; // what stands for its value in help ("FILE"); NULL: it takes none
    const char *help;
    const char *words; // the values it knows, joined with blanks; NULL: any
    unsigned part;     // of a table that commands share: bits of those that take it; 0: all
};
struct pm_command {
    const char *name;
    const char *arguments; // what stands before the options in the synopsis: "PATH..."
    const char *summary;   // one line for `help`
    const char *help;      // sentences before the options; NULL: none
    const char *notes;     // and after them
    const struct pm_opt *options;
    size_t options_n;
    unsigned parts;                    // which of a shared table's options it takes
    int order;                         // in `help`
    int (*run)(int argc, char **argv); // argv[0] is the command's name; returns enum pm_exit
};
extern const struct pm_command *const pm_commands[];
// Usage mistakes: prints "pullmortem NAME: message" and the nearest option, returns
// PM_EXIT_USAGE.
int pm_usage(const struct pm_command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// Option walking shared by commands: "--name VALUE", "--name=VALUE", "-o VALUE",
// "-oVALUE", "--" ends options.
struct pm_opts {
    int argc;
    char **argv;
    int at;
    const char *value;
    const char *bad;
    bool done;
};
// → index into the command's options, -1 at the end, -2 a positional (value holds it), -3
// unknown option, -4 value missing (bad holds the text).
int pm_opt_next(struct pm_opts *o, const struct pm_command *c);
static inline bool pm_opt_of(const struct pm_command *c, const struct pm_opt *o) {
    return !o->part || o->part & c->parts;
}
