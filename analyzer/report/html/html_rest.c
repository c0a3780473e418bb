// The page's tables: figures of the pulls, alerts, findings, what is missing or unknown,
// other times, hearsay, files.
#include "report/html/html.h"
#include "pm/diag.h"
#include "pm/timeline.h"
#include "report/words.h"

// Columns of the three tables, so that what is below each other is the same; a registry's
// has those of its health besides.
static void stats_cells(struct pm_html *h, const struct pm_pull_stats *s) {
    pm_html_cell(h, s->name.n ? s->name : PM_STR("(unnamed)"));
    pm_html_number(h, s->attempts);
    pm_html_number(h, s->ok);
    pm_html_raw(h, s->failed ? "<td class=\"n bad\">" : "<td class=\"n\">");
    pm_html_text(h, pm_words_number(h->a, s->failed));
    pm_html_raw(h, "</td>");
    pm_html_cell_right(h, pm_words_ratio(h->a, s->ok, s->ok + s->failed));
    pm_html_number(h, s->cached);
    pm_html_cell_right(h, s->latency.n ? pm_words_seconds(h->a, s->latency.p50_s) : PM_NONE);
}
static void node_rows(struct pm_html *h, const char *what, const struct pm_pull_stats *rows,
                      size_t n) {
    HEADS(h, what, "#Pulls", "#OK", "#Failed", "#Success", "#Cached", "#Median", "#p95");
    for (size_t i = 0; i < n; i++) {
        const struct pm_latency *l = &rows[i].latency;
        pm_html_raw(h, "<tr>");
        stats_cells(h, &rows[i]);
        pm_html_cell_right(h, l->n ? pm_words_seconds(h->a, l->p95_s) : PM_NONE);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
}
// Many are folded behind how many there are and how many of them failed.
static void stats_rows(struct pm_html *h, const char *what, const char *one, const char *many,
                       const struct pm_pull_stats *rows, size_t n) {
    enum { OPEN = 12 };
    size_t failed = 0;
    if (!n) return;
    for (size_t i = 0; i < n; i++) failed += rows[i].failed > 0;
    if (n > OPEN) {
        pm_html_raw(h, "<details class=\"gap\"><summary>");
        pm_html_text(h, pm_words_count(h->a, n, one, many));
        pm_html_fmt(h, ", %zu of them with failed pulls</summary>", failed);
    } else pm_html_raw(h, "<div class=\"gap\">");
    node_rows(h, what, rows, n);
    pm_html_raw(h, n > OPEN ? "</details>" : "</div>");
}

static void registry_rows(struct pm_html *h) {
    enum { MEAN = 2, CACHE_HITS = PM_HEALTH_COLUMNS - 1 }; // of the health's cells
    const struct pm_report *r = h->r;
    HEADS(h, "Registry", "#Pulls", "#OK", "#Failed", "#Success", "#Cached", "#Median", "#Mean",
          "#p95", "#p99", "#429", "#401", "#Timeouts", "#Cache hits");
    for (size_t i = 0; i < r->by_registry_n; i++) {
        struct pm_str cells[PM_HEALTH_COLUMNS];
        pm_words_health(h->a, r, &r->by_registry[i], cells);
        pm_html_raw(h, "<tr>");
        stats_cells(h, &r->by_registry[i]);
        for (size_t c = MEAN; c <= CACHE_HITS; c++) pm_html_cell_right(h, cells[c]);
        pm_html_raw(h, "</tr>");
    }
    pm_html_table_end(h);
}

void pm_html_pulls(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!pm_html_section(h, PM_SECTION_PULLS)) return;
    pm_html_raw(h, "<section class=\"card\">");
    pm_html_series(h);
    if (r->by_registry_n) {
        pm_html_raw(h, "<h3>By registry, node and client</h3>");
        registry_rows(h);
    }
    stats_rows(h, "Node", "node", "nodes", r->by_node, r->by_node_n);
    stats_rows(h, "Client", "client", "clients", r->by_client, r->by_client_n);
    pm_html_raw(h, "</section>");
}

static void alert_item(struct pm_html *h, const struct pm_alert *x) {
    struct pm_str lead = pm_view_lead(&h->v, x);
    pm_html_raw(h, "<li><p><b>");
    pm_html_name(h, x->name);
    pm_html_fmt(h, "</b> <span class=\"badge %s\">",
                pm_str_eqc(x->severity, "critical") || pm_str_eqc(x->severity, "warning")
                    ? pm_arena_cstr(h->a, x->severity)
                    : "info");
    pm_html_text(h, x->severity);
    pm_html_raw(h, "</span> ");
    if (x->fired_n) {
        pm_html_text(h, pm_view_span(&h->v, x->fired[0].from_ns, x->fired[x->fired_n - 1].to_ns));
        if (!lead.n && x->lead_known) lead = PM_STR("as the first pod was stuck");
        if (lead.n) pm_html_text(h, pm_arena_fmt(h->a, ", first %.*s", PM_FMT(lead)));
    }
    if (x->own && x->note.n)
        pm_html_text(h, pm_arena_fmt(h->a, x->fired_n ? ": %.*s" : "%.*s", PM_FMT(x->note)));
    pm_html_raw(h, "</p><pre class=\"copyable\">");
    pm_html_block(h, x->expr);
    pm_html_raw(h, "</pre></li>");
}
static void alert_items(struct pm_html *h, bool fired) {
    pm_html_raw(h, "<ul class=\"alerts\">");
    for (size_t i = 0; i < h->r->alerts_n; i++)
        if ((h->r->alerts[i].fired_n > 0) == fired) alert_item(h, &h->r->alerts[i]);
    pm_html_raw(h, "</ul>");
}
void pm_html_alerts(struct pm_html *h) {
    size_t fired = 0;
    if (!pm_html_section(h, PM_SECTION_ALERTS)) return;
    for (size_t i = 0; i < h->r->alerts_n; i++) fired += h->r->alerts[i].fired_n > 0;
    pm_html_raw(h, "<section class=\"card\">");
    if (fired) alert_items(h, true);
    else pm_html_raw(h, "<p>None of the alerts that were replayed would have fired.</p>");
    if (fired < h->r->alerts_n) {
        pm_html_fmt(h, "<details><summary>%zu that would not have fired</summary>",
                    h->r->alerts_n - fired);
        alert_items(h, false);
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
        if (pm_words_told(r, i)) continue;
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
