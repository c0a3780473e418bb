// A timeline that grows by its inputs. Each is read into a timeline of its own beside it,
// which is then merged: a run that is killed loses the input that it was at, and the next
// goes on behind those that are there. Nodes and clocks are settled once, at the end.
#include "cli/resume.h"
#include "bundle/known_again.h"
#include <stdio.h>
#include <unistd.h>

#define WHY_AGAIN "could not be read; ingest --resume tries it again"

static struct pm_timeline *opened(const char *db, const char **why) {
    if (!pm_timeline_is(db)) {
        struct pm_timeline *t = pm_timeline_open(db, true, why);
        if (!t) return NULL;
        pm_timeline_commit(t);
        if (!pm_timeline_finish(t, why)) return NULL;
    }
    return pm_timeline_open(db, false, why);
}

// One input → the timeline. False where it could not be read, or not whole.
static bool input_add(struct pm_timeline *t, struct pm_bundle_args *args, const char *path,
                      const char *piece, const char *content) {
    struct pm_bundle_args one = *args;
    struct pm_diags *diags = pm_diags_new();
    const char *paths[] = {path}, *why = NULL;
    bool whole = true;
    one.paths = paths;
    one.paths_n = 1;
    one.db = piece;
    one.ingest.content = content;
    struct pm_timeline *made = pm_bundle_read(&one, diags, &whole);
    bool ok = made && pm_timeline_finish(made, &why) && pm_timeline_merge_take(t, piece, &why);
    if (why) fprintf(stderr, "pullmortem: %s\n", why);
    if (!whole) pm_diags_print(diags);
    if (!ok) pm_timeline_lacks(t, path, WHY_AGAIN);
    args->refused |= one.refused;
    pm_diags_free(diags);
    unlink(piece);
    return ok && whole;
}

static bool inputs_add(struct pm_timeline *t, struct pm_bundle_args *args, const char *piece) {
    for (size_t i = 0; i < args->paths_n; i++) {
        pm_timeline_lacks_no_more(t, args->paths[i]);
        if (access(args->paths[i], F_OK) != 0) pm_timeline_lacks(t, args->paths[i], WHY_AGAIN);
    }
    bool whole = pm_paths_present(args->paths, &args->paths_n);
    for (size_t i = 0; i < args->paths_n && !pm_timeline_error(t) && !args->refused; i++) {
        char content[PM_INPUT_CONTENT];
        bool known = pm_bundle_content(args->paths[i], content);
        if (known && pm_timeline_has_input(t, content)) {
            fprintf(stderr, "pullmortem: %s is in %s already\n", args->paths[i], args->db);
            continue;
        }
        whole &= input_add(t, args, args->paths[i], piece, known ? content : NULL);
    }
    return whole;
}

int pm_ingest_resume(struct pm_bundle_args *args) {
    const char *why = NULL;
    struct pm_buf piece = {0};
    pm_buf_fmt(&piece, "%s.shard", args->db);
    struct pm_timeline *t = opened(args->db, &why);
    bool whole = t && inputs_add(t, args, piece.p);
    if (t && !pm_timeline_error(t) && !args->refused) {
        struct pm_diags *diags = pm_diags_new();
        bool settled = pm_ingest_merged(t, diags, &why);
        whole = settled && whole;
        if (settled) pm_timeline_diags(t, diags);
        pm_diags_free(diags);
    }
    if (t && !pm_timeline_error(t)) unlink(piece.p); // of a run that was killed behind its merge
    const char *last = NULL;
    bool kept = pm_timeline_finish(t, &last) && t;
    if (why || last) fprintf(stderr, "pullmortem: %s\n", why ? why : last);
    if (kept && !whole)
        fprintf(
            stderr,
            "pullmortem: %s has gaps: what could not be read is said above, and in the timeline itself\n",
            args->db);
    pm_buf_free(&piece);
    if (args->refused) return PM_EXIT_USAGE;
    return kept && whole ? PM_EXIT_OK : PM_EXIT_INPUT;
}
