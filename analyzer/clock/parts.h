// Parts of one log, resolved as one. Internal to analyzer/clock/.
#pragma once
#include "clock/clock.h"

struct clock_part {
    size_t member, head;                   // of a log, its first part
    struct pm_clock_evidence *own, *joint; // joint: of all parts; the first's alone has it
};
struct clock_parts {
    struct clock_part *items;
    size_t n, cap;
    struct pm_clock_evidence nothing; // what the others show until all is found
};
// `m` in the order of their paths.
void clock_parts_join(struct clock_parts *p, struct pm_clock_member *m, size_t n);
void clock_parts_share(struct clock_parts *p, struct pm_clock_member *m);
