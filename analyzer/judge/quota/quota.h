// Internal to analyzer/judge/quota/: policies (rules/quotas.yaml), what was spent, and
// the curve of a budget.
//
//   policy.c   the dated table of limits
//   identity.c whose budget a pull or request draws on
//   spend.c    pulls and requests → budgets, each a list of what it was charged
//   curve.c    one budget in time: how much was used, when it was gone, when it frees
//   checked.c  what health checks read of theirs
//   quota.c    budgets → rows of the report
#pragma once
#include "judge/scene.h"

enum pm_per {
    PM_PER_ADDRESS,
    PM_PER_USER,
    PM_PER_ACCOUNT
}; // account: all of a registry's clients share it
struct pm_policy {
    const char *id, *registry, *plan,
        *unit;          // registry: "docker.io", "*.pkg.dev"; plan: NULL where there is one for all
    const char **users; // NULL: everybody
    size_t users_n;
    bool anonymous, fixed,
        every_request; // fixed: windows begin by the clock, else they slide; every_request: manifests are not all that counts
    enum pm_per per;
    int64_t from, until; // PM_NO_TIME: open
    int64_t limit;       // -1: not published
    int64_t window_ns;
};
struct pm_policies {
    PM_LIST(struct pm_policy) list;
};

// The built-in table, after the entries of --quotas FILE. False where a table is broken
// (told with file and line).
bool pm_policies_load(const struct pm_env *env, uint64_t *own_hash, struct pm_policies *out);
// The first entry for that registry, identity and day: one that names the user, one whose
// limit the registry told (-1: it told none), the first without a plan or with the
// smallest. NULL where nothing is known.
const struct pm_policy *pm_policy_find(const struct pm_policies *p, struct pm_str registry,
                                       bool anonymous, struct pm_str user, int64_t told,
                                       int64_t at);

struct pm_spend { // one pull or request, as the registry's meter sees it
    int64_t at;
    uint32_t client, pull,
        seq; // pull: index + 1, 0 where only the registry side saw it; seq: order of coming
    uint16_t low, high; // what it cost, at least and at most; 0 where it was refused
    bool refused;
    int64_t limit, left, window_s; // what the answer's headers told, -1 nothing
};
enum pm_whose {
    PM_WHOSE_ANONYMOUS,
    PM_WHOSE_USER,
    PM_WHOSE_UNKNOWN
};                 // unknown: a pull secret is there, and nothing says that it was presented
struct pm_budget { // one registry, identity and user
    uint32_t registry, user;
    enum pm_whose whose;
    PM_LIST(struct pm_spend) spends;
};
struct pm_budgets {
    PM_LIST(struct pm_budget) list;
    Pvoid_t at[PM_WHOSE_UNKNOWN + 1]; // registry and user → index + 1
};
// What the whole bundle says of one registry, worked out once.
struct pm_account {
    int64_t from, to;                 // its own log is the better meter, for as long as it was kept
    bool anonymous, user;             // whom its refusals name
    bool asked_anonymous, asked_user; // how it was asked, where that shows
    bool
        nodes_tell; // refused pulls are counted where the nodes tell of them; a burst of retries can look like two groups to the registry's side
    struct pm_ids users; // who is named
};
struct pm_ledger { // while budgets are made
    const struct pm_scene *scene;
    const struct pm_policies *policies;
    struct pm_budgets *budgets;
    Pvoid_t account_at; // registry → index + 1
    PM_LIST(struct pm_account) accounts;
    Pvoid_t file_names_users, file_passes_on, file_caches, file_of_mirror; // file → 1
    Pvoid_t node_mirror;      // pair of node and registry → 1: pulls there ask a mirror first
    Pvoid_t charged;          // pull → 1 where its requests were charged
    uint32_t *client_of_node; // the address that the registry saw a node under
    uint32_t seq;
};
struct pm_account *pm_account_of(struct pm_ledger *l, uint32_t registry);
bool pm_quota_refused(
    const struct pm_attempt
        *p); // by a quota: throttling, a proxy's words and the kubelet's own limiter are none
bool pm_quota_named(const struct pm_attempt *p); // is known whose budget refused it?
enum pm_whose pm_whose_pull(struct pm_ledger *l, const struct pm_attempt *p);
enum pm_whose pm_whose_group(struct pm_ledger *l, const struct pm_request_group *g,
                             uint32_t registry, int64_t told_limit);
void pm_budgets_fill(struct pm_ledger *l); // spends in order of time
void pm_budgets_free(struct pm_budgets *b);

struct pm_curve { // over the spends of one budget and one address
    struct pm_spend *spends;
    size_t n, head, at; // at: the last one taken
    const struct pm_policy *policy;
    int64_t limit; // -1 unknown
    uint64_t low, high;
    int64_t more_low,
        more_high; // what a header showed beyond what the logs show; forgotten a window later
    int64_t more_at;
    bool refused; // one was, so far
    uint64_t
        beyond; // pulls that went well while it was shut: the limit was lifted, or they were another's
    int64_t beyond_from; // the first of them
};
void pm_curve_step(struct pm_curve *c,
                   size_t i); // forgets what left the window, then takes the i-th
uint64_t pm_curve_low(const struct pm_curve *c);
uint64_t pm_curve_high(const struct pm_curve *c);
int64_t pm_curve_frees(const struct pm_curve *c); // when one more fits; PM_NO_TIME unknown
void pm_quota_checked(
    const struct pm_scene *scene, struct pm_report *report,
    const struct pm_policies *all); // checked.c: a row for each budget of health checks
void pm_quota_consumers(const struct pm_scene *scene, struct pm_quota *q,
                        const struct pm_spend *spends, size_t n);
int64_t pm_quota_images(const struct pm_pulls *pulls, const struct pm_spend *spends,
                        size_t n); // different ones: what a pull-through cache would have fetched
// Different pairs of client and image among the refused: what would still have been pulled.
uint64_t pm_quota_refused_images(const struct pm_pulls *pulls, const struct pm_spend *spends,
                                 size_t n);
// All of it. False where a quota table is broken. seen: the same bundle without the cut of
// --since, or the scene itself where nothing is cut. own_hash: over --quotas.
bool pm_quotas_fill(const struct pm_scene *scene, struct pm_report *report, uint64_t *own_hash,
                    const struct pm_scene *seen);
