// pullmortem compare BEFORE AFTER: two bundles or timelines beside each other.
#include "cli/bundle.h"
#include "cli/compare.h"
#include "pm/rule.h"
#include <stdio.h>
#include <stdlib.h>

extern const struct pm_command pm_command_compare;
enum { OPT_OUTPUT, OPT_FORMAT, OPT_FAIL, OPT_RULES, OPT_QUOTAS, OPT_JOBS };
static const struct pm_opt options[] = {
    [OPT_OUTPUT] = {"output", 'o', "FILE",
                    "write it there; the name says the format (.txt .md .json)", NULL, 0},
    [OPT_FORMAT] = {"format", 'f', "F", "text, markdown or json", "text markdown json", 0},
    [OPT_FAIL] =
        {"fail-on-worse", 0, NULL,
         "exit status 1 where an incident over info is new or has grown, or where the success rate fell by more than a point",
         NULL, 0},
    [OPT_RULES] = {"rules", 0, "DIR",
                   "rules that replace built-in ones of the same name, and add others", NULL, 0},
    [OPT_QUOTAS] = {"quotas", 0, "FILE", "registry limits that come before the built-in table",
                    NULL, 0},
    [OPT_JOBS] = {"jobs", 'j', "N", "threads", NULL, 0},
};
struct compare {
    const char *paths[2], *output, *format, *rules_dir, *quotas;
    size_t n;
    long jobs;
    bool fail;
    const struct pm_comparison_output *out;
    const struct pm_comparison *found;
    struct pm_arena *a;
};

static struct pm_report *judged(const struct compare *x, const char *path, struct pm_ruleset *rules,
                                bool *whole) {
    struct pm_diags *diags = pm_diags_new();
    const char *why = NULL;
    struct pm_str input = pm_str_c(path);
    struct pm_timeline *t = pm_bundle_timeline(path, (int)x->jobs, diags, &why);
    struct pm_judge_options o = {.quotas_file = x->quotas,
                                 .since_ns = PM_NO_TIME,
                                 .until_ns = PM_NO_TIME,
                                 .inputs = {&input, 1, 1}};
    struct pm_report *r = t ? pm_judge(t, rules, &o, diags) : NULL;
    if (!t) fprintf(stderr, "pullmortem: %s\n", why);
    else if (!r) pm_diags_print(diags);
    if (r) pm_report_input(r, t, diags);
    if (r && (r->partial || !r->events)) { // what holds nothing is no ground for "not worse"
        fprintf(stderr, "pullmortem: %s %s\n", path,
                r->partial || !r->files_n ? "could not be read, or only in part"
                                          : "holds nothing that is known here");
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
    bool good = x->output && strcmp(x->output, "-") != 0
                    ? pm_file_write(x->output, write_to, x)
                    : write_to(stdout, x) && fflush(stdout) == 0;
    if (!good)
        fprintf(stderr, "pullmortem compare: %s cannot be written\n",
                x->output ? x->output : "standard output");
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
        reports[i] = judged(x, x->paths[i], rules, &whole);
        if (reports[i]) continue;
        status = PM_EXIT_INPUT;
        break;
    }
    if (reports[0] && reports[1]) {
        struct pm_comparison *c = pm_compare(reports[0], reports[1], x->a);
        x->found = c;
        status = told(x);
        if (status == PM_EXIT_OK && x->fail && c->worse.n) status = PM_EXIT_GATE;
        if (status == PM_EXIT_OK && !whole) status = PM_EXIT_INPUT;
        pm_comparison_free(c);
    }
    for (size_t i = 0; i < 2; i++) pm_report_free(reports[i]);
    pm_ruleset_free(rules);
    pm_diags_free(diags);
    return status;
}

static const struct pm_comparison_output *format_find(const char *word) {
    for (const struct pm_comparison_output *o = pm_comparison_outputs; o->name; o++)
        if (strcmp(o->name, word) == 0) return o;
    return NULL;
}
static const char *format_of_name(const char *path) {
    static const struct {
        const char *end, *format;
    } ends[] = {{".txt", "text"}, {".md", "markdown"}, {".json", "json"}};
    for (size_t i = 0; path && i < PM_LEN(ends); i++)
        if (pm_str_ends(pm_str_c(path), pm_str_c(ends[i].end))) return ends[i].format;
    return path && strcmp(path, "-") != 0 ? NULL : "text";
}
static int options_read(struct compare *x, int argc, char **argv) {
    struct pm_opts o = {.argc = argc, .argv = argv};
    for (int got; (got = pm_opt_next(&o, &pm_command_compare)) != -1;) {
        if (got == OPT_OUTPUT) x->output = o.value;
        else if (got == OPT_FORMAT) x->format = o.value;
        else if (got == OPT_FAIL) x->fail = true;
        else if (got == OPT_RULES) x->rules_dir = o.value;
        else if (got == OPT_QUOTAS) x->quotas = o.value;
        else if (got == OPT_JOBS && !pm_opt_number(o.value, 1, 64, &x->jobs))
            return pm_usage(&pm_command_compare, "-j is a number from 1 to 64, not '%s'", o.value);
        else if (got == -2 && x->n == 2)
            return pm_usage(&pm_command_compare, "two at a time, not also '%s'", o.value);
        else if (got == -2) x->paths[x->n++] = o.value;
        else if (got < 0) return pm_usage_option(&pm_command_compare, &o, got);
    }
    if (x->n < 2)
        return pm_usage(&pm_command_compare, x->n ? "with what?" : "which bundles or timelines?");
    const char *format = x->format ? x->format : format_of_name(x->output);
    if (!format)
        return pm_usage(
            &pm_command_compare,
            "the name '%s' does not say a format: end it in .txt, .md or .json, or give --format",
            x->output);
    x->out = format_find(format);
    return x->out ? PM_EXIT_OK
                  : pm_usage(&pm_command_compare,
                             "unknown format '%s'; there are text, markdown and json", format);
}
static int run(int argc, char **argv) {
    struct compare x = {.a = pm_arena_new()};
    int status = options_read(&x, argc, argv);
    size_t there = x.n;
    if (status == PM_EXIT_OK && !pm_paths_present(x.paths, &there)) status = PM_EXIT_INPUT;
    if (status == PM_EXIT_OK) status = compare(&x);
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
