// What a rule is once loaded. Private to analyzer/rules/ruleset*.c and its tests; the
// outside sees pm/rule.h.
//
// A rule matches when one of its conditions does; a condition matches when its fields
// agree and each of its clauses does. Rules are tried in one total order, worked out from
// `beats` and from where they stand (ruleset_order.c); the first that matches answers.
//
// Most rules are never tried: each pattern over the error text names literals, one of
// which must stand in any text that it can match. One pass of an Aho-Corasick automaton
// (ruleset_gate.c) finds which literals are there; only patterns that are *alive* are
// run.
#pragma once
#include "rules/tables.h"
#include "pm/intern.h"
#include "pm/rule.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum rule_subject {
    SUBJECT_TEXT =
        0, // the error, or the message where there is no error; smoothed (ruleset_text.c)
    SUBJECT_MESSAGE,
    SUBJECT_REASON,
    SUBJECT_URL,
    SUBJECT_HOST, // the host on the wire, a blank, the image's registry
    SUBJECT_USER_AGENT,
    SUBJECT_COUNT
};
extern const char *const rule_subject_names[SUBJECT_COUNT];

// Is a pattern heard in free text? `heard` beside it says so, else beside its rule, else
// at the top of its file.
enum rule_hearing {
    HEARING_UNSAID = 0, // yes, where its plain characters are telling
    HEARING_YES,
    HEARING_NEAR, // only beside a registry or an image
    HEARING_NO,
    HEARING_COUNT
};
struct rule_pattern {
    const char *source;         // as written
    _Atomic(pcre2_code *) code; // see rule_pattern_code
    bool jitted;                // compiled to machine code when first run: most patterns never are
    enum rule_subject subject;
    uint32_t rule; // index into pm_ruleset.rules
    struct pm_str
        *literals; // lower case; one of them is in every text that matches. Only for SUBJECT_TEXT
    size_t literal_count;
    unsigned line;
    bool hit; // a sample exercised it (ruleset_check.c)
    uint16_t limit_hits;
    enum rule_hearing hearing; // as said, once a rule is whole
};
struct rule_clause { // patterns [first, first + count): some match (or none, where `none`)
    enum rule_subject subject;
    bool none;
    uint32_t first, count;
};
#define RULE_STATUS_MAX 8
struct rule_condition { // all that is set must hold; 0 and empty: not asked
    struct rule_clause *clauses;
    size_t clause_count, clause_cap;
    uint32_t kinds, components, stages; // bit sets
    struct {
        int lo, hi;
    } status[RULE_STATUS_MAX];
    int status_count;
    struct pm_str methods[4];
    int method_count;
    unsigned flags_set, flags_clear; // enum pm_event_flag
    unsigned line;
    bool hit;
    bool audible; // can hold with nothing beside a text (ruleset_hear.c)
};
struct rule_sample {
    struct pm_event event;
    struct pm_str line; // a whole log line instead of an event
    struct pm_str wins; // near misses: id of the rule that should answer, or "none"
    bool yes;
    unsigned at; // line in the rule file
};
struct rule {
    const char *id, *title, *source, *variant, *path,
        *family; // family: of the first candidate; "not-pull" for quiet rules
    int candidates[PM_CANDIDATES_MAX];
    int candidate_count;
    enum pm_confidence confidence;
    bool quiet, own; // own: from --rules
    bool added;      // own, and in nobody's place
    bool same; // own, and with no words but those of the built-in rule in whose place it stands
    size_t stands_for; // index of the built-in rule in whose place it stands; else its own
    enum rule_hearing hearing;
    unsigned place; // of its file among the built-in ones; 0: behind those that have one
    struct rule_condition *conditions;
    size_t condition_count, condition_cap;
    struct rule_beat {
        struct pm_str what;
        unsigned line;
    } * beats;
    size_t beat_count, beat_cap;
    struct rule_sample *samples;
    size_t sample_count, sample_cap;
    struct pm_str text; // the stanza as written
    unsigned line;
    bool limit_hit, given_up; // since it was last told
    bool gone;                // replaced by one of --rules
    bool ungated;             // has a condition that asks for no error text: always tried
};

#define BITSET_WORDS(n) (((n) + 63) / 64)
static inline void bit_set(uint64_t *b, size_t i) { b[i / 64] |= UINT64_C(1) << (i % 64); }
static inline bool bit_get(const uint64_t *b, size_t i) { return b[i / 64] >> (i % 64) & 1; }

struct rule_gate;
struct pm_ruleset {
    struct pm_arena *a, *scratch; // of the rules; of one question
    struct rule *rules;           // as loaded
    size_t rule_count, rule_cap;
    struct rule_pattern *patterns;
    size_t pattern_count, pattern_cap;
    uint32_t *order; // indexes into rules, first answers first
    size_t order_count;
    struct rule_gate *gate;
    struct pm_tables tables;
    struct pm_wordlist lists[PM_LIST_COUNT]; // that code asks for
    char *hash;                              // 16 digits, made when they are first asked for
    struct pm_ruleset *sampled; // holds the texts of the built-in rules' samples; NULL: not read
    pcre2_match_context *match_context;
    pcre2_match_data *match_data;
    pcre2_jit_stack *jit_stack;
    struct pm_intern *memo;     // what was asked → id
    struct pm_verdict *answers; // by id
    size_t answer_count, answer_cap, memo_bytes;
    struct pm_buf key, text;
    uint64_t *alive_patterns, *alive_rules;
    struct rule_ear *ear; // ruleset_hear.c; NULL: nobody listens
    bool plain;           // tests: no gate, every pattern is run
    uint64_t limit_hits;  // since it was last told
};

// A built-in pattern is compiled when a text first wakes it: of some hundred a log needs
// few. One of --rules is when it is read, as it may be broken. NULL: broken. Several
// threads may ask at once.
const pcre2_code *rule_pattern_code(struct rule_pattern *p);

// The texts of one event, as rules read them.
struct rule_view {
    const struct pm_event *event;
    struct pm_str subject[SUBJECT_COUNT];
};
struct rule_view rule_view_of(struct pm_ruleset *rs, const struct pm_event *e);
// Fills alive_patterns and alive_rules for the view. Call before rule_matches.
void rule_wake(struct pm_ruleset *rs, const struct rule_view *v);
bool rule_matches(struct pm_ruleset *rs, size_t rule, const struct rule_view *v);
bool rule_condition_matches(struct pm_ruleset *rs, const struct rule_condition *c,
                            const struct rule_view *v);
bool rule_pattern_matches(struct pm_ruleset *rs, size_t pattern, struct pm_str text);
bool rule_event_failed(const struct pm_event *e);

// Runs of blanks and newlines become one blank, \" and \n written out are undone,
// typographic quotes become plain: patterns need not know how a text was wrapped.
void rule_text_smooth(struct pm_buf *out, struct pm_str s);
bool rule_text_is_smooth(struct pm_str s); // are its blanks and quotes as they would be?

// A literal for each alternative of the pattern, lower case; false where an alternative
// has none of at least RULE_LITERAL_MIN bytes.
#define RULE_LITERAL_MIN 3
bool rule_literals_derive(struct pm_arena *a, const char *pattern, struct pm_str **literals,
                          size_t *n);
struct rule_gate *rule_gate_new(const struct pm_ruleset *rs,
                                const uint64_t *only); // `only`: these patterns; NULL: all
void rule_gate_hurry(struct rule_gate *g);             // rule_gate_next is asked of whole logs
void rule_gate_free(struct rule_gate *g);
void rule_ear_free(struct rule_ear *ear); // nobody is listening any more
void rule_gate_run(const struct rule_gate *g, struct pm_str text, uint64_t *patterns,
                   uint64_t *rules);
// Where the first literal in [p, end) ends, read as if the text were smooth; NULL where
// there is none.
const char *rule_gate_next(const struct rule_gate *g, const char *p, const char *end);

// The rules of one file alone, without the built-in ones and the tables (tests). The causes
// that it names have to be read. NULL where it has mistakes.
struct pm_ruleset *ruleset_alone(struct pm_str text, const char *path, struct pm_diags *diags);
bool ruleset_ready(struct pm_ruleset *rs,
                   struct pm_diags *diags); // once all rules are loaded: order, gate, match limits
bool ruleset_order(struct pm_ruleset *rs, struct pm_diags *diags);
// Does `what` (an id, a cause, a family) name this rule? 3, 2, 1; 0: no.
int rule_named(const struct rule *r, struct pm_str what);
const char *rule_nearest(struct pm_str word, const char *const *words,
                         size_t n); // NULL where nothing is near
