// What a rule says is what is heard: the ear that ingest is given (pm/hear.h).
//
// The parsers know the words of the programs whose formats they read. A rule of --rules brings words that none of them knows, so its patterns themselves
// listen to free text: a text is heard where a condition of such a rule holds with nothing beside the text. What asks for a host, a status or a flag
// needs a record around it and is never heard alone; nor is a single common word ("denied"): a pattern has to be telling.
#include "judge/rules/ruleset.h"
#include "pm/hear.h"

#include <stdlib.h>

enum {
    TELLING_MIN_BYTES = 5,
    HEARD_MAX_BYTES = 64 << 10, // of a longer text the head
    HEARD_MATCH_LIMIT = 50000,  // PCRE2 steps: lines are asked, not failures
};

// Two words, or a word with a sign or a number in it. "denied", "failed" and "unauthorized" stand in every second log.
static bool literal_telling(struct pm_str s) {
    bool sign = false;
    for (size_t i = 0; i < s.n; i++) sign = sign || s.p[i] < 'a' || s.p[i] > 'z';
    return sign && s.n >= TELLING_MIN_BYTES;
}
static bool pattern_telling(const struct rule_pattern *p) {
    for (size_t i = 0; i < p->literal_count; i++)
        if (!literal_telling(p->literals[i])) return false;
    return p->literal_count > 0;
}
static bool condition_audible(const struct pm_ruleset *rs, const struct rule_condition *c) {
    bool telling = false;
    if (c->kinds && !(c->kinds >> PM_KIND_PULL_FAIL & 1)) return false;
    if (c->components && !(c->components >> PM_COMP_CLIENT & 1)) return false;
    if (c->stages || c->status_count || c->method_count || c->flags_set) return false;
    for (size_t k = 0; k < c->clause_count; k++) {
        const struct rule_clause *clause = &c->clauses[k];
        if (clause->none) continue; // there is no such field, or it is the text's and asked below
        if (clause->subject != SUBJECT_TEXT) return false;
        for (uint32_t p = clause->first; p < clause->first + clause->count; p++) telling = telling || pattern_telling(&rs->patterns[p]);
    }
    return telling;
}
static bool rule_audible(const struct pm_ruleset *rs, const struct rule *r) {
    if (!r->own || r->same || r->gone || r->quiet || r->unheard) return false; // a copy of the built-in rules hears what they hear: nothing
    for (size_t c = 0; c < r->condition_count; c++)
        if (condition_audible(rs, &r->conditions[c])) return true;
    return false;
}

// One question. Nothing of the ruleset is written: many threads ask at once.
struct asking {
    const struct pm_ruleset *rs;
    struct pm_str text; // smoothed
    uint64_t *patterns, *rules;
    pcre2_match_data *data;
};
static bool pattern_found(const struct asking *q, uint32_t p) {
    return bit_get(q->patterns, p) && pcre2_match(q->rs->patterns[p].code, (PCRE2_SPTR)q->text.p, q->text.n, 0, 0, q->data, q->rs->ear_context) >= 0;
}
static bool condition_heard(const struct asking *q, const struct rule_condition *c) {
    bool telling = false;
    if (!condition_audible(q->rs, c)) return false;
    for (size_t k = 0; k < c->clause_count; k++) {
        const struct rule_clause *clause = &c->clauses[k];
        bool found = false;
        for (uint32_t p = clause->first; p < clause->first + clause->count && clause->subject == SUBJECT_TEXT; p++) {
            if (!pattern_found(q, p)) continue;
            found = true, telling = telling || (!clause->none && pattern_telling(&q->rs->patterns[p]));
        }
        if (found == clause->none) return false;
    }
    return telling;
}
static bool ask(const struct asking *q) {
    rule_gate_run(q->rs->gate, q->text, q->patterns, q->rules);
    for (size_t i = 0; i < q->rs->order_count; i++) {
        const struct rule *r = &q->rs->rules[q->rs->order[i]];
        if (!bit_get(q->rules, q->rs->order[i]) || !rule_audible(q->rs, r)) continue;
        for (size_t c = 0; c < r->condition_count; c++)
            if (condition_heard(q, &r->conditions[c])) return true;
    }
    return false;
}
static bool hears(const void *ctx, struct pm_str text) {
    const struct pm_ruleset *rs = ctx;
    size_t words = BITSET_WORDS(rs->pattern_count) + 1, rule_words = BITSET_WORDS(rs->rule_count) + 1;
    struct pm_buf smoothed = {0};
    rule_text_smooth(&smoothed, pm_str_sub(text, 0, HEARD_MAX_BYTES));
    uint64_t *bits = pm_xmalloc((words + rule_words) * sizeof *bits);
    struct asking q = {.rs = rs, .text = pm_buf_str(&smoothed), .patterns = bits, .rules = bits + words, .data = pcre2_match_data_create(1, NULL)};
    if (!q.data) pm_die_oom();
    bool heard = q.text.n > 0 && ask(&q);
    pcre2_match_data_free(q.data);
    free(bits);
    pm_buf_free(&smoothed);
    return heard;
}

void pm_ruleset_listen(struct pm_ruleset *rs) {
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (!rule_audible(rs, &rs->rules[i])) continue;
        if (!rs->ear_context) rs->ear_context = pcre2_match_context_create(NULL);
        if (!rs->ear_context) pm_die_oom();
        pcre2_set_match_limit(rs->ear_context, HEARD_MATCH_LIMIT);
        rs->listening = true;
        pm_hear_with(hears, rs);
        return;
    }
}
