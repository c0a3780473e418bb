// Asking the rules: why did this event happen? Loading is ruleset_load.c, the gate
// ruleset_gate.c, the order ruleset_order.c.
//
// Only failures have causes. An event that is none (a good pull, a 200, a back-off that
// repeats no error, a push) gets no answer without a rule being tried.
#include "rules/ruleset.h"
#include "rules/taxonomy.h"

#include <stdlib.h>

const char *const rule_subject_names[SUBJECT_COUNT] = {"error", "message", "reason",
                                                       "url",   "host",    "user_agent"};

enum {
    TEXT_HEAD_BYTES =
        32
        << 10, // of a longer text its head and its tail are read: the cause stands at one of the ends
    TEXT_TAIL_BYTES = 32 << 10,
    MATCH_LIMIT = 200000, // PCRE2 steps; a hostile text stops there, and it is told
    GIVE_UP_AFTER =
        256, // texts too hard for one pattern: a log of them must not cost their number times the limit
    DEPTH_LIMIT = 2000,
    HEAP_LIMIT_KIB = 4096,
    JIT_STACK_BYTES = 512 << 10,
    MEMO_BYTES =
        2
        << 20, // remembered questions; forgotten all at once when full: a log of ever new texts stays in cache
};

bool rule_event_failed(const struct pm_event *e) {
    bool says = e->field[PM_F_ERROR].n > 0;
    if (e->flags & PM_EV_PUSH) return false;
    switch (e->kind) {
    case PM_KIND_PULL_FAIL:
    case PM_KIND_MIRROR_TRY:
    case PM_KIND_SECRET_MISSING:
    case PM_KIND_DISK_PRESSURE:
    case PM_KIND_GC_FAIL:
    case PM_KIND_RUNTIME_DOWN: return true;
    case PM_KIND_REQUEST:
        return e->http_status >= 400 ||
               (e->http_status == 0 &&
                (says || e->field[PM_F_REASON].n)); // cloud audit logs give a reason and no status
    case PM_KIND_OTHER:
    case PM_KIND_POD_STATE:
    case PM_KIND_PULL_BACKOFF: return says;
    default: return false;
    }
}

static struct pm_str ends_of(struct pm_arena *a, struct pm_str s) {
    if (s.n <= TEXT_HEAD_BYTES + TEXT_TAIL_BYTES) return s;
    return pm_arena_join(a, pm_str_sub(s, 0, TEXT_HEAD_BYTES),
                         pm_str_from(s, s.n - TEXT_TAIL_BYTES));
}
static struct pm_str hosts_of(struct pm_arena *a, const struct pm_event *e) {
    struct pm_str host = e->field[PM_F_HOST], registry = e->field[PM_F_REGISTRY];
    if (!registry.n || !host.n) return host.n ? host : registry;
    return pm_arena_fmt(a, "%.*s %.*s", PM_FMT(host), PM_FMT(registry));
}
// PCRE2's machine code reads whole vectors, past the end of a text: defined bytes there
// keep memory checkers quiet.
static struct pm_str padded(struct pm_arena *a, struct pm_str s) {
    char *p = pm_arena_alloc(a, s.n + 32);
    if (s.n) memcpy(p, s.p, s.n);
    return (struct pm_str){p, s.n};
}
struct rule_view rule_view_of(struct pm_ruleset *rs, const struct pm_event *e) {
    const struct pm_str *f = e->field;
    struct rule_view v = {.event = e};
    pm_arena_reset(rs->scratch);
    rule_text_smooth(&rs->text,
                     ends_of(rs->scratch, f[PM_F_ERROR].n ? f[PM_F_ERROR] : f[PM_F_MESSAGE]));
    v.subject[SUBJECT_TEXT] = pm_buf_str(&rs->text);
    v.subject[SUBJECT_MESSAGE] = ends_of(rs->scratch, f[PM_F_MESSAGE]);
    v.subject[SUBJECT_REASON] = f[PM_F_REASON];
    v.subject[SUBJECT_URL] = ends_of(rs->scratch, f[PM_F_URL]);
    v.subject[SUBJECT_HOST] = hosts_of(rs->scratch, e);
    v.subject[SUBJECT_USER_AGENT] = f[PM_F_USER_AGENT];
    for (int i = SUBJECT_MESSAGE; i < SUBJECT_COUNT; i++)
        v.subject[i] = padded(rs->scratch, v.subject[i]);
    return v;
}
void rule_wake(struct pm_ruleset *rs, const struct rule_view *v) {
    rule_gate_run(rs->gate, v->subject[SUBJECT_TEXT], rs->alive_patterns, rs->alive_rules);
}

// A limit that bites is no match, and is counted: pm_ruleset_limits tells it.
bool rule_pattern_matches(struct pm_ruleset *rs, size_t pattern, struct pm_str text) {
    struct rule_pattern *p = &rs->patterns[pattern];
    if (p->limit_hits >= GIVE_UP_AFTER || !rule_pattern_code(p)) return false;
    if (!p->jitted) {
        pcre2_jit_compile(
            p->code,
            PCRE2_JIT_COMPLETE); // where it cannot, the interpreter serves, under the same limits
        p->jitted = true;
    }
    int rc = pcre2_match(p->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, rs->match_data,
                         rs->match_context);
    if (rc >= 0) return true;
    if (rc == PCRE2_ERROR_NOMATCH) return false;
    rs->limit_hits++;
    rs->rules[p->rule].limit_hit = true;
    rs->rules[p->rule].given_up |= ++p->limit_hits == GIVE_UP_AFTER;
    return false;
}
static bool clause_matches(struct pm_ruleset *rs, const struct rule_clause *c,
                           const struct rule_view *v) {
    for (uint32_t i = c->first; i < c->first + c->count; i++) {
        if (c->subject == SUBJECT_TEXT && !rs->plain && !bit_get(rs->alive_patterns, i)) continue;
        if (rule_pattern_matches(rs, i, v->subject[c->subject])) return !c->none;
    }
    return c->none;
}
static bool status_matches(const struct rule_condition *c, int status) {
    for (int i = 0; i < c->status_count; i++)
        if (status >= c->status[i].lo && status <= c->status[i].hi) return true;
    return c->status_count == 0;
}
static bool method_matches(const struct rule_condition *c, struct pm_str method) {
    for (int i = 0; i < c->method_count; i++)
        if (pm_str_ieq(c->methods[i], method)) return true;
    return c->method_count == 0;
}
static bool fields_match(const struct rule_condition *c, const struct pm_event *e) {
    return (!c->kinds || c->kinds >> e->kind & 1) &&
           (!c->components || c->components >> e->component & 1) &&
           (!c->stages || c->stages >> e->stage & 1) && status_matches(c, e->http_status) &&
           method_matches(c, e->field[PM_F_METHOD]) && (e->flags & c->flags_set) == c->flags_set &&
           !(e->flags & c->flags_clear);
}
bool rule_condition_matches(struct pm_ruleset *rs, const struct rule_condition *c,
                            const struct rule_view *v) {
    if (!fields_match(c, v->event)) return false;
    for (size_t i = 0; i < c->clause_count; i++)
        if (!clause_matches(rs, &c->clauses[i], v)) return false;
    return true;
}
bool rule_matches(struct pm_ruleset *rs, size_t rule, const struct rule_view *v) {
    const struct rule *r = &rs->rules[rule];
    for (size_t i = 0; i < r->condition_count; i++)
        if (rule_condition_matches(rs, &r->conditions[i], v)) return true;
    return false;
}

static const struct pm_verdict no_verdict = {.cause = -1};
static struct pm_verdict verdict_of(const struct rule *r) {
    struct pm_verdict v = {.rule = r->id,
                           .cause = r->quiet ? -1 : r->candidates[0],
                           .candidate_count = r->candidate_count,
                           .confidence = r->confidence,
                           .variant = r->variant,
                           .quiet = r->quiet};
    memcpy(v.candidates, r->candidates, sizeof v.candidates);
    return v;
}
// A pull that failed with words that no rule knows has a cause of its own for that; one
// that failed without a word of its own ("Error: ErrImagePull", "Failed to pull image
// "x":") says nothing.
static struct pm_str past_name(struct pm_str s) {
    bool quoted = s.n && s.p[0] == '"';
    ptrdiff_t end = quoted ? pm_str_chr(s, '"', 1) : pm_str_chr(s, ' ', 0);
    return end < 0 ? PM_NONE : pm_str_from(s, (size_t)end + 1);
}
static struct pm_str unwrap_once(const struct pm_ruleset *rs, struct pm_str s) {
    size_t n = pm_wordlist_begins(&rs->lists[PM_LIST_WRAPPING_NAME], s);
    if (n) return past_name(pm_str_from(s, n));
    return pm_str_from(s, pm_wordlist_begins(&rs->lists[PM_LIST_WRAPPING], s));
}
static bool says_nothing(const struct pm_ruleset *rs, struct pm_str text) {
    for (struct pm_str next; text.n; text = next) {
        next = unwrap_once(rs, text);
        if (next.n == text.n) return false;
    }
    return true;
}
static struct pm_verdict unanswered(const struct pm_ruleset *rs, const struct rule_view *v) {
    struct pm_verdict r = no_verdict;
    if (v->event->kind == PM_KIND_PULL_FAIL && !says_nothing(rs, v->subject[SUBJECT_TEXT]))
        r.cause = pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS);
    return r;
}
const char *pm_variant_of(int cause, const char *variant, unsigned flags) {
    if (variant || cause < 0 || !(flags & PM_EV_SANDBOX)) return variant;
    return pm_cause_has(cause, PM_TRAIT_SANDBOX) ? "sandbox" : NULL;
}
static struct pm_verdict decide(struct pm_ruleset *rs, const struct pm_event *e) {
    struct rule_view v = rule_view_of(rs, e);
    rule_wake(rs, &v);
    for (size_t i = 0; i < rs->order_count; i++)
        if ((rs->plain || bit_get(rs->alive_rules, rs->order[i])) &&
            rule_matches(rs, rs->order[i], &v)) {
            struct pm_verdict found = verdict_of(&rs->rules[rs->order[i]]);
            found.variant = pm_variant_of(found.cause, found.variant, e->flags);
            return found;
        }
    return unanswered(rs, &v);
}

static struct pm_str question(struct pm_ruleset *rs, const struct pm_event *e) {
    static const enum pm_field read[] = {PM_F_ERROR, PM_F_MESSAGE,  PM_F_REASON,     PM_F_URL,
                                         PM_F_HOST,  PM_F_REGISTRY, PM_F_USER_AGENT, PM_F_METHOD};
    int32_t head[5 + PM_LEN(read)] = {(int32_t)e->kind, (int32_t)e->component, (int32_t)e->stage,
                                      e->http_status, (int32_t)e->flags};
    for (size_t i = 0; i < PM_LEN(read); i++) head[5 + i] = (int32_t)e->field[read[i]].n;
    pm_buf_clear(&rs->key);
    pm_buf_add(&rs->key, (struct pm_str){(const char *)head, sizeof head});
    for (size_t i = 0; i < PM_LEN(read); i++) pm_buf_add(&rs->key, e->field[read[i]]);
    return pm_buf_str(&rs->key);
}
static void forget(struct pm_ruleset *rs) {
    pm_intern_free(rs->memo);
    rs->memo = pm_intern_new();
    rs->answer_count = rs->memo_bytes = 0;
    (void)PM_PUSH(rs->answers, rs->answer_count,
                  rs->answer_cap); // id 0 is the empty string, which no question is
}
struct pm_verdict pm_ruleset_classify(struct pm_ruleset *rs, const struct pm_event *e) {
    if (!rule_event_failed(e)) return no_verdict;
    if (rs->memo_bytes > MEMO_BYTES || !rs->memo) forget(rs);
    struct pm_str q = question(rs, e);
    uint32_t id = pm_intern_id(rs->memo, q);
    if (id < rs->answer_count) return rs->answers[id];
    rs->memo_bytes += q.n + sizeof *rs->answers;
    struct pm_verdict v = decide(rs, e);
    *PM_PUSH(rs->answers, rs->answer_count, rs->answer_cap) = v;
    return v;
}

double pm_weight(const struct pm_ruleset *rs, enum pm_weight w) { return rs->tables.weights[w]; }
const struct pm_wordlist *pm_ruleset_list_of(const struct pm_ruleset *rs, enum pm_list list) {
    return &rs->lists[list];
}

bool ruleset_ready(struct pm_ruleset *rs, struct pm_diags *diags) {
    for (size_t i = 0; i < rs->rule_count; i++)
        for (size_t c = 0; c < rs->rules[i].condition_count; c++) {
            bool text = false;
            for (size_t k = 0; k < rs->rules[i].conditions[c].clause_count; k++)
                text = text || (rs->rules[i].conditions[c].clauses[k].subject == SUBJECT_TEXT &&
                                !rs->rules[i].conditions[c].clauses[k].none);
            rs->rules[i].ungated = rs->rules[i].ungated || !text;
        }
    for (int i = 0; i < PM_LIST_COUNT; i++)
        rs->lists[i] = pm_wordlist_of(
            rs->a, pm_table_list(rs->tables.tree[PM_TABLE_LISTS], pm_words_listed[i]));
    if (!ruleset_order(rs, diags)) return false;
    rs->gate = rule_gate_new(rs, NULL);
    rs->alive_patterns = PM_NEWN(rs->a, uint64_t, BITSET_WORDS(rs->pattern_count) + 1);
    rs->alive_rules = PM_NEWN(rs->a, uint64_t, BITSET_WORDS(rs->rule_count) + 1);
    rs->match_context = pcre2_match_context_create(NULL);
    rs->match_data = pcre2_match_data_create(1, NULL);
    rs->jit_stack = pcre2_jit_stack_create(32 << 10, JIT_STACK_BYTES, NULL);
    if (!rs->match_context || !rs->match_data) pm_die_oom();
    pcre2_set_match_limit(rs->match_context, MATCH_LIMIT);
    pcre2_set_depth_limit(rs->match_context, DEPTH_LIMIT);
    pcre2_set_heap_limit(rs->match_context, HEAP_LIMIT_KIB);
    if (rs->jit_stack) pcre2_jit_stack_assign(rs->match_context, NULL, rs->jit_stack);
    return true;
}
void pm_ruleset_limits(struct pm_ruleset *rs, struct pm_diags *diags, struct pm_str path,
                       uint64_t line) {
    for (size_t i = 0; rs->limit_hits && i < rs->rule_count; i++) {
        struct rule *r = &rs->rules[i];
        if (!r->limit_hit) continue;
        pm_diags_add(
            diags, path, line, "rule-limit",
            "the text is too hard for a pattern of rule %s (%s:%u), whose limit bit: left without its answer",
            r->id, r->path, r->line);
        if (r->given_up)
            pm_diags_add(
                diags, path, line, "rule-limit",
                "a pattern of rule %s (%s:%u) met its limit %d times: not tried on the texts that follow",
                r->id, r->path, r->line, GIVE_UP_AFTER);
        r->limit_hit = r->given_up = false;
    }
    rs->limit_hits = 0;
}
// Held until the end, so that a leak checker finds it.
static struct pm_ruleset *left;
void pm_ruleset_leave(struct pm_ruleset *rs) {
    pm_ruleset_free(left);
    left = rs;
}
void pm_ruleset_free(struct pm_ruleset *rs) {
    if (!rs) return;
    rule_ear_free(rs->ear);
    for (size_t i = 0; i < rs->pattern_count; i++) pcre2_code_free(rs->patterns[i].code);
    for (size_t i = 0; i < rs->rule_count; i++) {
        for (size_t c = 0; c < rs->rules[i].condition_count; c++)
            free(rs->rules[i].conditions[c].clauses);
        free(rs->rules[i].conditions);
        free(rs->rules[i].beats);
        free(rs->rules[i].samples);
    }
    free(rs->rules);
    free(rs->patterns);
    free(rs->answers);
    rule_gate_free(rs->gate);
    pcre2_match_context_free(rs->match_context);
    pcre2_match_data_free(rs->match_data);
    pcre2_jit_stack_free(rs->jit_stack);
    pm_intern_free(rs->memo);
    pm_buf_free(&rs->key);
    pm_buf_free(&rs->text);
    pm_tables_free(&rs->tables);
    pm_ruleset_free(rs->sampled);
    pm_arena_free(rs->scratch);
    pm_arena_free(rs->a);
    free(rs);
}
