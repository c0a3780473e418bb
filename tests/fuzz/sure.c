// Lines of which a parser says that it is sure (parser.h): read with and without that, the
// same must come out; of a line that is like others, the same again for another layer; and
// of a manifest's line, that of a layer from the same place, which is taken for one like it.
// Of all targets this one has an opinion: it ends by abort where two readings differ.
#include "kinds.h"
#include "pm/parser.h"
#include <stdio.h>
#include <stdlib.h>

#define DIGEST_BYTES 64

struct told { // what one reading handed over, as text
    struct pm_buf text;
    bool without_layer; // its URL and digest are another's
    bool of_place;      // and so are its stage and size and what names the manifest
};

static bool is_told(const struct told *t, int field) {
    if (t->without_layer && (field == PM_F_URL || field == PM_F_DIGEST)) return false;
    return !t->of_place || (field != PM_F_TAG && field != PM_F_IMAGE);
}

static void on_event(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e) {
    struct told *t = ctx->reader;
    (void)r;
    pm_event_normalise(ctx->a, e);
    if (t->of_place && e->stage == PM_STAGE_MANIFEST) e->stage = PM_STAGE_BLOB;
    pm_buf_fmt(&t->text, "%d %d %d %d %u %u %lld %lld %lld %lld %lld %d", (int)e->kind,
               (int)e->component, (int)e->stage, e->http_status, e->flags, e->count,
               (long long)e->when.ns, (long long)e->bytes, (long long)e->duration_ns,
               (long long)e->limit, (long long)e->remaining, (int)e->when.kind);
    for (int i = 0; i < PM_F_COUNT; i++)
        if (is_told(t, i)) pm_buf_fmt(&t->text, "|%.*s", PM_FMT(e->field[i]));
    pm_buf_addc(&t->text, '\n');
}
static void on_bad(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *code,
                   const char *message) {
    struct told *t = ctx->reader;
    (void)r;
    pm_buf_fmt(&t->text, "%s %s\n", code, message);
}

static void read_line(const struct pm_parser *p, struct pm_str line, bool sure, struct told *t) {
    static const struct pm_emitter kept = {.event = on_event, .bad = on_bad};
    struct pm_record r = {.path = PM_STR("n1/input.log"),
                          .line = 1,
                          .text = line,
                          .raw = line,
                          .shape = PM_SHAPE_LINE,
                          .sure = sure};
    struct pm_parse_ctx ctx = {
        .a = pm_arena_new(), .member = pm_arena_new(), .emit = &kept, .parser = p, .reader = t};
    ctx.state = pm_arena_alloc(ctx.member, p->state_bytes);
    if (!sure && p->bid(&r, ctx.state) <= 0) pm_buf_lit(&t->text, "no bid\n");
    else p->parse(&ctx, &r);
    pm_arena_free(ctx.member);
    pm_arena_free(ctx.a);
}

static void same(struct told *a, struct told *b, const char *what, struct pm_str line) {
    if (!pm_str_eq(pm_buf_str(&a->text), pm_buf_str(&b->text))) {
        fprintf(stderr, "%s differs: %.*s\n%.*s%.*s", what, PM_FMT(line),
                PM_FMT(pm_buf_str(&a->text)), PM_FMT(pm_buf_str(&b->text)));
        abort();
    }
    pm_buf_free(&a->text);
    pm_buf_free(&b->text);
}

// The line with another layer in it, or a layer for its manifest, and nothing else changed.
static void another_layer(const struct pm_parser *p, struct pm_str line,
                          const struct pm_alike *alike) {
    struct told one = {.without_layer = true, .of_place = !alike->layer}, other = one;
    size_t at = (size_t)(alike->same[1].p - line.p) + alike->same[1].n,
           behind = (size_t)(alike->same[2].p - line.p);
    struct pm_buf copy = {0};
    pm_buf_add(&copy, pm_str_sub(line, 0, at));
    pm_buf_lit(&copy, "/blobs/sha256:");
    for (size_t i = 0; i < DIGEST_BYTES; i++) pm_buf_addc(&copy, "e1d0c"[i % 5]);
    pm_buf_add(&copy, pm_str_from(line, behind));
    const struct pm_alike *layer = NULL;
    if (!p->sure_line(pm_buf_str(&copy), &layer) || !layer || !layer->layer) abort();
    for (int i = 0; i < PM_ALIKE_PARTS; i++)
        if (!pm_str_eq(layer->same[i], alike->same[i])) abort();
    read_line(p, line, false, &one);
    read_line(p, pm_buf_str(&copy), false, &other);
    same(&one, &other, alike->layer ? "another layer" : "a layer of the manifest", line);
    pm_buf_free(&copy);
}

static void try_line(struct pm_str line) {
    for (size_t i = 0; pm_parsers[i]; i++) {
        const struct pm_alike *alike = NULL;
        struct told sure = {.without_layer = false}, asked = {.without_layer = false};
        if (!pm_parsers[i]->sure_line || !pm_parsers[i]->sure_line(line, &alike)) continue;
        const struct pm_alike like = alike ? *alike : (struct pm_alike){.bytes = 0};
        read_line(pm_parsers[i], line, true, &sure);
        read_line(pm_parsers[i], line, false, &asked);
        same(&sure, &asked, pm_parsers[i]->name, line);
        if (alike) another_layer(pm_parsers[i], line, &like);
    }
}

// Framing asks of nothing else (parser.h): printable ASCII without a backslash.
static bool is_plain(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~' || s.p[i] == '\\') return false;
    return s.n > 0;
}

void fuzz_sure(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    for (struct pm_str rest = fuzz_rest(&in); rest.n;) {
        ptrdiff_t at = pm_str_chr(rest, '\n', 0);
        struct pm_str line = at < 0 ? rest : pm_str_sub(rest, 0, (size_t)at);
        rest = at < 0 ? PM_NONE : pm_str_from(rest, (size_t)at + 1);
        if (is_plain(line)) try_line(line);
    }
}
