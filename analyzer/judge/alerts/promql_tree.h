// The syntax tree between promql_parse.c and promql_eval.c.
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include "judge/alerts/promql.h"
#include <pcre2.h>

#define PM_LOOKBACK_NS                                                                             \
    (INT64_C(300) * 1000000000) // Prometheus' default: how old the newest sample may be

enum node_kind { NODE_NUMBER, NODE_SELECTOR, NODE_RATE, NODE_AGGREGATE, NODE_BINARY, NODE_NEGATE };
enum op {
    OP_OR,
    OP_AND,
    OP_UNLESS,
    OP_EQ,
    OP_NE,
    OP_LE,
    OP_LT,
    OP_GE,
    OP_GT,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_COUNT
};
static inline bool op_is_set(enum op o) { return o <= OP_UNLESS; }
static inline bool op_compares(enum op o) { return o >= OP_EQ && o <= OP_GT; }
enum aggregate { AGG_SUM, AGG_AVG, AGG_MAX, AGG_MIN, AGG_COUNT, AGG_KINDS };
enum match_how { MATCH_EQ, MATCH_NE, MATCH_RE, MATCH_NOT_RE };

struct names {
    struct pm_str *items;
    size_t n;
};
struct matcher {
    struct pm_str name, value;
    enum match_how how;
    pcre2_code *re;
};
struct bound { // a series that a selector speaks of, and how far evaluation came in it
    const struct pm_series *series;
    size_t head, tail; // runs: the last that began; the first that still reaches into the window
    int64_t still_from, still_to; // the run of `tail`: a window within it sees no growth
    bool falls;                   // somewhere: it was reset, or is no counter
    // How many samples the runs between `tail` and `head` have: of [inner_from, inner_to).
    size_t inner_from, inner_to, inner;
};
struct node {
    enum node_kind kind;
    size_t at; // in the text
    double number;
    struct pm_str name; // selector
    struct matcher *matchers;
    size_t matchers_n, matchers_cap;
    int64_t range_ns; // 0: an instant
    struct bound *bound;
    size_t bound_n;
    bool per_second; // rate, not increase
    enum aggregate aggregate;
    enum op op;
    bool returns_bool;
    enum { LABELS_NONE, LABELS_ONLY, LABELS_BUT } labels_how; // by and on; without and ignoring
    struct names labels;
    struct node *left, *right;
    // Of series by series, where each can meet one other at most (promql_join.c): by the left
    // one's place in its selector, the right one's place + 1, and the labels that both have.
    uint32_t *mates;
    struct pm_labels *shared;
    bool fails;        // its value may be refused: two may meet the same one
    struct node *next; // all nodes of a tree, for binding and freeing
};
struct pm_promql {
    struct pm_arena *a;
    struct node *root, *all;
    size_t nodes;
    int64_t step_ns; // of the bound set
};
bool pm_promql_is_vector(
    const struct node *n); // else a number; a range is neither, and stands only below NODE_RATE
bool pm_promql_matches(const struct matcher *m, struct pm_str value);
// The labels that a grouping or matching keeps: only those listed, all but those, or
// (LABELS_NONE) all.
struct pm_labels pm_promql_kept(struct pm_arena *a, const struct node *n,
                                const struct pm_labels *l);
// Which series meet which, once the selectors are bound.
void pm_promql_join(struct pm_promql *q);
// The selector of a node whose samples are its series', one each; NULL: they are made of more.
static inline struct node *pm_promql_leaf(struct node *n) {
    if (n->kind == NODE_RATE) return n->left;
    return n->kind == NODE_SELECTOR ? n : NULL;
}
