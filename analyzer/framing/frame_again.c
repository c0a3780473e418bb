// A program says the same again and again, at another time: an error at each attempt, a
// back-off every ten seconds. Where a parser says that its events hang on the line alone
// (PM_PARSER_ALONE), a line that came before but for its own stamp is not parsed again: its
// events are given again, with the new stamp. Everything behind the parser (standing, the
// session, the clock) is asked as ever.
//
// What is remembered is the text behind the stamp, all of its bytes; what stands before it,
// the stamp's length, the parser and the names of who wrote the line go into the hash and
// beside the events. Lines that gave more than events (a diagnostic, a fact of the clock),
// or values that are not told apart from the stamp, are parsed each time. Most texts never
// come again: of one that is new only its hash is kept, and it is learnt when it comes the
// second time.
#include "base/memo.h"
#include "base/mix.h"
#include "framing/documents/frame_docs.h"
#include <stdlib.h>

enum { PLACES = 4096, RING_BYTES = 4 << 20, ONCE = 32768, LINES_BEFORE = 64 };
enum { EVENTS = 4, FIELDS = 64, COPIES = 4096 };

struct frame_again {
    unsigned lines; // that came before there was room for memory
    struct pm_memo *memo;
    uint32_t *once; // by hash: the rest of the hash of a text that came
};

// What a line's events hang on besides the text behind its stamp.
struct setting {
    int who;
    char first;       // byte of the text: klog's severity
    size_t stamp_end; // where the line's own stamp ends
    uint64_t writer;  // a hash over the names of who wrote it, and where
};

// An event without its fields and stamp, and those of its fields that hold something: in
// the text behind the stamp, or in the copies behind all of them.
struct told {
    char event[offsetof(struct pm_event, field)];
    unsigned char clean; // enum pm_clean
    bool own;            // it has the line's own stamp, else the envelope's
    size_t fields_n;
};
struct told_field {
    uint8_t field;
    bool copied;
    uint32_t at, n;
};
struct told_line {
    struct setting at;
    size_t n, fields_n;
    struct told told[];
};

// What a parser says of a line that is learnt.
struct learning {
    struct pm_emitter emit; // first: it is found again by the emitter that the parser has
    const struct pm_emitter *real;
    struct pm_str text, behind; // the line, and what of it stands behind its stamp
    struct pm_when own;
    bool forget;     // it is not to be remembered
    unsigned within; // an event's own (mirrors, which it gives again itself)
    size_t n, fields_n, copies_n;
    struct told told[EVENTS];
    struct told_field field[FIELDS];
    char copies[COPIES];
};

// The line's own stamp, as klog's and logrus's parsers read it; *w its time.
static size_t stamp_end(struct pm_str s, struct pm_when *w) {
    size_t at = pm_line_klog(s) ? 1 : strlen("time=\""), n = 0;
    if (!pm_line_logged(s)) return 0;
    struct pm_str stamp = pm_str_from(s, at);
    n = at == 1 ? pm_when_klog(stamp, w) : pm_when_rfc3339(stamp, w);
    return n && at + n < s.n ? at + n : 0;
}

static uint64_t writer_of(const struct pm_record *r) {
    const struct pm_str names[] = {r->hint.ident, r->hint.unit, r->hint.node, r->section};
    uint64_t h = 0;
    for (size_t i = 0; i < PM_LEN(names); i++)
        if (names[i].n) h = pm_mix(names[i], h + i + 1);
    return h;
}

static bool same_setting(const struct setting *a, const struct setting *b) {
    return a->who == b->who && a->first == b->first && a->stamp_end == b->stamp_end &&
           a->writer == b->writer;
}

static bool same_stamp(const struct pm_when *a, const struct pm_when *b) {
    return a->kind == b->kind && a->ns == b->ns && a->unit_ns == b->unit_ns &&
           a->offset_s == b->offset_s;
}

static bool touches(struct pm_str s, struct pm_str v) {
    uintptr_t from = (uintptr_t)s.p, at = (uintptr_t)v.p;
    return at < from + s.n && at + v.n > from;
}

// Where a field's value stands; false: something of it stands before the stamp's end.
static bool keep_field(struct learning *l, enum pm_field f, struct pm_str v) {
    struct told_field at = {(uint8_t)f, !pm_str_lies_in(l->behind, v), 0, (uint32_t)v.n};
    if (l->fields_n == FIELDS) return false;
    if (at.copied) {
        if (touches(l->text, v) || v.n > COPIES - l->copies_n) return false;
        at.at = (uint32_t)l->copies_n;
        memcpy(l->copies + at.at, v.p, v.n);
        l->copies_n += v.n;
    } else {
        at.at = (uint32_t)(v.p - l->behind.p);
    }
    l->field[l->fields_n++] = at;
    return true;
}

static bool keep_event(struct learning *l, const struct pm_record *r, const struct pm_event *e) {
    if (l->n == EVENTS) return false;
    struct told *t = &l->told[l->n];
    const size_t before = l->fields_n;
    bool dated = e->first.kind != PM_WHEN_NONE || e->last.kind != PM_WHEN_NONE;
    t->clean = 0;
    t->own = same_stamp(&e->when, &l->own);
    if (dated || !same_stamp(&e->when, t->own ? &l->own : &r->hint.when)) return false;
    for (int f = 0; f < PM_F_COUNT; f++)
        if (e->field[f].n && !keep_field(l, (enum pm_field)f, e->field[f])) return false;
    t->fields_n = l->fields_n - before;
    memcpy(t->event, e, sizeof t->event);
    return true;
}

static struct learning *learning_of(const struct pm_parse_ctx *ctx) {
    return (struct learning *)(uintptr_t)ctx->emit;
}

static void learn_event(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e) {
    struct learning *l = learning_of(ctx);
    bool own = l->within++ == 0, kept = own && keep_event(l, r, e);
    l->forget |= own && !kept;
    r->memo->clean = kept ? &l->told[l->n++].clean : NULL;
    l->real->event(ctx, r, e);
    r->memo->clean = NULL;
    l->within--;
}

static void learn_bad(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *code,
                      const char *message) {
    struct learning *l = learning_of(ctx);
    l->forget = true;
    l->real->bad(ctx, r, code, message);
}

static void learn_stamps(struct pm_parse_ctx *ctx, const struct pm_record *r,
                         const struct pm_when *own, const struct pm_when *beside) {
    struct learning *l = learning_of(ctx);
    l->forget = true;
    l->real->stamps(ctx, r, own, beside);
}

static void learn_fact(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_fact what,
                       struct pm_str text, const struct pm_when *when) {
    struct learning *l = learning_of(ctx);
    l->forget = true;
    l->real->fact(ctx, r, what, text, when);
}

static void keep_line(struct pm_memo *memo, const struct learning *l, const struct setting *at,
                      uint64_t hash) {
    const size_t told = l->n * sizeof l->told[0], fields = l->fields_n * sizeof l->field[0];
    struct told_line *line =
        pm_memo_keep(memo, l->behind, hash, sizeof *line + told + fields + l->copies_n);
    if (!line) return;
    *line = (struct told_line){.at = *at, .n = l->n, .fields_n = l->fields_n};
    char *to = (char *)line->told;
    memcpy(to, l->told, told);
    memcpy(to + told, l->field, fields);
    memcpy(to + told + fields, l->copies, l->copies_n);
}

static enum pm_parse learn(struct pm_memo *memo, struct pm_parse_ctx *ctx,
                           const struct pm_record *r, const struct setting *at,
                           const struct pm_when *own, uint64_t hash) {
    struct learning l;
    l.emit = (struct pm_emitter){
        .event = learn_event, .bad = learn_bad, .stamps = learn_stamps, .fact = learn_fact};
    l.real = ctx->emit;
    l.text = r->text;
    l.behind = pm_str_from(r->text, at->stamp_end);
    l.own = *own;
    l.forget = false;
    l.within = 0;
    l.n = l.fields_n = l.copies_n = 0;
    ctx->emit = &l.emit;
    enum pm_parse got = ctx->parser->parse(ctx, r);
    ctx->emit = l.real;
    if (got == PM_PARSE_OK && !l.forget) keep_line(memo, &l, at, hash);
    return got;
}

static void tell_again(struct pm_parse_ctx *ctx, const struct pm_record *r, struct told_line *line,
                       const struct pm_when *own) {
    const struct told_field *field = (const struct told_field *)&line->told[line->n];
    const char *copies = (const char *)(field + line->fields_n),
               *behind = r->text.p + line->at.stamp_end;
    for (size_t i = 0; i < line->n; i++) {
        struct told *t = &line->told[i];
        struct pm_event e = {0};
        memcpy(&e, t->event, sizeof t->event);
        e.when = t->own ? *own : r->hint.when;
        for (size_t k = 0; k < t->fields_n; k++, field++)
            e.field[field->field] =
                (struct pm_str){(field->copied ? copies : behind) + field->at, field->n};
        r->memo->clean = &t->clean;
        ctx->emit->event(ctx, r, &e);
        r->memo->clean = NULL;
    }
}

// NULL: a short member remembers nothing.
static struct frame_again *memory_of(struct pm_frame *f) {
    if (f->o.anew || f->o.every) return NULL;
    if (!f->again) f->again = PM_NEW(f->member, struct frame_again);
    struct frame_again *again = f->again;
    if (again->memo) return again;
    if (!f->o.soon && again->lines++ < LINES_BEFORE) return NULL;
    again->memo = pm_memo_new(PLACES, RING_BYTES);
    again->once = calloc(ONCE, sizeof *again->once);
    if (!again->once) pm_die_oom();
    return again;
}

static bool came_before(struct frame_again *again, uint64_t hash) {
    uint32_t *once = &again->once[hash % ONCE], rest = (uint32_t)(hash >> 32);
    bool came = *once == rest;
    *once = rest;
    return came;
}

enum pm_parse frame_again(struct pm_frame *f, struct pm_parse_ctx *ctx, int who,
                          const struct pm_record *r) {
    struct pm_when own = {0};
    struct setting at = {.who = who};
    if (ctx->parser->flags & PM_PARSER_ALONE && r->shape == PM_SHAPE_LINE && r->memo)
        at.stamp_end = stamp_end(r->text, &own);
    struct frame_again *again = at.stamp_end ? memory_of(f) : NULL;
    if (!again) return ctx->parser->parse(ctx, r);
    at.first = r->text.p[0];
    at.writer = writer_of(r);
    struct pm_str behind = pm_str_from(r->text, at.stamp_end);
    uint64_t seed = at.writer ^
                    ((uint64_t)at.stamp_end << 16 | (uint64_t)who << 8 | (uint8_t)at.first),
             hash = pm_mix(behind, seed);
    struct told_line *line = (struct told_line *)(uintptr_t)pm_memo_find(again->memo, behind, hash);
    if (line && same_setting(&line->at, &at)) {
        tell_again(ctx, r, line, &own);
        return PM_PARSE_OK;
    }
    return came_before(again, hash) ? learn(again->memo, ctx, r, &at, &own, hash)
                                    : ctx->parser->parse(ctx, r);
}

void frame_again_free(struct frame_again *again) {
    if (!again) return;
    pm_memo_free(again->memo);
    free(again->once);
}
