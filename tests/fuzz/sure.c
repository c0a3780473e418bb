// Lines of which a parser says that it is sure (parser.h): read with and without that, the
// same must come out; and of a line that is like others, the same again for another layer.
// Of all targets this one has an opinion: it ends by abort where two readings differ.
#include "kinds.h"
#include "pm/parser.h"
#include <stdio.h>
#include <stdlib.h>

#define DIGEST_BYTES 64

struct told { // what one reading handed over, as text
    struct pm_buf text;
    bool without_layer; // its URL and digest are another's
};

static void on_event(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e) {
    struct told *t = ctx->reader;
    (void)r;
    pm_event_normalise(ctx->a, e);
    pm_buf_fmt(&t->text, "%d %d %d %d %u %u %lld %lld %lld %lld %lld %d", (int)e->kind,
               (int)e->component, (int)e->stage, e->http_status, e->flags, e->count,
               (long long)e->when.ns, (long long)e->bytes, (long long)e->duration_ns,
               (long long)e->limit, (long long)e->remaining, (int)e->when.kind);
    for (int i = 0; i < PM_F_COUNT; i++)
        if (!t->without_layer || (i != PM_F_URL && i != PM_F_DIGEST))
            pm_buf_fmt(&t->text, "|%.*s", PM_FMT(e->field[i]));
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

// The line with another layer in it, and nothing else changed.
static void another_layer(const struct pm_parser *p, struct pm_str line,
                          const struct pm_alike *alike) {
    struct told one = {.without_layer = true}, other = {.without_layer = true};
    size_t at = (size_t)(alike->same[1].p - line.p) + alike->same[1].n;
    char *copy = pm_xmalloc(line.n);
    memcpy(copy, line.p, line.n);
    for (size_t i = 0; i < DIGEST_BYTES; i++) copy[at + i] = "e1d0c"[i % 5];
    read_line(p, line, false, &one);
    read_line(p, (struct pm_str){copy, line.n}, false, &other);
    same(&one, &other, "another layer", line);
    free(copy);
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

// Framing asks of printable lines only.
static bool is_printable(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~') return false;
    return s.n > 0;
}

void fuzz_sure(struct fuzz_bytes in, size_t variant) {
    (void)variant;
    for (struct pm_str rest = fuzz_rest(&in); rest.n;) {
        ptrdiff_t at = pm_str_chr(rest, '\n', 0);
        struct pm_str line = at < 0 ? rest : pm_str_sub(rest, 0, (size_t)at);
        rest = at < 0 ? PM_NONE : pm_str_from(rest, (size_t)at + 1);
        if (is_printable(line)) try_line(line);
    }
}
