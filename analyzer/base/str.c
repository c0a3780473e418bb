// Slices: comparing, searching, numbers. See pm/str.h.
#define _GNU_SOURCE // memmem, memrchr: both libcs that we build on have them, and theirs are vectorised
#include "pm/str.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

int pm_str_cmp(struct pm_str a, struct pm_str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c) return c;
    return (a.n > b.n) - (a.n < b.n);
}

int pm_path_order(struct pm_str a, struct pm_str b) {
    size_t n = a.n < b.n ? a.n : b.n, i = 0;
    while (i < n && a.p[i] == b.p[i]) i++;
    if (i == n) return a.n < b.n ? -1 : a.n > b.n;
    if (a.p[i] == '/' || b.p[i] == '/') return a.p[i] == '/' ? -1 : 1; // "a/z" before "a-b/a"
    return (unsigned char)a.p[i] < (unsigned char)b.p[i] ? -1 : 1;
}

static unsigned char lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool ieq_bytes(const char *a, const char *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (lower((unsigned char)a[i]) != lower((unsigned char)b[i])) return false;
    }
    return true;
}

bool pm_str_ieq(struct pm_str a, struct pm_str b) { return a.n == b.n && ieq_bytes(a.p, b.p, a.n); }

// Lines are short and asked for many phrases: memmem makes a table for each question,
// which costs more than the search. Sixteen places at once are looked at for the needle's
// first and last byte, the last of them twice, perhaps; a text too short for that is looked
// at byte by byte.
#if defined(__SSE2__)
struct needle {
    __m128i first, last;
    struct pm_str text;
};
static inline ptrdiff_t sixteen(const char *p, const struct needle *n) {
    __m128i a = _mm_cmpeq_epi8(n->first, _mm_loadu_si128((const void *)p)),
            b = _mm_cmpeq_epi8(n->last, _mm_loadu_si128((const void *)(p + n->text.n - 1)));
    for (unsigned may = (unsigned)_mm_movemask_epi8(_mm_and_si128(a, b)); may; may &= may - 1) {
        const int at = __builtin_ctz(may);
        if (memcmp(p + at, n->text.p, n->text.n) == 0) return at;
    }
    return -1;
}
ptrdiff_t pm_str_find(struct pm_str s, struct pm_str needle, size_t from) {
    if (!needle.n || from > s.n || needle.n > s.n - from) return -1;
    const struct needle n = {_mm_set1_epi8(needle.p[0]), _mm_set1_epi8(needle.p[needle.n - 1]),
                             needle};
    const char *p = s.p + from, *end = s.p + s.n - needle.n + 1; // of the places
    for (; end - p >= 16; p += 16) {
        const ptrdiff_t at = sixteen(p, &n);
        if (at >= 0) return p - s.p + at;
    }
    if (p != s.p + from) {
        const ptrdiff_t at = p == end ? -1 : sixteen(end - 16, &n);
        return at < 0 ? -1 : end - 16 - s.p + at;
    }
    for (; p < end; p++)
        if (*p == needle.p[0] && memcmp(p, needle.p, needle.n) == 0) return p - s.p;
    return -1;
}
#else
ptrdiff_t pm_str_find(struct pm_str s, struct pm_str needle, size_t from) {
    if (!needle.n || from > s.n || needle.n > s.n - from) return -1;
    const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return hit ? hit - s.p : -1;
}
#endif

ptrdiff_t pm_str_ifind(struct pm_str s, struct pm_str needle, size_t from) {
    if (!needle.n || from > s.n || needle.n > s.n - from) return -1;
    const unsigned char first = lower((unsigned char)needle.p[0]);
    for (size_t i = from; i + needle.n <= s.n; i++) {
        if (lower((unsigned char)s.p[i]) == first && ieq_bytes(s.p + i, needle.p, needle.n))
            return (ptrdiff_t)i;
    }
    return -1;
}

ptrdiff_t pm_str_rfind(struct pm_str s, struct pm_str needle) {
    if (!needle.n || needle.n > s.n) return -1;
    for (size_t left = s.n - needle.n + 1; left > 0;) {
        const char *hit = memrchr(s.p, needle.p[0], left);
        if (!hit) return -1;
        if (memcmp(hit, needle.p, needle.n) == 0) return hit - s.p;
        left = (size_t)(hit - s.p);
    }
    return -1;
}

ptrdiff_t pm_str_chr(struct pm_str s, char c, size_t from) {
    if (from >= s.n) return -1;
    const char *hit = memchr(s.p + from, c, s.n - from);
    return hit ? hit - s.p : -1;
}

ptrdiff_t pm_str_rchr(struct pm_str s, char c) {
    const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;
    return hit ? hit - s.p : -1;
}

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct pm_str pm_str_trim(struct pm_str s) {
    while (s.n && blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && blank(s.p[s.n - 1])) s.n--;
    return s;
}

struct pm_str pm_str_between(struct pm_str s, struct pm_str open, struct pm_str close) {
    ptrdiff_t at = pm_str_find(s, open, 0);
    if (at < 0) return PM_NONE;
    size_t from = (size_t)at + open.n;
    ptrdiff_t end = pm_str_find(s, close, from);
    return end < 0 ? PM_NONE : pm_str_sub(s, from, (size_t)end - from);
}

bool pm_str_u64(struct pm_str s, uint64_t *out) {
    uint64_t v = 0;
    if (!s.n || s.n > 20) return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = (unsigned char)s.p[i] - (unsigned)'0';
        if (d > 9 || v > (UINT64_MAX - d) / 10) return false;
        v = v * 10 + d;
    }
    *out = v;
    return true;
}

// strtod follows the locale's decimal point, so this does not use it. Logs hold at most
// some 17 digits: the sum in double is good to their last printed one.
bool pm_str_double(struct pm_str s, double *out) {
    size_t i = 0, digits = 0;
    bool minus = s.n && s.p[0] == '-';
    if (minus || (s.n && s.p[0] == '+')) i++;
    double v = 0, scale = 1;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, digits++) v = v * 10 + (s.p[i] - '0');
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, digits++) {
            v = v * 10 + (s.p[i] - '0');
            scale *= 10;
        }
    }
    if (!digits || i != s.n) return false;
    *out = (minus ? -v : v) / scale;
    return true;
}

static inline uint64_t little_endian(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

// FNV-1a over eight bytes at a step would not be FNV; this is a plain multiply-rotate mix
// with a strong finish (as murmur's fmix64).
uint64_t pm_str_hash(struct pm_str s, uint64_t seed) {
    uint64_t h = seed ^ (s.n * UINT64_C(0x9E3779B97F4A7C15));
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        h = (h ^ little_endian(s.p + i)) * UINT64_C(0xFF51AFD7ED558CCD);
        h ^= h >> 32;
    }
    for (; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001B3);
    h ^= h >> 33;
    h *= UINT64_C(0xFF51AFD7ED558CCD);
    h ^= h >> 33;
    h *= UINT64_C(0xC4CEB9FE1A85EC53);
    return h ^ (h >> 33);
}

bool pm_str_glob(const char *pattern, struct pm_str s) {
    const char *p = pattern, *star = NULL;
    size_t at = 0, behind = 0; // where what the last star stands for may go on
    while (at < s.n) {
        if (*p == '*') {
            star = ++p;
            behind = at;
        } else if (*p && *p == s.p[at]) {
            p++;
            at++;
        } else if (star) {
            p = star;
            at = ++behind;
        } else return false;
    }
    while (*p == '*') p++;
    return !*p;
}
