// Bytes that a document gives back. A document is known only by its beginning; where it
// turns out to be none, what it took becomes the line at hand again and is read as text.
// This stands apart from frame.c because a document's reader asks for it, and frame.c
// asks the readers of documents.
#include "frame_int.h"

void frame_unread(struct pm_frame *f, struct pm_str bytes) {
    pm_buf_add(&f->back, bytes);
    f->gave_back = true;
    f->plain = true;
    f->mode = FRAME_LINES;
}

// What a document gave back goes in front of what is left.
void frame_take_back(struct pm_frame *f) {
    struct pm_buf joined = {0};
    pm_buf_add(&joined, pm_buf_str(&f->back));
    pm_buf_add(&joined, pm_str_from(f->text, f->pos));
    f->offset -= f->back.n;
    pm_buf_clear(&f->back);
    pm_buf_free(&f->buf);
    f->buf = joined;
    f->text = pm_buf_str(&f->buf);
    f->pos = 0;
}
