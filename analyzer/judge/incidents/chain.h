// How much of an effect is shown to come from a cause: what a link of
// rules/correlate.yaml counts. Internal to chain.c, share*.c and bypass.c.
#pragma once
#include "judge/incidents/hits.h"

#define PM_HOUR_NS PM_S(3600)
#define PM_QUOTA_WINDOW_NS PM_S(21600)
#define PM_QUOTA_FEW 10 // fewer good pulls used up no quota: the logs do not show them

struct pm_chain {
    const struct pm_scene *scene;
    struct pm_hits *hits;
    bool gathered;            // what follows, which counts look at
    Pvoid_t image_on;         // node and image → group in the orders of such, from 1
    Pvoid_t registry_of;      // node and registry → the same
    struct pm_order removed;  // image GC by node and image
    struct pm_order swept;    // image GC that named no image, by node
    struct pm_order present;  // an image was on a node: pulled or already there, by node and image
    struct pm_order pulled;   // good pulls, by node and image
    struct pm_order served;   // good pulls, by node and registry
    struct pm_order restarts; // a runtime stopped, started or was down, by node
    struct pm_order evicted;  // a workload's pod was evicted, by workload
    struct pm_effect *effect; // what is kept of the one that was asked for last (share.c)
};
// Of an effect, what is the same whatever its cause: made when the first is asked for, so that
// many causes of many effects do not look through all pulls for each pair.
struct pm_effect {
    const struct pm_hit *of;
    PM_LIST(uint32_t) spent;    // pulls that used up its quota
    PM_LIST(uint32_t) mirrored; // those of them that tried a mirror
    bool in_order;              // of time, both
    uint64_t asked;             // in the hour before, of its registries, by others than itself
    Pvoid_t failed;             // of these by the incident (pm_ref) that they are of
};
struct pm_effect *pm_effect_new(void);
const struct pm_effect *pm_effect_of(const struct pm_chain *c, const struct pm_hit *to);
void pm_effect_free(struct pm_effect *e);
void pm_chain_open(const struct pm_scene *scene, struct pm_hits *hits, struct pm_chain *c);
void pm_chain_free(struct pm_chain *c);
bool pm_share_known(const char *observed); // is there such a count?
const char *pm_share_counted(
    const char *observed); // what is counted, in words, where the link has none of its own
// Counts the link; false where less than a third of the effect is shown to come from the
// cause.
bool pm_share_count(struct pm_chain *c, const struct pm_link_rule *r, const struct pm_hit *from,
                    const struct pm_hit *to, struct pm_share *out);
struct pm_str
pm_chain_step(const struct pm_env *env,
              const struct pm_hit *effect); // its link in words, with what was counted
