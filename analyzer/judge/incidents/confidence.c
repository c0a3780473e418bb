// How sure, how bad, and why: each point is a sentence in the report.
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"
#include "rules/weights.h"

static void why(struct pm_hit *h, struct pm_str text) {
    pm_strs_add(&h->incident->confidence_why, text);
}

static unsigned sources_of(const struct pm_pulls *pulls, const struct pm_hit *h) {
    unsigned bits = 0;
    for (size_t i = 0; i < h->pulls.n; i++) bits |= pulls->items[h->pulls.items[i]].sources;
    return bits;
}
static int bit_count(unsigned bits) {
    int n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
}

static const char *const source_names[] = {"the runtime's log",      "the kubelet's log",
                                           "Kubernetes events",      "pod status",
                                           "registry-side requests", "client output"};

static void name_sources(const struct pm_env *env, struct pm_hit *h, unsigned bits) {
    struct pm_buf b = {0};
    for (size_t i = 0, n = 0; i < PM_LEN(source_names); i++)
        if (bits & 1u << i) pm_buf_fmt(&b, "%s%s", n++ ? ", " : "", source_names[i]);
    if (b.n) why(h, pm_arena_fmt(env->a, "told by %.*s", PM_FMT(pm_buf_str(&b))));
    pm_buf_free(&b);
}

static enum pm_weight weight_of(const struct pm_attempt *p) {
    if (p->names->verdict->confidence == PM_CONFIDENCE_HIGH) return PM_WEIGHT_CONFIDENCE_SAID;
    return p->names->verdict->confidence == PM_CONFIDENCE_MEDIUM ? PM_WEIGHT_CONFIDENCE_MEDIUM
                                                                 : PM_WEIGHT_CONFIDENCE_LOW;
}
static enum pm_confidence told_as(const struct pm_ruleset *rules, double score) {
    if (score >= pm_weight(rules, PM_WEIGHT_CONFIDENCE_HIGH_FROM)) return PM_CONFIDENCE_HIGH;
    return score >= pm_weight(rules, PM_WEIGHT_CONFIDENCE_MEDIUM_FROM) ? PM_CONFIDENCE_MEDIUM
                                                                       : PM_CONFIDENCE_LOW;
}

void pm_confidence_weigh(const struct pm_scene *scene, const struct pm_hits *hits,
                         struct pm_hit *h) {
    double sum = 0;
    uint64_t settled = 0, low = 0, weak = 0; // weak: settled, and not for certain
    const struct pm_attempt *settled_one = NULL;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        sum += pm_weight(scene->env->rules, weight_of(p));
        if (p->settled_by_neighbour) {
            settled++;
            weak += p->names->verdict->confidence < PM_CONFIDENCE_HIGH;
            if (!settled_one) settled_one = p;
        }
        if (p->names->verdict->confidence == PM_CONFIDENCE_LOW) low++;
    }
    double score = h->pulls.n ? sum / (double)h->pulls.n
                              : pm_weight(scene->env->rules, PM_WEIGHT_CONFIDENCE_NO_PULLS);
    unsigned bits = sources_of(scene->pulls, h);
    if (pm_cause_has(h->cause, PM_TRAIT_UNEXPLAINED))
        score = pm_weight(scene->env->rules, PM_WEIGHT_CONFIDENCE_UNEXPLAINED);
    if (h->pulls.n && settled < h->pulls.n && !pm_cause_has(h->cause, PM_TRAIT_UNEXPLAINED))
        why(h,
            h->pulls.n == 1
                ? PM_STR("the failed pull says it in its own error")
                : pm_arena_fmt(scene->env->a, "%llu of %u failed pulls say it in their own error",
                               (unsigned long long)(h->pulls.n - settled), h->pulls.n));
    if (settled_one)
        why(h, pm_arena_fmt(scene->env->a, "%llu of %u settled by what stands beside them: %.*s",
                            (unsigned long long)settled, h->pulls.n, PM_FMT(pm_why(settled_one))));
    // Sources that agree make sure of what was said, not of how an ambiguity was read:
    // they all repeat the same ambiguous words.
    if (bit_count(bits) > 1 && settled * 2 <= h->pulls.n)
        score += pm_weight(scene->env->rules, PM_WEIGHT_CONFIDENCE_AGREEING);
    name_sources(scene->env, h, bits);
    if (h->pulls.n && low * 2 > h->pulls.n) why(h, PM_STR("most lines allow other readings"));
    if (h->because.n) why(h, h->because);
    if (h->held)
        why(h, pm_arena_fmt(scene->env->a,
                            "%zu %s held the images and started pods without a pull meanwhile",
                            h->held, h->held == 1 ? "node" : "nodes"));
    if (bits == PM_SRC_POD || bits == (PM_SRC_POD | PM_SRC_EVENTS))
        why(h, PM_STR("no node log: times and counts are lower bounds"));
    if (h->waits)
        why(h, h->pulling
                   ? PM_STR("the pulls began, and no line tells of an end while the pods wait")
                   : PM_STR("the state of pods is all there is: no line tells of an attempt"));
    else if (h->side && !h->failed) {
        score = pm_weight(scene->env->rules, PM_WEIGHT_CONFIDENCE_BESIDE);
        why(h,
            pm_arena_fmt(scene->env->a, "%llu %s it beside the pulls; no pull failed for it alone",
                         (unsigned long long)h->lines, h->lines == 1 ? "line says" : "lines say"));
    }
    // Sure of the few that say it themselves, not of the many that were read by them.
    double high = pm_weight(scene->env->rules, PM_WEIGHT_CONFIDENCE_HIGH_FROM),
           most = pm_weight(scene->env->rules, PM_WEIGHT_CONFIDENCE_MOST);
    if (weak * 2 > h->pulls.n && score >= high) score = high - 0.01;
    if (score > most) score = most;
    h->incident->score = score;
    h->incident->confidence = told_as(scene->env->rules, score);
    pm_strs_seal(scene->env->a, &h->incident->confidence_why, PM_SEAL_AS_IS);
    pm_against_fill(scene, hits, h);
}

static uint64_t stuck_pods(const struct pm_incident *inc) {
    uint64_t n = 0;
    for (size_t i = 0; i < inc->blast.pods_n; i++)
        n +=
            !inc->blast.pods[i].recovered && !inc->blast.pods[i].gone && !inc->blast.pods[i].silent;
    return n;
}

static bool evicted(const struct pm_scene *scene, const struct pm_hit *h) {
    for (size_t i = 0; i < h->traces.n; i++)
        if (pm_str_eqc(
                pm_name(scene->env, scene->ev->traces.items[h->traces.items[i]].said->reason),
                "Evicted"))
            return true;
    return false;
}

// Trouble that nobody met yet: no pull failed for it, no pod was put out, and it led to
// nothing.
static bool met_nobody(const struct pm_scene *scene, const struct pm_hits *hits,
                       const struct pm_hit *h) {
    bool leads = false;
    for (size_t i = 0; i < hits->n && !leads; i++)
        leads = hits->items[i].explained_by && &PM_REF(*hits, hits->items[i].explained_by) == h;
    return h->side && !h->failed && !h->waits && !leads && pm_cause_has(h->cause, PM_TRAIT_DISK) &&
           !evicted(scene, h);
}

// The same image on the same node pulled well soon after: a line says so, else the pod's
// status where no line tells of good pulls.
static bool made_good(const struct pm_scene *scene, const struct pm_attempt *p) {
    int64_t soon = pm_weight_ns(scene->env->rules, PM_WEIGHT_SEVERITY_MADE_GOOD_S);
    const struct pm_attempt *q;
    for (size_t k = pm_ok_first(scene->pulls, p->names->image, pm_at(p));
         (q = pm_ok_at(scene->pulls, p->names->image, k)); k++)
        if (q->node == p->node && pm_time_between(pm_began(p), pm_at(q)) <= soon) return true;
    for (size_t k = 0; k < p->pods.n; k++) {
        const struct pm_pod_fact *pod = pm_facts_pod(scene->ev, p->pods.items[k]);
        if (pod && pod->running &&
            pm_time_in(pod->since, pm_since(pm_at(p), PM_S(1)), pm_time_add(pm_at(p), soon)))
            return true; // a status has whole seconds
    }
    return false;
}

// A connection that was refused once in the midst of other trouble: the next attempt got
// past it, to what has an incident of its own.
static bool overtaken(const struct pm_pulls *pulls, const struct pm_hits *hits,
                      const struct pm_attempt *p) {
    if (pm_at(p) == PM_NO_TIME) return false;
    if (!pm_cause_has(p->names->verdict->cause, PM_TRAIT_TRANSIENT)) return false;
    for (size_t i = pm_pull_first(pulls, pm_at(p));
         i < pulls->n && pm_time_between(pm_at(p), pm_at(&pulls->items[i])) <= PM_S(330); i++) {
        const struct pm_attempt *q = &pulls->items[i];
        if (q == p || q->node != p->node || q->names->image != p->names->image ||
            q->outcome != PM_OUTCOME_FAILED)
            continue;
        return q->names->verdict->cause != p->names->verdict->cause && pm_hit_of(pulls, hits, q) &&
               pm_hit_of(pulls, hits, q) != pm_hit_of(pulls, hits, p);
    }
    return false;
}

// Nobody waits for it any more: each pod's kubelet spoke of it for a moment only (a name
// that is refused makes one attempt, and is told for hours), then no more.
static bool all_silent(const struct pm_env *env, const struct pm_incident *inc) {
    int64_t soon = pm_weight_ns(env->rules, PM_WEIGHT_SEVERITY_MADE_GOOD_S);
    for (size_t i = 0; i < inc->blast.pods_n; i++)
        if (!inc->blast.pods[i].silent ||
            pm_time_between(inc->blast.pods[i].first_ns, inc->blast.pods[i].last_ns) > soon)
            return false;
    return inc->blast.pods_n > 0;
}

#define TOLD_NS PM_S(10) // all lines of one failure are written within this

// The same trouble stood in the kubelet's way again before the image came, though it made
// no pull of it (it only asked whether the image is there).
static bool met_again(const struct pm_evidence *ev, const struct pm_attempt *p) {
    for (size_t i = 0; i < p->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[pm_few_at(&p->traces, i)];
        if (t->said->origin == PM_ORIGIN_KUBELET && t->said->kind == PM_KIND_PULL_FAIL &&
            pm_trace_first(t) > pm_time_add(pm_at(p), TOLD_NS))
            return true;
    }
    return false;
}

// A few single failures, each made good by the next attempt: measured by who waited how
// long, not by how far apart they were.
static bool transients(const struct pm_scene *scene, const struct pm_hits *hits,
                       const struct pm_hit *h) {
    if (pm_cause_has(h->cause, PM_TRAIT_STALLS))
        return false; // whoever met it has waited for minutes
    double most = pm_weight(scene->env->rules, PM_WEIGHT_SEVERITY_SINGLE);
    if (!h->pulls.n || (double)h->pulls.n > most || (double)h->incident->blast.pods_n > most)
        return false;
    for (size_t i = 0; i < h->pulls.n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        if (met_again(scene->ev, p)) return false;
        for (size_t k = 0; k < i; k++) {
            const struct pm_attempt *q = &scene->pulls->items[h->pulls.items[k]];
            int64_t apart = pm_time_apart(pm_at(p), pm_at(q));
            if (q->node == p->node && q->names->image == p->names->image)
                return false; // failed again
            if (q->node != p->node && apart <= PM_S(60))
                return false; // one moment on several nodes is one trouble, not single ones
        }
        if (!made_good(scene, p) && !overtaken(scene->pulls, hits, p) &&
            !all_silent(scene->env, h->incident))
            return false;
    }
    return true;
}

// Some refusal says that it was for an image.
static bool reason_told(const struct pm_evidence *ev, const struct pm_hit *h) {
    for (size_t i = 0; i < h->traces.n; i++)
        if (ev->traces.items[h->traces.items[i]].said->verdict->confidence != PM_CONFIDENCE_LOW)
            return true;
    return false;
}

static bool reaches(const struct pm_ruleset *rules, uint64_t n, enum pm_weight cut) {
    return (double)n >= pm_weight(rules, cut);
}

void pm_severity_weigh(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h) {
    struct pm_incident *inc = h->incident;
    uint64_t stuck = stuck_pods(inc), failed = h->failed;
    int64_t lasted =
        h->recovered != PM_NO_TIME && h->from != PM_NO_TIME ? h->recovered - h->from : PM_NO_TIME;
    if (transients(scene, hits,
                   h)) { // first: a pod that waits on waits for what has an incident of its own
        inc->severity = PM_SEVERITY_INFO;
        inc->severity_why = PM_STR("single failures, each of which the next attempt got past");
    } else if (stuck && h->recovered == PM_NO_TIME) {
        inc->severity = PM_SEVERITY_CRITICAL;
        inc->severity_why =
            pm_arena_fmt(scene->env->a, "%llu %s still waiting for an image where the logs end",
                         (unsigned long long)stuck, stuck == 1 ? "pod is" : "pods are");
    } else if (reaches(scene->env->rules, inc->blast.workloads_n, PM_WEIGHT_SEVERITY_WORKLOADS) ||
               reaches(scene->env->rules, inc->blast.pods_n, PM_WEIGHT_SEVERITY_PODS)) {
        inc->severity = PM_SEVERITY_CRITICAL;
        inc->severity_why = pm_arena_fmt(scene->env->a, "%zu pods of %zu workloads were hit",
                                         inc->blast.pods_n, inc->blast.workloads_n);
    } else if (h->recovered == PM_NO_TIME &&
               (reaches(scene->env->rules, failed, PM_WEIGHT_SEVERITY_PULLS) ||
                reaches(scene->env->rules, h->nodes.n, PM_WEIGHT_SEVERITY_NODES))) {
        inc->severity = PM_SEVERITY_CRITICAL;
        inc->severity_why = PM_STR("pulls were failing widely where the logs end");
    } else if (failed == 1 && inc->blast.pods_n == 1 && all_silent(scene->env, inc) &&
               h->recovered == PM_NO_TIME) {
        inc->severity = PM_SEVERITY_INFO;
        inc->severity_why = PM_STR("one pull failed, and the kubelet did not fail at it again");
    } else if (failed <= 1 &&
               !(h->pulls.n && met_again(scene->ev, &scene->pulls->items[h->pulls.items[0]])) &&
               lasted != PM_NO_TIME &&
               lasted <= pm_weight_ns(scene->env->rules, PM_WEIGHT_SEVERITY_RETRIED_S) && !stuck) {
        inc->severity = PM_SEVERITY_INFO;
        inc->severity_why = PM_STR("one pull failed and the next succeeded");
    } else {
        inc->severity = PM_SEVERITY_WARNING;
        inc->severity_why = h->recovered != PM_NO_TIME
                                ? PM_STR("recovered within these logs")
                                : PM_STR("few pulls, but no success after them");
    }
    if (met_nobody(scene, hits, h)) {
        inc->severity = PM_SEVERITY_INFO;
        inc->severity_why = PM_STR("no pull failed for it, and no pod was evicted");
    }
    if (pm_str_eqc(inc->variant,
                   "lock")) { // two pulls of one layer: the next attempt finds it there
        inc->severity = PM_SEVERITY_INFO;
        inc->severity_why =
            PM_STR("two pulls wanted the same layer at once: the lock goes by itself");
    }
    if (h->side && !failed && (!h->waits || h->pulling) && inc->severity > PM_SEVERITY_WARNING)
        inc->severity = PM_SEVERITY_WARNING;
    if (h->refused) {
        bool over = h->recovered != PM_NO_TIME, told = reason_told(scene->ev, h);
        inc->severity = over || !told ? PM_SEVERITY_INFO : PM_SEVERITY_WARNING;
        if (over) inc->severity_why = PM_STR("the workloads could make pods since");
        else if (!told)
            inc->severity_why = PM_STR("pods were refused; whether for their images is cut off");
        else inc->severity_why = PM_STR("pods were refused; nothing was pulled for them");
    }
    if (h->client) {
        inc->severity = PM_SEVERITY_INFO;
        inc->severity_why =
            PM_STR("pulls of clients beside the cluster: no node and no pod waited for them");
    }
}
