// Which incident led to which: rules/correlate.yaml's links, taken only where something shows the step (design.md, "From pulls to incidents", 4).
//
// A link needs the shared key, the lag and, where it says `observed`, a line of its own: an image removed by GC before it was pulled again, a mirror that
// failed within the very attempt. Time order alone makes no chain.
#include "judge/state.h"

static bool names(const char *match, int cause) { return pm_cause_is(cause, match) || pm_cause_in(cause, match); }

static bool common(const struct pm_ids *a, const struct pm_ids *b) {
    for (size_t i = 0; i < a->n; i++)
        if (pm_ids_has(b, a->items[i])) return true;
    return false;
}

// Image GC ran on a node of the effect after the cause began and before the effect did; best where it removed an image of the effect.
static bool gc_between(struct pm_state *s, const struct pm_hit *from, const struct pm_hit *to) {
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if ((t->kind != PM_KIND_GC_OK && t->kind != PM_KIND_GC_START) || !pm_time_in(t->ts, from->from - PM_S(5), to->to)) continue;
        if (t->node && !pm_ids_has(&to->nodes, t->node)) continue;
        if (!t->image || pm_ids_has(&to->images, t->image) || t->ts <= to->from) return true;
    }
    return false;
}

static bool evicted_between(struct pm_state *s, const struct pm_hit *from, const struct pm_hit *to) {
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (pm_str_eqc(pm_name(s, t->reason), "Evicted") && pm_time_in(t->ts, from->from - PM_S(60), to->to) && (!t->node || pm_ids_has(&to->nodes, t->node)))
            return true;
    }
    return false;
}

// The attempts of the effect tried the mirror first; or, shortly before, other pulls of these nodes got past it only by going upstream.
static bool mirror_before(struct pm_state *s, const struct pm_hit *from, const struct pm_hit *to) {
    for (size_t i = 0; i < to->pulls.n; i++) {
        const struct pm_attempt *p = &s->pulls.items[to->pulls.items[i]];
        if (p->mirror_cause && (int)p->mirror_cause - 1 == from->cause) return true;
    }
    for (size_t i = 0; i < from->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[from->traces.items[i]];
        if (t->kind == PM_KIND_MIRROR_TRY && pm_is_mirror(s, t) && pm_ids_has(&to->nodes, t->node) && t->ts <= to->to) return true;
    }
    return false;
}

static bool observed(struct pm_state *s, const struct pm_link_rule *r, const struct pm_hit *from, const struct pm_hit *to) {
    if (!r->observed) return true;
    if (strcmp(r->observed, "gc") == 0) return gc_between(s, from, to) || evicted_between(s, from, to);
    if (strcmp(r->observed, "mirror") == 0) return mirror_before(s, from, to);
    return strcmp(r->observed, "storm") == 0 && from->to <= to->from && to->failed > from->failed;
}

static bool shared(const struct pm_link_rule *r, const struct pm_hit *from, const struct pm_hit *to) {
    if (strcmp(r->share, "node") == 0) return common(&from->nodes, &to->nodes);
    if (strcmp(r->share, "registry") == 0) return common(&from->registries, &to->registries);
    if (strcmp(r->share, "image") == 0) return common(&from->images, &to->images);
    return true; // attempt: the observation itself shows it
}

static bool in_time(const struct pm_link_rule *r, const struct pm_hit *from, const struct pm_hit *to) {
    if (from->from == PM_NO_TIME || to->from == PM_NO_TIME) return false;
    return to->from >= from->from - r->back_ns && to->from - from->from <= r->lag_ns;
}

static bool ancestor(const struct pm_state *s, size_t of, size_t candidate) {
    for (size_t at = of, steps = 0; steps <= s->hits.n; steps++) {
        if (at == candidate) return true;
        if (!s->hits.items[at].explained_by) return false;
        at = s->hits.items[at].explained_by - 1;
    }
    return true;
}

static void explain(struct pm_state *s, size_t effect) {
    struct pm_hit *to = &s->hits.items[effect];
    if (to->dropped) return;
    int64_t best = INT64_MAX;
    for (size_t k = 0; k < s->links.n; k++) {
        const struct pm_link_rule *r = &s->links.items[k];
        if (!names(r->to, to->cause)) continue;
        for (size_t i = 0; i < s->hits.n; i++) {
            const struct pm_hit *from = &s->hits.items[i];
            if (i == effect || from->dropped || !names(r->from, from->cause) || !in_time(r, from, to) || !shared(r, from, to) || ancestor(s, i, effect) ||
                !observed(s, r, from, to))
                continue;
            int64_t lag = to->from > from->from ? to->from - from->from : from->from - to->from;
            if (lag >= best) continue;
            best = lag;
            to->explained_by = (uint32_t)i + 1;
            to->via = (uint32_t)k + 1;
        }
    }
}

// Trouble beside the pulls that explains nothing is dropped: it was passed over, retried or harmless. A runtime that stayed away is kept.
static bool stands_alone(const struct pm_state *s, const struct pm_hit *h) {
    uint64_t lines = 0;
    for (size_t i = 0; i < h->traces.n; i++) lines += s->traces.items[h->traces.items[i]].count;
    return pm_cause_is(h->cause, "runtime.unavailable") && lines >= 10 && h->to - h->from >= PM_S(20);
}

// A root begins before what it led to, though the first line that tells of it comes later: with the stop of the runtime that it is about, else at the latest
// with its effect.
static void root_first(struct pm_state *s, const struct pm_hit *effect, struct pm_hit *root) {
    if (root->from <= effect->from) return;
    int64_t began = effect->from;
    for (size_t i = 0; i < s->traces.n && pm_cause_in(root->cause, "runtime"); i++) {
        const struct pm_trace *t = &s->traces.items[i];
        if (t->kind != PM_KIND_RUNTIME_STOP || !pm_ids_has(&root->nodes, t->node) || !pm_time_in(t->ts, pm_since(effect->from, PM_S(60)), effect->from))
            continue;
        began = t->ts;
        break;
    }
    root->from = began;
}

void pm_chain_links(struct pm_state *s) {
    for (size_t i = 0; i < s->hits.n; i++) explain(s, i);
    for (size_t i = 0; i < s->hits.n; i++) {
        struct pm_hit *h = &s->hits.items[i];
        bool explains = false;
        for (size_t k = 0; k < s->hits.n && !explains; k++)
            explains = s->hits.items[k].explained_by == i + 1 && !(s->hits.items[k].side && !s->hits.items[k].failed);
        h->dropped = h->dropped || (h->side && !h->failed && !explains && !stands_alone(s, h));
    }
    for (size_t i = 0; i < s->hits.n; i++) {
        struct pm_hit *h = &s->hits.items[i];
        if (h->explained_by && s->hits.items[h->explained_by - 1].dropped) h->explained_by = 0;
    }
    for (size_t i = 0; i < s->hits.n; i++) { // from each effect up to its root
        size_t steps = 0;
        for (struct pm_hit *h = &s->hits.items[i]; !h->dropped && h->explained_by && steps < s->hits.n; h = &s->hits.items[h->explained_by - 1], steps++)
            root_first(s, h, &s->hits.items[h->explained_by - 1]);
    }
}
