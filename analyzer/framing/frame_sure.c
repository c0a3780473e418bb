// Lines of logs that need every one of their lines (access logs): millions of them, in one
// grammar, and each would be cleaned, shown to forty envelopes, asked whether it goes on,
// and offered to the parsers that won last. Where the parser that won last is sure of the
// line by its grammar (parser.h), all of that says no, and is left out.
//
// It is left out only between lines of such a log: where something is pending or open (a
// record that may go on, a quotation, a fence, stern's two words) the line goes the usual
// way, and so it does where a person asks what everything means.
#include "frame_docs.h"

// Printable ASCII and nothing else.
static bool is_printable(const char *p, size_t n) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    size_t i = 0;
    uint64_t odd = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t w;
        memcpy(&w, p + i, 8);
        odd |= (w - ones * 0x20) | (w + ones) | w;
    }
    if (odd & highs) return false;
    for (; i < n; i++)
        if (p[i] < 0x20 || p[i] > 0x7e) return false;
    return true;
}

static bool is_between_lines(const struct pm_frame *f) {
    const struct frame_lane *l = f->last_lane;
    return !f->at_start && !f->lanes_pending && l && !l->key.n && !l->partial && !f->quoted &&
           f->fence == FENCE_NONE && !f->indent && !f->stern && f->sticky < 0;
}

size_t frame_sure_line(struct pm_frame *f, const char *p, size_t n) {
    const struct pm_parser *parser = f->mru[0] < 0 ? NULL : pm_parsers[f->mru[0]];
    if (!parser || !parser->sure_line || !is_between_lines(f) || f->o.all_lines || f->o.every)
        return 0;
    const char *nl = memchr(p, '\n', n);
    struct pm_str line = {p, nl ? (size_t)(nl - p) : 0};
    if (!line.n || line.n > f->o.line_max_bytes || !is_printable(line.p, line.n) ||
        !parser->sure_line(line))
        return 0;
    struct frame_unit u = {.text = line, .raw = line, .line = f->line, .offset = f->offset};
    struct pm_record r;
    pm_arena_reset(f->line_arena);
    frame_record_of(f, &u, &r);
    r.sure = true;
    frame_dispatch(f, &r);
    f->offset += line.n + 1;
    f->line++;
    f->stats.lines++;
    return line.n + 1;
}
