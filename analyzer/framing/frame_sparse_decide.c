// May this member be read by its hits alone (frame_sparse.c)? That is decided on the first
// FRAME_SPARSE_HEAD bytes: formats that say so of themselves (PM_PARSER_SPARSE), and
// whatever is a log of records with stamps or envelopes of which no format that needs
// every line has claimed one. A log of another program that begins there later would be
// read by its hits alone; tables, documents and sections have literals of their own, and
// a section ends the fast road.
#include "frame_int.h"

#define LOG_RECORDS 40 // fewer do not show what a member is

void frame_sparse_note(struct pm_frame *f, const struct pm_record *r, const struct pm_parser *p) {
    bool needs_all = p && !(p->flags & (PM_PARSER_SPARSE | PM_PARSER_FALLBACK));
    f->sparsely.headed += (r->envelope_count && r->hint.when.kind != PM_WHEN_NONE) ||
                          r->shape == PM_SHAPE_JSON || pm_line_head(r->text);
    f->sparsely.dense += needs_all && (f->record_events || p->flags & PM_PARSER_STICKY);
}

// Stamped records of which no format wants all, and nobody's session or document.
static bool is_log(const struct pm_frame *f) {
    if (f->sparsely.dense || f->sparsely.documents || f->document || f->traced ||
        f->terminal.image.n)
        return false;
    return f->sparsely.headed * 10 >= f->stats.records * 9;
}

void frame_sparse_decide(struct pm_frame *f) {
    if ((f->offset < FRAME_SPARSE_HEAD && !f->o.soon) || f->stats.records < LOG_RECORDS) return;
    f->decided = true;
    if (f->o.all_lines || f->sections_seen) return;
    f->sparse = f->won_sparse * 10 >= f->stats.records * 6 || is_log(f);
    f->sparsely.sample_at = f->offset;
}
