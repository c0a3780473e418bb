// The first screen of the text report: what broke, why, who is hit, since when, is it
// over, what to do first. And the last lines: what one would type next.
#include "report/text/text.h"
#include "pm/timeline.h"
#include "pm/version.h"
#include "pm/when.h"

void pm_text_head(struct text *x) {
    const struct pm_report *r = x->r;
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    pm_text_piece(&b, " · ", PM_STR("pullmortem " PM_VERSION));
    bool standard = r->inputs.n == 1 && pm_str_eqc(r->inputs.items[0], "-");
    pm_text_piece(&b, " · ",
                  standard ? PM_STR("standard input")
                           : pm_text_seen(x, pm_words_list(a, &r->inputs, 3)));
    struct pm_str files = pm_words_count(a, r->files_n, "file", "files");
    pm_text_piece(&b, " · ",
                  r->nodes.n ? pm_arena_fmt(a, "%.*s, %zu %s", PM_FMT(files), r->nodes.n,
                                            r->nodes.n == 1 ? "node" : "nodes")
                             : files);
    pm_text_piece(&b, " · ", pm_words_range(a, r->from_ns, r->to_ns));
    pm_text_piece(&b, " · ", pm_words_bytes(a, r->bytes));
    pm_text_item(&x->t, 0, "", 0, pm_text_taken(x, &b));
}

static void count_piece(struct text *x, struct pm_buf *b, uint64_t n, const char *one,
                        const char *many) {
    if (n) pm_text_piece(b, ", ", pm_words_count(x->t.a, n, one, many));
}
static struct pm_str reach(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    count_piece(x, &b, i->blast.pods_n, "pod", "pods");
    count_piece(x, &b, i->blast.workloads_n, "workload", "workloads");
    count_piece(x, &b, i->blast.namespaces.n, "namespace", "namespaces");
    if (i->blast.nodes.n && x->r->nodes.n >= i->blast.nodes.n)
        pm_text_piece(&b, ", ",
                      pm_arena_fmt(x->t.a, "%zu of %zu %s", i->blast.nodes.n, x->r->nodes.n,
                                   x->r->nodes.n == 1 ? "node" : "nodes"));
    else count_piece(x, &b, i->blast.nodes.n, "node", "nodes");
    return pm_text_taken(x, &b);
}
static struct pm_str failed_of(struct text *x, const struct pm_incident *i) {
    struct pm_arena *a = x->t.a;
    if (i->failed_pulls) {
        struct pm_str n = pm_words_number(a, i->failed_pulls),
                      all = pm_words_number(a, x->r->total.attempts);
        return pm_arena_fmt(a, "%.*s of %.*s pulls failed", PM_FMT(n), PM_FMT(all));
    }
    struct pm_str n = pm_words_count(a, i->failed_requests, "request", "requests");
    return i->failed_requests ? pm_arena_fmt(a, "%.*s failed", PM_FMT(n)) : PM_NONE;
}
static struct pm_str since_words(struct text *x, const struct pm_incident *i,
                                 const struct pm_incident *whole) {
    struct pm_arena *a = x->t.a;
    char out[32];
    if (whole->from_ns == PM_NO_TIME) return PM_NONE;
    struct pm_str span = pm_view_span(&x->v, whole->from_ns, whole->to_ns);
    if (whole->to_ns != PM_NO_TIME && whole->to_ns > whole->from_ns)
        span = pm_arena_fmt(a, "%.*s (%s)", PM_FMT(span),
                            pm_duration_format(whole->to_ns - whole->from_ns, out));
    if (!pm_view_triggered(i)) return span;
    struct pm_str change = pm_text_seen(x, pm_view_trigger(&x->v, i, NULL, ", "));
    return pm_arena_fmt(a, "%.*s, after a change: %.*s", PM_FMT(span), PM_FMT(change));
}
static struct pm_str is_over(struct text *x, const struct pm_incident *whole) {
    struct pm_str at = pm_view_moment(&x->v, whole, whole->recovered_ns);
    if (whole->recovered_ns == PM_NO_TIME) return PM_STR("no: not recovered within these logs");
    return pm_arena_fmt(x->t.a, "yes, recovered %.*s", PM_FMT(at));
}
static void first_step(struct text *x,
                       const struct pm_incident
                           *i) { // its command is there once: here, or with the rest of the advice
    enum { LABELLED = 9 };
    if (!i->advice_n) return;
    pm_text_item(&x->t, 0, " first", LABELLED, pm_text_seen(x, i->advice[0].text));
    if (i->advice[0].command.n && x->o->brief)
        fprintf(x->t.f, "%*s$ %.*s\n", LABELLED, "",
                PM_FMT(pm_text_seen(
                    x, i->advice[0].command))); // never wrapped: it is there to be copied
}

// What could not be read is told beside the verdict that stands on the rest.
static struct pm_str input_words(struct text *x) {
    return pm_text_seen(x, pm_words_partial(x->t.a, x->r));
}
void pm_text_verdict(struct text *x) {
    enum { LABELLED = 9 };
    const struct pm_incident *i = x->v.first;
    struct pm_str sentence = pm_text_seen(x, pm_view_sentence(&x->v));
    size_t n = pm_text_fit(sentence, x->t.width - LABELLED);
    fputc('\n', x->t.f);
    pm_text_ink(&x->t, PM_INK_BOLD, PM_STR("VERDICT"));
    fputs("  ", x->t.f);
    pm_text_ink(&x->t, i ? pm_text_severity(i->severity) : PM_INK_GREEN,
                pm_str_sub(sentence, 0, n));
    fputc('\n', x->t.f);
    pm_text_item(&x->t, 0, "", LABELLED, pm_str_trim(pm_str_from(sentence, n)));
    if (!i) {
        pm_text_item(&x->t, 0, " input", LABELLED, input_words(x));
        return;
    }
    struct pm_buf b = {0};
    pm_text_item(&x->t, 0, "", LABELLED,
                 pm_arena_fmt(x->t.a, "%s · %s · confidence %s", pm_words_cause(i->root_cause),
                              pm_severity_names[i->severity], pm_confidence_names[i->confidence]));
    pm_text_item(&x->t, 0, " why", LABELLED, pm_text_seen(x, pm_view_why(&x->v, i)));
    pm_text_piece(&b, " · ", failed_of(x, &x->v.whole));
    pm_text_piece(&b, " · ", reach(x, i));
    pm_text_item(&x->t, 0, " hit", LABELLED, pm_text_taken(x, &b));
    pm_text_item(&x->t, 0, " since", LABELLED, since_words(x, i, &x->v.whole));
    pm_text_item(&x->t, 0, " over?", LABELLED, is_over(x, &x->v.whole));
    pm_text_item(&x->t, 0, " input", LABELLED, input_words(x));
    first_step(x, i);
}

void pm_text_overview(struct text *x) {
    const struct pm_report *r = x->r;
    struct pm_table b = {.columns = 8, .right = 1 << 0 | 1 << 4, .drop = "over time|over|scope"};
    static const char *const heads[] = {"#",      "severity", "cause", "scope",
                                        "failed", "since",    "over",  "over time"};
    if (r->incidents_n < 2) return;
    pm_text_heading(&x->t, "INCIDENTS");
    for (size_t c = 0; c < PM_LEN(heads); c++) pm_table_add(&b, pm_str_c(heads[c]));
    for (size_t k = 0; k < r->incidents_n && k < x->show.overview; k++) {
        const struct pm_incident *i = &r->incidents[k];
        bool pulls = i->failed_pulls > 0;
        const struct pm_str cells[] = {
            pm_arena_fmt(x->t.a, "%u", (unsigned)i->id),
            pm_str_c(pm_severity_names[i->severity]),
            pm_str_c(pm_words_cause(i->root_cause)),
            pm_text_scope(x, i, 24),
            pulls ? pm_words_number(x->t.a, i->failed_pulls) : PM_STR("–"),
            i->from_ns == PM_NO_TIME
                ? PM_STR("–")
                : pm_words_moment(x->t.a, i->from_ns, i->from_ns, i->to_ns, x->v.day_ns),
            i->recovered_ns == PM_NO_TIME ? PM_STR("no")
                                          : pm_view_moment(&x->v, i, i->recovered_ns),
            pm_text_lane(x, PM_LANE_INCIDENT, PM_NONE, i->id, PM_TEXT_SPARK_SHORT)};
        for (size_t c = 0; c < PM_LEN(cells); c++) pm_table_add(&b, cells[c]);
    }
    pm_table_print(&x->t, &b, 0);
    if (r->incidents_n > x->show.overview)
        fprintf(x->t.f, "and %zu more: -v lists all\n", r->incidents_n - x->show.overview);
}

// A word for a shell: quoted where it holds more than names and paths do.
static struct pm_str shell_word(struct text *x, struct pm_str s) {
    struct pm_buf b = {0};
    bool plain = s.n > 0;
    for (size_t i = 0; i < s.n && plain; i++)
        plain = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
                (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] && strchr("/._-+:@%,=", s.p[i]));
    if (plain) return s;
    pm_buf_addc(&b, '\'');
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\'') pm_buf_lit(&b, "'\\''");
        else pm_buf_addc(&b, s.p[i]);
    pm_buf_addc(&b, '\'');
    return pm_text_taken(x, &b);
}
static void command(struct text *x, struct pm_str line, const char *what) {
    int room = x->t.width - 3 - pm_text_width(line) - 2;
    if (room >= (int)strlen(what)) fprintf(x->t.f, " $ %.*s  ", PM_FMT(line));
    else fprintf(x->t.f, " $ %.*s\n     ", PM_FMT(line));
    pm_text_ink(&x->t, PM_INK_DIM, pm_str_c(what));
    fputc('\n', x->t.f);
}
void pm_text_next(struct text *x) {
    const struct pm_report *r = x->r;
    const struct pm_incident *i =
        x->o->incident ? pm_view_incident(&x->v, x->o->incident) : x->v.first;
    if (!x->o->subject || !r->incidents_n) return;
    struct pm_arena *a = x->t.a;
    struct pm_str subject = shell_word(x, pm_text_seen(x, pm_str_c(x->o->subject)));
    pm_text_heading(&x->t, "NEXT");
    if (x->o->brief)
        command(x, pm_arena_fmt(a, "pullmortem %.*s", PM_FMT(subject)), "the whole report");
    command(x, pm_arena_fmt(a, "pullmortem %.*s -o report.html", PM_FMT(subject)),
            "the same as a page, to hand on");
    if (i && !x->o->incident && !x->o->brief)
        command(x,
                pm_arena_fmt(a, "pullmortem %.*s --incident %u", PM_FMT(subject), (unsigned)i->id),
                "all that is known of it");
    if (i && i->evidence_n) {
        struct pm_str at =
            shell_word(x, pm_text_place(x, i->evidence[0].file, i->evidence[0].line));
        command(x, pm_arena_fmt(a, "pullmortem show %.*s %.*s -C 3", PM_FMT(subject), PM_FMT(at)),
                "the first evidence where it stands");
    }
    if (r->missing_n && !x->o->brief)
        command(x,
                pm_arena_fmt(a, "pullmortem %.*s -o r.json && pullmortem collect --for r.json",
                             PM_FMT(subject)),
                "a script that gathers what is missing");
}

void pm_text_tool(struct text *x) {
    fputc('\n', x->t.f);
    pm_text_item(&x->t, 0, "", 0, pm_view_tool(x->r, x->t.a));
}
