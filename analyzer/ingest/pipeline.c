// pm_ingest: one thread walks and unwraps, workers frame and parse members, the calling
// thread writes.
//
// Same bundle, same bytes out, however many workers: members are numbered by the walk,
// and their rows are written in that order. A member's rows wait in memory for their
// turn; a worker that is ahead waits once PENDING_ROWS_BYTES are waiting, the first
// member in line never does. Unwrapped bytes wait for workers in blocks, BLOCKS_BYTES of
// them at most. So memory is bounded whatever the bundle.
//
// Why it cannot lock up: workers take members in order, so the first unwritten member
// always has a worker (or none yet, and one is free to take it), the walk feeds members
// in order, and the writer drains the first member's rows as they come.
//
// Plain files, and gzip over plain text where there are several inputs, are read by the
// worker itself: no hand-over, no copy. Not done: cutting one big member into pieces for
// two workers. Envelopes, continuation lines and table headers reach over any border.
#include "bundle/bundle.h"
#include "clock/clock.h"
#include "framing/frame.h"
#include "clock/kin.h"
#include "clock/node.h"
#include "ingest/own.h"
#include "ingest/request_fold.h"
#include "framing/standing.h"
#include "pm/ingest.h"
#include "pm/intern.h"
#include "pm/scan.h"
#include <Judy.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define BLOCK_BYTES ((size_t)256 << 10)
#define BLOCKS_BYTES ((size_t)16 << 20)
#define PENDING_ROWS_BYTES ((size_t)24 << 20)
#define EARLY_ROWS_BYTES                                                                           \
    ((size_t)6 << 20) // more rows of one member than this are written before its end is known
#define BATCH_ROWS 96
#define BATCH_BYTES                                                                                \
    ((size_t)56 << 10) // with its last row still within one block of its arena, mostly
#define JOBS_AHEAD 256 // members the walk may be ahead: each may hold a file open
#define ARENA_BYTES ((size_t)64 << 10)
#define RAW_BYTES 2048
#define HASH_HEAD_BYTES (UINT64_C(1) << 20)
#define HASH_STRIDE_BYTES (UINT64_C(64) << 10)
#define HASH_SAMPLE_BYTES (UINT64_C(4) << 10)

struct block {
    struct block *next;
    size_t n;
    char p[BLOCK_BYTES];
};
struct batch { // rows on their way to the writer; their texts live in the arena
    struct batch *next;
    struct pm_arena *arena;
    size_t n, bytes;
    struct pm_row rows[BATCH_ROWS];
};

struct result { // of one member, for the end of the run; texts in the run's arena
    struct pm_file_row row;
    struct pm_str path, input;
    int64_t mtime_ns;
    uint32_t file;
    enum pm_component component;
    enum pm_node_from node_from;
    struct pm_str names[4]; // of its node, by who said it (enum pm_node_from)
    struct pm_str
        also; // the name that its own lines use, where the cluster knows the node by another
    struct pm_clock_evidence clock;
    struct pm_frame_voice *voices;
    struct pm_standing_heard *heard; // of each voice
    size_t voices_n;
    uint32_t copy_of; // index + 1 of the result whose bytes it has
    bool needs_dates, written;
};

enum job_kind { JOB_STREAM, JOB_FILE, JOB_SKIP };
struct job {
    struct job *next;
    enum job_kind kind;
    char *path, *input, *why;
    int64_t mtime_ns;
    int fd;
    bool gzip;
    struct block *blocks, *blocks_last; // not yet parsed
    struct batch *rows, *rows_last;     // not yet written
    size_t rows_bytes;
    bool fed, truncated, done; // no more blocks come; … because it broke off; no more rows come
    struct pm_arena *arena;    // the result's texts, made by the worker
    struct result r;
};

struct pipe {
    struct pm_timeline *timeline;
    const struct pm_ingest_options *o;
    struct pm_limits limits;
    struct pm_diags *diags;
    const char *const *paths;
    size_t paths_n;
    pthread_mutex_t lock;
    pthread_cond_t work, space, out; // a job or block came; room was made; rows or an end came
    struct job *head, *tail,
        *untaken; // in order of the walk: to be written next … last found; first without a worker
    size_t jobs, blocks_bytes, rows_bytes;
    struct block *spare;
    size_t spares;
    bool walked, partial;
    struct job *feeding; // the walk's own: the member it reads at present
    struct block *filling;
    _Atomic uint64_t bytes, read_bytes; // parsed so far, and read of the inputs, for progress
    uint64_t total_bytes;               // of the inputs; 0 unknown
};

// ---- blocks

static struct block *block_get(struct pipe *p) {
    pthread_mutex_lock(&p->lock);
    while (p->blocks_bytes >= BLOCKS_BYTES) pthread_cond_wait(&p->space, &p->lock);
    p->blocks_bytes += BLOCK_BYTES;
    struct block *b = p->spare;
    if (b) p->spare = b->next, p->spares--;
    pthread_mutex_unlock(&p->lock);
    if (!b) b = pm_xmalloc(sizeof *b);
    b->next = NULL;
    b->n = 0;
    return b;
}

static void block_put(struct pipe *p, struct block *b) {
    pthread_mutex_lock(&p->lock);
    p->blocks_bytes -= BLOCK_BYTES;
    if (p->spares < 32) {
        b->next = p->spare;
        p->spare = b;
        p->spares++;
        b = NULL;
    }
    pthread_cond_broadcast(&p->space);
    pthread_mutex_unlock(&p->lock);
    free(b);
}

// ---- the walk's side

static char *text_of(struct pm_str s) {
    char *t = pm_xmalloc(s.n + 1);
    memcpy(t, s.n ? s.p : "", s.n);
    t[s.n] = 0;
    return t;
}

static struct job *job_new(enum job_kind kind, struct pm_str path, struct pm_str input,
                           int64_t mtime_ns) {
    struct job *j = pm_xmalloc(sizeof *j);
    *j = (struct job){.kind = kind,
                      .path = text_of(path),
                      .input = text_of(input),
                      .mtime_ns = mtime_ns,
                      .fd = -1};
    return j;
}

static void job_add(struct pipe *p, struct job *j) {
    pthread_mutex_lock(&p->lock);
    while (p->jobs >= JOBS_AHEAD) pthread_cond_wait(&p->space, &p->lock);
    p->jobs++;
    if (p->tail) p->tail->next = j;
    else p->head = j;
    p->tail = j;
    if (j->kind == JOB_SKIP) j->done = true;
    else if (!p->untaken) p->untaken = j;
    pthread_cond_broadcast(&p->work);
    pthread_cond_signal(&p->out);
    pthread_mutex_unlock(&p->lock);
}

static void on_file(void *ctx, const struct pm_member *m, int fd, bool gzip) {
    struct job *j = job_new(JOB_FILE, m->path, m->input, m->mtime_ns);
    j->fd = fd;
    j->gzip = gzip;
    j->fed = true;
    job_add(ctx, j);
}

static void on_begin(void *ctx, const struct pm_member *m) {
    struct pipe *p = ctx;
    p->feeding = job_new(JOB_STREAM, m->path, m->input, m->mtime_ns);
    job_add(p, p->feeding);
}

static char *on_room(void *ctx, size_t *n) {
    struct pipe *p = ctx;
    if (!p->filling) p->filling = block_get(p);
    *n = BLOCK_BYTES;
    return p->filling->p;
}

static void on_filled(void *ctx, size_t n) {
    struct pipe *p = ctx;
    struct job *j = p->feeding;
    p->filling->n = n;
    pthread_mutex_lock(&p->lock);
    if (j->blocks_last) j->blocks_last->next = p->filling;
    else j->blocks = p->filling;
    j->blocks_last = p->filling;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    p->filling = NULL;
}

static void on_end(void *ctx, bool truncated) {
    struct pipe *p = ctx;
    if (p->filling) block_put(p, p->filling);
    p->filling = NULL;
    pthread_mutex_lock(&p->lock);
    p->feeding->fed = true;
    p->feeding->truncated = truncated;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    p->feeding = NULL;
}

static void on_skipped(void *ctx, struct pm_str path, struct pm_str why) {
    struct job *j = job_new(JOB_SKIP, path, PM_NONE, PM_NO_TIME);
    j->why = text_of(why);
    job_add(ctx, j);
}

// One big file alone is better inflated by the walk while a worker parses; many are
// better inflated side by side.
static bool take_gzip(void *ctx) {
    struct pipe *p = ctx;
    struct stat st;
    bool alone = p->paths_n == 1 && stat(p->paths[0], &st) == 0 && S_ISREG(st.st_mode);
    return !alone;
}

static void *walk_main(void *ctx) {
    struct pipe *p = ctx;
    const struct pm_bundle_sink sink = {p,      on_file,    on_begin,  on_room,       on_filled,
                                        on_end, on_skipped, take_gzip, &p->read_bytes};
    bool whole = pm_bundle_walk(p->paths, p->paths_n, &p->limits, &sink, p->diags);
    pthread_mutex_lock(&p->lock);
    p->walked = true;
    p->partial |= !whole;
    pthread_cond_broadcast(&p->work);
    pthread_cond_broadcast(&p->out);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

// ---- a worker's side: one member at a time

struct reading {
    struct pipe *p;
    struct job *j;
    struct batch *batch;
    struct pm_request_fold *fold; // made for the first request
    struct pm_str node;           // the first that a fact named
    struct pm_clean_texts *clean;
    bool own; // the member is of our own making: nothing of it is read
    Pvoid_t
        seen[2]; // JudyL: record hash → times, for coarse stamps of this minute and the one before
    int64_t minute;
    uint64_t record_offset; // the record that events come from, to number them
    uint32_t record_events;
    uint64_t offset; // of the content, for its hash
    uint32_t crc;
};

// Everything up to 1 MiB, then 4 KiB of every 64: two logs of one length that differ only
// between the samples do not happen, and a checksum of all of a big file would cost more
// than reading it does.
static void content_hash(struct reading *r, const char *p, size_t n) {
    while (n) {
        uint64_t in = r->offset % HASH_STRIDE_BYTES, take;
        if (r->offset < HASH_HEAD_BYTES) take = HASH_HEAD_BYTES - r->offset;
        else take = in < HASH_SAMPLE_BYTES ? HASH_SAMPLE_BYTES - in : HASH_STRIDE_BYTES - in;
        if (take > n) take = n;
        if (r->offset < HASH_HEAD_BYTES || in < HASH_SAMPLE_BYTES)
            r->crc = (uint32_t)crc32(r->crc, (const Bytef *)p, (uInt)take);
        r->offset += take;
        p += take;
        n -= take;
    }
}

static void batch_free(struct batch *b) {
    pm_arena_free(b->arena);
    free(b);
}

static void batch_flush(struct reading *r) {
    struct batch *b = r->batch;
    struct pipe *p = r->p;
    if (!b) return;
    r->batch = NULL;
    b->bytes =
        sizeof *b + (b->bytes > ARENA_BYTES ? b->bytes + ARENA_BYTES / 2
                                            : ARENA_BYTES); // as the arena takes it: in blocks
    pthread_mutex_lock(&p->lock);
    while (p->rows_bytes >= PENDING_ROWS_BYTES && p->head != r->j)
        pthread_cond_wait(&p->space, &p->lock);
    if (r->j->rows_last) r->j->rows_last->next = b;
    else r->j->rows = b;
    r->j->rows_last = b;
    r->j->rows_bytes += b->bytes;
    p->rows_bytes += b->bytes;
    pthread_cond_signal(&p->out);
    pthread_mutex_unlock(&p->lock);
}

static struct pm_row *row_new(struct reading *r) {
    struct batch *b = r->batch;
    if (b && (b->n == BATCH_ROWS || b->bytes >= BATCH_BYTES)) batch_flush(r);
    if (!r->batch) {
        b = r->batch = pm_xmalloc(sizeof *b);
        b->next = NULL;
        b->n = b->bytes = 0;
        b->arena = pm_arena_new();
    }
    struct pm_row *row = &r->batch->rows[r->batch->n++];
    memset(row, 0, sizeof *row);
    return row;
}

// Into the batch; the row before often said the same.
static struct pm_str keep(struct batch *b, struct pm_str s, struct pm_str before) {
    if (!s.n) return PM_NONE;
    if (before.n == s.n && memcmp(before.p, s.p, s.n) == 0) return before;
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
static struct pm_str evidence_text(const struct pm_ingest_options *o, struct batch *b,
                                   const struct pm_record *rec, bool *tagged) {
    struct pm_str raw = pm_str_sub(rec->raw, 0, 4 * RAW_BYTES);
    ptrdiff_t nl = pm_str_chr(raw, '\n', 0);
    if (nl >= 0) raw.n = (size_t)nl;
    raw = pm_utf8_clean(b->arena, raw, NULL);
    struct pm_str as_read = raw;
    if (o->redact) raw = pm_redact(o->redact_key, b->arena, raw);
    *tagged |= raw.p != as_read.p;
    size_t n = raw.n < RAW_BYTES ? raw.n : RAW_BYTES;
    while (n > 0 && n < raw.n && ((uint8_t)raw.p[n] & 0xc0) == 0x80) n--;
    ptrdiff_t tag =
        n < raw.n && o->redact ? pm_str_rfind(pm_str_sub(raw, 0, n), PM_STR("<redacted:")) : -1;
    if (tag >= 0 && pm_str_chr(pm_str_sub(raw, (size_t)tag, n - (size_t)tag), '>', 0) < 0)
        n = (size_t)tag;
    return pm_str_sub(raw, 0, n);
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
    struct pm_when own = {0};
    bool stamped = !same_stamp(&e->when, &rec->hint.when) ||
                   (rec->shape == PM_SHAPE_LINE && pm_line_stamp(rec->text, &own));
    *fine = stamped && e->when.unit_ns < 1000000 && e->when.ns % PM_NS_PER_S != 0;
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

// How many records of this text came before; of one whose own stamp has a fraction there
// is no second. Copies that somebody quoted are numbered apart: the first of them is the
// first record again. The same text has the same stamp in it, so that only its minute
// and, as servers log when they are done, the one before need to be remembered.
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
    PWord_t slot;
    JLI(slot, r->seen[r->minute - minute], (Word_t)hash);
    return slot && slot != (PWord_t)PPJERR ? (uint32_t)(*slot)++ : 0;
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
    return k == PM_WHEN_UTC                             ? PM_QUALITY_EXACT
           : k == PM_WHEN_LOCAL || k == PM_WHEN_NO_YEAR ? PM_QUALITY_ASSUMED
                                                        : PM_QUALITY_RELATIVE;
}

static void unfold(void *ctx, const struct pm_row *held) {
    struct pm_row *row = row_new(ctx);
    struct batch *b = ((struct reading *)ctx)->batch;
    const struct pm_row *before = b->n > 1 ? row - 1 : NULL;
    *row = *held;
    for (int f = 0; f < PM_F_COUNT; f++)
        row->event.field[f] =
            keep(b, held->event.field[f], before ? before->event.field[f] : PM_NONE);
    row->raw = keep(b, held->raw, before ? before->raw : PM_NONE);
}

static bool folded(struct reading *r, const struct pm_event *e) {
    if (e->kind != PM_KIND_REQUEST) return false;
    if (!r->fold) r->fold = pm_request_fold_new(unfold, r);
    return pm_request_fold_add(r->fold, e, pm_clock_see(&r->j->r.clock, &e->when));
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
static bool is_clean(struct pm_str s, struct pm_str clean, const struct pm_row *before, int f) {
    return pm_redact_covers(clean, s) ||
           (before && !before->tagged && pm_str_eq(s, before->event.field[f]));
}

static void keep_texts(struct reading *r, struct pm_row *row, const struct pm_record *rec,
                       const struct pm_event *e) {
    struct batch *b = r->batch;
    bool redact = r->p->o->redact;
    const struct pm_row *before = b->n > 1 ? row - 1 : NULL;
    struct pm_str raw = evidence_text(r->p->o, b, rec, &row->tagged),
                  clean = row->tagged ? PM_NONE : raw;
    for (int f = 0; f < PM_F_COUNT; f++) {
        struct pm_str s = e->field[f];
        if (redact && s.n && f != PM_F_METHOD && !is_clean(s, clean, before, f))
            s = redacted(r, s, &row->tagged);
        row->event.field[f] = keep(b, s, before ? before->event.field[f] : PM_NONE);
    }
    row->raw = keep(b, raw, before ? before->raw : PM_NONE);
}

// Where a 29 February stands first, for a year of the user's that has none.
static void note_feb29(struct pm_clock_evidence *c, const struct pm_record *rec) {
    if (c->feb29 && !c->feb29_line) c->feb29_line = rec->line;
}

static void on_event(void *ctx, const struct pm_record *rec, const struct pm_parser *parser,
                     const struct pm_event *e) {
    (void)parser;
    struct reading *r = ctx;
    r->record_events = rec->offset == r->record_offset ? r->record_events + 1 : 0;
    r->record_offset = rec->offset;
    if (folded(r, e)) return;
    struct pm_row *row = row_new(r);
    struct batch *b = r->batch;
    row->event = *e;
    if (names_nothing(e)) row->event.kind = PM_KIND_OTHER;
    row->line = rec->line;
    keep_texts(r, row, rec, e);
    bool fine;
    row->hash = record_hash(r, rec, e, row->tagged, &fine);
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
    note_feb29(&r->j->r.clock, rec);
    clock_event(&r->j->r.clock, rec, e, row);
    if (e->kind == PM_KIND_REQUEST && pm_request_fold_hold(r->fold, row))
        b->n--; // it comes back by unfold
}

static void on_stamps(void *ctx, const struct pm_record *rec, const struct pm_when *envelope,
                      const struct pm_when *payload) {
    struct pm_clock_evidence *c = &((struct reading *)ctx)->j->r.clock;
    pm_clock_see(c, envelope);
    note_feb29(c, rec);
    bool one_clock = envelope->kind == PM_WHEN_UTC ||
                     (envelope->kind == PM_WHEN_NO_YEAR && payload->kind == PM_WHEN_NO_YEAR);
    if (!one_clock)
        pm_clock_see(
            c, payload); // beside the collector's clock, one without year or zone is never used
    pm_clock_pair(c, envelope, payload);
}

static void on_fact(void *ctx, const struct pm_record *rec, enum pm_fact fact, struct pm_str text,
                    const struct pm_when *when) {
    (void)rec;
    struct reading *r = ctx;
    switch (fact) {
    case PM_FACT_YEAR_ANCHOR:
        if (when) pm_clock_anchor(&r->j->r.clock, when);
        break;
    case PM_FACT_CAPTURE_TIME:
        if (when) pm_clock_capture(&r->j->r.clock, when);
        break;
    case PM_FACT_NODE_NAME:
        if (!r->node.n && text.n) r->node = pm_arena_dup(r->j->arena, text);
        break;
    case PM_FACT_NODE_ADDRESS: break;
    }
}

static struct pm_str envelope_names(struct pm_arena *a, const struct pm_frame_stats *s) {
    struct pm_str names = PM_NONE;
    for (int i = 0; i < s->envelope_count; i++)
        names = names.n ? pm_arena_fmt(a, "%.*s+%s", PM_FMT(names), s->envelopes[i])
                        : pm_str_c(s->envelopes[i]);
    return names;
}

static void describe(struct reading *r, const struct pm_frame_stats *s) {
    struct job *j = r->j;
    struct result *res = &j->r;
    struct pm_file_row *row = &res->row;
    res->path = row->path = pm_str_c(j->path);
    res->input = pm_str_c(j->input);
    res->mtime_ns = j->mtime_ns;
    if (s->format) {
        row->format = pm_str_c(s->format->name);
        res->component = s->format->component;
        if (res->component != PM_COMP_NONE)
            row->component = pm_str_c(pm_component_names[res->component]);
    }
    row->envelopes = envelope_names(j->arena, s);
    row->bytes = s->bytes;
    row->lines = s->lines;
    row->events = s->events;
    row->bad = s->bad;
    row->undated = s->undated;
    row->from_ns = row->to_ns = PM_NO_TIME;
    if (r->offset)
        row->hash =
            pm_arena_fmt(j->arena, "crc32:%08x-%llu", r->crc, (unsigned long long)r->offset);
    bool by_fact =
        r->node.n && pm_str_eq(r->node, s->node); // the framer counts names from facts too
    res->names[PM_NODE_PATH] = pm_node_of_path(res->path, res->input);
    res->names[PM_NODE_FACT] = r->node;
    res->names[PM_NODE_ENVELOPE] = by_fact ? PM_NONE : pm_arena_dup(j->arena, s->node);
    for (size_t i = 0; i < PM_LEN(res->names) && r->p->o->redact; i++)
        res->names[i] = pm_redact(r->p->o->redact_key, j->arena, res->names[i]);
    res->node_from = PM_NODE_ENVELOPE;
    while (res->node_from > PM_NODE_UNKNOWN && !res->names[res->node_from].n) res->node_from--;
    row->node = res->names[res->node_from];
}

static void keep_voices(struct reading *r, const struct pm_frame *f) {
    struct pm_frame_voice all[PM_FRAME_VOICES];
    size_t n = pm_frame_voices(f, all, PM_FRAME_VOICES);
    r->j->r.voices_n = n;
    r->j->r.voices = pm_arena_alloc(r->j->arena, (n + 1) * sizeof *all);
    memcpy(r->j->r.voices, all, n * sizeof *all);
}

static void feed(struct reading *r, struct pm_frame *f, const char *p, size_t n) {
    const char *own = r->offset == 0 ? pm_own_output((struct pm_str){p, n}) : NULL;
    if (own && !r->j->why) r->j->why = pm_xstrdup(own), r->own = true;
    content_hash(r, p, n);
    if (!r->own) pm_frame_feed(f, p, n);
    atomic_fetch_add_explicit(&r->p->bytes, n, memory_order_relaxed);
}

// The member's file is read here, by the worker. True where it broke off.
static bool read_file(struct reading *r, struct pm_frame *f) {
    struct pm_budget budget = {.limits = &r->p->limits, .read_bytes = &r->p->read_bytes};
    struct pm_str path = pm_str_c(r->j->path);
    struct pm_source *root = pm_source_file(r->j->fd, true, &budget, path),
                     *s = r->j->gzip ? pm_source_gzip(root, path) : root;
    char *block = pm_xmalloc(BLOCK_BYTES);
    for (size_t n; (n = pm_source_read(s, block, BLOCK_BYTES)) > 0;) feed(r, f, block, n);
    const char *limit = pm_source_limit(s);
    if (limit) r->j->why = pm_xstrdup(limit);
    bool broke = pm_source_report(s, r->p->diags);
    free(block);
    if (s != root) pm_source_close(s);
    pm_source_close(root);
    r->j->fd = -1;
    return broke;
}

static bool read_blocks(struct reading *r, struct pm_frame *f) {
    struct pipe *p = r->p;
    for (;;) {
        pthread_mutex_lock(&p->lock);
        while (!r->j->blocks && !r->j->fed) pthread_cond_wait(&p->work, &p->lock);
        struct block *b = r->j->blocks;
        if (b) r->j->blocks = b->next;
        if (!r->j->blocks) r->j->blocks_last = NULL;
        bool truncated = r->j->truncated;
        pthread_mutex_unlock(&p->lock);
        if (!b) return truncated;
        feed(r, f, b->p, b->n);
        block_put(p, b);
    }
}

// PULLMORTEM_READ is there for tests, which hold the two ways of reading against each
// other.
static bool reading_is(const char *way) {
    const char *want = getenv("PULLMORTEM_READ");
    return want && strcmp(want, way) == 0;
}

static void read_member(struct pipe *p, struct job *j, struct pm_clean_texts *clean) {
    struct reading r = {
        .p = p, .j = j, .clean = clean, .record_offset = UINT64_MAX, .minute = INT64_MIN / 2};
    j->arena = pm_arena_new();
    pm_clock_init(&j->r.clock);
    const struct pm_ingest_sink sink = {
        .ctx = &r, .event = on_event, .fact = on_fact, .stamps = on_stamps, .diags = p->diags};
    const struct pm_frame_options fo = {.line_max_bytes = p->o->line_max_bytes,
                                        .all_lines = reading_is("full"),
                                        .soon = reading_is("sparse")};
    struct pm_frame *f = pm_frame_new(&sink, pm_str_c(j->path), &fo);
    bool truncated = j->kind == JOB_FILE ? read_file(&r, f) : read_blocks(&r, f);
    pm_frame_end(f, truncated);
    describe(&r, pm_frame_stats(f));
    keep_voices(&r, f);
    pm_frame_free(f);
    pm_request_fold_end(r.fold);
    batch_flush(&r);
    seen_free(&r.seen[0]);
    seen_free(&r.seen[1]);
    pthread_mutex_lock(&p->lock);
    p->partial |= truncated;
    j->done = true;
    pthread_cond_signal(&p->out);
    pthread_mutex_unlock(&p->lock);
}

static void *worker_main(void *ctx) {
    struct pipe *p = ctx;
    struct pm_clean_texts *clean = pm_xmalloc(sizeof *clean);
    memset(clean, 0, sizeof *clean);
    for (;;) {
        pthread_mutex_lock(&p->lock);
        while (!p->untaken && !p->walked) pthread_cond_wait(&p->work, &p->lock);
        struct job *j = p->untaken;
        if (j) {
            p->untaken = j->next;
            while (p->untaken && p->untaken->kind == JOB_SKIP) p->untaken = p->untaken->next;
        }
        pthread_mutex_unlock(&p->lock);
        if (!j) break;
        read_member(p, j, clean);
    }
    free(clean);
    return NULL;
}

// ---- the writer's side

struct writer {
    struct pipe *p;
    struct pm_arena *arena; // results' texts, for the whole run
    struct result *results;
    size_t n, cap;
    struct pm_intern *hashes; // content hash → first member with it
    uint32_t *first;
    size_t first_n, first_cap;
    struct pm_intern *cluster;    // node names that events and objects use
    struct pm_redactor *redactor; // NULL: secrets stay
    int64_t began_ns, told_ns;
};

static int64_t monotonic_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * PM_NS_PER_S + t.tv_nsec;
}

static void progress(struct writer *w) {
    if (!w->p->o->progress) return;
    int64_t now = monotonic_ns();
    if (now - w->told_ns < PM_NS_PER_S / 4 || now - w->began_ns < PM_NS_PER_S / 2) return;
    w->told_ns = now;
    double mib = (double)atomic_load(&w->p->bytes) / (1 << 20),
           s = (double)(now - w->began_ns) / 1e9;
    double read = (double)atomic_load(&w->p->read_bytes), left = (double)w->p->total_bytes - read;
    char left_text[48] = "", duration[32];
    if (left > 0 && read > 0 && s > 1)
        snprintf(left_text, sizeof left_text, ", %s left",
                 s * left / read < 1
                     ? "a moment"
                     : pm_duration_format((int64_t)(s * left / read * 1e9), duration));
    fprintf(stderr, "\r%.0f MiB read, %.0f MiB/s, %zu files%s\033[K", mib, mib / s, w->n,
            left_text);
}

static void progress_end(struct writer *w) {
    if (w->p->o->progress && w->told_ns) fputs("\r\033[K", stderr);
}

// Rows of the first job in line; *done: they are the last. Small members are held until
// their end, so that duplicates need no rows.
static struct batch *rows_take(struct writer *w, struct job *j, bool *done) {
    struct pipe *p = w->p;
    pthread_mutex_lock(&p->lock);
    while (!j->done && (j->rows_bytes < EARLY_ROWS_BYTES || !j->rows)) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 250000000;
        if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
        if (p->o->progress) pthread_cond_timedwait(&p->out, &p->lock, &until);
        else pthread_cond_wait(&p->out, &p->lock);
        if (!p->o->progress) continue;
        pthread_mutex_unlock(&p->lock);
        progress(w);
        pthread_mutex_lock(&p->lock);
    }
    struct batch *b = j->rows;
    *done = j->done;
    j->rows = j->rows_last = NULL;
    p->rows_bytes -= j->rows_bytes;
    j->rows_bytes = 0;
    pthread_cond_broadcast(&p->space);
    pthread_mutex_unlock(&p->lock);
    return b;
}

// A member with the very bytes of an earlier one, unless the two are known to be of
// different nodes (a configuration may well be the same on all).
static bool find_duplicate(struct writer *w, struct result *r) {
    if (!r->row.hash.n) return false;
    uint32_t id = pm_intern_id(w->hashes, r->row.hash);
    while (w->first_n <= id) *PM_PUSH(w->first, w->first_n, w->first_cap) = UINT32_MAX;
    uint32_t first = w->first[id];
    if (first == UINT32_MAX) {
        w->first[id] = (uint32_t)w->n;
        return false;
    }
    const struct result *other = &w->results[first];
    uint32_t a = pm_clock_node_hash(r->row.node), b = pm_clock_node_hash(other->row.node);
    if (a && b && a != b) return false;
    r->row.duplicate_of = other->file + 1;
    r->copy_of = first + 1;
    return true;
}

// The path of a member as it is shown: people put tokens into names of folders, too.
static struct pm_str shown_path(struct writer *w, struct pm_str path) {
    return w->redactor ? pm_redact_now(w->redactor, w->arena, path) : path;
}

static struct pm_str shown_text(void *w, struct pm_str text) { return shown_path(w, text); }

static void number_tags(struct writer *w, struct pm_arena *a, struct pm_row *row) {
    if (!row->tagged || !w->redactor) return;
    for (int f = 0; f < PM_F_COUNT; f++)
        row->event.field[f] = pm_redact_number(w->redactor, a, row->event.field[f]);
    row->raw = pm_redact_number(w->redactor, a, row->raw);
}

static void put_rows(struct writer *w, struct batch *b, uint32_t file) {
    while (b) {
        struct batch *next = b->next;
        for (size_t i = 0; i < b->n; i++) {
            const struct pm_event *e = &b->rows[i].event;
            b->rows[i].file = file;
            number_tags(w, b->arena, &b->rows[i]);
            if ((e->component == PM_COMP_EVENTS || e->component == PM_COMP_OBJECTS) &&
                e->field[PM_F_NODE].n)
                pm_intern_id(w->cluster, e->field[PM_F_NODE]);
            pm_timeline_put(w->p->timeline, &b->rows[i]);
        }
        batch_free(b);
        b = next;
    }
}
static void drop_rows(struct batch *b) {
    while (b) {
        struct batch *next = b->next;
        batch_free(b);
        b = next;
    }
}

static bool was_seen(struct pm_clock_range r) { return r.min <= r.max; }
static bool has_open_stamps(const struct result *r) {
    return was_seen(r->clock.no_year) || was_seen(r->clock.local);
}

static void keep_result(struct writer *w, struct result *r) {
    struct pm_str *const texts[] = {&r->path,
                                    &r->input,
                                    &r->row.envelopes,
                                    &r->row.hash,
                                    &r->names[PM_NODE_PATH],
                                    &r->names[PM_NODE_FACT],
                                    &r->names[PM_NODE_ENVELOPE]};
    for (size_t i = 0; i < PM_LEN(texts); i++) {
        if (w->redactor && i >= 4) *texts[i] = pm_redact_number(w->redactor, w->arena, *texts[i]);
        *texts[i] = pm_arena_dup(w->arena, *texts[i]);
    }
    struct pm_frame_voice *voices = pm_arena_alloc(w->arena, (r->voices_n + 1) * sizeof *voices);
    memcpy(voices, r->voices, r->voices_n * sizeof *voices);
    r->voices = voices;
    r->heard = pm_arena_alloc(w->arena, (r->voices_n + 1) * sizeof *r->heard);
    r->row.path = shown_path(w, r->path);
    r->row.node = r->names[r->node_from];
    r->needs_dates = was_seen(r->clock.age) || has_open_stamps(r);
    *PM_PUSH(w->results, w->n, w->cap) = *r;
}

static void write_member(struct writer *w, struct job *j) {
    struct pm_file_row row = {
        .path = shown_path(w, pm_str_c(j->path)), .from_ns = PM_NO_TIME, .to_ns = PM_NO_TIME};
    bool registered = false, done = false;
    while (!done) {
        struct batch *b = rows_take(w, j, &done);
        bool duplicate = done && find_duplicate(w, &j->r) && !registered;
        if (!registered) j->r.file = pm_timeline_file(w->p->timeline, &row);
        registered = true;
        j->r.written = !duplicate;
        if (duplicate) drop_rows(b);
        else put_rows(w, b, j->r.file);
    }
    keep_result(w, &j->r);
}

static void job_free(struct job *j) {
    free(j->path);
    free(j->input);
    free(j->why);
    pm_arena_free(j->arena);
    free(j);
}

static struct job *job_next(struct writer *w) {
    struct pipe *p = w->p;
    pthread_mutex_lock(&p->lock);
    while (!p->head && !p->walked) pthread_cond_wait(&p->out, &p->lock);
    struct job *j = p->head;
    pthread_mutex_unlock(&p->lock);
    return j;
}

static void write_all(struct writer *w) {
    struct pipe *p = w->p;
    for (struct job *j; (j = job_next(w)) != NULL;) {
        if (j->kind != JOB_SKIP) write_member(w, j);
        if (j->why)
            pm_timeline_skipped(p->timeline, shown_path(w, pm_str_c(j->path)), pm_str_c(j->why));
        pthread_mutex_lock(&p->lock);
        p->head = j->next;
        if (!p->head) p->tail = NULL;
        p->jobs--;
        pthread_cond_broadcast(&p->space);
        pthread_mutex_unlock(&p->lock);
        job_free(j);
        progress(w);
    }
    progress_end(w);
}

// ---- once all members are read

// A node has a host's name in its journal, an instance id in its collector's, and a name
// in the cluster, by which its pulls are told everywhere else.
static void prefer_cluster_name(struct writer *w, struct result *r) {
    struct pm_str own =
        r->names[PM_NODE_ENVELOPE].n ? r->names[PM_NODE_ENVELOPE] : r->names[PM_NODE_FACT];
    for (int from = PM_NODE_ENVELOPE; from > PM_NODE_UNKNOWN; from--) {
        struct pm_str name = r->names[from];
        if (!name.n || pm_intern_find(w->cluster, name) == UINT32_MAX) continue;
        r->row.node = name;
        if (!pm_str_eq(name, own)) r->also = own;
        return;
    }
}

// What is silenced goes into the rows as hearsay, and a member of which nothing is left
// that speaks for its program is of no program and no node's.
static void silence(struct writer *w, struct result *r, const struct pm_standing_member *m) {
    for (size_t k = 0; k < m->voices_n; k++)
        for (int c = 1; c < PM_COMP_COUNT; c++) {
            const unsigned g = pm_group_of((enum pm_component)c),
                           heard[2] = {m->heard[k].strict, m->heard[k].talk};
            for (uint32_t talk = 0; talk < 2; talk++)
                if (r->written && m->voices[k].open[talk] & 1u << c && !(heard[talk] & g))
                    pm_timeline_hearsay(w->p->timeline, r->file, (uint32_t)(k + 1) << 1 | talk,
                                        (enum pm_component)c);
        }
    if (m->voices_n == 0 || pm_standing_groups(m) & pm_group_of(r->component) ||
        r->component == PM_COMP_NONE)
        return;
    r->component = PM_COMP_NONE;
    r->row.component = PM_NONE;
    r->names[PM_NODE_FACT] = PM_NONE;
    if (r->node_from == PM_NODE_FACT)
        r->node_from = r->names[PM_NODE_PATH].n ? PM_NODE_PATH : PM_NODE_UNKNOWN;
    r->row.node = r->names[r->node_from];
    pm_clock_forget(&r->clock);
}

static void resolve_standing(struct writer *w) {
    struct pm_standing_member *m = pm_xmalloc((w->n + 1) * sizeof *m);
    for (size_t i = 0; i < w->n; i++) {
        const struct result *r = &w->results[i];
        m[i] = (struct pm_standing_member){.node = r->row.node,
                                           .events = r->row.events,
                                           .voices = r->voices,
                                           .voices_n = r->voices_n,
                                           .heard = r->heard};
    }
    pm_standing_resolve(m, w->n);
    for (size_t i = 0; i < w->n; i++)
        if (m[i].events) silence(w, &w->results[i], &m[i]);
    free(m);
}

static void resolve_nodes(struct writer *w) {
    for (size_t i = 0; i < w->n; i++) prefer_cluster_name(w, &w->results[i]);
    struct pm_node_member *m = pm_xmalloc((w->n + 1) * sizeof *m);
    for (size_t i = 0; i < w->n; i++) {
        const struct result *r = &w->results[i];
        m[i] = (struct pm_node_member){r->path, r->row.node, r->names[PM_NODE_PATH], r->node_from,
                                       pm_node_side(r->component)};
    }
    pm_node_resolve(m, w->n);
    for (size_t i = 0; i < w->n; i++) {
        bool named = w->results[i].node_from > PM_NODE_PATH ||
                     pm_node_side(w->results[i].component) ||
                     w->results[i].component == PM_COMP_NONE;
        w->results[i].row.node = named ? pm_arena_dup(w->arena, m[i].node) : PM_NONE;
    }
    free(m);
}

static void date_member(struct writer *w, struct result *r, struct pm_clock_member *m) {
    struct pm_file_row *row = &r->row;
    pm_clock_span(m, &row->from_ns, &row->to_ns);
    row->quality = has_open_stamps(r)                                  ? m->clock.quality
                   : was_seen(r->clock.age) && !was_seen(r->clock.utc) ? PM_QUALITY_RELATIVE
                                                                       : PM_QUALITY_EXACT;
    row->year = was_seen(r->clock.no_year) ? m->clock.year : 0;
    row->year_from = pm_str_c(m->clock.year_from);
    row->offset_from = pm_str_c(m->clock.offset_from);
    row->utc_offset_s = m->clock.offset_s;
    row->offset_known = m->clock.has_offset;
    row->skew_ms = m->clock.skew_ms;
    if (r->written && r->needs_dates)
        pm_timeline_redate(w->p->timeline, r->file, pm_clock_fix_stamp, &m->clock);
    if (r->written && row->node.n) pm_timeline_renode(w->p->timeline, r->file, row->node, r->also);
    pm_timeline_file_update(w->p->timeline, r->file, row);
}

static void meta_time(struct pm_timeline *t, const char *key, int64_t ns) {
    char text[32];
    if (ns != PM_NO_TIME) pm_timeline_meta(t, key, pm_str_c(pm_when_format(ns, text)));
}

static void finish(struct writer *w) {
    const struct pm_ingest_options *o = w->p->o;
    struct pm_zone *zone = o->tz ? pm_zone_open(o->tz) : NULL;
    if (o->tz && !zone)
        pm_diags_add(w->p->diags, PM_NONE, 0, "bad-zone",
                     "--tz: there is no zone '%s' here: left out", o->tz);
    resolve_standing(w);
    resolve_nodes(w);
    struct pm_clock_member *m = pm_xmalloc((w->n + 1) * sizeof *m);
    for (size_t i = 0; i < w->n; i++) {
        struct result *r = &w->results[i];
        m[i] = (struct pm_clock_member){.path = r->path,
                                        .input = r->input,
                                        .node = r->row.node,
                                        .component = r->component,
                                        .mtime_ns = r->mtime_ns,
                                        .evidence = &r->clock,
                                        .copy_of = r->copy_of};
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    pm_clock_resolve(m, w->n, o->year, zone, (int64_t)now.tv_sec * PM_NS_PER_S);
    for (size_t i = 0; i < w->n; i++)
        if (m[i].clock.no_such_day)
            pm_diags_add(
                w->p->diags, w->results[i].row.path, w->results[i].clock.feb29_line,
                PM_DIAG_NO_SUCH_DAY,
                "--year %d: this line is of 29 February, which %d has not; --year is the year of each file's last line",
                o->year, m[i].clock.year + w->results[i].clock.feb29_turn);
    pm_kin_resolve(m, w->n, w->cluster);
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (size_t i = 0; i < w->n; i++) {
        struct result *r = &w->results[i];
        if (!r->row.node.n && m[i].node.n) r->row.node = pm_arena_dup(w->arena, m[i].node);
        date_member(w, r, &m[i]);
        if (r->row.from_ns == PM_NO_TIME || r->component == PM_COMP_OBJECTS)
            continue; // objects are as old as the cluster
        if (r->row.from_ns < from) from = r->row.from_ns;
        if (r->row.to_ns > to) to = r->row.to_ns;
    }
    meta_time(w->p->timeline, "from", from == INT64_MAX ? PM_NO_TIME : from);
    meta_time(w->p->timeline, "to", to == INT64_MIN ? PM_NO_TIME : to);
    for (size_t i = 0; i < w->n; i++) pm_clock_free(&w->results[i].clock);
    free(m);
    pm_zone_close(zone);
}

static int threads_of(const struct pm_ingest_options *o) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (o->threads > 0) return o->threads > 64 ? 64 : o->threads;
    return cores < 1 ? 1 : cores > 8 ? 8 : (int)cores;
}

bool pm_ingest(struct pm_timeline *t, const char *const *paths, size_t paths_n,
               const struct pm_ingest_options *o, struct pm_diags *diags) {
    struct pipe p = {.timeline = t, .o = o, .diags = diags, .paths = paths, .paths_n = paths_n};
    p.limits =
        (struct pm_limits){o->member_max_bytes, o->depth_max, o->ratio_max, o->members_max, 0};
    pm_limits_default(&p.limits);
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.work, NULL);
    pthread_cond_init(&p.space, NULL);
    pthread_cond_init(&p.out, NULL);
    if (o->progress) p.total_bytes = pm_bundle_bytes(paths, paths_n);
    pm_timeline_begin(t);
    pthread_t walker, workers[64];
    int n = threads_of(o), started = 0;
    if (pthread_create(&walker, NULL, walk_main, &p) != 0) pm_die_oom();
    while (started < n && pthread_create(&workers[started], NULL, worker_main, &p) == 0) started++;
    if (started == 0) pm_die_oom();
    struct writer w = {.p = &p,
                       .arena = pm_arena_new(),
                       .hashes = pm_intern_new(),
                       .cluster = pm_intern_new(),
                       .began_ns = monotonic_ns()};
    if (o->redact) w.redactor = pm_redactor_new(o->redact_key);
    write_all(&w);
    pthread_join(walker, NULL);
    for (int i = 0; i < started; i++) pthread_join(workers[i], NULL);
    finish(&w);
    if (w.redactor && diags) pm_diags_rewrite(diags, shown_text, &w);
    for (struct block *b = p.spare, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(w.results);
    free(w.first);
    pm_intern_free(w.hashes);
    pm_intern_free(w.cluster);
    pm_redactor_free(w.redactor);
    pm_arena_free(w.arena);
    pthread_cond_destroy(&p.work);
    pthread_cond_destroy(&p.space);
    pthread_cond_destroy(&p.out);
    pthread_mutex_destroy(&p.lock);
    return !p.partial && !pm_diags_lost(diags);
}
