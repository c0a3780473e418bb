// Which rule answers first: one total order over all rules.
//
// `beats` says it outright: an id, a cause, or a family. The more exact word wins where
// two rules name each other: id over cause over family. Rules that no `beats` relates
// keep the order in which they stand: rules that --rules adds first (one that replaces a
// rule stands where that stood), then the built-in files by their `place`, then the
// order in the file. A rule that beats one standing before it moves up to just before it,
// and nothing else moves. A circle is a mistake in the rules, told with its members.
#include "rules/ruleset.h"
#include "base/sort.h"

#include <stdlib.h>

int rule_named(const struct rule *r, struct pm_str what) {
    if (pm_str_eqc(what, r->id)) return 3;
    if (r->candidate_count && pm_str_eqc(what, pm_causes[r->candidates[0]].name)) return 2;
    return pm_str_eqc(what, r->family) ? 1 : 0;
}
static int strength(const struct rule *over, const struct rule *under) {
    int best = 0;
    for (size_t i = 0; i < over->beat_count; i++) {
        int s = rule_named(under, over->beats[i].what);
        if (s > best) best = s;
    }
    return under->added && !over->added && best < 3
               ? 0
               : best; // a built-in rule beats a family of built-in rules: whoever adds rules wants them asked
}

// Rules of one's own first, then the built-in files by the `place` that they say.
static int64_t place(const struct rule *all, size_t i) {
    const struct rule *r = &all[all[i].stands_for];
    if (r->own) return -1;
    return r->place ? (int64_t)r->place : INT64_MAX;
}
static int by_place(const void *x, const void *y, void *by) {
    const struct rule *all = by;
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    int64_t pa = place(all, a), pb = place(all, b);
    size_t sa = all[a].stands_for, sb = all[b].stands_for;
    if (pa != pb) return pa < pb ? -1 : 1;
    return sa < sb ? -1 : sa > sb;
}

struct edges { // n × n bits: over[i] holds the rules that must answer before rule i
    uint64_t *over;
    size_t n, words;
};
static void edge_add(struct edges *e, size_t over, size_t under) {
    bit_set(e->over + under * e->words, over);
}
static bool edges_of(struct pm_ruleset *rs, struct edges *e, struct pm_diags *diags) {
    bool ok = true;
    for (size_t i = 0; i < e->n; i++) {
        struct rule *a = &rs->rules[rs->order[i]];
        for (size_t j = 0; j < i; j++) {
            struct rule *b = &rs->rules[rs->order[j]];
            int ab = a->beat_count ? strength(a, b) : 0, ba = b->beat_count ? strength(b, a) : 0;
            if (ab > ba) edge_add(e, i, j);
            else if (ba > ab) edge_add(e, j, i);
            else if (ab) {
                pm_diags_add(diags, pm_str_c(a->path), a->line, "rule", "%s and %s beat each other",
                             a->id, b->id);
                ok = false;
            }
        }
    }
    return ok;
}
struct walk { // depth first: what beats a rule goes before it
    const struct pm_ruleset *rs;
    const struct edges *e;
    uint8_t *mark; // 1: on the way, 2: placed
    uint32_t *out;
    size_t n;
    struct pm_diags *diags;
};
static bool visit(struct walk *w, size_t i) {
    const struct rule *r = &w->rs->rules[w->rs->order[i]];
    if (w->mark[i] == 2) return true;
    if (w->mark[i] == 1) {
        pm_diags_add(w->diags, pm_str_c(r->path), r->line, "rule",
                     "`beats` goes in a circle through %s", r->id);
        return false;
    }
    w->mark[i] = 1;
    for (size_t j = 0; j < w->e->n; j++)
        if (bit_get(w->e->over + i * w->e->words, j) && !visit(w, j)) {
            pm_diags_add(w->diags, pm_str_c(r->path), r->line, "rule", "… %s is beaten by %s",
                         r->id, w->rs->rules[w->rs->order[j]].id);
            return false;
        }
    w->mark[i] = 2;
    w->out[w->n++] = w->rs->order[i];
    return true;
}

bool ruleset_order(struct pm_ruleset *rs, struct pm_diags *diags) {
    rs->order = PM_NEWN(rs->a, uint32_t, rs->rule_count);
    for (size_t i = 0; i < rs->rule_count; i++)
        if (!rs->rules[i].gone) rs->order[rs->order_count++] = (uint32_t)i;
    pm_sort(rs->order, rs->order_count, sizeof *rs->order, by_place, rs->rules);

    struct edges e = {.n = rs->order_count, .words = BITSET_WORDS(rs->order_count)};
    e.over = PM_NEWN(rs->a, uint64_t, e.n * e.words);
    bool ok = edges_of(rs, &e, diags);
    struct walk w = {.rs = rs,
                     .e = &e,
                     .mark = PM_NEWN(rs->a, uint8_t, e.n),
                     .out = PM_NEWN(rs->a, uint32_t, e.n),
                     .diags = diags};
    for (size_t i = 0; i < e.n && ok; i++) ok = visit(&w, i);
    rs->order = w.out;
    return ok;
}
