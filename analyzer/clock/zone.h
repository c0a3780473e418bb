// Time zones as --tz names them: "UTC", "+02:00", "Europe/Berlin" (the system's zoneinfo,
// read here: libc's zone state is global).
#pragma once
#include "pm/when.h"

struct pm_zone;
struct pm_zone *pm_zone_open(const char *name); // NULL where there is no such zone
void pm_zone_close(struct pm_zone *z);
int32_t pm_zone_offset(const struct pm_zone *z, int64_t utc_ns); // seconds east
// Local wall clock (ns as if UTC) → UTC. In the repeated hour of autumn the first pass is
// taken, unless that lies before `not_before_ns` (PM_NO_TIME: unknown).
int64_t pm_zone_utc(const struct pm_zone *z, int64_t local_ns, int64_t not_before_ns);
