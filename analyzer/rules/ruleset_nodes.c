// The YAML of a rule file, node by node: lists, mappings over a table of keys, and words of
// closed lists. Whatever is none of what may stand there is told with its line and, where it
// is near a known word, that word.
#include "rules/ruleset_read.h"

#include <stdarg.h>
#include <stdio.h>

void rule_tell(struct rule_load *l, unsigned line, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    pm_diags_add(l->diags, l->path, line, "rule", "%s", text);
    l->bad = true;
}
void rule_tell_word(struct rule_load *l, unsigned line, const char *what, struct pm_str word,
                    const char *const *known, size_t n) {
    const char *near = rule_nearest(word, known, n);
    if (near)
        rule_tell(l, line, "unknown %s \"%.*s\": did you mean \"%s\"?", what, PM_FMT(word), near);
    else rule_tell(l, line, "unknown %s \"%.*s\"", what, PM_FMT(word));
}

// YAML nodes.
unsigned rule_line_of(const yaml_node_t *n) { return (unsigned)n->start_mark.line + 1; }
static yaml_node_t *rule_node_at(struct rule_load *l, int id) {
    return yaml_document_get_node(l->doc, id);
}
struct pm_str rule_scalar(const yaml_node_t *n) {
    return n->type == YAML_SCALAR_NODE
               ? (struct pm_str){(const char *)n->data.scalar.value, n->data.scalar.length}
               : PM_NONE;
}
const char *rule_keep(struct rule_load *l, struct pm_str s) { return pm_arena_cstr(l->rs->a, s); }
bool rule_want(struct rule_load *l, const yaml_node_t *n, yaml_node_type_t type, const char *key) {
    static const char *const names[] = {"nothing", "a word or text", "a list", "a mapping"};
    if (n->type == type) return true;
    rule_tell(l, rule_line_of(n), "`%s` has to be %s", key, names[type]);
    return false;
}
void rule_each_item(struct rule_load *l, const yaml_node_t *n, rule_item_fn *fn, void *ctx) {
    if (n->type != YAML_SEQUENCE_NODE) {
        fn(l, n, ctx);
        return;
    }
    if (n->data.sequence.items.start == n->data.sequence.items.top)
        rule_tell(l, rule_line_of(n), "an empty list: fill it, or leave its key out");
    for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top; i++)
        fn(l, rule_node_at(l, *i), ctx);
}
enum { KEYS_MAX = 40 };
void rule_each_key(struct rule_load *l, const yaml_node_t *map, const struct rule_key *keys,
                   size_t n, void *ctx) {
    const char *names[KEYS_MAX];
    bool seen[KEYS_MAX] = {0};
    for (size_t k = 0; k < n; k++) names[k] = keys[k].name;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        const yaml_node_t *key = rule_node_at(l, p->key);
        struct pm_str word = rule_scalar(key);
        size_t k = 0;
        while (k < n && !pm_str_eqc(word, names[k])) k++;
        if (k == n) rule_tell_word(l, rule_line_of(key), "key", word, names, n);
        else if (seen[k]) rule_tell(l, rule_line_of(key), "`%s` stands here twice", names[k]);
        else keys[k].read(l, rule_node_at(l, p->value), ctx, &keys[k]);
        if (k < n) seen[k] = true;
    }
}

int rule_word_index(struct rule_load *l, const yaml_node_t *n, struct rule_words w) {
    struct pm_str s = rule_scalar(n);
    for (size_t i = 0; i < w.n; i++)
        if (w.names[i] && pm_str_eqc(s, w.names[i])) return (int)i;
    rule_tell_word(l, rule_line_of(n), w.what, s, w.names, w.n);
    return -1;
}
const struct rule_words rule_kind_words = {"kind", pm_kind_names, PM_KIND_COUNT};
const struct rule_words rule_component_words = {"component", pm_component_names, PM_COMP_COUNT};
static const char *const stage_names[PM_STAGE_COUNT] = {
    "none",     "resolve", "token",
    "manifest", "blob",    "unpack"}; // as pm_stage_names, with a word for "not known"
const struct rule_words rule_stage_words = {"stage", stage_names, PM_STAGE_COUNT};
const struct rule_words rule_flag_words = {"flag", pm_words_flag, 8};
static const char *const hearing_names[HEARING_COUNT] = {NULL, "yes", "near", "no"};
static const struct rule_words hearing_words = {"word for `heard`", hearing_names, HEARING_COUNT};
enum rule_hearing rule_hearing_of(struct rule_load *l, const yaml_node_t *n) {
    if (pm_str_eqc(rule_scalar(n), "true")) return HEARING_YES; // as a YAML 1.1 tool writes it
    if (pm_str_eqc(rule_scalar(n), "false")) return HEARING_NO;
    int i = rule_word_index(l, n, hearing_words);
    return i < 0 ? HEARING_UNSAID : (enum rule_hearing)i;
}

struct bits {
    struct rule_words words;
    uint32_t *set;
};
static void bit_item(struct rule_load *l, const yaml_node_t *n, void *ctx) {
    struct bits *b = ctx;
    int i = rule_word_index(l, n, b->words);
    if (i >= 0) *b->set |= UINT32_C(1) << i;
}
void rule_read_bits(struct rule_load *l, const yaml_node_t *n, struct rule_words words,
                    uint32_t *set) {
    rule_each_item(l, n, bit_item, &(struct bits){words, set});
}
