// Text for a terminal: wrapping, columns, colours.
#include "report/text/text_out.h"
#include "report/words.h"
#include <stdlib.h>

static const char *const inks[] = {
    [PM_INK_PLAIN] = "",    [PM_INK_BOLD] = "1",  [PM_INK_DIM] = "2",    [PM_INK_RED] = "1;31",
    [PM_INK_YELLOW] = "33", [PM_INK_BLUE] = "34", [PM_INK_GREEN] = "32", [PM_INK_CYAN] = "36"};

void pm_text_ink(struct pm_text *t, enum pm_ink ink, struct pm_str s) {
    bool on = t->color && ink != PM_INK_PLAIN && s.n;
    if (on) fprintf(t->f, "\033[%sm", inks[ink]);
    fwrite(s.n ? s.p : "", 1, s.n, t->f);
    if (on) fputs("\033[0m", t->f);
}
void pm_text_heading(struct pm_text *t, const char *heading) {
    fputc('\n', t->f);
    pm_text_ink(t, PM_INK_BOLD, pm_str_c(heading));
    fputc('\n', t->f);
}
static void label_print(struct pm_text *t, int indent, const char *label, int label_width) {
    fprintf(t->f, "%*s", indent, "");
    pm_text_ink(t, PM_INK_DIM, pm_str_c(label));
    int pad = label_width - pm_text_width(pm_str_c(label));
    fprintf(t->f, "%*s", pad > 0 ? pad : 0, "");
}
void pm_text_item(struct pm_text *t, int indent, const char *label, int label_width,
                  struct pm_str text) {
    int room = t->width - indent - label_width;
    if (room < 20) room = 20;
    for (bool first = true; text.n; first = false) {
        label_print(t, indent, first ? label : "", label_width);
        size_t n = pm_text_fit(text, room);
        struct pm_str line = pm_str_sub(text, 0, n);
        while (line.n && line.p[line.n - 1] == ' ') line.n--;
        pm_text_ink(t, PM_INK_PLAIN, line);
        fputc('\n', t->f);
        text = pm_str_from(text, n);
        while (text.n && text.p[0] == ' ') text = pm_str_from(text, 1);
    }
}
void pm_text_item_whole(struct pm_text *t, int indent, const char *label, int label_width,
                        struct pm_str text) {
    if (!text.n) return;
    label_print(t, indent, label, label_width);
    fprintf(t->f, "%.*s\n", PM_FMT(text));
}

void pm_table_add(struct pm_table *b, struct pm_str cell) {
    *PM_PUSH(b->cells, b->n, b->cap) = cell;
}

// The column with this head: -1 there is none.
static int column_of(const struct pm_table *b, struct pm_str head) {
    for (int c = 0; c < b->columns; c++)
        if (pm_str_eq(b->cells[c], head)) return c;
    return -1;
}
enum { LEAST = 12 }; // columns of words are not cut below
static void widths_of(const struct pm_text *t, struct pm_table *b, int indent,
                      int width[PM_TABLE_COLUMNS]) {
    int total = indent;
    for (int c = 0; c < b->columns; c++) {
        width[c] = 0;
        for (size_t i = (size_t)c; i < b->n; i += (size_t)b->columns) {
            int w = pm_text_width(b->cells[i]);
            if (w > width[c]) width[c] = w;
        }
        total += width[c] + (c ? 2 : 0);
    }
    for (struct pm_str rest = pm_str_c(b->drop); rest.n && total > t->width;) {
        ptrdiff_t end = pm_str_chr(rest, '|', 0);
        int c = column_of(b, end < 0 ? rest : pm_str_sub(rest, 0, (size_t)end));
        if (c > 0) {
            b->gone |= 1u << c;
            total -= width[c] + 2;
        }
        rest = end < 0 ? PM_NONE : pm_str_from(rest, (size_t)end + 1);
    }
    for (int over = total - t->width;
         over > 0;) { // words give way before numbers, the longest first
        int widest = -1;
        for (int c = 0; c < b->columns; c++)
            if (!((b->gone | b->right) >> c & 1) && width[c] > LEAST &&
                (widest < 0 || width[c] > width[widest]))
                widest = c;
        if (widest < 0) break;
        width[widest]--;
        over--;
    }
}
// Cells from `c` to the row's end that hold nothing print nothing: no blanks at the end
// of a line.
static bool rest_empty(const struct pm_table *b, size_t row, int c) {
    for (; c < b->columns; c++)
        if (!(b->gone >> c & 1) && b->cells[row * (size_t)b->columns + (size_t)c].n) return false;
    return true;
}
static void cell_print(struct pm_text *t, struct pm_str cell, int width, bool right, bool last,
                       enum pm_ink ink) {
    cell = pm_text_cut(t->a, cell, width);
    int pad = width - pm_text_width(cell);
    if (right) fprintf(t->f, "%*s", pad, "");
    pm_text_ink(t, ink, cell);
    if (!right && !last) fprintf(t->f, "%*s", pad, "");
}
void pm_table_print(struct pm_text *t, struct pm_table *b, int indent) {
    int width[PM_TABLE_COLUMNS];
    widths_of(t, b, indent, width);
    for (size_t row = 0; row * (size_t)b->columns < b->n; row++) {
        fprintf(t->f, "%*s", indent, "");
        for (int c = 0; c < b->columns && !rest_empty(b, row, c); c++) {
            if (b->gone >> c & 1) continue;
            if (c) fputs("  ", t->f);
            cell_print(t, b->cells[row * (size_t)b->columns + (size_t)c], width[c],
                       b->right >> c & 1, rest_empty(b, row, c + 1),
                       row ? PM_INK_PLAIN : PM_INK_DIM);
        }
        fputc('\n', t->f);
    }
    free(b->cells);
    *b = (struct pm_table){0};
}

struct pm_str pm_text_spark(struct pm_arena *a, const double *v, size_t n, double top) {
    static const char *const eighths[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    struct pm_buf b = {0};
    for (size_t i = 0; i < n; i++)
        if (v[i] > top) top = v[i];
    for (size_t i = 0; i < n; i++) {
        int step = top > 0 && v[i] > 0 ? (int)(v[i] / top * 8 + 0.5) : 0;
        if (step > 8) step = 8;
        if (step == 0 && v[i] > 0) step = 1; // little is not nothing
        pm_buf_lit(&b, eighths[step]);
    }
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}
