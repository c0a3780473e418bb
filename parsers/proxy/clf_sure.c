// The strictest form of the Common Log Format, which most lines of most registries have,
// read in one pass to its last byte:
//
//   ADDRESS - USER [dd/Mon/yyyy:hh:mm:ss +zzzz] "METHOD URL HTTP/n" STATUS SIZE
//   … STATUS SIZE "REFERER" "AGENT"
//
// A line that differs in anything (an escape, a name for an address, a word more) is read
// by clf.c, which knows them all and gives the same for these.
#include "parsers/proxy/clf.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { ADDRESS = 1, USER = 2, CAPITAL = 4, DIGIT = 8, PROTOCOL = 16, HEX = 32 };
static unsigned char classes[256];
__attribute__((constructor)) static void classes_fill(void) {
    for (int c = 0; c < 256; c++) {
        const bool small = c >= 'a' && c <= 'z', capital = c >= 'A' && c <= 'Z',
                   digit = c >= '0' && c <= '9';
        if (digit) classes[c] |= ADDRESS | USER | DIGIT | PROTOCOL | HEX;
        if (small || capital) classes[c] |= USER;
        if ((c | 32) >= 'a' && (c | 32) <= 'f' && (small || capital)) classes[c] |= ADDRESS;
        if (c >= 'a' && c <= 'f') classes[c] |= HEX;
        if (capital) classes[c] |= CAPITAL;
        if (c == '.' || c == ':') classes[c] |= ADDRESS;
        if (c == '.' || c == '_' || c == '-') classes[c] |= USER;
        if (c == '.' || c == '/') classes[c] |= PROTOCOL;
    }
}

static bool is(char c, unsigned char kind) { return classes[(unsigned char)c] & kind; }

// The bytes of one class at the cursor, and the literal behind them.
static inline bool run_of(struct pm_scan *c, unsigned char wanted, struct pm_str *out,
                          struct pm_str lit) {
    const char *from = c->at, *p = from;
    while (p < c->end && is(*p, wanted)) p++;
    *out = (struct pm_str){from, (size_t)(p - from)};
    if (!out->n || (size_t)(c->end - p) < lit.n || memcmp(p, lit.p, lit.n) != 0) return false;
    c->at = p + lit.n;
    return true;
}

static inline bool literal(struct pm_scan *c, struct pm_str lit) {
    if ((size_t)(c->end - c->at) < lit.n || memcmp(c->at, lit.p, lit.n) != 0) return false;
    c->at += lit.n;
    return true;
}

static inline bool until(struct pm_scan *c, char stop, struct pm_str *out) {
    const char *to = memchr(c->at, stop, (size_t)(c->end - c->at));
    if (!to) return false;
    *out = (struct pm_str){c->at, (size_t)(to - c->at)};
    c->at = to + 1;
    return true;
}

static bool stamp(struct pm_scan *c, struct pm_clf *o) {
    enum { BYTES = 26 };
    const char *p = c->at;
    if (c->end - p < BYTES + 3 || !is(p[0], DIGIT) || p[2] != '/' || p[6] != '/' || p[11] != ':' ||
        memchr(p, ']', BYTES) || memchr(p, '"', BYTES) || memcmp(p + BYTES, "] \"", 3) != 0)
        return false;
    o->stamp = (struct pm_str){p, BYTES};
    c->at += BYTES + 3;
    return true;
}

static bool request(struct pm_scan *c, struct pm_clf *o) {
    struct pm_str protocol;
    const char *from = c->at;
    if (!run_of(c, CAPITAL, &o->method, PM_STR(" ")) || !pm_http_method(o->method) ||
        !until(c, ' ', &o->url) || !o->url.n || memchr(o->url.p, '"', o->url.n) ||
        !literal(c, PM_STR("HTTP/")) || !run_of(c, PROTOCOL, &protocol, PM_STR("\" ")))
        return false;
    o->request = (struct pm_str){from, (size_t)(c->at - from) - 2};
    return true;
}

static bool numbers(struct pm_scan *c, struct pm_clf *o, struct pm_str *size) {
    struct pm_str status;
    if (!run_of(c, DIGIT, &status, PM_STR(" ")) || !pm_http_status(status, &o->status) ||
        !o->status)
        return false;
    if (c->at < c->end && *c->at == '-') {
        *size = (struct pm_str){c->at++, 1};
        return true;
    }
    if (!run_of(c, DIGIT, size, PM_NONE) || size->n > 18) return false;
    o->bytes = 0;
    for (size_t i = 0; i < size->n; i++) o->bytes = o->bytes * 10 + (size->p[i] - '0');
    return true;
}

static bool split_strictly(struct pm_str s, struct pm_clf *o, struct pm_str *size) {
    struct pm_scan c = pm_scan_of(s);
    *o = (struct pm_clf){.bytes = -1, .elapsed_ms = -1, .dated = true};
    if (!run_of(&c, ADDRESS, &o->client, PM_STR(" - ")) || !is(s.p[0], DIGIT) ||
        !run_of(&c, USER, &o->user, PM_STR(" [")) || !stamp(&c, o) || !request(&c, o) ||
        !numbers(&c, o, size))
        return false;
    o->tail = PM_CLF_COMMON;
    if (c.at == c.end) return !memchr(s.p, '\\', s.n);
    if (!literal(&c, PM_STR(" \"")) || !until(&c, '"', &o->referer) ||
        !literal(&c, PM_STR(" \"")) || !until(&c, '"', &o->agent) || c.at != c.end ||
        memchr(s.p, '\\', s.n))
        return false;
    o->tail = o->referer.n ? PM_CLF_COMBINED : PM_CLF_DISTRIBUTION;
    return true;
}

// The digits of a layer's digest, where they are the whole end of the URL.
#define DIGEST_BYTES 64
static bool is_hex(const char *p) {
#ifdef __SSE2__
    const __m128i below_0 = _mm_set1_epi8('0' - 1), above_9 = _mm_set1_epi8('9' + 1),
                  below_a = _mm_set1_epi8('a' - 1), above_f = _mm_set1_epi8('f' + 1);
    __m128i good = _mm_set1_epi8(-1);
    for (size_t i = 0; i < DIGEST_BYTES; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(v, below_0), _mm_cmplt_epi8(v, above_9)),
                letter = _mm_and_si128(_mm_cmpgt_epi8(v, below_a), _mm_cmplt_epi8(v, above_f));
        good = _mm_and_si128(good, _mm_or_si128(digit, letter));
    }
    return _mm_movemask_epi8(good) == 0xffff;
#else
    unsigned char all = HEX;
    for (size_t i = 0; i < DIGEST_BYTES; i++) all &= classes[(unsigned char)p[i]];
    return all;
#endif
}

// A path before the digest that has neither a query nor an escape says the same whatever
// the digest is: pm_registry_url_parse finds no other word in it.
static const char *digest_of(struct pm_str url) {
    const struct pm_str before = PM_STR("/blobs/sha256:");
    if (url.n < before.n + DIGEST_BYTES || url.p[0] != '/') return NULL;
    const char *digest = url.p + url.n - DIGEST_BYTES;
    size_t path = (size_t)(digest - url.p);
    if (memcmp(digest - before.n, before.p, before.n) != 0 || !is_hex(digest) ||
        memchr(url.p, '?', path) || memchr(url.p, '%', path))
        return NULL;
    return digest;
}

static bool is_layer(struct pm_str line, const struct pm_clf *o, struct pm_str size,
                     struct pm_alike *out) {
    const char *digest = digest_of(o->url), *end = line.p + line.n;
    if (!digest) return false;
    const char *behind = digest + DIGEST_BYTES;
    out->same[0] = (struct pm_str){line.p, (size_t)(o->stamp.p - line.p)};
    out->same[1] = (struct pm_str){o->method.p, (size_t)(digest - o->method.p)};
    out->same[2] = (struct pm_str){behind, (size_t)(size.p - behind)};
    out->same[3] = (struct pm_str){size.p + size.n, (size_t)(end - size.p) - size.n};
    out->when = pm_clf_stamp(o->stamp);
    out->bytes = o->bytes;
    out->duration_ns = 0;
    return out->when.kind == PM_WHEN_UTC;
}

static _Thread_local struct {
    struct pm_clf clf;
    struct pm_alike alike;
} last;

const struct pm_clf *pm_clf_sure_last(void) { return &last.clf; }

// And no mark of a shell's prompt, or of a step of a build.
bool pm_clf_sure(struct pm_str s, unsigned tails, const struct pm_alike **alike) {
    struct pm_clf *o = &last.clf;
    struct pm_str size;
    *alike = NULL;
    if (!split_strictly(s, o, &size) || !(o->tail & tails) ||
        memchr(s.p, '@', s.n < 80 ? s.n : 80) ||
        memchr(o->request.p, ']', (size_t)(s.p + s.n - o->request.p)))
        return false;
    if (is_layer(s, o, size, &last.alike)) *alike = &last.alike;
    return true;
}
