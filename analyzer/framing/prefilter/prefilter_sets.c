// All literals in one pass, where the processor looks up sixty-four bytes at once in a
// table of as many (AVX-512 VBMI): what the other two methods share between them by length.
// As in prefilter_buckets.c consecutive bytes of a literal are its fingerprint, which may
// lie anywhere in it, and literals are dealt to eight buckets where fingerprint and bucket
// give the fewest false candidates on usual text. Long literals have buckets of their own
// and longer fingerprints: there can be ten times as many of them. Two groups of buckets
// for them were tried, and tables of 128 bytes: fewer candidates, and more time.
#include "framing/prefilter/prefilter_int.h"

#define BUCKETS 8 // of a group: a bit each
#define LONG_PRINT 6
#define BYTES 64 // two bits more are not looked at: "!" passes for "a", until it is compared
struct group {
    int places;                       // bytes of its fingerprints
    uint8_t sets[LONG_PRINT][BYTES];  // byte → buckets whose fingerprints have it in that place
    double mass[LONG_PRINT][BUCKETS]; // the share of usual text's bytes that is in each set
    bool used[BUCKETS];
};
enum { SHORT, LONG };
static struct group groups[] = {[SHORT] = {.places = PRINT}, [LONG] = {.places = LONG_PRINT}};

// What passes is looked up by its first four bytes.
#define SLOT_BITS 11
#define SLOT_FACTOR 2654435761u
#define LITERALS_MAX 1024
struct literal {
    const char *p;
    uint32_t first; // four bytes of it, from print_at on
    uint16_t next;  // another one in the same slot, 0: none
    uint8_t n, print_at;
};
static struct {
    uint16_t first[1u << SLOT_BITS]; // in the list below, 0: none
    struct literal list[LITERALS_MAX];
    uint16_t used; // 1 stands before the first
} literals = {.used = 1};
static bool full; // a literal found no place: others have to do it all

static uint32_t first_of(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static uint16_t *print_slot(uint32_t first) {
    return &literals.first[(first * SLOT_FACTOR) >> (32 - SLOT_BITS)];
}

// The share of usual text's bytes that pass for this one.
static double share_of(uint8_t c) {
    double share = 0;
    for (int same = c; same <= UINT8_MAX; same += BYTES)
        share += pm_prefilter_usual_byte((uint8_t)same);
    return share;
}

// What more of usual text the bucket would let through with this fingerprint in it.
static double cost_of(const struct group *g, int bucket, const char *print) {
    double before = g->used[bucket] ? 1 : 0, after = 1;
    for (int j = 0; j < g->places; j++) {
        const uint8_t c = (uint8_t)print[j] & (BYTES - 1);
        const double mass = g->mass[j][bucket];
        before *= mass;
        after *= g->sets[j][c] >> bucket & 1 ? mass : mass + share_of(c);
    }
    return after - before + pm_prefilter_usual_four(print);
}

static void print_put(struct group *g, int bucket, const char *text, size_t n, size_t at) {
    for (int j = 0; j < g->places; j++) {
        const uint8_t c = (uint8_t)text[at + (size_t)j] & (BYTES - 1);
        if (g->sets[j][c] >> bucket & 1) continue;
        g->sets[j][c] |= (uint8_t)(1u << bucket);
        g->mass[j][bucket] += share_of(c);
    }
    g->used[bucket] = true;
    uint16_t *slot = print_slot(first_of(text + at));
    literals.list[literals.used] = (struct literal){.p = text,
                                                    .first = first_of(text + at),
                                                    .next = *slot,
                                                    .n = (uint8_t)n,
                                                    .print_at = (uint8_t)at};
    *slot = literals.used++;
}

void pm_prefilter_sets_add(const char *text) {
    const size_t n = strlen(text);
    struct group *g = &groups[n >= LONG_PRINT ? LONG : SHORT];
    double best = 1e9;
    int best_bucket = 0;
    size_t best_at = 0;
    for (int b = 0; b < BUCKETS; b++)
        for (size_t at = 0; at + (size_t)g->places <= n; at++) {
            const double cost = cost_of(g, b, text + at);
            if (cost >= best) continue;
            best = cost;
            best_bucket = b;
            best_at = at;
        }
    full |= literals.used == LITERALS_MAX;
    if (!full) print_put(g, best_bucket, text, n, best_at);
}

static bool is_there(const char *begin, const char *at, const char *end) {
    const uint32_t first = first_of(at);
    for (uint16_t i = *print_slot(first); i; i = literals.list[i].next) {
        const struct literal *l = &literals.list[i];
        if (first != l->first || at - begin < l->print_at || end - at < l->n - l->print_at)
            continue;
        if (memcmp(at - l->print_at, l->p, l->n) == 0) return true;
    }
    return false;
}

#if X86
#define STEP 64

// The end of a text, byte by byte.
static const char *find_sets_end(const char *begin, const char *at, const char *stop,
                                 const char *end) {
    for (; at < stop && end - at >= PRINT; at++)
        if (is_there(begin, at, end)) return at;
    return NULL;
}

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

#define LOOKED_AT (STEP + LONG_PRINT - 1) // bytes for one step
#define PIECE_STEPS 8 // more, and a line that is found late was looked at in vain

// For each of the steps from `at` on, which of its sixty-four bytes pass. Steps are not left
// where some do: such a branch cannot be foretold, and costs more than the steps themselves.
// It calls nothing, so that the tables stay in registers.
VBMI static void pass(const char *at, size_t steps, uint64_t *masks) {
    __m512i brief[PRINT], set[LONG_PRINT], r[2];
#pragma GCC unroll 6
    for (int j = 0; j < LONG_PRINT; j++) set[j] = _mm512_loadu_si512(groups[LONG].sets[j]);
#pragma GCC unroll 4
    for (int j = 0; j < PRINT; j++) brief[j] = _mm512_loadu_si512(groups[SHORT].sets[j]);
    for (size_t i = 0; i < steps; i++, at += STEP) {
        r[SHORT] = r[LONG] = _mm512_set1_epi8(-1);
#pragma GCC unroll 6
        for (int j = 0; j < LONG_PRINT; j++) {
            const __m512i v = _mm512_loadu_si512(at + j);
            r[LONG] = _mm512_and_si512(r[LONG], _mm512_permutexvar_epi8(v, set[j]));
            if (j < PRINT)
                r[SHORT] = _mm512_and_si512(r[SHORT], _mm512_permutexvar_epi8(v, brief[j]));
        }
        r[LONG] = _mm512_or_si512(r[LONG], r[SHORT]);
        masks[i] = _mm512_test_epi8_mask(r[LONG], r[LONG]);
    }
}

// The steps of the next piece: as far as `stop`, and while there are bytes for each.
static size_t steps_to(const char *at, const char *stop, const char *end) {
    if (at >= stop || end - at < LOOKED_AT) return 0;
    const size_t wanted = (size_t)(stop - at - 1) / STEP + 1,
                 there = (size_t)(end - at - LOOKED_AT) / STEP + 1,
                 steps = wanted < there ? wanted : there;
    return steps < PIECE_STEPS ? steps : PIECE_STEPS;
}

static const char *find_sets(const char *begin, const char *at, const char *stop, const char *end) {
    uint64_t masks[PIECE_STEPS];
    for (size_t steps; (steps = steps_to(at, stop, end)) > 0; at += steps * STEP) {
        pass(at, steps, masks);
        for (size_t i = 0; i < steps; i++)
            for (; masks[i]; masks[i] &= masks[i] - 1) {
                const char *print = at + i * STEP + __builtin_ctzll(masks[i]);
                if (is_there(begin, print, end)) return print;
            }
    }
    return find_sets_end(begin, at, stop, end);
}

bool pm_prefilter_sets_can(void) {
    return __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw");
}
pm_prefilter_scan *pm_prefilter_sets(void) { return full ? NULL : find_sets; }
#else
bool pm_prefilter_sets_can(void) { return false; }
pm_prefilter_scan *pm_prefilter_sets(void) { return NULL; }
#endif
