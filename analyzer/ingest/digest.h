// The SHA-256 of a member's content, taken while it is read.
//
// A big member's is taken by a thread of its own beside the worker that parses the same
// block, so that where a core is idle only the processor's time shows it. Small members
// (most are) are done before the thread would have begun.
#pragma once
#include "pm/arena.h"

struct digest;
enum digest_of { DIGEST_OF_ALL = 0, DIGEST_OF_SAMPLES };
// Of samples: all of the first MiB, of the rest a sixteenth, and every record that events
// came from, so that no member is left out as a copy of one that told something else. That
// is for a timeline that goes with the run, and costs a tenth: where a log is read by its
// hits alone, the sum of all of it takes as long as the reading.
struct digest *digest_new(enum digest_of of);
void digest_free(struct digest *d);

// One content after the other: what is added stays as it is until digest_wait.
void digest_begin(struct digest *d);
void digest_add(struct digest *d, const char *p, size_t n);
void digest_wait(struct digest *d);
// "sha256:…", "samples:…". told: a hash over those records.
struct pm_str digest_end(struct digest *d, uint64_t told, struct pm_arena *a);
extern const struct pm_str digest_of_nothing; // of all empty members
