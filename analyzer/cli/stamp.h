// Stamps as they stand in logs, mails and terminals, for --since and its like. Level 6.
#pragma once
#include "cli/window.h"

// A stamp's whole text, with a quote or bracket around it. One without a year is of the
// year in which it is the last before the logs' end.
enum pm_time_form pm_stamp_pasted(struct pm_str s, int64_t end_ns, int64_t *ns);
