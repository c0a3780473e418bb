// A record often makes several events: a pod with two containers, a kubelet line that
// dumps a container and repeats an error. People ask what the *line* means. So: the event
// that says most speaks for the record, takes over what its neighbours know (image, pod,
// status), and another event gets an answer of its own only where it is a different
// failure of a different image or pod.
#include "cli/answer.h"

#include <stdlib.h>

struct held { // an event kept past its callback
    struct pm_event event;
    struct pm_verdict verdict;
    int weight;
};
struct answering {
    struct pm_ruleset *rs;
    void (*got)(void *ctx, const struct pm_answer *answer);
    void *ctx;
    struct pm_arena *a; // of the record
    bool open;
    uint64_t line, offset;
    struct pm_answer base;
    struct held *events;
    size_t n, cap;
};

// How much an event says about trouble: a named cause, a failure, an attempt, anything.
static int weight_of(const struct pm_event *e, const struct pm_verdict *v) {
    static const int by_kind[PM_KIND_COUNT] = {
        [PM_KIND_PULL_FAIL] = 9,      [PM_KIND_MIRROR_TRY] = 8,   [PM_KIND_RUNTIME_DOWN] = 8,
        [PM_KIND_SECRET_MISSING] = 8, [PM_KIND_GC_FAIL] = 8,      [PM_KIND_DISK_PRESSURE] = 8,
        [PM_KIND_REQUEST] = 7,        [PM_KIND_PULL_BACKOFF] = 6, [PM_KIND_PULL_OK] = 6,
        [PM_KIND_PULL_START] = 5,     [PM_KIND_PULL_CACHED] = 5,  [PM_KIND_POD_STATE] = 4,
        [PM_KIND_OTHER] = 1,
    };
    bool known = v->cause >= 0 && v->rule;
    int kind = by_kind[e->kind] ? by_kind[e->kind] : 3;
    if (known) return 100 + kind - (e->flags & PM_EV_ECHO ? 5 : 0);
    return v->cause >= 0 ? 50 + kind : kind;
}
static bool differ(struct pm_str a, struct pm_str b) { return a.n && b.n && !pm_str_eq(a, b); }
static bool another(const struct held *x,
                    const struct held *y) { // a different failure of a different thing
    if (x->verdict.cause < 0 || x->verdict.cause == y->verdict.cause) return false;
    return differ(x->event.field[PM_F_IMAGE], y->event.field[PM_F_IMAGE]) ||
           differ(x->event.field[PM_F_POD], y->event.field[PM_F_POD]);
}
static void take_over(struct pm_event *e, const struct pm_event *from) {
    if (differ(e->field[PM_F_IMAGE], from->field[PM_F_IMAGE]) ||
        differ(e->field[PM_F_POD], from->field[PM_F_POD]))
        return;
    for (int i = 0; i < PM_F_COUNT; i++)
        if (!e->field[i].n) e->field[i] = from->field[i];
    if (!e->http_status) e->http_status = from->http_status;
    if (e->bytes < 0) e->bytes = from->bytes;
    if (!e->duration_ns) e->duration_ns = from->duration_ns;
    if (e->when.kind == PM_WHEN_NONE) e->when = from->when;
}
static const struct held *heaviest(const struct answering *w) {
    const struct held *best = &w->events[0];
    for (size_t i = 1; i < w->n; i++)
        if (w->events[i].weight > best->weight) best = &w->events[i];
    return best;
}
static void answer(struct answering *w, const struct held *h) {
    struct pm_answer out = w->base;
    out.event_made = true;
    out.event = h->event;
    out.verdict = h->verdict;
    for (size_t i = 0; i < w->n; i++)
        if (&w->events[i] != h) take_over(&out.event, &w->events[i].event);
    w->got(w->ctx, &out);
}
static void close_record(struct answering *w) {
    if (!w->open) return;
    w->open = false;
    if (!w->n) {
        w->base.verdict.cause = -1;
        w->got(w->ctx, &w->base);
    } else {
        const struct held *best = heaviest(w);
        answer(w, best);
        for (size_t i = 0; i < w->n; i++)
            if (another(&w->events[i], best)) answer(w, &w->events[i]);
    }
    w->n = 0;
    pm_arena_reset(w->a);
}
static void open_record(struct answering *w, const struct pm_record *r, const struct pm_parser *p) {
    w->open = true;
    w->line = r->line;
    w->offset = r->offset;
    w->base = (struct pm_answer){.format = p ? p->name : NULL,
                                 .envelope_count = r->envelope_count,
                                 .text = pm_arena_dup(w->a, r->text),
                                 .line = r->line};
    memcpy(w->base.envelopes, r->envelopes, sizeof w->base.envelopes);
    w->base.event.bytes = -1;
    w->base.event.when = r->hint.when;
    w->base.event.field[PM_F_NODE] = pm_arena_dup(w->a, r->hint.node);
}
static void on_record(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                      const struct pm_event *e) {
    struct answering *w = ctx;
    if (w->open && (w->line != r->line || w->offset != r->offset)) close_record(w);
    if (!w->open) open_record(w, r, p);
    if (p && !w->base.format) w->base.format = p->name;
    if (!e) return;
    struct held *h = PM_PUSH(w->events, w->n, w->cap);
    h->event = *e;
    for (int i = 0; i < PM_F_COUNT; i++) h->event.field[i] = pm_arena_dup(w->a, e->field[i]);
    h->verdict = pm_ruleset_classify(w->rs, &h->event);
    h->weight = weight_of(&h->event, &h->verdict);
}
void pm_answers(struct pm_ruleset *rs, struct pm_str text,
                void (*got)(void *ctx, const struct pm_answer *answer), void *ctx,
                struct pm_diags *diags) {
    struct answering w = {.rs = rs, .got = got, .ctx = ctx, .a = pm_arena_new()};
    pm_ingest_text_every(text, on_record, &w, diags);
    close_record(&w);
    free(w.events);
    pm_arena_free(w.a);
}

struct first {
    struct pm_arena *a;
    struct pm_event *e;
    bool any;
};
static void keep_first(void *ctx, const struct pm_answer *answer) {
    struct first *f = ctx;
    if (f->any || !answer->event_made) return;
    f->any = true;
    *f->e = answer->event;
    for (int i = 0; i < PM_F_COUNT; i++)
        f->e->field[i] = pm_arena_dup(f->a, answer->event.field[i]);
}
bool pm_answer_event(struct pm_ruleset *rs, struct pm_str line, struct pm_event *e,
                     struct pm_arena *a) {
    struct pm_diags *diags = pm_diags_new();
    struct first f = {a, e, false};
    pm_answers(rs, line, keep_first, &f, diags);
    pm_diags_free(diags);
    return f.any;
}
