// What changed before the first failure, told by objects and images where events have
// expired: they live an hour.
//
// A set or a revision that was made just before is a rollout, and so are pods of a
// revision that their older brothers are not of; pods beside older brothers of their own
// revision are a scale-up. Where no object is there, the images tell: one that was never
// asked for before, of a repository that ran under another tag.
#include "judge/incidents/hits.h"
#include "judge/evidence/scale.h"

static bool kind_is(const struct pm_env *env, uint32_t kind, const char *name) {
    return pm_str_eqc(pm_name(env, kind), name);
}

// The label by which a controller marks its revisions: two pods that bear different ones
// are not of the same.
static struct pm_str revision_of(const struct pm_env *env, const struct pm_pod_fact *pod) {
    static const char *const labels[] = {
        "controller-revision-hash=", "pod-template-hash=", "pod-template-generation="};
    for (size_t k = 0; k < PM_LEN(labels); k++)
        for (size_t i = 0; i < pod->labels.n; i++)
            if (pm_str_starts(pm_name(env, pod->labels.items[i]), pm_str_c(labels[k])))
                return pm_name(env, pod->labels.items[i]);
    return PM_NONE;
}

static bool same_revision(const struct pm_env *env, const struct pm_hit *h,
                          const struct pm_pod_fact *a, const struct pm_pod_fact *b) {
    struct pm_str of_a = revision_of(env, a), of_b = revision_of(env, b);
    if (of_a.n && of_b.n) return pm_str_eq(of_a, of_b);
    if (!a->images.n || !b->images.n) return true;
    for (size_t k = 0; k < a->images.n; k++)
        if (pm_ids_has(&b->images, a->images.items[k]) &&
            pm_ids_has(&h->images, a->images.items[k]))
            return true;
    return false;
}

bool pm_trigger_older_brother(const struct pm_scene *scene, const struct pm_hit *h,
                              const struct pm_pod_fact *of, int64_t before, bool same) {
    for (size_t i = 0; i < scene->ev->facts.pods.n && of->owner_name; i++) {
        const struct pm_pod_fact *pod = &scene->ev->facts.pods.items[i];
        if (pod == of || pod->owner_name != of->owner_name ||
            pod->k8s_namespace != of->k8s_namespace || pod->created == PM_NO_TIME ||
            pod->created >= before)
            continue;
        if (!same || same_revision(scene->env, h, of, pod)) return true;
    }
    return false;
}

static bool is_job(const struct pm_env *env, const struct pm_pod_fact *pod) {
    return kind_is(env, pod->workload_kind, "Job") || kind_is(env, pod->workload_kind, "CronJob") ||
           kind_is(env, pod->owner_kind, "Job");
}

// ── pods that were made just before ──
static const struct pm_pod_fact *newest_pod(const struct pm_scene *scene, const struct pm_hit *h,
                                            int64_t from, int64_t to) {
    const struct pm_pod_fact *newest = NULL;
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[i]);
        if (!pod || is_job(scene->env, pod) || !pm_time_in(pod->created, from, to)) continue;
        if (!newest || pod->created > newest->created ||
            (pod->created == newest->created && pod->key < newest->key))
            newest = pod;
    }
    return newest;
}

static bool by_pods(const struct pm_scene *scene, const struct pm_hit *h, int64_t from, int64_t to,
                    struct pm_trigger_made *m) {
    const struct pm_pod_fact *newest = newest_pod(scene, h, from, to);
    if (!newest) return false;
    const struct pm_workload_fact *owner =
        newest->owner_name
            ? pm_facts_workload(scene->env, scene->ev, newest->k8s_namespace,
                                pm_cstr(scene->env, newest->owner_kind), newest->owner_name)
            : NULL;
    bool replica_set = kind_is(scene->env, newest->owner_kind, "ReplicaSet"),
         known = replica_set && owner && owner->created != PM_NO_TIME;
    bool fresh = known && owner->created >= from;
    bool older = !fresh && pm_trigger_older_brother(scene, h, newest, from, !replica_set);
    if (known && !fresh && !older)
        return false; // a pod of an old set that has none left was only replaced
    struct pm_str k8s_namespace = pm_name(scene->env, newest->k8s_namespace),
                  name = pm_name(scene->env,
                                 newest->workload_name ? newest->workload_name : newest->name);
    m->what = older ? "scale-up" : "rollout";
    m->at = fresh ? owner->created : newest->created;
    m->detail = pm_arena_fmt(
        scene->env->a, fresh ? "%.*s/%.*s got a new ReplicaSet" : "pods of %.*s/%.*s were created",
        PM_FMT(k8s_namespace), PM_FMT(name));
    return true;
}

// ── sets and revisions that were made just before ──
static bool hit_of(const struct pm_scene *scene, const struct pm_hit *h,
                   const struct pm_workload_fact *w) {
    bool revision = kind_is(scene->env, w->kind, "ControllerRevision");
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[i]);
        if (!pod || pod->k8s_namespace != w->k8s_namespace) continue;
        if (revision
                ? w->owner_name && pod->workload_name == w->owner_name
                : pm_scale_of_pod(pm_name(scene->env, w->name), pm_name(scene->env, pod->name)))
            return true;
    }
    return false;
}

static bool by_sets(const struct pm_scene *scene, const struct pm_hit *h, int64_t from, int64_t to,
                    struct pm_trigger_made *m) {
    const struct pm_workload_fact *newest = NULL;
    for (size_t i = 0; i < scene->ev->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &scene->ev->facts.workloads.items[i];
        bool set = kind_is(scene->env, w->kind, "ReplicaSet") ||
                   kind_is(scene->env, w->kind, "ReplicationController") ||
                   kind_is(scene->env, w->kind, "ControllerRevision");
        if (set && pm_time_in(w->created, from, to) && (!newest || w->created > newest->created) &&
            hit_of(scene, h, w))
            newest = w;
    }
    if (!newest) return false;
    struct pm_str owner =
        pm_name(scene->env, newest->owner_name ? newest->owner_name : newest->name);
    *m = (struct pm_trigger_made){"rollout", newest->created,
                                  pm_arena_fmt(scene->env->a, "%.*s/%.*s got the new %.*s %.*s",
                                               PM_FMT(pm_name(scene->env, newest->k8s_namespace)),
                                               PM_FMT(owner),
                                               PM_FMT(pm_name(scene->env, newest->kind)),
                                               PM_FMT(pm_name(scene->env, newest->name)))};
    return true;
}

// ── images that nobody asked for before ──
#define NEW_MAX 3 // more at once are no rollout of one workload

static bool known_before(const struct pm_scene *scene, const struct pm_hit *h, size_t end,
                         uint32_t image) {
    Word_t pull = pm_map_get(scene->pulls->first_of_image, image);
    int64_t told = pm_evidence_first_told(scene->ev, image);
    return (pull && pull <= end) || (told != PM_NO_TIME && told < pm_since(h->from, PM_S(60)));
}

// Another tag of its repository that was pulled well, or found on a node, before.
static const struct pm_attempt *forerunner(const struct pm_pulls *pulls, size_t end,
                                           const struct pm_attempt *of) {
    const struct pm_attempt *p;
    if (!of->names->repository) return NULL;
    for (size_t i = pm_good_end(pulls, of->names->repository, end);
         (p = pm_good_before(pulls, of->names->repository, i)); i--)
        if (p->names->registry == of->names->registry && p->names->image != of->names->image)
            return p;
    return NULL;
}

static bool by_images(const struct pm_scene *scene, const struct pm_hit *h,
                      struct pm_trigger_made *m) {
    const struct pm_attempt *first = NULL, *before = NULL;
    if (!h->images.n || h->images.n > NEW_MAX || h->client) return false;
    const struct pm_attempt *last = NULL, *old = NULL; // most repeat the image of the one before
    size_t end = pm_pulls_begun(scene->pulls, h->from);
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        bool same = last && last->names->image == p->names->image &&
                    last->names->registry == p->names->registry &&
                    last->names->repository == p->names->repository;
        if (!same) old = forerunner(scene->pulls, end, p);
        if (!old || (!same && known_before(scene, h, end, p->names->image))) return false;
        last = p;
        if (!first || pm_began(p) < pm_began(first)) {
            first = p;
            before = old;
        }
    }
    if (!first) return false;
    *m = (struct pm_trigger_made){
        "rollout", pm_began(first),
        pm_arena_fmt(scene->env->a,
                     "%.*s was asked for, for the first time in these logs; before it was %.*s",
                     PM_FMT(pm_name(scene->env, first->names->image)),
                     PM_FMT(pm_name(scene->env, before->names->image)))};
    return true;
}

bool pm_trigger_made(const struct pm_scene *scene, const struct pm_hit *h, int64_t from, int64_t to,
                     struct pm_trigger_made *m) {
    return by_pods(scene, h, from, to, m) || by_sets(scene, h, from, to, m) ||
           by_images(scene, h, m);
}
