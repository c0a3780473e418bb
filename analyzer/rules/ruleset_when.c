// `when` of a rule: its conditions, the clauses of each, and the patterns of each clause,
// compiled, with the literals by which the gate finds them.
#include "rules/ruleset_read.h"

#include <stdatomic.h>

struct when {
    struct rule *rule;
    struct rule_condition *condition;
    uint32_t rule_index;
    struct rule_clause *clause; // being filled
    bool each_alone;            // `all`: each pattern a clause of its own
    enum rule_subject subject;
    bool none;
};
static void clause_start(struct when *w) {
    struct rule_condition *c = w->condition;
    w->clause = PM_PUSH(c->clauses, c->clause_count, c->clause_cap);
    w->clause->subject = w->subject;
    w->clause->none = w->none;
}
static void literal_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct rule_pattern *p = ctx;
    struct pm_str s = rule_scalar(n);
    if (s.n < RULE_LITERAL_MIN) {
        rule_tell(l, rule_line_of(n), "a literal has to be text of at least %d characters",
                  RULE_LITERAL_MIN);
        return;
    }
    struct pm_str *grown = PM_NEWN(l->rs->a, struct pm_str, p->literal_count + 1);
    if (p->literal_count) memcpy(grown, p->literals, p->literal_count * sizeof *grown);
    char *low = pm_arena_alloc(l->rs->a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        low[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    grown[p->literal_count] = (struct pm_str){low, s.n};
    p->literals = grown;
    p->literal_count++;
}
static pcre2_code *rule_pattern_compile(const char *source, int *error, PCRE2_SIZE *at) {
    return pcre2_compile((PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED,
                         PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C, error, at, NULL);
}
const pcre2_code *rule_pattern_code(struct rule_pattern *p) {
    pcre2_code *code = atomic_load(&p->code), *before = NULL;
    int error;
    PCRE2_SIZE at;
    if (code) return code;
    code = rule_pattern_compile(p->source, &error, &at);
    if (atomic_compare_exchange_strong(&p->code, &before, code)) return code;
    pcre2_code_free(code); // another thread was first
    return before;
}
static void read_re(struct rule_load *l, const yaml_node_t *n, void *ctx,
                    const struct rule_key *key) {
    struct rule_pattern *p = ctx;
    int error;
    PCRE2_SIZE at;
    (void)key;
    p->source = rule_keep(l, rule_scalar(n));
    p->line = rule_line_of(n);
    if (!l->own) return;
    pcre2_code *code = rule_pattern_compile(p->source, &error, &at);
    p->code = code;
    if (code) return;
    PCRE2_UCHAR why[128];
    pcre2_get_error_message(error, why, sizeof why);
    rule_tell(l, p->line, "broken pattern \"%s\": %s at character %zu", p->source,
              (const char *)why, (size_t)at + 1);
}
static void read_literal(struct rule_load *l, const yaml_node_t *n, void *ctx,
                         const struct rule_key *key) {
    (void)key;
    rule_each_item(l, n, literal_item, ctx);
}
static void read_pattern_heard(struct rule_load *l, const yaml_node_t *n, void *ctx,
                               const struct rule_key *key) {
    struct rule_pattern *p = ctx;
    (void)key;
    if (p->subject == SUBJECT_TEXT) p->hearing = rule_hearing_of(l, n);
    else rule_tell(l, rule_line_of(n), "`heard` goes with patterns over the error text");
}
static const struct rule_key pattern_keys[] = {
    {"re", read_re, 0}, {"literal", read_literal, 0}, {"heard", read_pattern_heard, 0}};

static void pattern_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct when *w = ctx;
    if (w->each_alone || !w->clause) clause_start(w);
    struct pm_ruleset *rs = l->rs;
    struct rule_pattern *p = PM_PUSH(rs->patterns, rs->pattern_count, rs->pattern_cap);
    p->rule = w->rule_index;
    p->subject = w->subject;
    p->line = rule_line_of(n);
    if (!w->clause->count) w->clause->first = (uint32_t)(rs->pattern_count - 1);
    w->clause->count++;
    if (n->type == YAML_MAPPING_NODE) rule_each_key(l, n, pattern_keys, PM_LEN(pattern_keys), p);
    else if (rule_scalar(n).n) read_re(l, n, p, NULL);
    if (!p->source || !*p->source) {
        rule_tell(l, p->line, "a pattern has to be text, or {re: …, literal: …}");
        return;
    }
    if ((p->code || !l->own) && w->subject == SUBJECT_TEXT && !p->literal_count &&
        !rule_literals_derive(rs->a, p->source, &p->literals, &p->literal_count))
        rule_tell(
            l, p->line,
            "no literal of %d plain characters in every alternative of \"%s\": write {re: …, literal: …}",
            RULE_LITERAL_MIN, p->source);
}
static void read_patterns(struct rule_load *l, const yaml_node_t *n, struct when *w,
                          enum rule_subject subject, bool none, bool each_alone) {
    w->subject = subject;
    w->none = none;
    w->each_alone = each_alone;
    w->clause = NULL;
    rule_each_item(l, n, pattern_item, w);
}
static void read_any(struct rule_load *l, const yaml_node_t *n, void *ctx,
                     const struct rule_key *key) {
    (void)key;
    read_patterns(l, n, ctx, SUBJECT_TEXT, false, false);
}
static void read_all(struct rule_load *l, const yaml_node_t *n, void *ctx,
                     const struct rule_key *key) {
    (void)key;
    read_patterns(l, n, ctx, SUBJECT_TEXT, false, true);
}
static void read_none(struct rule_load *l, const yaml_node_t *n, void *ctx,
                      const struct rule_key *key) {
    (void)key;
    read_patterns(l, n, ctx, SUBJECT_TEXT, true, false);
}
static void read_subject(struct rule_load *l, const yaml_node_t *n, void *ctx,
                         const struct rule_key *key) {
    read_patterns(l, n, ctx, (enum rule_subject)key->arg, false, false);
}
static void read_not_subject(struct rule_load *l, const yaml_node_t *n, void *ctx,
                             const struct rule_key *key) {
    read_patterns(l, n, ctx, (enum rule_subject)key->arg, true, false);
}

static void read_kind(struct rule_load *l, const yaml_node_t *n, void *ctx,
                      const struct rule_key *key) {
    (void)key;
    rule_read_bits(l, n, rule_kind_words, &((struct when *)ctx)->condition->kinds);
}
static void read_component(struct rule_load *l, const yaml_node_t *n, void *ctx,
                           const struct rule_key *key) {
    (void)key;
    rule_read_bits(l, n, rule_component_words, &((struct when *)ctx)->condition->components);
}
static void read_stage(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    (void)key;
    rule_read_bits(l, n, rule_stage_words, &((struct when *)ctx)->condition->stages);
}
static void read_flags(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    struct rule_condition *c = ((struct when *)ctx)->condition;
    rule_read_bits(l, n, rule_flag_words, key->arg ? &c->flags_clear : &c->flags_set);
}
static void status_add(struct rule_condition *c, int lo, int hi) {
    c->status[c->status_count].lo = lo;
    c->status[c->status_count].hi = hi;
    c->status_count++;
}
static void status_item(struct rule_load *l, const yaml_node_t *n, void *ctx) { // 429, or 5xx
    struct rule_condition *c = ctx;
    struct pm_str s = rule_scalar(n);
    uint64_t status;
    bool category =
        s.n == 3 && pm_str_eqc(pm_str_from(s, 1), "xx") && s.p[0] >= '1' && s.p[0] <= '5';
    if (c->status_count == RULE_STATUS_MAX)
        rule_tell(l, rule_line_of(n), "more than %d statuses", RULE_STATUS_MAX);
    else if (category) status_add(c, (s.p[0] - '0') * 100, (s.p[0] - '0') * 100 + 99);
    else if (pm_str_u64(s, &status) && status < 1000) status_add(c, (int)status, (int)status);
    else rule_tell(l, rule_line_of(n), "\"%.*s\" is no HTTP status: 429 and 5xx are", PM_FMT(s));
}
static void read_status(struct rule_load *l, const yaml_node_t *n, void *ctx,
                        const struct rule_key *key) {
    (void)key;
    rule_each_item(l, n, status_item, ((struct when *)ctx)->condition);
}
static void method_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct rule_condition *c = ctx;
    if (c->method_count == (int)PM_LEN(c->methods))
        rule_tell(l, rule_line_of(n), "more than %zu methods", PM_LEN(c->methods));
    else c->methods[c->method_count++] = pm_arena_dup(l->rs->a, rule_scalar(n));
}
static void read_method(struct rule_load *l, const yaml_node_t *n, void *ctx,
                        const struct rule_key *key) {
    (void)key;
    rule_each_item(l, n, method_item, ((struct when *)ctx)->condition);
}

static const struct rule_key when_keys[] = {
    {"any", read_any, 0},
    {"all", read_all, 0},
    {"none", read_none, 0},
    {"message", read_subject, SUBJECT_MESSAGE},
    {"reason", read_subject, SUBJECT_REASON},
    {"url", read_subject, SUBJECT_URL},
    {"host", read_subject, SUBJECT_HOST},
    {"user_agent", read_subject, SUBJECT_USER_AGENT},
    {"not_message", read_not_subject, SUBJECT_MESSAGE},
    {"not_reason", read_not_subject, SUBJECT_REASON},
    {"not_url", read_not_subject, SUBJECT_URL},
    {"not_host", read_not_subject, SUBJECT_HOST},
    {"not_user_agent", read_not_subject, SUBJECT_USER_AGENT},
    {"kind", read_kind, 0},
    {"component", read_component, 0},
    {"stage", read_stage, 0},
    {"status", read_status, 0},
    {"method", read_method, 0},
    {"flags", read_flags, 0},
    {"not_flags", read_flags, 1},
};
static void condition_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct rule *r = ctx;
    if (!rule_want(l, n, YAML_MAPPING_NODE, "when")) return;
    if (n->data.mapping.pairs.start == n->data.mapping.pairs.top)
        rule_tell(l, rule_line_of(n), "an empty `when` would answer for everything: say by what");
    struct when w = {.rule = r,
                     .rule_index = (uint32_t)(l->rs->rule_count - 1),
                     .condition = PM_PUSH(r->conditions, r->condition_count, r->condition_cap)};
    w.condition->line = rule_line_of(n);
    rule_each_key(l, n, when_keys, PM_LEN(when_keys), &w);
}
void rule_read_when(struct rule_load *l, const yaml_node_t *n, void *ctx,
                    const struct rule_key *key) {
    (void)key;
    rule_each_item(l, n, condition_item, ctx);
}
