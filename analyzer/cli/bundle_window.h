// The window that a bundle is judged in. Level 6.
#pragma once
#include "cli/bundle.h"

// Into the judge's options. PM_EXIT_OK, or PM_EXIT_USAGE where the timeline has no such
// time, said.
int pm_bundle_window(const struct pm_bundle_args *args, struct pm_timeline *t,
                     struct pm_judge_options *o);
// A window that leaves nothing is said.
void pm_bundle_window_note(const struct pm_report *r, const struct pm_judge_options *args);
