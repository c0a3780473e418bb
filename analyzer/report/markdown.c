// The report as Markdown, for a postmortem document, an issue or a chat: headings, short
// lists, tables that survive GitHub and GitLab. Here are the causes, the appendix and the
// order; what a postmortem has beside them is in markdown_postmortem.c.
#include "report/markdown.h"
#include "report/template.h"
#include "report/words.h"
#include "pm/version.h"

static void md_list(struct md *m, const char *label, const struct pm_strs *items) {
    if (!items->n) return;
    pm_md_lit(m, "- ");
    pm_md_lit(m, label);
    pm_md_lit(m, ": ");
    pm_md_text(m, pm_words_list(m->a, items, 12));
    pm_md_lit(m, "\n");
}

static void md_workloads(struct md *m, const struct pm_incident *in) {
    if (!in->blast.workloads_n) return;
    pm_md_lit(m, "- workloads: ");
    pm_md_text(m, pm_view_workloads(&m->v, in, 12));
    pm_md_lit(m, "\n");
}

enum { MOST_ROLLOUTS = 12 };
static void md_blast(struct md *m, const struct pm_incident *in) {
    const struct {
        uint64_t n;
        const char *one, *many;
    } counts[] = {{in->failed_pulls, "failed pull", "failed pulls"},
                  {in->blast.pods_n, "pod", "pods"},
                  {in->blast.workloads_n, "workload", "workloads"},
                  {in->blast.namespaces.n, "namespace", "namespaces"}};
    bool any = false;
    pm_md_lit(m, "\n**Blast radius**\n\n");
    for (size_t i = 0; i < PM_LEN(counts); i++) {
        if (!counts[i].n) continue;
        pm_md_lit(m, any ? ", " : "- ");
        any = true;
        pm_md_text(m, pm_words_count(m->a, counts[i].n, counts[i].one, counts[i].many));
    }
    if (any) pm_md_lit(m, "\n");
    md_workloads(m, in);
    md_list(m, "nodes", &in->blast.nodes);
    md_list(m, "registries", &in->blast.registries);
    md_list(m, "images", &in->blast.images);
    md_list(m, "namespaces", &in->blast.namespaces);
    md_list(m, "services", &in->blast.services);
    for (size_t i = 0; i < in->blast.stuck_rollouts_n && i < MOST_ROLLOUTS; i++) {
        const struct pm_rollout *x = &in->blast.stuck_rollouts[i];
        pm_md_lit(m, "- stuck rollout: ");
        pm_md_text(m,
                   pm_arena_fmt(m->a, "%.*s %.*s",
                                PM_FMT(pm_words_object(m->a, x->kind, x->k8s_namespace, x->name)),
                                PM_FMT(x->why)));
        pm_md_lit(m, "\n");
    }
    if (in->blast.stuck_rollouts_n > MOST_ROLLOUTS)
        pm_buf_fmt(&m->b, "- and %zu more stuck rollouts\n",
                   in->blast.stuck_rollouts_n - MOST_ROLLOUTS);
    md_list(m, "spared nodes", &in->blast.spared_nodes);
    md_list(m, "spared registries", &in->blast.spared_registries);
    md_list(m, "spared images", &in->blast.spared_images);
}

static void md_incident(struct md *m, const struct pm_incident *in) {
    pm_buf_fmt(&m->b, "\n### %u. ", in->id);
    pm_md_text(m, in->title);
    pm_buf_fmt(&m->b, "\n\n`%s` · %s · confidence %s", pm_words_cause(in->root_cause),
               pm_severity_names[in->severity], pm_confidence_names[in->confidence]);
    if (in->from_ns != PM_NO_TIME) {
        pm_md_lit(m, " · ");
        pm_md_text(m, pm_words_range(m->a, in->from_ns, in->to_ns));
        pm_md_lit(m, in->recovered_ns == PM_NO_TIME ? " · not recovered within these logs"
                                                    : " · recovered ");
        if (in->recovered_ns != PM_NO_TIME)
            pm_md_text(m, pm_view_moment(&m->v, in, in->recovered_ns));
    }
    pm_md_lit(m, "\n\n");
    pm_md_text(m, in->summary);
    pm_md_lit(m, "\n");
    if (in->explained_by) pm_buf_fmt(&m->b, "\nLed to by incident %u.\n", in->explained_by);
    pm_md_chain(m, in);
    if (pm_view_triggered(in)) {
        pm_md_lit(m, "\n**Trigger** ");
        pm_md_text(m, pm_view_trigger(&m->v, in, " at ", ": "));
        pm_md_lit(m, "\n");
    }
    md_blast(m, in);
    if (in->evidence_n) pm_md_lit(m, "\n**Evidence**\n\n");
    for (size_t i = 0; i < in->evidence_n; i++) {
        const struct pm_evidence_line *e = &in->evidence[i];
        pm_md_text(m, pm_view_place(&m->v, e->file, e->line));
        if (e->why.n) {
            pm_md_lit(m, " — ");
            pm_md_text(m, e->why);
        }
        pm_md_lit(m, "\n");
        pm_md_fence(m, e->text, "", "");
    }
    if (in->against_n) pm_md_lit(m, "\n**Why not something else**\n\n");
    for (size_t i = 0; i < in->against_n; i++) {
        pm_buf_fmt(&m->b, "- `%s`: ", pm_words_cause(in->against[i].cause));
        pm_md_text(m, in->against[i].why);
        pm_md_lit(m, "\n");
    }
}

static struct pm_str md_number(struct md *m, uint64_t n) { return pm_words_number(m->a, n); }

static void md_stats(struct md *m, const char *heads, const struct pm_pull_stats *rows, size_t n) {
    if (!n) return;
    pm_md_table(m, heads, 6);
    for (size_t i = 0; i < n; i++) {
        const struct pm_pull_stats *s = &rows[i];
        ROW(m, s->name.n ? s->name : PM_STR("(unnamed)"), md_number(m, s->attempts),
            md_number(m, s->ok), md_number(m, s->failed),
            pm_words_ratio(m->a, s->ok, s->ok + s->failed),
            s->latency.n ? pm_words_seconds(m->a, s->latency.p95_s) : PM_NONE);
    }
}

static void md_health(struct md *m) {
    if (!m->r->by_registry_n) return;
    pm_md_lit(m, "\n### Health of the registries\n\n| Registry |");
    for (size_t c = 0; c < PM_HEALTH_COLUMNS; c++) pm_buf_fmt(&m->b, " %s |", pm_health_heads[c]);
    pm_md_lit(m, "\n|");
    for (size_t c = 0; c <= PM_HEALTH_COLUMNS; c++) pm_md_lit(m, "---|");
    pm_md_lit(m, "\n");
    for (size_t i = 0; i < m->r->by_registry_n; i++) {
        struct pm_str cells[1 + PM_HEALTH_COLUMNS];
        cells[0] = m->r->by_registry[i].name.n ? m->r->by_registry[i].name : PM_STR("(unnamed)");
        pm_words_health(m->a, m->r, &m->r->by_registry[i], cells + 1);
        pm_md_row(m, cells, PM_LEN(cells));
    }
}

static void md_quotas(struct md *m) {
    if (!m->r->quotas_n) return;
    pm_md_lit(m, "\n### Quotas\n");
    pm_md_table(
        m, "| Registry | Identity | Status | Used | Limit | Refused | First refused | Frees |", 8);
    for (size_t i = 0; i < m->r->quotas_n; i++) {
        const struct pm_quota *q = &m->r->quotas[i];
        ROW(m, q->registry, pm_view_quota_whose(&m->v, q), q->status, pm_view_quota_used(&m->v, q),
            q->limit > 0 ? md_number(m, (uint64_t)q->limit) : PM_NONE, md_number(m, q->refused),
            pm_view_time(&m->v, q->first_refused_ns), pm_view_time(&m->v, q->free_at_ns));
    }
    pm_md_lit(m, "\n");
    for (size_t i = 0; i < m->r->quotas_n; i++) {
        const struct pm_quota *q = &m->r->quotas[i];
        if (!q->note.n) continue;
        pm_md_lit(m, "- ");
        pm_md_text(m, pm_arena_fmt(m->a, "%.*s %.*s: %.*s", PM_FMT(q->registry),
                                   PM_FMT(q->user.n ? q->user : q->identity), PM_FMT(q->note)));
        pm_md_lit(m, "\n");
    }
}

static void md_section(struct md *m, enum pm_view_section s) {
    const struct pm_view_title *title = &pm_view_titles[s];
    if (pm_view_has(m->r, s)) pm_buf_fmt(&m->b, "\n### %s%s\n\n", title->name, title->rest);
}
static void md_clocks(struct md *m) {
    struct pm_view_clocks clocks = pm_view_clocks(&m->v);
    md_section(m, PM_SECTION_CLOCKS);
    for (size_t i = 0; i < clocks.n; i++) {
        const struct pm_view_clock *c = &clocks.items[i];
        pm_md_lit(m, "- ");
        pm_md_text(m, c->quality ? pm_arena_fmt(m->a, "%.*s (%s)%s%.*s", PM_FMT(c->files),
                                                c->quality, c->how.n ? ": " : "", PM_FMT(c->how))
                                 : pm_arena_fmt(m->a, "node %.*s is %.*s", PM_FMT(c->files),
                                                PM_FMT(c->how)));
        pm_md_lit(m, "\n");
    }
}
static void md_rest(struct md *m) {
    const struct pm_report *r = m->r;
    pm_md_lit(
        m,
        "\n### Pulls\n\nFrom a timeline (`--db t.db`): `pullmortem query t.db @registries`, `@nodes`, `@latency`.\n");
    md_stats(m, "| Registry | Pulls | OK | Failed | Success | p95 |", r->by_registry,
             r->by_registry_n);
    md_stats(m, "| Node | Pulls | OK | Failed | Success | p95 |", r->by_node, r->by_node_n);
    md_stats(m, "| Client | Pulls | OK | Failed | Success | p95 |", r->by_client, r->by_client_n);
    md_health(m);
    if (r->findings_n) {
        pm_md_lit(m, "\n### Findings\n\n");
        for (size_t i = 0; i < r->findings_n; i++) {
            const struct pm_finding *f = &r->findings[i];
            pm_md_lit(m, "- ");
            pm_md_text(m, f->line
                              ? pm_arena_fmt(m->a, "%.*s (%.*s, %.*s:%llu). %.*s", PM_FMT(f->text),
                                             PM_FMT(f->severity), PM_FMT(f->file),
                                             (unsigned long long)f->line, PM_FMT(f->advice))
                              : pm_arena_fmt(m->a, "%.*s (%.*s). %.*s", PM_FMT(f->text),
                                             PM_FMT(f->severity), PM_FMT(f->advice)));
            pm_md_lit(m, "\n");
        }
    }
    md_section(m, PM_SECTION_MISSING);
    for (size_t i = 0; i < r->missing_n; i++) {
        pm_md_lit(m, "- ");
        pm_md_text(m, pm_arena_fmt(m->a, "%.*s: %.*s", PM_FMT(r->missing[i].what),
                                   PM_FMT(r->missing[i].effect)));
        pm_md_lit(m, "\n");
    }
    md_section(m, PM_SECTION_WINDOWS);
    for (size_t i = 0; i < r->windows_n; i++) {
        pm_md_lit(m, "- ");
        pm_md_text(m, pm_words_window(m->a, r, &r->windows[i]));
        pm_md_lit(m, "\n");
    }
    md_section(m, PM_SECTION_HEARSAY);
    for (size_t i = 0; i < r->hearsay_n; i++) {
        pm_md_lit(m, "- ");
        pm_md_text(m, pm_arena_fmt(
                          m->a, "%.*s (%.*s:%llu)", PM_FMT(pm_words_hearsay(m->a, &r->hearsay[i])),
                          PM_FMT(r->hearsay[i].file), (unsigned long long)r->hearsay[i].line));
        pm_md_lit(m, "\n");
    }
    md_clocks(m);
    md_section(m, PM_SECTION_UNKNOWN);
    for (size_t i = 0; i < r->unknown_n; i++) {
        pm_md_lit(m, "- ");
        pm_md_text(m, pm_arena_fmt(m->a, "%llu × %.*s (%.*s:%llu)",
                                   (unsigned long long)r->unknown[i].count,
                                   PM_FMT(r->unknown[i].tmpl), PM_FMT(r->unknown[i].file),
                                   (unsigned long long)r->unknown[i].line));
        pm_md_lit(m, "\n");
    }
}

static bool markdown_render(FILE *out, const struct pm_report *r,
                            const struct pm_render_options *o) {
    if (o->layout) return pm_template_render(out, r, o->layout);
    struct md m = {.a = pm_arena_new(), .r = r};
    m.v = pm_view_open(r, m.a);
    pm_md_lit(&m, "# ");
    pm_md_text(&m, pm_view_sentence(&m.v));
    pm_md_lit(&m, "\n\n");
    pm_md_text(&m,
               pm_arena_fmt(
                   m.a,
                   "%.*s · %.*s, %.*s · %.*s · %llu of %llu pulls failed · pullmortem " PM_VERSION,
                   PM_FMT(pm_words_list(m.a, &r->inputs, 4)),
                   PM_FMT(pm_words_count(m.a, r->files_n, "file", "files")),
                   PM_FMT(pm_words_count(m.a, r->nodes.n, "node", "nodes")),
                   PM_FMT(pm_words_range(m.a, r->from_ns, r->to_ns)),
                   (unsigned long long)r->total.failed, (unsigned long long)r->total.attempts));
    pm_md_lit(&m, "\n");
    if (r->partial) {
        pm_md_lit(&m, "\n**Input** ");
        pm_md_text(&m, pm_words_partial(m.a, r));
        pm_md_lit(&m, "\n");
    }
    pm_md_summary(&m);
    pm_md_impact(&m);
    pm_md_timeline(&m);
    pm_md_detection(&m);
    if (r->incidents_n)
        pm_md_lit(&m, r->incidents_n == 1 ? "\n## Root cause\n" : "\n## Root causes\n");
    for (size_t i = 0; i < r->incidents_n; i++) md_incident(&m, &r->incidents[i]);
    pm_md_response(&m);
    pm_md_lessons(&m);
    pm_md_actions(&m);
    pm_md_lit(&m, "\n## Appendix\n");
    md_quotas(&m);
    md_rest(&m);
    pm_md_lit(&m, "\n---\n\n");
    pm_md_text(&m, pm_view_tool(r, m.a));
    pm_md_lit(&m, "\n");
    bool good = fwrite(m.b.p, 1, m.b.n, out) == m.b.n && fflush(out) == 0;
    pm_buf_free(&m.b);
    pm_arena_free(m.a);
    return good;
}

const struct pm_renderer pm_renderer_markdown = {
    .name = "markdown",
    .extensions = ".md .markdown",
    .title = "Markdown for a postmortem document or an issue",
    .render = markdown_render};
