// rules/settle.yaml → struct settle_rule; what the words mean stands at its head. That
// they are the right ones was seen when the rules were loaded (rules/table_keys.c).
#include "base/json_get.h"
#include "judge/causes/settle.h"
#include "rules/tables.h"
#include <stdlib.h>

static const char *const rounds[] = {"", "first", "last", "after", NULL};
static const char *const shares[] = {"registry", "node", "repository", NULL};

static unsigned word_of(const char *word, const char *const *words) {
    unsigned i = 0;
    while (words[i + 1] && strcmp(word, words[i]) != 0) i++;
    return i;
}
// The k-th of a list, or the one text that stands for a list of one; NULL behind the end.
static const char *item(const json_t *v, size_t k) {
    if (json_is_string(v)) return k ? NULL : json_string_value(v);
    return json_string_value(json_array_get(v, k));
}

static void kin_add(struct settle_kin *kin, uint8_t *causes, const char *word) {
    kin->none |= strcmp(word, "none") == 0;
    kin->open |= strcmp(word, "open") == 0;
    for (int i = 0; pm_causes[i].name; i++)
        if (pm_cause_named(i, word)) causes[i] = 1;
}
// Empty where the key is not there.
static struct settle_kin kin_of(struct settling *v, const json_t *o, const char *key) {
    const json_t *list = json_object_get(o, key);
    struct settle_kin words = {0};
    if (!list) return words;
    uint8_t *causes = pm_xmalloc(pm_causes_count());
    memset(causes, 0, pm_causes_count());
    for (size_t k = 0; item(list, k); k++) kin_add(&words, causes, item(list, k));
    struct settle_kin kin = settle_kin_of(v, causes);
    free(causes);
    kin.none = words.none;
    kin.open = words.open;
    return kin;
}

static void near_read(struct settling *v, struct settle_near *n, const json_t *o) {
    const json_t *list = json_object_get(o, "share");
    for (size_t k = 0; item(list, k) && n->shares_n < SHARE_COUNT; k++)
        n->shares[n->shares_n++] = (enum settle_share)word_of(item(list, k), shares);
    n->own = strcmp(pm_member_word(o, "cause"), "own") == 0;
    n->cause = kin_of(v, o, "cause");
    n->only = kin_of(v, o, "only");
    n->other_than = kin_of(v, o, "other_than");
}

static uint64_t kinds_of(const json_t *list) {
    uint64_t kinds = 0;
    for (size_t k = 0; item(list, k); k++)
        for (unsigned i = 0; i < PM_KIND_COUNT; i++)
            if (strcmp(item(list, k), pm_kind_names[i]) == 0) kinds |= UINT64_C(1) << i;
    return kinds;
}
static void beside_read(struct settling *v, struct settle_beside *b, const json_t *o) {
    if (!o) return;
    *b = (struct settle_beside){.asked = true,
                                .by_registry = strcmp(pm_member_word(o, "by"), "registry") == 0,
                                .fits = json_is_true(json_object_get(o, "fits")),
                                .same_repository = json_object_get(o, "same") != NULL,
                                .any_line = json_is_true(json_object_get(o, "any_line")),
                                .before_ns = pm_member_seconds_ns(o, "before_s"),
                                .after_ns = pm_member_seconds_ns(o, "after_s"),
                                .cause = kin_of(v, o, "cause"),
                                .kinds = kinds_of(json_object_get(o, "kind"))};
}
static void amid_read(struct settling *v, struct settle_amid *amid, const json_t *o) {
    if (!o) return;
    *amid = (struct settle_amid){.asked = true,
                                 .share =
                                     (enum settle_share)word_of(pm_member_word(o, "share"), shares),
                                 .within_ns = pm_member_seconds_ns(o, "within_s"),
                                 .cause = kin_of(v, o, "cause")};
}

static void words_read(struct settling *v, struct settle_words *w, const char *name) {
    if (!*name) return;
    w->asked = true;
    w->list = pm_wordlist_of(v->env->a,
                             pm_table_list(pm_ruleset_table(v->env->rules, PM_TABLE_LISTS), name));
}

static void globs_read(struct settle_globs *g, const json_t *list) {
    for (size_t k = 0; item(list, k) && g->n < PM_LEN(g->items); k++)
        g->items[g->n++] = item(list, k);
}
static void observations_read(const struct settle_observation **out, const json_t *list) {
    for (size_t k = 0; item(list, k) && k + 1 < SETTLE_SEEN_MAX; k++)
        for (const struct settle_observation *o = settle_observations; o->name; o++)
            if (strcmp(item(list, k), o->name) == 0) out[k] = o;
}

static void which_read(struct settling *v, struct settle_rule *r, const json_t *o) {
    r->round = (enum settle_round)word_of(pm_member_word(o, "round"), rounds);
    if (!*pm_member_word(o, "round")) r->round = SETTLE_EVERY;
    r->is = kin_of(v, o, "is");
    if (!r->is.causes) r->is.open = true;
    r->is_not = kin_of(v, o, "is_not");
    r->may_be = kin_of(v, o, "may_be");
    r->between = kin_of(v, o, "between");
    r->may_not_be = kin_of(v, o, "may_not_be");
}
static void when_read(struct settling *v, struct settle_rule *r, const json_t *o) {
    observations_read(r->seen, json_object_get(o, "seen"));
    observations_read(r->unless, json_object_get(o, "unless"));
    words_read(v, &r->says, pm_member_word(o, "says"));
    words_read(v, &r->says_not, pm_member_word(o, "says_not"));
    globs_read(&r->registries, json_object_get(o, "registry"));
    globs_read(&r->other_registries, json_object_get(o, "not_registry"));
    r->lasted_ns = pm_member_seconds_ns(o, "lasted_s");
    r->hidden_status = (int16_t)json_integer_value(json_object_get(o, "hidden_status"));
    near_read(v, &r->near, json_object_get(o, "near"));
    near_read(v, &r->not_near, json_object_get(o, "not_near"));
    beside_read(v, &r->beside, json_object_get(o, "beside"));
    amid_read(v, &r->amid, json_object_get(o, "amid"));
}
static void what_read(struct settling *v, struct settle_rule *r, const json_t *o) {
    const char *as = pm_member_word(o, "as");
    const json_t *candidates = json_object_get(o, "reopen");
    if (candidates) r->as = SETTLE_REOPEN;
    else if (strcmp(as, "neighbour") == 0) r->as = SETTLE_NEIGHBOUR;
    else if (strcmp(as, "likeliest") == 0) r->as = SETTLE_LIKELIEST;
    else r->as = SETTLE_CAUSE;
    r->cause = r->as == SETTLE_CAUSE ? pm_cause_c(as) : 0;
    for (size_t k = 0; item(candidates, k) && k < PM_CANDIDATES_MAX; k++)
        r->candidates[r->candidates_n++] = pm_cause_c(item(candidates, k));
    r->was_mirror = strcmp(pm_member_word(o, "was"), "mirror") == 0;
    r->confidence =
        (enum pm_confidence)word_of(pm_member_word(o, "confidence"), pm_words_confidence);
    r->why = pm_arena_dup(v->env->a, pm_str_c(pm_member_word(o, "why")));
}

// Lines of pulls that some rule looks for beside others: of all rules together.
static void beside_pulls(struct settling *v) {
    uint8_t *causes = pm_xmalloc(pm_causes_count());
    memset(causes, 0, pm_causes_count());
    for (size_t i = 0; i < v->rules.n; i++)
        for (int c = 0; v->rules.items[i].beside.any_line && pm_causes[c].name; c++)
            causes[c] |= settle_kin_has(&v->rules.items[i].beside.cause, c);
    v->beside_pulls = settle_kin_of(v, causes);
    free(causes);
}

void settle_rules_read(struct settling *v) {
    const json_t *list =
        json_object_get(pm_ruleset_table(v->env->rules, PM_TABLE_SETTLE), "settle");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        struct settle_rule r = {.id = pm_member_word(o, "id")};
        which_read(v, &r, o);
        when_read(v, &r, o);
        what_read(v, &r, o);
        *PM_PUSH(v->rules.items, v->rules.n, v->rules.cap) = r;
    }
    beside_pulls(v);
}
void settle_rules_free(struct settling *v) { free(v->rules.items); }
