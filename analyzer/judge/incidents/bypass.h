// Mirrors that the runtime of a node does not read.
#pragma once
#include "judge/evidence/mirror.h"
#include "judge/incidents/hits.h"

struct pm_bypass {
    const struct pm_trace *start; // of the runtime
    const struct pm_mirror *mirror;
};
// Since when does this node go past the mirror of a registry? False where its runtime's
// start was not seen until then, or it reads one.
bool pm_bypass_of(const struct pm_scene *scene, uint32_t node, struct pm_str registry,
                  int64_t until, struct pm_bypass *out);
// Is it in a file that the runtime of its node has no use for, and is there no other?
bool pm_mirror_unread(const struct pm_scene *scene, const struct pm_mirror *m);
