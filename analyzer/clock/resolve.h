// What the passes over all members share (clock.c has them in order). Internal to
// analyzer/clock/.
#pragma once
#include "clock/name.h"
#include "clock/range.h"
#include "pm/intern.h"

// What is known under one folder, subfolders included.
struct place {
    int64_t told, latest; // capture times told; stamps of objects and events
};
// Of members, each its own.
struct ranges {
    struct pm_clock_range *items;
    size_t n, cap;
};
struct node {
    struct ranges utc;
    uint32_t votes[2 * PM_CLOCK_STEPS + 1]; // for the zone of its processes
};
// A log with its rotated parts.
struct log {
    uint32_t votes[2 * PM_CLOCK_STEPS + 1];
};
struct resolve {
    struct pm_clock_member *m;
    size_t n;
    struct pm_intern *folders, *labels, *log_names;
    struct log *logs;
    size_t logs_n, logs_cap; // by name id
    struct place *places;
    size_t places_n, places_cap; // by folder id
    struct node *nodes;
    size_t nodes_n, nodes_cap;    // by label id; 0 is nobody
    struct pm_clock_range bundle; // absolute stamps of objects and events, else of anything
    struct ranges events; // of events alone: they live for an hour, objects as long as the cluster
    int64_t mtime_ns;     // the latest of all members
    struct pm_clock_mark *marks; // with a zone, by key then time
    size_t marks_n, marks_cap;
};

static inline bool clock_is_of_cluster(enum pm_component c) {
    return c == PM_COMP_EVENTS || c == PM_COMP_OBJECTS;
}
// A stamp without a year, "walked" by pm_clock_see, in its year: `base` is that of turn
// 0. False, and the day after 28 February, where the year has no such day. fix.c
bool clock_in_turn(int64_t walked, int base, int64_t *ns);
// The record that the members of its node share. by_node.c
struct node *clock_node_of(struct resolve *r, const struct pm_clock_member *m);
// The newest date in the names of the file, then of its folders, then of the archive it
// came in; PM_NO_TIME: none. year.c
int64_t clock_name_date(const struct pm_clock_member *m);

void clock_year_resolve(struct resolve *r, struct pm_clock_member *m, int year, int64_t now_ns);
// offset.c: every member votes before the first is resolved.
void clock_offset_learn(struct resolve *r, const struct pm_clock_member *m);
void clock_offset_vote(struct resolve *r, const struct pm_clock_member *m);
void clock_offset_resolve(struct resolve *r, struct pm_clock_member *m, const struct pm_zone *zone);
// by offset, PM_CLOCK_STEPS is UTC: how often the log coincides with facts that have a zone
const uint32_t *clock_offset_votes(struct resolve *r, const struct pm_clock_member *m);
// Zones by logs of the same kind on other nodes, once each has asked its own. alike.c
void clock_alike_resolve(struct resolve *r);
void clock_capture_learn(struct resolve *r, const struct pm_clock_member *m); // capture.c
void clock_capture_resolve(struct resolve *r, struct pm_clock_member *m, size_t n);
void clock_skew_prepare(struct resolve *r); // skew.c
void clock_skew_resolve(const struct resolve *r, struct pm_clock_member *m);
// Facts with a zone, sorted by key and time. marks.c
void clock_marks_gather(struct resolve *r);
void clock_marks_sort(struct resolve *r);
size_t clock_marks_from(const struct resolve *r, uint64_t key, int64_t ns); // the first at or after
// Either is not known, or they are one.
static inline bool clock_same_node(uint32_t a, uint32_t b) { return !a || !b || a == b; }
