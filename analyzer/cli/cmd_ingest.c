// pullmortem ingest: bundle → timeline only, the map step of a large collection.
#include "cli/resume.h"
#include <stdio.h>

static int ingest(struct pm_bundle_args *args) {
    struct pm_diags *diags = pm_diags_new();
    bool whole = true;
    struct pm_timeline *t = pm_bundle_read(args, diags, &whole);
    bool made = t != NULL;
    const char *why = NULL;
    bool kept = pm_timeline_finish(t, &why);
    if (!kept) fprintf(stderr, "pullmortem: %s\n", why);
    if (made && kept && !pm_privacy_key_write(&args->privacy)) whole = false;
    if (made && !(whole && kept)) pm_diags_print(diags);
    // Whoever collects shards has to know which of the two it is: the exit status is 3
    // for both, and only the first leaves a file.
    if (made && kept && !whole)
        fprintf(
            stderr,
            "pullmortem: %s has gaps: what could not be read is said above, and in the timeline itself\n",
            args->db);
    else if (!args->refused && !(made && kept))
        fprintf(stderr, "pullmortem: no timeline was made\n");
    whole = whole && kept;
    pm_diags_free(diags);
    if (args->refused) return PM_EXIT_USAGE;
    return made && whole ? PM_EXIT_OK : PM_EXIT_INPUT;
}

static int read_given(struct pm_bundle_args *args) {
    return args->resume ? pm_ingest_resume(args) : ingest(args);
}

static int run(struct pm_given *g) {
    struct pm_bundle_args args;
    int status = pm_bundle_args_read(g, &args);
    if (status == PM_EXIT_OK && !args.db)
        status = pm_usage_asks(g->command, "--db FILE is needed: where the timeline goes");
    struct pm_ruleset *rules =
        status == PM_EXIT_OK ? pm_bundle_rules(&args) : NULL; // what they say is heard in free text
    if (status == PM_EXIT_OK) status = rules ? read_given(&args) : PM_EXIT_USAGE;
    pm_ruleset_leave(rules);
    pm_bundle_args_free(&args);
    return status;
}

const struct pm_command pm_command_ingest = {
    .name = "ingest",
    .arguments = "PATH... --db FILE",
    .summary = "read a bundle into a timeline database, without judging it",
    PM_BUNDLE_OPTIONS,
    .parts = PM_ARGS_BUNDLE | PM_ARGS_DB | PM_ARGS_SHARDS,
    .order = 2,
    .run = run,
};
