// What incidents, budgets, series and texts are made from: all const, once the pulls are
// settled. Internal to the judge.
#pragma once
#include "judge/attempts/pulls.h"

struct pm_scene {
    const struct pm_env *env;
    const struct pm_evidence *ev;
    const struct pm_pulls *pulls;
};
