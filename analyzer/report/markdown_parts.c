// Markup of the Markdown report: text, fences, tables. Its sections call it, it calls none.
//
// Strings of the bundle are escaped so that a log line can be no markup: in code spans
// and fences by their length, elsewhere by backslashes.
#include "report/markdown.h"

void pm_md_lit(struct md *m, const char *s) { pm_buf_lit(&m->b, s); }

void pm_md_text(struct md *m, struct pm_str s) {
    s = pm_text_visible(m->a, s);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n') {
            pm_buf_addc(&m->b, ' ');
            continue;
        }
        if (strchr("\\`*_[]<>|#", s.p[i])) pm_buf_addc(&m->b, '\\');
        pm_buf_addc(&m->b, s.p[i]);
    }
}

void pm_md_fence(struct md *m, struct pm_str s, const char *language,
                 const char *indent) { // longer than any run of backticks inside
    size_t run = 0, longest = 2;
    s = pm_text_visible(m->a, s);
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    for (int side = 0; side < 2; side++) {
        pm_md_lit(m, indent);
        for (size_t i = 0; i <= longest; i++) pm_buf_addc(&m->b, '`');
        if (!side) {
            pm_md_lit(m, language);
            pm_md_lit(m, "\n");
            pm_md_lit(m, indent);
            pm_buf_add(&m->b, s);
            pm_md_lit(m, "\n");
        }
    }
    pm_md_lit(m, "\n");
}

void pm_md_row(struct md *m, const struct pm_str *cells, size_t n) {
    for (size_t i = 0; i < n; i++) {
        pm_md_lit(m, "| ");
        pm_md_text(m, cells[i].n ? cells[i] : PM_STR("–"));
        pm_buf_addc(&m->b, ' ');
    }
    pm_md_lit(m, "|\n");
}

void pm_md_table(struct md *m, const char *heads, size_t columns) {
    pm_md_lit(m, "\n");
    pm_md_lit(m, heads);
    pm_md_lit(m, "\n|");
    for (size_t i = 0; i < columns; i++) pm_md_lit(m, "---|");
    pm_md_lit(m, "\n");
}
