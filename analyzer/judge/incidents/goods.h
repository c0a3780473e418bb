// Which nodes, registries, images are among the good pulls of a stretch of time: what was
// spared beside an incident. Internal to the judge.
//
// Incidents are many and their stretches long: looking through the pulls of each would be
// their product. So the good pulls stand by registry (by repository, by node) in order of
// time, and each knows where the one before it with the same value stands. The first of
// each value in a stretch is the one whose predecessor lies before the stretch; these are
// found by the least of each sixteen, and of each sixteen of those. What is asked costs
// what is answered.
#pragma once
#include "judge/scene.h"

#define PM_GOODS_LEVELS 8 // sixteen to the eighth: more than there are pulls

// Of each place, the place + 1 of the one before it with the same value in its group; 0
// where it is the first. Above it the least of each sixteen.
struct pm_goods_before {
    uint32_t *level[PM_GOODS_LEVELS];
    int levels;
};
struct pm_goods_span {
    uint32_t from, to;
};
// The good pulls by a group and the cluster's time.
struct pm_goods_by {
    const struct pm_scene *scene;
    uint32_t *pulls; // indexes
    size_t n;
    uint32_t *at; // group → index + 1 into spans, of so many names
    size_t names;
    PM_LIST(struct pm_goods_span) spans;
};
struct pm_goods {
    struct pm_goods_by all, by_registry, by_repository, by_node;
    struct pm_goods_before node_of_all, node, image, k8s_namespace; // the last three by registry
    struct pm_goods_before place;    // registry and node, by repository
    struct pm_goods_before registry; // by node
};
void pm_goods_prepare(const struct pm_scene *scene, struct pm_goods *goods);
void pm_goods_free(struct pm_goods *goods);
// `all` is asked of incidents alone that name no registry: made when the first comes.
void pm_goods_prepare_all(struct pm_goods *goods);

// A stretch of time, both ends in it. undated: where it has no beginning, what has no time
// is in it too.
struct pm_goods_stretch {
    int64_t from, to;
    bool undated;
};
typedef void pm_good_cb(void *ctx, const struct pm_attempt *p);
// One pull of each value that is there; nothing where the group has none.
void pm_goods_each(const struct pm_goods_by *by, const struct pm_goods_before *before,
                   uint32_t group, const struct pm_goods_stretch *in, pm_good_cb *cb, void *ctx);
