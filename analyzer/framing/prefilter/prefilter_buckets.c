// Short literals (PRINT to WINDOWS - 1 bytes), of which there are few, after Teddy
// (Hyperscan; BurntSushi's aho-corasick): four consecutive bytes of each, its
// fingerprint, are looked up by nibble in eight buckets at once; what survives is
// compared whole. Unlike Teddy the fingerprint may lie anywhere in the literal: literals
// are dealt to buckets where fingerprint and bucket give the fewest false candidates on
// usual text.
#include "framing/prefilter/prefilter_int.h"

#define BUCKETS 8
#define PER_BUCKET 32
struct literal {
    const char *p;
    uint8_t n, print_at; // where in it the fingerprint stands
    uint32_t
        print; // the fingerprint itself: nibbles of several literals pass for it, their bytes do not
};
static struct teddy {
    uint8_t lo[PRINT][16],
        hi[PRINT][16];        // nibble → buckets whose fingerprints have it in that place
    uint8_t byte[PRINT][256]; // lo & hi of both nibbles: the scalar variant's table
    struct literal literal[BUCKETS][PER_BUCKET];
    uint8_t literals[BUCKETS];
} teddy;

// The share of usual text's bytes that pass the bucket's nibble sets in place j, with `add`
// added (add < 0: as it is).
static double place_mass(int bucket, int j, int add) {
    double mass = 0;
    for (int hi = 0; hi < 16; hi++) {
        if (!(teddy.hi[j][hi] >> bucket & 1) && !(add >= 0 && add >> 4 == hi)) continue;
        for (int lo = 0; lo < 16; lo++)
            if ((teddy.lo[j][lo] >> bucket & 1) || (add >= 0 && (add & 15) == lo))
                mass += pm_prefilter_usual_byte((uint8_t)(hi << 4 | lo));
    }
    return mass;
}

static double bucket_mass(int bucket, const char *print) {
    double mass = 1;
    for (int j = 0; j < PRINT; j++) mass *= place_mass(bucket, j, print ? (uint8_t)print[j] : -1);
    return mass;
}

static uint32_t print_of(const char *p) {
    uint32_t v;
    memcpy(&v, p, PRINT);
    return v;
}

void pm_prefilter_buckets_add(const char *text) {
    size_t n = strlen(text);
    double best = 1e9;
    int best_bucket = 0;
    size_t best_at = 0;
    for (int b = 0; b < BUCKETS; b++) {
        if (teddy.literals[b] == PER_BUCKET) continue;
        double before = teddy.literals[b] ? bucket_mass(b, NULL) : 0;
        for (size_t at = 0; at + PRINT <= n; at++) {
            double cost = bucket_mass(b, text + at) - before + pm_prefilter_usual_four(text + at);
            if (cost < best) {
                best = cost;
                best_bucket = b;
                best_at = at;
            }
        }
    }
    for (int j = 0; j < PRINT; j++) {
        uint8_t c = (uint8_t)text[best_at + (size_t)j];
        teddy.lo[j][c & 15] |= (uint8_t)(1u << best_bucket);
        teddy.hi[j][c >> 4] |= (uint8_t)(1u << best_bucket);
    }
    teddy.literal[best_bucket][teddy.literals[best_bucket]++] =
        (struct literal){text, (uint8_t)n, (uint8_t)best_at, print_of(text + best_at)};
}

void pm_prefilter_buckets_end(void) {
    for (int j = 0; j < PRINT; j++)
        for (int c = 0; c < 256; c++) teddy.byte[j][c] = teddy.lo[j][c & 15] & teddy.hi[j][c >> 4];
}

static bool bucket_holds(int bucket, const char *begin, const char *at, const char *end) {
    uint32_t print = print_of(at);
    for (int i = 0; i < teddy.literals[bucket]; i++) {
        const struct literal *l = &teddy.literal[bucket][i];
        if (print != l->print || at - begin < l->print_at || end - at < l->n - l->print_at)
            continue;
        if (memcmp(at - l->print_at, l->p, l->n) == 0) return true;
    }
    return false;
}

static bool any_bucket_holds(unsigned buckets, const char *begin, const char *at, const char *end) {
    for (; buckets; buckets &= buckets - 1)
        if (bucket_holds(__builtin_ctz(buckets), begin, at, end)) return true;
    return false;
}

// Each returns the place of the first fingerprint within [at, stop) whose literal is
// there in [begin, end), or NULL.
static const char *find_scalar(const char *begin, const char *at, const char *stop,
                               const char *end) {
    for (; stop - at >= PRINT; at++) {
        const uint8_t *u = (const uint8_t *)at;
        unsigned buckets =
            teddy.byte[0][u[0]] & teddy.byte[1][u[1]] & teddy.byte[2][u[2]] & teddy.byte[3][u[3]];
        if (buckets && any_bucket_holds(buckets, begin, at, end)) return at;
    }
    return NULL;
}

#if X86
// The 16 or 32 bucket bytes are in `buckets`, `mask` says which are not zero.
static const char *verify(const uint8_t *buckets, unsigned mask, const char *begin, const char *at,
                          const char *end) {
    for (; mask; mask &= mask - 1) {
        int i = __builtin_ctz(mask);
        if (any_bucket_holds(buckets[i], begin, at + i, end)) return at + i;
    }
    return NULL;
}

__attribute__((target("ssse3"))) static const char *find_ssse3(const char *begin, const char *at,
                                                               const char *stop, const char *end) {
    __m128i lo[PRINT], hi[PRINT], low4 = _mm_set1_epi8(15), zero = _mm_setzero_si128();
    for (int j = 0; j < PRINT; j++) {
        lo[j] = _mm_loadu_si128((const void *)teddy.lo[j]);
        hi[j] = _mm_loadu_si128((const void *)teddy.hi[j]);
    }
    for (; stop - at >= 16 + PRINT - 1; at += 16) {
        __m128i r = _mm_set1_epi8(-1);
#pragma GCC unroll 4
        for (int j = 0; j < PRINT; j++) {
            __m128i v = _mm_loadu_si128((const void *)(at + j));
            __m128i l = _mm_shuffle_epi8(lo[j], _mm_and_si128(v, low4)),
                    h = _mm_shuffle_epi8(hi[j], _mm_and_si128(_mm_srli_epi16(v, 4), low4));
            r = _mm_and_si128(r, _mm_and_si128(l, h));
        }
        unsigned mask = 0xffffu & ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(r, zero));
        if (!mask) continue;
        uint8_t buckets[16];
        _mm_storeu_si128((void *)buckets, r);
        const char *hit = verify(buckets, mask, begin, at, end);
        if (hit) return hit;
    }
    return find_scalar(begin, at, stop, end);
}

__attribute__((target("avx2"))) static const char *find_avx2(const char *begin, const char *at,
                                                             const char *stop, const char *end) {
    __m256i lo[PRINT], hi[PRINT], low4 = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    for (int j = 0; j < PRINT; j++) {
        lo[j] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)teddy.lo[j]));
        hi[j] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)teddy.hi[j]));
    }
    for (; stop - at >= 32 + PRINT - 1; at += 32) {
        __m256i r = _mm256_set1_epi8(-1);
#pragma GCC unroll 4
        for (int j = 0; j < PRINT; j++) {
            __m256i v = _mm256_loadu_si256((const void *)(at + j));
            __m256i l = _mm256_shuffle_epi8(lo[j], _mm256_and_si256(v, low4)),
                    h = _mm256_shuffle_epi8(hi[j], _mm256_and_si256(_mm256_srli_epi16(v, 4), low4));
            r = _mm256_and_si256(r, _mm256_and_si256(l, h));
        }
        unsigned mask = ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(r, zero));
        if (!mask) continue;
        uint8_t buckets[32];
        _mm256_storeu_si256((void *)buckets, r);
        const char *hit = verify(buckets, mask, begin, at, end);
        if (hit) return hit;
    }
    return find_scalar(begin, at, stop, end);
}
#endif

pm_prefilter_scan *pm_prefilter_buckets(enum pm_prefilter_isa isa) {
#if X86
    if (isa == PM_PREFILTER_AVX2) return find_avx2;
    if (isa == PM_PREFILTER_SSSE3) return find_ssse3;
#endif
    (void)isa;
    return find_scalar;
}
