// What pullmortem wrote itself. Level 5.
#pragma once
#include "pm/str.h"

// Whether a member that begins so is a report, a gate's file or a baseline of
// pullmortem's; NULL: it is not. Else what it is, for people.
const char *pm_own_output(struct pm_str head);
