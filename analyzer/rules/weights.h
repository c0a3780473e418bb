// The numbers of rules/weights.yaml, which says what each decides. Internal to the judge.
#pragma once
#include <stdint.h>

struct pm_ruleset;
enum pm_weight { // pm_words_weight (tables.h) has the names, in this order
    PM_WEIGHT_CONFIDENCE_SAID = 0,
    PM_WEIGHT_CONFIDENCE_MEDIUM,
    PM_WEIGHT_CONFIDENCE_LOW,
    PM_WEIGHT_CONFIDENCE_NO_PULLS,
    PM_WEIGHT_CONFIDENCE_BESIDE,
    PM_WEIGHT_CONFIDENCE_UNEXPLAINED,
    PM_WEIGHT_CONFIDENCE_AGREEING,
    PM_WEIGHT_CONFIDENCE_MOST,
    PM_WEIGHT_CONFIDENCE_HIGH_FROM,
    PM_WEIGHT_CONFIDENCE_MEDIUM_FROM,
    PM_WEIGHT_SEVERITY_WORKLOADS,
    PM_WEIGHT_SEVERITY_PODS,
    PM_WEIGHT_SEVERITY_PULLS,
    PM_WEIGHT_SEVERITY_NODES,
    PM_WEIGHT_SEVERITY_RETRIED_S,
    PM_WEIGHT_SEVERITY_SINGLE,
    PM_WEIGHT_SEVERITY_MADE_GOOD_S,
    PM_WEIGHT_AWAY_LINES,
    PM_WEIGHT_AWAY_S,
    PM_WEIGHT_EPISODE_S,
    PM_WEIGHT_CLOCKS_APART_S,
    PM_WEIGHT_UNDER_WAY_S,
    PM_WEIGHT_REGISTRY_SIDE_S,
    PM_WEIGHT_COUNT
};
double pm_weight(const struct pm_ruleset *rs, enum pm_weight w);
static inline int64_t pm_weight_ns(const struct pm_ruleset *rs, enum pm_weight w) {
    return (int64_t)(pm_weight(rs, w) * 1e9);
}
