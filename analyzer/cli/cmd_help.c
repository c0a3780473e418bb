// pullmortem help [COMMAND]: what there is, from the commands' own descriptors; man pages
// and completions are made from the same.
#include "cli/help.h"
#include "cli/opts.h"
#include <stdio.h>
#include <stdlib.h>

enum { OPT_MAN, OPT_COMPLETION };
static const struct pm_opt options[] = {
    [OPT_MAN] =
        {.name = "man",
         .help =
             "the man page (of COMMAND, or of the tool) in roff, as 'make install' installs it"},
    [OPT_COMPLETION] = {.name = "completion",
                        .kind = PM_OPT_WORD,
                        .value = "SHELL",
                        .words = "bash zsh fish",
                        .help = "the completion for a shell"},
};

static const char introduction[] =
    "pullmortem " PM_VERSION
    ": reads the logs collected after container images would not pull, and says what happened.\n\n"
    "  pullmortem BUNDLE                 a text report: what failed, why, who was hit, what to do\n"
    "  pullmortem BUNDLE -o report.html  the same as a page; .json .md .txt too, several -o may be given\n\n"
    "A bundle is a file, a folder, an archive, or - for standard input. Nothing leaves this machine.\n\n"
    "Commands:\n";
static const char ending[] =
    "\n'pullmortem help COMMAND' lists its options.\n"
    "Exit status: 0 done or gate passed, 1 gate failed, 2 usage, rule or policy mistake, 3 input that could not be read, or only in part, or that\n"
    "holds nothing to judge, or an output that could not be written.\n";

static int help_all(void) {
    const struct pm_command *sorted[PM_COMMANDS_MAX];
    size_t n = pm_commands_sorted(sorted);
    fputs(introduction, stdout);
    for (size_t i = 0; i < n; i++) printf("  %-8s %s\n", sorted[i]->name, sorted[i]->summary);
    fputs(ending, stdout);
    return PM_EXIT_OK;
}
// Where a list's descriptions begin: behind the first two blanks after a word. A sentence
// goes on at the left.
static int hang_of(const char *line, size_t n) {
    if (!n || line[0] != ' ') return 0;
    for (size_t i = 1; i + 2 < n; i++)
        if (line[i] == ' ' && line[i + 1] == ' ' && line[i - 1] != ' ') {
            for (i++; i < n && line[i] == ' ';) i++;
            return (int)i;
        }
    return 6;
}
static void sentences_print(const char *text) {
    for (const char *p = text; p && *p;) {
        size_t n = strcspn(p, "\n");
        if (n > 2 && p[0] == ' ' && hang_of(p, n) == 6)
            printf("%.*s\n", (int)n, p); // a command: it is there to be copied
        else pm_line_print(stdout, p, n, hang_of(p, n));
        p += n + (p[n] != 0);
    }
}
static void options_print(const struct pm_command *c) {
    enum { WIDEST = 26 };
    struct pm_buf b = {0};
    size_t widest = 0;
    for (size_t i = 0; i < c->options_n; i++) {
        if (!pm_opt_of(c, &c->options[i])) continue;
        pm_buf_clear(&b);
        pm_option_head(&b, &c->options[i]);
        if (b.n > widest && b.n <= WIDEST) widest = b.n;
    }
    for (size_t i = 0; i < c->options_n; i++) {
        if (!pm_opt_of(c, &c->options[i])) continue;
        pm_buf_clear(&b);
        pm_buf_lit(&b, "  ");
        pm_option_head(&b, &c->options[i]);
        while (b.n < widest + 4) pm_buf_addc(&b, ' ');
        pm_option_told(&b, &c->options[i]);
        pm_line_print(stdout, b.p, b.n, (int)widest + 4);
    }
    pm_buf_free(&b);
}
static int help_one(const struct pm_command *c) {
    pm_synopsis_print(stdout, "", c);
    printf("\n%s\n", c->summary);
    if (c->help) putchar('\n');
    sentences_print(c->help);
    if (c->options_n) putchar('\n');
    options_print(c);
    if (c->notes) putchar('\n');
    sentences_print(c->notes);
    return PM_EXIT_OK;
}
static int unknown(const char *word) {
    const char *names[PM_COMMANDS_MAX];
    size_t n = 0;
    for (; pm_commands[n] && n < PM_LEN(names); n++) names[n] = pm_commands[n]->name;
    const char *near = pm_nearest(word, names, n);
    if (near) return pm_usage(NULL, "there is no command '%s'; did you mean '%s'?", word, near);
    return pm_usage(NULL, "there is no command '%s'; 'pullmortem help' lists them", word);
}

static int run(struct pm_given *g) {
    const char *name = g->words_n ? g->words[0] : NULL;
    if (g->words_n > 1) return pm_usage(g->command, "one command, not also '%s'", g->words[1]);
    if (g->value[OPT_COMPLETION]) {
        pm_completion_print(g->value[OPT_COMPLETION]);
        return PM_EXIT_OK;
    }
    if (g->value[OPT_MAN]) return pm_man_print(name) ? PM_EXIT_OK : unknown(name);
    if (!name) return help_all();
    for (size_t i = 0; pm_commands[i]; i++)
        if (strcmp(pm_commands[i]->name, name) == 0) return help_one(pm_commands[i]);
    return unknown(name);
}

const struct pm_command pm_command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "this list, or the options of one command",
    .options = options,
    .options_n = PM_LEN(options),
    .order = 90,
    .run = run,
};
