// The judge's side of pm/series.h: the series once the report is done. Internal to the
// judge.
#pragma once
#include "pm/incident.h"
#include "pm/series.h"

struct pm_scene;
struct pm_alert_rules;
// → report->metrics, after the incidents stand in the report: the series that the alerts'
// expressions and the reports speak of, or all of them (pm_judge_options). What is not asked
// for is counted, as the grid hangs on how many series there are and on when all of it was.
void pm_series_fill(const struct pm_scene *scene, const struct pm_alert_rules *alerts,
                    struct pm_report *report);
// Once alerts are replayed: only what reports tell of is kept.
void pm_series_forget(const struct pm_scene *scene, struct pm_report *report);
// alert.c: rules/alerts.yaml over them → report->alerts; false where a rule file is broken
bool pm_alerts_fill(const struct pm_scene *scene, struct pm_report *report, uint64_t *own_hash);
