// Settling, shared by its files: rules/settle.yaml as values, what is known of all pulls, and
// what is asked of one. Internal to analyzer/judge/causes/.
#pragma once
#include "judge/causes/registry_side.h"
#include "rules/tables.h"
#include "rules/weights.h"
#include "rules/wordlist.h"

#define SETTLE_LOOKED_MAX 512 // of an episode's pulls: more would say the same

// Causes, and what is none. Equal sets are one set, so that answers can be kept by them.
struct settle_kin {
    const uint8_t *causes; // by index into pm_causes: 1 where it is meant
    bool none, open;       // no cause at all; several readings
};
enum settle_round { SETTLE_EVERY = 0, SETTLE_FIRST, SETTLE_LAST, SETTLE_AFTER };
enum settle_share { SHARE_REGISTRY = 0, SHARE_NODE, SHARE_REPOSITORY, SHARE_COUNT };
enum settle_as { SETTLE_CAUSE = 0, SETTLE_NEIGHBOUR, SETTLE_LIKELIEST, SETTLE_REOPEN };

struct settle_near {
    enum settle_share shares[SHARE_COUNT];
    size_t shares_n;
    struct settle_kin cause, only, other_than;
    bool own; // the families of the pull's own readings, instead of `cause`
};
struct settle_beside {
    bool asked, by_registry, fits, same_repository, any_line;
    int64_t before_ns, after_ns;
    struct settle_kin cause;
    uint64_t kinds; // bits of enum pm_kind
};
struct settle_amid {
    bool asked;
    enum settle_share share;
    int64_t within_ns;
    struct settle_kin cause;
};
struct settle_words { // a list of lists.yaml
    struct pm_wordlist list;
    bool asked;
};
struct settle_globs {
    const char *items[PM_STANZA_GLOBS_MAX];
    size_t n;
};

#define SETTLE_SEEN_MAX (PM_STANZA_SEEN_MAX + 1) // a NULL behind the last
struct settle_observation;
struct settle_rule { // a stanza
    const char *id;
    enum settle_round round;
    struct settle_kin is, is_not, may_be, between, may_not_be;
    const struct settle_observation *seen[SETTLE_SEEN_MAX], *unless[SETTLE_SEEN_MAX];
    struct settle_words says, says_not;
    struct settle_globs registries, other_registries;
    int64_t lasted_ns; // 0: not asked
    int16_t hidden_status;
    struct settle_near near, not_near;
    struct settle_beside beside;
    struct settle_amid amid;
    enum settle_as as;
    int cause;                         // SETTLE_CAUSE
    int candidates[PM_CANDIDATES_MAX]; // SETTLE_REOPEN
    int candidates_n;
    bool was_mirror;
    enum pm_confidence confidence;
    struct pm_str why; // the report's
};

// Of one registry: ok_after is the first success after the first refusal; mixed: and it
// refused again, later in the hour.
struct settle_edge {
    int64_t first_refused, first_ok, ok_after;
    bool mixed;
};
struct settling {
    const struct pm_env *env;
    int64_t episode_ns; // pulls within it are of one episode
    const struct pm_evidence *ev;
    struct pm_pulls *pulls;
    PM_LIST(struct settle_rule) rules;
    PM_LIST(uint8_t *) sets;           // of causes
    struct settle_kin beside_pulls;    // of lines that count beside other pulls as well
    struct pm_order all[SHARE_COUNT];  // all pulls
    struct pm_order sure[SHARE_COUNT]; // failed ones whose cause is decided
    struct pm_order sides;             // traces beside pulls, by node
    Pvoid_t edge_at, served_at; // family → registry and credential → index + 1; the answer
    PM_LIST(struct settle_edge) edges;
    struct pm_registry_side said; // by registries and their proxies
    Pvoid_t good_repository;      // id → 1 where any pull of it went well
};

enum settle_secrets { // of a pod; own: for this very registry, its object says
    SECRETS_UNASKED = 0,
    SECRETS_UNKNOWN,
    SECRETS_NONE,
    SECRETS_SOME,
    SECRETS_OWN
};
#define SETTLE_KEPT_MAX 12
struct settle_question { // of one pull, in one round
    struct pm_attempt *p;
    const struct settle_rule *rule; // that asks
    const struct pm_verdict *found; // by the last observation that found a line or a pull
    enum settle_secrets secrets;    // kept for the rules that follow
    struct settle_kept {
        enum settle_share share;
        const uint8_t *causes;
        const struct pm_attempt *found;
    } kept[SETTLE_KEPT_MAX]; // searches that were made
    size_t kept_n;
};

// What can be observed. One row a word of rules/settle.yaml (seen, unless).
struct settle_observation {
    const char *name;
    bool (*made)(struct settling *v, struct settle_question *q);
};
extern const struct settle_observation settle_observations[]; // ends with a NULL name

void settle_rules_read(struct settling *v); // settle_read.c
void settle_rules_free(struct settling *v);

// settle_kin.c: sets of causes, and what a pull may have failed of.
struct settle_kin settle_kin_of(struct settling *v, const uint8_t *causes);
struct settle_kin settle_kin_family(struct settling *v, int cause); // all of its family
void settle_kin_free(struct settling *v);
bool settle_kin_has(const struct settle_kin *k, int cause);
bool settle_is_open(const struct pm_attempt *p);
bool settle_may_be(const struct pm_attempt *p, int cause);
bool settle_may_be_any(const struct pm_attempt *p, const struct settle_kin *k);
bool settle_may_be_all(const struct pm_attempt *p, const struct settle_kin *k);
bool settle_may_be_in(const struct pm_attempt *p, const char *family);

// settle_near.c: who else failed, and what stands beside.
void settle_near_prepare(struct settling *v);
void settle_near_hear(struct settling *v, bool settled_too); // before each round
void settle_near_free(struct settling *v);
uint32_t settle_group(const struct pm_attempt *p, enum settle_share share);
const struct pm_attempt *settle_nearest(struct settling *v, struct settle_question *q,
                                        const struct settle_near *n);
const struct pm_trace *settle_line_beside(const struct settling *v, const struct pm_attempt *p,
                                          const struct settle_beside *b);
bool settle_amid_others(const struct settling *v, const struct pm_attempt *p,
                        const struct settle_amid *amid);
const struct pm_attempt *settle_alike(const struct settling *v, const struct pm_attempt *p);

// settle_secrets.c: the pull secrets of a pull's pods.
enum settle_secrets settle_secrets_of(struct settling *v, struct settle_question *q);
bool settle_secret_missing(const struct pm_evidence *ev, const struct pm_attempt *p);

// settle_turns.c: who was served before, between and after refusals of a family of causes.
bool settle_none_since(struct settling *v, const struct pm_attempt *p, const char *family);
bool settle_same_image_before(struct settling *v, const struct pm_attempt *p, const char *family);
bool settle_served_between(struct settling *v, const struct pm_attempt *p, const char *family);
bool settle_all_refused(const struct settling *v, const struct pm_attempt *p, const char *family);
void settle_turns_free(struct settling *v);

// settle_place.c: the registry of pulls that name none.
void settle_place_by_words(const struct pm_env *env, struct pm_pulls *pulls);
void settle_place_by_others(struct pm_pulls *pulls);
