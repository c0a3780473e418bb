// Rows of the timeline's views as CSV and as JSON lines.
#include "report/row_print.h"
#include "pm/timeline.h"
#include "report/view.h"
#include "report/words.h"
#include <stdlib.h>

static bool is_numeric(char type) { return type == 'i' || type == 'f'; }

void pm_csv_cell(struct pm_buf *b, struct pm_str cell, char type) {
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
        if (cells[i]) pm_csv_cell(&b, pm_str_c(cells[i]), types ? types[i] : 't');
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
void pm_json_name(struct pm_buf *b, const char *name, int i) {
    pm_buf_lit(b, i ? ", " : "{");
    pm_json_string(b, pm_str_c(name));
    pm_buf_lit(b, ": ");
}
void pm_json_row(FILE *out, int n, const char *const *names, const char *const *cells,
                 const char *types) {
    struct pm_buf b = {0};
    for (int i = 0; i < n; i++) {
        pm_json_name(&b, names[i], i);
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
