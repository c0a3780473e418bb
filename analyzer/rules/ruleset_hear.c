// What a rule says is what is heard: the ear that ingest is given (pm/hear.h).
//
// A text is heard where a condition of a rule holds with nothing beside the text: what
// asks for a host, a status or a flag needs a record around it and is never heard alone.
// Patterns say how far their words carry (`heard`): wherever they stand, only beside a
// registry or an image, or not at all. One that does not say it has to be telling: a
// single common word ("denied") is not.
#include "rules/ruleset.h"
#include "pm/hear.h"

#include <stdlib.h>

enum {
    TELLING_MIN_BYTES = 5,
    HEARD_MAX_BYTES = 64 << 10, // of a longer text the head
    HEARD_MATCH_LIMIT = 50000,  // PCRE2 steps: lines are asked, not failures
    STACK_WORDS = 64,           // bits of as many patterns and rules stand on the stack
};
struct rule_ear {
    uint64_t *alone, *near; // patterns that are heard so
    struct rule_gate
        *first; // literals of what is heard alone: nearly all lines hold none, and no more is asked
    struct rule_gate *
        own; // literals of --rules' own patterns: the prefilter of long logs does not know them. NULL: none
    pcre2_match_context *context; // shared by threads, so without a machine stack of its own
};

// Two words, or a word with a sign or a number in it. "denied", "failed" and
// "unauthorized" stand in every second log.
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
static bool condition_audible(const struct rule_condition *c) {
    if (c->kinds && !(c->kinds >> PM_KIND_PULL_FAIL & 1)) return false;
    if (c->components && !(c->components >> PM_COMP_CLIENT & 1)) return false;
    if (c->stages || c->status_count || c->method_count || c->flags_set) return false;
    for (size_t k = 0; k < c->clause_count; k++)
        if (!c->clauses[k].none && c->clauses[k].subject != SUBJECT_TEXT)
            return false; // where `none`: there is no such field, or it is the text's and asked
    return true;
}

// One question. Many threads ask at once: of the ruleset nothing is written but a pattern's
// code, when the first of them needs it.
struct asking {
    const struct pm_ruleset *rs;
    struct pm_str text; // smoothed
    bool near;
    uint64_t *patterns, *rules; // alive
    pcre2_match_data *data;
};
static bool pattern_found(const struct asking *q, uint32_t p) {
    const pcre2_code *code =
        bit_get(q->patterns, p) ? rule_pattern_code(&q->rs->patterns[p]) : NULL;
    return code && pcre2_match(code, (PCRE2_SPTR)q->text.p, q->text.n, 0, 0, q->data,
                               q->rs->ear->context) >= 0;
}
static bool pattern_counts(const struct asking *q, uint32_t p) {
    return bit_get(q->rs->ear->alone, p) || (q->near && bit_get(q->rs->ear->near, p));
}
static bool condition_heard(const struct asking *q, const struct rule_condition *c) {
    bool counts = false;
    for (size_t k = 0; k < c->clause_count; k++) {
        const struct rule_clause *clause = &c->clauses[k];
        bool found = false;
        for (uint32_t p = clause->first;
             p < clause->first + clause->count && clause->subject == SUBJECT_TEXT; p++) {
            if (!pattern_found(q, p)) continue;
            found = true;
            counts = counts || (!clause->none && pattern_counts(q, p));
        }
        if (found == clause->none) return false;
    }
    return counts;
}
static bool rule_heard(const struct asking *q, size_t rule) {
    const struct rule *r = &q->rs->rules[rule];
    for (size_t c = 0; c < r->condition_count; c++)
        if (r->conditions[c].audible && condition_heard(q, &r->conditions[c])) return true;
    return false;
}
static bool any_heard(const struct asking *q, bool quiet) {
    for (size_t i = 0; i < q->rs->order_count; i++)
        if (q->rs->rules[q->rs->order[i]].quiet == quiet && bit_get(q->rules, q->rs->order[i]) &&
            rule_heard(q, q->rs->order[i]))
            return true;
    return false;
}
// Quiet ones first, whatever their order: a push that says the words of a rule of one's
// own is a push.
static enum pm_heard ask(const struct asking *q) {
    if (any_heard(q, true)) return PM_HEARD_OTHER;
    return any_heard(q, false) ? PM_HEARD_PULL : PM_HEARD_NOTHING;
}
// Can anything be heard? Literals are looked for, and no pattern is run.
static bool awake(const struct asking *q) {
    const struct rule_ear *ear = q->rs->ear;
    uint64_t any = 0;
    rule_gate_run(q->rs->gate, q->text, q->patterns, q->rules);
    for (size_t w = 0; w < BITSET_WORDS(q->rs->pattern_count); w++)
        any |= q->patterns[w] & (ear->alone[w] | (q->near ? ear->near[w] : 0));
    return any != 0;
}
static enum pm_heard listen(struct asking *q, struct pm_str text) {
    struct pm_buf smoothed = {0};
    enum pm_heard heard = PM_HEARD_NOTHING;
    if (!q->near && !rule_gate_next(q->rs->ear->first, text.p, text.p + text.n)) return heard;
    q->text = text;
    if (!rule_text_is_smooth(text)) {
        rule_text_smooth(&smoothed, text);
        q->text = pm_buf_str(&smoothed);
    }
    if (awake(q)) {
        if (!smoothed.p)
            rule_text_smooth(
                &smoothed,
                text); // what mirrors said is left out, and PCRE2 wants defined bytes behind the text
        q->text = pm_buf_str(&smoothed);
        q->data = pcre2_match_data_create(1, NULL);
        if (!q->data) pm_die_oom();
        heard = ask(q);
        pcre2_match_data_free(q->data);
    }
    pm_buf_free(&smoothed);
    return heard;
}
static enum pm_heard hears(const void *ctx, struct pm_str text, bool near) {
    const struct pm_ruleset *rs = ctx;
    size_t words = BITSET_WORDS(rs->pattern_count) + 1,
           rule_words = BITSET_WORDS(rs->rule_count) + 1;
    uint64_t few[STACK_WORDS], *bits = words + rule_words <= STACK_WORDS
                                           ? few
                                           : pm_xmalloc((words + rule_words) * sizeof *bits);
    struct asking q = {.rs = rs, .near = near, .patterns = bits, .rules = bits + words};
    enum pm_heard heard =
        text.n ? listen(&q, pm_str_sub(text, 0, HEARD_MAX_BYTES)) : PM_HEARD_NOTHING;
    if (bits != few) free(bits);
    return heard;
}
static const char *hears_next(const void *ctx, const char *p, const char *end) {
    const struct pm_ruleset *rs = ctx;
    return rule_gate_next(rs->ear->own, p, end);
}

// How far does each pattern carry? True where a rule of one's own brings words that no
// built-in rule has.
static bool tune_condition(struct pm_ruleset *rs, const struct rule *r, struct rule_condition *c,
                           uint64_t *own) {
    bool any_own = false;
    c->audible = condition_audible(c);
    for (size_t k = 0; c->audible && k < c->clause_count; k++)
        for (uint32_t p = c->clauses[k].first;
             p < c->clauses[k].first + c->clauses[k].count && !c->clauses[k].none; p++) {
            const struct rule_pattern *of = &rs->patterns[p];
            if (of->hearing == HEARING_YES || (!of->hearing && pattern_telling(of)))
                bit_set(rs->ear->alone, p);
            else if (of->hearing == HEARING_NEAR) bit_set(rs->ear->near, p);
            else continue;
            if (r->own && !r->same) {
                bit_set(own, p);
                any_own = true;
            }
        }
    return any_own;
}
static uint64_t *bits_new(struct pm_ruleset *rs) {
    uint64_t *bits = PM_NEWN(rs->a, uint64_t, BITSET_WORDS(rs->pattern_count) + 1);
    memset(bits, 0, (BITSET_WORDS(rs->pattern_count) + 1) * sizeof *bits);
    return bits;
}
void pm_ruleset_listen(struct pm_ruleset *rs) {
    uint64_t *own = bits_new(rs);
    bool any_own = false;
    rule_ear_free(rs->ear); // who listens again hears anew
    rs->ear = PM_NEW(rs->a, struct rule_ear);
    *rs->ear = (struct rule_ear){
        .alone = bits_new(rs), .near = bits_new(rs), .context = pcre2_match_context_create(NULL)};
    if (!rs->ear->context) pm_die_oom();
    pcre2_set_match_limit(rs->ear->context, HEARD_MATCH_LIMIT);
    for (size_t i = 0; i < rs->order_count; i++) {
        struct rule *r = &rs->rules[rs->order[i]];
        for (size_t c = 0; c < r->condition_count; c++)
            any_own = tune_condition(rs, r, &r->conditions[c], own) || any_own;
    }
    rs->ear->first = rule_gate_new(rs, rs->ear->alone);
    if (any_own) rule_gate_hurry(rs->ear->own = rule_gate_new(rs, own));
    pm_hear_with((struct pm_ear){.heard = hears, .next = any_own ? hears_next : NULL, .ctx = rs});
}
void rule_ear_free(struct rule_ear *ear) {
    if (!ear) return;
    pm_hear_with((struct pm_ear){0});
    rule_gate_free(ear->first);
    rule_gate_free(ear->own);
    pcre2_match_context_free(ear->context);
}
