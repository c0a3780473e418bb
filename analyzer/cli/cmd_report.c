// pullmortem report: timeline → reports, judged again by the rules of today.
#include "cli/bundle.h"
#include <stdio.h>

static int report(const struct pm_bundle_args *args) {
    const char *why = NULL;
    struct pm_timeline *t = pm_privacy_copy(
        &args->privacy, pm_timeline_open_read(args->paths[0], &why), args->paths[0], &why);
    if (!t) {
        fprintf(stderr, "pullmortem: %s\n", why);
        return PM_EXIT_INPUT;
    }
    struct pm_ruleset *rules = pm_bundle_rules(args);
    int status = rules ? pm_bundle_report(t, rules, args) : PM_EXIT_USAGE;
    if (status == PM_EXIT_OK && !pm_privacy_key_write(&args->privacy)) status = PM_EXIT_INPUT;
    pm_timeline_close(t);
    pm_ruleset_leave(rules);
    return status;
}

static int run(struct pm_given *g) {
    struct pm_bundle_args args;
    int status = pm_bundle_args_read(g, &args);
    if (status == PM_EXIT_OK && args.paths_n > 1)
        status = pm_usage(g->command,
                          "one timeline at a time; put several together with 'pullmortem merge'");
    if (status == PM_EXIT_OK) status = report(&args);
    pm_bundle_args_free(&args);
    return status;
}

const struct pm_command pm_command_report = {
    .name = "report",
    .arguments = "DB",
    .summary = "judge a timeline again and report, without reading the bundle again",
    .help = "The timeline itself is not changed.\n",
    PM_BUNDLE_OPTIONS,
    .parts = PM_ARGS_JUDGE | PM_ARGS_OUTPUT,
    .order = 4,
    .run = run,
};
