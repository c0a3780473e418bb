// One rule of a rule file: what stands beside its id, and whether it is whole. A rule of
// --rules puts the whole built-in rule of its id aside; parts of rules are not merged.
#include "rules/ruleset_read.h"

enum { RULES_MAX = 2048 };

static const struct rule_words confidence_words = {"confidence", pm_confidence_names, 3};

static void cause_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct rule *r = ctx;
    size_t known = pm_causes_count();
    const char **names = PM_NEWN(l->rs->scratch, const char *, known);
    for (size_t i = 0; i < known; i++) names[i] = pm_causes[i].name;
    int i = rule_word_index(l, n, (struct rule_words){"cause", names, known});
    pm_arena_reset(l->rs->scratch);
    if (r->candidate_count == PM_CANDIDATES_MAX)
        rule_tell(l, rule_line_of(n), "more than %d candidates", PM_CANDIDATES_MAX);
    else if (i >= 0) r->candidates[r->candidate_count++] = i;
}
static void read_causes(struct rule_load *l, const yaml_node_t *n, void *ctx,
                        const struct rule_key *key) {
    if (!key->arg && n->type == YAML_SEQUENCE_NODE)
        rule_tell(l, rule_line_of(n),
                  "`cause` is one cause; write `candidates` where there are several");
    else rule_each_item(l, n, cause_item, ctx);
}
static void read_text(struct rule_load *l, const yaml_node_t *n, void *ctx,
                      const struct rule_key *key) {
    struct rule *r = ctx;
    const char **texts[] = {&r->id, &r->title, &r->source}, **to = texts[key->arg];
    if (rule_scalar(n).n) *to = rule_keep(l, rule_scalar(n));
    else rule_tell(l, rule_line_of(n), "`%s` has to be text", key->name);
}
static bool rule_id_is_clean(const char *id) {
    for (; *id; id++)
        if (!((*id >= 'a' && *id <= 'z') || (*id >= '0' && *id <= '9') || *id == '-')) return false;
    return true;
}
static void read_variant(struct rule_load *l, const yaml_node_t *n, void *ctx,
                         const struct rule_key *key) {
    struct rule *r = ctx;
    (void)key;
    if (rule_scalar(n).n) r->variant = rule_keep(l, rule_scalar(n));
    if (!r->variant || !rule_id_is_clean(r->variant))
        rule_tell(l, rule_line_of(n), "`variant` is one word: small letters, digits and '-'");
}
static void read_confidence(struct rule_load *l, const yaml_node_t *n, void *ctx,
                            const struct rule_key *key) {
    int i = rule_word_index(l, n, confidence_words);
    (void)key;
    if (i >= 0) ((struct rule *)ctx)->confidence = (enum pm_confidence)i;
}
static void read_quiet(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    (void)key;
    if (pm_str_eqc(rule_scalar(n), "true")) ((struct rule *)ctx)->quiet = true;
    else rule_tell(l, rule_line_of(n), "`quiet` is true, or is left out");
}
static void read_heard(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    (void)key;
    ((struct rule *)ctx)->hearing = rule_hearing_of(l, n);
}
static void beat_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct rule *r = ctx;
    *PM_PUSH(r->beats, r->beat_count, r->beat_cap) =
        (struct rule_beat){pm_arena_dup(l->rs->a, rule_scalar(n)), rule_line_of(n)};
}
static void read_beats(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    (void)key;
    rule_each_item(l, n, beat_item, ctx);
}

static const struct rule_key rule_keys[] = {
    {"id", read_text, 0},
    {"title", read_text, 1},
    {"source", read_text, 2},
    {"cause", read_causes, 0},
    {"candidates", read_causes, 1},
    {"confidence", read_confidence, 0},
    {"quiet", read_quiet, 0},
    {"when", rule_read_when, 0},
    {"beats", read_beats, 0},
    {"match", rule_read_samples, 1},
    {"leave", rule_read_samples, 0},
    {"variant", read_variant, 0},
    {"heard", read_heard, 0},
    // What `match` and `leave` were called: still read, though they are booleans to a YAML
    // 1.1 tool, which writes them as the last two.
    {"yes", rule_read_samples, 1},
    {"no", rule_read_samples, 0},
    {"true", rule_read_samples, 1},
    {"false", rule_read_samples, 0},
};
// Does one rule ask for no words that the other does not ask for?
static bool no_new_words(const struct pm_ruleset *rs, size_t rule, size_t than) {
    for (size_t i = 0; i < rs->pattern_count; i++) {
        bool known = rs->patterns[i].rule != rule;
        for (size_t k = 0; k < rs->pattern_count && !known; k++)
            known = rs->patterns[k].rule == than && rs->patterns[k].source &&
                    rs->patterns[i].source &&
                    strcmp(rs->patterns[k].source, rs->patterns[i].source) == 0;
        if (!known) return false;
    }
    return true;
}
static void rule_unique(struct rule_load *l, struct rule *r) {
    for (size_t i = 0; i + 1 < l->rs->rule_count; i++) {
        struct rule *o = &l->rs->rules[i];
        if (!o->id || strcmp(o->id, r->id) != 0) continue;
        if (o->own == r->own)
            rule_tell(l, r->line, "rule %s stands at %s:%u already", r->id, o->path, o->line);
        else {
            o->gone = true;
            r->added = false;
            r->stands_for = i;
            r->same = no_new_words(l->rs, l->rs->rule_count - 1, i);
        }
    }
}
static void rule_whole(struct rule_load *l, struct rule *r) {
    if (!r->id) rule_tell(l, r->line, "a rule without `id`");
    else if (!rule_id_is_clean(r->id))
        rule_tell(l, r->line, "\"%s\" is no id: small letters, digits and '-'", r->id);
    else rule_unique(l, r);
    if (!r->id) r->id = "?";
    if (!r->title) rule_tell(l, r->line, "rule %s has no `title`", r->id);
    if (r->quiet && r->candidate_count)
        rule_tell(l, r->line, "rule %s is quiet and names a cause: one of them", r->id);
    if (r->quiet && r->variant)
        rule_tell(l, r->line, "rule %s is quiet and names a variant: of no cause", r->id);
    if (!r->quiet && !r->candidate_count && !l->bad)
        rule_tell(l, r->line, "rule %s has no `cause`", r->id);
    if (!r->condition_count) rule_tell(l, r->line, "rule %s has no `when`", r->id);
    r->family = r->candidate_count ? pm_causes[r->candidates[0]].family : "";
    if (r->quiet) r->family = "not-pull";
}
void rule_read_stanza(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    (void)ctx;
    if (!rule_want(l, n, YAML_MAPPING_NODE, "rules")) return;
    if (l->rs->rule_count == RULES_MAX) {
        rule_tell(l, rule_line_of(n), "more than %d rules", RULES_MAX);
        return;
    }
    struct rule *r = PM_PUSH(l->rs->rules, l->rs->rule_count, l->rs->rule_cap);
    r->path = rule_keep(l, l->path);
    r->line = rule_line_of(n);
    r->own = r->added = l->own;
    r->stands_for = l->rs->rule_count - 1;
    r->confidence = (enum pm_confidence) - 1;
    r->text = pm_str_sub(l->text, n->start_mark.index, n->end_mark.index - n->start_mark.index);
    rule_each_key(l, n, rule_keys, PM_LEN(rule_keys), r);
    if ((int)r->confidence == -1)
        r->confidence = r->candidate_count > 1 ? PM_CONFIDENCE_MEDIUM : PM_CONFIDENCE_HIGH;
    rule_whole(l, r);
}
