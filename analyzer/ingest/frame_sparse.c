// The fast road for logs in which trouble is rare (PM_PARSER_SPARSE): whole blocks are searched for the literals that every rule needs, and only the
// records around a hit are read. The lines left out are counted, and a record never begins in its middle: a hit in a continuation line goes back to its head.
// The first and the last line of each block are read whatever they hold, so that the clock sees stamps all along the file.
#include "frame_int.h"
#include "pm/hear.h"

#define BACK_LINES 32  // a record's head is looked for that far before a hit
#define AHEAD_LINES 64 // and its continuation lines that far behind, where the record says that it goes on
#define AHEAD_GUESS 8  // or looks as if

void frame_sparse_decide(struct pm_frame *f) {
    if (f->o.all_lines || f->sections_seen || f->stats.records < 20) return;
    f->sparse = f->won_sparse * 10 >= f->stats.records * 6;
}

// What stands behind the envelope, without peeling: behind journald's "ident[pid]: " or CRI's " F ". *who is the text that names the stream.
static struct pm_str payload(struct pm_str line, struct pm_str *who) {
    *who = PM_NONE;
    if (pm_line_klog(line) || pm_str_starts(line, PM_STR("time="))) return line;
    struct pm_str near = pm_str_sub(line, 0, 160);
    ptrdiff_t at = pm_str_find(near, PM_STR(": "), 0);
    if (at > 0 && near.p[at - 1] == ']') {
        ptrdiff_t blank = pm_str_rchr(pm_str_sub(near, 0, (size_t)at), ' ');
        *who = pm_str_sub(near, (size_t)(blank + 1), (size_t)(at - blank - 1));
        return pm_str_from(line, (size_t)at + 2);
    }
    for (size_t i = 0; i < 2; i++) {
        ptrdiff_t std = pm_str_find(pm_str_sub(line, 0, 64), i ? PM_STR(" stderr F ") : PM_STR(" stdout F "), 0);
        if (std > 0) {
            *who = pm_str_sub(line, (size_t)std + 1, 6);
            return pm_str_from(line, (size_t)std + 10);
        }
    }
    return line;
}

static struct pm_str line_at(const char *p, const char *end) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    return (struct pm_str){p, (size_t)((nl ? nl : end) - p)};
}

static const char *line_before(const char *p, const char *from) {
    p--; // the newline
    while (p > from && p[-1] != '\n') p--;
    return p;
}

// The line where the record of the line at `hit` begins, not before `from`.
static const char *back_up(const char *hit, const char *from, const char *end, uint64_t *lines) {
    struct pm_str who, other;
    *lines = 0;
    if (pm_line_head(payload(line_at(hit, end), &who))) return hit;
    const char *p = hit;
    for (uint64_t n = 1; n <= BACK_LINES && p > from; n++) {
        p = line_before(p, from);
        bool head = pm_line_head(payload(line_at(p, end), &other));
        if (!head || !pm_str_eq(who, other)) continue;
        *lines = n;
        return p;
    }
    return hit;
}

static void skip(struct pm_frame *f, const char *from, const char *to, uint64_t lines) {
    if (!lines) return;
    frame_flush(f);
    f->indent = 0;
    f->line += lines;
    f->stats.lines += lines;
    f->stats.skipped_lines += lines;
    f->offset += (uint64_t)(to - from);
}

static const char *visit(struct pm_frame *f, const char *p, const char *end) {
    struct pm_str line = line_at(p, end);
    bool nl = line.p + line.n < end;
    if (line.n <= f->o.line_max_bytes) frame_line(f, line, false);
    else frame_overlong(f, line.p), f->skip_line = false;
    f->offset += line.n + nl;
    f->line += nl;
    f->stats.lines++;
    return p + line.n + nl;
}

static unsigned open_ahead(const struct pm_frame *f) {
    unsigned most = 0;
    for (size_t i = 0; i < FRAME_LANES; i++) {
        const struct frame_lane *l = &f->lanes[i];
        if (!l->pending || l->open <= OPEN_REPEAT) continue;
        unsigned n = l->open == OPEN_TEXT || l->open == OPEN_ROW ? AHEAD_GUESS : AHEAD_LINES;
        if (n > most) most = n;
    }
    return most;
}

// Lines behind a hit that may still belong to it.
static const char *go_on(struct pm_frame *f, const char *p, const char *end) {
    for (unsigned n = 0; p < end && n < open_ahead(f); n++) {
        struct pm_str who;
        bool head = pm_line_head(payload(line_at(p, end), &who));
        if (head && open_ahead(f) <= AHEAD_GUESS) break;
        p = visit(f, p, end);
    }
    return p;
}

// The line of the next literal, the prefilter's or one of a rule of one's own; `own`: where the latter was found last, so that a block is searched once.
static const char *next_hit(const char *done, const char *stop, const char **own, uint64_t *lines) {
    const char *hit = pm_prefilter_next(done, stop, lines);
    if (*own && *own <= done) *own = pm_hear_next(done, stop);
    if (!*own) return hit;
    const char *line = *own - 1;
    while (line > done && line[-1] != '\n') line--;
    if (line >= hit) return hit;
    *lines = pm_newlines_count(done, line);
    return line;
}

// From the head of the record that holds the line at `hit`, `lines` lines behind `done`, to where it ends.
static const char *read_around(struct pm_frame *f, const char *done, const char *hit, const char *end, uint64_t lines) {
    uint64_t back;
    const char *head = back_up(hit, done, end, &back);
    skip(f, done, head, lines - back);
    const char *p = head;
    while (p <= hit && p < end) p = visit(f, p, end);
    return go_on(f, p, end);
}

size_t frame_sparse(struct pm_frame *f, const char *p, size_t n, bool end) {
    const char *stop = p + n;
    while (!end && stop > p && stop[-1] != '\n') stop--;
    if (stop == p) return 0;
    const char *last = line_before(stop, p); // its start, whether or not it ends with a newline
    if (stop[-1] != '\n') {
        last = stop;
        while (last > p && last[-1] != '\n') last--;
    }
    const char *done = go_on(f, visit(f, p, stop), stop), *own = done;
    while (done < stop) {
        uint64_t lines = 0;
        const char *hit = next_hit(done, stop, &own, &lines);
        bool none = hit >= stop;
        if (none && last < done) break; // the last line was read already
        if (none) {
            hit = last;
            lines = pm_newlines_count(done, last);
        }
        done = read_around(f, done, hit, stop, lines);
    }
    return n - (size_t)(p + n - stop);
}
