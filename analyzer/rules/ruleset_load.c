// Rule files → rules. The grammar is rules/README.md; every mistake is told with file,
// line and, where a word is near a known one, that word.
//
//   rules:
//     - id: hub-quota-anonymous
//       title: Docker Hub names the unauthenticated quota
//       cause: rate-limit.anonymous
//       when: {any: ["reached your unauthenticated pull rate limit"]}
//       match: ["toomanyrequests: You have reached your unauthenticated pull rate limit."]
//       leave: [{error: "pull QPS exceeded", wins: kubelet-pull-qps}]
//
// Not handled, on purpose: YAML anchors across files, and merging parts of a rule: a rule
// of --rules replaces the whole rule of its id.
#include "base/embed.h"
#include "rules/rule_file.h"
#include "rules/ruleset.h"
#include "rules/yaml_compose.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACE_MAX = 99, RULES_MAX = 2048, HASH_DIGITS = 16 };

struct load {
    struct pm_ruleset *rs;
    struct pm_diags *diags;
    struct pm_str path, text; // the file being read
    yaml_document_t *doc;
    bool own, bad, only;
    enum rule_hearing hearing; // of the file
    unsigned place;            // among the built-in files; 0: behind those that have one
};

static void tell(struct load *l, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void tell(struct load *l, unsigned line, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    pm_diags_add(l->diags, l->path, line, "rule", "%s", text);
    l->bad = true;
}
static void tell_word(struct load *l, unsigned line, const char *what, struct pm_str word,
                      const char *const *known, size_t n) {
    const char *near = rule_nearest(word, known, n);
    if (near) tell(l, line, "unknown %s \"%.*s\": did you mean \"%s\"?", what, PM_FMT(word), near);
    else tell(l, line, "unknown %s \"%.*s\"", what, PM_FMT(word));
}

// YAML nodes.
static unsigned line_of(const yaml_node_t *n) { return (unsigned)n->start_mark.line + 1; }
static yaml_node_t *node_at(struct load *l, int id) { return yaml_document_get_node(l->doc, id); }
static struct pm_str scalar(const yaml_node_t *n) {
    return n->type == YAML_SCALAR_NODE
               ? (struct pm_str){(const char *)n->data.scalar.value, n->data.scalar.length}
               : PM_NONE;
}
static const char *keep(struct load *l, struct pm_str s) { return pm_arena_cstr(l->rs->a, s); }
static bool want(struct load *l, const yaml_node_t *n, yaml_node_type_t type, const char *key) {
    static const char *const names[] = {"nothing", "a word or text", "a list", "a mapping"};
    if (n->type == type) return true;
    tell(l, line_of(n), "`%s` has to be %s", key, names[type]);
    return false;
}
// A list, or one thing standing for a list of one: calls fn with each item.
typedef void item_fn(struct load *l, const yaml_node_t *item, void *ctx);
static void each_item(struct load *l, const yaml_node_t *n, item_fn *fn, void *ctx) {
    if (n->type != YAML_SEQUENCE_NODE) {
        fn(l, n, ctx);
        return;
    }
    for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top; i++)
        fn(l, node_at(l, *i), ctx);
}
// A mapping over a table of keys: unknown and repeated keys are mistakes.
struct key {
    const char *name;
    void (*read)(struct load *l, const yaml_node_t *value, void *ctx, const struct key *key);
    int arg;
};
enum { KEYS_MAX = 40 };
static void each_key(struct load *l, const yaml_node_t *map, const struct key *keys, size_t n,
                     void *ctx) {
    const char *names[KEYS_MAX];
    bool seen[KEYS_MAX] = {0};
    for (size_t k = 0; k < n; k++) names[k] = keys[k].name;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        const yaml_node_t *key = node_at(l, p->key);
        struct pm_str word = scalar(key);
        size_t k = 0;
        while (k < n && !pm_str_eqc(word, names[k])) k++;
        if (k == n) tell_word(l, line_of(key), "key", word, names, n);
        else if (seen[k]) tell(l, line_of(key), "`%s` stands here twice", names[k]);
        else keys[k].read(l, node_at(l, p->value), ctx, &keys[k]);
        if (k < n) seen[k] = true;
    }
}

// Words of closed lists.
struct words {
    const char *what;
    const char *const *names;
    size_t n;
};
static int word_index(struct load *l, const yaml_node_t *n, struct words w) {
    struct pm_str s = scalar(n);
    for (size_t i = 0; i < w.n; i++)
        if (w.names[i] && pm_str_eqc(s, w.names[i])) return (int)i;
    tell_word(l, line_of(n), w.what, s, w.names, w.n);
    return -1;
}
static const struct words kind_words = {"kind", pm_kind_names, PM_KIND_COUNT};
static const struct words component_words = {"component", pm_component_names, PM_COMP_COUNT};
static const char *const stage_names[PM_STAGE_COUNT] = {
    "none",     "resolve", "token",
    "manifest", "blob",    "unpack"}; // as pm_stage_names, with a word for "not known"
static const struct words stage_words = {"stage", stage_names, PM_STAGE_COUNT};
static const struct words flag_words = {"flag", pm_words_flag, 8};
static const struct words confidence_words = {"confidence", pm_confidence_names, 3};
static const char *const hearing_names[HEARING_COUNT] = {NULL, "yes", "near", "no"};
static const struct words hearing_words = {"word for `heard`", hearing_names, HEARING_COUNT};
static enum rule_hearing hearing_of(struct load *l, const yaml_node_t *n) {
    if (pm_str_eqc(scalar(n), "true")) return HEARING_YES; // as a YAML 1.1 tool writes it
    if (pm_str_eqc(scalar(n), "false")) return HEARING_NO;
    int i = word_index(l, n, hearing_words);
    return i < 0 ? HEARING_UNSAID : (enum rule_hearing)i;
}

// Conditions.
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
static void literal_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct rule_pattern *p = ctx;
    struct pm_str s = scalar(n);
    if (s.n < RULE_LITERAL_MIN) {
        tell(l, line_of(n), "a literal has to be text of at least %d characters", RULE_LITERAL_MIN);
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
static void read_re(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    struct rule_pattern *p = ctx;
    int error;
    PCRE2_SIZE at;
    (void)key;
    p->source = keep(l, scalar(n));
    p->line = line_of(n);
    p->code = pcre2_compile((PCRE2_SPTR)p->source, PCRE2_ZERO_TERMINATED,
                            PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
    if (p->code) return;
    PCRE2_UCHAR why[128];
    pcre2_get_error_message(error, why, sizeof why);
    tell(l, p->line, "broken pattern \"%s\": %s at character %zu", p->source, (const char *)why,
         (size_t)at + 1);
}
static void read_literal(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    each_item(l, n, literal_item, ctx);
}
static void read_pattern_heard(struct load *l, const yaml_node_t *n, void *ctx,
                               const struct key *key) {
    struct rule_pattern *p = ctx;
    (void)key;
    if (p->subject == SUBJECT_TEXT) p->hearing = hearing_of(l, n);
    else tell(l, line_of(n), "`heard` goes with patterns over the error text");
}
static const struct key pattern_keys[] = {
    {"re", read_re, 0}, {"literal", read_literal, 0}, {"heard", read_pattern_heard, 0}};

static void pattern_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct when *w = ctx;
    if (w->each_alone || !w->clause) clause_start(w);
    struct pm_ruleset *rs = l->rs;
    struct rule_pattern *p = PM_PUSH(rs->patterns, rs->pattern_count, rs->pattern_cap);
    p->rule = w->rule_index;
    p->subject = w->subject;
    p->line = line_of(n);
    if (!w->clause->count) w->clause->first = (uint32_t)(rs->pattern_count - 1);
    w->clause->count++;
    if (n->type == YAML_MAPPING_NODE) each_key(l, n, pattern_keys, PM_LEN(pattern_keys), p);
    else if (scalar(n).n) read_re(l, n, p, NULL);
    if (!p->source || !*p->source) {
        tell(l, p->line, "a pattern has to be text, or {re: …, literal: …}");
        return;
    }
    if (p->code && w->subject == SUBJECT_TEXT && !p->literal_count &&
        !rule_literals_derive(rs->a, p->source, &p->literals, &p->literal_count))
        tell(
            l, p->line,
            "no literal of %d plain characters in every alternative of \"%s\": write {re: …, literal: …}",
            RULE_LITERAL_MIN, p->source);
}
static void read_patterns(struct load *l, const yaml_node_t *n, struct when *w,
                          enum rule_subject subject, bool none, bool each_alone) {
    w->subject = subject;
    w->none = none;
    w->each_alone = each_alone;
    w->clause = NULL;
    each_item(l, n, pattern_item, w);
}
static void read_any(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    read_patterns(l, n, ctx, SUBJECT_TEXT, false, false);
}
static void read_all(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    read_patterns(l, n, ctx, SUBJECT_TEXT, false, true);
}
static void read_none(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    read_patterns(l, n, ctx, SUBJECT_TEXT, true, false);
}
static void read_subject(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    read_patterns(l, n, ctx, (enum rule_subject)key->arg, false, false);
}
static void read_not_subject(struct load *l, const yaml_node_t *n, void *ctx,
                             const struct key *key) {
    read_patterns(l, n, ctx, (enum rule_subject)key->arg, true, false);
}

struct bits {
    struct words words;
    uint32_t *set;
};
static void bit_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct bits *b = ctx;
    int i = word_index(l, n, b->words);
    if (i >= 0) *b->set |= UINT32_C(1) << i;
}
static void read_bits(struct load *l, const yaml_node_t *n, struct words words, uint32_t *set) {
    each_item(l, n, bit_item, &(struct bits){words, set});
}
static void read_kind(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    read_bits(l, n, kind_words, &((struct when *)ctx)->condition->kinds);
}
static void read_component(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    read_bits(l, n, component_words, &((struct when *)ctx)->condition->components);
}
static void read_stage(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    read_bits(l, n, stage_words, &((struct when *)ctx)->condition->stages);
}
static void read_flags(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    struct rule_condition *c = ((struct when *)ctx)->condition;
    read_bits(l, n, flag_words, key->arg ? &c->flags_clear : &c->flags_set);
}
static void status_add(struct rule_condition *c, int lo, int hi) {
    c->status[c->status_count].lo = lo;
    c->status[c->status_count].hi = hi;
    c->status_count++;
}
static void status_item(struct load *l, const yaml_node_t *n, void *ctx) { // 429, or 5xx
    struct rule_condition *c = ctx;
    struct pm_str s = scalar(n);
    uint64_t status;
    bool class = s.n == 3 && pm_str_eqc(pm_str_from(s, 1), "xx") && s.p[0] >= '1' && s.p[0] <= '5';
    if (c->status_count == RULE_STATUS_MAX)
        tell(l, line_of(n), "more than %d statuses", RULE_STATUS_MAX);
    else if (class) status_add(c, (s.p[0] - '0') * 100, (s.p[0] - '0') * 100 + 99);
    else if (pm_str_u64(s, &status) && status < 1000) status_add(c, (int)status, (int)status);
    else tell(l, line_of(n), "\"%.*s\" is no HTTP status: 429 and 5xx are", PM_FMT(s));
}
static void read_status(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    each_item(l, n, status_item, ((struct when *)ctx)->condition);
}
static void method_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct rule_condition *c = ctx;
    if (c->method_count == (int)PM_LEN(c->methods))
        tell(l, line_of(n), "more than %zu methods", PM_LEN(c->methods));
    else c->methods[c->method_count++] = pm_arena_dup(l->rs->a, scalar(n));
}
static void read_method(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    each_item(l, n, method_item, ((struct when *)ctx)->condition);
}

static const struct key when_keys[] = {
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
static void condition_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct rule *r = ctx;
    if (!want(l, n, YAML_MAPPING_NODE, "when")) return;
    struct when w = {.rule = r,
                     .rule_index = (uint32_t)(l->rs->rule_count - 1),
                     .condition = PM_PUSH(r->conditions, r->condition_count, r->condition_cap)};
    w.condition->line = line_of(n);
    each_key(l, n, when_keys, PM_LEN(when_keys), &w);
}
static void read_when(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    each_item(l, n, condition_item, ctx);
}

// Samples.
static void sample_field(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    ((struct rule_sample *)ctx)->event.field[key->arg] = pm_arena_dup(l->rs->a, scalar(n));
}
static void sample_kind(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    int i = word_index(l, n, kind_words);
    (void)key;
    if (i >= 0) ((struct rule_sample *)ctx)->event.kind = (enum pm_kind)i;
}
static void sample_component(struct load *l, const yaml_node_t *n, void *ctx,
                             const struct key *key) {
    int i = word_index(l, n, component_words);
    (void)key;
    if (i >= 0) ((struct rule_sample *)ctx)->event.component = (enum pm_component)i;
}
static void sample_stage(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    int i = word_index(l, n, stage_words);
    (void)key;
    if (i >= 0) ((struct rule_sample *)ctx)->event.stage = (enum pm_stage)i;
}
static void sample_status(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    uint64_t status;
    (void)key;
    if (pm_str_u64(scalar(n), &status) && status < 1000)
        ((struct rule_sample *)ctx)->event.http_status = (int)status;
    else tell(l, line_of(n), "a sample's status is one number");
}
static void sample_flags(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    read_bits(l, n, flag_words, &((struct rule_sample *)ctx)->event.flags);
}
static void sample_text(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    struct rule_sample *s = ctx;
    *(key->arg ? &s->wins : &s->line) = pm_arena_dup(l->rs->a, scalar(n));
}
static const struct key sample_keys[] = {
    {"error", sample_field, PM_F_ERROR},
    {"message", sample_field, PM_F_MESSAGE},
    {"reason", sample_field, PM_F_REASON},
    {"url", sample_field, PM_F_URL},
    {"host", sample_field, PM_F_HOST},
    {"registry", sample_field, PM_F_REGISTRY},
    {"user_agent", sample_field, PM_F_USER_AGENT},
    {"method", sample_field, PM_F_METHOD},
    {"image", sample_field, PM_F_IMAGE},
    {"kind", sample_kind, 0},
    {"component", sample_component, 0},
    {"stage", sample_stage, 0},
    {"status", sample_status, 0},
    {"flags", sample_flags, 0},
    {"line", sample_text, 0},
    {"wins", sample_text, 1},
};
struct samples {
    struct rule *rule;
    bool yes;
};
static void sample_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct samples *of = ctx;
    struct rule_sample *s =
        PM_PUSH(of->rule->samples, of->rule->sample_count, of->rule->sample_cap);
    s->yes = of->yes;
    s->at = line_of(n);
    s->event.kind = PM_KIND_PULL_FAIL;
    s->event.bytes = -1;
    if (n->type == YAML_MAPPING_NODE) each_key(l, n, sample_keys, PM_LEN(sample_keys), s);
    else if (scalar(n).n) s->event.field[PM_F_ERROR] = pm_arena_dup(l->rs->a, scalar(n));
    else tell(l, s->at, "a sample is an error text, or a mapping of an event's fields");
}
static void read_samples(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    each_item(l, n, sample_item, &(struct samples){ctx, key->arg != 0});
}

// Rules.
static void cause_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct rule *r = ctx;
    size_t known = pm_causes_count();
    const char **names = PM_NEWN(l->rs->scratch, const char *, known);
    for (size_t i = 0; i < known; i++) names[i] = pm_causes[i].name;
    int i = word_index(l, n, (struct words){"cause", names, known});
    pm_arena_reset(l->rs->scratch);
    if (r->candidate_count == PM_CANDIDATES_MAX)
        tell(l, line_of(n), "more than %d candidates", PM_CANDIDATES_MAX);
    else if (i >= 0) r->candidates[r->candidate_count++] = i;
}
static void read_causes(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    if (!key->arg && n->type == YAML_SEQUENCE_NODE)
        tell(l, line_of(n), "`cause` is one cause; write `candidates` where there are several");
    else each_item(l, n, cause_item, ctx);
}
static void read_text(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    struct rule *r = ctx;
    const char **to = key->arg == 0 ? &r->id : key->arg == 1 ? &r->title : &r->source;
    if (scalar(n).n) *to = keep(l, scalar(n));
    else tell(l, line_of(n), "`%s` has to be text", key->name);
}
static bool id_is_clean(const char *id) {
    for (; *id; id++)
        if (!((*id >= 'a' && *id <= 'z') || (*id >= '0' && *id <= '9') || *id == '-')) return false;
    return true;
}
static void read_variant(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    struct rule *r = ctx;
    (void)key;
    if (scalar(n).n) r->variant = keep(l, scalar(n));
    if (!r->variant || !id_is_clean(r->variant))
        tell(l, line_of(n), "`variant` is one word: small letters, digits and '-'");
}
static void read_confidence(struct load *l, const yaml_node_t *n, void *ctx,
                            const struct key *key) {
    int i = word_index(l, n, confidence_words);
    (void)key;
    if (i >= 0) ((struct rule *)ctx)->confidence = (enum pm_confidence)i;
}
static void read_quiet(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    if (pm_str_eqc(scalar(n), "true")) ((struct rule *)ctx)->quiet = true;
    else tell(l, line_of(n), "`quiet` is true, or is left out");
}
static void read_heard(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    ((struct rule *)ctx)->hearing = hearing_of(l, n);
}
static void beat_item(struct load *l, const yaml_node_t *n, void *ctx) {
    struct rule *r = ctx;
    *PM_PUSH(r->beats, r->beat_count, r->beat_cap) =
        (struct rule_beat){pm_arena_dup(l->rs->a, scalar(n)), line_of(n)};
}
static void read_beats(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    each_item(l, n, beat_item, ctx);
}

static const struct key rule_keys[] = {
    {"id", read_text, 0},
    {"title", read_text, 1},
    {"source", read_text, 2},
    {"cause", read_causes, 0},
    {"candidates", read_causes, 1},
    {"confidence", read_confidence, 0},
    {"quiet", read_quiet, 0},
    {"when", read_when, 0},
    {"beats", read_beats, 0},
    {"match", read_samples, 1},
    {"leave", read_samples, 0},
    {"variant", read_variant, 0},
    {"heard", read_heard, 0},
    // What `match` and `leave` were called: still read, though they are booleans to a YAML
    // 1.1 tool, which writes them as the last two.
    {"yes", read_samples, 1},
    {"no", read_samples, 0},
    {"true", read_samples, 1},
    {"false", read_samples, 0},
};
// Does one rule ask for no words that the other does not ask for?
static bool no_new_words(const struct pm_ruleset *rs, size_t rule, size_t than) {
    for (size_t i = 0; i < rs->pattern_count; i++) {
        bool known = rs->patterns[i].rule != rule;
        for (size_t k = 0; k < rs->pattern_count && !known; k++)
            known = rs->patterns[k].rule == than && rs->patterns[k].source &&
                    rs->patterns[i].source &&
                    strcmp(rs->patterns[k].source, rs->patterns[i].source) == 0;
        if (!known) return false;
    }
    return true;
}
static void rule_unique(struct load *l, struct rule *r) {
    for (size_t i = 0; i + 1 < l->rs->rule_count; i++) {
        struct rule *o = &l->rs->rules[i];
        if (!o->id || strcmp(o->id, r->id) != 0) continue;
        if (o->own == r->own)
            tell(l, r->line, "rule %s stands at %s:%u already", r->id, o->path, o->line);
        else {
            o->gone = true;
            r->added = false;
            r->stands_for = i;
            r->same = no_new_words(l->rs, l->rs->rule_count - 1, i);
        }
    }
}
static void rule_whole(struct load *l, struct rule *r) {
    if (!r->id) tell(l, r->line, "a rule without `id`");
    else if (!id_is_clean(r->id))
        tell(l, r->line, "\"%s\" is no id: small letters, digits and '-'", r->id);
    else rule_unique(l, r);
    if (!r->id) r->id = "?";
    if (!r->title) tell(l, r->line, "rule %s has no `title`", r->id);
    if (r->quiet && r->candidate_count)
        tell(l, r->line, "rule %s is quiet and names a cause: one of them", r->id);
    if (r->quiet && r->variant)
        tell(l, r->line, "rule %s is quiet and names a variant: of no cause", r->id);
    if (!r->quiet && !r->candidate_count && !l->bad)
        tell(l, r->line, "rule %s has no `cause`", r->id);
    if (!r->condition_count) tell(l, r->line, "rule %s has no `when`", r->id);
    r->family = r->quiet             ? "not-pull"
                : r->candidate_count ? pm_causes[r->candidates[0]].family
                                     : "";
}
static void rule_item(struct load *l, const yaml_node_t *n, void *ctx) {
    (void)ctx;
    if (!want(l, n, YAML_MAPPING_NODE, "rules")) return;
    if (l->rs->rule_count == RULES_MAX) {
        tell(l, line_of(n), "more than %d rules", RULES_MAX);
        return;
    }
    struct rule *r = PM_PUSH(l->rs->rules, l->rs->rule_count, l->rs->rule_cap);
    r->path = keep(l, l->path);
    r->line = line_of(n);
    r->own = r->added = l->own;
    r->stands_for = l->rs->rule_count - 1;
    r->confidence = (enum pm_confidence) - 1;
    r->text = pm_str_sub(l->text, n->start_mark.index, n->end_mark.index - n->start_mark.index);
    each_key(l, n, rule_keys, PM_LEN(rule_keys), r);
    if ((int)r->confidence == -1)
        r->confidence = r->candidate_count > 1 ? PM_CONFIDENCE_MEDIUM : PM_CONFIDENCE_HIGH;
    rule_whole(l, r);
}
static void read_rules(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)key;
    if (want(l, n, YAML_SEQUENCE_NODE, "rules")) each_item(l, n, rule_item, ctx);
}
static void read_only(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)ctx;
    (void)key;
    if (!pm_str_eqc(scalar(n), "true")) tell(l, line_of(n), "`only` is true, or is left out");
    else if (!l->own) tell(l, line_of(n), "`only` is for --rules");
    l->only = true;
}
static void read_schema(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    (void)ctx;
    (void)key;
    if (!pm_str_eqc(scalar(n), "1")) tell(l, line_of(n), "`schema` is 1: the only one there is");
}
static void read_file_heard(struct load *l, const yaml_node_t *n, void *ctx,
                            const struct key *key) {
    (void)ctx;
    (void)key;
    l->hearing = hearing_of(l, n);
}
static void read_place(struct load *l, const yaml_node_t *n, void *ctx, const struct key *key) {
    uint64_t place;
    (void)ctx;
    (void)key;
    if (pm_str_u64(scalar(n), &place) && place && place <= PLACE_MAX) l->place = (unsigned)place;
    else tell(l, line_of(n), "`place` is a number from 1 to %d", PLACE_MAX);
}
static const struct key file_keys[] = {{"rules", read_rules, 0},
                                       {"place", read_place, 0},
                                       {"only", read_only, 0},
                                       {"schema", read_schema, 0},
                                       {"heard", read_file_heard, 0}};

// A rule of one's own that was copied out of its file is heard as it was there.
static enum rule_hearing hearing_before(const struct pm_ruleset *rs, const struct rule *r,
                                        const struct rule_pattern *p) {
    for (size_t i = 0; r->own && !r->added && i < rs->pattern_count; i++) {
        const struct rule_pattern *o = &rs->patterns[i];
        if (o->rule == r->stands_for && o->source && p->source && strcmp(o->source, p->source) == 0)
            return o->hearing;
    }
    return HEARING_UNSAID;
}
// What is not said beside a pattern is said beside its rule, or its file; the file has its
// place among the others.
static void file_ends(struct load *l, size_t first_rule) {
    struct pm_ruleset *rs = l->rs;
    for (size_t i = 0; i < rs->pattern_count; i++) {
        struct rule_pattern *p = &rs->patterns[i];
        struct rule *r = &rs->rules[p->rule];
        if (p->rule < first_rule || p->hearing) continue;
        p->hearing = r->hearing ? r->hearing : l->hearing ? l->hearing : hearing_before(rs, r, p);
    }
    for (size_t i = first_rule; i < rs->rule_count; i++) {
        if (!rs->rules[i].hearing) rs->rules[i].hearing = l->hearing;
        rs->rules[i].place = l->place;
    }
}

static bool read_document(struct load *l, struct pm_str text, yaml_document_t *doc) {
    yaml_parser_t parser;
    if (pm_yaml_compose(text, doc)) return true; // the program's own, read when it was built
    if (!yaml_parser_initialize(&parser)) pm_die_oom();
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    bool good = yaml_parser_load(&parser, doc);
    if (!good)
        tell(l, (unsigned)parser.problem_mark.line + 1, "no YAML: %s%s%s",
             parser.problem ? parser.problem : "unreadable", parser.context ? " " : "",
             parser.context ? parser.context : "");
    yaml_parser_delete(&parser);
    return good;
}

static void load_text(struct load *l, struct pm_str path, struct pm_str text) {
    yaml_document_t doc;
    size_t first_rule = l->rs->rule_count;
    l->path = path;
    l->text = text;
    l->hearing = HEARING_UNSAID;
    l->place = 0;
    if (!read_document(l, text, &doc)) return;
    l->doc = &doc;
    const yaml_node_t *root = yaml_document_get_root_node(&doc);
    if (!root) tell(l, 1, "the file is empty");
    else if (want(l, root, YAML_MAPPING_NODE, "rules"))
        each_key(l, root, file_keys, PM_LEN(file_keys), NULL);
    file_ends(l, first_rule);
    yaml_document_delete(&doc);
}

static void beats_known(struct load *l) {
    struct pm_ruleset *rs = l->rs;
    const char **names = PM_NEWN(rs->a, const char *, rs->rule_count * 3);
    size_t n = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        names[n++] = rs->rules[i].id;
        names[n++] = rs->rules[i].family;
        if (rs->rules[i].candidate_count) names[n++] = pm_causes[rs->rules[i].candidates[0]].name;
    }
    for (size_t i = 0; i < rs->rule_count; i++)
        for (size_t b = 0; b < rs->rules[i].beat_count; b++) {
            struct rule_beat *beat = &rs->rules[i].beats[b];
            size_t k = 0;
            while (k < n && !pm_str_eqc(beat->what, names[k])) k++;
            l->path = pm_str_c(rs->rules[i].path);
            if (k == n)
                tell_word(l, beat->line, "rule, cause or family in `beats`", beat->what, names, n);
        }
}

// Files of --rules DIR: DIR/causes/*.yaml and DIR/*.yaml, but not the data files that
// have readers of their own.
static int by_name(const void *x, const void *y) {
    return strcmp(*(char *const *)x, *(char *const *)y);
}
static size_t load_dir(struct load *l, const char *dir) {
    DIR *d = opendir(dir);
    if (!d) return 0;
    char **names = NULL;
    size_t n = 0, cap = 0;
    for (struct dirent *e; (e = readdir(d));)
        if (pm_str_ends(pm_str_c(e->d_name), PM_STR(".yaml")) && e->d_name[0] != '.' &&
            !pm_table_is(e->d_name))
            *PM_PUSH(names, n, cap) = pm_xstrdup(e->d_name);
    closedir(d);
    if (n) qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        struct pm_str path = pm_arena_fmt(l->rs->a, "%s/%s", dir, names[i]), text;
        l->path = path;
        if (rule_file_read(l->rs->a, pm_arena_cstr(l->rs->a, path), &text))
            load_text(l, path, text);
        else tell(l, 0, "cannot be read, or is larger than %d MiB", RULE_FILE_MAX >> 20);
        free(names[i]);
    }
    free(names);
    return n;
}
static void load_builtin(struct load *l) {
    for (const struct pm_embedded *e = pm_embedded; e->path; e++)
        if (strncmp(e->path, "rules/causes/", 13) == 0)
            load_text(l, pm_str_c(e->path), (struct pm_str){e->bytes, e->n});
}
static void load_own(struct load *l, const char *dir, size_t files) {
    l->own = true;
    files += load_dir(l, dir) +
             load_dir(l, pm_arena_cstr(l->rs->a, pm_arena_fmt(l->rs->a, "%s/causes", dir)));
    l->path = pm_str_c(dir);
    if (!files) tell(l, 0, "no rule files here: DIR/causes/*.yaml or DIR/*.yaml are read");
    for (size_t i = 0; l->only && i < l->rs->rule_count; i++)
        if (!l->rs->rules[i].own) l->rs->rules[i].gone = true;
}
// Over what is in force, in the order in which it is asked, and not over where it stands
// written: a copy of the built-in rules has their hash.
const char *pm_ruleset_hash(const struct pm_ruleset *rs) {
    uint64_t h = 0;
    if (rs->hash[0]) return rs->hash;
    for (size_t i = 0; i < rs->order_count; i++)
        h = pm_str_hash(pm_str_trim(rs->rules[rs->order[i]].text),
                        h + (uint64_t)rs->rules[rs->order[i]].hearing);
    snprintf(rs->hash, HASH_DIGITS + 1, "%016llx",
             (unsigned long long)pm_tables_hash(&rs->tables, h));
    return rs->hash;
}
static struct pm_ruleset *ruleset_new(void) {
    struct pm_ruleset *rs = pm_xmalloc(sizeof *rs);
    memset(rs, 0, sizeof *rs);
    rs->a = pm_arena_new();
    rs->scratch = pm_arena_new();
    rs->hash = PM_NEWN(rs->a, char, HASH_DIGITS + 1);
    return rs;
}
struct pm_ruleset *pm_ruleset_load(const char *dir, struct pm_diags *diags) {
    struct pm_ruleset *rs = ruleset_new();
    struct load l = {.rs = rs, .diags = diags};
    size_t files = 0;
    l.bad |=
        !pm_tables_load(&rs->tables, dir, &files, diags); // first: it says which causes there are
    load_builtin(&l);
    if (dir) load_own(&l, dir, files);
    if (!l.bad) beats_known(&l);
    if (!l.bad && ruleset_ready(rs, diags)) { return rs; }
    pm_ruleset_free(rs);
    return NULL;
}
struct pm_ruleset *ruleset_alone(struct pm_str text, const char *path, struct pm_diags *diags) {
    struct pm_ruleset *rs = ruleset_new();
    struct load l = {.rs = rs, .diags = diags, .own = true};
    load_text(&l, pm_str_c(path), text);
    if (!l.bad) beats_known(&l);
    if (!l.bad && ruleset_ready(rs, diags)) return rs;
    pm_ruleset_free(rs);
    return NULL;
}
const json_t *pm_ruleset_table(const struct pm_ruleset *rs, enum pm_table table) {
    return rs->tables.tree[table];
}
