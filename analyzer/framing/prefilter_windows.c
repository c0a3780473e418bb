// Long literals, of which there are many, after Wu and Manber: every fourth byte is the
// start of a window of four bytes, and of seven consecutive bytes of a literal one such
// window sees four, whichever of the four phases it is. The four windows of each
// literal's rarest seven bytes stand in a bitmap, by hash; who passes that is compared
// whole. Their number hardly matters, where more of them among the short ones' buckets
// would let most text through.
#include "framing/prefilter_int.h"

#define WINDOW 4 // bytes of a window, and of the step between two
#define MAP_BITS 16
#define MAP_FACTOR 2654435761u
#define SLOTS 4096
struct window {
    uint32_t bytes, other; // four bytes, and four more of the literal, looked at next
    uint8_t at, other_at;  // where in the literal
    uint8_t n;
    const char *p; // the literal; NULL: a free slot
};
static struct {
    uint32_t map[1u << (MAP_BITS - 5)];
    struct window slot[SLOTS]; // open addressing
    size_t used;
} windows;

static uint32_t load4(const char *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}
static uint32_t map_hash(uint32_t bytes) { return (bytes * MAP_FACTOR) >> (32 - MAP_BITS); }
static uint32_t map_bit(uint32_t h) { return windows.map[h >> 5] >> (h & 31) & 1u; }

static void window_add(const char *p, size_t n, size_t at) {
    uint32_t bytes = load4(p + at), h = map_hash(bytes);
    size_t slot = h % SLOTS;
    if (windows.used + 1 >= SLOTS)
        return; // a mistake of whoever wrote that many literals; test_prefilter tells
    while (windows.slot[slot].p) slot = (slot + 1) % SLOTS;
    size_t other_at = n - WINDOW; // the window behind it, else the one before, else the last
    if (at + 2 * WINDOW <= n) other_at = at + WINDOW;
    else if (at >= WINDOW) other_at = at - WINDOW;
    windows.slot[slot] = (struct window){.bytes = bytes,
                                         .other = load4(p + other_at),
                                         .at = (uint8_t)at,
                                         .other_at = (uint8_t)other_at,
                                         .n = (uint8_t)n,
                                         .p = p};
    windows.used++;
    windows.map[h >> 5] |= 1u << (h & 31);
}

static uint16_t seen[1u << MAP_BITS]; // how often usual text has a window, by its hash

void pm_prefilter_windows_begin(void) {
    for (size_t i = 0; i + WINDOW <= pm_prefilter_usual_n; i++)
        seen[map_hash(load4(pm_prefilter_usual + i))]++;
}

// The seven bytes whose windows are the rarest.
void pm_prefilter_windows_add(const char *p) {
    size_t n = strlen(p), best_at = 0;
    uint32_t best = UINT32_MAX;
    for (size_t at = 0; at + WINDOWS <= n; at++) {
        uint32_t cost = 0;
        for (size_t k = 0; k < WINDOW; k++) cost += seen[map_hash(load4(p + at + k))];
        if (cost < best) {
            best = cost;
            best_at = at;
        }
    }
    for (size_t k = 0; k < WINDOW; k++) window_add(p, n, best_at + k);
}

static bool window_holds(const char *begin, const char *at, const char *end) {
    uint32_t bytes = load4(at);
    for (size_t slot = map_hash(bytes) % SLOTS; windows.slot[slot].p; slot = (slot + 1) % SLOTS) {
        const struct window *w = &windows.slot[slot];
        if (w->bytes != bytes || at - begin < w->at || end - at < w->n - w->at) continue;
        const char *begins = at - w->at;
        if (load4(begins + w->other_at) == w->other && memcmp(begins, w->p, w->n) == 0) return true;
    }
    return false;
}

// The first window at `at`, at + 4, … before `stop` that is one of a literal's which is
// there in [begin, end), or NULL.
static const char *find_window(const char *begin, const char *at, const char *stop,
                               const char *end) {
    for (; at < stop && end - at >= 4 * WINDOW; at += 4 * WINDOW) {
        uint32_t a = map_bit(map_hash(load4(at))), b = map_bit(map_hash(load4(at + 4)));
        uint32_t c = map_bit(map_hash(load4(at + 8))), d = map_bit(map_hash(load4(at + 12)));
        for (uint32_t any = a | b << 1 | c << 2 | d << 3; any; any &= any - 1) {
            const char *w = at + 4 * __builtin_ctz(any);
            if (w < stop && window_holds(begin, w, end)) return w;
        }
    }
    for (; at < stop && end - at >= WINDOW; at += WINDOW)
        if (map_bit(map_hash(load4(at))) && window_holds(begin, at, end)) return at;
    return NULL;
}

#if X86
// The same, eight windows at once: they stand side by side.
__attribute__((target("avx2"))) static const char *
find_window_avx2(const char *begin, const char *at, const char *stop, const char *end) {
    const __m256i factor = _mm256_set1_epi32((int)MAP_FACTOR), low5 = _mm256_set1_epi32(31);
    for (; at < stop && end - at >= 8 * WINDOW; at += 8 * WINDOW) {
        __m256i h = _mm256_srli_epi32(
            _mm256_mullo_epi32(_mm256_loadu_si256((const void *)at), factor), 32 - MAP_BITS);
        __m256i words = _mm256_i32gather_epi32((const int *)(const void *)windows.map,
                                               _mm256_srli_epi32(h, 5), 4);
        __m256i top = _mm256_sllv_epi32(words, _mm256_sub_epi32(low5, _mm256_and_si256(h, low5)));
        unsigned any = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(top));
        for (; any; any &= any - 1) {
            const char *w = at + WINDOW * __builtin_ctz(any);
            if (w < stop && window_holds(begin, w, end)) return w;
        }
    }
    return find_window(begin, at, stop, end);
}
#endif

pm_prefilter_scan *pm_prefilter_windows(enum pm_prefilter_isa isa) {
#if X86
    if (isa == PM_PREFILTER_AVX2) return find_window_avx2;
#endif
    (void)isa;
    return find_window;
}
