// What a person sees as evidence of an item that stands on several lines: its beginning,
// on one line. JSON loses the indentation of its lines, YAML keeps a blank where a line
// ended, since there the lines are what separates the words.
#include "framing/documents/frame_docs.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static bool white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Past the blanks that begin at i: mostly a line's indentation, sixteen bytes at a time
// where there is SSE2.
static size_t past_white(struct pm_str s, size_t i) {
#if defined(__SSE2__)
    const __m128i space = _mm_set1_epi8(' ');
    for (; i < s.n && white(s.p[i]) && s.n - i > 16; i++) {
        const __m128i v = _mm_loadu_si128((const void *)(s.p + i + 1));
        unsigned other = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, space)) & 0xffffu;
        i += other ? (size_t)__builtin_ctz(other) : 16;
    }
#endif
    while (i < s.n && white(s.p[i])) i++;
    return i;
}

struct pm_str frame_json_squeezed(struct pm_arena *a, struct pm_str s) {
    enum { MOST = 2048 };
    if (!s.n) return s;
    const char *nl = memchr(s.p, '\n', s.n < MOST ? s.n : MOST);
    if (!nl) return pm_str_sub(s, 0, MOST);
    char *out = pm_arena_alloc(a, MOST);
    size_t n = 0, i = 0;
    while (i < s.n && n < MOST) {
        nl = memchr(s.p + i, '\n', s.n - i);
        size_t end = nl ? (size_t)(nl - s.p) : s.n, len = end - i;
        if (len && s.p[end - 1] == '\r') len--;
        if (len > MOST - n) len = MOST - n;
        memcpy(out + n, s.p + i, len);
        n += len;
        i = past_white(s, end);
    }
    return (struct pm_str){out, n};
}

struct pm_str frame_yaml_squeezed(struct pm_arena *a, struct pm_str s) {
    char *out = pm_arena_alloc(a, 2048);
    size_t n = 0;
    for (size_t i = 0; i < s.n && n + 2 < 2048; i++) {
        if (s.p[i] == '\n') {
            while (i + 1 < s.n && (s.p[i + 1] == ' ' || s.p[i + 1] == '\n')) i++;
            out[n++] = ' ';
        } else if (s.p[i] != '\r') out[n++] = s.p[i];
    }
    return pm_str_trim((struct pm_str){out, n});
}
