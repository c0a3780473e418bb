// Pulls as they are told, and those that a report keeps. Internal to the judge.
#pragma once
#include "judge/incidents/hits.h"

// incident: its id, 0 of none. Its list of pods is in the environment's arena.
struct pm_pull pm_pull_told(const struct pm_env *env, const struct pm_pulls *pulls, size_t index,
                            uint32_t incident);
// Takes over the pulls and the environment's verdicts; its names have to live as long.
struct pm_pulls_kept *pm_pulls_keep(const struct pm_env *env, struct pm_pulls *pulls,
                                    const struct pm_hits *hits);
void pm_pulls_kept_free(struct pm_pulls_kept *kept);
