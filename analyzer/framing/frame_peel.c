// Envelopes come off in a loop, outermost first: node prefix, journald, docker json,
// logrus in logrus, in any nesting.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"

void frame_note_envelope(struct pm_frame *f, const char *name) {
    struct pm_frame_stats *s = &f->stats;
    for (int i = 0; i < s->envelope_count; i++)
        if (strcmp(s->envelopes[i], name) == 0) return;
    if (s->envelope_count < PM_ENVELOPES_MAX) s->envelopes[s->envelope_count++] = name;
}

// The innermost stamp wins, but a stamp without a zone never replaces one that is UTC.
static void keep_when(struct pm_envelope_hint *h, struct pm_when before) {
    if (before.kind == PM_WHEN_UTC && h->when.kind != PM_WHEN_UTC) h->when = before;
    if (h->when.kind == PM_WHEN_NONE) h->when = before;
}

static void add_key(struct pm_frame *f, struct frame_unit *u, struct pm_str key) {
    if (!key.n) return;
    if (!u->key.n) u->key = key;
    else u->key = pm_arena_fmt(f->line_arena, "%.*s\x1f%.*s", PM_FMT(u->key), PM_FMT(key));
}

static enum pm_peel ask_one(struct pm_frame *f, const struct pm_envelope *e, struct frame_unit *u,
                            struct pm_str *inner, const json_t **inner_json,
                            struct pm_envelope_hint *hint, struct pm_str *key) {
    return u->json ? e->peel_json(f->line_arena, u->json, inner, inner_json, hint, key)
                   : e->peel(f->line_arena, u->text, inner, hint, key);
}

// Whoever is named first wrote the line. A header inside of it (a kubelet's syslog line
// in a container's output, Kubernetes metadata in a shipper's JSON) is what that writer
// repeats: it may neither name another writer nor a node, and its stamp is not the
// line's. A logrus line in another is one program's own.
static bool names_writer(const struct pm_envelope_hint *h) {
    return h->ident.n || h->unit.n || h->container.n || h->pod.n;
}

static bool container_stream(const char *envelope) {
    return strcmp(envelope, "cri") == 0 || strcmp(envelope, "docker-json") == 0;
}

static void keep_writer(struct frame_unit *u, const char *envelope,
                        struct pm_envelope_hint *inner) {
    const struct pm_envelope_hint *outer = &u->hint;
    if (u->written && strcmp(envelope, "nested-logrus") != 0) {
        bool other = !pm_str_eq(inner->ident, outer->ident) ||
                     !pm_str_eq(inner->container, outer->container) ||
                     !pm_str_eq(inner->pod, outer->pod);
        if (other && outer->when.kind != PM_WHEN_NONE) inner->when = outer->when;
        inner->relayed = outer->relayed || other;
        inner->node = outer->node;
        inner->ident = outer->ident;
        inner->unit = outer->unit;
        inner->pid = outer->pid;
        inner->k8s_namespace = outer->k8s_namespace;
        inner->pod = outer->pod;
        inner->container = outer->container;
    }
    u->written |= container_stream(envelope) ||
                  (names_writer(inner) && strcmp(envelope, "nested-logrus") != 0);
}

// The envelopes that may be around it, by a look at how it begins, or at what the object's
// members are called.
static uint64_t candidates_of(const struct frame_envelopes *all, const struct frame_unit *u) {
    if (u->json) {
        const uint64_t bits = pm_member_bits(u->json);
        uint64_t may = 0;
        for (uint64_t left = all->json; left; left &= left - 1)
            if (all->members[__builtin_ctzll(left)] & bits) may |= left & -left;
        return may;
    }
    uint64_t may = all->first[u->text.n ? (unsigned char)u->text.p[0] : 0];
    return pm_line_logged(u->text) ? may & all->logged : may;
}

// One layer. PM_PEEL_NO: none bids, and *u is as it was.
static enum pm_peel peel_one(struct pm_frame *f, struct frame_unit *u, struct pm_str *inner,
                             const json_t **inner_json) {
    uint64_t candidates = candidates_of(f->envelopes, u);
    for (; candidates; candidates &= candidates - 1) {
        const struct pm_envelope *e = f->envelopes->by_rank[__builtin_ctzll(candidates)];
        struct pm_envelope_hint hint = u->hint;
        struct pm_str key = PM_NONE;
        *inner = PM_NONE;
        *inner_json = NULL;
        enum pm_peel got = ask_one(f, e, u, inner, inner_json, &hint, &key);
        if (got == PM_PEEL_NO) continue;
        keep_when(&hint, u->hint.when);
        keep_writer(u, e->name, &hint);
        u->hint = hint;
        add_key(f, u, key);
        u->envelopes[u->envelope_count++] = e->name;
        frame_note_envelope(f, e->name);
        f->stern |= strcmp(e->name, "stern") == 0;
        return got;
    }
    return PM_PEEL_NO;
}

static void meta(struct pm_frame *f, struct frame_unit *u) {
    if (u->hint.when.kind == PM_WHEN_NONE || !f->sink.fact) return;
    struct pm_record r;
    frame_record_of(f, u, &r);
    f->sink.fact(f->sink.ctx, &r, PM_FACT_YEAR_ANCHOR, u->text, &u->hint.when);
}

// A payload that is a JSON object itself.
static bool load_json(struct pm_frame *f, struct frame_unit *u) {
    if (u->json || u->owned_count > PM_ENVELOPES_MAX || u->text.n < 2 || u->text.p[0] != '{')
        return false;
    struct pm_str t = pm_str_trim(u->text);
    if (t.p[t.n - 1] != '}') return false;
    json_error_t err;
    json_t *j = frame_json_load(f->line_arena, t, &err);
    if (!j) return false;
    u->owned[u->owned_count++] = j;
    u->json = j;
    return true;
}

// "message repeated 3 times: [ TEXT ]" stands for three.
static void repeated(struct frame_unit *u) {
    struct pm_scan c = pm_scan_of(u->text);
    uint64_t times;
    pm_scan_blanks(&c);
    if (!pm_scan_lit(&c, "message repeated ") || !pm_scan_uint(&c, 7, &times) ||
        !pm_scan_lit(&c, " times: [") || times == 0)
        return;
    struct pm_str t = pm_str_trim(pm_scan_rest(&c));
    if (pm_str_ends(t, PM_STR("]"))) t.n--;
    u->text = pm_str_trim(t);
    u->hint.repeats = (uint32_t)times - 1;
}

// stern's two words are evidence only where a known header follows. Once they were seen
// so, they are the same prefix before any other text.
static bool known_prefix(struct pm_frame *f, struct frame_unit *u) {
    if (u->envelope_count || u->json || !f->stern) return false;
    for (size_t i = 0; i < f->voices_n; i++) {
        const struct pm_envelope_hint *h = &f->voices[i]->hint;
        size_t n = h->pod.n + 1 + h->container.n + 1;
        if (!h->pod.n || !h->container.n || h->k8s_namespace.n || u->text.n <= n ||
            !pm_str_starts(u->text, h->pod))
            continue;
        if (u->text.p[h->pod.n] != ' ' || u->text.p[n - 1] != ' ' ||
            !pm_str_eq(pm_str_sub(u->text, h->pod.n + 1, h->container.n), h->container))
            continue;
        u->hint.pod = h->pod;
        u->hint.container = h->container;
        add_key(f, u, pm_str_sub(u->text, 0, n - 1));
        u->envelopes[u->envelope_count++] = "stern";
        u->text = pm_str_from(u->text, n);
        u->written = true;
        return true;
    }
    return false;
}

// Returns false where the unit has gone elsewhere (a piece was kept, a marker was read).
static bool peel_all(struct pm_frame *f, struct frame_unit *u) {
    while (u->envelope_count < PM_ENVELOPES_MAX) {
        struct pm_str inner;
        const json_t *inner_json;
        if (!u->json && load_json(f, u)) continue;
        enum pm_peel got = peel_one(f, u, &inner, &inner_json);
        if (got == PM_PEEL_NO && known_prefix(f, u)) continue;
        if (got == PM_PEEL_NO) return true;
        if (got == PM_PEEL_META) {
            meta(f, u);
            return false;
        }
        if (got == PM_PEEL_PARTIAL) {
            frame_piece(f, u, inner);
            return false;
        }
        if (got == PM_PEEL_LAST) frame_piece_last(f, u, &inner);
        if (u->hint.lost) {
            pm_diags_add(
                f->sink.diags, f->path, u->line, "journal-field-null",
                "the journal printed this message as null: export it again with journalctl --all");
            return false;
        }
        u->json = inner_json;
        u->text = inner_json ? u->text : frame_clean(f, inner, u->line);
        if (!inner_json) repeated(u);
    }
    return true;
}

bool frame_peel_stream(struct pm_frame *f, struct frame_unit *u) {
    struct pm_str inner;
    const json_t *inner_json;
    if (peel_one(f, u, &inner, &inner_json) != PM_PEEL_LAST || inner_json ||
        !container_stream(u->envelopes[0]))
        return false;
    u->text = inner;
    return true;
}

void frame_unit_run(struct pm_frame *f, struct frame_unit *u) {
    if (u->fields || peel_all(f, u)) { // a list says that nothing is around it
        if (u->hint.node.n) frame_note_node(f, u->hint.node);
        frame_join(f, u);
    }
    for (int i = 0; i < u->owned_count; i++) json_decref(u->owned[i]);
    u->owned_count = 0;
}
