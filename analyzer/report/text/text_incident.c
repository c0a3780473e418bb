// The text report's incidents: each with why, what it is not, its chain, whom it hit,
// evidence and advice.
#include "report/text/text.h"
#include "pm/timeline.h"

enum { LISTED = 5 }; // of workloads and rollouts

static void incident_head(struct text *x, const struct pm_incident *i) {
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    fprintf(x->t.f, "%2u ", (unsigned)i->id);
    pm_text_ink(&x->t, pm_text_severity(i->severity), pm_str_c(pm_severity_names[i->severity]));
    fputs("  ", x->t.f);
    pm_text_ink(&x->t, PM_INK_BOLD, pm_str_c(pm_words_cause(i->root_cause)));
    if (i->from_ns != PM_NO_TIME)
        pm_text_piece(&b, "   ", pm_view_span(&x->v, i->from_ns, i->to_ns));
    if (i->failed_pulls)
        pm_text_piece(&b, "   ",
                      pm_arena_fmt(a, "%llu failed", (unsigned long long)i->failed_pulls));
    else if (i->failed_requests)
        pm_text_piece(&b, "   ", pm_words_count(a, i->failed_requests, "request", "requests"));
    if (i->blast.pods_n)
        pm_text_piece(&b, "   ", pm_words_count(a, i->blast.pods_n, "pod", "pods"));
    pm_text_piece(&b, "   ",
                  i->confidence == PM_CONFIDENCE_HIGH
                      ? PM_NONE
                      : pm_arena_fmt(a, "confidence %s", pm_confidence_names[i->confidence]));
    struct pm_str rest = pm_text_taken(x, &b);
    int used = 3 + (int)strlen(pm_severity_names[i->severity]) + 2 +
               (int)strlen(pm_words_cause(i->root_cause)) + 2;
    struct pm_str scope = pm_text_scope(x, i, x->t.width - used - 3 - pm_text_width(rest));
    bool fits = used + pm_text_width(scope) + 3 + pm_text_width(rest) <= x->t.width;
    if (!fits) scope = pm_text_scope(x, i, x->t.width - used);
    fprintf(x->t.f, "  %.*s", PM_FMT(scope));
    if (rest.n && fits) fprintf(x->t.f, "   %.*s", PM_FMT(rest));
    fputc('\n', x->t.f);
    if (rest.n && !fits) pm_text_item(&x->t, PM_TEXT_INDENT, "", 0, rest);
}

static void what_and_why(struct text *x, const struct pm_incident *i, bool full) {
    if (i->id != x->r->verdict || x->o->incident)
        pm_text_item(&x->t, PM_TEXT_INDENT, "what", PM_TEXT_LABEL,
                     pm_text_seen(x, full && i->summary.n ? i->summary
                                                          : i->title)); // else the verdict said it
    bool told = i->id == x->r->verdict && !x->o->incident;              // by the verdict's lines
    if (full && !told)
        pm_text_item(&x->t, PM_TEXT_INDENT, "why", PM_TEXT_LABEL,
                     pm_text_seen(x, pm_view_why(&x->v, i)));
}

static void text_against(struct text *x, const struct pm_incident *i) {
    enum { RIVALS = 3 };
    struct pm_buf b = {0};
    struct pm_view_rivals rivals = pm_view_rivals(&x->v, i, RIVALS);
    for (size_t k = 0; k < rivals.n; k++) {
        const struct pm_view_rival *e = &rivals.items[k];
        struct pm_str said = pm_text_seen(x, e->why);
        pm_text_piece(&b, " · ",
                      e->told
                          ? e->causes
                          : pm_arena_fmt(x->t.a, "%.*s: %.*s", PM_FMT(e->causes), PM_FMT(said)));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "not", PM_TEXT_LABEL, pm_text_taken(x, &b));
}

static void text_chain(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    for (size_t k = 0; i->chain_n > 1 && k < i->chain_n; k++) { // one link is the incident itself
        struct pm_str what = pm_text_seen(x, i->chain[k].what),
                      at = i->chain[k].at_ns == PM_NO_TIME
                               ? PM_NONE
                               : pm_view_moment(&x->v, i, i->chain[k].at_ns);
        pm_text_piece(&b, " → ",
                      at.n ? pm_arena_fmt(x->t.a, "%.*s %.*s", PM_FMT(what), PM_FMT(at)) : what);
    }
    if (i->explained_by)
        pm_text_piece(&b, "; ",
                      pm_arena_fmt(x->t.a, "led to by incident %u", (unsigned)i->explained_by));
    pm_text_item(&x->t, PM_TEXT_INDENT, "chain", PM_TEXT_LABEL, pm_text_taken(x, &b));
    if (pm_view_triggered(i))
        pm_text_item(&x->t, PM_TEXT_INDENT, "trigger", PM_TEXT_LABEL,
                     pm_text_seen(x, pm_view_trigger(&x->v, i, " ", ": ")));
}

static void rollout_item(struct text *x, const char *label, const struct pm_rollout *list,
                         size_t n) {
    pm_text_item(&x->t, PM_TEXT_INDENT, label, PM_TEXT_LABEL,
                 pm_text_seen(x, pm_view_rollouts(&x->v, list, n, LISTED)));
}

static void text_autoscalers(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    for (size_t k = 0; k < i->blast.blocked_autoscalers_n && k < pm_text_rows(x); k++) {
        const struct pm_autoscaler *h = &i->blast.blocked_autoscalers[k];
        struct pm_str name =
            pm_text_seen(x, pm_words_object(x->t.a, PM_NONE, h->k8s_namespace, h->name));
        pm_text_piece(&b, ", ",
                      pm_arena_fmt(x->t.a, "autoscaler %.*s wanted %lld, got %lld", PM_FMT(name),
                                   (long long)h->desired, (long long)h->current));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "blocked", PM_TEXT_LABEL, pm_text_taken(x, &b));
}

static void text_hit(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    pm_text_piece(&b, " · ", pm_text_seen(x, pm_view_workloads(&x->v, i, LISTED)));
    if (i->blast.services.n) {
        struct pm_str services = pm_text_seen(x, pm_words_list(x->t.a, &i->blast.services, 4));
        pm_text_piece(&b, " · ",
                      pm_arena_fmt(x->t.a, "%s %.*s",
                                   i->blast.services.n == 1 ? "service" : "services",
                                   PM_FMT(services)));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "hit", PM_TEXT_LABEL, pm_text_taken(x, &b));
    rollout_item(x, "stuck", i->blast.stuck_rollouts, i->blast.stuck_rollouts_n);
    rollout_item(x, "undone", i->blast.rollbacks, i->blast.rollbacks_n);
    text_autoscalers(x, i);
    struct pm_view_contrast rows[PM_VIEW_CONTRASTS];
    pm_view_contrasts(i, rows);
    for (size_t k = 0; k < PM_LEN(rows); k++) {
        struct pm_str names = pm_text_seen(x, pm_words_list(x->t.a, rows[k].spared, 4));
        if (names.n)
            pm_text_piece(&b, " · ",
                          pm_arena_fmt(x->t.a, "%s %.*s",
                                       rows[k].spared->n == 1 ? rows[k].one : rows[k].many,
                                       PM_FMT(names)));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "spared", PM_TEXT_LABEL, pm_text_taken(x, &b));
}

// Lines open with stamps and callers, objects with their other members; what went wrong
// stands behind the first of these, to the end of its quotes.
static struct pm_str telling(struct text *x, struct pm_str line) {
    static const char *const marks[] = {" error=\"",      " err=\"", "\"message\": \"",
                                        "\"message\":\"", " msg=\"", ".go:"};
    for (size_t k = 0; k < PM_LEN(marks); k++) {
        ptrdiff_t at = pm_str_find(line, pm_str_c(marks[k]), 0);
        if (at <= 24) continue;
        size_t from = (size_t)at, end = from + strlen(marks[k]);
        bool quoted = line.p[end - 1] == '"';
        while (quoted && end < line.n && line.p[end] != '"') end += line.p[end] == '\\' ? 2 : 1;
        struct pm_str told = quoted && end < line.n ? pm_str_sub(line, from, end + 1 - from)
                                                    : pm_str_from(line, from);
        return pm_arena_fmt(x->t.a, "…%.*s%s", PM_FMT(told), from + told.n < line.n ? " …" : "");
    }
    return line;
}

static void text_evidence(struct text *x, const struct pm_incident *i) {
    for (size_t k = 0; k < i->evidence_n && k < x->show.evidence; k++) {
        const struct pm_evidence_line *e = &i->evidence[k];
        struct pm_str at = pm_text_place(x, e->file, e->line), why = pm_text_seen(x, e->why);
        int room = x->t.width - PM_TEXT_INDENT - PM_TEXT_LABEL - 2;
        bool beside =
            pm_text_width(at) + 2 + pm_text_width(why) <=
            room + 2; // else the reason goes below: a path is there to be opened and stays whole
        pm_text_item_whole(
            &x->t, PM_TEXT_INDENT, k ? "" : "evidence", PM_TEXT_LABEL,
            beside && why.n ? pm_arena_fmt(x->t.a, "%.*s  %.*s", PM_FMT(at), PM_FMT(why)) : at);
        if (!beside) pm_text_item(&x->t, PM_TEXT_INDENT, "", PM_TEXT_LABEL, why);
        int lines = k ? 2 : 3; // the first piece of evidence is worth one more
        pm_text_item(&x->t, PM_TEXT_INDENT, "", PM_TEXT_LABEL + 2,
                     pm_text_cut_middle(x->t.a, telling(x, pm_text_seen(x, e->text)),
                                        lines * (room > 40 ? room - 8 : 32)));
    }
    pm_text_more(x, PM_TEXT_INDENT + PM_TEXT_LABEL, x->show.evidence, i->evidence_n);
}

// Never wrapped: it is there to be copied. On a terminal a loop over dozens of names would
// fill the screen: there it is folded, and how to have all of it is told.
static void text_command(struct text *x, const struct pm_incident *i, struct pm_str command,
                         const char *indent) {
    enum { LONG = 480, HINT = 48 };
    if (!command.n) return;
    bool terminal = x->o->width > 0, all = x->o->verbose || x->o->incident,
         fold = terminal && !all && command.n > LONG;
    if (fold)
        command =
            pm_arena_fmt(x->t.a, "%.*s (whole: --incident %u)",
                         PM_FMT(pm_text_cut(x->t.a, command, x->t.width - HINT)), (unsigned)i->id);
    fprintf(x->t.f, "%*s%s%s %.*s\n", PM_TEXT_INDENT + PM_TEXT_LABEL, "", indent, fold ? "#" : "$",
            PM_FMT(command));
}
static void text_advice(struct text *x, const struct pm_incident *i) {
    uint32_t before = pm_view_advised_before(&x->v, i);
    if (before) {
        pm_text_item(&x->t, PM_TEXT_INDENT, "now", PM_TEXT_LABEL,
                     pm_arena_fmt(x->t.a, "as for incident %u", (unsigned)before));
        return;
    }
    for (size_t p = 0; p < PM_VIEW_PHASES; p++) {
        int n = 0, of = 0;
        for (size_t k = 0; k < i->advice_n; k++)
            of += pm_str_eqc(i->advice[k].phase, pm_view_phases[p].phase);
        for (size_t k = 0; k < i->advice_n; k++) {
            if (!pm_str_eqc(i->advice[k].phase, pm_view_phases[p].phase)) continue;
            struct pm_str said = pm_text_seen(x, i->advice[k].text),
                          within = pm_words_within(i->advice[k].within),
                          command = pm_text_seen(x, i->advice[k].command);
            const char *label = n++ ? "" : pm_view_phases[p].label;
            if (within.n) said = pm_arena_fmt(x->t.a, "%.*s (%.*s)", PM_FMT(said), PM_FMT(within));
            pm_text_item(&x->t, PM_TEXT_INDENT, label, PM_TEXT_LABEL,
                         of > 1 ? pm_arena_fmt(x->t.a, "%d. %.*s", n, PM_FMT(said)) : said);
            text_command(x, i, command, of > 1 ? "   " : "");
        }
    }
}

// Its failures over the whole axis, beside the other incidents' comparable.
static void curve(struct text *x, const struct pm_incident *i) {
    struct pm_str bars = pm_text_lane(x, PM_LANE_INCIDENT, PM_NONE, i->id, PM_TEXT_SPARK);
    if (!bars.n) return;
    struct pm_str when =
        pm_view_span(&x->v, x->r->axis.from_ns,
                     x->r->axis.from_ns + x->r->axis.step_ns * (int64_t)(x->r->axis.n - 1));
    pm_text_item(&x->t, PM_TEXT_INDENT, "failed", PM_TEXT_LABEL,
                 pm_arena_fmt(x->t.a, "%.*s  %.*s", PM_FMT(bars), PM_FMT(when)));
}

static void text_over(struct text *x, const struct pm_incident *i) {
    struct pm_str at = pm_view_moment(&x->v, i, i->recovered_ns);
    if (i->id == x->r->verdict && !x->o->incident) return; // the verdict's lines told it
    if (i->from_ns == PM_NO_TIME) return;
    pm_text_item(&x->t, PM_TEXT_INDENT, "over", PM_TEXT_LABEL,
                 i->recovered_ns == PM_NO_TIME
                     ? PM_STR("not within these logs")
                     : pm_arena_fmt(x->t.a, "recovered %.*s", PM_FMT(at)));
}

static struct pm_str waits_still(const struct pm_hit_pod *p) {
    if (p->recovered) return PM_STR("yes");
    return p->gone ? PM_STR("deleted") : PM_STR("no");
}
static void text_pods(struct text *x, const struct pm_incident *i) {
    struct pm_table b = {.columns = 6, .right = 1 << 4, .drop = "image|node"};
    static const char *const heads[] = {"pod", "node", "image", "first", "stuck", "recovered"};
    if (!i->blast.pods_n) return;
    fputc('\n', x->t.f);
    for (size_t c = 0; c < PM_LEN(heads); c++) pm_table_add(&b, pm_str_c(heads[c]));
    for (size_t k = 0; k < i->blast.pods_n && k < PM_TEXT_ROWS; k++) {
        const struct pm_hit_pod *p = &i->blast.pods[k];
        struct pm_str name = pm_words_object(x->t.a, PM_NONE, p->k8s_namespace, p->name);
        const struct pm_str cells[] = {pm_text_seen(x, name),
                                       pm_text_seen(x, p->node),
                                       pm_text_seen(x, p->image),
                                       pm_view_moment(&x->v, i, p->first_ns),
                                       p->stuck_ns > 0 ? pm_view_lasted(&x->v, p->stuck_ns)
                                                       : PM_STR("–"),
                                       waits_still(p)};
        for (size_t c = 0; c < PM_LEN(cells); c++)
            pm_table_add(&b, cells[c].n ? cells[c] : PM_STR("–"));
    }
    pm_table_print(&x->t, &b, PM_TEXT_INDENT);
    pm_text_more(x, PM_TEXT_INDENT, PM_TEXT_ROWS, i->blast.pods_n);
}

static void text_incident(struct text *x, const struct pm_incident *i, bool full) {
    incident_head(x, i);
    what_and_why(x, i, full);
    if (full) text_against(x, i);
    text_chain(x, i);
    if (!full) return;
    curve(x, i);
    text_over(x, i);
    text_hit(x, i);
    text_evidence(x, i);
    text_advice(x, i);
    if (x->o->incident || x->o->verbose) text_pods(x, i);
}

void pm_text_incidents(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->incidents_n) return;
    pm_text_heading(&x->t, r->incidents_n == 1 || x->o->incident ? "INCIDENT" : "EACH INCIDENT");
    for (size_t k = 0; k < r->incidents_n; k++) {
        bool full = k < x->show.full || x->o->incident;
        if (x->o->incident && r->incidents[k].id != x->o->incident) continue;
        text_incident(x, &r->incidents[k], full);
        if (full && !x->o->incident && k + 1 < r->incidents_n) fputc('\n', x->t.f);
    }
}
