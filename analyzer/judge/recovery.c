// Recovery: the first success after the last failure in the same scope. None means "not recovered within these logs".
#include "judge/state.h"

static bool in_scope(const struct pm_hit *h, const struct pm_attempt *p) {
    bool node = !h->nodes.n || !p->node || pm_ids_has(&h->nodes, p->node);
    bool registry = !h->registries.n || pm_ids_has(&h->registries, p->registry);
    switch (h->incident->scope_kind) {
    case PM_SCOPE_IMAGE: return pm_ids_has(&h->images, p->image);
    case PM_SCOPE_NAMESPACE: return registry && pm_ids_has(&h->namespaces, p->namespace);
    case PM_SCOPE_NODE: return node && (!pm_cause_in(h->cause, "network") || registry);
    case PM_SCOPE_CLUSTER: return node;
    default: return registry && node;
    }
}

void pm_recovery_find(struct pm_state *s, struct pm_hit *h) {
    h->recovered = PM_NO_TIME;
    for (size_t i = pm_pull_first(s, h->to); i < s->pulls.n && h->to != PM_NO_TIME; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        if (p->outcome != PM_OUTCOME_OK || pm_at(p) <= h->to || !in_scope(h, p)) continue;
        h->recovered = pm_at(p);
        return;
    }
}
