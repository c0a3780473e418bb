// Rivals: what else could have been, and the observation that beats it. Every incident
// names at least two.
//
// First the readings that the lines themselves left open (a rule's other candidates, and
// how the neighbours settled them), then what else failed at the same place and time,
// then the rivals that people would think of for such a cause, which rules/taxonomy.yaml
// has with what would have to be seen for each to fall. Only an observation that was
// really made is told; the last one, the words of the errors themselves, is there
// wherever an error was kept.
#include "judge/incidents/hits.h"
#include "rules/taxonomy.h"
#include <stdlib.h>

#define AGAINST_MAX 3

struct sight { // what was observed of one incident, counted once
    const struct pm_scene *scene;
    struct pm_hit *h;
    uint64_t http[6];              // answers of its failed pulls and their requests by class
    uint64_t s401, s404, s429;     // those that matter by themselves
    uint64_t answered, unanswered; // failed pulls
    bool disk, restart, kubelet_only;
    uint32_t same_image_node;
    struct pm_str words;
    uint64_t words_n;
};

static void count(struct sight *v, int code, uint64_t n) {
    if (code < 100 || code > 599) return;
    v->http[code / 100] += n;
    if (code == 401 || code == 403) v->s401 += n;
    if (code == 404) v->s404 += n;
    if (code == 429) v->s429 += n;
}

// The errors' own last words: what stands behind the last wrapping, cut short.
static struct pm_str last_words(struct pm_str error) {
    struct pm_str tail = error;
    for (size_t i = 0; i + 2 < error.n; i++)
        if (error.p[i] == ':' && error.p[i + 1] == ' ' && error.n - i - 2 >= 12)
            tail = pm_str_from(error, i + 2);
    if (tail.n > 120) tail = pm_str_sub(tail, 0, 120);
    return tail;
}

static void look_at_pulls(struct sight *v) {
    uint32_t said = 0;
    v->kubelet_only = v->h->pulls.n > 0;
    for (size_t i = 0; i < v->h->pulls.n; i++) {
        const struct pm_attempt *p = &v->scene->pulls->items[v->h->pulls.items[i]];
        count(v, p->status, 1);
        if (pm_hidden_status(p) != p->status) count(v, pm_hidden_status(p), 1);
        if (p->status || p->requests || p->stage >= PM_STAGE_MANIFEST) v->answered++;
        else v->unanswered++;
        if (p->sources & (PM_SRC_RUNTIME | PM_SRC_REGISTRY)) v->kubelet_only = false;
        if (!said && p->names->error && p->names->verdict->cause == v->h->cause &&
            !p->settled_by_neighbour)
            said = p->names->error;
        if (!said && p->names->error) said = p->names->error;
        v->words_n += p->names->error == said && said;
    }
    for (size_t i = 0; i < v->h->traces.n && !said; i++)
        said = v->scene->ev->traces.items[v->h->traces.items[i]].said->error;
    v->kubelet_only = v->kubelet_only && pm_cause_has(v->h->cause, PM_TRAIT_KUBELET);
    v->words = last_words(pm_name(v->scene->env, said));
}

// The node that was not hit and pulled one of the images first.
static uint32_t same_image_elsewhere(const struct sight *v) {
    const struct pm_hit *h = v->h;
    const struct pm_pulls *pulls = v->scene->pulls;
    int64_t from = pm_since(h->from, PM_S(600)),
            to = h->to == PM_NO_TIME ? INT64_MAX : pm_time_add(h->to, PM_S(600));
    const struct pm_attempt *first = NULL, *p;
    for (size_t k = 0; k < h->images.n; k++)
        for (size_t i = pm_ok_first(pulls, h->images.items[k], from);
             (p = pm_ok_at(pulls, h->images.items[k], i)) && pm_at(p) <= to &&
             (!first || p < first);
             i++) // those that stand before are earlier
            if (p->node && !pm_ids_has(&h->nodes, p->node)) first = p;
    return first ? first->node : 0;
}

static void look_around(struct sight *v) {
    struct pm_hit *h = v->h;
    for (size_t i = 0; i < v->scene->ev->sides.n && !(v->disk && v->restart); i++) {
        const struct pm_trace *t = &v->scene->ev->traces.items[v->scene->ev->sides.items[i]];
        if (t->said->role != PM_ROLE_SIDE ||
            !pm_time_in(t->ts, pm_since(h->from, PM_S(600)), pm_time_add(h->to, PM_S(60))) ||
            (t->node && !pm_ids_has(&h->nodes, t->node)))
            continue;
        v->disk = v->disk || t->said->kind == PM_KIND_DISK_PRESSURE ||
                  pm_cause_has(t->said->verdict->cause, PM_TRAIT_DISK);
        v->restart = v->restart || t->said->kind == PM_KIND_RUNTIME_STOP ||
                     t->said->kind == PM_KIND_RUNTIME_START ||
                     t->said->kind == PM_KIND_RUNTIME_DOWN;
    }
    v->same_image_node = same_image_elsewhere(v);
}

static struct pm_str of_names(const struct sight *v, struct pm_several names, const char *one,
                              const char *many, const char *did) {
    if (names.n == 1)
        return pm_arena_fmt(v->scene->env->a, "%s%s%.*s %s", one, *one ? " " : "",
                            PM_FMT(names.first), did);
    return pm_arena_fmt(v->scene->env->a, "%zu %s (%.*s among them) %s", names.n, many,
                        PM_FMT(names.first), did);
}

static struct pm_several several(const struct pm_strs *names) {
    return (struct pm_several){names->n, names->n ? names->items[0] : PM_NONE};
}

// The sentence, empty where this was not observed.
static struct pm_str told(const struct sight *v, enum pm_seen what) {
    const struct pm_incident *inc = v->h->incident;
    uint64_t pulls = v->h->pulls.n;
    switch (what) {
    case PM_SEEN_OTHER_NODES:
        return v->h->reached.n ? of_names(v, v->h->reached, "node", "other nodes",
                                          "pulled from the same registry at the time")
                               : PM_NONE;
    case PM_SEEN_OTHER_REGISTRIES:
        return v->h->served.n ? of_names(v, v->h->served, "", "other registries",
                                         "served the same nodes at the time")
                              : PM_NONE;
    case PM_SEEN_OTHER_IMAGES:
        return inc->blast.spared_images.n
                   ? of_names(v, several(&inc->blast.spared_images), "",
                              "other images of the same registry", "pulled at the time")
                   : PM_NONE;
    case PM_SEEN_SAME_IMAGE:
        return v->same_image_node
                   ? pm_arena_fmt(v->scene->env->a, "node %.*s pulled the same image at the time",
                                  PM_FMT(pm_name(v->scene->env, v->same_image_node)))
                   : PM_NONE;
    case PM_SEEN_ANSWER:
        return v->answered
                   ? pm_arena_fmt(v->scene->env->a,
                                  "the registry answered in %llu of the %llu failed pulls",
                                  (unsigned long long)v->answered, (unsigned long long)pulls)
                   : PM_NONE;
    case PM_SEEN_NO_ANSWER:
        return pulls && !v->answered
                   ? pm_arena_fmt(v->scene->env->a,
                                  "none of the %llu failed pulls got an answer from the registry",
                                  (unsigned long long)pulls)
                   : PM_NONE;
    case PM_SEEN_NO_5XX:
        return pulls && !v->http[5]
                   ? PM_STR("no request of these pulls was answered with a server error (5xx)")
                   : PM_NONE;
    case PM_SEEN_NO_429:
        return pulls && !v->s429 ? PM_STR("no request of these pulls was answered with 429")
                                 : PM_NONE;
    case PM_SEEN_NO_404:
        return pulls && !v->s404 ? PM_STR("no request of these pulls was answered with 404")
                                 : PM_NONE;
    case PM_SEEN_NO_DENIAL:
        return pulls && !v->s401 ? PM_STR("none of these pulls was refused with 401 or 403")
                                 : PM_NONE;
    case PM_SEEN_NO_DISK:
        return v->disk
                   ? PM_NONE
                   : PM_STR(
                         "no line of these nodes tells of disk pressure or a full disk at the time");
    case PM_SEEN_NO_RESTART:
        return v->restart
                   ? PM_NONE
                   : PM_STR(
                         "no line tells that the runtime stopped, started or could not be reached");
    case PM_SEEN_KUBELET:
        return v->kubelet_only
                   ? PM_STR(
                         "the kubelet refused by itself: neither runtime nor registry heard of these attempts")
                   : PM_NONE;
    case PM_SEEN_MANY_NODES:
        return v->h->nodes.n > 1 ? pm_arena_fmt(v->scene->env->a,
                                                "%u nodes failed alike at the time", v->h->nodes.n)
                                 : PM_NONE;
    case PM_SEEN_RECOVERED:
        return v->h->recovered != PM_NO_TIME ? PM_STR("the same pulled later") : PM_NONE;
    case PM_SEEN_WORDS:
        return v->words.n ? pm_arena_fmt(v->scene->env->a, "%s say \"%.*s\"",
                                         pulls ? "the errors themselves" : "its own lines",
                                         PM_FMT(v->words))
                          : PM_NONE;
    case PM_SEEN_COUNT: break;
    }
    return PM_NONE;
}

struct list {
    struct pm_against *items;
    size_t n, cap;
};

static bool listed(const struct list *l, const struct pm_hit *h, int cause) {
    bool known = cause == h->cause || cause < 0;
    for (size_t k = 0; k < l->n && !known; k++) known = l->items[k].cause == cause;
    return known;
}

static void add(struct list *l, const struct pm_hit *h, int cause, struct pm_str why) {
    if (l->n < AGAINST_MAX && why.n && !listed(l, h, cause))
        *PM_PUSH(l->items, l->n, l->cap) = (struct pm_against){cause, why};
}

// What beat this rival: usually what settled the pull; an abuse limit is told by its
// size.
static struct pm_str why_not(const struct pm_env *env, const struct pm_hit *h, int rival,
                             const struct pm_attempt *p) {
    if (!pm_cause_has(rival, PM_TRAIT_THROTTLE) || !pm_cause_has(h->cause, PM_TRAIT_LIMIT) ||
        h->from == PM_NO_TIME)
        return pm_why(p);
    char took[32];
    int64_t lasted = h->to == PM_NO_TIME ? 0 : pm_time_between(h->from, h->to);
    return pm_arena_fmt(
        env->a,
        "abuse limits answer thousands of requests a minute; here %llu pulls were refused in %s",
        (unsigned long long)h->failed,
        pm_duration_format(lasted > PM_S(1) ? lasted : PM_S(1), took));
}

// What a rule left open, and how it was settled.
static void open_readings(const struct pm_scene *scene, const struct pm_hit *h, struct list *l) {
    for (size_t i = 0; i < h->pulls.n && l->n < AGAINST_MAX; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        if (!p->settled_by_neighbour || !p->best) continue;
        const struct pm_trace *t = NULL;
        for (size_t k = 0; k < p->traces.n && !t; k++)
            if (scene->ev->traces.items[pm_few_at(&p->traces, k)].said->verdict->candidate_count >
                1)
                t = &scene->ev->traces.items[pm_few_at(&p->traces, k)];
        for (int c = 0; t && c < t->said->verdict->candidate_count; c++)
            if (!listed(l, h, t->said->verdict->candidates[c]))
                add(l, h, t->said->verdict->candidates[c],
                    why_not(scene->env, h, t->said->verdict->candidates[c], p));
    }
}

// What else failed on the same nodes or registries at the time, and why it is another
// story.
static void neighbours(const struct pm_env *env, const struct pm_hits *hits, const struct pm_hit *h,
                       struct list *l) {
    for (size_t i = 0; i < hits->n && l->n < AGAINST_MAX; i++) {
        const struct pm_hit *o = &hits->items[i];
        if (o == h || o->dropped || o->side || listed(l, h, o->cause) || o->from > h->to ||
            o->to < h->from)
            continue;
        if ((o->explained_by && &PM_REF(*hits, o->explained_by) == h) ||
            (h->explained_by && &PM_REF(*hits, h->explained_by) == o))
            continue; // one story
        bool registry = pm_ids_meet(&o->registries, &h->registries);
        if (!registry && !pm_ids_meet(&o->nodes, &h->nodes)) continue;
        add(l, h, o->cause,
            pm_arena_fmt(env->a,
                         "%llu other %s at the time failed for it, of %s; those here say otherwise",
                         (unsigned long long)o->failed, o->failed == 1 ? "pull" : "pulls",
                         registry ? "other images of the same registry" : "another registry"));
    }
}

static void usual(const struct pm_scene *scene, struct pm_hit *h, struct list *l) {
    struct sight v = {.scene = scene, .h = h};
    look_at_pulls(&v);
    look_around(&v);
    const struct pm_taxon *t = pm_taxon_of(h->cause);
    for (size_t i = 0; i < t->rivals_n && l->n < AGAINST_MAX; i++) {
        struct pm_str why = PM_NONE;
        for (size_t k = 0; k < t->rivals[i].by_n && !why.n; k++) why = told(&v, t->rivals[i].by[k]);
        add(l, h, t->rivals[i].cause, why);
    }
}

void pm_against_fill(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h) {
    struct pm_incident *inc = h->incident;
    struct list l = {0};
    open_readings(scene, h, &l);
    neighbours(scene->env, hits, h, &l);
    usual(scene, h, &l);
    inc->against = PM_NEWN(scene->env->a, struct pm_against, l.n + 1);
    inc->against_n = inc->against_cap = l.n;
    if (l.n) memcpy(inc->against, l.items, l.n * sizeof *l.items);
    free(l.items);
}
