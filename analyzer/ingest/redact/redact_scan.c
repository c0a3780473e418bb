// Where in a text some shape of a secret can show: words that begin as a mark does, and
// bytes at which a check begins (a separator, a flag's dash, an escape). Most bytes are
// letters within a word, at which none can; so 32 are looked at at once where the
// processor can that, and elsewhere one after the other, with the same answer.
#include "ingest/redact/redact.h"
#include "base/x86.h"

enum {
    WORD = 1,
    TRIGGER = 2,
    ENDS_KEY = 4, // "Bearer ", "Basic ", "password ", "token ", "key "
    ESCAPED = 8   // that begins no word
};
static unsigned char bytes[256]; // what each is to the scan
__attribute__((constructor)) static void bytes_fill(void) {
    for (unsigned c = 0; c < 256; c++) bytes[c] = pm_secret_word((unsigned char)c) ? WORD : 0;
    for (const char *t = "=:-@> \t%\\$"; *t; t++) bytes[(unsigned char)*t] |= TRIGGER;
    for (const char *t = "rRcCdDnNyYwW"; *t; t++) bytes[(unsigned char)*t] |= ENDS_KEY;
    for (const char *t = "\"\\"; *t; t++) bytes[(unsigned char)*t] |= ESCAPED;
}

// Blanks, dashes and backslashes are most of the triggers; the byte beside them tells that
// no "Bearer " or "password " ends, no flag begins and no letter is escaped there.
static bool is_idle(struct pm_str s, size_t at) {
    unsigned char before = at > 0 ? (unsigned char)s.p[at - 1] : 0,
                  after = at + 1 < s.n ? (unsigned char)s.p[at + 1] : 0;
    if (s.p[at] == ' ' || s.p[at] == '\t') return !(bytes[before] & ENDS_KEY);
    if (s.p[at] == '-') return bytes[before] & WORD;
    return s.p[at] == '\\' && bytes[after] & ESCAPED;
}

enum { BLOCK = 32, BEHIND = 2 }; // bytes looked at behind a block's last
// The words that begin, perhaps as a mark does, and the triggers, of a block, a bit each.
struct looked {
    uint32_t starts, triggers;
};
static bool begins_as_some(struct pm_str s, size_t at) {
    unsigned eighths = 0xff;
    for (size_t i = 0; i < PM_LEN(pm_secret_thirds); i++) {
        const unsigned char c = at + i < s.n ? (unsigned char)s.p[at + i] : 0;
        eighths &= pm_secret_thirds[i].low[c & 15] & pm_secret_thirds[i].high[c >> 4];
    }
    return eighths != 0;
}
static void look_plain(struct pm_str s, size_t at, struct looked found[PM_SECRET_BLOCKS]) {
    bool word_before = at > 0 && bytes[(unsigned char)s.p[at - 1]] & WORD;
    memset(found, 0, PM_SECRET_BLOCKS * sizeof *found);
    for (size_t i = 0; i < PM_SECRET_BLOCKS * BLOCK && at < s.n; i++, at++) {
        unsigned char byte = bytes[(unsigned char)s.p[at]];
        bool word = byte & WORD;
        if (word && !word_before && begins_as_some(s, at))
            found[i / BLOCK].starts |= UINT32_C(1) << i % BLOCK;
        if (byte & TRIGGER && !is_idle(s, at))
            found[i / BLOCK].triggers |= UINT32_C(1) << i % BLOCK;
        word_before = word;
    }
}

#if PM_X86
// A byte's kind is where the rows of its two halves meet: the triggers first, then what
// words are made of.
enum {
    MARKS_3 = 1,   // : = >
    MARKS_2 = 2,   // blank $ % -
    AT_SIGN = 4,   // @
    BACKSLASH = 8, // the escape
    DIGITS = 16,
    LETTERS_LOW = 32, // A to O, a to o
    LETTERS_HIGH = 64,
    UNDERSCORE = 128
};
#define TRIGGERS (MARKS_3 | MARKS_2 | AT_SIGN | BACKSLASH)
static const struct pm_secret_halves kinds_of = {
    .low =
        {
            [0x0] = MARKS_2 | AT_SIGN | DIGITS | LETTERS_HIGH,
            [0x1] = DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x2] = DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x3] = DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x4] = MARKS_2 | DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x5] = MARKS_2 | DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x6] = DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x7] = DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x8] = DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0x9] = DIGITS | LETTERS_LOW | LETTERS_HIGH,
            [0xa] = MARKS_3 | LETTERS_LOW | LETTERS_HIGH,
            [0xb] = LETTERS_LOW,
            [0xc] = BACKSLASH | LETTERS_LOW,
            [0xd] = MARKS_3 | MARKS_2 | LETTERS_LOW,
            [0xe] = MARKS_3 | LETTERS_LOW,
            [0xf] = LETTERS_LOW | UNDERSCORE,
        },
    .high = {[0x2] = MARKS_2,
             [0x3] = MARKS_3 | DIGITS,
             [0x4] = AT_SIGN | LETTERS_LOW,
             [0x6] = LETTERS_LOW,
             [0x7] = LETTERS_HIGH,
             [0x5] = BACKSLASH | LETTERS_HIGH | UNDERSCORE},
};
// And what stands beside a trigger, likewise.
enum { DASH, BLANK, TAB, QUOTE, ESCAPE, KEY_ENDS, KEY_ENDS_TOO }; // r w y, c d n
static const struct pm_secret_halves beside = {
    .low = {[0x0] = 1 << BLANK,
            [0x2] = 1 << QUOTE | 1 << KEY_ENDS,
            [0x3] = 1 << KEY_ENDS_TOO,
            [0x4] = 1 << KEY_ENDS_TOO,
            [0x7] = 1 << KEY_ENDS,
            [0x9] = 1 << TAB | 1 << KEY_ENDS,
            [0xc] = 1 << ESCAPE,
            [0xd] = 1 << DASH,
            [0xe] = 1 << KEY_ENDS_TOO},
    .high = {[0x0] = 1 << TAB,
             [0x2] = 1 << DASH | 1 << BLANK | 1 << QUOTE,
             [0x4] = 1 << KEY_ENDS_TOO,
             [0x5] = 1 << ESCAPE | 1 << KEY_ENDS,
             [0x6] = 1 << KEY_ENDS_TOO,
             [0x7] = 1 << KEY_ENDS},
};

#define AVX2 __attribute__((target("avx2"), always_inline)) static inline
AVX2 __m256i spread(const uint8_t row[16]) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)row));
}
// Where the rows of the halves of 32 bytes meet.
AVX2 __m256i meet(__m256i v, const struct pm_secret_halves *of) {
    const __m256i low4 = _mm256_set1_epi8(15);
    return _mm256_and_si256(
        _mm256_shuffle_epi8(spread(of->low), _mm256_and_si256(v, low4)),
        _mm256_shuffle_epi8(spread(of->high), _mm256_and_si256(_mm256_srli_epi16(v, 4), low4)));
}
AVX2 uint32_t has_none(__m256i v, int bits) {
    const __m256i of = _mm256_and_si256(v, _mm256_set1_epi8((char)bits));
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(of, _mm256_setzero_si256()));
}
// Of 32 bytes, which have this bit.
#define HAVE(v, bit) ((uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(v, 7 - (bit))))
AVX2 __m256i at(const char *p) { return _mm256_loadu_si256((const void *)p); }

// The 32 bytes at p, which stand between `before` and two more.
AVX2 struct looked look_avx2(const char *p, unsigned char before) {
    const __m256i v = at(p), kinds = meet(v, &kinds_of), near = meet(v, &beside),
                  marks = _mm256_and_si256(_mm256_and_si256(meet(v, &pm_secret_thirds[0]),
                                                            meet(at(p + 1), &pm_secret_thirds[1])),
                                           meet(at(p + 2), &pm_secret_thirds[2]));
    const uint32_t dashes = HAVE(near, DASH), tabs = HAVE(near, TAB),
                   blanks = HAVE(near, BLANK) | tabs, escapes = HAVE(near, ESCAPE),
                   words = ~has_none(kinds, ~TRIGGERS) | dashes;
    const uint32_t ends_key = HAVE(near, KEY_ENDS) | HAVE(near, KEY_ENDS_TOO),
                   escaped_quote = HAVE(near, QUOTE) | escapes;
    const unsigned left = bytes[before], right = bytes[(unsigned char)p[BLOCK]];
    const uint32_t idle = (blanks & ~(ends_key << 1 | (left & ENDS_KEY) / ENDS_KEY)) |
                          (dashes & (words << 1 | (left & WORD))) |
                          (escapes & (escaped_quote >> 1 | (right & ESCAPED) / ESCAPED << 31));
    return (struct looked){words & ~(words << 1 | (left & WORD)) & ~has_none(marks, 0xff),
                           (~has_none(kinds, TRIGGERS) | tabs) & ~idle};
}
__attribute__((target("avx2"))) static void look_wide(struct pm_str s, size_t at,
                                                      struct looked found[PM_SECRET_BLOCKS]) {
    unsigned char before = at > 0 ? (unsigned char)s.p[at - 1] : 0;
    for (size_t i = 0; i < PM_SECRET_BLOCKS && at < s.n; i++, at += BLOCK) {
        char last[BLOCK + BEHIND] = {0}; // the last bytes are looked at in a copy
        const char *p = s.p + at;
        if (s.n - at < sizeof last) p = memcpy(last, p, s.n - at);
        found[i] = look_avx2(p, before);
        before = (unsigned char)p[BLOCK - 1];
    }
}
#endif

static void places_of(struct pm_str s, size_t at, const struct looked found[PM_SECRET_BLOCKS],
                      uint32_t places[PM_SECRET_BLOCKS]) {
    for (size_t i = 0; i < PM_SECRET_BLOCKS && at < s.n; i++, at += BLOCK) {
        places[i] = found[i].triggers;
        for (uint32_t starts = found[i].starts; starts; starts &= starts - 1) {
            const uint32_t first = starts & -starts;
            if (pm_secret_may_mark(s, at + (size_t)__builtin_ctz(starts))) places[i] |= first;
        }
    }
}
void pm_secret_places_plain(struct pm_str s, size_t at, uint32_t places[PM_SECRET_BLOCKS]) {
    struct looked found[PM_SECRET_BLOCKS];
    look_plain(s, at, found);
    places_of(s, at, found, places);
}
#if PM_X86
void pm_secret_places(struct pm_str s, size_t at, uint32_t places[PM_SECRET_BLOCKS]) {
    struct looked found[PM_SECRET_BLOCKS];
    (__builtin_cpu_supports("avx2") ? look_wide : look_plain)(s, at, found);
    places_of(s, at, found, places);
}
#else
void pm_secret_places(struct pm_str s, size_t at, uint32_t places[PM_SECRET_BLOCKS]) {
    pm_secret_places_plain(s, at, places);
}
#endif
