// What registries and their proxies wrote about who was refused, and why. Used by
// settle.c.
#pragma once
#include "judge/attempts/pulls.h"

struct pm_registry_word { // of the registry's side
    int64_t from, to;
    uint32_t client, node, repository; // 0: it does not say
    const struct pm_verdict *verdict;
};
struct pm_registry_side {
    struct pm_registry_word *items;
    size_t n, cap;
    struct pm_order by_time;
    int64_t longest;
};
void pm_registry_side_load(const struct pm_evidence *ev, struct pm_registry_side *r);
void pm_registry_side_free(struct pm_registry_side *r);
// Its verdict about this pull's client, repository and second; NULL where it wrote
// nothing about them.
const struct pm_verdict *pm_registry_said(const struct pm_env *env, const struct pm_evidence *ev,
                                          const struct pm_registry_side *r,
                                          const struct pm_attempt *p);
