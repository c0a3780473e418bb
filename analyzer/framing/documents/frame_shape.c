// Objects of one kind are written by one line of code: their braces, names, colons and
// blanks are the same bytes, and only the values between them differ. What lies between
// the values is kept of the last objects, so that the next one is read by comparing these
// bytes and scanning its values (frame_fields.c).
//
// Nothing is decided twice. An object whose bytes between the values are those of one that
// was read before has its members, its depth and its names, none of which came twice; all
// that can be wrong with it lies in the values, which are read as ever.
#include "framing/documents/frame_shape.h"
#include <string.h>

void frame_shape_begin(struct frame_shape *s) {
    s->holes_n = s->glue_n = s->inner_n = 0;
    s->closed = true;
}

// Whether the values are UTF-8 is asked of those that are read. Names are not read again:
// a shape with one beyond ASCII, which may be broken, is not kept.
static bool is_ascii(struct pm_str s) {
    unsigned char all = 0;
    for (size_t i = 0; i < s.n; i++) all |= (unsigned char)s.p[i];
    return all < 0x80;
}

static bool glue_add(struct frame_shape *s, struct pm_str glue) {
    s->closed &= s->glue_n + glue.n <= FRAME_SHAPE_BYTES && is_ascii(glue);
    if (!s->closed) return false;
    memcpy(s->glue + s->glue_n, glue.p, glue.n);
    s->glue_n += glue.n;
    return true;
}

void frame_shape_hole(struct frame_shape *s, struct pm_str glue, int place) {
    s->closed &= s->holes_n < FRAME_SHAPE_HOLES;
    if (!glue_add(s, glue)) return;
    s->hole[s->holes_n].glue = (uint16_t)glue.n;
    s->hole[s->holes_n++].place = (int16_t)place;
}

void frame_shape_inner(struct frame_shape *s, int place, enum pm_json_type type) {
    s->closed &= s->inner_n < FRAME_SHAPE_INNER;
    if (!s->closed) return;
    s->inner[s->inner_n].place = place;
    s->inner[s->inner_n++].type = type;
}

void frame_shape_end(struct frame_shape *s, struct pm_str glue, uint64_t newlines) {
    glue_add(s, glue);
    s->newlines = newlines;
}
