// One answer a record: what a record's events say together, and which of them speaks for
// it. Shared by `explain` and by rule samples that are whole lines.
#pragma once
#include "pm/ingest.h"
#include "pm/rule.h"

struct pm_answer {
    const char *format; // NULL: no parser took it
    const char *envelopes[PM_ENVELOPES_MAX];
    int envelope_count;
    bool event_made; // false: understood, but no event, or not understood
    struct pm_event
        event; // merged: what the record's other events know about the same thing is filled in
    struct pm_verdict verdict;
    struct pm_str text; // the record, secrets and all: whoever shows it redacts it
    uint64_t line;      // of the text that it began at
};
// Calls `got` for each answer of the text, in order of its records. Slices are good until
// it returns.
void pm_answers(struct pm_ruleset *rs, struct pm_str text,
                void (*got)(void *ctx, const struct pm_answer *answer), void *ctx,
                struct pm_diags *diags);
// For pm_rules_run.event_of_line: the event that speaks for a text of one record. Slices
// live in `a`.
bool pm_answer_event(struct pm_ruleset *rs, struct pm_str line, struct pm_event *e,
                     struct pm_arena *a);
