// The report for a terminal. Sections with nothing to say are left out; a healthy bundle
// is two lines.
#include "report/text.h"
#include "pm/diag.h"
#include "pm/report.h"
#include "pm/timeline.h"
#include <stdlib.h>

static const struct pm_amounts usual = {6, 12, 4, 12, 3},
                               everything = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
enum { ROWS_MAX = 4096 }; // of a table, also where everything is told
static size_t rows_shown(const struct text *x) {
    return x->show.rows < ROWS_MAX ? x->show.rows : ROWS_MAX;
}

struct pm_str pm_text_seen(struct text *x, struct pm_str s) {
    return pm_text_visible(x->t.a, s);
}
static struct pm_str hm(struct text *x, int64_t ns) { return pm_words_time(x->t.a, ns, x->day_ns); }
// A moment of an incident.
struct pm_str pm_text_moment(struct text *x, const struct pm_incident *i, int64_t ns) {
    return pm_words_moment(x->t.a, ns, i->from_ns,
                           i->recovered_ns == PM_NO_TIME ? i->to_ns : i->recovered_ns, x->day_ns);
}
struct pm_str pm_text_span(struct text *x, int64_t from, int64_t to) {
    return pm_words_span(x->t.a, from, to, x->day_ns);
}
enum pm_ink pm_text_severity(enum pm_severity s) {
    return s == PM_SEVERITY_CRITICAL  ? PM_INK_RED
           : s == PM_SEVERITY_WARNING ? PM_INK_YELLOW
                                      : PM_INK_BLUE;
}

// Pieces joined with a mark between them: the sections build most of their lines so.
void pm_text_piece(struct pm_buf *b, const char *between, struct pm_str s) {
    if (!s.n) return;
    if (b->n) pm_buf_lit(b, between);
    pm_buf_add(b, s);
}
struct pm_str pm_text_taken(struct text *x, struct pm_buf *b) {
    struct pm_str s = pm_arena_dup(x->t.a, pm_buf_str(b));
    pm_buf_free(b);
    return s;
}
struct pm_str pm_text_place(struct text *x, struct pm_str file, uint64_t line) {
    struct pm_str f = pm_text_seen(x, file);
    return line ? pm_arena_fmt(x->t.a, "%.*s:%llu", PM_FMT(f), (unsigned long long)line) : f;
}
static void and_more(struct text *x, int indent, size_t shown, size_t n) {
    if (n > shown) fprintf(x->t.f, "%*sand %zu more\n", indent, "", n - shown);
}

// incidents -----------------------------------------------------------------------------
// The scope in the room there is: names, or how many, or a name that is cut.
struct pm_str pm_text_scope(struct text *x, const struct pm_incident *i, int room) {
    static const char *const many[] = {"clusters",   "registries", "nodes", "images",
                                       "namespaces", "clients"}; // by enum pm_scope_kind
    if (!i->scope.n)
        return i->scope_kind == PM_SCOPE_CLUSTER ? PM_STR("the whole cluster")
                                                 : pm_str_c(pm_scope_names[i->scope_kind]);
    struct pm_str names = pm_text_seen(x, pm_words_list(x->t.a, &i->scope, 2));
    if (pm_text_width(names) <= room) return names;
    if (i->scope.n > 1) return pm_words_count(x->t.a, i->scope.n, "", many[i->scope_kind]);
    return pm_text_cut(x->t.a, names, room < 12 ? 12 : room);
}
static void incident_head(struct text *x, const struct pm_incident *i) {
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    fprintf(x->t.f, "%2u ", (unsigned)i->id);
    pm_text_ink(&x->t, pm_text_severity(i->severity), pm_str_c(pm_severity_names[i->severity]));
    fputs("  ", x->t.f);
    pm_text_ink(&x->t, PM_INK_BOLD, pm_str_c(pm_words_cause(i->root_cause)));
    if (i->from_ns != PM_NO_TIME) pm_text_piece(&b, "   ", pm_text_span(x, i->from_ns, i->to_ns));
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
    struct pm_buf b = {0};
    if (i->id != x->r->verdict || x->o->incident)
        pm_text_item(&x->t, PM_TEXT_INDENT, "what", PM_TEXT_LABEL,
                     pm_text_seen(x, full && i->summary.n ? i->summary
                                                          : i->title)); // else the verdict said it
    bool told = i->id == x->r->verdict && !x->o->incident;              // by the verdict's lines
    for (size_t k = 0; full && !told && k < i->confidence_why.n; k++)
        pm_text_piece(&b, "; ", pm_text_seen(x, i->confidence_why.items[k]));
    pm_text_item(&x->t, PM_TEXT_INDENT, "why", PM_TEXT_LABEL, pm_text_taken(x, &b));
}
static bool told_by_why(const struct pm_incident *i, struct pm_str why) {
    for (size_t k = 0; k < i->confidence_why.n; k++)
        if (pm_str_find(i->confidence_why.items[k], why, 0) >= 0) return true;
    return false;
}
// The nearest rivals, each with what beat it; a reason is told once.
static void against(struct text *x, const struct pm_incident *i) {
    enum { RIVALS = 3 };
    struct pm_buf b = {0};
    size_t n = i->against_n < RIVALS ? i->against_n : RIVALS;
    for (size_t k = 0; k < n; k++) {
        struct pm_str why = i->against[k].why;
        bool told = false;
        for (size_t e = 0; e < k && !told; e++) told = pm_str_eq(i->against[e].why, why);
        if (told) continue;
        struct pm_buf causes = {0};
        for (size_t e = k; e < n; e++)
            if (pm_str_eq(i->against[e].why, why))
                pm_text_piece(&causes, ", ", pm_str_c(pm_words_cause(i->against[e].cause)));
        struct pm_str names = pm_text_taken(x, &causes), said = pm_text_seen(x, why);
        pm_text_piece(&b, " · ",
                      told_by_why(i, why)
                          ? names
                          : pm_arena_fmt(x->t.a, "%.*s: %.*s", PM_FMT(names), PM_FMT(said)));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "not", PM_TEXT_LABEL, pm_text_taken(x, &b));
}
static void chain(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    for (size_t k = 0; i->chain_n > 1 && k < i->chain_n; k++) { // one link is the incident itself
        struct pm_str what = pm_text_seen(x, i->chain[k].what),
                      at = i->chain[k].at_ns == PM_NO_TIME
                               ? PM_NONE
                               : pm_text_moment(x, i, i->chain[k].at_ns);
        pm_text_piece(&b, " → ",
                      at.n ? pm_arena_fmt(x->t.a, "%.*s %.*s", PM_FMT(what), PM_FMT(at)) : what);
    }
    if (i->explained_by)
        pm_text_piece(&b, "; ",
                      pm_arena_fmt(x->t.a, "led to by incident %u", (unsigned)i->explained_by));
    pm_text_item(&x->t, PM_TEXT_INDENT, "chain", PM_TEXT_LABEL, pm_text_taken(x, &b));
    if (!i->trigger.what.n || pm_str_eqc(i->trigger.what, "unknown")) return;
    struct pm_str what = pm_text_seen(x, i->trigger.what),
                  detail = pm_text_seen(x, i->trigger.detail),
                  at = i->trigger.at_ns == PM_NO_TIME ? PM_NONE
                                                      : pm_text_moment(x, i, i->trigger.at_ns);
    pm_text_item(&x->t, PM_TEXT_INDENT, "trigger", PM_TEXT_LABEL,
                 pm_arena_fmt(x->t.a, "%.*s%s%.*s%s%.*s", PM_FMT(what), at.n ? " " : "", PM_FMT(at),
                              detail.n ? ": " : "", PM_FMT(detail)));
}
static struct pm_str workload_words(struct text *x, const struct pm_hit_workload *w) {
    return pm_text_seen(x, pm_words_workload(x->t.a, w));
}
static struct pm_str rollout_words(struct text *x, const struct pm_rollout *o) {
    struct pm_str name = pm_text_seen(x, pm_words_object(x->t.a, o->kind, o->namespace, o->name));
    if (o->ready < 0 || o->ready >= o->desired)
        return name; // the pods of the old revision are all there
    return pm_arena_fmt(x->t.a, "%.*s (%lld of %lld ready)", PM_FMT(name), (long long)o->ready,
                        (long long)o->desired);
}
static void rollout_item(struct text *x, const char *label, const struct pm_rollout *list,
                         size_t n) {
    struct pm_buf b = {0};
    size_t shown = n > 6 ? 5 : n;
    for (size_t k = 0; k < shown; k++) pm_text_piece(&b, ", ", rollout_words(x, &list[k]));
    if (shown < n) pm_text_piece(&b, " and ", pm_arena_fmt(x->t.a, "%zu more", n - shown));
    pm_text_item(&x->t, PM_TEXT_INDENT, label, PM_TEXT_LABEL, pm_text_taken(x, &b));
}
static void autoscalers(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    for (size_t k = 0; k < i->blast.blocked_autoscalers_n && k < rows_shown(x); k++) {
        const struct pm_autoscaler *h = &i->blast.blocked_autoscalers[k];
        struct pm_str name =
            pm_text_seen(x, pm_words_object(x->t.a, PM_NONE, h->namespace, h->name));
        pm_text_piece(&b, ", ",
                      pm_arena_fmt(x->t.a, "autoscaler %.*s wanted %lld, got %lld", PM_FMT(name),
                                   (long long)h->desired, (long long)h->current));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "blocked", PM_TEXT_LABEL, pm_text_taken(x, &b));
}
static void hit(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    size_t shown = i->blast.workloads_n > 6 ? 5 : i->blast.workloads_n;
    for (size_t k = 0; k < shown; k++)
        pm_text_piece(&b, ", ", workload_words(x, &i->blast.workloads[k]));
    if (shown < i->blast.workloads_n)
        pm_text_piece(&b, " and ", pm_arena_fmt(x->t.a, "%zu more", i->blast.workloads_n - shown));
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
    autoscalers(x, i);
    const struct {
        const char *one, *many;
        const struct pm_strs *list;
    } spared[] = {{"node", "nodes", &i->blast.spared_nodes},
                  {"registry", "registries", &i->blast.spared_registries},
                  {"image", "images", &i->blast.spared_images}};
    for (size_t k = 0; k < PM_LEN(spared); k++) {
        struct pm_str names = pm_text_seen(x, pm_words_list(x->t.a, spared[k].list, 4));
        if (names.n)
            pm_text_piece(&b, " · ",
                          pm_arena_fmt(x->t.a, "%s %.*s",
                                       spared[k].list->n == 1 ? spared[k].one : spared[k].many,
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
static void evidence(struct text *x, const struct pm_incident *i) {
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
    and_more(x, PM_TEXT_INDENT + PM_TEXT_LABEL, x->show.evidence, i->evidence_n);
}
// An earlier incident, shown in full, that was given the same advice: 0 none.
static uint32_t advised_before(struct text *x, const struct pm_incident *i) {
    for (const struct pm_incident *e = x->r->incidents; e < i; e++) {
        size_t k = 0;
        while (i->advice_n == e->advice_n && k < i->advice_n &&
               pm_str_eq(i->advice[k].text, e->advice[k].text))
            k++;
        if (k && k == i->advice_n) return e->id;
    }
    return 0;
}
static void advice(struct text *x, const struct pm_incident *i) {
    static const struct {
        const char *phase, *label;
    } phases[] = {{"mitigate", "now"}, {"fix", "fix"}, {"prevent", "prevent"}};
    uint32_t before = advised_before(x, i);
    if (before) {
        pm_text_item(&x->t, PM_TEXT_INDENT, "now", PM_TEXT_LABEL,
                     pm_arena_fmt(x->t.a, "as for incident %u", (unsigned)before));
        return;
    }
    for (size_t p = 0; p < PM_LEN(phases); p++) {
        int n = 0, of = 0;
        for (size_t k = 0; k < i->advice_n; k++)
            of += pm_str_eqc(i->advice[k].phase, phases[p].phase);
        for (size_t k = 0; k < i->advice_n; k++) {
            if (!pm_str_eqc(i->advice[k].phase, phases[p].phase)) continue;
            struct pm_str said = pm_text_seen(x, i->advice[k].text),
                          within = pm_words_within(i->advice[k].within),
                          command = pm_text_seen(x, i->advice[k].command);
            const char *label = n++ ? "" : phases[p].label;
            if (within.n) said = pm_arena_fmt(x->t.a, "%.*s (%.*s)", PM_FMT(said), PM_FMT(within));
            pm_text_item(&x->t, PM_TEXT_INDENT, label, PM_TEXT_LABEL,
                         of > 1 ? pm_arena_fmt(x->t.a, "%d. %.*s", n, PM_FMT(said)) : said);
            if (command.n)
                fprintf(x->t.f, "%*s%s$ %.*s\n", PM_TEXT_INDENT + PM_TEXT_LABEL, "",
                        of > 1 ? "   " : "",
                        PM_FMT(command)); // never wrapped: it is there to be copied
        }
    }
}
// Its failures over the whole axis, beside the other incidents' comparable.
static void curve(struct text *x, const struct pm_incident *i) {
    struct pm_str bars = pm_text_lane(x, PM_LANE_INCIDENT, PM_NONE, i->id, PM_TEXT_SPARK);
    if (!bars.n) return;
    struct pm_str when =
        pm_text_span(x, x->r->axis.from_ns,
                     x->r->axis.from_ns + x->r->axis.step_ns * (int64_t)(x->r->axis.n - 1));
    pm_text_item(&x->t, PM_TEXT_INDENT, "failed", PM_TEXT_LABEL,
                 pm_arena_fmt(x->t.a, "%.*s  %.*s", PM_FMT(bars), PM_FMT(when)));
}
static void over(struct text *x, const struct pm_incident *i) {
    struct pm_str at = pm_text_moment(x, i, i->recovered_ns);
    if (i->id == x->r->verdict && !x->o->incident) return; // the verdict's lines told it
    if (i->from_ns == PM_NO_TIME) return;
    pm_text_item(&x->t, PM_TEXT_INDENT, "over", PM_TEXT_LABEL,
                 i->recovered_ns == PM_NO_TIME
                     ? PM_STR("not within these logs")
                     : pm_arena_fmt(x->t.a, "recovered %.*s", PM_FMT(at)));
}
static void pods(struct text *x, const struct pm_incident *i) {
    struct pm_table b = {.columns = 6, .right = 1 << 4, .drop = "image|node"};
    static const char *const heads[] = {"pod", "node", "image", "first", "stuck", "recovered"};
    char out[32];
    if (!i->blast.pods_n) return;
    fputc('\n', x->t.f);
    for (size_t c = 0; c < PM_LEN(heads); c++) pm_table_add(&b, pm_str_c(heads[c]));
    for (size_t k = 0; k < i->blast.pods_n && k < ROWS_MAX; k++) {
        const struct pm_hit_pod *p = &i->blast.pods[k];
        struct pm_str name = pm_words_object(x->t.a, PM_NONE, p->namespace, p->name);
        const struct pm_str cells[] = {
            pm_text_seen(x, name),
            pm_text_seen(x, p->node),
            pm_text_seen(x, p->image),
            pm_text_moment(x, i, p->first_ns),
            p->stuck_ns > 0 ? pm_arena_dup(x->t.a, pm_str_c(pm_duration_format(p->stuck_ns, out)))
                            : PM_STR("–"),
            p->recovered ? PM_STR("yes")
            : p->gone    ? PM_STR("deleted")
                         : PM_STR("no")};
        for (size_t c = 0; c < PM_LEN(cells); c++)
            pm_table_add(&b, cells[c].n ? cells[c] : PM_STR("–"));
    }
    pm_table_print(&x->t, &b, PM_TEXT_INDENT);
    and_more(x, PM_TEXT_INDENT, ROWS_MAX, i->blast.pods_n);
}
static void incident(struct text *x, const struct pm_incident *i, bool full) {
    incident_head(x, i);
    what_and_why(x, i, full);
    if (full) against(x, i);
    chain(x, i);
    if (!full) return;
    curve(x, i);
    over(x, i);
    hit(x, i);
    evidence(x, i);
    advice(x, i);
    if (x->o->incident || x->o->verbose) pods(x, i);
}
static void incidents(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->incidents_n) return;
    pm_text_heading(&x->t, r->incidents_n == 1 || x->o->incident ? "INCIDENT" : "EACH INCIDENT");
    for (size_t k = 0; k < r->incidents_n; k++) {
        bool full = k < x->show.full || x->o->incident;
        if (x->o->incident && r->incidents[k].id != x->o->incident) continue;
        incident(x, &r->incidents[k], full);
        if (full && !x->o->incident && k + 1 < r->incidents_n) fputc('\n', x->t.f);
    }
}

// quotas --------------------------------------------------------------------------------
// The curve at PM_TEXT_SPARK equal steps: the highest use within each.
static struct pm_str quota_curve(struct text *x, const struct pm_quota *q) {
    double v[PM_TEXT_SPARK] = {0};
    if (q->points_n < 2) return PM_NONE;
    int64_t from = q->points[0].t_ns, to = q->points[q->points_n - 1].t_ns;
    if (to <= from) return PM_NONE;
    double step = (double)(to - from) / PM_TEXT_SPARK;
    for (size_t k = 0; k < q->points_n; k++) {
        double at = (double)(q->points[k].t_ns - from) / step;
        size_t slot = at < 0 ? 0 : at >= PM_TEXT_SPARK ? PM_TEXT_SPARK - 1 : (size_t)at;
        if ((double)q->points[k].used > v[slot]) v[slot] = (double)q->points[k].used;
    }
    for (size_t k = 1; k < PM_TEXT_SPARK; k++) // between points the window's use stays what it was
        if (v[k] <= 0) v[k] = v[k - 1];
    struct pm_str curve =
                      pm_text_spark(x->t.a, v, PM_TEXT_SPARK, q->limit > 0 ? (double)q->limit : 0),
                  when = pm_text_span(x, from, to);
    return pm_arena_fmt(x->t.a, "%.*s  %.*s%s", PM_FMT(curve), PM_FMT(when),
                        q->limit > 0 ? ", full height is the limit" : "");
}
static struct pm_str quota_whose(struct text *x, const struct pm_quota *q) {
    struct pm_buf b = {0};
    pm_text_piece(&b, " ", q->user.n ? pm_text_seen(x, q->user) : pm_text_seen(x, q->identity));
    if (q->client.n) pm_text_piece(&b, " from ", pm_text_seen(x, q->client));
    return pm_text_taken(x, &b);
}
static struct pm_str quota_used(struct text *x, const struct pm_quota *q) {
    struct pm_arena *a = x->t.a;
    struct pm_str low = pm_words_number(a, q->used_low), high = pm_words_number(a, q->used_high);
    return q->used_low == q->used_high ? high
                                       : pm_arena_fmt(a, "%.*s–%.*s", PM_FMT(low), PM_FMT(high));
}
static struct pm_str quota_limit(struct text *x, const struct pm_quota *q) {
    char out[32];
    if (q->limit < 0) return PM_STR("–");
    if (q->window_s <= 0) return pm_words_number(x->t.a, (uint64_t)q->limit);
    struct pm_str limit = pm_words_number(x->t.a, (uint64_t)q->limit);
    if (q->window_s % 3600 == 0)
        return pm_arena_fmt(x->t.a, "%.*s / %lld h", PM_FMT(limit), (long long)q->window_s / 3600);
    return pm_arena_fmt(x->t.a, "%.*s / %s", PM_FMT(limit),
                        pm_duration_format(q->window_s * PM_NS_PER_S, out));
}
// Twenty characters are the limit; what is over it would be a lie of the budget's, so the
// bar ends there.
static struct pm_str quota_bar(struct text *x, const struct pm_quota *q) {
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    enum { WIDTH = 20 };
    struct pm_buf b = {0};
    if (q->limit <= 0) return PM_NONE;
    uint64_t steps = q->used_high * WIDTH * 8 / (uint64_t)q->limit, whole = WIDTH * 8,
             used = steps > whole ? whole : steps;
    for (uint64_t i = 0; i < used / 8; i++) pm_buf_lit(&b, "█");
    pm_buf_lit(&b, eighths[used % 8]);
    for (uint64_t i = (used + 7) / 8; i < WIDTH; i++) pm_buf_lit(&b, "·");
    struct pm_str used_words = quota_used(x, q), limit = quota_limit(x, q);
    pm_buf_fmt(&b, "  %.*s of %.*s, %llu %%", PM_FMT(used_words), PM_FMT(limit),
               (unsigned long long)(q->used_high * 100 / (uint64_t)q->limit));
    return pm_text_taken(x, &b);
}
static void quota_notes(struct text *x, const struct pm_quota *q, bool named) {
    struct pm_buf b = {0};
    struct pm_arena *a = x->t.a;
    struct pm_str curve = quota_curve(x, q), at;
    struct pm_str registry = pm_text_seen(x, q->registry), whose = quota_whose(x, q);
    if (named) fprintf(x->t.f, " %.*s %.*s\n", PM_FMT(registry), PM_FMT(whose));
    pm_text_item(&x->t, PM_TEXT_INDENT, "use", PM_TEXT_LABEL, quota_bar(x, q));
    pm_text_item(&x->t, PM_TEXT_INDENT, "", PM_TEXT_LABEL, curve);
    if (q->exhausted_at_ns != PM_NO_TIME)
        at = pm_words_moment(a, q->exhausted_at_ns, q->first_refused_ns, q->last_refused_ns,
                             x->day_ns),
        pm_text_piece(&b, " · ", pm_arena_fmt(a, "ran out %.*s", PM_FMT(at)));
    if (q->window_s > 0 && q->window_s <= 60 && q->peak_at_ns != PM_NO_TIME)
        at = hm(x, q->peak_at_ns),
        pm_text_piece(&b, " · ",
                      pm_arena_fmt(a, "most within %s at %.*s",
                                   q->window_s == 60 ? "a minute" : "its window", PM_FMT(at)));
    if (q->refused)
        at = pm_text_span(x, q->first_refused_ns, q->last_refused_ns),
        pm_text_piece(&b, " · ", pm_arena_fmt(a, "refused %.*s", PM_FMT(at)));
    if (q->free_at_ns != PM_NO_TIME)
        at = hm(x, q->free_at_ns),
        pm_text_piece(&b, " · ", pm_arena_fmt(a, "free again %.*s", PM_FMT(at)));
    if (q->with_cache >= 0)
        pm_text_piece(&b, " · ",
                      pm_arena_fmt(a, "%lld upstream pulls with a pull-through cache",
                                   (long long)q->with_cache));
    pm_text_item(&x->t, PM_TEXT_INDENT, "when", PM_TEXT_LABEL, pm_text_taken(x, &b));
    pm_text_item(&x->t, PM_TEXT_INDENT, "but", PM_TEXT_LABEL, pm_text_seen(x, q->note));
    for (size_t k = 0; k < q->consumers_n && k < 5; k++) {
        struct pm_str name = pm_text_seen(x, q->consumers[k].name),
                      n = pm_words_number(a, q->consumers[k].pulls);
        bool same = k && pm_str_eq(q->consumers[k].kind, q->consumers[k - 1].kind);
        pm_text_piece(&b, same ? ", " : " · ",
                      same ? pm_arena_fmt(a, "%.*s ×%.*s", PM_FMT(name), PM_FMT(n))
                           : pm_arena_fmt(a, "%.*s %.*s ×%.*s", PM_FMT(q->consumers[k].kind),
                                          PM_FMT(name), PM_FMT(n)));
    }
    pm_text_item(&x->t, PM_TEXT_INDENT, "spent by", PM_TEXT_LABEL, pm_text_taken(x, &b));
}
static bool quota_told(const struct pm_quota *q) {
    return q->refused || q->note.n || q->exhausted_at_ns != PM_NO_TIME ||
           !pm_str_eqc(q->status, "ok");
}

// Rows in the table: what was refused or came near, and of those within their limits the
// most used.
static size_t quota_pick(struct text *x, const struct pm_quota **picked) {
    const struct pm_report *r = x->r;
    size_t n = 0, calm = 0, most_calm = x->o->verbose ? ROWS_MAX : 3;
    for (size_t k = 0; k < r->quotas_n && n < rows_shown(x); k++)
        if (quota_told(&r->quotas[k])) picked[n++] = &r->quotas[k];
    while (calm < most_calm && n < rows_shown(x)) {
        const struct pm_quota *most = NULL;
        for (size_t k = 0; k < r->quotas_n; k++) {
            const struct pm_quota *q = &r->quotas[k];
            bool taken = quota_told(q);
            for (size_t e = 0; e < n && !taken; e++) taken = picked[e] == q;
            if (!taken && (!most || q->used_high > most->used_high)) most = q;
        }
        if (!most) break;
        picked[n++] = most, calm++;
    }
    return n;
}
static void quotas(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->quotas_n) return;
    const struct pm_quota **picked = PM_NEWN(x->t.a, const struct pm_quota *, r->quotas_n);
    pm_text_heading(&x->t, "QUOTAS");
    struct pm_table b = {.columns = 7, .right = 1 << 2 | 1 << 3 | 1 << 5, .drop = "policy|status"};
    static const char *const names[] = {"registry", "identity", "used",  "limit",
                                        "status",   "refused",  "policy"};
    for (size_t c = 0; c < PM_LEN(names); c++) pm_table_add(&b, pm_str_c(names[c]));
    size_t n = quota_pick(x, picked), told = 0;
    for (size_t k = 0; k < n; k++) {
        const struct pm_quota *q = picked[k];
        const struct pm_str cells[] = {pm_text_seen(x, q->registry),
                                       quota_whose(x, q),
                                       quota_used(x, q),
                                       quota_limit(x, q),
                                       q->status,
                                       pm_words_number(x->t.a, q->refused),
                                       pm_text_seen(x, q->policy)};
        for (size_t c = 0; c < PM_LEN(cells); c++) pm_table_add(&b, cells[c]);
        told += quota_told(q);
    }
    pm_table_print(&x->t, &b, 1);
    if (n < r->quotas_n)
        fprintf(x->t.f, " and %zu more%s\n", r->quotas_n - n,
                told < n ? ", all within their limits" : "");
    for (size_t k = 0; k < n && (k < 4 || x->o->verbose); k++)
        if (quota_told(picked[k])) quota_notes(x, picked[k], n > 1);
}

// pulls ---------------------------------------------------------------------------------
struct stats_column {
    const char *name;
    struct pm_str (*cell)(struct pm_arena *a, const struct pm_pull_stats *s);
};
static struct pm_str c_attempts(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->attempts);
}
static struct pm_str c_ok(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->ok);
}
static struct pm_str c_failed(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->failed);
}
static struct pm_str c_success(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_ratio(a, s->ok, s->ok + s->failed);
}
static struct pm_str c_cached(struct pm_arena *a, const struct pm_pull_stats *s) {
    return pm_words_number(a, s->cached);
}
static struct pm_str took(struct pm_arena *a, const struct pm_pull_stats *s, double v) {
    return s->latency.n ? pm_words_seconds(a, v) : PM_STR("–");
}
static struct pm_str c_p50(struct pm_arena *a, const struct pm_pull_stats *s) {
    return took(a, s, s->latency.p50_s);
}
static struct pm_str c_p95(struct pm_arena *a, const struct pm_pull_stats *s) {
    return took(a, s, s->latency.p95_s);
}
static struct pm_str c_max(struct pm_arena *a, const struct pm_pull_stats *s) {
    return took(a, s, s->latency.max_s);
}

static const struct stats_column stats_columns[] = {
    {"pulls", c_attempts}, {"ok", c_ok},        {"failed", c_failed}, {"success", c_success},
    {"cached", c_cached},  {"took p50", c_p50}, {"p95", c_p95},       {"max", c_max}};

// Rows in their order; where some must stay out, those with failures go first.
static size_t stats_pick(struct text *x, const struct pm_pull_stats *by, size_t n, size_t *picked) {
    size_t shown = 0;
    bool all = n <= rows_shown(x);
    for (int calm = 0; calm < (all ? 1 : 2); calm++)
        for (size_t k = 0; k < n && shown < rows_shown(x); k++)
            if (all || (by[k].failed == 0) == calm) picked[shown++] = k;
    return shown;
}
static void stats_table(struct text *x, const char *what, const struct pm_pull_stats *by,
                        size_t n) {
    uint64_t cached = 0;
    size_t *picked = PM_NEWN(x->t.a, size_t, n ? n : 1);
    if (!n) return;
    for (size_t k = 0; k < n; k++) cached += by[k].cached;
    struct pm_table b = {.columns = cached ? 9 : 8, .right = 0x1fe, .drop = "max|took p50"};
    pm_table_add(&b, pm_str_c(what));
    for (size_t c = 0; c < PM_LEN(stats_columns); c++)
        if (cached || stats_columns[c].cell != c_cached)
            pm_table_add(&b, pm_str_c(stats_columns[c].name));
    size_t shown = stats_pick(x, by, n, picked);
    for (size_t k = 0; k < shown; k++) {
        const struct pm_pull_stats *s = &by[picked[k]];
        pm_table_add(&b, s->name.n ? pm_text_seen(x, s->name) : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_LEN(stats_columns); c++)
            if (cached || stats_columns[c].cell != c_cached)
                pm_table_add(&b, stats_columns[c].cell(x->t.a, s));
    }
    pm_table_print(&x->t, &b, 1);
    and_more(x, 1, rows_shown(x), n);
}
static void series(struct text *x) {
    const struct pm_report *r = x->r;
    double v[PM_TEXT_SPARK] = {0}, most = 0;
    if (r->series_n < 2 || !r->total.failed) return;
    size_t slots = r->series_n < PM_TEXT_SPARK ? r->series_n : PM_TEXT_SPARK;
    for (size_t k = 0; k < r->series_n; k++)
        v[k * slots / r->series_n] += (double)r->series[k].failed;
    for (size_t k = 0; k < slots; k++)
        if (v[k] > most) most = v[k];
    struct pm_str curve = pm_text_spark(x->t.a, v, slots, 0),
                  when = pm_text_span(x, r->series[0].t_ns, r->series[r->series_n - 1].t_ns);
    pm_text_item(
        &x->t, 1, "failed", 8,
        pm_arena_fmt(x->t.a, "%.*s  %.*s, at most %.0f a bar", PM_FMT(curve), PM_FMT(when), most));
}
// Is there more to a registry's health than the verdict's line says?
static bool health_worth(const struct pm_report *r) {
    for (size_t k = 0; k < r->by_registry_n; k++)
        if (r->by_registry[k].attempts + r->by_registry[k].cached) return true;
    return false;
}
static void health(struct text *x) {
    const struct pm_report *r = x->r;
    size_t *picked = PM_NEWN(x->t.a, size_t, r->by_registry_n + 1);
    struct pm_table b = {.columns = 2 + PM_HEALTH_COLUMNS,
                         .right = 0x3fe,
                         .drop = "failed over time|cache hits|401|mean|p99"};
    if (!health_worth(r)) return;
    pm_text_heading(&x->t, "REGISTRIES");
    pm_table_add(&b, PM_STR("registry"));
    for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_table_add(&b, pm_str_c(pm_health_heads[c]));
    pm_table_add(&b, PM_STR("failed over time"));
    size_t shown = stats_pick(x, r->by_registry, r->by_registry_n, picked);
    for (size_t k = 0; k < shown; k++) {
        const struct pm_pull_stats *s = &r->by_registry[picked[k]];
        struct pm_str cells[PM_HEALTH_COLUMNS];
        pm_words_health(x->t.a, r, s, cells);
        pm_table_add(&b, s->name.n ? pm_text_seen(x, s->name) : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_table_add(&b, cells[c]);
        pm_table_add(&b, pm_text_lane(x, PM_LANE_REGISTRY, s->name, 0, PM_TEXT_SPARK_SHORT));
    }
    pm_table_print(&x->t, &b, 1);
    and_more(x, 1, rows_shown(x), r->by_registry_n);
}
static void pulls(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->total.failed && !r->incidents_n) return; // the verdict's line said it
    if (!r->by_registry_n && !r->by_node_n) return;
    pm_text_heading(&x->t, "PULLS");
    stats_table(x, "registry", r->by_registry, r->by_registry_n);
    if (r->by_node_n) fputc('\n', x->t.f);
    stats_table(x, "node", r->by_node, r->by_node_n);
    if (r->by_client_n) fputc('\n', x->t.f);
    stats_table(x, "client", r->by_client, r->by_client_n);
    uint64_t told = r->total.cache_hits + r->total.cache_misses;
    if (told)
        pm_text_item(&x->t, 1, "cached", 8,
                     pm_arena_fmt(x->t.a,
                                  "%.0f %% of %llu requests were answered from a proxy's cache",
                                  100.0 * (double)r->total.cache_hits / (double)told,
                                  (unsigned long long)told));
    series(x);
}

// the rest ------------------------------------------------------------------------------
static void alerts(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->alerts_n; k++) {
        const struct pm_alert *l = &r->alerts[k];
        char out[32];
        if (!l->fired_n) continue;
        if (!any) pm_text_heading(&x->t, "ALERTS that would have fired");
        any = true;
        struct pm_str when = pm_text_span(x, l->fired[0].from_ns, l->fired[0].to_ns),
                      name = pm_text_seen(x, l->name);
        struct pm_str lead =
            l->lead_known && l->lead_s != 0
                ? pm_arena_fmt(x->t.a, ", %s %s the first pod was stuck",
                               pm_duration_format(
                                   (l->lead_s < 0 ? -l->lead_s : l->lead_s) * PM_NS_PER_S, out),
                               l->lead_s > 0 ? "before" : "after")
                : PM_NONE;
        struct pm_str again = l->fired_n > 1
                                  ? pm_arena_fmt(x->t.a, ", again %zu %s", l->fired_n - 1,
                                                 l->fired_n == 2 ? "time" : "times")
                                  : PM_NONE;
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(x->t.a, "%.*s  %.*s%.*s%.*s", PM_FMT(name), PM_FMT(when),
                                  PM_FMT(again), PM_FMT(lead)));
    }
}
// What a user's alert cannot do, or does not here: silence would look like a rule that
// watches.
static void alert_notes(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->alerts_n; k++) {
        const struct pm_alert *l = &r->alerts[k];
        if (!l->own || !l->note.n) continue;
        if (!any) pm_text_heading(&x->t, "ALERTS of your own");
        any = true;
        struct pm_str name = pm_text_seen(x, l->name), note = pm_text_seen(x, l->note);
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(x->t.a, "%.*s  %.*s", PM_FMT(name), PM_FMT(note)));
    }
}
static void findings(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->findings_n) return;
    pm_text_heading(&x->t, "FINDINGS");
    for (size_t k = 0; k < r->findings_n && k < rows_shown(x); k++) {
        const struct pm_finding *f = &r->findings[k];
        struct pm_str said = pm_text_seen(x, f->text), at = pm_text_place(x, f->file, f->line);
        pm_text_item(&x->t, 1, f->severity.n ? pm_arena_cstr(x->t.a, f->severity) : "", 9,
                     at.n ? pm_arena_fmt(x->t.a, "%.*s (%.*s)", PM_FMT(said), PM_FMT(at)) : said);
        pm_text_item(&x->t, 1, "", 9, pm_text_seen(x, f->advice));
    }
    and_more(x, 1, rows_shown(x), r->findings_n);
}
static void missing(struct text *x) { // neighbours with the same effect share it
    const struct pm_report *r = x->r;
    if (!r->missing_n) return;
    pm_text_heading(&x->t, "MISSING evidence");
    for (size_t k = 0; k < r->missing_n && k < rows_shown(x); k++) {
        struct pm_str what = pm_text_seen(x, r->missing[k].what),
                      effect = pm_text_seen(x, r->missing[k].effect);
        bool shared = k + 1 < r->missing_n && k + 1 < rows_shown(x) &&
                      pm_str_eq(r->missing[k].effect, r->missing[k + 1].effect);
        pm_text_item(&x->t, 1, "", 0,
                     effect.n && !shared
                         ? pm_arena_fmt(x->t.a, "%.*s → %.*s", PM_FMT(what), PM_FMT(effect))
                         : what);
    }
    and_more(x, 1, rows_shown(x), r->missing_n);
}
static void unknown(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->unknown_n) return;
    pm_text_heading(&x->t, "UNKNOWN errors: no rule knows why");
    for (size_t k = 0; k < r->unknown_n && k < rows_shown(x); k++) {
        const struct pm_unknown *u = &r->unknown[k];
        pm_text_item(
            &x->t, 1,
            pm_arena_cstr(x->t.a, pm_arena_fmt(x->t.a, "×%llu", (unsigned long long)u->count)), 6,
            pm_text_seen(x, u->template));
        if (u->file.n) pm_text_item(&x->t, 1, "", 6, pm_text_place(x, u->file, u->line));
    }
    and_more(x, 1, rows_shown(x), r->unknown_n);
}

static void windows(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->windows_n) return;
    pm_text_heading(&x->t, "OTHER TIMES in these logs");
    for (size_t k = 0; k < r->windows_n && k < rows_shown(x); k++)
        pm_text_item(&x->t, 1, "", 0, pm_text_seen(x, pm_words_window(x->t.a, r, &r->windows[k])));
    and_more(x, 1, rows_shown(x), r->windows_n);
}

static void hearsay(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->hearsay_n) return;
    pm_text_heading(&x->t, "HEARSAY: speaks of pulls, was not counted");
    for (size_t k = 0; k < r->hearsay_n && k < x->show.hearsay; k++) {
        pm_text_item(&x->t, 1, "", 0, pm_text_seen(x, pm_words_hearsay(x->t.a, &r->hearsay[k])));
        pm_text_item(&x->t, 1, "", 6, pm_text_place(x, r->hearsay[k].file, r->hearsay[k].line));
    }
    and_more(x, 1, x->show.hearsay, r->hearsay_n);
}

// Members whose clock is known the same way are one line.
static bool same_clock(const struct pm_file_row *a, const struct pm_file_row *b) {
    return a->quality == b->quality && a->year == b->year &&
           pm_str_eq(a->year_from, b->year_from) && a->offset_known == b->offset_known &&
           a->utc_offset_s == b->utc_offset_s && pm_str_eq(a->offset_from, b->offset_from);
}
static bool clock_worth(const struct pm_file_row *f) {
    return f->quality != PM_QUALITY_EXACT && f->from_ns != PM_NO_TIME;
}

static const char *source_words(struct pm_str from) {
    static const struct {
        const char *code, *words;
    } rows[] = {{"inner-stamp", "full stamps inside its lines"},
                {"neighbour", "full stamps in the same file"},
                {"header", "the file's header"},
                {"node", "the node's other logs"},
                {"folder", "the other logs of its folder"},
                {"file-name", "the file's name"},
                {"objects", "the bundle's dated objects"},
                {"mtime", "the file's own time"},
                {"option", "the command line"},
                {"coincidence", "failures that a dated log tells too"}};
    for (size_t i = 0; i < PM_LEN(rows); i++)
        if (pm_str_eqc(from, rows[i].code)) return rows[i].words;
    return "nothing: it is assumed";
}
static void clock_line(struct text *x, const struct pm_file_row *f, size_t members) {
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    struct pm_str path = pm_text_seen(x, f->path), zone = PM_NONE;
    bool same = f->year && f->offset_known && pm_str_eq(f->year_from, f->offset_from);
    if (f->offset_known) {
        int minutes = f->utc_offset_s / 60, positive = minutes < 0 ? -minutes : minutes;
        zone = pm_arena_fmt(a, "zone %c%02d:%02d", minutes < 0 ? '-' : '+', positive / 60,
                            positive % 60);
    }
    if (same)
        pm_text_piece(&b, ", ",
                      pm_arena_fmt(a, "year %d and %.*s from %s", f->year, PM_FMT(zone),
                                   source_words(f->year_from)));
    else {
        if (f->year)
            pm_text_piece(&b, ", ",
                          pm_arena_fmt(a, "year %d from %s", f->year, source_words(f->year_from)));
        if (zone.n)
            pm_text_piece(
                &b, ", ",
                pm_arena_fmt(a, "%.*s from %s", PM_FMT(zone), source_words(f->offset_from)));
        else if (f->quality == PM_QUALITY_ASSUMED) pm_text_piece(&b, ", ", PM_STR("taken for UTC"));
    }
    if (!b.n && f->quality == PM_QUALITY_RELATIVE)
        pm_text_piece(&b, "", PM_STR("ages and states, dated by when they were taken"));
    struct pm_str how = pm_text_taken(x, &b),
                  more = members > 1 ? pm_arena_fmt(a, " and %zu more", members - 1) : PM_NONE;
    pm_text_item(&x->t, 1, pm_quality_names[f->quality], 10,
                 pm_arena_fmt(a, "%.*s%.*s%s%.*s", PM_FMT(path), PM_FMT(more), how.n ? ": " : "",
                              PM_FMT(how)));
}
static void skew_lines(struct text *x) {
    const struct pm_report *r = x->r;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        const struct pm_file_row *f = &r->files[k];
        bool told = !f->node.n || (f->skew_ms > -2000 && f->skew_ms < 2000);
        for (size_t e = 0; e < k && !told; e++)
            told = pm_str_eq(r->files[e].node, f->node) && r->files[e].skew_ms == f->skew_ms;
        if (told) continue;
        struct pm_str node = pm_text_seen(x, f->node);
        char off[32];
        pm_duration_format((f->skew_ms < 0 ? -f->skew_ms : f->skew_ms) * 1000000, off);
        pm_text_item(&x->t, 1, "skew", 10,
                     pm_arena_fmt(x->t.a, "node %.*s is %s %s the others", PM_FMT(node), off,
                                  f->skew_ms < 0 ? "behind" : "ahead of"));
    }
}
static void clocks(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->file_rows_n && !any; k++)
        any = clock_worth(&r->files[k]) || r->files[k].skew_ms <= -2000 ||
              r->files[k].skew_ms >= 2000;
    if (!any) return;
    pm_text_heading(&x->t, "CLOCKS that the logs do not state");
    size_t lines = 0, left = 0;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        size_t members = 0;
        bool told = !clock_worth(&r->files[k]);
        for (size_t e = 0; e < k && !told; e++)
            told = clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        if (told) continue;
        for (size_t e = k; e < r->file_rows_n; e++)
            members += clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        if (lines++ < rows_shown(x)) clock_line(x, &r->files[k], members);
        else left++;
    }
    and_more(x, 1, 0, left);
    skew_lines(x);
}

static void input(struct text *x) {
    const struct pm_report *r = x->r;
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    if (!r->skipped_n && !r->diagnostics_n && !r->bad) return;
    pm_text_heading(&x->t, "INPUT problems");
    if (r->bad)
        pm_text_piece(&b, ", ",
                      pm_words_count(a, r->bad, "record is broken", "records are broken"));
    if (r->undated)
        pm_text_piece(&b, ", ", pm_words_count(a, r->undated, "has no time", "have no time"));
    pm_text_item(&x->t, 1, "", 0, pm_text_taken(x, &b));
    for (size_t k = 0; k < r->diagnostics_n && k < rows_shown(x); k++) {
        const struct pm_diag *d = &r->diagnostics[k];
        struct pm_str at = pm_text_place(x, d->path, d->line), said = pm_text_seen(x, d->message);
        struct pm_str times =
            d->count > 1 ? pm_arena_fmt(a, " (×%llu)", (unsigned long long)d->count) : PM_NONE;
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(a, "%.*s%s%.*s%.*s", PM_FMT(at), at.n ? ": " : "", PM_FMT(said),
                                  PM_FMT(times)));
    }
    and_more(x, 1, rows_shown(x), r->diagnostics_n);
    for (size_t k = 0; k < r->skipped_n && k < rows_shown(x); k++) {
        struct pm_str path = pm_text_seen(x, r->skipped[k].path),
                      said = pm_text_seen(x, r->skipped[k].why);
        pm_text_item(&x->t, 1, "", 0,
                     pm_arena_fmt(a, "%.*s: not read: %.*s", PM_FMT(path), PM_FMT(said)));
    }
    and_more(x, 1, rows_shown(x), r->skipped_n);
}

struct pm_str pm_text_lane(struct text *x, enum pm_lane_kind kind, struct pm_str name,
                           uint32_t incident, size_t width) {
    const struct pm_report *r = x->r;
    double v[PM_TEXT_SPARK] = {0};
    uint64_t failed = 0;
    for (size_t i = 0; i < r->lanes_n; i++) {
        const struct pm_lane *l = &r->lanes[i];
        if (l->kind != kind || l->incident != incident || (!incident && !pm_str_eq(l->name, name)))
            continue;
        size_t slots = r->axis.n < width ? r->axis.n : width;
        for (size_t k = 0; k < r->axis.n; k++)
            v[k * slots / r->axis.n] += l->steps[k].failed, failed += l->steps[k].failed;
        return failed && slots > 1 ? pm_text_spark(x->t.a, v, slots, 0) : PM_NONE;
    }
    return PM_NONE;
}

typedef void section(struct text *x);
static section *const whole_report[] = {pm_text_head, pm_text_verdict, pm_text_overview, incidents,
                                        quotas,       pulls,           health,           alerts,
                                        alert_notes,  findings,        missing,          unknown,
                                        windows,      hearsay,         clocks,           input,
                                        pm_text_next},
                      *const first_screen[] = {pm_text_head, pm_text_verdict, pm_text_overview,
                                               pm_text_next},
                      *const one_incident[] = {pm_text_head, incidents, pm_text_next};

static bool render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    struct text x = {.t = {.f = out,
                           .a = pm_arena_new(),
                           .width = o->width > 0 ? o->width : 100,
                           .color = o->color},
                     .r = r,
                     .o = o};
    x.show = o->verbose || o->incident ? everything : usual;
    if (o->brief) x.show.overview = 5;
    x.day_ns = r->from_ns;
    for (size_t i = 0; i < r->incidents_n; i++)
        if (r->incidents[i].id == r->verdict && r->incidents[i].from_ns != PM_NO_TIME)
            x.day_ns = r->incidents[i].from_ns;
    section *const *sections = o->incident ? one_incident : o->brief ? first_screen : whole_report;
    size_t n = o->incident ? PM_LEN(one_incident)
               : o->brief  ? PM_LEN(first_screen)
                           : PM_LEN(whole_report);
    for (size_t i = 0; i < n; i++) sections[i](&x);
    pm_arena_free(x.t.a);
    return !ferror(out);
}

const struct pm_renderer pm_renderer_text = {
    .name = "text", .extensions = ".txt", .title = "for a terminal", .render = render};
