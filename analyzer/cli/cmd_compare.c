// pullmortem compare BEFORE AFTER: two bundles or timelines beside each other.
#include "cli/bundle.h"
#include "cli/compare.h"
#include "cli/report_input.h"
#include "cli/writes.h"
#include "cli/written.h"
#include "pm/rule.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    OPT_OUTPUT,
    OPT_FORMAT,
    OPT_FAIL,
    OPT_RULES,
    OPT_QUOTAS,
    OPT_JOBS,
    OPT_REDACT_KEY,
    OPT_PSEUDONYMISE,
    OPT_PSEUDONYM_KEY
};
static const struct pm_opt options[] = {
    [OPT_OUTPUT] = {.name = "output",
                    .letter = 'o',
                    .kind = PM_OPT_FILE,
                    .value = "FILE",
                    .words = ".txt .md .json",
                    .preset = "-",
                    .help = "write it there; the name says the format, - is standard output"},
    [OPT_FORMAT] = {.name = "format",
                    .letter = 'f',
                    .kind = PM_OPT_WORD,
                    .value = "F",
                    .words = "text markdown json",
                    .help = "the format, whatever the name"},
    [OPT_FAIL] =
        {.name = "fail-on-worse",
         .help =
             "exit status 1 where an incident over info is new or has grown, or where the success rate fell by more than a point"},
    [OPT_RULES] = {PM_OPT_RULES},
    [OPT_QUOTAS] = {PM_OPT_QUOTAS},
    [OPT_JOBS] = {PM_OPT_JOBS},
    [OPT_REDACT_KEY] = {PM_OPT_REDACT_KEY},
    [OPT_PSEUDONYMISE] = {PM_OPT_PSEUDONYMISE},
    [OPT_PSEUDONYM_KEY] = {PM_OPT_PSEUDONYM_KEY},
};
struct compare {
    const char *const *paths;
    const char *output, *format, *rules_dir, *quotas;
    int jobs;
    bool fail;
    struct pm_privacy privacy;
    const struct pm_comparison_output *out;
    const struct pm_comparison *found;
    struct pm_arena *a;
};

// What 'pullmortem BUNDLE -o report.json' writes begins with the name of its schema.
static bool is_json_report(const char *path) {
    char head[256];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f) fclose(f);
    return pm_str_has((struct pm_str){head, n}, PM_STR("\"pullmortem.report/"));
}

static struct pm_report *report_of(const struct compare *x, const char *path,
                                   struct pm_ruleset *rules, bool *whole) {
    struct pm_diags *diags = pm_diags_new();
    const char *why = NULL;
    if (x->privacy.pseudonyms) pm_pseudonyms_path(x->privacy.pseudonyms, pm_str_c(path));
    struct pm_timeline *t = pm_bundle_timeline(path, x->jobs, &x->privacy, diags, &why);
    struct pm_str input = pm_privacy_path(&x->privacy, x->a, path);
    struct pm_judge_options o = {.quotas_file = x->quotas,
                                 .since_ns = PM_NO_TIME,
                                 .until_ns = PM_NO_TIME,
                                 .inputs = {&input, 1, 1}};
    pm_privacy_judge(&x->privacy, &o);
    struct pm_report *r = t ? pm_judge(t, rules, &o, diags) : NULL;
    if (!t) fprintf(stderr, "pullmortem: %s\n", why);
    else if (!r) pm_diags_print(diags);
    if (r) pm_report_input(r, t, diags);
    if (r && (r->partial || !r->events)) { // what holds nothing is no ground for "not worse"
        const char *reason = "holds nothing that is known here";
        if (r->partial || !r->files_n) reason = "could not be read, or only in part";
        else if (is_json_report(path))
            reason = "is a report: the bundle or its timeline is compared";
        fprintf(stderr, "pullmortem: %s %s\n", path, reason);
        *whole = false;
    }
    pm_timeline_close(t);
    pm_diags_free(diags);
    return r;
}
static bool write_to(FILE *f, void *ctx) {
    const struct compare *x = ctx;
    return x->out->write(f, x->found, x->a);
}
static int told(struct compare *x) {
    bool good = pm_file_write(x->output, write_to, x);
    if (!good)
        fprintf(stderr, "pullmortem compare: %s cannot be written\n",
                strcmp(x->output, "-") != 0 ? x->output : "standard output");
    return good ? PM_EXIT_OK : PM_EXIT_INPUT;
}
static int compare(struct compare *x) {
    struct pm_diags *diags = pm_diags_new();
    struct pm_ruleset *rules = pm_ruleset_load(x->rules_dir, diags);
    struct pm_report *reports[2] = {NULL, NULL};
    int status = PM_EXIT_USAGE;
    bool whole = true;
    if (!rules) pm_diags_print(diags);
    else pm_ruleset_listen(rules);
    for (size_t i = 0; rules && i < 2; i++) {
        reports[i] = report_of(x, x->paths[i], rules, &whole);
        if (reports[i]) continue;
        status = PM_EXIT_INPUT;
        break;
    }
    if (reports[0] && reports[1]) {
        struct pm_comparison *c = pm_compare(reports[0], reports[1], x->a);
        x->found = c;
        status = told(x);
        if (!pm_privacy_key_write(&x->privacy)) status = PM_EXIT_INPUT;
        if (status == PM_EXIT_OK && x->fail && c->worse.n) status = PM_EXIT_GATE;
        if (status == PM_EXIT_OK && !whole) status = PM_EXIT_INPUT;
        pm_comparison_free(c);
    }
    for (size_t i = 0; i < 2; i++) pm_report_free(reports[i]);
    pm_ruleset_free(rules);
    pm_diags_free(diags);
    return status;
}

static const struct pm_comparison_output *output_of(const struct compare *x) {
    for (const struct pm_comparison_output *o = pm_comparison_outputs; o->name; o++)
        if (x->format ? strcmp(o->name, x->format) == 0
                      : pm_str_ends(pm_str_c(x->output), pm_str_c(o->ending)))
            return o;
    return !x->format && strcmp(x->output, "-") == 0 ? &pm_comparison_outputs[0] : NULL;
}
static int run(struct pm_given *g) {
    struct compare x = {.paths = g->words,
                        .output = g->value[OPT_OUTPUT],
                        .format = g->value[OPT_FORMAT],
                        .fail = g->value[OPT_FAIL] != NULL,
                        .rules_dir = g->value[OPT_RULES],
                        .quotas = g->value[OPT_QUOTAS],
                        .jobs = (int)pm_given_number(g, OPT_JOBS)};
    if (g->words_n > 2) return pm_usage(g->command, "two at a time, not also '%s'", g->words[2]);
    if (g->words_n < 2)
        return pm_usage_asks(g->command, g->words_n ? "with what?" : "which bundles or timelines?");
    x.out = output_of(&x);
    if (!x.out)
        return pm_usage(
            g->command,
            "the name '%s' does not say a format: end it in .txt, .md or .json, or give --format",
            x.output);
    if (!pm_paths_present(g->words, &g->words_n)) return PM_EXIT_INPUT;
    x.a = pm_arena_new();
    int status = pm_privacy_read(g->command, &x.privacy, g->value[OPT_REDACT_KEY],
                                 g->value[OPT_PSEUDONYMISE], g->value[OPT_PSEUDONYM_KEY]);
    const char *const files[] = {x.output, x.privacy.pseudonym_key};
    if (status == PM_EXIT_OK)
        status = pm_writes_spare(g->command, files, 1, (const char *const *)g->words, g->words_n);
    pm_writes_guard(files, PM_LEN(files));
    if (status == PM_EXIT_OK) status = compare(&x);
    pm_privacy_free(&x.privacy);
    pm_arena_free(x.a);
    return status;
}

const struct pm_command pm_command_compare = {
    .name = "compare",
    .arguments = "BEFORE AFTER",
    .summary = "two bundles or timelines beside each other: what is new, gone, grown or shrunk",
    .help =
        "BEFORE and AFTER are bundles or timelines: before and after a change, yesterday and today.\n",
    .options = options,
    .options_n = PM_LEN(options),
    .order = 6,
    .run = run,
};
