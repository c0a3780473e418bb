// JSON: what was read, file by file, and what could not be.
#include "report/json/json_report.h"
#include "pm/diag.h"
#include "pm/timeline.h"

static void json_clock(struct pm_json *w, const struct pm_file_row *f) {
    pm_json_open(w, "clock", '{');
    pm_json_text(w, "quality", pm_str_c(pm_quality_names[f->quality]));
    pm_json_known(w, "year", f->year != 0, f->year);
    pm_json_text_or_null(w, "year_from", f->year_from);
    pm_json_known(w, "utc_offset_s", f->offset_known, f->utc_offset_s);
    pm_json_text_or_null(w, "offset_from", f->offset_from);
    pm_json_int(w, "skew_ms", f->skew_ms);
    pm_json_close(w, '}');
}

static void envelopes_of(struct pm_json *w, struct pm_str joined) {
    pm_json_open(w, "envelopes", '[');
    for (struct pm_str rest = joined; rest.n;) {
        ptrdiff_t plus = pm_str_chr(rest, '+', 0);
        pm_json_text(w, NULL, plus < 0 ? rest : pm_str_sub(rest, 0, (size_t)plus));
        rest = plus < 0 ? PM_NONE : pm_str_from(rest, (size_t)plus + 1);
    }
    pm_json_close(w, ']');
}

static void file(struct pm_json *w, const struct pm_report *r, const struct pm_file_row *f) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "path", f->path);
    pm_json_text_or_null(w, "format", f->format);
    envelopes_of(w, f->envelopes);
    pm_json_text_or_null(w, "component", f->component);
    pm_json_text_or_null(w, "node", f->node);
    pm_json_uint(w, "bytes", f->bytes);
    pm_json_uint(w, "lines", f->lines);
    pm_json_uint(w, "events", f->events);
    pm_json_uint(w, "bad", f->bad);
    pm_json_uint(w, "undated", f->undated);
    pm_json_time(w, "from", f->from_ns);
    pm_json_time(w, "to", f->to_ns);
    json_clock(w, f);
    bool duplicate = f->duplicate_of && f->duplicate_of <= r->file_rows_n;
    pm_json_text_or_null(w, "duplicate_of",
                         duplicate ? r->files[f->duplicate_of - 1].path : PM_NONE);
    pm_json_close(w, '}');
}

void pm_json_bundle(struct pm_json *w, const struct pm_report *r) {
    pm_json_open(w, "bundle", '{');
    pm_json_texts(w, "inputs", &r->inputs);
    pm_json_time(w, "from", r->from_ns);
    pm_json_time(w, "to", r->to_ns);
    pm_json_texts(w, "nodes", &r->nodes);
    pm_json_open(w, "totals", '{');
    const struct {
        const char *name;
        uint64_t n;
    } totals[] = {{"files", r->files_n}, {"bytes", r->bytes}, {"lines", r->lines},
                  {"events", r->events}, {"bad", r->bad},     {"undated", r->undated}};
    for (size_t i = 0; i < PM_LEN(totals); i++) pm_json_uint(w, totals[i].name, totals[i].n);
    pm_json_close(w, '}');
    pm_json_open(w, "files", '[');
    for (size_t i = 0; i < r->file_rows_n; i++) file(w, r, &r->files[i]);
    pm_json_close(w, ']');
    pm_json_open(w, "skipped", '[');
    for (size_t i = 0; i < r->skipped_n; i++) {
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "path", r->skipped[i].path);
        pm_json_text(w, "why", r->skipped[i].why);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_open(w, "diagnostics", '[');
    for (size_t i = 0; i < r->diagnostics_n; i++) {
        const struct pm_diag *d = &r->diagnostics[i];
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "path", d->path);
        pm_json_known(w, "line", d->line != 0, (int64_t)d->line);
        pm_json_text(w, "code", d->code);
        pm_json_text(w, "message", d->message);
        pm_json_uint(w, "count", d->count);
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_close(w, '}');
}
