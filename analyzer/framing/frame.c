// The framer itself: bytes in, lines out, and who takes over where a line is none.
//
// The bytes at hand always are one piece of memory: a block that they were read into, with
// what the pass before left (a cut line, a document's piece) put in front of them, or a buffer
// of the frame's where they are copied behind it. So nobody else needs to know about block
// borders.
#include "framing/documents/frame_docs.h"
#include "pm/scan.h"
#include <pthread.h>
#include <stdlib.h>

static int by_rank(const void *x, const void *y) {
    const struct pm_envelope *const *a = x, *const *b = y;
    if ((*a)->rank != (*b)->rank) return (*a)->rank < (*b)->rank ? -1 : 1;
    return strcmp((*a)->name, (*b)->name);
}

// Which bytes can a line wrapped by `e` begin with? (envelope.h, `first`)
static void index_first(struct frame_envelopes *all, const struct pm_envelope *e, uint64_t bit) {
    if (e->peel_json) all->json |= bit;
    if (e->logged) all->logged |= bit;
    if (!e->peel) return;
    for (int c = 0; c < 256; c++) {
        bool can = !e->first;
        for (const char *p = e->first; p && *p; p++)
            can |= (*p == '0' && c >= '0' && c <= '9') || (*p == 'A' && c >= 'A' && c <= 'Z') ||
                   (*p == 'a' && c >= 'a' && c <= 'z') ||
                   (*p != '0' && *p != 'A' && *p != 'a' && c == (unsigned char)*p);
        if (can) all->first[c] |= bit;
    }
}

static struct frame_envelopes envelopes;
static void index_envelopes(void) {
    while (envelopes.n < FRAME_ENVELOPES && pm_envelopes[envelopes.n]) {
        envelopes.by_rank[envelopes.n] = pm_envelopes[envelopes.n];
        envelopes.n++;
    }
    if (envelopes.n) qsort(envelopes.by_rank, envelopes.n, sizeof *envelopes.by_rank, by_rank);
    for (size_t i = 0; i < envelopes.n; i++) {
        const struct pm_envelope *e = envelopes.by_rank[i];
        index_first(&envelopes, e, UINT64_C(1) << i);
        for (const char *const *name = e->members; *name; name++)
            envelopes.members[i] |= UINT64_C(1) << pm_member_bit(*name, strlen(*name));
    }
}

struct pm_frame *pm_frame_new(const struct pm_ingest_sink *sink, struct pm_str path,
                              const struct pm_frame_options *o) {
    static pthread_once_t indexed = PTHREAD_ONCE_INIT;
    struct pm_frame *f = pm_xmalloc(sizeof *f);
    pthread_once(&indexed, index_envelopes);
    memset(f, 0, sizeof *f);
    f->envelopes = &envelopes;
    f->sink = *sink;
    if (o) f->o = *o;
    if (!f->o.line_max_bytes) f->o.line_max_bytes = 16u << 20;
    f->member = pm_arena_new();
    f->line_arena = pm_arena_new();
    f->record_arena = pm_arena_new();
    f->path = pm_arena_dup(f->member, path);
    f->place = pm_writer_of_path(f->path);
    if (!f->place.container && f->o.given.n)
        f->place = pm_writer_of_path(pm_arena_dup(f->member, f->o.given));
    f->log_named = pm_writer_log_name(f->path);
    f->document = pm_writer_document(f->path);
    f->line = f->weight = 1;
    f->at_start = true;
    f->sticky = f->listed.who = -1;
    for (int i = 0; i < FRAME_MRU; i++) f->mru[i] = -1;
    while (pm_parsers[f->parser_n]) f->parser_n++;
    f->states = PM_NEWN(f->member, void *, f->parser_n);
    f->won = PM_NEWN(f->member, uint64_t, f->parser_n);
    return f;
}

static void passed(struct pm_frame *f, size_t n, bool newline) {
    f->offset += n;
    if (newline) {
        f->line++;
        f->stats.lines++;
    }
}

static void overlong(struct pm_frame *f, const char *p) {
    pm_diags_add(f->sink.diags, f->path, f->line, "line-too-long",
                 "line longer than %llu bytes: the rest of it was not read",
                 (unsigned long long)f->o.line_max_bytes);
    frame_line(f, (struct pm_str){p, f->o.line_max_bytes}, true);
    f->skip_line = true;
}

// What kind of document begins at this line? FRAME_LINES: none. FRAME_SNIFF: more bytes
// are needed to tell.
static enum frame_mode document_at(struct pm_frame *f, const char *p, size_t n, bool end) {
    static const struct {
        enum frame_mode mode;
        enum frame_begins (*begins)(const struct pm_frame *f, const char *p, size_t n, bool end);
    } rows[] = {{FRAME_JSON, frame_json_begins},
                {FRAME_YAML, frame_yaml_begins},
                {FRAME_EXPORT, frame_export_begins},
                {FRAME_CSV, frame_csv_begins}};
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        enum frame_begins b = rows[i].begins(f, p, n, end);
        if (b == BEGINS_MORE) return FRAME_SNIFF;
        if (b == BEGINS_NO) continue;
        const char *nl = memchr(p, '\n', n);
        struct pm_str first = {p, nl ? (size_t)(nl - p) : n};
        return frame_continues(f, first) ? FRAME_LINES
                                         : rows[i].mode; // an error body may look like a document
    }
    return FRAME_LINES;
}

static void document_start(struct pm_frame *f, enum frame_mode mode) {
    if (mode == FRAME_JSON) frame_json_start(f);
    if (mode == FRAME_YAML) {
        frame_yaml_start(f);
        f->whole_text = true;
    }
    if (mode == FRAME_EXPORT) frame_export_start(f);
    if (mode == FRAME_CSV) frame_csv_start(f);
    f->sparsely.documents |= mode != FRAME_JSON; // one of those may be a line
}

// One line. Returns the bytes used, 0 where more are needed.
static size_t take_line(struct pm_frame *f, const char *p, size_t n, bool end) {
    const char *nl = memchr(p, '\n', n);
    size_t len = nl ? (size_t)(nl - p) : n;
    if (f->skip_line) {
        f->skip_line = !nl;
        passed(f, len + (nl != NULL), nl != NULL);
        return len + (nl != NULL);
    }
    if (!f->plain) {
        enum frame_mode mode = document_at(f, p, n, end);
        if (mode == FRAME_SNIFF) return 0;
        if (mode != FRAME_LINES) {
            document_start(f, mode);
            return 0;
        }
    }
    if (!nl && !end && len <= f->o.line_max_bytes) return 0;
    if (len > f->o.line_max_bytes) {
        overlong(f, p);
        passed(f, f->o.line_max_bytes, false);
        return f->o.line_max_bytes;
    }
    f->plain = false;
    frame_line(f, (struct pm_str){p, len}, false);
    passed(f, len + (nl != NULL), nl != NULL);
    if (!nl) {
        f->stats.lines++;
        f->open_end = f->line > 1 && !f->gave_back;
    }
    return len + (nl != NULL);
}

static size_t take_document(struct pm_frame *f, const char *p, size_t n, bool end) {
    size_t used = 0;
    if (f->mode == FRAME_JSON) used = frame_json_feed(f, p, n, end);
    else if (f->mode == FRAME_YAML) used = frame_yaml_feed(f, p, n, end);
    else if (f->mode == FRAME_EXPORT) used = frame_export_feed(f, p, n, end);
    else if (f->mode == FRAME_CSV) used = frame_csv_feed(f, p, n, end);
    else if (f->mode == FRAME_JOURNAL) used = frame_journal_feed(f, p, n);
    f->offset += used;
    return used;
}

static void document_end(struct pm_frame *f) {
    if (f->mode == FRAME_JSON) frame_json_end(f);
    else if (f->mode == FRAME_YAML) frame_yaml_end(f);
    else if (f->mode == FRAME_EXPORT) frame_export_end(f);
    else if (f->mode == FRAME_CSV) f->mode = FRAME_LINES;
    else if (f->mode == FRAME_JOURNAL) frame_journal_end(f);
}

static size_t take_lines(struct pm_frame *f, const char *p, size_t n, bool end) {
    if (!f->decided) frame_sparse_decide(f);
    if (!f->sparse || f->skip_line || f->plain) {
        size_t sure = f->skip_line || f->plain ? 0 : frame_sure_line(f, p, n);
        return sure ? sure : take_line(f, p, n, end);
    }
    size_t skipped;
    enum frame_next next = frame_sparse(f, p, n, end, &skipped);
    if (next != NEXT_READ) return skipped;
    size_t used = take_line(f, p, n, end);
    if (f->sections_seen) {
        f->sparse = false;
        f->weight = 1; // another program's lines, perhaps of another kind
    }
    return used;
}

static void drain_some(struct pm_frame *f, bool end) {
    while (f->pos < f->text.n || f->back.n) {
        if (f->back.n) frame_take_back(f);
        const char *p = f->text.p + f->pos;
        size_t n = f->text.n - f->pos;
        enum frame_mode before = f->mode;
        size_t used =
            f->mode == FRAME_LINES ? take_lines(f, p, n, end) : take_document(f, p, n, end);
        f->pos += used;
        if (!used && f->mode == before && !f->back.n) break;
    }
}

// A whole file for one parser. True where it was taken; else it is read like any other
// text.
static bool whole_file(struct pm_frame *f) {
    pm_arena_reset(f->line_arena);
    size_t bad = 0;
    struct pm_str text = pm_utf8_clean(f->line_arena, pm_ansi_strip(f->line_arena, f->text), &bad);
    char *p = pm_arena_alloc(f->line_arena, text.n);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' || (i + 1 < text.n && text.p[i + 1] != '\n')) p[n++] = text.p[i];
    text = (struct pm_str){p, n};
    ptrdiff_t nl = pm_str_chr(text, '\n', 0);
    struct pm_record r = {.text = text,
                          .raw = pm_str_sub(text, 0, nl < 0 ? text.n : (size_t)nl),
                          .shape = PM_SHAPE_FILE,
                          .line = 1,
                          .path = f->path};
    if (!frame_dispatch(f, &r)) return false;
    f->stats.lines += pm_newlines_count(p, p + n) + (n && p[n - 1] != '\n');
    f->pos = f->text.n;
    return true;
}

// What is it? Decided on the first 64 KiB; then true.
static bool sniffed(struct pm_frame *f, bool end) {
    if (f->mode == FRAME_SNIFF) {
        if (f->text.n < FRAME_HEAD && !end) return false;
        if (frame_journal_begins(f->text.p, f->text.n)) {
            frame_journal_start(f);
            return true;
        }
        f->mode = frame_file_bids(f, pm_str_sub(f->text, 0, FRAME_HEAD)) ? FRAME_FILE : FRAME_LINES;
    }
    if (f->mode != FRAME_FILE) return true;
    if (f->text.n <= PM_FILE_MAX && !end) return false;
    if (f->text.n > PM_FILE_MAX)
        pm_diags_add(f->sink.diags, f->path, 0, "file-too-long",
                     "longer than %u MiB for a file of its kind: read line by line",
                     PM_FILE_MAX >> 20);
    else f->whole_text = whole_file(f);
    f->mode = FRAME_LINES;
    return true;
}

// What was not consumed stays for the next pass.
static void keep_rest(struct pm_frame *f) {
    const struct pm_str rest = pm_str_from(f->text, f->pos);
    if (f->text.p != f->buf.p) {
        pm_buf_clear(&f->buf);
        pm_buf_add(&f->buf, rest);
    } else if (f->pos) {
        memmove(f->buf.p, rest.p, rest.n);
        f->buf.n = rest.n;
    }
    f->pos = 0;
}

static void drain(struct pm_frame *f, struct pm_str text, bool end) {
    f->text = text;
    if (sniffed(f, end)) {
        drain_some(f, end);
        while (end && (f->mode != FRAME_LINES ||
                       f->back.n)) { // what a document kept may be text after all
            if (f->mode != FRAME_LINES) document_end(f);
            drain_some(f, end);
        }
    }
    keep_rest(f);
}

static void note_bytes(struct pm_frame *f, struct pm_str s) {
    f->stats.bytes += s.n;
    if (s.n) f->last_byte = s.p[s.n - 1];
}

void pm_frame_feed(struct pm_frame *f, const char *p, size_t n) {
    note_bytes(f, (struct pm_str){p, n});
    for (size_t i = 0; i < n; i += FRAME_BLOCK) {
        frame_bytes_add(f, p + i, n - i < FRAME_BLOCK ? n - i : FRAME_BLOCK, false);
        drain(f, pm_buf_str(&f->buf), false);
    }
}

void pm_frame_feed_block(struct pm_frame *f, struct pm_block *b) {
    const size_t kept = f->buf.n;
    if (f->bytes.kind != BYTES_UTF8 || kept > PM_BLOCK_FRONT_BYTES) {
        pm_frame_feed(f, pm_block_bytes(b), b->n);
        return;
    }
    char *begin = pm_block_bytes(b) - kept;
    note_bytes(f, pm_block_str(b));
    if (kept) memcpy(begin, f->buf.p, kept);
    begin[kept + b->n] = 0; // as a buffer ends
    drain(f, (struct pm_str){begin, kept + b->n}, false);
}

void pm_frame_end(struct pm_frame *f, bool truncated) {
    frame_bytes_add(f, "", 0, true);
    drain(f, pm_buf_str(&f->buf), true);
    frame_flush(f);
    if (f->stats.bytes && f->last_byte != '\n' && !f->journal && f->stats.lines + 1 == f->line)
        f->stats.lines++; // a document's last line without an end
    if (truncated)
        pm_diags_add(f->sink.diags, f->path, f->line, "truncated",
                     "the file ends early: its archive broke off here");
    else if (f->open_end || (f->whole_text && f->last_byte != '\n'))
        pm_diags_add(f->sink.diags, f->path, f->line, "last-line-open",
                     "the last line has no newline: it may be cut, and was read as far as it goes");
    frame_finish(f);
}

const struct pm_frame_stats *pm_frame_stats(const struct pm_frame *f) { return &f->stats; }

void pm_frame_free(struct pm_frame *f) {
    if (!f) return;
    for (size_t i = 0; i < FRAME_LANES; i++) {
        struct frame_lane *l = &f->lanes[i];
        struct pm_buf *const bufs[] = {&l->key, &l->text, &l->raw, &l->piece_text, &l->piece_raw};
        for (size_t k = 0; k < PM_LEN(bufs); k++) pm_buf_free(bufs[k]);
        if (l->arena) pm_arena_free(l->arena);
        if (l->piece_arena) pm_arena_free(l->piece_arena);
    }
    pm_buf_free(&f->bytes.out);
    pm_buf_free(&f->buf);
    pm_buf_free(&f->back);
    pm_buf_free(&f->section_text);
    pm_buf_free(&f->terminal.image);
    pm_buf_free(&f->terminal.k8s_namespace);
    pm_buf_free(&f->terminal.crictl);
    for (size_t i = 0; i < PM_LEN(f->terminal.steps); i++) pm_buf_free(&f->terminal.steps[i].image);
    frame_repeat_free(f);
    frame_json_free(f->json);
    frame_fields_forget(&f->listed.memo);
    frame_yaml_free(f->yaml);
    frame_export_free(f->exported);
    frame_csv_free(f->csv);
    frame_journal_free(f->journal);
    frame_again_free(f->again);
    pm_arena_free(f->member);
    pm_arena_free(f->line_arena);
    pm_arena_free(f->record_arena);
    free(f);
}
