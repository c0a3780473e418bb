// `pullmortem explain [FILE|-]`: what each given line means, one answer a record. For a
// person who has one line, and for tests of parsers and rules.
//
// No timeline and no judge: a record is taken alone. Where it cannot decide (a bare 429,
// "pull access denied"), the candidates are given in order.
#include "cli/advice.h"
#include "cli/answer_print.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/privacy.h"
#include "cli/writes.h"
#include "report/json_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPT_FORMAT, OPT_RULES, OPT_COLOR, OPT_NO_REDACT, OPT_REDACT_KEY };
static const struct pm_opt options[] = {
    [OPT_FORMAT] = {PM_OPT_TEXT_OR_JSON, .help = "how it is told (json is one object a line)"},
    [OPT_RULES] = {PM_OPT_RULES},
    [OPT_COLOR] = {PM_OPT_COLOR},
    [OPT_NO_REDACT] = {PM_OPT_NO_REDACT},
    [OPT_REDACT_KEY] = {PM_OPT_REDACT_KEY},
};
enum { EXPLAIN_MAX_BYTES = 64 << 20 }; // a larger input is a bundle: analyze it

struct explain {
    struct pm_answer_view x;
    bool json;
};

// JSON: the contract's keys, all of them, in its order, one object a line.
struct line {
    struct pm_json w;
    struct pm_answer_view *x;
};
static void text_member(struct line *l, const char *key, struct pm_str s) {
    pm_json_text_or_null(&l->w, key, s.n ? pm_answer_clean(l->x, s) : s);
}
// Whole milliseconds, the rest is cut.
static void seconds_member(struct line *l, const char *key, int64_t ns) {
    if (ns > 0) pm_json_real(&l->w, key, (double)(ns / 1000000) / 1000);
    else pm_json_null(&l->w, key);
}
static struct pm_str cause_of(const struct pm_verdict *v) {
    return v->cause >= 0 ? pm_str_c(pm_causes[v->cause].name) : PM_NONE;
}
static void candidates_json(struct line *l, const struct pm_verdict *v) {
    pm_json_open(&l->w, "candidates", '[');
    for (int i = 0; i < v->candidate_count && v->candidate_count > 1; i++)
        pm_json_text(&l->w, NULL, pm_str_c(pm_causes[v->candidates[i]].name));
    pm_json_close(&l->w, ']');
}
static void advice_json(struct line *l, const struct pm_answer *r) {
    struct pm_advice_item items[PM_ADVICE_MAX];
    size_t n = pm_advices_for(l->x->rules, &r->verdict, &r->event, l->x->a, items, PM_ADVICE_MAX);
    pm_json_open(&l->w, "advice", '[');
    for (size_t i = 0; i < n; i++) {
        pm_json_open(&l->w, NULL, '{');
        pm_json_text_or_null(&l->w, "phase", items[i].phase);
        text_member(l, "text", items[i].text);
        text_member(l, "command", items[i].command);
        pm_json_text_or_null(&l->w, "within", items[i].within);
        pm_json_close(&l->w, '}');
    }
    pm_json_close(&l->w, ']');
}
static void envelopes_json(struct line *l, const struct pm_answer *r) {
    pm_json_open(&l->w, "envelopes", '[');
    for (int i = 0; i < r->envelope_count; i++)
        pm_json_text(&l->w, NULL, pm_str_c(r->envelopes[i]));
    pm_json_close(&l->w, ']');
}
static void answer_json(struct pm_answer_view *x, const struct pm_answer *r) {
    const struct pm_event *e = &r->event;
    const struct pm_str *f = e->field;
    struct line l = {.w = {.f = stdout, .first = true}, .x = x};
    pm_json_open(&l.w, NULL, '{');
    text_member(&l, "standing", r->event_made ? pm_str_c(pm_standing_names[e->standing]) : PM_NONE);
    text_member(&l, "variant", pm_str_c(r->verdict.variant));
    text_member(&l, "format", pm_str_c(r->format));
    envelopes_json(&l, r);
    text_member(&l, "component", pm_str_c(pm_component_names[e->component]));
    text_member(&l, "time", pm_answer_time(x->a, &e->when));
    text_member(&l, "kind", pm_str_c(pm_kind_names[e->kind]));
    text_member(&l, "cause", cause_of(&r->verdict));
    text_member(&l, "rule", pm_str_c(r->verdict.rule));
    text_member(&l, "confidence",
                r->verdict.rule && !r->verdict.quiet
                    ? pm_str_c(pm_confidence_names[r->verdict.confidence])
                    : PM_NONE);
    static const struct {
        const char *key;
        enum pm_field field;
    } image[] = {{"image", PM_F_IMAGE},
                 {"registry", PM_F_REGISTRY},
                 {"repository", PM_F_REPOSITORY},
                 {"tag", PM_F_TAG},
                 {"digest", PM_F_DIGEST}};
    for (size_t i = 0; i < PM_LEN(image); i++)
        text_member(&l, image[i].key, i ? f[image[i].field] : pm_answer_image(x->a, e));
    pm_json_known(&l.w, "http_status", e->http_status > 0, e->http_status);
    static const struct {
        const char *key;
        enum pm_field field;
    } who[] = {{"method", PM_F_METHOD}, {"client", PM_F_CLIENT},
               {"user", PM_F_USER},     {"namespace", PM_F_NAMESPACE},
               {"pod", PM_F_POD},       {"container", PM_F_CONTAINER},
               {"node", PM_F_NODE}};
    for (size_t i = 0; i < PM_LEN(who); i++) text_member(&l, who[i].key, f[who[i].field]);
    seconds_member(&l, "duration_s", e->duration_ns);
    pm_json_known(&l.w, "bytes", e->bytes >= 0, e->bytes);
    pm_json_int(&l.w, "count", e->count ? e->count : 1);
    text_member(&l, "error", f[PM_F_ERROR]);
    candidates_json(&l, &r->verdict);
    advice_json(&l, r);
    pm_json_close(&l.w, '}');
    pm_json_end(&l.w);
}

static void print_answer(void *ctx, const struct pm_answer *r) {
    struct explain *e = ctx;
    if (e->json) answer_json(&e->x, r);
    else pm_answer_print(&e->x, r);
    pm_arena_reset(e->x.a);
}

static bool read_all(const char *path, struct pm_buf *out, bool *cut) {
    bool piped = strcmp(path, "-") == 0;
    FILE *f = piped ? stdin : fopen(path, "rb");
    char block[1 << 15];
    if (!f) return false;
    for (size_t n; out->n < EXPLAIN_MAX_BYTES && (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(out, (struct pm_str){block, n});
    *cut = out->n >= EXPLAIN_MAX_BYTES;
    bool ok = !ferror(f);
    if (!piped) fclose(f);
    return ok;
}
static int explain(const struct pm_given *g, const struct pm_buf *in,
                   const struct pm_privacy *privacy, struct pm_diags *diags) {
    struct pm_ruleset *rs = pm_ruleset_load(g->value[OPT_RULES], diags);
    if (!rs) return PM_EXIT_USAGE;
    pm_ruleset_listen(rs);
    struct explain e = {.x = {.a = pm_arena_new(), .rules = rs, .width = pm_answer_columns()},
                        .json = strcmp(g->value[OPT_FORMAT], "json") == 0};
    e.x.redactor = g->value[OPT_NO_REDACT] ? NULL : pm_redactor_new(privacy->redact_key);
    e.x.color = !e.json && pm_color_wanted(g->value[OPT_COLOR], STDOUT_FILENO);
    // What framing and parsers say of the text is told for text only: JSON readers want one
    // object a record.
    struct pm_diags *said = pm_diags_new();
    pm_answers(rs, pm_buf_str(in), print_answer, &e, said);
    if (!e.json) pm_diags_print(said);
    pm_ruleset_limits(rs, diags, PM_NONE, 0);
    pm_diags_free(said);
    pm_redactor_free(e.x.redactor);
    pm_arena_free(e.x.a);
    pm_ruleset_leave(rs);
    return PM_EXIT_OK;
}
static int run(struct pm_given *g) {
    if (g->words_n > 1) return pm_usage(g->command, "one file, not also '%s'", g->words[1]);
    const char *path = g->words_n ? g->words[0] : "-";
    struct pm_buf in = {0};
    bool cut = false;
    struct pm_privacy privacy;
    if (pm_privacy_read(g->command, &privacy, g->value[OPT_REDACT_KEY], NULL, NULL) != PM_EXIT_OK)
        return PM_EXIT_USAGE;
    pm_writes_guard(NULL, 0);
    if (!read_all(path, &in, &cut)) {
        fprintf(stderr, "pullmortem explain: %s: %s\n", path, strerror(errno));
        pm_buf_free(&in);
        pm_privacy_free(&privacy);
        return PM_EXIT_INPUT;
    }
    struct pm_diags *diags = pm_diags_new();
    int rc = explain(g, &in, &privacy, diags);
    if (cut)
        fprintf(
            stderr,
            "pullmortem explain: only the first %d MiB were read; for whole logs there is analyze\n",
            EXPLAIN_MAX_BYTES >> 20);
    pm_diags_print(diags);
    pm_diags_free(diags);
    pm_privacy_free(&privacy);
    pm_buf_free(&in);
    return rc == PM_EXIT_OK && cut ? PM_EXIT_INPUT : rc;
}

const struct pm_command pm_command_explain = {
    .name = "explain",
    .arguments = "[FILE|-]",
    .summary = "what each given line means, one answer a record",
    .options = options,
    .options_n = PM_LEN(options),
    .notes =
        "Without a file it reads stdin:\n  journalctl -u kubelet | grep ErrImagePull | tail -1 | pullmortem explain\n",
    .order = 6,
    .run = run,
};
