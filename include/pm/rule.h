// Rules: why. Level 3. rules/causes/*.yaml compiled with PCRE2; see rules/README.md for
// the YAML.
//
// Ownership: a ruleset owns all of its rules; borrowed pointers live as long as it.
// Classifying is thread-safe per pm_classifier.
#pragma once
#include "pm/arena.h"
#include "pm/event.h"
#include "pm/arena.h"
#include "pm/diag.h"

#define PM_CANDIDATES_MAX 6
enum pm_confidence { PM_CONFIDENCE_LOW = 0, PM_CONFIDENCE_MEDIUM, PM_CONFIDENCE_HIGH };
extern const char *const pm_confidence_names[];

// The taxonomy: rules/taxonomy.yaml, with what --rules adds to it.
struct pm_cause {
    const char *name;   // "rate-limit.anonymous"
    const char *family; // "rate-limit"
    // "Docker Hub's anonymous pull quota ran out" is made by the report; this is the
    // plain noun: "anonymous pull quota exceeded"
    const char *title;
};
// Those in force; ends with a NULL name. Empty until something asked for a cause: who
// goes through them all calls pm_causes_read first.
extern const struct pm_cause *pm_causes;
void pm_causes_read(void); // the built-in ones, where no rules were loaded yet; from any thread
size_t pm_causes_count(void);
int pm_cause_find(struct pm_str name); // index, or -1

struct pm_verdict {
    const char *rule; // id, NULL where no rule matched
    int cause;        // index into pm_causes: first candidate; -1 none
    int candidates[PM_CANDIDATES_MAX];
    int candidate_count; // 1: decided by the record alone; more: the judge settles it
    enum pm_confidence confidence;
    // which of several troubles `cause` holds ("expired", "plain-http"), NULL where it is
    // not known. Lives as long as the ruleset
    const char *variant;
    bool quiet; // a rule said: looks like trouble, is none
};

struct pm_ruleset;
// dir NULL: the built-in rules. With a dir, what its files hold replaces the built-in of
// the same id and adds the rest; `only: true` in a file puts the built-in ones aside
// (rules/README.md). That goes for causes and for the tables (advice, alerts, correlate,
// findings, homes, quotas) alike. NULL on mistakes, told in diags with file:line.
struct pm_ruleset *pm_ruleset_load(const char *dir, struct pm_diags *diags);
void pm_ruleset_free(struct pm_ruleset *rs);
// At the end of a command instead: the process ends, and the system takes its memory back
// in one piece where freeing some ten thousand would take as long as reading a rule file.
void pm_ruleset_leave(struct pm_ruleset *rs);
const char *pm_ruleset_hash(
    // 16 hex digits over all that is in force, tables too: goes into the report
    const struct pm_ruleset *rs);
// What the rules of one's own say is heard in free text from now on, until the ruleset is
// freed (pm/hear.h). Before anything is read: workers share it.
void pm_ruleset_listen(struct pm_ruleset *rs);
// Why did this event happen? Reads error, message, reason, kind, component, status,
// method, host. Equal inputs are remembered, so asking again is cheap.
struct pm_verdict pm_ruleset_classify(struct pm_ruleset *rs, const struct pm_event *e);
// The variant that a cause is told with: its own, else "sandbox" where the runtime pulled
// the sandbox image itself and a credential or the network failed.
const char *pm_variant_of(int cause, const char *variant, unsigned flags);
// Patterns run under match limits; a limit that bit is no match, and a pattern that was
// too hard too often is given up. Tells in diags, at the place of the text that was asked
// for, which rules that were since it was last asked.
void pm_ruleset_limits(struct pm_ruleset *rs, struct pm_diags *diags, struct pm_str path,
                       uint64_t line);
// `rules list|show|check|test`; each returns an exit status.
struct pm_rules_run {
    // A sample may be a whole log line: sets *e to the event that speaks for it (slices
    // live in `a`). False where the line says nothing. The command line gives this,
    // because it needs the parsers; NULL: such samples fail.
    bool (*event_of_line)(struct pm_ruleset *rs, struct pm_str line, struct pm_event *e,
                          struct pm_arena *a);
    const char *junit; // `test`: also write this file
    bool coverage;     // `test`: say which alternatives no sample exercised
    bool json;         // `list`, `show`
};
// Are the built-in tables as their keys want them, samples included? A start takes it for
// granted; `rules check` asks, before it loads them.
bool pm_rules_built_in_check(struct pm_diags *diags);
// Reads the samples of the built-in rules, which a start leaves out: before the three below.
// False where they have mistakes, told.
bool pm_ruleset_samples(struct pm_ruleset *rs, struct pm_diags *diags);
int pm_ruleset_list(const struct pm_ruleset *rs, const char *id, const struct pm_rules_run *run);
// `elsewhere`: mistakes that others found in alerts and advice; they count.
int pm_ruleset_check(struct pm_ruleset *rs, const struct pm_rules_run *run, size_t elsewhere,
                     struct pm_diags *diags);
int pm_ruleset_test(struct pm_ruleset *rs, const struct pm_rules_run *run);
