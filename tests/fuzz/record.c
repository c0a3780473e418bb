// One record at a time: to one envelope, or to one parser where it bids for it.
#include "kinds.h"
#include <stdlib.h>
#include "framing/frame.h"
#include "framing/documents/frame_docs.h"

const char *fuzz_envelope_variant(size_t i) {
    return pm_envelopes[i] ? pm_envelopes[i]->name : NULL;
}
const char *fuzz_parser_variant(size_t i) { return pm_parsers[i] ? pm_parsers[i]->name : NULL; }

static void see_hint(const struct pm_envelope_hint *h) {
    fuzz_see(h->node), fuzz_see(h->ident), fuzz_see(h->unit), fuzz_see(h->pid);
    fuzz_see(h->stream), fuzz_see(h->k8s_namespace), fuzz_see(h->pod), fuzz_see(h->container);
}

void fuzz_envelope(struct fuzz_bytes in, size_t variant) {
    const struct pm_envelope *e = pm_envelopes[variant];
    struct pm_arena *a = pm_arena_new();
    struct pm_str line = fuzz_rest(&in), inner = PM_NONE, key = PM_NONE;
    struct pm_envelope_hint hint = {0};
    const json_t *inside = NULL;
    json_t *json = line.n ? json_loadb(line.p, line.n, 0, NULL) : NULL;
    if (e->peel && line.n) e->peel(a, line, &inner, &hint, &key);
    fuzz_see(inner), fuzz_see(key), see_hint(&hint);
    inner = key = PM_NONE;
    hint = (struct pm_envelope_hint){0};
    if (e->peel_json && json_is_object(json)) e->peel_json(a, json, &inner, &inside, &hint, &key);
    fuzz_see(inner), fuzz_see(key), see_hint(&hint);
    json_decref(json);
    pm_arena_free(a);
}

// Reads what a parser hands over, as framing does with it.
static void on_event(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e) {
    pm_event_normalise(ctx->a, e);
    for (int i = 0; i < PM_F_COUNT; i++) fuzz_see(e->field[i]);
    pm_lift_emit_mirrors(ctx, r, e);
}
static void on_bad(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *code,
                   const char *message) {
    (void)ctx, (void)r;
    fuzz_see(pm_str_c(code));
    fuzz_see(pm_str_c(message));
}
static void on_stamps(struct pm_parse_ctx *ctx, const struct pm_record *r,
                      const struct pm_when *own, const struct pm_when *beside) {
    (void)ctx, (void)r, (void)own, (void)beside;
}
static void on_fact(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_fact fact,
                    struct pm_str text, const struct pm_when *when) {
    (void)ctx, (void)r, (void)fact, (void)when;
    fuzz_see(text);
}
static void ask(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    if (!(ctx->parser->shapes & r->shape)) return;
    if (ctx->parser->bid(r, ctx->state) > 0) ctx->parser->parse(ctx, r);
}
static void records(struct pm_parse_ctx *ctx, struct pm_str text) {
    struct pm_record r = {.path = PM_STR("n1/input.log"), .line = 1, .text = text, .raw = text};
    json_t *json = json_loadb(text.p, text.n, 0, NULL);
    r.shape = PM_SHAPE_FILE;
    ask(ctx, &r);
    r.shape = PM_SHAPE_JSON;
    r.json = json;
    if (json_is_object(json)) ask(ctx, &r);
    r.json = NULL;
    r.shape = PM_SHAPE_LINE;
    ask(ctx, &r);
    // And its lines, one after the other, as a table's rows come behind their head.
    for (struct pm_str rest = text; rest.n && memchr(text.p, '\n', text.n);) {
        ptrdiff_t at = pm_str_chr(rest, '\n', 0);
        r.text = r.raw = at < 0 ? rest : pm_str_sub(rest, 0, (size_t)at);
        rest = at < 0 ? PM_NONE : pm_str_from(rest, (size_t)at + 1);
        if (r.text.n) ask(ctx, &r);
        r.line++;
    }
    json_decref(json);
}
void fuzz_parser(struct fuzz_bytes in, size_t variant) {
    const struct pm_parser *p = pm_parsers[variant];
    struct pm_str text = fuzz_rest(&in);
    static const struct pm_emitter seen = {
        .event = on_event, .bad = on_bad, .stamps = on_stamps, .fact = on_fact};
    struct pm_parse_ctx ctx = {.a = pm_arena_new(),
                               .member = pm_arena_new(),
                               .emit = &seen,
                               .parser = p,
                               .every = text.n & 1};
    ctx.state = pm_arena_alloc(ctx.member, p->state_bytes);
    fuzz_rules();
    if (text.n) records(&ctx, text);
    struct pm_record last = {.shape = PM_SHAPE_LINE, .path = PM_STR("n1/input.log"), .line = 9};
    if (p->finish) p->finish(&ctx, &last);
    pm_arena_free(ctx.member);
    pm_arena_free(ctx.a);
}

// ---- objects by a parser's list of members, after others and as the first, and as trees

static const struct pm_parser *listing(size_t i) {
    for (size_t k = 0; pm_parsers[k]; k++)
        if (pm_parsers[k]->fields && !i--) return pm_parsers[k];
    return NULL;
}
const char *fuzz_fields_variant(size_t i) { return listing(i) ? listing(i)->name : NULL; }

static void must_agree(const struct pm_json_field *x, const struct pm_json_field *y, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (x[i].type != y[i].type || !pm_str_eq(x[i].text, y[i].text) ||
            (x[i].type == PM_JSON_INTEGER && x[i].integer != y[i].integer) ||
            (x[i].type == PM_JSON_REAL && x[i].real != y[i].real))
            abort();
}

static size_t object_at(struct frame_fields_memo *memo, struct pm_str s,
                        const struct pm_json_fields *list) {
    struct pm_json_field after[PM_JSON_WANTS_MAX], first[PM_JSON_WANTS_MAX],
        tree[PM_JSON_WANTS_MAX];
    struct pm_arena *a = pm_arena_new();
    struct frame_fields_memo fresh = {{0}, {NULL}, NULL};
    uint64_t newlines, as_first;
    json_error_t err;
    size_t used = frame_fields_read(a, memo, s, list, after, &newlines);
    if (frame_fields_read(a, &fresh, s, list, first, &as_first) != used) abort();
    frame_fields_forget(&fresh);
    if (used) {
        json_t *v = frame_json_load(a, pm_str_sub(s, 0, used), &err);
        if (!v || newlines != as_first) abort();
        pm_json_fields_of(v, list, tree);
        must_agree(after, first, list->n);
        must_agree(after, tree, list->n);
        list->sure(after);
        json_decref(v);
    }
    pm_arena_free(a);
    return used;
}

void fuzz_fields(struct fuzz_bytes in, size_t variant) {
    struct frame_fields_memo memo = {{0}, {NULL}, NULL};
    struct pm_str rest = fuzz_rest(&in);
    while (rest.n) {
        const char *brace = memchr(rest.p, '{', rest.n);
        if (!brace) break;
        rest = pm_str_from(rest, (size_t)(brace - rest.p));
        size_t used = object_at(&memo, rest, listing(variant)->fields);
        rest = pm_str_from(rest, used ? used : 1);
    }
    frame_fields_forget(&memo);
}
