// What a person is told: the report from all that is known. Internal to the judge.
#pragma once
#include "judge/incidents/hits.h"

// Of one incident, once all of it is known.
void pm_advice_fill(const struct pm_scene *scene, const struct pm_hits *hits, struct pm_hit *h);
// Title and summary.
void pm_sentence_write(const struct pm_scene *scene, const struct pm_hits *hits,
                       const struct pm_report *report, struct pm_hit *h);
struct pm_str pm_sentence_verdict(const struct pm_scene *scene, const struct pm_hits *hits,
                                  const struct pm_report *report, const struct pm_hit *h);
struct pm_str pm_sentence_calm(const struct pm_scene *scene, const struct pm_hits *hits);
// The lines that each verdict stands on.
void pm_evidence_pick(const struct pm_scene *scene, struct pm_hits *hits);
// What each piece of evidence was taken for, and the lines beside it: after it.
void pm_evidence_beside(const struct pm_env *env, struct pm_hits *hits);

// Of the whole bundle.
void pm_bundle_span(const struct pm_env *env, struct pm_evidence *ev, struct pm_report *report);
void pm_bundle_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                    struct pm_report *report);
void pm_findings_fill(const struct pm_scene *scene, struct pm_report *report);
bool pm_finding_known(const char *check); // is there such a check?
void pm_stats_fill(const struct pm_scene *scene, struct pm_report *report);
// A width that people read, of at most so many steps.
int64_t pm_step_width(int64_t span, int64_t most);
void pm_unknown_fill(const struct pm_scene *scene, struct pm_report *report);
// Names and numbers taken out.
struct pm_str pm_unknown_template(struct pm_arena *a, struct pm_str text);
void pm_hearsay_fill(const struct pm_evidence *ev, struct pm_report *report);
void pm_lanes_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                   struct pm_report *report);
void pm_missing_fill(const struct pm_scene *scene, const struct pm_hits *hits,
                     struct pm_report *report);
void pm_missing_once(struct pm_report *r); // at the end of all
