// The strictest forms of the Common Log Format, which most lines of most registries and of
// the proxies before them have, read in one pass to the last byte:
//
//   ADDRESS - USER [dd/Mon/yyyy:hh:mm:ss +zzzz] "METHOD URL HTTP/n" STATUS SIZE
//   … STATUS SIZE "REFERER" "AGENT"
//   … STATUS SIZE "REFERER" "AGENT" END         END by the table of ends below
//   … STATUS [LENGTH] SIZE MS "AGENT" [THREAD]  Nexus
//
// A line that differs in anything (a name for an address, a word more) is read by clf.c,
// which knows them all and gives the same for these. Nobody asks here of a backslash.
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

// An empty literal, which stands everywhere, has no bytes to compare.
static inline bool stands(const char *at, const char *end, struct pm_str lit) {
    return !lit.n || ((size_t)(end - at) >= lit.n && memcmp(at, lit.p, lit.n) == 0);
}

// The bytes of one class at the cursor, and the literal behind them.
static inline bool run_of(struct pm_scan *c, unsigned char wanted, struct pm_str *out,
                          struct pm_str lit) {
    const char *from = c->at, *p = from;
    while (p < c->end && is(*p, wanted)) p++;
    *out = (struct pm_str){from, (size_t)(p - from)};
    if (!out->n || !stands(p, c->end, lit)) return false;
    c->at = p + lit.n;
    return true;
}

static inline bool literal(struct pm_scan *c, struct pm_str lit) {
    if (!stands(c->at, c->end, lit)) return false;
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

// "dd/Mon/yyyy:hh:mm:ss +zzzz] \"". Many lines are of one second: the last that was good is
// good again.
enum { STAMP = 26, STAMP_AND_QUOTE = STAMP + 3 };
static bool stamp(struct pm_scan *c, struct pm_clf *o) {
    static _Thread_local char good[STAMP_AND_QUOTE];
    const char *p = c->at;
    if (c->end - p < STAMP_AND_QUOTE) return false;
    if (memcmp(p, good, STAMP_AND_QUOTE) != 0) {
        if (!is(p[0], DIGIT) || p[2] != '/' || p[6] != '/' || p[11] != ':' ||
            memchr(p, ']', STAMP) || memchr(p, '"', STAMP) || memcmp(p + STAMP, "] \"", 3) != 0)
            return false;
        memcpy(good, p, STAMP_AND_QUOTE);
    }
    o->stamp = (struct pm_str){p, STAMP};
    c->at += STAMP_AND_QUOTE;
    return true;
}

// What stands in a line beside its fields: where two are alike but for numbers that are
// read, or that nobody reads.
struct marks {
    bool plain_url;         // without a query and without an escape
    const char *status_end; // the blank behind it
    const char *agent_from; // behind the sizes
    const char *agent_to;
    struct pm_str end; // of what stands behind the agent, the part that says something
    int64_t duration_ns;
};

// The URL up to its blank, without a quote; sixteen bytes at a time where there is SSE2.
static bool url(struct pm_scan *c, struct pm_clf *o, struct marks *m) {
    const char *p = c->at;
    bool quoted = false, plain = true;
#ifdef __SSE2__
    const __m128i blank = _mm_set1_epi8(' '), quote = _mm_set1_epi8('"'),
                  query = _mm_set1_epi8('?'), escape = _mm_set1_epi8('%');
    for (unsigned end = 0; !end && c->end - p >= 16; p += end ? __builtin_ctz(end) : 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        end = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, blank));
        const unsigned before = end ? (end & -end) - 1 : 0xffff;
        quoted |= (_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)) & before) != 0;
        plain &=
            !(_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, query), _mm_cmpeq_epi8(v, escape))) &
              before);
    }
#endif
    for (; p < c->end && *p != ' '; p++) {
        quoted |= *p == '"';
        plain &= *p != '?' && *p != '%';
    }
    if (p == c->end) return false;
    o->url = (struct pm_str){c->at, (size_t)(p - c->at)};
    m->plain_url = plain;
    c->at = p + 1;
    return o->url.n && !quoted;
}

static bool request(struct pm_scan *c, struct pm_clf *o, struct marks *m) {
    struct pm_str protocol;
    const char *from = c->at;
    if (!run_of(c, CAPITAL, &o->method, PM_STR(" ")) || !pm_http_method(o->method) ||
        !url(c, o, m) || !literal(c, PM_STR("HTTP/")) ||
        !run_of(c, PROTOCOL, &protocol, PM_STR("\" ")))
        return false;
    o->request = (struct pm_str){from, (size_t)(c->at - from) - 2};
    return true;
}

// A number, or "-" where there is none.
static bool number(struct pm_scan *c, int64_t *out) {
    const char *from = c->at, *p = from;
    *out = -1;
    if (p < c->end && *p == '-') {
        c->at++;
        return true;
    }
    int64_t v = 0;
    for (; p < c->end && is(*p, DIGIT) && p - from < 18; p++) v = v * 10 + (*p - '0');
    if (p == from || (p < c->end && is(*p, DIGIT))) return false;
    *out = v;
    c->at = p;
    return true;
}

static bool status(struct pm_scan *c, struct pm_clf *o, struct marks *m) {
    struct pm_str digits;
    if (!run_of(c, DIGIT, &digits, PM_STR(" ")) || !pm_http_status(digits, &o->status) ||
        !o->status)
        return false;
    m->status_end = c->at - 1;
    return number(c, &o->bytes);
}

// ---- what stands behind the agent, by who writes it; at the blank before it

enum { NAME = USER | ADDRESS }; // of an upstream: letters, digits, and what joins them

static bool run_or_dash(struct pm_scan *c, unsigned char wanted, struct pm_str lit) {
    struct pm_str run;
    const struct pm_scan before = *c;
    if (run_of(c, wanted, &run, lit)) return true;
    *c = before;
    return literal(c, PM_STR("-")) && literal(c, lit);
}

// " 512 0.001 [registry-5000] [] 10.2.0.5:5000 1024 0.001 200 5f0c2b1e"
static bool ends_ingress(struct pm_scan *c, struct marks *m) {
    struct pm_str length, name, time, none;
    if (!literal(c, PM_STR(" ")) || !run_of(c, DIGIT, &length, PM_STR(" ")) || length.n > 18 ||
        !run_of(c, PROTOCOL, &time, PM_STR(" ")) || !is(time.p[0], DIGIT) ||
        !pm_http_seconds(time, &m->duration_ns))
        return false;
    const char *from = c->at;
    if (!literal(c, PM_STR("[")) || !run_of(c, NAME, &name, PM_STR("] ["))) return false;
    if (!run_of(c, NAME, &none, PM_NONE)) none = PM_NONE;
    if (!literal(c, PM_STR("] "))) return false;
    m->end = (struct pm_str){from, (size_t)(c->at - from)};
    return run_or_dash(c, ADDRESS, PM_STR(" ")) && run_or_dash(c, DIGIT, PM_STR(" ")) &&
           run_or_dash(c, PROTOCOL, PM_STR(" ")) && run_or_dash(c, DIGIT, PM_STR(" ")) &&
           run_or_dash(c, HEX, PM_NONE);
}

// " 184 "reg@kubernetes" "http://10.2.0.5:5000" 3ms"
static bool ends_traefik(struct pm_scan *c, struct marks *m) {
    struct pm_str count, router, service;
    int64_t ms;
    if (!literal(c, PM_STR(" ")) || !run_of(c, DIGIT, &count, PM_STR(" \"")) || count.n > 18)
        return false;
    const char *from = c->at;
    if (!until(c, '"', &router) || !literal(c, PM_STR(" \"")) || !until(c, '"', &service))
        return false;
    m->end = (struct pm_str){from, (size_t)(c->at - from)};
    if (!literal(c, PM_STR(" ")) || !number(c, &ms) || ms < 0 || ms >= 100000000) return false;
    m->duration_ns = ms * 1000000;
    return literal(c, PM_STR("ms"));
}

// " "10.9.8.7"": nginx's own "main" adds X-Forwarded-For.
static bool ends_forwarded(struct pm_scan *c, struct marks *m) {
    struct pm_str forwarded;
    const char *from = c->at;
    if (!literal(c, PM_STR(" \"")) || !until(c, '"', &forwarded)) return false;
    m->end = (struct pm_str){from, (size_t)(c->at - from)};
    return true;
}

static const struct {
    enum pm_clf_tail tail;
    bool (*read)(struct pm_scan *c, struct marks *m);
} ends[] = {{PM_CLF_INGRESS, ends_ingress},
            {PM_CLF_TRAEFIK, ends_traefik},
            {PM_CLF_COMBINED, ends_forwarded}};

static bool ending(struct pm_scan *c, struct pm_clf *o, struct marks *m) {
    const struct pm_scan from = *c;
    for (size_t i = 0; i < PM_LEN(ends); i++) {
        *c = from;
        m->duration_ns = 0;
        if (!ends[i].read(c, m) || c->at != c->end) continue;
        o->tail = ends[i].tail;
        o->rest = (struct pm_str){from.at + 1, (size_t)(c->end - from.at) - 1};
        return true;
    }
    return false;
}

// " 12 3 "Nexus/3.68" [qtp1846-84]" behind the first number: LENGTH, or SIZE where there is
// no length.
static bool nexus(struct pm_scan *c, struct pm_clf *o, struct marks *m) {
    struct pm_str digits;
    int64_t second, third = -1;
    if (!literal(c, PM_STR(" ")) || !number(c, &second) || !literal(c, PM_STR(" "))) return false;
    bool three = c->at < c->end && *c->at != '"';
    if (three && (!number(c, &third) || !literal(c, PM_STR(" ")))) return false;
    if (three) o->bytes = second;
    o->elapsed_ms = three ? third : second;
    m->agent_from = c->at;
    if (!literal(c, PM_STR("\"")) || !until(c, '"', &o->agent) || !literal(c, PM_STR(" [qtp")))
        return false;
    m->agent_to = c->at;
    o->rest = (struct pm_str){c->at - 4, (size_t)(c->end - c->at) + 4};
    o->tail = PM_CLF_NEXUS;
    m->duration_ns = o->elapsed_ms > 0 ? o->elapsed_ms * 1000000 : 0;
    return o->elapsed_ms < 100000000 && run_of(c, DIGIT, &digits, PM_STR("-")) &&
           run_of(c, DIGIT, &digits, PM_STR("]")) && c->at == c->end;
}

static bool agent(struct pm_scan *c, struct pm_clf *o, struct marks *m) {
    m->agent_from = c->at;
    if (!literal(c, PM_STR(" \"")) || !until(c, '"', &o->referer) || !literal(c, PM_STR(" \"")) ||
        !until(c, '"', &o->agent))
        return false;
    m->agent_to = c->at;
    o->tail = o->referer.n ? PM_CLF_COMBINED : PM_CLF_DISTRIBUTION;
    return c->at == c->end || ending(c, o, m);
}

static bool split_strictly(struct pm_str s, struct pm_clf *o, struct marks *m) {
    struct pm_scan c = pm_scan_of(s);
    *o = (struct pm_clf){.bytes = -1, .elapsed_ms = -1, .dated = true};
    *m = (struct marks){.end = PM_NONE};
    if (!run_of(&c, ADDRESS, &o->client, PM_STR(" - ")) || !is(s.p[0], DIGIT) ||
        !run_of(&c, USER, &o->user, PM_STR(" [")) || !stamp(&c, o) || !request(&c, o, m) ||
        !status(&c, o, m))
        return false;
    o->tail = PM_CLF_COMMON;
    m->agent_from = m->agent_to = c.at;
    if (c.at == c.end) return true;
    bool more = c.end - c.at > 1 && c.at[1] != '"';
    return more ? nexus(&c, o, m) : agent(&c, o, m);
}

// The digits of a layer's digest, where they are the whole end of the URL.
#define DIGEST_BYTES 64
#define BLOBS "/blobs/sha256:"
#define BLOBS_BYTES (sizeof BLOBS - 1)
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
    const struct pm_str before = PM_STR(BLOBS);
    if (url.n < before.n + DIGEST_BYTES || url.p[0] != '/') return NULL;
    const char *digest = url.p + url.n - DIGEST_BYTES;
    return memcmp(digest - before.n, before.p, before.n) == 0 && is_hex(digest) ? digest : NULL;
}

// Words that mean something in a registry's paths, wherever one stands.
static bool is_plain_path(struct pm_str path) {
    static const struct pm_str words[] = {
        {"/manifests", 10}, {"/blobs", 6}, {"/tags", 5}, {"/_", 2}};
    const char *end = path.p + path.n;
    for (const char *p = path.p; (p = memchr(p, '/', (size_t)(end - p))) != NULL; p++)
        for (size_t i = 0; i < PM_LEN(words); i++)
            if (stands(p, end, words[i])) return false;
    return true;
}

// Of the path of a manifest that is got what a layer's begins with, too: "/v2/NAME".
static bool shared_path(const struct pm_clf *o, struct pm_str *path) {
    const struct pm_str url = o->url, manifests = PM_STR("/manifests");
    ptrdiff_t slash = pm_str_eqc(o->method, "GET") ? pm_str_rchr(url, '/') : -1;
    if (slash < 0) return false;
    *path = pm_str_sub(url, 0, (size_t)slash);
    if (!pm_str_starts(url, PM_STR("/v2/")) || !pm_str_ends(*path, manifests)) return false;
    path->n -= manifests.n;
    return path->n > 4 && is_plain_path(*path);
}

static bool is_alike(struct pm_str line, const struct pm_clf *o, const struct marks *m,
                     struct pm_alike *out) {
    const char *digest = digest_of(o->url), *behind = o->url.p + o->url.n;
    struct pm_str place;
    if (!m->plain_url) return false;
    if (digest) place = pm_str_sub(o->url, 0, (size_t)(digest - o->url.p) - BLOBS_BYTES);
    else if (!shared_path(o, &place)) return false;
    out->layer = digest != NULL;
    out->same[0] = (struct pm_str){line.p, (size_t)(o->stamp.p - line.p)};
    out->same[1] = (struct pm_str){o->method.p, (size_t)(place.p + place.n - o->method.p)};
    out->same[2] = (struct pm_str){behind, (size_t)(m->status_end - behind)};
    out->same[3] = (struct pm_str){m->agent_from, (size_t)(m->agent_to - m->agent_from)};
    out->same[4] = m->end;
    out->when = pm_clf_stamp(o->stamp);
    out->bytes = o->bytes;
    out->duration_ns = m->duration_ns;
    return out->when.kind == PM_WHEN_UTC;
}

static _Thread_local struct {
    struct pm_clf clf;
    struct pm_alike alike;
} last;

const struct pm_clf *pm_clf_sure_last(void) { return &last.clf; }

// "] Retrieving image …": a step of a build.
static bool has_step(const char *p, const char *end) {
    while ((p = memchr(p, ']', (size_t)(end - p))) && end - p > 2 && memcmp(p, "] R", 3) != 0) p++;
    return p && end - p > 2;
}

// And no mark of a shell's prompt.
bool pm_clf_sure(struct pm_str s, unsigned tails, const struct pm_alike **alike) {
    struct pm_clf *o = &last.clf;
    struct marks m;
    *alike = NULL;
    if (!split_strictly(s, o, &m) || !(o->tail & tails) || memchr(s.p, '@', s.n < 80 ? s.n : 80) ||
        has_step(o->request.p, s.p + s.n))
        return false;
    if (is_alike(s, o, &m, &last.alike)) *alike = &last.alike;
    return true;
}
