// What objects of one make have in common: see frame_shape.c. Level 4, inside framing.
#pragma once
#include "pm/fields.h"

#define FRAME_SHAPE_HOLES 128
#define FRAME_SHAPE_BYTES 4096
#define FRAME_SHAPE_INNER 16

// An object without its strings, numbers and words. Where they stood are the holes.
struct frame_shape {
    size_t holes_n, glue_n, inner_n;
    uint64_t newlines;
    bool closed; // a whole object was noted, and there was room for it
    struct {
        uint16_t glue; // bytes between the hole before and this one
        int16_t place; // of its value in the list, -1: nobody asks for it
    } hole[FRAME_SHAPE_HOLES];
    struct {
        int place;
        enum pm_json_type type;
    } inner[FRAME_SHAPE_INNER]; // listed members that are objects or arrays
    char glue[FRAME_SHAPE_BYTES];
};

// Noted while an object is read that begins at `from`: each value that is no container, and
// each listed member that is one; and that it is whole. What does not fit is not kept.
void frame_shape_begin(struct frame_shape *s);
void frame_shape_hole(struct frame_shape *s, struct pm_str glue, int place);
void frame_shape_inner(struct frame_shape *s, int place, enum pm_json_type type);
void frame_shape_end(struct frame_shape *s, struct pm_str glue, uint64_t newlines);
