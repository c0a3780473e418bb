// What must hold in every report. Internal to the judge.
#pragma once
#include "judge/passes.h"

size_t pm_reckon(const struct pm_scene *scene, const struct pm_hits *hits,
                 const struct pm_report *report,
                 struct pm_buf *told); // how many reckonings are broken; each is told in a line
void pm_reckon_or_end(
    const struct pm_scene *scene, const struct pm_hits *hits,
    const struct pm_report
        *report); // asks in test builds (reckon.c), and ends the program where one is broken
