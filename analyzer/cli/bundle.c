// Reading a bundle, judging a timeline, writing reports: the steps of analyze, ingest and
// report.
#include "cli/bundle.h"
#include "cli/bundle_window.h"
#include "cli/report_input.h"
#include "cli/written.h"
#include "pm/rule.h"
#include <stdlib.h>

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

static bool is_set(void *ctx, int n, const char *const *names, const char *const *cells) {
    (void)names;
    if (n && cells[0]) *(bool *)ctx = strcmp(cells[0], "0") != 0;
    return true;
}
// What could not be read whole is a fact of the timeline. A bundle of which every member
// was left out is not read, either; its timeline shows that by itself.
static bool losses_note(struct pm_timeline *t, bool whole, struct pm_diags *diags) {
    static const char none_sql[] =
        "SELECT NOT EXISTS(SELECT 1 FROM member) AND EXISTS(SELECT 1 FROM skipped_member)";
    struct pm_arena *a = pm_arena_new();
    struct pm_str mistake;
    bool none = false;
    pm_timeline_sql(t, none_sql, is_set, &none, &mistake, a);
    pm_arena_free(a);
    if (!whole) pm_timeline_meta(t, "partial", PM_STR("yes"));
    pm_timeline_diags(t, diags);
    return whole && !none;
}

// Will somebody look into the timeline itself? Else it need not hold all that it could.
static bool rows_asked(const struct pm_bundle_args *args) {
    bool asked = args->db != NULL;
    for (size_t i = 0; i < args->out.n; i++) asked = asked || args->out.renderer[i]->rows;
    return asked;
}

static bool series_asked(const struct pm_outputs *out) {
    bool asked = false;
    for (size_t i = 0; i < out->n; i++) asked = asked || out->renderer[i]->series;
    return asked;
}
static bool pulls_asked(const struct pm_outputs *out) {
    bool asked = false;
    for (size_t i = 0; i < out->n; i++) asked = asked || out->renderer[i]->pulls;
    return asked;
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
    if (!args->db && !rows_asked(args)) pm_timeline_packed(t);
    inputs_note(t, args);
    args->ingest.digests_of_samples = !rows_asked(args) && !pulls_asked(&args->out);
    if (!pm_ingest(t, args->paths, args->paths_n, &args->ingest, diags)) *whole = false;
    if ((args->refused = year_refused(diags))) {
        if (args->ingest.progress) fputs("\r\033[K", stderr);
        pm_timeline_close(t);
        return NULL;
    }
    *whole = losses_note(t, *whole, diags);
    if (!args->ingest.redact) pm_timeline_meta(t, PM_META_SECRETS, PM_STR("kept"));
    pm_timeline_commit(t);
    if (args->ingest.progress) fputs("\r\033[K", stderr);
    pm_privacy_names(&args->privacy, t, diags);
    if (!pm_timeline_error(t)) return t;
    fprintf(stderr, "pullmortem: %s: %s\n", args->db ? args->db : "the temporary timeline",
            pm_timeline_error(t));
    pm_timeline_close(t);
    return NULL;
}

struct pm_timeline *pm_bundle_timeline(const char *path, int threads,
                                       const struct pm_privacy *privacy, struct pm_diags *diags,
                                       const char **why) {
    if (pm_timeline_is(path))
        return pm_privacy_copy(privacy, pm_timeline_open_read(path, why), path, why);
    const struct pm_ingest_options o = {
        .redact = true, .redact_key = privacy->redact_key, .threads = threads};
    struct pm_timeline *t = pm_timeline_open(NULL, true, why);
    if (!t) return NULL;
    pm_timeline_packed(t);
    bool whole = pm_ingest(t, &path, 1, &o, diags);
    losses_note(t, whole, diags);
    pm_timeline_commit(t);
    pm_privacy_names(privacy, t, diags);
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

struct pm_ruleset *pm_bundle_rules(const struct pm_bundle_args *args) {
    struct pm_diags *mistakes = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(args->rules_dir, mistakes);
    if (rules) pm_ruleset_listen(rules);
    else pm_diags_print(mistakes);
    pm_diags_free(mistakes);
    return rules;
}

// For who waits at a terminal: what the judge is at.
static void stage_print(const char *name) { fprintf(stderr, "\rjudging: %s\033[K", name); }

int pm_bundle_report(struct pm_timeline *t, struct pm_ruleset *rules,
                     const struct pm_bundle_args *args) {
    int status = PM_EXIT_USAGE;
    struct pm_arena *a = pm_arena_new();
    struct pm_judge_options o = {.quotas_file = args->quotas_file,
                                 .alerts_file = args->alerts_file,
                                 .since_ns = PM_NO_TIME,
                                 .until_ns = PM_NO_TIME,
                                 .inputs = inputs_of(t, a),
                                 .all_series = series_asked(&args->out),
                                 .every_pull = pulls_asked(&args->out)};
    struct pm_diags *said = pm_diags_new();
    struct pm_report *r = NULL;
    pm_privacy_judge(&args->privacy, &o);
    bool asked = pm_bundle_window(args, t, &o) == PM_EXIT_OK;
    if (args->ingest.progress) o.stage = stage_print;
    if (rows_asked(args)) pm_timeline_judgement_aside(t);
    else pm_timeline_judgement_unasked(t);
    if (asked) r = pm_judge(t, rules, &o, said);
    if (r) pm_report_input(r, t, said);
    if (pm_timeline_meta_get(t, PM_META_SECRETS, a).n) pm_written_keep_secrets();
    struct pm_outputs out = args->out;
    out.render.timeline = t;
    if (o.stage) fputs("\r\033[K", stderr);
    if (r) status = pm_outputs_write(&out, r);
    if (r) pm_bundle_window_note(r, &o);
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
