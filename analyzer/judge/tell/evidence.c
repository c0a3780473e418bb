// The lines a verdict stands on: few, the best first, each with the reason it is shown.
//
// Chosen per incident: the first failure, the clearest line of each program, the line
// that settled an ambiguity, the step that links it to its cause, the last failure and
// the success after it. Their texts are fetched from the timeline in one walk.
#include "judge/tell/tell.h"
#include <stdlib.h>

#define EVIDENCE_MAX 8

struct pick {
    uint64_t event;
    uint32_t hit, n; // n: picked as the n-th
    int rank;
    struct pm_str why;
};
struct picks {
    const struct pm_scene *scene;
    const struct pm_hits *hits;
    PM_LIST(struct pick) list;
};

static void pick(struct picks *p, size_t hit, uint64_t event, int rank, struct pm_str why) {
    if (!event) return;
    for (size_t i = 0; i < p->list.n; i++) // few a hit
        if (p->list.items[p->list.n - 1 - i].hit != hit) break;
        else if (p->list.items[p->list.n - 1 - i].event == event) return;
    *PM_PUSH(p->list.items, p->list.n, p->list.cap) =
        (struct pick){event, (uint32_t)hit, (uint32_t)p->list.n, rank, why};
}

static const struct pm_trace *best_of(const struct pm_scene *scene, const struct pm_hit *h,
                                      int component) {
    const struct pm_trace *best = NULL;
    int best_rank = -1;
    for (size_t i = 0; i < h->pulls.n && i < 2000; i++) {
        const struct pm_attempt *p = &scene->pulls->items[h->pulls.items[i]];
        for (size_t k = 0; k < p->traces.n; k++) {
            const struct pm_trace *t = &scene->ev->traces.items[pm_few_at(&p->traces, k)];
            if (t->said->component != component || t->said->kind == PM_KIND_PULL_START ||
                t->said->kind == PM_KIND_PULL_OK)
                continue;
            int rank = (t->said->verdict->cause == h->cause ? 4 : 0) +
                       (t->said->verdict->candidate_count <= 1 ? 2 : 0) + (t->said->error ? 1 : 0);
            if (rank <= best_rank) continue;
            best = t;
            best_rank = rank;
        }
    }
    return best;
}

static const char *teller(int component) {
    switch (component) {
    case PM_COMP_CRIO: return "CRI-O";
    case PM_COMP_KUBELET: return "the kubelet";
    case PM_COMP_EVENTS: return "an event";
    case PM_COMP_OBJECTS: return "an object's status";
    case PM_COMP_CLIENT: return "the client";
    case PM_COMP_REGISTRY: return "the registry";
    case PM_COMP_PROXY: return "the proxy";
    default: return pm_component_names[component];
    }
}

static void pick_for(struct picks *p, size_t index) {
    const struct pm_hit *h = &p->hits->items[index];
    static const int order[] = {PM_COMP_DOCKERD, PM_COMP_CONTAINERD, PM_COMP_CRIO,
                                PM_COMP_KUBELET, PM_COMP_EVENTS,     PM_COMP_OBJECTS,
                                PM_COMP_CLIENT,  PM_COMP_REGISTRY,   PM_COMP_PROXY};
    if (h->pulls.n) {
        const struct pm_attempt *first = &p->scene->pulls->items[h->pulls.items[0]],
                                *last = &p->scene->pulls->items[h->pulls.items[h->pulls.n - 1]];
        pick(p, index, first->best, 90, PM_STR("the first failed pull of this incident"));
        if (h->pulls.n > 1) pick(p, index, last->best, 20, PM_STR("the last failed pull"));
    }
    for (size_t i = 0; i < PM_LEN(order); i++) {
        const struct pm_trace *t = best_of(p->scene, h, order[i]);
        if (t)
            pick(p, index, t->id,
                 t->said->verdict->cause == h->cause && t->said->verdict->candidate_count <= 1
                     ? 80 - (int)i
                     : 50 - (int)i,
                 t->said->verdict->cause == h->cause && t->said->verdict->candidate_count <= 1
                     ? pm_arena_fmt(p->scene->env->a, "%s names the cause", teller(order[i]))
                     : pm_arena_fmt(p->scene->env->a, "the same attempt as %s tells it",
                                    teller(order[i])));
    }
    for (size_t i = 0; i < h->groups.n; i++) {
        const struct pm_request_group *g = &p->scene->ev->groups.items[h->groups.items[i]];
        if (g->worst <= 0 || (PM_REF(*p->scene->pulls, g->pull).status &&
                              PM_REF(*p->scene->pulls, g->pull).status != g->worst))
            continue;
        pick(p, index, g->best, 60,
             pm_arena_fmt(p->scene->env->a, "the registry side answered %d", g->worst));
        break;
    }
    for (size_t i = 0; i < h->traces.n && i < 2; i++)
        pick(p, index, p->scene->ev->traces.items[h->traces.items[i]].id, 40,
             h->refused ? PM_STR("a refusal") : PM_STR("seen beside the pulls"));
    if (h->back)
        pick(p, index, PM_REF(*p->scene->pulls, h->back).best, 10,
             PM_STR("the first success after it"));
    if (h->explained_by)
        for (size_t i = 0; i < p->scene->ev->sides.n; i++) {
            const struct pm_trace *t = &p->scene->ev->traces.items[p->scene->ev->sides.items[i]];
            if (t->said->kind != PM_KIND_GC_OK || !pm_ids_has(&h->nodes, t->node) ||
                !t->said->image || !pm_ids_has(&h->images, t->said->image))
                continue;
            pick(p, index, t->id, 45,
                 PM_STR("the image was removed before it had to be pulled again"));
            break;
        }
}

static int by_rank(const void *a, const void *b) {
    const struct pick *x = a, *y = b;
    if (x->hit != y->hit) return x->hit < y->hit ? -1 : 1;
    if (x->rank != y->rank) return x->rank > y->rank ? -1 : 1;
    return x->n < y->n ? -1 : x->n > y->n;
}

struct fetch {
    const struct pm_env *env;
    struct picks *p;
    struct pm_evidence_line *lines;
    Pvoid_t first;  // event → index + 1 of its first pick
    uint32_t *next; // index + 1 of the next pick of the same event
};

static bool fetched(void *ctx, const struct pm_row *row) {
    struct fetch *f = ctx;
    for (Word_t i = pm_map_get(f->first, row->id); i; i = f->next[i - 1]) {
        struct pm_evidence_line *e = &f->lines[i - 1];
        e->file = pm_arena_dup(f->env->a, pm_str_c(row->path));
        e->line = row->line;
        e->event = row->id;
        e->time_ns = row->ts_ns;
        e->component = pm_str_c(pm_component_names[row->event.component]);
        e->text = pm_arena_dup(f->env->a, row->raw.n ? row->raw : row->event.field[PM_F_ERROR]);
    }
    return true;
}

static void fetch_texts(const struct pm_env *env, struct picks *p, struct pm_evidence_line *lines) {
    struct pm_buf where = {0};
    struct fetch f = {
        .env = env, .p = p, .lines = lines, .next = pm_xmalloc((p->list.n + 1) * sizeof *f.next)};
    Word_t freed;
    for (size_t i = 0; i < p->list.n; i++) {
        Word_t *slot = pm_map_slot(&f.first, p->list.items[i].event);
        f.next[i] = (uint32_t)*slot;
        *slot = pm_ref_of(i);
    }
    for (size_t at = 0; at < p->list.n;) { // in portions that SQLite parses with ease
        pm_buf_clear(&where);
        pm_buf_lit(&where, "id IN (");
        for (size_t n = 0; n < 500 && at < p->list.n; n++, at++)
            pm_buf_fmt(&where, "%s%llu", n ? "," : "", (unsigned long long)p->list.items[at].event);
        pm_buf_lit(&where, ")");
        pm_timeline_each(env->timeline, where.p, fetched, &f);
    }
    JLFA(freed, f.first);
    (void)freed;
    free(f.next);
    pm_buf_free(&where);
}

void pm_evidence_pick(const struct pm_scene *scene, struct pm_hits *hits) {
    struct picks p = {.scene = scene, .hits = hits};
    for (size_t i = 0; i < hits->n; i++)
        if (!hits->items[i].dropped) pick_for(&p, i);
    if (p.list.n > 1) qsort(p.list.items, p.list.n, sizeof *p.list.items, by_rank);
    struct pm_evidence_line *lines = PM_NEWN(scene->env->a, struct pm_evidence_line, p.list.n + 1);
    fetch_texts(scene->env, &p, lines);
    for (size_t i = 0; i < p.list.n; i++) {
        struct pm_incident *inc = hits->items[p.list.items[i].hit].incident;
        if (inc->evidence_n == EVIDENCE_MAX || !lines[i].text.n) continue;
        if (!inc->evidence)
            inc->evidence = PM_NEWN(scene->env->a, struct pm_evidence_line, EVIDENCE_MAX);
        lines[i].why = p.list.items[i].why;
        inc->evidence[inc->evidence_n++] = lines[i];
    }
    free(p.list.items);
}
