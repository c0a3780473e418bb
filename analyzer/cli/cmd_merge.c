// pullmortem merge: timelines → one timeline, the reduce step. Merging the same again
// changes nothing.
#include "base/embed.h"
#include "cli/opts.h"
#include "pm/arena.h"
#include "pm/timeline.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern const struct pm_command pm_command_merge;
enum { OPT_DB, OPT_SCRIPT };
static const struct pm_opt options[] = {
    [OPT_DB] = {"db", 0, "FILE",
                "the timeline to merge into; it is made where it is not there, else added to", NULL,
                0},
    [OPT_SCRIPT] =
        {"script", 0, NULL,
         "print shards.sh, which ingests a list of shards on this host, by Slurm or in Kubernetes, and merges them",
         NULL, 0},
};

static int script(void) {
    struct pm_str s = pm_embedded_find("analyzer/share/shards.sh");
    return fwrite(s.p, 1, s.n, stdout) == s.n && fflush(stdout) == 0 ? PM_EXIT_OK : PM_EXIT_INPUT;
}

static int merge(const char *db, const char **paths, size_t n) {
    bool whole = pm_paths_present(paths, &n);
    const char *why = NULL;
    struct pm_timeline *t = n ? pm_timeline_open(db, !pm_timeline_is(db), &why) : NULL;
    if (!t) {
        if (why) fprintf(stderr, "pullmortem: %s\n", why);
        return PM_EXIT_INPUT;
    }
    for (size_t i = 0; i < n && !pm_timeline_error(t); i++) {
        if (pm_timeline_merge_take(t, paths[i], &why)) continue;
        fprintf(stderr, "pullmortem: %s\n", why);
        pm_timeline_skipped(
            t, pm_str_c(paths[i]),
            pm_str_c(why)); // whoever reports or gates this timeline is told that it lacks a part
        whole = false;
    }
    if (!pm_timeline_error(t) && !pm_timeline_merge_settle(t, &why)) {
        fprintf(stderr, "pullmortem: %s\n", why);
        whole = false;
    }
    if (!pm_timeline_finish(t, &why)) {
        if (whole) fprintf(stderr, "pullmortem: %s\n", why);
        whole = false;
    }
    return whole ? PM_EXIT_OK : PM_EXIT_INPUT;
}

static int run(int argc, char **argv) {
    const char **paths = pm_xmalloc(sizeof *paths * (size_t)(argc + 1)), *db = NULL;
    size_t n = 0;
    bool wants_script = false;
    int status = PM_EXIT_OK;
    struct pm_opts o = {.argc = argc, .argv = argv};
    for (int got; status == PM_EXIT_OK && (got = pm_opt_next(&o, &pm_command_merge)) != -1;) {
        if (got == -2) paths[n++] = o.value;
        else if (got == OPT_DB) db = o.value;
        else if (got == OPT_SCRIPT) wants_script = true;
        else status = pm_usage_option(&pm_command_merge, &o, got);
    }
    if (status == PM_EXIT_OK && wants_script) {
        free(paths);
        return script();
    }
    if (status == PM_EXIT_OK && n == 0) status = pm_usage(&pm_command_merge, "which timelines?");
    if (status == PM_EXIT_OK && !db)
        status = pm_usage(&pm_command_merge, "--db FILE is needed: where the merged timeline goes");
    if (status == PM_EXIT_OK) status = merge(db, paths, n);
    free(paths);
    return status;
}

const struct pm_command pm_command_merge = {
    .name = "merge",
    .arguments = "DB... --db FILE | --script",
    .summary = "put timelines together into one; merging the same again changes nothing",
    .notes =
        "Members that are there already (same content, same path) are not taken again; records that two members share count once.\n",
    .options = options,
    .options_n = PM_LEN(options),
    .order = 3,
    .run = run,
};
