// The registry of pulls that name none.
//
// Lines of the Docker daemon name no image. Some words are one registry's alone
// (`only_at` of rules/taxonomy.yaml); for others the registry is that of the same cause
// nearby.
#include "judge/causes/settle.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define PLACE_LOOKED 400 // pulls before and after, in their order
#define PLACE_WITHIN_NS PM_S(900)

void settle_place_by_words(const struct pm_env *env, struct pm_pulls *pulls) {
    for (size_t i = 0; i < pulls->n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        if (p->outcome != PM_OUTCOME_FAILED || p->names->registry || p->names->verdict->cause < 0 ||
            settle_is_open(p))
            continue;
        const char *only_at = pm_taxon_of(p->names->verdict->cause)->only_at;
        if (only_at) PM_PULL_SET(pulls, p, registry, pm_id(env, pm_str_c(only_at)));
    }
}

static bool is_like(const struct pm_attempt *p, const struct pm_attempt *other, bool any_node) {
    return other->names->registry && other->outcome == PM_OUTCOME_FAILED &&
           other->names->verdict->cause == p->names->verdict->cause &&
           (any_node || other->node == p->node) && pm_at(p) != PM_NO_TIME &&
           pm_at(other) != PM_NO_TIME && pm_time_apart(pm_at(other), pm_at(p)) < PLACE_WITHIN_NS;
}

static uint32_t registry_nearby(const struct pm_pulls *pulls, size_t i, bool any_node) {
    for (size_t k = i > PLACE_LOOKED ? i - PLACE_LOOKED : 0; k < pulls->n && k < i + PLACE_LOOKED;
         k++)
        if (is_like(&pulls->items[i], &pulls->items[k], any_node))
            return pulls->items[k].names->registry;
    return 0;
}

void settle_place_by_others(struct pm_pulls *pulls) {
    for (size_t i = 0; i < pulls->n; i++) {
        struct pm_attempt *p = &pulls->items[i];
        if (p->outcome != PM_OUTCOME_FAILED || p->names->registry || p->names->verdict->cause < 0)
            continue;
        uint32_t nearby = registry_nearby(pulls, i, false);
        PM_PULL_SET(pulls, p, registry, nearby ? nearby : registry_nearby(pulls, i, true));
    }
}
