// Lines of logs that need every one of their lines (access logs): millions of them, in one
// grammar, and each would be cleaned, shown to forty envelopes, asked whether it goes on,
// and offered to the parsers that won last. Where the parser that won last is sure of the
// line by its grammar (parser.h), all of that says no, and is left out.
//
// Most of them tell of one more layer of a pull, and differ from an earlier line in
// nothing but the layer, its bytes and the second (struct pm_alike). Whoever keeps the
// member's rows adds such a line to the row of that earlier one (sink.again), and here it
// is only counted: everything that it would be asked says what the earlier one said.
//
// Around such a line may stand what a container's runtime puts around it (CRI): a pod's
// log is mostly found so.
//
// It is left out only between lines of such a log: where something is pending or open (a
// record that may go on, a quotation, a fence, stern's two words) the line goes the usual
// way, and so it does where a person asks what everything means.
#include "framing/documents/frame_docs.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

// How many bytes of printable ASCII without a backslash there are: sixteen at a time where
// there is SSE2.
static size_t plain_bytes(const char *p, size_t n) {
    size_t i = 0;
#ifdef __SSE2__
    const __m128i blank = _mm_set1_epi8(' '), del = _mm_set1_epi8(0x7f),
                  backslash = _mm_set1_epi8('\\');
    for (; n - i >= 16; i += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        const __m128i odd =
            _mm_or_si128(_mm_cmplt_epi8(v, blank),
                         _mm_or_si128(_mm_cmpeq_epi8(v, del), _mm_cmpeq_epi8(v, backslash)));
        const unsigned at = (unsigned)_mm_movemask_epi8(odd);
        if (at) return i + (size_t)__builtin_ctz(at);
    }
#endif
    while (i < n && p[i] >= 0x20 && p[i] <= 0x7e && p[i] != '\\') i++;
    return i;
}

static bool is_between_lines(const struct pm_frame *f) {
    return !f->at_start && !f->lanes_pending && f->last_lane && !f->quoted &&
           f->fence == FENCE_NONE && !f->indent && !f->stern && f->sticky < 0;
}

// What frame_dispatch and what it calls count of a record with one event.
static void count(struct pm_frame *f, const struct pm_parser *parser, const struct pm_when *when) {
    f->sure_record = ++f->stats.records;
    f->stats.events++;
    f->record_events = 1;
    f->record_own = f->last_when = *when;
    f->sticky = -1;
    f->won[f->mru[0]] += f->weight;
    f->won_total++;
    f->voice->of[pm_group_index(pm_group_of(parser->component))] += f->weight;
    f->voice->records += f->weight;
}

// Only where the record before was such a line, too, of the same voice, and that voice has
// told of a request. A member's first lines are all looked at, as they decide how it is
// read.
static bool is_told(struct pm_frame *f, struct pm_str text, const struct pm_parser *parser,
                    const struct pm_alike *alike) {
    if (!alike || !alike->layer || f->sure_record != f->stats.records || !f->decided ||
        !f->sink.again || f->sink.record || parser->flags || !pm_group_of(parser->component) ||
        !f->sink.again(f->sink.ctx, text, alike))
        return false;
    count(f, parser, &alike->when);
    return true;
}

// The same in an envelope, which has a time, too. Of what a container says that no name
// vouches for, it is the event's.
static bool is_told_within(struct pm_frame *f, const struct frame_unit *u,
                           const struct pm_parser *parser, const struct pm_alike *alike) {
    const struct pm_when *around = &u->hint.when;
    struct pm_record r;
    if (!alike) return false;
    struct pm_alike told = *alike;
    if (around->kind == PM_WHEN_UTC && frame_is_second_hand(f)) told.when = *around;
    if (!is_told(f, u->text, parser, &told)) return false;
    f->record_own = (struct pm_when){0};
    frame_own_note(f, around, &alike->when);
    frame_record_of(f, u, &r);
    frame_stamps(f, &r);
    return true;
}

// What is in the line where the record before stood in a runtime's envelope: no piece of
// one that goes on, and in its own stream.
static bool is_sure_within(struct pm_frame *f, const struct pm_parser *parser, struct frame_unit *u,
                           const struct pm_alike **alike) {
    if (!f->wrapped || !frame_peel_stream(f, u) || !parser->sure_line(u->text, alike)) return false;
    struct frame_lane *l = frame_lane_of(f, u->key);
    if (l->partial) return false;
    l->last_line = u->line;
    return true;
}

static void dispatch(struct pm_frame *f, const struct frame_unit *u, const struct pm_alike *alike) {
    struct pm_record r;
    bool known = f->sure_record == f->stats.records && f->stats.records;
    const struct frame_voice *before = f->voice;
    frame_record_of(f, u, &r);
    r.sure = true;
    r.alike = alike;
    frame_dispatch(f, &r);
    if (f->record_events || (known && f->voice == before)) f->sure_record = f->stats.records;
}

// The line at hand, by a parser that is sure of such. False: it goes the usual way.
static bool is_read(struct pm_frame *f, struct pm_str line, const struct pm_parser *parser) {
    const struct pm_alike *alike = NULL;
    bool bare = !f->last_lane->key.n && !f->last_lane->partial && parser->sure_line(line, &alike);
    if (bare && is_told(f, line, parser, alike)) {
        f->wrapped = false;
        return true;
    }
    struct frame_unit u = {.text = line, .raw = line, .line = f->line, .offset = f->offset};
    pm_arena_reset(f->line_arena);
    if (!bare && !is_sure_within(f, parser, &u, &alike)) return false;
    if (bare || !is_told_within(f, &u, parser, alike)) dispatch(f, &u, alike);
    return true;
}

size_t frame_sure_line(struct pm_frame *f, const char *p, size_t n) {
    const struct pm_parser *parser = f->mru[0] < 0 ? NULL : pm_parsers[f->mru[0]];
    if (!parser || !parser->sure_line || !is_between_lines(f) || f->o.all_lines || f->o.every)
        return 0;
    const struct pm_str line = {p, plain_bytes(p, n)};
    if (!line.n || line.n == n || p[line.n] != '\n' || line.n > f->o.line_max_bytes ||
        !is_read(f, line, parser))
        return 0;
    f->offset += line.n + 1;
    f->line++;
    f->stats.lines++;
    return line.n + 1;
}
