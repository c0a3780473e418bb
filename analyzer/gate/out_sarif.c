// SARIF 2.1.0 (OASIS): one result an incident or finding that was looked at; locations are files in the bundle; baseline and waivers are suppressions.
#include "pm/command.h"
#include "pm/gate.h"
#include "report/json_writer.h"

static bool listed(const struct pm_gate_item *x) { return x->kind == PM_CHECK_INCIDENT || x->state > PM_GATE_UNJUDGED; }

static bool seen_before(const struct pm_gate_result *g, size_t row, size_t at) { // the first item with this id names the rule
    for (size_t i = 0; i <= row; i++)
        for (size_t k = 0; k < (i == row ? at : g->rows[i].items_n); k++)
            if (listed(&g->rows[i].items[k]) && pm_str_eq(g->rows[i].items[k].id, g->rows[row].items[at].id)) return true;
    return false;
}

static void message(struct pm_json *w, const char *key, struct pm_str text) {
    pm_json_open(w, key, '{');
    pm_json_text(w, "text", text.n ? text : PM_STR("-"));
    pm_json_close(w, '}');
}

static void rules(struct pm_json *w, const struct pm_gate_result *g) {
    pm_json_open(w, "rules", '[');
    for (size_t i = 0; i < g->rows_n; i++) {
        for (size_t k = 0; k < g->rows[i].items_n; k++) {
            const struct pm_gate_item *x = &g->rows[i].items[k];
            if (!listed(x) || seen_before(g, i, k)) continue;
            int cause = pm_cause_find(x->id);
            pm_json_open(w, NULL, '{');
            pm_json_text(w, "id", x->id);
            message(w, "shortDescription", cause >= 0 ? pm_str_c(pm_causes[cause].title) : x->title);
            pm_json_close(w, '}');
        }
    }
    pm_json_close(w, ']');
}

static struct pm_str uri(struct pm_arena *a, struct pm_str path) { // RFC 3986 path characters stay, the rest is percent-encoded
    struct pm_buf b = {0};
    if (path.n && path.p[0] == '/') pm_buf_lit(&b, "file://"); // a reference that begins with a slash would be taken as relative
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("/-._~", c));
        if (plain) pm_buf_addc(&b, (char)c);
        else pm_buf_fmt(&b, "%%%02X", c);
    }
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

static void location(struct pm_json *w, const struct pm_gate_row *r, const struct pm_gate_item *x, struct pm_arena *a) {
    pm_json_open(w, "locations", '[');
    pm_json_open(w, NULL, '{');
    pm_json_open(w, "physicalLocation", '{');
    pm_json_open(w, "artifactLocation", '{');
    pm_json_text(w, "uri", uri(a, x->file.n ? x->file : r->bundle));
    pm_json_close(w, '}');
    pm_json_open(w, "region", '{');
    pm_json_uint(w, "startLine", x->line ? x->line : 1);
    pm_json_close(w, '}');
    pm_json_close(w, '}');
    pm_json_close(w, '}');
    pm_json_close(w, ']');
}

static void result(struct pm_json *w, const struct pm_gate_row *r, const struct pm_gate_item *x, struct pm_arena *a) {
    static const char *const levels[] = {"note", "warning", "error"};
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "ruleId", x->id);
    pm_json_text(w, "level", pm_str_c(x->state == PM_GATE_FAIL ? "error" : x->state == PM_GATE_PASS ? "note" : levels[x->severity]));
    message(w, "message", pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(r->bundle), PM_FMT(x->message.n ? x->message : x->title)));
    location(w, r, x, a);
    if (x->fingerprint.n) {
        pm_json_open(w, "partialFingerprints", '{');
        pm_json_text(w, "pullmortem/1", x->fingerprint);
        pm_json_close(w, '}');
    }
    if (x->state == PM_GATE_WAIVED || x->state == PM_GATE_KNOWN) {
        pm_json_open(w, "suppressions", '[');
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "kind", PM_STR("external"));
        pm_json_text(w, "justification", x->why);
        pm_json_close(w, '}');
        pm_json_close(w, ']');
    }
    pm_json_close(w, '}');
}

static void notifications(struct pm_json *w, const struct pm_gate_result *g, struct pm_arena *a) { // bundles that could not be read whole
    bool whole = true;
    for (size_t i = 0; i < g->rows_n; i++) whole &= g->rows[i].why_broken.n == 0;
    pm_json_open(w, "invocations", '[');
    pm_json_open(w, NULL, '{');
    pm_json_bool(w, "executionSuccessful", whole);
    pm_json_open(w, "toolExecutionNotifications", '[');
    for (size_t i = 0; i < g->rows_n; i++) {
        if (!g->rows[i].why_broken.n) continue;
        pm_json_open(w, NULL, '{');
        pm_json_text(w, "level", PM_STR("error"));
        message(w, "message", pm_arena_fmt(a, "%.*s: %.*s", PM_FMT(g->rows[i].bundle), PM_FMT(g->rows[i].why_broken)));
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
    pm_json_close(w, '}');
    pm_json_close(w, ']');
}

static bool write_sarif(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color) {
    (void)color;
    struct pm_json w = {.f = out, .inline_from = 12, .first = true};
    pm_json_open(&w, NULL, '{');
    pm_json_text(&w, "$schema", PM_STR("https://json.schemastore.org/sarif-2.1.0.json"));
    pm_json_text(&w, "version", PM_STR("2.1.0"));
    pm_json_open(&w, "runs", '[');
    pm_json_open(&w, NULL, '{');
    pm_json_open(&w, "tool", '{');
    pm_json_open(&w, "driver", '{');
    pm_json_text(&w, "name", PM_STR("pullmortem"));
    pm_json_text(&w, "version", PM_STR(PM_VERSION));
    rules(&w, g);
    pm_json_close(&w, '}');
    pm_json_close(&w, '}');
    notifications(&w, g, a);
    pm_json_open(&w, "results", '[');
    for (size_t i = 0; i < g->rows_n; i++)
        for (size_t k = 0; k < g->rows[i].items_n; k++)
            if (listed(&g->rows[i].items[k])) result(&w, &g->rows[i], &g->rows[i].items[k], a);
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    return pm_json_end(&w);
}

const struct pm_gate_output pm_gate_sarif = {"sarif", "SARIF 2.1.0", write_sarif};
