// Alert rules, as Prometheus' rule files hold them. Internal to the judge.
#pragma once
#include "judge/alerts/promql.h"
#include "pm/diag.h"

struct pm_alert_rule {
    struct pm_str name, severity, expr;
    int64_t for_ns, every_ns; // every: the group's interval; 0: the grid's step
    struct pm_promql *q;      // NULL: refused
    struct pm_str refused;    // why, and where in the file
    bool own, replaces;       // the user's; in place of a built-in one
};
struct pm_ruleset;
struct pm_alert_rules {
    struct pm_alert_rule *items;
    size_t n, cap;
    uint64_t own_hash; // over the user's file
};
struct pm_judge_options;
// o: with a rule file of the user, whose alerts replace built-in ones of the same name;
// NULL: without. False where one is broken: diags say file, line and part. What is whole but
// outside the subset refuses that alert of a user's file and nothing else; in alerts.yaml
// of a rules folder it is a mistake.
bool pm_alert_rules_load(struct pm_alert_rules *rules, const struct pm_ruleset *rs,
                         const struct pm_judge_options *o, struct pm_arena *a,
                         struct pm_diags *diags);
void pm_alert_rules_free(struct pm_alert_rules *rules);
