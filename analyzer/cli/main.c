// pullmortem: the command line. `pullmortem COMMAND …`; a bare path is `analyze PATH`, or
// `report` for a timeline.
#include "base/guard.h"
#include "base/json_get.h"
#include "cli/opts.h"
#include "pm/timeline.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static const struct pm_command *command_find(const char *name) {
    for (size_t i = 0; pm_commands[i]; i++)
        if (strcmp(pm_commands[i]->name, name) == 0) return pm_commands[i];
    return NULL;
}
static int run(const struct pm_command *c, int argc, char **argv) {
    struct pm_given g;
    int status = pm_given_read(c, argc, argv, &g);
    if (status == PM_EXIT_OK) status = c->run(&g);
    pm_given_free(&g);
    return status;
}
static int run_named(const char *name, int argc, char **argv) {
    return run(command_find(name), argc, argv);
}

// argv[0] stays the program's own name: commands look only behind it.
static bool asks_for(int argc, char **argv, const char *word, const char *letter) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0 || strcmp(argv[i], letter) == 0) return true;
    return false;
}

static int unknown_word(const char *word) {
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; pm_commands[i] && n < PM_LEN(names); i++) names[n++] = pm_commands[i]->name;
    const char *near = pm_nearest(word, names, n);
    if (near)
        return pm_usage(NULL, "'%s' is neither a command nor a file; did you mean '%s'?", word,
                        near);
    fprintf(stderr, "pullmortem: %s: %s\n", word, strerror(ENOENT));
    return PM_EXIT_INPUT;
}

// What a command printed and could not be written is an error of its, whatever it printed.
static int printed(int status) {
    bool lost = fflush(stdout) != 0;
    if (!(lost || ferror(stdout)) || status == PM_EXIT_USAGE || status == PM_EXIT_INPUT)
        return status;
    fprintf(stderr, "pullmortem: standard output: %s\n",
            lost ? strerror(errno) : "cannot be written");
    return PM_EXIT_INPUT;
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) {
        run_named("help", 1, argv);
        return PM_EXIT_USAGE;
    }
    const char *first = argv[1];
    const struct pm_command *c = command_find(first);
    if (c && asks_for(argc - 1, argv + 1, "--help", "-h")) return run_named("help", 2, argv);
    if (c) return run(c, argc - 1, argv + 1);
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0)
        return run_named("version", 1, argv);
    if (asks_for(argc, argv, "--help", "-h")) return run_named("help", 1, argv);
    bool option = first[0] == '-';
    if (!option && access(first, F_OK) != 0 && strchr(first, '/') == NULL)
        return unknown_word(first);
    return run_named(!option && pm_timeline_is(first) ? "report" : "analyze", argc, argv);
}

int main(int argc, char **argv) {
    pm_guard_begin();
    pm_memory_begin();
    pm_json_begin();
    return printed(dispatch(argc, argv));
}
