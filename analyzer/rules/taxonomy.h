// What rules/taxonomy.yaml says of a cause beside its name: sentences, variants, rivals.
// Internal to the judge; names and families are pm/rule.h's.
#pragma once
#include "rules/yaml.h"
#include "pm/arena.h"
#include "pm/diag.h"
#include "pm/rule.h"

enum pm_seen { // an observation that speaks against a rival; pm_words_seen (tables.h) has the words, in this order
    PM_SEEN_OTHER_NODES = 0,
    PM_SEEN_OTHER_REGISTRIES,
    PM_SEEN_OTHER_IMAGES,
    PM_SEEN_SAME_IMAGE,
    PM_SEEN_ANSWER,
    PM_SEEN_NO_ANSWER,
    PM_SEEN_NO_5XX,
    PM_SEEN_NO_429,
    PM_SEEN_NO_404,
    PM_SEEN_NO_DENIAL,
    PM_SEEN_NO_DISK,
    PM_SEEN_NO_RESTART,
    PM_SEEN_KUBELET,
    PM_SEEN_MANY_NODES,
    PM_SEEN_RECOVERED,
    PM_SEEN_WORDS,
    PM_SEEN_COUNT
};
enum pm_trait { // what the judge asks of a cause beside its name; pm_words_trait has the words, in this order, and the head of rules/taxonomy.yaml what they mean
    PM_TRAIT_KUBELET = 0,
    PM_TRAIT_NODE,
    PM_TRAIT_LOCAL,
    PM_TRAIT_MANIFEST,
    PM_TRAIT_WIRE,
    PM_TRAIT_QUOTA,
    PM_TRAIT_CREDENTIAL,
    PM_TRAIT_BY_IMAGE,
    PM_TRAIT_OF_IMAGE,
    PM_TRAIT_STOPPED,
    PM_TRAIT_UNEXPLAINED,
    PM_TRAIT_REACH,
    PM_TRAIT_TRANSIENT,
    PM_TRAIT_ENDPOINT,
    PM_TRAIT_NO_STATUS,
    PM_TRAIT_DISK,
    PM_TRAIT_SPACE,
    PM_TRAIT_FULL,
    PM_TRAIT_RESTART,
    PM_TRAIT_AWAY,
    PM_TRAIT_UNHEARD,
    PM_TRAIT_BEFORE_RUNTIME,
    PM_TRAIT_OWN_LIMIT,
    PM_TRAIT_REFUSED,
    PM_TRAIT_HELPER,
    PM_TRAIT_EXPIRES,
    PM_TRAIT_WRONG_CREDENTIAL,
    PM_TRAIT_TIMES_OUT,
    PM_TRAIT_STALLS,
    PM_TRAIT_LIMIT,
    PM_TRAIT_THROTTLE,
    PM_TRAIT_BY_USER,
    PM_TRAIT_BY_ADDRESS,
    PM_TRAIT_CONTENT,
    PM_TRAIT_DAMAGED,
    PM_TRAIT_SHARED_WAY,
    PM_TRAIT_CERTIFICATES,
    PM_TRAIT_MISSING,
    PM_TRAIT_ONE_IMAGE,
    PM_TRAIT_ONE_REPOSITORY,
    PM_TRAIT_SANDBOX,
    PM_TRAIT_COUNT
};
// What shows a cause without a word that a rule could know; pm_words_shown has the words, in
// this order, and the head of rules/taxonomy.yaml what they mean.
enum pm_shown {
    PM_SHOWN_UNKNOWN_WORDS = 0,
    PM_SHOWN_DISK_PRESSURE,
    PM_SHOWN_RUNTIME_AWAY,
    PM_SHOWN_RESTART,
    PM_SHOWN_CHALLENGE,
    PM_SHOWN_CREDENTIAL_REFUSED,
    PM_SHOWN_TOKEN_REFUSED,
    PM_SHOWN_TAG_WITHOUT_CONTENT,
    PM_SHOWN_COUNT
};
struct pm_rival {
    int cause;
    enum pm_seen *by; // the first that was made is told
    size_t by_n;
};
struct pm_phrase {
    const char *title,
        *verdict; // {…} are the incident's own names: the head of rules/taxonomy.yaml has the list
};
struct pm_variant {
    const char *name;
    struct pm_phrase phrase;
};
struct pm_taxon {
    struct pm_phrase phrase;
    uint64_t traits;     // a bit for each enum pm_trait
    const char *waiting; // the reason of a pod that waits for it; NULL: the usual ones
    const char *only_at; // the one registry whose words it is told by; NULL: any
    struct pm_variant *variants;
    size_t variants_n;
    struct pm_rival *rivals; // those of the cause, then those of its family
    size_t rivals_n;
};

_Static_assert(PM_TRAIT_COUNT <= 64, "a bit for each trait");

struct pm_taxonomy;
// From the merged tree of the file, which it holds. NULL where it contradicts itself (a
// rival that is no cause, a name without its family, a cause that code knows is gone):
// told in diags, with the file that each row came from.
struct pm_taxonomy *pm_taxonomy_make(json_t *tree, struct pm_diags *diags);
void pm_taxonomy_free(
    struct pm_taxonomy *t); // the built-in one is in force again where this one was
// From now on pm_causes is this one's. Loading rules does it, before anything is judged;
// one process has one set of causes.
void pm_taxonomy_use(const struct pm_taxonomy *t);
// The built-in one, which is read once a process; its tree, borrowed. NULL: it is broken.
const json_t *pm_taxonomy_use_built_in(void);
const struct pm_taxon *pm_taxon_of(int cause); // of what is in force
int pm_cause_shown(enum pm_shown by);
static inline bool pm_cause_has(int cause, enum pm_trait t) {
    return cause >= 0 && pm_taxon_of(cause)->traits >> t & 1;
}
