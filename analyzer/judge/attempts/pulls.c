// The list of pulls: its order, where each is looked up, and its end.
#include "judge/attempts/fold.h"
#include "base/once.h"
#include "base/sort.h"
#include <stdlib.h>

static const struct pm_particulars none;

const struct pm_particulars *pm_particulars_of(const struct pm_attempt *p) {
    return p->particulars ? p->particulars : &none;
}

struct pm_particulars *pm_particulars_edit(struct pm_pulls *pulls, struct pm_attempt *p) {
    if (!pulls->a) pulls->a = pm_arena_new();
    if (!p->particulars) p->particulars = PM_NEW(pulls->a, struct pm_particulars);
    return p->particulars;
}

void pm_pull_take(struct pm_attempt *p, uint32_t trace, uint32_t file) {
    if (!p->file) p->file = pm_ref_of(file);
    pm_few_add(&p->traces, trace);
}

// Those of a pull stand already where nothing of them has changed.
void pm_pull_name(struct pm_pulls *pulls, struct pm_attempt *p, const struct pm_pull_names *names) {
    if (p->names && memcmp(p->names, names, sizeof *names) == 0) return;
    if (!pulls->names) pulls->names = pm_once_new(sizeof *names);
    p->names = pm_once_keep(pulls->names, names);
}

void pm_pull_judge(struct pm_pulls *pulls, struct pm_attempt *p, const struct pm_verdict *v) {
    struct pm_pull_names names = *p->names;
    names.verdict = v;
    pm_pull_name(pulls, p, &names);
}

void pm_pull_set(struct pm_pulls *pulls, struct pm_attempt *p, size_t member, uint32_t id) {
    struct pm_pull_names names = *p->names;
    memcpy((char *)&names + member, &id, sizeof id);
    pm_pull_name(pulls, p, &names);
}

// A pull's place in order of time; those of one time are in order of node, image and how they
// were made.
static int by_place(const void *a, const void *b, void *of) {
    const struct pm_keyed *x = a, *y = b;
    const struct pm_attempt *items = of, *p = &items[x->of], *q = &items[y->of];
    if (p->node != q->node) return p->node < q->node ? -1 : 1;
    if (p->names->image != q->names->image) return p->names->image < q->names->image ? -1 : 1;
    return x->of < y->of ? -1 : x->of > y->of;
}
static struct pm_keyed *places_of(const struct pm_pulls *pulls) {
    struct pm_keyed *places = pm_xmalloc((pulls->n + 1) * sizeof *places);
    for (size_t i = 0; i < pulls->n; i++)
        places[i] = (struct pm_keyed){pm_key_of_int64(pm_at(&pulls->items[i])), i};
    pm_sort_keyed(places, pulls->n);
    for (size_t from = 0, to = 0; from < pulls->n; from = to) {
        while (to < pulls->n && places[to].key == places[from].key) to++;
        pm_sort(places + from, to - from, sizeof *places, by_place, pulls->items);
    }
    return places;
}

// Each of a circle of pulls to where the next one stood, so that no second list is needed.
static void put_in_place(struct pm_pulls *pulls, struct pm_keyed *places) {
    for (size_t i = 0; i < pulls->n; i++) {
        if (places[i].of == i) continue;
        struct pm_attempt first = pulls->items[i];
        size_t at = i;
        while (places[at].of != i) {
            size_t from = places[at].of;
            pulls->items[at] = pulls->items[from];
            places[at].of = at;
            at = from;
        }
        pulls->items[at] = first;
        places[at].of = at;
    }
}

void pm_fold_order(struct pm_evidence *ev, struct pm_pulls *pulls) {
    uint32_t *now = pm_xmalloc((pulls->n + 1) * sizeof *now);
    struct pm_keyed *places = places_of(pulls);
    now[0] = 0;
    for (size_t i = 0; i < pulls->n; i++) now[places[i].of + 1] = (uint32_t)i + 1;
    put_in_place(pulls, places);
    free(places);
    for (size_t i = 0; i < ev->traces.n; i++)
        ev->traces.items[i].pull = now[ev->traces.items[i].pull];
    for (size_t i = 0; i < ev->groups.n; i++)
        ev->groups.items[i].pull = now[ev->groups.items[i].pull];
    free(now);
}

struct pm_order pm_fold_by_node(const struct pm_pulls *pulls, const struct pm_ids *nodes) {
    struct pm_order out = {0};
    for (size_t i = 0; i < pulls->n && nodes->n; i++)
        if (pm_ids_has(nodes, pulls->items[i].node))
            pm_order_add(&out, pulls->items[i].node, pm_at(&pulls->items[i]), (uint32_t)i);
    pm_order_sort(&out);
    return out;
}

static bool went_well(const struct pm_attempt *p) { return p->outcome == PM_OUTCOME_OK; }
static bool is_good(const struct pm_attempt *p) {
    return went_well(p) || p->outcome == PM_OUTCOME_CACHED;
}
static uint32_t image_of(const struct pm_attempt *p) { return p->names->image; }
static uint32_t repository_of(const struct pm_attempt *p) { return p->names->repository; }

// Those that are asked for, by group, 0 first, and as the pulls are in order of time
// by time.
static struct pm_some_pulls some(const struct pm_pulls *pulls,
                                 bool (*is)(const struct pm_attempt *p),
                                 uint32_t (*group)(const struct pm_attempt *p)) {
    struct pm_order all = {0};
    for (size_t i = 0; i < pulls->n; i++)
        if (is(&pulls->items[i]))
            pm_order_add(&all, group(&pulls->items[i]), (int64_t)i, (uint32_t)i);
    pm_order_sort(&all);
    struct pm_some_pulls out = {pm_xmalloc(all.n * sizeof *out.items), all.n};
    for (size_t i = 0; i < all.n; i++) out.items[i] = all.items[i].index;
    free(all.items);
    return out;
}

size_t pm_ok_first(const struct pm_pulls *pulls, uint32_t image, int64_t at) {
    size_t lo = 0, hi = pulls->ok_by_image.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct pm_attempt *p = &pulls->items[pulls->ok_by_image.items[mid]];
        if (p->names->image < image || (p->names->image == image && pm_at(p) < at)) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

size_t pm_good_end(const struct pm_pulls *pulls, uint32_t repository, size_t end) {
    size_t lo = 0, hi = pulls->good_by_repository.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2, index = pulls->good_by_repository.items[mid];
        uint32_t of = pulls->items[index].names->repository;
        if (of < repository || (of == repository && index < end)) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

void pm_fold_find(struct pm_pulls *pulls) {
    pulls->begun = pm_xmalloc((pulls->n + 1) * sizeof *pulls->begun);
    for (size_t i = 0; i < pulls->n; i++) { // in time order: the newest stays
        const struct pm_attempt *p = &pulls->items[i];
        pulls->begun[i] =
            i && pulls->begun[i - 1] > pm_began(p) ? pulls->begun[i - 1] : pm_began(p);
        Word_t *first = pm_map_slot(&pulls->first_of_image, p->names->image);
        if (!*first) *first = pm_ref_of(i);
        if (is_good(p) && p->names->repository && p->names->tag)
            *pm_map_slot(&pulls->good_image, PM_PAIR(p->names->registry, p->names->repository)) =
                pm_ref_of(i);
    }
    pulls->ok_by_image = some(pulls, went_well, image_of);
    pulls->good_by_repository = some(pulls, is_good, repository_of);
}

size_t pm_pulls_begun(const struct pm_pulls *pulls, int64_t at) {
    size_t lo = 0, hi = pulls->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (pulls->begun[mid] < at) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

size_t pm_pull_first(const struct pm_pulls *pulls, int64_t at_) {
    size_t lo = 0, hi = pulls->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (pm_at(&pulls->items[mid]) < at_) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

int64_t pm_at_cluster(const struct pm_evidence *ev, const struct pm_attempt *p) {
    return pm_since(pm_at(p), pm_skew_of(ev, p->node));
}

static uint32_t pod_namespace(const struct pm_env *env, uint32_t pod) { // of "namespace/name"
    struct pm_str key = pm_name(env, pod);
    ptrdiff_t slash = pm_str_chr(key, '/', 0);
    return slash > 0 ? pm_intern_find(env->names, pm_str_sub(key, 0, (size_t)slash)) : 0;
}

uint32_t pm_pull_namespace(const struct pm_env *env, const struct pm_attempt *p) {
    uint32_t of_pod;
    if (p->names->k8s_namespace) of_pod = p->names->k8s_namespace;
    else if (p->pods.n) of_pod = pod_namespace(env, p->pods.items[0]);
    else of_pod = 0;
    return of_pod == UINT32_MAX ? 0 : of_pod;
}

void pm_pods_of_failed(const struct pm_pulls *pulls, struct pm_ids *pods) {
    for (size_t i = 0; i < pulls->n; i++) {
        const struct pm_attempt *p = &pulls->items[i];
        for (size_t k = 0; p->outcome == PM_OUTCOME_FAILED && k < p->pods.n; k++)
            pm_ids_add_new(pods, p->pods.items[k]);
    }
}

void pm_pulls_free(struct pm_pulls *pulls) {
    Word_t freed;
    for (size_t i = 0; i < pulls->n; i++) {
        pm_ids_free(&pulls->items[i].pods);
        pm_few_free(&pulls->items[i].traces);
    }
    if (pulls->a) pm_arena_free(pulls->a);
    pm_once_free(pulls->names);
    free(pulls->items);
    free(pulls->ok_by_image.items);
    free(pulls->good_by_repository.items);
    free(pulls->begun);
    JLFA(freed, pulls->first_of_image);
    JLFA(freed, pulls->good_image);
    (void)freed;
}
