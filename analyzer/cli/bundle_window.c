// --since, --until and --around as times: relative forms are told from the evidence's end,
// which is known once a bundle is read.
#include "cli/bundle_window.h"
#include "cli/window.h"
#include <stdlib.h>

// The evidence's first and last stamp: of members whose zone is known, where there are
// such.
static bool extent_in(void *ctx, int columns, const char *const *names, const char *const *cells) {
    struct pm_extent *e = ctx;
    (void)columns, (void)names;
    if (!cells[0] || !cells[1]) return true;
    e->from_ns = strtoll(cells[0], NULL, 10);
    e->to_ns = strtoll(cells[1], NULL, 10);
    return true;
}
static struct pm_extent extent_of(struct pm_timeline *t) {
    struct pm_extent e = {PM_NO_TIME, PM_NO_TIME};
    struct pm_arena *a = pm_arena_new();
    struct pm_str why;
    pm_timeline_sql(
        t,
        "SELECT min(from_ns), max(to_ns) FROM member WHERE coalesce(offset_from, '') <> 'assumed'",
        extent_in, &e, &why, a);
    if (e.to_ns == PM_NO_TIME)
        pm_timeline_sql(t, "SELECT min(from_ns), max(to_ns) FROM member", extent_in, &e, &why, a);
    pm_arena_free(a);
    return e;
}
static int around_read(const struct pm_bundle_args *args, const struct pm_extent *e,
                       struct pm_judge_options *o) {
    char first[32], last[32];
    int64_t at;
    if (pm_time_around(args->around, e, &at, &o->since_ns, &o->until_ns) == PM_TIME_GOOD &&
        e->to_ns != PM_NO_TIME && o->until_ns >= e->from_ns && o->since_ns <= e->to_ns)
        return PM_EXIT_OK;
    if (e->to_ns == PM_NO_TIME)
        fprintf(stderr, "pullmortem: --around %s: nothing here has a time\n", args->around);
    else
        fprintf(stderr, "pullmortem: --around %s: the logs go from %s to %s\n", args->around,
                pm_when_format(e->from_ns, first), pm_when_format(e->to_ns, last));
    return PM_EXIT_USAGE;
}
int pm_bundle_window(const struct pm_bundle_args *args, struct pm_timeline *t,
                     struct pm_judge_options *o) {
    const struct {
        const char *name, *text;
        int64_t *ns;
    } ends[] = {{"since", args->since, &o->since_ns}, {"until", args->until, &o->until_ns}};
    if (!args->since && !args->until && !args->around) return PM_EXIT_OK;
    struct pm_extent e = extent_of(t);
    if (args->around) return around_read(args, &e, o);
    for (size_t i = 0; i < PM_LEN(ends); i++) {
        if (!ends[i].text || pm_time_given(ends[i].text, &e, ends[i].ns) == PM_TIME_GOOD) continue;
        fprintf(stderr, "pullmortem: --%s %s: nothing here has a time that it could be told from\n",
                ends[i].name, ends[i].text);
        return PM_EXIT_USAGE;
    }
    if (o->since_ns == PM_NO_TIME || o->until_ns == PM_NO_TIME || o->since_ns <= o->until_ns)
        return PM_EXIT_OK;
    fputs("pullmortem: --since is after --until\n", stderr);
    return PM_EXIT_USAGE;
}

// A window beside all that is dated leaves nothing; that is most often a slip in the year
// or the zone.
void pm_bundle_window_note(const struct pm_report *r, const struct pm_judge_options *args) {
    int64_t from = PM_NO_TIME, to = PM_NO_TIME;
    char at[32];
    for (size_t i = 0; i < r->file_rows_n; i++) {
        const struct pm_file_row *f = &r->files[i];
        if (f->from_ns != PM_NO_TIME && (from == PM_NO_TIME || f->from_ns < from))
            from = f->from_ns;
        if (f->to_ns != PM_NO_TIME && (to == PM_NO_TIME || f->to_ns > to)) to = f->to_ns;
    }
    if (to != PM_NO_TIME && args->since_ns != PM_NO_TIME && args->since_ns > to)
        fprintf(stderr, "pullmortem: --since leaves nothing: the logs end at %s\n",
                pm_when_format(to, at));
    if (from != PM_NO_TIME && args->until_ns != PM_NO_TIME && args->until_ns < from)
        fprintf(stderr, "pullmortem: --until leaves nothing: the logs begin at %s\n",
                pm_when_format(from, at));
}
