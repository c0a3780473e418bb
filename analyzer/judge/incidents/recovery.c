// Recovery: the first success after the last failure in the same scope. None means "not
// recovered within these logs".
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"

static bool of_namespaces(const struct pm_env *env, const struct pm_hit *h,
                          const struct pm_attempt *p) {
    if (pm_ids_has(&h->namespaces, p->names->k8s_namespace)) return true;
    for (size_t i = 0; i < p->pods.n; i++) {
        struct pm_str key = pm_name(env, p->pods.items[i]);
        ptrdiff_t slash = pm_str_chr(key, '/', 0);
        uint32_t k8s_namespace =
            slash > 0 ? pm_intern_find(env->names, pm_str_sub(key, 0, (size_t)slash)) : 0;
        if (k8s_namespace && pm_ids_has(&h->namespaces, k8s_namespace)) return true;
    }
    return pm_ids_has(&h->images, p->names->image);
}

// One credential for a registry: any success with it is the end, on whatever node. A
// repository that is not allowed is a matter of its own.
static bool of_credential(const struct pm_hit *h) {
    return pm_cause_has(h->cause, PM_TRAIT_CREDENTIAL);
}

static bool in_scope(const struct pm_env *env, const struct pm_hit *h, const struct pm_attempt *p) {
    bool node = !h->nodes.n || !p->node || pm_ids_has(&h->nodes, p->node);
    bool registry = !h->registries.n || pm_ids_has(&h->registries, p->names->registry);
    switch (h->incident->scope_kind) {
    case PM_SCOPE_IMAGE: return pm_ids_has(&h->images, p->names->image);
    case PM_SCOPE_NAMESPACE: return registry && of_namespaces(env, h, p);
    case PM_SCOPE_NODE: return node && (!pm_cause_has(h->cause, PM_TRAIT_REACH) || registry);
    case PM_SCOPE_CLUSTER: return node;
    default: return registry && (node || of_credential(h));
    }
}

// A quota, a network or a credential comes back for all at once; a right or a tag only
// for the image that got it: each must have been pulled.
static bool image_by_image(const struct pm_hit *h) {
    return h->pulls.n && pm_cause_has(h->cause, PM_TRAIT_BY_IMAGE);
}

// Image → index + 1 of the last of the incident's pulls of it.
static Pvoid_t last_of_images(const struct pm_scene *scene, const struct pm_hit *h) {
    Pvoid_t last = NULL;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        Word_t *slot = pm_map_slot(&last, p->names->image);
        if (!*slot || pm_at(p) > pm_at(&PM_REF(*scene->pulls, *slot)))
            *slot = pm_ref_of(h->pulls.items[i]);
    }
    return last;
}

// The first good pull within the scope after the last of the incident's; NULL: none.
static const struct pm_attempt *image_back(const struct pm_scene *scene, const struct pm_hit *h,
                                           uint32_t image, int64_t last) {
    const struct pm_attempt *p;
    for (size_t i = pm_ok_first(scene->pulls, image, last);
         last != PM_NO_TIME && (p = pm_ok_at(scene->pulls, image, i)); i++)
        if (pm_at(p) > last && in_scope(scene->env, h, p)) return p;
    return NULL;
}

static void recovered_by(const struct pm_scene *scene, struct pm_hit *h,
                         const struct pm_attempt *p) {
    h->recovered = p ? pm_at(p) : PM_NO_TIME;
    h->back = p ? pm_ref_of((size_t)(p - scene->pulls->items)) : 0;
}

// The image that comes back last ends it.
static void all_images_back(const struct pm_scene *scene, struct pm_hit *h) {
    Pvoid_t last = last_of_images(scene, h);
    Word_t freed;
    const struct pm_attempt *back = NULL, *one = NULL;
    for (size_t k = 0; k < h->images.n && (one || !k); k++) {
        Word_t at = pm_map_get(last, h->images.items[k]);
        one = image_back(scene, h, h->images.items[k],
                         at ? pm_at(&PM_REF(*scene->pulls, at)) : PM_NO_TIME);
        if (one && (!back || pm_at(one) > pm_at(back))) back = one;
    }
    JLFA(freed, last);
    (void)freed;
    recovered_by(scene, h, one ? back : NULL);
}

static void first_success(const struct pm_scene *scene, struct pm_hit *h) {
    recovered_by(scene, h, NULL);
    if (image_by_image(h) && h->images.n && h->images.n <= 50) {
        all_images_back(scene, h);
        return;
    }
    for (size_t i = pm_pull_first(scene->pulls, h->to); i < scene->pulls->n && h->to != PM_NO_TIME;
         i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_OK || pm_at(p) <= h->to || !in_scope(scene->env, h, p))
            continue;
        recovered_by(scene, h, p);
        return;
    }
}

// No line tells of a good pull (Docker writes none, events expire), but the pods that
// were hit run since: the last of them ends it.
static int64_t pods_run_since(const struct pm_scene *scene, const struct pm_hit *h) {
    int64_t last = PM_NO_TIME;
    size_t n = 0;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        for (size_t k = 0; k < p->pods.n; k++) {
            const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, p->pods.items[k]);
            if (!pod || !pod->running || pod->since == PM_NO_TIME || pod->since < pm_at(p))
                return PM_NO_TIME;
            last = pm_max_time(last, pod->since);
            n++;
        }
    }
    return n ? last : PM_NO_TIME;
}

// The runtime pulls the sandbox image by itself and says nothing of it: a node that pulls
// for its containers has its sandboxes.
static bool of_sandboxes(const struct pm_scene *scene, const struct pm_hit *h) {
    for (size_t i = 0; i < h->pulls.n; i++)
        if (!pm_str_has(pm_name(scene->env, scene->pulls->items[h->pulls.items[i]].names->error),
                        PM_STR("sandbox")))
            return false;
    return h->pulls.n > 0;
}

static int64_t sandboxes_start(const struct pm_pulls *pulls, const struct pm_hit *h) {
    for (size_t i = pm_pull_first(pulls, h->to); i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (pm_began(p) > h->to && pm_ids_has(&h->nodes, p->node) &&
            !pm_ids_has(&h->images, p->names->image))
            return pm_began(p);
    }
    return PM_NO_TIME;
}

void pm_recovery_find(const struct pm_scene *scene, struct pm_hit *h) {
    if (h->refused) {
        h->recovered = pm_admission_recovered(scene, h);
        return;
    }
    first_success(scene, h);
    if (h->recovered == PM_NO_TIME && h->to != PM_NO_TIME && of_sandboxes(scene, h))
        h->recovered = sandboxes_start(scene->pulls, h);
    if (h->recovered == PM_NO_TIME && h->to != PM_NO_TIME) h->recovered = pods_run_since(scene, h);
}
