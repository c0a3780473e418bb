// What judge.c does itself or hands to its own files. Internal to the judge.
#pragma once
#include "judge/incidents/hits.h"

// Rows → evidence; evidence → pulls, settled. pulls.c
void pm_read_bundle(const struct pm_env *env, struct pm_evidence *ev);
void pm_find_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
// Reads the timeline once more, as `env` has its options and `ev` its era: what the report
// is about stands there already.
void pm_judge_pulls(const struct pm_env *env, struct pm_evidence *ev, struct pm_pulls *pulls);
// The other stretches of time, summed up. windows.c
void pm_windows_fill(const struct pm_env *env, const struct pm_evidence *ev,
                     struct pm_report *report);
// Pulls and incidents into the report and back into the timeline. finish.c
void pm_report_finish(const struct pm_scene *scene, struct pm_hits *hits, struct pm_report *report);
