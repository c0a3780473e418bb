// The judge: a timeline in, a report out. Level 5.
#pragma once
#include "pm/incident.h"
#include "pm/timeline.h"

struct pm_judge_options {
    const char *quotas_file, *alerts_file;
    // The user's files call names what they are called; a timeline of pseudonyms does not.
    // Asked for each file's text before it is read; NULL: as it stands.
    struct pm_str (*shown)(void *ctx, struct pm_arena *a, struct pm_str text);
    void *shown_ctx;
    int64_t since_ns, until_ns; // PM_NO_TIME: open
    struct pm_strs inputs;      // names for the report
    // The report is to hold every series that there can be; else those that alerts and
    // reports ask for, and the former only while alerts are replayed.
    bool all_series;
    // … and every pull, for who writes a row for each (pm_report_pulls).
    bool every_pull;
    // Told the name of each stage as it begins; NULL: nobody waits.
    void (*stage)(const char *name);
    // Told the id of each stanza of rules/settle.yaml that settled a pull; NULL: nobody asks.
    void (*settled)(void *ctx, const char *stanza);
    void *settled_ctx;
};
// Classifies, folds, groups, explains. Writes verdicts, pulls, incidents and quotas back
// to the timeline when it is writable. The report is freed with pm_report_free. NULL only
// where the rules are broken (diags say).
struct pm_report *pm_judge(struct pm_timeline *t, struct pm_ruleset *rules,
                           const struct pm_judge_options *o, struct pm_diags *diags);
void pm_report_free(struct pm_report *r);
// are the alerts within the subset that is replayed?
// The logs beside the stanzas of settle.yaml, judged: how many mistakes, told in diags.
size_t pm_settle_check(struct pm_ruleset *rules, struct pm_diags *diags);
bool pm_alerts_check(const struct pm_ruleset *rules, struct pm_diags *diags);
