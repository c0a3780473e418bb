// Times as people give them: --since, --until and --around. Level 6.
#pragma once
#include "pm/str.h"

// The evidence that relative forms are told from: its first and last stamp; PM_NO_TIME
// where nothing is dated.
struct pm_extent {
    int64_t from_ns, to_ns;
};
// UNDATED: a relative form, and nothing it could be told from.
enum pm_time_form { PM_TIME_BAD = 0, PM_TIME_UNDATED, PM_TIME_GOOD };
// 2026-04-12, '2026-04-12 06:47', 2026-04-12T06:47:01.5+02:00 (no zone is UTC); and from
// the evidence's end on: 2h, -30m, 1h30m, 15:26 (the last such before the end), today,
// yesterday, 'yesterday 15:00'; and stamps as logs have them, stamp.h.
enum pm_time_form pm_time_given(const char *text, const struct pm_extent *e, int64_t *ns);
// T, with a quarter of an hour to both sides, or T/SPAN with that much.
enum pm_time_form pm_time_around(const char *text, const struct pm_extent *e, int64_t *at,
                                 int64_t *from, int64_t *to);
#define PM_TIME_FORMS                                                                              \
    "2026-04-12, '2026-04-12 06:47', 2026-04-12T06:47:00+02:00 (no zone is UTC), a stamp out of a log, or from the end of the logs 2h, 15:26, 'yesterday 15:00'"
