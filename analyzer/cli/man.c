// Man pages in roff, from the commands' descriptors: pullmortem.1 and
// pullmortem-COMMAND.1.
//
// No date stands in them: the same source gives the same bytes.
#include "cli/help.h"
#include "cli/opts.h"
#include <stdio.h>

// Text as roff: a backslash is escaped, a point or apostrophe at the start of a line
// would be a request, a hyphen stays one that can be copied.
static void roff(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!i && (s[i] == '.' || s[i] == '\'')) fputs("\\&", stdout);
        if (s[i] == '\\') fputs("\\e", stdout);
        else if (s[i] == '-') fputs("\\-", stdout);
        else putchar(s[i]);
    }
}
static void roff_line(const char *s, size_t n) {
    roff(s, n);
    putchar('\n');
}
static void roff_text(const char *s) { roff_line(s, strlen(s)); }
static void lines(const char *s) { // indented lines are shown as they are
    for (bool verbatim = false; s && *s;) {
        size_t n = strcspn(s, "\n");
        bool indented = n && s[0] == ' ';
        if (indented && !verbatim) puts(".nf");
        if (!indented && verbatim) puts(".fi");
        verbatim = indented;
        if (n) roff_line(s, n);
        else puts(".PP");
        s += n + (s[n] != 0);
        if (!*s && verbatim) puts(".fi");
    }
}
static void title(const char *command) {
    fputs(".TH PULLMORTEM", stdout);
    for (const char *p = command; p && *p; p++) {
        if (p == command) putchar('-');
        putchar(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    }
    puts(" 1 \"\" \"pullmortem " PM_VERSION "\" \"User Commands\"");
}
static void options(const struct pm_command *c) {
    struct pm_buf b = {0};
    if (c->options_n) puts(".SH OPTIONS");
    for (size_t i = 0; i < c->options_n; i++) {
        if (!pm_opt_of(c, &c->options[i])) continue;
        pm_buf_clear(&b);
        pm_option_head(&b, &c->options[i]);
        size_t from = strspn(b.p, " ");
        puts(".TP");
        fputs(".B ", stdout);
        roff(b.p + from, b.n - from);
        putchar('\n');
        pm_buf_clear(&b);
        pm_option_told(&b, &c->options[i]);
        roff_text(b.p);
    }
    pm_buf_free(&b);
}
static void exit_status(void) {
    static const char *const rows[][2] = {
        {"0", "done (also when incidents were found), or the gate passed"},
        {"1", "the gate failed, or what is compared grew worse and --fail-on-worse was given"},
        {"2", "a mistake in usage, rules or a policy"},
        {"3",
         "input that could not be read, or only in part, or an output that could not be written"}};
    puts(".SH EXIT STATUS");
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        printf(".TP\n.B %s\n", rows[i][0]);
        roff_text(rows[i][1]);
    }
}
static void of_command(const struct pm_command *c) {
    title(c->name);
    printf(".SH NAME\npullmortem\\-%s \\- ", c->name);
    roff_text(c->summary);
    printf(".SH SYNOPSIS\n.B pullmortem %s\n", c->name);
    if (*c->arguments) roff_text(c->arguments);
    puts("[OPTION]...");
    puts(".SH DESCRIPTION");
    lines(c->help ? c->help : c->summary);
    if (!c->help) putchar('\n');
    options(c);
    if (c->notes) puts(".SH NOTES");
    lines(c->notes);
    exit_status();
    puts(".SH SEE ALSO\n.BR pullmortem (1)");
}
static void of_tool(void) {
    const struct pm_command *sorted[PM_COMMANDS_MAX];
    size_t n = pm_commands_sorted(sorted);
    title("");
    puts(".SH NAME\npullmortem \\- what happened when container images would not pull");
    puts(
        ".SH SYNOPSIS\n.B pullmortem\n.I BUNDLE\n[OPTION]...\n.br\n.B pullmortem\n.I COMMAND\n[ARGUMENT]...");
    puts(".SH DESCRIPTION");
    roff_text(
        "Reads the logs collected after container images would not pull (kubelet, containerd, CRI-O, Docker, registry and proxy logs, kubectl's dumps) and "
        "says what "
        "happened: which incident, its root cause, who was hit, how the registry's quota was spent, and what to do. One command, offline; nothing leaves the "
        "machine.");
    puts(".PP");
    roff_text(
        "A BUNDLE is a file, a folder, an archive, archives in archives, or - for standard input.");
    puts(".SH COMMANDS");
    for (size_t i = 0; i < n; i++) {
        printf(".TP\n.BR pullmortem\\-%s (1)\n", sorted[i]->name);
        roff_text(sorted[i]->summary);
    }
    exit_status();
    puts(
        ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nno colours where it is set\n.TP\n.B GITHUB_STEP_SUMMARY\nwhere gate \\-\\-github adds its summary");
}

bool pm_man_print(const char *name) {
    for (size_t i = 0; name && pm_commands[i]; i++)
        if (strcmp(pm_commands[i]->name, name) == 0) {
            of_command(pm_commands[i]);
            return true;
        }
    if (!name) of_tool();
    return !name;
}
