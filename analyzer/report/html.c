// The report as one HTML page: style and script inside, nothing loaded from anywhere,
// whole without JavaScript, fit to print.
//
// Every string of the bundle goes through pm_html_text. Markup is written by pm_html_raw
// and pm_html_fmt only, so that a log line can never become a tag.
#include "report/html.h"
#include "base/embed.h"
#include "pm/timeline.h"
#include "pm/version.h"
#include "report/words.h"
#include <stdarg.h>
#include <stdlib.h>

void pm_html_text(struct pm_html *h, struct pm_str s) {
    s = pm_text_visible(h->a, s);
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<': pm_buf_lit(&h->b, "&lt;"); break;
        case '>': pm_buf_lit(&h->b, "&gt;"); break;
        case '&': pm_buf_lit(&h->b, "&amp;"); break;
        case '"': pm_buf_lit(&h->b, "&quot;"); break;
        case '\'': pm_buf_lit(&h->b, "&#39;"); break;
        default: pm_buf_addc(&h->b, s.p[i]);
        }
    }
}

void pm_html_raw(struct pm_html *h, const char *markup) { pm_buf_lit(&h->b, markup); }

void pm_html_fmt(struct pm_html *h, const char *fmt, ...) {
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    pm_buf_lit(&h->b, text);
}

static void cell(struct pm_html *h, struct pm_str s) {
    pm_html_raw(h, "<td>");
    pm_html_text(h, s.n ? s : PM_STR("–"));
    pm_html_raw(h, "</td>");
}
static void text_right(struct pm_html *h, struct pm_str s) {
    pm_html_raw(h, "<td class=\"n\">");
    pm_html_text(h, s.n ? s : PM_STR("–"));
    pm_html_raw(h, "</td>");
}
static void number(struct pm_html *h, uint64_t n) { text_right(h, pm_words_number(h->a, n)); }
static void heads(struct pm_html *h, const char *const *names,
                  size_t n) { // a leading '#' marks a column of numbers
    pm_html_fmt(
        h,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><table data-filter><thead><tr>",
        names[0] + (names[0][0] == '#'));
    for (size_t i = 0; i < n; i++) {
        bool num = names[i][0] == '#';
        pm_html_raw(h, num ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        pm_html_text(h, pm_str_c(names[i] + num));
        pm_html_raw(h, "</th>");
    }
    pm_html_raw(h, "</tr></thead><tbody>");
}
#define HEADS(h, ...)                                                                              \
    heads((h), (const char *const[]){__VA_ARGS__},                                                 \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
static void table_end(struct pm_html *h) { pm_html_raw(h, "</tbody></table></div>"); }

static void big_text(struct pm_html *h, struct pm_str value, const char *label) {
    pm_html_raw(h, "<li><b>");
    pm_html_text(h, value);
    pm_html_raw(h, "</b><span>");
    pm_html_text(h, pm_str_c(label));
    pm_html_raw(h, "</span></li>");
}
static void big_number(struct pm_html *h, uint64_t n, const char *one,
                       const char *many) { // none of it is not worth a number
    if (n) big_text(h, pm_words_number(h->a, n), n == 1 ? one : many);
}

static struct pm_str at(struct pm_html *h, int64_t ns) {
    return pm_words_time(h->a, ns, h->r->from_ns);
}

static struct pm_str moment(struct pm_html *h, const struct pm_incident *in, int64_t ns) {
    return pm_words_moment(h->a, ns, in->from_ns,
                           in->recovered_ns == PM_NO_TIME ? in->to_ns : in->recovered_ns,
                           h->r->from_ns);
}

static struct pm_str lasted(struct pm_html *h, int64_t ns) {
    char out[32];
    return pm_arena_dup(h->a, pm_str_c(pm_duration_format(ns, out)));
}

static const struct pm_incident *first_incident(const struct pm_report *r) {
    for (size_t i = 0; i < r->incidents_n; i++) {
        if (r->incidents[i].id == r->verdict) return &r->incidents[i];
    }
    return NULL;
}

static void badges(struct pm_html *h, const struct pm_incident *in) {
    pm_html_raw(h, "<p><span class=\"badge mono\">");
    pm_html_text(h, pm_str_c(pm_words_cause(in->root_cause)));
    pm_html_fmt(
        h,
        "</span><span class=\"badge %s\">%s</span><span class=\"badge\">confidence %s</span></p>",
        pm_severity_names[in->severity], pm_severity_names[in->severity],
        pm_confidence_names[in->confidence]);
}

static void incident_numbers(struct pm_html *h, const struct pm_incident *in) {
    pm_html_raw(h, "<ul class=\"numbers\">");
    big_number(h, in->failed_pulls, "failed pull", "failed pulls");
    if (!in->failed_pulls) big_number(h, in->failed_requests, "failed request", "failed requests");
    big_number(h, in->blast.pods_n, "pod", "pods");
    big_number(h, in->blast.workloads_n, "workload", "workloads");
    big_number(h, in->blast.namespaces.n, "namespace", "namespaces");
    size_t nodes = in->blast.nodes.n, all = h->r->nodes.n > nodes ? h->r->nodes.n : nodes;
    if (nodes)
        big_text(h, pm_arena_fmt(h->a, "%zu of %zu", nodes, all), all == 1 ? "node" : "nodes");
    if (in->from_ns != PM_NO_TIME) {
        big_text(h, pm_words_span(h->a, in->from_ns, in->to_ns, h->r->from_ns), "UTC");
        big_text(h, in->recovered_ns == PM_NO_TIME ? PM_STR("no") : moment(h, in, in->recovered_ns),
                 in->recovered_ns == PM_NO_TIME ? "recovered within these logs" : "recovered");
    }
    pm_html_raw(h, "</ul>");
}

static void fact(struct pm_html *h, const char *name, struct pm_str text) {
    if (!text.n) return;
    pm_html_fmt(h, "<dt>%s</dt><dd>", name);
    pm_html_text(h, text);
    pm_html_raw(h, "</dd>");
}
// What is filtered by time carries its span in ms.
static void span_data(struct pm_html *h, int64_t from, int64_t to) {
    if (from == PM_NO_TIME) return;
    pm_html_fmt(h, " data-from=\"%lld\" data-to=\"%lld\"", (long long)(from / 1000000),
                (long long)((to == PM_NO_TIME ? from : to) / 1000000));
}
static void verdict(struct pm_html *h) {
    const struct pm_incident *in = first_incident(h->r);
    if (!in) {
        pm_html_raw(h, "<section class=\"card verdict healthy\"><p class=\"sentence\">");
        pm_html_text(h,
                     h->r->verdict_sentence.n ? h->r->verdict_sentence : pm_words_calm(h->a, h->r));
        pm_html_raw(h, "</p></section>");
        return;
    }
    pm_html_fmt(h, "<section class=\"card verdict %s\"><p class=\"sentence\">",
                pm_severity_names[in->severity]);
    pm_html_text(h, h->r->verdict_sentence);
    pm_html_raw(h, "</p>");
    badges(h, in);
    struct pm_incident whole = pm_words_whole(h->r, in);
    incident_numbers(h, &whole);
    pm_html_raw(h, "<dl>");
    struct pm_buf why = {0};
    for (size_t i = 0; i < in->confidence_why.n; i++)
        pm_buf_fmt(&why, "%s%.*s", i ? "; " : "", PM_FMT(in->confidence_why.items[i]));
    fact(h, "Why", pm_arena_dup(h->a, pm_buf_str(&why)));
    pm_buf_free(&why);
    if (in->trigger.what.n && !pm_str_eqc(in->trigger.what, "unknown"))
        fact(h, "After a change",
             pm_arena_fmt(h->a, "%.*s%s%.*s", PM_FMT(in->trigger.what),
                          in->trigger.detail.n ? ": " : "", PM_FMT(in->trigger.detail)));
    fact(h, "Is it over?",
         whole.recovered_ns == PM_NO_TIME
             ? PM_STR("no, not within these logs")
             : pm_arena_fmt(h->a, "yes, recovered %.*s",
                            PM_FMT(moment(h, &whole, whole.recovered_ns))));
    if (in->advice_n) fact(h, "Do first", in->advice[0].text);
    pm_html_raw(h, "</dl></section>");
}

// The incidents in a table: one row each, before their cards.
static void overview(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!r->incidents_n) return;
    pm_html_raw(h, "<section class=\"card\" id=\"overview-incidents\">");
    HEADS(h, "Incident", "Severity", "Cause", "Scope", "#Failed", "Since", "Over");
    for (size_t i = 0; i < r->incidents_n; i++) {
        const struct pm_incident *in = &r->incidents[i];
        pm_html_raw(h, "<tr data-item");
        span_data(h, in->from_ns, in->to_ns);
        pm_html_fmt(h, "><td><a href=\"#incident-%u\">%u. ", in->id, in->id);
        pm_html_text(h, in->title);
        pm_html_fmt(h, "</a></td><td><span class=\"badge %s\">%s</span></td>",
                    pm_severity_names[in->severity], pm_severity_names[in->severity]);
        cell(h, pm_str_c(pm_words_cause(in->root_cause)));
        cell(h, in->scope.n ? pm_words_list(h->a, &in->scope, 2)
                            : pm_str_c(pm_scope_names[in->scope_kind]));
        number(h, in->failed_pulls);
        cell(h, in->from_ns == PM_NO_TIME
                    ? PM_NONE
                    : pm_words_moment(h->a, in->from_ns, in->from_ns, in->to_ns, r->from_ns));
        cell(h, in->recovered_ns == PM_NO_TIME ? PM_STR("no") : moment(h, in, in->recovered_ns));
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</section>");
}

// Each arrow says how much of what follows is shown to come from what was before.
static void chain(struct pm_html *h, const struct pm_incident *in) {
    if (in->chain_n < 2) return; // one link is the incident itself
    pm_html_raw(h, "<h4>Chain</h4><ol class=\"chain\">");
    for (size_t i = 0; i < in->chain_n; i++) {
        const struct pm_link *l = &in->chain[i];
        pm_html_raw(h, "<li>");
        if (i) {
            pm_html_raw(h, "<span class=\"arrow\">");
            if (l->share >= 0) pm_html_fmt(h, "%.0f %% ", l->share * 100);
            pm_html_raw(h, "→</span>");
        }
        if (l->incident && l->incident != in->id)
            pm_html_fmt(h, "<a class=\"step\" href=\"#incident-%u\">", l->incident);
        else pm_html_raw(h, "<span class=\"step\">");
        pm_html_text(h, l->what.n ? l->what : pm_str_c(pm_words_cause(l->cause)));
        if (l->at_ns != PM_NO_TIME) {
            pm_html_raw(h, " <span class=\"dim\">");
            pm_html_text(h, moment(h, in, l->at_ns));
            pm_html_raw(h, "</span>");
        }
        pm_html_raw(h, l->incident && l->incident != in->id ? "</a></li>" : "</span></li>");
    }
    pm_html_raw(h, "</ol>");
}

static void evidence(struct pm_html *h, const struct pm_incident *in) {
    if (!in->evidence_n) return;
    pm_html_raw(h, "<h4>Evidence</h4><ol class=\"evidence\">");
    for (size_t i = 0; i < in->evidence_n; i++) {
        const struct pm_evidence_line *e = &in->evidence[i];
        size_t id = ++h->evidence_n;
        pm_html_fmt(h, "<li id=\"evidence-%zu\" data-item", id);
        span_data(h, e->time_ns, e->time_ns);
        pm_html_raw(h, "><p><b>");
        pm_html_text(h, e->why.n ? e->why : PM_STR("tells of it"));
        pm_html_raw(h, "</b>");
        if (e->component.n || e->time_ns != PM_NO_TIME) {
            pm_html_raw(h, " <span class=\"dim\">");
            pm_html_text(h, e->component);
            if (e->time_ns != PM_NO_TIME)
                pm_html_text(h, pm_arena_fmt(h->a, "%s%.*s", e->component.n ? ", " : "",
                                             PM_FMT(moment(h, in, e->time_ns))));
            pm_html_raw(h, "</span>");
        }
        pm_html_fmt(
            h,
            " <a class=\"anchor\" href=\"#evidence-%zu\" aria-label=\"link to this evidence\">#</a></p><pre class=\"copyable\">",
            id);
        pm_html_text(h, e->text);
        pm_html_raw(h, "</pre><pre class=\"place copyable\">");
        pm_html_text(h,
                     pm_arena_fmt(h->a, "%.*s:%llu", PM_FMT(e->file), (unsigned long long)e->line));
        pm_html_raw(h, "</pre></li>");
    }
    pm_html_raw(h, "</ol>");
}

static void against(struct pm_html *h, const struct pm_incident *in) {
    if (!in->against_n) return;
    pm_html_raw(h, "<h4>Why not something else</h4><ul class=\"plain\">");
    for (size_t i = 0; i < in->against_n; i++) {
        pm_html_raw(h, "<li><code>");
        pm_html_text(h, pm_str_c(pm_words_cause(in->against[i].cause)));
        pm_html_raw(h, "</code> ");
        pm_html_text(h, in->against[i].why);
        pm_html_raw(h, "</li>");
    }
    pm_html_raw(h, "</ul>");
}

// An earlier incident that was given the same advice: 0 none.
static uint32_t advised_before(const struct pm_report *r, const struct pm_incident *in) {
    for (const struct pm_incident *e = r->incidents; e < in; e++) {
        size_t k = 0;
        while (in->advice_n == e->advice_n && k < in->advice_n &&
               pm_str_eq(in->advice[k].text, e->advice[k].text))
            k++;
        if (k && k == in->advice_n) return e->id;
    }
    return 0;
}
// A box to tick; the page's script keeps the ticks. A command of more than two lines is
// folded.
static void advice_step(struct pm_html *h, const struct pm_incident *in, const struct pm_advice *x,
                        const char *phase, size_t n) {
    enum { LONG = 180 };
    pm_html_raw(h, "<li><label><input type=\"checkbox\" data-tick=\"");
    pm_html_text(h, in->fingerprint);
    pm_html_fmt(h, "-%s-%zu\"> ", phase, n);
    pm_html_text(h, x->text);
    if (x->within.n)
        pm_html_fmt(h, " <span class=\"dim\">(%.*s)</span>", PM_FMT(pm_words_within(x->within)));
    pm_html_raw(h, "</label>");
    if (x->command.n) {
        bool fold = x->command.n > LONG;
        if (fold) pm_html_raw(h, "<details><summary>the command</summary>");
        pm_html_raw(h, "<pre class=\"command copyable\">");
        pm_html_text(h, x->command);
        pm_html_raw(h, fold ? "</pre></details>" : "</pre>");
    }
    pm_html_raw(h, "</li>");
}
static void advice(struct pm_html *h, const struct pm_incident *in) {
    uint32_t before = advised_before(h->r, in);
    if (before) {
        pm_html_fmt(h, "<h4>What to do</h4><p>As for <a href=\"#incident-%u\">incident %u</a>.</p>",
                    before, before);
        return;
    }
    static const struct {
        const char *phase, *title;
    } phases[] = {{"mitigate", "Now"}, {"fix", "Fix"}, {"prevent", "Prevent"}};
    for (size_t p = 0; p < PM_LEN(phases); p++) {
        size_t n = 0;
        for (size_t i = 0; i < in->advice_n; i++) {
            if (!pm_str_eqc(in->advice[i].phase, phases[p].phase)) continue;
            if (!n++) pm_html_fmt(h, "<h4>%s</h4><ul class=\"steps\">", phases[p].title);
            advice_step(h, in, &in->advice[i], phases[p].phase, n);
        }
        if (n) pm_html_raw(h, "</ul>");
    }
}

// Namespace, workload, pod: a tree whose branches fold.
static int by_branch(const void *a, const void *b) {
    const struct pm_hit_pod *x = *(const struct pm_hit_pod *const *)a,
                            *y = *(const struct pm_hit_pod *const *)b;
    int c = pm_str_cmp(x->namespace, y->namespace);
    if (!c) c = pm_str_cmp(x->workload, y->workload);
    return c ? c : pm_str_cmp(x->name, y->name);
}
static bool same_namespace(const struct pm_hit_pod *x, const struct pm_hit_pod *y) {
    return pm_str_eq(x->namespace, y->namespace);
}
static bool same_workload(const struct pm_hit_pod *x, const struct pm_hit_pod *y) {
    return same_namespace(x, y) && pm_str_eq(x->workload, y->workload);
}
static size_t branch_n(const struct pm_hit_pod *const *pods, size_t n,
                       bool (*same)(const struct pm_hit_pod *, const struct pm_hit_pod *)) {
    size_t k = 1;
    while (k < n && same(pods[0], pods[k])) k++;
    return k;
}
static int64_t longest(const struct pm_hit_pod *const *pods, size_t n) {
    int64_t most = 0;
    for (size_t i = 0; i < n; i++)
        if (pods[i]->stuck_ns > most) most = pods[i]->stuck_ns;
    return most;
}
static void branch(struct pm_html *h, struct pm_str name, const struct pm_hit_pod *const *pods,
                   size_t n, bool open) {
    int64_t stuck = longest(pods, n);
    pm_html_raw(h, open ? "<li><details open><summary data-pick=\""
                        : "<li><details><summary data-pick=\"");
    pm_html_text(h, name);
    pm_html_raw(h, "\">");
    pm_html_text(h, name.n ? name : PM_STR("(no workload)"));
    pm_html_raw(h, " <span class=\"dim\">");
    pm_html_text(h, pm_words_count(h->a, n, "pod", "pods"));
    if (stuck > 0)
        pm_html_text(h, pm_arena_fmt(h->a, ", stuck up to %.*s", PM_FMT(lasted(h, stuck))));
    pm_html_raw(h, "</span></summary><ul class=\"tree\">");
}
static void pod(struct pm_html *h, const struct pm_hit_pod *p) {
    pm_html_raw(h, "<li data-item");
    span_data(h, p->first_ns, p->last_ns);
    pm_html_raw(h, "><code>");
    pm_html_text(h, p->name);
    pm_html_raw(h, "</code> <span class=\"dim\">");
    if (p->node.n) pm_html_text(h, pm_arena_fmt(h->a, "on %.*s, ", PM_FMT(p->node)));
    if (p->image.n) pm_html_text(h, pm_arena_fmt(h->a, "%.*s, ", PM_FMT(p->image)));
    if (p->first_ns != PM_NO_TIME)
        pm_html_text(h, pm_arena_fmt(h->a, "from %.*s, ", PM_FMT(at(h, p->first_ns))));
    if (p->stuck_ns > 0)
        pm_html_text(h, pm_arena_fmt(h->a, "stuck %.*s, ", PM_FMT(lasted(h, p->stuck_ns))));
    pm_html_raw(h, p->recovered ? "</span><span class=\"ok\">recovered</span>"
                   : p->gone    ? "deleted</span>"
                                : "</span><span class=\"bad\">not recovered</span>");
    if (p->guessed) pm_html_raw(h, " <span class=\"dim\">(workload guessed)</span>");
    pm_html_raw(h, "</li>");
}
enum { PODS = 1200 }; // of the whole page
static int by_patience(const void *a, const void *b) {
    const struct pm_hit_pod *x = *(const struct pm_hit_pod *const *)a,
                            *y = *(const struct pm_hit_pod *const *)b;
    return x->stuck_ns != y->stuck_ns ? (x->stuck_ns < y->stuck_ns) - (x->stuck_ns > y->stuck_ns)
                                      : by_branch(a, b);
}
static void pods(struct pm_html *h, const struct pm_incident *in) {
    size_t n = in->blast.pods_n, all = n;
    if (!n) return;
    const struct pm_hit_pod **sorted = PM_NEWN(h->a, const struct pm_hit_pod *, n);
    for (size_t i = 0; i < n; i++) sorted[i] = &in->blast.pods[i];
    if (n >
        PODS -
            h->pods_n) { // the page stays one that a browser opens at once: those that waited longest are shown
        n = PODS - h->pods_n;
        qsort(sorted, all, sizeof *sorted, by_patience);
    }
    h->pods_n += n;
    qsort(sorted, n, sizeof *sorted, by_branch);
    pm_html_raw(h, "<ul class=\"tree\">");
    for (size_t i = 0; i < n;) {
        size_t in_namespace = branch_n(sorted + i, n - i, same_namespace), end = i + in_namespace;
        branch(h, sorted[i]->namespace.n ? sorted[i]->namespace : PM_STR("(no namespace)"),
               sorted + i, in_namespace, n <= 40);
        while (i < end) {
            size_t in_workload = branch_n(sorted + i, end - i, same_workload),
                   last = i + in_workload;
            branch(h, sorted[i]->workload, sorted + i, in_workload, false);
            for (; i < last; i++) pod(h, sorted[i]);
            pm_html_raw(h, "</ul></details></li>");
        }
        pm_html_raw(h, "</ul></details></li>");
    }
    pm_html_raw(h, "</ul>");
    if (n < all)
        pm_html_fmt(
            h,
            "<p class=\"dim\">and %zu more pods, which waited less: the JSON report lists them</p>",
            all - n);
}

// What was hit beside what was spared: the contrast that the scope was found by.
static void contrast(struct pm_html *h, const struct pm_incident *in) {
    const struct {
        const char *what;
        const struct pm_strs *hit, *spared;
    } rows[] = {{"nodes", &in->blast.nodes, &in->blast.spared_nodes},
                {"registries", &in->blast.registries, &in->blast.spared_registries},
                {"images", &in->blast.images, &in->blast.spared_images}};
    pm_html_raw(h, "<div class=\"contrast\">");
    HEADS(h, "Contrast", "Hit", "Spared");
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        if (!rows[i].hit->n && !rows[i].spared->n) continue;
        pm_html_raw(h, "<tr>");
        cell(h, pm_str_c(rows[i].what));
        cell(h, rows[i].hit->n ? pm_arena_fmt(h->a, "%zu: %.*s", rows[i].hit->n,
                                              PM_FMT(pm_words_list(h->a, rows[i].hit, 12)))
                               : PM_STR("none"));
        cell(h, rows[i].spared->n ? pm_arena_fmt(h->a, "%zu: %.*s", rows[i].spared->n,
                                                 PM_FMT(pm_words_list(h->a, rows[i].spared, 12)))
                                  : PM_NONE);
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</div>");
}

static void named_list(struct pm_html *h, const char *label, const struct pm_strs *list) {
    if (!list->n) return;
    pm_html_raw(h, "<li><span class=\"dim\">");
    pm_html_text(h, pm_str_c(label));
    pm_html_raw(h, "</span> ");
    pm_html_text(h, pm_words_list(h->a, list, 12));
    pm_html_raw(h, "</li>");
}

static void rollouts(struct pm_html *h, const char *label, const struct pm_rollout *list,
                     size_t n) {
    const size_t most = 12, shown = n > most + 1 ? most : n;
    if (!n) return;
    pm_html_fmt(h, "<li><span class=\"dim\">%s</span> ", label);
    for (size_t i = 0; i < shown; i++) {
        const struct pm_rollout *o = &list[i];
        if (i) pm_html_raw(h, ", ");
        pm_html_text(h, pm_words_object(h->a, o->kind, o->namespace, o->name));
        if (o->ready >= 0 && o->ready < o->desired)
            pm_html_fmt(h, " (%lld of %lld ready)", (long long)o->ready, (long long)o->desired);
        if (n == 1 && o->why.n) pm_html_text(h, pm_arena_fmt(h->a, ": %.*s", PM_FMT(o->why)));
    }
    if (shown < n) pm_html_fmt(h, " and %zu more", n - shown);
    pm_html_raw(h, "</li>");
}

static void workloads(struct pm_html *h, const struct pm_incident *in) {
    const size_t most = 12;
    if (!in->blast.workloads_n) return;
    pm_html_raw(h, "<li><span class=\"dim\">workloads</span> ");
    for (size_t i = 0; i < in->blast.workloads_n; i++) {
        const struct pm_hit_workload *w = &in->blast.workloads[i];
        if (i == most && in->blast.workloads_n > most + 1) {
            pm_html_fmt(h, " and %zu more", in->blast.workloads_n - most);
            break;
        }
        if (i) pm_html_raw(h, ", ");
        pm_html_text(h, pm_words_workload(h->a, w));
    }
    pm_html_raw(h, "</li>");
}

static void blast(struct pm_html *h, const struct pm_incident *in) {
    pm_html_raw(h, "<h4>Blast radius</h4>");
    contrast(h, in);
    pm_html_raw(h, "<ul class=\"plain\">");
    workloads(h, in);
    named_list(h, "namespaces", &in->blast.namespaces);
    named_list(h, "services", &in->blast.services);
    rollouts(h, "stuck rollouts", in->blast.stuck_rollouts, in->blast.stuck_rollouts_n);
    rollouts(h, "rolled back", in->blast.rollbacks, in->blast.rollbacks_n);
    for (size_t i = 0; i < in->blast.blocked_autoscalers_n; i++) {
        const struct pm_autoscaler *x = &in->blast.blocked_autoscalers[i];
        pm_html_raw(h, "<li><span class=\"dim\">blocked autoscaler</span> ");
        pm_html_text(h,
                     pm_arena_fmt(h->a, "%.*s/%.*s: %lld of %lld replicas", PM_FMT(x->namespace),
                                  PM_FMT(x->name), (long long)x->current, (long long)x->desired));
        pm_html_raw(h, "</li>");
    }
    pm_html_raw(h, "</ul>");
    pods(h, in);
}

static void incident(struct pm_html *h, const struct pm_incident *in) {
    pm_html_fmt(h, "<section class=\"card\" id=\"incident-%u\" data-item", in->id);
    span_data(h, in->from_ns, in->to_ns);
    pm_html_fmt(h, "><h3>%u. ", in->id);
    pm_html_text(h, in->title);
    pm_html_fmt(
        h,
        " <a class=\"anchor\" href=\"#incident-%u\" aria-label=\"link to incident %u\">#</a></h3>",
        in->id, in->id);
    if (in->id != h->r->verdict) { // else the head of the page says it
        badges(h, in);
        pm_html_raw(h, "<p>");
        pm_html_text(h, in->summary);
        pm_html_raw(h, "</p>");
        incident_numbers(h, in);
    }
    if (in->explained_by)
        pm_html_fmt(h, "<p>Led to by <a href=\"#incident-%u\">incident %u</a>.</p>",
                    in->explained_by, in->explained_by);
    if (in->trigger.what.n && !pm_str_eqc(in->trigger.what, "unknown")) {
        pm_html_raw(h, "<h4>Trigger</h4><p>");
        struct pm_str when = in->trigger.at_ns == PM_NO_TIME ? PM_NONE
                                                             : moment(h, in, in->trigger.at_ns),
                      detail = in->trigger.detail;
        pm_html_text(h, pm_arena_fmt(h->a, "%.*s%s%.*s%s%.*s", PM_FMT(in->trigger.what),
                                     when.n ? " at " : "", PM_FMT(when), detail.n ? ": " : "",
                                     PM_FMT(detail)));
        pm_html_raw(h, "</p>");
    }
    chain(h, in);
    advice(h, in);
    blast(h, in);
    evidence(h, in);
    against(h, in);
    if (in->confidence_why.n) {
        pm_html_raw(
            h, "<details><summary>Why this confidence and severity</summary><ul class=\"plain\">");
        for (size_t i = 0; i < in->confidence_why.n; i++) {
            pm_html_raw(h, "<li>");
            pm_html_text(h, in->confidence_why.items[i]);
            pm_html_raw(h, "</li>");
        }
        pm_html_raw(h, "<li>");
        pm_html_text(h, in->severity_why);
        pm_html_raw(h, "</li></ul></details>");
    }
    pm_html_raw(h, "</section>");
}

static void stats_rows(struct pm_html *h, const char *what, const struct pm_pull_stats *rows,
                       size_t n) {
    if (!n) return;
    HEADS(h, what, "#Pulls", "#OK", "#Failed", "#Success", "#Cached", "#p50", "#p95");
    for (size_t i = 0; i < n; i++) {
        const struct pm_pull_stats *s = &rows[i];
        pm_html_raw(h, "<tr>");
        cell(h, s->name.n ? s->name : PM_STR("(unnamed)"));
        number(h, s->attempts);
        number(h, s->ok);
        pm_html_raw(h, s->failed ? "<td class=\"n bad\">" : "<td class=\"n\">");
        pm_html_text(h, pm_words_number(h->a, s->failed));
        pm_html_raw(h, "</td><td class=\"n\">");
        pm_html_text(h, pm_words_ratio(h->a, s->ok, s->ok + s->failed));
        pm_html_raw(h, "</td>");
        number(h, s->cached);
        for (int q = 0; q < 2; q++) {
            pm_html_raw(h, "<td class=\"n\">");
            pm_html_text(h, s->latency.n
                                ? pm_words_seconds(h->a, q ? s->latency.p95_s : s->latency.p50_s)
                                : PM_STR("–"));
            pm_html_raw(h, "</td>");
        }
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
}

static struct pm_str quota_whose(struct pm_html *h, const struct pm_quota *q) {
    struct pm_str who = q->user.n ? q->user : q->identity;
    return q->client.n ? pm_arena_fmt(h->a, "%.*s from %.*s", PM_FMT(who), PM_FMT(q->client)) : who;
}
static struct pm_str quota_used(struct pm_html *h, const struct pm_quota *q) {
    struct pm_str low = pm_words_number(h->a, q->used_low),
                  high = pm_words_number(h->a, q->used_high);
    return q->used_low == q->used_high ? high
                                       : pm_arena_fmt(h->a, "%.*s–%.*s", PM_FMT(low), PM_FMT(high));
}
static struct pm_str quota_limit(struct pm_html *h, const struct pm_quota *q) {
    if (q->limit < 0) return PM_NONE;
    struct pm_str limit = pm_words_number(h->a, (uint64_t)q->limit);
    return q->window_s > 0 ? pm_arena_fmt(h->a, "%.*s in %.*s", PM_FMT(limit),
                                          PM_FMT(pm_words_seconds(h->a, (double)q->window_s)))
                           : limit;
}
static bool quota_told(const struct pm_quota *q) {
    return q->refused || q->note.n || q->exhausted_at_ns != PM_NO_TIME ||
           !pm_str_eqc(q->status, "ok");
}

static void quota_card(struct pm_html *h, const struct pm_quota *q) {
    bool over = pm_str_eqc(q->status, "exceeded"), near = pm_str_eqc(q->status, "near");
    pm_html_raw(h, "<section class=\"card\"><h3>");
    pm_html_text(h, q->registry);
    pm_html_raw(h, " <span class=\"dim\">");
    pm_html_text(h, quota_whose(h, q));
    pm_html_fmt(h, "</span> <span class=\"badge %s\">",
                over   ? "critical"
                : near ? "warning"
                       : "info");
    pm_html_text(h, q->status);
    pm_html_raw(h, "</span></h3><p>");
    struct pm_str used = quota_used(h, q), limit = quota_limit(h, q);
    pm_html_text(h, limit.n ? pm_arena_fmt(h->a, "%.*s used of %.*s", PM_FMT(used), PM_FMT(limit))
                            : pm_arena_fmt(h->a, "%.*s used, limit not known", PM_FMT(used)));
    if (q->exhausted_at_ns != PM_NO_TIME)
        pm_html_text(
            h, pm_arena_fmt(h->a, "; ran out at %.*s",
                            PM_FMT(pm_words_moment(h->a, q->exhausted_at_ns, q->first_refused_ns,
                                                   q->last_refused_ns, h->r->from_ns))));
    if (q->refused)
        pm_html_text(h, pm_arena_fmt(h->a, "; %llu refused, %.*s", (unsigned long long)q->refused,
                                     PM_FMT(pm_words_span(h->a, q->first_refused_ns,
                                                          q->last_refused_ns, h->r->from_ns))));
    if (q->free_at_ns != PM_NO_TIME)
        pm_html_text(h, pm_arena_fmt(h->a, "; free again at %.*s", PM_FMT(at(h, q->free_at_ns))));
    if (q->with_cache >= 0)
        pm_html_text(h, pm_arena_fmt(h->a, "; a pull-through cache would have needed %lld",
                                     (long long)q->with_cache));
    pm_html_raw(h, "</p>");
    if (q->note.n) {
        pm_html_raw(h, "<p>");
        pm_html_text(h, q->note);
        pm_html_raw(h, "</p>");
    }
    pm_html_quota(h, q);
    if (q->consumers_n) {
        uint64_t most = 1;
        for (size_t c = 0; c < q->consumers_n; c++)
            most = q->consumers[c].pulls > most ? q->consumers[c].pulls : most;
        pm_html_raw(h, "<h4>Who spent it</h4>");
        HEADS(h, "Kind", "Name", "#Pulls", "Share of the largest");
        for (size_t c = 0; c < q->consumers_n; c++) {
            pm_html_raw(h, "<tr>");
            cell(h, q->consumers[c].kind);
            cell(h, q->consumers[c].name);
            number(h, q->consumers[c].pulls);
            pm_html_fmt(
                h,
                "<td><meter min=\"0\" max=\"%llu\" value=\"%llu\" aria-label=\"%llu pulls\"></meter></td></tr>",
                (unsigned long long)most, (unsigned long long)q->consumers[c].pulls,
                (unsigned long long)q->consumers[c].pulls);
        }
        table_end(h);
    }
    pm_html_raw(h, "</section>");
}
enum { CARDS = 12 };
// Within their limits, or behind the first so many that have a card: a row each is
// enough.
static void quotas_calm(struct pm_html *h, size_t n) {
    size_t told = 0;
    if (!n) return;
    pm_html_raw(h, "<section class=\"card\">");
    HEADS(h, "Other budgets", "Identity", "#Used", "#Limit", "Status", "#Refused");
    for (size_t i = 0; i < h->r->quotas_n; i++) {
        const struct pm_quota *q = &h->r->quotas[i];
        if (quota_told(q) && told++ < CARDS) continue;
        pm_html_raw(h, "<tr>");
        cell(h, q->registry);
        cell(h, quota_whose(h, q));
        text_right(h, quota_used(h, q));
        text_right(h, quota_limit(h, q));
        cell(h, q->status);
        number(h, q->refused);
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</section>");
}
static void quotas(struct pm_html *h) {
    size_t calm = 0, told = 0;
    if (!h->r->quotas_n) return;
    pm_html_raw(h, "<h2 id=\"quotas\">Quotas</h2>");
    for (size_t i = 0; i < h->r->quotas_n; i++) {
        if (quota_told(&h->r->quotas[i]) && told++ < CARDS) quota_card(h, &h->r->quotas[i]);
        else calm++;
    }
    quotas_calm(h, calm);
}

static void health(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!r->by_registry_n) return;
    HEADS(h, "Health", "#Pulls", "#Success", "#Mean", "#p95", "#p99", "#429", "#401", "#Timeouts",
          "#Cache hits");
    for (size_t i = 0; i < r->by_registry_n; i++) {
        struct pm_str cells[PM_HEALTH_COLUMNS];
        pm_words_health(h->a, r, &r->by_registry[i], cells);
        pm_html_raw(h, "<tr>");
        cell(h, r->by_registry[i].name.n ? r->by_registry[i].name : PM_STR("(unnamed)"));
        for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) text_right(h, cells[c]);
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "<br>");
}

static void pulls(struct pm_html *h) {
    const struct pm_report *r = h->r;
    pm_html_raw(h, "<h2 id=\"pulls\">Pulls</h2><section class=\"card\">");
    pm_html_series(h, r->series, r->series_n);
    health(h);
    stats_rows(h, "Registry", r->by_registry, r->by_registry_n);
    pm_html_raw(h, "<br>");
    stats_rows(h, "Node", r->by_node, r->by_node_n);
    if (r->by_client_n) pm_html_raw(h, "<br>");
    stats_rows(h, "Client", r->by_client, r->by_client_n);
    pm_html_raw(h, "</section>");
}

static void alerts(struct pm_html *h) {
    if (!h->r->alerts_n) return;
    pm_html_raw(h, "<h2 id=\"alerts\">Alerts, replayed</h2><section class=\"card\">");
    HEADS(h, "Alert", "Severity", "Fired", "#Lead", "Expression");
    for (size_t i = 0; i < h->r->alerts_n; i++) {
        const struct pm_alert *x = &h->r->alerts[i];
        pm_html_raw(h, "<tr>");
        cell(h, x->name);
        cell(h, x->severity);
        struct pm_str fired =
            x->fired_n ? pm_arena_fmt(h->a, "%.*s–%.*s", PM_FMT(at(h, x->fired[0].from_ns)),
                                      PM_FMT(at(h, x->fired[x->fired_n - 1].to_ns)))
                       : PM_STR("never");
        cell(h, x->own && x->note.n
                    ? pm_arena_fmt(h->a, "%.*s: %.*s", PM_FMT(fired), PM_FMT(x->note))
                    : fired);
        pm_html_raw(h, "<td class=\"n\">");
        pm_html_text(h, x->lead_known ? pm_arena_fmt(h->a, "%lld s", (long long)x->lead_s)
                                      : PM_STR("–"));
        pm_html_raw(h, "</td>");
        cell(h, x->expr);
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</section>");
}

static void findings(struct pm_html *h) {
    if (!h->r->findings_n) return;
    pm_html_raw(h, "<h2 id=\"findings\">Findings</h2><section class=\"card\">");
    HEADS(h, "Finding", "Severity", "Where", "What to do");
    for (size_t i = 0; i < h->r->findings_n; i++) {
        const struct pm_finding *f = &h->r->findings[i];
        pm_html_raw(h, "<tr>");
        cell(h, f->text);
        cell(h, f->severity);
        cell(h, f->line
                    ? pm_arena_fmt(h->a, "%.*s:%llu", PM_FMT(f->file), (unsigned long long)f->line)
                    : f->file);
        cell(h, f->advice);
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</section>");
}

static void windows(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!r->windows_n) return;
    pm_html_raw(h, "<h2 id=\"times\">Other times in these logs</h2><section class=\"card\">");
    for (size_t i = 0; i < r->windows_n; i++) {
        pm_html_raw(h, "<p>");
        pm_html_text(h, pm_words_window(h->a, r, &r->windows[i]));
        pm_html_raw(h, "</p>");
    }
    pm_html_raw(h, "</section>");
}

static void hearsay(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (!r->hearsay_n) return;
    pm_html_raw(
        h,
        "<h2 id=\"hearsay\">Hearsay: speaks of pulls, was not counted</h2><section class=\"card\">");
    HEADS(h, "#Lines", "Who wrote it", "Example");
    for (size_t i = 0; i < r->hearsay_n; i++) {
        pm_html_raw(h, "<tr>");
        number(h, r->hearsay[i].lines);
        cell(h, r->hearsay[i].pod.n ? r->hearsay[i].pod : r->hearsay[i].file);
        cell(h, pm_arena_fmt(h->a, "%.*s:%llu", PM_FMT(r->hearsay[i].file),
                             (unsigned long long)r->hearsay[i].line));
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</section>");
}

static void missing_and_unknown(struct pm_html *h) {
    const struct pm_report *r = h->r;
    if (r->missing_n) {
        pm_html_raw(h, "<h2 id=\"missing\">Missing evidence</h2><section class=\"card\">");
        HEADS(h, "What", "Effect");
        for (size_t i = 0; i < r->missing_n; i++) {
            pm_html_raw(h, "<tr>");
            cell(h, r->missing[i].what);
            cell(h, r->missing[i].effect);
            pm_html_raw(h, "</tr>");
        }
        table_end(h);
        pm_html_raw(h, "</section>");
    }
    if (!r->unknown_n) return;
    pm_html_raw(h, "<h2 id=\"unknown\">Errors that no rule knows</h2><section class=\"card\">");
    HEADS(h, "#Times", "Wording", "Example");
    for (size_t i = 0; i < r->unknown_n; i++) {
        pm_html_raw(h, "<tr>");
        number(h, r->unknown[i].count);
        cell(h, r->unknown[i].template);
        cell(h, pm_arena_fmt(h->a, "%.*s:%llu", PM_FMT(r->unknown[i].file),
                             (unsigned long long)r->unknown[i].line));
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</section>");
}

static void files(struct pm_html *h) {
    const struct pm_report *r = h->r;
    pm_html_raw(h, "<h2 id=\"files\">Files read</h2><section class=\"card\"><details><summary>");
    pm_html_text(h, pm_words_count(h->a, r->files_n, "file", "files"));
    pm_html_raw(h, "</summary>");
    HEADS(h, "File", "Format", "Node", "#Lines", "#Events", "#Bad", "Clock");
    for (size_t i = 0; i < r->file_rows_n; i++) {
        const struct pm_file_row *f = &r->files[i];
        pm_html_raw(h, "<tr>");
        cell(h, f->path);
        cell(h, f->format);
        cell(h, f->node);
        number(h, f->lines);
        number(h, f->events);
        number(h, f->bad);
        cell(h, pm_str_c(pm_quality_names[f->quality]));
        pm_html_raw(h, "</tr>");
    }
    table_end(h);
    pm_html_raw(h, "</details>");
    if (r->diagnostics_n || r->skipped_n) {
        HEADS(h, "Trouble reading", "#Line", "What", "#Times");
        for (size_t i = 0; i < r->diagnostics_n; i++) {
            const struct pm_diag *d = &r->diagnostics[i];
            pm_html_raw(h, "<tr>");
            cell(h, d->path);
            number(h, d->line);
            cell(h, d->message);
            number(h, d->count);
            pm_html_raw(h, "</tr>");
        }
        for (size_t i = 0; i < r->skipped_n; i++) {
            pm_html_raw(h, "<tr>");
            cell(h, r->skipped[i].path);
            pm_html_raw(h, "<td></td>");
            cell(h, pm_arena_fmt(h->a, "skipped: %.*s", PM_FMT(r->skipped[i].why)));
            pm_html_raw(h, "<td></td></tr>");
        }
        table_end(h);
    }
    pm_html_raw(h, "</section>");
}

static void incidents(struct pm_html *h) {
    if (h->r->incidents_n) pm_html_raw(h, "<h2 id=\"incidents\">Incidents</h2>");
    for (size_t i = 0; i < h->r->incidents_n; i++) incident(h, &h->r->incidents[i]);
}

static void head(struct pm_html *h) {
    pm_html_raw(
        h,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"generator\" content=\"pullmortem\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"><title>");
    pm_html_text(h, h->r->verdict_sentence.n ? h->r->verdict_sentence : pm_words_calm(h->a, h->r));
    pm_html_raw(h, " · pullmortem</title><style>\n");
    pm_buf_add(&h->b, pm_embedded_find("analyzer/report/assets/report.css"));
    pm_html_raw(
        h,
        "</style></head><body><a class=\"skip\" href=\"#main\">to the verdict</a><header><h1>Image pull postmortem</h1><p>");
    pm_html_text(h, pm_words_list(h->a, &h->r->inputs, 4));
    pm_html_raw(h, " · ");
    pm_html_text(h, pm_words_count(h->a, h->r->files_n, "file", "files"));
    pm_html_raw(h, ", ");
    pm_html_text(h, pm_words_count(h->a, h->r->nodes.n, "node", "nodes"));
    pm_html_raw(h, " · ");
    pm_html_text(h, pm_words_range(h->a, h->r->from_ns, h->r->to_ns));
    pm_html_raw(h, " · ");
    pm_html_text(h, pm_words_bytes(h->a, h->r->bytes));
    pm_html_raw(h, "</p></header>");
}

static void contents_row(struct pm_html *h, bool there, const char *id, const char *name) {
    if (there) pm_html_fmt(h, "<li><a href=\"#%s\">%s</a></li>", id, name);
}
static void contents(struct pm_html *h) {
    const struct pm_report *r = h->r;
    enum { LISTED = 12 };
    pm_html_raw(h, "<nav class=\"contents\" aria-label=\"Contents\"><ul>");
    contents_row(h, true, "main", "Verdict");
    contents_row(h, r->axis.from_ns != PM_NO_TIME && r->axis.n > 1, "timeline", "Timeline");
    contents_row(h, r->incidents_n, "incidents", "Incidents");
    for (size_t i = 0; i < r->incidents_n && i < LISTED; i++) {
        pm_html_fmt(h, "<li class=\"sub\"><a href=\"#incident-%u\">%u. ", r->incidents[i].id,
                    r->incidents[i].id);
        pm_html_text(h, pm_str_c(pm_words_cause(r->incidents[i].root_cause)));
        pm_html_raw(h, "</a></li>");
    }
    contents_row(h, r->quotas_n, "quotas", "Quotas");
    contents_row(h, true, "pulls", "Pulls");
    contents_row(h, r->alerts_n, "alerts", "Alerts");
    contents_row(h, r->findings_n, "findings", "Findings");
    contents_row(h, r->missing_n, "missing", "Missing evidence");
    contents_row(h, r->unknown_n, "unknown", "Unknown errors");
    contents_row(h, r->windows_n, "times", "Other times");
    contents_row(h, r->hearsay_n, "hearsay", "Hearsay");
    contents_row(h, true, "files", "Files");
    pm_html_raw(h, "</ul></nav>");
}

static bool render(FILE *out, const struct pm_report *r, const struct pm_render_options *o) {
    struct pm_html h = {.a = pm_arena_new(), .r = r, .subject = o->subject};
    void (*const sections[])(struct pm_html *) = {
        verdict, overview, pm_html_timeline,    incidents, quotas,  pulls,
        alerts,  findings, missing_and_unknown, windows,   hearsay, files};
    head(&h);
    contents(&h);
    pm_html_raw(&h, "<main id=\"main\">");
    for (size_t i = 0; i < PM_LEN(sections); i++) sections[i](&h);
    pm_html_raw(&h, "</main><footer><p>pullmortem " PM_VERSION);
    if (*pm_commit) pm_html_text(&h, pm_arena_fmt(h.a, ", commit %s", pm_commit));
    if (r->rules_hash) pm_html_text(&h, pm_arena_fmt(h.a, ", rules %s", r->rules_hash));
    pm_html_raw(&h, ". Times are UTC.</p></footer>");
    pm_html_data(&h);
    pm_html_raw(&h, "<script>\n");
    pm_buf_add(&h.b, pm_embedded_find("analyzer/report/assets/report.js"));
    pm_html_raw(&h, "</script></body></html>\n");
    bool good = fwrite(h.b.p, 1, h.b.n, out) == h.b.n && fflush(out) == 0;
    pm_buf_free(&h.b);
    pm_arena_free(h.a);
    return good;
}

const struct pm_renderer pm_renderer_html = {.name = "html",
                                             .extensions = ".html .htm",
                                             .title = "one self-contained page for the postmortem",
                                             .render = render};
