// What analyze, ingest and report share: the options of reading a bundle, of judging, and
// the steps themselves. Level 6.
#pragma once
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/privacy.h"
#include "pm/ingest.h"
#include "pm/judge.h"

struct pm_bundle_args {
    const char **paths;
    size_t paths_n;
    const char *db;
    struct pm_ingest_options ingest;
    struct pm_privacy privacy; // ingest borrows its key
    const char *rules_dir, *quotas_file, *alerts_file;
    const char *since, *until, *around; // as given; read once the bundle's end is known
    struct pm_outputs out;
    bool resume;  // ingest: inputs that are there already are left out
    bool refused; // reading showed that an option cannot be: said
};
// Which options a command takes.
enum pm_bundle_part {
    PM_ARGS_BUNDLE = 1,
    PM_ARGS_JUDGE = 2,
    PM_ARGS_OUTPUT = 4,
    PM_ARGS_DB = 8,
    PM_ARGS_SHARDS = 16
};
// The table of the commands that read bundles or judge; their `parts` choose from it.
enum { PM_BUNDLE_OPTIONS_N = 23 };
extern const struct pm_opt pm_bundle_options[PM_BUNDLE_OPTIONS_N];
#define PM_BUNDLE_OPTIONS .options = pm_bundle_options, .options_n = PM_BUNDLE_OPTIONS_N
// PM_EXIT_OK, or PM_EXIT_USAGE after saying what is wrong. Borrows from what was given.
// pm_bundle_args_free either way.
int pm_bundle_args_read(struct pm_given *g, struct pm_bundle_args *args);
void pm_bundle_args_free(struct pm_bundle_args *args);

// Bundle → timeline, closed for writing (dated, duplicates dropped, indexed). *whole: all
// input was read. NULL: could not even start, or an option is refused, said.
struct pm_timeline *pm_bundle_read(struct pm_bundle_args *args, struct pm_diags *diags,
                                   bool *whole);
// Of a bundle or a timeline: the timeline. For commands that take either, and several.
// NULL: *why.
struct pm_timeline *pm_bundle_timeline(const char *path, int threads,
                                       const struct pm_privacy *privacy, struct pm_diags *diags,
                                       const char **why);
// The rules of --rules; NULL where they have mistakes, said. Before the bundle is read:
// what they say is listened for.
struct pm_ruleset *pm_bundle_rules(const struct pm_bundle_args *args);
// Timeline → report → outputs. Returns an exit status.
int pm_bundle_report(struct pm_timeline *t, struct pm_ruleset *rules,
                     const struct pm_bundle_args *args);
