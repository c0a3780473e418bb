// The judge's side of pm/series.h: the series once the report is done. Internal to the
// judge.
#pragma once
#include "pm/incident.h"
#include "pm/series.h"

struct pm_scene;
struct pm_hits;
struct pm_env;
void pm_series_fill(
    const struct pm_scene *scene,
    struct pm_report *report); // → report->metrics; after the incidents stand in the report
bool pm_alerts_fill(
    const struct pm_env *env, struct pm_report *report,
    uint64_t *
        own_hash); // alert.c: rules/alerts.yaml over them → report->alerts; false where a rule file is broken
