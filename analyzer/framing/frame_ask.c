// A parser is asked to read a record, and what it hands over becomes the member's events
// and facts (struct pm_emitter in include/pm/parser.h).
//
// Who is asked is decided elsewhere: by bids (frame_dispatch.c), or by the place where a
// text lies within a record (frame_nested.c). Such a text is not sent on the whole road
// again: it goes to one parser of configuration, here, so the road does not lead back
// into itself.
#include "framing/documents/frame_docs.h"

void frame_own_note(struct pm_frame *f, const struct pm_when *env, const struct pm_when *own) {
    bool same = own->kind == env->kind && own->ns == env->ns;
    if (own->kind != PM_WHEN_NONE && !same) f->record_own = *own;
}

// The program's own time of day on the collector's absolute clock: zones differ by
// multiples of a quarter of an hour, and both stamps are of the same moment but for some
// seconds. The collector's stamp itself where they do not fit.
static struct pm_when refined(const struct pm_when *env, const struct pm_when *own) {
    const int64_t quarter = 900 * PM_NS_PER_S;
    if (own->kind != PM_WHEN_NO_YEAR && own->kind != PM_WHEN_LOCAL) return *env;
    int64_t off = (own->ns % quarter - env->ns % quarter) % quarter;
    if (off > quarter / 2) off -= quarter;
    if (off < -quarter / 2) off += quarter;
    if (off > 5 * PM_NS_PER_S || off < -5 * PM_NS_PER_S) return *env;
    struct pm_when w = *env;
    w.ns += off;
    w.unit_ns = own->unit_ns;
    return w;
}

// Which of two stamps of one record is the better clock: a collector's absolute one, and
// also its year-less one beside another such, because every line has it: `oc adm
// node-logs` writes UTC around a kubelet that writes local time, and only one of the two
// can have the member's offset.
static bool collectors_clock(const struct pm_when *env, const struct pm_when *own) {
    if (env->kind == PM_WHEN_UTC) return own->kind != PM_WHEN_UTC && own->kind != PM_WHEN_AGE;
    return env->kind == PM_WHEN_NO_YEAR && own->kind == PM_WHEN_NO_YEAR;
}

bool frame_is_second_hand(const struct pm_frame *f) {
    return f->voice && f->voice->container && !f->voice->known;
}

// The record's own stamp, but for those without year or zone a collector's one with the
// program's fraction.
static void choose_when(struct pm_frame *f, const struct pm_record *r, struct pm_event *e) {
    const struct pm_when *env = &r->hint.when;
    frame_own_note(f, env, &e->when);
    frame_voice_lag(f->voice, env, e);
    if (frame_is_second_hand(f) &&
        env->kind ==
            PM_WHEN_UTC) { // a quotation's stamp is of what it quotes; the time is when it was said here
        e->when = *env;
        return;
    }
    if (collectors_clock(env, &e->when)) e->when = refined(env, &e->when);
    if (e->when.kind == PM_WHEN_NONE) e->when = *env;
    if (e->when.kind == PM_WHEN_NONE && r->shape == PM_SHAPE_LINE) pm_line_stamp(r->text, &e->when);
    if (e->when.kind == PM_WHEN_NONE && r->shape == PM_SHAPE_LINE && !(e->flags & PM_EV_SNAPSHOT))
        e->when = f->last_when;
}

static void fill(struct pm_str *field, struct pm_str hint) {
    if (!field->n) *field = hint;
}

// What a container client prints last when a pull fails, and nobody else: a text that begins
// so is a session, if a short one, though it names no image.
static bool is_last_word(struct pm_str s) {
    static const char *const words[] = {
        "Error response from daemon: ",
        "error pulling image configuration: ",
        "failed to register layer: ",
        "write /var/lib/docker/tmp/GetImageBlob",
        "filesystem layer verification failed for digest ",
        "no matching manifest for ",
        "Error: copying system image from manifest list: ",
        "Error: writing blob: ",
        "FATAL:   While making image from oci registry: ",
        "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE: ",
        "CannotPullContainerError: ",
        "CannotPullECRContainerError: ",
        "CannotPullImageManifestError: ",
        "ResourceInitializationError: unable to pull secrets or registry auth",
    };
    // behind what a caller puts before it: "/usr/bin/docker: …", "==> default: docker: …"
    ptrdiff_t at = pm_str_find(pm_str_sub(s, 0, 64), PM_STR("docker: "), 0);
    if (at == 0 || (at > 0 && (s.p[at - 1] == ' ' || s.p[at - 1] == '/')))
        s = pm_str_from(s, (size_t)at + strlen("docker: "));
    for (size_t i = 0; i < PM_LEN(words); i++)
        if (pm_str_starts(s, pm_str_c(words[i]))) return true;
    return false;
}

// A client's refusal that names neither image nor registry could be anybody's about
// anything, but inside of a client's session, which named it before.
static bool bare_sentence(const struct pm_frame *frame, const struct pm_record *r,
                          const struct pm_event *e) {
    const struct pm_str *f = e->field;
    const struct frame_voice *v = frame->voice;
    if (v && (v->plain || v->known & PM_GROUP_CLIENT) &&
        (v->of[pm_group_index(PM_GROUP_CLIENT)] || frame->terminal.typed))
        return false;
    if (e->component != PM_COMP_CLIENT ||
        (e->kind != PM_KIND_PULL_FAIL && e->kind != PM_KIND_OTHER))
        return false;
    if (v && v->plain && e->kind == PM_KIND_PULL_FAIL && is_last_word(r->text)) return false;
    return !f[PM_F_IMAGE].n && !f[PM_F_REGISTRY].n && !f[PM_F_REPOSITORY].n && !f[PM_F_HOST].n &&
           !f[PM_F_DIGEST].n;
}

static void event(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_event *e) {
    struct pm_frame *f = ctx->reader;
    struct pm_record kept;
    if (f->listed.late == r) {
        f->listed.late->raw = frame_json_squeezed(f->line_arena, r->text);
        f->listed.late = NULL;
    }
    if (r->memo != f->memo) { // a parser kept the record of another line: its memo is gone
        kept = *r;
        kept.memo = NULL;
        r = &kept;
    }
    if (!e->count) e->count = 1;
    if (r->hint.repeats && e->count == 1) e->count = 1 + r->hint.repeats;
    if (r->hint.cut) e->flags |= PM_EV_CUT;
    frame_voice_stand(f, ctx->parser, r, e);
    choose_when(f, r, e);
    if (!frame_terminal_event(f, r, e)) return;
    frame_repeat_event(f, r, e);
    pm_event_normalise(ctx->a, e);
    if (bare_sentence(f, r, e)) {
        e->standing = PM_STANDING_HEARSAY;
        e->voice = 0;
    }
    fill(&e->field[PM_F_NODE], r->hint.node);
    // Pod and container of an envelope are those that wrote the log: the puller for a
    // client in a CI pod, but not for a registry's or a node's own log.
    if (e->component == PM_COMP_CLIENT) {
        bool own = !e->field[PM_F_POD].n &&
                   !(e->flags & PM_EV_SNAPSHOT); // kubectl tells of a pod where its log should be
        if (own && f->voice && f->voice->container)
            fill(&e->field[PM_F_CLIENT], f->voice->writer.n ? f->voice->writer : r->path);
        fill(&e->field[PM_F_NAMESPACE], r->hint.k8s_namespace);
        fill(&e->field[PM_F_POD], r->hint.pod);
        fill(&e->field[PM_F_CONTAINER], r->hint.container);
    }
    f->stats.events++;
    f->record_events++;
    if (e->when.kind == PM_WHEN_NONE) f->stats.undated++;
    if (f->sink.event) f->sink.event(f->sink.ctx, r, ctx->parser, e);
    if (r->memo) r->memo->clean = NULL; // mirrors are events of their own
    pm_lift_emit_mirrors(ctx, r, e);
}

static void bad(struct pm_parse_ctx *ctx, const struct pm_record *r, const char *code,
                const char *message) {
    struct pm_frame *f = ctx->reader;
    pm_diags_add(f->sink.diags, f->path, r->line, code, "%s", message);
}

static void stamps_beside(struct pm_parse_ctx *ctx, const struct pm_record *r,
                          const struct pm_when *own, const struct pm_when *beside) {
    struct pm_frame *f = ctx->reader;
    // The offset that is found is for the stamps that are kept: a journal's, where it has
    // them.
    if (collectors_clock(&r->hint.when, own)) own = &r->hint.when;
    if (frame_is_second_hand(f) || !f->sink.stamps || own->kind == PM_WHEN_NONE ||
        own->kind == PM_WHEN_UTC || beside->kind != PM_WHEN_UTC)
        return;
    f->sink.stamps(f->sink.ctx, r, own, beside);
}

static void fact(struct pm_parse_ctx *ctx, const struct pm_record *r, enum pm_fact what,
                 struct pm_str text, const struct pm_when *when) {
    struct pm_frame *f = ctx->reader;
    if (frame_is_second_hand(f)) return;
    if (what == PM_FACT_NODE_NAME) frame_note_node(f, text);
    if (f->sink.fact) f->sink.fact(f->sink.ctx, r, what, text, when);
}

static const struct pm_emitter emitter = {
    .event = event, .bad = bad, .stamps = stamps_beside, .fact = fact};

void frame_stamps(struct pm_frame *f, const struct pm_record *r) {
    struct pm_when own = f->record_own;
    if (own.kind == PM_WHEN_NONE && r->shape == PM_SHAPE_LINE) pm_line_stamp(r->text, &own);
    if (r->hint.when.kind == PM_WHEN_NONE && own.kind == PM_WHEN_NONE) return;
    if (f->sink.stamps) f->sink.stamps(f->sink.ctx, r, &r->hint.when, &own);
    f->last_when = own;
    if (r->hint.when.kind == PM_WHEN_UTC || own.kind == PM_WHEN_NONE) f->last_when = r->hint.when;
    else if (collectors_clock(&r->hint.when, &own)) f->last_when = refined(&r->hint.when, &own);
}

static void remember(struct pm_frame *f, int who) {
    int at = 0;
    while (at < FRAME_MRU - 1 && f->mru[at] != who) at++;
    memmove(f->mru + 1, f->mru, (size_t)at * sizeof *f->mru);
    f->mru[0] = who;
}

static void won(struct pm_frame *f, int who) {
    const struct pm_parser *p = pm_parsers[who];
    f->sticky = (p->flags & PM_PARSER_STICKY) ? who : -1;
    if (p->flags & PM_PARSER_FALLBACK) return;
    if (f->mru[0] != who) remember(f, who);
    f->won[who] += f->weight;
    f->won_total++;
    if (p->flags & PM_PARSER_SPARSE) f->won_sparse++;
}

enum pm_parse frame_ask(struct pm_frame *f, int who, const struct pm_record *r) {
    struct pm_parse_ctx ctx = {.a = f->record_arena,
                               .member = f->member,
                               .state = frame_state_of(f, (size_t)who),
                               .every = f->o.every,
                               .emit = &emitter,
                               .parser = pm_parsers[who],
                               .reader = f};
    enum pm_parse got = frame_again(f, &ctx, who, r);
    if (got == PM_PARSE_NO) return got;
    if (got == PM_PARSE_BAD) f->stats.bad++;
    won(f, who);
    return got;
}

// Into its place among those with the most; of two with as many the first stays first.
static void share(struct pm_frame_stats *s, const struct pm_parser *format, uint64_t records) {
    size_t at = PM_FRAME_SHARES;
    while (at > 0 && s->shares[at - 1].records < records) at--;
    if (at == PM_FRAME_SHARES) return;
    memmove(&s->shares[at + 1], &s->shares[at], (PM_FRAME_SHARES - 1 - at) * sizeof *s->shares);
    s->shares[at] = (struct pm_frame_share){format, records};
}

void frame_finish(struct pm_frame *f) {
    struct pm_record last = {.shape = PM_SHAPE_LINE,
                             .path = f->path,
                             .line = f->line,
                             .offset = f->offset,
                             .section = f->section};
    for (size_t i = 0; i < f->parser_n; i++) {
        if (!pm_parsers[i]->finish || (pm_parsers[i]->state_bytes && !f->states[i])) continue;
        struct pm_parse_ctx ctx = {.a = f->record_arena,
                                   .member = f->member,
                                   .state = f->states[i],
                                   .emit = &emitter,
                                   .parser = pm_parsers[i],
                                   .reader = f};
        f->record_own = (struct pm_when){0};
        pm_parsers[i]->finish(&ctx, &last);
        pm_arena_reset(f->record_arena);
    }
    for (size_t i = 0; i < f->parser_n; i++)
        if (f->won[i]) share(&f->stats, pm_parsers[i], f->won[i]);
    f->stats.format = f->stats.shares[0].format;
    frame_name_node(f);
}
