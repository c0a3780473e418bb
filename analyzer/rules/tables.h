// The data files of rules/ beside causes/: the built-in ones with those of --rules in
// them. Internal to the judge; what may stand in each is table_keys.c.
#pragma once
#include "rules/weights.h"
#include "rules/wordlist.h"
#include "rules/yaml.h"
#include "pm/arena.h"
#include "pm/rule.h"

// The taxonomy is first: the other files name its causes. The lists come before those
// that refer to them.
enum pm_table {
    PM_TABLE_TAXONOMY = 0,
    PM_TABLE_LISTS,
    PM_TABLE_ADVICE,
    PM_TABLE_ALERTS,
    PM_TABLE_CORRELATE,
    PM_TABLE_FINDINGS,
    PM_TABLE_HOMES,
    PM_TABLE_QUOTAS,
    PM_TABLE_SETTLE,
    PM_TABLE_WEIGHTS,
    PM_TABLE_COUNT
};

// As many of them may stand in one key of a stanza of settle.yaml.
enum { PM_STANZA_SEEN_MAX = 3, PM_STANZA_GLOBS_MAX = 8 };

struct pm_taxonomy;
struct pm_tables {
    json_t *tree[PM_TABLE_COUNT]; // ask pm_tables_tree
    json_t **late; // of the built-in ones alone: what is read when it is first asked for
    struct pm_taxonomy *taxonomy; // of its tree; in force as long as this is
    double weights[PM_WEIGHT_COUNT];
};
// False where a file is broken: told in diags. `files` counts those that dir holds. NULL
// dir: the built-in ones.
bool pm_tables_load(struct pm_tables *t, const char *dir, size_t *files, struct pm_diags *diags);
void pm_tables_free(struct pm_tables *t);
// The tree of a table, borrowed; from any thread.
const json_t *pm_tables_tree(const struct pm_tables *t, enum pm_table table);
uint64_t pm_tables_hash(const struct pm_tables *t,
                        uint64_t seed); // over what is in force, wherever it stands written
// One more file of a table's form (--quotas FILE), by the same reader. NULL where it is
// broken.
json_t *pm_table_read(enum pm_table table, struct pm_str text, const char *path,
                      struct pm_diags *diags);
json_t *pm_table_built_in(enum pm_table table, struct pm_diags *diags); // with its samples
const char *pm_table_name(enum pm_table table); // of its file; NULL behind the last
// The values of weights.yaml by their names; false where one is missing.
bool pm_table_weights(const json_t *root, double *values, struct pm_diags *diags);
bool pm_table_is(const char *file); // is this the name of one?

// The row of homes.yaml for an image; NULL where its home is no special one.
const json_t *pm_table_home(const json_t *root, struct pm_str image);

// The row of lists.yaml of a name; NULL where there is none.
const json_t *pm_table_list(const json_t *root, const char *name);

// The list that code asks for.
const struct pm_wordlist *pm_ruleset_list_of(const struct pm_ruleset *rs, enum pm_list list);

// As the ruleset holds it; borrowed.
const json_t *pm_ruleset_table(const struct pm_ruleset *rs, enum pm_table table);

// Closed lists of words that code knows by itself as well (tests hold the two together);
// all end with NULL.
extern const char *const pm_words_observed[];
extern const char *const pm_words_check[];
extern const char *const pm_words_placeholder[];
extern const char *const pm_words_phase[];
extern const char *const pm_words_seen[];
extern const char *const pm_words_trait[];
extern const char *const pm_words_shown[];
extern const char *const pm_words_step[];
extern const char *const pm_words_runtime[];
extern const char *const pm_words_settle[];
extern const char *const pm_words_confidence[];
extern const char *const pm_words_weight[];
extern const char *const pm_words_flag[]; // enum pm_event_flag, by bit
extern const char *const pm_words_listed[];
