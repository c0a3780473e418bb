// Clocks: what a member's stamps and the rest of the bundle say about the year and zone
// that its log lines leave out.
//
// While a member is read, evidence gathers (one struct a member, its worker's own). Once
// all are read, pm_clock_resolve settles every member, and pm_clock_fix turns the stored
// stamps into UTC. A stamp without a year is stored "walked": turns of the year that the
// walk over the file met are counted in as multiples of 366 days, so that fixing needs no
// order.
#pragma once
#include "clock/zone.h"
#include "pm/arena.h"
#include "pm/event.h"
#include "pm/timeline.h"

#define PM_CLOCK_LEAP_NS (INT64_C(366) * 86400 * PM_NS_PER_S)
#define PM_CLOCK_STEPS 56 // quarters of an hour in 14 h: no zone is farther from UTC

// Min > max: empty.
struct pm_clock_range {
    int64_t min, max;
};

// Of the first stamp in the file and of the last, which in a log whose times go back are not
// the least and the greatest. PM_NO_TIME: none.
struct pm_clock_ends {
    int64_t first, last;
};

// A fact that other members may hold too: this image, pulled or failed, then.
struct pm_clock_mark {
    uint64_t key;
    int64_t ns;    // as stored, of `kind`
    uint32_t node; // hash of the node's first label; 0 unknown
    uint8_t kind;  // enum pm_when_kind
};
// By quarter hours; most members have none.
struct pm_clock_votes {
    uint32_t beside[2 * PM_CLOCK_STEPS + 1];  // stamps without a zone beside an absolute one
    uint32_t written[2 * PM_CLOCK_STEPS + 1]; // zones that the runtime itself wrote
    // when, in UTC; read where there are votes
    struct pm_clock_range beside_at[2 * PM_CLOCK_STEPS + 1];
};
struct pm_clock_evidence {
    struct pm_clock_range no_year, local, utc, age; // stamps seen; no_year walked
    struct pm_clock_ends no_year_ends, local_ends, utc_ends;
    int64_t walk;
    bool walking, feb29;
    int feb29_turn;               // in which turn of the year Feb 29 was seen
    uint64_t feb29_line;          // where, 0 unknown
    struct pm_clock_votes *votes; // NULL: none
    struct {
        int base;
        uint32_t n;
    } years[4];                    // year votes for turn 0
    struct pm_clock_range anchors; // of "Log file created at" and the like
    int64_t capture_ns;            // PM_NO_TIME unknown
    // at least so late was it made: a dated text in a row that gives its age; PM_NO_TIME
    // unknown
    int64_t aged_ns;
    struct pm_clock_mark *marks;
    size_t marks_n, marks_cap;
};
void pm_clock_init(struct pm_clock_evidence *c);
void pm_clock_free(struct pm_clock_evidence *c);
// A stamp met in file order → its ns as stored. Kinds NONE and MONO pass as they are.
int64_t pm_clock_see(struct pm_clock_evidence *c, const struct pm_when *w);
// An envelope's stamp and its payload's own.
void pm_clock_pair(struct pm_clock_evidence *c, const struct pm_when *envelope,
                   const struct pm_when *payload);
// by a container runtime, in its local zone
void pm_clock_written(struct pm_clock_evidence *c, const struct pm_when *w);
// when this member was made
void pm_clock_capture(struct pm_clock_evidence *c, const struct pm_when *w);
// what is `age` old was at `then`
void pm_clock_aged(struct pm_clock_evidence *c, const struct pm_when *then,
                   const struct pm_when *age);
void pm_clock_forget(
    // what its payload claimed: marks, anchors, capture; hearsay dates nothing
    struct pm_clock_evidence *c);
void pm_clock_anchor(struct pm_clock_evidence *c, const struct pm_when *w);
void pm_clock_mark(struct pm_clock_evidence *c, uint64_t key, enum pm_when_kind kind,
                   int64_t stored_ns);

// Whether `b` may be the rest of a log whose beginning is `a`; their order. parts.c
bool pm_clock_goes_on(const struct pm_clock_evidence *a, const struct pm_clock_evidence *b);
int pm_clock_order(const struct pm_clock_evidence *a, const struct pm_clock_evidence *b);

// What was found for a member; ctx of pm_clock_fix.
struct pm_clock {
    bool has_year, has_offset;
    int year; // of turn 0
    int32_t offset_s;
    const struct pm_zone *zone; // --tz: overrides offset_s
    bool changes; // the zone's clock was put forward or back within the member: before_s until then
    int32_t before_s;
    int64_t change_ns;
    int64_t capture_ns, last_ns;
    enum pm_quality quality;             // of stamps without year or zone
    const char *year_from, *offset_from; // NULL: stamps carry their own
    int64_t skew_ms;
    bool no_such_day; // the user's year has no 29 February, and the member has
};
struct pm_clock_member {
    struct pm_str path, input, node; // node: as far as known
    enum pm_component component;
    int64_t mtime_ns;
    struct pm_clock_evidence *evidence;
    int year; // the user's, for this member alone; 0: what is asked of all
    const struct pm_zone *zone;
    size_t copy_of;        // index + 1 of the member that has the very same bytes; 0 none
    struct pm_clock clock; // out
};
// Members stand in the order of their paths. `year` and `zone` are the user's overrides (0, NULL). `now_ns` is the last resort for a
// year.
void pm_clock_resolve(struct pm_clock_member *m, size_t n, int year, const struct pm_zone *zone,
                      int64_t now_ns);
// a pm_clock_fix; ctx: struct pm_clock
int64_t pm_clock_fix_stamp(void *ctx, enum pm_when_kind kind, int64_t ns, enum pm_quality *quality);
// First and last stamp of the member in UTC, once it is resolved. False where nothing is
// dated.
bool pm_clock_span(struct pm_clock_member *m, int64_t *from_ns, int64_t *to_ns);
