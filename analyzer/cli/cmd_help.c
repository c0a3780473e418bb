// pullmortem help [COMMAND]
#include "cli/opts.h"
#include <stdio.h>
#include <stdlib.h>

static const char introduction[] = "pullmortem " PM_VERSION ": reads the logs collected after container images would not pull, and says what happened.\n\n"
                                   "  pullmortem BUNDLE                 a text report: what failed, why, who was hit, what to do\n"
                                   "  pullmortem BUNDLE -o report.html  the same as a page; .json .md .txt too, several -o may be given\n\n"
                                   "A bundle is a file, a folder, an archive, or - for standard input. Nothing leaves this machine.\n\n"
                                   "Commands:\n";
static const char ending[] =
    "\n'pullmortem help COMMAND' lists its options.\n"
    "Exit status: 0 done or gate passed, 1 gate failed, 2 usage, rule or policy mistake, 3 input that could not be read, or only in part, or that\n"
    "holds nothing to judge, or an output that could not be written.\n";

static int by_order(const void *a, const void *b) {
    const struct pm_command *x = *(const struct pm_command *const *)a, *y = *(const struct pm_command *const *)b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : strcmp(x->name, y->name);
}
static int help_all(void) {
    const struct pm_command *sorted[64];
    size_t n = 0;
    for (; pm_commands[n] && n < PM_LEN(sorted); n++) sorted[n] = pm_commands[n];
    qsort(sorted, n, sizeof *sorted, by_order);
    fputs(introduction, stdout);
    for (size_t i = 0; i < n; i++) printf("  %-8s %s\n", sorted[i]->name, sorted[i]->summary);
    fputs(ending, stdout);
    return PM_EXIT_OK;
}
// Where an option's description begins: behind the first two blanks after a word. A sentence goes on at the left.
static int hang_of(const char *line, size_t n) {
    if (!n || line[0] != ' ') return 0;
    for (size_t i = 1; i + 2 < n; i++)
        if (line[i] == ' ' && line[i + 1] == ' ' && line[i - 1] != ' ') {
            for (i++; i < n && line[i] == ' ';) i++;
            return (int)i;
        }
    return 6;
}
static int help_one(const struct pm_command *c) {
    pm_synopsis_print(stdout, "", c);
    printf("\n%s\n", c->summary);
    if (c->help && *c->help) putchar('\n');
    for (const char *p = c->help; p && *p;) {
        size_t n = strcspn(p, "\n");
        if (n > 2 && memcmp(p, "  pullmortem ", n < 13 ? n : 13) == 0) printf("%.*s\n", (int)n, p);
        else pm_line_print(stdout, p, n, hang_of(p, n));
        p += n + (p[n] != 0);
    }
    return PM_EXIT_OK;
}

static int run(int argc, char **argv) {
    if (argc < 2) return help_all();
    const char *names[64];
    size_t n = 0;
    for (; pm_commands[n] && n < PM_LEN(names); n++) {
        if (strcmp(pm_commands[n]->name, argv[1]) == 0) return help_one(pm_commands[n]);
        names[n] = pm_commands[n]->name;
    }
    const char *near = pm_nearest(argv[1], names, n);
    if (near) return pm_usage(NULL, "there is no command '%s'; did you mean '%s'?", argv[1], near);
    return pm_usage(NULL, "there is no command '%s'", argv[1]);
}

const struct pm_command pm_command_help = {
    .name = "help", .synopsis = "[COMMAND]", .summary = "this list, or the options of one command", .order = 90, .run = run};
