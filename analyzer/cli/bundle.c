// Reading a bundle, judging a timeline, writing reports: the steps of analyze, ingest and
// report.
#define _XOPEN_SOURCE 700 // realpath
#include "cli/bundle.h"
#include "base/guard.h"
#include "cli/window.h"
#include "clock/zone.h"
#include "pm/rule.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OPT_OUTPUT,
    OPT_FORMAT,
    OPT_DB,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_AROUND,
    OPT_RULES,
    OPT_QUOTAS,
    OPT_ALERTS,
    OPT_TZ,
    OPT_YEAR,
    OPT_JOBS,
    OPT_NO_REDACT,
    OPT_REDACT_KEY,
    OPT_BRIEF,
    OPT_INCIDENT,
    OPT_TEMPLATE,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_COLOR
};
const struct pm_opt pm_bundle_options[PM_BUNDLE_OPTIONS_N] = {
    [OPT_OUTPUT] =
        {"output", 'o', "FILE",
         "write a report there; the name says the format (.txt .json .md .html .om), - is standard output; may be repeated",
         NULL, PM_ARGS_OUTPUT},
    [OPT_FORMAT] = {"format", 'f', "F", "the format of all outputs, whatever their names",
                    "text json markdown html openmetrics alerts", PM_ARGS_OUTPUT},
    [OPT_DB] =
        {"db", 0, "FILE",
         "keep the timeline, an SQLite database, for report, query and merge; one that is there is replaced",
         NULL, PM_ARGS_DB},
    [OPT_SINCE] = {"since", 0, "T", "only what happened from T on: " PM_TIME_FORMS, NULL,
                   PM_ARGS_JUDGE},
    [OPT_UNTIL] = {"until", 0, "T", "only what happened up to T", NULL, PM_ARGS_JUDGE},
    [OPT_AROUND] =
        {"around", 0, "T",
         "only a quarter of an hour before and after T; T/1h is an hour before and after", NULL,
         PM_ARGS_JUDGE},
    [OPT_RULES] = {"rules", 0, "DIR",
                   "rules that replace built-in ones of the same name, and add others", NULL,
                   PM_ARGS_JUDGE},
    [OPT_QUOTAS] =
        {"quotas", 0, "FILE",
         "registry limits that come before the built-in table (rules/quotas.yaml shows the form)",
         NULL, PM_ARGS_JUDGE},
    [OPT_ALERTS] =
        {"alerts", 0, "FILE",
         "a Prometheus rule file: its alerts are replayed too, and replace built-in ones of the same name; known are rate, increase, sum, avg, max, "
         "min, count (by, without), + - * /, comparisons, and, or, unless, on, ignoring: what else it uses refuses an alert, not the run",
         NULL, PM_ARGS_JUDGE},
    [OPT_TZ] =
        {"tz", 0, "ZONE",
         "the zone of stamps that have none: UTC, +02:00, Europe/Berlin; found out where not given",
         NULL, PM_ARGS_BUNDLE},
    [OPT_YEAR] =
        {"year", 0, "Y",
         "the year of each file's last line, for stamps that have none; found out where not given",
         NULL, PM_ARGS_BUNDLE},
    [OPT_JOBS] = {"jobs", 'j', "N", "threads; as many as cores, at most 8, where not given", NULL,
                  PM_ARGS_BUNDLE},
    [OPT_NO_REDACT] = {"no-redact", 0, NULL, "keep secrets as they stand in the logs", NULL,
                       PM_ARGS_BUNDLE},
    [OPT_REDACT_KEY] =
        {"redact-key", 0, "FILE",
         "tags of secrets are a keyed hash of them instead of numbers: the same in every run, shard and merge with that key (16 bytes or more)",
         NULL, PM_ARGS_BUNDLE},
    [OPT_BRIEF] = {"brief", 0, NULL, "text: the first screen only", NULL, PM_ARGS_OUTPUT},
    [OPT_INCIDENT] = {"incident", 0, "N", "text: incident N alone, with all that is known of it",
                      NULL, PM_ARGS_OUTPUT},
    [OPT_TEMPLATE] =
        {"template", 0, "FILE",
         "markdown: a layout of one's own over the report's fields (share/pullmortem/postmortem.md.template is one)",
         NULL, PM_ARGS_OUTPUT},
    [OPT_QUIET] = {"quiet", 'q', NULL, "no progress and no word about what was written", NULL,
                   PM_ARGS_OUTPUT | PM_ARGS_BUNDLE},
    [OPT_VERBOSE] = {"verbose", 'v', NULL, "text: every incident, row and piece of evidence", NULL,
                     PM_ARGS_OUTPUT},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never; NO_COLOR is honoured",
                   "auto always never", PM_ARGS_OUTPUT},
};

static bool zone_known(const char *name) {
    struct pm_zone *zone = pm_zone_open(name);
    if (zone) pm_zone_close(zone);
    return zone != NULL;
}

// Whether it is a time at all is known before the bundle is read; which one, after.
static int time_take(const struct pm_command *c, const char *text, bool around) {
    const struct pm_extent some = {0, 0};
    int64_t at, from, to;
    enum pm_time_form form =
        around ? pm_time_around(text, &some, &at, &from, &to) : pm_time_given(text, &some, &at);
    return form != PM_TIME_BAD ? PM_EXIT_OK
                               : pm_usage(c, "'%s' is no time: write %s", text, PM_TIME_FORMS);
}
#define KEY_MIN 16
#define KEY_MAX 4096

static int key_take(const struct pm_command *c, struct pm_bundle_args *args, const char *path) {
    char key[KEY_MAX];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(key, 1, sizeof key, f) : 0;
    bool bad = !f || ferror(f);
    if (f) fclose(f);
    if (bad) return pm_usage(c, "--redact-key: %s cannot be read", path);
    if (n < KEY_MIN)
        return pm_usage(
            c, "--redact-key: %s holds %zu bytes, %d are the least: head -c 32 /dev/urandom >%s",
            path, n, KEY_MIN, path);
    pm_redact_key_free(args->redact_key);
    args->ingest.redact_key = args->redact_key = pm_redact_key_new(key, n);
    memset(key, 0, sizeof key);
    return PM_EXIT_OK;
}
static int option_take(const struct pm_command *c, struct pm_bundle_args *args, int which,
                       const char *value) {
    long n;
    switch (which) {
    case OPT_OUTPUT:
        if (args->out.n == PM_OUTPUTS_MAX) return pm_usage(c, "at most %d outputs", PM_OUTPUTS_MAX);
        args->out.file[args->out.n++] = value;
        return PM_EXIT_OK;
    case OPT_FORMAT: args->out.format = value; return PM_EXIT_OK;
    case OPT_COLOR: args->out.color = value; return PM_EXIT_OK;
    case OPT_DB: args->db = value; return PM_EXIT_OK;
    case OPT_SINCE: args->since = value; return time_take(c, value, false);
    case OPT_UNTIL: args->until = value; return time_take(c, value, false);
    case OPT_AROUND: args->around = value; return time_take(c, value, true);
    case OPT_BRIEF: args->out.render.brief = true; return PM_EXIT_OK;
    case OPT_INCIDENT:
        if (!pm_opt_number(value, 1, 1000000, &n))
            return pm_usage(c, "--incident is the number of an incident, not '%s'", value);
        args->out.render.incident = (uint32_t)n;
        return PM_EXIT_OK;
    case OPT_TEMPLATE: args->out.template = value; return PM_EXIT_OK;
    case OPT_QUIET:
        args->ingest.progress = false;
        args->out.quiet = true;
        return PM_EXIT_OK;
    case OPT_VERBOSE: args->out.render.verbose = true; return PM_EXIT_OK;
    case OPT_RULES:
        if (access(value, R_OK) == 0) {
            args->rules_dir = value;
            return PM_EXIT_OK;
        }
        return pm_usage(c, "--rules: there is no folder '%s'", value);
    case OPT_QUOTAS:
        if (access(value, R_OK) == 0) {
            args->quotas_file = value;
            return PM_EXIT_OK;
        }
        return pm_usage(c, "--quotas: there is no file '%s'", value);
    case OPT_ALERTS:
        if (access(value, R_OK) == 0) {
            args->alerts_file = value;
            return PM_EXIT_OK;
        }
        return pm_usage(c, "--alerts: there is no file '%s'", value);
    case OPT_TZ:
        if (!zone_known(value))
            return pm_usage(
                c,
                access("/usr/share/zoneinfo", R_OK) == 0
                    ? "--tz: there is no zone '%s' here; write UTC, +02:00 or a name such as Europe/Berlin"
                    : "--tz: zone '%s': this machine has no zone names (package tzdata); write UTC or an offset such as +02:00",
                value);
        args->ingest.tz = value;
        return PM_EXIT_OK;
    case OPT_YEAR:
        if (!pm_opt_number(value, 1970, 2199, &n))
            return pm_usage(c, "--year is a year such as 2026, not '%s'", value);
        args->ingest.year = (int)n;
        return PM_EXIT_OK;
    case OPT_JOBS:
        if (!pm_opt_number(value, 1, 64, &n))
            return pm_usage(c, "-j is a number from 1 to 64, not '%s'", value);
        args->ingest.threads = (int)n;
        return PM_EXIT_OK;
    case OPT_NO_REDACT: args->ingest.redact = false; return PM_EXIT_OK;
    case OPT_REDACT_KEY: return key_take(c, args, value);
    }
    return PM_EXIT_USAGE;
}

// Outputs never destroy: what is read, or kept for reading, is not written over. Devices
// and "-" may be named twice.
static bool same_place(const char *a, const char *b) {
    struct stat x, y;
    if (stat(a, &x) == 0 && stat(b, &y) == 0)
        return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    return strcmp(a, b) == 0 && strcmp(a, "-") != 0;
}
static int outputs_spare(const struct pm_command *c, const struct pm_bundle_args *args) {
    const struct pm_outputs *out = &args->out;
    for (size_t i = 0; i < out->n; i++) {
        const char *name = out->file[i];
        for (size_t k = 0; k < args->paths_n; k++)
            if (same_place(name, args->paths[k]))
                return pm_usage(c, "%s is read: the report would take its place", name);
        for (size_t k = 0; k < i; k++)
            if (same_place(name, out->file[k]))
                return pm_usage(c, "two outputs of one name: %s", name);
        if (args->db && same_place(name, args->db))
            return pm_usage(c, "%s is the timeline: the report would take its place", name);
        if (pm_timeline_is(name))
            return pm_usage(c, "%s is a timeline: a report does not take its place", name);
    }
    for (size_t k = 0; args->db && k < args->paths_n; k++)
        if (same_place(args->db, args->paths[k]))
            return pm_usage(c, "%s is read: the timeline would take its place", args->db);
    return PM_EXIT_OK;
}

static int args_check(const struct pm_command *c, struct pm_bundle_args *args) {
    unsigned parts = c->parts;
    if (args->paths_n == 0)
        return pm_usage(c, "which %s?", parts & PM_ARGS_BUNDLE ? "bundle" : "timeline");
    for (size_t i = 0; i < args->paths_n; i++)
        if (parts & PM_ARGS_BUNDLE && pm_timeline_is(args->paths[i]))
            return pm_usage(
                c,
                "%s is a timeline, not a bundle: 'pullmortem report' reads it, 'pullmortem merge' puts several together",
                args->paths[i]);
    if (args->around && (args->since || args->until))
        return pm_usage(c, "--around is a window of its own: leave out --since and --until");
    if (args->out.render.brief && args->out.render.incident)
        return pm_usage(c, "--brief or --incident, not both");
    args->out.render.subject =
        args->paths_n == 1 && strcmp(args->paths[0], "-") != 0 ? args->paths[0] : NULL;
    int status = parts & PM_ARGS_OUTPUT ? pm_outputs_check(c, &args->out) : PM_EXIT_OK;
    return status == PM_EXIT_OK ? outputs_spare(c, args) : status;
}

static void folder_add(struct pm_strs *all, struct pm_arena *a, const char *file) {
    const char *slash = file ? strrchr(file, '/') : NULL;
    if (!file || strcmp(file, "-") == 0) return;
    struct pm_str folder =
        slash ? (struct pm_str){file, slash == file ? 1 : (size_t)(slash - file)} : PM_STR(".");
    *PM_PUSH(all->items, all->n, all->cap) = pm_arena_dup(a, folder);
}

// All outputs are known: nothing else is written from here on. Where an output is a link,
// the folder that it leads to is written, too.
static void writes_guard(const struct pm_bundle_args *args) {
    struct pm_arena *a = pm_arena_new();
    struct pm_strs all = {0};
    for (size_t i = 0; i <= args->out.n; i++) {
        const char *file = i < args->out.n ? args->out.file[i] : args->db;
        char *real = file ? realpath(file, NULL) : NULL;
        folder_add(&all, a, file);
        folder_add(&all, a, real);
        free(real);
    }
    const char **folders = pm_xmalloc((all.n + 1) * sizeof *folders);
    for (size_t i = 0; i < all.n; i++) folders[i] = pm_arena_cstr(a, all.items[i]);
    pm_guard_writes(folders, all.n);
    free(folders);
    free(all.items);
    pm_arena_free(a);
}

int pm_bundle_args_read(const struct pm_command *c, int argc, char **argv,
                        struct pm_bundle_args *args) {
    *args = (struct pm_bundle_args){0};
    args->ingest.redact = true;
    args->ingest.progress = isatty(STDERR_FILENO);
    args->paths = pm_xmalloc(sizeof *args->paths * (size_t)(argc + 1));
    struct pm_opts o = {.argc = argc, .argv = argv};
    for (int got; (got = pm_opt_next(&o, c)) != -1;) {
        int status = PM_EXIT_OK;
        if (got == -2) args->paths[args->paths_n++] = o.value;
        else if (got < 0) status = pm_usage_option(c, &o, got);
        else status = option_take(c, args, got, o.value);
        if (status != PM_EXIT_OK) return status;
    }
    int status = args_check(c, args);
    if (status == PM_EXIT_OK) writes_guard(args);
    return status;
}
void pm_bundle_args_free(struct pm_bundle_args *args) {
    pm_redact_key_free(args->redact_key);
    free(args->paths);
}

static void inputs_note(struct pm_timeline *t, const struct pm_bundle_args *args) {
    struct pm_buf lines = {0};
    for (size_t i = 0; i < args->paths_n; i++)
        pm_buf_fmt(&lines, "%s%s", i ? "\n" : "", args->paths[i]);
    pm_timeline_meta(t, "inputs", pm_buf_str(&lines));
    pm_timeline_meta(t, "version", PM_STR(PM_VERSION));
    pm_buf_free(&lines);
}

// A year that cannot be is a mistake in usage, though only the lines show it: nothing is
// written that stands on it.
static bool year_refused(struct pm_diags *diags) {
    bool refused = false;
    for (size_t i = 0, n = pm_diags_count(diags); i < n; i++) {
        struct pm_diag d = pm_diags_at(diags, i);
        if (!pm_str_eqc(d.code, PM_DIAG_NO_SUCH_DAY)) continue;
        fprintf(stderr, "pullmortem: %.*s:%llu: %.*s\n", PM_FMT(d.path), (unsigned long long)d.line,
                PM_FMT(d.message));
        refused = true;
    }
    return refused;
}

struct pm_timeline *pm_bundle_read(struct pm_bundle_args *args, struct pm_diags *diags,
                                   bool *whole) {
    *whole = pm_paths_present(args->paths, &args->paths_n);
    if (args->paths_n == 0) return NULL;
    const char *why = NULL;
    struct pm_timeline *t = pm_timeline_open(args->db, true, &why);
    if (!t) {
        fprintf(stderr, "pullmortem: %s\n", why);
        return NULL;
    }
    inputs_note(t, args);
    if (!pm_ingest(t, args->paths, args->paths_n, &args->ingest, diags)) *whole = false;
    if ((args->refused = year_refused(diags))) {
        pm_timeline_close(t);
        return NULL;
    }
    if (!*whole) pm_timeline_meta(t, "partial", PM_STR("yes"));
    pm_timeline_diags(t, diags);
    pm_timeline_commit(t);
    if (!pm_timeline_error(t)) return t;
    fprintf(stderr, "pullmortem: %s: %s\n", args->db ? args->db : "the temporary timeline",
            pm_timeline_error(t));
    pm_timeline_close(t);
    return NULL;
}

struct pm_timeline *pm_bundle_timeline(const char *path, int threads, struct pm_diags *diags,
                                       const char **why) {
    if (pm_timeline_is(path)) return pm_timeline_open_read(path, why);
    const struct pm_ingest_options o = {.redact = true, .threads = threads};
    struct pm_timeline *t = pm_timeline_open(NULL, true, why);
    if (!t) return NULL;
    if (!pm_ingest(t, &path, 1, &o, diags)) pm_timeline_meta(t, "partial", PM_STR("yes"));
    pm_timeline_diags(t, diags);
    pm_timeline_commit(t);
    return t;
}

static struct pm_strs inputs_of(struct pm_timeline *t, struct pm_arena *a) {
    struct pm_str rest = pm_timeline_meta_get(t, "inputs", a);
    struct pm_strs inputs = {0};
    while (rest.n) {
        ptrdiff_t end = pm_str_chr(rest, '\n', 0);
        struct pm_str line = end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end);
        *PM_PUSH(inputs.items, inputs.n, inputs.cap) = line;
        rest = end < 0 ? PM_NONE : pm_str_from(rest, (size_t)end + 1);
    }
    return inputs;
}

// What was wrong with the input is a fact of the timeline, not of the judge.
static bool diagnostic_in(void *ctx, int columns, const char *const *names,
                          const char *const *cells) {
    (void)columns, (void)names;
    struct pm_report *r = ctx;
    struct pm_diag *d = PM_PUSH(r->diagnostics, r->diagnostics_n, r->diagnostics_cap);
    d->path = pm_arena_dup(r->a, pm_str_c(cells[0]));
    pm_str_u64(pm_str_c(cells[1]), &d->line);
    d->code = pm_arena_dup(r->a, pm_str_c(cells[2]));
    d->message = pm_arena_dup(r->a, pm_str_c(cells[3]));
    pm_str_u64(pm_str_c(cells[4]), &d->count);
    r->partial |= pm_diag_is_loss(d->code); // timelines of older versions, and merged ones
    return true;
}
static bool skipped_in(void *ctx, int columns, const char *const *names, const char *const *cells) {
    (void)columns, (void)names;
    struct pm_report *r = ctx;
    PM_PUSH(r->skipped, r->skipped_n, r->skipped_cap)->path =
        pm_arena_dup(r->a, pm_str_c(cells[0]));
    r->skipped[r->skipped_n - 1].why = pm_arena_dup(r->a, pm_str_c(cells[1]));
    return true;
}
static int by_place(const void *a, const void *b) {
    const struct pm_diag *x = a, *y = b;
    int c = pm_str_cmp(x->path, y->path);
    if (!c) c = (x->line > y->line) - (x->line < y->line);
    if (!c) c = pm_str_cmp(x->code, y->code);
    return c ? c : pm_str_cmp(x->message, y->message);
}
static void diagnostics_add(struct pm_report *r, struct pm_diags *said) {
    for (size_t i = 0, n = pm_diags_count(said), there = r->diagnostics_n; i < n; i++) {
        struct pm_diag d = pm_diags_at(said, i);
        r->partial |= pm_diag_is_loss(d.code);
        if (there && bsearch(&d, r->diagnostics, there, sizeof d, by_place))
            continue; // the timeline took it
        d.path = pm_arena_dup(r->a, d.path), d.code = pm_arena_dup(r->a, d.code),
        d.message = pm_arena_dup(r->a, d.message);
        *PM_PUSH(r->diagnostics, r->diagnostics_n, r->diagnostics_cap) = d;
    }
    if (r->diagnostics_n > 1)
        qsort(r->diagnostics, r->diagnostics_n, sizeof *r->diagnostics, by_place);
}
void pm_report_input(struct pm_report *r, struct pm_timeline *t, struct pm_diags *said) {
    struct pm_str why;
    r->diagnostics_n = r->skipped_n = 0;
    r->partial = pm_timeline_meta_get(t, "partial", r->a).n > 0;
    pm_timeline_sql(
        t,
        "SELECT file, line, code, message, count FROM diagnostics ORDER BY file, line, code, message",
        diagnostic_in, r, &why, r->a);
    diagnostics_add(r, said);
    pm_timeline_sql(t, "SELECT file, why FROM skipped ORDER BY file, why", skipped_in, r, &why,
                    r->a);
}

// A window beside all that is dated leaves nothing; that is most often a slip in the year
// or the zone.
static void window_note(const struct pm_report *r, const struct pm_judge_options *args) {
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

// The evidence's first and last stamp: of members whose zone is known, where there are
// such.
static bool extent_in(void *ctx, int columns, const char *const *names, const char *const *cells) {
    struct pm_extent *e = ctx;
    (void)columns, (void)names;
    if (cells[0] && cells[1])
        e->from_ns = strtoll(cells[0], NULL, 10), e->to_ns = strtoll(cells[1], NULL, 10);
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
static int window_read(const struct pm_bundle_args *args, struct pm_timeline *t,
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

struct pm_ruleset *pm_bundle_rules(const struct pm_bundle_args *args) {
    struct pm_diags *mistakes = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(args->rules_dir, mistakes);
    if (rules) pm_ruleset_listen(rules);
    else pm_diags_print(mistakes);
    pm_diags_free(mistakes);
    return rules;
}

int pm_bundle_report(struct pm_timeline *t, struct pm_ruleset *rules,
                     const struct pm_bundle_args *args) {
    int status = PM_EXIT_USAGE;
    struct pm_arena *a = pm_arena_new();
    struct pm_judge_options o = {.quotas_file = args->quotas_file,
                                 .alerts_file = args->alerts_file,
                                 .since_ns = PM_NO_TIME,
                                 .until_ns = PM_NO_TIME,
                                 .inputs = inputs_of(t, a)};
    struct pm_diags *said = pm_diags_new();
    struct pm_report *r = NULL;
    bool asked = window_read(args, t, &o) == PM_EXIT_OK;
    if (args->ingest.progress && asked) fputs("\rjudging\033[K", stderr);
    if (asked) r = pm_judge(t, rules, &o, said);
    if (args->ingest.progress && asked) fputs("\r\033[K", stderr);
    if (r) pm_report_input(r, t, said);
    if (r) status = pm_outputs_write(&args->out, r);
    if (r) window_note(r, &o);
    if (r && status == PM_EXIT_OK && !r->file_rows_n && r->skipped_n)
        status = PM_EXIT_INPUT; // none of it is a text
    if (r && pm_timeline_error(t)) {
        fprintf(stderr, "pullmortem: the timeline: %s\n", pm_timeline_error(t));
        status = PM_EXIT_INPUT;
    }
    if (r && status == PM_EXIT_OK && pm_diags_lost(said))
        status = PM_EXIT_INPUT; // a limit of the judge's bit; the report lists it
    if (r) pm_report_free(r);
    else pm_diags_print(said);
    pm_diags_free(said);
    free(o.inputs.items);
    pm_arena_free(a);
    return status;
}
