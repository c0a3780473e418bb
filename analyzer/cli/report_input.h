// What was wrong with a report's input. Level 6.
#pragma once
#include "pm/diag.h"
#include "pm/incident.h"
#include "pm/timeline.h"

// Fills diagnostics and skipped from the timeline; the judge leaves them empty. `said`: its
// own diagnostics, which a timeline opened for reading cannot take.
void pm_report_input(struct pm_report *r, struct pm_timeline *t, struct pm_diags *said);
