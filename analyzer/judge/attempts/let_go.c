// Traces that have said all they know: of a million pulls that went well each left two or three,
// and once the pulls are there nobody asks for those again. Without them the passes that follow
// look through thousands of traces and not through millions, and the memory of most of them is
// free before verdicts, incidents, budgets and series want theirs.
//
// Only a runtime's own lines about the begin and the end of a good pull go, of which the pull
// itself has everything: when, what, how long, how much and which file told it.
// A line that names a pod, gives a reason, was printed by somebody or has a verdict stays. And
// so does the first line of a node's runtime since it was started or another spoke there: which
// runtime was the last to speak before some time is asked, and that line answers for those
// behind it.
#include "judge/attempts/fold.h"
#include <stdlib.h>

static bool is_spent(const struct pm_trace *t, const struct pm_attempt *p) {
    const struct pm_saying *said = t->said;
    return p->outcome == PM_OUTCOME_OK && said->origin == PM_ORIGIN_RUNTIME &&
           (said->kind == PM_KIND_PULL_START || said->kind == PM_KIND_PULL_OK) &&
           (said->role == PM_ROLE_START || said->role == PM_ROLE_END) && !t->pod && !t->waits &&
           !said->reason && !said->printed && said->verdict->cause < 0;
}

// runtimes: node → the one that spoke last since any was started.
static bool speaks_anew(Pvoid_t *runtimes, const struct pm_trace *t) {
    const bool starts = t->said->kind == PM_KIND_RUNTIME_START;
    if (!starts && (!t->pull || t->said->origin != PM_ORIGIN_RUNTIME || t->ts == PM_NO_TIME))
        return false;
    Word_t *last = pm_map_slot(runtimes, t->node), before = *last;
    *last = starts ? PM_COMP_NONE : t->said->component;
    return *last != before;
}

// Which traces stay, a bit each: their new places are counted from it, as a list of them
// would stand beside all traces and pulls when memory is fullest.
enum { WORD_BITS = 64 };
struct staying {
    uint64_t *words;
    uint32_t *before; // how many stay of the words before
};
static struct staying staying_new(size_t n) {
    const size_t words = n / WORD_BITS + 1;
    struct staying s = {pm_xmalloc(words * sizeof *s.words), pm_xmalloc(words * sizeof *s.before)};
    memset(s.words, 0, words * sizeof *s.words);
    return s;
}
static void staying_free(struct staying *s) {
    free(s->words);
    free(s->before);
}
static void staying_count(struct staying *s, size_t n) {
    uint32_t before = 0;
    for (size_t w = 0; w <= n / WORD_BITS; w++) {
        s->before[w] = before;
        before += (uint32_t)__builtin_popcountll(s->words[w]);
    }
}
static uint64_t bit_of(size_t i) { return UINT64_C(1) << i % WORD_BITS; }
// The new place + 1; 0: it is gone.
static pm_ref place_now(const struct staying *s, uint32_t i) {
    const uint64_t word = s->words[i / WORD_BITS];
    if (!(word & bit_of(i))) return 0;
    return s->before[i / WORD_BITS] + (pm_ref)__builtin_popcountll(word & (bit_of(i) - 1)) + 1;
}

static void pull_follow(struct pm_attempt *p, const struct staying *s) {
    struct pm_few kept = {0};
    for (size_t i = 0; i < p->traces.n; i++) {
        pm_ref at = place_now(s, pm_few_at(&p->traces, i));
        if (at) pm_few_add(&kept, at - 1);
    }
    pm_few_free(&p->traces);
    p->traces = kept;
}

static void traces_pack(struct pm_evidence *ev, size_t n) {
    ev->traces.n = ev->traces.cap = n;
    ev->traces.items = pm_xrealloc(ev->traces.items, n * sizeof *ev->traces.items);
    pm_extents_pack(ev);
}

void pm_fold_let_go(struct pm_evidence *ev, struct pm_pulls *pulls) {
    const size_t all = ev->traces.n;
    struct staying staying = staying_new(all);
    Pvoid_t runtimes = NULL;
    Word_t freed;
    size_t n = 0;
    for (size_t i = 0; i < all; i++) {
        const struct pm_trace *t = &ev->traces.items[i];
        const struct pm_attempt *p = t->pull ? &PM_REF(*pulls, t->pull) : NULL;
        if (speaks_anew(&runtimes, t) || !p || !is_spent(t, p)) {
            staying.words[i / WORD_BITS] |= bit_of(i);
            ev->traces.items[n++] = *t;
        } else pm_evidence_first(ev, t);
    }
    JLFA(freed, runtimes);
    (void)freed;
    staying_count(&staying, all);
    for (size_t i = 0; i < pulls->n && n < all; i++) pull_follow(&pulls->items[i], &staying);
    if (n < all) traces_pack(ev, n);
    staying_free(&staying);
}
