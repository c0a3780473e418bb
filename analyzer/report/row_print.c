// Rows of the timeline's views as CSV and as JSON lines.
#include "report/row_print.h"
#include "pm/timeline.h"
#include "report/view.h"
#include "report/words.h"
#include <stdlib.h>

static bool is_numeric(char type) { return type == 'i' || type == 'f'; }

static void csv_cell(struct pm_buf *b, struct pm_str cell, char type) {
    struct pm_arena *a = NULL;
    if (!pm_text_is_neutral(cell)) {
        a = pm_arena_new();
        cell = pm_text_neutral(a, cell);
    }
    bool formula = !is_numeric(type) && cell.n && strchr("=+-@\t\r", cell.p[0]), quoted = formula;
    for (size_t i = 0; i < cell.n && !quoted; i++)
        quoted = cell.p[i] == '"' || cell.p[i] == ',' || cell.p[i] == '\r' || cell.p[i] == '\n';
    if (quoted) pm_buf_lit(b, formula ? "\"'" : "\"");
    for (ptrdiff_t at; quoted && (at = pm_str_chr(cell, '"', 0)) >= 0;
         cell = pm_str_from(cell, (size_t)at + 1)) {
        pm_buf_add(b, pm_str_sub(cell, 0, (size_t)at + 1));
        pm_buf_addc(b, '"');
    }
    pm_buf_add(b, cell);
    if (quoted) pm_buf_addc(b, '"');
    if (a) pm_arena_free(a);
}
void pm_csv_row(FILE *out, int n, const char *const *cells, const char *types) {
    struct pm_buf b = {0};
    for (int i = 0; i < n; i++) {
        if (cells[i]) csv_cell(&b, pm_str_c(cells[i]), types ? types[i] : 't');
        pm_buf_lit(&b, i + 1 == n ? "\r\n" : ",");
    }
    fwrite(b.p, 1, b.n, out);
    pm_buf_free(&b);
}
void pm_csv_heads(FILE *out, int n, const char *const *names) { pm_csv_row(out, n, names, NULL); }

// Inf and NaN are no JSON.
static void json_cell(struct pm_buf *b, struct pm_str cell, char type) {
    bool finite = is_numeric(type) && pm_str_chr(cell, 'I', 0) < 0 && pm_str_chr(cell, 'N', 0) < 0;
    if (type == 'n' || (type == 'f' && !finite)) pm_buf_lit(b, "null");
    else if (finite) pm_buf_add(b, cell);
    else pm_json_string(b, cell);
}
static void json_name(struct pm_buf *b, const char *name, int i) {
    pm_buf_lit(b, i ? ", " : "{");
    pm_json_string(b, pm_str_c(name));
    pm_buf_lit(b, ": ");
}
void pm_json_row(FILE *out, int n, const char *const *names, const char *const *cells,
                 const char *types) {
    struct pm_buf b = {0};
    for (int i = 0; i < n; i++) {
        json_name(&b, names[i], i);
        json_cell(&b, pm_str_c(cells[i]), types[i]);
    }
    pm_buf_lit(&b, n ? "}" : "{}");
    fwrite(b.p, 1, b.n, out);
    pm_buf_free(&b);
}

struct printing_rows {
    FILE *out;
    enum pm_rows_form form;
    bool any;
};
static bool row_print(void *ctx, int n, const char *const *names, const char *const *cells,
                      const char *types) {
    struct printing_rows *p = ctx;
    if (p->form == PM_ROWS_JSONL) {
        pm_json_row(p->out, n, names, cells, types);
        fputc('\n', p->out);
        return !ferror(p->out);
    }
    if (!p->any) pm_csv_heads(p->out, n, names);
    p->any = true;
    pm_csv_row(p->out, n, cells, types);
    return !ferror(p->out);
}
bool pm_rows_print(FILE *out, const struct pm_report *r, const struct pm_render_options *o,
                   const char *query, enum pm_rows_form form) {
    if (!o->timeline) return !ferror(out); // not read from a timeline: it has no rows
    struct pm_arena *a = pm_arena_new();
    struct pm_str tool = pm_view_tool(r, a), why = PM_NONE, parts = pm_str_c(query);
    struct pm_buf sql = {0};
    for (ptrdiff_t at; (at = pm_str_find(parts, PM_STR("@tool"), 0)) >= 0;
         parts = pm_str_from(parts, (size_t)at + 5)) {
        pm_buf_add(&sql, pm_str_sub(parts, 0, (size_t)at));
        pm_buf_fmt(&sql, "'%.*s' AS tool", PM_FMT(tool)); // letters, digits and commas
    }
    pm_buf_add(&sql, parts);
    struct printing_rows p = {.out = out, .form = form};
    bool good = pm_timeline_sql_typed(o->timeline, sql.p, row_print, &p, &why, a);
    pm_buf_free(&sql);
    pm_arena_free(a);
    return good && !ferror(out);
}

// Rows of pulls, whose texts repeat: each is escaped once, as long as no other one of its
// column takes its place.
enum { ESCAPED = 2048, ESCAPED_BYTES = 512, FLUSH_BYTES = 64 << 10 };
struct escaped {
    uint32_t id;
    struct pm_buf text;
};
struct printing_pulls {
    FILE *out;
    enum pm_rows_form form;
    struct pm_str tool;
    struct pm_buf rows, *before, end; // what stands before each cell, and behind the last one
    struct escaped (*texts)[ESCAPED]; // by column
    size_t columns;
};
static void pulls_begin(struct printing_pulls *p, size_t columns, const char *const *names) {
    bool csv = p->form == PM_ROWS_CSV;
    p->columns = columns;
    p->before = pm_xmalloc(columns * sizeof *p->before);
    p->texts = pm_xmalloc(columns * sizeof *p->texts);
    memset(p->before, 0, columns * sizeof *p->before);
    memset(p->texts, 0, columns * sizeof *p->texts);
    for (size_t i = 0; i < columns; i++) {
        if (!csv) json_name(&p->before[i], names[i], (int)i);
        else if (i) pm_buf_addc(&p->before[i], ',');
        if (csv) csv_cell(&p->rows, pm_str_c(names[i]), 't');
        if (csv) pm_buf_addc(&p->rows, ',');
    }
    if (csv) {
        pm_buf_lit(&p->rows, "tool\r\n");
        pm_buf_addc(&p->end, ',');
        csv_cell(&p->end, p->tool, 't');
    } else {
        json_name(&p->end, "tool", (int)columns);
        json_cell(&p->end, p->tool, 't');
    }
    pm_buf_lit(&p->end, csv ? "\r\n" : "}\n");
}
static void pull_cell(const struct printing_pulls *p, struct pm_buf *b, const struct pm_cell *c) {
    if (p->form == PM_ROWS_JSONL) json_cell(b, c->text, c->type);
    else if (c->text.p) csv_cell(b, c->text, c->type);
}
static bool pull_print(void *ctx, size_t columns, const char *const *names,
                       const struct pm_cell *cells) {
    struct printing_pulls *p = ctx;
    if (!p->columns) pulls_begin(p, columns, names);
    for (size_t i = 0; i < columns; i++) {
        const struct pm_cell *c = &cells[i];
        struct escaped *kept = &p->texts[i][c->text_id % ESCAPED];
        pm_buf_add(&p->rows, pm_buf_str(&p->before[i]));
        if (!c->text_id || c->text.n > ESCAPED_BYTES) {
            pull_cell(p, &p->rows, c);
            continue;
        }
        if (kept->id != c->text_id) {
            pm_buf_clear(&kept->text);
            pull_cell(p, &kept->text, c);
            kept->id = c->text_id;
        }
        pm_buf_add(&p->rows, pm_buf_str(&kept->text));
    }
    pm_buf_add(&p->rows, pm_buf_str(&p->end));
    if (p->rows.n < FLUSH_BYTES) return true;
    fwrite(p->rows.p, 1, p->rows.n, p->out);
    pm_buf_clear(&p->rows);
    return !ferror(p->out);
}
static void pulls_end(struct printing_pulls *p) {
    for (size_t i = 0; i < p->columns; i++) {
        for (size_t k = 0; k < ESCAPED; k++) pm_buf_free(&p->texts[i][k].text);
        pm_buf_free(&p->before[i]);
    }
    free(p->before);
    free(p->texts);
    pm_buf_free(&p->rows);
    pm_buf_free(&p->end);
}
bool pm_pulls_print(FILE *out, const struct pm_report *r, const struct pm_render_options *o,
                    enum pm_rows_form form) {
    if (!o->timeline) return !ferror(out); // not read from a timeline: it has no rows
    struct pm_arena *a = pm_arena_new();
    struct printing_pulls p = {.out = out, .form = form, .tool = pm_view_tool(r, a)};
    bool good = pm_timeline_pulls(o->timeline, pull_print, &p);
    if (good && p.rows.n) fwrite(p.rows.p, 1, p.rows.n, out);
    pulls_end(&p);
    pm_arena_free(a);
    return good && !ferror(out);
}
