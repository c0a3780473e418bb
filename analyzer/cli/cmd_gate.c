// pullmortem gate: bundles and timelines against a policy; the exit status says it.
#include "cli/advice.h"
#include "cli/bundle.h"
#include "cli/collection.h"
#include "cli/report_input.h"
#include "cli/window.h"
#include "cli/writes.h"
#include "cli/written.h"
#include "pm/gate.h"
#include "pm/rule.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum option {
    OPT_POLICY,
    OPT_FAIL_ON,
    OPT_BASELINE,
    OPT_WRITE_BASELINE,
    OPT_JUNIT,
    OPT_SARIF,
    OPT_GITLAB,
    OPT_GITHUB,
    OPT_REPORT_ONLY,
    OPT_ALLOW_EMPTY,
    OPT_FORMAT,
    OPT_NOW,
    OPT_RULES,
    OPT_QUOTAS,
    OPT_JOBS,
    OPT_COLOR,
    OPT_REDACT_KEY,
    OPT_PSEUDONYMISE,
    OPT_PSEUDONYM_KEY,
    OPT_COUNT
};
static const struct pm_opt options[OPT_COUNT] = {
    [OPT_POLICY] = {.name = "policy",
                    .letter = 'p',
                    .kind = PM_OPT_FILE,
                    .value = "FILE",
                    .help = "checks and waivers, YAML (README, \"Gate\")"},
    [OPT_FAIL_ON] =
        {.name = "fail-on",
         .kind = PM_OPT_TEXT,
         .value = "LIST",
         .help =
             "CAUSE, FAMILY or any, each with :critical, :warning or :info as the least severity; comma-separated"},
    [OPT_BASELINE] = {.name = "baseline",
                      .letter = 'b',
                      .kind = PM_OPT_FILE,
                      .value = "FILE",
                      .help = "incidents known there do not fail"},
    [OPT_WRITE_BASELINE] = {.name = "write-baseline",
                            .kind = PM_OPT_FILE,
                            .value = "FILE",
                            .help = "write what is there now as a baseline"},
    [OPT_JUNIT] = {.name = "junit", .kind = PM_OPT_FILE, .value = "FILE", .help = "JUnit XML"},
    [OPT_SARIF] = {.name = "sarif", .kind = PM_OPT_FILE, .value = "FILE", .help = "SARIF 2.1.0"},
    [OPT_GITLAB] = {.name = "gitlab",
                    .kind = PM_OPT_FILE,
                    .value = "FILE",
                    .help = "GitLab code quality JSON"},
    [OPT_GITHUB] =
        {.name = "github",
         .help = "annotations for GitHub Actions, and a summary where GITHUB_STEP_SUMMARY is set"},
    [OPT_REPORT_ONLY] = {.name = "report-only", .help = "tell, but do not fail"},
    [OPT_ALLOW_EMPTY] =
        {.name = "allow-empty",
         .help = "a bundle that holds nothing known (an empty folder, a wrong path) may pass"},
    [OPT_FORMAT] = {.name = "format",
                    .letter = 'f',
                    .kind = PM_OPT_WORD,
                    .value = "F",
                    .words = "table json",
                    .preset = "table",
                    .help = "what is told on standard output"},
    [OPT_NOW] = {.name = "now",
                 .kind = PM_OPT_TEXT,
                 .value = "TIME",
                 .help = "the day that waivers are held against; today where not given"},
    [OPT_RULES] = {PM_OPT_RULES},
    [OPT_QUOTAS] = {PM_OPT_QUOTAS},
    [OPT_JOBS] = {PM_OPT_JOBS},
    [OPT_COLOR] = {PM_OPT_COLOR},
    [OPT_REDACT_KEY] = {PM_OPT_REDACT_KEY},
    [OPT_PSEUDONYMISE] = {PM_OPT_PSEUDONYMISE},
    [OPT_PSEUDONYM_KEY] = {PM_OPT_PSEUDONYM_KEY},
};

struct gate {
    const struct pm_command *command;
    const char *const *value; // by option
    int64_t now_ns;
    int threads;
    struct pm_privacy privacy;
    struct pm_arena *a;
    struct pm_gate_policy policy;
    struct pm_baseline known;
    struct pm_ruleset *rules;
    struct pm_gate_result result;
};

// The policy calls hosts and nodes what they are called; the report that it is held
// against has other names for them, and only of those that it knows.
static void name_show(struct gate *g, const char **name) {
    struct pm_str real = pm_str_c(*name);
    if (*name) *name = pm_arena_cstr(g->a, pm_pseudonyms_apply(g->privacy.pseudonyms, g->a, real));
}
static struct pm_gate_policy policy_shown(struct gate *g) {
    struct pm_gate_policy p = g->policy;
    if (!g->privacy.pseudonyms) return p;
    p.checks = PM_NEWN(g->a, struct pm_check, p.checks_n);
    p.waivers = PM_NEWN(g->a, struct pm_waiver, p.waivers_n);
    if (p.checks_n) memcpy(p.checks, g->policy.checks, p.checks_n * sizeof *p.checks);
    if (p.waivers_n) memcpy(p.waivers, g->policy.waivers, p.waivers_n * sizeof *p.waivers);
    for (size_t i = 0; i < p.checks_n; i++) {
        name_show(g, &p.checks[i].id);
        name_show(g, &p.checks[i].registry);
        name_show(g, &p.checks[i].node);
        name_show(g, &p.checks[i].identity);
    }
    for (size_t i = 0; i < p.waivers_n; i++) {
        name_show(g, &p.waivers[i].registry);
        name_show(g, &p.waivers[i].node);
        name_show(g, &p.waivers[i].reason);
    }
    return p;
}

static void judge_one(struct gate *g, struct pm_timeline *t, struct pm_gate_row *row) {
    struct pm_str input = row->bundle;
    struct pm_judge_options o = {.quotas_file = g->value[OPT_QUOTAS],
                                 .since_ns = PM_NO_TIME,
                                 .until_ns = PM_NO_TIME,
                                 .inputs = {&input, 1, 1}};
    struct pm_diags *said = pm_diags_new();
    pm_privacy_judge(&g->privacy, &o);
    struct pm_report *r = pm_judge(t, g->rules, &o, said);
    if (r) {
        pm_report_input(r, t, said);
        const struct pm_gate_policy policy = policy_shown(g);
        pm_gate_judge(row, r, &policy, g->value[OPT_BASELINE] ? &g->known : NULL, g->now_ns, g->a);
        row->why_broken = pm_gate_why_broken(row, r, &policy, g->a);
    } else row->why_broken = PM_STR("could not be judged");
    pm_diags_free(said);
    pm_report_free(r);
}

// A broken bundle is never a pass, but what could be read may still fail it.
static void settle(struct pm_gate_row *row) {
    if (row->why_broken.n && row->state < PM_GATE_FAIL) row->state = PM_GATE_BROKEN;
}

static void bundle(struct gate *g, const char *path) {
    struct pm_gate_row *row = PM_PUSH(g->result.rows, g->result.rows_n, g->result.rows_cap);
    struct pm_diags *diags = pm_diags_new();
    const char *why = NULL;
    row->bundle = pm_str_c(path);
    row->from_ns = row->to_ns = PM_NO_TIME;
    if (strcmp(path, "-") != 0 && access(path, R_OK) != 0)
        row->why_broken = PM_STR("is not there, or cannot be read");
    else {
        if (g->privacy.pseudonyms) pm_pseudonyms_path(g->privacy.pseudonyms, pm_str_c(path));
        struct pm_timeline *t = pm_bundle_timeline(path, g->threads, &g->privacy, diags, &why);
        row->bundle = pm_privacy_path(&g->privacy, g->a, path);
        if (t) judge_one(g, t, row);
        else row->why_broken = pm_arena_dup(g->a, pm_str_c(why));
        if (t && pm_timeline_error(t))
            row->why_broken = pm_arena_dup(g->a, pm_str_c(pm_timeline_error(t)));
        pm_timeline_close(t);
    }
    settle(row);
    pm_diags_free(diags);
}

static void bundles(struct gate *g, const char *path) {
    const char **inside;
    size_t n = pm_collection_of(path, g->a, &inside);
    for (size_t i = 0; i < n; i++) bundle(g, inside[i]);
    if (!n) bundle(g, path);
}

struct gate_file {
    const struct gate *gate;
    const struct pm_gate_output *output;
    bool color;
};
static bool output_to(FILE *f, void *ctx) {
    const struct gate_file *x = ctx;
    return x->output->write(f, &x->gate->result, x->gate->a, x->color);
}

static bool output(const char *path, const struct pm_gate_output *o, const struct gate *g) {
    bool standard = strcmp(path, "-") == 0, table = standard && o == &pm_gate_table;
    struct gate_file x = {g, o, table && pm_color_wanted(g->value[OPT_COLOR], STDOUT_FILENO)};
    bool good = pm_file_write(path, output_to, &x);
    if (!good)
        fprintf(stderr, "pullmortem gate: %s cannot be written\n",
                standard ? "standard output" : path);
    return good;
}
// The file belongs to the job: other steps write there, too.
static bool summary_add(const char *path, const struct gate *g) {
    struct gate_file x = {g, &pm_gate_summary, false};
    struct pm_written w;
    FILE *f = pm_written_make(&w, "-", output_to, &x) ? fopen(path, "a") : NULL;
    bool good = f && pm_written_copy(&w, f);
    if (f) good = fclose(f) == 0 && good;
    pm_written_free(&w);
    return good;
}

static bool outputs(const struct gate *g) {
    static const struct {
        enum option option;
        const struct pm_gate_output *output;
    } files[] = {{OPT_JUNIT, &pm_gate_junit},
                 {OPT_SARIF, &pm_gate_sarif},
                 {OPT_GITLAB, &pm_gate_gitlab},
                 {OPT_WRITE_BASELINE, &pm_gate_baseline}};
    const char *format = g->value[OPT_FORMAT], *summary = getenv("GITHUB_STEP_SUMMARY");
    bool good = output("-", strcmp(format, "json") == 0 ? &pm_gate_json : &pm_gate_table, g);
    if (g->value[OPT_GITHUB]) good &= output("-", &pm_gate_github, g);
    if (g->value[OPT_GITHUB] && summary && *summary) good &= summary_add(summary, g);
    for (size_t i = 0; i < PM_LEN(files); i++)
        if (g->value[files[i].option])
            good &= output(g->value[files[i].option], files[i].output, g);
    return good;
}

static int verdict(const struct gate *g) {
    bool failed = false, broken = false;
    for (size_t i = 0; i < g->result.rows_n; i++) {
        failed |= g->result.rows[i].state == PM_GATE_FAIL;
        broken |= g->result.rows[i].why_broken.n > 0;
    }
    if (failed && !g->result.report_only) return PM_EXIT_GATE;
    return broken ? PM_EXIT_INPUT : PM_EXIT_OK;
}

// "rate-limt:critical": what is wrong of it, and the word that was probably meant.
static int fail_on_mistake(const struct gate *g, const char *bad) {
    static const char *const severities[] = {"critical", "warning", "info"};
    const char *colon = strchr(bad, ':'),
               *match = pm_arena_cstr(
                   g->a, pm_str_sub(pm_str_c(bad), 0, colon ? (size_t)(colon - bad) : strlen(bad)));
    size_t n = 0, cap = 0;
    const char **names = NULL;
    bool known = strcmp(match, "any") == 0;
    pm_causes_read();
    *PM_PUSH(names, n, cap) = "any";
    for (const struct pm_cause *c = pm_causes; c->name; c++) {
        known |= strcmp(match, c->name) == 0 || strcmp(match, c->family) == 0;
        *PM_PUSH(names, n, cap) = c->name;
        *PM_PUSH(names, n, cap) = c->family;
    }
    const char *severity = known && colon ? pm_nearest(colon + 1, severities, 3) : NULL,
               *name = known ? NULL : pm_nearest(match, names, n);
    free(names);
    if (severity)
        return pm_usage(g->command, "--fail-on: '%s'; did you mean '%s:%s'?", bad, match, severity);
    if (name)
        return pm_usage(g->command, "--fail-on: '%s'; did you mean '%s%s'?", bad, name,
                        colon ? colon : "");
    return pm_usage(
        g->command,
        "--fail-on: '%s' is no CAUSE or CAUSE:SEVERITY (a cause, a family or any; critical, warning or info)",
        bad);
}
static int read_policy(struct gate *g) {
    struct pm_diags *diags = pm_diags_new();
    const char *bad = NULL;
    int status = PM_EXIT_OK;
    // Before the policy: it may name a cause that only these rules know.
    g->rules = pm_ruleset_load(g->value[OPT_RULES], diags);
    if (!g->rules) status = PM_EXIT_USAGE;
    if (status == PM_EXIT_OK && g->value[OPT_FAIL_ON] &&
        !pm_policy_fail_on(&g->policy, g->value[OPT_FAIL_ON], g->a, &bad))
        status = fail_on_mistake(g, bad);
    bool load = g->value[OPT_POLICY] || !g->value[OPT_FAIL_ON];
    if (status == PM_EXIT_OK && load &&
        !pm_policy_load(&g->policy, g->value[OPT_POLICY], g->a, diags))
        status = PM_EXIT_USAGE;
    if (status == PM_EXIT_OK && g->value[OPT_BASELINE] &&
        !pm_baseline_load(&g->known, g->value[OPT_BASELINE], g->a, diags))
        status = PM_EXIT_USAGE;
    if (status == PM_EXIT_OK) pm_ruleset_listen(g->rules);
    if (status != PM_EXIT_OK) pm_diags_print(diags);
    pm_diags_free(diags);
    return status;
}

static int time_of(const struct gate *g, const char *text, int64_t *ns) {
    const struct pm_extent none = {PM_NO_TIME, PM_NO_TIME};
    if (!text || pm_time_given(text, &none, ns) == PM_TIME_GOOD) return PM_EXIT_OK;
    return pm_usage(g->command, "--now: '%s' is no time such as 2026-12-31", text);
}

static size_t help(void *ctx, int cause, struct pm_advice *rows, size_t max) {
    static const struct pm_event NOBODY = {0};
    struct gate *g = ctx;
    struct pm_advice_item items[PM_ADVICE_MAX];
    size_t n = pm_advices_for(g->rules, &(struct pm_verdict){.cause = cause}, &NOBODY, g->a, items,
                              max < PM_LEN(items) ? max : PM_LEN(items));
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct pm_advice){
            .phase = items[i].phase, .text = items[i].text, .within = items[i].within};
    return n;
}

static void gate_free(struct gate *g) {
    for (size_t i = 0; i < g->result.rows_n; i++) free(g->result.rows[i].items);
    free(g->result.rows);
    free(g->policy.checks);
    free(g->policy.waivers);
    free(g->policy.requirements);
    free(g->known.known);
    pm_ruleset_free(g->rules);
    pm_privacy_free(&g->privacy);
    pm_arena_free(g->a);
}
static int privacy_read(struct gate *g) {
    if (g->value[OPT_PSEUDONYMISE] && (g->value[OPT_BASELINE] || g->value[OPT_WRITE_BASELINE]))
        return pm_usage(g->command,
                        "a baseline knows incidents by their real names: leave out --pseudonymise");
    return pm_privacy_read(g->command, &g->privacy, g->value[OPT_REDACT_KEY],
                           g->value[OPT_PSEUDONYMISE], g->value[OPT_PSEUDONYM_KEY]);
}
static int outputs_guard(const struct gate *g, const struct pm_given *given) {
    const char *const files[] = {g->value[OPT_JUNIT],         g->value[OPT_SARIF],
                                 g->value[OPT_GITLAB],        g->value[OPT_WRITE_BASELINE],
                                 g->value[OPT_PSEUDONYM_KEY], getenv("GITHUB_STEP_SUMMARY")};
    int status =
        pm_writes_spare(g->command, files, 4, (const char *const *)given->words, given->words_n);
    if (status == PM_EXIT_OK) pm_writes_guard(files, PM_LEN(files));
    return status;
}
static int run(struct pm_given *given) {
    struct gate g = {.command = given->command,
                     .value = (const char *const *)given->value,
                     .threads = (int)pm_given_number(given, OPT_JOBS),
                     .now_ns = (int64_t)time(NULL) * PM_NS_PER_S,
                     .a = pm_arena_new()};
    g.result.report_only = g.value[OPT_REPORT_ONLY] != NULL;
    g.result.help = help;
    g.result.help_ctx = &g;
    g.policy.allow_empty = g.value[OPT_ALLOW_EMPTY] != NULL;
    int status = given->words_n ? PM_EXIT_OK : pm_usage_asks(g.command, "which bundle?");
    if (status == PM_EXIT_OK) status = time_of(&g, g.value[OPT_NOW], &g.now_ns);
    if (status == PM_EXIT_OK) status = privacy_read(&g);
    if (status == PM_EXIT_OK) status = read_policy(&g);
    if (status == PM_EXIT_OK) status = outputs_guard(&g, given);
    if (status == PM_EXIT_OK) {
        for (size_t i = 0; i < given->words_n; i++) bundles(&g, given->words[i]);
        pm_gate_number(&g.result);
        status = outputs(&g) && pm_privacy_key_write(&g.privacy) ? verdict(&g) : PM_EXIT_INPUT;
    }
    gate_free(&g);
    return status;
}

const struct pm_command pm_command_gate = {
    .name = "gate",
    .arguments = "PATH|DB...",
    .summary = "hold bundles against thresholds; the exit status says it",
    .help =
        "Each PATH is a bundle of its own (or a timeline) and gives one row; a folder that holds nothing but archives and timelines gives one for each. "
        "Without a policy a bundle fails on any incident of severity warning or critical.\n",
    .options = options,
    .options_n = PM_LEN(options),
    .notes =
        "Exit status: 0 passed, 1 failed, 2 a mistake in usage or policy, 3 a bundle could not be read whole, or holds nothing to judge (and none failed), or "
        "an output could not be written.\n",
    .order = 5,
    .run = run,
};
