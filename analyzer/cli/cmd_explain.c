// `pullmortem explain [FILE|-]`: what each given line means, one answer a record. For a person who has one line, and for tests of parsers and rules.
//
// No timeline and no judge: a record is taken alone. Where it cannot decide (a bare 429, "pull access denied"), the candidates are given in order.
#include "cli/advice.h"
#include "cli/answer.h"
#include "cli/opts.h"
#include "report/words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPT_FORMAT, OPT_RULES, OPT_COLOR, OPT_NO_REDACT };
static const struct pm_opt opts[] = {
    [OPT_FORMAT] = {"format", 'f', "F", "text or json (one object a line)", "text json", 0},
    [OPT_RULES] = {"rules", 0, "DIR", "rules of DIR replace those of the same id and add others", NULL, 0},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never", "auto always never", 0},
    [OPT_NO_REDACT] = {"no-redact", 0, NULL, "show secrets as they stand", NULL, 0},
};
enum { EXPLAIN_MAX_BYTES = 64 << 20 }; // a larger input is a bundle: analyze it
extern const struct pm_command pm_command_explain;

struct explain {
    struct pm_arena *a; // of one answer
    const struct pm_ruleset *rules;
    struct pm_redactor *redactor; // NULL: --no-redact
    bool json, color, any;
    int width;
};
static struct pm_str clean(struct explain *x, struct pm_str s) { return x->redactor ? pm_redact_now(x->redactor, x->a, s) : s; }

// JSON: the contract's keys, all of them, in its order, one object a line.
struct line { // of JSON being made
    struct pm_buf b;
    struct explain *x;
};
static void member(struct line *l, const char *key) {
    pm_buf_lit(&l->b, l->b.n > 1 ? ", " : "");
    pm_json_string(&l->b, pm_str_c(key));
    pm_buf_lit(&l->b, ": ");
}
static void text(struct line *l, const char *key, struct pm_str s) {
    member(l, key);
    if (s.n) pm_json_string(&l->b, clean(l->x, s));
    else pm_buf_lit(&l->b, "null");
}
static void number(struct line *l, const char *key, bool known, int64_t n) {
    member(l, key);
    if (known) pm_buf_fmt(&l->b, "%" PRId64, n);
    else pm_buf_lit(&l->b, "null");
}
// Integers only: printf's %f follows the locale.
static void seconds(struct line *l, const char *key, int64_t ns) {
    member(l, key);
    if (ns > 0) pm_buf_fmt(&l->b, "%" PRId64 ".%03d", ns / PM_NS_PER_S, (int)(ns % PM_NS_PER_S / 1000000));
    else pm_buf_lit(&l->b, "null");
}
static struct pm_str time_of(struct pm_arena *a, const struct pm_when *w) {
    char out[32];
    return w->kind == PM_WHEN_UTC || w->kind == PM_WHEN_LOCAL ? pm_arena_dup(a, pm_str_c(pm_when_format(w->ns, out))) : PM_NONE;
}
static struct pm_str cause_of(const struct pm_verdict *v) { return v->cause >= 0 ? pm_str_c(pm_causes[v->cause].name) : PM_NONE; }
static void candidates_json(struct line *l, const struct pm_verdict *v) {
    member(l, "candidates");
    pm_buf_addc(&l->b, '[');
    for (int i = 0; i < v->candidate_count && v->candidate_count > 1; i++) {
        if (i) pm_buf_lit(&l->b, ", ");
        pm_json_string(&l->b, pm_str_c(pm_causes[v->candidates[i]].name));
    }
    pm_buf_addc(&l->b, ']');
}
static void advice_json(struct line *l, const struct pm_answer *r) {
    struct pm_advice_item items[PM_ADVICE_MAX];
    size_t n = pm_advices_for(l->x->rules, &r->verdict, &r->event, l->x->a, items, PM_ADVICE_MAX);
    member(l, "advice");
    pm_buf_addc(&l->b, '[');
    for (size_t i = 0; i < n; i++) {
        pm_buf_lit(&l->b, i ? ", {" : "{");
        pm_buf_lit(&l->b, "\"phase\": "), pm_json_string(&l->b, items[i].phase);
        pm_buf_lit(&l->b, ", \"text\": "), pm_json_string(&l->b, clean(l->x, items[i].text));
        pm_buf_lit(&l->b, ", \"command\": ");
        if (items[i].command.n) pm_json_string(&l->b, clean(l->x, items[i].command));
        else pm_buf_lit(&l->b, "null");
        pm_buf_lit(&l->b, ", \"within\": "), pm_json_string(&l->b, items[i].within);
        pm_buf_addc(&l->b, '}');
    }
    pm_buf_addc(&l->b, ']');
}
static void envelopes_json(struct line *l, const struct pm_answer *r) {
    member(l, "envelopes");
    pm_buf_addc(&l->b, '[');
    for (int i = 0; i < r->envelope_count; i++) {
        if (i) pm_buf_lit(&l->b, ", ");
        pm_json_string(&l->b, pm_str_c(r->envelopes[i]));
    }
    pm_buf_addc(&l->b, ']');
}
// The image as the line names it. A request names a path: its registry stands apart, as host, account or not at all.
static struct pm_str image_of(struct pm_arena *a, const struct pm_event *e) {
    const struct pm_str *f = e->field;
    if (f[PM_F_IMAGE].n && (e->kind != PM_KIND_REQUEST || !f[PM_F_REPOSITORY].n)) return f[PM_F_IMAGE];
    if (!f[PM_F_REPOSITORY].n) return PM_NONE;
    if (e->kind != PM_KIND_REQUEST && f[PM_F_REGISTRY].n && !f[PM_F_TAG].n && !f[PM_F_DIGEST].n)
        return pm_arena_fmt(a, "%.*s/%.*s", PM_FMT(f[PM_F_REGISTRY]), PM_FMT(f[PM_F_REPOSITORY]));
    if (f[PM_F_DIGEST].n) return pm_arena_fmt(a, "%.*s@%.*s", PM_FMT(f[PM_F_REPOSITORY]), PM_FMT(f[PM_F_DIGEST]));
    return f[PM_F_TAG].n ? pm_arena_fmt(a, "%.*s:%.*s", PM_FMT(f[PM_F_REPOSITORY]), PM_FMT(f[PM_F_TAG])) : f[PM_F_REPOSITORY];
}
static void print_json(struct explain *x, const struct pm_answer *r) {
    const struct pm_event *e = &r->event;
    const struct pm_str *f = e->field;
    struct line l = {.x = x};
    pm_buf_addc(&l.b, '{');
    text(&l, "standing", r->event_made ? pm_str_c(pm_standing_names[e->standing]) : PM_NONE);
    text(&l, "variant", pm_str_c(r->verdict.variant));
    text(&l, "format", pm_str_c(r->format));
    envelopes_json(&l, r);
    text(&l, "component", pm_str_c(pm_component_names[e->component]));
    text(&l, "time", time_of(x->a, &e->when));
    text(&l, "kind", pm_str_c(pm_kind_names[e->kind]));
    text(&l, "cause", cause_of(&r->verdict));
    text(&l, "rule", pm_str_c(r->verdict.rule));
    text(&l, "confidence", r->verdict.rule && !r->verdict.quiet ? pm_str_c(pm_confidence_names[r->verdict.confidence]) : PM_NONE);
    static const struct {
        const char *key;
        enum pm_field field;
    } image[] = {{"image", PM_F_IMAGE}, {"registry", PM_F_REGISTRY}, {"repository", PM_F_REPOSITORY}, {"tag", PM_F_TAG}, {"digest", PM_F_DIGEST}};
    for (size_t i = 0; i < PM_LEN(image); i++) text(&l, image[i].key, i ? f[image[i].field] : image_of(x->a, e));
    number(&l, "http_status", e->http_status > 0, e->http_status);
    static const struct {
        const char *key;
        enum pm_field field;
    } who[] = {{"method", PM_F_METHOD}, {"client", PM_F_CLIENT},       {"user", PM_F_USER}, {"namespace", PM_F_NAMESPACE},
               {"pod", PM_F_POD},       {"container", PM_F_CONTAINER}, {"node", PM_F_NODE}};
    for (size_t i = 0; i < PM_LEN(who); i++) text(&l, who[i].key, f[who[i].field]);
    seconds(&l, "duration_s", e->duration_ns);
    number(&l, "bytes", e->bytes >= 0, e->bytes);
    number(&l, "count", true, e->count ? e->count : 1);
    text(&l, "error", f[PM_F_ERROR]);
    candidates_json(&l, &r->verdict);
    advice_json(&l, r);
    pm_buf_lit(&l.b, "}\n");
    fwrite(l.b.p, 1, l.b.n, stdout);
    pm_buf_free(&l.b);
}

// Text, for a terminal.
static const char *paint(const struct explain *x, const char *code) { return x->color ? code : ""; }
static void row(struct explain *x, const char *name, struct pm_str value) {
    if (!value.n) return;
    struct pm_str shown = pm_text_visible(x->a, clean(x, value));
    printf("  %s%-10s%s ", paint(x, "\033[2m"), name, paint(x, "\033[0m"));
    for (int room = x->width - 13; shown.n;) {
        size_t n = pm_text_fit(shown, room);
        struct pm_str part = pm_str_trim(pm_str_sub(shown, 0, n));
        shown = pm_str_from(shown, n);
        printf("%.*s\n%s", PM_FMT(part), shown.n ? "             " : "");
    }
}
static struct pm_str where_of(struct explain *x, const struct pm_event *e) {
    struct pm_buf b = {0};
    static const struct {
        const char *word;
        enum pm_field field;
    } parts[] = {{"node", PM_F_NODE},     {"namespace", PM_F_NAMESPACE}, {"pod", PM_F_POD},  {"container", PM_F_CONTAINER},
                 {"client", PM_F_CLIENT}, {"user", PM_F_USER},           {"host", PM_F_HOST}};
    for (size_t i = 0; i < PM_LEN(parts); i++)
        if (e->field[parts[i].field].n) pm_buf_fmt(&b, "%s%s %.*s", b.n ? ", " : "", parts[i].word, PM_FMT(e->field[parts[i].field]));
    struct pm_str s = pm_arena_dup(x->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return s;
}
static struct pm_str origin_of(struct explain *x, const struct pm_answer *r) {
    struct pm_buf b = {0};
    for (int i = 0; i < r->envelope_count; i++) pm_buf_fmt(&b, "%s > ", r->envelopes[i]);
    pm_buf_lit(&b, r->format ? r->format : "no known format");
    struct pm_str t = time_of(x->a, &r->event.when);
    if (t.n) pm_buf_fmt(&b, ", %.*s", PM_FMT(t));
    struct pm_str s = pm_arena_dup(x->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return s;
}
static void headline(struct explain *x, const struct pm_answer *r) {
    const struct pm_verdict *v = &r->verdict;
    if (v->cause >= 0)
        printf("%s%s%s  %s%s%s\n", paint(x, "\033[1;31m"), pm_causes[v->cause].name, paint(x, "\033[0m"), pm_causes[v->cause].title,
               v->rule ? ", confidence " : "", v->rule ? pm_confidence_names[v->confidence] : "");
    else if (v->quiet) printf("%sno pull trouble%s  although it looks like it\n", paint(x, "\033[1m"), paint(x, "\033[0m"));
    else
        printf("%s%s%s\n", paint(x, "\033[1m"),
               r->event_made ? pm_kind_names[r->event.kind]
               : r->format   ? "nothing about pulls"
                             : "not understood",
               paint(x, "\033[0m"));
}
static void candidates_row(struct explain *x, const struct pm_verdict *v) {
    struct pm_buf b = {0};
    for (int i = 1; i < v->candidate_count; i++) pm_buf_fmt(&b, "%s%s", b.n ? ", " : "", pm_causes[v->candidates[i]].name);
    if (b.n) pm_buf_lit(&b, " (this record alone cannot decide; analyze looks at its neighbours)");
    row(x, "or", pm_arena_dup(x->a, pm_buf_str(&b)));
    pm_buf_free(&b);
}
static void advice_rows(struct explain *x, const struct pm_answer *r) {
    struct pm_advice_item items[PM_ADVICE_MAX];
    size_t n = pm_advices_for(x->rules, &r->verdict, &r->event, x->a, items, PM_ADVICE_MAX);
    for (size_t i = 0; i < n && i < 2; i++) {
        row(x, i ? "" : "do first", items[i].text);
        if (!items[i].command.n) continue;
        struct pm_str command = pm_text_visible(x->a, clean(x, items[i].command));
        printf("             $ %.*s\n", PM_FMT(command)); // never wrapped: it is there to be copied
    }
}
// How the line would count in a bundle. Asked alone its words speak for themselves, so what is said above stands all the same.
static struct pm_str standing_of(const struct pm_answer *r) {
    static const char *const words[PM_STANDING_COUNT] = {
        [PM_STANDING_WITNESS] = "witness: in a bundle it would count",
        [PM_STANDING_ACCOUNT] = "account: in a bundle it would count where no witness tells the same",
        [PM_STANDING_HEARSAY] = "hearsay: in a bundle it would be listed, not counted",
    };
    return r->event_made ? pm_str_c(words[r->event.standing]) : PM_NONE;
}
static void print_text(struct explain *x, const struct pm_answer *r) {
    const struct pm_event *e = &r->event;
    if (x->any) puts("");
    headline(x, r);
    candidates_row(x, &r->verdict);
    row(x, "variant", pm_str_c(r->verdict.variant));
    row(x, "what", r->event_made ? pm_str_c(pm_kind_names[e->kind]) : PM_NONE);
    row(x, "image", image_of(x->a, e));
    row(x, "registry", e->field[PM_F_REGISTRY]);
    if (e->http_status > 0) row(x, "status", pm_arena_fmt(x->a, "%d", e->http_status));
    row(x, "where", where_of(x, e));
    row(x, "said", e->field[PM_F_ERROR].n ? e->field[PM_F_ERROR] : r->event_made ? e->field[PM_F_MESSAGE] : r->text);
    row(x, "rule", pm_str_c(r->verdict.rule));
    row(x, "read as", origin_of(x, r));
    row(x, "standing", standing_of(r));
    advice_rows(x, r);
}
static void print_answer(void *ctx, const struct pm_answer *r) {
    struct explain *x = ctx;
    if (x->json) print_json(x, r);
    else print_text(x, r);
    x->any = true;
    pm_arena_reset(x->a);
}

static bool read_all(const char *path, struct pm_buf *out, bool *cut) {
    bool piped = strcmp(path, "-") == 0;
    FILE *f = piped ? stdin : fopen(path, "rb");
    char block[1 << 15];
    if (!f) return false;
    for (size_t n; out->n < EXPLAIN_MAX_BYTES && (n = fread(block, 1, sizeof block, f)) > 0;) pm_buf_add(out, (struct pm_str){block, n});
    *cut = out->n >= EXPLAIN_MAX_BYTES;
    bool ok = !ferror(f);
    if (!piped) fclose(f);
    return ok;
}
struct explain_args {
    const char *path, *rules, *color, *format;
    bool raw;
};
static int args_of(struct explain_args *r, int argc, char **argv) {
    struct pm_opts o = {.argc = argc, .argv = argv};
    for (int i; (i = pm_opt_next(&o, &pm_command_explain)) != -1;) {
        if (i == OPT_FORMAT) r->format = o.value;
        else if (i == OPT_RULES) r->rules = o.value;
        else if (i == OPT_COLOR) r->color = o.value;
        else if (i == OPT_NO_REDACT) r->raw = true;
        else if (i != -2) return pm_usage_option(&pm_command_explain, &o, i);
        else if (r->path) return pm_usage(&pm_command_explain, "one file, not also '%s'", o.value);
        else r->path = o.value;
    }
    if (strcmp(r->format, "text") != 0 && strcmp(r->format, "json") != 0)
        return pm_usage(&pm_command_explain, "unknown format '%s'; there are text and json", r->format);
    return PM_EXIT_OK;
}
static int columns(void) {
    const char *c = getenv("COLUMNS");
    uint64_t n;
    return c && pm_str_u64(pm_str_c(c), &n) && n >= 40 && n <= 400 ? (int)n : 100;
}
static int explain(const struct explain_args *r, const struct pm_buf *in, struct pm_diags *diags) {
    struct pm_ruleset *rs = pm_ruleset_load(r->rules, diags);
    if (!rs) return PM_EXIT_USAGE;
    pm_ruleset_listen(rs);
    struct explain x = {.a = pm_arena_new(), .rules = rs, .json = strcmp(r->format, "json") == 0, .width = columns()};
    x.redactor = r->raw ? NULL : pm_redactor_new();
    x.color = !x.json && pm_color_wanted(r->color, STDOUT_FILENO);
    struct pm_diags *said = pm_diags_new(); // what framing and parsers say of the text: told for text only, JSON readers want one object a record
    pm_answers(rs, pm_buf_str(in), print_answer, &x, said);
    if (!x.json) pm_diags_print(said);
    pm_ruleset_limits(rs, diags, PM_NONE, 0);
    pm_diags_free(said);
    pm_redactor_free(x.redactor);
    pm_arena_free(x.a);
    pm_ruleset_free(rs);
    return PM_EXIT_OK;
}
static int run(int argc, char **argv) {
    struct explain_args r = {.format = "text"};
    int rc = args_of(&r, argc, argv);
    if (rc != PM_EXIT_OK) return rc;
    const char *path = r.path ? r.path : "-";
    struct pm_buf in = {0};
    bool cut = false;
    if (!read_all(path, &in, &cut)) {
        fprintf(stderr, "pullmortem explain: %s: %s\n", path, strerror(errno));
        pm_buf_free(&in);
        return PM_EXIT_INPUT;
    }
    struct pm_diags *diags = pm_diags_new();
    rc = explain(&r, &in, diags);
    if (cut) fprintf(stderr, "pullmortem explain: only the first %d MiB were read; for whole logs there is analyze\n", EXPLAIN_MAX_BYTES >> 20);
    pm_diags_print(diags);
    pm_diags_free(diags);
    pm_buf_free(&in);
    return rc == PM_EXIT_OK && cut ? PM_EXIT_INPUT : rc;
}

const struct pm_command pm_command_explain = {
    .name = "explain",
    .arguments = "[FILE|-]",
    .summary = "what each given line means, one answer a record",
    .options = opts,
    .options_n = PM_LEN(opts),
    .notes = "Without a file it reads stdin:\n  journalctl -u kubelet | grep ErrImagePull | tail -1 | pullmortem explain\n",
    .order = 6,
    .run = run,
};
