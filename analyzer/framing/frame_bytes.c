// Encodings: UTF-8 with or without BOM, UTF-16 of both orders. And the repair of single
// lines.
//
// UTF-16 without BOM is told by its NULs: at least 40 % of the bytes at one parity
// (PowerShell's `>` with the BOM cut off by `tail`).
#include "frame_int.h"
#include "pm/scan.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static void sniff(struct frame_bytes *b, const unsigned char *p, size_t n, size_t *skip) {
    *skip = 0;
    b->kind = BYTES_UTF8;
    if (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf) *skip = 3;
    else if (n >= 2 && p[0] == 0xff && p[1] == 0xfe) {
        b->kind = BYTES_UTF16LE;
        *skip = 2;
    } else if (n >= 2 && p[0] == 0xfe && p[1] == 0xff) {
        b->kind = BYTES_UTF16BE;
        *skip = 2;
    }
    if (*skip || n < 8 || memcmp(p, "LPKSHHRH", 8) == 0) return;
    size_t look = n < 4096 ? n & ~(size_t)1 : 4096, nul[2] = {0, 0};
    for (size_t i = 0; i < look; i++)
        if (!p[i]) nul[i & 1]++;
    if (nul[1] * 5 >= look && nul[0] * 20 < look) b->kind = BYTES_UTF16LE;
    if (nul[0] * 5 >= look && nul[1] * 20 < look) b->kind = BYTES_UTF16BE;
}

static void put_utf8(struct pm_buf *out, uint32_t c) {
    char b[4];
    size_t n = 0;
    if (c < 0x80) b[n++] = (char)c;
    else if (c < 0x800) {
        b[n++] = (char)(0xc0 | c >> 6);
        b[n++] = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        b[n++] = (char)(0xe0 | c >> 12);
        b[n++] = (char)(0x80 | ((c >> 6) & 63));
        b[n++] = (char)(0x80 | (c & 63));
    } else {
        b[n++] = (char)(0xf0 | c >> 18);
        b[n++] = (char)(0x80 | ((c >> 12) & 63));
        b[n++] = (char)(0x80 | ((c >> 6) & 63));
        b[n++] = (char)(0x80 | (c & 63));
    }
    pm_buf_add(out, (struct pm_str){b, n});
}

static uint32_t unit16(const struct frame_bytes *b, const unsigned char *p) {
    return b->kind == BYTES_UTF16LE ? (uint32_t)p[0] | (uint32_t)p[1] << 8
                                    : (uint32_t)p[0] << 8 | p[1];
}

// Takes whole code points from [p, p+n); returns the bytes used. At the end half a pair
// becomes U+FFFD.
static size_t utf16(struct frame_bytes *b, struct pm_buf *out, const unsigned char *p, size_t n,
                    bool end) {
    size_t i = 0;
    while (n - i >= 2) {
        uint32_t c = unit16(b, p + i);
        if (c >= 0xd800 && c < 0xdc00) {
            if (n - i < 4 && !end) return i;
            uint32_t low = n - i >= 4 ? unit16(b, p + i + 2) : 0;
            bool pair = low >= 0xdc00 && low < 0xe000;
            put_utf8(out, pair ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd);
            i += pair ? 4 : 2;
            continue;
        }
        put_utf8(out, c >= 0xdc00 && c < 0xe000 ? 0xfffd : c);
        i += 2;
    }
    if (end && i < n) {
        put_utf8(out, 0xfffd);
        i = n;
    }
    return i;
}

// The UTF-16 path keeps at most three bytes over between two feeds.
static void add_utf16(struct pm_frame *f, const unsigned char *p, size_t n, bool end) {
    struct frame_bytes *b = &f->bytes;
    while (b->odd_n && n) {
        b->odd[b->odd_n++] = *p++;
        n--;
        size_t used = utf16(b, &f->buf, b->odd, b->odd_n, false);
        memmove(b->odd, b->odd + used, b->odd_n - used);
        b->odd_n -= used;
    }
    size_t used = utf16(b, &f->buf, p, n, false);
    for (size_t i = used; i < n && b->odd_n < sizeof b->odd; i++) b->odd[b->odd_n++] = p[i];
    if (end && b->odd_n) {
        utf16(b, &f->buf, b->odd, b->odd_n, true);
        b->odd_n = 0;
    }
}

void frame_bytes_add(struct pm_frame *f, const char *p, size_t n, bool end) {
    struct frame_bytes *b = &f->bytes;
    if (b->kind == BYTES_UNKNOWN) {
        pm_buf_add(&b->out, (struct pm_str){p, n});
        if (b->out.n < 4096 && !end) return;
        size_t skip;
        sniff(b, (const unsigned char *)b->out.p, b->out.n, &skip);
        f->offset = skip;
        if (b->kind == BYTES_UTF8) pm_buf_add(&f->buf, pm_str_from(pm_buf_str(&b->out), skip));
        else add_utf16(f, (const unsigned char *)b->out.p + skip, b->out.n - skip, end);
        pm_buf_free(&b->out);
        return;
    }
    if (b->kind == BYTES_UTF8) pm_buf_add(&f->buf, (struct pm_str){p, n});
    else add_utf16(f, (const unsigned char *)p, n, end);
}

static bool odd_byte(unsigned char c) { return c >= 0x7f || (c < 0x20 && c != '\t' && c != '\n'); }

// Bytes that need a second look: control characters but TAB and LF, DEL, and everything
// outside ASCII. Sixteen or eight at a time; where any byte is below 0x20 or above 0x7e,
// they are looked at one by one.
static bool odd_bytes(struct pm_str s) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    size_t i = 0;
#if defined(__SSE2__)
    for (; i + 16 <= s.n; i += 16) {
        const __m128i v = _mm_loadu_si128((const void *)(s.p + i));
        const __m128i plain = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)),
                                               _mm_cmpgt_epi8(v, _mm_set1_epi8(0x1f)));
        if (_mm_movemask_epi8(plain) == 0xffff) continue;
        for (size_t k = i; k < i + 16; k++)
            if (odd_byte((unsigned char)s.p[k])) return true;
    }
#endif
    for (; i + 8 <= s.n; i += 8) {
        uint64_t w;
        memcpy(&w, s.p + i, 8);
        if (!(((w - ones * 0x20) | (w + ones) | w) & highs)) continue;
        for (size_t k = i; k < i + 8; k++)
            if (odd_byte((unsigned char)s.p[k])) return true;
    }
    for (; i < s.n; i++)
        if (odd_byte((unsigned char)s.p[i])) return true;
    return false;
}

// A progress bar redraws its line after a CR: only the last drawing is what the person
// saw.
static struct pm_str after_cr(struct pm_str s) {
    while (s.n && s.p[s.n - 1] == '\r') s.n--;
    ptrdiff_t at = pm_str_rchr(s, '\r');
    return at < 0 ? s : pm_str_from(s, (size_t)at + 1);
}

struct pm_str frame_clean(struct pm_frame *f, struct pm_str s, uint64_t line) {
    if (!odd_bytes(s)) return s;
    s = after_cr(s);
    if (pm_str_chr(s, '\x1b', 0) >= 0) s = pm_ansi_strip(f->line_arena, s);
    size_t bad = 0;
    s = pm_utf8_clean(f->line_arena, s, &bad);
    if (bad)
        pm_diags_add(f->sink.diags, f->path, line, "utf8-repaired",
                     "bytes that are no UTF-8, or NUL, were replaced");
    return s;
}
