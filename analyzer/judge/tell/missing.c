// What would have settled more: the report degrades in words instead of guessing. Each
// line says what it costs the verdict, the dearest first.
//
// Runs after the incidents are in the report: `main` is the one that the verdict is
// about, and what its rivals were is known.
#include "judge/attempts/fold.h"
#include "judge/tell/tell.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

struct lack {
    int weight; // what it costs; ties stay in the order of asking
    size_t at;
    struct pm_str what, effect;
};
struct lacks {
    const struct pm_scene *scene;
    const struct pm_hits *hits;
    const struct pm_hit *main; // NULL: nothing failed
    struct lack *items;
    size_t n, cap;
};
enum { COUNTS = 20, PODS = 30, TIMES = 40, ANSWER = 60, VERDICT = 80 };

static void missing_add(struct lacks *l, int weight, struct pm_str what, struct pm_str effect) {
    size_t at = l->n;
    *PM_PUSH(l->items, l->n, l->cap) = (struct lack){weight, at, what, effect};
}

static int by_weight(const void *a, const void *b) {
    const struct lack *x = a, *y = b;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static struct pm_str listed(const struct pm_env *env, const struct pm_ids *ids, const char *noun) {
    struct pm_strs names;
    pm_strs_of_ids(env, &names, ids);
    if (names.n == 1) return names.items[0];
    return pm_arena_fmt(env->a, "%zu %s (%.*s …)", names.n, noun, PM_FMT(names.items[0]));
}

static const char *cause_of(const struct pm_hit *h) {
    return pm_causes[h->cause >= 0 ? h->cause : pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS)].name;
}

// "auth.token-expired or auth.permission-denied", where the lines themselves left both
// open; PM_NONE where they did not.
static struct pm_str open_question(const struct pm_scene *scene, const struct pm_hit *h) {
    for (size_t i = 0; h && i < h->pulls.n; i++) {
        const struct pm_verdict *v = scene->pulls->items[h->pulls.items[i]].names->verdict;
        for (int k = 0; k < v->candidate_count && v->candidate_count > 1; k++)
            if (v->candidates[k] != h->cause && v->candidates[k] >= 0)
                return pm_arena_fmt(scene->env->a, "%s or %s", cause_of(h),
                                    pm_causes[v->candidates[k]].name);
    }
    const struct pm_incident *inc = h ? h->incident : NULL;
    if (!inc || inc->confidence == PM_CONFIDENCE_HIGH || !inc->against_n ||
        inc->against[0].cause < 0 || inc->against[0].cause == h->cause)
        return PM_NONE;
    return pm_arena_fmt(scene->env->a, "%s or %s", cause_of(h),
                        pm_causes[inc->against[0].cause].name);
}

// node logs -----------------------------------------------------------------------------
static bool has_runtime(const struct pm_evidence *ev, uint32_t node) {
    return pm_map_get(ev->facts.cover[PM_ORIGIN_RUNTIME], node) ||
           pm_map_get(ev->facts.cover[PM_ORIGIN_DOCKERD], node);
}
static void no_logs(struct lacks *l, const struct pm_ids *nodes) {
    if (!nodes->n) return;
    missing_add(
        l, COUNTS + 25,
        pm_arena_fmt(l->scene->env->a, "no kubelet or runtime log of %.*s",
                     PM_FMT(listed(l->scene->env, nodes, "nodes"))),
        pm_arena_fmt(
            l->scene->env->a,
            "attempts there are known from events, objects or requests only: the number of %s failures is a lower bound",
            cause_of(l->main)));
}
static void no_runtime(struct lacks *l, const struct pm_ids *nodes) {
    struct pm_str question = open_question(l->scene, l->main);
    if (!nodes->n) return;
    struct pm_str what = pm_arena_fmt(l->scene->env->a, "no runtime log of %.*s",
                                      PM_FMT(listed(l->scene->env, nodes, "nodes")));
    if (question.n)
        missing_add(l, ANSWER, what,
                    pm_arena_fmt(l->scene->env->a,
                                 "the registry's answer in full would have told whether it is %.*s",
                                 PM_FMT(question)));
    else
        missing_add(
            l, COUNTS, what,
            PM_STR(
                "successful pulls, how long they took, and bodies of errors are missing: who was spared is known from the kubelet only"));
}
static void no_kubelet(struct lacks *l, const struct pm_ids *nodes) {
    if (nodes->n)
        missing_add(
            l, PODS,
            pm_arena_fmt(l->scene->env->a, "no kubelet log of %.*s",
                         PM_FMT(listed(l->scene->env, nodes, "nodes"))),
            PM_STR(
                "which pod asked for a pull is known from events and objects only: the blast radius may be larger"));
}
static void node_logs(struct lacks *l) {
    struct pm_ids none = {0}, runtime = {0}, kubelet = {0};
    for (size_t i = 0; i < l->hits->n; i++) {
        const struct pm_hit *h = &l->hits->items[i];
        for (size_t k = 0; k < h->nodes.n && !h->dropped; k++) {
            uint32_t n = h->nodes.items[k];
            bool kubelet_there = pm_map_get(l->scene->ev->facts.cover[PM_ORIGIN_KUBELET], n) != 0;
            if (!has_runtime(l->scene->ev, n) && !kubelet_there) pm_ids_add_new(&none, n);
            else if (!has_runtime(l->scene->ev, n)) pm_ids_add_new(&runtime, n);
            else if (!kubelet_there && l->scene->ev->facts.pods.n) pm_ids_add_new(&kubelet, n);
        }
    }
    no_logs(l, &none);
    no_runtime(l, &runtime);
    no_kubelet(l, &kubelet);
    pm_ids_free(&none);
    pm_ids_free(&runtime);
    pm_ids_free(&kubelet);
}

// Tables of pods name neither image nor message: of pods that wait and are in no pull,
// that is all there is.
static void waiting(struct lacks *l) {
    struct pm_ids pods = {0};
    Pvoid_t pulled = NULL;
    Word_t freed;
    for (size_t i = 0; i < l->scene->ev->traces.n; i++)
        if (l->scene->ev->traces.items[i].pod && l->scene->ev->traces.items[i].pull)
            *pm_map_slot(&pulled, l->scene->ev->traces.items[i].pod) = 1;
    for (size_t i = 0; i < l->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &l->scene->ev->traces.items[i];
        if ((t->said->kind == PM_KIND_PULL_BACKOFF || t->said->kind == PM_KIND_PULL_FAIL) &&
            t->pod && !t->said->image && !pm_map_get(pulled, t->pod))
            pm_ids_add_new(&pods, t->pod);
    }
    for (size_t i = 0; i < l->scene->ev->facts.pods.n; i++) {
        const struct pm_pod_fact *pod = &l->scene->ev->facts.pods.items[i];
        for (int k = 0; k < pod->waits; k++)
            if (!pod->wait[k].image &&
                pm_fold_reason_is_pull(pm_name(l->scene->env, pod->wait[k].reason)) &&
                !pm_map_get(pulled, pod->name))
                pm_ids_add_new(&pods, pod->name);
    }
    JLFA(freed, pulled);
    (void)freed;
    bool waits = l->main && l->main->waits,
         known = waits && l->main->images.n; // their workloads name the image
    for (size_t i = 0; waits && i < l->main->traces.n; i++)
        pm_ids_add_new(&pods, l->scene->ev->traces.items[l->main->traces.items[i]].pod);
    struct pm_strs names;
    pm_strs_of_ids(l->scene->env, &names, &pods);
    if (names.n)
        missing_add(
            l, VERDICT + 5,
            pm_arena_fmt(l->scene->env->a, "%smessage of %zu %s that wait%s (%.*s%s)",
                         known ? "" : "image and ", names.n, names.n == 1 ? "pod" : "pods",
                         names.n == 1 ? "s" : "", PM_FMT(names.items[0]), names.n > 1 ? " …" : ""),
            known
                ? PM_STR(
                      "pods wait for their image, and nothing here says why: their events, kubectl describe or the kubelet's log would")
                : PM_STR(
                      "pods wait for images, and nothing here says which, or why: their events, kubectl describe or the kubelet's log would"));
    pm_ids_free(&pods);
}

// events --------------------------------------------------------------------------------
static void events(struct lacks *l) {
    int64_t first = PM_NO_TIME, last = PM_NO_TIME,
            from = l->main ? l->main->from : l->scene->ev->from,
            to = l->main ? l->main->to : l->scene->ev->to;
    bool spread = false,
         failed =
             l->main && l->main->failed; // an incident of a full disk has no failure to count from
    for (size_t i = 0; i < l->scene->ev->traces.n; i++) {
        const struct pm_trace *t = &l->scene->ev->traces.items[i];
        if (t->said->origin != PM_ORIGIN_EVENTS) continue;
        first = pm_min_time(first, pm_trace_first(t));
        last = pm_max_time(last, pm_trace_last(t));
        spread = spread || pm_trace_count(t) > 25;
    }
    if (first == PM_NO_TIME) {
        if (l->scene->ev->facts.pods.n && l->main)
            missing_add(
                l, PODS - 5, PM_STR("no Kubernetes events"),
                PM_STR(
                    "pods and rollouts are known from objects and node logs only: pods that are gone by now are not counted"));
        return;
    }
    const char *begun = l->main ? "the trouble does" : "the logs do",
               *ended = l->main ? "the last sign of it" : "the logs do";
    if (failed) {
        begun = "the first failure";
        ended = "the last failure";
    }
    if (from != PM_NO_TIME && pm_time_between(from, first) > PM_S(3600))
        missing_add(
            l, PODS,
            pm_arena_fmt(l->scene->env->a, "Kubernetes events begin %.1f h after %s",
                         (double)(first - from) / 3.6e12, begun),
            PM_STR(
                "events live one hour by default: pods and the trigger before that are known from logs only"));
    if (to != PM_NO_TIME && pm_time_between(last, to) > PM_S(600) &&
        pm_time_between(last, l->scene->ev->to) > PM_S(600))
        missing_add(l, PODS,
                    pm_arena_fmt(l->scene->env->a, "Kubernetes events end %.0f min before %s",
                                 (double)(to - last) / 6e10, ended),
                    PM_STR("whether pods recovered after that is known from logs only"));
    if (spread)
        missing_add(
            l, COUNTS, PM_STR("some events were repeated more than 25 times"),
            PM_STR(
                "the kubelet's spam filter drops events beyond that: counts from events are lower bounds"));
}

// objects and registries ----------------------------------------------------------------
static void pod_objects(struct lacks *l) {
    bool pods = l->scene->ev->facts.pods.n > 0, listed_pods = false, secrets = false;
    for (size_t i = 0; i < l->scene->ev->facts.pods.n; i++) {
        listed_pods = listed_pods || l->scene->ev->facts.pods.items[i].listed;
        secrets = secrets || l->scene->ev->facts.pods.items[i].secrets_known;
    }
    if (!l->main) return;
    bool auth = pm_cause_has(l->main->cause, PM_TRAIT_REFUSED);
    if (auth && !secrets && pods)
        missing_add(
            l, VERDICT, PM_STR("no pod objects with their pull secrets"),
            pm_arena_fmt(
                l->scene->env->a,
                "which credentials were presented is not known: %s stands on the registry's words alone",
                cause_of(l->main)));
    else if (auth && !secrets && !pm_cause_has(l->main->cause, PM_TRAIT_HELPER))
        missing_add(l, PODS - 10, PM_STR("no pod objects"),
                    PM_STR("whose credentials were presented is not known"));
    if (pods && !listed_pods && !(auth && !secrets))
        missing_add(
            l, PODS - 2, PM_STR("no pod objects"),
            PM_STR(
                "owners of pods are guessed from their names, and how many pods still wait is not known"));
}
static void registry_side(struct lacks *l) {
    if (!l->main || l->scene->ev->have_requests || l->main->refused) return;
    struct pm_str question = open_question(l->scene, l->main),
                  registry = l->main->registries.n
                                 ? pm_name(l->scene->env, l->main->registries.items[0])
                                 : PM_STR("the registry");
    bool quota = pm_cause_has(l->main->cause, PM_TRAIT_QUOTA);
    bool answered = question.n && !pm_cause_has(l->main->cause, PM_TRAIT_LOCAL);
    if (quota)
        missing_add(
            l, question.n ? ANSWER : COUNTS + 5,
            pm_arena_fmt(l->scene->env->a,
                         "no log of a proxy or registry between the nodes and %.*s",
                         PM_FMT(registry)),
            PM_STR(
                "how the quota was spent is estimated from the nodes' own pulls: others behind the same address are not seen"));
    else if (answered)
        missing_add(l, ANSWER - 5,
                    pm_arena_fmt(l->scene->env->a, "no log of a proxy or registry for %.*s",
                                 PM_FMT(registry)),
                    pm_arena_fmt(l->scene->env->a,
                                 "its own answers would have told whether it is %.*s",
                                 PM_FMT(question)));
    else if (l->scene->ev->have_node_logs &&
             l->scene->ev->facts.nodes.n >
                 1) // of a cluster: one node's excerpt lacks all kinds of things
        missing_add(
            l, COUNTS - 10,
            pm_arena_fmt(l->scene->env->a, "no log of a proxy or registry for %.*s",
                         PM_FMT(registry)),
            PM_STR(
                "what the registry answered meanwhile, and to whom, is known from the nodes' own lines only"));
}

// time and damage -----------------------------------------------------------------------
static void clocks(struct lacks *l) {
    struct pm_ids assumed = {0};
    size_t dated = 0;
    for (size_t i = 0; i < l->scene->ev->facts.files.n; i++) {
        const struct pm_file_fact *f = &l->scene->ev->facts.files.items[i];
        int64_t from, to;
        if (!f->row.events || f->row.duplicate_of || !pm_file_span(l->scene->ev, f, &from, &to))
            continue;
        dated++;
        bool concerned = l->main && (!f->node || pm_ids_has(&l->main->nodes, f->node));
        if (f->row.quality == PM_QUALITY_ASSUMED && concerned) pm_ids_add_new(&assumed, f->path);
    }
    if (assumed.n && dated > 1)
        missing_add(
            l, TIMES,
            pm_arena_fmt(l->scene->env->a, "year or time zone of %.*s is assumed (UTC)",
                         PM_FMT(listed(l->scene->env, &assumed, "files"))),
            PM_STR(
                "the order between these and other files may be off by hours: trigger and chain are less certain; --tz and --year say better"));
    pm_ids_free(&assumed);
}

struct damage {
    struct lacks *l;
    struct pm_str path, code, last; // of the first; last: that was counted before
    struct pm_str whole;            // the archive in which all lies, without its name in the paths
    uint64_t files;
    bool null_fields;
};
// The one input, where it is an archive.
static struct pm_str archive_of_all(const struct pm_scene *scene) {
    const struct pm_strs *inputs = &scene->env->options->inputs;
    if (inputs->n != 1) return PM_NONE;
    const struct pm_str input = inputs->items[0];
    const struct pm_str name = pm_str_from(input, (size_t)(pm_str_rchr(input, '/') + 1));
    for (size_t i = 0; i < scene->ev->facts.files.n; i++)
        if (pm_str_eq(pm_name(scene->env, scene->ev->facts.files.items[i].path), name))
            return PM_NONE;
    return name;
}
static bool is_or_lies_in(struct pm_str path, struct pm_str archive) {
    return pm_str_starts(path, archive) && (path.n == archive.n || path.p[archive.n] == '/');
}
static bool damaged(void *ctx, int columns, const char *const *names, const char *const *cells) {
    struct damage *d = ctx;
    (void)columns, (void)names;
    if (!cells[0] || !cells[1]) return true;
    if (strcmp(cells[1], "journal-field-null") == 0) {
        d->null_fields = true;
        return true;
    }
    const bool whole = d->whole.n && pm_str_eqc(d->whole, cells[0]);
    if (d->last.n && (is_or_lies_in(pm_str_c(cells[0]), d->last) || pm_str_eq(d->last, d->whole)))
        return true; // the same for another reason, or where the archive broke off
    d->last = pm_arena_dup(d->l->scene->env->a, pm_str_c(cells[0]));
    if (whole) d->files = 0;
    if (!d->files++) {
        d->path = pm_arena_dup(d->l->scene->env->a, pm_str_c(cells[0]));
        d->code = pm_arena_dup(d->l->scene->env->a, pm_str_c(cells[1]));
    }
    return true;
}
// Members that break off or that a limit cut: what followed is not known. Bad single
// lines are counted elsewhere.
static void damage(struct lacks *l) {
    struct damage d = {.l = l, .whole = archive_of_all(l->scene)};
    struct pm_str why = PM_NONE;
    pm_timeline_sql(
        l->scene->env->timeline,
        "SELECT file, code, min(line) FROM diagnostics WHERE code = 'journal-field-null' OR code LIKE '%truncated%' OR code LIKE '%too-large' OR "
        "code LIKE '%too-long' OR code LIKE 'journal-%' OR code LIKE '%corrupt%' GROUP BY file, code ORDER BY file || '/', code", // what lies in an archive comes behind it
        damaged, &d, &why, l->scene->env->scratch);
    if (d.files)
        missing_add(
            l, l->main ? TIMES + 5 : TIMES,
            d.files > 1 ? pm_arena_fmt(l->scene->env->a, "%llu members were read in part (%.*s …)",
                                       (unsigned long long)d.files, PM_FMT(d.path))
                        : pm_arena_fmt(l->scene->env->a, "%.*s was read in part (%.*s)",
                                       PM_FMT(d.path), PM_FMT(d.code)),
            l->main ? PM_STR("failures and recoveries in the rest are not counted")
                    : PM_STR("nothing failed in what could be read; the rest is not known"));
    if (d.null_fields)
        missing_add(
            l, COUNTS + 2, PM_STR("the journal's JSON export has null in place of long fields"),
            PM_STR(
                "long error texts are lost: `journalctl --all -o json` or -o export keeps them"));
}

// Sources that count one node's failures differently: told, not averaged.
static void disagreement(struct lacks *l) {
    Pvoid_t runtime = NULL, kubelet = NULL;
    Word_t freed, node = 0;
    for (size_t i = 0; i < l->scene->pulls->n; i++) {
        const struct pm_attempt *p = &l->scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_FAILED || !p->node ||
            pm_cause_has(p->names->verdict->cause, PM_TRAIT_UNHEARD))
            continue;
        if (!pm_facts_covers(l->scene->ev, PM_ORIGIN_RUNTIME, p->node, pm_at(p), PM_S(3)) ||
            !pm_facts_covers(l->scene->ev, PM_ORIGIN_KUBELET, p->node, pm_at(p), PM_S(3)))
            continue;
        if (p->sources & PM_SRC_RUNTIME) ++*pm_map_slot(&runtime, p->node);
        if (p->sources & PM_SRC_KUBELET) ++*pm_map_slot(&kubelet, p->node);
    }
    PWord_t n;
    struct pm_ids nodes = {0};
    unsigned long long ours = 0, theirs = 0;
    JLF(n, runtime, node);
    while (n) {
        Word_t other = pm_map_get(kubelet, node);
        Word_t gap = *n > other ? *n - other : other - *n;
        if (other && gap > 1 && gap * 10 > *n) {
            pm_ids_add_new(&nodes, (uint32_t)node);
            ours += *n;
            theirs += other;
        }
        JLN(n, runtime, node);
    }
    if (nodes.n)
        missing_add(
            l, COUNTS + 3,
            pm_arena_fmt(l->scene->env->a,
                         "runtime and kubelet of %.*s disagree: %llu against %llu failed pulls",
                         PM_FMT(listed(l->scene->env, &nodes, "nodes")), ours, theirs),
            PM_STR("one of the logs has a hole; every attempt that either shows is counted once"));
    pm_ids_free(&nodes);
    JLFA(freed, runtime);
    JLFA(freed, kubelet);
    (void)freed;
}

void pm_missing_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                     struct pm_report *report) {
    struct lacks l = {.scene = scene, .hits = hits};
    struct pm_report *r = report;
    for (size_t i = 0; i < hits->n; i++)
        if (!hits->items[i].dropped && r->verdict && hits->items[i].id == r->verdict)
            l.main = &hits->items[i];
    waiting(&l);
    if (l.main) node_logs(&l);
    events(&l);
    pod_objects(&l);
    registry_side(&l);
    clocks(&l);
    damage(&l);
    disagreement(&l);
    if (l.n > 1) qsort(l.items, l.n, sizeof *l.items, by_weight);
    for (size_t i = 0; i < l.n; i++)
        *PM_PUSH(r->missing, r->missing_n, r->missing_cap) =
            (struct pm_missing){.what = l.items[i].what, .effect = l.items[i].effect};
    free(l.items);
}

// The quotas, the alerts and the series miss things, too: what is said twice is said
// once.
void pm_missing_once(struct pm_report *r) {
    size_t n = 0;
    for (size_t i = 0; i < r->missing_n; i++) {
        bool again = false;
        for (size_t k = 0; k < n && !again; k++)
            again = pm_str_eq(r->missing[k].what, r->missing[i].what) &&
                    pm_str_eq(r->missing[k].effect, r->missing[i].effect);
        if (!again) r->missing[n++] = r->missing[i];
    }
    r->missing_n = n;
}
