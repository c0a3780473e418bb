// `pullmortem rules check|test|list|show [ID]`: look at the rules and run their samples.
#include "cli/advice.h"
#include "cli/answer.h"
#include "cli/opts.h"
#include "pm/judge.h"
#include "pm/rule.h"

#include <stdio.h>

enum { OPT_RULES, OPT_JSON, OPT_COVERAGE, OPT_JUNIT };
static const struct pm_opt opts[] = {
    [OPT_RULES] = {"rules", 0, "DIR", "rules of DIR replace those of the same id and add others",
                   NULL, 0},
    [OPT_JSON] = {"json", 0, NULL, "list and show as JSON", NULL, 0},
    [OPT_COVERAGE] = {"coverage", 0, NULL,
                      "test: say which alternatives no sample exercises, and fail for them", NULL,
                      0},
    [OPT_JUNIT] = {"junit", 0, "FILE", "test: write JUnit XML as well", NULL, 0},
};
extern const struct pm_command pm_command_rules;

struct rules_args {
    const char *what, *id, *dir;
    struct pm_rules_run run;
};
// All of it, so that one run tells every mistake.
static int check(struct pm_ruleset *rs, const struct rules_args *r, struct pm_diags *diags) {
    size_t elsewhere = !pm_alerts_check(rs, diags);
    elsewhere += pm_advices_check(rs, diags);
    return pm_ruleset_check(rs, &r->run, elsewhere, diags);
}
static int do_rules(const struct rules_args *r, struct pm_diags *diags) {
    struct pm_ruleset *rs = pm_ruleset_load(r->dir, diags);
    int rc = PM_EXIT_USAGE;
    if (!rs) return rc;
    pm_ruleset_listen(rs);
    if (strcmp(r->what, "check") == 0) rc = check(rs, r, diags);
    else if (strcmp(r->what, "test") == 0) rc = pm_ruleset_test(rs, &r->run);
    else rc = pm_ruleset_list(rs, r->id, &r->run);
    pm_ruleset_limits(rs, diags, PM_NONE, 0);
    pm_ruleset_free(rs);
    return rc;
}
// PM_EXIT_OK, or what pm_usage said.
static int args_of(struct rules_args *r, int argc, char **argv) {
    struct pm_opts o = {.argc = argc, .argv = argv};
    for (int i; (i = pm_opt_next(&o, &pm_command_rules)) != -1;) {
        if (i == OPT_RULES) r->dir = o.value;
        else if (i == OPT_JSON) r->run.json = true;
        else if (i == OPT_COVERAGE) r->run.coverage = true;
        else if (i == OPT_JUNIT) r->run.junit = o.value;
        else if (i != -2) return pm_usage_option(&pm_command_rules, &o, i);
        else if (!r->what) r->what = o.value;
        else if (!r->id) r->id = o.value;
        else return pm_usage(&pm_command_rules, "what is \"%s\" for?", o.value);
    }
    static const char *const verbs[] = {"check", "test", "list", "show"};
    bool known = false;
    for (size_t i = 0; r->what && i < PM_LEN(verbs); i++)
        known = known || strcmp(r->what, verbs[i]) == 0;
    if (!known) return pm_usage(&pm_command_rules, "say what to do: check, test, list or show ID");
    if (strcmp(r->what, "show") == 0 && !r->id)
        return pm_usage(&pm_command_rules, "show which rule?");
    if (strcmp(r->what, "show") != 0 && r->id)
        return pm_usage(&pm_command_rules, "%s takes no ID", r->what);
    return PM_EXIT_OK;
}
static int run(int argc, char **argv) {
    struct rules_args r = {.run = {.event_of_line = pm_answer_event}};
    int rc = args_of(&r, argc, argv);
    if (rc != PM_EXIT_OK) return rc;
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
    .options = opts,
    .options_n = PM_LEN(opts),
    .order = 8,
    .run = run,
};
