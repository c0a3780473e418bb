// Text for a terminal: wrapping, columns, colours. Level 5. Everything that came from
// logs is made visible before it gets here.
#pragma once
#include "pm/arena.h"
#include <stdio.h>

enum pm_ink {
    PM_INK_PLAIN,
    PM_INK_BOLD,
    PM_INK_DIM,
    PM_INK_RED,
    PM_INK_YELLOW,
    PM_INK_BLUE,
    PM_INK_GREEN,
    PM_INK_CYAN
};

struct pm_text {
    FILE *f;
    struct pm_arena *a;
    int width;
    bool color;
};
void pm_text_ink(struct pm_text *t, enum pm_ink ink, struct pm_str s); // no newline
void pm_text_heading(struct pm_text *t, const char *heading);
// "     label     text …", wrapped with a hanging indent. Nothing for an empty text. The label is dim.
void pm_text_item(struct pm_text *t, int indent, const char *label, int label_width,
                  struct pm_str text);
// The same, but the text stays on one line however long: it is there to be copied.
void pm_text_item_whole(struct pm_text *t, int indent, const char *label, int label_width,
                        struct pm_str text);

// A table: cells are added row by row, the first row is the head. Columns of `right` (bit
// i) align right. Where all is too wide columns of `drop` go, one after the other, as
// long as it helps; then the first column is cut.
#define PM_TABLE_COLUMNS 12
struct pm_table {
    int columns;
    unsigned right;
    const char *drop; // heads of columns, the least needed first, joined with |; NULL: none
    unsigned gone;    // bit i: column i is not printed
    struct pm_str *cells;
    size_t n, cap;
};
void pm_table_add(struct pm_table *b, struct pm_str cell);
void pm_table_print(struct pm_text *t, struct pm_table *b, int indent); // and frees it

// Bars of eighths, one character a value, scaled to `top` (0: to the largest).
struct pm_str pm_text_spark(struct pm_arena *a, const double *v, size_t n, double top);
