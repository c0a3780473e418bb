// Requests of an access log that was cut. Level 4, inside ingest.
#pragma once
#include "ingest/pipe.h"

// Of members in the order of one walk; those that go on behind the one before say so.
void ingest_rejoin(struct pm_timeline *t, const struct result *members, size_t n);
