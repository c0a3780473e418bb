// Between the files that read a rule file: ruleset_load.c (files), ruleset_stanza.c (a rule),
// ruleset_when.c (its conditions), ruleset_samples.c (its samples), ruleset_nodes.c (YAML).
#pragma once
#include "rules/ruleset.h"
#include "rules/yaml_compose.h"

struct rule_load {
    struct pm_ruleset *rs;
    struct pm_diags *diags;
    struct pm_str path, text; // the file being read
    yaml_document_t *doc;
    bool own, bad, only, samples; // samples: of the built-in rules, too
    enum rule_hearing hearing;    // of the file
    unsigned place;               // among the built-in files; 0: behind those that have one
};

void rule_tell(struct rule_load *l, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void rule_tell_word(struct rule_load *l, unsigned line, const char *what, struct pm_str word,
                    const char *const *known, size_t n);

// Nodes.
unsigned rule_line_of(const yaml_node_t *n);
struct pm_str rule_scalar(const yaml_node_t *n); // PM_NONE where it is none
const char *rule_keep(struct rule_load *l, struct pm_str s);
// Is it of this type? Told where it is not.
bool rule_want(struct rule_load *l, const yaml_node_t *n, yaml_node_type_t type, const char *key);
// A list, or one thing standing for a list of one: calls fn with each item.
typedef void rule_item_fn(struct rule_load *l, const yaml_node_t *item, void *ctx);
void rule_each_item(struct rule_load *l, const yaml_node_t *n, rule_item_fn *fn, void *ctx);
// A mapping over a table of keys: unknown and repeated keys are mistakes.
struct rule_key {
    const char *name;
    void (*read)(struct rule_load *l, const yaml_node_t *value, void *ctx,
                 const struct rule_key *key);
    int arg;
};
void rule_each_key(struct rule_load *l, const yaml_node_t *map, const struct rule_key *keys,
                   size_t n, void *ctx);

// Words of closed lists.
struct rule_words {
    const char *what;
    const char *const *names;
    size_t n;
};
extern const struct rule_words rule_kind_words, rule_component_words, rule_stage_words,
    rule_flag_words;
int rule_word_index(struct rule_load *l, const yaml_node_t *n, struct rule_words w); // -1: told
enum rule_hearing rule_hearing_of(struct rule_load *l, const yaml_node_t *n);
void rule_read_bits(struct rule_load *l, const yaml_node_t *n, struct rule_words words,
                    uint32_t *set);

// Keys of a rule; ctx is the rule. Of samples, key->arg says whether the rule answers them.
void rule_read_when(struct rule_load *l, const yaml_node_t *n, void *ctx,
                    const struct rule_key *key);
void rule_read_samples(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key);
// An item of `rules`; ctx is not asked for.
void rule_read_stanza(struct rule_load *l, const yaml_node_t *n, void *ctx);
