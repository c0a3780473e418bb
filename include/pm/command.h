// CLI commands. Level 6. One file analyzer/cli/cmd_<name>.c each, exporting `const struct pm_command pm_command_<name>`; generated list.
#pragma once
#include "pm/str.h"
#include "pm/version.h"

enum pm_exit { PM_EXIT_OK = 0, PM_EXIT_GATE = 1, PM_EXIT_USAGE = 2, PM_EXIT_INPUT = 3 };
struct pm_command {
    const char *name;
    const char *synopsis;              // one line: "PATH... [-o FILE|-]..."
    const char *summary;               // one line for `help`
    const char *help;                  // the rest, options one a line
    int order;                         // in `help`
    int (*run)(int argc, char **argv); // argv[0] is the command's name; returns enum pm_exit
};
extern const struct pm_command *const pm_commands[];
// Usage mistakes: prints "pullmortem NAME: message" and the nearest option, returns PM_EXIT_USAGE.
int pm_usage(const struct pm_command *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// Option walking shared by commands: "--name VALUE", "--name=VALUE", "-o VALUE", "-oVALUE", "--" ends options.
struct pm_opt {
    const char *name;
    char letter;
    bool takes_value;
};
struct pm_opts {
    int argc;
    char **argv;
    int at;
    const char *value;
    const char *bad;
    bool done;
};
// → index into opts, -1 at the end, -2 a positional (value holds it), -3 unknown option, -4 value missing (bad holds the text).
int pm_opt_next(struct pm_opts *o, const struct pm_opt *opts, size_t n);
