// The options of the commands that read bundles or judge timelines, and what cannot be
// among them: told before the long work begins.
#include "cli/bundle.h"
#include "cli/window.h"
#include "cli/writes.h"
#include "clock/zone.h"
#include "pm/timeline.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OPT_OUTPUT,
    OPT_FORMAT,
    OPT_DB,
    OPT_RESUME,
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
    OPT_PSEUDONYMISE,
    OPT_PSEUDONYM_KEY,
    OPT_BRIEF,
    OPT_INCIDENT,
    OPT_TEMPLATE,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_COLOR
};
const struct pm_opt pm_bundle_options[PM_BUNDLE_OPTIONS_N] = {
    [OPT_OUTPUT] =
        {.name = "output",
         .letter = 'o',
         .kind = PM_OPT_FILE,
         .value = "FILE",
         .words_of = pm_outputs_endings,
         .many = true,
         .part = PM_ARGS_OUTPUT,
         .help =
             "write a report there; the name says the format, - is standard output; may be repeated"},
    [OPT_FORMAT] = {.name = "format",
                    .letter = 'f',
                    .kind = PM_OPT_WORD,
                    .value = "F",
                    .words_of = pm_outputs_formats,
                    .part = PM_ARGS_OUTPUT,
                    .help = "the format of all outputs, whatever their names"},
    [OPT_DB] =
        {.name = "db",
         .kind = PM_OPT_FILE,
         .value = "FILE",
         .part = PM_ARGS_DB,
         .help =
             "keep the timeline, an SQLite database, for report, query and merge; one that is there is replaced"},
    [OPT_RESUME] =
        {.name = "resume",
         .part = PM_ARGS_SHARDS,
         .help = "go on: inputs that FILE holds already, by content, are left out, each other is "
                 "added to it"},
    [OPT_SINCE] = {.name = "since",
                   .kind = PM_OPT_TEXT,
                   .value = "T",
                   .part = PM_ARGS_JUDGE,
                   .help = "only what happened from T on: " PM_TIME_FORMS},
    [OPT_UNTIL] = {.name = "until",
                   .kind = PM_OPT_TEXT,
                   .value = "T",
                   .part = PM_ARGS_JUDGE,
                   .help = "only what happened up to T"},
    [OPT_AROUND] =
        {.name = "around",
         .kind = PM_OPT_TEXT,
         .value = "T",
         .part = PM_ARGS_JUDGE,
         .help = "only a quarter of an hour before and after T; T/1h is an hour before and after"},
    [OPT_RULES] = {PM_OPT_RULES, .part = PM_ARGS_JUDGE},
    [OPT_QUOTAS] = {PM_OPT_QUOTAS, .part = PM_ARGS_JUDGE},
    [OPT_ALERTS] =
        {.name = "alerts",
         .kind = PM_OPT_READ,
         .value = "FILE",
         .part = PM_ARGS_JUDGE,
         .help =
             "a Prometheus rule file: its alerts are replayed too, and replace built-in ones of the same name; known are rate, increase, sum, avg, max, "
             "min, count (by, without), + - * /, comparisons, and, or, unless, on, ignoring: what else it uses refuses an alert, not the run"},
    [OPT_TZ] =
        {.name = "tz",
         .kind = PM_OPT_TEXT,
         .value = "ZONE",
         .part = PM_ARGS_BUNDLE,
         .help =
             "the zone of stamps that have none: UTC, +02:00, Europe/Berlin; found out where not given"},
    [OPT_YEAR] =
        {.name = "year",
         .kind = PM_OPT_NUMBER,
         .value = "Y",
         .low = 1970,
         .high = 2199,
         .part = PM_ARGS_BUNDLE,
         .help =
             "the year of each file's last line, for stamps that have none; found out where not given"},
    [OPT_JOBS] = {PM_OPT_JOBS, .part = PM_ARGS_BUNDLE},
    [OPT_NO_REDACT] = {PM_OPT_NO_REDACT, .part = PM_ARGS_BUNDLE},
    [OPT_REDACT_KEY] = {PM_OPT_REDACT_KEY, .part = PM_ARGS_BUNDLE},
    [OPT_PSEUDONYMISE] = {PM_OPT_PSEUDONYMISE, .part = PM_ARGS_BUNDLE | PM_ARGS_JUDGE},
    [OPT_PSEUDONYM_KEY] = {PM_OPT_PSEUDONYM_KEY, .part = PM_ARGS_BUNDLE | PM_ARGS_JUDGE},
    [OPT_BRIEF] = {.name = "brief", .part = PM_ARGS_OUTPUT, .help = "text: the first screen only"},
    [OPT_INCIDENT] = {.name = "incident",
                      .kind = PM_OPT_NUMBER,
                      .value = "N",
                      .low = 1,
                      .high = 1000000,
                      .part = PM_ARGS_OUTPUT,
                      .help = "text: incident N alone, with all that is known of it"},
    [OPT_TEMPLATE] =
        {.name = "template",
         .kind = PM_OPT_FILE,
         .value = "FILE",
         .part = PM_ARGS_OUTPUT,
         .help =
             "markdown: a layout of one's own over the report's fields (share/pullmortem/postmortem.md.template is one)"},
    [OPT_QUIET] = {.name = "quiet",
                   .letter = 'q',
                   .part = PM_ARGS_OUTPUT | PM_ARGS_BUNDLE,
                   .help = "no progress and no word about what was written"},
    [OPT_VERBOSE] = {.name = "verbose",
                     .letter = 'v',
                     .part = PM_ARGS_OUTPUT,
                     .help = "text: every incident, row and piece of evidence"},
    [OPT_COLOR] = {PM_OPT_COLOR, .part = PM_ARGS_OUTPUT},
};

// Whether it is a time at all is known before the bundle is read; which one, after.
enum window_part { WINDOW_END, WINDOW_MIDDLE };
static int time_check(const struct pm_command *c, const char *text, enum window_part part) {
    const struct pm_extent some = {0, 0};
    int64_t at, from, to;
    enum pm_time_form form = part == WINDOW_MIDDLE ? pm_time_around(text, &some, &at, &from, &to)
                                                   : pm_time_given(text, &some, &at);
    return form != PM_TIME_BAD ? PM_EXIT_OK
                               : pm_usage(c, "'%s' is no time: write %s", text, PM_TIME_FORMS);
}
static int window_check(const struct pm_command *c, const struct pm_bundle_args *args) {
    int status = PM_EXIT_OK;
    if (args->since) status = time_check(c, args->since, WINDOW_END);
    if (args->until && status == PM_EXIT_OK) status = time_check(c, args->until, WINDOW_END);
    if (args->around && status == PM_EXIT_OK) status = time_check(c, args->around, WINDOW_MIDDLE);
    return status;
}
static int zone_check(const struct pm_command *c, const char *name) {
    struct pm_zone *zone = name ? pm_zone_open(name) : NULL;
    if (zone) pm_zone_close(zone);
    if (zone || !name) return PM_EXIT_OK;
    if (access("/usr/share/zoneinfo", R_OK) == 0)
        return pm_usage(
            c,
            "--tz: there is no zone '%s' here; write UTC, +02:00 or a name such as Europe/Berlin",
            name);
    return pm_usage(
        c,
        "--tz: zone '%s': this machine has no zone names (package tzdata); write UTC or an offset such as +02:00",
        name);
}
static int outputs_given(const struct pm_given *g, struct pm_outputs *out) {
    for (size_t i = 0; i < g->all_n; i++) {
        if (g->all[i].option != OPT_OUTPUT) continue;
        if (out->n == PM_OUTPUTS_MAX)
            return pm_usage(g->command, "at most %d outputs", PM_OUTPUTS_MAX);
        out->file[out->n++] = g->all[i].value;
    }
    out->format = g->value[OPT_FORMAT];
    out->color = g->value[OPT_COLOR];
    out->layout_file = g->value[OPT_TEMPLATE];
    out->quiet = g->value[OPT_QUIET] != NULL;
    out->render.brief = g->value[OPT_BRIEF] != NULL;
    out->render.verbose = g->value[OPT_VERBOSE] != NULL;
    out->render.incident = (uint32_t)pm_given_number(g, OPT_INCIDENT);
    return PM_EXIT_OK;
}

static int outputs_spare(const struct pm_command *c, const struct pm_bundle_args *args) {
    const struct pm_outputs *out = &args->out;
    for (size_t i = 0; args->db && i < out->n; i++)
        if (pm_writes_same(out->file[i], args->db))
            return pm_usage(c, "%s is the timeline: the report would take its place", out->file[i]);
    for (size_t k = 0; args->db && k < args->paths_n; k++)
        if (pm_writes_same(args->db, args->paths[k]))
            return pm_usage(c, "%s is read: the timeline would take its place", args->db);
    return pm_writes_spare(c, out->file, out->n, (const char *const *)args->paths, args->paths_n);
}

static int args_check(const struct pm_command *c, struct pm_bundle_args *args) {
    unsigned parts = c->parts;
    if (args->paths_n == 0)
        return pm_usage_asks(c, "which %s?", parts & PM_ARGS_BUNDLE ? "bundle" : "timeline");
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
    if (args->resume && args->privacy.pseudonyms)
        return pm_usage(
            c, "--resume: pseudonyms are of one run; give them behind the last with merge");
    for (size_t i = 0; i < args->paths_n && args->resume; i++)
        if (strcmp(args->paths[i], "-") == 0)
            return pm_usage(c, "--resume: what standard input holds is not known again");
    if (pm_writes_timeline(c, args->db) != PM_EXIT_OK) return PM_EXIT_USAGE;
    bool named = args->paths_n == 1 && strcmp(args->paths[0], "-") != 0;
    args->out.render.subject = named && !args->privacy.pseudonyms ? args->paths[0] : NULL;
    int status = parts & PM_ARGS_OUTPUT ? pm_outputs_check(c, &args->out) : PM_EXIT_OK;
    return status == PM_EXIT_OK ? outputs_spare(c, args) : status;
}

// All outputs are known: nothing else is written from here on.
static void writes_guard(const struct pm_bundle_args *args) {
    const char *files[PM_OUTPUTS_MAX + 2];
    for (size_t i = 0; i < args->out.n; i++) files[i] = args->out.file[i];
    files[args->out.n] = args->db;
    files[args->out.n + 1] = args->privacy.pseudonym_key;
    pm_writes_guard(files, args->out.n + 2);
}

int pm_bundle_args_read(struct pm_given *g, struct pm_bundle_args *args) {
    const struct pm_command *c = g->command;
    *args = (struct pm_bundle_args){
        .paths = g->words,
        .paths_n = g->words_n,
        .db = g->value[OPT_DB],
        .resume = g->value[OPT_RESUME] != NULL,
        .rules_dir = g->value[OPT_RULES],
        .quotas_file = g->value[OPT_QUOTAS],
        .alerts_file = g->value[OPT_ALERTS],
        .since = g->value[OPT_SINCE],
        .until = g->value[OPT_UNTIL],
        .around = g->value[OPT_AROUND],
        .ingest = {.redact = !g->value[OPT_NO_REDACT],
                   .progress = !g->value[OPT_QUIET] && isatty(STDERR_FILENO),
                   .tz = g->value[OPT_TZ],
                   .year = (int)pm_given_number(g, OPT_YEAR),
                   .threads = (int)pm_given_number(g, OPT_JOBS)},
    };
    int status = outputs_given(g, &args->out);
    if (status == PM_EXIT_OK) status = window_check(c, args);
    if (status == PM_EXIT_OK) status = zone_check(c, args->ingest.tz);
    if (status == PM_EXIT_OK)
        status = pm_privacy_read(c, &args->privacy, g->value[OPT_REDACT_KEY],
                                 g->value[OPT_PSEUDONYMISE], g->value[OPT_PSEUDONYM_KEY]);
    args->ingest.redact_key = args->privacy.redact_key;
    if (status == PM_EXIT_OK) status = args_check(c, args);
    if (status == PM_EXIT_OK) writes_guard(args);
    return status;
}
void pm_bundle_args_free(struct pm_bundle_args *args) { pm_privacy_free(&args->privacy); }
