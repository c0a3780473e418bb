// What speaks of pulls and was not counted, because who wrote it was not there: listed by
// file and writer, so that a reader knows where else to look.
#include "judge/state.h"
#include "pm/image.h"
#include <stdlib.h>
#include <string.h>

#define RUMOUR_NS PM_S(10)

static bool speaks_of_pulls(const struct pm_state *s, const struct pm_row *row) {
    const struct pm_event *e = &row->event;
    if (e->kind == PM_KIND_OTHER)
        return e->field[PM_F_ERROR].n && pm_ruleset_classify(s->rules, e).cause >= 0;
    return (e->kind >= PM_KIND_PULL_START && e->kind <= PM_KIND_PULL_BACKOFF) ||
           e->kind == PM_KIND_MIRROR_TRY || e->kind == PM_KIND_SECRET_MISSING;
}

static void rumour(struct pm_state *s, const struct pm_row *row) {
    const struct pm_str *f = row->event.field;
    struct pm_image image;
    if (row->event.kind != PM_KIND_PULL_FAIL || row->ts_ns == PM_NO_TIME || !f[PM_F_POD].n ||
        !f[PM_F_NAMESPACE].n || !f[PM_F_IMAGE].n)
        return;
    bool known = pm_image_parse(s->scratch, f[PM_F_IMAGE], &image);
    *PM_PUSH(s->rumours.items, s->rumours.n, s->rumours.cap) =
        (struct pm_rumour){.ts = row->ts_ns,
                           .node = pm_id(s, f[PM_F_NODE]),
                           .image = pm_id(s, known && image.norm.n ? image.norm : f[PM_F_IMAGE]),
                           .namespace = pm_id(s, f[PM_F_NAMESPACE]),
                           .pod = pm_id(s, f[PM_F_POD])};
}

void pm_hearsay_row(struct pm_state *s, const struct pm_row *row) {
    struct pm_report *r = s->report;
    if (!speaks_of_pulls(s, row)) return;
    rumour(s, row);
    uint32_t key =
        pm_id_fmt(s, "hearsay/%u/%.*s", row->file, PM_FMT(row->event.field[PM_F_WRITER]));
    Word_t *slot = pm_map_slot(&s->hearsay_at, key);
    if (!*slot) {
        *PM_PUSH(r->hearsay, r->hearsay_n, r->hearsay_cap) =
            (struct pm_hearsay){.file = pm_arena_dup(s->a, pm_str_c(row->path)),
                                .pod = pm_arena_dup(s->a, row->event.field[PM_F_WRITER]),
                                .text = pm_arena_dup(s->a, row->raw),
                                .line = row->line};
        *slot = r->hearsay_n;
    }
    struct pm_hearsay *h = &r->hearsay[*slot - 1];
    if (row->line != h->last_line) h->lines++; // a line that makes several events is one line
    h->last_line = row->line;
    if (row->line >= h->line) return;
    h->line = row->line;
    h->text = pm_arena_dup(s->a, row->raw);
}

static int by_place(const void *a, const void *b) {
    const struct pm_hearsay *x = a, *y = b;
    int c = pm_path_order(x->file, y->file);
    return c ? c : pm_str_cmp(x->pod, y->pod);
}

void pm_hearsay_fill(struct pm_state *s) {
    struct pm_report *r = s->report;
    if (r->hearsay_n > 1) qsort(r->hearsay, r->hearsay_n, sizeof *r->hearsay, by_place);
}

static int64_t apart(int64_t a, int64_t b) { return a > b ? a - b : b - a; }

static const struct pm_rumour *nearest(struct pm_state *s, const struct pm_attempt *p) {
    const struct pm_rumour *best = NULL;
    for (size_t i = 0; i < s->rumours.n; i++) {
        const struct pm_rumour *r = &s->rumours.items[i];
        if (r->image != p->image || (r->node && p->node && pm_facts_node(s, r->node) != p->node) ||
            apart(r->ts, p->ended) > RUMOUR_NS)
            continue;
        if (!best || apart(r->ts, p->ended) < apart(best->ts, p->ended)) best = r;
    }
    return best;
}

// A witness of a node's runtime knows no pod. What an exporter or a bot repeats of the
// same image, node and moment may say which one it was, and nothing else: a client's own
// pull has none, and a pull whose pod is known keeps it.
void pm_hearsay_pods(struct pm_state *s) {
    for (size_t i = 0; i < s->pulls.n && s->rumours.n; i++) {
        struct pm_attempt *p = &s->pulls.items[i];
        if (p->outcome != PM_OUTCOME_FAILED || p->merged || p->pods.n || !p->node || !p->image ||
            p->ended == PM_NO_TIME || p->origin > PM_ORIGIN_KUBELET)
            continue;
        const struct pm_rumour *r = nearest(s, p);
        if (!r) continue;
        struct pm_pod_fact *pod = pm_facts_pod_made(s, r->namespace, r->pod);
        if (!pod->node) pod->node = p->node;
        if (pod->node == p->node) pm_ids_add_new(&p->pods, pod->key);
    }
}
