// `pullmortem rules check|test|list|show [ID]`: look at the rules and run their samples.
#include "cli/advice.h"
#include "cli/answer.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "pm/judge.h"
#include "pm/rule.h"

#include <stdio.h>

enum { OPT_RULES, OPT_JSON, OPT_COVERAGE, OPT_JUNIT };
static const struct pm_opt options[] = {
    [OPT_RULES] = {PM_OPT_RULES},
    [OPT_JSON] = {.name = "json", .help = "list and show as JSON"},
    [OPT_COVERAGE] = {.name = "coverage",
                      .help =
                          "test: say which alternatives no sample exercises, and fail for them"},
    [OPT_JUNIT] = {.name = "junit",
                   .kind = PM_OPT_FILE,
                   .value = "FILE",
                   .help = "test: write JUnit XML as well"},
};

struct rules_args {
    const char *what, *id, *dir;
    struct pm_rules_run run;
};
// All of it, so that one run tells every mistake.
static int check(struct pm_ruleset *rs, const struct rules_args *r, struct pm_diags *diags) {
    size_t elsewhere = !pm_alerts_check(rs, diags);
    elsewhere += pm_advices_check(rs, diags);
    elsewhere += pm_settle_check(rs, diags);
    return pm_ruleset_check(rs, &r->run, elsewhere, diags);
}
static int do_rules(const struct rules_args *r, struct pm_diags *diags) {
    bool asked = strcmp(r->what, "check") == 0;
    if (asked && !pm_rules_built_in_check(diags)) return PM_EXIT_USAGE;
    struct pm_ruleset *rs = pm_ruleset_load(r->dir, diags);
    int rc = PM_EXIT_USAGE;
    if (!rs) return rc;
    if (!pm_ruleset_samples(rs, diags)) {
        pm_ruleset_free(rs);
        return rc;
    }
    pm_ruleset_listen(rs);
    if (asked) rc = check(rs, r, diags);
    else if (strcmp(r->what, "test") == 0) rc = pm_ruleset_test(rs, &r->run);
    else rc = pm_ruleset_list(rs, r->id, &r->run);
    pm_ruleset_limits(rs, diags, PM_NONE, 0);
    pm_ruleset_free(rs);
    return rc;
}
static int verb_check(const struct pm_given *g) {
    static const char verbs[] = "check test list show";
    const char *what = g->words_n ? g->words[0] : "";
    bool show = strcmp(what, "show") == 0;
    if (!pm_word_in(verbs, what))
        return pm_usage_asks(g->command, "say what to do: check, test, list or show ID");
    if (g->words_n > 2) return pm_usage(g->command, "what is \"%s\" for?", g->words[2]);
    if (show && g->words_n < 2) return pm_usage_asks(g->command, "show which rule?");
    if (!show && g->words_n > 1) return pm_usage(g->command, "%s takes no ID", what);
    return PM_EXIT_OK;
}
static int run(struct pm_given *g) {
    int rc = verb_check(g);
    if (rc != PM_EXIT_OK) return rc;
    const struct rules_args r = {.what = g->words[0],
                                 .id = g->words_n > 1 ? g->words[1] : NULL,
                                 .dir = g->value[OPT_RULES],
                                 .run = {.event_of_line = pm_answer_event,
                                         .json = g->value[OPT_JSON] != NULL,
                                         .coverage = g->value[OPT_COVERAGE] != NULL,
                                         .junit = g->value[OPT_JUNIT]}};
    struct pm_diags *diags = pm_diags_new();
    rc = do_rules(&r, diags);
    pm_diags_print(diags);
    pm_diags_free(diags);
    return rc;
}

const struct pm_command pm_command_rules = {
    .name = "rules",
    .arguments = "check|test|list|show [ID]",
    .summary = "look at the rules that say why, and run their samples",
    .help =
        "  check         are the rules well formed, and is each sample answered by its own rule?\n"
        "  test          the same samples, told like a test run\n"
        "  list          one line a rule, in the order in which they are asked\n"
        "  show ID       one rule as it is written; of a cause, every rule that names it\n",
    .options = options,
    .options_n = PM_LEN(options),
    .order = 8,
    .run = run,
};
