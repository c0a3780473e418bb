// A JSON object's listed members out of its text: see frame_fields.c. Level 4, inside
// framing.
#pragma once
#include "pm/arena.h"
#include "framing/documents/frame_shape.h"
#include "pm/fields.h"

#define FRAME_SHAPES 6

// What the last objects were like: where their members stood in the list, and the shapes
// of the last whole ones, the latest first. One list a memo; zero is an empty one.
struct frame_fields_memo {
    uint8_t place[PM_JSON_WANTS_MAX];
    struct frame_shape *shape[FRAME_SHAPES], *spare;
};
void frame_fields_forget(struct frame_fields_memo *memo);
// The object that begins at s.p, into out[list->n]: the bytes it takes and the newlines in
// them. 0: it is not read here, and whoever builds trees is to begin at its first byte.
// Texts with escapes are the arena's, the others borrow from s.
size_t frame_fields_read(struct pm_arena *a, struct frame_fields_memo *memo, struct pm_str s,
                         const struct pm_json_fields *list, struct pm_json_field *out,
                         uint64_t *newlines);
