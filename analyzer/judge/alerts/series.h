// The judge's side of pm/series.h: the series once the report is done. Internal to the
// judge.
#pragma once
#include "pm/series.h"

struct pm_state;
void pm_series_fill(
    struct pm_state *s); // → report->metrics; after the incidents stand in the report
bool pm_alerts_fill(
    struct pm_state *
        s); // alert.c: rules/alerts.yaml over them → report->alerts; false where a rule file is broken
