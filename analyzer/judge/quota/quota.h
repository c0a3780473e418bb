// Registries' limits, as rules/quotas.yaml tells them. Internal to analyzer/judge/.
#pragma once
#include "judge/state.h"

struct pm_policy {
    const char *id, *registry; // "docker.io", "*.pkg.dev"
    bool anonymous, per_user;
    int64_t from, until; // PM_NO_TIME: open
    int64_t limit;       // -1: not published
    int64_t window_ns;
};
struct pm_policies {
    PM_LIST(struct pm_policy) list;
};

// The built-in table, after the entries of --quotas FILE. False where a table is broken (told with file and line).
bool pm_policies_load(struct pm_state *s, struct pm_policies *out);
// The first entry for that registry, identity and day; NULL where nothing is known.
const struct pm_policy *pm_policy_find(const struct pm_policies *p, struct pm_str registry, bool anonymous, int64_t at);
