// The fast road for logs in which trouble is rare: whole blocks are searched for the
// literals that every rule and parser needs, and only the records around a hit are read.
// The lines left out are counted, and a record never begins in its middle: a hit in a
// continuation line goes back to its head, one in a piece of a long line to its first
// piece. Who may be read so is decided in frame_sparse_decide.c.
//
// Whether a writer is heard hangs on the bulk of what it writes (frame_voice_stand.c), and the
// clock wants stamps all along the file. So lines are read at regular distances whatever
// they hold, and each stands in the tally for those left out around it. The distance
// grows with the offset: a small file is sampled by a line in 8 KiB, a large one by a
// line in each 128th of it, so that every part weighs by its size and no file costs more
// than two thousand lines. Samples are at offsets of the member, so that they do not
// depend on how its bytes come.
#define _GNU_SOURCE // memrchr
#include "frame_int.h"
#include "pm/hear.h"

#define BACK_LINES 32 // a record's head is looked for that far before a hit
#define AHEAD_LINES                                                                                \
    64 // and its continuation lines that far behind, where the record says that it goes on
#define AHEAD_GUESS 8 // or looks as if
#define SAMPLE_BACK                                                                                \
    4 // a sample's head is worth less: where it is farther, the line counts for itself
#define SAMPLE_BYTES (8u << 10)
#define SAMPLE_PARTS 128
#define HOLD_BYTES                                                                                 \
    (64u << 10) // of such lines at a block's end, which are looked at again with the next block

static struct pm_str line_at(const char *p, const char *end) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    return (struct pm_str){p, (size_t)((nl ? nl : end) - p)};
}

static const char *line_before(const char *p, const char *from) {
    const char *nl = memrchr(from, '\n', (size_t)(p - 1 - from)); // not the one before p
    return nl ? nl + 1 : from;
}

// Docker's json-file: the text is the first member, and its quotes are escaped, which no
// head minds.
static struct pm_str docker_text(struct pm_str line) {
    return pm_str_starts(line, PM_STR("{\"log\":\"")) ? pm_str_from(line, 8) : PM_NONE;
}

// The value of a member of journald's JSON, as it stands: NONE where it is no text.
static struct pm_str journal_value(struct pm_str line, struct pm_str quoted_key) {
    ptrdiff_t at = pm_str_find(line, quoted_key, 0);
    if (at < 0) return PM_NONE;
    struct pm_str rest = pm_str_from(line, (size_t)at + quoted_key.n);
    while (rest.n && (*rest.p == ' ' || *rest.p == ':')) rest = pm_str_from(rest, 1);
    return rest.n && *rest.p == '"' ? pm_str_from(rest, 1) : PM_NONE;
}
// journald's own export in lines of JSON: its members come in any order.
static struct pm_str journal_text(struct pm_str line, struct pm_str *who) {
    if (!line.n || *line.p != '{') return PM_NONE;
    struct pm_str text = journal_value(line, PM_STR("\"MESSAGE\""));
    if (!text.n) return PM_NONE;
    struct pm_str name = journal_value(line, PM_STR("\"SYSLOG_IDENTIFIER\""));
    ptrdiff_t end = pm_str_chr(name, '"', 0);
    *who = end < 0 ? PM_NONE : pm_str_sub(name, 0, (size_t)end);
    return text;
}

// What stands behind the envelope, without peeling: behind journald's "ident[pid]: " or
// CRI's " F ". *who is the text that names the stream.
static struct pm_str payload(struct pm_str line, struct pm_str *who) {
    *who = PM_NONE;
    if (pm_line_klog(line) || pm_str_starts(line, PM_STR("time="))) return line;
    struct pm_str near = pm_str_sub(line, 0, 160), text = docker_text(line);
    if (text.n || (text = journal_text(line, who)).n) return text;
    ptrdiff_t at = pm_str_find(near, PM_STR(": "), 0);
    if (at > 0 && near.p[at - 1] == ']') {
        ptrdiff_t blank = pm_str_rchr(pm_str_sub(near, 0, (size_t)at), ' ');
        *who = pm_str_sub(near, (size_t)(blank + 1), (size_t)(at - blank - 1));
        return pm_str_from(line, (size_t)at + 2);
    }
    for (size_t i = 0; i < 2; i++) {
        ptrdiff_t std = pm_str_find(pm_str_sub(line, 0, 64),
                                    i ? PM_STR(" stderr F ") : PM_STR(" stdout F "), 0);
        if (std > 0) {
            *who = pm_str_sub(line, (size_t)std + 1, 6);
            return pm_str_from(line, (size_t)std + 10);
        }
    }
    return line;
}

// A line of a runtime that goes on in the stream's next: CRI's tag P, and json-file's
// text without its newline.
static bool is_piece(struct pm_str line) {
    if (docker_text(line).n)
        return !pm_str_has(line, PM_STR("\\n\",\"stream\"")) &&
               pm_str_has(line, PM_STR("\",\"stream\""));
    struct pm_str near = pm_str_sub(line, 0, 64);
    return pm_str_has(near, PM_STR(" stdout P ")) || pm_str_has(near, PM_STR(" stderr P "));
}

// The first piece of the line at `hit`. Streams may interleave: a piece of either makes
// all of them pieces here, which costs some lines read too many.
static const char *first_piece(const char *hit, const char *from, const char *end,
                               uint64_t *lines) {
    const char *first = hit;
    uint64_t n = 0;
    for (const char *p = hit; p > from && n < BACK_LINES;) {
        p = line_before(p, from);
        n++;
        if (!is_piece(line_at(p, end))) break;
        first = p;
        *lines = n;
    }
    return first;
}

// The line where the record of the line at `hit` begins, not before `from` and at most
// `most` lines back.
static const char *back_up(const char *hit, const char *from, const char *end, uint64_t most,
                           uint64_t *lines) {
    struct pm_str who, other;
    *lines = 0;
    const char *p = first_piece(hit, from, end, lines), *begin = p;
    if (pm_line_head(payload(line_at(p, end), &who))) return p;
    for (uint64_t n = *lines + 1; n <= most && p > from; n++) {
        p = line_before(p, from);
        bool head = pm_line_head(payload(line_at(p, end), &other));
        if (!head || !pm_str_eq(who, other)) continue;
        *lines = n;
        return p;
    }
    return begin;
}

// Text that is no UTF-8 is told of wherever it stands.
static void note_odd(struct pm_frame *f, const char *from, const char *to) {
    uint64_t line = f->line;
    if (!pm_bytes_odd(from, to)) return;
    for (const char *p = from; p < to; line++) {
        struct pm_str s = line_at(p, to);
        pm_arena_reset(f->line_arena);
        frame_clean(f, s, line);
        p += s.n + 1;
    }
}

static void skip(struct pm_frame *f, const char *from, const char *to, uint64_t lines) {
    if (!lines) return;
    frame_flush(f);
    note_odd(f, from, to);
    f->indent = 0;
    f->line += lines;
    f->stats.lines += lines;
    f->stats.skipped_lines += lines;
    f->sparsely.unweighed += lines;
    f->offset += (uint64_t)(to - from);
}

// How many lines the records that are open may still take.
static unsigned open_ahead(const struct pm_frame *f) {
    unsigned most = 0;
    for (size_t i = 0; i < FRAME_LANES; i++) {
        const struct frame_lane *l = &f->lanes[i];
        bool open = l->partial || (l->pending && l->open > OPEN_REPEAT);
        if (!open) continue;
        unsigned n = !l->partial && (l->open == OPEN_TEXT || l->open == OPEN_ROW) ? AHEAD_GUESS
                                                                                  : AHEAD_LINES;
        if (n > most) most = n;
    }
    return most;
}

// Does the line at p belong to a hit before it, perhaps?
static bool goes_on(struct pm_frame *f, const char *p, const char *end) {
    unsigned most = open_ahead(f);
    struct pm_str who;
    if (f->sparsely.ahead >= most) return false;
    if (most <= AHEAD_GUESS && pm_line_head(payload(line_at(p, end), &who))) return false;
    f->sparsely.ahead++;
    return true;
}

// The line of the next literal, the prefilter's or one of a rule of one's own, which has
// words that the prefilter does not know; `stop` where there is none.
static const char *next_hit(const char *p, const char *stop, uint64_t *passed) {
    const char *hit = pm_prefilter_next(p, stop, passed), *own = pm_hear_next(p, hit);
    if (!own) return hit;
    const char *line = own - 1;
    while (line > p && line[-1] != '\n') line--;
    *passed = pm_newlines_count(p, line);
    return line;
}

// How far lines may be left out: not the last ones, as a hit in the next block may go
// back to one of them. p: more bytes are needed.
static const char *safe_end(struct pm_frame *f, const char *p, const char *end, bool last) {
    uint64_t end_at = f->offset + (uint64_t)(end - p);
    const char *stop = end;
    if (last) return end;
    if (f->sparsely.end_at != end_at) {
        while (stop > p && stop[-1] != '\n') stop--;
        for (uint64_t n = 0; n < BACK_LINES && stop > p && end - stop < (ptrdiff_t)HOLD_BYTES; n++)
            stop = line_before(stop, p);
        f->sparsely.end_at = end_at;
        f->sparsely.safe_to = f->offset + (uint64_t)(stop - p);
    }
    return f->sparsely.safe_to > f->offset ? p + (f->sparsely.safe_to - f->offset) : p;
}

// The start of the line in [p, stop) that is read next as a sample, `stop` where it comes
// later. A member's last line is one.
static const char *sample_line(const struct pm_frame *f, const char *p, const char *stop,
                               bool last) {
    const char *final = stop, *at = p;
    if (last) {
        while (final > p && final[-1] == '\n') final--;
        while (final > p && final[-1] != '\n') final--;
    }
    if (f->sparsely.sample_at > f->offset) {
        uint64_t far = f->sparsely.sample_at - f->offset;
        const char *nl = far < (uint64_t)(final - p)
                             ? memchr(p + far, '\n', (size_t)(final - p - (ptrdiff_t)far))
                             : NULL;
        at = nl ? nl + 1 : final;
    }
    return at < final ? at : final;
}

// The lines from p to the record of the line at `line`, `passed` lines behind p, are left
// out, and that record is read.
static size_t read_next(struct pm_frame *f, const char *p, const char *line, const char *end,
                        uint64_t passed, uint64_t most_back) {
    uint64_t back, offset = f->offset;
    const char *head = back_up(line, p, end, most_back, &back);
    skip(f, p, head, passed - back);
    f->sparsely.read_to =
        offset + (uint64_t)(line - p) + 1; // a line is read whole where it begins before this
    f->sparsely.ahead = 0;
    return (size_t)(head - p);
}

static size_t read_sample(struct pm_frame *f, const char *p, const char *line, const char *end,
                          uint64_t passed) {
    uint64_t offset = f->offset + (uint64_t)(line - p), step = offset / SAMPLE_PARTS;
    f->sparsely.weighed_at = offset;
    f->sparsely.sample_at = offset + (step > SAMPLE_BYTES ? step : SAMPLE_BYTES);
    return read_next(f, p, line, end, passed, SAMPLE_BACK);
}

// Is the line at hand the sample? Then it stands for what was left out, else for itself.
static void weigh(struct pm_frame *f) {
    if (f->offset != f->sparsely.weighed_at) {
        f->weight = 1;
    } else if (f->sparsely.unweighed) {
        f->weight = 1 + f->sparsely.unweighed;
        f->sparsely.unweighed = 0;
    }
}

enum frame_next frame_sparse(struct pm_frame *f, const char *p, size_t n, bool last,
                             size_t *skipped) {
    const char *end = p + n;
    *skipped = 0;
    weigh(f);
    if (f->offset < f->sparsely.read_to) return NEXT_READ;
    if (!last && n < FRAME_BLOCK && !memchr(p, '\n', n)) return NEXT_MORE;
    if (goes_on(f, p, end)) return NEXT_READ;
    const char *stop = safe_end(f, p, end, last);
    if (stop == p) return last || n >= FRAME_BLOCK ? NEXT_READ : NEXT_MORE;
    const char *sample = sample_line(f, p, stop, last);
    uint64_t passed = 0, own = 0;
    const char *hit = next_hit(p, sample, &passed);
    if (hit < sample) {
        *skipped = read_next(f, p, hit, end, passed, BACK_LINES);
    } else if (sample == stop) {
        skip(f, p, stop, passed);
        *skipped = (size_t)(stop - p);
    } else {
        struct pm_str line = line_at(sample, end);
        bool hits = next_hit(line.p, line.p + line.n, &own) < line.p + line.n;
        *skipped = hits ? read_next(f, p, sample, end, passed, BACK_LINES)
                        : read_sample(f, p, sample, end, passed);
    }
    return *skipped ? NEXT_SKIPPED : NEXT_READ;
}
