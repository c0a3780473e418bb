// One answer for a terminal.
#include "cli/answer_print.h"
#include "cli/advice.h"
#include "report/words.h"
#include <stdio.h>
#include <stdlib.h>

struct pm_str pm_answer_clean(struct pm_answer_view *x, struct pm_str s) {
    return x->redactor ? pm_redact_now(x->redactor, x->a, s) : s;
}
struct pm_str pm_answer_time(struct pm_arena *a, const struct pm_when *w) {
    char out[32];
    return w->kind == PM_WHEN_UTC || w->kind == PM_WHEN_LOCAL
               ? pm_arena_dup(a, pm_str_c(pm_when_format(w->ns, out)))
               : PM_NONE;
}
// The image as the line names it. A request names a path: its registry stands apart, as
// host, account or not at all.
struct pm_str pm_answer_image(struct pm_arena *a, const struct pm_event *e) {
    const struct pm_str *f = e->field;
    if (f[PM_F_IMAGE].n && (e->kind != PM_KIND_REQUEST || !f[PM_F_REPOSITORY].n))
        return f[PM_F_IMAGE];
    if (!f[PM_F_REPOSITORY].n) return PM_NONE;
    if (e->kind != PM_KIND_REQUEST && f[PM_F_REGISTRY].n && !f[PM_F_TAG].n && !f[PM_F_DIGEST].n)
        return pm_arena_fmt(a, "%.*s/%.*s", PM_FMT(f[PM_F_REGISTRY]), PM_FMT(f[PM_F_REPOSITORY]));
    if (f[PM_F_DIGEST].n)
        return pm_arena_fmt(a, "%.*s@%.*s", PM_FMT(f[PM_F_REPOSITORY]), PM_FMT(f[PM_F_DIGEST]));
    return f[PM_F_TAG].n
               ? pm_arena_fmt(a, "%.*s:%.*s", PM_FMT(f[PM_F_REPOSITORY]), PM_FMT(f[PM_F_TAG]))
               : f[PM_F_REPOSITORY];
}
int pm_answer_columns(void) {
    const char *c = getenv("COLUMNS");
    uint64_t n;
    return c && pm_str_u64(pm_str_c(c), &n) && n >= 40 && n <= 400 ? (int)n : 100;
}

// Heads and rulers of pasted tables: nobody asks what they mean.
static bool is_furniture(const struct pm_answer *r) {
    size_t upper = 0, words = 0;
    if (r->event_made || r->verdict.cause >= 0) return false;
    for (size_t i = 0; i < r->text.n; i++) {
        unsigned char c = (unsigned char)r->text.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return false;
        if (c < 'A' || c > 'Z') continue;
        upper++;
        words += !i || r->text.p[i - 1] == ' ';
    }
    return upper ? words > 1 : r->text.n > 2;
}

// Text, for a terminal.
static const char *paint(const struct pm_answer_view *x, const char *code) {
    return x->color ? code : "";
}
static void row(struct pm_answer_view *x, const char *name, struct pm_str value) {
    if (!value.n) return;
    struct pm_str shown = pm_text_visible(x->a, pm_answer_clean(x, value));
    printf("  %s%-10s%s ", paint(x, "\033[2m"), name, paint(x, "\033[0m"));
    for (int room = x->width - 13; shown.n;) {
        size_t n = pm_text_fit(shown, room);
        struct pm_str part = pm_str_trim(pm_str_sub(shown, 0, n));
        shown = pm_str_from(shown, n);
        printf("%.*s\n%s", PM_FMT(part), shown.n ? "             " : "");
    }
}
static struct pm_str where_of(struct pm_answer_view *x, const struct pm_event *e) {
    struct pm_buf b = {0};
    static const struct {
        const char *word;
        enum pm_field field;
    } parts[] = {{"node", PM_F_NODE},     {"namespace", PM_F_NAMESPACE},
                 {"pod", PM_F_POD},       {"container", PM_F_CONTAINER},
                 {"client", PM_F_CLIENT}, {"user", PM_F_USER},
                 {"host", PM_F_HOST}};
    for (size_t i = 0; i < PM_LEN(parts); i++)
        if (e->field[parts[i].field].n)
            pm_buf_fmt(&b, "%s%s %.*s", b.n ? ", " : "", parts[i].word,
                       PM_FMT(e->field[parts[i].field]));
    struct pm_str s = pm_arena_dup(x->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return s;
}
static struct pm_str origin_of(struct pm_answer_view *x, const struct pm_answer *r) {
    struct pm_buf b = {0};
    for (int i = 0; i < r->envelope_count; i++) pm_buf_fmt(&b, "%s > ", r->envelopes[i]);
    pm_buf_lit(&b, r->format ? r->format : "no known format");
    struct pm_str t = pm_answer_time(x->a, &r->event.when);
    if (t.n) pm_buf_fmt(&b, ", %.*s", PM_FMT(t));
    struct pm_str s = pm_arena_dup(x->a, pm_buf_str(&b));
    pm_buf_free(&b);
    return s;
}
static void headline(struct pm_answer_view *x, const struct pm_answer *r) {
    const struct pm_verdict *v = &r->verdict;
    const char *nothing = r->format ? "nothing about pulls" : "not understood";
    if (v->cause >= 0)
        printf("%s%s%s  %s%s%s\n", paint(x, "\033[1;31m"), pm_causes[v->cause].name,
               paint(x, "\033[0m"), pm_causes[v->cause].title, v->rule ? ", confidence " : "",
               v->rule ? pm_confidence_names[v->confidence] : "");
    else if (v->quiet)
        printf("%sno pull trouble%s  although it looks like it\n", paint(x, "\033[1m"),
               paint(x, "\033[0m"));
    else
        printf("%s%s%s\n", paint(x, "\033[1m"),
               r->event_made ? pm_kind_names[r->event.kind] : nothing, paint(x, "\033[0m"));
}
static void candidates_row(struct pm_answer_view *x, const struct pm_verdict *v) {
    struct pm_buf b = {0};
    for (int i = 1; i < v->candidate_count; i++)
        pm_buf_fmt(&b, "%s%s", b.n ? ", " : "", pm_causes[v->candidates[i]].name);
    if (b.n) pm_buf_lit(&b, " (this record alone cannot decide; analyze looks at its neighbours)");
    row(x, "or", pm_arena_dup(x->a, pm_buf_str(&b)));
    pm_buf_free(&b);
}
static void advice_rows(struct pm_answer_view *x, const struct pm_answer *r) {
    struct pm_advice_item items[PM_ADVICE_MAX];
    size_t n = pm_advices_for(x->rules, &r->verdict, &r->event, x->a, items, PM_ADVICE_MAX);
    for (size_t i = 0; i < n && i < 2; i++) {
        row(x, i ? "" : "do first", items[i].text);
        if (!items[i].command.n) continue;
        struct pm_str command = pm_text_visible(x->a, pm_answer_clean(x, items[i].command));
        printf("             $ %.*s\n", PM_FMT(command)); // never wrapped: it is there to be copied
    }
}
// How the line would count in a bundle. Asked alone its words speak for themselves, so
// what is said above stands all the same.
static struct pm_str standing_of(const struct pm_answer *r) {
    static const char *const words[PM_STANDING_COUNT] = {
        [PM_STANDING_WITNESS] = "witness: in a bundle it would count",
        [PM_STANDING_ACCOUNT] =
            "account: in a bundle it would count where no witness tells the same",
        [PM_STANDING_HEARSAY] = "hearsay: in a bundle it would be listed, not counted",
    };
    return r->event_made ? pm_str_c(words[r->event.standing]) : PM_NONE;
}
void pm_answer_print(struct pm_answer_view *x, const struct pm_answer *r) {
    const struct pm_event *e = &r->event;
    if (is_furniture(r)) return;
    if (x->any) puts("");
    x->any = true;
    headline(x, r);
    candidates_row(x, &r->verdict);
    row(x, "variant", pm_str_c(r->verdict.variant));
    row(x, "what", r->event_made ? pm_str_c(pm_kind_names[e->kind]) : PM_NONE);
    row(x, "image", pm_answer_image(x->a, e));
    row(x, "registry", e->field[PM_F_REGISTRY]);
    if (e->http_status > 0) row(x, "status", pm_arena_fmt(x->a, "%d", e->http_status));
    row(x, "where", where_of(x, e));
    struct pm_str said = r->event_made ? e->field[PM_F_MESSAGE] : r->text;
    row(x, "said", e->field[PM_F_ERROR].n ? e->field[PM_F_ERROR] : said);
    row(x, "rule", pm_str_c(r->verdict.rule));
    row(x, "read as", origin_of(x, r));
    row(x, "standing", standing_of(r));
    advice_rows(x, r);
}
