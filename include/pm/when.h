// Timestamps. Level 1. Everything is int64 nanoseconds; no strptime, no locale, no libc
// time zone.
//
// Logs often lack the year, the zone, or both. A stamp says what it knows;
// analyzer/clock/clock.c finds the rest once a member is read. NO_YEAR keeps ns as time
// since the start of a 366-day year (day-in-year × 24 h + time of day), so that Feb 29
// survives until the year is known.
#pragma once
#include "pm/str.h"

enum pm_when_kind {
    PM_WHEN_NONE = 0,
    PM_WHEN_UTC,     // ns since 1970 UTC: the log gave date and offset
    PM_WHEN_LOCAL,   // full date, zone unknown: ns as if it were UTC
    PM_WHEN_NO_YEAR, // no year, no zone: ns into a leap year
    PM_WHEN_MONO,    // ns since an unknown start (boot, process)
    PM_WHEN_AGE, // ns before the capture of this file (kubectl tables); unit_ns is its resolution
};

// How a finished stamp is known: the report's clock.quality.
enum pm_quality {
    PM_QUALITY_EXACT = 0,
    PM_QUALITY_INFERRED, // year or zone found from other stamps
    PM_QUALITY_ASSUMED,  // year or zone taken on trust (UTC, archive time)
    PM_QUALITY_RELATIVE, // age or monotonic, anchored or not
};
extern const char *const pm_quality_names[];

struct pm_when {
    enum pm_when_kind kind;
    int64_t ns;
    int64_t unit_ns;  // resolution of the stamp: 1 s for syslog, 1 µs for klog, 1 for nine digits
    int32_t offset_s; // UTC only: the offset that was written, seconds east; 0 for Z
};

#define PM_NS_PER_S INT64_C(1000000000)
#define PM_NO_TIME INT64_MIN
// A time that is missing enters no arithmetic, and no sum leaves the range: what is
// calculated with times, and which of two is first, is asked here.
static inline int64_t pm_time_add(int64_t at, int64_t span) {
    int64_t sum;
    if (at == PM_NO_TIME) return PM_NO_TIME;
    if (__builtin_add_overflow(at, span, &sum) || sum == PM_NO_TIME)
        return span > 0 ? INT64_MAX : INT64_MIN + 1;
    return sum;
}
static inline int64_t pm_since(int64_t at, int64_t span) { // so long before
    return pm_time_add(at, span == INT64_MIN ? INT64_MAX : -span);
}
// From one to the other: under 0 where the other is earlier. Two that are missing are not
// apart, one that is missing is beyond any distance.
static inline int64_t pm_time_between(int64_t from, int64_t to) {
    int64_t d;
    if (from == to) return 0;
    if (from == PM_NO_TIME || to == PM_NO_TIME) return INT64_MAX;
    if (__builtin_sub_overflow(to, from, &d)) return to > from ? INT64_MAX : INT64_MIN + 1;
    return d == INT64_MIN ? d + 1 : d; // so that it can be turned round
}
static inline int64_t pm_time_apart(int64_t a, int64_t b) {
    int64_t d = pm_time_between(a, b);
    return d < 0 ? -d : d;
}
// The earlier and the later of two; of one that is missing and one that is not, the latter.
static inline int64_t pm_min_time(int64_t a, int64_t b) {
    return a != PM_NO_TIME && (b == PM_NO_TIME || a < b) ? a : b;
}
static inline int64_t pm_max_time(int64_t a, int64_t b) {
    return b == PM_NO_TIME || (a != PM_NO_TIME && a > b) ? a : b;
}
// An end that is missing is open; what has no time is in no stretch.
static inline bool pm_time_in(int64_t t, int64_t from, int64_t to) {
    return t != PM_NO_TIME && (from == PM_NO_TIME || t >= from) && (to == PM_NO_TIME || t <= to);
}
// A number of seconds or bytes that somebody wrote, times so many: as large as there is
// room for.
static inline int64_t pm_times(int64_t n, int64_t each) {
    int64_t product;
    if (__builtin_mul_overflow(n, each, &product))
        return (n < 0) == (each < 0) ? INT64_MAX : INT64_MIN + 1;
    return product;
}
static inline int64_t pm_seconds_ns(int64_t seconds) { return pm_times(seconds, PM_NS_PER_S); }
// A sum of sizes: it stays at the largest number rather than to begin anew below zero.
static inline int64_t pm_sum(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

// Each reads one shape at the start of s and returns how many bytes it used, 0 where it
// is not there. 2024-01-02T03:04:05[.frac][Z|±hh:mm|±hhmm|±hh:mmmm(conmon)], or a blank
// for T; no zone → LOCAL; "," before the fraction too
size_t pm_when_rfc3339(struct pm_str s, struct pm_when *w);
size_t pm_when_klog(struct pm_str s, struct pm_when *w);   // 0102 03:04:05.678901
size_t pm_when_syslog(struct pm_str s, struct pm_when *w); // Jan  2 03:04:05[.678901]
// 02/Jan/2024:03:04:05[.678] +0000, zone may lack
size_t pm_when_clf(struct pm_str s, struct pm_when *w);
// 2024/01/02 03:04:05 (nginx error log, klog preamble)
size_t pm_when_slash(struct pm_str s, struct pm_when *w);
size_t pm_when_epoch(struct pm_str s, struct pm_when *w);   // 1704164645[.678901], 10 digits
size_t pm_when_compact(struct pm_str s, struct pm_when *w); // 20240102030405, 20240102-030405
// Tue Jan  2 03:04:05 [AM|PM] UTC 2024 (`date`); known abbreviations only, else LOCAL
size_t pm_when_unixdate(struct pm_str s, struct pm_when *w);
// Tue 2024-01-02 03:04:05[.frac] UTC (journald short-full)
size_t pm_when_full(struct pm_str s, struct pm_when *w);
struct pm_when pm_when_unix_ns(int64_t ns);

// proleptic Gregorian, as UTC
int64_t pm_civil_ns(int year, int month, int day, int hour, int minute, int second,
                    int64_t frac_ns);
void pm_civil_of(int64_t ns, int *year, int *month, int *day, int *hour, int *minute, int *second,
                 int *ms);
int pm_weekday(int year, int month, int day); // 0 Sunday
bool pm_year_leap(int year);
// The year-less ns into `year`, as if UTC. False where it is Feb 29 and the year has
// none.
bool pm_when_in_year(int64_t leap_ns, int year, int64_t *ns);
// "2026-04-12T06:47:01.123Z" into out[25]; "" for PM_NO_TIME. Returns out.
char *pm_when_format(int64_t ns, char out[32]);
char *pm_when_hm(int64_t ns, char out[32]); // "06:47"
// "06:47", "06:47:09", "2024-01-02 06:47"
char *pm_when_clock(int64_t ns, bool day, bool seconds, char out[32]);
#define PM_BRIEF_NS (600 * PM_NS_PER_S)             // what is shorter is told with seconds
char *pm_duration_format(int64_t ns, char out[32]); // for people: "2 h 13 min", "45 s", "0.3 s"
