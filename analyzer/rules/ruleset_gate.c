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

// The automaton. Bytes that no literal holds share class 0. Texts are nearly always near
// its root, so the states next to it have a row each, with the way on for every class;
// those farther out, which are most, have their own ways on only, and else go on as the
// state does to which they fall back. Rows for all of them were two megabytes to be filled
// at every start.
enum { ROWS_MAX = 512 };
#define ROW_HIT (UINT32_C(1) << 31) // in a row: a literal ends where this way leads
struct state {
    uint32_t fail, out;   // index into sets, 0: nothing ends here
    uint32_t child;       // the first of those behind it, which are numbered in a row
    uint8_t children, by; // by: the class that leads here
};
struct rule_gate {
    uint8_t class_of[256], walk_class[256]; // of bytes as smoothed, and as they stand
    unsigned row_bits;                      // a row has a power of two of places
    uint32_t *rows;
    struct state *states;
    uint32_t state_count, row_count;
    uint64_t *sets; // pattern bits, then rule bits
    size_t set_count, set_cap, pattern_words, rule_words;
    uint64_t *always; // rule bits of rules that ask for no text
    uint64_t *begins; // pairs of bytes at which a literal can begin, a bit each; NULL: any
};
static uint64_t *set_at(const struct rule_gate *g, uint32_t i) {
    return g->sets + (size_t)i * (g->pattern_words + g->rule_words);
}
static uint32_t set_new(struct rule_gate *g) {
    size_t words = g->pattern_words + g->rule_words;
    const size_t kept = words ? words : 1; // a file without a rule has no bits
    if (g->set_count == g->set_cap) g->sets = pm_grow(g->sets, &g->set_cap, kept * sizeof *g->sets);
    memset(g->sets + g->set_count * words, 0, words * sizeof *g->sets);
    return (uint32_t)g->set_count++;
}

// The trie that it is made from, in the order of the literals.
struct branch {
    uint32_t child, sibling; // the first behind this one; the next behind the same
    uint32_t out;
    uint8_t by;
};
struct trie {
    struct branch *branches;
    size_t n, cap;
    uint32_t first[256]; // of those behind the root, by class: nearly all classes are there
};
static uint32_t branch_to(struct trie *t, uint32_t from, uint8_t by) {
    uint32_t at = from ? t->branches[from].child : t->first[by];
    while (at && t->branches[at].by != by) at = t->branches[at].sibling;
    if (at) return at;
    if (!from) t->first[by] = (uint32_t)t->n;
    struct branch *made = PM_PUSH(t->branches, t->n, t->cap);
    *made = (struct branch){.sibling = t->branches[from].child, .by = by};
    return t->branches[from].child = (uint32_t)(t->n - 1);
}
static void trie_add(struct trie *t, struct rule_gate *g, struct pm_str literal, size_t pattern,
                     uint32_t rule) {
    uint32_t at = 0;
    for (size_t i = 0; i < literal.n; i++)
        at = branch_to(t, at, g->class_of[(unsigned char)literal.p[i]]);
    if (!t->branches[at].out) t->branches[at].out = set_new(g);
    bit_set(set_at(g, t->branches[at].out), pattern);
    bit_set(set_at(g, t->branches[at].out) + g->pattern_words, rule);
}

static uint32_t gate_step(const struct rule_gate *g, uint32_t s, uint32_t by) {
    while (s >= g->row_count) {
        const struct state *at = &g->states[s];
        for (uint32_t to = at->child; to < at->child + at->children; to++)
            if (g->states[to].by == by) return to | (g->states[to].out ? ROW_HIT : 0);
        s = at->fail;
    }
    return g->rows[((size_t)s << g->row_bits) + by];
}
// What ends where it falls back to ends here, too.
static void out_join(struct rule_gate *g, struct state *s) {
    uint32_t also = g->states[s->fail].out;
    if (!s->out) s->out = also;
    else if (also)
        for (size_t w = 0; w < g->pattern_words + g->rule_words; w++)
            set_at(g, s->out)[w] |= set_at(g, also)[w];
}
// The row of the state to which it falls back, over which go its own ways on.
static void row_fill(struct rule_gate *g, uint32_t s) {
    uint32_t *row = g->rows + ((size_t)s << g->row_bits);
    const struct state *at = &g->states[s];
    if (s) memcpy(row, g->rows + ((size_t)at->fail << g->row_bits), sizeof *row << g->row_bits);
    else memset(row, 0, sizeof *row << g->row_bits);
    for (uint32_t to = at->child; to < at->child + at->children; to++)
        row[g->states[to].by] = to | (g->states[to].out ? ROW_HIT : 0);
}
// Breadth first: the state to which one falls back has a lesser number and is done, and so
// is its row where this one has a row.
static void gate_link(struct rule_gate *g, const struct trie *t) {
    uint32_t *queue = pm_xmalloc(t->n * sizeof *queue), tail = 1;
    g->state_count = (uint32_t)t->n;
    g->row_count = g->state_count < ROWS_MAX ? g->state_count : ROWS_MAX;
    g->states = pm_xmalloc(t->n * sizeof *g->states);
    g->rows = pm_xmalloc((sizeof *g->rows * g->row_count) << g->row_bits);
    g->states[0] = (struct state){0};
    queue[0] = 0;
    for (uint32_t s = 0; s < g->state_count; s++) {
        struct state *at = &g->states[s];
        at->child = tail;
        for (uint32_t to = t->branches[queue[s]].child; to; to = t->branches[to].sibling, tail++) {
            struct state *made = &g->states[tail];
            uint8_t by = t->branches[to].by;
            queue[tail] = to;
            *made = (struct state){.by = by, .out = t->branches[to].out};
            if (s) made->fail = gate_step(g, at->fail, by) & ~ROW_HIT;
            out_join(g, made);
            at->children++;
        }
        if (s < g->row_count) row_fill(g, s);
    }
    free(queue);
}
static void gate_classes(struct rule_gate *g, const struct pm_ruleset *rs) {
    unsigned classes = 1;
    for (size_t p = 0; p < rs->pattern_count; p++)
        for (size_t l = 0; l < rs->patterns[p].literal_count; l++)
            for (size_t i = 0; i < rs->patterns[p].literals[l].n; i++) {
                unsigned char c = (unsigned char)rs->patterns[p].literals[l].p[i];
                if (!g->class_of[c]) g->class_of[c] = (uint8_t)classes++;
            }
    while (1u << g->row_bits < classes) g->row_bits++;
    for (int c = 'A'; c <= 'Z'; c++) g->class_of[c] = g->class_of[c + 32];
}
enum { WALK_ODD = 255 }; // no class: a backslash or a typographic quote begins here
static void walk_classes(struct rule_gate *g) {
    memcpy(g->walk_class, g->class_of, sizeof g->walk_class);
    for (int c = '\t'; c <= '\r'; c++) g->walk_class[c] = g->class_of[' '];
    g->walk_class['\\'] = g->walk_class[0xe2] = WALK_ODD;
}

struct rule_gate *rule_gate_new(const struct pm_ruleset *rs, const uint64_t *only) {
    struct rule_gate *g = pm_xmalloc(sizeof *g);
    struct trie t = {0};
    memset(g, 0, sizeof *g);
    gate_classes(g, rs);
    walk_classes(g);
    g->pattern_words = BITSET_WORDS(rs->pattern_count);
    g->rule_words = BITSET_WORDS(rs->rule_count);
    g->always = pm_xmalloc((g->rule_words + 1) * sizeof *g->always);
    memset(g->always, 0, (g->rule_words + 1) * sizeof *g->always);
    for (size_t r = 0; r < rs->rule_count; r++)
        if (rs->rules[r].ungated) bit_set(g->always, r);
    *PM_PUSH(t.branches, t.n, t.cap) = (struct branch){0};
    set_new(g); // 0: nothing
    for (size_t p = 0; p < rs->pattern_count; p++)
        for (size_t l = 0; l < rs->patterns[p].literal_count && (!only || bit_get(only, p)); l++)
            trie_add(&t, g, rs->patterns[p].literals[l], p, rs->patterns[p].rule);
    gate_link(g, &t);
    free(t.branches);
    return g;
}
void rule_gate_free(struct rule_gate *g) {
    if (!g) return;
    free(g->rows);
    free(g->states);
    free(g->sets);
    free(g->always);
    free(g->begins);
    free(g);
}
void rule_gate_run(const struct rule_gate *g, struct pm_str text, uint64_t *patterns,
                   uint64_t *rules) {
    memset(patterns, 0, g->pattern_words * sizeof *patterns);
    memcpy(rules, g->always, g->rule_words * sizeof *rules);
    uint32_t s = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint32_t to = gate_step(g, s, g->class_of[(unsigned char)text.p[i]]);
        s = to & ~ROW_HIT;
        if (to == s) continue;
        const uint64_t *set = set_at(g, g->states[s].out);
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

// Where few words are looked for through whole logs, most bytes begin none of them, and with
// the byte behind them that is seen at one look. What is more than itself (an escape, a
// quote, a blank of several where a literal begins with one) is always looked at.
enum { PAIRS = 1 << 16 };
static void pair_set(struct rule_gate *g, unsigned first, unsigned second) {
    g->begins[(second << 8 | first) / 64] |= UINT64_C(1) << (second << 8 | first) % 64;
}
static bool pair_begins(const struct rule_gate *g, const char *p) {
    const unsigned pair = (unsigned)(unsigned char)p[1] << 8 | (unsigned char)p[0];
    return g->begins[pair / 64] >> pair % 64 & 1;
}
static bool goes_on_by(const struct rule_gate *g, const struct state *from, unsigned char byte) {
    const unsigned by = g->walk_class[byte];
    if (from->out || by == WALK_ODD || (by && by == g->class_of[' '] && by == from->by))
        return true;
    for (uint32_t to = from->child; to < from->child + from->children; to++)
        if (g->states[to].by == by) return true;
    return false;
}
void rule_gate_hurry(struct rule_gate *g) {
    const struct state *root = &g->states[0];
    g->begins = pm_xmalloc(PAIRS / 8);
    memset(g->begins, 0, PAIRS / 8);
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; g->walk_class[first] == WALK_ODD && second < 256; second++)
            pair_set(g, first, second);
    for (uint32_t to = root->child; to < root->child + root->children; to++)
        for (unsigned first = 0; first < 256; first++)
            for (unsigned second = 0; g->walk_class[first] == g->states[to].by && second < 256;
                 second++)
                if (goes_on_by(g, &g->states[to], (unsigned char)second))
                    pair_set(g, first, second);
}

const char *rule_gate_next(const struct rule_gate *g, const char *p, const char *end) {
    uint32_t s = 0;
    unsigned blank = g->class_of[' '], before = blank;
    for (; p < end; p++) {
        if (g->begins && s == 0 && end - p > 1 && !pair_begins(g, p)) {
            do p++;
            while (end - p > 1 && !pair_begins(g, p));
            before = g->walk_class[(unsigned char)p[-1]];
        }
        unsigned category = g->walk_class[(unsigned char)*p];
        if (category == WALK_ODD) {
            unsigned char c = odd_char(&p, end);
            if (!c) continue;
            category = g->class_of[c];
        }
        if (category == blank && before == blank && blank) continue; // a run of blanks is one
        before = category;
        s = gate_step(g, s, category);
        if (s & ROW_HIT) return p + 1;
    }
    return NULL;
}
