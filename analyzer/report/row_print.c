// Rows of the timeline's views as CSV and as JSON lines.
#include "report/row_print.h"
#include "pm/timeline.h"
#include "report/view.h"
#include "report/words.h"

static void csv_text(FILE *out, const char *text, char type) {
    bool number = type == 'i' || type == 'f';
    bool formula = !number && *text && strchr("=+-@\t\r", *text);
    if (!formula && !strpbrk(text, "\",\r\n")) {
        fputs(text, out);
        return;
    }
    fputs(formula ? "\"'" : "\"", out);
    for (; *text; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}
static void csv_cell(FILE *out, const char *cell, char type) {
    if (!cell) return;
    struct pm_arena *a = pm_arena_new();
    csv_text(out, pm_arena_cstr(a, pm_text_neutral(a, pm_str_c(cell))), type);
    pm_arena_free(a);
}
void pm_csv_row(FILE *out, int n, const char *const *cells, const char *types) {
    for (int i = 0; i < n; i++) {
        csv_cell(out, cells[i], types ? types[i] : 't');
        fputs(i + 1 == n ? "\r\n" : ",", out);
    }
}
void pm_csv_heads(FILE *out, int n, const char *const *names) { pm_csv_row(out, n, names, NULL); }

// Inf and NaN are no JSON.
static bool is_number(const char *cell, char type) {
    return (type == 'i' || type == 'f') && !strchr(cell, 'I') && !strchr(cell, 'N');
}
void pm_json_row(FILE *out, int n, const char *const *names, const char *const *cells,
                 const char *types) {
    struct pm_buf b = {0};
    for (int i = 0; i < n; i++) {
        pm_buf_lit(&b, i ? ", " : "{");
        pm_json_string(&b, pm_str_c(names[i]));
        pm_buf_lit(&b, ": ");
        if (types[i] == 'n' || (types[i] == 'f' && !is_number(cells[i], types[i])))
            pm_buf_lit(&b, "null");
        else if (is_number(cells[i], types[i])) pm_buf_lit(&b, cells[i]);
        else pm_json_string(&b, pm_str_c(cells[i]));
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
