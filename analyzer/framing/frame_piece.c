// Pieces of one entry: what a runtime wrote in several lines (CRI's tag P, a json-file's
// text without its newline) is put together again before its inner envelopes are looked
// at. A piece that comes more than a second behind the one before it belongs to another
// entry, whose end was lost.
#include "frame_int.h"

void frame_piece(struct pm_frame *f, struct frame_unit *u, struct pm_str inner) {
    struct frame_lane *l = frame_lane_of(f, u->key);
    bool late = l->partial && u->hint.when.kind == PM_WHEN_UTC &&
                l->piece_when.kind == PM_WHEN_UTC &&
                u->hint.when.ns - l->piece_when.ns > PM_NS_PER_S;
    if (late) frame_lane_flush(f, l);
    if (!l->partial) {
        frame_lane_flush(f, l);
        if (!l->piece_arena) l->piece_arena = pm_arena_new();
        pm_arena_reset(l->piece_arena);
        pm_buf_clear(&l->piece_text);
        pm_buf_clear(&l->piece_raw);
        pm_buf_add(&l->piece_raw, pm_str_sub(u->raw, 0, 64u << 10));
        frame_record_of(f, u, &l->piece);
        l->piece.hint = frame_hint_dup(l->piece_arena, &u->hint);
        l->partial = true;
    }
    l->piece_when = u->hint.when;
    l->last_line = u->line;
    size_t max = f->o.line_max_bytes;
    if (l->piece_text.n < max)
        pm_buf_add(&l->piece_text, pm_str_sub(inner, 0, max - l->piece_text.n));
    else l->piece.hint.cut = true;
}

bool frame_piece_last(struct pm_frame *f, struct frame_unit *u, struct pm_str *inner) {
    if (!f->last_lane) return false;
    struct frame_lane *l = frame_lane_of(f, u->key);
    if (!l->partial) return false;
    bool late = u->hint.when.kind == PM_WHEN_UTC && l->piece_when.kind == PM_WHEN_UTC &&
                u->hint.when.ns - l->piece_when.ns > PM_NS_PER_S;
    if (late) {
        frame_lane_flush(f, l);
        return false;
    }
    l->partial = false;
    pm_buf_add(&l->piece_text, *inner);
    *inner = pm_arena_dup(f->line_arena, pm_buf_str(&l->piece_text));
    u->raw = pm_arena_dup(f->line_arena, pm_buf_str(&l->piece_raw));
    u->line = l->piece.line;
    u->offset = l->piece.offset;
    u->hint.when = l->piece.hint.when;
    u->hint.cut |= l->piece.hint.cut;
    return true;
}
