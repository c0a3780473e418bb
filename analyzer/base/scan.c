// Cursor scanners and the undoing of escapes. See pm/scan.h.
#include "pm/scan.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

bool pm_scan_lit(struct pm_scan *c, const char *lit) {
    size_t n = strlen(lit);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, lit, n) != 0) return false;
    c->at += n;
    return true;
}

bool pm_scan_char(struct pm_scan *c, char ch) {
    if (c->at >= c->end || *c->at != ch) return false;
    c->at++;
    return true;
}

size_t pm_scan_blanks(struct pm_scan *c) {
    const char *from = c->at;
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t')) c->at++;
    return (size_t)(c->at - from);
}

static const char *word_end(const char *p, const char *end) {
#if defined(__SSE2__)
    for (; end - p >= 16; p += 16) {
        const __m128i v = _mm_loadu_si128((const void *)p);
        const __m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')),
                                                       _mm_cmpeq_epi8(v, _mm_set1_epi8('\t'))),
                                          _mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
        const unsigned at = (unsigned)_mm_movemask_epi8(stop);
        if (at) return p + __builtin_ctz(at);
    }
#endif
    while (p < end && *p != ' ' && *p != '\t' && *p != '\n') p++;
    return p;
}

bool pm_scan_word(struct pm_scan *c, struct pm_str *out) {
    const char *p = word_end(c->at, c->end);
    if (p == c->at) return false;
    *out = (struct pm_str){c->at, (size_t)(p - c->at)};
    c->at = p;
    return true;
}

bool pm_scan_until(struct pm_scan *c, char stop, struct pm_str *out) {
    const char *hit = c->at < c->end ? memchr(c->at, stop, (size_t)(c->end - c->at)) : NULL;
    if (!hit) return false;
    *out = (struct pm_str){c->at, (size_t)(hit - c->at)};
    c->at = hit + 1;
    return true;
}

bool pm_scan_until_lit(struct pm_scan *c, const char *stop, struct pm_str *out) {
    ptrdiff_t at = pm_str_find(pm_scan_rest(c), pm_str_c(stop), 0);
    if (at < 0) return false;
    *out = (struct pm_str){c->at, (size_t)at};
    c->at += (size_t)at + strlen(stop);
    return true;
}

bool pm_scan_uint(struct pm_scan *c, int max_digits, uint64_t *out) {
    const char *p = c->at;
    uint64_t v = 0;
    for (int i = 0; i < max_digits && p < c->end && *p >= '0' && *p <= '9'; i++, p++)
        v = v * 10 + (uint64_t)(*p - '0');
    if (p == c->at) return false;
    *out = v;
    c->at = p;
    return true;
}

bool pm_scan_digits(struct pm_scan *c, int digits, int *out) {
    if (c->end - c->at < digits) return false;
    int v = 0;
    for (int i = 0; i < digits; i++) {
        if (c->at[i] < '0' || c->at[i] > '9') return false;
        v = v * 10 + (c->at[i] - '0');
    }
    *out = v;
    c->at += digits;
    return true;
}

static size_t utf8_put(char *p, uint32_t u) {
    if (u < 0x80) {
        p[0] = (char)u;
        return 1;
    }
    if (u < 0x800) {
        p[0] = (char)(0xC0 | u >> 6);
        p[1] = (char)(0x80 | (u & 63));
        return 2;
    }
    if (u < 0x10000) {
        p[0] = (char)(0xE0 | u >> 12);
        p[1] = (char)(0x80 | (u >> 6 & 63));
        p[2] = (char)(0x80 | (u & 63));
        return 3;
    }
    p[0] = (char)(0xF0 | u >> 18);
    p[1] = (char)(0x80 | (u >> 12 & 63));
    p[2] = (char)(0x80 | (u >> 6 & 63));
    p[3] = (char)(0x80 | (u & 63));
    return 4;
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool hex_run(const char *p, const char *end, int digits, uint32_t *out) {
    uint32_t v = 0;
    if (end - p < digits) return false;
    for (int i = 0; i < digits; i++) {
        int h = hex(p[i]);
        if (h < 0) return false;
        v = v << 4 | (uint32_t)h;
    }
    *out = v;
    return true;
}

// One \u or \U escape, four or eight hex digits (p behind the letter). JSON writes astral
// characters as two surrogates; a lone one becomes U+FFFD.
static const char *unicode(const char *p, const char *end, int digits, uint32_t *u) {
    uint32_t low;
    if (!hex_run(p, end, digits, u)) return NULL;
    p += digits;
    if (*u >= 0xD800 && *u < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
        hex_run(p + 2, end, 4, &low) && low >= 0xDC00 && low < 0xE000) {
        *u = 0x10000 + ((*u - 0xD800) << 10) + (low - 0xDC00);
        p += 6;
    }
    if ((*u >= 0xD800 && *u < 0xE000) || *u > 0x10FFFF) *u = 0xFFFD;
    return p;
}

// One escape at *p (the backslash). Writes its bytes, moves *p behind it. An unknown
// escape stays as it is: a Windows path is no mistake.
static size_t unescape_one(const char **p, const char *end, char *out) {
    static const char from[] = "\"\\'/ntrabfv", to[] = "\"\\'/\n\t\r\a\b\f\v";
    const char *s = *p;
    if (end - s < 2) {
        *p = s + 1;
        out[0] = '\\';
        return 1;
    }
    const char *known = strchr(from, s[1]);
    if (s[1] && known) {
        *p = s + 2;
        out[0] = to[known - from];
        return 1;
    }
    uint32_t u;
    if (s[1] == 'x' && hex_run(s + 2, end, 2, &u)) {
        *p = s + 4;
        out[0] = (char)u;
        return 1;
    }
    if (s[1] == 'u' || s[1] == 'U') {
        const char *after = unicode(s + 2, end, s[1] == 'u' ? 4 : 8, &u);
        if (after) {
            *p = after;
            return utf8_put(out, u);
        }
    }
    if (end - s >= 4 && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
        s[3] <= '7') {
        *p = s + 4;
        out[0] = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
        return 1;
    }
    *p = s + 1;
    out[0] = '\\';
    return 1;
}

struct pm_str pm_unescape(struct pm_arena *a, struct pm_str s) {
    const char *p = s.p, *end = s.p + s.n, *escape = s.n ? memchr(p, '\\', s.n) : NULL;
    if (!escape) return s;
    char *out = pm_arena_room(a, s.n + 4);
    size_t n = 0;
    while (escape) {
        memcpy(out + n, p, (size_t)(escape - p));
        n += (size_t)(escape - p);
        p = escape;
        n += unescape_one(&p, end, out + n); // never longer than what it reads
        escape = p < end ? memchr(p, '\\', (size_t)(end - p)) : NULL;
    }
    memcpy(out + n, p, (size_t)(end - p));
    return (struct pm_str){out, n + (size_t)(end - p)};
}

// Most bytes of a text are neither quotes nor backslashes: sixteen are looked at at once.
ptrdiff_t pm_quote_find(struct pm_str s, size_t from) {
    size_t i = from;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
    while (i < s.n && s.n - i >= 16) {
        const __m128i v = _mm_loadu_si128((const void *)(s.p + i));
        unsigned may = (unsigned)_mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, escape)));
        size_t next = i + 16;
        while (may) {
            const size_t at = (size_t)__builtin_ctz(may);
            if (s.p[i + at] == '"') return (ptrdiff_t)(i + at);
            may &= ~(3u << at); // and what it escapes
            if (at == 15) next++;
        }
        i = next;
    }
#endif
    for (; i < s.n; i++) {
        if (s.p[i] == '"') return (ptrdiff_t)i;
        if (s.p[i] == '\\') i++;
    }
    return -1;
}

bool pm_quotes_even(struct pm_str s) {
    size_t i = 0, quotes = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
    while (i < s.n && s.n - i >= 16) {
        const __m128i v = _mm_loadu_si128((const void *)(s.p + i));
        const unsigned ends = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote));
        unsigned may = ends | (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, escape));
        i += 16;
        while (may) {
            const unsigned first = may & -may;
            if (first & ends) quotes++;
            else if (first == 1u << 15) i++;
            may &= first & ends ? ~first : ~(first * 3); // and what it escapes
        }
    }
#endif
    for (; i < s.n; i++) {
        if (s.p[i] == '"') quotes++;
        if (s.p[i] == '\\') i++;
    }
    return quotes % 2 == 0;
}

bool pm_scan_quoted(struct pm_scan *c, struct pm_arena *a, struct pm_str *out, bool *cut) {
    if (c->at >= c->end || *c->at != '"') return false;
    struct pm_str rest = {c->at + 1, (size_t)(c->end - c->at - 1)};
    ptrdiff_t end = pm_quote_find(rest, 0);
    bool closed = end >= 0;
    if (cut) *cut = !closed;
    if (closed) rest.n = (size_t)end;
    *out = pm_unescape(a, rest);
    c->at = rest.p + rest.n + closed;
    return true;
}

bool pm_scan_pair(struct pm_scan *c, struct pm_arena *a, struct pm_str *key, struct pm_str *value) {
    struct pm_scan s = *c;
    pm_scan_blanks(&s);
    const char *k = s.at;
    while (s.at < s.end && *s.at != '=' && *s.at != ' ' && *s.at != '"' && *s.at != '\n') s.at++;
    if (s.at == k || s.at >= s.end || *s.at != '=') return false;
    *key = (struct pm_str){k, (size_t)(s.at - k)};
    s.at++;
    if (!pm_scan_quoted(&s, a, value, NULL) && !pm_scan_word(&s, value))
        *value = (struct pm_str){s.at, 0};
    *c = s;
    return true;
}

struct pm_str pm_percent_decode(struct pm_arena *a, struct pm_str s) {
    if (pm_str_chr(s, '%', 0) < 0) return s;
    char *out = pm_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int h = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1,
            l = h >= 0 ? hex(s.p[i + 2]) : -1;
        if (l >= 0) {
            out[n++] = (char)(h << 4 | l);
            i += 2;
        } else out[n++] = s.p[i];
    }
    return (struct pm_str){out, n};
}

// Behind ESC: CSI `[ … final`, OSC `] … BEL | ESC \`, else one byte.
static const char *ansi_end(const char *p, const char *end) {
    if (p >= end) return p;
    if (*p == '[') {
        for (p++; p < end && (unsigned char)*p < 0x40; p++) {}
        return p < end ? p + 1 : p;
    }
    if (*p == ']') {
        for (p++; p < end; p++) {
            if (*p == '\a') return p + 1;
            if (*p == 27) return p + 1 < end && p[1] == '\\' ? p + 2 : p + 1;
        }
        return p;
    }
    return p + 1;
}

struct pm_str pm_ansi_strip(struct pm_arena *a, struct pm_str s) {
    if (pm_str_chr(s, 27, 0) < 0) return s;
    char *out = pm_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        if (*p == 27) p = ansi_end(p + 1, end);
        else out[n++] = *p++;
    }
    return (struct pm_str){out, n};
}

// Length of a well-formed sequence at p (RFC 3629), 0 where it is none. NUL counts as
// none.
static size_t utf8_len(const unsigned char *p, size_t left) {
    if (p[0] < 0x80) return p[0] != 0;
    size_t n;
    if (p[0] >= 0xC2 && p[0] < 0xE0) n = 2;
    else if (p[0] >= 0xE0 && p[0] < 0xF0) n = 3;
    else if (p[0] >= 0xF0 && p[0] < 0xF5) n = 4;
    else n = 0;
    if (!n || n > left) return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
    }
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
    if (p[0] == 0xED && p[1] >= 0xA0) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;
    if (p[0] == 0xF4 && p[1] >= 0x90) return 0;
    return n;
}

// ASCII without NUL, eight bytes at once.
static bool eight_clean(const char *p) {
    const uint64_t high = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
    uint64_t w;
    memcpy(&w, p, 8);
    return !(w & high) && !((w - ones) & high);
}
static size_t utf8_good(struct pm_str s) { // how many leading bytes are clean
    size_t i = 0;
    while (i < s.n) {
#if defined(__SSE2__)
        if (s.n - i >= 16) {
            const __m128i v = _mm_loadu_si128((const void *)(s.p + i));
            // Above zero as signed bytes: ASCII without NUL.
            if (_mm_movemask_epi8(_mm_cmpgt_epi8(v, _mm_setzero_si128())) == 0xffff) {
                i += 16;
                continue;
            }
        }
#endif
        if (s.n - i >= 8 && eight_clean(s.p + i)) {
            i += 8;
            continue;
        }
        size_t n = utf8_len((const unsigned char *)s.p + i, s.n - i);
        if (!n) return i;
        i += n;
    }
    return i;
}

struct pm_str pm_utf8_clean(struct pm_arena *a, struct pm_str s, size_t *bad) {
    size_t good = utf8_good(s), replaced = 0;
    if (bad) *bad = 0;
    if (good == s.n) return s;
    char *out = pm_arena_alloc(a, s.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t run = utf8_good(pm_str_from(s, i));
        memcpy(out + n, s.p + i, run);
        n += run;
        i += run;
        if (i >= s.n) break;
        n += utf8_put(out + n, 0xFFFD);
        replaced++;
        i++;
    }
    if (bad) *bad = replaced;
    return (struct pm_str){out, n};
}

struct unit {
    const char *name;
    int64_t ns;
};

// number + unit, repeated, over the whole slice. Units are tried in order: longer names
// before their beginnings.
static bool span(struct pm_str s, const struct unit *units, size_t units_n, int64_t *ns,
                 int64_t *last_unit_ns) {
    double total = 0;
    size_t i = 0, parts = 0;
    while (i < s.n) {
        size_t from = i;
        while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.')) i++;
        double v;
        if (!pm_str_double(pm_str_sub(s, from, i - from), &v)) return false;
        size_t u = 0;
        while (u < units_n && !pm_str_starts(pm_str_from(s, i), pm_str_c(units[u].name))) u++;
        if (u == units_n) return false;
        i += strlen(units[u].name);
        total += v * (double)units[u].ns;
        if (last_unit_ns) *last_unit_ns = units[u].ns;
        if (++parts > 8 || total > 9e18) return false;
    }
    *ns = (int64_t)(total + 0.5);
    return parts > 0;
}

#define SECOND INT64_C(1000000000)
bool pm_duration(struct pm_str s, int64_t *ns) {
    static const struct unit units[] = {
        {"ns", 1},       {"µs", 1000},  {"\xCE\xBCs", 1000}, {"us", 1000},
        {"ms", 1000000}, {"s", SECOND}, {"m", 60 * SECOND},  {"h", 3600 * SECOND}};
    if (pm_str_eqc(s, "0")) {
        *ns = 0;
        return true;
    }
    return span(s, units, PM_LEN(units), ns, NULL);
}

bool pm_human_duration(struct pm_str s, int64_t *ns, int64_t *unit_ns) {
    static const struct unit units[] = {{"s", SECOND},
                                        {"m", 60 * SECOND},
                                        {"h", 3600 * SECOND},
                                        {"d", 86400 * SECOND},
                                        {"y", 365 * 86400 * SECOND}};
    return span(s, units, PM_LEN(units), ns, unit_ns);
}

bool pm_size_bytes(struct pm_str s, int64_t *bytes) {
    static const struct {
        const char *name;
        double factor;
    } units[] = {
        {"", 1},
        {"B", 1},
        {"k", 1e3},
        {"kB", 1e3},
        {"KB", 1e3},
        {"MB", 1e6},
        {"GB", 1e9},
        {"TB", 1e12},
        {"Ki", 1024},
        {"Mi", 1048576.0},
        {"Gi", 1073741824.0},
        {"Ti", 1099511627776.0},
        {"KiB", 1024},
        {"MiB", 1048576.0},
        {"GiB", 1073741824.0},
        {"TiB", 1099511627776.0},
        {"K", 1024},
        {"M", 1048576.0},
        {"G", 1073741824.0},
        {"T", 1099511627776.0},
    };
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.')) n++;
    double v;
    if (!pm_str_double(pm_str_sub(s, 0, n), &v)) return false;
    struct pm_str unit = pm_str_trim(pm_str_from(s, n));
    for (size_t i = 0; i < PM_LEN(units); i++) {
        if (!pm_str_eqc(unit, units[i].name)) continue;
        double total = v * units[i].factor;
        if (total > 9e18) return false;
        *bytes = (int64_t)(total + 0.5);
        return true;
    }
    return false;
}
