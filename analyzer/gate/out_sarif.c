// SARIF 2.1.0 (OASIS), as GitHub code scanning takes it: one result an incident or
// finding that was looked at, a rule a cause with help out of the advice; locations are
// files that CI has; baseline and waivers are suppressions. Held against Microsoft's
// validator and OASIS' schema by tests/suites/gate.
#include "pm/command.h"
#include "pm/gate.h"
#include "pm/rule.h"
#include "report/json_writer.h"
#include "report/words.h"

#define RELATED_MAX 10
#define TEXT_MAX 300
#define HELP_MAX 16
#define CAUSE_PAGE                                                                                 \
    "https://kubernetes.io/docs/concepts/containers/images/" // what the platform says of pulls and their back-off

static bool listed(const struct pm_gate_item *x) {
    return x->kind == PM_CHECK_INCIDENT || x->state > PM_GATE_UNJUDGED;
}

static bool seen_before(const struct pm_gate_result *g, size_t row,
                        size_t at) { // the first item with this id names the rule
    for (size_t i = 0; i <= row; i++)
        for (size_t k = 0; k < (i == row ? at : g->rows[i].items_n); k++)
            if (listed(&g->rows[i].items[k]) &&
                pm_str_eq(g->rows[i].items[k].id, g->rows[row].items[at].id))
                return true;
    return false;
}

static void message(struct pm_json *w, const char *key, struct pm_str text) {
    pm_json_open(w, key, '{');
    pm_json_text(w, "text", text.n ? text : PM_STR("-"));
    pm_json_close(w, '}');
}

// A sentence ends in a full stop: GitHub shows the first one.
static struct pm_str sentence(struct pm_arena *a, struct pm_str text) {
    text = pm_str_trim(text);
    if (!text.n || text.p[text.n - 1] == '.') return text;
    return pm_arena_fmt(a, "%.*s.", PM_FMT(text));
}

static struct pm_str capital(struct pm_arena *a, struct pm_str text) {
    char *p = pm_arena_alloc(a, text.n + 1);
    memcpy(p, text.p, text.n);
    if (text.n && p[0] >= 'a' && p[0] <= 'z') p[0] = (char)(p[0] - 32);
    return (struct pm_str){p, text.n};
}

// "rate-limit.anonymous" → "RateLimitAnonymous"
static struct pm_str rule_name(struct pm_arena *a, struct pm_str id) {
    char *p = pm_arena_alloc(a, id.n + 1);
    size_t n = 0;
    bool up = true;
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'),
             digit = c >= '0' && c <= '9';
        if (letter || digit) p[n++] = up && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        up = !letter;
    }
    return (struct pm_str){p, n};
}

// What the advice says where no name is known, step by step; of a check of the policy,
// what it is.
static void help(struct pm_json *w, const struct pm_gate_result *g, const struct pm_gate_item *x,
                 int cause, struct pm_arena *a) {
    struct pm_advice rows[HELP_MAX];
    struct pm_buf text = {0}, markdown = {0};
    size_t n = cause >= 0 && g->help ? g->help(g->help_ctx, cause, rows, PM_LEN(rows)) : 0;
    for (size_t i = 0; i < n; i++) {
        pm_buf_fmt(&text, "%s%.*s: %.*s", i ? "\n" : "", PM_FMT(rows[i].phase),
                   PM_FMT(rows[i].text));
        pm_buf_fmt(&markdown, "%s- **%.*s**: %.*s", i ? "\n" : "", PM_FMT(rows[i].phase),
                   PM_FMT(rows[i].text));
    }
    if (!n) {
        pm_buf_add(&text, sentence(a, x->message.n ? x->message : x->title));
        pm_buf_add(&markdown, pm_buf_str(&text));
    }
    pm_json_open(w, "help", '{');
    pm_json_text(w, "text", pm_buf_str(&text));
    pm_json_text(w, "markdown", pm_buf_str(&markdown));
    pm_json_close(w, '}');
    pm_buf_free(&text);
    pm_buf_free(&markdown);
}

static void rule(struct pm_json *w, const struct pm_gate_result *g, const struct pm_gate_item *x,
                 struct pm_arena *a) {
    static const char *const problems[] = {"recommendation", "warning", "error"};
    static const char *const levels[] = {"note", "warning", "error"};
    int cause = pm_cause_find(x->id);
    struct pm_str title = cause >= 0 ? pm_str_c(pm_causes[cause].title) : x->title;
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "id", x->id);
    pm_json_text(w, "name", rule_name(a, x->id));
    message(w, "shortDescription", sentence(a, capital(a, title)));
    message(w, "fullDescription",
            cause >= 0 ? pm_arena_fmt(a, "Images could not be pulled: %.*s (%.*s).", PM_FMT(title),
                                      PM_FMT(x->id))
                       : sentence(a, capital(a, x->message.n ? x->message : title)));
    help(w, g, x, cause, a);
    pm_json_text(w, "helpUri", PM_STR(CAUSE_PAGE));
    pm_json_open(w, "defaultConfiguration", '{');
    pm_json_text(w, "level", pm_str_c(levels[x->severity]));
    pm_json_close(w, '}');
    pm_json_open(w, "properties", '{');
    pm_json_open(w, "tags", '[');
    pm_json_text(w, NULL,
                 cause >= 0 ? pm_str_c(pm_causes[cause].family)
                            : pm_str_c(pm_check_names[x->kind]));
    pm_json_close(w, ']');
    pm_json_text(w, "problem.severity", pm_str_c(problems[x->severity]));
    pm_json_close(w, '}');
    pm_json_close(w, '}');
}

static void rules(struct pm_json *w, const struct pm_gate_result *g, struct pm_arena *a) {
    pm_json_open(w, "rules", '[');
    for (size_t i = 0; i < g->rows_n; i++)
        for (size_t k = 0; k < g->rows[i].items_n; k++)
            if (listed(&g->rows[i].items[k]) && !seen_before(g, i, k))
                rule(w, g, &g->rows[i].items[k], a);
    pm_json_close(w, ']');
}

static struct pm_str
uri(struct pm_arena *a,
    struct pm_str path) { // RFC 3986 path characters stay, the rest is percent-encoded
    struct pm_buf b = {0};
    if (path.n && path.p[0] == '/')
        pm_buf_lit(&b,
                   "file://"); // a reference that begins with a slash would be taken as relative
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("/-._~", c));
        if (plain) pm_buf_addc(&b, (char)c);
        else pm_buf_fmt(&b, "%%%02X", c);
    }
    struct pm_str out = pm_arena_dup(a, pm_buf_str(&b));
    pm_buf_free(&b);
    return out;
}

static void physical(struct pm_json *w, const struct pm_gate_place *at, uint64_t line,
                     struct pm_str snippet, struct pm_arena *a) {
    pm_json_open(w, "physicalLocation", '{');
    pm_json_open(w, "artifactLocation", '{');
    pm_json_text(w, "uri", uri(a, at->path));
    if (at->path.n && at->path.p[0] != '/') pm_json_text(w, "uriBaseId", PM_STR("%SRCROOT%"));
    pm_json_close(w, '}');
    pm_json_open(w, "region", '{'); // GitHub wants a line, of archives, too
    pm_json_uint(w, "startLine", at->inside.n || !line ? 1 : line);
    if (snippet.n && !at->inside.n && line) message(w, "snippet", snippet);
    pm_json_close(w, '}');
    pm_json_close(w, '}');
}

static void location(struct pm_json *w, const struct pm_gate_row *r, const struct pm_gate_item *x,
                     struct pm_arena *a) {
    struct pm_gate_place at = pm_gate_place_of(a, r->bundle, x->file);
    pm_json_open(w, "locations", '[');
    pm_json_open(w, NULL, '{');
    physical(w, &at, x->line,
             x->evidence_n ? pm_text_cut(a, x->evidence[0].text, TEXT_MAX) : PM_NONE, a);
    pm_json_close(w, '}');
    pm_json_close(w, ']');
}

static void related(struct pm_json *w, const struct pm_gate_row *r, const struct pm_gate_item *x,
                    struct pm_arena *a) {
    if (x->evidence_n < 2) return;
    pm_json_open(w, "relatedLocations", '[');
    for (size_t i = 1; i < x->evidence_n && i <= RELATED_MAX; i++) {
        const struct pm_evidence_line *e = &x->evidence[i];
        struct pm_gate_place at = pm_gate_place_of(a, r->bundle, e->file);
        pm_json_open(w, NULL, '{');
        pm_json_uint(w, "id", i);
        physical(w, &at, e->line, PM_NONE, a);
        message(w, "message",
                pm_arena_fmt(a, "%.*s%.*s",
                             PM_FMT(pm_text_cut(a, pm_text_visible(a, e->text), TEXT_MAX)),
                             PM_FMT(pm_gate_inside(a, &at, e->line))));
        pm_json_close(w, '}');
    }
    pm_json_close(w, ']');
}

static struct pm_str result_text(const struct pm_gate_row *r, const struct pm_gate_item *x,
                                 struct pm_arena *a) {
    struct pm_gate_place at = pm_gate_place_of(a, r->bundle, x->file);
    struct pm_str says = x->message.n ? x->message : x->title;
    if (says.n && says.p[says.n - 1] == '.') says.n--;
    return pm_arena_fmt(a, "%.*s: %.*s%.*s%s%.*s.", PM_FMT(r->bundle), PM_FMT(says),
                        PM_FMT(pm_gate_inside(a, &at, x->line)), x->note.n ? "; " : "",
                        PM_FMT(x->note));
}

static size_t rule_index(const struct pm_gate_result *g,
                         struct pm_str id) { // place in the list that `rules` writes
    size_t n = 0;
    for (size_t i = 0; i < g->rows_n; i++) {
        for (size_t k = 0; k < g->rows[i].items_n; k++) {
            if (!listed(&g->rows[i].items[k]) || seen_before(g, i, k)) continue;
            if (pm_str_eq(g->rows[i].items[k].id, id)) return n;
            n++;
        }
    }
    return n;
}

static void result(struct pm_json *w, const struct pm_gate_result *g, const struct pm_gate_row *r,
                   const struct pm_gate_item *x, struct pm_arena *a) {
    static const char *const levels[] = {"note", "warning", "error"};
    const char *level = x->state == PM_GATE_PASS ? "note" : levels[x->severity];
    if (x->state == PM_GATE_FAIL) level = "error";
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "ruleId", x->id);
    pm_json_uint(w, "ruleIndex", rule_index(g, x->id));
    pm_json_text(w, "level", pm_str_c(level));
    message(w, "message", result_text(r, x, a));
    location(w, r, x, a);
    related(w, r, x, a);
    pm_json_open(
        w, "partialFingerprints",
        '{'); // no line of the log is hashed: collected again, every line differs by its stamp
    pm_json_text(w, "primaryLocationLineHash",
                 pm_arena_fmt(a, "%.*s:%u", PM_FMT(x->fingerprint), x->occurrence));
    pm_json_close(w, '}');
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

static void notification(struct pm_json *w, const char *level, struct pm_str text) {
    pm_json_open(w, NULL, '{');
    pm_json_text(w, "level", pm_str_c(level));
    message(w, "message", text);
    pm_json_close(w, '}');
}

static void notifications(struct pm_json *w, const struct pm_gate_result *g,
                          struct pm_arena *a) { // what could not be read whole, or not be judged
    bool whole = true;
    for (size_t i = 0; i < g->rows_n; i++) whole &= g->rows[i].why_broken.n == 0;
    pm_json_open(w, "invocations", '[');
    pm_json_open(w, NULL, '{');
    pm_json_bool(w, "executionSuccessful", whole);
    pm_json_open(w, "toolExecutionNotifications", '[');
    for (size_t i = 0; i < g->rows_n; i++) {
        const struct pm_gate_row *r = &g->rows[i];
        if (r->why_broken.n)
            notification(w, "error",
                         pm_arena_fmt(a, "%.*s: %.*s.", PM_FMT(r->bundle), PM_FMT(r->why_broken)));
        for (size_t k = 0; k < r->items_n; k++)
            if (r->items[k].state == PM_GATE_UNJUDGED)
                notification(w, "warning",
                             pm_arena_fmt(a, "%.*s: not judged: %.*s.", PM_FMT(r->bundle),
                                          PM_FMT(r->items[k].message)));
    }
    pm_json_close(w, ']');
    pm_json_close(w, '}');
    pm_json_close(w, ']');
}

static void run_of(struct pm_json *w, const struct pm_gate_result *g, struct pm_arena *a) {
    pm_json_open(w, "tool", '{');
    pm_json_open(w, "driver", '{');
    pm_json_text(w, "name", PM_STR("pullmortem"));
    pm_json_text(w, "organization", PM_STR("pullmortem"));
    pm_json_text(w, "version", PM_STR(PM_VERSION));
    pm_json_text(w, "semanticVersion", PM_STR(PM_VERSION ".0"));
    pm_json_text(w, "informationUri", PM_STR(CAUSE_PAGE));
    rules(w, g, a);
    pm_json_close(w, '}');
    pm_json_close(w, '}');
    pm_json_open(w, "automationDetails", '{'); // all before the last slash is GitHub's category
    pm_json_text(w, "id", PM_STR("pullmortem/gate/"));
    pm_json_close(w, '}');
    pm_json_open(w, "originalUriBaseIds", '{');
    pm_json_open(w, "%SRCROOT%", '{');
    message(w, "description", PM_STR("The folder that the gate was run in."));
    pm_json_close(w, '}');
    pm_json_close(w, '}');
    pm_json_text(w, "columnKind", PM_STR("utf16CodeUnits"));
    notifications(w, g, a);
}

static bool write_sarif(FILE *out, const struct pm_gate_result *g, struct pm_arena *a, bool color) {
    (void)color;
    struct pm_json w = {.f = out, .inline_from = 12, .first = true};
    pm_json_open(&w, NULL, '{');
    pm_json_text(
        &w, "$schema",
        PM_STR(
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"));
    pm_json_text(&w, "version", PM_STR("2.1.0"));
    pm_json_open(&w, "runs", '[');
    pm_json_open(&w, NULL, '{');
    run_of(&w, g, a);
    pm_json_open(&w, "results", '[');
    for (size_t i = 0; i < g->rows_n; i++)
        for (size_t k = 0; k < g->rows[i].items_n; k++)
            if (listed(&g->rows[i].items[k])) result(&w, g, &g->rows[i], &g->rows[i].items[k], a);
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    pm_json_close(&w, ']');
    pm_json_close(&w, '}');
    return pm_json_end(&w);
}

const struct pm_gate_output pm_gate_sarif = {"sarif", "SARIF 2.1.0", write_sarif};
