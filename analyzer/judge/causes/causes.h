// Why each pull failed. Internal to the judge.
#pragma once
#include "judge/attempts/pulls.h"

// Pulls whose own lines cannot decide → by their neighbours.
void pm_settle(const struct pm_env *env, const struct pm_evidence *ev, struct pm_pulls *pulls);
