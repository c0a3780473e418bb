// pullmortem report: timeline → reports, judged again by the rules of today.
#include "cli/bundle.h"
#include <stdio.h>

extern const struct pm_command pm_command_report;

static int report(const struct pm_bundle_args *args) {
    const char *why = NULL;
    struct pm_timeline *t = pm_timeline_open_read(args->paths[0], &why);
    if (!t) {
        fprintf(stderr, "pullmortem: %s\n", why);
        return PM_EXIT_INPUT;
    }
    struct pm_ruleset *rules = pm_bundle_rules(args);
    int status = rules ? pm_bundle_report(t, rules, args) : PM_EXIT_USAGE;
    pm_timeline_close(t);
    pm_ruleset_free(rules);
    return status;
}

static int run(int argc, char **argv) {
    struct pm_bundle_args args;
    int status = pm_bundle_args_read(&pm_command_report, argc, argv, PM_ARGS_JUDGE | PM_ARGS_OUTPUT, &args);
    if (status == PM_EXIT_OK && args.paths_n > 1) status = pm_usage(&pm_command_report, "one timeline at a time; put several together with 'pullmortem merge'");
    if (status == PM_EXIT_OK) status = report(&args);
    pm_bundle_args_free(&args);
    return status;
}

const struct pm_command pm_command_report = {
    .name = "report",
    .synopsis = "DB [-o FILE|-]... [--format F] [--since T] [--until T] [--rules DIR] [--quotas FILE] [--alerts FILE]",
    .summary = "judge a timeline again and report, without reading the bundle again",
    .help = "The timeline itself is not changed.\n\n"
            "  -o, --output FILE   write a report there; the name says the format (.txt .json .md .html .om), - is standard output; may be repeated\n"
            "  -f, --format F      the format of all outputs, whatever their names\n"
            "      --since T       only what happened from T on\n"
            "      --until T       only what happened up to T\n"
            "      --rules DIR     rules that replace built-in ones of the same name, and add others\n"
            "      --quotas FILE   registry limits that come before the built-in table (rules/quotas.yaml shows the form)\n"
            "      --alerts FILE   a Prometheus rule file: its alerts are replayed too, and replace built-in ones of the same name; known are rate, increase, "
            "sum, avg, "
            "max, min, count (by, without), + - * /, comparisons, and, or, unless, on, ignoring: what else it uses refuses an alert, not the run\n"
            "      --color WHEN    auto, always or never\n",
    .order = 4,
    .run = run,
};
