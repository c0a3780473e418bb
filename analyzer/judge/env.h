// What the judge is told before it reads a row, and where it keeps texts: a helper that
// needs names only takes this. Internal to the judge.
#pragma once
#include "judge/tools.h"
#include "pm/image.h"
#include "pm/intern.h"
#include "pm/judge.h"
#include <jansson.h>

// rules/correlate.yaml: when failed pulls are one incident.
struct pm_family_rule {
    const char *match; // "rate-limit", "network.dns"
    // what pulls must share besides the cause: registry, node, image, namespace, identity
    const char *group[4];
    int64_t gap_ns;
    // incidents of one cause that began within it, on shared nodes or namespaces, are one
    int64_t together_ns;
    enum pm_scope_kind natural;
};
// rules/correlate.yaml: which incident leads to which.
struct pm_link_rule {
    const char *from, *to, *share, *what, *observed, *counted;
    int64_t lag_ns, back_ns, lasts_ns;
};

// Strings are interned: equal strings are equal numbers, 0 is the empty one. What the report
// keeps lives in its arena and its intern table.
struct pm_env {
    struct pm_timeline *timeline;
    struct pm_ruleset *rules;
    const struct pm_judge_options *options;
    struct pm_diags *diags;
    struct pm_arena *a;       // the report's
    struct pm_intern *names;  // the report's too
    struct pm_arena *scratch; // for one row or one question; whoever uses it resets it first
    struct pm_verdicts *verdicts;
    PM_LIST(struct pm_family_rule) families;
    PM_LIST(struct pm_link_rule) links;
    const json_t *advice, *findings, *homes; // the ruleset's
};
// Families and links; advice, findings and homes at hand. incidents/correlate.c
void pm_correlate_load(struct pm_env *env);
// Which failures of the cause are one incident. incidents/correlate.c
const struct pm_family_rule *pm_family_of(const struct pm_env *env, int cause);

static inline struct pm_str pm_name(const struct pm_env *env, uint32_t id) {
    return pm_intern_str(env->names, id);
}
static inline uint32_t pm_id(const struct pm_env *env, struct pm_str x) {
    return pm_intern_id(env->names, x);
}
uint32_t pm_id_fmt(const struct pm_env *env, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// A key of numbers and a text, for what is asked at every request: no printf.
uint32_t pm_id_key(const struct pm_env *env, char kind, const uint32_t *numbers, size_t n,
                   struct pm_str text);
// The id of "a" between "b".
uint32_t pm_id_join(const struct pm_env *env, uint32_t a, char between, uint32_t b);
const char *pm_cstr(const struct pm_env *env, uint32_t id);
void pm_strs_of_ids(const struct pm_env *env, struct pm_strs *out, const struct pm_ids *ids);

// What rules think of a text is thought of thousands of lines and pulls: each is kept once,
// and who holds it may not change it but keep another.
struct pm_verdicts *pm_verdicts_new(void);
void pm_verdicts_free(struct pm_verdicts *kept);
const struct pm_verdict *pm_verdict_keep(const struct pm_env *env, const struct pm_verdict *v);
extern const struct pm_verdict pm_verdict_none; // no rule knew, or none was asked
// The cause is known, and nothing else can be.
const struct pm_verdict *pm_verdict_of(const struct pm_env *env, int cause,
                                       enum pm_confidence confidence);

int pm_cause_c(const char *name); // pm_cause_find of a C string
static inline bool pm_cause_in(int cause, const char *family) {
    return cause >= 0 && strcmp(pm_causes[cause].family, family) == 0;
}
static inline bool pm_cause_is(int cause, const char *name) {
    return cause >= 0 && strcmp(pm_causes[cause].name, name) == 0;
}
// `match` names the cause or its family, as rules/ does in many places.
static inline bool pm_cause_named(int cause, const char *match) {
    return pm_cause_is(cause, match) || pm_cause_in(cause, match);
}
