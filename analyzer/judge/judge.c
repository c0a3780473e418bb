// The judge. READ FIRST: the passes in their order, a room each (README.md has what each
// hands on).
//
//   evidence/   which time it is about (what lies a long silence apart is only summed up);
//               rows of the timeline → traces (what happened), facts (how things were),
//               groups of requests; clocks and mirrors
//   attempts/   traces and requests → pulls, one an attempt, whoever traced it
//   causes/     pulls whose own lines cannot decide → by their neighbours
//   incidents/  failed pulls → incidents; which led to which; what separates hit from
//               spared, who was hit, how sure
//   tell/       what to do, in words; the lines it stands on; what else is found, missing, unknown
//   quota/      budgets; a part of the time is folded once more with the day before it
//   finish.c    into the report, and back into the timeline
//   alerts/     the report as series, and which alerts would have fired over them
//   reckon.c    in test builds: does it all add up?
#include "judge/alerts/series.h"
#include "judge/causes/causes.h"
#include "judge/evidence/mirror.h"
#include "judge/incidents/goods.h"
#include "judge/passes.h"
#include "judge/quota/quota.h"
#include "judge/reckon.h"
#include "judge/tell/pulls.h"
#include "judge/tell/tell.h"
#include "pm/series.h"
#include <stdlib.h>

struct held {
    struct pm_report report;
    struct pm_intern *names;
}; // a report and the table its names live in

void pm_report_free(struct pm_report *r) {
    if (!r) return;
    struct held *held = (struct held *)r; // the report is its first member
    pm_pulls_kept_free(r->pulls);
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
    if (r->metrics && r->metrics->a) pm_arena_free(r->metrics->a);
    pm_arena_free(r->a);
    pm_intern_free(held->names);
    free(held);
}

static void rules_in_force(const struct pm_env *env, struct pm_report *report, uint64_t *own_hash) {
    struct pm_str rules = pm_str_c(pm_ruleset_hash(env->rules));
    if (*own_hash)
        rules = pm_arena_fmt(env->a, "%016llx", (unsigned long long)pm_str_hash(rules, *own_hash));
    report->rules_hash = pm_arena_cstr(env->a, rules);
}

static void each_incident(const struct pm_scene *scene, struct pm_hits *hits,
                          const struct pm_report *report) {
    struct pm_goods goods;
    pm_blast_prepare(scene, hits);
    pm_goods_prepare(scene, &goods);
    for (size_t i = 0; i < hits->n; i++) {
        struct pm_hit *h = &hits->items[i];
        if (h->dropped) continue;
        h->incident = PM_NEW(scene->env->a, struct pm_incident);
        pm_wire_fill(scene, h);
        pm_scope_find(scene, &goods, h);
        pm_wire_tags(scene, h);
        pm_recovery_find(scene, h);
        pm_blast_fill(scene, hits, h);
        pm_trigger_find(scene, hits, h);
        pm_severity_weigh(scene, hits, h);
        pm_confidence_weigh(scene, hits, h);
        pm_advice_fill(scene, hits, h);
        pm_sentence_write(scene, hits, report, h);
    }
    pm_goods_free(&goods);
}

static void find_incidents(const struct pm_scene *scene, struct pm_hits *hits,
                           const struct pm_report *report) {
    pm_group_incidents(scene, hits);
    pm_chain_links(scene, hits);
    pm_bypass_find(scene, hits);
    each_incident(scene, hits, report);
    pm_evidence_pick(scene, hits);
    pm_evidence_beside(scene->env, hits);
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

static void stage(const struct pm_env *env, const char *name) {
    if (env->options->stage) env->options->stage(name);
}
static bool fill_report(const struct pm_scene *scene, struct pm_hits *hits,
                        struct pm_report *report, uint64_t own_hash) {
    stage(scene->env, "summing up");
    pm_stats_fill(scene, report);
    pm_windows_fill(scene->env, scene->ev, report);
    pm_unknown_fill(scene, report);
    pm_hearsay_fill(scene->ev, report);
    pm_bundle_fill(scene, hits, report);
    pm_report_finish(scene, hits, report);
    pm_lanes_fill(scene, hits, report);
    pm_missing_fill(scene, hits, report);
    stage(scene->env, "replaying alerts");
    bool good = pm_alerts_fill(scene, report, &own_hash);
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
                         .scratch = pm_arena_new(),
                         .verdicts = pm_verdicts_new()};
    struct pm_evidence ev = {.from = PM_NO_TIME,
                             .to = PM_NO_TIME,
                             .era = {.from = PM_NO_TIME},
                             .stray = {.from = PM_NO_TIME}};
    struct pm_pulls pulls = {0};
    struct pm_hits hits = {0};
    const struct pm_scene scene = {&env, &ev, &pulls};
    uint64_t own_hash = 0; // over --quotas and --alerts, which are in force beside the rules
    pm_correlate_load(&env);
    pm_window_choose(&env, &ev);
    stage(&env, "reading the timeline");
    pm_read_bundle(&env, &ev);
    pm_bundle_span(&env, &ev, report);
    stage(&env, "folding pulls");
    pm_find_pulls(&env, &ev, &pulls);
    stage(&env, "finding incidents");
    find_incidents(&scene, &hits, report);
    pm_findings_fill(&scene, report);
    stage(&env, "reckoning budgets");
    bool good = quotas(&scene, report, &own_hash);
    pm_charges_free(&ev);
    good = fill_report(&scene, &hits, report, own_hash) && good;
    pm_ruleset_limits(rules, diags, PM_NONE, 0); // texts that are no line of their own
    pm_timeline_diags(t, diags);
    pm_reckon_or_end(&scene, &hits, report);
    if (good && o->every_pull) report->pulls = pm_pulls_keep(&env, &pulls, &hits);
    else pm_verdicts_free(env.verdicts);
    pm_hits_free(&hits);
    pm_pulls_free(&pulls);
    pm_evidence_free(&ev);
    free(env.families.items);
    free(env.links.items);
    pm_arena_free(env.scratch);
    if (good) return report;
    pm_report_free(report);
    return NULL;
}
