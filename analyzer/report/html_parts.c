// What every section of the page is made of: escaped text, cells, tables, big numbers.
//
// Every string of the bundle goes through pm_html_text. Markup is written by pm_html_raw
// and pm_html_fmt only, so that a log line can never become a tag.
#include "report/html.h"
#include "report/words.h"
#include <stdarg.h>

static void html_escaped(struct pm_html *h, char c) {
    switch (c) {
    case '<': pm_buf_lit(&h->b, "&lt;"); break;
    case '>': pm_buf_lit(&h->b, "&gt;"); break;
    case '&': pm_buf_lit(&h->b, "&amp;"); break;
    case '"': pm_buf_lit(&h->b, "&quot;"); break;
    case '\'': pm_buf_lit(&h->b, "&#39;"); break;
    default: pm_buf_addc(&h->b, c);
    }
}
void pm_html_text(struct pm_html *h, struct pm_str s) {
    s = pm_text_visible(h->a, s);
    for (size_t i = 0; i < s.n; i++) html_escaped(h, s.p[i]);
}
// Short words are left whole; runs without a mark, as digests are, may break every so many
// letters.
void pm_html_name(struct pm_html *h, struct pm_str s) {
    enum { SHORT = 10, RUN = 16 };
    size_t run = 0;
    s = pm_text_visible(h->a, s);
    for (size_t i = 0; i < s.n; i++) {
        bool letter = ((unsigned char)s.p[i] & 0xc0) != 0x80;
        if (letter && run >= RUN && s.p[i] != ' ') {
            pm_buf_lit(&h->b, "<wbr>");
            run = 0;
        }
        html_escaped(h, s.p[i]);
        run = s.p[i] == ' ' ? 0 : run + letter;
        if (s.n > SHORT && i + 1 < s.n && strchr("./-_:@,", s.p[i]) && s.p[i + 1] != ' ') {
            pm_buf_lit(&h->b, "<wbr>");
            run = 0;
        }
    }
}

void pm_html_raw(struct pm_html *h, const char *markup) { pm_buf_lit(&h->b, markup); }

void pm_html_fmt(struct pm_html *h, const char *fmt, ...) {
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    pm_buf_lit(&h->b, text);
}

void pm_html_cell(struct pm_html *h, struct pm_str s) {
    pm_html_raw(h, "<td>");
    pm_html_name(h, s.n ? s : PM_STR("–"));
    pm_html_raw(h, "</td>");
}

void pm_html_cell_right(struct pm_html *h, struct pm_str s) {
    pm_html_raw(h, "<td class=\"n\">");
    pm_html_text(h, s.n ? s : PM_STR("–"));
    pm_html_raw(h, "</td>");
}

void pm_html_number(struct pm_html *h, uint64_t n) {
    pm_html_cell_right(h, pm_words_number(h->a, n));
}

void pm_html_heads(struct pm_html *h, const char *const *names,
                   size_t n) { // a leading '#' marks a column of numbers
    pm_html_fmt(
        h,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><table data-filter><thead><tr>",
        names[0] + (names[0][0] == '#'));
    for (size_t i = 0; i < n; i++) {
        bool num = names[i][0] == '#';
        pm_html_raw(h, num ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        pm_html_text(h, pm_str_c(names[i] + num));
        pm_html_raw(h, "</th>");
    }
    pm_html_raw(h, "</tr></thead><tbody>");
}

void pm_html_table_end(struct pm_html *h) { pm_html_raw(h, "</tbody></table></div>"); }

void pm_html_big(struct pm_html *h, struct pm_str value, const char *label) {
    pm_html_raw(h, "<li><b>");
    pm_html_text(h, value);
    pm_html_raw(h, "</b><span>");
    pm_html_text(h, pm_str_c(label));
    pm_html_raw(h, "</span></li>");
}

void pm_html_big_number(struct pm_html *h, uint64_t n, const char *one,
                        const char *many) { // none of it is not worth a number
    if (n) pm_html_big(h, pm_words_number(h->a, n), n == 1 ? one : many);
}

void pm_html_fact(struct pm_html *h, const char *name, struct pm_str text) {
    if (!text.n) return;
    pm_html_fmt(h, "<dt>%s</dt><dd>", name);
    pm_html_text(h, text);
    pm_html_raw(h, "</dd>");
}

// What is filtered by time carries its span in ms.
void pm_html_span(struct pm_html *h, int64_t from, int64_t to) {
    if (from == PM_NO_TIME) return;
    pm_html_fmt(h, " data-from=\"%lld\" data-to=\"%lld\"", (long long)(from / 1000000),
                (long long)((to == PM_NO_TIME ? from : to) / 1000000));
}

bool pm_html_section(struct pm_html *h, enum pm_view_section s) {
    const struct pm_view_title *title = &pm_view_titles[s];
    if (!pm_view_has(h->r, s)) return false;
    pm_html_fmt(h, "<h2 id=\"%s\">%s%s</h2>", title->id, title->name, title->rest);
    return true;
}

const char *pm_html_incident_link(struct pm_html *h, uint32_t id, const char *css) {
    bool there = id && id <= PM_HTML_CARDS;
    if (there) pm_html_fmt(h, "<a class=\"%s\" href=\"#incident-%u\">", css, (unsigned)id);
    else pm_html_fmt(h, "<span class=\"%s\">", css);
    return there ? "</a>" : "</span>";
}
void pm_html_more(struct pm_html *h, size_t all, size_t shown, const char *what) {
    if (all > shown)
        pm_html_fmt(h, "<p class=\"dim\">and %zu more %s: the JSON report has all</p>", all - shown,
                    what);
}
// The first and the last word of an axis stay within the picture.
const char *pm_html_anchor(int tick, int last) {
    if (tick == 0) return "start";
    return tick == last ? "end" : "middle";
}
