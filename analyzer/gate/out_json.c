// The gate as JSON ("pullmortem.gate/1"), and the two small JSON files that grow from it:
// a baseline is not here, GitLab's code quality report is.
#include "pm/gate.h"
#include "report/json_writer.h"

static void item(struct pm_json *w, const struct pm_gate_item *x) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "kind", pm_str_c(pm_check_names[x->kind]));
    pm_json_text(w, "state", pm_str_c(pm_gate_state_names[x->state]));
    pm_json_text(w, "id", x->id);
    pm_json_text(w, "severity", pm_str_c(pm_severity_names[x->severity]));
    pm_json_text(w, "title", x->title);
    pm_json_text(w, "message", x->message);
    pm_json_text_or_null(w, "why", x->why);
    pm_json_text_or_null(w, "fingerprint", x->fingerprint);
    pm_json_text_or_null(w, "file", x->file);
    pm_json_known(w, "line", x->line > 0, (int64_t)x->line);
    pm_json_text_or_null(w, "where", x->where);
    pm_json_text_or_null(w, "note", x->note);
    pm_json_close(w, '}');
}

static bool write_json(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color) {
    (void)a, (void)color;
    struct pm_json w = {.f = out, .inline_from = 6, .first = true};
    uint64_t n[PM_GATE_BROKEN + 1] = {0};
    pm_json_open(&w, NULL, '{');
    pm_json_text(&w, "schema", PM_STR("pullmortem.gate/1"));
    pm_json_bool(&w, "report_only", g->report_only);
    pm_json_open(&w, "bundles", '[');
    for (size_t i = 0; i < g->rows_n; i++) {
        const struct pm_gate_row *r = &g->rows[i];
        n[r->state]++;
        pm_json_open(&w, NULL, '{');
        pm_json_text(&w, "bundle", r->bundle);
        pm_json_text(&w, "state", pm_str_c(pm_gate_state_names[r->state]));
        pm_json_text_or_null(&w, "why_broken", r->why_broken);
        pm_json_text_or_null(&w, "verdict", r->verdict);
        pm_json_text_or_null(&w, "root_cause", r->root_cause);
        pm_json_uint(&w, "attempts", r->attempts);
        pm_json_uint(&w, "failed", r->failed);
        pm_json_uint(&w, "incidents", r->incidents);
        pm_json_open(&w, "items", '[');
        for (size_t k = 0; k < r->items_n; k++) item(&w, &r->items[k]);
        pm_json_close(&w, ']');
        pm_json_close(&w, '}');
    }
    pm_json_close(&w, ']');
    pm_json_open(&w, "totals", '{');
    for (int s = 0; s <= PM_GATE_BROKEN; s++) pm_json_uint(&w, pm_gate_state_names[s], n[s]);
    pm_json_close(&w, '}');
    pm_json_close(&w, '}');
    return pm_json_end(&w);
}

const struct pm_gate_output pm_gate_json = {"json", "JSON for programs", write_json};

// GitLab's code quality report: a list of objects with description, check_name,
// fingerprint, severity and location (docs.gitlab.com, "Code Quality report format").
static bool write_gitlab(FILE *out, const struct pm_gate_result *g, struct pm_arena *a,
                         bool color) {
    static const char *const severities[] = {"info", "major", "critical"};
    (void)color;
    struct pm_json w = {.f = out, .inline_from = 6, .first = true};
    pm_json_open(&w, NULL, '[');
    for (size_t i = 0; i < g->rows_n; i++) {
        const struct pm_gate_row *r = &g->rows[i];
        for (size_t k = 0; k < r->items_n; k++) {
            const struct pm_gate_item *x = &r->items[k];
            if (x->state != PM_GATE_FAIL && x->state != PM_GATE_WARN) continue;
            struct pm_gate_place at = pm_gate_place_of(a, r->bundle, x->file);
            struct pm_str print =
                x->occurrence > 1
                    ? pm_arena_fmt(a, "%.*s-%u", PM_FMT(x->fingerprint), x->occurrence)
                    : x->fingerprint;
            pm_json_open(&w, NULL, '{');
            pm_json_text(&w, "description",
                         pm_arena_fmt(a, "%.*s: %.*s%.*s", PM_FMT(x->title), PM_FMT(x->message),
                                      PM_FMT(pm_gate_inside(a, &at, x->line))));
            pm_json_text(&w, "check_name", x->id);
            pm_json_text(&w, "fingerprint", print);
            pm_json_text(&w, "severity", pm_str_c(severities[x->severity]));
            pm_json_open(&w, "location", '{');
            pm_json_text(&w, "path", at.path);
            pm_json_open(&w, "lines", '{');
            pm_json_uint(&w, "begin", x->line && !at.inside.n ? x->line : 1);
            pm_json_close(&w, '}');
            pm_json_close(&w, '}');
            pm_json_close(&w, '}');
        }
    }
    pm_json_close(&w, ']');
    return pm_json_end(&w);
}

const struct pm_gate_output pm_gate_gitlab = {"gitlab", "GitLab code quality JSON", write_gitlab};
