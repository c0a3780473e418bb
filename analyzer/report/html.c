// The report as one HTML page: style and script inside, nothing loaded from anywhere,
// whole without JavaScript, fit to print. Here are its head, contents, verdict and order.
#include "report/html/html.h"
#include "base/embed.h"
#include "report/words.h"

static void html_verdict(struct pm_html *h) {
    const struct pm_incident *in = h->v.first;
    if (!in) {
        pm_html_raw(h, "<section class=\"card verdict healthy\"><p class=\"sentence\">");
        pm_html_text(h, pm_view_sentence(&h->v));
        pm_html_raw(h, "</p><dl>");
        pm_html_fact(h, "Input", pm_words_partial(h->a, h->r));
        pm_html_raw(h, "</dl></section>");
        return;
    }
    pm_html_fmt(h, "<section class=\"card verdict %s\"><p class=\"sentence\">",
                pm_severity_names[in->severity]);
    pm_html_text(h, pm_view_sentence(&h->v));
    pm_html_raw(h, "</p>");
    pm_html_badges(h, in, h->v.whole.recovered_ns);
    pm_html_incident_numbers(h, &h->v.whole);
    pm_html_raw(h, "<dl>");
    pm_html_fact(h, "Why", pm_view_why(&h->v, in));
    if (pm_view_triggered(in))
        pm_html_fact(h, "After a change", pm_view_trigger(&h->v, in, NULL, ": "));
    pm_html_fact(
        h, "Is it over?",
        h->v.whole.recovered_ns == PM_NO_TIME
            ? PM_STR("no, not within these logs")
            : pm_arena_fmt(h->a, "yes, recovered %.*s",
                           PM_FMT(pm_view_moment(&h->v, &h->v.whole, h->v.whole.recovered_ns))));
    pm_html_fact(h, "Input", pm_words_partial(h->a, h->r));
    if (in->advice_n) {
        pm_html_raw(h, "<dt>Do first</dt><dd>");
        pm_html_text(h, in->advice[0].text);
        pm_html_command(h, in->advice[0].command);
        pm_html_raw(h, "</dd>");
    }
    pm_html_chain(h, in, "<dt>Chain</dt><dd>", "</dd>");
    pm_html_raw(h, "</dl></section>");
}

// The incidents in a table: one row each, before their cards.
static void overview(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!r->incidents_n) return;
    pm_html_raw(h, "<section class=\"card\" id=\"overview-incidents\">");
    HEADS(h, "Incident", "Severity", "Cause", "Scope", "#Failed pulls", "Since", "Over");
    for (size_t i = 0; i < r->incidents_n && i < PM_HTML_ROWS; i++) {
        const struct pm_incident *in = &r->incidents[i];
        pm_html_raw(h, "<tr data-item");
        pm_html_span(h, in->from_ns, in->to_ns);
        pm_html_raw(h, "><td>");
        const char *end = pm_html_incident_link(h, in->id, "incident");
        pm_html_fmt(h, "%u. ", (unsigned)in->id);
        pm_html_name(h, in->title);
        pm_html_raw(h, end);
        if (in->explained_by)
            pm_html_fmt(h, " <span class=\"dim\">led to by %u</span>", (unsigned)in->explained_by);
        pm_html_fmt(h, "</td><td><span class=\"badge %s\">%s</span></td>",
                    pm_severity_names[in->severity], pm_severity_names[in->severity]);
        pm_html_cell(h, pm_str_c(pm_words_cause(in->root_cause)));
        pm_html_cell(h, pm_view_scope(&h->v, in));
        pm_html_number(h, in->failed_pulls);
        pm_html_cell(h, in->from_ns == PM_NO_TIME ? PM_NONE
                                                  : pm_words_moment(h->a, in->from_ns, in->from_ns,
                                                                    in->to_ns, r->from_ns));
        if (in->recovered_ns == PM_NO_TIME) pm_html_raw(h, "<td class=\"bad\">no</td></tr>");
        else {
            pm_html_cell(h, pm_view_moment(&h->v, in, in->recovered_ns));
            pm_html_raw(h, "</tr>");
        }
    }
    pm_html_table_end(h);
    pm_html_more(h, r->incidents_n, PM_HTML_ROWS, "incidents");
    pm_html_raw(h, "</section>");
}

static void html_head(struct pm_html *h) {
    pm_html_raw(
        h,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"generator\" content=\"pullmortem\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"><title>");
    pm_html_text(h, pm_view_sentence(&h->v));
    pm_html_raw(h, " · pullmortem</title><style>\n");
    pm_buf_add(&h->b, pm_embedded_find("analyzer/report/assets/report.css"));
    pm_html_raw(
        h,
        "</style></head><body><a class=\"skip\" href=\"#main\">to the verdict</a><header><h1>Image pull postmortem</h1><p>");
    pm_html_text(h, pm_words_list(h->a, &h->r->inputs, 4));
    pm_html_raw(h, " · ");
    pm_html_text(h, pm_words_count(h->a, h->r->files_n, "file", "files"));
    pm_html_raw(h, ", ");
    pm_html_text(h, pm_words_count(h->a, h->r->nodes.n, "node", "nodes"));
    pm_html_raw(h, " · ");
    pm_html_text(h, pm_words_range(h->a, h->r->from_ns, h->r->to_ns));
    pm_html_raw(h, " · ");
    pm_html_text(h, pm_words_bytes(h->a, h->r->bytes));
    pm_html_raw(h, "</p></header>");
}

// In the order of the page.
static const struct {
    enum pm_view_section section;
    void (*print)(struct pm_html *h);
} sections[] = {{PM_SECTION_TIMELINE, pm_html_timeline}, {PM_SECTION_INCIDENTS, pm_html_incidents},
                {PM_SECTION_QUOTAS, pm_html_quotas},     {PM_SECTION_PULLS, pm_html_pulls},
                {PM_SECTION_ALERTS, pm_html_alerts},     {PM_SECTION_FINDINGS, pm_html_findings},
                {PM_SECTION_MISSING, pm_html_missing},   {PM_SECTION_UNKNOWN, pm_html_unknown},
                {PM_SECTION_WINDOWS, pm_html_windows},   {PM_SECTION_HEARSAY, pm_html_hearsay},
                {PM_SECTION_CLOCKS, pm_html_clocks},     {PM_SECTION_INPUT, pm_html_input},
                {PM_SECTION_FILES, pm_html_files}};

static void contents_row(struct pm_html *h, enum pm_view_section s) {
    const struct pm_view_title *title = &pm_view_titles[s];
    if (pm_view_has(h->r, s))
        pm_html_fmt(h, "<li><a href=\"#%s\">%s%s</a></li>", title->id, title->name,
                    title->name_alone ? "" : title->rest);
}

static void contents_incidents(struct pm_html *h) {
    enum { LISTED = 12 };
    for (size_t i = 0; i < h->r->incidents_n && i < LISTED; i++) {
        const struct pm_incident *in = &h->r->incidents[i];
        pm_html_fmt(h, "<li class=\"sub\"><a href=\"#incident-%u\">%u. ", in->id, in->id);
        pm_html_name(h, pm_str_c(pm_words_cause(in->root_cause)));
        pm_html_raw(h, " <span class=\"dim\">");
        pm_html_name(h, pm_view_scope(&h->v, in));
        pm_html_raw(h, "</span></a></li>");
    }
}
static void contents(struct pm_html *h) {
    pm_html_raw(h, "<nav class=\"contents\" aria-label=\"Contents\"><ul>");
    pm_html_raw(h, "<li><a href=\"#main\">Verdict</a></li>");
    for (size_t s = 0; s < PM_LEN(sections); s++) {
        contents_row(h, sections[s].section);
        if (sections[s].section == PM_SECTION_INCIDENTS) contents_incidents(h);
    }
    pm_html_raw(h, "</ul></nav>");
}

static bool html_render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    struct pm_html h = {.a = pm_arena_new(), .r = r, .subject = o->subject};
    h.v = pm_view_open(r, h.a);
    html_head(&h);
    contents(&h);
    pm_html_raw(&h, "<main id=\"main\">");
    html_verdict(&h);
    overview(&h);
    for (size_t i = 0; i < PM_LEN(sections); i++) sections[i].print(&h);
    pm_html_raw(&h, "</main><footer><p>");
    pm_html_text(&h, pm_view_tool(r, h.a));
    pm_html_raw(&h, ". Times are UTC.</p></footer>");
    pm_html_data(&h);
    pm_html_raw(&h, "<script>\n");
    pm_buf_add(&h.b, pm_embedded_find("analyzer/report/assets/report.js"));
    pm_html_raw(&h, "</script></body></html>\n");
    bool good = fwrite(h.b.p, 1, h.b.n, out) == h.b.n && fflush(out) == 0;
    pm_buf_free(&h.b);
    pm_arena_free(h.a);
    return good;
}

const struct pm_renderer pm_renderer_html = {.name = "html",
                                             .extensions = ".html .htm",
                                             .title = "one self-contained page for the postmortem",
                                             .render = html_render};
