// Completions for bash, zsh and fish, from the commands' descriptors: names of commands,
// their options, and the values of options that know theirs.
#include "cli/help.h"
#include <stdio.h>

struct shell {
    const char *name;
    void (*print)(const struct pm_command *const *commands, size_t n);
};

// Quoted for single quotes; zsh's descriptions end at a bracket or colon.
static void quoted(const char *s, const char *also) {
    for (; *s; s++) {
        if (*s == '\'') fputs("'\\''", stdout);
        else {
            if (strchr(also, *s)) putchar('\\');
            putchar(*s);
        }
    }
}
// The words that a command's first argument is one of: "check|test|list|show [ID]" →
// "check test list show". False where it names what the user has.
static bool first_words(const struct pm_command *c, char out[128]) {
    const char *p = c->arguments + (c->arguments[0] == '[');
    size_t n = 0, words = 1;
    for (; (*p >= 'a' && *p <= 'z') || *p == '|'; p++) {
        if (n + 1 == 128) return false;
        words += *p == '|';
        out[n++] = (char)(*p == '|' ? ' ' : *p);
    }
    out[n] = 0;
    return n && words > 1;
}
static void option_words(const struct pm_command *c) {
    for (size_t i = 0; i < c->options_n; i++) {
        const struct pm_opt *o = &c->options[i];
        if (!pm_opt_of(c, o)) continue;
        printf(" --%s", o->name);
        if (o->letter) printf(" -%c", o->letter);
    }
}
static void bash_values(const struct pm_command *c) {
    char words[128];
    if (first_words(c, words))
        printf("    %s:%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", c->name,
               c->name, words);
    for (size_t i = 0; i < c->options_n; i++) {
        const struct pm_opt *o = &c->options[i];
        if (!pm_opt_of(c, o) || o->kind != PM_OPT_WORD) continue;
        printf("    %s:--%s", c->name, o->name);
        if (o->letter) printf("|%s:-%c", c->name, o->letter);
        printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", pm_opt_words(o));
    }
}
static void bash(const struct pm_command *const *commands, size_t n) {
    puts(
        "# bash completion for pullmortem, made by 'pullmortem help --completion bash'\n"
        "_pullmortem() {\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
        "    COMPREPLY=()");
    fputs("    local commands='", stdout);
    for (size_t i = 0; i < n; i++) printf("%s%s", i ? " " : "", commands[i]->name);
    puts(
        "'\n"
        "    if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\") $(compgen -f -- \"$cur\")); return; fi\n"
        "    case $command:$prev in");
    for (size_t i = 0; i < n; i++) bash_values(commands[i]);
    puts("    help:help) COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\")); return ;;\n"
         "    esac\n"
         "    case $cur in\n"
         "    -*) case $command in");
    for (size_t i = 0; i < n; i++) {
        printf("        %s) COMPREPLY=($(compgen -W '", commands[i]->name);
        option_words(commands[i]);
        puts("' -- \"$cur\")) ;;");
    }
    fputs("        *) COMPREPLY=($(compgen -W '", stdout); // a bare path is analyze
    for (size_t i = 0; i < n; i++)
        if (strcmp(commands[i]->name, "analyze") == 0) option_words(commands[i]);
    puts("' -- \"$cur\")) ;;\n"
         "        esac ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
         "    esac\n"
         "}\n"
         "complete -o filenames -F _pullmortem pullmortem");
}
static void zsh_option(const struct pm_opt *o) {
    bool takes = o->kind != PM_OPT_FLAG;
    if (o->letter)
        printf(" \\\n            '*'{-%c%s,--%s%s}'[", o->letter, takes ? "+" : "", o->name,
               takes ? "=" : "");
    else printf(" \\\n            '*--%s%s[", o->name, takes ? "=" : "");
    quoted(o->help, "[]:\\");
    putchar(']');
    switch (o->kind) {
    case PM_OPT_FLAG: break;
    case PM_OPT_WORD: printf(":%s:(%s)", o->value, pm_opt_words(o)); break;
    case PM_OPT_FOLDER: printf(":%s:_files -/", o->value); break;
    case PM_OPT_FILE:
    case PM_OPT_READ: printf(":%s:_files", o->value); break;
    case PM_OPT_TEXT:
    case PM_OPT_NUMBER: printf(":%s: ", o->value); break;
    }
    putchar('\'');
}
static void zsh(const struct pm_command *const *commands, size_t n) {
    puts("#compdef pullmortem\n"
         "# zsh completion for pullmortem, made by 'pullmortem help --completion zsh'\n"
         "_pullmortem() {\n"
         "    local -a commands=(");
    for (size_t i = 0; i < n; i++) {
        printf("        '%s:", commands[i]->name);
        quoted(commands[i]->summary, ":\\");
        puts("'");
    }
    puts(
        "    )\n"
        "    if (( CURRENT == 2 )); then _describe -t commands command commands; _files; return; fi\n"
        "    local command=$words[2]\n"
        "    shift words; (( CURRENT-- ))\n"
        "    case $command in");
    for (size_t i = 0; i < n; i++) {
        bool help = strcmp(commands[i]->name, "help") == 0;
        printf("        %s) _arguments -s", commands[i]->name);
        for (size_t k = 0; k < commands[i]->options_n; k++)
            if (pm_opt_of(commands[i], &commands[i]->options[k]))
                zsh_option(&commands[i]->options[k]);
        char words[128];
        if (first_words(commands[i], words)) printf(" '1:word:(%s)'", words);
        if (help) puts(" '*:command:{_describe -t commands command commands}' ;;");
        else puts(" '*:file:_files' ;;");
    }
    puts("        *) _files ;;\n"
         "    esac\n"
         "}\n"
         "_pullmortem \"$@\"");
}
static void fish_option(const char *command, const struct pm_opt *o) {
    printf("complete -c pullmortem -n '__fish_seen_subcommand_from %s' -l %s", command, o->name);
    if (o->letter) printf(" -s %c", o->letter);
    switch (o->kind) {
    case PM_OPT_FLAG: break;
    case PM_OPT_WORD: printf(" -x -a '%s'", pm_opt_words(o)); break;
    case PM_OPT_FOLDER: fputs(" -x -a '(__fish_complete_directories)'", stdout); break;
    case PM_OPT_FILE:
    case PM_OPT_READ: fputs(" -r -F", stdout); break;
    case PM_OPT_TEXT:
    case PM_OPT_NUMBER: fputs(" -x", stdout); break;
    }
    fputs(" -d '", stdout);
    for (const char *p = o->help; *p; p++) {
        if (*p == '\'' || *p == '\\') putchar('\\');
        putchar(*p);
    }
    puts("'");
}
static void fish(const struct pm_command *const *commands, size_t n) {
    puts("# fish completion for pullmortem, made by 'pullmortem help --completion fish'");
    for (size_t i = 0; i < n; i++) {
        printf("complete -c pullmortem -n __fish_use_subcommand -a %s -d '", commands[i]->name);
        for (const char *p = commands[i]->summary; *p; p++) {
            if (*p == '\'' || *p == '\\') putchar('\\');
            putchar(*p);
        }
        puts("'");
    }
    fputs("complete -c pullmortem -n '__fish_seen_subcommand_from help' -f -a '", stdout);
    for (size_t i = 0; i < n; i++) printf("%s%s", i ? " " : "", commands[i]->name);
    puts("'");
    for (size_t i = 0; i < n; i++) {
        char words[128];
        if (first_words(commands[i], words))
            printf("complete -c pullmortem -n '__fish_seen_subcommand_from %s' -f -a '%s'\n",
                   commands[i]->name, words);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < commands[i]->options_n; k++)
            if (pm_opt_of(commands[i], &commands[i]->options[k]))
                fish_option(commands[i]->name, &commands[i]->options[k]);
}

void pm_completion_print(const char *shell) {
    static const struct shell shells[] = {
        {.name = "bash", .print = bash},
        {.name = "fish", .print = fish},
        {.name = "zsh", .print = zsh},
    };
    const struct pm_command *sorted[PM_COMMANDS_MAX];
    size_t n = pm_commands_sorted(sorted);
    for (size_t i = 0; i < PM_LEN(shells); i++)
        if (strcmp(shells[i].name, shell) == 0) shells[i].print(sorted, n);
}
