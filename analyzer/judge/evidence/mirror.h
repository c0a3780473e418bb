// Mirrors as the bundle's configuration names them, whatever program it is for.
#pragma once
#include "judge/evidence/evidence.h"

struct pm_mirror {
    struct pm_str registry; // that it stands in for; "*" for all
    struct pm_str url, host, path;
    const struct pm_config_fact *config;
    uint64_t line;
    bool only_way; // nothing names the registry itself: no way but this one
    bool
        after_registry; // the registry itself stands before it and no other mirror does: asked only where that fails, which is no mirror
    bool never_pulls;   // hosts.toml gives it capabilities, and "pull" is none of them
};
// In the order of the files' paths; lives in the report's arena. Hosts that are the
// registry itself are none.
size_t pm_mirrors_find(const struct pm_env *env, const struct pm_evidence *ev,
                       struct pm_mirror **out);
// Does it spare this registry pulls?
bool pm_mirror_serves(const struct pm_mirror *m, struct pm_str registry);
