// What changed just before the first failure. A trigger is no cause: it is the step that
// made a waiting fault bite.
#include "judge/incidents/hits.h"
#include "judge/evidence/scale.h"
#include "rules/taxonomy.h"

#define BEFORE_NS PM_S(600)
#define AFTER_NS                                                                                   \
    PM_S(2) // stamps of whole seconds, and clocks that differ by no more than is told as skew

// What was stamped by another clock, or cut to a second, may seem later than its effect:
// a trigger never is.
static void trigger_set(struct pm_hit *h, const char *what, int64_t at, struct pm_str detail) {
    if (at != PM_NO_TIME && h->failed && at > h->from) at = h->from;
    h->incident->trigger.what = pm_str_c(what);
    h->incident->trigger.at_ns = at;
    h->incident->trigger.detail = detail;
}

// Failures are stamped by their nodes, changes by the API server: as much later may a
// change be stamped as the slowest of these clocks is behind.
static int64_t behind(const struct pm_evidence *ev, const struct pm_hit *h) {
    int64_t most = 0;
    for (size_t i = 0; i < h->nodes.n; i++)
        if (-pm_skew_of(ev, h->nodes.items[i]) > most) most = -pm_skew_of(ev, h->nodes.items[i]);
    return most;
}

// A table's age is cut to whole minutes: what it tells of was up to one before.
static int64_t rounding(const struct pm_trace *t) {
    return t->said->quality == PM_QUALITY_RELATIVE ? PM_S(60) : 0;
}

static bool trigger_workload_hit(const struct pm_scene *scene, const struct pm_hit *h,
                                 struct pm_str object) {
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[i]);
        struct pm_str name = pod ? pm_name(scene->env, pod->workload_name) : PM_NONE;
        if (name.n && pm_str_ends(object, name) &&
            (object.n == name.n || object.p[object.n - name.n - 1] == '/'))
            return true;
    }
    for (size_t i = 0; i < scene->ev->facts.hpas.n; i++) { // named otherwise than its target
        const struct pm_hpa_fact *a = &scene->ev->facts.hpas.items[i];
        if (!a->target_name || !pm_str_ends(object, pm_name(scene->env, a->name))) continue;
        for (size_t k = 0; k < h->pods.n; k++) {
            const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[k]);
            if (pod && pod->workload_name == a->target_name &&
                pod->k8s_namespace == a->k8s_namespace)
                return true;
        }
    }
    return false;
}

// Does the controller's event speak of pods that were hit? By their owner, or by names
// that controllers make: after a roll-back neither pod nor set is left.
static bool owner_named(const struct pm_scene *scene, const struct pm_hit *h,
                        const struct pm_trace *t) {
    struct pm_str message = pm_name(scene->env, t->said->message),
                  object = pm_name(scene->env, t->said->object);
    struct pm_scale v;
    bool read = pm_scale_read(scene->env, t, &v);
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[i]);
        if (!pod || (t->said->k8s_namespace && pod->k8s_namespace &&
                     t->said->k8s_namespace != pod->k8s_namespace))
            continue;
        struct pm_str owner = pm_name(scene->env, pod->owner_name),
                      name = pm_name(scene->env, pod->name);
        if (owner.n && (pm_str_has(message, owner) || pm_str_ends(object, owner))) return true;
        if (read && (pm_str_eq(v.pod, name) || pm_scale_of_pod(v.set, name))) return true;
    }
    return false;
}

static bool of_kind(const struct pm_env *env, const struct pm_trace *t, const char *kind) {
    struct pm_str object = pm_name(env, t->said->object);
    size_t n = strlen(kind);
    return object.n > n && pm_str_starts(object, pm_str_c(kind)) && object.p[n] == '/';
}

// More of the same, or something new? The event's own figures, else whether the set or
// brothers of the same revision were there before.
static bool is_more(const struct pm_scene *scene, const struct pm_hit *h,
                    const struct pm_trace *t) {
    struct pm_scale v;
    if (pm_str_eqc(pm_name(scene->env, t->said->reason), "SuccessfulRescale")) return true;
    if (!pm_scale_read(scene->env, t, &v)) return false;
    if (v.set.n && v.from >= 0) return v.from > 0;
    for (size_t i = 0; v.set.n && i < scene->ev->traces.n; i++) { // the old wording says no "from"
        const struct pm_trace *o = &scene->ev->traces.items[i];
        struct pm_scale before;
        if (o->ts < t->ts && o->said->object == t->said->object &&
            pm_scale_read(scene->env, o, &before) && pm_str_eq(before.set, v.set))
            return true;
    }
    for (size_t i = 0; i < h->pods.n; i++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, h->pods.items[i]);
        struct pm_str name = pod ? pm_name(scene->env, pod->name) : PM_NONE;
        if (pod && (pm_str_eq(v.pod, name) || pm_scale_of_pod(v.set, name)) &&
            pm_trigger_older_brother(scene, h, pod, pm_since(h->from, BEFORE_NS), !v.set.n))
            return true;
    }
    return false;
}

#define JOBS_MANY 5

// One Job's pod changes no workload. Many Jobs at once are a burst.
static bool burst_of_jobs(const struct pm_scene *scene, struct pm_hit *h) {
    struct pm_ids jobs = {0};
    int64_t first = PM_NO_TIME;
    for (size_t i = 0; i < scene->ev->reasoned.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[scene->ev->reasoned.items[i]];
        if (!of_kind(scene->env, t, "Job") ||
            !pm_str_eqc(pm_name(scene->env, t->said->reason), "SuccessfulCreate") ||
            !pm_time_in(t->ts, pm_since(h->from, PM_S(120)), pm_time_add(h->from, AFTER_NS)) ||
            !owner_named(scene, h, t))
            continue;
        pm_ids_add_new(&jobs, t->said->object);
        first = pm_min_time(first, t->ts);
    }
    size_t n = jobs.n;
    pm_ids_free(&jobs);
    if (n < JOBS_MANY) return false;
    trigger_set(h, "scale-up", first,
                pm_arena_fmt(scene->env->a, "%zu Jobs were started within two minutes", n));
    return true;
}

static bool scaled(const struct pm_scene *scene, struct pm_hit *h) {
    const struct pm_trace *best = NULL;
    int64_t late = behind(scene->ev, h);
    for (size_t i = 0; i < scene->ev->reasoned.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[scene->ev->reasoned.items[i]];
        if (!pm_time_in(t->ts, pm_since(h->from, BEFORE_NS),
                        pm_time_add(h->from, AFTER_NS + late + rounding(t))))
            continue;
        struct pm_str reason = pm_name(scene->env, t->said->reason);
        bool set_ = pm_str_eqc(reason, "ScalingReplicaSet") &&
                    pm_str_starts(pm_name(scene->env, t->said->message), PM_STR("Scaled up"));
        bool created = pm_str_eqc(reason, "SuccessfulCreate") && !of_kind(scene->env, t, "Job") &&
                       !of_kind(scene->env, t, "CronJob"),
             rescale = pm_str_eqc(reason, "SuccessfulRescale");
        if (rescale && !trigger_workload_hit(scene, h, pm_name(scene->env, t->said->object)))
            continue;
        if (!rescale && !((set_ || created) && owner_named(scene, h, t))) continue;
        bool best_set =
            best && pm_str_eqc(pm_name(scene->env, best->said->reason), "ScalingReplicaSet");
        if (!best || (set_ && !best_set) ||
            (set_ == best_set && t->ts >= best->ts &&
             t->ts <= pm_time_add(h->from, PM_S(2) + late + rounding(t))))
            best = t; // the last change before the failures
    }
    if (!best) return burst_of_jobs(scene, h);
    trigger_set(h, is_more(scene, h, best) ? "scale-up" : "rollout", best->ts,
                pm_arena_fmt(scene->env->a, "%.*s%s%.*s",
                             PM_FMT(pm_name(scene->env, best->said->object)),
                             best->said->object ? ": " : "",
                             PM_FMT(pm_name(scene->env, best->said->message))));
    return true;
}

static bool new_node(const struct pm_scene *scene, struct pm_hit *h) {
    for (size_t i = 0; i < h->nodes.n; i++) {
        Word_t at = pm_map_get(scene->ev->facts.node_by_name, h->nodes.items[i]);
        const struct pm_node_fact *n = at ? &PM_REF(scene->ev->facts.nodes, at) : NULL;
        if (!n ||
            !pm_time_in(n->created, pm_since(h->from, PM_S(1800)), pm_time_add(h->from, AFTER_NS)))
            continue;
        trigger_set(
            h, "new-node", n->created,
            pm_arena_fmt(scene->env->a, "node %.*s joined", PM_FMT(pm_name(scene->env, n->name))));
        return true;
    }
    return false;
}

// Image GC ran between: of a node under pressure itself, or of what its effect had to
// pull again.
static bool gc(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h) {
    bool storage = pm_cause_has(h->cause, PM_TRAIT_SPACE),
         effect =
             h->explained_by && pm_cause_has(PM_REF(*hits, h->explained_by).cause, PM_TRAIT_DISK);
    bool leads = false;
    for (size_t i = 0; i < hits->n && storage && !leads; i++)
        leads = hits->items[i].explained_by && &PM_REF(*hits, hits->items[i].explained_by) == h;
    if (!effect && !leads) return false;
    int64_t from = pm_since(h->from, leads ? PM_S(60) : PM_S(3600)),
            to = leads ? PM_NO_TIME : h->from;
    for (size_t i = 0; i < scene->ev->sides.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[scene->ev->sides.items[i]];
        if ((t->said->kind != PM_KIND_GC_OK && t->said->kind != PM_KIND_GC_START) ||
            !pm_time_in(t->ts, from, to) || (t->node && !pm_ids_has(&h->nodes, t->node)))
            continue;
        trigger_set(h, "image-gc", t->ts,
                    t->said->image ? pm_arena_fmt(scene->env->a, "%.*s was removed",
                                                  PM_FMT(pm_name(scene->env, t->said->image)))
                                   : PM_STR("images were removed to free space"));
        return true;
    }
    return false;
}

static bool expiry(const struct pm_pulls *pulls, struct pm_hit *h) {
    if (!pm_cause_has(h->cause, PM_TRAIT_EXPIRES)) return false;
    int64_t last = PM_NO_TIME;
    for (size_t i = 0; i < pulls->n && pm_at(&pulls->items[i]) < h->from; i++)
        if (pulls->items[i].outcome == PM_OUTCOME_OK &&
            pm_ids_has(&h->registries, pulls->items[i].names->registry))
            last = pm_at(&pulls->items[i]);
    trigger_set(h, "credential-expiry", h->from,
                last == PM_NO_TIME ? PM_STR("no earlier success is in the logs")
                                   : PM_STR("pulls from this registry worked until then"));
    return true;
}

// No event tells: objects and images do.
static bool made(const struct pm_scene *scene, struct pm_hit *h) {
    struct pm_trigger_made m = {0};
    if (!pm_trigger_made(scene, h, pm_since(h->from, BEFORE_NS),
                         pm_time_add(h->from, AFTER_NS + behind(scene->ev, h)), &m))
        return false;
    trigger_set(h, m.what, m.at, m.detail);
    return true;
}

static bool rotated(const struct pm_scene *scene, struct pm_hit *h) {
    struct pm_str detail;
    int64_t at;
    if (!pm_trigger_secret(scene, h, AFTER_NS + behind(scene->ev, h), &at, &detail)) return false;
    trigger_set(h, "secret-changed", at, detail);
    return true;
}

static bool upgraded(struct pm_hit *h) {
    if (!h->opening.step || !h->opening.trigger) return false;
    trigger_set(h, h->opening.trigger, h->opening.step->at_ns, h->opening.step->what);
    return true;
}

static bool restarted(const struct pm_scene *scene, struct pm_hit *h) {
    if (!pm_cause_has(h->cause, PM_TRAIT_RESTART)) return false;
    for (size_t i = 0; i < scene->ev->sides.n; i++) {
        const struct pm_trace *t = &scene->ev->traces.items[scene->ev->sides.items[i]];
        if ((t->said->kind != PM_KIND_RUNTIME_STOP && t->said->kind != PM_KIND_RUNTIME_START) ||
            !pm_time_in(t->ts, pm_since(h->from, PM_S(120)), pm_time_add(h->from, AFTER_NS)) ||
            !pm_ids_has(&h->nodes, t->node))
            continue;
        trigger_set(
            h, "unknown", t->ts,
            pm_arena_fmt(scene->env->a, "%s on %.*s %s", pm_component_names[t->said->component],
                         PM_FMT(pm_name(scene->env, t->node)),
                         t->said->kind == PM_KIND_RUNTIME_STOP ? "stopped" : "was started"));
        return true;
    }
    return false;
}

// What an image GC led to is its effect's, which may have begun before it; everything
// else is there before the first failure, by the cluster's clock.
int64_t pm_trigger_led_to(const struct pm_scene *scene, const struct pm_hits *hits,
                          const struct pm_hit *h) {
    int64_t first = PM_NO_TIME, last = PM_NO_TIME;
    for (size_t i = 0; i < h->pulls.n; i++)
        first =
            pm_min_time(first, pm_at_cluster(scene->ev, &scene->pulls->items[h->pulls.items[i]]));
    if (first == PM_NO_TIME) first = h->from;
    if (!pm_str_eqc(h->incident->trigger.what, "image-gc")) return first;
    for (size_t i = 0; i < hits->n; i++)
        if (!hits->items[i].dropped && hits->items[i].explained_by &&
            &PM_REF(*hits, hits->items[i].explained_by) == h)
            last = pm_max_time(last, hits->items[i].to);
    return last == PM_NO_TIME ? first : last;
}

void pm_trigger_find(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h) {
    h->incident->trigger.what = PM_STR("unknown");
    h->incident->trigger.at_ns = PM_NO_TIME;
    if (h->from == PM_NO_TIME) return;
    if (!upgraded(h) && !expiry(scene->pulls, h) && !rotated(scene, h) && !gc(scene, hits, h) &&
        !restarted(scene, h) && !scaled(scene, h) && !new_node(scene, h) && !made(scene, h))
        return;
    // Stamps are whole seconds and ages whole minutes: it was there, at the latest, when
    // the first pull failed for it.
    int64_t first = pm_trigger_led_to(scene, hits, h);
    if (h->incident->trigger.at_ns != PM_NO_TIME && first != PM_NO_TIME &&
        first < h->incident->trigger.at_ns)
        h->incident->trigger.at_ns = first;
}
