// A subset of PromQL over series. Internal to the judge.
//
//   selectors    name{label="v", label!="v", label=~"re", label!~"re"}, name[5m] inside rate() and increase()
//   functions    rate(), increase()
//   aggregation  sum, avg, max, min, count, each with by (…) or without (…)
//   operators    + - * / and unary minus; == != > < >= <= with and without bool; and, or, unless; on (…) and ignoring (…), one to one
//   numbers, parentheses, comments
//
// Everything else (other functions, offset, @, subqueries, group_left, % ^ atan2,
// strings) is refused with its position: better no answer than another's.
#pragma once
#include "pm/series.h"

struct pm_promql;
struct pm_promql_error {
    size_t at;
    struct pm_str what;
}; // at: byte in the expression
struct pm_sample {
    struct pm_labels labels;
    struct pm_str name;
    double value;
}; // name is empty where an operation dropped it
struct pm_vector {
    struct pm_sample *items;
    size_t n;
};

// The expression lives in the arena, which must outlive it; NULL where it is refused.
// pm_promql_free gives compiled patterns back.
struct pm_promql *pm_promql_parse(struct pm_arena *a, struct pm_str text,
                                  struct pm_promql_error *error);
void pm_promql_free(struct pm_promql *q);
void pm_promql_bind(
    struct pm_promql *q,
    const struct pm_series_set *set); // finds the series that its selectors speak of
void pm_promql_changes(const struct pm_promql *q, const struct pm_series_set *set,
                       bool *changed); // marks the steps before which a sample was new or missing
// May one of its selectors speak of series of this name?
bool pm_promql_asks(const struct pm_promql *q, struct pm_str name);
// The value at one moment; moments must not go back between calls. False where it has
// none (two series match one: error says so). The result lives in `scratch`.
bool pm_promql_eval(struct pm_promql *q, int64_t at_ns, struct pm_arena *scratch,
                    struct pm_vector *out, struct pm_promql_error *error);
// Has it no value whatever happens: a selector without series, a threshold out of reach?
// Says why; after pm_promql_bind.
bool pm_promql_never(const struct pm_promql *q, const struct pm_series_set *set, struct pm_arena *a,
                     struct pm_str *why);
// The longest window of its selectors, 0 where all look at a moment.
int64_t pm_promql_window_ns(const struct pm_promql *q);
int64_t pm_promql_reach_ns(
    const struct pm_promql
        *q); // how far back it looks: what has not changed for so long has not changed its value
int pm_promql_direction(
    const struct pm_promql
        *q); // which way is worse: -1 where the outermost comparison is < or <=, else 1
bool pm_promql_is_scalar(const struct pm_promql *q);   // an alert on a number is a mistake
bool pm_promql_duration(struct pm_str s, int64_t *ns); // "1h30m", "30s", "0"
