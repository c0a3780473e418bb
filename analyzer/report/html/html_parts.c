// What every section of the page is made of: escaped text, cells, tables, big numbers.
//
// Every string of the bundle goes through pm_html_text. Markup is written by pm_html_raw
// and pm_html_fmt only, so that a log line can never become a tag.
#include "report/html/html.h"
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
void pm_html_block(struct pm_html *h, struct pm_str s) {
    s = pm_text_neutral(h->a, s);
    for (size_t i = 0; i < s.n; i++) html_escaped(h, s.p[i]);
}
// A name breaks behind its slashes, behind other marks where much stands before them:
// "docker.io" and "node-3" stay whole. Runs without a mark, as digests are, may break
// every so many letters.
static bool html_breaks_behind(char c, size_t run) {
    enum { LONG = 12 };
    return c == '/' || c == '@' || c == ',' || (run >= LONG && c && strchr(".-_:", c));
}
void pm_html_name(struct pm_html *h, struct pm_str s) {
    enum { SHORT = 10, RUN = 24 };
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
        if (s.n > SHORT && i + 1 < s.n && s.p[i + 1] != ' ' && html_breaks_behind(s.p[i], run)) {
            pm_buf_lit(&h->b, "<wbr>");
            run = 0;
        }
    }
}
static void html_items(struct pm_html *h, const struct pm_str *items, size_t n) {
    for (size_t i = 0; i < n; i++) {
        pm_html_raw(h, "<i>");
        pm_html_name(h, items[i]);
        pm_html_raw(h, i + 1 < n ? ",</i> " : "</i>");
    }
}
void pm_html_items(struct pm_html *h, const struct pm_str *items, size_t n) {
    enum { SHOWN = 6, FOLDED = 20, PAGE = 600 }; // PAGE: folded ones of the whole page
    size_t first = n <= SHOWN + 1 ? n : SHOWN, rest = n - first,
           folded = rest < FOLDED ? rest : FOLDED;
    html_items(h, items, first);
    if (!rest) return;
    if (h->names_n + folded > PAGE) {
        pm_html_fmt(h, " <span class=\"dim\">and %zu more</span>", rest);
        return;
    }
    h->names_n += folded;
    pm_html_fmt(h, " <details class=\"rest\"><summary>and %zu more</summary>", rest);
    html_items(h, items + first, folded);
    if (rest > folded)
        pm_html_fmt(h, " <span class=\"dim\">and %zu more: the JSON report has all</span>",
                    rest - folded);
    pm_html_raw(h, "</details>");
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

// Short names stay on one line: a browser breaks behind every dash.
void pm_html_cell(struct pm_html *h, struct pm_str s) {
    enum { SHORT = 22 };
    pm_html_raw(h, s.n <= SHORT ? "<td class=\"w\">" : "<td>");
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
// Steps of an axis that people read: the smallest of which so many fit.
static int64_t tick_step(int64_t span_ns) {
    enum { MOST = 8 };
    static const int64_t steps_s[] = {1,     2,     5,      10,     15,      30,     60,    120,
                                      300,   600,   900,    1800,   3600,    7200,   10800, 21600,
                                      43200, 86400, 172800, 604800, 1209600, 2592000};
    for (size_t i = 0; i < PM_LEN(steps_s); i++)
        if (span_ns / (steps_s[i] * PM_NS_PER_S) <= MOST) return steps_s[i] * PM_NS_PER_S;
    return (span_ns / MOST / (86400 * PM_NS_PER_S) + 1) * 86400 * PM_NS_PER_S;
}
static void tick(struct pm_html *h, const struct pm_html_axis *x, int64_t t, const char *words) {
    enum { HALF = 30 }; // a word's, that must stay within the picture
    double at =
        x->left + (double)(t - x->from_ns) / (double)(x->to_ns - x->from_ns) * (x->right - x->left);
    const char *anchor = "middle";
    if (at < x->left + HALF) anchor = "start";
    if (at > x->right - HALF) anchor = "end";
    pm_html_fmt(h,
                "<path class=\"s-tick\" d=\"M%.1f,%dv4\"/><text x=\"%.1f\" y=\"%d\" "
                "text-anchor=\"%s\">%s</text>",
                at, x->base, at, x->base + 15, anchor, words);
}
void pm_html_ticks(struct pm_html *h, const struct pm_html_axis *x) {
    int64_t span = x->to_ns - x->from_ns, day = 86400 * PM_NS_PER_S;
    if (span <= 0) return;
    int64_t step = tick_step(span), first = (x->from_ns + step - 1) / step * step;
    pm_html_raw(h, "<g class=\"ticks\">");
    for (int64_t t = first; t <= x->to_ns; t += step) {
        char clock[32];
        pm_when_clock(t, span > day, step < 60 * PM_NS_PER_S, clock);
        size_t n = strlen(clock);
        if (step >= day && n > 10) clock[10] = 0; // midnights only
        tick(h, x, t, span > day ? clock + 5 : clock);
    }
    pm_html_raw(h, "</g>");
}
