// CLI commands. Level 6. One file analyzer/cli/cmd_<name>.c each, exporting `const struct
// pm_command pm_command_<name>`; generated list.
#pragma once
#include "pm/str.h"
#include "pm/version.h"

enum pm_exit { PM_EXIT_OK = 0, PM_EXIT_GATE = 1, PM_EXIT_USAGE = 2, PM_EXIT_INPUT = 3 };

// What an option's value may be. What is none of it is told before the command begins.
enum pm_opt_kind {
    PM_OPT_FLAG = 0, // it takes none
    PM_OPT_TEXT,     // the command reads it
    PM_OPT_WORD,     // one of its words
    PM_OPT_NUMBER,   // from low to high
    PM_OPT_FILE,     // a file, to be read or written; the command says what is wrong with it
    PM_OPT_READ,     // a file that has to be there
    PM_OPT_FOLDER    // a folder that has to be there
};
// An option is declared once: reading the command line, what its value may be and what it
// is where none is given, synopsis, `help`, man pages and shells' completions are all made
// from it.
struct pm_opt {
    const char *name;
    char letter; // 0: none
    enum pm_opt_kind kind;
    const char *value; // what stands for its value in help ("FILE")
    const char *help;
    // The values of a WORD, the endings of a FILE, joined with blanks; a function where they
    // stand in a table elsewhere.
    const char *words;
    const char *(*words_of)(void);
    long low, high;
    const char *preset; // its value where none is given; NULL: none
    bool many;          // may be given again: all count, else the last
    unsigned part;      // of a table that commands share: bits of those that take it; 0: all
};
enum { PM_OPTS_MAX = 24 };

struct pm_given_value {
    int option;
    const char *value;
};
// What stands on a command line, read by its command's options.
struct pm_given {
    const struct pm_command *command;
    const char *value[PM_OPTS_MAX]; // by option: as given, "" for a flag, the preset, NULL
    struct pm_given_value *all;     // every value of options that may be given again, in order
    size_t all_n, all_cap;
    const char **words; // what is no option
    size_t words_n, words_cap;
};
// The value of a NUMBER; 0 where it was not given and has no preset.
long pm_given_number(const struct pm_given *g, int option);

struct pm_command {
    const char *name;
    const char *arguments; // what stands before the options in the synopsis: "PATH..."
    const char *summary;   // one line for `help`
    const char *help;      // sentences before the options; NULL: none
    const char *notes;     // and after them
    const struct pm_opt *options;
    size_t options_n;
    unsigned parts;                 // which of a shared table's options it takes
    int order;                      // in `help`
    int (*run)(struct pm_given *g); // returns enum pm_exit
};
extern const struct pm_command *const pm_commands[];

// Usage mistakes: prints "pullmortem NAME: message", returns PM_EXIT_USAGE. The second
// asks for a word that is missing, and says how the command is used.
int pm_usage(const struct pm_command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int pm_usage_asks(const struct pm_command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static inline bool pm_opt_of(const struct pm_command *c, const struct pm_opt *o) {
    return !o->part || o->part & c->parts;
}
static inline const char *pm_opt_words(const struct pm_opt *o) {
    return o->words_of ? o->words_of() : o->words;
}
