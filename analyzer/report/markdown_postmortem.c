// What a postmortem has beside its causes: summary, impact, timeline, detection,
// response, lessons, action items. Only what was observed is told; where a person has to
// say it, the heading stands with a prompt.
#include "report/markdown.h"
#include "report/words.h"
#include <stdlib.h>

void pm_md_summary(struct md *m) {
    const struct pm_incident *in = m->v.first;
    if (!in) return;
    pm_md_lit(m, "\n## Summary\n\n");
    pm_md_text(m, in->summary);
    pm_md_lit(m, "\n");
}

// Pods that waited in any incident, each once: one that two incidents hit is told with
// the longer time.
static int by_pod(const void *a, const void *b) {
    const struct pm_hit_pod *x = *(const struct pm_hit_pod *const *)a,
                            *y = *(const struct pm_hit_pod *const *)b;
    int c = pm_str_cmp(x->k8s_namespace, y->k8s_namespace);
    if (!c) c = pm_str_cmp(x->name, y->name);
    return c ? c : (x->stuck_ns < y->stuck_ns) - (x->stuck_ns > y->stuck_ns);
}
static void waited(struct md *m) {
    const struct pm_report *r = m->r;
    size_t all = 0, n = 0, pods = 0, back = 0;
    int64_t stuck = 0;
    for (size_t i = 0; i < r->incidents_n; i++) all += r->incidents[i].blast.pods_n;
    if (!all) return;
    const struct pm_hit_pod **list = PM_NEWN(m->a, const struct pm_hit_pod *, all);
    for (size_t i = 0; i < r->incidents_n; i++)
        for (size_t k = 0; k < r->incidents[i].blast.pods_n; k++)
            list[n++] = &r->incidents[i].blast.pods[k];
    qsort(list, n, sizeof *list, by_pod);
    for (size_t i = 0; i < n; i++) {
        if (i && pm_str_eq(list[i]->k8s_namespace, list[i - 1]->k8s_namespace) &&
            pm_str_eq(list[i]->name, list[i - 1]->name))
            continue;
        pods++;
        back += list[i]->recovered;
        stuck = pm_sum(stuck, list[i]->stuck_ns);
    }
    pm_md_lit(m, "\n");
    pm_md_text(m, pm_arena_fmt(m->a, "%.*s waited, %zu of them started again within these logs",
                               PM_FMT(pm_words_count(m->a, pods, "pod", "pods")), back));
    if (stuck)
        pm_md_text(m, pm_arena_fmt(m->a, "; together they were stuck for %.*s",
                                   PM_FMT(pm_view_lasted(&m->v, stuck))));
    pm_md_lit(m, ".\n");
}
void pm_md_impact(struct md *m) {
    const struct pm_report *r = m->r;
    if (!r->incidents_n) return;
    pm_md_lit(m, "\n## Impact\n");
    pm_md_table(
        m,
        "| Incident | Failed pulls | Pods | Pod minutes | Workloads | Namespaces | Services | From | To | Over |",
        10);
    for (size_t i = 0; i < r->incidents_n && i < 20; i++) {
        const struct pm_incident *in = &r->incidents[i];
        int64_t stuck = 0;
        for (size_t k = 0; k < in->blast.pods_n; k++)
            stuck = pm_sum(stuck, in->blast.pods[k].stuck_ns);
        ROW(m, pm_arena_fmt(m->a, "%u. %.*s", in->id, PM_FMT(in->title)),
            pm_words_number(m->a, in->failed_pulls), pm_words_number(m->a, in->blast.pods_n),
            stuck ? pm_words_number(m->a, (uint64_t)(stuck / PM_NS_PER_S + 59) / 60) : PM_NONE,
            pm_words_number(m->a, in->blast.workloads_n),
            pm_words_list(m->a, &in->blast.namespaces, 4),
            pm_words_list(m->a, &in->blast.services, 4),
            in->from_ns == PM_NO_TIME ? PM_NONE : pm_view_moment(&m->v, in, in->from_ns),
            in->to_ns == PM_NO_TIME ? PM_NONE : pm_view_moment(&m->v, in, in->to_ns),
            in->recovered_ns == PM_NO_TIME ? PM_STR("no")
                                           : pm_view_moment(&m->v, in, in->recovered_ns));
    }
    waited(m);
}

// Timeline ------------------------------------------------------------------------------
static int by_time(const void *a, const void *b) {
    const struct pm_view_event *x = a, *y = b;
    if (x->at_ns != y->at_ns) return x->at_ns < y->at_ns ? -1 : 1;
    int c = pm_str_cmp(x->what, y->what);
    return c ? c : pm_str_cmp(x->place, y->place);
}
// An event as a row's words: with its incident where there are several.
static struct pm_str event_words(struct md *m, const struct pm_view_event *e) {
    struct pm_str of = e->incident && m->r->incidents_n > 1
                           ? pm_arena_fmt(m->a, "incident %u: ", (unsigned)e->incident->id)
                           : PM_NONE,
                  detail = e->detail;
    switch (e->kind) {
    case PM_VIEW_TRIGGER:
        return pm_arena_fmt(m->a, "%.*schange: %.*s%s%.*s", PM_FMT(of), PM_FMT(e->what),
                            detail.n ? ", " : "", PM_FMT(detail));
    case PM_VIEW_QUOTA_OUT: return pm_arena_fmt(m->a, "quota of %.*s was used up", PM_FMT(detail));
    case PM_VIEW_QUOTA_FREE:
        return pm_arena_fmt(m->a, "quota of %.*s was free again", PM_FMT(detail));
    case PM_VIEW_ALERT: return pm_arena_fmt(m->a, "alert %.*s would have fired", PM_FMT(detail));
    case PM_VIEW_MARK:
        return pm_arena_fmt(m->a, "%.*s%s%.*s", PM_FMT(e->what), detail.n ? ", node " : "",
                            PM_FMT(detail));
    case PM_VIEW_EVIDENCE:
    case PM_VIEW_RECOVERED: break;
    }
    return pm_arena_fmt(m->a, "%.*s%.*s", PM_FMT(of), PM_FMT(e->what));
}
// The events with their words in `what`, in order of time.
static struct pm_view_events events_told(struct md *m) {
    enum { INCIDENTS = 8 };
    struct pm_view_events v = pm_view_events(&m->v, INCIDENTS);
    size_t kept = 0;
    for (size_t i = 0; i < v.n; i++) {
        struct pm_view_event e = v.items[i];
        e.what = event_words(m, &e);
        if (e.what.n) v.items[kept++] = e;
    }
    v.n = kept;
    if (v.n > 1) qsort(v.items, v.n, sizeof *v.items, by_time);
    return v;
}
// Mermaid's own marks are taken out of texts: a colon would begin the next event.
static void diagram_text(struct md *m, struct pm_str s) {
    s = pm_text_cut(m->a, pm_text_visible(m->a, s), 90);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ':') pm_md_lit(m, "∶");
        else if (s.p[i] == '"') pm_buf_addc(&m->b, '\'');
        else pm_buf_addc(&m->b, strchr("#;<>{}[]()|`\\%&", s.p[i]) ? ' ' : s.p[i]);
    }
}
void pm_md_timeline(struct md *m) {
    enum { ROWS = 40, DRAWN = 10 };
    struct pm_view_events v = events_told(m);
    if (v.n) {
        pm_md_lit(m, "\n## Timeline\n\nAll times are UTC.\n");
        pm_md_table(m, "| Time | What | Evidence |", 3);
    }
    for (size_t i = 0; i < v.n && i < ROWS; i++) {
        char clock[32];
        bool other_day = m->r->from_ns == PM_NO_TIME || v.items[i].at_ns / (86400 * PM_NS_PER_S) !=
                                                            m->r->from_ns / (86400 * PM_NS_PER_S);
        ROW(m,
            pm_arena_dup(m->a, pm_str_c(pm_when_clock(v.items[i].at_ns, other_day, true, clock))),
            v.items[i].what, v.items[i].place);
    }
    if (v.n > 1) pm_md_lit(m, "\n```mermaid\ntimeline\n    title What happened\n");
    for (size_t i = 0; v.n > 1 && i < v.n && i < DRAWN; i++) {
        char clock[32];
        pm_md_lit(m, "    ");
        diagram_text(m, pm_str_c(pm_when_clock(v.items[i].at_ns, false, true, clock)));
        pm_md_lit(m, " : ");
        diagram_text(m, v.items[i].what);
        pm_md_lit(m, "\n");
    }
    if (v.n > 1) pm_md_lit(m, "```\n");
    free(v.items);
}
void pm_md_chain(struct md *m, const struct pm_incident *in) {
    if (in->chain_n < 2) return; // one link is the incident itself
    pm_md_lit(m, "\n**Chain**\n\n```mermaid\nflowchart LR\n");
    for (size_t i = 0; i < in->chain_n; i++) {
        const struct pm_link *l = &in->chain[i];
        pm_buf_fmt(&m->b, "    l%zu[\"", i);
        diagram_text(m, pm_view_step(l));
        pm_md_lit(m, "\"]\n");
        if (i && l->share >= 0)
            pm_buf_fmt(&m->b, "    l%zu -->|%.0f %%| l%zu\n", i - 1, l->share * 100, i);
        else if (i) pm_buf_fmt(&m->b, "    l%zu --> l%zu\n", i - 1, i);
    }
    pm_md_lit(m, "```\n");
}

void pm_md_detection(struct md *m) {
    const struct pm_report *r = m->r;
    bool any = false;
    if (!r->incidents_n) return;
    pm_md_lit(m, "\n## Detection\n\n");
    for (size_t i = 0; i < r->alerts_n; i++) {
        const struct pm_alert *x = &r->alerts[i];
        if (!x->fired_n && !(x->own && x->note.n)) continue;
        any |= x->fired_n > 0;
        pm_md_lit(m, "- ");
        pm_md_text(m, x->name);
        if (x->fired_n)
            pm_md_text(m, pm_arena_fmt(m->a, " would have fired %.*s",
                                       PM_FMT(pm_words_range(m->a, x->fired[0].from_ns,
                                                             x->fired[x->fired_n - 1].to_ns))));
        struct pm_str lead = x->fired_n ? pm_view_lead(&m->v, x) : PM_NONE;
        if (lead.n) pm_md_text(m, pm_arena_fmt(m->a, ", %.*s", PM_FMT(lead)));
        if (x->own && x->note.n) pm_md_text(m, pm_arena_fmt(m->a, ": %.*s", PM_FMT(x->note)));
        pm_md_lit(m, "\n");
    }
    if (!any) pm_md_lit(m, "- none of the alerts that were replayed would have fired\n");
    pm_md_lit(m, "\n*Who noticed, when, and by what?*\n");
}

void pm_md_response(struct md *m) {
    const struct pm_report *r = m->r;
    if (!r->incidents_n) return;
    pm_md_lit(m, "\n## Response and recovery\n\n");
    for (size_t i = 0; i < r->incidents_n && i < 12; i++) {
        const struct pm_incident *in = &r->incidents[i];
        pm_buf_fmt(&m->b, "- incident %u ", in->id);
        if (in->recovered_ns == PM_NO_TIME) pm_md_lit(m, "did not recover within these logs\n");
        else {
            pm_md_text(m, pm_arena_fmt(m->a, "recovered %.*s",
                                       PM_FMT(pm_view_moment(&m->v, in, in->recovered_ns))));
            if (in->from_ns != PM_NO_TIME && in->recovered_ns > in->from_ns)
                pm_md_text(
                    m, pm_arena_fmt(m->a, ", %.*s after it began",
                                    PM_FMT(pm_view_lasted(&m->v, in->recovered_ns - in->from_ns))));
            pm_md_lit(m, "\n");
        }
        for (size_t k = 0; k < in->blast.rollbacks_n; k++) {
            const struct pm_rollout *o = &in->blast.rollbacks[k];
            pm_md_lit(m, "- rolled back: ");
            pm_md_text(m, pm_words_object(m->a, o->kind, o->k8s_namespace, o->name));
            pm_md_lit(m, "\n");
        }
    }
    pm_md_lit(m, "\n*Who did what, and what of it helped?*\n");
}

static void item(struct md *m, const char *before, struct pm_str s) {
    pm_md_lit(m, before);
    pm_md_text(m, s);
    pm_md_lit(m, "\n");
}
// Facts only: what spared, what came too late, what is weak. Luck is for people to say.
void pm_md_lessons(struct md *m) {
    const struct pm_report *r = m->r;
    const struct pm_incident *in = m->v.first;
    if (!in) return;
    pm_md_lit(m, "\n## What went well\n\n");
    struct pm_view_contrast rows[PM_VIEW_CONTRASTS];
    pm_view_contrasts(in, rows);
    for (size_t i = 0; i < PM_LEN(rows); i++) {
        if (!rows[i].spared->n) continue;
        pm_md_text(m, pm_arena_fmt(m->a, "%s spared: ", rows[i].many));
        pm_md_text(m, pm_words_list(m->a, rows[i].spared, 6));
        pm_md_lit(m, "\n\n");
    }
    if (r->total.cached) {
        struct pm_str images = pm_words_count(m->a, r->total.cached, "image", "images");
        pm_md_text(m, pm_arena_fmt(m->a, "%.*s already there needed no pull", PM_FMT(images)));
        pm_md_lit(m, "\n\n");
    }
    pm_md_lit(m, "*What else?*\n\n## What went badly\n\n");
    bool early = false;
    for (size_t i = 0; i < r->alerts_n; i++)
        early |= r->alerts[i].fired_n && r->alerts[i].lead_known && r->alerts[i].lead_s > 0;
    if (!early) pm_md_lit(m, "- no alert would have fired before the first pod was stuck\n");
    for (size_t i = 0; i < r->findings_n && i < 6; i++) item(m, "- ", r->findings[i].text);
    for (size_t i = 0; i < r->missing_n && i < 4; i++)
        item(m, "- not recorded: ", r->missing[i].what);
    pm_md_lit(m, "\n*What else?*\n\n## Where we were lucky\n\n*What could have been worse?*\n");
}

void pm_md_actions(struct md *m) {
    const struct pm_report *r = m->r;
    bool any = false;
    for (size_t p = 0; p < PM_VIEW_PHASES; p++) {
        bool in_phase = false;
        for (size_t i = 0; i < r->incidents_n && i < 12; i++)
            for (size_t k = 0; k < r->incidents[i].advice_n; k++) {
                const struct pm_advice *x = &r->incidents[i].advice[k];
                bool told = !pm_str_eqc(x->phase, pm_view_phases[p].phase);
                for (size_t e = 0; e < i && !told; e++) // an earlier incident was given the same
                    for (size_t n = 0; n < r->incidents[e].advice_n && !told; n++)
                        told = pm_str_eq(r->incidents[e].advice[n].text, x->text);
                if (told) continue;
                if (!any) pm_md_lit(m, "\n## Action items\n");
                if (!in_phase) pm_buf_fmt(&m->b, "\n### %s\n\n", pm_view_phases[p].title);
                any = in_phase = true;
                pm_md_lit(m, "- [ ] ");
                pm_md_text(m, x->text);
                if (x->within.n) pm_buf_fmt(&m->b, " *(%.*s)*", PM_FMT(pm_words_within(x->within)));
                pm_md_lit(m, "\n");
                if (x->command.n)
                    pm_md_fence(m, x->command, "sh", "  "); // so that the list goes on
            }
    }
}
