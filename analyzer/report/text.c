// The report for a terminal. Sections with nothing to say are left out; a healthy bundle is two lines.
#include "report/text_out.h"
#include "report/words.h"
#include "pm/version.h"
#include "pm/diag.h"
#include "pm/report.h"
#include "pm/timeline.h"
#include <stdlib.h>

enum { LABEL = 10, INDENT = 5, FULL_INCIDENTS = 6, EVIDENCE_SHOWN = 4, ROWS_SHOWN = 12, HEARSAY_SHOWN = 3, SPARK = 40 };

struct text { // what every section is given
    struct pm_text t;
    const struct pm_report *r;
    int64_t day_ns; // stamps of this day are printed without it
};

static struct pm_str visible(struct text *x, struct pm_str s) { return pm_text_visible(x->t.a, s); }
static struct pm_str hm(struct text *x, int64_t ns) { return pm_words_time(x->t.a, ns, x->day_ns); }
// A moment of an incident.
static struct pm_str moment(struct text *x, const struct pm_incident *i, int64_t ns) {
    return pm_words_moment(x->t.a, ns, i->from_ns, i->recovered_ns == PM_NO_TIME ? i->to_ns : i->recovered_ns, x->day_ns);
}
static struct pm_str span(struct text *x, int64_t from, int64_t to) { return pm_words_span(x->t.a, from, to, x->day_ns); }
static enum pm_ink severity_ink(enum pm_severity s) { return s == PM_SEVERITY_CRITICAL ? PM_INK_RED : s == PM_SEVERITY_WARNING ? PM_INK_YELLOW : PM_INK_BLUE; }

// Pieces joined with a mark between them: the sections build most of their lines so.
static void piece(struct pm_buf *b, const char *between, struct pm_str s) {
    if (!s.n) return;
    if (b->n) pm_buf_lit(b, between);
    pm_buf_add(b, s);
}
static struct pm_str taken(struct text *x, struct pm_buf *b) {
    struct pm_str s = pm_arena_dup(x->t.a, pm_buf_str(b));
    pm_buf_free(b);
    return s;
}
static struct pm_str place(struct text *x, struct pm_str file, uint64_t line) {
    struct pm_str f = visible(x, file);
    return line ? pm_arena_fmt(x->t.a, "%.*s:%llu", PM_FMT(f), (unsigned long long)line) : f;
}
static void and_more(struct text *x, int indent, size_t shown, size_t n) {
    if (n > shown) fprintf(x->t.f, "%*sand %zu more\n", indent, "", n - shown);
}

// head ------------------------------------------------------------------------------------------------------------------
static void head(struct text *x) {
    const struct pm_report *r = x->r;
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    piece(&b, " · ", PM_STR("pullmortem " PM_VERSION));
    bool standard = r->inputs.n == 1 && pm_str_eqc(r->inputs.items[0], "-");
    piece(&b, " · ", standard ? PM_STR("standard input") : visible(x, pm_words_list(a, &r->inputs, 3)));
    struct pm_str files = pm_words_count(a, r->files_n, "file", "files");
    piece(&b, " · ", r->nodes.n ? pm_arena_fmt(a, "%.*s, %zu %s", PM_FMT(files), r->nodes.n, r->nodes.n == 1 ? "node" : "nodes") : files);
    piece(&b, " · ", pm_words_range(a, r->from_ns, r->to_ns));
    piece(&b, " · ", pm_words_bytes(a, r->bytes));
    pm_text_item(&x->t, 0, "", 0, taken(x, &b));
}

static const struct pm_incident *incident_of(const struct pm_report *r, uint32_t id) {
    for (size_t i = 0; id && i < r->incidents_n; i++)
        if (r->incidents[i].id == id) return &r->incidents[i];
    return NULL;
}
static void count_piece(struct text *x, struct pm_buf *b, uint64_t n, const char *one, const char *many) {
    if (n) piece(b, ", ", pm_words_count(x->t.a, n, one, many));
}
static struct pm_str reach(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    count_piece(x, &b, i->blast.pods_n, "pod", "pods");
    count_piece(x, &b, i->blast.workloads_n, "workload", "workloads");
    count_piece(x, &b, i->blast.namespaces.n, "namespace", "namespaces");
    if (i->blast.nodes.n && x->r->nodes.n >= i->blast.nodes.n)
        piece(&b, ", ", pm_arena_fmt(x->t.a, "%zu of %zu %s", i->blast.nodes.n, x->r->nodes.n, x->r->nodes.n == 1 ? "node" : "nodes"));
    else count_piece(x, &b, i->blast.nodes.n, "node", "nodes");
    return taken(x, &b);
}
static struct pm_str failed_of(struct text *x, const struct pm_incident *i) {
    char out[32];
    struct pm_arena *a = x->t.a;
    struct pm_buf b = {0};
    if (i->failed_pulls) {
        struct pm_str n = pm_words_number(a, i->failed_pulls), all = pm_words_number(a, x->r->total.attempts);
        pm_buf_fmt(&b, "%.*s of %.*s pulls failed", PM_FMT(n), PM_FMT(all));
    } else if (i->failed_requests) {
        struct pm_str n = pm_words_count(a, i->failed_requests, "request", "requests");
        pm_buf_fmt(&b, "%.*s failed", PM_FMT(n));
    }
    if (b.n && i->from_ns != PM_NO_TIME && i->to_ns != PM_NO_TIME && i->to_ns > i->from_ns)
        pm_buf_fmt(&b, " in %s", pm_duration_format(i->to_ns - i->from_ns, out));
    return taken(x, &b);
}

static void verdict(struct text *x) {
    struct pm_arena *a = x->t.a;
    const struct pm_incident *i = incident_of(x->r, x->r->verdict);
    fputc('\n', x->t.f);
    if (!i) {
        pm_text_item(&x->t, 0, "VERDICT", 9, visible(x, x->r->verdict_sentence.n ? x->r->verdict_sentence : pm_words_calm(a, x->r)));
        return;
    }
    struct pm_str sentence = visible(x, x->r->verdict_sentence.n ? x->r->verdict_sentence : i->title);
    struct pm_str judged =
        pm_arena_fmt(a, "%s · %s · confidence %s", pm_words_cause(i->root_cause), pm_severity_names[i->severity], pm_confidence_names[i->confidence]);
    struct pm_incident whole = pm_words_whole(x->r, i);
    int room = x->t.width - 9 - pm_text_width(sentence) - pm_text_width(judged);
    pm_text_ink(&x->t, PM_INK_BOLD, PM_STR("VERDICT"));
    fputs("  ", x->t.f);
    if (room >= 3) {
        pm_text_ink(&x->t, severity_ink(i->severity), sentence);
        fprintf(x->t.f, "%*s", room, "");
        pm_text_ink(&x->t, PM_INK_DIM, judged);
        fputc('\n', x->t.f);
    } else {
        size_t n = pm_text_fit(sentence, x->t.width - 9);
        pm_text_ink(&x->t, severity_ink(i->severity), pm_str_sub(sentence, 0, n));
        fputc('\n', x->t.f);
        pm_text_item(&x->t, 0, "", 9, pm_str_trim(pm_str_from(sentence, n)));
        pm_text_item(&x->t, 0, "", 9, judged);
    }
    struct pm_buf b = {0};
    piece(&b, " · ", failed_of(x, &whole));
    piece(&b, " · ", reach(x, i));
    struct pm_str at = moment(x, &whole, whole.recovered_ns);
    piece(&b, " · ", whole.recovered_ns == PM_NO_TIME ? PM_STR("not recovered within these logs") : pm_arena_fmt(a, "recovered %.*s", PM_FMT(at)));
    pm_text_item(&x->t, 0, "", 9, taken(x, &b));
}

// incidents -------------------------------------------------------------------------------------------------------------
// The scope in the room there is: names, or how many, or a name that is cut.
static struct pm_str scope_words(struct text *x, const struct pm_incident *i, int room) {
    static const char *const many[] = {"clusters", "registries", "nodes", "images", "namespaces", "clients"}; // by enum pm_scope_kind
    if (!i->scope.n) return i->scope_kind == PM_SCOPE_CLUSTER ? PM_STR("the whole cluster") : pm_str_c(pm_scope_names[i->scope_kind]);
    struct pm_str names = visible(x, pm_words_list(x->t.a, &i->scope, 2));
    if (pm_text_width(names) <= room) return names;
    if (i->scope.n > 1) return pm_words_count(x->t.a, i->scope.n, "", many[i->scope_kind]);
    return pm_text_cut(x->t.a, names, room < 12 ? 12 : room);
}
static void incident_head(struct text *x, const struct pm_incident *i, int cause_width) {
    struct pm_arena *a = x->t.a;
    fprintf(x->t.f, "%2u ", (unsigned)i->id);
    pm_text_ink(&x->t, severity_ink(i->severity), PM_STR("●"));
    fputc(' ', x->t.f);
    pm_text_ink(&x->t, PM_INK_BOLD, pm_str_c(pm_words_cause(i->root_cause)));
    fprintf(x->t.f, "%*s", cause_width - (int)strlen(pm_words_cause(i->root_cause)), "");
    struct pm_buf b = {0};
    piece(&b, "   ", pm_str_c(pm_severity_names[i->severity]));
    if (i->from_ns != PM_NO_TIME) piece(&b, "   ", span(x, i->from_ns, i->to_ns));
    if (i->failed_pulls) piece(&b, "   ", pm_arena_fmt(a, "%llu failed", (unsigned long long)i->failed_pulls));
    else if (i->failed_requests) piece(&b, "   ", pm_words_count(a, i->failed_requests, "request", "requests"));
    if (i->blast.pods_n) piece(&b, "   ", pm_words_count(a, i->blast.pods_n, "pod", "pods"));
    piece(&b, "   ", i->confidence == PM_CONFIDENCE_HIGH ? PM_NONE : pm_arena_fmt(a, "confidence %s", pm_confidence_names[i->confidence]));
    struct pm_str rest = taken(x, &b), scope = scope_words(x, i, x->t.width - 5 - cause_width - 2 - 3 - pm_text_width(rest));
    fprintf(x->t.f, "  %.*s%s%.*s\n", PM_FMT(scope), rest.n ? "   " : "", PM_FMT(rest));
}
static void what_and_why(struct text *x, const struct pm_incident *i, bool full) {
    struct pm_buf b = {0};
    if (i->id != x->r->verdict)
        pm_text_item(&x->t, INDENT, "what", LABEL, visible(x, full && i->summary.n ? i->summary : i->title)); // else the verdict said it
    for (size_t k = 0; full && k < i->confidence_why.n; k++) piece(&b, "; ", visible(x, i->confidence_why.items[k]));
    pm_text_item(&x->t, INDENT, "why", LABEL, taken(x, &b));
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
            if (pm_str_eq(i->against[e].why, why)) piece(&causes, ", ", pm_str_c(pm_words_cause(i->against[e].cause)));
        struct pm_str names = taken(x, &causes), said = visible(x, why);
        piece(&b, " · ", told_by_why(i, why) ? names : pm_arena_fmt(x->t.a, "%.*s: %.*s", PM_FMT(names), PM_FMT(said)));
    }
    pm_text_item(&x->t, INDENT, "not", LABEL, taken(x, &b));
}
static void chain(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    for (size_t k = 0; i->chain_n > 1 && k < i->chain_n; k++) { // one link is the incident itself
        struct pm_str what = visible(x, i->chain[k].what), at = i->chain[k].at_ns == PM_NO_TIME ? PM_NONE : moment(x, i, i->chain[k].at_ns);
        piece(&b, " → ", at.n ? pm_arena_fmt(x->t.a, "%.*s %.*s", PM_FMT(what), PM_FMT(at)) : what);
    }
    if (i->explained_by) piece(&b, "; ", pm_arena_fmt(x->t.a, "led to by incident %u", (unsigned)i->explained_by));
    pm_text_item(&x->t, INDENT, "chain", LABEL, taken(x, &b));
    if (!i->trigger.what.n || pm_str_eqc(i->trigger.what, "unknown")) return;
    struct pm_str what = visible(x, i->trigger.what), detail = visible(x, i->trigger.detail),
                  at = i->trigger.at_ns == PM_NO_TIME ? PM_NONE : moment(x, i, i->trigger.at_ns);
    pm_text_item(&x->t, INDENT, "trigger", LABEL,
                 pm_arena_fmt(x->t.a, "%.*s%s%.*s%s%.*s", PM_FMT(what), at.n ? " " : "", PM_FMT(at), detail.n ? ": " : "", PM_FMT(detail)));
}
static struct pm_str workload_words(struct text *x, const struct pm_hit_workload *w) {
    struct pm_str n = pm_words_count(x->t.a, w->pods, "pod", "pods");
    struct pm_str s = pm_arena_fmt(x->t.a, "%.*s%s%.*s/%.*s (%.*s)", PM_FMT(w->kind), w->kind.n ? " " : "", PM_FMT(w->namespace), PM_FMT(w->name), PM_FMT(n));
    return visible(x, s);
}
static struct pm_str rollout_words(struct text *x, const struct pm_rollout *o) {
    struct pm_str name = visible(x, pm_arena_fmt(x->t.a, "%.*s%s%.*s/%.*s", PM_FMT(o->kind), o->kind.n ? " " : "", PM_FMT(o->namespace), PM_FMT(o->name)));
    if (o->ready < 0 || o->ready >= o->desired) return name; // the pods of the old revision are all there
    return pm_arena_fmt(x->t.a, "%.*s (%lld of %lld ready)", PM_FMT(name), (long long)o->ready, (long long)o->desired);
}
static void rollout_item(struct text *x, const char *label, const struct pm_rollout *list, size_t n) {
    struct pm_buf b = {0};
    size_t shown = n > 6 ? 5 : n;
    for (size_t k = 0; k < shown; k++) piece(&b, ", ", rollout_words(x, &list[k]));
    if (shown < n) piece(&b, " and ", pm_arena_fmt(x->t.a, "%zu more", n - shown));
    pm_text_item(&x->t, INDENT, label, LABEL, taken(x, &b));
}
static void autoscalers(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    for (size_t k = 0; k < i->blast.blocked_autoscalers_n && k < ROWS_SHOWN; k++) {
        const struct pm_autoscaler *h = &i->blast.blocked_autoscalers[k];
        struct pm_str name = visible(x, pm_arena_fmt(x->t.a, "%.*s/%.*s", PM_FMT(h->namespace), PM_FMT(h->name)));
        piece(&b, ", ", pm_arena_fmt(x->t.a, "autoscaler %.*s wanted %lld, got %lld", PM_FMT(name), (long long)h->desired, (long long)h->current));
    }
    pm_text_item(&x->t, INDENT, "blocked", LABEL, taken(x, &b));
}
static void hit(struct text *x, const struct pm_incident *i) {
    struct pm_buf b = {0};
    size_t shown = i->blast.workloads_n > 6 ? 5 : i->blast.workloads_n;
    for (size_t k = 0; k < shown; k++) piece(&b, ", ", workload_words(x, &i->blast.workloads[k]));
    if (shown < i->blast.workloads_n) piece(&b, " and ", pm_arena_fmt(x->t.a, "%zu more", i->blast.workloads_n - shown));
    if (i->blast.services.n) {
        struct pm_str services = visible(x, pm_words_list(x->t.a, &i->blast.services, 4));
        piece(&b, " · ", pm_arena_fmt(x->t.a, "%s %.*s", i->blast.services.n == 1 ? "service" : "services", PM_FMT(services)));
    }
    pm_text_item(&x->t, INDENT, "hit", LABEL, taken(x, &b));
    rollout_item(x, "stuck", i->blast.stuck_rollouts, i->blast.stuck_rollouts_n);
    rollout_item(x, "undone", i->blast.rollbacks, i->blast.rollbacks_n);
    autoscalers(x, i);
    const struct {
        const char *one, *many;
        const struct pm_strs *list;
    } spared[] = {
        {"node", "nodes", &i->blast.spared_nodes}, {"registry", "registries", &i->blast.spared_registries}, {"image", "images", &i->blast.spared_images}};
    for (size_t k = 0; k < PM_LEN(spared); k++) {
        struct pm_str names = visible(x, pm_words_list(x->t.a, spared[k].list, 4));
        if (names.n) piece(&b, " · ", pm_arena_fmt(x->t.a, "%s %.*s", spared[k].list->n == 1 ? spared[k].one : spared[k].many, PM_FMT(names)));
    }
    pm_text_item(&x->t, INDENT, "spared", LABEL, taken(x, &b));
}
// Lines open with stamps and callers, objects with their other members; what went wrong stands behind the first of these, to the end of its quotes.
static struct pm_str telling(struct text *x, struct pm_str line) {
    static const char *const marks[] = {" error=\"", " err=\"", "\"message\": \"", "\"message\":\"", " msg=\"", ".go:"};
    for (size_t k = 0; k < PM_LEN(marks); k++) {
        ptrdiff_t at = pm_str_find(line, pm_str_c(marks[k]), 0);
        if (at <= 24) continue;
        size_t from = (size_t)at, end = from + strlen(marks[k]);
        bool quoted = line.p[end - 1] == '"';
        while (quoted && end < line.n && line.p[end] != '"') end += line.p[end] == '\\' ? 2 : 1;
        struct pm_str told = quoted && end < line.n ? pm_str_sub(line, from, end + 1 - from) : pm_str_from(line, from);
        return pm_arena_fmt(x->t.a, "…%.*s%s", PM_FMT(told), from + told.n < line.n ? " …" : "");
    }
    return line;
}
static void evidence(struct text *x, const struct pm_incident *i) {
    for (size_t k = 0; k < i->evidence_n && k < EVIDENCE_SHOWN; k++) {
        const struct pm_evidence *e = &i->evidence[k];
        struct pm_str at = place(x, e->file, e->line), why = visible(x, e->why);
        int room = x->t.width - INDENT - LABEL - 2;
        bool beside = pm_text_width(at) + 2 + pm_text_width(why) <= room + 2; // else the reason goes below: a path is there to be opened and stays whole
        pm_text_item(&x->t, INDENT, k ? "" : "evidence", LABEL, beside && why.n ? pm_arena_fmt(x->t.a, "%.*s  %.*s", PM_FMT(at), PM_FMT(why)) : at);
        if (!beside) pm_text_item(&x->t, INDENT, "", LABEL, why);
        int lines = k ? 2 : 3; // the first piece of evidence is worth one more
        pm_text_item(&x->t, INDENT, "", LABEL + 2, pm_text_cut_middle(x->t.a, telling(x, visible(x, e->text)), lines * (room > 40 ? room - 8 : 32)));
    }
    and_more(x, INDENT + LABEL, EVIDENCE_SHOWN, i->evidence_n);
}
// An earlier incident, shown in full, that was given the same advice: 0 none.
static uint32_t advised_before(struct text *x, const struct pm_incident *i) {
    for (const struct pm_incident *e = x->r->incidents; e < i; e++) {
        size_t k = 0;
        while (i->advice_n == e->advice_n && k < i->advice_n && pm_str_eq(i->advice[k].text, e->advice[k].text)) k++;
        if (k && k == i->advice_n) return e->id;
    }
    return 0;
}
static void advice(struct text *x, const struct pm_incident *i) {
    static const struct { const char *phase, *label; } phases[] = {{"mitigate", "now"}, {"fix", "fix"}, {"prevent", "prevent"}};
    uint32_t before = advised_before(x, i);
    if (before) {
        pm_text_item(&x->t, INDENT, "now", LABEL, pm_arena_fmt(x->t.a, "as for incident %u", (unsigned)before));
        return;
    }
    for (size_t p = 0; p < PM_LEN(phases); p++) {
        int n = 0, of = 0;
        for (size_t k = 0; k < i->advice_n; k++) of += pm_str_eqc(i->advice[k].phase, phases[p].phase);
        for (size_t k = 0; k < i->advice_n; k++) {
            if (!pm_str_eqc(i->advice[k].phase, phases[p].phase)) continue;
            struct pm_str said = visible(x, i->advice[k].text), within = pm_words_within(i->advice[k].within), command = visible(x, i->advice[k].command);
            const char *label = n++ ? "" : phases[p].label;
            if (within.n) said = pm_arena_fmt(x->t.a, "%.*s (%.*s)", PM_FMT(said), PM_FMT(within));
            pm_text_item(&x->t, INDENT, label, LABEL, of > 1 ? pm_arena_fmt(x->t.a, "%d. %.*s", n, PM_FMT(said)) : said);
            if (command.n)
                fprintf(x->t.f, "%*s%s$ %.*s\n", INDENT + LABEL, "", of > 1 ? "   " : "", PM_FMT(command)); // never wrapped: it is there to be copied
        }
    }
}
static void incidents(struct text *x) {
    const struct pm_report *r = x->r;
    int cause_width = 0;
    if (!r->incidents_n) return;
    pm_text_heading(&x->t, "INCIDENTS");
    for (size_t k = 0; k < r->incidents_n; k++) {
        int w = (int)strlen(pm_words_cause(r->incidents[k].root_cause));
        if (w > cause_width) cause_width = w;
    }
    for (size_t k = 0; k < r->incidents_n; k++) {
        const struct pm_incident *i = &r->incidents[k];
        bool full = k < FULL_INCIDENTS;
        incident_head(x, i, cause_width);
        what_and_why(x, i, full);
        if (full) against(x, i);
        chain(x, i);
        if (full) hit(x, i), evidence(x, i), advice(x, i);
        if (full && k + 1 < r->incidents_n) fputc('\n', x->t.f);
    }
}

// quotas ----------------------------------------------------------------------------------------------------------------
// The curve at SPARK equal steps: the highest use within each.
static struct pm_str quota_curve(struct text *x, const struct pm_quota *q) {
    double v[SPARK] = {0};
    if (q->points_n < 2) return PM_NONE;
    int64_t from = q->points[0].t_ns, to = q->points[q->points_n - 1].t_ns;
    if (to <= from) return PM_NONE;
    double step = (double)(to - from) / SPARK;
    for (size_t k = 0; k < q->points_n; k++) {
        double at = (double)(q->points[k].t_ns - from) / step;
        size_t slot = at < 0 ? 0 : at >= SPARK ? SPARK - 1 : (size_t)at;
        if ((double)q->points[k].used > v[slot]) v[slot] = (double)q->points[k].used;
    }
    for (size_t k = 1; k < SPARK; k++) // between points the window's use stays what it was
        if (v[k] <= 0) v[k] = v[k - 1];
    struct pm_str curve = pm_text_spark(x->t.a, v, SPARK, q->limit > 0 ? (double)q->limit : 0), when = span(x, from, to);
    return pm_arena_fmt(x->t.a, "%.*s  %.*s%s", PM_FMT(curve), PM_FMT(when), q->limit > 0 ? ", full height is the limit" : "");
}
static struct pm_str quota_whose(struct text *x, const struct pm_quota *q) {
    struct pm_buf b = {0};
    piece(&b, " ", q->user.n ? visible(x, q->user) : visible(x, q->identity));
    if (q->client.n) piece(&b, " from ", visible(x, q->client));
    return taken(x, &b);
}
static struct pm_str quota_used(struct text *x, const struct pm_quota *q) {
    struct pm_arena *a = x->t.a;
    struct pm_str low = pm_words_number(a, q->used_low), high = pm_words_number(a, q->used_high);
    return q->used_low == q->used_high ? high : pm_arena_fmt(a, "%.*s–%.*s", PM_FMT(low), PM_FMT(high));
}
static struct pm_str quota_limit(struct text *x, const struct pm_quota *q) {
    char out[32];
    if (q->limit < 0) return PM_STR("–");
    if (q->window_s <= 0) return pm_words_number(x->t.a, (uint64_t)q->limit);
    struct pm_str limit = pm_words_number(x->t.a, (uint64_t)q->limit);
    if (q->window_s % 3600 == 0) return pm_arena_fmt(x->t.a, "%.*s / %lld h", PM_FMT(limit), (long long)q->window_s / 3600);
    return pm_arena_fmt(x->t.a, "%.*s / %s", PM_FMT(limit), pm_duration_format(q->window_s * PM_NS_PER_S, out));
}
static void quota_notes(struct text *x, const struct pm_quota *q, bool named) {
    struct pm_buf b = {0};
    struct pm_arena *a = x->t.a;
    struct pm_str curve = quota_curve(x, q), at;
    struct pm_str registry = visible(x, q->registry), whose = quota_whose(x, q);
    if (named) fprintf(x->t.f, " %.*s %.*s\n", PM_FMT(registry), PM_FMT(whose));
    pm_text_item(&x->t, INDENT, "use", LABEL, curve);
    if (q->exhausted_at_ns != PM_NO_TIME)
        at = pm_words_moment(a, q->exhausted_at_ns, q->first_refused_ns, q->last_refused_ns, x->day_ns),
        piece(&b, " · ", pm_arena_fmt(a, "ran out %.*s", PM_FMT(at)));
    if (q->window_s > 0 && q->window_s <= 60 && q->peak_at_ns != PM_NO_TIME)
        at = hm(x, q->peak_at_ns), piece(&b, " · ", pm_arena_fmt(a, "most within %s at %.*s", q->window_s == 60 ? "a minute" : "its window", PM_FMT(at)));
    if (q->refused) at = span(x, q->first_refused_ns, q->last_refused_ns), piece(&b, " · ", pm_arena_fmt(a, "refused %.*s", PM_FMT(at)));
    if (q->free_at_ns != PM_NO_TIME) at = hm(x, q->free_at_ns), piece(&b, " · ", pm_arena_fmt(a, "free again %.*s", PM_FMT(at)));
    if (q->with_cache >= 0) piece(&b, " · ", pm_arena_fmt(a, "%lld upstream pulls with a pull-through cache", (long long)q->with_cache));
    pm_text_item(&x->t, INDENT, "when", LABEL, taken(x, &b));
    pm_text_item(&x->t, INDENT, "but", LABEL, visible(x, q->note));
    for (size_t k = 0; k < q->consumers_n && k < 5; k++) {
        struct pm_str name = visible(x, q->consumers[k].name), n = pm_words_number(a, q->consumers[k].pulls);
        bool same = k && pm_str_eq(q->consumers[k].kind, q->consumers[k - 1].kind);
        piece(&b, same ? ", " : " · ",
              same ? pm_arena_fmt(a, "%.*s ×%.*s", PM_FMT(name), PM_FMT(n))
                   : pm_arena_fmt(a, "%.*s %.*s ×%.*s", PM_FMT(q->consumers[k].kind), PM_FMT(name), PM_FMT(n)));
    }
    pm_text_item(&x->t, INDENT, "spent by", LABEL, taken(x, &b));
}
static bool quota_told(const struct pm_quota *q) { return q->refused || q->note.n || q->exhausted_at_ns != PM_NO_TIME || !pm_str_eqc(q->status, "ok"); }

// Rows in the table: what was refused or came near, and of those within their limits the most used.
static size_t quota_pick(const struct pm_report *r, const struct pm_quota *picked[ROWS_SHOWN]) {
    enum { CALM = 3 };
    size_t n = 0, calm = 0;
    for (size_t k = 0; k < r->quotas_n && n < ROWS_SHOWN; k++)
        if (quota_told(&r->quotas[k])) picked[n++] = &r->quotas[k];
    while (calm < CALM && n < ROWS_SHOWN) {
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
    const struct pm_quota *picked[ROWS_SHOWN];
    if (!r->quotas_n) return;
    pm_text_heading(&x->t, "QUOTAS");
    struct pm_table b = {.columns = 7, .right = 1 << 2 | 1 << 3 | 1 << 5};
    static const char *const names[] = {"registry", "identity", "used", "limit", "status", "refused", "policy"};
    for (size_t c = 0; c < PM_LEN(names); c++) pm_table_add(&b, pm_str_c(names[c]));
    size_t n = quota_pick(r, picked), told = 0;
    for (size_t k = 0; k < n; k++) {
        const struct pm_quota *q = picked[k];
        const struct pm_str cells[] = {visible(x, q->registry), quota_whose(x, q), quota_used(x, q),
                                       quota_limit(x, q),       q->status,         pm_words_number(x->t.a, q->refused),
                                       visible(x, q->policy)};
        for (size_t c = 0; c < PM_LEN(cells); c++) pm_table_add(&b, cells[c]);
        told += quota_told(q);
    }
    pm_table_print(&x->t, &b, 1);
    if (n < r->quotas_n) fprintf(x->t.f, " and %zu more%s\n", r->quotas_n - n, told < n ? ", all within their limits" : "");
    for (size_t k = 0; k < n && k < 4; k++)
        if (quota_told(picked[k])) quota_notes(x, picked[k], n > 1);
}

// pulls -----------------------------------------------------------------------------------------------------------------
struct stats_column {
    const char *name;
    struct pm_str (*cell)(struct pm_arena *a, const struct pm_pull_stats *s);
};
static struct pm_str c_attempts(struct pm_arena *a, const struct pm_pull_stats *s) { return pm_words_number(a, s->attempts); }
static struct pm_str c_ok(struct pm_arena *a, const struct pm_pull_stats *s) { return pm_words_number(a, s->ok); }
static struct pm_str c_failed(struct pm_arena *a, const struct pm_pull_stats *s) { return pm_words_number(a, s->failed); }
static struct pm_str c_success(struct pm_arena *a, const struct pm_pull_stats *s) { return pm_words_ratio(a, s->ok, s->ok + s->failed); }
static struct pm_str c_cached(struct pm_arena *a, const struct pm_pull_stats *s) { return pm_words_number(a, s->cached); }
static struct pm_str took(struct pm_arena *a, const struct pm_pull_stats *s, double v) { return s->latency.n ? pm_words_seconds(a, v) : PM_STR("–"); }
static struct pm_str c_p50(struct pm_arena *a, const struct pm_pull_stats *s) { return took(a, s, s->latency.p50_s); }
static struct pm_str c_p95(struct pm_arena *a, const struct pm_pull_stats *s) { return took(a, s, s->latency.p95_s); }
static struct pm_str c_max(struct pm_arena *a, const struct pm_pull_stats *s) { return took(a, s, s->latency.max_s); }

static const struct stats_column stats_columns[] = {{"pulls", c_attempts}, {"ok", c_ok},        {"failed", c_failed}, {"success", c_success},
                                                    {"cached", c_cached},  {"took p50", c_p50}, {"p95", c_p95},       {"max", c_max}};

// Rows in their order; where some must stay out, those with failures go first.
static size_t stats_pick(const struct pm_pull_stats *by, size_t n, size_t picked[ROWS_SHOWN]) {
    size_t shown = 0;
    bool all = n <= ROWS_SHOWN;
    for (int calm = 0; calm < (all ? 1 : 2); calm++)
        for (size_t k = 0; k < n && shown < ROWS_SHOWN; k++)
            if (all || (by[k].failed == 0) == calm) picked[shown++] = k;
    return shown;
}
static void stats_table(struct text *x, const char *what, const struct pm_pull_stats *by, size_t n) {
    uint64_t cached = 0;
    size_t picked[ROWS_SHOWN];
    if (!n) return;
    for (size_t k = 0; k < n; k++) cached += by[k].cached;
    struct pm_table b = {.columns = cached ? 9 : 8, .right = 0x1fe};
    pm_table_add(&b, pm_str_c(what));
    for (size_t c = 0; c < PM_LEN(stats_columns); c++)
        if (cached || stats_columns[c].cell != c_cached) pm_table_add(&b, pm_str_c(stats_columns[c].name));
    size_t shown = stats_pick(by, n, picked);
    for (size_t k = 0; k < shown; k++) {
        const struct pm_pull_stats *s = &by[picked[k]];
        pm_table_add(&b, s->name.n ? visible(x, s->name) : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_LEN(stats_columns); c++)
            if (cached || stats_columns[c].cell != c_cached) pm_table_add(&b, stats_columns[c].cell(x->t.a, s));
    }
    pm_table_print(&x->t, &b, 1);
    and_more(x, 1, ROWS_SHOWN, n);
}
static void series(struct text *x) {
    const struct pm_report *r = x->r;
    double v[SPARK] = {0}, most = 0;
    if (r->series_n < 2 || !r->total.failed) return;
    size_t slots = r->series_n < SPARK ? r->series_n : SPARK;
    for (size_t k = 0; k < r->series_n; k++) v[k * slots / r->series_n] += (double)r->series[k].failed;
    for (size_t k = 0; k < slots; k++)
        if (v[k] > most) most = v[k];
    struct pm_str curve = pm_text_spark(x->t.a, v, slots, 0), when = span(x, r->series[0].t_ns, r->series[r->series_n - 1].t_ns);
    pm_text_item(&x->t, 1, "failed", 8, pm_arena_fmt(x->t.a, "%.*s  %.*s, at most %.0f a bar", PM_FMT(curve), PM_FMT(when), most));
}
// Is there more to a registry's health than the verdict's line says?
static bool health_worth(const struct pm_report *r) {
    for (size_t k = 0; k < r->by_registry_n; k++)
        if (r->by_registry[k].attempts + r->by_registry[k].cached) return true;
    return false;
}
static void health(struct text *x) {
    const struct pm_report *r = x->r;
    size_t picked[ROWS_SHOWN];
    struct pm_table b = {.columns = 1 + PM_HEALTH_COLUMNS, .right = 0x3fe};
    if (!health_worth(r)) return;
    pm_text_heading(&x->t, "REGISTRIES");
    pm_table_add(&b, PM_STR("registry"));
    for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_table_add(&b, pm_str_c(pm_health_heads[c]));
    size_t shown = stats_pick(r->by_registry, r->by_registry_n, picked);
    for (size_t k = 0; k < shown; k++) {
        const struct pm_pull_stats *s = &r->by_registry[picked[k]];
        struct pm_str cells[PM_HEALTH_COLUMNS];
        pm_words_health(x->t.a, r, s, cells);
        pm_table_add(&b, s->name.n ? visible(x, s->name) : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_table_add(&b, cells[c]);
    }
    pm_table_print(&x->t, &b, 1);
    and_more(x, 1, ROWS_SHOWN, r->by_registry_n);
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
                     pm_arena_fmt(x->t.a, "%.0f %% of %llu requests were answered from a proxy's cache", 100.0 * (double)r->total.cache_hits / (double)told,
                                  (unsigned long long)told));
    series(x);
}

// the rest --------------------------------------------------------------------------------------------------------------
static void alerts(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->alerts_n; k++) {
        const struct pm_alert *l = &r->alerts[k];
        char out[32];
        if (!l->fired_n) continue;
        if (!any) pm_text_heading(&x->t, "ALERTS that would have fired");
        any = true;
        struct pm_str when = span(x, l->fired[0].from_ns, l->fired[0].to_ns), name = visible(x, l->name);
        struct pm_str lead = l->lead_known && l->lead_s != 0 ? pm_arena_fmt(x->t.a, ", %s %s the first pod was stuck",
                                                                            pm_duration_format((l->lead_s < 0 ? -l->lead_s : l->lead_s) * PM_NS_PER_S, out),
                                                                            l->lead_s > 0 ? "before" : "after")
                                                             : PM_NONE;
        struct pm_str again = l->fired_n > 1 ? pm_arena_fmt(x->t.a, ", again %zu %s", l->fired_n - 1, l->fired_n == 2 ? "time" : "times") : PM_NONE;
        pm_text_item(&x->t, 1, "", 0, pm_arena_fmt(x->t.a, "%.*s  %.*s%.*s%.*s", PM_FMT(name), PM_FMT(when), PM_FMT(again), PM_FMT(lead)));
    }
}
// What a user's alert cannot do, or does not here: silence would look like a rule that watches.
static void alert_notes(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->alerts_n; k++) {
        const struct pm_alert *l = &r->alerts[k];
        if (!l->own || !l->note.n) continue;
        if (!any) pm_text_heading(&x->t, "ALERTS of your own");
        any = true;
        struct pm_str name = visible(x, l->name), note = visible(x, l->note);
        pm_text_item(&x->t, 1, "", 0, pm_arena_fmt(x->t.a, "%.*s  %.*s", PM_FMT(name), PM_FMT(note)));
    }
}
static void findings(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->findings_n) return;
    pm_text_heading(&x->t, "FINDINGS");
    for (size_t k = 0; k < r->findings_n && k < ROWS_SHOWN; k++) {
        const struct pm_finding *f = &r->findings[k];
        struct pm_str said = visible(x, f->text), at = place(x, f->file, f->line);
        pm_text_item(&x->t, 1, f->severity.n ? pm_arena_cstr(x->t.a, f->severity) : "", 9,
                     at.n ? pm_arena_fmt(x->t.a, "%.*s (%.*s)", PM_FMT(said), PM_FMT(at)) : said);
        pm_text_item(&x->t, 1, "", 9, visible(x, f->advice));
    }
    and_more(x, 1, ROWS_SHOWN, r->findings_n);
}
static void missing(struct text *x) { // neighbours with the same effect share it
    const struct pm_report *r = x->r;
    if (!r->missing_n) return;
    pm_text_heading(&x->t, "MISSING evidence");
    for (size_t k = 0; k < r->missing_n && k < ROWS_SHOWN; k++) {
        struct pm_str what = visible(x, r->missing[k].what), effect = visible(x, r->missing[k].effect);
        bool shared = k + 1 < r->missing_n && k + 1 < ROWS_SHOWN && pm_str_eq(r->missing[k].effect, r->missing[k + 1].effect);
        pm_text_item(&x->t, 1, "", 0, effect.n && !shared ? pm_arena_fmt(x->t.a, "%.*s → %.*s", PM_FMT(what), PM_FMT(effect)) : what);
    }
    and_more(x, 1, ROWS_SHOWN, r->missing_n);
}
static void unknown(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->unknown_n) return;
    pm_text_heading(&x->t, "UNKNOWN errors: no rule knows why");
    for (size_t k = 0; k < r->unknown_n && k < ROWS_SHOWN; k++) {
        const struct pm_unknown *u = &r->unknown[k];
        pm_text_item(&x->t, 1, pm_arena_cstr(x->t.a, pm_arena_fmt(x->t.a, "×%llu", (unsigned long long)u->count)), 6, visible(x, u->template));
        if (u->file.n) pm_text_item(&x->t, 1, "", 6, place(x, u->file, u->line));
    }
    and_more(x, 1, ROWS_SHOWN, r->unknown_n);
}

static void windows(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->windows_n) return;
    pm_text_heading(&x->t, "OTHER TIMES in these logs");
    for (size_t k = 0; k < r->windows_n && k < ROWS_SHOWN; k++) pm_text_item(&x->t, 1, "", 0, visible(x, pm_words_window(x->t.a, r, &r->windows[k])));
    and_more(x, 1, ROWS_SHOWN, r->windows_n);
}

static void hearsay(struct text *x) {
    const struct pm_report *r = x->r;
    if (!r->hearsay_n) return;
    pm_text_heading(&x->t, "HEARSAY: speaks of pulls, was not counted");
    for (size_t k = 0; k < r->hearsay_n && k < HEARSAY_SHOWN; k++) {
        pm_text_item(&x->t, 1, "", 0, visible(x, pm_words_hearsay(x->t.a, &r->hearsay[k])));
        pm_text_item(&x->t, 1, "", 6, place(x, r->hearsay[k].file, r->hearsay[k].line));
    }
    and_more(x, 1, HEARSAY_SHOWN, r->hearsay_n);
}

// Members whose clock is known the same way are one line.
static bool same_clock(const struct pm_file_row *a, const struct pm_file_row *b) {
    return a->quality == b->quality && a->year == b->year && pm_str_eq(a->year_from, b->year_from) && a->offset_known == b->offset_known &&
           a->utc_offset_s == b->utc_offset_s && pm_str_eq(a->offset_from, b->offset_from);
}
static bool clock_worth(const struct pm_file_row *f) { return f->quality != PM_QUALITY_EXACT && f->from_ns != PM_NO_TIME; }

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
    struct pm_str path = visible(x, f->path), zone = PM_NONE;
    bool same = f->year && f->offset_known && pm_str_eq(f->year_from, f->offset_from);
    if (f->offset_known) {
        int minutes = f->utc_offset_s / 60, positive = minutes < 0 ? -minutes : minutes;
        zone = pm_arena_fmt(a, "zone %c%02d:%02d", minutes < 0 ? '-' : '+', positive / 60, positive % 60);
    }
    if (same) piece(&b, ", ", pm_arena_fmt(a, "year %d and %.*s from %s", f->year, PM_FMT(zone), source_words(f->year_from)));
    else {
        if (f->year) piece(&b, ", ", pm_arena_fmt(a, "year %d from %s", f->year, source_words(f->year_from)));
        if (zone.n) piece(&b, ", ", pm_arena_fmt(a, "%.*s from %s", PM_FMT(zone), source_words(f->offset_from)));
        else if (f->quality == PM_QUALITY_ASSUMED) piece(&b, ", ", PM_STR("taken for UTC"));
    }
    if (!b.n && f->quality == PM_QUALITY_RELATIVE) piece(&b, "", PM_STR("ages and states, dated by when they were taken"));
    struct pm_str how = taken(x, &b), more = members > 1 ? pm_arena_fmt(a, " and %zu more", members - 1) : PM_NONE;
    pm_text_item(&x->t, 1, pm_quality_names[f->quality], 10, pm_arena_fmt(a, "%.*s%.*s%s%.*s", PM_FMT(path), PM_FMT(more), how.n ? ": " : "", PM_FMT(how)));
}
static void skew_lines(struct text *x) {
    const struct pm_report *r = x->r;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        const struct pm_file_row *f = &r->files[k];
        bool told = !f->node.n || (f->skew_ms > -2000 && f->skew_ms < 2000);
        for (size_t e = 0; e < k && !told; e++) told = pm_str_eq(r->files[e].node, f->node) && r->files[e].skew_ms == f->skew_ms;
        if (told) continue;
        struct pm_str node = visible(x, f->node);
        char off[32];
        pm_duration_format((f->skew_ms < 0 ? -f->skew_ms : f->skew_ms) * 1000000, off);
        pm_text_item(&x->t, 1, "skew", 10, pm_arena_fmt(x->t.a, "node %.*s is %s %s the others", PM_FMT(node), off, f->skew_ms < 0 ? "behind" : "ahead of"));
    }
}
static void clocks(struct text *x) {
    const struct pm_report *r = x->r;
    bool any = false;
    for (size_t k = 0; k < r->file_rows_n && !any; k++) any = clock_worth(&r->files[k]) || r->files[k].skew_ms <= -2000 || r->files[k].skew_ms >= 2000;
    if (!any) return;
    pm_text_heading(&x->t, "CLOCKS that the logs do not state");
    size_t lines = 0, left = 0;
    for (size_t k = 0; k < r->file_rows_n; k++) {
        size_t members = 0;
        bool told = !clock_worth(&r->files[k]);
        for (size_t e = 0; e < k && !told; e++) told = clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        if (told) continue;
        for (size_t e = k; e < r->file_rows_n; e++) members += clock_worth(&r->files[e]) && same_clock(&r->files[e], &r->files[k]);
        if (lines++ < ROWS_SHOWN) clock_line(x, &r->files[k], members);
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
    if (r->bad) piece(&b, ", ", pm_words_count(a, r->bad, "record is broken", "records are broken"));
    if (r->undated) piece(&b, ", ", pm_words_count(a, r->undated, "has no time", "have no time"));
    pm_text_item(&x->t, 1, "", 0, taken(x, &b));
    for (size_t k = 0; k < r->diagnostics_n && k < ROWS_SHOWN; k++) {
        const struct pm_diag *d = &r->diagnostics[k];
        struct pm_str at = place(x, d->path, d->line), said = visible(x, d->message);
        struct pm_str times = d->count > 1 ? pm_arena_fmt(a, " (×%llu)", (unsigned long long)d->count) : PM_NONE;
        pm_text_item(&x->t, 1, "", 0, pm_arena_fmt(a, "%.*s%s%.*s%.*s", PM_FMT(at), at.n ? ": " : "", PM_FMT(said), PM_FMT(times)));
    }
    and_more(x, 1, ROWS_SHOWN, r->diagnostics_n);
    for (size_t k = 0; k < r->skipped_n && k < ROWS_SHOWN; k++) {
        struct pm_str path = visible(x, r->skipped[k].path), said = visible(x, r->skipped[k].why);
        pm_text_item(&x->t, 1, "", 0, pm_arena_fmt(a, "%.*s: not read: %.*s", PM_FMT(path), PM_FMT(said)));
    }
    and_more(x, 1, ROWS_SHOWN, r->skipped_n);
}

static bool render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    struct text x = {.t = {.f = out, .a = pm_arena_new(), .width = o->width > 0 ? o->width : 100, .color = o->color}, .r = r};
    const struct pm_incident *first = incident_of(r, r->verdict);
    x.day_ns = first && first->from_ns != PM_NO_TIME ? first->from_ns : r->from_ns;
    void (*const sections[])(struct text *) = {head,     verdict, incidents, quotas,  pulls,   health, alerts, alert_notes,
                                               findings, missing, unknown,   windows, hearsay, clocks, input};
    for (size_t i = 0; i < PM_LEN(sections); i++) sections[i](&x);
    pm_arena_free(x.t.a);
    return !ferror(out);
}

const struct pm_renderer pm_renderer_text = {.name = "text", .extensions = ".txt", .title = "for a terminal", .render = render};
