// pullmortem analyze: bundle in, reports out.
#include "cli/bundle.h"
#include <stdio.h>

extern const struct pm_command pm_command_analyze;

static int analyze(struct pm_bundle_args *args) {
    struct pm_ruleset *rules = pm_bundle_rules(args);
    if (!rules) return PM_EXIT_USAGE;
    struct pm_diags *diags = pm_diags_new();
    bool whole = true;
    struct pm_timeline *t = pm_bundle_read(args, diags, &whole);
    int status = t ? pm_bundle_report(t, rules, args) : PM_EXIT_INPUT;
    if (t && !whole) fputs("pullmortem: some input could not be read, or only in part; the report lists it\n", stderr);
    const char *why = NULL;
    bool said = t && pm_timeline_error(t); // while it was judged
    if (!pm_timeline_finish(t, &why)) {
        if (!said) fprintf(stderr, "pullmortem: %s\n", why);
        whole = false;
    }
    pm_diags_free(diags);
    pm_ruleset_free(rules);
    return status == PM_EXIT_OK && !whole ? PM_EXIT_INPUT : status;
}

static int run(int argc, char **argv) {
    struct pm_bundle_args args;
    int status = pm_bundle_args_read(&pm_command_analyze, argc, argv, PM_ARGS_BUNDLE | PM_ARGS_JUDGE | PM_ARGS_OUTPUT | PM_ARGS_DB, &args);
    if (status == PM_EXIT_OK) status = analyze(&args);
    pm_bundle_args_free(&args);
    return status;
}

const struct pm_command pm_command_analyze = {
    .name = "analyze",
    .synopsis = "PATH... [-o FILE|-]... [--format F] [--db FILE] [--since T] [--until T] [--tz ZONE] [--year Y] [--rules DIR] [--quotas FILE] [--alerts FILE] "
                "[-j N] [--no-redact]",
    .summary = "read a bundle and report what happened",
    .help = "PATH is a file, a folder, an archive (also archives in archives), or - for standard input.\n\n"
            "  -o, --output FILE   write a report there; the name says the format (.txt .json .md .html .om), - is standard output; may be repeated\n"
            "  -f, --format F      the format of all outputs, whatever their names\n"
            "      --db FILE       keep the timeline, an SQLite database, for report, query and merge\n"
            "      --since T       only what happened from T on: 2026-04-12, 2026-04-12T06:47, 2026-04-12T06:47:00+02:00; no zone is UTC\n"
            "      --until T       only what happened up to T\n"
            "      --tz ZONE       the zone of stamps that have none: UTC, +02:00, Europe/Berlin; found out where not given\n"
            "      --year Y        the year of stamps that have none; found out where not given\n"
            "      --rules DIR     rules that replace built-in ones of the same name, and add others\n"
            "      --quotas FILE   registry limits that come before the built-in table (rules/quotas.yaml shows the form)\n"
            "      --alerts FILE   a Prometheus rule file: its alerts are replayed too, and replace built-in ones of the same name; known are rate, increase, "
            "sum, avg, "
            "max, min, count (by, without), + - * /, comparisons, and, or, unless, on, ignoring: what else it uses refuses an alert, not the run\n"
            "  -j, --jobs N        threads; as many as cores, at most 8, where not given\n"
            "      --no-redact     keep secrets as they stand in the logs\n"
            "      --color WHEN    auto, always or never; NO_COLOR is honoured\n",
    .order = 1,
    .run = run,
};
