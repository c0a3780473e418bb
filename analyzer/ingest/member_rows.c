// A member's events become rows: their texts without secrets, the hash by which a record
// is known again in another file, and what they say of the clock.
#include "ingest/member.h"
#include "base/mix.h"
#include "ingest/request_fold.h"
#include "pm/scan.h"
#include <stdlib.h>
#include <string.h>

// With its last row still within one block of its arena, mostly.
#define BATCH_BYTES ((size_t)56 << 10)
#define RAW_BYTES 2048

static void batch_flush(struct reading *r) {
    struct batch *b = r->batch;
    r->batch = NULL;
    if (b) pipe_rows_put(r->p, r->j, b);
}

// The batch that the next row goes to: its texts are made there.
static struct batch *batch_at_hand(struct reading *r) {
    const struct batch *b = r->batch;
    if (b && (b->n == BATCH_ROWS || b->bytes >= BATCH_BYTES)) batch_flush(r);
    if (!r->batch) r->batch = pipe_batch_get(r->p);
    return r->batch;
}

// Into the batch; the row before often said the same.
static struct pm_str keep(struct batch *b, struct pm_str s, struct pm_str before) {
    if (!s.n) return PM_NONE;
    if (pm_str_eq(before, s)) return before;
    b->bytes += s.n + 1;
    return pm_arena_dup(b->arena, s);
}

// Without its secrets, where it has any; *tagged is set then.
static struct pm_str redacted(struct reading *r, struct pm_str s, bool *tagged) {
    struct pm_str out = pm_redact_anew(r->p->o->redact_key, r->clean, r->batch->arena, s);
    *tagged |= out.p != s.p;
    return out;
}

// First line as it stands, without secrets and without what could end a text early; cut
// between characters, and not within a tag.
static struct pm_str evidence_text(struct reading *r, const struct pm_record *rec, unsigned known,
                                   bool *tagged) {
    const struct pm_ingest_options *o = r->p->o;
    struct batch *b = r->batch;
    struct pm_str raw = pm_str_sub(rec->raw, 0, 4 * RAW_BYTES);
    ptrdiff_t nl = pm_str_chr(raw, '\n', 0);
    if (nl >= 0) raw.n = (size_t)nl;
    raw = pm_utf8_clean(b->arena, raw, NULL);
    struct pm_str as_read = raw;
    if (o->redact && !(known & PM_CLEAN_LINE))
        raw = pm_redact_line(o->redact_key, r->clean, b->arena, raw);
    *tagged |= raw.p != as_read.p;
    size_t n = raw.n < RAW_BYTES ? raw.n : RAW_BYTES;
    while (n > 0 && n < raw.n && ((uint8_t)raw.p[n] & 0xc0) == 0x80) n--;
    ptrdiff_t tag =
        n < raw.n && o->redact ? pm_str_rfind(pm_str_sub(raw, 0, n), PM_STR("<redacted:")) : -1;
    if (tag >= 0 && pm_str_chr(pm_str_sub(raw, (size_t)tag, n - (size_t)tag), '>', 0) < 0)
        n = (size_t)tag;
    return pm_str_sub(raw, 0, n);
}

static bool is_fine(const struct pm_when *w) {
    return w->unit_ns < 1000000 && w->ns % PM_NS_PER_S != 0;
}
static bool same_stamp(const struct pm_when *a, const struct pm_when *b) {
    return a->kind == b->kind && a->ns == b->ns;
}

// A record is the same in two members where its text is, and its stamp: a payload without
// one of its own borrows the envelope's and its host's. What has no stamp at all is never
// a duplicate. Events of one record are told apart by their number.
static uint64_t record_hash(const struct reading *r, const struct pm_record *rec,
                            const struct pm_event *e, bool tagged, bool *fine) {
    *fine = false;
    if (e->when.kind == PM_WHEN_NONE || e->when.kind == PM_WHEN_AGE || e->when.kind == PM_WHEN_MONO)
        return 0;
    struct pm_str text = tagged ? pm_redact_blank(r->batch->arena, rec->text)
                                : rec->text; // a hash of a secret is tried out at home
    uint64_t h = pm_str_hash(text, 17 + r->record_events);
    struct pm_when own = e->when;
    bool stamped = !same_stamp(&e->when, &rec->hint.when) ||
                   (rec->shape == PM_SHAPE_LINE && pm_line_stamp(rec->text, &own));
    *fine = stamped && is_fine(&own);
    if (!stamped) {
        int64_t second = e->when.ns / PM_NS_PER_S;
        h = pm_str_hash((struct pm_str){(const char *)&second, sizeof second}, h);
        h = pm_str_hash(rec->hint.node, h);
    }
    return h ? h : 1;
}

static void seen_free(Pvoid_t *seen) { JudyLFreeArray(seen, PJE0); }

static bool is_quoted(const struct pm_record *rec) {
    for (int i = 0; i < rec->envelope_count; i++)
        if (strcmp(rec->envelopes[i], "paste") == 0) return true;
    return false;
}

static size_t *seen_at(Pvoid_t *seen, uint64_t key) {
    PWord_t slot;
    JLI(slot, *seen, (Word_t)key);
    return slot == (PWord_t)PPJERR ? NULL : (size_t *)slot;
}

// How many records of this text came before; of one whose own stamp has a fraction there
// is no second, nor of one whose envelope's has. Copies that somebody quoted are numbered
// apart: the first of them is the first record again. The same text has the same stamp in it,
// so that only its minute and, as servers log when they are done, the one before need to be
// remembered.
static uint32_t ordinal_of(struct reading *r, uint64_t hash, const struct pm_when *w, bool quoted) {
    if (quoted) hash = ~hash;
    int64_t minute = w->ns / (60 * PM_NS_PER_S);
    if (minute > r->minute || minute < r->minute - 1) {
        seen_free(&r->seen[1]);
        if (minute == r->minute + 1) r->seen[1] = r->seen[0];
        else seen_free(&r->seen[0]);
        r->seen[0] = NULL;
        r->minute = minute;
    }
    Pvoid_t *seen = &r->seen[r->minute - minute];
    const uint64_t one = hash ^ (uint64_t)w->ns * UINT64_C(0x9e3779b97f4a7c15);
    const size_t *again = is_fine(w) ? seen_at(seen, one) : NULL;
    if (again && *again) return (uint32_t)*again - 1;
    size_t *count = seen_at(seen, hash), *first;
    const size_t ordinal = count ? (*count)++ : 0;
    if (again && (first = seen_at(seen, one)) != NULL) *first = ordinal + 1; // it may have moved
    return (uint32_t)ordinal;
}

static bool is_runtime(enum pm_component c) {
    return c == PM_COMP_CONTAINERD || c == PM_COMP_DOCKERD || c == PM_COMP_CRIO;
}
static bool writes_local_time(enum pm_component c) {
    return is_runtime(c) || c == PM_COMP_REGISTRY || c == PM_COMP_PROXY;
}

// The same asking as both sides tell it: a runtime that begins a pull or is refused, and
// the server that is asked for that manifest meanwhile. A server knows the repository and
// the tag, seldom by which name it was called. Of a client's burst of requests only the
// first comes here (request_fold.c).
static void mark_asking(struct pm_clock_evidence *c, const struct pm_event *e,
                        const struct pm_row *row) {
    bool client =
        is_runtime(e->component) && (e->kind == PM_KIND_PULL_START || e->kind == PM_KIND_PULL_FAIL);
    bool server = (e->component == PM_COMP_PROXY || e->component == PM_COMP_REGISTRY) &&
                  pm_str_has(e->field[PM_F_URL], PM_STR("/manifests/"));
    if ((!client && !server) || !e->field[PM_F_TAG].n) return;
    pm_clock_mark(c, pm_str_hash(e->field[PM_F_TAG], pm_str_hash(e->field[PM_F_REPOSITORY], 29)),
                  row->ts_kind, row->ts_ns);
}

// "current time T is after E": the writer's clock with its zone, beside its own stamp.
static void clock_in_error(struct pm_clock_evidence *c, const struct pm_event *e) {
    static const char lead[] = "x509: certificate has expired or is not yet valid: current time ";
    struct pm_when now;
    ptrdiff_t at = pm_str_find(e->field[PM_F_ERROR], PM_STR(lead), 0);
    if (at < 0 || e->standing == PM_STANDING_HEARSAY ||
        !pm_when_rfc3339(pm_str_from(e->field[PM_F_ERROR], (size_t)at + sizeof lead - 1), &now))
        return;
    pm_clock_pair(c, &now, &e->when);
    if (e->when.kind == PM_WHEN_AGE) pm_clock_aged(c, &now, &e->when);
}

static void clock_event(struct pm_clock_evidence *c, const struct pm_record *rec,
                        const struct pm_event *e, const struct pm_row *row) {
    if (writes_local_time(e->component) && !same_stamp(&e->when, &rec->hint.when))
        pm_clock_written(c, &e->when);
    if (e->kind == PM_KIND_CONFIG && pm_str_eqc(e->field[PM_F_OBJECT], "Date"))
        pm_clock_capture(c, &e->when);
    clock_in_error(c, e);
    bool pull =
        e->kind == PM_KIND_PULL_START || e->kind == PM_KIND_PULL_OK || e->kind == PM_KIND_PULL_FAIL;
    bool told = is_runtime(e->component) || e->component == PM_COMP_KUBELET ||
                e->component == PM_COMP_EVENTS;
    if (!e->field[PM_F_REPOSITORY].n) return;
    mark_asking(c, e, row);
    if (!pull || !told) return;
    uint64_t key = pm_str_hash(e->field[PM_F_REGISTRY], (uint64_t)e->kind);
    key = pm_str_hash(e->field[PM_F_REPOSITORY], key);
    key = pm_str_hash(e->field[PM_F_TAG].n ? e->field[PM_F_TAG] : e->field[PM_F_DIGEST], key);
    size_t before = c->marks_n;
    pm_clock_mark(c, key, row->ts_kind, row->ts_ns);
    if (e->count > 1 && row->first_ns != PM_NO_TIME)
        pm_clock_mark(c, key, e->first.kind, row->first_ns);
    if (e->count > 1 && row->last_ns != PM_NO_TIME && row->last_ns != row->ts_ns)
        pm_clock_mark(c, key, e->last.kind, row->last_ns);
    for (size_t i = before; i < c->marks_n && e->component == PM_COMP_EVENTS; i++)
        c->marks[i].node = pm_clock_node_hash(e->field[PM_F_NODE]);
}

static enum pm_quality quality_of(enum pm_when_kind k) {
    if (k == PM_WHEN_UTC) return PM_QUALITY_EXACT;
    return k == PM_WHEN_LOCAL || k == PM_WHEN_NO_YEAR ? PM_QUALITY_ASSUMED : PM_QUALITY_RELATIVE;
}

static void waited(void *ctx, const struct row_held *held) {
    struct batch *b = batch_at_hand(ctx);
    struct narrow_row *row = b->rows[b->n++] = row_held_copy(held, b->arena);
    b->bytes += narrow_row_bytes(row) + held->n;
}

// A sum of all bytes needs no other.
static void tell(struct reading *r, struct pm_str record) {
    if (r->p->o->digests_of_samples) r->told = pm_mix(record, r->told);
}

static bool folded(struct reading *r, const struct pm_record *rec, const struct pm_event *e) {
    if (e->kind != PM_KIND_REQUEST) return false;
    if (!r->fold) r->fold = pm_request_fold_new(waited, r);
    return pm_request_fold_add(r->fold, rec->alike, e, pm_clock_see(&r->j->r.clock, &e->when));
}

bool member_again(void *ctx, struct pm_str line, const struct pm_alike *alike) {
    struct reading *r = ctx;
    if (!r->fold || alike->when.kind != PM_WHEN_UTC ||
        !pm_request_fold_again(r->fold, alike, alike->when.ns))
        return false;
    pm_clock_see(&r->j->r.clock, &alike->when);
    tell(r, line);
    return true;
}

// Hearsay without a reference is not even of a pull: whoever asks the timeline for failed
// pulls must not find it.
static bool names_nothing(const struct pm_event *e) {
    const struct pm_str *f = e->field;
    return e->standing == PM_STANDING_HEARSAY && e->kind == PM_KIND_PULL_FAIL && !f[PM_F_IMAGE].n &&
           !f[PM_F_REPOSITORY].n && !f[PM_F_DIGEST].n;
}

// Looking for secrets costs more than parsing does, so no text is looked through twice:
// not a field that stands in the row's clean raw text, nor one that was clean in the row
// before.
static bool is_clean(struct pm_str s, struct pm_str clean, const struct narrow_row *before, int f) {
    return pm_redact_covers(clean, s) || (before && pm_str_eq(s, narrow_row_text(before, f)));
}

static const struct narrow_row *row_before(const struct reading *r) {
    if (r->fold) return pm_request_fold_last(r->fold);
    return r->batch->n ? r->batch->rows[r->batch->n - 1] : NULL;
}

// What is known of the record's text holds of its line, too.
static bool is_its_line(const struct pm_record *rec) {
    return rec->raw.p == rec->text.p && rec->raw.n <= rec->text.n;
}

// Without secrets, and as long as the record is.
static void put_texts(struct reading *r, struct pm_row *row, const struct pm_record *rec,
                      const struct pm_event *e) {
    bool redact = r->p->o->redact;
    const struct narrow_row *before = row_before(r);
    if (before && narrow_row_tagged(before)) before = NULL;
    unsigned char *known = rec->memo ? rec->memo->clean : NULL, nothing = 0;
    if (!known) known = &nothing;
    unsigned line = is_its_line(rec) ? *known : *known & ~(unsigned)PM_CLEAN_LINE;
    row->raw = evidence_text(r, rec, line, &row->tagged);
    struct pm_str clean = row->tagged ? PM_NONE : row->raw;
    for (int f = 0; f < PM_F_COUNT; f++) {
        struct pm_str s = e->field[f];
        if (redact && s.n && !(*known & PM_CLEAN_FIELDS) && f != PM_F_METHOD &&
            !is_clean(s, clean, before, f))
            s = redacted(r, s, &row->tagged);
        row->event.field[f] = s;
    }
    if (row->tagged) return;
    *known |= PM_CLEAN_FIELDS;
    if (is_its_line(rec)) *known |= PM_CLEAN_LINE;
}

// As long as its batch is.
static void keep_row(struct batch *b, struct pm_row *row) {
    const struct narrow_row *before = b->n ? b->rows[b->n - 1] : NULL;
    struct pm_str *field = row->event.field;
    size_t bytes = sizeof *before;
    for (int f = 0; f < PM_F_COUNT; f++) {
        field[f] = keep(b, field[f], before ? narrow_row_text(before, f) : PM_NONE);
        if (field[f].n) bytes += sizeof field[f];
    }
    row->raw = keep(b, row->raw, before ? narrow_row_raw(before) : PM_NONE);
    narrow_row_of(row, b->rows[b->n++] = pm_arena_room(b->arena, bytes));
    b->bytes += bytes;
}

// Where a 29 February stands first, for a year of the user's that has none.
void member_note_feb29(struct pm_clock_evidence *c, const struct pm_record *rec) {
    if (c->feb29 && !c->feb29_line) c->feb29_line = rec->line;
}

void member_event(void *ctx, const struct pm_record *rec, const struct pm_parser *parser,
                  const struct pm_event *e) {
    (void)parser;
    struct reading *r = ctx;
    r->record_events = rec->offset == r->record_offset ? r->record_events + 1 : 0;
    r->record_offset = rec->offset;
    if (folded(r, rec, e)) {
        tell(r, rec->text);
        return;
    }
    struct batch *b = batch_at_hand(r);
    struct pm_row all = {.event = *e}, *row = &all;
    if (names_nothing(e)) row->event.kind = PM_KIND_OTHER;
    row->line = rec->line;
    put_texts(r, row, rec, e);
    bool fine;
    row->hash = record_hash(r, rec, e, row->tagged, &fine);
    const bool whole = row->hash && !row->tagged; // it has all of the text in it
    tell(r, whole ? (struct pm_str){(const char *)&row->hash, sizeof row->hash} : rec->text);
    row->ordinal = row->hash && !fine ? ordinal_of(r, row->hash, &e->when, is_quoted(rec)) : 0;
    row->ts_kind = e->when.kind;
    row->ts_ns = pm_clock_see(&r->j->r.clock, &e->when);
    if (e->when.kind == PM_WHEN_NONE &&
        (e->flags & PM_EV_SNAPSHOT)) { // state at capture: an age of nothing
        const struct pm_when capture = {.kind = PM_WHEN_AGE};
        row->ts_kind = PM_WHEN_AGE;
        row->ts_ns = pm_clock_see(&r->j->r.clock, &capture);
    }
    row->quality = quality_of(row->ts_kind);
    row->first_ns = pm_clock_see(&r->j->r.clock, &e->first);
    row->last_ns = pm_clock_see(&r->j->r.clock, &e->last);
    member_note_feb29(&r->j->r.clock, rec);
    clock_event(&r->j->r.clock, rec, e, row);
    if (r->fold) pm_request_fold_put(r->fold, row);
    else keep_row(b, row);
}

void member_rows_end(struct reading *r) {
    pm_request_fold_end(r->fold);
    batch_flush(r);
    seen_free(&r->seen[0]);
    seen_free(&r->seen[1]);
}
