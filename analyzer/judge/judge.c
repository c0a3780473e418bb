// The judge. READ FIRST: the stages in order, one file each; state.h has the structs they
// share.
//
//   window    which time it is about; what lies a long silence apart is only summed up
//   load      rows of the timeline → traces (what happened), facts (how things were), request groups
//   fold      traces → pulls, one an attempt, whoever traced it
//   settle    pulls whose own lines cannot decide → by their neighbours
//   group     failed pulls → incidents
//   chain     which incident led to which; bypass: a new runtime that does not read its mirrors
//   scope …   what separates hit from spared, who was hit, how sure, what to do
//   finish    into the report, and back into the timeline
//   series, alert  the report as metrics, and which alerts would have fired over them
//   reckon    in test builds: does it all add up?
#include "judge/incidents/bypass.h"
#include "judge/evidence/mirror.h"
#include "judge/alerts/series.h"
#include "judge/reckon.h"
#include "judge/state.h"
#include <stdlib.h>

struct held {
    struct pm_report report;
    struct pm_intern *names;
}; // a report and the table its names live in

static struct pm_state *state_new(struct pm_timeline *t, struct pm_ruleset *rules,
                                  const struct pm_judge_options *o, struct pm_diags *diags) {
    struct pm_state *s = pm_xmalloc(sizeof *s);
    struct held *held = pm_xmalloc(sizeof *held);
    memset(s, 0, sizeof *s);
    memset(held, 0, sizeof *held);
    held->names = pm_intern_new();
    held->report.a = pm_arena_new();
    *s = (struct pm_state){.timeline = t,
                           .rules = rules,
                           .options = o,
                           .diags = diags,
                           .report = &held->report,
                           .a = held->report.a,
                           .names = held->names,
                           .scratch = pm_arena_new(),
                           .from = PM_NO_TIME,
                           .to = PM_NO_TIME,
                           .era = {.from = PM_NO_TIME},
                           .stray = {.from = PM_NO_TIME}};
    return s;
}

void pm_state_free(struct pm_state *s) {
    Word_t freed;
    pm_facts_free(s);
    for (size_t i = 0; i < s->pulls.n; i++) {
        pm_ids_free(&s->pulls.items[i].pods);
        pm_ids_free(&s->pulls.items[i].traces);
    }
    for (size_t i = 0; i < s->hits.n; i++) pm_hit_free(&s->hits.items[i]);
    free(s->traces.items);
    free(s->rumours.items);
    free(s->pulls.items);
    free(s->groups.items);
    free(s->ok_by_image.items);
    free(s->hits.items);
    free(s->hit_of_pull);
    free(s->families.items);
    free(s->links.items);
    free(s->meters.items);
    free(s->checkups.items);
    free(s->pushes.items);
    free(s->charges.items);
    free(s->readings.items);
    free(s->stretches.items);
    free(s->far.items);
    JLFA(freed, s->good_image);
    JLFA(freed, s->request_open);
    JLFA(freed, s->push_last);
    JLFA(freed, s->request_skew);
    JLFA(freed, s->node_in_log);
    JLFA(freed, s->side_last);
    JLFA(freed, s->event_last);
    JLFA(freed, s->skew);
    JLFA(freed, s->hearsay_at);
    (void)freed;
    pm_arena_free(s->scratch);
    free(s);
}

void pm_report_free(struct pm_report *r) {
    if (!r) return;
    struct held *held = (struct held *)r; // the report is its first member
    free(r->files);
    free(r->findings);
    free(r->quotas);
    free(r->missing);
    free(r->unknown);
    free(r->hearsay);
    free(r->lanes);
    free(r->marks);
    free(r->skipped);
    free(r->diagnostics);
    pm_arena_free(r->a);
    pm_intern_free(held->names);
    free(held);
}

// A file whose zone is only assumed may lie hours off: what it tells of pulls belongs to
// the window, its other lines do not stretch it.
static bool is_assumed(const struct pm_state *s, uint32_t file) {
    return file < s->facts.files.n &&
           pm_str_eqc(s->facts.files.items[file].row.offset_from, "assumed");
}

// Events by a clock that is off stand among others' in one file: early ones of a clock
// that is behind, late ones of one that is ahead.
static bool one_is_off(const struct pm_state *s, int way) {
    for (size_t i = 0; i < s->far.n; i++)
        if ((s->far.items[i].skew > 0) == (way > 0)) return true;
    return false;
}

static void widen_window(struct pm_state *s, bool assumed) {
    for (size_t i = 0; i < s->traces.n; i++) {
        const struct pm_trace *t = &s->traces.items[i];
        bool pull = t->kind >= PM_KIND_PULL_START && t->kind <= PM_KIND_PULL_BACKOFF;
        if (!assumed && !pull && is_assumed(s, t->file)) continue;
        s->from = pm_min_time(s->from, t->first);
        s->to = pm_max_time(s->to, t->last);
    }
    for (size_t i = 0; i < s->groups.n; i++) {
        s->from = pm_min_time(s->from, s->groups.items[i].first);
        s->to = pm_max_time(s->to, s->groups.items[i].last);
    }
    for (uint32_t i = 0; i < s->facts.files.n; i++) {
        const struct pm_file_fact *f = &s->facts.files.items[i];
        int64_t from, to;
        if ((!assumed && is_assumed(s, i)) || !pm_file_span(s, f, &from, &to)) continue;
        if (s->options->since_ns == PM_NO_TIME && (f->node || !one_is_off(s, -1)))
            s->from = pm_min_time(s->from, from);
        if (s->options->until_ns == PM_NO_TIME && (f->node || !one_is_off(s, 1)))
            s->to = pm_max_time(s->to, to);
    }
}

static bool
told_by_the_sure(const struct pm_state *s) { // a file that is dated for certain spans some time
    for (uint32_t i = 0; i < s->facts.files.n; i++) {
        int64_t from, to;
        if (!is_assumed(s, i) && pm_file_span(s, &s->facts.files.items[i], &from, &to) && to > from)
            return true;
    }
    return false;
}

static void window(struct pm_state *s) {
    widen_window(s, !told_by_the_sure(s));
    s->report->from_ns = s->options->since_ns != PM_NO_TIME ? s->options->since_ns : s->from;
    s->report->to_ns = s->options->until_ns != PM_NO_TIME ? s->options->until_ns : s->to;
    if (s->report->from_ns > s->report->to_ns &&
        s->report->to_ns != PM_NO_TIME) { // the window lies beside all that is dated
        if (s->options->since_ns != PM_NO_TIME) s->report->to_ns = s->report->from_ns;
        else s->report->from_ns = s->report->to_ns;
    }
}

// Files in the order of their paths, whatever the order in the archive was.
// `duplicate_of` is told in that order, too.
static int file_order(const void *a, const void *b) {
    const struct pm_file_row *x = a, *y = b;
    int c = pm_path_order(x->path, y->path);
    return c ? c : x->id < y->id ? -1 : x->id > y->id;
}
static void files_order(struct pm_report *r, size_t ids) {
    if (!r->file_rows_n) return;
    uint32_t *at = calloc(ids + 1, sizeof *at);
    if (!at) pm_die_oom();
    qsort(r->files, r->file_rows_n, sizeof *r->files, file_order);
    for (size_t i = 0; i < r->file_rows_n; i++) at[r->files[i].id] = (uint32_t)i + 1;
    for (size_t i = 0; i < r->file_rows_n; i++)
        if (r->files[i].duplicate_of)
            r->files[i].duplicate_of =
                r->files[i].duplicate_of <= ids ? at[r->files[i].duplicate_of - 1] : 0;
    free(at);
}

// Nodes that only a row of pods or a line about a disk names: no pull of theirs is known,
// but an incident hit them.
static void hit_nodes(const struct pm_state *s, const struct pm_hit *h, struct pm_ids *nodes) {
    if (h->dropped) return;
    for (size_t i = 0; i < h->nodes.n; i++) pm_ids_add_new(nodes, h->nodes.items[i]);
    for (size_t i = 0; i < h->incident->blast.pods_n; i++) {
        uint32_t node = pm_intern_find(s->names, h->incident->blast.pods[i].node);
        if (node != UINT32_MAX && node) pm_ids_add_new(nodes, node);
    }
}

static void bundle(struct pm_state *s) {
    struct pm_report *r = s->report;
    struct pm_ids nodes = {0};
    for (size_t i = 0; i < s->options->inputs.n; i++)
        pm_strs_add(&r->inputs, pm_arena_dup(s->a, s->options->inputs.items[i]));
    pm_strs_seal(s->a, &r->inputs, false);
    for (size_t i = 0; i < s->facts.files.n; i++) {
        const struct pm_file_fact *f = &s->facts.files.items[i];
        if (!f->row.path.n) continue;
        *PM_PUSH(r->files, r->file_rows_n, r->file_rows_cap) = f->row;
        r->files[r->file_rows_n - 1].id = (uint32_t)i;
        r->files_n++;
        r->bytes += f->row.bytes;
        r->lines += f->row.lines;
        r->events += f->row.events;
        r->bad += f->row.bad;
        r->undated += f->row.undated;
        if (f->node) pm_ids_add_new(&nodes, f->node);
    }
    files_order(r, s->facts.files.n);
    for (size_t i = 0; i < s->facts.nodes.n; i++)
        pm_ids_add_new(&nodes, s->facts.nodes.items[i].name);
    for (size_t i = 0; i < s->pulls.n; i++)
        if (s->pulls.items[i].node) pm_ids_add_new(&nodes, s->pulls.items[i].node);
    for (size_t i = 0; i < s->traces.n;
         i++) // where an image was already present, nothing was pulled, but there is a node
        if (s->traces.items[i].node && pm_is_present(&s->traces.items[i]))
            pm_ids_add_new(&nodes, s->traces.items[i].node);
    for (size_t i = 0; i < s->hits.n; i++) hit_nodes(s, &s->hits.items[i], &nodes);
    pm_strs_of_ids(s, &r->nodes, &nodes);
    pm_ids_free(&nodes);
}

static void rules_in_force(struct pm_state *s) {
    struct pm_str rules = pm_str_c(pm_ruleset_hash(s->rules));
    if (s->own_hash)
        rules = pm_arena_fmt(s->a, "%016llx", (unsigned long long)pm_str_hash(rules, s->own_hash));
    s->report->rules_hash = pm_arena_cstr(s->a, rules);
}

static void each_incident(struct pm_state *s) {
    pm_blast_prepare(s);
    for (size_t i = 0; i < s->hits.n; i++) {
        struct pm_hit *h = &s->hits.items[i];
        if (h->dropped) continue;
        h->incident = PM_NEW(s->a, struct pm_incident);
        pm_wire_fill(s, h);
        pm_scope_find(s, h);
        pm_wire_tags(s, h);
        pm_recovery_find(s, h);
        pm_blast_fill(s, h);
        pm_trigger_find(s, h);
        pm_severity_weigh(s, h);
        pm_confidence_weigh(s, h);
        pm_advice_fill(s, h);
        pm_sentence_write(s, h);
    }
}

static void pulls(struct pm_state *s) {
    pm_fold_pulls(s);
    pm_request_fold(s);
    pm_hearsay_pods(s);
    pm_fold_order(s);
    pm_settle(s);
    pm_fold_waits(s);
    pm_fold_find(s);
}

struct pm_state *pm_state_beside(struct pm_state *s, const struct pm_judge_options *o) {
    struct pm_state *seen = pm_xmalloc(sizeof *seen);
    memset(seen, 0, sizeof *seen);
    *seen = (struct pm_state){.timeline = s->timeline,
                              .rules = s->rules,
                              .options = o,
                              .diags = s->diags,
                              .report = s->report,
                              .a = s->a,
                              .names = s->names,
                              .scratch = pm_arena_new(),
                              .from = PM_NO_TIME,
                              .to = PM_NO_TIME,
                              .era = s->era,
                              .stray = s->stray,
                              .aside = true};
    return seen;
}

void pm_state_fold(struct pm_state *s) {
    pm_load_rows(s);
    pm_workload_resolve(s);
    pm_skew_measure(s);
    pulls(s);
}

#define LOOK_BACK_NS PM_S(90000) // the longest window of a quota is a day

// A quota's window looks back over the cut of --since: the pulls before it are folded
// once more, for the budgets alone. Names and texts are the report's.
static struct pm_state *uncut(struct pm_state *s) {
    if (s->options->since_ns == PM_NO_TIME) return s;
    struct pm_judge_options *o = PM_NEW(s->a, struct pm_judge_options);
    *o = *s->options;
    o->since_ns = pm_since(o->since_ns, LOOK_BACK_NS);
    struct pm_state *seen = pm_state_beside(s, o);
    pm_state_fold(seen);
    seen->mirrors = s->mirrors, seen->mirrors_n = s->mirrors_n;
    return seen;
}
static void uncut_free(const struct pm_state *s, struct pm_state *seen) {
    if (seen != s) pm_state_free(seen);
}

struct pm_report *pm_judge(struct pm_timeline *t, struct pm_ruleset *rules,
                           const struct pm_judge_options *o, struct pm_diags *diags) {
    struct pm_state *s = state_new(t, rules, o, diags);
    struct pm_report *report = s->report;
    pm_correlate_load(s);
    pm_window_choose(s);
    pm_load_rows(s);
    pm_workload_resolve(s);
    pm_skew_measure(s);
    window(s);
    pulls(s);
    pm_group_incidents(s);
    pm_chain_links(s);
    s->mirrors_n = pm_mirrors_find(s, &s->mirrors);
    pm_bypass_find(s);
    each_incident(s);
    pm_evidence_pick(s);
    pm_findings_fill(s);
    struct pm_state *seen = uncut(s);
    bool quotas = pm_quotas_fill(s, seen);
    uncut_free(s, seen);
    pm_stats_fill(s);
    pm_windows_fill(s);
    pm_unknown_fill(s);
    pm_hearsay_fill(s);
    bundle(s);
    pm_report_finish(s);
    pm_lanes_fill(s);
    pm_missing_fill(s);
    pm_series_fill(s);
    bool good = pm_alerts_fill(s) && quotas;
    rules_in_force(s);
    pm_missing_once(report);
    pm_ruleset_limits(rules, diags, PM_NONE, 0); // texts that are no line of their own
    pm_timeline_diags(t, diags);
    pm_reckon_or_end(s);
    pm_state_free(s);
    if (good) return report;
    pm_report_free(report);
    return NULL;
}
