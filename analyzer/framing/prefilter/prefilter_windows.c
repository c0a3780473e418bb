// Long literals, of which there are many, after Wu and Manber: every fourth byte is the
// start of a window of four bytes. Of a literal one window for each of the four phases is
// looked for, the rarest one on usual text, wherever in the literal it stands. Windows lie
// in a table by their hash, one a place, so that eight bytes of a text that are looked up
// side by side are compared whole at once and nothing passes that only hashes alike; who
// passes is compared with its literals. Their number hardly matters, where more of them
// among the short ones' buckets would let most text through.
#include "framing/prefilter/prefilter_int.h"

#define WINDOW 4 // bytes of a window, and of the step between two
#define SLOT_BITS 12
#define SLOTS (1u << SLOT_BITS)
#define SLOT_FACTOR 2654435761u
#define WINDOWS_MAX 2048
#define COMMON_MAX 0.0013 // share of usual text that all windows of a literal may be
struct window {
    const char *p;        // its literal
    uint32_t other;       // four more bytes of it, looked at next
    uint16_t next;        // another literal's with the same bytes, 0: none
    uint8_t at, other_at; // where in the literal
    uint8_t n;
};
static struct {
    uint32_t bytes[SLOTS]; // by hash; a free place holds what has another hash
    uint16_t first[SLOTS]; // in the list below, 0: free
    struct window list[WINDOWS_MAX];
    uint16_t used; // 1 stands before the first
} windows;

static uint32_t load4(const char *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}
static uint32_t slot_of(uint32_t bytes) { return (bytes * SLOT_FACTOR) >> (32 - SLOT_BITS); }

void pm_prefilter_windows_begin(void) {
    windows.bytes[0] = 1; // zeros have this place
    windows.used = 1;
}

// Of a literal, where its windows of the phases before this one stand.
struct choice {
    const char *p;
    size_t n, at[WINDOW], phases;
};

static bool has_room(const struct choice *c, uint32_t bytes) {
    uint32_t slot = slot_of(bytes);
    if (windows.first[slot] && windows.bytes[slot] != bytes) return false;
    for (size_t i = 0; i < c->phases; i++) {
        uint32_t other = load4(c->p + c->at[i]);
        if (slot_of(other) == slot && other != bytes) return false;
    }
    return true;
}

// The rarest window of the next phase joins; false where there is none that has a place.
static bool choose(struct choice *c, double *common) {
    double best = 1;
    for (size_t at = c->phases; at + WINDOW <= c->n; at += WINDOW) {
        double cost = pm_prefilter_usual_four(c->p + at);
        if (cost >= best || !has_room(c, load4(c->p + at))) continue;
        best = cost;
        c->at[c->phases] = at;
    }
    if (best >= 1) return false;
    *common += best;
    c->phases++;
    return true;
}

static void window_add(const char *p, size_t n, size_t at) {
    uint32_t bytes = load4(p + at), slot = slot_of(bytes);
    size_t other_at = n - WINDOW; // the window behind it, else the one before, else the last
    if (at + 2 * WINDOW <= n) other_at = at + WINDOW;
    else if (at >= WINDOW) other_at = at - WINDOW;
    windows.list[windows.used] = (struct window){.p = p,
                                                 .other = load4(p + other_at),
                                                 .next = windows.first[slot],
                                                 .at = (uint8_t)at,
                                                 .other_at = (uint8_t)other_at,
                                                 .n = (uint8_t)n};
    windows.bytes[slot] = bytes;
    windows.first[slot] = windows.used++;
}

bool pm_prefilter_windows_add(const char *p) {
    struct choice c = {.p = p, .n = strlen(p)};
    double common = 0;
    if (c.n < WINDOWS || windows.used + WINDOW > WINDOWS_MAX) return false;
    while (c.phases < WINDOW)
        if (!choose(&c, &common)) return false;
    if (common > COMMON_MAX) return false;
    for (size_t phase = 0; phase < WINDOW; phase++) window_add(p, c.n, c.at[phase]);
    return true;
}

static bool window_holds(uint32_t slot, const char *begin, const char *at, const char *end) {
    for (uint16_t i = windows.first[slot]; i; i = windows.list[i].next) {
        const struct window *w = &windows.list[i];
        const char *literal = at - w->at;
        if (at - begin < w->at || end - at < w->n - w->at) continue;
        if (load4(literal + w->other_at) == w->other && memcmp(literal, w->p, w->n) == 0)
            return true;
    }
    return false;
}

// The first window at `at`, at + 4, … before `stop` that is one of a literal's which is
// there in [begin, end), or NULL.
static const char *find_window(const char *begin, const char *at, const char *stop,
                               const char *end) {
    for (; at < stop && end - at >= WINDOW; at += WINDOW) {
        uint32_t bytes = load4(at), slot = slot_of(bytes);
        if (windows.bytes[slot] == bytes && window_holds(slot, begin, at, end)) return at;
    }
    return NULL;
}

#if X86
// The same, eight windows at once: they stand side by side.
__attribute__((target("avx2"))) static unsigned eight_windows(const char *at) {
    const __m256i factor = _mm256_set1_epi32((int)SLOT_FACTOR);
    __m256i bytes = _mm256_loadu_si256((const void *)at);
    __m256i slot = _mm256_srli_epi32(_mm256_mullo_epi32(bytes, factor), 32 - SLOT_BITS);
    __m256i there = _mm256_i32gather_epi32((const int *)(const void *)windows.bytes, slot, 4);
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(bytes, there)));
}

__attribute__((target("avx2"))) static const char *
find_window_avx2(const char *begin, const char *at, const char *stop, const char *end) {
    for (; at < stop && end - at >= 8 * WINDOW; at += 8 * WINDOW) {
        for (unsigned any = eight_windows(at); any; any &= any - 1) {
            const char *w = at + WINDOW * __builtin_ctz(any);
            if (w < stop && window_holds(slot_of(load4(w)), begin, w, end)) return w;
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
