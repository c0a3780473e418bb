// pullmortem merge: timelines → one timeline, the reduce step. Merging the same again
// changes nothing.
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/privacy.h"
#include "cli/writes.h"
#include "pm/arena.h"
#include "pm/ingest.h"
#include "pm/timeline.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_DB, OPT_SCRIPT, OPT_PSEUDONYMISE, OPT_PSEUDONYM_KEY };
static const struct pm_opt options[] = {
    [OPT_DB] = {.name = "db",
                .kind = PM_OPT_FILE,
                .value = "FILE",
                .help =
                    "the timeline to merge into; it is made where it is not there, else added to"},
    [OPT_SCRIPT] =
        {.name = "script",
         .help =
             "print shards.sh, which ingests a list of shards on this host, by Slurm or in Kubernetes, and merges them"},
    [OPT_PSEUDONYMISE] = {PM_OPT_PSEUDONYMISE},
    [OPT_PSEUDONYM_KEY] = {PM_OPT_PSEUDONYM_KEY},
};

// Sources that are not there: told by the timeline, too.
struct absent {
    struct {
        const char *path, *why;
    } * items;
    size_t n, cap;
};
static void absent_note(struct absent *a, const char *const *paths, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (access(paths[i], R_OK) == 0) continue;
        PM_PUSH(a->items, a->n, a->cap)->path = paths[i];
        a->items[a->n - 1].why = strerror(errno);
    }
}
static void absent_tell(struct absent *a, struct pm_timeline *t) {
    for (size_t i = 0; i < a->n && t; i++) pm_timeline_lacks(t, a->items[i].path, a->items[i].why);
    free(a->items);
}

static int merge(const char *db, const char **paths, size_t n, const struct pm_privacy *privacy) {
    const char *why = NULL;
    struct absent absent = {0};
    absent_note(&absent, paths, n);
    bool whole = pm_paths_present(paths, &n);
    struct pm_timeline *t = n ? pm_timeline_open(db, !pm_timeline_is(db), &why) : NULL;
    absent_tell(&absent, t);
    if (!t) {
        if (why) fprintf(stderr, "pullmortem: %s\n", why);
        return PM_EXIT_INPUT;
    }
    for (size_t i = 0; i < n && !pm_timeline_error(t); i++) {
        pm_timeline_lacks_no_more(t, paths[i]);
        if (pm_timeline_merge_take(t, paths[i], &why)) continue;
        fprintf(stderr, "pullmortem: %s\n", why);
        pm_timeline_lacks(t, paths[i], why);
        whole = false;
    }
    struct pm_diags *diags = pm_diags_new();
    if (!pm_timeline_error(t) && !pm_ingest_merged(t, diags, &why)) {
        fprintf(stderr, "pullmortem: %s\n", why);
        whole = false;
    }
    if (!pm_timeline_error(t)) pm_timeline_diags(t, diags);
    pm_diags_free(diags);
    if (!pm_timeline_error(t)) whole &= pm_privacy_names(privacy, t, NULL);
    if (!pm_timeline_finish(t, &why)) {
        if (whole) fprintf(stderr, "pullmortem: %s\n", why);
        whole = false;
    }
    whole &= pm_privacy_key_write(privacy);
    return whole ? PM_EXIT_OK : PM_EXIT_INPUT;
}

static int run(struct pm_given *g) {
    if (g->value[OPT_SCRIPT]) return pm_embedded_print("analyzer/share/shards.sh");
    if (!g->words_n) return pm_usage_asks(g->command, "which timelines?");
    const char *db = g->value[OPT_DB];
    if (!db)
        return pm_usage_asks(g->command, "--db FILE is needed: where the merged timeline goes");
    if (pm_writes_timeline(g->command, db) != PM_EXIT_OK) return PM_EXIT_USAGE;
    if (g->value[OPT_PSEUDONYMISE] && pm_timeline_is(db))
        return pm_usage(g->command, "--pseudonymise: %s is there: give the merged one a new name",
                        db);
    struct pm_privacy privacy;
    int status = pm_privacy_read(g->command, &privacy, NULL, g->value[OPT_PSEUDONYMISE],
                                 g->value[OPT_PSEUDONYM_KEY]);
    const char *const files[] = {db, g->value[OPT_PSEUDONYM_KEY]};
    pm_writes_guard(files, PM_LEN(files));
    if (status == PM_EXIT_OK) status = merge(db, g->words, g->words_n, &privacy);
    pm_privacy_free(&privacy);
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
