// Failed pulls → incidents: same cause, what rules/correlate.yaml says they must share,
// and no longer silence than its gap.
//
// Trouble that is no pull (a mirror that was passed over, a runtime that could not be
// reached, disk pressure) is kept beside them: it stands as an incident of its own where
// it explains one (chain.c), else it is dropped.
#include "base/sort.h"
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

static bool grouped_by(const struct pm_family_rule *f, const char *what) {
    for (size_t i = 0; i < PM_LEN(f->group) && f->group[i]; i++)
        if (strcmp(f->group[i], what) == 0) return true;
    return false;
}

static struct pm_hit *hit_new(struct pm_hits *hits, int cause) {
    struct pm_hit *h = PM_PUSH(hits->items, hits->n, hits->cap);
    *h = (struct pm_hit){
        .cause = cause, .from = PM_NO_TIME, .to = PM_NO_TIME, .recovered = PM_NO_TIME};
    return h;
}

static int cause_of(const struct pm_attempt *p) {
    return p->names->verdict->cause >= 0 ? p->names->verdict->cause
                                         : pm_cause_shown(PM_SHOWN_UNKNOWN_WORDS);
}

static uint32_t key_of(const struct pm_scene *scene, const struct pm_family_rule *f,
                       const struct pm_attempt *p) {
    if (pm_is_client(scene->ev, p))
        return pm_id_fmt(scene->env, "c/%d/%u", cause_of(p),
                         p->names->registry); // whoever they are, they are beside the cluster
    return pm_id_fmt(scene->env, "h/%d/%u/%u/%u/%u/%u", cause_of(p),
                     grouped_by(f, "registry") ? p->names->registry : 0,
                     grouped_by(f, "node") ? p->node : 0,
                     grouped_by(f, "repository") ? p->names->repository : 0,
                     grouped_by(f, "image") ? p->names->image : 0,
                     grouped_by(f, "namespace") ? p->names->k8s_namespace : 0);
}

// The address that could not be dialled ("dial tcp 10.0.0.9:3128: …"): nodes and
// registries apart, it is the same door that is shut.
static uint32_t dialled(const struct pm_env *env, const struct pm_attempt *p) {
    struct pm_str error = pm_name(env, p->names->error), dial = PM_STR("dial tcp ");
    ptrdiff_t at = pm_str_find(error, dial, 0);
    if (at < 0) return 0;
    struct pm_str address = pm_str_from(error, (size_t)at + dial.n);
    ptrdiff_t end = pm_str_find(address, PM_STR(": "), 0);
    return end > 0 && pm_str_chr(address, ' ', 0) > end
               ? pm_id_fmt(env, "dialled/%.*s", PM_FMT(pm_str_sub(address, 0, (size_t)end)))
               : 0;
}

// ── linked: pulls that share a node, a registry or an address, over any number of steps ──
static uint32_t root_of(uint32_t *up, uint32_t i) {
    while (up[i] != i) i = up[i] = up[up[i]];
    return i;
}

// Nobody among these nodes pulled anything, and nobody anything from these registries: no
// contrast that could part one fault of all from several faults.
static bool nobody_spared(const struct pm_scene *scene, const struct pm_hit *h) {
    int64_t from = PM_NO_TIME, to = PM_NO_TIME;
    for (size_t i = 0; i < h->pulls.n; i++) {
        int64_t at = pm_at_cluster(scene->ev, &scene->pulls->items[h->pulls.items[i]]);
        from = pm_min_time(from, at);
        to = pm_max_time(to, at);
    }
    for (size_t i = pm_pull_first(scene->pulls, pm_since(h->from, PM_SKEW_MAX_NS));
         i < scene->pulls->n &&
         pm_at(&scene->pulls->items[i]) <= pm_time_add(h->to, PM_SKEW_MAX_NS);
         i++) {
        const struct pm_attempt *p = &scene->pulls->items[i];
        int64_t skew = pm_skew_of(scene->ev, p->node);
        if (p->outcome == PM_OUTCOME_OK && pm_since(pm_began(p), skew) > from &&
            pm_since(pm_at(p), skew) < pm_since(to, PM_S(2)) &&
            (pm_ids_has(&h->nodes, p->node) || pm_ids_has(&h->registries, p->names->registry)))
            return false;
    }
    return h->nodes.n > 2;
}

static void split_linked(const struct pm_scene *scene, struct pm_hits *hits, size_t index) {
    size_t n = hits->items[index].pulls.n;
    if (nobody_spared(scene, &hits->items[index])) return;
    uint32_t *up = pm_xmalloc(n * sizeof *up);
    Pvoid_t first = NULL;
    Word_t freed;
    for (uint32_t i = 0; i < n; i++) up[i] = i;
    for (uint32_t i = 0; i < n; i++) {
        const struct pm_attempt *p = &scene->pulls->items[hits->items[index].pulls.items[i]];
        for (int dim = 0; dim < 3; dim++) {
            uint32_t id;
            if (dim == 2) id = dialled(scene->env, p);
            else if (dim) id = p->names->registry;
            else id = p->node;
            if (!id) continue;
            Word_t *slot = pm_map_slot(&first, PM_PAIR(dim, id));
            if (!*slot) *slot = pm_ref_of(i);
            else up[root_of(up, i)] = root_of(up, (uint32_t)(*slot - 1));
        }
    }
    bool one = true;
    for (uint32_t i = 1; i < n; i++) one = one && root_of(up, i) == root_of(up, 0);
    if (!one) {
        struct pm_hit whole = hits->items[index];
        Pvoid_t made = NULL;
        for (uint32_t i = 0; i < n; i++) {
            Word_t *slot = pm_map_slot(&made, root_of(up, i));
            if (!*slot) {
                if (i == 0) {
                    hits->items[index] = (struct pm_hit){.cause = whole.cause,
                                                         .from = PM_NO_TIME,
                                                         .to = PM_NO_TIME,
                                                         .recovered = PM_NO_TIME};
                    *slot = pm_ref_of(index);
                } else {
                    hit_new(hits, whole.cause);
                    *slot = hits->n;
                }
            }
            pm_hit_add(scene->pulls, &PM_REF(*hits, *slot), whole.pulls.items[i]);
        }
        JLFA(freed, made);
        pm_hit_free(&whole);
    }
    JLFA(freed, first);
    (void)freed;
    free(up);
}

// ── together: one change, several images ──
// Step by step: what begins within `together` of the last that joined is one change still
// (three wrong tags at 0, 100 and 200 s). The first `ordered` are in order of time, so
// that the look ends with what begins too late.
static void join_together(const struct pm_scene *scene, struct pm_hits *hits, size_t ordered) {
    for (size_t i = 0; i < hits->n; i++) {
        int64_t together = pm_family_of(scene->env, hits->items[i].cause)->together_ns,
                last = hits->items[i].from;
        bool may = together && !hits->items[i].dropped &&
                   (hits->items[i].nodes.n || hits->items[i].namespaces.n);
        for (size_t k = i + 1; may && k < hits->n; k++) {
            struct pm_hit *a = &hits->items[i], *b = &hits->items[k];
            int64_t apart = pm_time_apart(last, b->from);
            if (k < ordered && apart > together && b->from > last && last != PM_NO_TIME)
                k = ordered - 1; // so do all behind it
            if (a->cause != b->cause || a->client != b->client || !b->pulls.n || apart > together ||
                !(pm_ids_meet(&a->namespaces, &b->namespaces) || pm_ids_meet(&a->nodes, &b->nodes)))
                continue;
            last = pm_max_time(last, b->from);
            pm_hit_take_over(scene->pulls, a, b);
        }
    }
}

// ── the same on several nodes: no registry and no namespace ties a node's failures to the others', but they have the same cause and lie in the same time ──
#define SEVERAL 3 // failed pulls of a node: fewer may be a blip of its own

// Others pulled from these registries meanwhile: it lies with the nodes.
static bool others_reached(const struct pm_pulls *pulls, const struct pm_hit *h) {
    for (size_t i = pm_pull_first(pulls, pm_since(h->from, PM_S(600)));
         i < pulls->n && pm_began(&pulls->items[i]) <= h->to; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        if (p->outcome == PM_OUTCOME_OK && p->node && pm_at(p) >= h->from &&
            pm_ids_has(&h->registries, p->names->registry) && !pm_ids_has(&h->nodes, p->node))
            return true;
    }
    return false;
}

static bool within(const struct pm_hit *b, const struct pm_hit *a, int64_t slack) {
    return b->from >= pm_since(a->from, slack) && b->to <= pm_time_add(a->to, slack);
}

static bool of_nodes(const struct pm_pulls *pulls, const struct pm_hit *h) {
    return pm_cause_has(h->cause, PM_TRAIT_REACH) && !h->client && !h->dropped &&
           h->from != PM_NO_TIME && h->nodes.n && h->pulls.n >= SEVERAL && others_reached(pulls, h);
}

static void join_nodes(const struct pm_scene *scene, struct pm_hits *hits) {
    struct pm_ids of = {0};
    for (size_t i = 0; i < hits->n; i++)
        if (of_nodes(scene->pulls, &hits->items[i])) pm_ids_add(&of, (uint32_t)i);
    for (size_t i = 0; i < of.n; i++) {
        struct pm_hit *a = &hits->items[of.items[i]];
        for (size_t k = 0; k < of.n && !a->dropped; k++) {
            struct pm_hit *b = &hits->items[of.items[k]];
            if (a != b && !b->dropped && a->cause == b->cause &&
                within(b, a, pm_family_of(scene->env, a->cause)->together_ns))
                pm_hit_take_over(scene->pulls, a, b);
        }
    }
    pm_ids_free(&of);
}

// ── beside the pulls ──
static int side_cause(const struct pm_env *env, const struct pm_trace *t) {
    if (t->pull && t->said->kind != PM_KIND_MIRROR_TRY) return -1;
    if (t->said->kind == PM_KIND_MIRROR_TRY && !pm_is_mirror(env, t)) return -1;
    if (t->said->kind == PM_KIND_DISK_PRESSURE)
        return t->said->verdict->cause >= 0 ? t->said->verdict->cause
                                            : pm_cause_shown(PM_SHOWN_DISK_PRESSURE);
    if (t->said->kind == PM_KIND_GC_START)
        return pm_cause_shown(
            PM_SHOWN_DISK_PRESSURE); // told only where it led to something (chain.c)
    if (t->said->kind == PM_KIND_RUNTIME_DOWN) return pm_cause_shown(PM_SHOWN_RUNTIME_AWAY);
    if (t->said->kind == PM_KIND_GC_FAIL)
        return t->said->verdict->cause >= 0 ? t->said->verdict->cause
                                            : pm_cause_shown(PM_SHOWN_DISK_PRESSURE);
    if (t->said->kind == PM_KIND_OTHER && t->said->verdict->variant &&
        strcmp(t->said->verdict->variant, "admission") == 0)
        return -1; // admission.c
    if (t->said->role != PM_ROLE_SIDE || t->said->kind == PM_KIND_SECRET_MISSING ||
        t->said->kind == PM_KIND_HEALTH_CHECK)
        return -1;
    return t->said->verdict->cause;
}

static bool shares(const struct pm_hit *h, const struct pm_trace *t) {
    return !t->node || h->nodes.n == 0 || pm_ids_has(&h->nodes, t->node);
}

#define SIDES_MAX                                                                                  \
    200 // of one cause: what comes later goes to the latest, so that work does not grow with the square of such lines

static void add_side(const struct pm_scene *scene, struct pm_hits *hits, uint32_t index) {
    const struct pm_trace *t = &scene->ev->traces.items[index];
    int cause = side_cause(scene->env, t);
    if (t->said->kind == PM_KIND_REQUEST && (scene->ev->nodes_known || scene->pulls->n))
        return; // a refused tunnel: who pulled says more
    if (cause < 0 || t->ts == PM_NO_TIME) return;
    int64_t gap = pm_family_of(scene->env, cause)->gap_ns;
    struct pm_hit *home = NULL, *latest = NULL;
    bool mirror = t->said->kind == PM_KIND_MIRROR_TRY;
    size_t sides = 0;
    for (size_t i = hits->n; i-- > 0;) {
        struct pm_hit *h = &hits->items[i];
        if (h->side && h->cause == cause && ++sides && !latest) latest = h;
        if (h->dropped || h->cause != cause || pm_trace_first(t) > pm_time_add(h->to, gap) ||
            pm_trace_last(t) < pm_since(h->from, gap))
            continue;
        if (h->side ? true : !mirror && shares(h, t)) {
            home = h;
            break;
        }
    }
    if (!home && sides >= SIDES_MAX) home = latest;
    if (!home) {
        home = hit_new(hits, cause);
        home->side = true;
    }
    pm_ids_add(&home->traces, index);
    home->lines += pm_trace_count(t);
    if (home->side || pm_ids_has(&home->nodes, t->node))
        pm_hit_widen(home, pm_trace_first(t), home->side ? pm_trace_last(t) : PM_NO_TIME);
    if (!home->side) return;
    if (t->node) pm_ids_add_new(&home->nodes, t->node);
    if (t->said->registry) pm_ids_add_new(&home->registries, t->said->registry);
    if (t->said->image && mirror) pm_ids_add_new(&home->images, t->said->image);
}

static void place_pulls(const struct pm_pulls *pulls, struct pm_hits *hits) {
    hits->of_pull = pm_xmalloc((pulls->n + 1) * sizeof *hits->of_pull);
    memset(hits->of_pull, 0, (pulls->n + 1) * sizeof *hits->of_pull);
    for (size_t i = 0; i < hits->n; i++)
        for (size_t k = 0; k < hits->items[i].pulls.n; k++)
            hits->of_pull[hits->items[i].pulls.items[k]] = pm_ref_of(i);
}

void pm_group_incidents(const struct pm_scene *scene, struct pm_hits *hits) {
    Pvoid_t open = NULL;
    Word_t freed;
    for (size_t i = 0; i < scene->pulls->n; i++) { // in time order
        const struct pm_attempt *p = &scene->pulls->items[i];
        if (p->outcome != PM_OUTCOME_FAILED) continue;
        const struct pm_family_rule *f = pm_family_of(scene->env, cause_of(p));
        Word_t *slot = pm_map_slot(&open, key_of(scene, f, p));
        if (!*slot || (pm_at(p) != PM_NO_TIME && PM_REF(*hits, *slot).to != PM_NO_TIME &&
                       pm_at(p) - PM_REF(*hits, *slot).to > f->gap_ns)) {
            hit_new(hits, cause_of(p))->client = pm_is_client(scene->ev, p);
            *slot = hits->n;
        }
        pm_hit_add(scene->pulls, &PM_REF(*hits, *slot), (uint32_t)i);
    }
    JLFA(freed, open);
    (void)freed;
    size_t n = hits->n;
    for (size_t i = 0; i < n; i++)
        if (!hits->items[i].client &&
            grouped_by(pm_family_of(scene->env, hits->items[i].cause), "linked"))
            split_linked(scene, hits, i);
    join_together(scene, hits, n);
    join_nodes(scene, hits);
    pm_bridge(scene, hits);
    pm_crowd_pool(scene, hits);
    for (size_t i = 0; i < hits->n; i++)
        if (hits->items[i].pulls.n > 1)
            qsort(hits->items[i].pulls.items, hits->items[i].pulls.n, sizeof(uint32_t),
                  pm_by_uint32);
    for (size_t i = 0; i < scene->ev->traces.n; i++) add_side(scene, hits, (uint32_t)i);
    place_pulls(scene->pulls, hits);
    pm_waiting_group(scene, hits);
    pm_admission_group(scene, hits);
    pm_back_off_begin(scene, hits);
    for (size_t i = 0; i < scene->ev->groups.n; i++) {
        const struct pm_request_group *g = &scene->ev->groups.items[i];
        uint32_t incident = g->pull && !g->redundant
                                ? pm_hit_of(scene->pulls, hits, &PM_REF(*scene->pulls, g->pull))
                                : 0;
        if (incident) pm_ids_add(&PM_REF(*hits, incident).groups, (uint32_t)i);
    }
}
