// The rows of a query, printed: an aligned table, CSV, JSON, Markdown, rows spread out.
//
// CSV cells that a spreadsheet would run as a formula get a leading apostrophe (numbers
// stay numbers). Tables escape control characters: the texts come from logs, and logs are
// hostile.
#include "cli/rows.h"
#include "report/row_print.h"
#include "report/words.h"
#include <stdio.h>
#include <stdlib.h>

enum { TABLE_ROWS_MEASURED = 2000 }; // column widths come from the first rows; the rest streams

// table ---------------------------------------------------------------------------------
static void table_cell(struct pm_str cell, int width, bool right, bool last) {
    int pad = width - pm_text_width(cell);
    if (right) printf("%*s", pad > 0 ? pad : 0, "");
    fwrite(cell.p ? cell.p : "", 1, cell.n, stdout);
    if (!right && !last) printf("%*s", pad > 0 ? pad : 0, "");
    fputs(last ? "\n" : "  ", stdout);
}
static void table_line(const struct pm_rows *q, const struct pm_str *cells) {
    for (int i = 0; i < q->columns; i++)
        table_cell(cells[i], q->width[i], q->numeric[i], i + 1 == q->columns);
}
static struct pm_str *table_cells(struct pm_rows *q, int n, const char *const *cells) {
    struct pm_str *out = PM_NEWN(q->a, struct pm_str, n);
    for (int i = 0; i < n; i++)
        // Copied: the cell is the next row's after this.
        out[i] = cells[i] ? pm_text_visible(q->a, pm_arena_dup(q->a, pm_str_c(cells[i]))) : PM_NONE;
    return out;
}
static void table_start(struct pm_rows *q, int n, const char *const *names) {
    q->columns = n;
    q->width = PM_NEWN(q->a, int, n);
    q->numeric = PM_NEWN(q->a, bool, n);
    for (int i = 0; i < n; i++) q->numeric[i] = true;
    *PM_PUSH(q->kept, q->kept_n, q->kept_cap) = (struct pm_table_row){table_cells(q, n, names)};
    for (int i = 0; i < n; i++) q->width[i] = pm_text_width(q->kept[0].cells[i]);
}
static void table_flush(struct pm_rows *q) {
    for (size_t r = 0; r < q->kept_n; r++) {
        table_line(q, q->kept[r].cells);
        if (r > 0) continue;
        for (int i = 0; i < q->columns; i++) {
            for (int k = 0; k < q->width[i]; k++) putchar('-');
            fputs(i + 1 == q->columns ? "\n" : "  ", stdout);
        }
    }
    q->flowing = true;
}
static bool table_row(void *ctx, int n, const char *const *names, const char *const *cells,
                      const char *types) {
    struct pm_rows *q = ctx;
    if (!q->rows++) table_start(q, n, names);
    if (q->flowing) {
        struct pm_arena *row = pm_arena_new();
        struct pm_rows one = *q;
        one.a = row;
        table_line(q, table_cells(&one, n, cells));
        pm_arena_free(row);
        return !ferror(stdout);
    }
    struct pm_str *kept = table_cells(q, n, cells);
    for (int i = 0; i < n; i++) {
        int w = pm_text_width(kept[i]);
        if (w > q->width[i]) q->width[i] = w;
        if (types[i] == 't' || types[i] == 'b') q->numeric[i] = false;
    }
    *PM_PUSH(q->kept, q->kept_n, q->kept_cap) = (struct pm_table_row){kept};
    if (q->kept_n > TABLE_ROWS_MEASURED) table_flush(q);
    return true;
}
static void table_end(struct pm_rows *q) {
    if (q->rows && !q->flowing) table_flush(q);
}

// csv -----------------------------------------------------------------------------------
static bool csv_row(void *ctx, int n, const char *const *names, const char *const *cells,
                    const char *types) {
    struct pm_rows *q = ctx;
    if (!q->rows++) pm_csv_heads(stdout, n, names);
    pm_csv_row(stdout, n, cells, types);
    return !ferror(stdout);
}

// json ----------------------------------------------------------------------------------
static bool json_row(void *ctx, int n, const char *const *names, const char *const *cells,
                     const char *types) {
    struct pm_rows *q = ctx;
    fputs(q->rows++ ? ",\n " : "[\n ", stdout);
    pm_json_row(stdout, n, names, cells, types);
    return !ferror(stdout);
}
static void json_end(struct pm_rows *q) { fputs(q->rows ? "\n]\n" : "[]\n", stdout); }
static bool jsonl_row(void *ctx, int n, const char *const *names, const char *const *cells,
                      const char *types) {
    struct pm_rows *q = ctx;
    q->rows++;
    pm_json_row(stdout, n, names, cells, types);
    putchar('\n');
    return !ferror(stdout);
}
static void nothing_end(struct pm_rows *q) { (void)q; }

// markdown ------------------------------------------------------------------------------
// What would end a cell or begin a tag is escaped; a cell is one line.
// A bare address of a log is no link: "http\://", "www\.".
static bool begins_link(struct pm_str s, size_t i) {
    return pm_str_starts(pm_str_from(s, i), PM_STR("://")) ||
           (i > 2 && s.p[i] == '.' && pm_str_ieq(pm_str_sub(s, i - 3, 3), PM_STR("www")));
}
static void markdown_cell(const char *text) {
    struct pm_arena *row = pm_arena_new();
    struct pm_str s = text ? pm_text_visible(row, pm_str_c(text)) : PM_NONE;
    fputs("| ", stdout);
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("|\\`*_<>[]", s.p[i]) || begins_link(s, i)) putchar('\\');
        putchar(s.p[i]);
    }
    putchar(' ');
    pm_arena_free(row);
}
static bool markdown_table_row(void *ctx, int n, const char *const *names, const char *const *cells,
                               const char *types) {
    struct pm_rows *q = ctx;
    for (int i = 0; !q->rows && i < n; i++) markdown_cell(names[i]);
    if (!q->rows) puts("|");
    for (int i = 0; !q->rows && i < n; i++)
        fputs(types[i] == 'i' || types[i] == 'f' ? "| ---: " : "| --- ", stdout);
    if (!q->rows++) puts("|");
    for (int i = 0; i < n; i++) markdown_cell(cells[i]);
    puts("|");
    return !ferror(stdout);
}

// expanded ------------------------------------------------------------------------------
static bool expanded_row(void *ctx, int n, const char *const *names, const char *const *cells,
                         const char *types) {
    struct pm_rows *q = ctx;
    struct pm_arena *row = pm_arena_new();
    int widest = 0;
    (void)types;
    for (int i = 0; i < n; i++)
        widest = (int)strlen(names[i]) > widest ? (int)strlen(names[i]) : widest;
    if (q->rows++) putchar('\n');
    for (int i = 0; i < n; i++) {
        if (!cells[i]) continue; // nothing is known of it
        struct pm_str name = pm_text_visible(row, pm_str_c(names[i])),
                      cell = pm_text_visible(row, pm_str_c(cells[i]));
        printf("%.*s%*s  %.*s\n", PM_FMT(name), widest - (int)strlen(names[i]), "", PM_FMT(cell));
    }
    pm_arena_free(row);
    return !ferror(stdout);
}

const struct pm_row_format pm_row_formats[] = {
    {.name = "table", .row = table_row, .end = table_end},
    {.name = "csv", .row = csv_row, .end = nothing_end},
    {.name = "json", .row = json_row, .end = json_end},
    {.name = "jsonl", .row = jsonl_row, .end = nothing_end},
    {.name = "markdown", .row = markdown_table_row, .end = nothing_end},
    {0},
};
const struct pm_row_format pm_rows_expanded = {
    .name = "expanded", .row = expanded_row, .end = nothing_end};

const struct pm_row_format *pm_row_format_find(const char *name) {
    const struct pm_row_format *f = pm_row_formats;
    while (f->name && strcmp(f->name, name) != 0) f++;
    return f->name ? f : NULL;
}
