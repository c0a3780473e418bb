// An incident's card: numbers, trigger, chain, advice, evidence, rivals.
#include "report/html/html.h"
#include "report/words.h"

enum { AROUND = 12 }; // incidents whose evidence is shown with the lines around it

void pm_html_badges(struct pm_html *h, const struct pm_incident *in, int64_t recovered_ns) {
    pm_html_raw(h, "<p class=\"badges\"><span class=\"badge mono\">");
    pm_html_name(h, pm_str_c(pm_words_cause(in->root_cause)));
    pm_html_fmt(h, "</span><span class=\"badge %s\">%s</span><span class=\"badge\">%s: ",
                pm_severity_names[in->severity], pm_severity_names[in->severity],
                pm_scope_names[in->scope_kind]);
    pm_html_name(h, in->scope.n ? pm_words_list(h->a, &in->scope, 2) : PM_STR("all"));
    pm_html_fmt(h, "</span><span class=\"badge\">confidence %s</span>%s</p>",
                pm_confidence_names[in->confidence],
                recovered_ns == PM_NO_TIME ? "<span class=\"badge bad\">not over</span>"
                                           : "<span class=\"badge ok\">over</span>");
}

void pm_html_incident_numbers(struct pm_html *h, const struct pm_incident *in) {
    pm_html_raw(h, "<ul class=\"numbers\">");
    pm_html_big_number(h, in->failed_pulls, "failed pull", "failed pulls");
    if (!in->failed_pulls)
        pm_html_big_number(h, in->failed_requests, "failed request", "failed requests");
    pm_html_big_number(h, in->blast.pods_n, "pod", "pods");
    pm_html_big_number(h, in->blast.workloads_n, "workload", "workloads");
    pm_html_big_number(h, in->blast.namespaces.n, "namespace", "namespaces");
    size_t nodes = in->blast.nodes.n, all = h->r->nodes.n > nodes ? h->r->nodes.n : nodes;
    if (nodes)
        pm_html_big(h, pm_arena_fmt(h->a, "%zu of %zu", nodes, all), all == 1 ? "node" : "nodes");
    if (in->from_ns != PM_NO_TIME)
        pm_html_big(h, pm_words_span(h->a, in->from_ns, in->to_ns, h->r->from_ns),
                    "UTC, first to last failure");
    if (in->recovered_ns != PM_NO_TIME)
        pm_html_big(h, pm_view_moment(&h->v, in, in->recovered_ns), "UTC, recovered");
    pm_html_raw(h, "</ul>");
}

// Each arrow says how much of what follows is shown to come from what was before; each box
// how many pulls failed of it, where it is an incident of its own.
static void chain_arrow(struct pm_html *h, const struct pm_link *l) {
    pm_html_raw(h, "<span class=\"arrow\">↓ ");
    if (l->share >= 0) pm_html_fmt(h, "led to %.0f %% of what follows", l->share * 100);
    else pm_html_raw(h, "led to");
    pm_html_raw(h, "</span>");
}
static void chain_box(struct pm_html *h, const struct pm_incident *in, const struct pm_link *l) {
    const struct pm_incident *of = pm_view_incident(&h->v, l->incident);
    const char *end = pm_html_incident_link(h, l->incident == in->id ? 0 : l->incident, "step");
    if (l->at_ns != PM_NO_TIME) {
        pm_html_raw(h, "<b>");
        pm_html_text(h, pm_view_moment(&h->v, in, l->at_ns));
        pm_html_raw(h, "</b> ");
    }
    pm_html_text(h, pm_view_step(l));
    if (of && of->failed_pulls) {
        pm_html_raw(h, " · ");
        pm_html_text(h, pm_words_count(h->a, of->failed_pulls, "failed pull", "failed pulls"));
    }
    pm_html_raw(h, end);
}
void pm_html_chain(struct pm_html *h, const struct pm_incident *in, const char *before,
                   const char *behind) {
    if (in->chain_n < 2) return; // one link is the incident itself
    pm_html_fmt(h, "%s<ol class=\"chain\">", before);
    for (size_t i = 0; i < in->chain_n; i++) {
        pm_html_raw(h, "<li>");
        if (i) chain_arrow(h, &in->chain[i]);
        chain_box(h, in, &in->chain[i]);
        pm_html_raw(h, "</li>");
    }
    pm_html_fmt(h, "</ol>%s", behind);
}

// When and by whom a line was said.
static void evidence_head(struct pm_html *h, const struct pm_incident *in,
                          const struct pm_evidence_line *e, size_t id) {
    pm_html_raw(h, "<p><b>");
    pm_html_text(h, e->why.n ? e->why : PM_STR("tells of it"));
    pm_html_raw(h, "</b> <span class=\"dim\">");
    pm_html_text(h, e->component);
    if (e->time_ns != PM_NO_TIME)
        pm_html_text(h, pm_arena_fmt(h->a, "%s%.*s", e->component.n ? ", " : "",
                                     PM_FMT(pm_view_moment(&h->v, in, e->time_ns))));
    pm_html_fmt(h,
                "</span> <a class=\"anchor\" href=\"#evidence-%zu\" aria-label=\"link to this "
                "evidence\">#</a></p>",
                id);
}
// The lines before and behind it, cut to what fits a line or two; the line itself stands
// between them, whole.
static void beside_lines(struct pm_html *h, const struct pm_evidence_line *e, bool before) {
    enum { CUT = 200 };
    for (size_t k = 0; k < e->beside_n; k++) {
        if ((e->beside[k].line < e->line) != before) continue;
        pm_html_fmt(h, "<span class=\"beside\">%llu  ", (unsigned long long)e->beside[k].line);
        pm_html_text(h, pm_text_cut(h->a, e->beside[k].text, CUT));
        pm_html_raw(h, "\n</span>");
    }
}
static void evidence_beside(struct pm_html *h, const struct pm_evidence_line *e) {
    if (!e->beside_n) return;
    pm_html_raw(h, "<details class=\"around\"><summary>lines around it</summary><pre>");
    beside_lines(h, e, true);
    pm_html_fmt(h, "<b>%llu  ", (unsigned long long)e->line);
    pm_html_text(h, pm_text_cut(h->a, e->text, 200));
    pm_html_raw(h, "\n</b>");
    beside_lines(h, e, false);
    pm_html_raw(h, "</pre></details>");
}
static void html_evidence(struct pm_html *h, const struct pm_incident *in) {
    if (!in->evidence_n) return;
    pm_html_raw(h, "<h4>Evidence</h4><ol class=\"evidence\">");
    for (size_t i = 0; i < in->evidence_n; i++) {
        const struct pm_evidence_line *e = &in->evidence[i];
        size_t id = ++h->evidence_n;
        pm_html_fmt(h, "<li id=\"evidence-%zu\" data-item", id);
        pm_html_span(h, e->time_ns, e->time_ns);
        pm_html_raw(h, ">");
        evidence_head(h, in, e, id);
        pm_html_raw(h, "<pre class=\"copyable\">");
        pm_html_text(h, e->text);
        pm_html_raw(h, "</pre>");
        if (e->meaning.n) {
            pm_html_raw(h, "<p class=\"meaning\"><span class=\"dim\">read as</span> ");
            pm_html_name(h, e->meaning);
            pm_html_raw(h, "</p>");
        }
        pm_html_raw(h, "<pre class=\"place copyable\">");
        pm_html_text(h, pm_view_place(&h->v, e->file, e->line));
        pm_html_raw(h, "</pre>");
        if (in->id <= AROUND) evidence_beside(h, e);
        pm_html_raw(h, "</li>");
    }
    pm_html_raw(h, "</ol>");
}

static void html_against(struct pm_html *h, const struct pm_incident *in) {
    struct pm_view_rivals rivals = pm_view_rivals(&h->v, in, in->against_n);
    if (!rivals.n) return;
    pm_html_raw(h, "<h4>Why not something else</h4><ul class=\"plain\">");
    for (size_t i = 0; i < rivals.n; i++) {
        pm_html_raw(h, "<li><code>");
        pm_html_name(h, rivals.items[i].causes);
        pm_html_raw(h, "</code> ");
        pm_html_text(h, rivals.items[i].why);
        pm_html_raw(h, "</li>");
    }
    pm_html_raw(h, "</ul>");
}

// One with a loop, or of more than two lines, is folded.
void pm_html_command(struct pm_html *h, struct pm_str command) {
    enum { LONG = 180 };
    if (!command.n) return;
    bool loop = pm_str_starts(command, PM_STR("for ")) || pm_str_has(command, PM_STR("; do "));
    bool fold = loop || command.n > LONG;
    if (fold) pm_html_raw(h, "<details><summary>the command</summary>");
    pm_html_raw(h, "<pre class=\"command copyable\">");
    pm_html_block(h, command);
    pm_html_raw(h, fold ? "</pre></details>" : "</pre>");
}
// A box to tick; the page's script keeps the ticks.
static void advice_step(struct pm_html *h, const struct pm_incident *in, const struct pm_advice *x,
                        const char *phase, size_t n) {
    pm_html_raw(h, "<li><label><input type=\"checkbox\" data-tick=\"");
    pm_html_text(h, in->fingerprint);
    pm_html_fmt(h, "-%s-%zu\"> ", phase, n);
    pm_html_text(h, x->text);
    if (x->within.n)
        pm_html_fmt(h, " <span class=\"dim\">(%.*s)</span>", PM_FMT(pm_words_within(x->within)));
    pm_html_raw(h, "</label>");
    pm_html_command(h, x->command);
    pm_html_raw(h, "</li>");
}

static void html_advice(struct pm_html *h, const struct pm_incident *in) {
    uint32_t before = pm_view_advised_before(&h->v, in);
    if (before) {
        pm_html_fmt(h, "<h4>What to do</h4><p>As for <a href=\"#incident-%u\">incident %u</a>.</p>",
                    before, before);
        return;
    }
    for (size_t p = 0; p < PM_VIEW_PHASES; p++) {
        size_t n = 0;
        for (size_t i = 0; i < in->advice_n; i++) {
            if (!pm_str_eqc(in->advice[i].phase, pm_view_phases[p].phase)) continue;
            if (!n++) pm_html_fmt(h, "<h4>%s</h4><ul class=\"steps\">", pm_view_phases[p].title);
            advice_step(h, in, &in->advice[i], pm_view_phases[p].phase, n);
        }
        if (n) pm_html_raw(h, "</ul>");
    }
}

static void reasons(struct pm_html *h, const struct pm_incident *in) {
    if (!in->confidence_why.n) return;
    pm_html_raw(h, "<details><summary>Why this confidence and severity</summary><ul "
                   "class=\"plain\">");
    for (size_t i = 0; i < in->confidence_why.n; i++) {
        pm_html_raw(h, "<li>");
        pm_html_text(h, in->confidence_why.items[i]);
        pm_html_raw(h, "</li>");
    }
    pm_html_raw(h, "<li>");
    pm_html_text(h, in->severity_why);
    pm_html_raw(h, "</li></ul></details>");
}

static void html_incident(struct pm_html *h, const struct pm_incident *in) {
    pm_html_fmt(h, "<section class=\"card\" id=\"incident-%u\" data-item", in->id);
    pm_html_span(h, in->from_ns, in->to_ns);
    pm_html_fmt(h, "><h3>%u. ", in->id);
    pm_html_text(h, in->title);
    pm_html_fmt(
        h,
        " <a class=\"anchor\" href=\"#incident-%u\" aria-label=\"link to incident %u\">#</a></h3>",
        in->id, in->id);
    if (in->id != h->r->verdict) { // else the head of the page says it
        pm_html_badges(h, in, in->recovered_ns);
        pm_html_raw(h, "<p>");
        pm_html_text(h, in->summary);
        pm_html_raw(h, "</p>");
        pm_html_incident_numbers(h, in);
    }
    if (in->explained_by) {
        pm_html_raw(h, "<p>Led to by ");
        const char *end = pm_html_incident_link(h, in->explained_by, "incident");
        pm_html_fmt(h, "incident %u%s.</p>", (unsigned)in->explained_by, end);
    }
    if (pm_view_triggered(in)) {
        pm_html_raw(h, "<h4>Trigger</h4><p>");
        pm_html_text(h, pm_view_trigger(&h->v, in, " at ", ": "));
        pm_html_raw(h, "</p>");
    }
    if (in->id != h->r->verdict) pm_html_chain(h, in, "<h4>Chain</h4>", "");
    pm_html_blast(h, in);
    html_evidence(h, in);
    html_against(h, in);
    reasons(h, in);
    html_advice(h, in);
    pm_html_raw(h, "</section>");
}

void pm_html_incidents(struct pm_html *h) {
    pm_html_section(h, PM_SECTION_INCIDENTS);
    for (size_t i = 0; i < h->r->incidents_n && i < PM_HTML_CARDS; i++)
        html_incident(h, &h->r->incidents[i]);
    pm_html_more(h, h->r->incidents_n, PM_HTML_CARDS, "incidents");
}
