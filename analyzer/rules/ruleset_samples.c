// `match` and `leave` of a rule: its samples, each an error text or an event's fields.
// ruleset_check.c runs them.
#include "rules/ruleset_read.h"

static void sample_field(struct rule_load *l, const yaml_node_t *n, void *ctx,
                         const struct rule_key *key) {
    ((struct rule_sample *)ctx)->event.field[key->arg] = pm_arena_dup(l->rs->a, rule_scalar(n));
}
static void sample_kind(struct rule_load *l, const yaml_node_t *n, void *ctx,
                        const struct rule_key *key) {
    int i = rule_word_index(l, n, rule_kind_words);
    (void)key;
    if (i >= 0) ((struct rule_sample *)ctx)->event.kind = (enum pm_kind)i;
}
static void sample_component(struct rule_load *l, const yaml_node_t *n, void *ctx,
                             const struct rule_key *key) {
    int i = rule_word_index(l, n, rule_component_words);
    (void)key;
    if (i >= 0) ((struct rule_sample *)ctx)->event.component = (enum pm_component)i;
}
static void sample_stage(struct rule_load *l, const yaml_node_t *n, void *ctx,
                         const struct rule_key *key) {
    int i = rule_word_index(l, n, rule_stage_words);
    (void)key;
    if (i >= 0) ((struct rule_sample *)ctx)->event.stage = (enum pm_stage)i;
}
static void sample_status(struct rule_load *l, const yaml_node_t *n, void *ctx,
                          const struct rule_key *key) {
    uint64_t status;
    (void)key;
    if (pm_str_u64(rule_scalar(n), &status) && status < 1000)
        ((struct rule_sample *)ctx)->event.http_status = (int)status;
    else rule_tell(l, rule_line_of(n), "a sample's status is one number");
}
static void sample_flags(struct rule_load *l, const yaml_node_t *n, void *ctx,
                         const struct rule_key *key) {
    (void)key;
    rule_read_bits(l, n, rule_flag_words, &((struct rule_sample *)ctx)->event.flags);
}
static void sample_text(struct rule_load *l, const yaml_node_t *n, void *ctx,
                        const struct rule_key *key) {
    struct rule_sample *s = ctx;
    *(key->arg ? &s->wins : &s->line) = pm_arena_dup(l->rs->a, rule_scalar(n));
}
static const struct rule_key sample_keys[] = {
    {"error", sample_field, PM_F_ERROR},
    {"message", sample_field, PM_F_MESSAGE},
    {"reason", sample_field, PM_F_REASON},
    {"url", sample_field, PM_F_URL},
    {"host", sample_field, PM_F_HOST},
    {"registry", sample_field, PM_F_REGISTRY},
    {"user_agent", sample_field, PM_F_USER_AGENT},
    {"method", sample_field, PM_F_METHOD},
    {"image", sample_field, PM_F_IMAGE},
    {"kind", sample_kind, 0},
    {"component", sample_component, 0},
    {"stage", sample_stage, 0},
    {"status", sample_status, 0},
    {"flags", sample_flags, 0},
    {"line", sample_text, 0},
    {"wins", sample_text, 1},
};
struct samples {
    struct rule *rule;
    bool yes;
};
static void sample_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct samples *of = ctx;
    struct rule_sample *s =
        PM_PUSH(of->rule->samples, of->rule->sample_count, of->rule->sample_cap);
    s->yes = of->yes;
    s->at = rule_line_of(n);
    s->event.kind = PM_KIND_PULL_FAIL;
    s->event.bytes = -1;
    if (n->type == YAML_MAPPING_NODE) rule_each_key(l, n, sample_keys, PM_LEN(sample_keys), s);
    else if (rule_scalar(n).n) s->event.field[PM_F_ERROR] = pm_arena_dup(l->rs->a, rule_scalar(n));
    else rule_tell(l, s->at, "a sample is an error text, or a mapping of an event's fields");
}
void rule_read_samples(struct rule_load *l, const yaml_node_t *n, void *ctx,
                       const struct rule_key *key) {
    if (l->own || l->samples)
        rule_each_item(l, n, sample_item, &(struct samples){ctx, key->arg != 0});
}
