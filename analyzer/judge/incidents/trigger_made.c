// What changed before the first failure, told by objects and images where events have
// expired: they live an hour.
//
// A set or a revision that was made just before is a rollout, and so are pods of a
// revision that their older brothers are not of; pods beside older brothers of their own
// revision are a scale-up. Where no object is there, the images tell: one that was never
// asked for before, of a repository that ran under another tag.
#include "judge/evidence/scale.h"

static bool kind_is(const struct pm_state *s, uint32_t kind, const char *name) {
    return pm_str_eqc(pm_name(s, kind), name);
}

// The label by which a controller marks its revisions: two pods that bear different ones
// are not of the same.
static struct pm_str revision_of(const struct pm_state *s, const struct pm_pod_fact *pod) {
    static const char *const labels[] = {
        "controller-revision-hash=", "pod-template-hash=", "pod-template-generation="};
    for (size_t k = 0; k < PM_LEN(labels); k++)
        for (size_t i = 0; i < pod->labels.n; i++)
            if (pm_str_starts(pm_name(s, pod->labels.items[i]), pm_str_c(labels[k])))
                return pm_name(s, pod->labels.items[i]);
    return PM_NONE;
}

static bool same_revision(const struct pm_state *s, const struct pm_hit *h,
                          const struct pm_pod_fact *a, const struct pm_pod_fact *b) {
    struct pm_str of_a = revision_of(s, a), of_b = revision_of(s, b);
    if (of_a.n && of_b.n) return pm_str_eq(of_a, of_b);
    if (!a->images.n || !b->images.n) return true;
    for (size_t k = 0; k < a->images.n; k++)
        if (pm_ids_has(&b->images, a->images.items[k]) &&
            pm_ids_has(&h->images, a->images.items[k]))
            return true;
    return false;
}

bool pm_trigger_older_brother(const struct pm_state *s, const struct pm_hit *h,
                              const struct pm_pod_fact *of, int64_t before, bool same) {
    for (size_t i = 0; i < s->facts.pods.n && of->owner_name; i++) {
        const struct pm_pod_fact *pod = &s->facts.pods.items[i];
        if (pod == of || pod->owner_name != of->owner_name || pod->namespace != of->namespace ||
            pod->created == PM_NO_TIME || pod->created >= before)
            continue;
        if (!same || same_revision(s, h, of, pod)) return true;
    }
    return false;
}

static bool is_job(const struct pm_state *s, const struct pm_pod_fact *pod) {
    return kind_is(s, pod->workload_kind, "Job") || kind_is(s, pod->workload_kind, "CronJob") ||
           kind_is(s, pod->owner_kind, "Job");
}

// ── pods that were made just before ──
static const struct pm_pod_fact *newest_pod(struct pm_state *s, const struct pm_hit *h,
                                            int64_t from, int64_t to) {
    const struct pm_pod_fact *newest = NULL;
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(s, h->pods.items[i]);
        if (!pod || is_job(s, pod) || !pm_time_in(pod->created, from, to)) continue;
        if (!newest || pod->created > newest->created ||
            (pod->created == newest->created && pod->key < newest->key))
            newest = pod;
    }
    return newest;
}

static bool by_pods(struct pm_state *s, const struct pm_hit *h, int64_t from, int64_t to,
                    struct pm_trigger_made *m) {
    const struct pm_pod_fact *newest = newest_pod(s, h, from, to);
    if (!newest) return false;
    const struct pm_workload_fact *owner =
        newest->owner_name ? pm_facts_workload(s, newest->namespace, pm_cstr(s, newest->owner_kind),
                                               newest->owner_name)
                           : NULL;
    bool replica_set = kind_is(s, newest->owner_kind, "ReplicaSet"),
         known = replica_set && owner && owner->created != PM_NO_TIME;
    bool fresh = known && owner->created >= from;
    bool older = !fresh && pm_trigger_older_brother(s, h, newest, from, !replica_set);
    if (known && !fresh && !older)
        return false; // a pod of an old set that has none left was only replaced
    struct pm_str namespace = pm_name(s, newest->namespace),
                  name = pm_name(s, newest->workload_name ? newest->workload_name : newest->name);
    m->what = older ? "scale-up" : "rollout";
    m->at = fresh ? owner->created : newest->created;
    m->detail = pm_arena_fmt(
        s->a, fresh ? "%.*s/%.*s got a new ReplicaSet" : "pods of %.*s/%.*s were created",
        PM_FMT(namespace), PM_FMT(name));
    return true;
}

// ── sets and revisions that were made just before ──
static bool hit_of(struct pm_state *s, const struct pm_hit *h, const struct pm_workload_fact *w) {
    bool revision = kind_is(s, w->kind, "ControllerRevision");
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(s, h->pods.items[i]);
        if (!pod || pod->namespace != w->namespace) continue;
        if (revision ? w->owner_name && pod->workload_name == w->owner_name
                     : pm_scale_of_pod(pm_name(s, w->name), pm_name(s, pod->name)))
            return true;
    }
    return false;
}

static bool by_sets(struct pm_state *s, const struct pm_hit *h, int64_t from, int64_t to,
                    struct pm_trigger_made *m) {
    const struct pm_workload_fact *newest = NULL;
    for (size_t i = 0; i < s->facts.workloads.n; i++) {
        const struct pm_workload_fact *w = &s->facts.workloads.items[i];
        bool set = kind_is(s, w->kind, "ReplicaSet") ||
                   kind_is(s, w->kind, "ReplicationController") ||
                   kind_is(s, w->kind, "ControllerRevision");
        if (set && pm_time_in(w->created, from, to) && (!newest || w->created > newest->created) &&
            hit_of(s, h, w))
            newest = w;
    }
    if (!newest) return false;
    struct pm_str owner = pm_name(s, newest->owner_name ? newest->owner_name : newest->name);
    *m = (struct pm_trigger_made){"rollout", newest->created,
                                  pm_arena_fmt(s->a, "%.*s/%.*s got the new %.*s %.*s",
                                               PM_FMT(pm_name(s, newest->namespace)), PM_FMT(owner),
                                               PM_FMT(pm_name(s, newest->kind)),
                                               PM_FMT(pm_name(s, newest->name)))};
    return true;
}

// ── images that nobody asked for before ──
#define NEW_MAX 3 // more at once are no rollout of one workload

static bool known_before(const struct pm_state *s, const struct pm_hit *h, uint32_t image) {
    for (size_t i = 0; i < s->pulls.n && pm_began(&s->pulls.items[i]) < h->from; i++)
        if (s->pulls.items[i].image == image) return true;
    for (size_t i = 0; i < s->traces.n; i++)
        if (s->traces.items[i].image == image && s->traces.items[i].first != PM_NO_TIME &&
            s->traces.items[i].first < pm_since(h->from, PM_S(60)))
            return true;
    return false;
}

// Another tag of its repository that was pulled well, or found on a node, before.
static const struct pm_attempt *forerunner(const struct pm_state *s, const struct pm_hit *h,
                                           const struct pm_attempt *of) {
    const struct pm_attempt *last = NULL;
    for (size_t i = 0; i < s->pulls.n && pm_began(&s->pulls.items[i]) < h->from; i++) {
        const struct pm_attempt *p = &s->pulls.items[i];
        bool good = p->outcome == PM_OUTCOME_OK || p->outcome == PM_OUTCOME_CACHED;
        if (good && p->repository && p->repository == of->repository &&
            p->registry == of->registry && p->image != of->image)
            last = p;
    }
    return last;
}

static bool by_images(struct pm_state *s, const struct pm_hit *h, struct pm_trigger_made *m) {
    const struct pm_attempt *first = NULL, *before = NULL;
    if (!h->images.n || h->images.n > NEW_MAX || h->client) return false;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[h->pulls.items[i]], *old = forerunner(s, h, p);
        if (!old || known_before(s, h, p->image)) return false;
        if (!first || pm_began(p) < pm_began(first)) first = p, before = old;
    }
    if (!first) return false;
    *m = (struct pm_trigger_made){
        "rollout", pm_began(first),
        pm_arena_fmt(s->a,
                     "%.*s was asked for, for the first time in these logs; before it was %.*s",
                     PM_FMT(pm_name(s, first->image)), PM_FMT(pm_name(s, before->image)))};
    return true;
}

bool pm_trigger_made(struct pm_state *s, const struct pm_hit *h, int64_t from, int64_t to,
                     struct pm_trigger_made *m) {
    return by_pods(s, h, from, to, m) || by_sets(s, h, from, to, m) || by_images(s, h, m);
}
