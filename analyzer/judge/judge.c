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

void pm_evidence_free(struct pm_evidence *ev) {
    Word_t freed;
    pm_facts_free(ev);
    free(ev->traces.items);
    free(ev->rumours.items);
    free(ev->hearsay.items);
    free(ev->groups.items);
    free(ev->meters.items);
    free(ev->checkups.items);
    free(ev->pushes.items);
    free(ev->charges.items);
    free(ev->readings.items);
    free(ev->stretches.items);
    free(ev->far.items);
    JLFA(freed, ev->push_last);
    JLFA(freed, ev->request_skew);
    JLFA(freed, ev->skew);
    (void)freed;
}

void pm_pulls_free(struct pm_pulls *pulls) {
    Word_t freed;
    for (size_t i = 0; i < pulls->n; i++) {
        pm_ids_free(&pulls->items[i].pods);
        pm_ids_free(&pulls->items[i].traces);
    }
    free(pulls->items);
    free(pulls->ok_by_image.items);
    JLFA(freed, pulls->good_image);
    (void)freed;
}

static void hits_free(struct pm_hits *hits) {
    for (size_t i = 0; i < hits->n; i++) pm_hit_free(&hits->items[i]);
    free(hits->items);
    free(hits->of_pull);
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
static bool is_assumed(const struct pm_evidence *ev, uint32_t file) {
    return file < ev->facts.files.n &&
           pm_str_eqc(ev->facts.files.items[file].row.offset_from, "assumed");
}

// Events by a clock that is off stand among others' in one file: early ones of a clock
// that is behind, late ones of one that is ahead.
static bool one_is_off(const struct pm_evidence *ev, int way) {
    for (size_t i = 0; i < ev->far.n; i++)
        if ((ev->far.items[i].skew > 0) == (way > 0)) return true;
    return false;
}

static void widen_window(const struct pm_env *env, struct pm_evidence *ev, bool assumed) {
    for (size_t i = 0; i < ev->traces.n; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        bool pull = t->kind >= PM_KIND_PULL_START && t->kind <= PM_KIND_PULL_BACKOFF;
        if (!assumed && !pull && is_assumed(ev, t->file)) continue;
        ev->from = pm_min_time(ev->from, t->first);
        ev->to = pm_max_time(ev->to, t->last);
    }
    for (size_t i = 0; i < ev->groups.n; i++) {
        ev->from = pm_min_time(ev->from, ev->groups.items[i].first);
        ev->to = pm_max_time(ev->to, ev->groups.items[i].last);
    }
    for (uint32_t i = 0; i < ev->facts.files.n; i++) {
        const struct pm_file_fact *f = &ev->facts.files.items[i];
        int64_t from, to;
        if ((!assumed && is_assumed(ev, i)) || !pm_file_span(ev, f, &from, &to)) continue;
        if (env->options->since_ns == PM_NO_TIME && (f->node || !one_is_off(ev, -1)))
            ev->from = pm_min_time(ev->from, from);
        if (env->options->until_ns == PM_NO_TIME && (f->node || !one_is_off(ev, 1)))
            ev->to = pm_max_time(ev->to, to);
    }
}

static bool
told_by_the_sure(const struct pm_evidence *ev) { // a file that is dated for certain spans some time
    for (uint32_t i = 0; i < ev->facts.files.n; i++) {
        int64_t from, to;
        if (!is_assumed(ev, i) && pm_file_span(ev, &ev->facts.files.items[i], &from, &to) &&
            to > from)
            return true;
    }
    return false;
}

static void window(const struct pm_env *env, struct pm_evidence *ev, struct pm_report *report) {
    widen_window(env, ev, !told_by_the_sure(ev));
    report->from_ns = env->options->since_ns != PM_NO_TIME ? env->options->since_ns : ev->from;
    report->to_ns = env->options->until_ns != PM_NO_TIME ? env->options->until_ns : ev->to;
    if (report->from_ns > report->to_ns &&
        report->to_ns != PM_NO_TIME) { // the window lies beside all that is dated
        if (env->options->since_ns != PM_NO_TIME) report->to_ns = report->from_ns;
        else report->from_ns = report->to_ns;
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
static void hit_nodes(const struct pm_env *env, const struct pm_hit *h, struct pm_ids *nodes) {
    if (h->dropped) return;
    for (size_t i = 0; i < h->nodes.n; i++) pm_ids_add_new(nodes, h->nodes.items[i]);
    for (size_t i = 0; i < h->incident->blast.pods_n; i++) {
        uint32_t node = pm_intern_find(env->names, h->incident->blast.pods[i].node);
        if (node != UINT32_MAX && node) pm_ids_add_new(nodes, node);
    }
}

static void bundle(const struct pm_scene *scene, const struct pm_hits *hits,
                   struct pm_report *report) {
    struct pm_report *r = report;
    struct pm_ids nodes = {0};
    for (size_t i = 0; i < scene->env->options->inputs.n; i++)
        pm_strs_add(&r->inputs, pm_arena_dup(scene->env->a, scene->env->options->inputs.items[i]));
    pm_strs_seal(scene->env->a, &r->inputs, false);
    for (size_t i = 0; i < scene->ev->facts.files.n; i++) {
        const struct pm_file_fact *f = &scene->ev->facts.files.items[i];
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
    files_order(r, scene->ev->facts.files.n);
    for (size_t i = 0; i < scene->ev->facts.nodes.n; i++)
        pm_ids_add_new(&nodes, scene->ev->facts.nodes.items[i].name);
    for (size_t i = 0; i < scene->pulls->n; i++)
        if (scene->pulls->items[i].node) pm_ids_add_new(&nodes, scene->pulls->items[i].node);
    for (size_t i = 0; i < scene->ev->traces.n;
         i++) // where an image was already present, nothing was pulled, but there is a node
        if (scene->ev->traces.items[i].node && pm_is_present(&scene->ev->traces.items[i]))
            pm_ids_add_new(&nodes, scene->ev->traces.items[i].node);
    for (size_t i = 0; i < hits->n; i++) hit_nodes(scene->env, &hits->items[i], &nodes);
    pm_strs_of_ids(scene->env, &r->nodes, &nodes);
    pm_ids_free(&nodes);
}

static void rules_in_force(const struct pm_env *env, struct pm_report *report, uint64_t *own_hash) {
    struct pm_str rules = pm_str_c(pm_ruleset_hash(env->rules));
    if (*own_hash)
        rules = pm_arena_fmt(env->a, "%016llx", (unsigned long long)pm_str_hash(rules, *own_hash));
    report->rules_hash = pm_arena_cstr(env->a, rules);
}

static void each_incident(const struct pm_scene *scene, struct pm_hits *hits,
                          const struct pm_report *report) {
    pm_blast_prepare(scene, hits);
    for (size_t i = 0; i < hits->n; i++) {
        struct pm_hit *h = &hits->items[i];
        if (h->dropped) continue;
        h->incident = PM_NEW(scene->env->a, struct pm_incident);
        pm_wire_fill(scene, h);
        pm_scope_find(scene, h);
        pm_wire_tags(scene, h);
        pm_recovery_find(scene, h);
        pm_blast_fill(scene, hits, h);
        pm_trigger_find(scene, hits, h);
        pm_severity_weigh(scene, hits, h);
        pm_confidence_weigh(scene, hits, h);
        pm_advice_fill(scene, hits, h);
        pm_sentence_write(scene, hits, report, h);
    }
}

static void read_bundle(const struct pm_env *env, struct pm_evidence *ev) {
    pm_load_rows(env, ev);
    pm_workload_resolve(env, ev);
    pm_skew_measure(env, ev);
    ev->mirrors_n = pm_mirrors_find(env, ev, &ev->mirrors);
}

static void find_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    pm_fold_pulls(env, ev, pulls);
    pm_request_fold(env, ev, pulls);
    pm_hearsay_pods(env, ev, pulls);
    pm_fold_order(ev, pulls);
    pm_settle(env, ev, pulls);
    pm_fold_waits(env, ev, pulls);
    pm_fold_find(pulls);
}

void pm_judge_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls) {
    read_bundle(env, ev);
    find_pulls(env, ev, pulls);
}

static void find_incidents(const struct pm_scene *scene, struct pm_hits *hits,
                           const struct pm_report *report) {
    pm_group_incidents(scene, hits);
    pm_chain_links(scene, hits);
    pm_bypass_find(scene, hits);
    each_incident(scene, hits, report);
    pm_evidence_pick(scene, hits);
}

#define LOOK_BACK_NS PM_S(90000) // the longest window of a quota is a day

// A quota's window looks back over the cut of --since: the pulls before it are folded
// once more, for the budgets alone. Names and texts are the report's.
static bool quotas(const struct pm_scene *scene, struct pm_report *report, uint64_t *own_hash) {
    const struct pm_judge_options *cut = scene->env->options;
    if (cut->since_ns == PM_NO_TIME) return pm_quotas_fill(scene, report, own_hash, scene);
    struct pm_judge_options options = *cut;
    struct pm_env env = *scene->env;
    struct pm_evidence ev = {.from = PM_NO_TIME,
                             .to = PM_NO_TIME,
                             .era = scene->ev->era,
                             .stray = scene->ev->stray,
                             .aside = true};
    struct pm_pulls pulls = {0};
    const struct pm_scene uncut = {&env, &ev, &pulls};
    options.since_ns = pm_since(cut->since_ns, LOOK_BACK_NS);
    env.options = &options;
    pm_judge_pulls(&env, &ev, &pulls);
    bool good = pm_quotas_fill(scene, report, own_hash, &uncut);
    pm_evidence_free(&ev);
    pm_pulls_free(&pulls);
    return good;
}

static bool fill_report(const struct pm_scene *scene, struct pm_hits *hits,
                        struct pm_report *report) {
    uint64_t own_hash = 0; // over --quotas and --alerts, which are in force beside the rules
    pm_findings_fill(scene, report);
    bool good = quotas(scene, report, &own_hash);
    pm_stats_fill(scene, report);
    pm_windows_fill(scene->env, scene->ev, report);
    pm_unknown_fill(scene, report);
    pm_hearsay_fill(scene->ev, report);
    bundle(scene, hits, report);
    pm_report_finish(scene, hits, report);
    pm_lanes_fill(scene, hits, report);
    pm_missing_fill(scene, hits, report);
    pm_series_fill(scene, report);
    good = pm_alerts_fill(scene->env, report, &own_hash) && good;
    rules_in_force(scene->env, report, &own_hash);
    pm_missing_once(report);
    return good;
}

static struct held *held_new(void) {
    struct held *held = pm_xmalloc(sizeof *held);
    memset(held, 0, sizeof *held);
    held->names = pm_intern_new();
    held->report.a = pm_arena_new();
    return held;
}

struct pm_report *pm_judge(struct pm_timeline *t, struct pm_ruleset *rules,
                           const struct pm_judge_options *o, struct pm_diags *diags) {
    struct held *held = held_new();
    struct pm_report *report = &held->report;
    struct pm_env env = {.timeline = t,
                         .rules = rules,
                         .options = o,
                         .diags = diags,
                         .a = report->a,
                         .names = held->names,
                         .scratch = pm_arena_new()};
    struct pm_evidence ev = {.from = PM_NO_TIME,
                             .to = PM_NO_TIME,
                             .era = {.from = PM_NO_TIME},
                             .stray = {.from = PM_NO_TIME}};
    struct pm_pulls pulls = {0};
    struct pm_hits hits = {0};
    const struct pm_scene scene = {&env, &ev, &pulls};
    pm_correlate_load(&env);
    pm_window_choose(&env, &ev);
    read_bundle(&env, &ev);
    window(&env, &ev, report);
    find_pulls(&env, &ev, &pulls);
    find_incidents(&scene, &hits, report);
    bool good = fill_report(&scene, &hits, report);
    pm_ruleset_limits(rules, diags, PM_NONE, 0); // texts that are no line of their own
    pm_timeline_diags(t, diags);
    pm_reckon_or_end(&scene, &hits, report);
    hits_free(&hits);
    pm_pulls_free(&pulls);
    pm_evidence_free(&ev);
    free(env.families.items);
    free(env.links.items);
    pm_arena_free(env.scratch);
    if (good) return report;
    pm_report_free(report);
    return NULL;
}
