// The gate before the regexes: which patterns can match this text at all?
//
// Literals come from the patterns themselves. For each alternative: the longest run of
// plain characters that must stand in a match, or, where it is better, a group that must
// match, with one literal for each of its own alternatives. What is neither (classes,
// dots, escapes like \d, looks ahead and behind) only ends a run, so the derivation errs
// to shorter literals, never to wrong ones. A pattern that has none says its literal in
// the rule file.
#include "rules/ruleset.h"

#include <stdlib.h>

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

struct set { // one of these is in every match
    struct pm_str *items;
    size_t n, cap, shortest;
};
struct derive {
    struct pm_arena *a;
    struct pm_buf run; // the plain characters just read
    struct set best;   // of the alternative being read
};
static void set_add(struct pm_arena *a, struct set *s, struct pm_str item) {
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 4;
        struct pm_str *grown = PM_NEWN(a, struct pm_str, s->cap);
        if (s->n) memcpy(grown, s->items, s->n * sizeof *grown);
        s->items = grown;
    }
    if (!s->n || item.n < s->shortest) s->shortest = item.n;
    s->items[s->n++] = item;
}
static void run_end(struct derive *d) {
    if (d->run.n > d->best.shortest) {
        d->best = (struct set){0};
        set_add(d->a, &d->best, pm_arena_dup(d->a, pm_buf_str(&d->run)));
    }
    pm_buf_clear(&d->run);
}
static void run_drop_last(struct derive *d) { // its last character is optional
    if (d->run.n) d->run.n--;
    run_end(d);
}
// Past a class or a group, whose content is of no use.
static size_t skip_class(const char *p, size_t i) {
    i++;
    if (p[i] == '^') i++;
    if (p[i] == ']') i++;
    for (; p[i] && p[i] != ']'; i++) {
        if (p[i] == '\\' && p[i + 1]) i++;
        else if (p[i] == '[' && p[i + 1] == ':' && strstr(p + i, ":]"))
            i = (size_t)(strstr(p + i, ":]") - p) + 1;
    }
    return p[i] ? i : i - 1;
}
static size_t skip_group(const char *p, size_t i) {
    int depth = 0;
    for (; p[i]; i++) {
        if (p[i] == '\\' && p[i + 1]) i++;
        else if (p[i] == '[') i = skip_class(p, i);
        else if (p[i] == '(') depth++;
        else if (p[i] == ')' && --depth == 0) return i;
    }
    return i - 1;
}
static bool escape_is_plain(char c) {
    return c && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
}
// One letter, no argument: the run ends and goes on after it. Others (\x27, \p{L}, \1,
// \Q) take more characters: the rule has to say its literal.
static bool escape_is_simple(char c) { return c && strchr("dDwWsSbBnrtAzZhHvVRK", c); }

static bool derive_range(struct pm_arena *a, const char *p, size_t n, int depth, struct set *out);
enum { GROUP_DEPTH = 6 };
// A group at p[i..end]: plain ones that have to match may give a better set than the run
// so far.
static void derive_group(struct derive *d, const char *p, size_t i, size_t end, int depth) {
    struct set inner = {0};
    size_t from = i + 1;
    bool optional = p[end + 1] == '?' || p[end + 1] == '*' || p[end + 1] == '{';
    if (p[from] == '?' && p[from + 1] != ':') return; // a look ahead or behind, a flag
    if (p[from] == '?') from += 2;
    if (optional || depth == GROUP_DEPTH || from > end ||
        !derive_range(d->a, p + from, end - from, depth + 1, &inner))
        return;
    if (inner.shortest > d->best.shortest) d->best = inner;
}
static bool alternative_end(struct derive *d, struct set *out) {
    run_end(d);
    bool ok = d->best.shortest >= RULE_LITERAL_MIN;
    for (size_t i = 0; ok && i < d->best.n; i++) set_add(d->a, out, d->best.items[i]);
    d->best = (struct set){0};
    return ok;
}
static bool derive_range(struct pm_arena *a, const char *p, size_t n, int depth, struct set *out) {
    struct derive d = {.a = a};
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        size_t end;
        switch (p[i]) {
        case '|': ok = alternative_end(&d, out); break;
        case '[':
            run_end(&d);
            i = skip_class(p, i);
            break;
        case '(':
            run_end(&d);
            end = skip_group(p, i);
            derive_group(&d, p, i, end, depth);
            i = end;
            break;
        case '?':
        case '*':
        case '{': // `{`: a counted repeat may be {0,…}
            run_drop_last(&d);
            if (p[i] == '{')
                while (i + 1 < n && p[i] != '}') i++;
            break;
        case '+':
        case '.':
        case '^':
        case '$':
        case ')': run_end(&d); break;
        case '\\':
            if (escape_is_plain(p[i + 1])) pm_buf_addc(&d.run, p[++i]);
            else {
                run_end(&d);
                ok = escape_is_simple(p[i + 1]);
                i += p[i + 1] != 0;
            }
            break;
        default: pm_buf_addc(&d.run, lower(p[i]));
        }
    }
    ok = ok && alternative_end(&d, out);
    pm_buf_free(&d.run);
    return ok;
}
bool rule_literals_derive(struct pm_arena *a, const char *pattern, struct pm_str **literals,
                          size_t *n) {
    struct set all = {0};
    bool ok = derive_range(a, pattern, strlen(pattern), 0, &all);
    *literals = all.items;
    *n = ok ? all.n : 0;
    return ok;
}

// The automaton: a dense table of states × byte classes. Bytes that no literal holds
// share class 0.
struct way {
    uint32_t child, sibling; // the first state behind this one; the next behind the same
    uint8_t by;              // the class that leads here
};
struct rule_gate {
    uint8_t class_of[256];
    unsigned classes;
    uint32_t *next; // states × classes
    uint32_t *out;  // state → index into sets, 0: nothing ends here
    uint32_t *fail;
    struct way *ways; // of the trie, by state
    size_t states, states_cap, classes_cap;
    uint64_t *sets; // pattern bits, then rule bits
    size_t set_count, pattern_words, rule_words;
    uint64_t *always; // rule bits of rules that ask for no text
    uint32_t *walk;   // rule_gate_next
    uint8_t walk_class[256];
};
static uint64_t *set_at(const struct rule_gate *g, uint32_t i) {
    return g->sets + (size_t)i * (g->pattern_words + g->rule_words);
}
static uint32_t state_new(struct rule_gate *g) {
    if (g->states == g->states_cap) {
        g->states_cap = g->states_cap ? g->states_cap * 2 : 1024;
        g->next = pm_xrealloc(g->next, g->states_cap * g->classes * sizeof *g->next);
        g->out = pm_xrealloc(g->out, g->states_cap * sizeof *g->out);
        g->fail = pm_xrealloc(g->fail, g->states_cap * sizeof *g->fail);
        g->ways = pm_xrealloc(g->ways, g->states_cap * sizeof *g->ways);
    }
    memset(g->next + g->states * g->classes, 0, g->classes * sizeof *g->next);
    g->out[g->states] = g->fail[g->states] = 0;
    g->ways[g->states] = (struct way){0};
    return (uint32_t)g->states++;
}
static uint32_t set_new(struct rule_gate *g) {
    size_t words = g->pattern_words + g->rule_words;
    g->sets = pm_xrealloc(g->sets, (g->set_count + 1) * words * sizeof *g->sets);
    memset(g->sets + g->set_count * words, 0, words * sizeof *g->sets);
    return (uint32_t)g->set_count++;
}
static void gate_add(struct rule_gate *g, struct pm_str literal, size_t pattern, uint32_t rule) {
    uint32_t s = 0;
    for (size_t i = 0; i < literal.n; i++) {
        size_t at = s * g->classes + g->class_of[(unsigned char)literal.p[i]];
        if (!g->next[at]) {
            uint32_t made = state_new(g); // may move g->next
            g->next[at] = made;
            g->ways[made] = (struct way){.sibling = g->ways[s].child,
                                         .by = g->class_of[(unsigned char)literal.p[i]]};
            g->ways[s].child = made;
        }
        s = g->next[at];
    }
    if (!g->out[s]) {
        uint32_t made = set_new(g);
        g->out[s] = made;
    }
    bit_set(set_at(g, g->out[s]), pattern);
    bit_set(set_at(g, g->out[s]) + g->pattern_words, rule);
}
// Breadth first: a state's failure state is done before it, so its set can be taken over,
// and its row, over which go the state's own ways on. There are few of these: they are
// chained, so that not every class of every state is looked at.
static void gate_link(struct rule_gate *g) {
    uint32_t *queue = pm_xmalloc(g->states * sizeof *queue);
    size_t head = 0, tail = 0, words = g->pattern_words + g->rule_words,
           row_bytes = g->classes * sizeof *g->next;
    for (uint32_t to = g->ways[0].child; to; to = g->ways[to].sibling) queue[tail++] = to;
    while (head < tail) {
        uint32_t s = queue[head++], f = g->fail[s], *row = &g->next[s * g->classes];
        const uint32_t *back = &g->next[f * g->classes];
        if (g->out[f] && !g->out[s]) g->out[s] = g->out[f];
        else if (g->out[f])
            for (size_t w = 0; w < words; w++) set_at(g, g->out[s])[w] |= set_at(g, g->out[f])[w];
        memcpy(row, back, row_bytes);
        for (uint32_t to = g->ways[s].child; to; to = g->ways[to].sibling) {
            g->fail[to] = back[g->ways[to].by];
            row[g->ways[to].by] = to;
            queue[tail++] = to;
        }
    }
    free(queue);
}
static void gate_classes(struct rule_gate *g, const struct pm_ruleset *rs) {
    g->classes = 1;
    for (size_t p = 0; p < rs->pattern_count; p++)
        for (size_t l = 0; l < rs->patterns[p].literal_count; l++)
            for (size_t i = 0; i < rs->patterns[p].literals[l].n; i++) {
                unsigned char c = (unsigned char)rs->patterns[p].literals[l].p[i];
                if (!g->class_of[c]) g->class_of[c] = (uint8_t)g->classes++;
            }
    for (int c = 'A'; c <= 'Z'; c++) g->class_of[c] = g->class_of[c + 32];
}

// The walk over raw text: one table look-up a byte. Rows are told by their offset, and a
// state where a literal ends by its top bit.
enum { WALK_ODD = 255 }; // no class: a backslash or a typographic quote begins here
#define WALK_HIT (UINT32_C(1) << 31)
static void walk_new(struct rule_gate *g) {
    size_t n = g->states * g->classes;
    g->walk = pm_xmalloc(n * sizeof *g->walk);
    for (size_t i = 0; i < n; i++)
        g->walk[i] = g->next[i] * g->classes | (g->out[g->next[i]] ? WALK_HIT : 0);
    memcpy(g->walk_class, g->class_of, sizeof g->walk_class);
    for (int c = '\t'; c <= '\r'; c++) g->walk_class[c] = g->class_of[' '];
    g->walk_class['\\'] = g->walk_class[0xe2] = WALK_ODD;
}

struct rule_gate *rule_gate_new(const struct pm_ruleset *rs, const uint64_t *only) {
    struct rule_gate *g = pm_xmalloc(sizeof *g);
    memset(g, 0, sizeof *g);
    gate_classes(g, rs);
    g->pattern_words = BITSET_WORDS(rs->pattern_count);
    g->rule_words = BITSET_WORDS(rs->rule_count);
    g->always = pm_xmalloc((g->rule_words + 1) * sizeof *g->always);
    memset(g->always, 0, (g->rule_words + 1) * sizeof *g->always);
    for (size_t r = 0; r < rs->rule_count; r++)
        if (rs->rules[r].ungated) bit_set(g->always, r);
    state_new(g);
    set_new(g); // 0: nothing
    for (size_t p = 0; p < rs->pattern_count; p++)
        for (size_t l = 0; l < rs->patterns[p].literal_count && (!only || bit_get(only, p)); l++)
            gate_add(g, rs->patterns[p].literals[l], p, rs->patterns[p].rule);
    gate_link(g);
    if (only) walk_new(g); // the gate of all rules is asked for whole texts, by rule_gate_run
    return g;
}
void rule_gate_free(struct rule_gate *g) {
    if (!g) return;
    free(g->next);
    free(g->out);
    free(g->fail);
    free(g->ways);
    free(g->sets);
    free(g->always);
    free(g->walk);
    free(g);
}
void rule_gate_run(const struct rule_gate *g, struct pm_str text, uint64_t *patterns,
                   uint64_t *rules) {
    memset(patterns, 0, g->pattern_words * sizeof *patterns);
    memcpy(rules, g->always, g->rule_words * sizeof *rules);
    uint32_t s = 0;
    for (size_t i = 0; i < text.n; i++) {
        s = g->next[s * g->classes + g->class_of[(unsigned char)text.p[i]]];
        if (!g->out[s]) continue;
        const uint64_t *set = set_at(g, g->out[s]);
        for (size_t w = 0; w < g->pattern_words; w++) patterns[w] |= set[w];
        for (size_t w = 0; w < g->rule_words; w++) rules[w] |= set[g->pattern_words + w];
    }
}

// One character as rule_text_smooth makes it, from *p on, which is left at its last byte.
// 0: nothing.
static unsigned char odd_char(const char **p, const char *end) {
    const char *s = *p;
    size_t left = (size_t)(end - s);
    if (*s == '\\' && left > 1 && strchr("nrt", s[1]) && s[1]) {
        *p = s + 1;
        return ' ';
    }
    if (*s == '\\') return left > 1 && strchr("\"\\'", s[1]) && s[1] ? 0 : '\\';
    if (left < 3 || (unsigned char)s[1] != 0x80 || !strchr("\x98\x99\x9c\x9d", s[2]) || !s[2])
        return 0xe2;
    *p = s + 2;
    return (unsigned char)s[2] < 0x9c ? '\'' : '"';
}
const char *rule_gate_next(const struct rule_gate *g, const char *p, const char *end) {
    const uint32_t *walk = g->walk;
    uint32_t s = 0;
    unsigned blank = g->class_of[' '], before = blank;
    for (; p < end; p++) {
        unsigned category = g->walk_class[(unsigned char)*p];
        if (category == WALK_ODD) {
            unsigned char c = odd_char(&p, end);
            if (!c) continue;
            category = g->class_of[c];
        }
        if (category == blank && before == blank && blank) continue; // a run of blanks is one
        before = category;
        s = walk[s + category];
        if (s & WALK_HIT) return p + 1;
    }
    return NULL;
}
