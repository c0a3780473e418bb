// pullmortem analyze: bundle in, reports out.
#include "cli/bundle.h"
#include <stdio.h>

static int analyze(struct pm_bundle_args *args) {
    struct pm_ruleset *rules = pm_bundle_rules(args);
    if (!rules) return PM_EXIT_USAGE;
    struct pm_diags *diags = pm_diags_new();
    bool whole = true;
    struct pm_timeline *t = pm_bundle_read(args, diags, &whole);
    int status = args->refused ? PM_EXIT_USAGE : PM_EXIT_INPUT;
    if (t) status = pm_bundle_report(t, rules, args);
    if (t && !whole)
        fputs("pullmortem: some input could not be read, or only in part; the report lists it\n",
              stderr);
    const char *why = NULL;
    bool said = t && pm_timeline_error(t); // while it was judged
    if (!pm_timeline_finish(t, &why)) {
        if (!said) fprintf(stderr, "pullmortem: %s\n", why);
        whole = false;
    }
    if (t && !pm_privacy_key_write(&args->privacy)) whole = false;
    pm_diags_free(diags);
    pm_ruleset_leave(rules);
    return status == PM_EXIT_OK && !whole ? PM_EXIT_INPUT : status;
}

static int run(struct pm_given *g) {
    struct pm_bundle_args args;
    int status = pm_bundle_args_read(g, &args);
    if (status == PM_EXIT_OK) status = analyze(&args);
    pm_bundle_args_free(&args);
    return status;
}

const struct pm_command pm_command_analyze = {
    .name = "analyze",
    .arguments = "PATH...",
    .summary = "read a bundle and report what happened",
    .help =
        "PATH is a file, a folder, an archive (also archives in archives), or - for standard input.\n",
    PM_BUNDLE_OPTIONS,
    .parts = PM_ARGS_BUNDLE | PM_ARGS_JUDGE | PM_ARGS_OUTPUT | PM_ARGS_DB,
    .order = 1,
    .run = run,
};
