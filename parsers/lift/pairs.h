// Key/value pairs of one record, in their order, whatever wrote them: klog, logrus, JSON.
// Level 3.
//
// A duplicate key: the last wins, as klog says. More than PM_PAIRS_MAX are read and
// dropped: no line of interest has as many.
#pragma once
#include "pm/parser.h"
#include "pm/scan.h"

#define PM_PAIRS_MAX 48
struct pm_pairs {
    struct {
        struct pm_str key, value;
    } item[PM_PAIRS_MAX];
    size_t n;
};
void pm_pairs_add(struct pm_pairs *p, struct pm_str key, struct pm_str value);
// PM_NONE where it is not there
struct pm_str pm_pairs_get(const struct pm_pairs *p, const char *key);
// Members of a JSON object: strings as they are, numbers and booleans printed,
// {"name","namespace"} as "namespace/name", the rest left out.
void pm_pairs_json(struct pm_arena *a, const json_t *object, struct pm_pairs *p);
// A copy that lost its backslashes: err="… image "r.test/a:1": not found" image="r.test/a:1".
// From the opening quote at `open`: the value ends at a quote before the next key, or at
// the last. `c` stands behind it afterwards.
struct pm_str pm_pairs_bare_quotes(const struct pm_scan *open, struct pm_scan *c);
