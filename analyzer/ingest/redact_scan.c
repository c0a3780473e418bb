// Where in a text some shape of a secret can show: words that begin as a mark does, and
// bytes at which a check begins (a separator, a flag's dash, an escape). Most bytes are
// letters within a word, at which none can; so 32 are looked at at once where the
// processor can that, and elsewhere one after the other, with the same answer.
#include "ingest/redact.h"
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

enum { BLOCK = 32 };
// The words that begin, and the triggers, of a block, a bit each.
struct looked {
    uint32_t starts, triggers;
};
static void look_plain(struct pm_str s, size_t at, struct looked found[PM_SECRET_BLOCKS]) {
    bool word_before = at > 0 && bytes[(unsigned char)s.p[at - 1]] & WORD;
    memset(found, 0, PM_SECRET_BLOCKS * sizeof *found);
    for (size_t i = 0; i < PM_SECRET_BLOCKS * BLOCK && at < s.n; i++, at++) {
        unsigned char byte = bytes[(unsigned char)s.p[at]];
        bool word = byte & WORD;
        if (word && !word_before) found[i / BLOCK].starts |= UINT32_C(1) << i % BLOCK;
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
static const uint8_t low_rows[16] = {
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
};
static const uint8_t high_rows[16] = {
    [0x2] = MARKS_2,     [0x3] = MARKS_3 | DIGITS, [0x4] = AT_SIGN | LETTERS_LOW,
    [0x6] = LETTERS_LOW, [0x7] = LETTERS_HIGH,     [0x5] = BACKSLASH | LETTERS_HIGH | UNDERSCORE,
};

#define SPREAD(table) _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)(table)))
#define EACH(c) _mm256_set1_epi8(c)
#define PLACES_OF(v) ((uint32_t)_mm256_movemask_epi8(v))
#define IS(v, c) PLACES_OF(_mm256_cmpeq_epi8(v, EACH(c)))
#define HAS_NONE(v, bits) IS(_mm256_and_si256(v, EACH((char)(bits))), 0)

// The 32 bytes at p, which stand between `before` and `after`.
__attribute__((target("avx2"), always_inline)) static inline struct looked
look_avx2(const char *p, unsigned char before, unsigned char after) {
    const __m256i low4 = EACH(15), v = _mm256_loadu_si256((const void *)p),
                  small = _mm256_or_si256(v, EACH(32));
    const __m256i kinds = _mm256_and_si256(
        _mm256_shuffle_epi8(SPREAD(low_rows), _mm256_and_si256(v, low4)),
        _mm256_shuffle_epi8(SPREAD(high_rows), _mm256_and_si256(_mm256_srli_epi16(v, 4), low4)));
    const uint32_t dashes = IS(v, '-'), tabs = IS(v, '\t'), blanks = IS(v, ' ') | tabs,
                   escapes = IS(v, '\\'), words = ~HAS_NONE(kinds, ~TRIGGERS) | dashes;
    const uint32_t ends_key = IS(small, 'r') | IS(small, 'c') | IS(small, 'd') | IS(small, 'n') |
                              IS(small, 'y') | IS(small, 'w'),
                   escaped_quote = IS(v, '"') | escapes;
    const unsigned left = bytes[before], right = bytes[after];
    const uint32_t idle = (blanks & ~(ends_key << 1 | (left & ENDS_KEY) / ENDS_KEY)) |
                          (dashes & (words << 1 | (left & WORD))) |
                          (escapes & (escaped_quote >> 1 | (right & ESCAPED) / ESCAPED << 31));
    return (struct looked){words & ~(words << 1 | (left & WORD)),
                           (~HAS_NONE(kinds, TRIGGERS) | tabs) & ~idle};
}
__attribute__((target("avx2"))) static void look_wide(struct pm_str s, size_t at,
                                                      struct looked found[PM_SECRET_BLOCKS]) {
    size_t i = 0;
    unsigned char before = at > 0 ? (unsigned char)s.p[at - 1] : 0;
    for (; i < PM_SECRET_BLOCKS && s.n - at > BLOCK; i++, at += BLOCK) {
        found[i] = look_avx2(s.p + at, before, (unsigned char)s.p[at + BLOCK]);
        before = (unsigned char)s.p[at + BLOCK - 1];
    }
    if (i == PM_SECRET_BLOCKS) return;
    char rest[BLOCK] = {0}; // the last bytes are looked at in a copy, with nothing behind
    found[i] = look_avx2(memcpy(rest, s.p + at, s.n - at), before, 0);
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
