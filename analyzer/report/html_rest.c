// The page's tables: figures of the pulls, alerts, findings, what is missing or unknown,
// other times, hearsay, files.
#include "report/html.h"
#include "pm/diag.h"
#include "pm/timeline.h"
#include "report/words.h"

static void stats_rows(struct pm_html *h, const char *what, const struct pm_pull_stats *rows,
                       size_t n) {
    if (!n) return;
    HEADS(h, what, "#Pulls", "#OK", "#Failed", "#Success", "#Cached", "#p50", "#p95");
    for (size_t i = 0; i < n; i++) {
        const struct pm_pull_stats *s = &rows[i];
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, s->name.n ? s->name : PM_STR("(unnamed)"));
        pm_html_number(h, s->attempts);
        pm_html_number(h, s->ok);
        pm_html_raw(h, s->failed ? "<td class=\"n bad\">" : "<td class=\"n\">");
        pm_html_text(h, pm_words_number(h->a, s->failed));
        pm_html_raw(h, "</td><td class=\"n\">");
        pm_html_text(h, pm_words_ratio(h->a, s->ok, s->ok + s->failed));
        pm_html_raw(h, "</td>");
        pm_html_number(h, s->cached);
        for (int q = 0; q < 2; q++) {
            pm_html_raw(h, "<td class=\"n\">");
            pm_html_text(h, s->latency.n
                                ? pm_words_seconds(h->a, q ? s->latency.p95_s : s->latency.p50_s)
                                : PM_STR("–"));
            pm_html_raw(h, "</td>");
        }
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
}

static void html_health(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!r->by_registry_n) return;
    HEADS(h, "Health", "#Pulls", "#Success", "#Mean", "#p95", "#p99", "#429", "#401", "#Timeouts",
          "#Cache hits");
    for (size_t i = 0; i < r->by_registry_n; i++) {
        struct pm_str cells[PM_HEALTH_COLUMNS];
        pm_words_health(h->a, r, &r->by_registry[i], cells);
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, r->by_registry[i].name.n ? r->by_registry[i].name : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_html_cell_right(h, cells[c]);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "<br>");
}

void pm_html_pulls(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_PULLS)) return;
    pm_html_raw(h, "<section class=\"card\">");
    pm_html_series(h);
    if (r->by_registry_n) pm_html_raw(h, "<h3>By registry, node and client</h3>");
    html_health(h);
    stats_rows(h, "Registry", r->by_registry, r->by_registry_n);
    pm_html_raw(h, "<br>");
    stats_rows(h, "Node", r->by_node, r->by_node_n);
    if (r->by_client_n) pm_html_raw(h, "<br>");
    stats_rows(h, "Client", r->by_client, r->by_client_n);
    pm_html_raw(h, "</section>");
}

static void alert_row(struct pm_html *h, const struct pm_alert *x) {
    struct pm_str fired =
        x->fired_n ? pm_view_span(&h->v, x->fired[0].from_ns, x->fired[x->fired_n - 1].to_ns)
                   : PM_STR("never");
    struct pm_str lead = pm_view_lead(&h->v, x);
    pm_html_raw(h, "<tr><td>");
    pm_html_name(h, x->name);
    pm_html_raw(h, "<pre class=\"copyable\">");
    pm_html_text(h, x->expr);
    pm_html_raw(h, "</pre></td>");
    pm_html_cell(h, x->severity);
    pm_html_cell(h, x->own && x->note.n
                        ? pm_arena_fmt(h->a, "%.*s: %.*s", PM_FMT(fired), PM_FMT(x->note))
                        : fired);
    pm_html_cell(h, lead.n || !x->lead_known ? lead : PM_STR("as the first pod was stuck"));
    pm_html_raw(h, "</tr>");
}
static void alert_rows(struct pm_html *h, bool fired) {
    HEADS(h, "Alert, with its PromQL", "Severity", "Fired", "Lead");
    for (size_t i = 0; i < h->r->alerts_n; i++)
        if ((h->r->alerts[i].fired_n > 0) == fired) alert_row(h, &h->r->alerts[i]);
    pm_html_table_end(h);
}
void pm_html_alerts(struct pm_html *h) {
    size_t fired = 0;
    if (!pm_html_section(h, PM_SECTION_ALERTS)) return;
    for (size_t i = 0; i < h->r->alerts_n; i++) fired += h->r->alerts[i].fired_n > 0;
    pm_html_raw(h, "<section class=\"card\">");
    if (fired) alert_rows(h, true);
    else pm_html_raw(h, "<p>None of the alerts that were replayed would have fired.</p>");
    if (fired < h->r->alerts_n) {
        pm_html_fmt(h, "<details><summary>%zu that would not have fired</summary>",
                    h->r->alerts_n - fired);
        alert_rows(h, false);
        pm_html_raw(h, "</details>");
    }
    pm_html_raw(h, "</section>");
}

void pm_html_findings(struct pm_html *h) {
    if (!pm_html_section(h, PM_SECTION_FINDINGS)) return;
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, "Finding", "Severity", "Where", "What to do");
    for (size_t i = 0; i < h->r->findings_n; i++) {
        const struct pm_finding *f = &h->r->findings[i];
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, f->text);
        pm_html_cell(h, f->severity);
        pm_html_cell(h, f->line ? pm_arena_fmt(h->a, "%.*s:%llu", PM_FMT(f->file),
                                               (unsigned long long)f->line)
                                : f->file);
        pm_html_cell(h, f->advice);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</section>");
}

void pm_html_windows(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_WINDOWS)) return;
    pm_html_raw(h, "<section class=\"card\">");
    for (size_t i = 0; i < r->windows_n; i++) {
        pm_html_raw(h, "<p>");
        pm_html_text(h, pm_words_window(h->a, r, &r->windows[i]));
        pm_html_raw(h, "</p>");
    }
    pm_html_raw(h, "</section>");
}

void pm_html_hearsay(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_HEARSAY)) return;
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, "#Lines", "Who wrote it", "Example");
    for (size_t i = 0; i < r->hearsay_n; i++) {
        pm_html_raw(h, "<tr>");
        pm_html_number(h, r->hearsay[i].lines);
        pm_html_cell(h, r->hearsay[i].pod.n ? r->hearsay[i].pod : r->hearsay[i].file);
        pm_html_cell(h, pm_view_place(&h->v, r->hearsay[i].file, r->hearsay[i].line));
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</section>");
}

void pm_html_missing(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_MISSING)) return;
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, "What", "Effect");
    for (size_t i = 0; i < r->missing_n; i++) {
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, r->missing[i].what);
        pm_html_cell(h, r->missing[i].effect);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</section>");
}

void pm_html_unknown(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_UNKNOWN)) return;
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, "#Times", "Wording", "Example");
    for (size_t i = 0; i < r->unknown_n; i++) {
        pm_html_raw(h, "<tr>");
        pm_html_number(h, r->unknown[i].count);
        pm_html_cell(h, r->unknown[i].tmpl);
        pm_html_cell(h, pm_view_place(&h->v, r->unknown[i].file, r->unknown[i].line));
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</section>");
}

void pm_html_clocks(struct pm_html *h) {
    if (!pm_html_section(h, PM_SECTION_CLOCKS)) return;
    struct pm_view_clocks clocks = pm_view_clocks(&h->v);
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, "Files or node", "Clock", "How it is known");
    for (size_t i = 0; i < clocks.n; i++) {
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, clocks.items[i].files);
        pm_html_cell(h, pm_str_c(clocks.items[i].quality ? clocks.items[i].quality : "off"));
        pm_html_cell(h, clocks.items[i].how);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</section>");
}

static void trouble_rows(struct pm_html *h) {
    const struct pm_report *r = h->r;
    HEADS(h, "Trouble reading", "#Line", "What", "#Times");
    for (size_t i = 0; i < r->diagnostics_n; i++) {
        const struct pm_diag *d = &r->diagnostics[i];
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, d->path);
        pm_html_number(h, d->line);
        pm_html_cell(h, d->message);
        pm_html_number(h, d->count);
        pm_html_raw(h, "</tr>");
    }
    for (size_t i = 0; i < r->skipped_n; i++) {
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, r->skipped[i].path);
        pm_html_raw(h, "<td></td>");
        pm_html_cell(h, pm_arena_fmt(h->a, "skipped: %.*s", PM_FMT(r->skipped[i].why)));
        pm_html_raw(h, "<td></td></tr>");
    }
    pm_html_table_end(h);
}
void pm_html_input(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_INPUT)) return;
    pm_html_raw(h, "<section class=\"card\">");
    if (r->bad) {
        pm_html_raw(h, "<p>");
        pm_html_text(h, pm_words_count(h->a, r->bad, "record is broken", "records are broken"));
        if (r->undated)
            pm_html_text(h, pm_arena_fmt(h->a, ", %.*s",
                                         PM_FMT(pm_words_count(h->a, r->undated, "has no time",
                                                               "have no time"))));
        pm_html_raw(h, "</p>");
    }
    if (r->diagnostics_n || r->skipped_n) trouble_rows(h);
    pm_html_raw(h, "</section>");
}

void pm_html_files(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_FILES)) return;
    pm_html_raw(h, "<section class=\"card\"><details><summary>");
    pm_html_text(h, pm_words_count(h->a, r->files_n, "file", "files"));
    pm_html_raw(h, "</summary>");
    HEADS(h, "File", "Format", "Node", "#Lines", "#Events", "#Bad", "Clock");
    for (size_t i = 0; i < r->file_rows_n; i++) {
        const struct pm_file_row *f = &r->files[i];
        pm_html_raw(h, "<tr>");
        pm_html_cell(h, f->path);
        pm_html_cell(h, f->format);
        pm_html_cell(h, f->node);
        pm_html_number(h, f->lines);
        pm_html_number(h, f->events);
        pm_html_number(h, f->bad);
        pm_html_cell(h, pm_str_c(pm_quality_names[f->quality]));
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
    pm_html_raw(h, "</details>");
    pm_html_raw(h, "</section>");
}
